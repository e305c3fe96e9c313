//! What is read before a decision: the programme-wide counters of budgets, stocks and members, and what the catalogue
//! says from them. A counter that is not asked for would be a budget overdrawn.

use crate::support::*;
use domain::catalogue::catalogue;
use domain::entry::{Change, Occasion, Role};
use domain::ids::{EventId, MemberId, Reference, VoucherId};
use domain::refusal::Refusal;
use domain::request::Redeemable;
use domain::*;

const ITEMS: &str = "budget spring {
  total 1000 points
}

reward cake {
  gives item \"cake\"
  stock 2
}

reward cocoa {
  gives item \"cocoa\"
}

reward sweet {
  costs 10 points
  gives one of [cake, cocoa]
  for the first 1 members
}

reward mug {
  costs 5 points
  gives item \"mug\"
  stock 3
}

survey nps {
  question score number 0 to 10
  nps of score
}

referral friends {
  join within 7 days
  qualify on purchase of at least 25.00 EUR within 30 days
  mature after 14 days
}

event visit {
}

rule bought {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
  from budget spring
}

rule large {
  on purchase
  when basket.paid at least 100.00 EUR
  give reward sweet
}

rule larger {
  on purchase
  when basket.paid at least 200.00 EUR
  give reward sweet
}

rule hello {
  on enrolment
  give reward mug
}

rule visited {
  on visit
  give reward cake
}

rule birthday {
  on birthday
  give reward cake
}

rule year {
  on anniversary
  give 5 points
  from budget spring
}

rule away {
  on absence of 60 days
  give reward mug
}

rule answered {
  on nps.answered
  give 5 points
  from budget spring
}

rule brought {
  on referral.referrer
  give reward mug
}

rule came {
  on referral.friend
  give reward cake
}
";

#[test]
fn every_decision_asks_for_the_counters_it_may_draw_on() {
    let club = programme("  expire never", ITEMS);
    assert_eq!(earn::needed_counters(&club), ["budget:spring", "members:sweet"]);
    assert_eq!(enrol::needed_counters(&club), ["stock:mug"]);
    let open = programme("  expire never\n  unknown member enrol", ITEMS);
    assert_eq!(earn::needed_counters(&open), ["budget:spring", "members:sweet", "stock:mug"]);
    assert_eq!(occur::needed_counters("visit", &club), ["stock:cake"]);
    assert!(occur::needed_counters("call", &club).is_empty());
    assert_eq!(celebrate::needed_counters(Occasion::Birthday, &club), ["stock:cake"]);
    assert_eq!(celebrate::needed_counters(Occasion::Anniversary, &club), ["budget:spring"]);
    assert_eq!(scheduled::needed_counters("absence.60_days", &club), ["stock:mug"]);
    assert_eq!(answer::needed_counters("nps", &club), ["budget:spring"]);
    assert!(answer::needed_counters("other", &club).is_empty());
    assert_eq!(mature::needed_counters(Role::Referrer, &club), ["stock:mug"]);
    assert_eq!(mature::needed_counters(Role::Friend, &club), ["stock:cake"]);
    // a choice: its own members, and the stock of each it is among
    let reward = |name: &str| redeem::needed_counters(&Redeemable::Reward(name.to_owned()), &club);
    assert_eq!(reward("sweet"), ["members:sweet", "stock:cake"]);
    assert_eq!(reward("mug"), ["stock:mug"]);
    assert!(reward("none").is_empty());
    assert!(redeem::needed_counters(&Redeemable::Points(5), &club).is_empty());
    assert_eq!(voucher::needed_counters(Some("cake"), &club), ["stock:cake"]);
    assert!(voucher::needed_counters(Some("cocoa"), &club).is_empty());
    assert!(voucher::needed_counters(None, &club).is_empty());
    assert_eq!(catalogue::needed_counters(&club), ["stock:cake", "members:sweet", "stock:mug"]);
    let survey = answer::find("nps", &club).unwrap();
    assert_eq!(answer::counter(survey, Some("promoter")), "survey:nps/promoter");
    assert_eq!(answer::counter(survey, None), "survey:nps/answered");
    assert!(answer::find("other", &club).is_none());
}

