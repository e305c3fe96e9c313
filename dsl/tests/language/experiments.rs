//! Experiments: who is asked about, by challenges too, and what is warned of.

use dsl::check::check;
use dsl::diagnostic::code;
use dsl::event::{Event, PURCHASE};
use dsl::facts::Facts;
use dsl::plan::Rulebook;

const CLUB: &str = "language 1\n\nprogramme club {\n  currency EUR\n  timezone \"UTC\"\n}\n\nevent visit {\n}\n\nexperiment spring {\n  holdout 10%\n  arm plain 45%\n  arm double 45%\n}\n\n";

fn book(rules: &str) -> Rulebook {
    let checked = check(format!("{CLUB}{rules}").as_bytes(), None);
    Rulebook::compile(checked.programme.unwrap_or_else(|| panic!("{:?}", checked.diagnostics)))
}

/// Warnings about experiments.
fn warned(rules: &str) -> Vec<String> {
    let found = check(format!("{CLUB}{rules}").as_bytes(), None).diagnostics;
    let ours = [code::UNUSED_EXPERIMENT, code::HOLDOUT_PAID];
    found.into_iter().map(|one| one.code).filter(|code| ours.contains(&code.as_str())).collect()
}

fn rule(when: &str) -> String {
    format!("rule a {{\n  on purchase\n  when {when}\n  give 1 point\n}}\n")
}

fn challenge(asked: &str) -> String {
    format!(
        "challenge spree {{\n  goal visits 1 time on purchase where {asked}\n  goal checks 1 time on visit\n  needs any 1 goal\n  give 30 points\n}}\n"
    )
}

#[test]
fn the_goals_of_a_challenge_ask_about_arms() {
    let book = book(&challenge("experiment.spring is double"));
    assert_eq!(book.experiments_for(PURCHASE), [0]);
    assert_eq!(book.experiments_for("visit"), [0_usize; 0]);
    assert!(book.asks_about(0));
    assert!(!self::book(&challenge("basket.paid at least 1.00 EUR")).asks_about(0));
    let at = dsl::calendar::parse_moment("2026-05-09T10:00:00Z").unwrap();
    let line = dsl::event::Line { amount_minor: 100, quantity: 1, eligible: true, ..Default::default() };
    let event = Event {
        kind: PURCHASE.to_owned(),
        at,
        channel: None,
        store: None,
        lines: vec![line],
        fields: [].into(),
    };
    for (arm, points) in [(Some("double"), 30), (Some("plain"), 0), (Some("holdout"), 0), (None, 0)] {
        let facts = Facts { arms: vec![arm.map(str::to_owned)], ..Facts::default() };
        let facts = Facts { used: vec![0; book.limits().len()], ..facts };
        assert_eq!(book.evaluate(&event, &facts).points, points, "{arm:?}");
    }
}

#[test]
fn the_arms_of_a_test_are_stored_with_it() {
    let test = "test \"t\" {\n  given experiment.spring is double\n  event purchase at 2026-05-09 10:00 {\n    basket.paid is 1.00 EUR\n  }\n  expect 1 point\n}\n";
    let book = book(&format!("{}\n{test}", rule("experiment.spring is double")));
    let read = Rulebook::from_bytes(&book.to_bytes()).unwrap();
    assert_eq!(read.programme().tests, book.programme().tests);
    assert!(dsl::testing::run(&read).iter().all(|result| result.failures.is_empty()));
}

#[test]
fn what_nothing_asks_about_is_warned_of() {
    let none = "none of {\n    experiment.spring is double\n  }";
    assert_eq!(warned(&rule("basket.paid at least 1.00 EUR")), ["W0570"]);
    assert_eq!(warned(&challenge("basket.paid at least 1.00 EUR")), ["W0570"]);
    for asked in [rule("experiment.spring is double"), rule(none), challenge("experiment.spring is double")] {
        assert!(warned(&asked).is_empty(), "{asked}");
    }
}

#[test]
fn a_holdout_that_gets_something_is_warned_of() {
    let none = "none of {\n    experiment.spring is holdout\n  }";
    assert_eq!(warned(&rule("experiment.spring is holdout")), ["W0571"]);
    assert_eq!(warned(&rule("experiment.spring in [plain, holdout]")), ["W0571"]);
    assert_eq!(warned(&challenge("experiment.spring is holdout")), ["W0571"]);
    assert!(warned(&rule("experiment.spring is not holdout")).is_empty());
    assert!(warned(&rule(none)).is_empty());
}
