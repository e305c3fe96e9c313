//! Windowed sums: what a member spent, earned and bought, per local day of the programme's zone.
//!
//! A window counts whole days and ends with the day of the moment it is asked at. Sums are net: a return corrects the
//! day of its purchase.

use crate::scheduled::CATCH_UP_DAYS;
use crate::state::{DaySum, State, Sums};
use dsl::calendar::Zone;
use dsl::facts::{Metric, Window, WindowedSum};
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment, Period, Span, SpanUnit};

/// How far back days are kept at least, whatever the rulebook reads: a later rulebook may ask for a year.
pub(crate) const KEPT: Span = Span { count: 366, unit: SpanUnit::Day };

/// The value of a window that ends at `at`.
pub(crate) fn value(state: &State, asked: WindowedSum, at: Moment, zone: &Zone) -> i64 {
    let Some(first) = first_day(asked.window, at, zone) else { return metric(&state.lifetime, asked.metric) };
    let last = zone.local(at).day;
    state
        .days
        .iter()
        .filter(|sum| first <= sum.day && sum.day <= last)
        .fold(0, |total, sum| total.saturating_add(metric(&sum.sums, asked.metric)))
}

/// The sum of some days: from the first to before the second.
pub(crate) fn between(state: &State, asked: Metric, (first, end): (Day, Day)) -> i64 {
    state
        .days
        .iter()
        .filter(|sum| first <= sum.day && sum.day < end)
        .fold(0, |total, sum| total.saturating_add(metric(&sum.sums, asked)))
}

/// The value of a window's whole period, the one that `day` lies in: also what came after that day.
pub(crate) fn of_period(state: &State, asked: WindowedSum, day: Day, zone: &Zone) -> i64 {
    let Window::Calendar(period) = asked.window else { return metric(&state.lifetime, asked.metric) };
    let (first, end) = (zone.period_start(day, period), zone.period_end(day, period));
    state
        .days
        .iter()
        .filter(|sum| first <= sum.day && sum.day < end)
        .fold(0, |total, sum| total.saturating_add(metric(&sum.sums, asked.metric)))
}

/// The first day a window counts when it ends at `at`; none for a lifetime window.
pub(crate) fn first_day(window: Window, at: Moment, zone: &Zone) -> Option<Day> {
    match window {
        Window::Rolling(span) => Some(Day(zone.local(zone.minus(at, span)).day.0.saturating_add(1))),
        Window::Calendar(period) => Some(zone.period_start(zone.local(at).day, period)),
        Window::Lifetime => None,
    }
}

/// By when what a window still lacks must come: when its oldest part that counts leaves it.
pub(crate) fn closes_at(state: &State, asked: WindowedSum, at: Moment, zone: &Zone) -> Option<Moment> {
    let first = first_day(asked.window, at, zone)?;
    match asked.window {
        Window::Rolling(span) => state
            .days
            .iter()
            .find(|sum| first <= sum.day && metric(&sum.sums, asked.metric) > 0)
            .map(|sum| zone.plus(zone.start_of(sum.day), span)),
        Window::Calendar(period) => Some(zone.start_of(zone.period_end(first, period))),
        Window::Lifetime => None,
    }
}

/// Adds to a day and to the lifetime sums.
pub(crate) fn add(state: &mut State, day: Day, sums: Sums) {
    match state.days.binary_search_by_key(&day, |sum| sum.day) {
        Ok(place) => {
            if let Some(found) = state.days.get_mut(place) {
                found.sums = plus(found.sums, sums);
            }
        }
        Err(place) => state.days.insert(place, DaySum { day, sums }),
    }
    state.lifetime = plus(state.lifetime, sums);
    state.days.retain(|sum| sum.sums != Sums::default());
}

