//! Literals to typed values: units, decimals, calendar, sizes. Every literal carries its unit.

use super::names::NAME_MAX;
use super::report::{Report, short};
use crate::calendar::parse_day;
use crate::diagnostic::{Diagnostic, code};
use crate::model::Place;
use crate::syntax::ast::{Literal, Quantity, Word};
use crate::units::{AMOUNT_MAX, Currency, Day, MinuteOfDay, Period, Span, SpanUnit};

/// Digits a literal may have.
const DIGITS_MAX: usize = 15;

/// Largest number of points or pieces in a comparison or a budget.
const COUNT_MAX: i64 = 1_000_000_000_000;

/// Largest count of a span.
const SPAN_MAX: i64 = 100_000;

/// Largest share, in 1/10 000.
const RATIO_MAX: i64 = 10_000_000;

/// Characters a text may have.
pub(super) const TEXT_MAX: usize = 200;

/// A decimal number as written, scaled by 10^`scale`.
enum Decimal {
    Value(i64),
    TooPrecise,
    TooLong,
}

fn decimal(text: &str, scale: usize) -> Decimal {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if whole.len().saturating_add(part.len()) > DIGITS_MAX {
        return Decimal::TooLong;
    }
    if part.len() > scale {
        return Decimal::TooPrecise;
    }
    let mut value: i128 = 0;
    let padding = std::iter::repeat_n(b'0', scale.saturating_sub(part.len()));
    for digit in whole.bytes().chain(part.bytes()).chain(padding) {
        value = value.saturating_mul(10).saturating_add(i128::from(digit.saturating_sub(b'0')));
    }
    i64::try_from(value).map_or(Decimal::TooLong, Decimal::Value)
}

/// Reads literals of one programme.
#[derive(Debug, Clone, Copy)]
pub(super) struct Literals {
    /// The programme's currency; where it is missing or wrong, amounts are read as EUR and not compared with it.
    pub(super) currency: Option<Currency>,
}

impl Literals {
    fn too_large(report: &mut Report, place: Place, help: String) {
        report.error(code::TOO_LARGE, place, "this number is too large", help);
    }

    /// Money in minor units as it is written: `10000000.00 EUR`.
    fn show(self, minor: i64) -> String {
        let currency = self.currency.or_else(|| Currency::parse("EUR"));
        currency.map_or_else(String::new, |currency| currency.show(minor))
    }

    /// The currency to show in examples.
    pub(super) fn code(self) -> String {
        self.currency.map_or_else(|| "EUR".to_owned(), |currency| currency.code().to_owned())
    }

    /// `text` as money of the programme, for a suggestion: `25` becomes `25.00 EUR`.
    pub(super) fn as_money(self, number: &str) -> String {
        let currency = self.currency.or_else(|| Currency::parse("EUR"));
        let digits = currency.map_or(2, |c| usize::from(c.digits()));
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let kept: String = part.chars().chain(std::iter::repeat('0')).take(digits).collect();
        let dot = if digits == 0 { "" } else { "." };
        format!("{whole}{dot}{kept} {}", self.code())
    }

    /// An example of money in the programme's currency.
    pub(super) fn money_example(self) -> String {
        self.as_money("25")
    }

    /// True when the unit is a currency code.
    pub(super) fn is_money(quantity: &Quantity<'_>) -> bool {
        Currency::parse(quantity.unit.text).is_some()
    }

    /// True when the unit is points.
    pub(super) fn is_points(quantity: &Quantity<'_>) -> bool {
        matches!(quantity.unit.text, "point" | "points")
    }

    fn own_currency(self, quantity: &Quantity<'_>, report: &mut Report) -> Option<Currency> {
        let Some(written) = Currency::parse(quantity.unit.text) else {
            let example = self.as_money(quantity.number.text);
            let message = format!("an amount of money is needed here, not `{}`", quantity.unit.text);
            report.rewrite(code::WRONG_UNIT, quantity.place, message, example);
            return None;
        };
        match self.currency {
            Some(own) if own != written => {
                let message = format!("the programme's currency is {own}, not {written}");
                report.error(
                    code::OTHER_CURRENCY,
                    quantity.unit.place,
                    message,
                    format!("write the amount in {own}"),
                );
                None
            }
            _ => Some(written),
        }
    }

