//! Challenges over random histories: goals, completions and points as counted by hand from what was bought and kept.

use crate::recount;
use crate::support::*;
use domain::entry::Change;
use dsl::plan::Rulebook;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// Points for challenges, and for nothing else.
static CLUB: LazyLock<Arc<Rulebook>> = LazyLock::new(|| {
    programme(
        "  expire never",
        "challenge spree {
  every month
  goal visits 3 times on purchase where basket.paid at least 10.00 EUR
  goal euros 80.00 EUR of basket.lines where line.amount at least 5.00 EUR
  goal pairs 2 times on purchase where basket.items at least 2
  needs any 2 goals
  give 30 points
}
",
    )
});

#[derive(Debug, Clone)]
enum Act {
    Buy(Vec<(i64, i64)>),
    Return { purchase: usize, line: usize, quantity: i64, all: bool },
    Wait(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let line = (prop_oneof![1 => Just(0_i64), 5 => 1_i64..4_000], 1_i64..3);
    prop_oneof![
        5 => prop::collection::vec(line, 1..4).prop_map(Act::Buy),
        4 => (0_usize..8, 0_usize..3, 0_i64..3, any::<bool>())
            .prop_map(|(purchase, line, quantity, all)| Act::Return { purchase, line, quantity, all }),
        2 => (1_i64..60).prop_map(Act::Wait),
    ]
}

/// What was bought: the month, minor units and pieces per line, and what came back of each.
#[derive(Debug)]
struct Bought {
    name: String,
    month: i32,
    lines: Vec<(i64, i64)>,
    back: Vec<(i64, i64)>,
}

impl Bought {
    fn is_whole(&self) -> bool {
        self.lines
            .iter()
            .zip(&self.back)
            .all(|(line, back)| back.1 >= line.1 || line.0 > 0 && back.0 >= line.0)
    }

    /// Visits, minor units and pairs that count.
    fn counts(&self) -> [i64; 3] {
        let paid: i64 = self.lines.iter().map(|line| line.0).sum();
        let items: i64 = self.lines.iter().map(|line| line.1).sum();
        let euros = self.lines.iter().zip(&self.back).filter(|(line, _)| line.0 >= 500);
        let euros = euros.map(|(line, back)| line.0 - back.0).sum();
        let stands = i64::from(!self.is_whole());
        [i64::from(paid >= 1_000) * stands, euros, i64::from(items >= 2) * stands]
    }
}

const TARGETS: [i64; 3] = [3, 8_000, 2];

fn sums(bought: &[Bought], month: i32) -> [i64; 3] {
    let own = bought.iter().filter(|one| one.month == month).map(Bought::counts);
    own.fold([0; 3], |sum, one| [sum[0] + one[0], sum[1] + one[1], sum[2] + one[2]])
}

fn reached(sums: [i64; 3]) -> bool {
    sums.iter().zip(TARGETS).filter(|(sum, target)| **sum >= *target).count() >= 2
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn goals_and_completions_are_what_was_bought_and_kept(acts in prop::collection::vec(act(), 1..16)) {
        let mut till = Till::enrolled(CLUB.clone(), "2026-01-10 09:00");
        let (mut bought, mut completed): (Vec<Bought>, BTreeMap<i32, bool>) = (Vec::new(), BTreeMap::new());
        for (number, act) in acts.iter().enumerate() {
            let name = format!("N{number}");
            match act {
                Act::Wait(hours) => {
                    till.wait(hours * HOUR);
                    continue;
                }
                Act::Buy(lines) => {
                    let basket = lines.iter().map(|(amount, quantity)| pieces(*amount, *quantity)).collect();
                    till.buy(&name, basket).unwrap();
                    let (_, month, _) = dsl::calendar::ymd(CLUB.zone().local(till.now).day);
                    let month = i32::from(month);
                    let back = vec![(0, 0); lines.len()];
                    let one = Bought { name, month, lines: lines.clone(), back };
                    let nearer = one.counts().iter().any(|more| *more > 0);
                    bought.push(one);
                    let done = completed.entry(month).or_default();
                    *done |= nearer && reached(sums(&bought, month));
                }
                Act::Return { purchase, line, quantity, all } => {
                    let Some(at) = bought.len().checked_sub(purchase + 1) else { continue };
                    let lines = [(*line, *quantity, None)];
                    let of = bought[at].name.clone();
                    let Ok(entry) = till.give_back(&of, &name, if *all { &[] } else { &lines }) else { continue };
                    let Change::Returned(returned) = &entry.change else { continue };
                    for back in &returned.lines {
                        bought[at].back[back.line].0 += back.amount_minor;
                        bought[at].back[back.line].1 += back.quantity;
                    }
                    let month = bought[at].month;
                    let stands = reached(sums(&bought, month));
                    let done = completed.entry(month).or_default();
                    *done &= stands;
                }
            }
            recount::check(&till.entries, &till.state);
            let times = i64::try_from(completed.values().filter(|done| **done).count()).unwrap();
            prop_assert_eq!(till.state.active_points - till.state.debt_points, 30 * times);
            let (_, month, _) = dsl::calendar::ymd(CLUB.zone().local(till.now).day);
            let month = i32::from(month);
            let card = till.card().challenges;
            let have: Vec<i64> = card[0].goals.iter().map(|goal| goal.have).collect();
            let own: Vec<i64> =
                sums(&bought, month).iter().zip(TARGETS).map(|(sum, target)| (*sum).min(target)).collect();
            prop_assert_eq!(have, own);
            prop_assert_eq!(card[0].completed, completed.get(&month).copied().unwrap_or_default());
        }
    }
}

#[test]
fn points_that_wait_are_taken_back_with_the_challenge_and_never_paid_twice() {
    let rules = "challenge pair {
  every month
  goal visits 2 times on purchase
  give 25 points
  pending for 14 days
}
";
    for shortfall in ["forgive", "debt"] {
        let club = programme(&format!("  expire never\n  shortfall {shortfall}"), rules);
        let mut till = Till::enrolled(club, "2026-03-01 09:00");
        till.buy("A0", vec![line(100)]).unwrap();
        for round in 1..4 {
            till.wait(DAY).buy(&format!("A{round}"), vec![line(100)]).unwrap();
            assert_eq!(till.balances(), (0, 25, 0, 0), "{shortfall}: complete");
            // the older of the two comes back: the points wait with the newer
            let entry = till.give_back(&format!("A{}", round - 1), &format!("B{round}"), &[]).unwrap();
            assert_eq!(
                (returned(&entry).clawed, returned(&entry).owed, returned(&entry).forgiven),
                (25, 0, 0)
            );
            assert_eq!(till.balances(), (0, 0, 0, 0), "{shortfall}");
        }
    }
}

