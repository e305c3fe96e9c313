//! Redemptions: spend order, holds and their ends, cancellation, rewards.

use crate::support::*;
use domain::entry::{Change, Settlement};
use domain::refusal::Refusal;

fn till() -> Till {
    let mut till = Till::enrolled(programme("  expire after 12 months", ONE_PER_EURO), "2026-01-10 09:00");
    till.buy("A1", vec![line(10_000)]).unwrap();
    till
}

fn taken(change: &Change) -> Vec<(u64, i64)> {
    match change {
        Change::Redeemed { taken, .. } | Change::Held { taken, .. } | Change::Captured { taken, .. } => {
            taken.iter().map(|a| (a.lot.0, a.points)).collect()
        }
        other => panic!("took nothing: {other:?}"),
    }
}

#[test]
fn points_are_spent_by_expiry_then_age_then_lot_and_endless_ones_last() {
    let endless = programme("  expire never", ONE_PER_EURO);
    let year = programme("  expire after 12 months", ONE_PER_EURO);
    let month = programme("  expire after 1 month", ONE_PER_EURO);
    let mut till = Till::enrolled(endless.clone(), "2026-01-10 09:00");
    till.buy("A1", vec![line(1_000)]).unwrap();
    till.rulebook = year;
    till.buy("A2", vec![line(1_000)]).unwrap();
    till.buy("A3", vec![line(1_000)]).unwrap();
    till.rulebook = month;
    till.at("2026-02-01 09:00").buy("A4", vec![line(1_000)]).unwrap();
    till.rulebook = endless;
    // Earned before A1, sent after: older, so spent before it.
    till.buy_with("A5", vec![line(1_000)], utc("2026-01-10 09:00"), None).unwrap();
    let entry = till.redeem("R1", 45).unwrap();
    assert_eq!(taken(&entry.change), [(5, 10), (3, 10), (4, 10), (2, 10), (6, 5)]);
}

#[test]
fn points_can_be_spent_until_the_millisecond_they_expire() {
    let mut till = till();
    let expires_at = till.state.lots[0].expires_at.unwrap();
    let mut before = till.clone();
    before.now.0 = expires_at.0 - 1;
    assert_eq!(before.balances(), (100, 0, 0, 0));
    before.redeem("R1", 100).unwrap();
    till.now = expires_at;
    assert_eq!(till.balances(), (0, 0, 0, 0));
    assert_eq!(till.redeem("R1", 100), Err(Refusal::InsufficientPoints { asked: 100, active: 0 }));
    // The refusal is an entry: what fell due is in it, and nothing else.
    let entry = till.entries.last().unwrap();
    assert!(matches!(entry.settled[..], [Settlement::Expired { points: 100, .. }]));
    assert_eq!(entry.postings.len(), 2);
}

#[test]
fn a_hold_leaves_the_balance_at_once_and_captures_in_part() {
    let mut till = till();
    till.hold("R1", 80, HOUR).unwrap();
    assert_eq!(till.balances(), (20, 0, 80, 0));
    assert_eq!(till.redeem("R2", 21), Err(Refusal::InsufficientPoints { asked: 21, active: 20 }));
    assert_eq!(till.capture("R1", "C0", Some(81)), Err(Refusal::CaptureExceedsHold { asked: 81, held: 80 }));
    assert_eq!(till.balances(), (20, 0, 80, 0));
    till.capture("R1", "C1", Some(50)).unwrap();
    assert_eq!(till.balances(), (50, 0, 0, 0));
    let captured = Refusal::NotHeld { now: "captured".to_owned() };
    assert_eq!(till.capture("R1", "C2", None), Err(captured.clone()));
    assert_eq!(till.release("R1", "L1"), Err(captured));
    till.cancel("R1", "X1").unwrap();
    assert_eq!(till.balances(), (100, 0, 0, 0));
    assert_eq!(till.cancel("R1", "X2"), Err(Refusal::NotCaptured));
    assert_eq!(till.capture("R1", "C3", None), Err(Refusal::NotHeld { now: "cancelled".to_owned() }));
}

#[test]
fn a_released_hold_changes_nothing() {
    let mut till = till();
    let (active, lots) = (till.state.active_points, till.state.lots.clone());
    till.hold("R1", 30, HOUR).unwrap();
    assert_eq!(till.cancel("R1", "X0"), Err(Refusal::NotCaptured));
    till.release("R1", "L1").unwrap();
    assert_eq!((till.state.active_points, till.state.lots.clone()), (active, lots));
    assert_eq!(till.release("R1", "L2"), Err(Refusal::NotHeld { now: "released".to_owned() }));
    assert_eq!(till.release("R9", "L3"), Err(Refusal::RedemptionUnknown));
}

#[test]
fn a_hold_times_out_to_the_millisecond() {
    let mut till = till();
    till.hold("R1", 100, HOUR).unwrap();
    till.wait(HOUR - 1);
    assert_eq!(till.balances(), (0, 0, 100, 0));
    let mut late = till.clone();
    till.capture("R1", "C1", None).unwrap();
    late.wait(1);
    assert_eq!(late.balances(), (100, 0, 0, 0));
    assert_eq!(late.capture("R1", "C1", None), Err(Refusal::NotHeld { now: "timed_out".to_owned() }));
}

