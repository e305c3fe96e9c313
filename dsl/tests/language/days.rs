//! The calendar at its edges: offsets, fractions of seconds, years before the common era, the last month of all.

use dsl::calendar::{Zone, day_of, parse_day, parse_moment, plus_civil, show_day, ymd};
use dsl::units::{Day, Moment, Span, SpanUnit};

#[test]
fn minutes_and_hours_are_exact_also_when_the_clocks_change() {
    let paris = Zone::find("Europe/Paris").unwrap();
    // 02:00 becomes 03:00
    let before = parse_moment("2026-03-29T01:30:00+01:00").unwrap();
    let after = |count, unit| paris.show(paris.plus(before, Span { count, unit }));
    assert_eq!(after(45, SpanUnit::Minute), "2026-03-29T03:15:00+02:00");
    assert_eq!(after(1, SpanUnit::Hour), "2026-03-29T03:30:00+02:00");
    assert_eq!(
        paris.show(paris.minus(before, Span { count: 90, unit: SpanUnit::Minute })),
        "2026-03-29T00:00:00+01:00"
    );
}

#[test]
fn offsets_are_shown_with_their_sign() {
    let moment = parse_moment("2026-01-01T00:00:00Z").unwrap();
    assert_eq!(Zone::utc().show(moment), "2026-01-01T00:00:00+00:00");
    assert_eq!(Zone::find("America/St_Johns").unwrap().show(moment), "2025-12-31T20:30:00-03:30");
}

#[test]
fn fractions_have_one_to_nine_digits() {
    let read = |fraction: &str| parse_moment(&format!("2026-01-01T00:00:00{fraction}Z"));
    let second = read("").unwrap();
    assert_eq!(read(".5"), Some(Moment(second.0 + 500)));
    assert_eq!(read(".123456789"), Some(Moment(second.0 + 123)));
    assert_eq!(read("."), None);
    assert_eq!(read(".1234567890"), None);
}

#[test]
fn years_before_the_first_are_shown_with_a_sign_and_year_nought_without() {
    assert_eq!(show_day(day_of(0, 3, 1).unwrap()), "0000-03-01");
    assert_eq!(show_day(day_of(-5, 3, 1).unwrap()), "-0005-03-01");
    assert_eq!(show_day(parse_day("0001-01-01").unwrap()), "0001-01-01");
}

#[test]
fn the_last_month_of_the_calendar_stops_at_its_last_day() {
    let late = day_of(9999, 10, 31).unwrap();
    let last = plus_civil(late, 2, SpanUnit::Month);
    assert_eq!((ymd(last).0, ymd(last).1), (9999, 12));
    assert_eq!(plus_civil(late, 20, SpanUnit::Year), last);
    assert_eq!(plus_civil(Day(i32::MAX), 1, SpanUnit::Day), last);
    let zone = Zone::utc();
    let end = zone.start_of(Day(i32::MAX));
    assert_eq!(zone.local(end).day, last);
    assert!(zone.plus(end, Span { count: 1, unit: SpanUnit::Year }) >= end, "time never goes back");
    let start = zone.start_of(Day(i32::MIN));
    assert!(zone.minus(start, Span { count: 1, unit: SpanUnit::Year }) <= start);
    assert!(start < Moment(0) && end > Moment(0));
}
