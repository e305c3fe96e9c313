//! Time: expiry kinds, pending points, the order in which things fall due, policies that bind new lots only.

use crate::recount;
use crate::support::*;
use domain::entry::Settlement;

fn expiry_of(clauses: &str, earned: &str) -> Option<String> {
    let mut till = Till::enrolled(programme(clauses, ONE_PER_EURO), "2024-01-01 00:00");
    till.at(earned).buy("A1", vec![line(1_000)]).unwrap();
    let zone = dsl::calendar::Zone::utc();
    till.state.lots[0].expires_at.map(|at| zone.show(at)[..16].replace('T', " "))
}

#[test]
fn each_kind_of_expiry_has_its_moment() {
    let at = |clauses, earned| expiry_of(clauses, earned).unwrap_or_default();
    assert_eq!(at("  expire never", "2026-01-31 10:00"), "");
    assert_eq!(at("  expire after 1 month", "2026-01-31 10:00"), "2026-02-28 10:00");
    assert_eq!(at("  expire after 12 months", "2024-02-29 10:00"), "2025-02-28 10:00");
    assert_eq!(at("  expire after 2 months at end of month", "2026-01-15 10:00"), "2026-04-01 00:00");
    assert_eq!(at("  expire after 2 months at end of month", "2026-01-01 00:00"), "2026-03-01 00:00");
    assert_eq!(at("  expire after 12 months at end of quarter", "2026-01-15 10:00"), "2027-04-01 00:00");
    assert_eq!(at("  expire at end of year", "2026-12-31 23:59"), "2027-01-01 00:00");
    assert_eq!(at("  expire after 10 days without purchase", "2026-01-15 10:00"), "2026-01-25 10:00");
}

#[test]
fn a_rules_own_validity_and_pending_period_stand_before_the_programmes() {
    let items = format!(
        "{ONE_PER_EURO}\nrule treat {{\n  on purchase\n  give 5 points\n  points valid for 7 days\n  pending for 1 day\n}}\n"
    );
    let mut till = Till::enrolled(programme("  expire never", &items), "2026-01-10 09:00");
    let entry = till.buy("A1", vec![line(1_000)]).unwrap();
    assert_eq!(award(&entry).lots.len(), 2);
    assert_eq!(till.balances(), (10, 5, 0, 0));
    till.at("2026-01-11 09:00");
    assert_eq!(till.balances(), (15, 0, 0, 0));
    assert_eq!(till.card().expiring_next.map(|e| (e.points, e.at)), Some((5, utc("2026-01-17 09:00"))));
    till.at("2026-01-17 09:00");
    assert_eq!(till.balances(), (10, 0, 0, 0));
}

#[test]
fn purchases_extend_what_slides_and_nothing_else_does() {
    let mut till = Till::enrolled(
        programme("  expire after 10 days without purchase", ONE_PER_EURO),
        "2026-01-01 09:00",
    );
    till.buy("A1", vec![line(1_000)]).unwrap();
    till.at("2026-01-08 09:00").redeem("R1", 1).unwrap();
    assert_eq!(till.card().expiring_next.unwrap().at, utc("2026-01-11 09:00"));
    till.buy("A2", vec![line(1_000)]).unwrap();
    assert_eq!(
        till.card().expiring_next.unwrap(),
        domain::card::Expiring { points: 19, at: utc("2026-01-18 09:00") }
    );
    // A late purchase moves nothing back.
    till.buy_with("A3", vec![line(1_000)], utc("2026-01-02 09:00"), None).unwrap();
    let ends: Vec<_> = till.state.lots.iter().map(|lot| lot.expires_at.unwrap()).collect();
    assert_eq!(ends, [utc("2026-01-12 09:00"), utc("2026-01-18 09:00"), utc("2026-01-18 09:00")]);
    // Held points slide with the rest.
    till.hold("H1", 29, 30 * DAY).unwrap();
    till.at("2026-01-11 09:00").buy("A4", vec![line(1_000)]).unwrap();
    till.at("2026-01-20 09:00").release("H1", "L1").unwrap();
    assert_eq!(till.balances(), (39, 0, 0, 0));
}

#[test]
fn a_lot_has_the_latest_date_any_part_of_it_was_promised() {
    let sliding = programme("  expire after 10 days without purchase", ONE_PER_EURO);
    let mut till = Till::enrolled(sliding, "2026-01-01 09:00");
    till.buy("A1", vec![line(1_000)]).unwrap();
    till.redeem("R1", 4).unwrap();
    till.hold("H1", 6, 30 * DAY).unwrap();
    // Extends what is held, and not what was spent.
    till.at("2026-01-08 09:00").buy("A2", vec![line(100)]).unwrap();
    let end = |till: &Till| (till.state.lots[0].remaining, till.state.lots[0].expires_at);
    let mut other = till.clone();
    till.cancel("R1", "C1").unwrap();
    assert_eq!(end(&till), (4, Some(utc("2026-01-11 09:00"))));
    till.release("H1", "L1").unwrap();
    other.release("H1", "L1").unwrap();
    other.cancel("R1", "C1").unwrap();
    for till in [&mut till, &mut other] {
        assert_eq!(end(till), (10, Some(utc("2026-01-18 09:00"))));
        recount::check(&till.entries, &till.state);
        assert_eq!(till.at("2026-01-18 09:00").balances(), (0, 0, 0, 0));
    }
}

