//! Tiers: up at once, kept, reviewed, graced, lowered; a return that undoes a rise.

use crate::support::*;
use domain::entry::Settlement;
use dsl::facts::Metric;

const YEARLY: &str = "tiers {
  guest  always
  silver from 100.00 EUR spent this year
  gold   from 300.00 EUR spent this year
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}
";

fn till(items: &str, now: &str) -> Till {
    Till::enrolled(programme("  expire never", items), now)
}

fn tier(till: &Till) -> String {
    till.card().tier.unwrap().name
}

#[test]
fn a_member_begins_in_the_base_tier_and_rises_at_once() {
    let mut till = till(YEARLY, "2026-03-10 09:00");
    assert_eq!(tier(&till), "guest");
    let next = till.card().tier.unwrap().next.unwrap();
    assert_eq!((next.name.as_str(), next.metric, next.have, next.need), ("silver", Metric::Spent, 0, 10_000));
    assert_eq!(next.by, Some(utc("2027-01-01 00:00")));
    let entry = till.buy("A1", vec![line(9_999)]).unwrap();
    assert_eq!(entry.tier, None);
    assert_eq!(till.card().tier.unwrap().next.unwrap().missing, 1);
    let entry = till.buy("A2", vec![line(1)]).unwrap();
    assert_eq!(entry.tier.unwrap().to.as_deref(), Some("silver"));
    // Two tiers at once.
    let mut rich = self::till(YEARLY, "2026-03-10 09:00");
    let entry = rich.buy("A1", vec![line(30_000)]).unwrap();
    assert_eq!(entry.tier.unwrap().to.as_deref(), Some("gold"));
    assert_eq!(rich.card().tier.unwrap().next, None);
}

#[test]
fn a_calendar_tier_is_kept_to_the_end_of_the_next_period() {
    let mut till = till(YEARLY, "2026-03-10 09:00");
    till.buy("A1", vec![line(30_000)]).unwrap();
    assert_eq!(till.card().tier.unwrap().review_at, Some(utc("2028-01-01 00:00")));
    till.at("2027-05-01 09:00").buy("A2", vec![line(10_000)]).unwrap();
    assert_eq!(till.card().tier.unwrap().missing_to_keep, Some(20_000));
    till.now = utc("2028-01-01 00:00");
    till.now.0 -= 1;
    assert_eq!(tier(&till), "gold");
    till.now.0 += 1;
    // Judged on the year that ended: 100.00 EUR is silver, kept through 2028.
    assert_eq!(tier(&till), "silver");
    assert_eq!(till.card().tier.unwrap().review_at, Some(utc("2029-01-01 00:00")));
    assert!(till.sweep());
    assert!(matches!(till.entries.last().unwrap().settled[..], [Settlement::Reviewed { .. }]));
    till.at("2029-01-01 00:00");
    assert_eq!(tier(&till), "guest");
    assert_eq!(till.card().tier.unwrap().review_at, None);
}

#[test]
fn a_tier_that_is_reached_again_is_kept() {
    let mut till = till(YEARLY, "2026-03-10 09:00");
    till.buy("A1", vec![line(30_000)]).unwrap();
    till.at("2027-12-31 23:59").buy("A2", vec![line(30_000)]).unwrap();
    assert_eq!(till.card().tier.unwrap().missing_to_keep, Some(0));
    till.at("2028-06-01 00:00");
    assert_eq!(tier(&till), "gold");
    assert_eq!(till.card().tier.unwrap().review_at, Some(utc("2029-01-01 00:00")));
}

#[test]
fn a_late_purchase_counts_for_the_year_it_happened_in() {
    let mut till = till(YEARLY, "2026-03-10 09:00");
    till.at("2027-01-02 09:00");
    till.buy_with("A1", vec![line(30_000)], utc("2026-12-31 18:00"), None).unwrap();
    assert_eq!(tier(&till), "gold");
    assert_eq!(till.card().tier.unwrap().review_at, Some(utc("2028-01-01 00:00")));
}

#[test]
fn grace_gives_one_more_review_and_one_step_falls_once() {
    let items = "tiers {
  guest  always
  silver from 2 purchases in 30 days keep for 30 days
  gold   from 4 purchases in 30 days keep for 30 days
  downgrade one step
  grace 10 days
}

rule base {
  on purchase
  give 1 point
}
";
    let mut till = till(items, "2026-03-01 09:00");
    for n in 0..4 {
        till.buy(&format!("A{n}"), vec![line(100)]).unwrap();
    }
    assert_eq!(till.card().tier.unwrap().review_at, Some(utc("2026-03-31 09:00")));
    till.at("2026-03-31 09:00");
    assert_eq!(tier(&till), "gold");
    assert_eq!(till.card().tier.unwrap().review_at, Some(utc("2026-04-10 09:00")));
    let mut saved = till.clone();
    for n in 4..8 {
        saved.at("2026-04-05 09:00").buy(&format!("A{n}"), vec![line(100)]).unwrap();
    }
    saved.at("2026-04-10 09:00");
    assert_eq!(tier(&saved), "gold");
    till.at("2026-04-10 08:59");
    assert_eq!(tier(&till), "gold");
    till.at("2026-04-10 09:00");
    assert_eq!(tier(&till), "silver");
    // Silver has its own time and its own grace.
    till.at("2026-05-20 08:59");
    assert_eq!(tier(&till), "silver");
    till.at("2026-05-20 09:00");
    assert_eq!(tier(&till), "guest");
}

