//! Counters of limits: what a period of the programme's calendar has used already. And the names of programme-wide
//! counters, which the store keeps.

use crate::history::{challenges, milestones, windows};
use crate::state::{Counter, State};
use dsl::calendar::Zone;
use dsl::model::{LimitPeriod, Reward};
use dsl::plan::{LimitSlot, Rulebook};
use dsl::units::{Day, Moment, Period};

/// The period of a counter that never ends.
pub(crate) const FOR_EVER: Day = Day(i32::MIN);

/// The name of a budget's counter.
pub fn budget_counter(budget: &str) -> String {
    format!("budget:{budget}")
}

/// The name of the counter of a reward's stock.
pub fn stock_counter(reward: &str) -> String {
    format!("stock:{reward}")
}

/// The name of the counter of the members who have a reward that only so many may have.
pub fn members_counter(reward: &str) -> String {
    format!("members:{reward}")
}

/// Counters that rules answering `kind` may draw on, by their budgets and by the rewards they give: what to load before
/// deciding such an event.
pub(crate) fn of_rules(kind: &str, rulebook: &Rulebook) -> Vec<String> {
    let programme = rulebook.programme();
    let budgets = rulebook.budgets_for(kind).iter().filter_map(|index| programme.budgets.get(*index));
    let mut needed: Vec<String> = budgets.map(|budget| budget_counter(&budget.name)).collect();
    let rewards = rulebook.rewards_for(kind);
    for counter in rewards.filter_map(|index| programme.rewards.get(index)).flat_map(of_reward) {
        if !needed.contains(&counter) {
            needed.push(counter);
        }
    }
    needed
}

/// Counters of a reward's stock, and of the members who have it.
pub(crate) fn of_reward(reward: &Reward) -> impl Iterator<Item = String> + use<> {
    let stock = reward.stock.map(|_| stock_counter(&reward.name));
    stock.into_iter().chain(reward.first_members.map(|_| members_counter(&reward.name)))
}

/// When an event counts for limits: when it happened; or, where it is decided later than the programme accepts events (by
/// a job that did not run, by a referral that matured), in the oldest period whose counters are kept. So no limit is ever
/// passed for want of what it has used.
pub(crate) fn counts_at(at: Moment, decided_at: Moment, rulebook: &Rulebook) -> Moment {
    at.max(rulebook.zone().minus(decided_at, rulebook.programme().tolerance))
}

/// What a limit has used in the period that contains `at`, under its present key or an earlier one.
pub(crate) fn used(state: &State, slot: &LimitSlot, at: Moment, zone: &Zone) -> i64 {
    let period = period_of(slot.per, at, zone);
    state
        .counters
        .iter()
        .filter(|counter| counter.period == period && is_of(slot, &counter.key))
        .fold(0, |used, counter| used.saturating_add(counter.used))
}

/// Uses (or, below zero, gives back) an amount in the period that contains `at`. Earlier keys are brought to the
/// present one.
pub(crate) fn add(state: &mut State, slot: &LimitSlot, at: Moment, amount: i64, zone: &Zone) {
    let used = used(state, slot, at, zone).saturating_add(amount).max(0);
    let period = period_of(slot.per, at, zone);
    state.counters.retain(|counter| counter.period != period || !is_of(slot, &counter.key));
    if used > 0 {
        let place = state.counters.partition_point(|other| (&other.key, other.period) < (&slot.key, period));
        state.counters.insert(place, Counter { key: slot.key.clone(), period, used });
    }
}

/// What is counted under exactly this key in the period that begins with this day.
pub(crate) fn used_under(state: &State, key: &str, period: Day) -> i64 {
    let found = state.counters.iter().find(|counter| counter.key == key && counter.period == period);
    found.map_or(0, |counter| counter.used)
}

/// Counts less of it; a counter of nothing goes.
pub(crate) fn take_under(state: &mut State, key: &str, period: Day, amount: i64) {
    for counter in state.counters.iter_mut().filter(|counter| counter.key == key && counter.period == period)
    {
        counter.used = counter.used.saturating_sub(amount);
    }
    state.counters.retain(|counter| counter.used > 0);
}

/// The key under which it is counted how often a member has a reward that only so many members may have: while she has
/// it at all, she is one of them.
pub(crate) fn place_key(reward: &str) -> String {
    format!("reward:{reward}/place")
}

/// How often that is.
pub(crate) fn places(state: &State, reward: &str) -> i64 {
    let key = place_key(reward);
    state.counters.iter().find(|counter| counter.key == key).map_or(0, |counter| counter.used)
}

/// Counts one more, or one less.
pub(crate) fn add_place(state: &mut State, reward: &str, times: i64) {
    let (key, used) = (place_key(reward), places(state, reward).saturating_add(times));
    state.counters.retain(|counter| counter.key != key);
    if used > 0 {
        let place = state.counters.partition_point(|other| (&other.key, other.period) < (&key, FOR_EVER));
        state.counters.insert(place, Counter { key, period: FOR_EVER, used });
    }
}

/// Drops counters of periods that ended so long ago that no late event can count in them.
pub(crate) fn prune(state: &mut State, at: Moment, rulebook: &Rulebook) {
    let zone = rulebook.zone();
    let late = zone.minus(at, rulebook.programme().tolerance);
    let slots = rulebook.limits();
    let kept_from = windows::kept_from(at, rulebook);
    state.counters.retain(|counter| {
        if milestones::is_one(&counter.key) {
            // as long as a return could undo it: as long as the days of its period are kept
            return counter.period == FOR_EVER || kept_from <= counter.period;
        }
        if challenges::is_one(&counter.key) {
            return challenges::is_kept(&counter.key, counter.period, zone.local(late).day, zone);
        }
        let slot = slots.iter().find(|slot| is_of(slot, &counter.key));
        match slot.and_then(|slot| calendar(slot.per)) {
            // A limit of a rulebook that is not in force now keeps its counter as long as any could need it.
            None => {
                counter.period == FOR_EVER || slot.is_none() && is_within_a_year(counter.period, late, zone)
            }
            Some(period) => late < zone.start_of(zone.period_end(counter.period, period)),
        }
    });
}

fn is_within_a_year(period: Day, late: Moment, zone: &Zone) -> bool {
    late < zone.start_of(zone.period_end(period, Period::Year))
}

fn is_of(slot: &LimitSlot, key: &str) -> bool {
    slot.key == key || slot.former_keys.iter().any(|former| former == key)
}

fn period_of(per: LimitPeriod, at: Moment, zone: &Zone) -> Day {
    calendar(per).map_or(FOR_EVER, |period| zone.period_start(zone.local(at).day, period))
}

/// The calendar period of a limit; none for one that never starts anew (or that has no counter).
pub(crate) fn calendar(per: LimitPeriod) -> Option<Period> {
    match per {
        LimitPeriod::Day => Some(Period::Day),
        LimitPeriod::Week => Some(Period::Week),
        LimitPeriod::Month => Some(Period::Month),
        LimitPeriod::Year => Some(Period::Year),
        LimitPeriod::Event | LimitPeriod::Programme => None,
    }
}
