//! Which experiments rules ask about, and in which arm a member is.

use super::Rulebook;
use crate::model::{Condition, Counts, Fact, Rule};
use crate::units::Day;

impl Rulebook {
    /// Experiments that rules answering this event kind ask about, by index, ascending: an event of this kind exposes a
    /// member to them.
    pub fn experiments_for(&self, kind: &str) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for rule in self.programme.rules.iter().filter(|rule| rule.answers(kind)) {
            of_rule(rule, |other| other == kind, &mut found);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether any rule asks about an experiment.
    pub fn asks_about(&self, experiment: usize) -> bool {
        let mut found: Vec<usize> = Vec::new();
        for rule in &self.programme.rules {
            of_rule(rule, |_| true, &mut found);
        }
        found.contains(&experiment)
    }

    /// Whether anybody is in an arm of an experiment on a local day.
    pub fn runs(&self, experiment: usize, day: Day) -> bool {
        self.programme.experiments.get(experiment).is_some_and(|found| {
            found.active.from.is_none_or(|from| from <= day)
                && found.active.until.is_none_or(|until| day <= until)
        })
    }
}

/// What a rule asks about, and the goals of a challenge that count certain kinds of event.
fn of_rule(rule: &Rule, kinds: impl Fn(&str) -> bool, found: &mut Vec<usize>) {
    asked(&rule.when, found);
    for goal in rule.challenge().into_iter().flat_map(|challenge| &challenge.goals) {
        // money is counted by line, and lines know no experiments
        if let Counts::Times { on, when } = &goal.counts
            && kinds(on)
        {
            asked(when, found);
        }
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
