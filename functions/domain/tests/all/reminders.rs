//! Reminders of an expiry: once for each local day on which lots expire, so many days before it.

use crate::support::*;
use domain::entry::Settlement;
use domain::sweep::next_due_under;
use dsl::units::Moment;

const CLAUSES: &str = "  timezone \"Europe/Paris\"\n  expire after 60 days\n  remind 14 days before expiry";

/// What the newest entry told of: points, the earliest expiry, and when.
fn told(till: &Till) -> Vec<(i64, Moment, Moment)> {
    let settled = till.entries.last().unwrap().settled.iter();
    settled
        .filter_map(|it| match it {
            Settlement::ExpiringSoon { points, expires_at, at } => Some((*points, *expires_at, *at)),
            _ => None,
        })
        .collect()
}

fn club() -> std::sync::Arc<dsl::plan::Rulebook> {
    rulebook(&format!("language 1\n\nprogramme club {{\n  currency EUR\n{CLAUSES}\n}}\n\n{ONE_PER_EURO}\n"))
}

#[test]
fn a_day_is_told_of_once_for_all_that_expires_on_it() {
    let mut till = Till::enrolled(club(), "2026-01-01 09:00");
    till.at("2026-01-10 09:00").buy("A1", vec![line(1_000)]).unwrap();
    till.at("2026-01-10 20:00").buy("A2", vec![line(500)]).unwrap();
    till.at("2026-01-12 10:00").buy("A3", vec![line(300)]).unwrap();
    // both of 10 January expire on 11 March; told at midnight in Paris, 14 days before
    let due = utc("2026-02-24 23:00");
    assert_eq!(next_due_under(&till.state, till.now, &till.rulebook), Some(due));
    till.at("2026-02-24 22:59");
    assert!(!till.sweep());
    till.at("2026-02-25 06:00");
    assert!(till.sweep());
    assert_eq!(told(&till), [(15, utc("2026-03-11 09:00"), due)]);
    assert_eq!(till.balances(), (18, 0, 0, 0), "no point moved");
    assert!(!till.sweep(), "never twice");
    // late: told and expired in one entry, each in its order
    till.at("2026-04-01 00:00");
    assert!(till.sweep());
    assert_eq!(told(&till), [(3, utc("2026-03-13 10:00"), utc("2026-02-26 23:00"))]);
    assert_eq!(till.balances(), (0, 0, 0, 0));
}

#[test]
fn what_was_spent_or_held_is_not_told_of_and_what_came_back_is() {
    let mut till = Till::enrolled(club(), "2026-01-01 09:00");
    till.at("2026-01-10 09:00").buy("A1", vec![line(1_000)]).unwrap();
    till.redeem("R1", 4).unwrap();
    till.at("2026-02-20 09:00").hold("H1", 6, 20 * DAY).unwrap();
    till.at("2026-02-25 09:00");
    assert!(!till.sweep(), "nothing that is hers now expires");
    till.release("H1", "L1").unwrap();
    assert!(till.sweep(), "back, and the time to be told has passed");
    assert_eq!(told(&till), [(6, utc("2026-03-11 09:00"), utc("2026-02-24 23:00"))]);
}

#[test]
fn a_hold_that_times_out_later_keeps_the_order() {
    let mut till = Till::enrolled(club(), "2026-01-01 09:00");
    till.at("2026-01-10 09:00").buy("A1", vec![line(1_000)]).unwrap();
    till.at("2026-02-20 09:00").hold("H1", 10, 10 * DAY).unwrap();
    till.at("2026-03-05 09:00");
    assert!(till.sweep());
    assert_eq!(told(&till), [(10, utc("2026-03-11 09:00"), utc("2026-03-02 09:00"))]);
}

#[test]
fn who_earned_it_later_than_that_knows() {
    let rulebook = rulebook(&format!(
        "language 1\n\nprogramme club {{\n  currency EUR\n{CLAUSES}\n}}\n\n{ONE_PER_EURO}\n\nrule treat {{\n  on purchase\n  give 5 points\n  points valid for 7 days\n}}\n"
    ));
    let mut till = Till::enrolled(rulebook, "2026-01-01 09:00");
    till.buy("A1", vec![line(1_000)]).unwrap();
    till.at("2026-01-08 09:00").sweep();
    assert!(told(&till).is_empty(), "seven days were promised: no reminder fourteen days before");
    assert_eq!(till.balances(), (10, 0, 0, 0));
}

#[test]
fn a_programme_that_begins_to_remind_tells_of_what_is_near() {
    let mut till = Till::enrolled(programme("  expire after 60 days", ONE_PER_EURO), "2026-01-01 09:00");
    till.buy("A1", vec![line(1_000)]).unwrap();
    till.at("2026-02-25 09:00");
    assert!(!till.sweep());
    till.rulebook = programme("  expire after 60 days\n  remind 14 days before expiry", ONE_PER_EURO);
    assert!(till.sweep());
    assert_eq!(told(&till).len(), 1);
}