#[test]
fn a_return_undoes_a_challenge_of_its_period_until_the_next_one_is_over() {
    for (per, last, over) in [
        ("day", "2026-03-12 23:59", "2026-03-13 00:00"),
        ("week", "2026-03-22 23:59", "2026-03-23 00:00"),
        ("month", "2026-05-07 23:59", "2026-05-08 00:00"),
        ("year", "2028-01-07 23:59", "2028-01-08 00:00"),
    ] {
        let rules = format!(
            "challenge pair {{\n  every {per}\n  goal visits 2 times on purchase\n  give 25 points\n}}\n"
        );
        let clauses = "  expire never\n  accept events up to 7 days late";
        let mut till = Till::enrolled(programme(clauses, &rules), "2026-03-04 09:00");
        till.buy("A1", vec![line(100)]).unwrap();
        till.buy("A2", vec![line(100)]).unwrap();
        for (at, left) in [("2026-03-04 10:00", 0), (last, 0), (over, 25)] {
            let mut till = till.clone();
            till.at(at);
            if left > 0 || at == last {
                // whatever is decided forgets what nobody can need
                till.buy("A3", vec![line(100)]).unwrap();
            }
            assert_eq!(till.balances().0, 25, "{per} {at}");
            let entry = till.give_back("A1", "B1", &[]).unwrap();
            assert_eq!(till.balances().0, left, "{per} {at}");
            assert!(returned(&entry).steps.iter().all(|undone| undone.times > 0), "{entry:?}");
        }
    }
}

#[test]
fn a_part_that_takes_nothing_from_a_goal_tells_of_no_step() {
    let rules = "challenge pair {\n  every month\n  goal visits 2 times on purchase\n  give 25 points\n}\n";
    let mut till = Till::enrolled(programme("  expire never", rules), "2026-03-04 09:00");
    till.buy("A1", vec![line(100), line(100)]).unwrap();
    till.buy("A2", vec![line(100)]).unwrap();
    let entry = till.give_back("A1", "B1", &[(0, 1, None)]).unwrap();
    assert_eq!((&returned(&entry).steps, till.balances().0), (&vec![], 25));
}

#[test]
fn a_card_shows_a_challenge_on_its_days_only() {
    let rules = "challenge pair {
  active from 2026-03-02 until 2026-03-31
  goal visits 2 times on purchase
  give 25 points
}
";
    let mut till = Till::enrolled(programme("  expire never", rules), "2026-01-10 09:00");
    for (at, shown) in
        [("2026-03-01 23:59", 0), ("2026-03-02 00:00", 1), ("2026-03-31 23:59", 1), ("2026-04-01 00:00", 0)]
    {
        assert_eq!(till.at(at).card().challenges.len(), shown, "{at}");
    }
}
