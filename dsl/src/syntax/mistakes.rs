//! Known mistakes inside a sentence: what was written, and what to write instead.

use super::build::{Builder, place};
use super::grammar::{Rule, parse};
use crate::diagnostic::{Diagnostic, code};
use pest::iterators::Pair;

/// Currency symbols and the code most likely meant.
const SYMBOLS: &[(&str, &str)] = &[
    ("€", "EUR"),
    ("£", "GBP"),
    ("$", "USD"),
    ("¥", "JPY"),
    ("₹", "INR"),
    ("₩", "KRW"),
    ("₽", "RUB"),
    ("₺", "TRY"),
    ("₫", "VND"),
    ("₴", "UAH"),
    ("₦", "NGN"),
];

/// All known mistakes of a sentence.
pub(super) fn known(base: usize, sentence: &str) -> Vec<Diagnostic> {
    let Ok(mut pairs) = parse(Rule::mistakes, sentence) else { return Vec::new() };
    let Some(all) = pairs.next() else { return Vec::new() };
    let builder = Builder { base };
    let mut found = Vec::new();
    for pair in all.into_inner() {
        found.extend(one(builder, &pair, sentence));
    }
    found
}

fn rewrite(
    builder: Builder,
    pair: &Pair<'_, Rule>,
    code: &str,
    message: impl Into<String>,
    text: &str,
) -> Diagnostic {
    let place = builder.place(pair);
    Diagnostic::error(code, place, message).help(format!("write `{text}`")).fix(place, text)
}

#[allow(clippy::too_many_lines)] // one arm per mistake
fn one(builder: Builder, pair: &Pair<'_, Rule>, sentence: &str) -> Option<Diagnostic> {
    let text = pair.as_str();
    Some(match pair.as_rule() {
        Rule::b_comment => {
            Diagnostic::error(code::COMMENT_FORM, builder.place(pair), "a comment begins with `#`")
                .help("write `#` instead")
        }
        Rule::b_quotes => {
            let inner = text.trim_matches('\'');
            rewrite(
                builder,
                pair,
                code::QUOTES,
                "text is written between straight double quotes",
                &format!("\"{inner}\""),
            )
        }
        Rule::b_money_order => {
            let currency = text.get(..3)?;
            let amount = pair.clone().into_inner().next()?.as_str();
            let right = format!("{} {currency}", cents(amount));
            rewrite(builder, pair, code::MONEY_ORDER, "money is written number first", &right)
        }
        Rule::b_symbol => {
            let mut parts: Vec<&str> = pair.clone().into_inner().map(|part| part.as_str()).collect();
            parts.sort_unstable_by_key(|part| !part.starts_with(|c: char| c.is_ascii_digit()));
            let (amount, symbol) = (parts.first()?, parts.get(1)?);
            let code = SYMBOLS.iter().find(|(known, _)| known == symbol).map_or("EUR", |(_, code)| *code);
            let right = format!("{} {code}", cents(amount));
            rewrite(builder, pair, code::MONEY_SYMBOL, "money is written with its currency's code", &right)
        }
        Rule::b_date => rewrite_or(
            builder,
            pair,
            code::DATE_FORM,
            "a date is written year-month-day",
            date(text),
            "write such as `2026-12-24`",
        ),
        Rule::b_time => rewrite_or(
            builder,
            pair,
            code::TIME_FORM,
            "a time is written with two digits each, up to 23:59",
            time(text),
            "write such as `08:30`",
        ),
        Rule::b_grouped => {
            let plain: String = text.chars().filter(|c| *c != ',' && *c != ' ').collect();
            rewrite(builder, pair, code::NUMBER_FORM, "a number is written without separators", &plain)
        }
        Rule::b_comma => {
            let start = pair.as_span().start();
            // `[1,2]` is a list of numbers, not a decimal comma
            let before = sentence.get(..start).unwrap_or_default();
            if before.rfind('[').is_some_and(|open| !before.get(open..).unwrap_or_default().contains(']')) {
                return None;
            }
            rewrite(
                builder,
                pair,
                code::NUMBER_FORM,
                "a number is written with a point, not a comma",
                &text.replace(',', "."),
            )
        }
        Rule::b_glued => {
            let digits = pair.clone().into_inner().next()?.as_str();
            let unit = text.get(digits.len()..)?;
            rewrite(
                builder,
                pair,
                code::MISSING_UNIT,
                "a space stands between a number and its unit",
                &format!("{digits} {unit}"),
            )
        }
        Rule::b_case => {
            let mut inner = pair.clone().into_inner();
            let digits = inner.next()?.as_str();
            let unit = inner.next()?.as_str();
            let ours = match unit.to_ascii_lowercase().as_str() {
                "euro" | "euros" | "eur" => "EUR",
                "dollar" | "dollars" | "usd" => "USD",
                "pound" | "pounds" | "gbp" => "GBP",
                "pts" | "pt" | "points" => "points",
                "days" => "days",
                "months" => "months",
                _ => "times",
            };
            let number = if ours.len() == 3 { cents(digits) } else { digits.to_owned() };
            rewrite(
                builder,
                pair,
                code::WRONG_UNIT,
                format!("`{unit}` is no unit"),
                &format!("{number} {ours}"),
            )
        }
        Rule::b_percent => {
            let digits = pair.clone().into_inner().next()?.as_str();
            rewrite(
                builder,
                pair,
                code::PERCENT_FORM,
                "a share is written with `%` and no space",
                &format!("{digits}%"),
            )
        }
        Rule::b_operator => operator(builder, pair, text, sentence),
        Rule::b_paren => {
            Diagnostic::error(code::PUNCTUATION, builder.place(pair), "rules are written without parentheses")
                .help("write one condition per line; alternatives stand in `any of { … }`")
        }
        Rule::b_semicolon => {
            let here = builder.place(pair);
            Diagnostic::error(code::PUNCTUATION, here, "a line ends without `;`")
                .help("delete it")
                .fix(here, "")
        }
        _ => return None,
    })
}

