//! What time fires: the kinds of event that absences and schedules are, and when they fall.

use super::Rulebook;
use crate::calendar::{Zone, day_of, plus_civil, ymd};
use crate::model::{Every, Programme, Ranking, Rule, Timer};
use crate::units::{Day, MinuteOfDay, Moment, Span, SpanUnit};

/// An absence that rules answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// The kind of event it is: `absence.60_days`.
    pub kind: String,
    /// How long, in days or in months.
    pub span: Span,
}

/// A rule that the calendar fires.
#[derive(Debug, Clone, Copy)]
pub struct Scheduled<'a> {
    /// Its index in the programme.
    pub index: usize,
    /// The rule; its `on` is the kind of event it is: `schedule.monthly_gift`.
    pub rule: &'a Rule,
    /// On which days.
    pub every: Every,
    /// At which time of the day.
    pub at: MinuteOfDay,
}

impl Scheduled<'_> {
    /// The local days on which it falls, of `from` to `until`, both included.
    pub fn days(&self, from: Day, until: Day) -> Vec<Day> {
        (from.0..=until.0).map(Day).filter(|day| falls(self.every, *day)).collect()
    }

    /// The moment at which it falls on a local day.
    pub fn moment(&self, day: Day, zone: &Zone) -> Moment {
        zone.moment_of(day, self.at)
    }

    /// Of a rule that ranks members: its ranking, and the period that is over on the day of a date, as its first day and
    /// the first one after it. None where it ranks nobody, and on a date of a period in which there was one before: a
    /// period counts once.
    pub fn ranks(&self, day: Day, zone: &Zone) -> Option<(Ranking, Day, Day)> {
        let ranking = self.rule.ranking?;
        let end = zone.period_start(day, ranking.period);
        let first = zone.period_start(Day(end.0.saturating_sub(1)), ranking.period);
        let before = (end.0..day.0).map(Day).any(|day| falls(self.every, day));
        (!before).then_some((ranking, first, end))
    }
}

impl Rulebook {
    /// Absences that rules answer, each once, the shortest first. All in days, or all in months.
    pub fn absences(&self) -> &[Absence] {
        &self.absences
    }

    /// Rules that the calendar fires, in file order.
    pub fn scheduled(&self) -> impl Iterator<Item = Scheduled<'_>> {
        self.programme().rules.iter().enumerate().filter_map(|(index, rule)| match rule.timer {
            Some(Timer::Schedule { every, at }) => Some(Scheduled { index, rule, every, at }),
            _ => None,
        })
    }

    /// When members are told of what expires on a local day: the start of a local day; none where they are not told.
    pub fn remind_at(&self, expires: Day) -> Option<Moment> {
        let lead = self.programme().remind?;
        let day = plus_civil(expires, i64::from(lead.count).saturating_neg(), lead.unit);
        Some(self.zone().start_of(day))
    }

    /// When an absence that began on a local day has lasted so long: the start of a local day.
    pub fn absent_since(&self, began: Day, absence: &Absence) -> Moment {
        self.zone().start_of(plus_civil(began, i64::from(absence.span.count), absence.span.unit))
    }
}

/// The absences of a programme, the shortest first.
pub(super) fn absences(programme: &Programme) -> Vec<Absence> {
    let mut spans: Vec<Span> = programme
        .rules
        .iter()
        .filter_map(|rule| match rule.timer {
            Some(Timer::Absence(span)) => Some(span),
            _ => None,
        })
        .collect();
    spans.sort_by_key(|span| span.count);
    spans.dedup();
    spans.into_iter().map(|span| Absence { kind: absence_kind(span), span }).collect()
}

/// The kind of event an absence is.
pub(crate) fn absence_kind(span: Span) -> String {
    format!("absence.{}_{}s", span.count, span.unit.word())
}

/// The kind of event a rule's schedule is.
pub(crate) fn schedule_kind(rule: &str) -> String {
    format!("schedule.{rule}")
}

/// The same span in days or in months, where it is one of them.
pub(crate) fn whole(span: Span) -> Span {
    let times = |factor: u32, unit| Span { count: span.count.saturating_mul(factor), unit };
    match span.unit {
        SpanUnit::Week => times(7, SpanUnit::Day),
        SpanUnit::Year => times(12, SpanUnit::Month),
        _ => span,
    }
}

fn falls(every: Every, day: Day) -> bool {
    match every {
        Every::Day => true,
        Every::Week(weekday) => crate::calendar::weekday(day) == weekday,
        Every::Month(of_month) => {
            let (year, month, this) = ymd(day);
            this == of_month
                // the last day of a shorter month
                || (this < of_month
                    && day_of(year, month, this.saturating_add(1)).is_none())
        }
        Every::Once(once) => day == once,
    }
}
