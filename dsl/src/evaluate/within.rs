//! How far two days are apart, as `within` asks: whole local days, anniversaries of a birthday, exact for hours.

use crate::calendar::{Zone, day_of, plus_civil, ymd};
use crate::units::{Day, Moment, Span, SpanUnit};

/// A day as `within` sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DayPoint {
    /// The local day.
    pub(crate) day: Day,
    /// The instant, where there is one.
    pub(crate) moment: Option<Moment>,
    /// Whether it comes back every year.
    pub(crate) yearly: bool,
}

impl DayPoint {
    /// The day of an instant.
    pub(crate) fn of(zone: &Zone, moment: Moment) -> Self {
        Self { day: zone.local(moment).day, moment: Some(moment), yearly: false }
    }

    /// A birthday.
    pub(crate) const fn birthday(day: Day) -> Self {
        Self { day, moment: None, yearly: true }
    }
}

/// Whether `left` lies no further than `span` from `right`, on either side, ends included. Spans of minutes and hours
/// compare instants where both sides are instants, and days otherwise.
pub(crate) fn within(left: DayPoint, right: DayPoint, span: Span) -> bool {
    let unit_ms = match span.unit {
        SpanUnit::Minute => Some(60_000_i64),
        SpanUnit::Hour => Some(3_600_000),
        _ => None,
    };
    if let (Some(unit_ms), Some(left), Some(right)) = (unit_ms, left.moment, right.moment) {
        return left.0.abs_diff(right.0) <= i64::from(span.count).saturating_mul(unit_ms).unsigned_abs();
    }
    if right.yearly {
        return anniversaries(right.day, left.day).any(|day| near(left.day, day, span));
    }
    if left.yearly {
        return anniversaries(left.day, right.day).any(|day| near(day, right.day, span));
    }
    near(left.day, right.day, span)
}

/// Whether `today` lies at least a span after a day, or, where not `least`, at most that long.
pub(crate) fn ago(day: Day, today: Day, span: Span, least: bool) -> bool {
    let then = plus_civil(day, i64::from(span.count), span.unit);
    if least { then <= today } else { today <= then }
}

fn near(day: Day, base: Day, span: Span) -> bool {
    let count = i64::from(span.count);
    plus_civil(base, count.saturating_neg(), span.unit) <= day && day <= plus_civil(base, count, span.unit)
}

/// The anniversaries around a day: a birthday on 29 February falls on the 28th in other years.
fn anniversaries(of: Day, around: Day) -> impl Iterator<Item = Day> {
    let (_, month, day) = ymd(of);
    let (year, _, _) = ymd(around);
    [-1_i16, 0, 1].into_iter().filter_map(move |step| {
        let year = year.saturating_add(step);
        day_of(year, month, day).or_else(|| day_of(year, month, 28))
    })
}