#[test]
fn points_that_expire_under_a_hold_can_be_captured_but_not_kept() {
    let mut till = till();
    let expires_at = till.state.lots[0].expires_at.unwrap();
    till.now.0 = expires_at.0 - MINUTE;
    till.hold("R1", 100, HOUR).unwrap();
    till.now = expires_at;
    assert_eq!(till.balances(), (0, 0, 100, 0));
    let mut released = till.clone();
    released.release("R1", "L1").unwrap();
    assert_eq!(released.balances(), (0, 0, 0, 0));
    let mut left = till.clone();
    left.wait(2 * HOUR);
    assert_eq!(left.balances(), (0, 0, 0, 0));
    till.capture("R1", "C1", Some(60)).unwrap();
    assert_eq!(till.balances(), (0, 0, 0, 0));
    assert_eq!(till.posted(domain::entry::Account::Redeemed), 60);
    assert_eq!(till.posted(domain::entry::Account::Expired), 40);
}

#[test]
fn what_comes_back_repays_debt_first() {
    let mut till = till();
    till.hold("R1", 100, HOUR).unwrap();
    till.give_back("A1", "B1", &[]).unwrap();
    assert_eq!(till.balances(), (0, 0, 100, 100));
    let mut late = till.clone();
    let entry = till.release("R1", "L1").unwrap();
    assert_eq!(till.balances(), (0, 0, 0, 0));
    assert_eq!(entry.repaid.iter().map(|(lot, points)| (lot.0, *points)).collect::<Vec<_>>(), [(2, 100)]);
    late.wait(HOUR);
    assert_eq!(late.balances(), (0, 0, 0, 0));
    late.sweep();
    let settled = &late.entries.last().unwrap().settled;
    assert!(matches!(settled[..], [Settlement::TimedOut { .. }, Settlement::Repaid { points: 100, .. }]));
}

const SHOP: &str = "rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

reward coffee \"A coffee\" {
  costs 30 points
  gives item \"coffee\"
  active from 2026-02-01 until 2026-03-31
  limit 1 time per member per month
  stock 2
}
";

#[test]
fn rewards_are_refused_outside_dates_limits_and_stock() {
    let shop = programme("  expire never", SHOP);
    let mut till = Till::enrolled(shop.clone(), "2026-01-10 09:00");
    till.buy("A1", vec![line(15_000)]).unwrap();
    let reward = || "coffee".to_owned();
    let tea = Refusal::RewardUnknown { reward: "tea".to_owned() };
    assert_eq!(till.redeem_reward("R0", "tea"), Err(tea));
    assert_eq!(till.redeem_reward("R1", "coffee"), Err(Refusal::RewardInactive { reward: reward() }));
    till.at("2026-02-01 00:00").redeem_reward("R2", "coffee").unwrap();
    assert_eq!(till.balances().0, 120);
    let limit = Refusal::LimitReached { limit: "reward:coffee/times/month".to_owned(), most: 1 };
    assert_eq!(till.redeem_reward("R3", "coffee"), Err(limit.clone()));
    // Cancelled, it may be had again this month: neither the limit nor the stock remembers it.
    till.cancel("R2", "X1").unwrap();
    assert_eq!(till.counters["stock:coffee"], 0);
    till.redeem_reward("R4", "coffee").unwrap();
    till.at("2026-03-01 00:00").redeem_reward("R5", "coffee").unwrap();
    let mut other = Till::enrolled(shop, "2026-03-01 00:00");
    other.counters = till.counters.clone();
    other.buy("A1", vec![line(10_000)]).unwrap();
    assert_eq!(other.redeem_reward("R1", "coffee"), Err(Refusal::OutOfStock { reward: reward() }));
    assert_eq!(
        till.at("2026-04-01 00:00").redeem_reward("R6", "coffee"),
        Err(Refusal::RewardInactive { reward: reward() })
    );
}

#[test]
fn a_hold_that_ends_gives_its_reward_back() {
    let mut till = Till::enrolled(programme("  expire never", SHOP), "2026-02-10 09:00");
    till.buy("A1", vec![line(15_000)]).unwrap();
    till.hold_reward("R1", "coffee", HOUR).unwrap();
    assert_eq!(till.counters["stock:coffee"], 1);
    till.release("R1", "L1").unwrap();
    assert_eq!(till.counters["stock:coffee"], 0);
    till.hold_reward("R2", "coffee", HOUR).unwrap();
    till.wait(HOUR);
    // Timed out: the next decision may have it again, and the counter follows with that entry.
    till.hold_reward("R3", "coffee", HOUR).unwrap();
    assert_eq!(till.counters["stock:coffee"], 1);
    till.capture("R3", "C1", None).unwrap();
    assert_eq!(till.balances(), (120, 0, 0, 0));
    assert_eq!(till.counters["stock:coffee"], 1);
}

#[test]
fn too_many_holds_are_refused_and_nothing_is_written() {
    let mut till = till();
    for n in 0..32 {
        till.hold(&format!("R{n}"), 1, HOUR).unwrap();
    }
    let entries = till.entries.len();
    let refused = till.hold("R32", 1, HOUR);
    assert_eq!(refused, Err(Refusal::TooMuchOpen { of: "holds".to_owned(), most: 32 }));
    assert_eq!(till.entries.len(), entries);
}

#[test]
fn needs_are_named_before_loading() {
    use domain::redeem::needed_counters;
    use domain::request::Redeemable;
    let shop = programme("  expire never", SHOP);
    assert_eq!(needed_counters(&Redeemable::Reward("coffee".to_owned()), &shop), ["stock:coffee"]);
    assert!(needed_counters(&Redeemable::Reward("tea".to_owned()), &shop).is_empty());
    assert!(needed_counters(&Redeemable::Points(5), &shop).is_empty());
}
