//! What segments ask beside history: how often a declared event happened, and how a text begins.

use super::condition::{Known, Scope, not_in_line};
use super::literal;
use super::names::Names;
use super::report::{Report, short};
use crate::diagnostic::code;
use crate::facts::Happening;
use crate::model::Fact;
use crate::syntax::ast::{Kind, Subject, Word};
use crate::vocabulary::Type;

/// What the path to a count of events begins with.
pub(super) const EVENTS: &str = "member.events.";

/// Letters that a beginning may have.
const BEGINNING_MAX: usize = 64;

impl Names<'_> {
    /// `member.events.check_in in 30 days`.
    pub(super) fn happened(
        &self,
        subject: &Subject<'_>,
        kind: &str,
        scope: Scope<'_>,
        report: &mut Report,
    ) -> Option<Known> {
        let path = subject.path;
        if scope.is_line() {
            not_in_line(path, report);
            return None;
        }
        let answered = self.surveys.iter().any(|survey| survey.is_kind(kind));
        if !answered && self.declared(kind).is_none() {
            if !self.forgiven(Kind::Event) {
                let mut all: Vec<String> =
                    self.events.iter().map(|event| format!("{EVENTS}{}", event.name)).collect();
                all.extend(self.surveys.iter().map(|survey| format!("{EVENTS}{}", survey.kind())));
                let all: Vec<&str> = all.iter().map(String::as_str).collect();
                report.unknown(code::UNKNOWN_EVENT, "count of events", "those that are counted", path, &all);
            }
            return None;
        }
        if subject.filter.is_some() {
            report.error(
                code::AMOUNT,
                path.place,
                format!("`where` cannot follow `{}`", short(path.text)),
                "events are counted whole; leave this out",
            );
            return None;
        }
        let window = Self::over(subject, report)?;
        let fact = Fact::Happened(Happening { kind: kind.to_owned(), window });
        Some(Known { fact, kind: Type::Number, aisle: None, one_of: None })
    }
}

/// How a text is to begin: with something.
pub(super) fn beginning(word: Word<'_>, report: &mut Report) -> Option<String> {
    if !word.text.starts_with('"') {
        let ours = format!("\"{}\"", word.text);
        report.rewrite(code::QUOTES, word.place, "what a text begins with stands between quotes", ours);
        return None;
    }
    let text = literal::text(word, report)?;
    if text.is_empty() {
        let help = "write what it begins with, such as `starts with \"75\"`";
        report.error(code::EMPTY, word.place, "every text begins with nothing", help);
        return None;
    }
    if text.chars().count() > BEGINNING_MAX {
        let help = format!("write at most {BEGINNING_MAX} letters");
        report.error(code::TOO_LONG, word.place, "no postcode or city begins like this", help);
        return None;
    }
    Some(text.to_owned())
}