    /// Money in minor units, with exactly the currency's decimals.
    pub(super) fn money(self, quantity: &Quantity<'_>, report: &mut Report) -> Option<i64> {
        let currency = self.own_currency(quantity, report)?;
        let digits = usize::from(currency.digits());
        let number = quantity.number.text;
        let written = number.split_once('.').map_or(0, |(_, part)| part.len());
        if written != digits {
            let plural = if digits == 1 { "" } else { "s" };
            let message = format!("{currency} is written with {digits} decimal{plural}");
            report.rewrite(code::MONEY_DECIMALS, quantity.place, message, self.as_money(number));
            return None;
        }
        match decimal(number, digits) {
            Decimal::Value(minor) => Some(minor),
            Decimal::TooPrecise | Decimal::TooLong => {
                Self::too_large(report, quantity.number.place, format!("write at most {DIGITS_MAX} digits"));
                None
            }
        }
    }

    /// Money of one event: at most [`AMOUNT_MAX`].
    pub(super) fn small_money(self, quantity: &Quantity<'_>, report: &mut Report) -> Option<i64> {
        let minor = self.money(quantity, report)?;
        if minor > AMOUNT_MAX {
            let help = format!("write at most `{}`", self.show(AMOUNT_MAX));
            Self::too_large(report, quantity.number.place, help);
            return None;
        }
        Some(minor)
    }

    /// The value of a point in micro-minor units: up to six decimals more than the currency has.
    pub(super) fn worth(self, quantity: &Quantity<'_>, report: &mut Report) -> Option<i64> {
        let currency = self.own_currency(quantity, report)?;
        match decimal(quantity.number.text, usize::from(currency.digits()).saturating_add(6)) {
            Decimal::Value(0) => {
                report.error(
                    code::ZERO,
                    quantity.place,
                    "a point is worth more than nothing",
                    "leave the line out if points have no value",
                );
                None
            }
            Decimal::Value(micro) if micro <= AMOUNT_MAX.saturating_mul(1000) => Some(micro),
            Decimal::TooPrecise => {
                report.error(
                    code::TOO_LARGE,
                    quantity.number.place,
                    "a point's worth has too many decimals",
                    "write at most six decimals more than the currency has",
                );
                None
            }
            _ => {
                let most = self.show(AMOUNT_MAX.div_euclid(1000));
                let help =
                    format!("a point is worth at most `{most}`, written with at most {DIGITS_MAX} digits");
                Self::too_large(report, quantity.number.place, help);
                None
            }
        }
    }

    /// Points in micro-points, up to six decimals.
    pub(super) fn points_micro(quantity: &Quantity<'_>, report: &mut Report) -> Option<i64> {
        if !Self::is_points(quantity) {
            let message = format!("points are needed here, not `{}`", quantity.unit.text);
            let whole = quantity.number.text.split('.').next().unwrap_or_default();
            report.rewrite(code::WRONG_UNIT, quantity.place, message, format!("{whole} points"));
            return None;
        }
        micro(quantity.number, report)
    }

    /// Whole points.
    pub(super) fn points(quantity: &Quantity<'_>, report: &mut Report) -> Option<i64> {
        if !Self::is_points(quantity) {
            return Self::points_micro(quantity, report);
        }
        whole(quantity.number, report, "points here are whole")
    }

    /// A span of time, longer than nothing.
    pub(super) fn span(quantity: &Quantity<'_>, report: &mut Report) -> Option<Span> {
        let Some(unit) = span_unit(quantity.unit.text) else {
            let message = format!("a length of time is needed here, not `{}`", quantity.unit.text);
            report.error(code::WRONG_UNIT, quantity.place, message, "write such as `30 days` or `12 months`");
            return None;
        };
        let count = whole(quantity.number, report, "a length of time is a whole number")?;
        if count == 0 {
            report.error(
                code::ZERO,
                quantity.place,
                "a length of time is longer than nothing",
                "write such as `30 days`, or leave the line out",
            );
            return None;
        }
        if count > SPAN_MAX {
            let help = format!("write at most `{SPAN_MAX} {}`", quantity.unit.text);
            Self::too_large(report, quantity.number.place, help);
            return None;
        }
        Some(Span { count: u32::try_from(count).ok()?, unit })
    }
}