#[test]
fn the_catalogue_says_what_is_left_and_why_not() {
    let club = programme("  expire never", ITEMS);
    let mut till = Till::enrolled(club.clone(), "2026-01-10 09:00");
    let why = |till: &Till, name: &str| {
        let snapshot = till.snapshot(&Reference::enrolment());
        let offers = catalogue(&snapshot, till.now, &club);
        let offer = offers.into_iter().find(|offer| offer.reward.name == name).unwrap();
        (offer.stock_left, offer.places_left, offer.why_not)
    };
    till.counters.insert("stock:mug".to_owned(), 1);
    till.buy("A1", vec![line(400)]).unwrap();
    assert_eq!(why(&till, "mug"), (Some(2), None, Some(Refusal::InsufficientPoints { asked: 5, active: 4 })));
    till.buy("A2", vec![line(100)]).unwrap();
    assert_eq!(why(&till, "mug"), (Some(2), None, None), "five points buy what costs five");
    assert_eq!(why(&till, "cake").2, Some(Refusal::RewardNotSold { reward: "cake".to_owned() }));
    till.buy("A3", vec![line(1_000)]).unwrap();
    assert_eq!(why(&till, "sweet"), (None, Some(1), None));
    till.counters.insert("members:sweet".to_owned(), 1);
    let reached = Refusal::MembersReached { reward: "sweet".to_owned(), most: 1 };
    assert_eq!(why(&till, "sweet"), (None, Some(0), Some(reached)));
    till.counters.insert("stock:mug".to_owned(), 3);
    assert_eq!(why(&till, "mug"), (Some(0), None, Some(Refusal::OutOfStock { reward: "mug".to_owned() })));
    till.counters.insert("stock:mug".to_owned(), 0);
    till.redeem("R1", 15).unwrap();
    till.give_back("A2", "B1", &[]).unwrap();
    assert_eq!(why(&till, "mug").2, Some(Refusal::InDebt { debt: 1 }));
    till.state.standing.spending_frozen = true;
    assert_eq!(why(&till, "mug").2, Some(Refusal::SpendingFrozen));
    till.state.standing.erased = true;
    assert_eq!(why(&till, "mug").2, Some(Refusal::MemberErased));
}

#[test]
fn a_capture_issues_what_was_held_for_and_a_cancellation_closes_it() {
    let club = programme("  expire never", ITEMS);
    let mut till = Till::enrolled(club, "2026-01-10 09:00");
    till.buy("A1", vec![line(4_000)]).unwrap();
    till.hold_reward("H1", "mug", HOUR).unwrap();
    let entry = till.capture("H1", "C1", Some(0)).unwrap();
    let Change::Captured { points, voucher, released, .. } = &entry.change else { panic!("{entry:?}") };
    assert_eq!(
        (*points, released.len(), voucher.as_ref().map(|one| one.reward.as_str())),
        (0, 1, Some("mug"))
    );
    let held = |till: &mut Till, points| till.capture("H2", &format!("C{points}"), Some(points)).unwrap_err();
    till.hold("H2", 5, HOUR).unwrap();
    assert_eq!(held(&mut till, -1), Refusal::CaptureExceedsHold { asked: -1, held: 5 });
    assert_eq!(held(&mut till, 6), Refusal::CaptureExceedsHold { asked: 6, held: 5 });
    // several holds and redemptions at once: each is found by its own id
    till.hold("G1", 7, HOUR).unwrap();
    till.release("H2", "L1").unwrap();
    assert_eq!(till.balances(), (33, 0, 7, 0));
    till.capture("G1", "C2", None).unwrap();
    assert_eq!(till.cancel("H2", "X1"), Err(Refusal::NotCaptured));
    till.cancel("G1", "X2").unwrap();
    assert_eq!(till.cancel("G1", "X3"), Err(Refusal::NotCaptured));
    assert_eq!(till.balances(), (40, 0, 0, 0));
}

#[test]
fn ids_are_what_they_are_written_as() {
    let long = "x".repeat(65);
    for wrong in ["", "a b", "ü", "a/b", "a#b", long.as_str()] {
        assert!(EventId::parse(wrong).is_none() && MemberId::parse(wrong).is_none(), "{wrong:?}");
    }
    assert!(EventId::parse(&long[1..]).is_some() && EventId::parse("A-z_0.9:x").is_some());
    assert_eq!(VoucherId::parse("7.0"), Some(VoucherId(7, 0)));
    for wrong in ["7", "7.", ".0", "07.0", "7.00", "+7.0", "7.256"] {
        assert_eq!(VoucherId::parse(wrong), None, "{wrong}");
    }
    let code = referral_code::of([1, 2, 4, 8, 16]);
    assert_ne!(code, referral_code::of([0, 0, 0, 0, 0]));
    assert_ne!(code, referral_code::of([0, 2, 4, 8, 16]));
    assert_eq!(Reference::enrolment().to_string(), Reference::enrolment().as_str());
    assert!(!Reference::enrolment().to_string().is_empty());
    let damaged = domain::chain::state_from_bytes(&[]).unwrap_err();
    assert_eq!(damaged.to_string(), "damaged: state: shorter than its format");
    assert!(
        domain::chain::state_from_bytes(&[9, 9, 0])
            .unwrap_err()
            .to_string()
            .starts_with("format 2313 is not known")
    );
    assert_eq!((Role::Referrer.kind(), Role::Friend.kind()), ("referral.referrer", "referral.friend"));
}
