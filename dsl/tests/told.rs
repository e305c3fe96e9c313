//! What explanations say, sentence by sentence, and what a failed test beside the rules reports.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_imports,
    reason = "tests state what must hold"
)]

mod support;

use dsl::check::check;
use dsl::explain::explain;
use dsl::facts::{Facts, Home};
use dsl::model::Programme;
use dsl::plan::{LimitOwner, Rulebook};
use dsl::testing::{TestReport, run};
use support::*;

const KAFFA: &str = include_str!("../examples/coffee.merit");

fn read(source: &str) -> Programme {
    let checked = check(source.as_bytes(), None);
    checked.programme.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

/// `rule: verdict points why` of one event.
fn told(source: &str, event: &dsl::event::Event, facts: &Facts) -> Vec<String> {
    let book = Rulebook::compile(read(source));
    let outcome = book.evaluate(event, facts);
    let rows = explain(&book, event, facts, &outcome, None).rules;
    rows.into_iter().map(|row| format!("{} {} {}: {}", row.rule, row.verdict, row.points, row.why)).collect()
}

/// A programme of a few rules in the coffee shop's frame.
fn rules(text: &str) -> String {
    let head = KAFFA.split("rule base").next().unwrap();
    format!("{head}\n{text}\n")
}

#[test]
fn every_example_passes_its_own_tests() {
    for source in [
        KAFFA,
        include_str!("../examples/beauty.merit"),
        include_str!("../examples/marketplace.merit"),
        include_str!("../examples/imports.merit"),
    ] {
        let reports = run(&Rulebook::compile(read(source)));
        let failed: Vec<&TestReport> = reports.iter().filter(|report| !report.failures.is_empty()).collect();
        assert!(failed.is_empty(), "{failed:#?}");
    }
}

#[test]
fn a_breakfast_is_told_rule_by_rule() {
    let mut event = purchase("2026-11-23T08:10:00+01:00", vec![line(740, "coffee")]);
    event.lines[0].tags = vec!["own_cup".to_owned()];
    let mut facts = Facts { tier: Some(2), used: vec![0, 2], ..Facts::default() };
    let rows = [
        "base gave 74: yes: 1 point per 0.10 EUR of 7.40 EUR",
        "breakfast gave 74: yes: points times 2",
        "insider_boost lost 0: lost: group boosters took breakfast, which gives 74 points; it would give 37 points",
        "own_cup cut 0: cut: it would give 15 points; this rule is limited to 2 times per day, 0 times left",
    ];
    assert_eq!(told(KAFFA, &event, &facts), rows);
    facts.used = vec![400, 0];
    let cut = told(KAFFA, &event, &facts);
    assert_eq!(
        cut[0],
        "base cut 46: cut: it would give 74 points; the programme is limited to 500 points per day, 100 points left"
    );
    let empty = purchase("2026-11-22T08:10:00+01:00", vec![line(0, "tea")]);
    assert_eq!(
        told(KAFFA, &empty, &Facts::default()),
        [
            "base nothing 0: no: nothing that it counts was bought",
            "breakfast unmet 0: no: day is sunday, needs to be one of monday, tuesday, wednesday, thursday, friday",
            "insider_boost unmet 0: no: member.tier is unknown, needs to be insider",
            "own_cup unmet 0: no: basket.tags is empty, needs any of own_cup",
        ]
    );
}

#[test]
fn near_misses_say_how_little_was_missing() {
    let source = rules(
        "rule money {
  on purchase
  when basket.paid at least 6.00 EUR
  give 1 point
}
rule cheap {
  on purchase
  when basket.paid less than 4.00 EUR
  give 1 point
}
rule items {
  on purchase
  when basket.items at least 3
  give 1 point
}
rule earned {
  on purchase
  when member.earned in 12 months at least 300 points
  give 1 point
}
rule birthday {
  on purchase
  when date within 7 days of member.birthday
  give 1 point
}
rule future {
  on purchase
  active from 2027-01-01 until 2027-01-31
  give 1 point
}
rule past {
  on purchase
  active until 2026-10-31
  give 1 point
}
rule either {
  on purchase
  when any of {
    channel is online
    store is lyon
  }
  give 1 point
}
rule neither {
  on purchase
  when none of {
    channel is counter
  }
  give 1 point
}
rule paris {
  on purchase
  when member.postcode starts with \"75\"
  give 1 point
}
rule beans {
  on purchase
  when basket.lines where line.category is beans at least 10.00 EUR
  give 1 point
}",
    );
    let mut event = monday(vec![line(440, "coffee")]);
    event.channel = Some("counter".to_owned());
    let home = Home { postcode: Some("69001".to_owned()), ..Home::default() };
    let facts = Facts { birthday: Some(day("1990-12-11")), windows: vec![260], home, ..Facts::default() };
    let mut rows = told(&source, &event, &facts);
    rows.retain(|row| !row.starts_with("base "));
    assert_eq!(
        rows,
        [
            "money unmet 0: no: basket.paid is 4.40 EUR, needs at least 6.00 EUR (1.60 EUR more)",
            "cheap unmet 0: no: basket.paid is 4.40 EUR, needs less than 4.00 EUR (0.41 EUR less)",
            "items unmet 0: no: basket.items is 1, needs at least 3 (2 more)",
            "earned unmet 0: no: member.earned in 12 months is 260 points, needs at least 300 points (40 points more)",
            "birthday unmet 0: no: date is 2026-11-23, needs to be within 7 days of member.birthday",
            "future inactive 0: no: it starts on 2027-01-01, the event is of 2026-11-23",
            "past inactive 0: no: it ended on 2026-10-31, the event is of 2026-11-23",
            "either unmet 0: no: none of these holds: channel is counter, needs to be online; store is unknown, needs to be lyon",
            "neither unmet 0: no: it must not be that channel is counter",
            "paris unmet 0: no: member.postcode needs to start with \"75\"",
            "beans unmet 0: no: basket.lines where line.category is beans is 0.00 EUR, needs at least 10.00 EUR (10.00 EUR more)",
        ]
    );
    let whole = rows.join("\n");
    assert!(!whole.contains("1990") && !whole.contains("12-11"), "a date of birth is never told: {whole}");
    assert!(!whole.contains("69001"), "nor where somebody lives: {whole}");
}

