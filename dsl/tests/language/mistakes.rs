//! Every mistake is found, at the exact word, with what to write instead, in words of the merchant.

use crate::table::{ONE, SOUND};
use dsl::check::{Checked, check};
use dsl::diagnostic::{Diagnostic, Severity, line_column, render};
use dsl::units::Moment;

pub(crate) fn underlined<'s>(source: &'s str, found: &Diagnostic) -> &'s str {
    let at = |offset: u32| usize::try_from(offset).unwrap();
    source.get(at(found.place.start)..at(found.place.end)).unwrap_or("<nowhere>")
}

fn told(source: &str) -> Vec<(String, String)> {
    let Checked { programme, diagnostics, .. } = check(source.as_bytes(), None);
    let errors = diagnostics.iter().any(|found| found.severity == Severity::Error);
    assert_eq!(programme.is_none(), errors, "{}", render("x", source, &diagnostics));
    diagnostics.iter().map(|found| (found.code.clone(), underlined(source, found).to_owned())).collect()
}

#[test]
fn the_sound_file_is_sound() {
    assert_eq!(told(SOUND), vec![]);
}

#[test]
fn twenty_mistakes_are_twenty_diagnostics() {
    let source = r#"language 1

programme club "The Club" {
  currency EUR
  timezone "Europe/Pari"
  point worth 0.01 EUR
  rounding dwn
  expire after 12
}

tiers {
  guest always
  gold from 350 EUR spent in 12 months
}

group boosters {
  take best
}

budget winter {
  total 8000.00 USD
}

rule base {
  on purchase
  when basket.paid >= 25.00 EUR
  give 1 point per EUR 1 of basket.paid
  limit 500 points per day
}

rule Second {
  on purchse
  give 5 points
}

rule fourth “Fourth” {
  on purchase
  when member.tier is golden
  and  basket.totl at least 5.00 EUR
  and  date is 24.12.2026
  give 5 points
  in group bosters
}

rule fifth {
  on purchase
  when any of {
    channel is online
    time between 8:30 and 10:00
  }
  and  basket.categories is coffee
  give 5% of basket.paid as points
  from budget winter
}

ruel sixth {
  on purchase
  give 5 points
}

reward cup {
  costs 100 points
  gives item "cup"
}

test "t" {
  given member.balance is 5.00 EUR
  event purchase at 2026-02-30 08:10 {
    basket.paid is 7.00 EUR
  }
  expect 10 points
}
"#;
    let expected = [
        ("E0112", "\"Europe/Pari\""),
        ("E0114", "dwn"),
        ("E0221", "12"),
        ("E0211", "350 EUR"),
        ("E0212", "USD"),
        ("E0301", ">="),
        ("E0210", "EUR 1"),
        ("E0406", "limit 500 points per day"),
        ("E0104", "Second"),
        ("E0103", "purchse"),
        ("E0222", "“Fourth”"),
        ("E0107", "golden"),
        ("E0101", "basket.totl"),
        ("E0215", "24.12.2026"),
        ("E0105", "bosters"),
        ("E0216", "8:30"),
        ("E0402", "is"),
        ("E0302", "ruel"),
        ("E0401", "5.00 EUR"),
        ("E0217", "2026-02-30"),
    ];
    let found = told(source);
    let found: Vec<(&str, &str)> = found.iter().map(|(code, text)| (code.as_str(), text.as_str())).collect();
    assert_eq!(found, expected);
    assert_eq!(found.len(), 20);
    let codes: std::collections::BTreeSet<&str> = expected.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes.len(), 20, "twenty different ones");
}

pub(crate) fn broken(right: &str, wrong: &str) -> String {
    assert!(SOUND.contains(right), "{right}");
    SOUND.replacen(right, wrong, 1)
}

