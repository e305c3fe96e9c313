//! What must hold whatever happens: random histories, and every short one. A failure prints what replays it.

use crate::recount;
use crate::support::*;
use domain::entry::{Account, Change};
use domain::refusal::Refusal;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use proptest::prelude::*;
use std::sync::{Arc, LazyLock};

/// Programmes that differ in everything a ledger cares about.
static PROGRAMMES: LazyLock<Vec<Arc<Rulebook>>> = LazyLock::new(|| {
    let tiers = "tiers {
  guest  always
  silver from 50.00 EUR spent in 60 days keep for 30 days
  gold   from 100.00 EUR spent this month
  downgrade one step
  grace 5 days
}

rule gold_extra {
  on purchase
  when member.tier is gold
  multiply points by 2
}

rule treat {
  on purchase
  give 3 points
  limit 2 times per member per week
  points valid for 5 days
}
";
    vec![
        programme("  expire never", ONE_PER_EURO),
        programme("  expire after 20 days\n  pending for 3 days", ONE_PER_EURO),
        programme("  expire after 15 days without purchase", ONE_PER_EURO),
        programme("  expire after 10 days at end of month", &format!("{ONE_PER_EURO}\n{tiers}")),
    ]
});

#[derive(Debug, Clone)]
enum Act {
    Buy { lines: Vec<(i64, i64)>, late_hours: i64, paid: bool },
    Return { purchase: usize, line: usize, quantity: i64, all: bool },
    Redeem { share: i64 },
    Hold { share: i64, hours: i64 },
    Capture { hold: usize, share: i64 },
    Release { hold: usize },
    Cancel { redemption: usize },
    Wait { hours: i64 },
    Sweep,
}

fn act() -> impl Strategy<Value = Act> {
    let line = (prop_oneof![1 => Just(0_i64), 5 => 1_i64..6_000], 1_i64..4);
    prop_oneof![
        5 => (prop::collection::vec(line, 1..4), prop_oneof![3 => Just(0_i64), 1 => 0_i64..100], any::<bool>())
            .prop_map(|(lines, late_hours, paid)| Act::Buy { lines, late_hours, paid }),
        4 => (0_usize..8, 0_usize..3, 0_i64..4, any::<bool>())
            .prop_map(|(purchase, line, quantity, all)| Act::Return { purchase, line, quantity, all }),
        3 => (1_i64..=110).prop_map(|share| Act::Redeem { share }),
        3 => (1_i64..=100, 1_i64..500).prop_map(|(share, hours)| Act::Hold { share, hours }),
        2 => (0_usize..6, 1_i64..=110).prop_map(|(hold, share)| Act::Capture { hold, share }),
        1 => (0_usize..6).prop_map(|hold| Act::Release { hold }),
        2 => (0_usize..6).prop_map(|redemption| Act::Cancel { redemption }),
        4 => (1_i64..400).prop_map(|hours| Act::Wait { hours }),
        1 => Just(Act::Sweep),
    ]
}

/// Plays one act; names are numbered by the act, so that two tills agree on them.
fn play(till: &mut Till, number: usize, act: &Act) {
    let active = till.card().balance_points;
    let names = |wanted: fn(&Change) -> bool| -> Vec<String> {
        let found = till.entries.iter().filter(|e| wanted(&e.change));
        found.map(|e| e.reference.as_str().split('#').nth(1).unwrap().to_owned()).collect()
    };
    let bought = names(|change| matches!(change, Change::Purchased { .. }));
    let reserved = names(|change| matches!(change, Change::Held { .. }));
    let spent = names(|change| matches!(change, Change::Held { .. } | Change::Redeemed { .. }));
    let of = |list: &[String], wanted: usize| list.iter().rev().nth(wanted).cloned();
    let name = format!("N{number}");
    let points = |share: i64| (active * share / 100).max(1);
    let outcome = match act {
        Act::Buy { lines, late_hours, paid } => {
            let at = Moment((till.now.0 - late_hours * HOUR).max(till.state.enrolled_at.0));
            let lines = lines.iter().map(|(amount, quantity)| pieces(*amount, *quantity)).collect();
            till.buy_with(&name, lines, at, spent.last().filter(|_| *paid).map(String::as_str))
        }
        Act::Return { purchase, line, quantity, all } => {
            let Some(purchase) = of(&bought, *purchase) else { return };
            let lines = [(*line, *quantity, None)];
            till.give_back(&purchase, &name, if *all { &[] } else { &lines })
        }
        Act::Redeem { share } => till.redeem(&name, points(*share)),
        Act::Hold { share, hours } => till.hold(&name, points(*share), hours * HOUR),
        Act::Capture { hold, share } => {
            let Some(hold) = of(&reserved, *hold) else { return };
            let open = till.state.holds.iter().find(|h| h.id.as_str() == hold);
            let most = open.map_or(1, |h| h.taken.iter().map(|a| a.points).sum::<i64>());
            till.capture(&hold, &name, Some((most * share / 100).max(1)))
        }
        Act::Release { hold } => {
            let Some(hold) = of(&reserved, *hold) else { return };
            till.release(&hold, &name)
        }
        Act::Cancel { redemption } => {
            let Some(redemption) = of(&spent, *redemption) else { return };
            till.cancel(&redemption, &name)
        }
        Act::Wait { hours } => {
            till.wait(hours * HOUR);
            return;
        }
        Act::Sweep => {
            till.sweep();
            assert!(!till.sweep(), "a sweep leaves nothing due");
            return;
        }
    };
    if let Err(refusal) = outcome {
        assert!(!matches!(refusal, Refusal::Broken { .. }), "{refusal:?} in {act:?}");
    }
}

