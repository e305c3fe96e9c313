//! Effects beside points: tags, cases, prompts, named events, lifts of the tier.

use super::literal::{self, Literals};
use super::names::{Aisle, Names};
use super::report::{Report, short};
use crate::diagnostic::{Diagnostic, code};
use crate::effect::{Effect, LENGTH_MAX, Lift, Prompt, SENTENCES_MAX};
use crate::syntax::ast::{self, Item, Kind, What, Word};

impl Names<'_> {
    /// An effect of a rule, or one that a test expects.
    pub(super) fn effect(&self, effect: &ast::Effect<'_>, report: &mut Report) -> Option<Effect> {
        Some(match effect {
            ast::Effect::Tag(word) => Effect::Tag(self.tag(*word, report)?),
            ast::Effect::Untag(word) => Effect::Untag(self.tag(*word, report)?),
            ast::Effect::Case(word) => Effect::Case(named(*word, report)?.to_owned()),
            ast::Effect::Prompt(word) => {
                let known = Prompt::ALL.into_iter().find(|prompt| prompt.word() == word.text);
                if known.is_none() {
                    report.choice(*word, "what a member is prompted for", &Prompt::ALL.map(Prompt::word));
                }
                Effect::Prompt(known?)
            }
            ast::Effect::Emit(word) => Effect::Signal(signal(*word, report)?),
            ast::Effect::Lift(word, quantity) => {
                let (tier, span) = (self.lifted(*word, report), Literals::span(quantity, report));
                Effect::Lift(Lift { tier: tier?, span: span? })
            }
        })
    }

    /// The tier of a lift: one of the programme's, and not the one that everybody has.
    fn lifted(&self, word: Word<'_>, report: &mut Report) -> Option<String> {
        let index = self.tier(word, report)?;
        if index == 0 {
            let message = format!("everybody has at least the tier `{}`", word.text);
            report.error(code::TIER_ORDER, word.place, message, "lift to a tier above it");
            return None;
        }
        self.tiers.get(index).map(|tier| (*tier).to_owned())
    }

    fn tag(&self, word: Word<'_>, report: &mut Report) -> Option<String> {
        let name = named(word, report)?;
        self.stocked(Aisle::Tags, word, name, report).then(|| name.to_owned())
    }
}

/// The text between the quotes, as short as names are.
fn named<'s>(word: Word<'s>, report: &mut Report) -> Option<&'s str> {
    let name = literal::text(word, report)?;
    if name.chars().count() > LENGTH_MAX {
        let help = format!("write at most {LENGTH_MAX} letters");
        report.error(code::TOO_LONG, word.place, "this name is too long", help);
        return None;
    }
    Some(name)
}

/// The name of an event that others listen to: a name, for programs read it.
fn signal(word: Word<'_>, report: &mut Report) -> Option<String> {
    let name = named(word, report)?;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.');
    if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(fits) {
        return Some(name.to_owned());
    }
    let ours: String = name
        .to_ascii_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' })
        .collect();
    let ours =
        if ours.starts_with(|c: char| c.is_ascii_lowercase()) { ours } else { format!("event_{ours}") };
    let message = format!(
        "`{}` is no name of an event: those are lower-case letters, digits, `_` and `.`",
        short(name)
    );
    report.push(
        Diagnostic::error(code::BAD_NAME, word.place, message)
            .help(format!("write `\"{ours}\"`"))
            .fix(word.place, format!("\"{ours}\"")),
    );
    None
}

/// So many effects, and no more: every entry must stay small.
pub(super) fn count(items: &[Item<'_>], report: &mut Report) {
    let rules = items.iter().filter(|item| matches!(item.kind, Kind::Rule | Kind::Challenge));
    let effects = rules.flat_map(|item| &item.body).filter(|clause| matches!(clause.what, What::Effect(_)));
    if let Some(over) = effects.into_iter().nth(SENTENCES_MAX) {
        let help = format!(
            "the rules of a programme tag, open, prompt, emit and lift at most {SENTENCES_MAX} times in all"
        );
        report.error(code::TOO_MANY, over.place, "this programme has too many effects", help);
    }
}
