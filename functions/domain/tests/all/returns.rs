//! Returns: exact in the sum, in any order, whatever became of the points meanwhile.

use crate::support::*;
use domain::entry::Account;
use domain::refusal::Refusal;
use dsl::units::Moment;

fn till() -> Till {
    Till::enrolled(programme("  expire after 12 months", ONE_PER_EURO), "2026-01-10 09:00")
}

#[test]
fn parts_sum_to_the_whole_and_kept_points_round_down() {
    let mut till = till();
    till.buy("A1", vec![pieces(1_000, 3)]).unwrap();
    let clawed: Vec<i64> = ["B1", "B2", "B3"]
        .iter()
        .map(|event| returned(&till.give_back("A1", event, &[(0, 1, None)]).unwrap()).clawed)
        .collect();
    assert_eq!(clawed, [4, 3, 3]);
    assert_eq!(till.balances(), (0, 0, 0, 0));
    assert_eq!(till.state.lifetime, domain::state::Sums::default());
}

#[test]
fn what_was_spent_of_points_that_are_taken_back_if_unspent_is_forgiven() {
    let gift = "rule gift {\n  on purchase\n  give 40 points\n  refund revoke if unspent\n}\n";
    for (spent, taken, forgiven) in [(0, 50, 0), (30, 20, 20), (50, 0, 40)] {
        let rules = programme("  expire after 12 months", &format!("{ONE_PER_EURO}\n{gift}"));
        let mut till = Till::enrolled(rules, "2026-01-10 09:00");
        till.buy("A1", vec![line(1_000)]).unwrap();
        if spent > 0 {
            till.redeem("R1", spent).unwrap();
        }
        let entry = till.give_back("A1", "B1", &[]).unwrap();
        let back = returned(&entry);
        // the rule without a word of its own takes from wherever there is something, or leaves a debt
        assert_eq!((back.forgiven, back.clawed), (forgiven, 50 - forgiven), "{spent}");
        assert_eq!(back.taken.iter().map(|part| part.points).sum::<i64>(), taken);
        assert_eq!(till.state.debt_points, 50 - forgiven - taken);
        assert_eq!(till.state.lifetime, domain::state::Sums::default());
    }
}

#[test]
fn amounts_of_pieces_are_cumulatively_exact() {
    let mut till = till();
    till.buy("A1", vec![pieces(1_000, 3)]).unwrap();
    let refunded: Vec<i64> = ["B1", "B2", "B3"]
        .iter()
        .map(|event| returned(&till.give_back("A1", event, &[(0, 1, None)]).unwrap()).lines[0].amount_minor)
        .collect();
    assert_eq!(refunded, [333, 333, 334]);
}

#[test]
fn the_rest_comes_back_without_naming_lines_and_only_once() {
    let mut till = till();
    till.buy("A1", vec![line(1_000), pieces(900, 3)]).unwrap();
    till.give_back("A1", "B1", &[(1, 1, None)]).unwrap();
    let entry = till.give_back("A1", "B2", &[]).unwrap();
    let lines: Vec<_> = returned(&entry).lines.iter().map(|l| (l.line, l.quantity, l.amount_minor)).collect();
    assert_eq!(lines, [(0, 1, 1_000), (1, 2, 600)]);
    assert!(returned(&entry).whole);
    assert_eq!(
        till.give_back("A1", "B3", &[]),
        Err(Refusal::ExceedsLine { line: 0, quantity_left: 0, amount_left_minor: 0 })
    );
    assert_eq!(
        till.give_back("A1", "B4", &[(0, 1, None)]),
        Err(Refusal::ExceedsLine { line: 0, quantity_left: 0, amount_left_minor: 0 })
    );
    assert_eq!(till.balances(), (0, 0, 0, 0));
}

#[test]
fn what_cannot_come_back_is_refused_with_its_numbers() {
    let mut till = till();
    till.buy("A1", vec![pieces(1_000, 2)]).unwrap();
    let before = till.state.clone();
    assert_eq!(till.give_back("A9", "B1", &[]), Err(Refusal::PurchaseUnknown));
    assert_eq!(till.give_back("A1", "B1", &[(4, 1, None)]), Err(Refusal::LineUnknown { line: 4, lines: 1 }));
    let too_much = Refusal::ExceedsLine { line: 0, quantity_left: 2, amount_left_minor: 1_000 };
    for ask in [(0, 3, None), (0, 1, Some(1_001)), (0, -1, None), (0, 1, Some(-1)), (0, 0, None)] {
        let event = format!("C{}", till.entries.len());
        assert_eq!(till.give_back("A1", &event, &[ask]), Err(too_much.clone()), "{ask:?}");
    }
    // One request may not take twice what is there once.
    let twice = till.give_back("A1", "D1", &[(0, 2, None), (0, 1, None)]);
    assert_eq!(twice, Err(Refusal::ExceedsLine { line: 0, quantity_left: 0, amount_left_minor: 0 }));
    assert_eq!((till.state.active_points, &till.state.lots), (before.active_points, &before.lots));
}

