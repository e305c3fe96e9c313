//! Calendar tests: daylight saving, clamping, periods, and totality at the ends of the calendar.
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use super::*;
use crate::units::SpanUnit;
use proptest::prelude::*;

fn zone(name: &str) -> Zone {
    Zone::find(name).unwrap()
}

fn at(text: &str) -> Moment {
    parse_moment(text).unwrap()
}

fn day(text: &str) -> Day {
    parse_day(text).unwrap()
}

const fn span(count: u32, unit: SpanUnit) -> Span {
    Span { count, unit }
}

#[test]
fn zones_are_found_by_exact_name() {
    assert_eq!(zone("Europe/Paris").name(), "Europe/Paris");
    assert_eq!(zone("UTC").name(), "UTC");
    assert_eq!(Zone::utc().name(), "UTC");
    for unknown in ["", "europe/paris", "Europe/Atlantis", "Etc/Unknown", "../../etc/passwd", "Paris"] {
        assert!(Zone::find(unknown).is_none(), "{unknown}");
    }
}

#[test]
fn moments_are_read_strictly() {
    assert_eq!(parse_moment("1970-01-01T00:00:00Z"), Some(Moment(0)));
    assert_eq!(parse_moment("1970-01-01T01:00:00.5+01:00"), Some(Moment(500)));
    assert_eq!(
        parse_moment("1969-12-31T23:59:59.9995Z"),
        Some(Moment(-1)),
        "below the millisecond is dropped downwards"
    );
    for wrong in [
        "1970-01-01",
        "1970-01-01T00:00:00",
        "1970-01-01 00:00:00Z",
        "1970-01-01T00:00Z",
        "1970-02-30T00:00:00Z",
        "1970-01-01T24:00:00Z",
        "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00+1",
        "1970-01-01T00:00:00Z[UTC]",
        "1970-01-01T00:00:00+01:00[Europe/Paris]",
        "19700101T000000Z",
        "",
        "é970-01-01T00:00:00Z",
    ] {
        assert_eq!(parse_moment(wrong), None, "{wrong}");
    }
}

#[test]
fn days_are_read_and_written() {
    assert_eq!(parse_day("1970-01-01"), Some(Day(0)));
    assert_eq!(parse_day("2000-03-01"), Some(Day(11_017)));
    assert_eq!(show_day(Day(11_016)), "2000-02-29");
    for wrong in
        ["2026-02-29", "2026-13-01", "2026-00-01", "2026-1-01", "26-01-01", "2026/01/01", "+026-01-01"]
    {
        assert_eq!(parse_day(wrong), None, "{wrong}");
    }
    assert_eq!(ymd(day("2024-02-29")), (2024, 2, 29));
    assert_eq!(day_of(1900, 2, 29), None);
}

#[test]
fn local_time_follows_daylight_saving() {
    let paris = zone("Europe/Paris");
    let before = paris.local(at("2026-03-29T00:59:59Z"));
    assert_eq!((before.day, before.minute.0), (day("2026-03-29"), 119));
    let after = paris.local(at("2026-03-29T01:00:00Z"));
    assert_eq!((after.day, after.minute.0, after.weekday), (day("2026-03-29"), 180, Weekday::Sunday));
    // The hour that occurs twice is two instants with one wall time.
    assert_eq!(paris.local(at("2026-10-25T00:30:00Z")), paris.local(at("2026-10-25T01:30:00Z")));
    assert_eq!(paris.show(at("2026-10-25T00:30:00Z")), "2026-10-25T02:30:00+02:00");
    assert_eq!(paris.show(at("2026-10-25T01:30:00Z")), "2026-10-25T02:30:00+01:00");
    assert_eq!(paris.show(at("1900-06-01T12:00:00Z")), "1900-06-01T12:09:00+00:09");
}

