//! The programme's calendar: instants to local days and back, spans, periods. The only file that knows time zones.
//!
//! Zone data is bundled (its version is pinned by the lock file), never read from the host: the same rulebook
//! gives the same answer on every machine. Instant to local is total, so daylight saving is never ambiguous.

use crate::units::{Day, MinuteOfDay, Moment, Period, Span, Weekday};

/// A time zone by its IANA name, from the bundled database.
#[derive(Debug, Clone)]
pub struct Zone {
    inner: jiff::tz::TimeZone,
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
    /// Finds a zone by IANA name (`Europe/Paris`); `None` for an unknown name.
    pub fn find(_name: &str) -> Option<Self> {
        todo!()
    }
    /// Coordinated universal time.
    pub fn utc() -> Self {
        todo!()
    }
    /// The zone's IANA name.
    pub fn name(&self) -> &str {
        self.inner.iana_name().unwrap_or("UTC")
    }
    /// What the wall shows at `moment`.
    pub fn local(&self, _moment: Moment) -> Local {
        todo!()
    }
    /// The first instant of `day` (the first valid one where midnight is skipped).
    pub fn start_of(&self, _day: Day) -> Moment {
        todo!()
    }
    /// `moment + span`: minutes and hours are exact, days and longer keep the wall time; months clamp down.
    pub fn plus(&self, _moment: Moment, _span: Span) -> Moment {
        todo!()
    }
    /// `moment - span`, by the same rules.
    pub fn minus(&self, _moment: Moment, _span: Span) -> Moment {
        todo!()
    }
    /// The first day of the period that contains `day`.
    pub fn period_start(&self, _day: Day, _period: Period) -> Day {
        todo!()
    }
    /// The first day after the period that contains `day`.
    pub fn period_end(&self, _day: Day, _period: Period) -> Day {
        todo!()
    }
    /// RFC 3339 with the zone's offset, to the second: `2026-12-03T18:30:00+01:00`.
    pub fn show(&self, _moment: Moment) -> String {
        todo!()
    }
}

/// Reads `YYYY-MM-DD`; `None` when it is no day of the calendar.
pub fn parse_day(_text: &str) -> Option<Day> {
    todo!()
}

/// Writes a day as `YYYY-MM-DD`.
pub fn show_day(_day: Day) -> String {
    todo!()
}

/// Year, month 1..=12, day 1..=31 of a civil day.
pub fn ymd(_day: Day) -> (i16, u8, u8) {
    todo!()
}

/// The civil day of year, month, day; `None` when it does not exist.
pub fn day_of(_year: i16, _month: u8, _day: u8) -> Option<Day> {
    todo!()
}

/// Reads an RFC 3339 instant with an offset or `Z`; `None` otherwise.
pub fn parse_moment(_text: &str) -> Option<Moment> {
    todo!()
}
