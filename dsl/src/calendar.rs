//! The programme's calendar: instants to local days and back, spans, periods. The only file that knows time zones.
//!
//! Zone data is bundled (its version is pinned by the lock file), never read from the host: the same rulebook
//! gives the same answer on every machine. Instant to local is total, so daylight saving is never ambiguous.
//! Everything here is total: what would leave the calendar (years -9999 to 9999) stops at its end.

use crate::units::{Day, MinuteOfDay, Moment, Period, Span, SpanUnit, Weekday};
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan as _};
use std::sync::{Arc, OnceLock};

/// Seconds in a day of UTC.
const DAY_SECONDS: i64 = 86_400;

/// A time zone by its IANA name, from the bundled database.
#[derive(Debug, Clone)]
pub struct Zone {
    inner: TimeZone,
    /// Changes of clocks around now, once somebody asks; shared by all copies.
    near: Option<Arc<OnceLock<Offsets>>>,
}

/// Offsets of a stretch of time: from each second on, seconds to add to universal time; the last one is where it ends.
#[derive(Debug, Default)]
struct Offsets(Vec<(i64, i64)>);

impl Offsets {
    /// 2015 to 2045, seconds since 1970.
    const FROM: i64 = 1_420_070_400;
    const UNTIL: i64 = 2_366_841_600;

    fn of(zone: &TimeZone) -> Self {
        let (Ok(from), Ok(until)) = (Timestamp::from_second(Self::FROM), Timestamp::from_second(Self::UNTIL))
        else {
            return Self::default();
        };
        let mut found = vec![(Self::FROM, i64::from(zone.to_offset(from).seconds()))];
        let changes = zone.following(from).take_while(|change| change.timestamp() < until);
        found.extend(changes.map(|it| (it.timestamp().as_second(), i64::from(it.offset().seconds()))));
        found.push((Self::UNTIL, 0));
        Self(found)
    }

    fn at(&self, second: i64) -> Option<i64> {
        let after = self.0.partition_point(|(from, _)| *from <= second);
        let (_, offset) = self.0.get(after.checked_sub(1)?)?;
        (after < self.0.len()).then_some(*offset)
    }
}

/// An instant as the wall shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    /// The civil day.
    pub day: Day,
    /// Minutes since midnight on the wall.
    pub minute: MinuteOfDay,
    /// The day of the week.
    pub weekday: Weekday,
}

impl Zone {
    /// Finds a zone by IANA name (`Europe/Paris`), spelt exactly; `None` for an unknown name.
    pub fn find(name: &str) -> Option<Self> {
        let inner = TimeZoneDatabase::bundled().get(name).ok()?;
        (inner.iana_name() == Some(name)).then(|| Self { inner, near: Some(Arc::default()) })
    }

    /// Coordinated universal time.
    pub const fn utc() -> Self {
        Self { inner: TimeZone::UTC, near: None }
    }

    /// The zone's IANA name.
    pub fn name(&self) -> &str {
        self.inner.iana_name().unwrap_or("UTC")
    }

    /// What the wall shows at `moment`.
    pub fn local(&self, moment: Moment) -> Local {
        let second = moment.0.div_euclid(1000);
        let near = self.near.as_ref().map(|near| near.get_or_init(|| Offsets::of(&self.inner)));
        let seconds = if let Some(offset) = near.and_then(|near| near.at(second)) {
            second.saturating_add(offset)
        } else {
            let stamp = timestamp(moment);
            let offset = i64::from(self.inner.to_offset(stamp).seconds());
            stamp.as_millisecond().div_euclid(1000).saturating_add(offset)
        };
        let day = day_from(seconds.div_euclid(DAY_SECONDS));
        let minute = u16::try_from(seconds.rem_euclid(DAY_SECONDS).div_euclid(60)).unwrap_or(0);
        Local { day, minute: MinuteOfDay(minute), weekday: weekday(day) }
    }