#[test]
fn each_mistake_is_underlined_exactly_and_alone() {
    let mut failures = String::new();
    for (right, wrong, code, word, help) in ONE {
        let source = broken(right, wrong);
        let found = check(source.as_bytes(), None).diagnostics;
        let errors: Vec<&Diagnostic> =
            found.iter().filter(|found| found.severity == Severity::Error).collect();
        let exact = match errors.as_slice() {
            [one] => {
                one.code == *code
                    && underlined(&source, one) == *word
                    && (help.is_empty() || one.help.as_deref() == Some(*help))
            }
            _ => false,
        };
        if !exact {
            failures.push_str(&format!(
                "-- {wrong:?}: expected {code} {word:?} {help:?}, found\n{}",
                render("x", &source, &found)
            ));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_fix_leads_to_a_sound_file_where_there_is_one() {
    for (right, wrong, ..) in ONE {
        let source = broken(right, wrong);
        let found = check(source.as_bytes(), None).diagnostics;
        let Some(fix) = found.iter().find_map(|found| found.fix.clone()) else { continue };
        let (start, end) =
            (usize::try_from(fix.place.start).unwrap(), usize::try_from(fix.place.end).unwrap());
        let mut fixed = source.clone();
        fixed.replace_range(start..end, &fix.text);
        let after = check(fixed.as_bytes(), None).diagnostics;
        assert!(
            after.iter().all(|next| next.place != fix.place || !found.iter().any(|first| first == next)),
            "{wrong}: {after:?}"
        );
    }
}

#[test]
fn mistakes_are_told_without_words_of_the_trade() {
    let grammar = [
        include_str!("../../src/grammar/tokens.pest"),
        include_str!("../../src/grammar/clauses.pest"),
        include_str!("../../src/grammar/mistakes.pest"),
    ];
    let inner: Vec<&str> = grammar
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.split_once('=').map(|(name, _)| name.trim()))
        .filter(|name| name.contains('_') && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect();
    assert!(inner.len() > 50);
    let trade = [
        "token",
        "parse",
        "parser",
        "syntax",
        "identifier",
        "expression",
        "literal",
        "grammar",
        "operand",
        "boolean",
        "integer",
        "string",
        "EOI",
        "EOF",
        "lexer",
        "AST",
        "enum",
        "null",
        "invalid",
        "illegal",
        "pest",
        "span",
        "type",
    ];
    let mut texts: Vec<String> = ONE.iter().map(|(right, wrong, ..)| broken(right, wrong)).collect();
    // and whatever single words left out or doubled give
    let words: Vec<&str> = SOUND.split(' ').collect();
    for index in 0..words.len() {
        let mut less = words.clone();
        less.remove(index);
        texts.push(less.join(" "));
        let mut more = words.clone();
        more.insert(index, words[index]);
        texts.push(more.join(" "));
    }
    for text in texts {
        for found in check(text.as_bytes(), None).diagnostics {
            let said = format!("{} {}", found.message, found.help.clone().unwrap_or_default());
            // what is quoted from the file is the merchant's own
            let plain: String = said.split('`').step_by(2).collect::<Vec<_>>().join(" ");
            for word in plain.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
                assert!(!trade.contains(&word) && !inner.contains(&word), "`{word}` in: {said}\n{text}");
            }
            for quoted in said.split('`').skip(1).step_by(2) {
                assert!(!inner.contains(&quoted) || text.contains(quoted), "`{quoted}` in: {said}");
            }
            assert!(!found.message.ends_with('.') && !found.message.is_empty(), "{said}");
        }
    }
}

#[test]
fn one_mistake_never_hides_the_next_rule() {
    let source = broken("when basket.categories", "wenn basket.categories").replacen(
        "give 5 points",
        "give 5 pionts",
        1,
    );
    assert_eq!(told(&source), vec![("E0302".into(), "wenn".into()), ("E0302".into(), "pionts".into())]);
}

#[test]
fn warnings_leave_the_file_usable() {
    let now = Some(Moment(1_795_000_000_000)); // November 2026
    let cases: &[(&str, &str, &str, &str)] = &[
        (
            "and  member.tier is gold",
            "and  basket.paid less than 4.00 EUR",
            "W0501",
            "basket.paid less than 4.00 EUR",
        ),
        (
            "and  member.tier is gold",
            "and  member.tier not in [guest]\n  and  member.tier is guest",
            "W0501",
            "member.tier is guest",
        ),
        ("  on check_in\n", "  on check_in\n  active until 2025-01-01\n", "W0502", "2025-01-01"),
        ("  give 5 points\n  limit 1 time per member per day\n", "  give 5 points\n", "W0503", "stars"),
        (
            "basket.paid at least 5.00 EUR",
            "basket.paid between 9.00 EUR and 5.00 EUR",
            "W0504",
            "basket.paid between 9.00 EUR and 5.00 EUR",
        ),
        ("limit 1 time per", "limit 0 times per", "W0505", "0 times"),
        ("  from budget winter\n", "", "W0506", "winter"),
        ("  in group boosters\n", "", "W0507", "boosters"),
        ("costs 100 points", "costs 0 points", "W0508", "costs 0 points"),
        ("and  member.tier is gold", "and  basket.paid is known", "W0509", "basket.paid is known"),
        ("give 5 points", "multiply points by 2", "W0510", "multiply points by 2"),
        ("any of [coffee]", "any of [coffee, coffee]", "W0511", "coffee"),
        ("give 5 points", "give 5 points", "", ""),
        (
            "multiply points by 2",
            "give 150% of basket.paid as points",
            "W0512",
            "give 150% of basket.paid as points",
        ),
    ];
    for (right, wrong, code, word) in cases {
        let source = broken(right, wrong);
        let checked = check(source.as_bytes(), now);
        let found: Vec<(&str, &str)> = checked
            .diagnostics
            .iter()
            .map(|found| (found.code.as_str(), underlined(&source, found)))
            .collect();
        let expected: Vec<(&str, &str)> = if code.is_empty() { vec![] } else { vec![(code, word)] };
        assert_eq!(found, expected, "{wrong}");
        assert!(checked.programme.is_some());
    }
}

#[test]
fn a_diagnostic_reads_as_in_the_guide() {
    let source = broken("at least 5.00 EUR", "at least EUR 60");
    let found = check(source.as_bytes(), None).diagnostics;
    assert_eq!(
        render("club.merit", &source, &found),
        "error[E0210] money is written number first\n  ┌─ club.merit:34:29\n34│   when basket.paid at least EUR 60\n  │                             ^^^^^^ write `60.00 EUR` (fix available)\n"
    );
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json[0]["code"], "E0210");
    assert_eq!(json[0]["fix"]["text"], "60.00 EUR");
    assert_eq!(json[0]["severity"], "error");
}

#[test]
fn columns_count_characters() {
    let source = "é = ü\nßx";
    assert_eq!(line_column(source, 0), (1, 1));
    assert_eq!(line_column(source, 3), (1, 3));
    assert_eq!(line_column(source, 10), (2, 2));
    assert_eq!(line_column(source, 999), (2, 3));
    let source =
        broken("reward cup \"A cup\" {\n  costs 100 points", "reward cup \"Café über\" { costs 1OO points");
    let found = check(source.as_bytes(), None).diagnostics;
    assert!(render("x", &source, &found).contains("x:65:32"), "{}", render("x", &source, &found));
}
