//! Limits over households: exact over all members, by calendar period, for late events and under other names.

use crate::support::*;
use domain::households::{names, needed};
use domain::ids::Reference;
use domain::request::{Erase, Update};
use std::collections::BTreeMap;

const VISIT: &str = "rule visit {\n  on purchase\n  give 10 points\n  limit 25 points per household per month\n  limit 2 times per member per day\n}\n";

fn member(items: &str, household: Option<&str>) -> Till {
    let mut till = Till::enrolled(programme("  expire never", items), "2026-01-10 09:00");
    moves(&mut till, household);
    till
}

/// She belongs to this household from now on.
fn moves(till: &mut Till, household: Option<&str>) {
    let request = Update {
        stamp: till.stamp(till.now),
        id: id(&format!("u{}", till.entries.len())),
        fields: vec!["household".to_owned()],
        consents: None,
        terms: None,
        household: Some(household.unwrap_or_default().to_owned()),
        actor: "agent-7".to_owned(),
    };
    let snapshot = till.snapshot(&Reference::update(&request.id));
    let decision = domain::update::update(&snapshot, &request, &till.rulebook);
    till.write(decision).unwrap();
}

fn earned(till: &mut Till, name: &str) -> i64 {
    award(&till.buy(name, vec![line(100)]).unwrap()).points
}

fn counters(all: &[(&str, i64)]) -> BTreeMap<String, i64> {
    all.iter().map(|(name, used)| ((*name).to_owned(), *used)).collect()
}

const JANUARY: &str = "household:h1/rule:visit/points/household/month/2026-01-01";

#[test]
fn all_members_of_a_household_count_in_one_counter() {
    let (mut ana, mut bob) = (member(VISIT, Some("h1")), member(VISIT, Some("h1")));
    assert_eq!(earned(&mut ana, "A1"), 10);
    bob.counters = ana.counters.clone();
    assert_eq!([earned(&mut bob, "B1"), earned(&mut bob, "B2")], [10, 5]);
    assert_eq!(earned(&mut bob, "B3"), 0);
    assert_eq!(bob.counters, counters(&[(JANUARY, 25)]));
    let told = award(&bob.entries[3]).household.clone();
    assert_eq!(told, [(JANUARY.to_owned(), 5)], "the entry says what it used");
    assert!(bob.state.counters.iter().all(|counter| !counter.key.contains("household")));
    ana.counters = bob.counters;
    assert_eq!(earned(&mut ana, "A2"), 0);
    ana.at("2026-02-01 09:00");
    assert_eq!(earned(&mut ana, "A3"), 10);
}

#[test]
fn who_is_in_none_counts_alone_and_what_she_used_stays_where_it_was() {
    let mut ana = member(VISIT, None);
    assert_eq!(earned(&mut ana, "A1"), 10);
    assert_eq!((ana.counters.len(), ana.state.household.as_deref()), (0, None));
    moves(&mut ana, Some("h1"));
    assert_eq!(ana.state.household.as_deref(), Some("h1"));
    assert_eq!(earned(&mut ana, "A2"), 10);
    assert_eq!(ana.counters, counters(&[(JANUARY, 10)]));
    moves(&mut ana, None);
    ana.at("2026-01-11 09:00");
    assert_eq!([earned(&mut ana, "A3"), earned(&mut ana, "A4")], [10, 5], "of her own 25 she had used 10");
    moves(&mut ana, Some("h2"));
    let request = Erase { stamp: ana.stamp(ana.now), by: by_hand() };
    let decision = domain::erase::erase(&ana.snapshot(&Reference::erasure()), &request, &ana.rulebook);
    ana.write(decision).unwrap();
    assert_eq!(ana.state.household, None, "an erased member belongs to nobody");
}

fn by_hand() -> domain::entry::By {
    domain::entry::By { actor: "agent-7".to_owned(), reason: "asked".to_owned() }
}

#[test]
fn an_event_counts_in_the_period_in_which_it_happened_however_late() {
    let rules = VISIT.replace("month", "day");
    let mut ana = member(&rules, Some("h1"));
    ana.at("2026-01-12 12:00");
    let tenth = utc("2026-01-10 20:00");
    assert_eq!(award(&ana.buy_with("A1", vec![line(100)], tenth, None).unwrap()).points, 10);
    assert_eq!(earned(&mut ana, "A2"), 10);
    let day = |day: &str| format!("household:h1/rule:visit/points/household/day/{day}");
    assert_eq!(ana.counters, counters(&[(&day("2026-01-10"), 10), (&day("2026-01-12"), 10)]));
}

#[test]
fn a_renamed_rule_keeps_what_its_household_has_used() {
    let mut ana = member(VISIT, Some("h1"));
    assert_eq!([earned(&mut ana, "A1"), earned(&mut ana, "A2")], [10, 10]);
    ana.at("2026-01-11 09:00");
    ana.rulebook =
        programme("  expire never", &VISIT.replace("rule visit {", "rule call {\n  formerly visit"));
    assert_eq!([earned(&mut ana, "A3"), earned(&mut ana, "A4")], [5, 0]);
    let call = JANUARY.replace("visit", "call");
    assert_eq!(ana.counters, counters(&[(JANUARY, 20), (&call, 5)]));
    let needed = names("h1", &needed(ana.now, &ana.rulebook));
    assert_eq!(needed, [call, JANUARY.to_owned()], "both are read");
}

#[test]
fn two_awards_of_one_decision_share_what_is_left() {
    let items = "rule welcome {\n  on enrolment\n  give 30 points\n}\n\nrule visit {\n  on purchase\n  give 30 points\n}\n";
    let rulebook = programme(
        "  expire never\n  unknown member enrol\n  limit 40 points per household per programme\n  limit 35 points per member per day",
        items,
    );
    // nobody is in a household before she is enrolled: both awards count in her own state
    let mut ana = Till::new(rulebook, "2026-01-10 09:00");
    let entry = ana.buy("A1", vec![line(100)]).unwrap();
    assert_eq!(entry.change.awards().map(|award| award.points).sum::<i64>(), 35);
    moves(&mut ana, Some("h1"));
    ana.at("2026-01-11 09:00");
    assert_eq!([earned(&mut ana, "A2"), earned(&mut ana, "A3")], [30, 5], "35 a day");
    ana.at("2026-01-12 09:00");
    assert_eq!(earned(&mut ana, "A4"), 5, "40 for ever");
    assert_eq!(ana.counters, counters(&[("household:h1/programme/points/household/programme/ever", 40)]));
}