fn rewrite_or(
    builder: Builder,
    pair: &Pair<'_, Rule>,
    code: &str,
    message: &str,
    text: Option<String>,
    help: &str,
) -> Diagnostic {
    match text {
        Some(text) => rewrite(builder, pair, code, message, &text),
        None => Diagnostic::error(code, builder.place(pair), message).help(help),
    }
}

fn operator(builder: Builder, pair: &Pair<'_, Rule>, text: &str, sentence: &str) -> Diagnostic {
    let ours = match text {
        "=" | "==" | "===" => "is",
        "!=" | "<>" => "is not",
        ">=" | "=>" => "at least",
        "<=" | "=<" => "at most",
        ">" => "more than",
        "<" => "less than",
        "&&" | "&" => {
            return Diagnostic::error(
                code::SYMBOL,
                builder.place(pair),
                format!("`{text}` is written `and`"),
            )
            .help("begin a new line with `and`");
        }
        "||" | "|" => {
            return Diagnostic::error(
                code::SYMBOL,
                builder.place(pair),
                format!("`{text}` is written `any of`"),
            )
            .help("write `any of {`, each alternative on its own line, and `}`");
        }
        _ => {
            return Diagnostic::error(
                code::SYMBOL,
                builder.place(pair),
                format!("`{text}` is written in words"),
            )
            .help("write `is not`, `not in [..]` or `none of { … }`");
        }
    };
    let span = pair.as_span();
    let pad = |byte: Option<&u8>| if byte.is_some_and(|b| !b.is_ascii_whitespace()) { " " } else { "" };
    let bytes = sentence.as_bytes();
    let before = span.start().checked_sub(1).and_then(|at| bytes.get(at));
    let fix = format!("{}{ours}{}", pad(before), pad(bytes.get(span.end())));
    let here = place(builder.base.saturating_add(span.start()), builder.base.saturating_add(span.end()));
    Diagnostic::error(code::SYMBOL, here, format!("`{text}` is written in words"))
        .help(format!("write `{ours}`"))
        .fix(here, fix)
}

/// An amount as money is usually written: `25` as `25.00`, `25,5` as `25.50`, `1,000.00` as `1000.00`.
fn cents(amount: &str) -> String {
    let decimal = amount.rfind(['.', ',']).filter(|at| amount.len().saturating_sub(*at) <= 3);
    let (whole, part) = decimal.map_or((amount, ""), |at| {
        (amount.get(..at).unwrap_or_default(), amount.get(at.saturating_add(1)..).unwrap_or_default())
    });
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    format!("{whole}.{part:0<2}")
}

/// `24.12.2026` as `2026-12-24`; none where day and month cannot be told apart or do not exist.
fn date(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['.', '/', '-']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let (year, month, day) = if a.len() == 4 { (*a, *b, *c) } else { (*c, *b, *a) };
    let (month, day): (u8, u8) = (month.parse().ok()?, day.parse().ok()?);
    let american = a.len() != 4 && text.contains('/') && day != month;
    if american && month <= 12 && day <= 12 {
        return None;
    }
    let (month, day) = if month > 12 { (day, month) } else { (month, day) };
    (month <= 12 && day <= 31).then(|| format!("{year}-{month:02}-{day:02}"))
}

/// `8:30 pm` as `20:30`.
fn time(text: &str) -> Option<String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    let (hour, minute) = digits.split_once([':', 'h']).unwrap_or((digits, "00"));
    let hour: u8 = hour.parse().ok()?;
    let hour = match (hour, text.ends_with("pm"), text.ends_with("am")) {
        (12, false, true) => 0,
        (1..=11, true, _) => hour.saturating_add(12),
        _ => hour,
    };
    (hour < 24).then(|| format!("{hour:02}:{minute}"))
}