    /// The first instant of `day` (the first valid one where midnight is skipped).
    pub fn start_of(&self, day: Day) -> Moment {
        let midnight = date(day).to_datetime(jiff::civil::Time::midnight());
        let found = self.inner.to_ambiguous_timestamp(midnight);
        if let AmbiguousOffset::Gap { before, .. } = found.offset() {
            // Midnight is skipped: the day begins when the clocks jump, which is at or before this instant.
            let past = before.to_timestamp(midnight).unwrap_or(Timestamp::MAX);
            let beyond = past.checked_add(1.nanosecond()).unwrap_or(past);
            if let Some(jump) = self.inner.preceding(beyond).next() {
                return moment(jump.timestamp());
            }
        }
        moment(found.compatible().unwrap_or_else(|_| end_of_calendar(day.0 > 0)))
    }

    /// The instant at which the wall shows a day and a time. A time that a change of clocks skips moves on by the gap;
    /// one that occurs twice is the first of the two.
    pub fn moment_of(&self, day: Day, time: MinuteOfDay) -> Moment {
        const MINUTE_MS: i64 = 60_000;
        let minutes = i64::from(time.0);
        let first = Moment(self.start_of(day).0.saturating_add(minutes.saturating_mul(MINUTE_MS)));
        let shown = self.local(first);
        let days = i64::from(day.0).saturating_sub(i64::from(shown.day.0));
        let off = days.saturating_mul(1440).saturating_add(minutes).saturating_sub(i64::from(shown.minute.0));
        let moved = Moment(first.0.saturating_add(off.saturating_mul(MINUTE_MS)));
        if self.local(moved).minute == time { moved } else { first.max(moved) }
    }

    /// `moment + span`: minutes and hours are exact, days and longer keep the wall time; months clamp down. A wall
    /// time that daylight saving skips moves forward by the gap; one that occurs twice is the first of the two.
    pub fn plus(&self, moment: Moment, span: Span) -> Moment {
        self.shift(moment, i64::from(span.count), span.unit)
    }

    /// `moment - span`, by the same rules.
    pub fn minus(&self, moment: Moment, span: Span) -> Moment {
        self.shift(moment, i64::from(span.count).saturating_neg(), span.unit)
    }

    fn shift(&self, from: Moment, count: i64, unit: SpanUnit) -> Moment {
        if count == 0 {
            return from;
        }
        let exact = |unit_ms: i64| {
            let moved = Moment(from.0.saturating_add(count.saturating_mul(unit_ms)));
            moment(timestamp(moved))
        };
        let days = match unit {
            SpanUnit::Minute => return exact(60_000),
            SpanUnit::Hour => return exact(3_600_000),
            _ => |day: Day| plus_civil(day, count, unit),
        };
        let stamp = timestamp(from);
        let wall = self.inner.to_offset(stamp).to_datetime(stamp);
        let moved = date(days(day_of_date(wall.date()))).to_datetime(wall.time());
        let found = self.inner.to_ambiguous_timestamp(moved).compatible();
        let found = found.unwrap_or_else(|_| end_of_calendar(count > 0));
        // At the ends of the calendar the day stops before the instant does: never move the wrong way.
        moment(if count > 0 { found.max(stamp) } else { found.min(stamp) })
    }

    /// The first day of the period that contains `day`.
    pub fn period_start(&self, day: Day, period: Period) -> Day {
        let (year, month, _) = ymd(day);
        // First month of the span of `months` months that `month` lies in.
        let first = |months: u8| {
            let into = month.saturating_sub(1).checked_rem(months).unwrap_or(0);
            day_of(year, month.saturating_sub(into), 1).unwrap_or(day)
        };
        match period {
            Period::Day => clamp(day),
            Period::Week => plus_days(day, i64::from(days_since_monday(day)).saturating_neg()),
            Period::Month => first(1),
            Period::Quarter => first(3),
            Period::HalfYear => first(6),
            Period::Year => first(12),
        }
    }

