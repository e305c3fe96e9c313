//! How often declared events happened to a member, per local day: counted from when rules first ask for a kind on, and
//! only while they do.

use crate::history::windows::{KEPT, first_day};
use crate::state::{Happened, State};
use dsl::calendar::Zone;
use dsl::facts::{Happening, Window};
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};

/// What each count of the rulebook comes to at a moment.
pub(crate) fn values(state: &State, at: Moment, rulebook: &Rulebook) -> Vec<i64> {
    rulebook.happenings().iter().map(|asked| value(state, asked, at, rulebook.zone())).collect()
}

fn value(state: &State, asked: &Happening, at: Moment, zone: &Zone) -> i64 {
    let Some(own) = state.happened.iter().find(|own| own.kind == asked.kind) else { return 0 };
    let Some(first) = first_day(asked.window, at, zone) else { return own.total };
    let last = zone.local(at).day;
    let inside = own.days.iter().filter(|(day, _)| first <= *day && *day <= last);
    inside.fold(0, |sum, (_, times)| sum.saturating_add(*times))
}

/// Counts an event of a day, where the rulebook counts such.
pub(crate) fn note(state: &mut State, kind: &str, at: Moment, rulebook: &Rulebook) {
    if rulebook.counts(kind) {
        add(state, kind, &[(rulebook.zone().local(at).day, 1)], 1);
    }
}

/// Adds what happened on days, and in all.
pub(crate) fn add(state: &mut State, kind: &str, days: &[(Day, i64)], total: i64) {
    let place = state.happened.partition_point(|own| own.kind.as_str() < kind);
    if state.happened.get(place).is_none_or(|own| own.kind != kind) {
        let new = Happened { kind: kind.to_owned(), days: Vec::new(), total: 0 };
        state.happened.insert(place, new);
    }
    let Some(own) = state.happened.get_mut(place) else { return };
    own.total = own.total.saturating_add(total);
    for (day, times) in days {
        match own.days.binary_search_by_key(day, |(day, _)| *day) {
            Ok(at) => {
                if let Some((_, own)) = own.days.get_mut(at) {
                    *own = own.saturating_add(*times);
                }
            }
            Err(at) => own.days.insert(at, (*day, *times)),
        }
    }
}

/// Drops days that no window can reach any more, but none of the last 366; and kinds of which nothing is left that
/// anybody asks for.
pub(crate) fn prune(state: &mut State, at: Moment, rulebook: &Rulebook) {
    if state.happened.is_empty() {
        return;
    }
    let zone = rulebook.zone();
    let late = zone.minus(at, rulebook.programme().tolerance);
    let windows = rulebook.happenings().iter().map(|asked| asked.window).chain([Window::Rolling(KEPT)]);
    let first = windows.filter_map(|window| first_day(window, late, zone)).min().unwrap_or(Day(i32::MIN));
    for own in &mut state.happened {
        own.days.retain(|(day, _)| first <= *day);
    }
    state.happened.retain(|own| rulebook.counts(&own.kind) || !own.days.is_empty());
}
