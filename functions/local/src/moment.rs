//! Moments as people and exports write them.

use dsl::calendar::{Zone, parse_day, parse_moment};
use dsl::units::{Moment, Span, SpanUnit};

/// An instant: with an offset as written, else local time of the zone (the earlier one where the clock goes back, the
/// later one where it skips); a date alone is noon.
pub(crate) fn moment(text: &str, zone: &Zone) -> Option<Moment> {
    if let Some(moment) = parse_moment(text) {
        return Some(moment);
    }
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, "12:00:00"));
    let day = parse_day(day)?;
    let parts: Vec<u32> = time.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] => (*hour, *minute, 0),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let minutes = hour * 60 + minute;
    // As long after midnight as the wall says, then corrected by how far the wall is off on days of 23 or 25 hours.
    let start = zone.start_of(day);
    let guess = zone.plus(start, Span { count: minutes, unit: SpanUnit::Minute });
    let wall = zone.local(guess);
    let off = i64::from(minutes) - i64::from(wall.minute.0) + i64::from(day.0 - wall.day.0) * 1_440;
    let corrected = Moment(guess.0 + off * 60_000);
    let exact = zone.local(corrected).day == day && u32::from(zone.local(corrected).minute.0) == minutes;
    Some(Moment(if exact { corrected.0 } else { guess.0 } + i64::from(second) * 1_000))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail by panicking
mod tests {
    use super::*;

    fn paris() -> Zone {
        Zone::find("Europe/Paris").unwrap()
    }

    #[test]
    fn moments_without_an_offset_are_local() {
        let shown = |text| moment(text, &paris()).map(|moment| paris().show(moment));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(shown("2026-07-01T08:26:05"), some("2026-07-01T08:26:05+02:00"));
        assert_eq!(shown("2026-12-01 08:26"), some("2026-12-01T08:26:00+01:00"));
        assert_eq!(shown("2026-12-01"), some("2026-12-01T12:00:00+01:00"));
        assert_eq!(shown("2026-12-01T08:26:00Z"), some("2026-12-01T09:26:00+01:00"));
        // The days the clock goes forward and back.
        assert_eq!(shown("2026-03-29T04:00:00"), some("2026-03-29T04:00:00+02:00"));
        assert_eq!(shown("2026-03-29T02:30:00"), some("2026-03-29T03:30:00+02:00"));
        assert_eq!(shown("2026-10-25T02:30:00"), some("2026-10-25T02:30:00+02:00"));
        assert_eq!(shown("2026-10-25T04:00:00"), some("2026-10-25T04:00:00+01:00"));
        for wrong in
            ["", "yesterday", "2026-02-30", "2026-12-01T24:00:00", "2026-12-01T8", "2026-12-01T08:26:00:00"]
        {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }
}
