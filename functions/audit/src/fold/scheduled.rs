//! What time fires by a rule: when an absence was reached and that each counts once, when dates of a schedule fall.
//! Computed here a second time, from the calendar.

use super::{Context, Fold};
use crate::checks::Invariant;
use domain::entry::{Entry, Place};
use dsl::calendar::{plus_civil, show_day};
use dsl::model::{Every, Ranking, Rule, Timer};
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};

impl Fold {
    /// Whether the reference is that of the timer, and whether it fired when it may. Notes an absence as answered.
    pub(super) fn fires(
        &mut self,
        timer: &str,
        (period, place): (Day, Option<Place>),
        entry: &Entry,
        cx: &mut Context<'_>,
    ) -> (bool, bool) {
        let own = entry.reference.as_str() == format!("k#{timer}:{}#", show_day(period));
        let rules = || cx.rulebook.programme().rules.iter().filter(|rule| rule.on == timer);
        let zone = cx.rulebook.zone();
        let mut timely = entry.occurred_at <= entry.at && self.state.enrolled_at <= entry.occurred_at;
        match rules().next().and_then(|rule| rule.timer) {
            Some(Timer::Absence(_)) => {
                let began = zone.local(self.began()).day;
                let answered = self.state.standing.absence_answered;
                timely = timely
                    && began == period
                    && answered.is_none_or(|answered| answered < entry.occurred_at)
                    && rules().all(|rule| self.absent(rule, cx.rulebook) == Some(entry.occurred_at));
                self.state.standing.absence_answered = Some(entry.occurred_at);
            }
            Some(Timer::Schedule { every, at }) => {
                timely = timely && falls(every, period) && zone.moment_of(period, at) == entry.occurred_at;
            }
            None => timely = false,
        }
        ranked(timer, (period, place), cx);
        (own, timely)
    }

    /// When the member reaches the next absence that nobody answered, after an entry.
    pub(super) fn next_absence(&self, after: Moment, rulebook: &Rulebook) -> Option<Moment> {
        if self.state.standing.erased || self.state.standing.merges.into.is_some() {
            return None;
        }
        let answered = self.state.standing.absence_answered.unwrap_or(Moment(i64::MIN));
        let rules = rulebook.programme().rules.iter();
        let moments = rules.filter_map(|rule| self.absent(rule, rulebook));
        moments.filter(|at| *at > after && *at > answered).min()
    }

    /// Since when the member is away.
    fn began(&self) -> Moment {
        self.state.last_purchase_at.unwrap_or(self.state.enrolled_at)
    }

    fn absent(&self, rule: &Rule, rulebook: &Rulebook) -> Option<Moment> {
        let Some(Timer::Absence(span)) = rule.timer else { return None };
        let zone = rulebook.zone();
        Some(zone.start_of(plus_civil(zone.local(self.began()).day, i64::from(span.count), span.unit)))
    }
}

fn falls(every: Every, day: Day) -> bool {
    let (_, month, of_month) = dsl::calendar::ymd(day);
    match every {
        Every::Day => true,
        Every::Week(weekday) => dsl::calendar::weekday(day) == weekday,
        Every::Once(once) => once == day,
        Every::Month(wanted) => {
            // the wanted day, or the last one of a month without it
            let (_, next, _) = dsl::calendar::ymd(Day(day.0.saturating_add(1)));
            of_month == wanted || (of_month < wanted && next != month)
        }
    }
}

/// A place is that of a rule that ranks, and one of those it rewards; every period is ranked once.
fn ranked(timer: &str, (period, place): (Day, Option<Place>), cx: &mut Context<'_>) {
    let rule = cx.rulebook.programme().rules.iter().find(|rule| rule.on == timer);
    let ranking = rule.and_then(|rule| rule.ranking);
    let first = |ranking: &Ranking| {
        let Some(Timer::Schedule { every, .. }) = rule.and_then(|rule| rule.timer) else { return false };
        let start = cx.rulebook.zone().period_start(period, ranking.period);
        // a day that no calendar has is in no period, and is not counted up to
        let within = period.0.saturating_sub(start.0) <= 366;
        within && (start.0..period.0).all(|day| !falls(every, Day(day)))
    };
    let right = match (&ranking, place) {
        (None, None) => true,
        (Some(ranking), Some(place)) => {
            let rewarded = ranking.from..=ranking.to;
            rewarded.contains(&place.rank) && place.score > 0 && first(ranking)
        }
        _ => false,
    };
    cx.checks
        .expect(Invariant::Places, right, || format!("{place:?} of {timer}, which ranks by {ranking:?}"));
}