#[test]
fn a_failed_test_says_both_numbers_and_why() {
    let source = format!(
        "{KAFFA}
test \"wrong in every way\" {{
  event purchase at 2026-11-23 12:00 {{
    line 2.00 EUR {{ category coffee tags [own_cup] }}
  }}
  expect rule breakfast fires
  expect rule own_cup stays silent
  expect 21 points
  expect 1 point from base
  expect reward one_off
  expect badge \"x\"
  expect tier insider
}}
"
    );
    let report = run(&Rulebook::compile(read(&source))).pop().unwrap();
    assert_eq!(
        report.failures,
        [
            "expected rule breakfast to fire, it stayed silent: no: time is 12:00, needs between 07:00 and 09:30",
            "expected rule own_cup to stay silent, it fired and gave 15 points",
            "expected 21 points, got 35 points",
            "expected 1 point from base, got 20 points",
            "expected reward one_off, got none",
            "expected badge \"x\", got none",
            "expected tier insider, got guest",
        ]
    );
    assert_eq!(report.why[0], "purchase at 2026-11-23 12:00: 35 points");
    assert_eq!(report.why[1], "  base: 20 points; yes: 1 point per 0.10 EUR of 2.00 EUR");
}

#[test]
fn windows_limits_and_tiers_carry_over_inside_a_test() {
    let source = format!(
        "{KAFFA}
test \"a regular after 300 points, and the daily limit\" {{
  given member.earned in 12 months is 290 points
  event purchase at 2026-11-23 12:00 {{
    line 60.00 EUR {{ category beans }}
  }}
  event purchase at 2026-11-23 23:59 {{
    line 60.00 EUR {{ category beans }}
  }}
  event purchase at 2026-11-24 00:00 {{
    line 20.00 EUR {{ category beans }}
  }}
  expect 700 points
  expect tier insider
}}
test \"one short of a tier\" {{
  given member.earned in 12 months is 290 points
  event purchase at 2026-11-23 12:00 {{
    line 0.90 EUR {{ category beans }}
  }}
  expect tier guest
}}
"
    );
    let reports = run(&Rulebook::compile(read(&source)));
    for report in &reports[reports.len() - 2..] {
        assert!(report.failures.is_empty(), "{report:#?}");
    }
}

