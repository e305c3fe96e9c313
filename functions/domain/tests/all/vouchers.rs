//! Vouchers: exact stock, places and limits whatever is done and undone, and nothing that pays twice.

use crate::support::{DAY, HOUR, ONE_PER_EURO, Till, VoucherDecision, line, programme};
use domain::entry::{Change, Settlement, VoucherStage};
use domain::ids::VoucherId;
use domain::refusal::Refusal;
use domain::voucher::{cancel, fulfil, release, reserve};
use domain::{catalogue, members_counter, stock_counter};
use dsl::plan::Rulebook;
use proptest::prelude::*;
use std::sync::Arc;

const REWARDS: &str = r#"
tiers {
  guest always
  gold  from 500.00 EUR spent in total
}

rule gift {
  on purchase
  when basket.paid at least 100.00 EUR
  give reward mug
  give reward snack
}

reward mug {
  gives item "mug"
  for the first 1 members
  stock 3
}

reward coffee {
  costs 50 points
  costs 30 points for gold
  gives item "coffee"
  when time between 08:00 and 20:00
  limit 2 times per member per year
  stock 4
  valid for 10 days
}

reward tour {
  costs 80 points for gold
  gives experience "tour"
}

reward cake {
  gives item "cake"
  stock 2
}

reward tea {
  gives item "tea"
}

reward snack {
  costs 20 points
  gives one of [cake, tea]
}
"#;

fn shop() -> Arc<Rulebook> {
    programme("  expire never", &format!("{ONE_PER_EURO}\n{REWARDS}"))
}

fn rich() -> Till {
    let mut till = Till::enrolled(shop(), "2026-03-01 12:00");
    till.buy("A0", vec![line(9_900); 5]).unwrap();
    till
}

fn last(till: &Till) -> VoucherId {
    VoucherId(till.entries.last().unwrap().seq, 0)
}

const NONE: (Option<i64>, Option<&str>) = (None, None);

#[test]
fn hours_tiers_and_prices_are_asked_at_the_redemption() {
    let mut till = rich();
    let code = |refused: Result<_, Refusal>| refused.map(|_| ()).unwrap_err().code();
    assert_eq!(code(till.at("2026-03-02 07:59").redeem_reward("R1", "coffee")), "redeem.reward_unmet");
    assert_eq!(code(till.at("2026-03-02 08:00").redeem_reward("R2", "tour")), "redeem.reward_not_sold");
    assert_eq!(code(till.redeem_reward("R3", "mug")), "redeem.reward_not_sold");
    let paid = |till: &mut Till, id: &str, reward: &str| match till.redeem_reward(id, reward).unwrap().change
    {
        Change::Redeemed { points, .. } => points,
        other => panic!("{other:?}"),
    };
    assert_eq!(paid(&mut till, "R4", "coffee"), 50);
    till.buy("A1", vec![line(9_900)]).unwrap();
    assert_eq!(paid(&mut till, "R5", "coffee"), 30);
    assert_eq!(paid(&mut till, "R6", "tour"), 80);
    assert_eq!(code(till.redeem_reward("R7", "coffee")), "redeem.limit_reached");
}

#[test]
fn a_reservation_outlasts_the_voucher_and_then_it_expires() {
    let mut till = rich();
    till.redeem_reward("R1", "coffee").unwrap();
    let voucher = last(&till);
    till.wait(10 * DAY - HOUR);
    till.voucher(reserve, voucher, "V1", (Some(2 * HOUR), None)).unwrap();
    till.wait(2 * HOUR - 1);
    assert!(!till.sweep());
    till.wait(1);
    assert!(till.sweep());
    let settled = &till.entries.last().unwrap().settled;
    assert!(
        matches!(
            settled.as_slice(),
            [Settlement::VoucherFreed { at: freed, .. }, Settlement::VoucherExpired { at, .. }] if freed == at
        ),
        "{settled:?}"
    );
    let refused = till.voucher(fulfil, voucher, "V2", NONE).unwrap_err();
    assert_eq!(refused, Refusal::VoucherNotOpen { now: "expired".to_owned() });
    // released after its time, it expires with the release
    till.redeem_reward("R2", "coffee").unwrap();
    let voucher = last(&till);
    till.wait(10 * DAY - HOUR);
    till.voucher(reserve, voucher, "V3", (Some(2 * HOUR), None)).unwrap();
    till.wait(HOUR);
    let released = till.voucher(release, voucher, "V4", NONE).unwrap();
    assert!(matches!(released.change, Change::VoucherMoved { to: VoucherStage::Expired, .. }));
    assert!(till.state.vouchers.iter().all(|open| open.reward != "coffee"));
}