/// What purchases still earn after their returns, from the records alone: per lot and line, the kept share of the
/// points, rounded down.
fn kept(till: &Till) -> i64 {
    let mut kept = 0;
    for entry in &till.entries {
        let Change::Purchased { bought, award, .. } = &entry.change else { continue };
        for lot in &award.lots {
            for (line, points) in lot.line_points.iter().enumerate() {
                let own = &bought.lines[line];
                let back = till
                    .entries
                    .iter()
                    .filter(|e| e.reference.as_str().starts_with(entry.reference.as_str()));
                let (mut pieces, mut money) = (0, 0);
                for entry in back {
                    if let Change::Returned(returned) = &entry.change {
                        for back in returned.lines.iter().filter(|back| back.line == line) {
                            pieces += back.quantity;
                            money += back.amount_minor;
                        }
                    }
                }
                kept += if own.amount_minor > 0 {
                    points * (own.amount_minor - money) / own.amount_minor
                } else {
                    points * (own.quantity - pieces) / own.quantity
                };
            }
        }
    }
    kept
}

/// Everything that was ever given stands somewhere, and no more than what kept purchases earned.
fn assert_no_profit(till: &Till) {
    let (active, pending, held, debt) =
        (till.state.active_points, till.state.pending_points, till.state.held_points, till.state.debt_points);
    let gone = till.posted(Account::Redeemed) + till.posted(Account::Expired);
    assert_eq!(active + pending + held + gone - debt, kept(till));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn any_history_keeps_every_invariant(which in 0_usize..4, acts in prop::collection::vec(act(), 1..40)) {
        let mut till = Till::enrolled(PROGRAMMES[which].clone(), "2026-01-10 09:00");
        for (number, act) in acts.iter().enumerate() {
            // Each decision is sealed, encoded and read back inside the till.
            play(&mut till, number, act);
            recount::check(&till.entries, &till.state);
            assert_no_profit(&till);
            let (active, pending, held, debt) = till.balances();
            prop_assert!(active >= 0 && pending >= 0 && held >= 0 && debt >= 0);
            prop_assert!(active == 0 || debt == 0);
        }
    }

    #[test]
    fn sweeping_early_late_or_twice_changes_nothing_that_is_read(
        which in 0_usize..4,
        acts in prop::collection::vec((act(), any::<bool>()), 1..30),
    ) {
        let mut swept = Till::enrolled(PROGRAMMES[which].clone(), "2026-01-10 09:00");
        let mut unswept = swept.clone();
        for (number, (act, sweeps)) in acts.iter().enumerate() {
            if matches!(act, Act::Sweep) {
                continue;
            }
            play(&mut swept, number, act);
            play(&mut unswept, number, act);
            if *sweeps {
                swept.sweep();
            }
            prop_assert_eq!(swept.card(), unswept.card());
        }
    }

    #[test]
    fn parts_of_a_return_claw_exactly_the_award_in_the_end_and_never_more_before(
        which in 0_usize..4,
        lines in prop::collection::vec((0_i64..9_000, 1_i64..7), 1..5),
        order in prop::collection::vec((0_usize..5, 1_i64..3, prop::option::of(0_i64..2_000)), 0..30),
    ) {
        let mut till = Till::enrolled(PROGRAMMES[which].clone(), "2026-01-10 09:00");
        let basket = lines.iter().map(|(amount, quantity)| pieces(*amount, *quantity)).collect();
        let points = award(&till.buy("A1", basket).unwrap()).points;
        let mut clawed = 0;
        for (number, (line, quantity, amount_minor)) in order.iter().enumerate() {
            if let Ok(entry) = till.give_back("A1", &format!("B{number}"), &[(*line, *quantity, *amount_minor)]) {
                clawed += returned(&entry).clawed;
                prop_assert!(clawed <= points);
                assert_no_profit(&till);
            }
        }
        if let Ok(entry) = till.give_back("A1", "rest", &[]) {
            clawed += returned(&entry).clawed;
        }
        // Money that was not refunded with its pieces keeps its share of the points.
        for (line, (amount, _)) in lines.iter().enumerate() {
            for number in 0..2 {
                let left = amount - till.entries.iter().filter_map(|e| match &e.change {
                    Change::Returned(returned) => Some(&returned.lines),
                    _ => None,
                }).flatten().filter(|back| back.line == line).map(|back| back.amount_minor).sum::<i64>();
                let name = format!("M{line}-{number}");
                if let Ok(entry) = till.give_back("A1", &name, &[(line, 0, Some(left))]) {
                    clawed += returned(&entry).clawed;
                }
            }
        }
        prop_assert_eq!(clawed, points);
        prop_assert_eq!(kept(&till), 0);
    }

    #[test]
    fn taking_and_giving_back_never_renews_a_lot(
        which in 0_usize..4,
        acts in prop::collection::vec(act(), 1..20),
        share in 1_i64..=100,
        hours in 0_i64..600,
        held in any::<bool>(),
    ) {
        let mut till = Till::enrolled(PROGRAMMES[which].clone(), "2026-01-10 09:00");
        for (number, act) in acts.iter().enumerate() {
            play(&mut till, number, act);
        }
        // What is out of a lot with a later date gives it that date once it is back, whoever spent the rest meanwhile.
        let two_dates = till.state.holds.iter().flat_map(|hold| &hold.taken).any(|held| {
            till.state.lots.iter().any(|lot| lot.id == held.lot && lot.expires_at != held.expires_at)
        });
        prop_assume!(!two_dates);
        let points = (till.card().balance_points * share / 100).max(1);
        let mut left_alone = till.clone();
        let taken = if held { till.hold("T", points, 10_000 * HOUR) } else { till.redeem("T", points) };
        prop_assume!(taken.is_ok());
        till.wait(hours * HOUR);
        left_alone.wait(hours * HOUR);
        let back = if held { till.release("T", "back") } else { till.cancel("T", "back") };
        prop_assert!(back.is_ok());
        let (settled, _) = domain::sweep::settle(&left_alone.state, left_alone.now, &left_alone.rulebook);
        prop_assert_eq!(&till.state.lots, &settled.lots);
        prop_assert_eq!(till.balances(), left_alone.balances());
    }

    #[test]
    fn splitting_a_purchase_never_earns_more(amounts in prop::collection::vec(0_i64..5_000, 1..20)) {
        let mut whole = Till::enrolled(PROGRAMMES[0].clone(), "2026-01-10 09:00");
        let mut split = whole.clone();
        let at_once = award(&whole.buy("A1", vec![line(amounts.iter().sum())]).unwrap()).points;
        let mut in_parts = 0;
        for (number, amount) in amounts.iter().enumerate() {
            in_parts += award(&split.buy(&format!("A{number}"), vec![line(*amount)]).unwrap()).points;
        }
        prop_assert!(in_parts <= at_once);
    }
}