#[test]
fn spent_points_become_debt_that_the_next_award_repays() {
    let mut till = till();
    till.buy("A1", vec![line(10_000)]).unwrap();
    till.redeem("R1", 80).unwrap();
    let entry = till.give_back("A1", "B1", &[]).unwrap();
    let record = returned(&entry);
    assert_eq!((record.clawed, record.owed, record.forgiven), (100, 80, 0));
    assert_eq!(till.balances(), (0, 0, 0, 80));
    assert_eq!(till.redeem("R2", 1), Err(Refusal::InDebt { debt: 80 }));
    let entry = till.buy("A2", vec![line(9_000)]).unwrap();
    assert_eq!((award(&entry).points, award(&entry).repaid), (90, 80));
    assert_eq!(till.balances(), (10, 0, 0, 0));
    // Points that repaid debt are clawed like any other: they are owed again.
    till.give_back("A2", "B2", &[]).unwrap();
    assert_eq!(till.balances(), (0, 0, 0, 80));
}

#[test]
fn a_shortfall_is_taken_from_other_lots_in_spend_order_first() {
    let mut till = till();
    till.buy("A1", vec![line(10_000)]).unwrap();
    till.at("2026-02-10 09:00").buy("A2", vec![line(5_000)]).unwrap();
    till.at("2026-03-10 09:00").buy("A3", vec![line(5_000)]).unwrap();
    till.redeem("R1", 100).unwrap();
    let entry = till.give_back("A1", "B1", &[(0, 0, Some(7_000))]).unwrap();
    let taken: Vec<_> = returned(&entry).taken.iter().map(|a| (a.lot.0, a.points)).collect();
    assert_eq!(taken, [(3, 50), (4, 20)]);
    assert_eq!(till.balances(), (30, 0, 0, 0));
}

#[test]
fn forgiving_is_the_policy_of_the_award_not_of_the_return() {
    let mut till = till();
    till.rulebook = programme("  expire never\n  shortfall forgive", ONE_PER_EURO);
    till.buy("A1", vec![line(10_000)]).unwrap();
    till.redeem("R1", 70).unwrap();
    till.rulebook = programme("  expire never\n  shortfall debt", ONE_PER_EURO);
    let entry = till.give_back("A1", "B1", &[]).unwrap();
    let record = returned(&entry);
    assert_eq!((record.clawed, record.owed, record.forgiven), (30, 0, 70));
    assert_eq!(till.balances(), (0, 0, 0, 0));
}

#[test]
fn keeping_is_the_policy_of_the_award_not_of_the_return() {
    let mut till = till();
    till.rulebook = programme("  expire never\n  refund keep", ONE_PER_EURO);
    till.buy("A1", vec![line(10_000)]).unwrap();
    till.rulebook = programme("  expire never", ONE_PER_EURO);
    till.buy("A2", vec![line(10_000)]).unwrap();
    assert_eq!(returned(&till.give_back("A1", "B1", &[]).unwrap()).clawed, 0);
    till.rulebook = programme("  expire never\n  refund keep", ONE_PER_EURO);
    assert_eq!(returned(&till.give_back("A2", "B2", &[]).unwrap()).clawed, 100);
    assert_eq!(till.balances(), (100, 0, 0, 0));
}

#[test]
fn todays_rules_do_not_change_what_is_clawed() {
    let mut till = till();
    till.buy("A1", vec![line(10_000)]).unwrap();
    till.rulebook = programme(
        "  expire never",
        "rule base {\n  on purchase\n  give 9 points per 1.00 EUR of basket.paid\n}\n",
    );
    assert_eq!(returned(&till.give_back("A1", "B1", &[]).unwrap()).clawed, 100);
}

