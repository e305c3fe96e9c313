//! Enrolments, purchases and declared events: what they open, and when it may be posted.

use crate::support::*;
use domain::entry::{Account, Change, Posting};
use domain::refusal::Refusal;
use domain::state::RECENT_REFERENCES;
use dsl::effect::Effect;
use dsl::units::Moment;

const WELCOME: &str = "event check_in {
  field place text
}

rule welcome \"Welcome\" {
  on enrolment
  give 50 points
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

rule visit {
  on check_in
  give 5 points
  give badge \"visitor\"
  limit 1 time per member per day
}
";

#[test]
fn enrolment_opens_the_chain_once() {
    let mut till = Till::new(programme("  expire never", WELCOME), "2026-01-10 09:00");
    assert_eq!(till.occur("E1", "check_in"), Err(Refusal::MemberUnknown));
    assert_eq!(till.buy("A1", vec![line(100)]), Err(Refusal::MemberUnknown));
    let entry = till.enrol().unwrap();
    assert_eq!((entry.seq, award(&entry).points), (1, 50));
    assert_eq!(entry.postings, [Posting(Account::Issuer, -50), Posting(Account::Active, 50)]);
    assert_eq!(till.enrol(), Err(Refusal::MemberExists));
    assert_eq!(till.entries.len(), 1);
}

#[test]
fn a_purchase_may_enrol_and_the_enrolment_rules_fire() {
    let rulebook = programme("  expire never\n  unknown member enrol", WELCOME);
    let mut till = Till::new(rulebook, "2026-01-10 09:00");
    let entry = till.buy("A1", vec![line(1_000)]).unwrap();
    assert_eq!((entry.seq, award(&entry).points), (1, 10));
    let Change::Purchased { welcome: Some(welcome), .. } = &entry.change else { panic!("{entry:?}") };
    assert_eq!(welcome.points, 50);
    assert_eq!(till.balances(), (60, 0, 0, 0));
    assert_eq!(till.state.enrolled_at, till.now);
    // What the enrolment gave is no part of the purchase: a return leaves it.
    let mut back = till.clone();
    let entry = back.give_back("A1", "B1", &[]).unwrap();
    assert_eq!(returned(&entry).taken.iter().map(|a| (a.lot.1, a.points)).collect::<Vec<_>>(), [(1, 10)]);
    assert_eq!(back.balances(), (50, 0, 0, 0));
    assert_eq!(back.state.lifetime.earned_points, 50);
    assert_eq!(till.enrol(), Err(Refusal::MemberExists));
}

#[test]
fn declared_events_earn_within_their_limits_and_others_are_refused() {
    let mut till = Till::enrolled(programme("  expire never", WELCOME), "2026-01-10 09:00");
    let entry = till.occur("E1", "check_in").unwrap();
    assert_eq!(award(&entry).points, 5);
    assert_eq!(award(&entry).limits, [("rule:visit/times/day".to_owned(), 1)]);
    assert_eq!(award(&till.occur("E2", "check_in").unwrap()).points, 0);
    assert_eq!(award(&till.wait(DAY).occur("E3", "check_in").unwrap()).points, 5);
    assert_eq!(till.state.badges, ["visitor"]);
    assert_eq!(till.occur("E4", "dance"), Err(Refusal::EventUnknown { kind: "dance".to_owned() }));
    assert_eq!(till.balances(), (60, 0, 0, 0));
    assert_eq!(till.state.lifetime.earned_points, 60);
    assert_eq!(till.state.lifetime.purchases, 0);
}

#[test]
fn effects_stand_in_the_entry_and_the_newest_tags_in_the_state() {
    let tags = |n: usize| {
        let number = n % 20 + 1;
        format!(
            "rule r{n:02} {{\n  on purchase\n  when purchase.number is {number}\n  tag member \"t{n}\"\n  open case \"c\"\n}}\n"
        )
    };
    let gone = "event check_in {\n}\n\nrule gone {\n  on check_in\n  untag member \"t3\"\n  untag member \"press\"\n}\n";
    let rules = (0..40).map(tags).chain([gone.to_owned()]).collect::<Vec<_>>().concat();
    let mut till = Till::enrolled(programme("  expire never", &rules), "2026-01-10 09:00");
    let first = till.buy("A0", vec![line(100)]).unwrap();
    let expected =
        [Effect::Tag("t0".to_owned()), Effect::Tag("t20".to_owned()), Effect::Case("c".to_owned())];
    assert_eq!(first.change.effects().cloned().collect::<Vec<_>>(), expected);
    assert_eq!(award(&first).rules, [("r00".to_owned(), 0), ("r20".to_owned(), 0)]);
    assert!(
        domain::explain::explain(&first, None).contains(&"It opened a case for support: \"c\".".to_owned())
    );
    for n in 1..20 {
        till.buy(&format!("A{n}"), vec![line(100)]).unwrap();
    }
    assert_eq!(till.state.tags.len(), domain::state::TAGS_MAX);
    assert_eq!(till.state.tags.first().map(String::as_str), Some("t24"), "the oldest made room");
    assert_eq!(till.state.tags.last().map(String::as_str), Some("t39"));
    till.occur("E1", "check_in").unwrap();
    assert_eq!(till.state.tags.len(), domain::state::TAGS_MAX, "t3 had gone already");
}

