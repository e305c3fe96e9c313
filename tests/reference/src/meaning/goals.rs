//! Challenges: which goals an event brings nearer, and whether enough of them are reached.
//!
//! Each goal has what was counted before, in the facts, and what this event adds. A challenge is a rule that gives only
//! with an event that adds to a goal while as many are reached as it needs.

use super::ask::Asking;
use super::file::{File, first};
use super::literal;
use dsl::event::{Event, PURCHASE};
use dsl::facts::Facts;
use dsl::plan::Rulebook;
use dsl::syntax::ast::{Counts, Goal, Item, Kind, What};

/// What one event adds to a goal.
#[derive(Debug, Clone)]
pub(super) struct Added {
    /// The key of the goal's counter.
    pub(super) key: String,
    pub(super) amount: i128,
    /// The lines that count, where it asks for money.
    pub(super) lines: Option<Vec<usize>>,
    before: i128,
    target: i128,
}

/// The word of the period that a challenge begins anew with.
pub(super) fn period<'s>(challenge: &Item<'s>) -> &'s str {
    let every = first(challenge, |what| match what {
        What::Every(word) => Some(word.text),
        _ => None,
    });
    every.unwrap_or("programme")
}

fn goals<'f, 's>(challenge: &'f Item<'s>) -> impl Iterator<Item = &'f Goal<'s>> {
    challenge.body.iter().filter_map(|clause| match &clause.what {
        What::Goal(goal) => Some(goal),
        _ => None,
    })
}

/// The kinds of event that a challenge counts.
pub(super) fn kinds(challenge: &Item<'_>) -> Vec<String> {
    let kind = |goal: &Goal<'_>| match &goal.counts {
        Counts::On { kind, .. } => kind.text.to_owned(),
        Counts::Of(_) => PURCHASE.to_owned(),
    };
    goals(challenge).map(kind).collect()
}

/// What an event adds to each goal of a challenge.
pub(super) fn added<'s>(
    challenge: &Item<'s>,
    asking: &Asking<'_, 's>,
    book: &Rulebook,
    event: &Event,
    facts: &Facts,
) -> Vec<Added> {
    let name = challenge.name.expect("a name").text;
    let per = period(challenge);
    let each = goals(challenge).map(|goal| {
        let (unit, target, amount, lines) = match &goal.counts {
            Counts::On { kind, filter } => {
                let counts = kind.text == event.kind && asking.fits(filter.as_ref());
                ("times", literal::whole(&goal.target.number), i128::from(counts), None)
            }
            Counts::Of(of) => {
                let amounts = if event.kind == PURCHASE { asking.amount_by_line(of) } else { Vec::new() };
                let lines = (0..amounts.len()).filter(|line| amounts[*line] > 0).collect();
                ("money", literal::money(&goal.target), amounts.iter().sum(), Some(lines))
            }
        };
        let key = format!("goal:{name}/{}/{unit}/{per}", goal.name.text);
        let at = book.limits().iter().position(|slot| slot.key == key).expect("a goal is counted");
        let before = i128::from(facts.used.get(at).copied().unwrap_or(0).max(0));
        Added { key, amount, lines, before, target }
    });
    each.collect()
}

/// Whether an event that adds this completes a challenge: one that is not complete in its period.
pub(super) fn completes(challenge: &Item<'_>, added: &[Added], book: &Rulebook, facts: &Facts) -> bool {
    let once = format!("rule:{}/times/{}", challenge.name.expect("a name").text, period(challenge));
    let at = book.limits().iter().position(|slot| slot.key == once).expect("it is completed once");
    if facts.used.get(at).is_some_and(|used| *used >= 1) {
        return false;
    }
    let needs = first(challenge, |what| match what {
        What::Needs(word) => Some(word.text.parse::<usize>().expect("a number")),
        _ => None,
    });
    let reached = added.iter().filter(|goal| goal.before + goal.amount >= goal.target).count();
    added.iter().any(|goal| goal.amount > 0) && reached >= needs.unwrap_or(added.len())
}

/// The key of the counter of completions: it says what was asked for.
pub(super) fn given_key(challenge: &Item<'_>, unit: &str) -> String {
    let all: Vec<&Goal<'_>> = goals(challenge).collect();
    let needs = first(challenge, |what| match what {
        What::Needs(word) => Some(word.text.parse::<usize>().expect("a number")),
        _ => None,
    });
    let needs = needs.unwrap_or(all.len());
    let asked = all.iter().map(|goal| {
        let target = match goal.counts {
            Counts::On { .. } => literal::whole(&goal.target.number),
            Counts::Of(_) => literal::money(&goal.target),
        };
        format!("/{}:{target}", goal.name.text)
    });
    let (name, asked) = (challenge.name.expect("a name").text, asked.collect::<String>());
    format!("challenge:{name}/{needs}{asked}/{unit}/{}", period(challenge))
}

impl<'s> File<'s> {
    /// Rules, and challenges after them: verdicts stand in this order.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Item<'s>> {
        self.of(Kind::Rule).chain(self.of(Kind::Challenge))
    }
}
