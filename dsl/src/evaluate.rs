//! One decision: an event and facts in, an outcome out. Pure, total, integers only.
//!
//! Two halves with one seam: `matcher` says which rules fire (and which condition stopped the others), `aggregate`
//! turns those that fire into points (phases, groups), `cuts` applies limits and budgets, `rounding` rounds once and
//! splits whole points. The matcher knows no points and the rest knows no conditions.

mod aggregate;
pub(crate) mod arithmetic;
mod cuts;
mod matcher;
mod rounding;
mod values;
pub(crate) mod within;

use crate::calendar::Zone;
use crate::event::Event;
use crate::facts::Facts;
use crate::model::Programme;
use crate::outcome::{Outcome, Verdict};
use crate::plan::tables::KindPlan;

/// Decides one event by the plan of its kind.
pub(crate) fn evaluate(
    programme: &Programme,
    zone: &Zone,
    plan: Option<&KindPlan>,
    event: &Event,
    facts: &Facts,
) -> Outcome {
    let mut outcome =
        Outcome { verdicts: vec![Verdict::OtherEvent; programme.rules.len()], ..Outcome::default() };
    let Some(plan) = plan else { return outcome };
    let values = values::Values::read(plan, zone, event, facts);
    let fired = matcher::fire(plan, &values, &mut outcome.verdicts);
    if !fired.is_empty() {
        aggregate::award(programme, plan, &values, facts, fired, &mut outcome);
    }
    outcome
}
