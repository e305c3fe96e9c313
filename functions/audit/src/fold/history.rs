//! Sums per day, windows over them, and counters of limits.

use domain::entry::Entry;
use domain::state::{Counter, DaySum, State, Sums};
use dsl::facts::{Metric, Window, WindowedSum};
use dsl::model::LimitPeriod;
use dsl::plan::{LimitSlot, Rulebook};
use dsl::units::{Day, Moment, Period, Span, SpanUnit};

/// The period of a limit that never starts anew.
const FOR_EVER: Day = Day(i32::MIN);

/// Days are kept at least this long, whatever the rulebook reads.
const KEPT: Span = Span { count: 366, unit: SpanUnit::Day };

/// Adds to a day and to the lifetime; below zero takes back, from the day only if it is remembered.
pub(super) fn add(state: &mut State, day: Day, sums: Sums) {
    if !state.days.iter().any(|other| other.day == day) {
        state.days.push(DaySum { day, sums: Sums::default() });
        state.days.sort_by_key(|other| other.day);
    }
    change(state, day, sums);
}

/// Takes back from a day, if it is remembered, and from the lifetime.
pub(super) fn take_back(state: &mut State, day: Day, sums: Sums) {
    // points that the day did not bring are taken from the newest days
    let there = state.days.iter().find(|other| other.day == day).map(|other| other.sums.earned_points);
    let own = there.map_or(sums.earned_points, |there| there.min(sums.earned_points));
    let mut over = sums.earned_points.saturating_sub(own);
    state.lifetime.earned_points = state.lifetime.earned_points.saturating_sub(over);
    let negative = Sums {
        spent_minor: sums.spent_minor.saturating_neg(),
        earned_points: own.saturating_neg(),
        purchases: sums.purchases.saturating_neg(),
    };
    change(state, day, negative);
    for other in state.days.iter_mut().rev() {
        let part = other.sums.earned_points.clamp(0, over.max(0));
        other.sums.earned_points = other.sums.earned_points.saturating_sub(part);
        over = over.saturating_sub(part);
    }
    state.days.retain(|other| other.sums != Sums::default());
}

fn change(state: &mut State, day: Day, sums: Sums) {
    let days = state.days.iter_mut().filter(|other| other.day == day).map(|other| &mut other.sums);
    for total in days.chain([&mut state.lifetime]) {
        total.spent_minor = total.spent_minor.saturating_add(sums.spent_minor);
        total.earned_points = total.earned_points.saturating_add(sums.earned_points);
        total.purchases = total.purchases.saturating_add(sums.purchases);
    }
    state.days.retain(|other| other.sums != Sums::default());
}

/// What a window that ends at this moment adds up to.
pub(super) fn window(state: &State, sum: WindowedSum, at: Moment, rulebook: &Rulebook) -> i64 {
    let of = |sums: &Sums| match sum.metric {
        Metric::Spent => sums.spent_minor,
        Metric::Earned => sums.earned_points,
        Metric::Purchases => sums.purchases,
    };
    let last = rulebook.zone().local(at).day;
    match first_day(sum.window, at, rulebook) {
        None => of(&state.lifetime),
        Some(first) => {
            let days = state.days.iter().filter(|day| (first..=last).contains(&day.day));
            days.map(|day| of(&day.sums)).fold(0, i64::saturating_add)
        }
    }
}

/// The first day that counts; none when all do.
pub(super) fn first_day(window: Window, at: Moment, rulebook: &Rulebook) -> Option<Day> {
    let zone = rulebook.zone();
    match window {
        Window::Lifetime => None,
        Window::Calendar(period) => Some(zone.period_start(zone.local(at).day, period)),
        Window::Rolling(span) => Some(Day(zone.local(zone.minus(at, span)).day.0.saturating_add(1))),
    }
}

/// The oldest day that any window could still ask for, late events included.
pub(super) fn remembered_from(at: Moment, rulebook: &Rulebook) -> Day {
    let late = rulebook.zone().minus(at, rulebook.programme().tolerance);
    let asked = rulebook.windows().iter().map(|sum| sum.window).chain([Window::Rolling(KEPT)]);
    let first = asked.filter_map(|window| first_day(window, late, rulebook));
    // a milestone may be undone until the period after its own is over
    let before = rulebook.milestones().iter().filter_map(|milestone| match milestone.every.sum.window {
        Window::Calendar(period) => {
            let zone = rulebook.zone();
            let this = zone.period_start(zone.local(late).day, period);
            Some(zone.period_start(Day(this.0.saturating_sub(1)), period))
        }
        _ => None,
    });
    // a ranking looks at the period before its date, and a job may be a month late with it
    let ranked = rulebook.programme().rules.iter().filter_map(|rule| rule.ranking).map(|ranking| {
        let zone = rulebook.zone();
        let this = zone.period_start(Day(zone.local(at).day.0.saturating_sub(31)), ranking.period);
        zone.period_start(Day(this.0.saturating_sub(1)), ranking.period)
    });
    first.chain(before).chain(ranked).min().unwrap_or(FOR_EVER)
}

