//! What random programmes found wrong, each kept as the smallest file that showed it.

use dsl::calendar::parse_moment;
use dsl::check::check;
use dsl::diagnostic::render;
use dsl::event::Event;
use dsl::facts::Facts;
use dsl::fmt::format;
use dsl::outcome::Verdict;
use dsl::plan::Rulebook;
use std::collections::BTreeMap;

const HEAD: &str = "language 1\n\nprogramme club {\n  currency EUR\n  timezone \"Europe/Paris\"\n}\n\n";

fn book(body: &str) -> Rulebook {
    let source = format!("{HEAD}{body}");
    let checked = check(source.as_bytes(), None);
    let shown = render("found", &source, &checked.diagnostics);
    Rulebook::compile(checked.programme.unwrap_or_else(|| panic!("{shown}")))
}

#[test]
fn a_list_holds_several_plain_numbers() {
    let rule = "rule few {\n  on purchase\n  when purchase.number in [1, 3, 5]\n  give 5 points\n}\n";
    let book = book(rule);
    let event = |number: i64| {
        let facts = Facts { windows: vec![number - 1], ..Facts::default() };
        let at = parse_moment("2026-11-23T12:00:00Z").unwrap();
        let kind = "purchase".to_owned();
        let event = Event { kind, at, channel: None, store: None, lines: vec![], fields: BTreeMap::new() };
        book.evaluate(&event, &facts).points
    };
    assert_eq!([1, 2, 3, 4, 5].map(event), [5, 0, 5, 0, 5]);
    // with or without spaces; a number with separators is told
    let code = |list: &str| {
        let source = format!("{HEAD}{}", rule.replace("[1, 3, 5]", list));
        let found = check(source.as_bytes(), None).diagnostics;
        found.into_iter().map(|found| found.code).collect::<Vec<_>>()
    };
    assert_eq!(code("[1,3,5]"), Vec::<String>::new());
    assert_eq!(code("[5, 1,000]"), ["E0214"]);
}

#[test]
fn a_draw_that_is_over_is_inactive_whatever_its_conditions() {
    let book = book(
        "rule gift {\n  on schedule every day at 09:00\n  active until 2026-01-01\n  when member.balance at least 5 points\n  draw 1 member\n  give 5 points\n}\n",
    );
    let at = parse_moment("2026-11-23T08:00:00Z").unwrap();
    let kind = "schedule.gift".to_owned();
    let event = Event { kind, at, channel: None, store: None, lines: vec![], fields: BTreeMap::new() };
    assert_eq!(book.evaluate(&event, &Facts::default()).verdicts, [Verdict::Inactive]);
    let early = Event { at: parse_moment("2025-11-23T08:00:00Z").unwrap(), ..event };
    assert_eq!(book.evaluate(&early, &Facts::default()).verdicts, [Verdict::Unmet(0)]);
}

#[test]
fn a_sentence_is_no_unit_of_the_number_before_it() {
    let text = format!(
        "{HEAD}rule late {{\n  on purchase\n  when any of {{\n    member.purchases this year at most 0\n    time more than 07:00\n  }}\n  give 5 points\n}}\n"
    );
    assert_eq!(format(&text).as_deref(), Ok(text.as_str()));
}

#[test]
fn what_the_grammar_refuses_is_never_taken_without_a_word() {
    let told = |body: &str| {
        let found = check(format!("{HEAD}{body}").as_bytes(), None).diagnostics;
        found.into_iter().map(|found| (found.code, found.fix.map(|fix| fix.text))).collect::<Vec<_>>()
    };
    let (unexpected, order) = ("E0302".to_owned(), "E0303".to_owned());
    assert_eq!(
        told("rule r {\n  on purchase\n  and  basket.paid at least 5.00 EUR\n  give 5 points\n}\n"),
        [(unexpected.clone(), Some("when".to_owned()))]
    );
    assert_eq!(
        told(
            "rule r {\n  on purchase\n  when channel is online\n  give 5 points\n  and  basket.paid at least 5.00 EUR\n}\n"
        ),
        [(order, None)]
    );
    // after a condition that did not parse, the next one is not told too
    assert_eq!(
        told(
            "rule r {\n  on purchase\n  when channel si online\n  and  basket.paid at least 5.00 EUR\n  give 5 points\n}\n"
        ),
        [(unexpected, Some("is".to_owned()))]
    );
}
