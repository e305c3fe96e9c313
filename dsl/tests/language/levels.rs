//! Levels: which sums what is asked of them stands for.

use dsl::check::check;
use dsl::event::{Event, Line, PURCHASE};
use dsl::facts::Facts;
use dsl::plan::Rulebook;

const CLUB: &str = "language 1\n\nprogramme club {\n  currency EUR\n  timezone \"UTC\"\n}\n\nlevels explorer {\n  newcomer always\n  scout from 100.00 EUR spent in total\n  guide from 200.00 EUR spent in total\n  leader from 300.00 EUR spent in total\n}\n\n";

/// Of which hundreds of euros spent before a question is true, from 0 to 3.
fn holds(asked: &str) -> Vec<i64> {
    let text = format!("{CLUB}rule a {{\n  on purchase\n  when level.explorer {asked}\n  give 1 point\n}}\n");
    let checked = check(text.as_bytes(), None);
    let book = Rulebook::compile(checked.programme.unwrap_or_else(|| panic!("{:?}", checked.diagnostics)));
    let line = Line { amount_minor: 100, quantity: 1, eligible: true, ..Line::default() };
    let event = Event {
        kind: PURCHASE.to_owned(),
        at: dsl::calendar::parse_moment("2026-05-09T10:00:00Z").unwrap(),
        channel: None,
        store: None,
        lines: vec![line],
        fields: [].into(),
    };
    let pays = |hundreds: &i64| {
        let facts = Facts { windows: vec![hundreds * 10_000], ..Facts::default() };
        book.evaluate(&event, &facts).points == 1
    };
    (0..4).filter(pays).collect()
}

#[test]
fn a_level_is_a_stretch_of_its_sum() {
    for (asked, expected) in [
        ("at least guide", vec![2, 3]),
        ("at most scout", vec![0, 1]),
        ("more than guide", vec![3]),
        ("more than leader", vec![]),
        ("less than scout", vec![0]),
        ("less than newcomer", vec![]),
        ("is guide", vec![2]),
        ("is not guide", vec![0, 1, 3]),
        ("in [newcomer, leader]", vec![0, 3]),
        ("not in [newcomer, leader]", vec![1, 2]),
        ("is known", vec![0, 1, 2, 3]),
        ("is unknown", vec![]),
    ] {
        assert_eq!(holds(asked), expected, "level.explorer {asked}");
    }
}
