//! Milestones: steps of a sum for which a rule gave points, and what a return does to them.
//!
//! What is counted stands in the member's counters, under keys that say which sum and which step it is. A return that
//! takes a sum back below a step takes back what was given for the newest steps, in proportion: of 150 points for three
//! steps, the first of them to go takes 50, and the last one what is left.

use crate::entry::StepsUndone;
use crate::history::counters::{self, FOR_EVER};
use crate::history::windows;
use crate::state::{State, Sums};
use dsl::calendar::Zone;
use dsl::facts::Window;
use dsl::plan::step_of;
use dsl::units::Day;

/// Whether a counter's key is of a milestone.
pub(crate) fn is_one(key: &str) -> bool {
    key.starts_with("every:")
}

/// The key of the points that were given for the steps of a key.
fn points_key(times_key: &str) -> String {
    times_key.replace("/times/", "/points/")
}

/// Undoes the steps that the sums of a day no longer reach once so much is taken from them; nothing else of the state
/// changes. In the order of the counters' keys.
pub(crate) fn undo(state: &mut State, day: Day, gone: Sums, zone: &Zone) -> Vec<StepsUndone> {
    let mut undone = Vec::new();
    for counter in &state.counters {
        let Some(every) = step_of(&counter.key) else { continue };
        let (period, known) = match every.sum.window {
            Window::Calendar(period) => {
                (zone.period_start(day, period), state.days.iter().any(|sum| sum.day == day))
            }
            _ => (FOR_EVER, true),
        };
        if counter.period != period || !known {
            continue;
        }
        let before = windows::of_period(state, every.sum, day, zone);
        let after = before.saturating_sub(windows::metric(&gone, every.sum.metric));
        let steps = |sum: i64| sum.checked_div_euclid(every.at_least).unwrap_or(0);
        let times = steps(before).saturating_sub(steps(after)).min(counter.used);
        if times > 0 {
            let given = counters::used_under(state, &points_key(&counter.key), period);
            let points = given.saturating_sub(share(given, counter.used.saturating_sub(times), counter.used));
            undone.push(StepsUndone { key: counter.key.clone(), period, times, points });
        }
    }
    for steps in &undone {
        counters::take_under(state, &steps.key, steps.period, steps.times);
        counters::take_under(state, &points_key(&steps.key), steps.period, steps.points);
    }
    undone
}

/// floor(points x part / whole).
fn share(points: i64, part: i64, whole: i64) -> i64 {
    let product = i128::from(points).saturating_mul(i128::from(part));
    product.checked_div_euclid(i128::from(whole)).and_then(|share| i64::try_from(share).ok()).unwrap_or(0)
}
