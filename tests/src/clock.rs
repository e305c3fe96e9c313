//! Wall time in stories: `2026-03-02 10:05` in the story's zone, to instants and back. It never reads a clock.

use dsl::units::Moment;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The zone a story's moments are written in.
#[derive(Debug, Clone)]
pub struct Wall {
    zone: TimeZone,
}

impl Wall {
    /// Finds a zone by IANA name.
    pub fn find(name: &str) -> Result<Self, String> {
        TimeZone::get(name).map(|zone| Self { zone }).map_err(|e| format!("`{name}` is no time zone: {e}"))
    }

    /// Reads `YYYY-MM-DD` and `HH:MM`, or `HH:MM:SS`; a wall time that occurs twice is the first of the two.
    pub fn read(&self, day: &str, time: &str) -> Result<Moment, String> {
        let wrong = |e: &dyn std::fmt::Display| format!("`{day} {time}` is no moment: {e}");
        let time = if time.matches(':').count() == 1 { format!("{time}:00") } else { time.to_owned() };
        let civil: DateTime = format!("{day}T{time}").parse().map_err(|e: jiff::Error| wrong(&e))?;
        let zoned = civil.to_zoned(self.zone.clone()).map_err(|e| wrong(&e))?;
        Ok(Moment(zoned.timestamp().as_millisecond()))
    }

    /// Writes a moment as the story's wall shows it; seconds only where there are any.
    pub fn show(&self, moment: Moment) -> String {
        jiff::Timestamp::from_millisecond(moment.0).map_or_else(
            |_| format!("{} ms", moment.0),
            |t| {
                let civil = t.to_zoned(self.zone.clone()).datetime();
                let format = if civil.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
                civil.strftime(format).to_string()
            },
        )
    }
}

/// RFC 3339 in UTC, as the HTTP API takes and gives instants.
pub fn rfc3339(moment: Moment) -> String {
    jiff::Timestamp::from_millisecond(moment.0).map_or_else(|_| String::new(), |t| t.to_string())
}

/// Reads RFC 3339 with any offset.
pub fn from_rfc3339(text: &str) -> Result<Moment, String> {
    let stamp: jiff::Timestamp = text.parse().map_err(|e| format!("`{text}` is no instant: {e}"))?;
    Ok(Moment(stamp.as_millisecond()))
}