#[test]
fn a_day_starts_at_its_first_valid_instant() {
    assert_eq!(zone("Europe/Paris").start_of(day("2026-07-01")), at("2026-06-30T22:00:00Z"));
    // Midnight skipped: clocks went from 00:00 to 01:00.
    let havana = zone("America/Havana");
    assert_eq!(havana.start_of(day("2026-03-08")), at("2026-03-08T05:00:00Z"));
    assert_eq!(havana.local(havana.start_of(day("2026-03-08"))).minute.0, 60);
    // The gap began before midnight (23:30 to 00:30): the day starts at 00:30.
    let toronto = zone("America/Toronto");
    assert_eq!(toronto.local(toronto.start_of(day("1919-03-31"))).minute.0, 30);
    assert_eq!(toronto.local(Moment(toronto.start_of(day("1919-03-31")).0 - 1)).day, day("1919-03-30"));
    // A whole day skipped: it begins where the next one does.
    let apia = zone("Pacific/Apia");
    assert_eq!(apia.start_of(day("2011-12-30")), apia.start_of(day("2011-12-31")));
    // Midnight twice: the first.
    assert_eq!(havana.start_of(day("2026-11-01")), at("2026-11-01T04:00:00Z"));
}

#[test]
fn days_keep_the_wall_time_and_hours_are_exact() {
    let paris = zone("Europe/Paris");
    let eve = at("2026-03-28T12:00:00+01:00");
    assert_eq!(paris.plus(eve, span(1, SpanUnit::Day)), at("2026-03-29T12:00:00+02:00"));
    assert_eq!(paris.plus(eve, span(24, SpanUnit::Hour)), at("2026-03-29T13:00:00+02:00"));
    assert_eq!(paris.minus(at("2026-03-29T12:00:00+02:00"), span(1, SpanUnit::Day)), eve);
    // 02:30 does not exist on the 29th: forward by the gap. On 25 October it exists twice: the first.
    assert_eq!(
        paris.plus(at("2026-03-28T02:30:00+01:00"), span(1, SpanUnit::Day)),
        at("2026-03-29T03:30:00+02:00")
    );
    assert_eq!(
        paris.plus(at("2026-10-24T02:30:00+02:00"), span(1, SpanUnit::Day)),
        at("2026-10-25T02:30:00+02:00")
    );
    let second = at("2026-10-25T02:30:00+01:00");
    assert_eq!(paris.plus(second, span(0, SpanUnit::Day)), second, "nothing added changes nothing");
}

#[test]
fn months_clamp_down() {
    let utc = Zone::utc();
    let noon = |text: &str| at(&format!("{text}T12:00:00Z"));
    for (from, count, unit, to) in [
        ("2026-01-31", 1, SpanUnit::Month, "2026-02-28"),
        ("2024-01-31", 1, SpanUnit::Month, "2024-02-29"),
        ("2026-01-31", 3, SpanUnit::Month, "2026-04-30"),
        ("2024-02-29", 1, SpanUnit::Year, "2025-02-28"),
        ("2024-02-29", 4, SpanUnit::Year, "2028-02-29"),
        ("2026-11-30", 3, SpanUnit::Month, "2027-02-28"),
        ("2026-01-01", 2, SpanUnit::Week, "2026-01-15"),
    ] {
        assert_eq!(utc.plus(noon(from), span(count, unit)), noon(to), "{from} + {count} {unit:?}");
    }
    assert_eq!(utc.minus(noon("2026-03-31"), span(1, SpanUnit::Month)), noon("2026-02-28"));
    assert_eq!(utc.minus(noon("2024-02-29"), span(1, SpanUnit::Year)), noon("2023-02-28"));
    assert_eq!(utc.minus(noon("2026-01-15"), span(1, SpanUnit::Month)), noon("2025-12-15"));
}

