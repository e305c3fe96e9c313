//! Lifts of the tier: what is in force, when they end, what ends with a return, and how many there may be.

use crate::support::*;
use domain::entry::{Change, Settlement};
use domain::ids::Reference;
use domain::name_in_force;
use domain::state::{LIFTS_MAX, Lift};
use domain::sweep::next_due;

const TIERS: &str = "tiers {
  guest  always
  silver from 100.00 EUR spent in 12 months
  gold   from 300.00 EUR spent in 12 months
}

event match {
  field stars number
}
event trial {
  field stars number
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

rule match {
  on match
  lift tier to gold for 1 month
}

rule trial {
  on trial
  lift tier to silver for 2 days
}
";

fn till(items: &str) -> Till {
    Till::enrolled(programme("  expire never", &format!("{TIERS}\n{items}")), "2026-01-31 09:00")
}

fn in_force(till: &Till) -> String {
    let card = till.card().tier.unwrap();
    let (settled, _) = domain::sweep::settle(&till.state, till.now, &till.rulebook);
    assert_eq!(name_in_force(&settled, till.rulebook.programme()), Some(card.name.as_str()));
    card.name
}

#[test]
fn the_highest_counts_for_as_long_as_it_holds_and_what_is_earned_goes_on() {
    let mut till = till("");
    till.occur("E1", "match").unwrap();
    let tier = till.card().tier.unwrap();
    // a month after the last of January is the last of February
    let until = utc("2026-02-28 09:00");
    assert_eq!((tier.name.as_str(), tier.since, tier.review_at), ("gold", utc("2026-01-31 09:00"), None));
    let lifted = tier.lifted.unwrap();
    assert_eq!((lifted.until, lifted.earned.as_str()), (until, "guest"));
    assert_eq!(tier.next.map(|next| (next.name, next.missing)), Some(("silver".to_owned(), 10_000)));
    assert_eq!(next_due(&till.state), Some(until));
    // the lower one says nothing beside it, and ends by itself
    till.at("2026-02-27 09:00").occur("E2", "trial").unwrap();
    assert_eq!(in_force(&till), "gold");
    let entry = till.buy("A1", vec![line(10_000)]).unwrap();
    assert_eq!(entry.tier.unwrap().to.as_deref(), Some("silver"));
    assert_eq!(in_force(&till), "gold");
    till.now = until;
    till.now.0 -= 1;
    assert_eq!(in_force(&till), "gold");
    till.now.0 += 1;
    assert_eq!(in_force(&till), "silver");
    // silver is earned by now: no lift says anything any more
    assert_eq!(till.card().tier.unwrap().lifted, None);
    let entry = till.at("2026-03-05 09:00").buy("A2", vec![line(100)]).unwrap();
    let ended = |tier: &str, at: &str| Settlement::LiftEnded { tier: tier.to_owned(), at: utc(at) };
    assert_eq!(entry.settled, [ended("gold", "2026-02-28 09:00"), ended("silver", "2026-03-01 09:00")]);
    assert_eq!(entry.tier, None);
    assert!(till.state.lifts.is_empty());
}

#[test]
fn a_return_ends_what_its_purchase_brought_unless_a_rule_or_the_programme_keeps_it() {
    const LARGE: &str = "rule large {
  on purchase
  when basket.paid at least 50.00 EUR
  lift tier to gold for 30 days
}

rule welcome {
  on enrolment
  lift tier to silver for 30 days
}
";
    let mut till = till(LARGE);
    assert_eq!(in_force(&till), "silver");
    till.buy("A1", vec![line(3_000), line(3_000)]).unwrap();
    assert_eq!(in_force(&till), "gold");
    // a part of it is back: it stays
    let part = till.give_back("A1", "R1", &[(0, 1, None)]).unwrap();
    assert!(returned(&part).lowered.is_empty());
    let whole = till.give_back("A1", "R2", &[(1, 1, None)]).unwrap();
    assert_eq!(returned(&whole).lowered, ["gold"]);
    assert_eq!(in_force(&till), "silver");
    // of two purchases, each has its own
    till.buy("A2", vec![line(6_000)]).unwrap();
    till.wait(1).buy("A3", vec![line(6_000)]).unwrap();
    assert_eq!(till.state.lifts.len(), 3);
    till.give_back("A2", "R3", &[(0, 1, None)]).unwrap();
    assert_eq!(in_force(&till), "gold");
    till.give_back("A3", "R4", &[(0, 1, None)]).unwrap();
    assert_eq!(in_force(&till), "silver");

    let keeping =
        LARGE.replace("for 30 days\n}\n\nrule welcome", "for 30 days\n  refund keep\n}\n\nrule welcome");
    let mut till = self::till(&keeping);
    till.buy("A1", vec![line(6_000)]).unwrap();
    assert!(returned(&till.give_back("A1", "R1", &[(0, 1, None)]).unwrap()).lowered.is_empty());
    assert_eq!(in_force(&till), "gold");

    let all = programme("  expire never\n  refund keep", &format!("{TIERS}\n{LARGE}"));
    let mut till = Till::enrolled(all, "2026-01-31 09:00");
    till.buy("A1", vec![line(6_000)]).unwrap();
    assert!(returned(&till.give_back("A1", "R1", &[(0, 1, None)]).unwrap()).lowered.is_empty());
    assert_eq!(in_force(&till), "gold");
}

