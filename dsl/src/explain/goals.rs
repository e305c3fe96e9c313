//! How far a challenge is: each goal with what is done of it, this event included.

use super::Teller;
use crate::model::{Challenge, Counts, Goal, LimitPeriod, LimitUnit};
use crate::plan::LimitSlot;
use crate::plan::counters::period_word;
use crate::reading::Truth;

impl Teller<'_> {
    /// `visits 3 of 5, perfume 40.00 EUR of 100.00 EUR; any 1 of them`.
    pub(super) fn progress(&self, rule: usize, challenge: &Challenge) -> String {
        let slots = self.rulebook.challenges().iter().find(|known| known.rule == rule);
        let before = |nth: usize| {
            let slot = slots.and_then(|slots| slots.goals.get(nth));
            slot.and_then(|slot| self.facts.used.get(*slot)).copied().unwrap_or(0).max(0)
        };
        let limits = self.rulebook.limits();
        let once =
            slots.and_then(|slots| Some((limits.get(slots.once?)?, self.facts.used.get(slots.once?)?)));
        let done = match once {
            Some((LimitSlot { most: LimitUnit::Times(most), .. }, used)) if used >= most => {
                match challenge.per {
                    LimitPeriod::Programme => "completed already; ".to_owned(),
                    per => format!("completed already this {}; ", period_word(per)),
                }
            }
            _ => String::new(),
        };
        let goals: Vec<String> = challenge
            .goals
            .iter()
            .enumerate()
            .map(|(nth, goal)| self.goal(goal, before(nth).saturating_add(self.counts(goal))))
            .collect();
        let some = if challenge.needs < challenge.goals.len() {
            format!("; any {} of them complete it", challenge.needs)
        } else {
            String::new()
        };
        format!("{done}{}{some}", goals.join(", "))
    }

    fn goal(&self, goal: &Goal, done: i64) -> String {
        let show = |amount: i64| match goal.counts {
            Counts::Times { .. } => amount.to_string(),
            Counts::Money(_) => self.words.programme.currency.show(amount),
        };
        format!("{} {} of {}", goal.name, show(done.min(goal.target)), show(goal.target))
    }

    /// What this event counts for a goal.
    fn counts(&self, goal: &Goal) -> i64 {
        if goal.kind() != self.words.kind {
            return 0;
        }
        match &goal.counts {
            Counts::Money(of) => self.amount(of),
            Counts::Times { when, .. } => {
                i64::from(when.iter().all(|one| self.reading.truth(one, None) == Truth::Yes))
            }
        }
    }
}
