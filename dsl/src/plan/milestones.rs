//! Milestones: steps of a member's sum that a rule gives points for, and the counters by which a return takes them back.
//!
//! A milestone has two counters per period: steps that were passed, and points given for them. Their keys say which sum
//! and which step it is (`every:big/spent/10000/times/year`), so that a return of any age knows what it undoes, whatever
//! the rules are by then.

use super::counters::Counters;
use super::{LimitOwner, LimitSlot};
use crate::facts::{Metric, Window, WindowedSum};
use crate::model::{Give, Limit, LimitPeriod, LimitUnit, Programme, Threshold};
use crate::units::Period;

/// A milestone of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Milestone {
    /// The rule, by index.
    pub rule: usize,
    /// The step, and of which sum.
    pub every: Threshold,
    /// The counter of steps passed in a period, by index into `Rulebook::limits`.
    pub times: usize,
    /// The counter of whole points given for them.
    pub points: usize,
}

fn each(programme: &Programme) -> impl Iterator<Item = (usize, Threshold)> + '_ {
    programme.rules.iter().enumerate().filter_map(|(at, rule)| {
        rule.gives.iter().find_map(|give| match give {
            Give::Milestone { every, .. } => Some((at, *every)),
            _ => None,
        })
    })
}

const fn period_of(window: Window) -> LimitPeriod {
    match window {
        Window::Calendar(Period::Day) => LimitPeriod::Day,
        Window::Calendar(Period::Week) => LimitPeriod::Week,
        Window::Calendar(Period::Month) => LimitPeriod::Month,
        Window::Calendar(_) => LimitPeriod::Year,
        Window::Rolling(_) | Window::Lifetime => LimitPeriod::Programme,
    }
}

/// Adds the counters of milestones to those of limits.
pub(super) fn add(counters: &mut Counters, programme: &Programme) {
    for (at, every) in each(programme) {
        let Some(rule) = programme.rules.get(at) else { continue };
        let stem = |name: &str| format!("every:{name}/{}/{}", every.sum.metric.word(), every.at_least);
        let former: Vec<String> = rule.formerly.iter().map(|name| stem(name)).collect();
        let per = period_of(every.sum.window);
        let limits = [LimitUnit::Times(i64::MAX), LimitUnit::Points(i64::MAX)].map(|most| Limit {
            most,
            per,
            household: false,
        });
        counters.add(LimitOwner::Milestone(at), &stem(&rule.name), &former, &limits);
    }
}

/// The milestones of a programme, in the order of its rules.
pub(super) fn of(programme: &Programme, slots: &[LimitSlot]) -> Vec<Milestone> {
    let slot = |rule: usize, times: bool| {
        slots.iter().position(|slot| {
            slot.owner == LimitOwner::Milestone(rule) && matches!(slot.most, LimitUnit::Times(_)) == times
        })
    };
    let milestone =
        |(rule, every)| Some(Milestone { rule, every, times: slot(rule, true)?, points: slot(rule, false)? });
    each(programme).filter_map(milestone).collect()
}

/// What a counter of steps counts, by its key; none for the key of any other counter.
pub fn step_of(key: &str) -> Option<Threshold> {
    let mut parts = key.strip_prefix("every:")?.split('/').skip(1);
    let metric = match parts.next()? {
        "spent" => Metric::Spent,
        "purchases" => Metric::Purchases,
        _ => return None,
    };
    let at_least = parts.next()?.parse().ok().filter(|step| *step > 0)?;
    if parts.next()? != "times" {
        return None;
    }
    let window = match parts.next()? {
        "day" => Window::Calendar(Period::Day),
        "week" => Window::Calendar(Period::Week),
        "month" => Window::Calendar(Period::Month),
        "year" => Window::Calendar(Period::Year),
        "programme" => Window::Lifetime,
        _ => return None,
    };
    Some(Threshold { at_least, sum: WindowedSum { metric, window } })
}
