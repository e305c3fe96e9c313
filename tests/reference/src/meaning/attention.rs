//! What addresses a member is left out in quiet hours, and once each limit on it is used up.

use super::file::File;
use super::literal;
use dsl::effect::Effect;
use dsl::facts::Facts;
use dsl::outcome::Outcome;
use dsl::plan::Rulebook;
use dsl::syntax::ast::{Item, Literal, What};

/// Goes through the effects in their order, and asks of each whether there is room for it.
pub(super) fn mute(item: &Item<'_>, book: &Rulebook, facts: &Facts, minute: i128, outcome: &mut Outcome) {
    let mut named: Vec<String> = Vec::new();
    let mut quiet = false;
    for clause in &item.body {
        match &clause.what {
            What::Addresses(list) => named.extend(list.items.iter().map(|entry| match entry {
                Literal::Text(word) => literal::unquoted(word),
                Literal::Name(word) => word.text.to_owned(),
                other => panic!("no name: {other:?}"),
            })),
            What::Quiet { from, to } => {
                let (from, to) = (literal::minute(from.text), literal::minute(to.text));
                quiet = (minute - from).rem_euclid(1440) < (to - from).rem_euclid(1440);
            }
            _ => {}
        }
    }
    let limits = File::limits(item, "attention");
    let mut told = 0_i128;
    let mut left = Vec::new();
    for effect in outcome.effects.drain(..).collect::<Vec<_>>() {
        let counts = match &effect {
            Effect::Prompt(_) => true,
            Effect::Signal(name) => named.contains(name),
            _ => false,
        };
        let used = |key: &str| {
            let at = book.limits().iter().position(|slot| slot.key == key);
            at.map_or(0, |at| i128::from(facts.used[at]).max(0))
        };
        let full = limits.iter().any(|limit| used(&limit.key) + told >= limit.most);
        if counts && (quiet || full) {
            outcome.muted.push(effect);
        } else {
            told += i128::from(counts);
            left.push(effect);
        }
    }
    outcome.effects = left;
    if told > 0 {
        for limit in &limits {
            let at = book.limits().iter().position(|slot| slot.key == limit.key);
            outcome.limit_draws.extend(at.map(|at| (at, i64::try_from(told).unwrap())));
        }
    }
}
