//! Steps of sums: which a return undoes, computed from the keys of their counters and from the sums themselves.

use super::returns::Purchase;
use super::{Context, Fold};
use crate::checks::Invariant;
use domain::entry::{Returned, StepsUndone};
use domain::state::{State, Sums};
use dsl::calendar::Zone;
use dsl::model::Refund;
use dsl::units::{Day, Period};

/// A counter of steps, as its key says it: `every:big/spent/10000/times/year`.
struct Steps<'a> {
    rule: &'a str,
    metric: &'a str,
    step: i64,
    /// None for ever.
    period: Option<Period>,
}

fn steps(key: &str) -> Option<Steps<'_>> {
    let parts: Vec<&str> = key.strip_prefix("every:")?.split('/').collect();
    let [rule, metric, step, "times", per] = parts.as_slice() else { return None };
    let period = match *per {
        "day" => Some(Period::Day),
        "week" => Some(Period::Week),
        "month" => Some(Period::Month),
        "year" => Some(Period::Year),
        _ => None,
    };
    Some(Steps { rule, metric, step: step.parse().ok()?, period })
}

fn of(sums: &Sums, metric: &str) -> i64 {
    if metric == "spent" { sums.spent_minor } else { sums.purchases }
}

/// Whether a counter is of a milestone: kept as long as the days of its period are.
pub(super) fn is_one(key: &str) -> bool {
    key.starts_with("every:")
}

/// What a return undoes: the newest steps, and their share of what was given for all of them.
fn undone(state: &State, day: Day, gone: &Sums, zone: &Zone) -> Vec<StepsUndone> {
    let mut found = Vec::new();
    for counter in &state.counters {
        let Some(Steps { rule, metric, step, period }) = steps(&counter.key) else { continue };
        let here = period.map_or(Day(i32::MIN), |period| zone.period_start(day, period));
        if counter.period != here || period.is_some() && state.days.iter().all(|sum| sum.day != day) {
            continue;
        }
        let before = match period {
            None => of(&state.lifetime, metric),
            Some(period) => {
                let of_period = state.days.iter().filter(|sum| zone.period_start(sum.day, period) == here);
                of_period.map(|sum| of(&sum.sums, metric)).sum()
            }
        };
        let reached = |sum: i64| sum.checked_div_euclid(step).unwrap_or(0);
        let lost = reached(before).saturating_sub(reached(before.saturating_sub(of(gone, metric))));
        let times = lost.min(counter.used);
        if times <= 0 {
            continue;
        }
        let per = counter.key.rsplit('/').next().unwrap_or_default();
        let key = format!("every:{rule}/{metric}/{step}/points/{per}");
        let points = state.counters.iter().find(|other| other.key == key && other.period == here);
        let given = points.map_or(0, |other| other.used);
        let left = i128::from(given).saturating_mul(i128::from(counter.used.saturating_sub(times)));
        let kept = left.checked_div(i128::from(counter.used)).and_then(|kept| i64::try_from(kept).ok());
        let points = given.saturating_sub(kept.unwrap_or(given));
        found.push(StepsUndone { key: counter.key.clone(), period: here, times, points });
    }
    found
}

impl Fold {
    /// Steps that a return undoes are those that the sums no longer reach.
    pub(super) fn steps_undone(
        &mut self,
        purchase: &Purchase,
        returned: &Returned,
        whole: bool,
        cx: &mut Context<'_>,
    ) {
        let spent_minor = returned.lines.iter().map(|line| line.amount_minor).fold(0, i64::saturating_add);
        let gone = Sums { spent_minor, earned_points: 0, purchases: i64::from(whole) };
        let own = match purchase.refund() {
            Refund::Keep => Vec::new(),
            Refund::Reverse => undone(&self.state, purchase.day(), &gone, cx.rulebook.zone()),
        };
        let zone = cx.rulebook.zone();
        let of_challenges = super::challenges::undone(&mut self.state, purchase, returned, whole, zone);
        let all = [own.clone(), of_challenges].concat();
        cx.checks.equal(Invariant::Returns, "steps undone", &returned.steps, &all);
        for steps in &own {
            let both =
                [(steps.key.clone(), steps.times), (steps.key.replace("/times/", "/points/"), steps.points)];
            for (key, amount) in both {
                let counters = self.state.counters.iter_mut();
                for counter in counters.filter(|other| other.key == key && other.period == steps.period) {
                    counter.used = counter.used.saturating_sub(amount);
                }
            }
        }
        self.state.counters.retain(|counter| counter.used > 0);
    }
}