#[test]
fn budgets_steps_and_endings_are_told_with_their_numbers() {
    let source = rules(
        "budget open \"This month\" {
  total 100 points
  active from 2026-11-01 until 2026-11-30
}
budget over \"Last month\" {
  total 10.00 EUR
  active until 2026-10-31
}
rule drawn {
  on purchase
  give 150 points
  from budget open
}
rule late {
  on purchase
  give 7 points
  from budget over
}
rule ended {
  on purchase
  active from 2026-01-01 until 2026-06-30
  give 1 point
}
rule spender {
  on purchase
  give 50 points every 100.00 EUR spent this year
}
rule regular {
  on purchase
  give 50 points every 10 purchases in total
}
rule doubled {
  on enrolment
  multiply points by 2
}
rule eligible_beans {
  on purchase
  give 1 point per 1.00 EUR of basket.eligible where line.category is beans
}",
    );
    let mut event = monday(vec![line(440, "coffee"), line(300, "beans"), line(200, "beans")]);
    event.lines[2].eligible = false;
    let book = Rulebook::compile(read(&source));
    let milestones = book.milestones().iter().map(|step| if step.every.at_least == 10 { 7 } else { 9_000 });
    let facts = Facts { budget_used: vec![20, 0], milestones: milestones.collect(), ..Facts::default() };
    let rows = told(&source, &event, &facts);
    let row = |name: &str| {
        rows.iter().find(|row| row.starts_with(name)).unwrap_or_else(|| panic!("{name}: {rows:#?}"))
    };
    assert_eq!(row("drawn"), "drawn cut 80: cut: it would give 150 points; budget open has 80 points left");
    assert_eq!(row("late"), "late cut 0: cut: it would give 7 points; budget over is not open on 2026-11-23");
    assert_eq!(row("ended"), "ended inactive 0: no: it ended on 2026-06-30, the event is of 2026-11-23");
    assert_eq!(
        row("spender"),
        "spender nothing 0: no: 0.60 EUR more to the next step of 100.00 EUR spent this year"
    );
    assert_eq!(
        row("regular"),
        "regular nothing 0: no: 2 purchases more to the next step of 10 purchases in total"
    );
    assert_eq!(
        row("eligible_beans"),
        "eligible_beans gave 3: yes: 1 point per 1.00 EUR of 3.00 EUR where line.category is beans"
    );
    let enrolled = dsl::event::Event { kind: "enrolment".to_owned(), lines: vec![], ..event };
    assert_eq!(
        told(&source, &enrolled, &facts),
        ["doubled nothing 0: no: there are no points for it to multiply"]
    );
}

#[test]
fn a_long_line_is_quoted_around_its_mistake() {
    let words = "coffee, ".repeat(30);
    let text = format!(
        "language 1\n\nrule base {{\n  on purchase\n  when basket.categories has any of [{words}] and  basket.payd at least 1.00 EUR\n  give 1 point\n}}\n"
    );
    let said = |text: &str| {
        let at = text.find("basket.payd").unwrap();
        let mut found = check(text.as_bytes(), None).diagnostics;
        found.retain(|one| usize::try_from(one.place.start) == Ok(at));
        assert_eq!(found.len(), 1, "{found:#?}");
        dsl::diagnostic::render("club.merit", text, &found)
    };
    // a line that fits is quoted from its beginning, however far the mistake stands
    let short = said(&text.replace(&words, &"coffee, ".repeat(7)));
    assert!(short.contains("when basket.categories") && short.contains("basket.payd at least"), "{short}");
    let long = said(&text);
    let lines: Vec<&str> = long.lines().collect();
    let column = |line: &str, what: &str| line.find(what).map(|at| line[..at].chars().count());
    assert_eq!(column(lines[2], "basket.payd"), column(lines[3], "^"), "{long}");
    assert!(lines[2].chars().count() <= 150 && !lines[2].contains("basket.categories"), "{long}");
}

#[test]
fn what_is_left_out_in_quiet_hours_or_was_said_too_often_is_told_with_its_reason() {
    let source = rules(
        "attention {
  limit 1 time per member per week
  quiet between 21:00 and 08:00
}

rule ask {
  on purchase
  give 5 points
  prompt for review
}
",
    );
    let book = Rulebook::compile(read(&source));
    let addressed = book.limits().iter().position(|slot| slot.owner == LimitOwner::Attention).unwrap();
    let why = |at: &str, times| {
        let mut facts = Facts { used: vec![0; book.limits().len()], ..Facts::default() };
        facts.used[addressed] = times;
        told(&source, &purchase(at, vec![line(500, "tea")]), &facts)[0].clone()
    };
    let gave = why("2026-11-23T12:00:00+01:00", 0);
    assert!(gave.starts_with("ask gave 5: yes: ") && !gave.contains("left out"), "{gave}");
    let quiet = why("2026-11-23T21:00:00+01:00", 0);
    assert!(quiet.ends_with("; left out: prompt for review, for these are quiet hours"), "{quiet}");
    let often = why("2026-11-23T12:00:00+01:00", 1);
    let reason = "; left out: prompt for review, for the member has been addressed often enough";
    assert!(often.ends_with(reason), "{often}");
}

#[test]
fn a_challenge_that_is_complete_says_so_whatever_is_bought() {
    let source = rules(
        "challenge pair {
  every month
  goal visits 2 times on purchase
  give 25 points
}
",
    );
    let book = Rulebook::compile(read(&source));
    let slots = book.challenges()[0].clone();
    let event = purchase("2026-11-23T12:00:00+01:00", vec![line(500, "tea")]);
    let with = |visits, completed| {
        let mut facts = Facts { used: vec![0; book.limits().len()], ..Facts::default() };
        facts.used[slots.goals[0]] = visits;
        facts.used[slots.once.unwrap()] = completed;
        told(&source, &event, &facts)[0].clone()
    };
    assert_eq!(with(0, 0), "pair nothing 0: no: visits 1 of 2");
    assert_eq!(with(1, 0), "pair gave 25: yes: 25 points, for visits 2 of 2");
    assert_eq!(with(2, 1), "pair nothing 0: no: completed already this month; visits 2 of 2");
}
