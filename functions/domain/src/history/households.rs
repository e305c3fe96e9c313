//! Limits over a household: all its members count in one counter, which stands beside the chains and moves in the
//! transaction of the entry that uses it, as a budget does. Who is in none counts alone, in her own state.
//!
//! Counters are of the period in which an event happened, however late it is told: they are never dropped.

use crate::history::counters::calendar;
use crate::state::State;
use dsl::calendar::{Zone, show_day};
use dsl::model::LimitUnit;
use dsl::plan::{LimitSlot, Rulebook};
use dsl::units::Moment;
use std::collections::BTreeMap;

/// What the name of a counter says after its household, for a key and the period that contains a moment.
fn rest(slot: &LimitSlot, key: &str, at: Moment, zone: &Zone) -> String {
    match calendar(slot.per) {
        Some(period) => format!("/{key}/{}", show_day(zone.period_start(zone.local(at).day, period))),
        None => format!("/{key}/ever"),
    }
}

fn begin(household: &str) -> String {
    format!("household:{household}")
}

/// What the names of the counters end with that an event of a moment may ask for, whatever the household; nothing where
/// no limit is over households.
pub fn needed(at: Moment, rulebook: &Rulebook) -> Vec<String> {
    let shared = rulebook.limits().iter().filter(|slot| slot.household);
    let names = shared.flat_map(|slot| {
        let keys = [&slot.key].into_iter().chain(&slot.former_keys);
        keys.map(|key| rest(slot, key, at, rulebook.zone()))
    });
    names.collect()
}

/// The counters of a household, by what [`needed`] says.
pub fn names(household: &str, needed: &[String]) -> Vec<String> {
    needed.iter().map(|rest| format!("{}{rest}", begin(household))).collect()
}

/// What an event of a moment counts in, of a limit over households: the counter, and what may be used of it; none for
/// who is in none.
pub(crate) fn counter(
    state: &State,
    slot: &LimitSlot,
    at: Moment,
    counters: &BTreeMap<String, i64>,
    zone: &Zone,
) -> Option<(String, i64)> {
    let household = state.household.as_ref().filter(|_| slot.household)?;
    let (LimitUnit::Times(most) | LimitUnit::Points(most) | LimitUnit::Money(most)) = slot.most;
    // what was used under an earlier name of the rule counts, and is used no more
    let before = slot.former_keys.iter().map(|key| {
        let name = format!("{}{}", begin(household), rest(slot, key, at, zone));
        counters.get(&name).copied().unwrap_or(0)
    });
    let most = before.fold(most, i64::saturating_sub);
    Some((format!("{}{}", begin(household), rest(slot, &slot.key, at, zone)), most))
}

/// What a household has used of a limit; none for who is in none.
pub(crate) fn used(
    state: &State,
    slot: &LimitSlot,
    at: Moment,
    counters: &BTreeMap<String, i64>,
    zone: &Zone,
) -> Option<i64> {
    let (name, left) = counter(state, slot, at, counters, zone)?;
    let (LimitUnit::Times(most) | LimitUnit::Points(most) | LimitUnit::Money(most)) = slot.most;
    Some(counters.get(&name).copied().unwrap_or(0).saturating_add(most.saturating_sub(left)))
}