#[test]
fn a_catalogue_says_what_a_redemption_would() {
    let mut till = rich();
    till.redeem_reward("R1", "coffee").unwrap();
    for hour in [3, 12] {
        till.at(&format!("2026-03-05 {hour:02}:00"));
        let snapshot = till.snapshot(&domain::ids::Reference::enrolment());
        for offer in catalogue::catalogue(&snapshot, till.now, &till.rulebook) {
            let name = &offer.reward.name;
            let mut twin = till.clone();
            let asked = twin.redeem_reward("X", name).map(|entry| match entry.change {
                Change::Redeemed { points, .. } => points,
                other => panic!("{other:?}"),
            });
            match offer.why_not {
                None => assert_eq!(asked.ok(), offer.costs_points, "{name}"),
                Some(why) => assert_eq!(asked.unwrap_err(), why, "{name}"),
            }
        }
    }
    let nobody = catalogue::catalogue(&domain::request::Snapshot::default(), till.now, &till.rulebook);
    let open: Vec<&str> = nobody
        .iter()
        .filter(|offer| offer.why_not.is_none())
        .map(|offer| offer.reward.name.as_str())
        .collect();
    assert_eq!(open, ["coffee", "snack"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever is bought, given, reserved, used, cancelled, returned or left to time: what is drawn of a stock is what
    /// is out, what counts for a limit is what was not given back, and points are never made.
    #[test]
    fn counters_are_what_is_out(steps in proptest::collection::vec((0_u8..9, 0_usize..6, 0_i64..4), 1..60)) {
        let mut till = rich();
        let mut n = 0;
        let mut bought: Vec<String> = Vec::new();
        let mut gone = std::collections::BTreeMap::<&str, i64>::new();
        for (what, which, wait) in steps {
            n += 1;
            let id = format!("S{n}");
            let voucher = till.state.vouchers.get(which).cloned();
            let step = |till: &mut Till, how: VoucherDecision, choice: Option<&str>| {
                let Some(voucher) = &voucher else { return false };
                till.voucher(how, voucher.id, &format!("S{n}"), (Some(HOUR), choice)).is_ok()
            };
            match what {
                0 => drop(till.redeem_reward(&id, "coffee")),
                1 => drop(till.redeem_reward(&id, "snack")),
                2 => { till.buy(&id, vec![line(10_000)]).unwrap(); bought.push(id) }
                3 => drop(step(&mut till, reserve, None)),
                4 => drop(step(&mut till, release, None)),
                5 => {
                    let choice = voucher.as_ref().filter(|v| !v.options.is_empty()).map(|_| "cake");
                    if step(&mut till, fulfil, choice) {
                        let voucher = voucher.unwrap();
                        let reward = ["mug", "coffee", "snack"].into_iter().find(|r| *r == voucher.reward);
                        *gone.entry(reward.unwrap()).or_default() += 1;
                        if voucher.reward == "snack" { *gone.entry("cake").or_default() += 1; }
                    }
                }
                6 => drop(step(&mut till, cancel, None)),
                7 => if let Some(purchase) = bought.get(which) {
                    drop(till.give_back(&purchase.clone(), &id, &[]));
                },
                _ => drop(till.hold_reward(&id, "coffee", HOUR)),
            }
            till.wait(wait * HOUR);
            till.sweep();
            for settlement in till.entries.last().unwrap().settled.clone() {
                if let Settlement::VoucherExpired { .. } = settlement {
                    *gone.entry("coffee").or_default() += 1;
                }
            }
            let open = |reward: &str| i64::try_from(till.state.vouchers.iter().filter(|v| v.reward == reward).count()).unwrap();
            let held = i64::try_from(till.state.holds.len()).unwrap();
            let used = |counter: String| till.counters.get(&counter).copied().unwrap_or(0);
            let out = |reward: &str| gone.get(reward).copied().unwrap_or(0);
            prop_assert_eq!(used(stock_counter("mug")), open("mug") + out("mug"));
            prop_assert_eq!(used(stock_counter("coffee")), open("coffee") + held + out("coffee"));
            prop_assert_eq!(used(stock_counter("cake")), out("cake"));
            prop_assert_eq!(used(members_counter("mug")), i64::from(open("mug") + out("mug") > 0));
            prop_assert!(till.state.vouchers.iter().all(|v| v.reserved_until.or(v.expires_at).is_none_or(|at| till.now < at)));
        }
    }
}
