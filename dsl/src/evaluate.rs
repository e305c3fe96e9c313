//! One decision: an event and facts in, an answer out. Pure, total, integers only.
//!
//! Two halves with one seam: `matcher` says which rules fire, `aggregate` turns those that fire into points (phases,
//! groups), `cuts` applies limits and budgets, `rounding` rounds once and splits whole points. The matcher knows no
//! points and the rest knows no conditions. All of it works in buffers that its caller keeps ([`Work`]): once they have
//! grown to an event's size, deciding allocates nothing.

mod aggregate;
pub(crate) mod arithmetic;
mod attention;
mod challenges;
mod cuts;
mod matcher;
mod rounding;
pub(crate) mod truth;
mod values;
pub(crate) mod within;

use crate::calendar::Zone;
use crate::event::Event;
use crate::facts::Facts;
use crate::model::Programme;
use crate::outcome::{Answer, Outcome, Verdict};
use crate::plan::tables::{KindPlan, size};

/// Buffers to decide events in, one after another: of any kind, by any rulebook. What one event leaves in them is the
/// answer to it, and nothing of it reaches the next.
#[derive(Debug, Default)]
pub struct Work {
    values: values::Values,
    hits: matcher::Hits,
    phases: aggregate::Phases,
    answer: Answer,
    /// The rule that draws, and the condition that kept the member from being drawn.
    undrawn: Option<(usize, usize)>,
}

impl Work {
    /// The answer to the last event.
    pub const fn answer(&self) -> &Answer {
        &self.answer
    }

    /// Nothing happens, as a rule draws members and this one may not be drawn.
    pub(crate) fn undrawn(&mut self, rule: usize, unmet: usize) {
        self.answer.clear();
        self.undrawn = Some((rule, unmet));
    }

    /// Decides one event by the plan of its kind.
    pub(crate) fn decide(
        &mut self,
        programme: &Programme,
        zone: &Zone,
        plan: Option<&KindPlan>,
        event: &Event,
        facts: &Facts,
    ) {
        let Self { values, hits, phases, answer, undrawn } = self;
        answer.clear();
        *undrawn = None;
        let Some(plan) = plan else { return };
        values.read(plan, zone, event, facts);
        phases.clear();
        matcher::fire(plan, values, hits, |row| phases.fire(plan, values, facts, row));
        if !phases.fired.is_empty() {
            aggregate::award(programme, plan, values, facts, phases, answer);
            attention::mute(programme, plan, values, facts, answer);
        }
    }

    /// The whole outcome of the event that was decided last, by the same programme and plan: why every rule did what it
    /// did. Costs a look at every rule.
    pub(crate) fn outcome(&self, programme: &Programme, plan: Option<&KindPlan>) -> Outcome {
        let mut verdicts = vec![Verdict::OtherEvent; programme.rules.len()];
        let mut tell = |rule: usize, verdict: Verdict| {
            if let Some(slot) = verdicts.get_mut(rule) {
                *slot = verdict;
            }
        };
        if let Some((rule, unmet)) = self.undrawn {
            tell(rule, Verdict::Unmet(unmet));
        } else {
            let mut fired = self.phases.fired.iter().map(|rule| rule.rule).peekable();
            for row in plan.map_or(&[][..], |plan| &plan.rows) {
                // Both in the order of rows.
                if fired.next_if_eq(&row.rule).is_none()
                    && let Some(plan) = plan
                {
                    tell(size(row.rule), matcher::unmet(plan, &self.values, row));
                }
            }
            for (rule, verdict) in &self.answer.fired {
                tell(*rule, verdict.clone());
            }
        }
        self.answer.outcome(programme, verdicts)
    }
}