    /// The first day after the period that contains `day`.
    pub fn period_end(&self, day: Day, period: Period) -> Day {
        let start = self.period_start(day, period);
        match period {
            Period::Day => plus_days(start, 1),
            Period::Week => plus_days(start, 7),
            Period::Month => plus_months(start, 1),
            Period::Quarter => plus_months(start, 3),
            Period::HalfYear => plus_months(start, 6),
            Period::Year => plus_months(start, 12),
        }
    }

    /// RFC 3339 with the zone's offset, to the second: `2026-12-03T18:30:00+01:00`.
    pub fn show(&self, moment: Moment) -> String {
        let stamp = timestamp(moment);
        let seconds = self.inner.to_offset(stamp).seconds();
        // RFC 3339 has no seconds in an offset (local mean times have): cut them, so that the text names this instant.
        let whole = seconds.saturating_sub(seconds.checked_rem(60).unwrap_or(0));
        let offset = Offset::from_seconds(whole).unwrap_or(Offset::UTC);
        let wall = offset.to_datetime(stamp);
        let (sign, minutes) = (if whole < 0 { '-' } else { '+' }, whole.unsigned_abs().div_euclid(60));
        format!(
            "{}T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
            show_day(day_of_date(wall.date())),
            wall.hour(),
            wall.minute(),
            wall.second(),
            minutes.div_euclid(60),
            minutes.rem_euclid(60),
        )
    }
}

/// `day` moved by whole days, weeks, months or years; months and years clamp down to the end of a shorter month.
/// Minutes and hours leave it where it is. Stops at the ends of the calendar.
pub fn plus_civil(day: Day, count: i64, unit: SpanUnit) -> Day {
    match unit {
        SpanUnit::Minute | SpanUnit::Hour => day,
        SpanUnit::Day => plus_days(day, count),
        SpanUnit::Week => plus_days(day, count.saturating_mul(7)),
        SpanUnit::Month => plus_months(day, count),
        SpanUnit::Year => plus_months(day, count.saturating_mul(12)),
    }
}

/// The day of the week.
pub fn weekday(day: Day) -> Weekday {
    Weekday::ALL.get(usize::from(days_since_monday(day))).copied().unwrap_or(Weekday::Monday)
}

/// Reads `YYYY-MM-DD`; `None` when it is no day of the calendar.
pub fn parse_day(text: &str) -> Option<Day> {
    let shape = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    if text.len() != 10 || !text.bytes().enumerate().all(shape) {
        return None;
    }
    day_of(text.get(..4)?.parse().ok()?, text.get(5..7)?.parse().ok()?, text.get(8..)?.parse().ok()?)
}

/// Writes a day as `YYYY-MM-DD`.
pub fn show_day(day: Day) -> String {
    let (year, month, day) = ymd(day);
    let sign = if year < 0 { "-" } else { "" };
    format!("{sign}{:04}-{month:02}-{day:02}", year.unsigned_abs())
}

/// Year, month 1..=12, day 1..=31 of a civil day.
pub fn ymd(day: Day) -> (i16, u8, u8) {
    let date = date(day);
    (date.year(), date.month().unsigned_abs(), date.day().unsigned_abs())
}

/// The civil day of year, month, day; `None` when it does not exist.
pub fn day_of(year: i16, month: u8, day: u8) -> Option<Day> {
    let found = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let day = day_of_date(found);
    (clamp(day) == day).then_some(day)
}

