//! Literals as values of a fact's type, in the merchant's words where they do not fit.

use super::condition::Known;
use super::literal::{self, Literals, mismatch};
use super::names::{LIST_MAX, NAME_MAX, Names};
use super::report::{Report, short, suggest};
use crate::diagnostic::{Diagnostic, code};
use crate::model::{Fact, Value};
use crate::syntax::ast::{List, Literal, Word};
use crate::units::Weekday;
use crate::vocabulary::Type;

impl Names<'_> {
    /// The values of a list, each once.
    pub(super) fn values(
        &self,
        list: &List<'_>,
        known: &Known,
        name: &str,
        report: &mut Report,
    ) -> Option<Vec<Value>> {
        if list.items.is_empty() {
            report.error(code::EMPTY, list.place, "this list is empty", "name at least one");
            return None;
        }
        if list.items.len() > LIST_MAX {
            report.error(
                code::TOO_MANY,
                list.place,
                "this list is too long",
                format!("a list has at most {LIST_MAX} entries"),
            );
            return None;
        }
        let mut values: Vec<Value> = Vec::new();
        let mut whole = true;
        for item in &list.items {
            match self.value(item, known, name, report) {
                Some(value) if values.contains(&value) => {
                    report.push(
                        Diagnostic::warning(code::REPEATED_NAME, item.place(), "this stands here twice")
                            .help("leave one out"),
                    );
                }
                Some(value) => values.push(value),
                None => whole = false,
            }
        }
        whole.then_some(values)
    }

    /// A literal as a value of a fact's type.
    pub(super) fn value(
        &self,
        literal: &Literal<'_>,
        known: &Known,
        name: &str,
        report: &mut Report,
    ) -> Option<Value> {
        let literals = self.literals;
        match (known.kind, literal) {
            (Type::Money, Literal::Quantity(q)) if Literals::is_money(q) => {
                literals.money(q, report).map(Value::Money)
            }
            (Type::Money, Literal::Number(w)) => {
                report.rewrite(
                    code::MISSING_UNIT,
                    w.place,
                    "an amount of money needs its currency",
                    literals.as_money(w.text),
                );
                None
            }
            (Type::Points, Literal::Quantity(q)) if Literals::is_points(q) => {
                Literals::points_micro(q, report).map(Value::Points)
            }
            (Type::Points, Literal::Number(w)) => {
                report.rewrite(
                    code::MISSING_UNIT,
                    w.place,
                    "a number of points says so",
                    format!("{} points", w.text),
                );
                None
            }
            (Type::Number, Literal::Number(w)) => literal::micro(*w, report).map(Value::Number),
            (Type::Date, Literal::Date(w)) => literal::day(*w, report).map(Value::Date),
            (Type::Time, Literal::Time(w)) => literal::time(*w, report).map(Value::Time),
            (Type::Text | Type::TextSet | Type::Place, Literal::Name(w)) if !w.text.contains('.') => {
                self.text(*w, w.text, known, report)
            }
            (Type::Text | Type::TextSet | Type::Place, Literal::Text(w)) => {
                let inner = literal::text(*w, report)?;
                self.text(*w, inner, known, report)
            }
            (Type::Truth, Literal::Name(w)) => match w.text {
                "yes" => Some(Value::Truth(true)),
                "no" => Some(Value::Truth(false)),
                "true" | "false" => {
                    let ours = if w.text == "true" { "yes" } else { "no" };
                    report.rewrite(code::UNKNOWN_CHOICE, w.place, format!("`{name}` is `yes` or `no`"), ours);
                    None
                }
                _ => {
                    report.choice(*w, &format!("`{name}`"), &["yes", "no"]);
                    None
                }
            },
            (Type::Weekday, Literal::Name(w)) => {
                let found = Weekday::ALL.into_iter().find(|day| day.word() == w.text);
                if found.is_none() {
                    let names: Vec<&str> = Weekday::ALL.iter().map(|day| day.word()).collect();
                    let short_form = names.iter().find(|day| w.text.len() >= 3 && day.starts_with(w.text));
                    let error = Diagnostic::error(
                        code::UNKNOWN_CHOICE,
                        w.place,
                        format!("there is no day of the week `{}`", short(w.text)),
                    );
                    report.push(match short_form {
                        Some(day) => error.help(format!("did you mean `{day}`?")).fix(w.place, *day),
                        None => match suggest(error, *w, &names) {
                            error if error.help.is_some() => error,
                            error => error.help("days are written `monday` to `sunday`"),
                        },
                    });
                }
                found.map(Value::Weekday)
            }
            (Type::Tier, Literal::Name(w)) => self.tier(*w, report).map(Value::Tier),
            (kind, other) => {
                let (needs, example) = self.example(kind);
                mismatch(name, needs, &example, other, report);
                None
            }
        }
    }

    fn text(&self, word: Word<'_>, text: &str, known: &Known, report: &mut Report) -> Option<Value> {
        if let Some(choices) = &known.one_of {
            if !choices.iter().any(|choice| choice == text) {
                let names: Vec<&str> = choices.iter().map(String::as_str).collect();
                let what = if matches!(known.fact, Fact::Experiment(_)) { "an arm" } else { "this field" };
                report.choice(Word { text, place: word.place }, what, &names);
                return None;
            }
        } else if text.len() > NAME_MAX && !word.text.starts_with('"') {
            report.error(
                code::BAD_NAME,
                word.place,
                "this name is too long",
                format!("names have at most {NAME_MAX} letters"),
            );
            return None;
        } else if let Some(aisle) = known.aisle
            && !self.stocked(aisle, word, text, report)
        {
            return None;
        }
        Some(Value::Text(text.to_owned()))
    }

    /// What a type is compared with, and an example.
    pub(super) fn example(&self, kind: Type) -> (&'static str, String) {
        match kind {
            Type::Money => ("money", format!("`{}`", self.literals.money_example())),
            Type::Points => ("points", "`120 points`".to_owned()),
            Type::Number => ("a plain number", "`3`".to_owned()),
            Type::Place => ("a text", "`\"75003\"`".to_owned()),
            Type::Text | Type::TextSet => ("names", "`coffee`, or any text between quotes".to_owned()),
            Type::Truth => ("`yes` or `no`", "`yes`".to_owned()),
            Type::Date => ("a date", "`2026-12-24`".to_owned()),
            Type::Time => ("a time of day", "`08:30`".to_owned()),
            Type::Weekday => ("a day of the week", "`monday`".to_owned()),
            Type::Tier => ("a tier", format!("`{}`", self.tiers.first().unwrap_or(&"gold"))),
        }
    }
}