#[test]
fn a_hold_lasts_as_long_as_was_asked_for_whoevers_clock_dates_it() {
    let mut till = Till::enrolled(programme("  expire never", ONE_PER_EURO), "2026-01-01 09:00");
    till.buy("A1", vec![line(1_000)]).unwrap();
    // by a clock that is half an hour ahead
    till.at("2026-01-02 09:30").redeem("R1", 1).unwrap();
    till.at("2026-01-02 09:00").hold("H1", 5, 15 * 60_000).unwrap();
    assert_eq!(till.state.holds[0].until, utc("2026-01-02 09:45"));
    assert_eq!(till.at("2026-01-02 09:44").balances().2, 5);
    assert_eq!(till.at("2026-01-02 09:45").balances().2, 0);
}

#[test]
fn another_policy_binds_new_lots_only() {
    let mut till = Till::enrolled(programme("  expire after 12 months", ONE_PER_EURO), "2026-01-10 09:00");
    till.buy("A1", vec![line(1_000)]).unwrap();
    till.rulebook = programme("  expire after 1 month\n  pending for 14 days", ONE_PER_EURO);
    till.buy("A2", vec![line(500)]).unwrap();
    assert_eq!(till.balances(), (10, 5, 0, 0));
    till.at("2026-02-10 09:00");
    assert_eq!(till.balances(), (10, 0, 0, 0));
    till.at("2027-01-10 08:59");
    assert_eq!(till.balances(), (10, 0, 0, 0));
}

#[test]
fn things_fall_due_in_their_order() {
    let rulebook = programme("  expire after 10 days\n  pending for 3 days", ONE_PER_EURO);
    let mut till = Till::enrolled(rulebook, "2026-01-01 00:00");
    till.buy("A1", vec![line(1_000)]).unwrap();
    till.at("2026-01-05 00:00").hold("H1", 4, 4 * DAY).unwrap();
    till.buy("A2", vec![line(2_000)]).unwrap();
    till.at("2026-02-01 00:00").sweep();
    let told: Vec<(&str, i64)> = till
        .entries
        .last()
        .unwrap()
        .settled
        .iter()
        .map(|s| match s {
            Settlement::Activated { points, .. } => ("activated", *points),
            Settlement::Expired { points, .. } => ("expired", *points),
            Settlement::TimedOut { points, .. } => ("timed out", *points),
            Settlement::Repaid { points, .. } => ("repaid", *points),
            Settlement::Reviewed { .. } => ("reviewed", 0),
            Settlement::LiftEnded { .. } => ("lift ended", 0),
            Settlement::VoucherFreed { .. } => ("voucher freed", 0),
            Settlement::VoucherExpired { .. } => ("voucher expired", 0),
            Settlement::ExpiringSoon { points, .. } => ("expiring soon", *points),
        })
        .collect();
    assert_eq!(told, [("activated", 20), ("timed out", 4), ("expired", 10), ("expired", 20)]);
    assert!(!till.sweep());
    assert_eq!(till.entries.last().unwrap().reference.as_str(), "s#4#");
}

#[test]
fn pending_points_repay_debt_when_their_time_comes() {
    let mut till = Till::enrolled(programme("  expire never", ONE_PER_EURO), "2026-01-01 00:00");
    till.buy("A1", vec![line(10_000)]).unwrap();
    till.redeem("R1", 100).unwrap();
    till.give_back("A1", "B1", &[]).unwrap();
    till.rulebook = programme("  expire never\n  pending for 3 days", ONE_PER_EURO);
    till.buy("A2", vec![line(15_000)]).unwrap();
    assert_eq!(till.balances(), (0, 150, 0, 100));
    till.wait(3 * DAY);
    assert_eq!(till.balances(), (50, 0, 0, 0));
}

#[test]
fn days_are_forgotten_beyond_a_year_and_the_longest_window() {
    let mut till = Till::enrolled(programme("  expire never", ONE_PER_EURO), "2024-01-01 00:00");
    till.buy("A1", vec![line(1_000)]).unwrap();
    till.at("2026-06-01 00:00").buy("A2", vec![line(1_000)]).unwrap();
    assert_eq!(till.state.days.len(), 1);
    assert_eq!(till.state.lifetime.purchases, 2);
    // A return of what is forgotten still corrects the lifetime.
    till.give_back("A1", "B1", &[]).unwrap();
    assert_eq!((till.state.days.len(), till.state.lifetime.purchases), (1, 1));
}