/// Reads an RFC 3339 instant with an offset or `Z`; `None` otherwise. Digits below the millisecond are dropped.
pub fn parse_moment(text: &str) -> Option<Moment> {
    let (day, rest) = (text.get(..10)?, text.get(10..)?);
    parse_day(day)?;
    let time = rest.get(..9)?;
    let shape = |(at, byte): (usize, u8)| match at {
        0 => matches!(byte, b'T' | b't'),
        3 | 6 => byte == b':',
        _ => byte.is_ascii_digit(),
    };
    if !time.bytes().enumerate().all(shape) {
        return None;
    }
    let zone = rest.get(9..)?;
    let zone = match zone.strip_prefix('.') {
        None => zone,
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() || fraction.len().saturating_sub(zone.len()) > 9 {
                return None;
            }
            zone
        }
    };
    let offset = |zone: &str| {
        let shape = |(at, byte): (usize, u8)| match at {
            0 => matches!(byte, b'+' | b'-'),
            3 => byte == b':',
            _ => byte.is_ascii_digit(),
        };
        zone.len() == 6 && zone.bytes().enumerate().all(shape)
    };
    if !matches!(zone, "Z" | "z") && !offset(zone) {
        return None;
    }
    text.parse::<Timestamp>().ok().map(moment)
}

/// The timestamp of a moment, held inside the calendar.
fn timestamp(moment: Moment) -> Timestamp {
    Timestamp::from_millisecond(moment.0).unwrap_or_else(|_| end_of_calendar(moment.0 > 0))
}

fn moment(stamp: Timestamp) -> Moment {
    Moment(stamp.as_nanosecond().div_euclid(1_000_000).try_into().unwrap_or(0))
}

const fn end_of_calendar(last: bool) -> Timestamp {
    if last { Timestamp::MAX } else { Timestamp::MIN }
}

/// The first and last day of the calendar, one day inside what an instant can name in any zone.
fn calendar_days() -> (i64, i64) {
    let day = |stamp: Timestamp| stamp.as_second().div_euclid(DAY_SECONDS);
    (day(Timestamp::MIN).saturating_add(2), day(Timestamp::MAX).saturating_sub(1))
}

fn day_from(days: i64) -> Day {
    let (first, last) = calendar_days();
    Day(i32::try_from(days.clamp(first, last)).unwrap_or(0))
}

fn clamp(day: Day) -> Day {
    day_from(i64::from(day.0))
}

fn plus_days(day: Day, days: i64) -> Day {
    day_from(i64::from(day.0).saturating_add(days))
}

fn plus_months(day: Day, months: i64) -> Day {
    let from = date(day);
    // Months since year 0; a month past either end stops at the end.
    let index = i64::from(from.year())
        .saturating_mul(12)
        .saturating_add(i64::from(from.month()))
        .saturating_sub(1)
        .saturating_add(months);
    let (year, month) =
        (i16::try_from(index.div_euclid(12)), i8::try_from(index.rem_euclid(12).saturating_add(1)));
    let first = year.ok().zip(month.ok()).and_then(|(year, month)| Date::new(year, month, 1).ok());
    let Some(first) = first else { return plus_days(day, months.saturating_mul(31)) };
    let to = Date::new(first.year(), first.month(), from.day().min(first.days_in_month())).unwrap_or(first);
    clamp(day_of_date(to))
}

fn days_since_monday(day: Day) -> u8 {
    // 1970-01-01 was a Thursday.
    u8::try_from(i64::from(day.0).saturating_add(3).rem_euclid(7)).unwrap_or(0)
}

fn date(day: Day) -> Date {
    let seconds = i64::from(clamp(day).0).saturating_mul(DAY_SECONDS);
    let stamp = Timestamp::from_second(seconds).unwrap_or_else(|_| end_of_calendar(seconds > 0));
    Offset::UTC.to_datetime(stamp).date()
}

fn day_of_date(date: Date) -> Day {
    let midnight: DateTime = date.to_datetime(jiff::civil::Time::midnight());
    let stamp = Offset::UTC.to_timestamp(midnight).unwrap_or_else(|_| end_of_calendar(date.year() > 0));
    Day(i32::try_from(stamp.as_second().div_euclid(DAY_SECONDS)).unwrap_or(0))
}

#[cfg(test)]
mod tests;
