//! What time fires: absences, schedules, draws, rankings, and the segments they are meant for.

use super::condition::Scope;
use super::literal::{self, Literals};
use super::names::Names;
use super::programme::{label, name};
use super::report::{Report, short};
use crate::diagnostic::code;
use crate::model::{Condition, Every, Ranking, Segment, Timer};
use crate::plan::timers::{absence_kind, schedule_kind, whole};
use crate::syntax::ast::{self, Item, Kind, Quantity, What, Word};
use crate::units::{Period, Span, SpanUnit, Weekday};
use crate::vocabulary::SUMS;

/// Members one draw takes at most.
pub(super) const DRAWN_MAX: i64 = 500;

/// The last rank there is.
const RANK_MAX: i64 = 500;

/// The kind that stands for a segment where conditions are judged: it has no basket.
pub(super) const SEGMENT: &str = "segment";

impl Names<'_> {
    /// A segment; conditions that are wrong are reported and left out.
    pub(super) fn segment_item(&self, item: &Item<'_>, report: &mut Report) -> Segment {
        let scope = Scope::rule(Some(SEGMENT));
        let whens = item.body.iter().filter_map(|clause| match &clause.what {
            What::When(conds) => Some(conds),
            _ => None,
        });
        let when: Vec<Condition> = whens.flat_map(|conds| self.conditions(conds, scope, report)).collect();
        Segment { name: name(item), label: label(item, report), when, place: item.place }
    }

    /// When a rule is fired by time: the timer, the kind of event it is, and the segment it is for.
    pub(super) fn timer(
        &self,
        item: &Item<'_>,
        report: &mut Report,
    ) -> Option<(Timer, String, Option<Condition>)> {
        item.body.iter().find_map(|clause| match &clause.what {
            What::Absence(quantity) => {
                let span = absence(quantity, report)?;
                Some((Timer::Absence(span), absence_kind(span), None))
            }
            What::Schedule(schedule) => {
                let every = every(schedule, report);
                let at = literal::time(schedule.at, report);
                let members = schedule.segment.and_then(|word| {
                    let segment = self.segment(word, report)?;
                    Some(Condition::Segment { segment, inside: true, place: word.place })
                });
                let timer = Timer::Schedule { every: every?, at: at? };
                Some((timer, schedule_kind(&name(item)), members))
            }
            _ => None,
        })
    }

    /// How many members a rule draws.
    pub(super) fn drawn(word: Word<'_>, timer: Option<Timer>, report: &mut Report) -> Option<u32> {
        if !matches!(timer, Some(Timer::Schedule { .. })) {
            report.error(
                code::TIMER,
                word.place,
                "members are drawn at a moment that is the same for all",
                "write such as `on schedule every month on day 1 at 09:00` for this rule",
            );
            return None;
        }
        let count = literal::whole(word, report, "a draw takes a whole number of members")?;
        if !(1..=DRAWN_MAX).contains(&count) {
            let help = format!("write a number from 1 to {DRAWN_MAX}");
            report.error(code::TIMER, word.place, "a draw cannot take so many members", help);
            return None;
        }
        u32::try_from(count).ok()
    }

    /// Whom a rule ranks.
    pub(super) fn ranking(
        (from, to): (Word<'_>, Option<Word<'_>>),
        (by, last): (Word<'_>, Word<'_>),
        timer: Option<Timer>,
        report: &mut Report,
    ) -> Option<Ranking> {
        if !matches!(timer, Some(Timer::Schedule { .. })) {
            report.error(
                code::TIMER,
                from.place,
                "members are ranked at a moment that is the same for all",
                "write such as `on schedule every month on day 1 at 09:00` for this rule",
            );
            return None;
        }
        let metric = SUMS.iter().find(|sum| sum.path == by.text).and_then(|sum| sum.metric);
        if metric.is_none() {
            let sums: Vec<&str> =
                SUMS.iter().filter(|sum| sum.metric.is_some()).map(|sum| sum.path).collect();
            report.choice(by, "what ranks members", &sums);
        }
        let period = literal::period(last, report).filter(|period| {
            let whole = *period != Period::Day;
            if !whole {
                report.error(
                    code::TIMER,
                    last.place,
                    "members are ranked over a week, a month or longer",
                    "write such as `last week`",
                );
            }
            whole
        });
        let mut rank = |word: Word<'_>| {
            let rank = literal::whole(word, report, "a rank is a whole number")?;
            if !(1..=RANK_MAX).contains(&rank) {
                let help = format!("write ranks from 1 to {RANK_MAX}");
                report.error(code::TIMER, word.place, format!("there is no rank {}", short(word.text)), help);
                return None;
            }
            u32::try_from(rank).ok()
        };
        let first = rank(from);
        let until = to.map_or(first, &mut rank);
        let (first, until) = (first?, until?);
        if until < first {
            let message = format!("rank {until} comes before rank {first}");
            let help = format!("write `rank {until} to {first}`");
            report.error(code::TIMER, to.unwrap_or(from).place, message, help);
            return None;
        }
        Some(Ranking { from: first, to: until, metric: metric?, period: period? })
    }

    /// Notes what an item is fired by, so that tests may let it happen.
    pub(super) fn note_timer(&mut self, item: &Item<'_>) {
        let kind = item.body.iter().find_map(|clause| match &clause.what {
            What::Absence(quantity) => absence(quantity, &mut Report::default()).map(absence_kind),
            What::Schedule(_) => Some(schedule_kind(&name(item))),
            _ => None,
        });
        if let Some(kind) = kind.filter(|kind| !self.timers.contains(kind)) {
            self.timers.push(kind);
        }
    }
}

