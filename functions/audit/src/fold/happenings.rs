//! Counts of declared events: one more for each that happened while rules asked for its kind.

use super::{Fold, history};
use domain::entry::Entry;
use domain::state::{Happened, State};
use dsl::facts::Window;
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment, Span, SpanUnit};
use std::collections::BTreeMap;

/// Days are kept at least this long.
const KEPT: Window = Window::Rolling(Span { count: 366, unit: SpanUnit::Day });

impl Fold {
    /// An event of a kind happened.
    pub(super) fn happened(&mut self, kind: &str, entry: &Entry, rulebook: &Rulebook) {
        if rulebook.happenings().iter().any(|asked| asked.kind == kind) {
            let day = rulebook.zone().local(entry.occurred_at).day;
            came(&mut self.state, &[Happened { kind: kind.to_owned(), days: vec![(day, 1)], total: 1 }]);
        }
    }
}

/// What came is added up, kind by kind and day by day.
pub(super) fn came(state: &mut State, more: &[Happened]) {
    let mut all: BTreeMap<String, (BTreeMap<Day, i64>, i64)> = BTreeMap::new();
    for one in state.happened.iter().chain(more) {
        let (days, total) = all.entry(one.kind.clone()).or_default();
        *total = total.saturating_add(one.total);
        for (day, times) in &one.days {
            let sum = days.entry(*day).or_default();
            *sum = sum.saturating_add(*times);
        }
    }
    let each = all.into_iter().map(|(kind, (days, total))| Happened {
        kind,
        days: days.into_iter().collect(),
        total,
    });
    state.happened = each.collect();
}

/// What is to be remembered of it after an entry.
pub(super) fn remembered(own: &State, at: Moment, rulebook: &Rulebook) -> Vec<Happened> {
    let late = rulebook.zone().minus(at, rulebook.programme().tolerance);
    let windows = rulebook.happenings().iter().map(|asked| asked.window).chain([KEPT]);
    let first = windows.filter_map(|window| history::first_day(window, late, rulebook)).min();
    let is_asked = |kind: &str| rulebook.happenings().iter().any(|asked| asked.kind == kind);
    let each = own.happened.iter().cloned().filter_map(|mut one| {
        one.days.retain(|(day, _)| first.is_none_or(|first| *day >= first));
        (is_asked(&one.kind) || !one.days.is_empty()).then_some(one)
    });
    each.collect()
}
