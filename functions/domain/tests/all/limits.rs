//! Limits and budgets: exact, by calendar period, for late events too, whatever a rule is called.

use crate::support::*;
use dsl::units::Moment;

fn visits(clause: &str) -> String {
    format!("rule visit {{\n  on purchase\n  give 10 points\n  {clause}\n}}\n")
}

fn earned(till: &mut Till, name: &str) -> i64 {
    award(&till.buy(name, vec![line(100)]).unwrap()).points
}

#[test]
fn a_period_is_the_calendars() {
    let mut till = Till::enrolled(
        programme("  expire never", &visits("limit 2 times per member per day")),
        "2026-01-10 09:00",
    );
    assert_eq!([earned(&mut till, "A1"), earned(&mut till, "A2"), earned(&mut till, "A3")], [10, 10, 0]);
    till.at("2026-01-10 23:59");
    assert_eq!(earned(&mut till, "A4"), 0);
    till.at("2026-01-11 00:00");
    assert_eq!(earned(&mut till, "A5"), 10);
}

#[test]
fn a_late_event_counts_in_its_own_period() {
    let rulebook = programme(
        "  expire never\n  accept events up to 3 days late",
        &visits("limit 1 time per member per day"),
    );
    let mut till = Till::enrolled(rulebook, "2026-01-10 09:00");
    assert_eq!(earned(&mut till, "A1"), 10);
    till.at("2026-01-12 09:00");
    assert_eq!(earned(&mut till, "A2"), 10);
    let monday = utc("2026-01-10 20:00");
    let late = till.buy_with("A3", vec![line(100)], monday, None).unwrap();
    assert_eq!(award(&late).points, 0);
    let sunday = Moment(monday.0 + DAY);
    let late = till.buy_with("A4", vec![line(100)], sunday, None).unwrap();
    assert_eq!(award(&late).points, 10);
    // Periods that no late event can reach are forgotten.
    till.at("2026-02-12 09:00");
    earned(&mut till, "A5");
    assert_eq!(till.state.counters.len(), 1);
}

#[test]
fn a_renamed_rule_keeps_its_counter() {
    let mut till = Till::enrolled(
        programme("  expire never", &visits("limit 25 points per member per programme")),
        "2026-01-10 09:00",
    );
    assert_eq!([earned(&mut till, "A1"), earned(&mut till, "A2")], [10, 10]);
    till.rulebook = programme(
        "  expire never",
        "rule call {\n  formerly visit\n  on purchase\n  give 10 points\n  limit 25 points per member per programme\n}\n",
    );
    assert_eq!([earned(&mut till, "A3"), earned(&mut till, "A4")], [5, 0]);
    let keys: Vec<_> = till.state.counters.iter().map(|c| (c.key.as_str(), c.used)).collect();
    assert_eq!(keys, [("rule:call/points/programme", 25)]);
}

#[test]
fn returns_do_not_refill_a_limit() {
    let mut till = Till::enrolled(
        programme("  expire never", &visits("limit 1 time per member per day")),
        "2026-01-10 09:00",
    );
    assert_eq!(earned(&mut till, "A1"), 10);
    till.give_back("A1", "B1", &[]).unwrap();
    assert_eq!(earned(&mut till, "A2"), 0);
}

#[test]
fn a_budget_is_read_drawn_and_never_overdrawn() {
    let rulebook = programme(
        "  expire never",
        "budget winter {\n  total 25 points\n  when spent stop\n}\n\nbudget spring {\n  total 1 points\n  when spent warn\n}\n\n\
         rule visit {\n  on purchase\n  give 10 points\n  from budget winter\n}\n\n\
         rule call {\n  on purchase\n  give 1 point\n  from budget spring\n}\n",
    );
    assert_eq!(domain::earn::needed_counters(&rulebook), ["budget:winter", "budget:spring"]);
    assert!(domain::enrol::needed_counters(&rulebook).is_empty());
    let mut till = Till::enrolled(rulebook, "2026-01-10 09:00");
    let given: Vec<i64> = (0..4).map(|n| earned(&mut till, &format!("A{n}"))).collect();
    assert_eq!(given, [11, 11, 6, 1]);
    assert_eq!((till.counters["budget:winter"], till.counters["budget:spring"]), (25, 4));
}

#[test]
fn a_purchase_that_enrols_draws_each_budget_once() {
    let rulebook = programme(
        "  expire never\n  unknown member enrol",
        "budget winter {\n  total 25 points\n  when spent stop\n}\n\n\
         rule hello {\n  on enrolment\n  give 20 points\n  from budget winter\n}\n\n\
         rule visit {\n  on purchase\n  give 10 points\n  from budget winter\n}\n",
    );
    assert_eq!(domain::earn::needed_counters(&rulebook), ["budget:winter"]);
    let mut till = Till::new(rulebook, "2026-01-10 09:00");
    let entry = till.buy("A1", vec![line(100)]).unwrap();
    assert_eq!(award(&entry).points, 5);
    assert_eq!(till.counters["budget:winter"], 25);
    assert_eq!(till.balances(), (25, 0, 0, 0));
}