/// A number in micro-units, up to six decimals.
pub(super) fn micro(number: Word<'_>, report: &mut Report) -> Option<i64> {
    match decimal(number.text, 6) {
        Decimal::Value(value) if value <= COUNT_MAX.saturating_mul(1_000_000) => Some(value),
        Decimal::TooPrecise => {
            report.error(
                code::NUMBER_FORM,
                number.place,
                "this number has too many decimals",
                "write at most six decimals",
            );
            None
        }
        _ => {
            Literals::too_large(report, number.place, format!("write at most {COUNT_MAX}"));
            None
        }
    }
}

/// A whole number.
pub(super) fn whole(number: Word<'_>, report: &mut Report, message: &str) -> Option<i64> {
    match decimal(number.text, 0) {
        Decimal::Value(value) if value <= COUNT_MAX => Some(value),
        Decimal::TooPrecise => {
            let whole = number.text.split('.').next().unwrap_or_default();
            report.rewrite(code::WHOLE, number.place, message, whole);
            None
        }
        _ => {
            Literals::too_large(report, number.place, format!("write at most {COUNT_MAX}"));
            None
        }
    }
}

/// A percentage in 1/10 000: `5%` is 500.
pub(super) fn ratio(percent: Word<'_>, report: &mut Report) -> Option<i64> {
    match decimal(percent.text.trim_end_matches('%'), 2) {
        Decimal::Value(0) => {
            report.error(code::ZERO, percent.place, "0% gives nothing", "write a share such as `5%`");
            None
        }
        Decimal::Value(value) if value <= RATIO_MAX => Some(value),
        Decimal::TooPrecise => {
            report.error(
                code::NUMBER_FORM,
                percent.place,
                "a percentage has at most two decimals",
                "write such as `2.75%`",
            );
            None
        }
        _ => {
            let help = format!("write at most `{}%`", RATIO_MAX.div_euclid(100));
            Literals::too_large(report, percent.place, help);
            None
        }
    }
}

pub(super) fn span_unit(word: &str) -> Option<SpanUnit> {
    Some(match word {
        "minute" | "minutes" => SpanUnit::Minute,
        "hour" | "hours" => SpanUnit::Hour,
        "day" | "days" => SpanUnit::Day,
        "week" | "weeks" => SpanUnit::Week,
        "month" | "months" => SpanUnit::Month,
        "year" | "years" => SpanUnit::Year,
        _ => return None,
    })
}

/// A period of the calendar.
pub(super) fn period(word: Word<'_>, report: &mut Report) -> Option<Period> {
    let squeezed: Vec<&str> = word.text.split([' ', '\t']).filter(|part| !part.is_empty()).collect();
    Some(match squeezed.join(" ").as_str() {
        "day" => Period::Day,
        "week" => Period::Week,
        "month" => Period::Month,
        "quarter" => Period::Quarter,
        "half year" => Period::HalfYear,
        "year" => Period::Year,
        _ => {
            report.choice(
                word,
                "a period of the calendar",
                &["day", "week", "month", "quarter", "half year", "year"],
            );
            return None;
        }
    })
}

/// A day of the calendar.
pub(super) fn day(word: Word<'_>, report: &mut Report) -> Option<Day> {
    let found = parse_day(word.text);
    if found.is_none() {
        let message = format!("there is no day `{}`", word.text);
        let error = Diagnostic::error(code::NO_SUCH_DATE, word.place, message);
        report.push(match last_of_month(word.text) {
            Some(last) => error.help(format!("did you mean `{last}`?")).fix(word.place, last),
            None => error.help("check the month and the day: year-month-day"),
        });
    }
    found
}

