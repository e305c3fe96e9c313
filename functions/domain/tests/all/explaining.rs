//! Explanations: sentences that can be read aloud.

use crate::support::*;
use domain::explain::explain;

#[test]
fn an_earn_and_its_return_are_told_whole() {
    let items = "tiers {
  guest  always
  silver from 50.00 EUR spent in 12 months
}

rule base \"A point per euro\" {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

rule treat {
  on purchase
  give 5 points
}
";
    let rulebook = programme("  expire after 12 months", items);
    let mut till = Till::enrolled(rulebook.clone(), "2026-01-10 09:00");
    let entry = till.buy("A1", vec![line(5_000), line(1_000)]).unwrap();
    assert_eq!(
        explain(&entry, Some(&rulebook)),
        [
            "A purchase of 60.00 EUR in 2 lines.",
            "It earned 65 points: 60 from \"A point per euro\", 5 from treat.",
            "65 points can be spent until 2027-01-10 09:00.",
            "The tier rose from guest to silver.",
        ]
    );
    till.redeem("R1", 60).unwrap();
    let entry = till.give_back("A1", "B1", &[(0, 1, None)]).unwrap();
    let told = explain(&entry, Some(&rulebook));
    assert_eq!(told[0], "1 piece of the purchase A1 came back for 50.00 EUR.");
    assert!(told[1].contains("points, which are taken back"), "{told:?}");
    assert!(told.iter().any(|s| s.ends_with("were spent already: the member owes them.")), "{told:?}");
    assert_eq!(told.last().unwrap(), "The tier fell from silver to guest.");
    let refused = till.redeem("R2", 1);
    assert!(refused.is_err());
    let told = explain(till.entries.last().unwrap(), None);
    assert!(told[0].starts_with("Refused (redeem.debt): the member owes"), "{told:?}");
}

#[test]
fn every_entry_of_a_busy_life_is_told_with_and_without_its_rulebook() {
    let rulebook = programme("  expire after 10 days\n  pending for 1 day", ONE_PER_EURO);
    let mut till = Till::enrolled(rulebook.clone(), "2026-01-10 09:00");
    till.buy("A1", vec![line(5_000)]).unwrap();
    till.wait(DAY).hold("H1", 10, HOUR).unwrap();
    till.capture("H1", "C1", Some(6)).unwrap();
    till.hold("H2", 10, HOUR).unwrap();
    till.release("H2", "L1").unwrap();
    till.hold("H3", 10, HOUR).unwrap();
    till.wait(DAY).redeem("R1", 10).unwrap();
    till.cancel("R1", "X1").unwrap();
    till.wait(20 * DAY).sweep();
    for entry in &till.entries {
        for told in [explain(entry, Some(&rulebook)), explain(entry, None)] {
            assert!(!told.is_empty());
            assert!(told.iter().all(|s| s.ends_with('.') && !s.contains("  ")), "{told:?}");
        }
    }
    let last = explain(till.entries.last().unwrap(), Some(&rulebook));
    assert_eq!(last[0], "44 points expired on 2026-01-20 09:00.");
}

#[test]
fn points_that_come_back_to_a_lot_that_was_extended_have_not_expired() {
    let rulebook = programme("  expire after 10 days without purchase", ONE_PER_EURO);
    for (bought_again, expired) in [(true, 0), (false, 10)] {
        let mut till = Till::enrolled(rulebook.clone(), "2026-01-01 09:00");
        till.buy("A1", vec![line(2_000)]).unwrap();
        till.redeem("R1", 10).unwrap();
        if bought_again {
            till.at("2026-01-08 09:00").buy("A2", vec![line(100)]).unwrap();
        }
        till.at("2026-01-15 09:00").sweep();
        let before = till.posted(domain::entry::Account::Expired);
        let entry = till.cancel("R1", "X1").unwrap();
        assert_eq!(till.posted(domain::entry::Account::Expired) - before, expired);
        let told = explain(&entry, Some(&rulebook));
        assert_eq!(told.iter().any(|s| s.ends_with("expired at once.")), expired > 0, "{told:?}");
        let back = "Given back with their own expiry: 10 of 2026-01-01 09:00, valid for as long as purchases extended them.";
        assert!(told.iter().any(|s| s == back), "a date that may be another by now is not told: {told:?}");
    }
}