#[test]
fn one_that_is_over_before_it_is_told_is_none() {
    let mut till = till("");
    let occurred_at = utc("2026-01-31 09:00");
    till.at("2026-02-02 08:59").occur_at("E1", "trial", occurred_at).unwrap();
    assert_eq!(in_force(&till), "silver");
    till.at("2026-02-02 09:00").occur_at("E2", "trial", occurred_at).unwrap();
    assert_eq!((in_force(&till).as_str(), till.state.lifts.len()), ("guest", 0));
}

#[test]
fn the_one_that_ends_first_makes_room() {
    let mut till = till("");
    till.occur("E0", "match").unwrap();
    for number in 1..=LIFTS_MAX {
        till.wait(1).occur(&format!("E{number}"), "trial").unwrap();
    }
    assert_eq!(till.state.lifts.len(), LIFTS_MAX);
    assert!(till.state.lifts.is_sorted());
    let first = till.state.lifts.first().unwrap();
    assert_eq!((first.tier.as_str(), first.since.0), ("silver", utc("2026-01-31 09:00").0 + 2));
    assert_eq!(in_force(&till), "gold");
}

#[test]
fn a_tier_that_the_programme_has_no_more_lifts_nobody() {
    let mut till = till("");
    till.occur("E1", "match").unwrap();
    let fewer =
        TIERS.replace("  gold   from 300.00 EUR spent in 12 months\n", "").replace("to gold", "to silver");
    till.rulebook = programme("  expire never", &fewer);
    assert_eq!(in_force(&till), "guest");
    // and the entry after its end tells that it ended
    let entry = till.at("2026-03-01 09:00").buy("A1", vec![line(100)]).unwrap();
    assert!(matches!(entry.settled.as_slice(), [Settlement::LiftEnded { tier, .. }] if tier == "gold"));
}

#[test]
fn a_referral_that_is_reversed_ends_what_it_brought() {
    let items = format!(
        "{TIERS}\n{}",
        crate::referring::FRIENDS.replace("give 200 points", "lift tier to gold for 60 days")
    );
    let mut ana = crate::referring::friend(&items);
    let mut bea = crate::referring::referrer(&ana);
    ana.at("2026-03-05 09:00").buy("A1", vec![line(5_000)]).unwrap();
    crate::referring::settle(&mut ana, &mut bea, utc("2026-03-19 09:00")).unwrap();
    // from the purchase that counted
    let since = ana.card().tier.unwrap().since;
    assert_eq!((in_force(&ana).as_str(), since), ("gold", utc("2026-03-05 09:00")));
    ana.at("2026-03-20 09:00").give_back("A1", "R1", &[(0, 1, None)]).unwrap();
    assert_eq!(in_force(&ana), "gold");
    let (reversed, other) = crate::referring::settle(&mut ana, &mut bea, utc("2026-03-20 09:01")).unwrap();
    let Change::ReferralReversed { lowered, .. } = &reversed.change else { panic!("{reversed:?}") };
    assert_eq!(lowered, &["gold"]);
    let Change::ReferralReversed { lowered, .. } = &other.change else { panic!("{other:?}") };
    assert!(lowered.is_empty());
    assert_eq!(in_force(&ana), "guest");
}

#[test]
fn nothing_but_its_own_entry_names_it() {
    let mut till = till("");
    till.occur("E1", "match").unwrap();
    let own = Lift {
        until: utc("2026-02-28 09:00"),
        tier: "gold".to_owned(),
        since: utc("2026-01-31 09:00"),
        seq: 2,
        keeps: false,
    };
    assert_eq!(till.state.lifts, [own]);
    assert_eq!(till.snapshot(&Reference::enrolment()).head.unwrap().state.lifts.len(), 1);
}
