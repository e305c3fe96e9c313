//! Segments that ask for ages, addresses, averages and visits: what is warned of, what is told, what is stored.

use dsl::check::check;
use dsl::event::{Event, PURCHASE};
use dsl::explain::explain;
use dsl::facts::{Facts, Home};
use dsl::plan::Rulebook;

const CLUB: &str =
    "language 1\n\nprogramme club {\n  currency EUR\n  timezone \"Europe/Paris\"\n}\n\nevent visit {\n}\n\n";

fn codes(rules: &str) -> Vec<String> {
    dsl::prove::lint(&book(rules)).into_iter().map(|found| found.code).collect()
}

fn book(rules: &str) -> Rulebook {
    let checked = check(format!("{CLUB}{rules}").as_bytes(), None);
    Rulebook::compile(checked.programme.unwrap_or_else(|| panic!("{:?}", checked.diagnostics)))
}

fn purchase() -> Event {
    let at = dsl::calendar::parse_moment("2026-05-09T10:00:00+02:00").unwrap();
    let line = dsl::event::Line { amount_minor: 100, quantity: 1, eligible: true, ..Default::default() };
    Event { kind: PURCHASE.to_owned(), at, channel: None, store: None, lines: vec![line], fields: [].into() }
}

#[test]
fn who_differs_by_age_or_address_says_why() {
    let rule = |label: &str, asked: &str| {
        format!("rule a{label} {{\n  on purchase\n  when {asked}\n  give 1 point\n}}\n")
    };
    assert_eq!(codes(&rule("", "member.age at least 18")), ["W0566"]);
    assert_eq!(codes(&rule("", "member.postcode starts with \"75\"")), ["W0568"]);
    assert_eq!(codes(&rule("", "member.city in [\"Lyon\"]")), ["W0568"]);
    assert!(codes(&rule(" \"Wine, from 18 by law\"", "member.age at least 18")).is_empty());
    assert!(codes(&rule("", "member.country is known")).is_empty());
}

#[test]
fn neither_is_ever_told() {
    let rule = "rule a \"Why\" {\n  on purchase\n  when member.age at least 18\n  and  member.city is \"Lyon\"\n  give 1 point\n}\n";
    let book = book(rule);
    let why = |facts: &Facts| {
        let event = purchase();
        let outcome = book.evaluate(&event, facts);
        explain(&book, &event, facts, &outcome, None).rules[0].why.clone()
    };
    let birthday = dsl::calendar::parse_day("2010-01-01");
    let young = Facts { birthday, ..Facts::default() };
    assert_eq!(why(&young), "no: member.age needs at least 18");
    let home = Home { city: Some("Brest".to_owned()), ..Home::default() };
    let birthday = dsl::calendar::parse_day("1980-01-01");
    assert_eq!(why(&Facts { birthday, home, ..Facts::default() }), "no: member.city needs to be Lyon");
    assert_eq!(why(&Facts { birthday, ..Facts::default() }), "no: member.city is unknown, needs to be Lyon");
}

#[test]
fn visits_and_averages_tell_how_little_is_missing() {
    let rule = "rule a {\n  on purchase\n  when member.events.visit in 30 days at least 3\n  and  member.average_basket in total at least 10.00 EUR\n  give 1 point\n}\n";
    let book = book(rule);
    let event = purchase();
    let why = |happened: i64, spent: i64, times: i64| {
        let windows = book.windows().iter().map(|sum| match sum.metric {
            dsl::facts::Metric::Spent => spent,
            _ => times,
        });
        let facts = Facts { happened: vec![happened], windows: windows.collect(), ..Facts::default() };
        let outcome = book.evaluate(&event, &facts);
        explain(&book, &event, &facts, &outcome, None).rules[0].why.clone()
    };
    assert_eq!(why(1, 0, 0), "no: member.events.visit in 30 days is 1, needs at least 3 (2 more)");
    assert_eq!(
        why(3, 2_999, 3),
        "no: member.average_basket in total is 9.99 EUR, needs at least 10.00 EUR (0.01 EUR more)"
    );
    assert_eq!(why(3, 0, 0), "no: member.average_basket in total is unknown, needs at least 10.00 EUR");
    assert_eq!(why(3, 3_000, 3), "yes: 1 point");
}

#[test]
fn a_rulebook_is_stored_whole_and_nothing_is_added_to_one_that_says_nothing_new() {
    let test = |given: &str| {
        format!(
            "rule a {{\n  on purchase\n  when member.events.visit in total at least 2\n  give 1 point\n}}\n\ntest \"t\" {{\n{given}  event purchase at 2026-05-09 10:00 {{\n    basket.paid is 1.00 EUR\n  }}\n  expect no points\n}}\n"
        )
    };
    let plain = book(&test(""));
    let told = book(&test("  given member.city is \"Lyon\"\n  given member.events.visit in total is 1\n"));
    for book in [&plain, &told] {
        let read = Rulebook::from_bytes(&book.to_bytes()).unwrap();
        assert_eq!(read.programme(), book.programme());
        assert_eq!(read.id(), book.id());
    }
    assert_ne!(plain.id(), told.id());
    let mut bytes = told.to_bytes();
    let middle = bytes.len() - 40;
    bytes[middle] ^= 1;
    assert!(Rulebook::from_bytes(&bytes).is_err());
}