#[test]
fn a_late_purchase_counts_on_its_day_and_time_does_not_run_back() {
    let mut till = Till::enrolled(programme("  expire after 1 month", ONE_PER_EURO), "2026-01-10 09:00");
    till.at("2026-01-20 09:00").buy("A1", vec![line(1_000)]).unwrap();
    let late = utc("2026-01-15 12:00");
    let entry = till.buy_with("A2", vec![line(500)], late, None).unwrap();
    assert_eq!((entry.at, entry.occurred_at), (till.now, late));
    let days: Vec<_> = till.state.days.iter().map(|d| (d.day.0, d.sums.spent_minor)).collect();
    assert_eq!(days, [(20_468, 500), (20_473, 1_000)]);
    assert_eq!(till.state.last_purchase_at, Some(utc("2026-01-20 09:00")));
    let lot = till.state.lots[0];
    assert_eq!((lot.earned_at, lot.expires_at), (late, Some(utc("2026-02-15 12:00"))));
    // A clock behind the newest entry's waits for it.
    till.at("2026-01-19 09:00");
    let entry = till.buy("A3", vec![line(100)]).unwrap();
    assert_eq!(entry.at, utc("2026-01-20 09:00"));
    let early = till.buy_with("A4", vec![line(100)], utc("2026-01-10 08:59"), None);
    assert_eq!(early, Err(Refusal::BeforeEnrolment { enrolled_at: utc("2026-01-10 09:00") }));
}

#[test]
fn a_late_purchase_that_has_waited_long_enough_is_spendable_at_once() {
    let rulebook = programme("  expire never\n  pending for 3 days", ONE_PER_EURO);
    let mut till = Till::enrolled(rulebook, "2026-01-10 09:00");
    till.at("2026-01-20 09:00");
    till.buy_with("A1", vec![line(1_000)], utc("2026-01-17 09:00"), None).unwrap();
    till.buy_with("A2", vec![line(500)], Moment(utc("2026-01-17 09:00").0 + 1), None).unwrap();
    assert_eq!(till.balances(), (10, 5, 0, 0));
    till.wait(1);
    assert_eq!(till.balances(), (15, 0, 0, 0));
}

#[test]
fn recent_references_are_the_newest_sixteen() {
    let mut till = Till::enrolled(programme("  expire never", ONE_PER_EURO), "2026-01-10 09:00");
    for n in 0..40 {
        let _ = till.redeem(&format!("R{n}"), 1);
        till.buy(&format!("A{n}"), vec![line(100)]).unwrap();
    }
    let newest: Vec<u64> = till.entries[till.entries.len() - RECENT_REFERENCES..]
        .iter()
        .map(|entry| domain::chain::recent_hash(&entry.reference))
        .collect();
    assert_eq!(till.state.recent, newest);
}

#[test]
fn amounts_at_the_edge_neither_wrap_nor_panic() {
    let most = dsl::units::AMOUNT_MAX;
    let rulebook = programme(
        "  expire never",
        "rule base {\n  on purchase\n  give 1000000 points per 0.01 EUR of basket.paid\n}\n",
    );
    let mut till = Till::enrolled(rulebook, "2026-01-10 09:00");
    for n in 0..10 {
        match till.buy(&format!("A{n}"), vec![line(most); 1_000]) {
            Ok(entry) => assert!(award(&entry).points >= 0),
            Err(refusal) => assert_eq!(refusal.code(), "internal.broken"),
        }
    }
}

#[test]
fn a_programme_that_is_too_busy_says_so() {
    let mut till = Till::enrolled(programme("  expire never", ONE_PER_EURO), "2026-01-10 09:00");
    for n in 0..1_000 {
        till.buy(&format!("A{n}"), vec![line(100)]).unwrap();
    }
    let refused = till.buy("A1000", vec![line(100)]);
    assert_eq!(refused, Err(Refusal::TooMuchOpen { of: "lots".to_owned(), most: 1_000 }));
    assert!(matches!(till.entries.last().unwrap().change, Change::Purchased { .. }));
}

#[test]
fn what_is_left_out_so_as_not_to_address_a_member_again_is_told() {
    let items = "attention {
  limit 1 time per member per week
}

rule ask {
  on purchase
  prompt for review
}
";
    let mut till = Till::enrolled(programme("  expire never", items), "2026-01-10 09:00");
    let (first, second) =
        (till.buy("A1", vec![line(100)]).unwrap(), till.buy("A2", vec![line(100)]).unwrap());
    assert_eq!((award(&first).effects.len(), award(&first).muted.len()), (1, 0));
    assert_eq!((award(&second).effects.len(), &award(&second).muted), (0, &award(&first).effects));
    let told = domain::explain::explain(&second, Some(&till.rulebook));
    assert!(told.iter().any(|sentence| sentence.starts_with("Left out")), "{told:?}");
}

#[test]
fn points_of_a_late_purchase_wait_no_longer_than_their_time() {
    let mut till =
        Till::enrolled(programme("  expire never\n  pending for 1 day", ONE_PER_EURO), "2026-01-10 09:00");
    till.wait(DAY);
    let entry = till.buy_with("A1", vec![line(1_000)], utc("2026-01-10 09:00"), None).unwrap();
    assert_eq!((award(&entry).lots[0].activates_at, till.state.active_points), (None, 10));
    let entry = till.buy_with("A2", vec![line(1_000)], utc("2026-01-10 09:01"), None).unwrap();
    assert_eq!(award(&entry).lots[0].activates_at, Some(utc("2026-01-11 09:01")));
}