/// When an entry's event counts for limits: where it was decided later than events are accepted, in the oldest period
/// that is kept.
pub(super) fn counts_at(entry: &Entry, rulebook: &Rulebook) -> Moment {
    entry.occurred_at.max(rulebook.zone().minus(entry.at, rulebook.programme().tolerance))
}

/// Uses an amount of a limit in the period of this moment; false when the rulebook has no such limit.
pub(super) fn use_limit(state: &mut State, key: &str, amount: i64, at: Moment, rulebook: &Rulebook) -> bool {
    let Some(slot) = rulebook.limits().iter().find(|slot| slot.key == key) else { return false };
    use_slot(state, slot, amount, at, rulebook);
    true
}

/// What a limit has used in the period of this moment.
pub(super) fn used(state: &State, slot: &LimitSlot, at: Moment, rulebook: &Rulebook) -> i64 {
    let zone = rulebook.zone();
    let period = calendar(slot.per).map_or(FOR_EVER, |period| zone.period_start(zone.local(at).day, period));
    let counters = state.counters.iter();
    let same = counters.filter(|counter| counter.period == period && is_of(slot, &counter.key));
    same.map(|counter| counter.used).fold(0, i64::saturating_add)
}

/// The same by the limit itself. Counters under former keys come under the present one.
pub(super) fn use_slot(state: &mut State, slot: &LimitSlot, amount: i64, at: Moment, rulebook: &Rulebook) {
    let zone = rulebook.zone();
    let period = calendar(slot.per).map_or(FOR_EVER, |period| zone.period_start(zone.local(at).day, period));
    let same = |counter: &Counter| counter.period == period && is_of(slot, &counter.key);
    let before = state
        .counters
        .iter()
        .filter(|counter| same(counter))
        .map(|counter| counter.used)
        .fold(0, i64::saturating_add);
    state.counters.retain(|counter| !same(counter));
    let used = before.saturating_add(amount);
    if used > 0 {
        state.counters.push(Counter { key: slot.key.clone(), period, used });
        state.counters.sort_by(|a, b| (&a.key, a.period).cmp(&(&b.key, b.period)));
    }
}

/// Counts one more use, or one less, of a reward that only so many members may have. Whether the member began, or
/// ceased, to be one of them.
pub(super) fn use_place(state: &mut State, reward: &str, times: i64) -> bool {
    let key = format!("reward:{reward}/place");
    let before = state.counters.iter().find(|counter| counter.key == key).map_or(0, |counter| counter.used);
    let used = before.saturating_add(times).max(0);
    state.counters.retain(|counter| counter.key != key);
    if used > 0 {
        state.counters.push(Counter { key, period: FOR_EVER, used });
        state.counters.sort_by(|a, b| (&a.key, a.period).cmp(&(&b.key, b.period)));
    }
    (before == 0) != (used == 0)
}

/// True for a counter that no event can count in any more, so that it may be dropped.
pub(super) fn is_over(counter: &Counter, at: Moment, rulebook: &Rulebook) -> bool {
    if super::milestones::is_one(&counter.key) {
        return counter.period != FOR_EVER && counter.period < remembered_from(at, rulebook);
    }
    let zone = rulebook.zone();
    let late = zone.minus(at, rulebook.programme().tolerance);
    if super::challenges::is_one(&counter.key) {
        return super::challenges::is_over(&counter.key, counter.period, zone.local(late).day, zone);
    }
    let slot = rulebook.limits().iter().find(|slot| is_of(slot, &counter.key));
    let period = match slot.map(|slot| calendar(slot.per)) {
        // a limit that is not in force: kept as long as any period could last
        None => Some(Period::Year).filter(|_| counter.period != FOR_EVER),
        Some(period) => period,
    };
    match period {
        Some(period) => zone.start_of(zone.period_end(counter.period, period)) <= late,
        // a limit that never starts anew does not need what it counted when it did
        None => counter.period != FOR_EVER,
    }
}

fn is_of(slot: &LimitSlot, key: &str) -> bool {
    slot.key == key || slot.former_keys.iter().any(|former| former == key)
}

const fn calendar(per: LimitPeriod) -> Option<Period> {
    match per {
        LimitPeriod::Day => Some(Period::Day),
        LimitPeriod::Week => Some(Period::Week),
        LimitPeriod::Month => Some(Period::Month),
        LimitPeriod::Year => Some(Period::Year),
        LimitPeriod::Event | LimitPeriod::Programme => None,
    }
}