#[test]
fn spending_and_expiring_points_lower_no_tier() {
    let items = YEARLY
        .replace("spent this year", "earned this year")
        .replace("100.00 EUR", "100 points")
        .replace("300.00 EUR", "300 points");
    let mut till = Till::enrolled(programme("  expire after 1 month", &items), "2026-03-10 09:00");
    till.buy("A1", vec![line(30_000)]).unwrap();
    till.redeem("R1", 200).unwrap();
    assert_eq!(tier(&till), "gold");
    till.at("2026-06-10 09:00");
    assert_eq!((tier(&till), till.balances().0), ("gold".to_owned(), 0));
}

#[test]
fn a_return_undoes_the_rise_it_paid_for_even_after_the_window_closed() {
    let mut till = till(YEARLY, "2026-12-31 12:00");
    till.buy("A1", vec![line(30_000)]).unwrap();
    assert_eq!(tier(&till), "gold");
    till.at("2027-01-02 09:00");
    let entry = till.give_back("A1", "B1", &[]).unwrap();
    assert_eq!(entry.tier.unwrap().to.as_deref(), Some("guest"));
}

#[test]
fn a_return_never_lowers_below_the_tier_held_before_and_renews_no_review() {
    let mut till = till(YEARLY, "2026-03-10 09:00");
    till.buy("A1", vec![line(10_000)]).unwrap();
    let review_at = till.card().tier.unwrap().review_at;
    assert_eq!(review_at, Some(utc("2028-01-01 00:00")));
    // Next year: silver is kept, nothing spent yet. Gold for a day.
    till.at("2027-03-10 09:00").buy("A2", vec![line(30_000)]).unwrap();
    assert_eq!(till.card().tier.unwrap().review_at, Some(utc("2029-01-01 00:00")));
    till.give_back("A2", "B1", &[]).unwrap();
    assert_eq!((tier(&till).as_str(), till.card().tier.unwrap().review_at), ("silver", review_at));
}

#[test]
fn a_return_of_what_did_not_lift_leaves_the_tier() {
    let mut till = till(YEARLY, "2026-03-10 09:00");
    till.buy("A1", vec![line(30_000)]).unwrap();
    till.buy("A2", vec![line(5_000)]).unwrap();
    assert_eq!(till.give_back("A2", "B1", &[]).unwrap().tier, None);
    assert_eq!(tier(&till), "gold");
    // Part of what lifted: silver still stands.
    let entry = till.give_back("A1", "B2", &[(0, 0, Some(15_000))]).unwrap();
    assert_eq!(entry.tier.unwrap().to.as_deref(), Some("silver"));
}

#[test]
fn a_tier_that_a_review_keeps_is_held_since_it_was_reached() {
    let mut till = till(YEARLY, "2026-03-10 09:00");
    till.buy("A1", vec![line(30_000)]).unwrap();
    till.at("2027-12-31 23:59").buy("A2", vec![line(30_000)]).unwrap();
    till.at("2028-06-01 00:00");
    let held = till.card().tier.unwrap();
    assert_eq!((held.name.as_str(), held.since), ("gold", utc("2026-03-10 09:00")));
}

#[test]
fn after_a_review_a_fall_counts_from_the_return() {
    let items = "tiers {
  guest  always
  silver from 100.00 EUR spent in 30 days keep for 60 days
  gold   from 300.00 EUR spent in 30 days keep for 60 days
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}
";
    let mut till = till(items, "2026-02-01 09:00");
    till.buy("A1", vec![line(10_000)]).unwrap();
    till.at("2026-03-10 09:00").buy("A2", vec![line(30_000)]).unwrap();
    till.at("2026-05-01 09:00").buy("A3", vec![line(30_000)]).unwrap();
    till.at("2026-06-15 09:00");
    let held = till.card().tier.unwrap();
    assert_eq!((held.name.as_str(), held.review_at), ("gold", Some(utc("2026-07-08 09:00"))), "kept in May");
    till.give_back("A2", "B2", &[]).unwrap();
    let held = till.card().tier.unwrap();
    assert_eq!((held.name.as_str(), held.review_at), ("silver", Some(utc("2026-08-14 09:00"))));
}

#[test]
fn who_was_there_before_the_tiers_has_the_one_that_everybody_has_and_no_other() {
    let mut till = till("rule base {\n  on purchase\n  give 1 point\n}\n", "2026-03-10 09:00");
    till.rulebook = programme("  expire never", YEARLY);
    let held = till.card().tier.unwrap();
    assert_eq!((held.name.as_str(), held.since), ("guest", utc("2026-03-10 09:00")));
    assert_eq!(held.next.unwrap().name, "silver");
    // a programme that asks for something from the lowest tier on
    let mut without = till.rulebook.programme().clone();
    without.tiers.remove(0);
    till.rulebook = std::sync::Arc::new(dsl::plan::Rulebook::compile(without));
    let held = till.card().tier.unwrap();
    assert_eq!((held.name.as_str(), held.next.unwrap().name.as_str()), ("", "silver"));
    let mut new = Till::new(till.rulebook.clone(), "2026-03-10 09:00");
    assert_eq!(new.enrol().unwrap().tier, None);
    assert_eq!(tier(&new), "");
}