/// Takes back from a day, if it is still remembered, and from the lifetime sums. Points that were not earned on that day
/// are taken from the newest days.
pub(crate) fn take_back(state: &mut State, day: Day, sums: Sums) {
    if let Some(found) = state.days.iter_mut().find(|sum| sum.day == day) {
        let own = sums.earned_points.min(found.sums.earned_points);
        found.sums = minus(found.sums, Sums { earned_points: own, ..sums });
        // steps that it undoes were given on other days: the newest
        let mut over = sums.earned_points.saturating_sub(own);
        for other in state.days.iter_mut().rev() {
            let part = over.min(other.sums.earned_points).max(0);
            other.sums.earned_points = other.sums.earned_points.saturating_sub(part);
            over = over.saturating_sub(part);
        }
    }
    state.lifetime = minus(state.lifetime, sums);
    state.days.retain(|sum| sum.sums != Sums::default());
}

/// Drops days that no window of the rulebook can reach any more, but none of the last 366.
pub(crate) fn prune(state: &mut State, at: Moment, rulebook: &Rulebook) {
    let first = kept_from(at, rulebook);
    state.days.retain(|sum| first <= sum.day);
}

/// The oldest day that is kept at `at`. A late event may still ask for a window that ends before `at`.
pub(crate) fn kept_from(at: Moment, rulebook: &Rulebook) -> Day {
    let zone = rulebook.zone();
    let late = zone.minus(at, rulebook.programme().tolerance);
    rulebook
        .windows()
        .iter()
        .filter_map(|asked| first_day(asked.window, late, zone))
        .chain(first_day(Window::Rolling(KEPT), late, zone))
        // a ranking is of the period before its date, and is caught up for so long
        .chain(rulebook.programme().rules.iter().filter_map(|rule| {
            let window = Window::Calendar(rule.ranking?.period);
            let asked = WindowedSum { metric: Metric::Spent, window };
            let day = zone.local(at).day.0.saturating_sub(i32::try_from(CATCH_UP_DAYS).unwrap_or(i32::MAX));
            last_period(asked, zone.start_of(Day(day)), zone)
        }))
        .chain(
            rulebook.milestones().iter().filter_map(|milestone| last_period(milestone.every.sum, late, zone)),
        )
        .min()
        .unwrap_or(Day(i32::MIN))
}

/// The first day of the period before the one of a moment: a return may still undo a milestone of that period.
fn last_period(asked: WindowedSum, at: Moment, zone: &Zone) -> Option<Day> {
    let Window::Calendar(period) = asked.window else { return None };
    let this = zone.period_start(zone.local(at).day, period);
    Some(zone.period_start(Day(this.0.saturating_sub(1)), period))
}

/// The start of the last day that still counts a purchase.
pub(crate) fn last_purchase_day(state: &State, zone: &Zone) -> Option<Moment> {
    state.days.iter().rev().find(|sum| sum.sums.purchases > 0).map(|sum| zone.start_of(sum.day))
}

/// Whether a day still counts a purchase.
pub(crate) fn bought_on(state: &State, day: Day) -> bool {
    state.days.iter().any(|sum| sum.day == day && sum.sums.purchases > 0)
}

/// The end of the period after the one that contains `at`.
pub(crate) fn end_of_next(period: Period, at: Moment, zone: &Zone) -> Moment {
    let next = zone.period_end(zone.local(at).day, period);
    zone.start_of(zone.period_end(next, period))
}

pub(crate) fn metric(sums: &Sums, metric: Metric) -> i64 {
    match metric {
        Metric::Spent => sums.spent_minor,
        Metric::Earned => sums.earned_points,
        Metric::Purchases => sums.purchases,
    }
}

fn plus(a: Sums, b: Sums) -> Sums {
    Sums {
        spent_minor: a.spent_minor.saturating_add(b.spent_minor),
        earned_points: a.earned_points.saturating_add(b.earned_points),
        purchases: a.purchases.saturating_add(b.purchases),
    }
}

fn minus(a: Sums, b: Sums) -> Sums {
    Sums {
        spent_minor: a.spent_minor.saturating_sub(b.spent_minor),
        earned_points: a.earned_points.saturating_sub(b.earned_points),
        purchases: a.purchases.saturating_sub(b.purchases),
    }
}