#[test]
fn pending_points_are_cancelled_first() {
    let mut till = till();
    till.rulebook = programme("  expire never\n  pending for 14 days", ONE_PER_EURO);
    till.buy("A1", vec![pieces(10_000, 2)]).unwrap();
    assert_eq!(till.balances(), (0, 100, 0, 0));
    let entry = till.give_back("A1", "B1", &[(0, 1, None)]).unwrap();
    assert_eq!(till.balances(), (0, 50, 0, 0));
    assert_eq!(entry.postings.iter().find(|p| p.0 == Account::Pending).unwrap().1, -50);
    till.wait(14 * DAY);
    assert_eq!(till.balances(), (50, 0, 0, 0));
    till.give_back("A1", "B2", &[]).unwrap();
    assert_eq!(till.balances(), (0, 0, 0, 0));
}

#[test]
fn expired_points_of_a_returned_purchase_are_owed() {
    let mut till = till();
    till.buy("A1", vec![line(10_000)]).unwrap();
    till.at("2027-01-10 09:00");
    assert_eq!(till.balances(), (0, 0, 0, 0));
    let entry = till.give_back("A1", "B1", &[]).unwrap();
    assert_eq!(entry.settled.len(), 1);
    assert_eq!(returned(&entry).owed, 100);
    assert_eq!(till.balances(), (0, 0, 0, 100));
}

#[test]
fn lines_that_cost_nothing_count_by_pieces() {
    let mut till = till();
    till.rulebook = programme("  expire never", "rule gift {\n  on purchase\n  give 10 points\n}\n");
    till.buy("A1", vec![pieces(0, 4)]).unwrap();
    let clawed: Vec<i64> = (0..4)
        .map(|n| returned(&till.give_back("A1", &format!("B{n}"), &[(0, 1, None)]).unwrap()).clawed)
        .collect();
    assert_eq!(clawed, [3, 2, 3, 2]);
    assert_eq!(till.balances(), (0, 0, 0, 0));
}

#[test]
fn spent_points_come_back_to_their_own_lots_by_share() {
    let mut till = till();
    till.buy("A1", vec![line(6_000)]).unwrap();
    till.at("2026-02-10 09:00").buy("A2", vec![line(6_000)]).unwrap();
    till.redeem("R1", 100).unwrap();
    till.buy_with("A3", vec![line(3_000), line(1_000)], till.now, Some("R1")).unwrap();
    // A quarter of the price: a quarter of the points, those spent last first.
    let entry = till.give_back("A3", "B1", &[(1, 1, None)]).unwrap();
    let back: Vec<_> = returned(&entry).restored.iter().map(|a| (a.lot.0, a.points)).collect();
    assert_eq!(back, [(3, 25)]);
    assert_eq!(till.balances(), (20 + 40 - 10 + 25, 0, 0, 0));
    let entry = till.give_back("A3", "B2", &[]).unwrap();
    let back: Vec<_> = returned(&entry).restored.iter().map(|a| (a.lot.0, a.points)).collect();
    assert_eq!(back, [(2, 60), (3, 15)]);
    assert_eq!(till.balances(), (120, 0, 0, 0));
    // Nothing is left to cancel.
    assert_eq!(till.cancel("R1", "X1"), Err(Refusal::NotCaptured));
}

#[test]
fn a_cancelled_redemption_gives_back_only_what_no_return_gave_back() {
    let mut till = till();
    till.buy("A1", vec![line(10_000)]).unwrap();
    till.redeem("R1", 100).unwrap();
    till.buy_with("A2", vec![line(3_000), line(1_000)], till.now, Some("R1")).unwrap();
    till.give_back("A2", "B1", &[(1, 1, None)]).unwrap();
    till.cancel("R1", "X1").unwrap();
    assert_eq!(till.balances(), (100 + 30, 0, 0, 0));
    // And no return gives back what a cancellation did.
    let entry = till.give_back("A2", "B2", &[]).unwrap();
    assert_eq!(returned(&entry).restored, []);
    assert_eq!(till.balances(), (100, 0, 0, 0));
}

#[test]
fn two_purchases_naming_one_redemption_get_it_back_once() {
    let mut till = till();
    till.buy("A1", vec![line(10_000)]).unwrap();
    till.redeem("R1", 100).unwrap();
    till.buy_with("A2", vec![line(0)], till.now, Some("R1")).unwrap();
    till.buy_with("A3", vec![line(0)], till.now, Some("R1")).unwrap();
    till.give_back("A2", "B1", &[]).unwrap();
    till.give_back("A3", "B2", &[]).unwrap();
    assert_eq!(till.balances(), (100, 0, 0, 0));
}