/// The kind of event that a test lets happen: an absence as it is written, anything else as it is.
pub(super) fn kind_of(word: Word<'_>) -> String {
    let parts: Vec<&str> = word.text.split([' ', '\t']).filter(|part| !part.is_empty()).collect();
    if let [_, "of", count, unit] = parts.as_slice()
        && let (Ok(count), Some(unit)) = (count.parse(), literal::span_unit(unit))
    {
        return absence_kind(whole(Span { count, unit }));
    }
    word.text.to_owned()
}

/// A file counts its absences in days or in months: only then are no two of them due at the same moment.
pub(super) fn one_unit(items: &[Item<'_>], report: &mut Report) {
    let mut first: Option<(SpanUnit, &str)> = None;
    for clause in items.iter().filter(|item| item.kind == Kind::Rule).flat_map(|item| &item.body) {
        let What::Absence(quantity) = &clause.what else { continue };
        let Some(span) = absence(quantity, &mut Report::default()) else { continue };
        match first {
            Some((unit, text)) if unit != span.unit => {
                let message = format!(
                    "another rule of this file counts absence by `{}`, this one by `{}`",
                    text, quantity.unit.text
                );
                report.error(
                    code::TIMER,
                    quantity.place,
                    message,
                    "count all of them in days and weeks, or all in months and years",
                );
            }
            Some(_) => {}
            None => first = Some((span.unit, quantity.unit.text)),
        }
    }
}

/// A length of absence, in days or months.
fn absence(quantity: &Quantity<'_>, report: &mut Report) -> Option<Span> {
    let span = whole(Literals::span(quantity, report)?);
    if matches!(span.unit, SpanUnit::Day | SpanUnit::Month) {
        return Some(span);
    }
    report.error(
        code::WRONG_UNIT,
        quantity.place,
        "absence is counted in whole days",
        "write such as `on absence of 60 days`",
    );
    None
}

/// How long before an expiry members are told.
pub(super) fn lead(quantity: &Quantity<'_>, report: &mut Report) -> Option<Span> {
    let span = whole(Literals::span(quantity, report)?);
    if matches!(span.unit, SpanUnit::Day | SpanUnit::Month) {
        return Some(span);
    }
    report.error(
        code::WRONG_UNIT,
        quantity.place,
        "members are reminded whole days before",
        "write such as `remind 14 days before expiry`",
    );
    None
}

/// A span before the day of the event.
pub(super) fn ago(quantity: &Quantity<'_>, report: &mut Report) -> Option<Span> {
    let span = Literals::span(quantity, report)?;
    if !matches!(span.unit, SpanUnit::Minute | SpanUnit::Hour) {
        return Some(span);
    }
    report.error(
        code::WRONG_UNIT,
        quantity.place,
        "dates are compared by whole days",
        "write such as `at least 60 days ago`",
    );
    None
}

fn every(schedule: &ast::Schedule<'_>, report: &mut Report) -> Option<Every> {
    Some(match schedule.every {
        ast::Every::Day => Every::Day,
        ast::Every::Week(word) => {
            let found = Weekday::ALL.into_iter().find(|day| day.word() == word.text);
            if found.is_none() {
                let days = Weekday::ALL.map(Weekday::word);
                report.choice(word, "the day of the week", &days);
            }
            Every::Week(found?)
        }
        ast::Every::Month(word) => {
            let day = literal::whole(word, report, "the day of a month is a whole number")?;
            if !(1..=31).contains(&day) {
                let message = format!("there is no day {} in a month", short(word.text));
                report.error(
                    code::NO_SUCH_DATE,
                    word.place,
                    message,
                    "write 1 to 31; in a shorter month, 31 is its last day",
                );
                return None;
            }
            Every::Month(u8::try_from(day).ok()?)
        }
        ast::Every::Once(word) => Every::Once(literal::day(word, report)?),
    })
}
