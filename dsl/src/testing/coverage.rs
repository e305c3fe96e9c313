//! What a file's own tests try of its rules: which rules fired, and which conditions were seen to hold and to fail.
//!
//! It counts what happened in the tests; it never judges whether they are good. That a change would be noticed is
//! asked in `mutants`.

use super::walk;
use crate::explain::sentence;
use crate::model::{Condition, Place};
use crate::outcome::Verdict;
use crate::plan::Rulebook;
use crate::reading::{Reading, Truth};
use serde::Serialize;

/// What the tests try of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleCoverage {
    /// Its name.
    pub rule: String,
    /// Events of its kind in all tests.
    pub asked: usize,
    /// Of those, how often it fired (and its group let it count).
    pub fired: usize,
    /// Its conditions, one sentence each, in the order they are written.
    pub conditions: Vec<ConditionCoverage>,
    /// Where it stands in the text.
    pub place: Place,
}

/// What the tests try of one sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConditionCoverage {
    /// The sentence.
    pub sentence: String,
    /// How often it held.
    pub held: usize,
    /// How often it did not.
    pub failed: usize,
    /// How often it was unknown, which never matches.
    pub unknown: usize,
}

impl ConditionCoverage {
    /// What no test tries, and how to; none when the tests saw it both ways.
    pub fn gap(&self) -> Option<String> {
        let Self { sentence, held, failed, unknown } = self;
        match (held, failed, unknown) {
            (0, 0, 0) => Some(format!("`{sentence}`: no test has an event of this kind")),
            (0, 0, _) => Some(format!("`{sentence}`: always unknown; give a test the fact it asks for")),
            (0, ..) => Some(format!("`{sentence}`: never holds in a test")),
            (_, 0, 0) => Some(format!("`{sentence}`: always holds; add a test in which it does not")),
            _ => None,
        }
    }
}

impl RuleCoverage {
    /// What no test tries of the rule, a sentence each; empty when it fired, stayed silent where it may, and all its
    /// conditions were seen both ways.
    pub fn gaps(&self) -> Vec<String> {
        if self.asked == 0 {
            return vec!["no test has an event of this kind".to_owned()];
        }
        let silent = (self.fired == 0).then(|| "never fires in a test".to_owned());
        silent.into_iter().chain(self.conditions.iter().filter_map(ConditionCoverage::gap)).collect()
    }
}

/// Runs all tests and counts, for each rule in file order.
pub fn measure(rulebook: &Rulebook) -> Vec<RuleCoverage> {
    let programme = rulebook.programme();
    let mut rules: Vec<(Vec<&Condition>, RuleCoverage)> = Vec::new();
    for rule in &programme.rules {
        let mut leaves = Vec::new();
        rule.when.iter().for_each(|condition| sentences(condition, &mut leaves));
        let condition = |leaf: &&Condition| ConditionCoverage {
            sentence: sentence(programme, &rule.on, leaf),
            held: 0,
            failed: 0,
            unknown: 0,
        };
        let conditions = leaves.iter().map(condition).collect();
        let counted =
            RuleCoverage { rule: rule.name.clone(), asked: 0, fired: 0, conditions, place: rule.place };
        rules.push((leaves, counted));
    }
    for test in &programme.tests {
        walk(rulebook, test, |event, facts, outcome| {
            let reading = Reading::new(rulebook, event, facts);
            for ((leaves, counted), verdict) in rules.iter_mut().zip(&outcome.verdicts) {
                if *verdict == Verdict::OtherEvent {
                    continue;
                }
                counted.asked = counted.asked.saturating_add(1);
                counted.fired =
                    counted.fired.saturating_add(usize::from(matches!(verdict, Verdict::Gave { .. })));
                for (leaf, seen) in leaves.iter().zip(&mut counted.conditions) {
                    let slot = match reading.truth(leaf, None) {
                        Truth::Yes => &mut seen.held,
                        Truth::No => &mut seen.failed,
                        Truth::Unknown => &mut seen.unknown,
                    };
                    *slot = slot.saturating_add(1);
                }
            }
        });
    }
    rules.into_iter().map(|(_, counted)| counted).collect()
}

/// The sentences of a condition, through its blocks.
fn sentences<'a>(condition: &'a Condition, found: &mut Vec<&'a Condition>) {
    match condition {
        Condition::Test(_) | Condition::Segment { .. } => found.push(condition),
        Condition::Any(inner) | Condition::All(inner) | Condition::NoneOf(inner) => {
            for inner in inner {
                sentences(inner, found);
            }
        }
    }
}