/// The last day of the month of a date that goes beyond it, such as 2027-02-28 for 2027-02-30.
fn last_of_month(text: &str) -> Option<String> {
    let (month, day) = text.rsplit_once('-')?;
    let beyond = day.parse::<u8>().is_ok_and(|day| (29..=31).contains(&day));
    let days = (28..=30).rev().map(|day| format!("{month}-{day}"));
    days.into_iter().find(|day| beyond && parse_day(day).is_some())
}

/// A time of day.
pub(super) fn time(word: Word<'_>, report: &mut Report) -> Option<MinuteOfDay> {
    let found = word.text.split_once(':').and_then(|(hour, minute)| {
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        (hour < 24 && minute < 60).then(|| MinuteOfDay(hour.saturating_mul(60).saturating_add(minute)))
    });
    if found.is_none() {
        let help =
            if word.text == "24:00" { "midnight is `00:00`" } else { "times go from `00:00` to `23:59`" };
        report.error(code::NO_SUCH_TIME, word.place, format!("there is no time `{}`", word.text), help);
    }
    found
}

/// A text without its quotes.
pub(super) fn text<'s>(word: Word<'s>, report: &mut Report) -> Option<&'s str> {
    let inner = word.text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(word.text);
    if inner.chars().count() > TEXT_MAX {
        report.error(
            code::TOO_LONG,
            word.place,
            "this text is too long",
            format!("write at most {TEXT_MAX} characters"),
        );
        return None;
    }
    if inner.trim().is_empty() {
        report.error(
            code::EMPTY,
            word.place,
            "this text is empty",
            "write something between the quotes, or leave it out",
        );
        return None;
    }
    Some(inner)
}

/// A literal as a person would call it.
pub(super) fn described(literal: &Literal<'_>) -> String {
    let (text, what) = match literal {
        Literal::Quantity(q) if Literals::is_money(q) => {
            (None, format!("`{} {}` is money", q.number.text, q.unit.text))
        }
        Literal::Quantity(q) if Literals::is_points(q) => {
            (None, format!("`{} {}` is points", q.number.text, q.unit.text))
        }
        Literal::Quantity(q) if span_unit(q.unit.text).is_some() => {
            (None, format!("`{} {}` is a length of time", q.number.text, q.unit.text))
        }
        Literal::Quantity(q) => (None, format!("`{} {}` is a count", q.number.text, q.unit.text)),
        Literal::Percent(w) => (Some(w), "is a share".to_owned()),
        Literal::Number(w) => (Some(w), "is a plain number".to_owned()),
        Literal::Text(w) => (Some(w), "is text".to_owned()),
        Literal::Date(w) => (Some(w), "is a date".to_owned()),
        Literal::Time(w) => (Some(w), "is a time of day".to_owned()),
        Literal::DateTime(w) => (Some(w), "is a date with a time".to_owned()),
        Literal::Name(w) if w.text.contains('.') => (Some(w), "holds a point".to_owned()),
        Literal::Name(w) if w.text.len() > NAME_MAX => {
            (Some(w), format!("is longer than {NAME_MAX} letters"))
        }
        Literal::Name(w) => (Some(w), "is a name".to_owned()),
    };
    text.map_or(what.clone(), |word| format!("`{}` {what}", short(word.text)))
}

/// Reports a value of the wrong type.
pub(super) fn mismatch(
    subject: &str,
    needs: &str,
    example: &str,
    literal: &Literal<'_>,
    report: &mut Report,
) {
    let message = format!("`{subject}` is compared with {needs}, and {}", described(literal));
    report.push(
        Diagnostic::error(code::TYPES, literal.place(), message).help(format!("write such as {example}")),
    );
}

/// One of a closed choice of words.
pub(super) fn choose<T: Copy>(
    word: Word<'_>,
    what: &str,
    choices: &[(&str, T)],
    report: &mut Report,
) -> Option<T> {
    let found = choices.iter().find(|(name, _)| *name == word.text).map(|(_, value)| *value);
    if found.is_none() {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        report.choice(word, what, &names);
    }
    found
}
