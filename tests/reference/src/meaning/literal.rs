//! Literals as whole numbers in their smallest unit: minor units, micro-points, micro-units, days, minutes.

use dsl::syntax::ast::{Quantity, Word};
use dsl::units::{Currency, Day, Period, Span, SpanUnit, Weekday};

/// Millionths in one.
pub(super) const MICRO: i128 = 1_000_000;

/// A decimal number times 10^`digits`.
pub(super) fn scaled(number: &str, digits: usize) -> i128 {
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let zeros = digits.checked_sub(part.len()).expect("no more decimals than the unit has");
    format!("{whole}{part}{}", "0".repeat(zeros)).parse().expect("digits")
}

/// A whole number.
pub(super) fn whole(word: &Word<'_>) -> i128 {
    scaled(word.text, 0)
}

/// Millionths of a plain number, or of points.
pub(super) fn micro(word: &Word<'_>) -> i128 {
    scaled(word.text, 6)
}

/// `2.75%` in ten-thousandths.
pub(super) fn ratio(word: &Word<'_>) -> i128 {
    scaled(word.text.strip_suffix('%').expect("a share"), 2)
}

/// Minor units.
pub(super) fn money(quantity: &Quantity<'_>) -> i128 {
    let currency = Currency::parse(quantity.unit.text).expect("a currency");
    scaled(quantity.number.text, usize::from(currency.digits()))
}

pub(super) fn is_points(quantity: &Quantity<'_>) -> bool {
    quantity.unit.text.starts_with("point")
}

pub(super) fn is_times(quantity: &Quantity<'_>) -> bool {
    quantity.unit.text.starts_with("time")
}

/// A length of time as written.
pub(super) fn span(quantity: &Quantity<'_>) -> Span {
    let unit = match quantity.unit.text.trim_end_matches('s') {
        "minute" => SpanUnit::Minute,
        "hour" => SpanUnit::Hour,
        "day" => SpanUnit::Day,
        "week" => SpanUnit::Week,
        "month" => SpanUnit::Month,
        "year" => SpanUnit::Year,
        other => panic!("no length of time: {other}"),
    };
    Span { count: u32::try_from(whole(&quantity.number)).expect("a length of time"), unit }
}

/// What stands between the quotes.
pub(super) fn unquoted(word: &Word<'_>) -> String {
    word.text.trim_start_matches('"').trim_end_matches('"').to_owned()
}

pub(super) fn day(text: &str) -> Day {
    dsl::calendar::parse_day(text).expect("a day")
}

/// Minutes since midnight.
pub(super) fn minute(text: &str) -> i128 {
    let (hour, minute) = text.split_once(':').expect("a time");
    scaled(hour, 0) * 60 + scaled(minute, 0)
}

/// Monday is 0.
pub(super) fn weekday(text: &str) -> i128 {
    let at = Weekday::ALL.iter().position(|day| day.word() == text).expect("a day of the week");
    i128::try_from(at).expect("one of seven")
}

pub(super) fn period(text: &str) -> Period {
    match text.split_whitespace().collect::<Vec<_>>().join(" ").as_str() {
        "day" => Period::Day,
        "week" => Period::Week,
        "month" => Period::Month,
        "quarter" => Period::Quarter,
        "half year" => Period::HalfYear,
        "year" => Period::Year,
        other => panic!("no period: {other}"),
    }
}