#[test]
fn restorations_beyond_memory_are_closed_not_repeated() {
    let mut till = till();
    till.buy("A1", vec![line(100_000)]).unwrap();
    for n in 0..20 {
        till.redeem(&format!("R{n}"), 10).unwrap();
        till.buy_with(&format!("P{n}"), vec![line(0), line(0)], till.now, Some(&format!("R{n}"))).unwrap();
        till.give_back(&format!("P{n}"), "B1", &[(0, 1, None)]).unwrap();
    }
    assert_eq!(till.balances(), (1_000 - 100, 0, 0, 0));
    for n in 0..20 {
        let _ = till.give_back(&format!("P{n}"), "B2", &[]);
        let _ = till.cancel(&format!("R{n}"), "X1");
    }
    // The four oldest are forgotten: their second half stays redeemed. Nothing came back twice.
    assert_eq!(till.balances(), (1_000 - 20, 0, 0, 0));
}

#[test]
fn restored_points_cover_a_clawback_before_anything_is_forgiven() {
    let mut till = till();
    till.rulebook = programme("  expire never\n  shortfall forgive", ONE_PER_EURO);
    till.buy("A1", vec![line(10_000)]).unwrap();
    till.redeem("R1", 100).unwrap();
    till.buy_with("A2", vec![line(5_000)], till.now, Some("R1")).unwrap();
    till.redeem("R2", 50).unwrap();
    let entry = till.give_back("A2", "B1", &[]).unwrap();
    assert_eq!(returned(&entry).forgiven, 0);
    assert_eq!(till.balances(), (50, 0, 0, 0));
}

#[test]
fn history_is_net_of_returns_on_the_day_of_the_purchase() {
    let mut till = till();
    till.buy("A1", vec![line(1_000)]).unwrap();
    till.at("2026-01-20 09:00").buy("A2", vec![pieces(2_000, 2)]).unwrap();
    till.at("2026-02-01 09:00").give_back("A2", "B1", &[(0, 1, None)]).unwrap();
    let sums: Vec<_> = till
        .state
        .days
        .iter()
        .map(|d| (d.sums.spent_minor, d.sums.earned_points, d.sums.purchases))
        .collect();
    assert_eq!(sums, [(1_000, 10, 1), (1_000, 10, 1)]);
    till.give_back("A2", "B2", &[]).unwrap();
    let sums: Vec<_> = till
        .state
        .days
        .iter()
        .map(|d| (d.sums.spent_minor, d.sums.earned_points, d.sums.purchases))
        .collect();
    assert_eq!(sums, [(1_000, 10, 1)]);
    assert_eq!(till.state.last_purchase_at, Some(Moment(utc("2026-01-10 00:00").0)));
}

#[test]
fn a_line_whose_money_all_came_back_is_gone_whatever_the_pieces() {
    let mut till = till();
    till.buy("A1", vec![pieces(1_000, 2)]).unwrap();
    assert!(!returned(&till.give_back("A1", "B1", &[(0, 0, Some(999))]).unwrap()).whole);
    assert_eq!(till.state.last_purchase_at, Some(till.now));
    assert!(returned(&till.give_back("A1", "B2", &[(0, 0, Some(1))]).unwrap()).whole);
    assert_eq!(till.state.lifetime, domain::state::Sums::default());
    assert_eq!(till.state.last_purchase_at, None);
}

#[test]
fn points_of_a_step_are_taken_from_what_the_step_gave() {
    let items = "rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
  points valid for 20 days
}

rule hundreds {
  on purchase
  give 50 points every 100.00 EUR spent in total
  points valid for 60 days
}
";
    let club = programme("  expire never", items);
    let lots = |till: &Till| till.state.lots.iter().map(|lot| (lot.id.0, lot.remaining)).collect::<Vec<_>>();
    // another purchase's points would be spent first
    let mut till = Till::enrolled(club.clone(), "2026-01-10 09:00");
    till.buy("A1", vec![line(9_900)]).unwrap();
    till.buy("A2", vec![line(100)]).unwrap();
    till.give_back("A2", "B2", &[]).unwrap();
    assert_eq!(lots(&till), [(2, 99)]);
    // and so would those that the same purchase got per amount
    let mut till = Till::enrolled(club, "2026-01-10 09:00");
    till.buy("A1", vec![line(9_000), line(6_000)]).unwrap();
    assert_eq!(lots(&till), [(2, 150), (2, 50)]);
    till.give_back("A1", "B1", &[(1, 1, None)]).unwrap();
    assert_eq!(lots(&till), [(2, 90)]);
}
