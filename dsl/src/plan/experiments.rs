//! Which experiments rules ask about, and in which arm a member is.

use super::Rulebook;
use crate::model::{Condition, Fact};
use crate::units::Day;

impl Rulebook {
    /// Experiments that rules answering this event kind ask about, by index, ascending: an event of this kind exposes a
    /// member to them.
    pub fn experiments_for(&self, kind: &str) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for rule in self.programme.rules.iter().filter(|rule| rule.on == kind) {
            asked(&rule.when, &mut found);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether anybody is in an arm of an experiment on a local day.
    pub fn runs(&self, experiment: usize, day: Day) -> bool {
        self.programme.experiments.get(experiment).is_some_and(|found| {
            found.active.from.is_none_or(|from| from <= day)
                && found.active.until.is_none_or(|until| day <= until)
        })
    }
}

fn asked(conditions: &[Condition], found: &mut Vec<usize>) {
    for condition in conditions {
        match condition {
            Condition::Test(clause) => {
                if let Fact::Experiment(at) = clause.fact {
                    found.push(at);
                }
            }
            Condition::Any(inner) | Condition::All(inner) | Condition::NoneOf(inner) => asked(inner, found),
            // segments know no experiments
            Condition::Segment { .. } => {}
        }
    }
}