/// Buying, spending, returning and cancelling in every order, six deep: nobody comes out with more than what the
/// purchases she kept have earned.
#[test]
fn no_order_of_buying_spending_and_returning_leaves_a_profit() {
    fn go(till: &Till, depth: usize, visited: &mut usize) {
        *visited += 1;
        recount::check(&till.entries, &till.state);
        assert_no_profit(till);
        if depth == 0 {
            return;
        }
        for step in 0..7 {
            let mut next = till.clone();
            let name = format!("S{depth}");
            let active = next.state.active_points;
            let done = match step {
                0 => next.buy("A", vec![pieces(1_000, 3)]),
                1 => next.buy_with("B", vec![line(500), line(0)], next.now, Some("R")),
                2 => next.redeem("R", active),
                3 => next.hold("H", (active / 2).max(1), HOUR),
                4 => next.give_back("A", &name, &[(0, 1, None)]),
                5 => next.give_back("B", &name, &[]),
                _ => next.cancel("R", &name),
            };
            // A key is used once; what was refused changed nothing and leads nowhere new.
            let used = |e: &&domain::entry::Entry| till.entries.iter().any(|o| o.reference == e.reference);
            if done.is_ok() && !next.entries.last().iter().any(used) {
                go(&next, depth - 1, visited);
            }
        }
    }
    let mut visited = 0;
    let till = Till::enrolled(PROGRAMMES[0].clone(), "2026-01-10 09:00");
    go(&till, 6, &mut visited);
    assert!(visited > 200, "{visited} orders");
}