#[test]
fn periods_are_half_open_and_weeks_start_on_monday() {
    let utc = Zone::utc();
    for (of, period, start, end) in [
        ("2026-05-17", Period::Day, "2026-05-17", "2026-05-18"),
        ("2026-01-01", Period::Week, "2025-12-29", "2026-01-05"),
        ("2026-12-31", Period::Week, "2026-12-28", "2027-01-04"),
        ("2026-11-23", Period::Week, "2026-11-23", "2026-11-30"),
        ("1969-12-31", Period::Week, "1969-12-29", "1970-01-05"),
        ("2024-02-29", Period::Month, "2024-02-01", "2024-03-01"),
        ("2026-12-31", Period::Month, "2026-12-01", "2027-01-01"),
        ("2026-08-15", Period::Quarter, "2026-07-01", "2026-10-01"),
        ("2026-12-31", Period::Quarter, "2026-10-01", "2027-01-01"),
        ("2026-06-30", Period::HalfYear, "2026-01-01", "2026-07-01"),
        ("2026-07-01", Period::HalfYear, "2026-07-01", "2027-01-01"),
        ("2026-12-31", Period::Year, "2026-01-01", "2027-01-01"),
    ] {
        let found = (utc.period_start(day(of), period), utc.period_end(day(of), period));
        assert_eq!(found, (day(start), day(end)), "{period:?} of {of}");
    }
    assert_eq!(weekday(day("2026-11-23")), Weekday::Monday);
    assert_eq!(weekday(day("1969-12-31")), Weekday::Wednesday);
}

const UNITS: [SpanUnit; 6] =
    [SpanUnit::Minute, SpanUnit::Hour, SpanUnit::Day, SpanUnit::Week, SpanUnit::Month, SpanUnit::Year];
const PERIODS: [Period; 6] =
    [Period::Day, Period::Week, Period::Month, Period::Quarter, Period::HalfYear, Period::Year];
const ZONES: [&str; 7] = [
    "UTC",
    "Europe/Paris",
    "America/Havana",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Antarctica/Troll",
];

/// Ordinary instants, and any number at all.
fn moments() -> impl Strategy<Value = i64> {
    prop_oneof![3 => -2_000_000_000_000_i64..4_000_000_000_000, 1 => any::<i64>()]
}

proptest! {
    #[test]
    fn nothing_panics_and_order_is_kept(ms in moments(), count in any::<u32>(), small in 0_u32..1_000, days in any::<i32>()) {
        for name in ZONES {
            let zone = zone(name);
            let _ = (zone.local(Moment(ms)), zone.show(Moment(ms)), zone.start_of(Day(days)));
            for unit in UNITS {
                for count in [count, small] {
                    let span = span(count, unit);
                    let held = moment(timestamp(Moment(ms)));
                    prop_assert!(zone.plus(Moment(ms), span) >= held || count == 0, "{name} {span}");
                    prop_assert!(zone.minus(Moment(ms), span) <= held || count == 0, "{name} {span}");
                }
            }
            for period in PERIODS {
                let (start, end) = (zone.period_start(Day(days), period), zone.period_end(Day(days), period));
                prop_assert!(start <= end);
            }
        }
    }

    #[test]
    fn periods_tile_the_calendar(days in -700_000_i32..700_000) {
        let utc = Zone::utc();
        for period in PERIODS {
            let (start, end) = (utc.period_start(Day(days), period), utc.period_end(Day(days), period));
            prop_assert!(start <= Day(days) && Day(days) < end);
            prop_assert_eq!(utc.period_start(end, period), end);
            prop_assert_eq!(utc.period_end(start, period), end);
            prop_assert_eq!(utc.period_start(Day(end.0 - 1), period), start);
        }
    }

    #[test]
    fn days_and_moments_survive_their_text(days in -700_000_i32..2_900_000, ms in -60_000_000_000_000_i64..200_000_000_000_000) {
        let (year, month, of_month) = ymd(Day(days));
        prop_assert_eq!(day_of(year, month, of_month), Some(Day(days)));
        if year >= 0 {
            prop_assert_eq!(parse_day(&show_day(Day(days))), Some(Day(days)));
        }
        for name in ZONES {
            let zone = zone(name);
            prop_assert_eq!(parse_moment(&zone.show(Moment(ms))), Some(Moment(ms.div_euclid(1000) * 1000)), "{}", name);
        }
    }

    #[test]
    fn a_day_contains_its_start(days in -36_000_i32..36_000) {
        for name in ZONES {
            let zone = zone(name);
            let start = zone.start_of(Day(days));
            let skipped = zone.local(start).day != Day(days);
            prop_assert!(!skipped || (name == "Pacific/Apia" && days == 15_338), "{name} {}", show_day(Day(days)));
            prop_assert!(zone.local(Moment(start.0 - 1)).day < Day(days), "{name} {}", show_day(Day(days)));
        }
    }
}
