//! Where things tip: the last point, the last piece, the very instant. One step beside each of these, something else is
//! right.

use crate::support::*;
use domain::adjust::adjust;
use domain::entry::{Account, By, Change, Occasion};
use domain::ids::{MemberId, Reference, VoucherId};
use domain::refusal::Refusal;
use domain::request::{Adjust, Redeem, Redeemable};
use domain::state::Counter;
use domain::sweep::next_due_under;
use domain::voucher::{cancel, fulfil, release, reserve};
use dsl::calendar::parse_day;
use dsl::units::{Day, Moment};

const NONE: (Option<i64>, Option<&str>) = (None, None);

fn given(till: &mut Till, event: &str, points: i64) -> Result<domain::entry::Entry, Refusal> {
    let by = By { actor: "agent-7".to_owned(), reason: "goodwill".to_owned() };
    let request = Adjust { stamp: till.stamp(till.now), id: id(event), points, by };
    let decided = adjust(&till.snapshot(&Reference::adjustment(&id(event))), &request, &till.rulebook);
    till.write(decided)
}

#[test]
fn by_hand_all_can_be_taken_and_not_one_point_more() {
    let mut till = Till::enrolled(programme("  expire never", ONE_PER_EURO), "2026-01-10 09:00");
    given(&mut till, "J1", 10).unwrap();
    assert_eq!(given(&mut till, "J2", -11), Err(Refusal::AdjustmentExceeds { asked: 11, active: 10 }));
    given(&mut till, "J3", -10).unwrap();
    assert_eq!(till.balances(), (0, 0, 0, 0));
    assert_eq!(till.state.lifetime, domain::state::Sums::default(), "what a person gives is no purchase");
    assert!(matches!(till.redeem("R1", 0), Err(Refusal::Broken { .. })));
}

const SHOP: &str = "rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

rule gifts {
  on purchase
  when basket.paid at least 50.00 EUR
  give reward mug
  give reward cap
}

reward mug {
  gives item \"mug\"
}

reward cap {
  gives item \"cap\"
}

reward coffee {
  costs 5 points
  gives item \"coffee\"
  active until 2026-02-01
}

reward tea {
  costs 5 points
  gives item \"tea\"
  limit 1 time per member per year
  stock 3
}

reward cake {
  costs 1 point
  gives item \"cake\"
}
";

fn shop() -> Till {
    let mut till = Till::enrolled(programme("  expire never", SHOP), "2026-01-10 09:00");
    till.buy("A0", vec![line(4_900); 6]).unwrap();
    till
}

fn last(till: &Till, index: u8) -> VoucherId {
    VoucherId(till.entries.last().unwrap().seq, index)
}

#[test]
fn of_two_redemptions_the_one_that_is_cancelled_loses_its_voucher() {
    let mut till = shop();
    till.redeem_reward("R1", "coffee").unwrap();
    till.redeem_reward("R2", "coffee").unwrap();
    let (first, second) = (VoucherId(till.entries.len() as u64 - 1, 0), last(&till, 0));
    till.cancel("R2", "C2").unwrap();
    let open = |till: &Till| till.state.vouchers.iter().map(|voucher| voucher.id).collect::<Vec<_>>();
    assert!(open(&till).contains(&first) && !open(&till).contains(&second));
    // points alone: no voucher goes
    till.redeem("R3", 5).unwrap();
    let before = open(&till);
    till.cancel("R3", "C3").unwrap();
    assert_eq!(open(&till), before);
    // so long ago that nobody knows what came back of it
    till.redeem("R4", 5).unwrap();
    till.state.restorable_after_seq = till.entries.last().unwrap().seq;
    assert_eq!(till.cancel("R4", "C4"), Err(Refusal::NotCaptured));
}

#[test]
fn what_cost_nothing_can_be_cancelled_once() {
    for by_voucher in [false, true] {
        let mut till = shop();
        till.hold_reward("H1", "coffee", HOUR).unwrap();
        till.capture("H1", "C1", Some(0)).unwrap();
        let voucher = last(&till, 0);
        if by_voucher {
            till.voucher(cancel, voucher, "X1", NONE).unwrap();
        } else {
            till.cancel("H1", "X1").unwrap();
        }
        assert!(till.state.vouchers.iter().all(|open| open.id != voucher));
        assert!(till.state.restored.is_empty(), "no point came back");
        assert_eq!(till.balances(), (294, 0, 0, 0));
        assert!(till.cancel("H1", "X2").is_err());
        let now = Refusal::VoucherNotOpen { now: "cancelled".to_owned() };
        assert_eq!(till.voucher(fulfil, voucher, "X3", NONE), Err(now));
    }
}

#[test]
fn a_voucher_that_is_not_open_says_what_became_of_it() {
    let mut till = shop();
    let now = |till: &mut Till, voucher, event: &str| match till.voucher(fulfil, voucher, event, NONE) {
        Err(Refusal::VoucherNotOpen { now }) => now,
        other => panic!("{other:?}"),
    };
    assert_eq!(till.voucher(fulfil, VoucherId(99, 0), "U1", NONE), Err(Refusal::VoucherUnknown));
    till.redeem_reward("R1", "coffee").unwrap();
    let used = last(&till, 0);
    till.voucher(reserve, used, "V1", (Some(HOUR), None)).unwrap();
    till.voucher(release, used, "V2", NONE).unwrap();
    till.voucher(fulfil, used, "V3", NONE).unwrap();
    assert_eq!(now(&mut till, used, "V4"), "fulfilled");
    till.redeem_reward("R2", "coffee").unwrap();
    let taken = last(&till, 0);
    till.voucher(cancel, taken, "V5", NONE).unwrap();
    assert_eq!(now(&mut till, taken, "V6"), "cancelled");
    // two gifts of one purchase: one is used before it comes back, the other goes with it
    till.buy("A1", vec![line(5_000)]).unwrap();
    let (mug, cap) = (last(&till, 0), last(&till, 1));
    till.voucher(fulfil, mug, "V7", NONE).unwrap();
    till.give_back("A1", "B1", &[]).unwrap();
    assert_eq!(
        (now(&mut till, mug, "V8"), now(&mut till, cap, "V9")),
        ("fulfilled".into(), "cancelled".into())
    );
    // the two gifts of another, one used without a step of its own that anybody kept
    till.buy("A2", vec![line(5_000)]).unwrap();
    let (mug, cap) = (last(&till, 0), last(&till, 1));
    till.state.vouchers.retain(|voucher| voucher.id != mug);
    let entry = till.give_back("A2", "B2", &[]).unwrap();
    assert_eq!(returned(&entry).revoked, [(cap, "cap".to_owned())]);
    assert_eq!(
        (now(&mut till, mug, "W1"), now(&mut till, cap, "W2")),
        ("fulfilled".into(), "cancelled".into())
    );
}

#[test]
fn a_reward_can_be_had_on_its_last_day_and_gives_back_what_it_took_and_no_more() {
    let mut till = shop();
    till.at("2026-02-01 23:59").redeem_reward("R1", "coffee").unwrap();
    till.at("2026-02-02 00:00");
    assert_eq!(
        till.redeem_reward("R2", "coffee"),
        Err(Refusal::RewardInactive { reward: "coffee".to_owned() })
    );
    till.cancel("R1", "C1").unwrap();
    assert!(till.counters.is_empty(), "nothing was counted, nothing is given back: {:?}", till.counters);
    till.redeem_reward("R3", "tea").unwrap();
    assert_eq!((till.counters["stock:tea"], till.state.counters.len()), (1, 1));
    till.cancel("R3", "C3").unwrap();
    assert_eq!((till.counters["stock:tea"], till.state.counters.len()), (0, 0));
    till.redeem_reward("R4", "tea").unwrap();
}

#[test]
fn a_hundred_vouchers_may_be_open() {
    let mut till = shop();
    // two came with the purchase
    for n in 2..domain::limits::VOUCHERS_MAX {
        till.redeem_reward(&format!("R{n}"), "cake").unwrap();
    }
    let full = Refusal::TooMuchOpen { of: "vouchers".to_owned(), most: domain::limits::VOUCHERS_MAX };
    assert_eq!(till.redeem_reward("S1", "cake"), Err(full.clone()));
    let entry = till.buy("A1", vec![line(5_000)]).unwrap();
    let withheld: Vec<_> = award(&entry).withheld.iter().map(|one| one.why.clone()).collect();
    assert_eq!(withheld, [full.clone(), full]);
}

#[test]
fn what_two_holds_give_back_and_a_redemption_takes_is_one_draw_that_nothing_limits() {
    let mut till = Till::enrolled(
        programme(
            "  expire never",
            &format!("{ONE_PER_EURO}\nreward mug {{\n  costs 1 point\n  gives item \"mug\"\n  stock 3\n}}\n"),
        ),
        "2026-01-10 09:00",
    );
    till.buy("A1", vec![line(1_000)]).unwrap();
    till.hold_reward("H2", "mug", HOUR).unwrap();
    till.hold_reward("H1", "mug", HOUR).unwrap();
    till.hold_reward("H3", "mug", 3 * HOUR).unwrap();
    let ids: Vec<String> = till.state.holds.iter().map(|hold| hold.id.to_string()).collect();
    assert_eq!(ids, ["H1", "H2", "H3"]);
    till.wait(2 * HOUR);
    let request = Redeem {
        stamp: till.stamp(till.now),
        id: id("R1"),
        what: Redeemable::Reward("mug".to_owned()),
        hold_until: None,
        lines: vec![],
        choice: None,
    };
    let snapshot = till.snapshot(&Reference::redemption(&id("R1")));
    let decision = domain::redeem::redeem(&snapshot, &request, &till.rulebook).unwrap();
    let draws: Vec<_> =
        decision.draws.iter().map(|draw| (draw.counter.as_str(), draw.amount, draw.most)).collect();
    assert_eq!(draws, [("stock:mug", -1, None)]);
}

#[test]
fn a_capture_of_whole_lots_leaves_no_empty_part() {
    let mut till = Till::enrolled(programme("  expire never", ONE_PER_EURO), "2026-01-10 09:00");
    till.buy("A1", vec![line(1_000)]).unwrap();
    till.buy("A2", vec![line(1_000)]).unwrap();
    till.hold("H1", 20, HOUR).unwrap();
    let entry = till.capture("H1", "C1", Some(10)).unwrap();
    let Change::Captured { taken, released, .. } = &entry.change else { panic!("{entry:?}") };
    let parts =
        |all: &[domain::entry::Allocation]| all.iter().map(|one| (one.lot.0, one.points)).collect::<Vec<_>>();
    assert_eq!((parts(taken), parts(released)), (vec![(2, 10)], vec![(3, 10)]));
    let mut broken = till.state.clone();
    broken.holds.push(domain::state::Hold {
        id: id("H9"),
        occurred_at: till.now,
        until: till.now,
        reward: None,
        taken: vec![domain::entry::Allocation { points: 0, ..taken[0] }],
        stocked: false,
    });
    assert_eq!(domain::broken_state(&broken), Some("an allocation takes points"));
}

#[test]
fn who_enrols_at_midnight_has_her_birthday_on_that_day() {
    let items = "rule gift {\n  on birthday\n  give 50 points\n}\n";
    let mut till = Till::enrolled(programme("  expire never", items), "2024-03-05 00:00");
    till.profile.birthday = Some(parse_day("1990-03-05").unwrap());
    assert!(till.at("2024-03-05 06:00").celebrate(Occasion::Birthday, "2024-03-05").is_some());
    let mut late = Till::enrolled(till.rulebook.clone(), "2024-03-05 00:01");
    late.profile.birthday = till.profile.birthday;
    assert!(late.at("2024-03-05 06:00").celebrate(Occasion::Birthday, "2024-03-05").is_none());
}

#[test]
fn an_entry_remembers_what_never_earns_and_its_fingerprint_is_its_references() {
    let mut till = Till::enrolled(programme("  expire never", ONE_PER_EURO), "2026-01-10 09:00");
    let excluded = dsl::event::Line { eligible: false, ..line(500) };
    let entry = till.buy("A1", vec![line(1_000), excluded]).unwrap();
    let Change::Purchased { bought, .. } = &entry.change else { panic!("{entry:?}") };
    assert_eq!(bought.lines.iter().map(|line| line.excluded).collect::<Vec<_>>(), [false, true]);
    assert_eq!(award(&entry).tier_before, None);
    // the first half of the SHA-256 of what the reference says
    let fingerprint = domain::chain::fingerprint(&Reference::sweep(7));
    assert_eq!(fingerprint, "46034d11431f16686e4099c34947f137");
    // too little for a point: the rule is not among those that gave
    let entry = till.buy("A2", vec![line(99)]).unwrap();
    assert!(award(&entry).rules.is_empty());
}

#[test]
fn what_a_late_event_earned_has_waited_long_enough_to_the_instant() {
    let items = "rule slow {\n  on purchase\n  give 10 points\n  pending for 1 day\n}\n";
    for (late, balances) in [(DAY, (10, 0, 0, 0)), (DAY - 1, (0, 10, 0, 0))] {
        let mut till = Till::enrolled(programme("  expire never", items), "2026-01-10 09:00");
        till.at("2026-01-12 09:00");
        let at = Moment(till.now.0 - late);
        till.buy_with("A1", vec![line(100)], at, None).unwrap();
        assert_eq!(till.balances(), balances, "{late}");
    }
}

#[test]
fn counters_are_kept_as_long_as_a_late_event_may_need_them() {
    let items = "rule alpha {
  on purchase
  give 1 point
  limit 1 time per member per month
}

rule beta {
  on purchase
  give 1 point
  limit 1 time per member per week
}
";
    let mut till = Till::enrolled(programme("  expire never", items), "2026-03-10 09:00");
    till.buy("A1", vec![line(100)]).unwrap();
    let keys: Vec<String> = till.state.counters.iter().map(|counter| counter.key.clone()).collect();
    assert_eq!(keys.len(), 2);
    let mut sorted = keys.clone();
    sorted.sort();
    assert_eq!(keys, sorted, "in the order of their keys");
    let month = till.state.counters.iter().find(|one| one.key.contains("alpha")).unwrap().clone();
    let foreign = |key: &str, period: Day| Counter { key: key.to_owned(), period, used: 1 };
    // of a rulebook that is not in force now
    let gone = foreign("gone/times/year", parse_day("2026-01-05").unwrap());
    let ever = foreign("gone/times/ever", Day(i32::MIN));
    till.state.counters.splice(0..0, [ever.clone(), gone.clone()]);
    till.state.counters.sort_by(|one, other| (&one.key, one.period).cmp(&(&other.key, other.period)));
    let (zone, tolerance) = (till.rulebook.zone().clone(), till.rulebook.programme().tolerance);
    let kept = |now: Moment, what: &Counter| {
        let mut till = till.clone();
        till.now = now;
        till.redeem("R1", 1).unwrap();
        till.state.counters.contains(what)
    };
    for (what, ends) in [(&month, "2026-04-01 00:00"), (&gone, "2027-01-01 00:00")] {
        let last = zone.plus(utc(ends), tolerance);
        assert!(kept(Moment(last.0 - 1), what), "{what:?}");
        assert!(!kept(last, what), "{what:?}");
    }
    assert!(kept(utc("2031-01-01 00:00"), &ever));
}

#[test]
fn places_of_rewards_for_few_members_stand_in_order_and_go_to_nothing() {
    let items = "rule base {
  on purchase
  give 10 points
}

reward alpha {
  costs 1 point
  gives item \"a\"
  for the first 5 members
}

reward beta {
  costs 1 point
  gives item \"b\"
  for the first 5 members
}
";
    let mut till = Till::enrolled(programme("  expire never", items), "2026-01-10 09:00");
    till.buy("A1", vec![line(100)]).unwrap();
    till.redeem_reward("R1", "alpha").unwrap();
    till.redeem_reward("R2", "beta").unwrap();
    let used =
        |till: &Till| till.state.counters.iter().map(|one| (one.key.clone(), one.used)).collect::<Vec<_>>();
    assert_eq!(used(&till), [("reward:alpha/place".to_owned(), 1), ("reward:beta/place".to_owned(), 1)]);
    till.redeem_reward("R3", "alpha").unwrap();
    assert_eq!(used(&till), [("reward:alpha/place".to_owned(), 2), ("reward:beta/place".to_owned(), 1)]);
    assert_eq!((till.counters["members:alpha"], till.counters["members:beta"]), (1, 1));
    till.cancel("R1", "C1").unwrap();
    assert_eq!(till.counters["members:alpha"], 1, "she has one still");
    till.cancel("R3", "C3").unwrap();
    assert_eq!((till.counters["members:alpha"], used(&till).len()), (0, 1));
}

#[test]
fn an_absence_is_foreseen_and_the_one_that_was_reached_is_not() {
    let items = "rule month {\n  on absence of 30 days\n  give 5 points\n}\n\nrule two_months {\n  on absence of 60 days\n  give 10 points\n}\n";
    let till = Till::enrolled(programme("  expire never", items), "2026-01-10 09:00");
    let next = |after: Moment| next_due_under(&till.state, after, &till.rulebook);
    let (month, two) = (utc("2026-02-09 00:00"), utc("2026-03-11 00:00"));
    assert_eq!(next(till.now), Some(month));
    assert_eq!(next(Moment(month.0 - 1)), Some(month));
    assert_eq!(next(month), Some(two));
    assert_eq!(next(two), None);
    assert_eq!(till.state.registered_due, Some(month));
}

#[test]
fn nobody_is_told_of_what_was_earned_as_late_as_the_telling() {
    let clauses = "  expire never\n  remind 14 days before expiry";
    let items = "rule fast {\n  on purchase\n  give 10 points\n  points valid for 14 days\n}\n";
    let told = |at: &str, change: fn(&mut domain::state::State)| {
        let mut till = Till::enrolled(programme(clauses, items), "2026-01-01 09:00");
        till.at(at).buy("A1", vec![line(100)]).unwrap();
        change(&mut till.state);
        till.wait(10 * DAY).sweep()
    };
    assert!(!told("2026-01-10 00:00", |_| ()), "told of at the very midnight it was earned at");
    assert!(!told("2026-01-10 00:01", |_| ()));
    let clauses = "  expire after 20 days\n  remind 14 days before expiry";
    let told = |change: fn(&mut domain::state::State)| {
        let mut till = Till::enrolled(programme(clauses, ONE_PER_EURO), "2026-01-01 09:00");
        till.at("2026-01-10 09:00").buy("A1", vec![line(100)]).unwrap();
        change(&mut till.state);
        till.wait(10 * DAY).sweep()
    };
    assert!(told(|_| ()));
    assert!(!told(|state| state.standing.erased = true));
    assert!(!told(|state| state.standing.merges.into = MemberId::parse("bea")));
}

#[test]
fn points_that_come_back_expired_are_gone_from_every_account() {
    let mut till = Till::enrolled(programme("  expire after 10 days", ONE_PER_EURO), "2026-01-10 09:00");
    till.buy("A1", vec![line(1_000)]).unwrap();
    till.redeem("R1", 10).unwrap();
    till.wait(10 * DAY).cancel("R1", "C1").unwrap();
    assert_eq!(till.balances(), (0, 0, 0, 0));
    assert_eq!((till.posted(Account::Redeemed), till.posted(Account::Expired)), (0, 10));
}

#[test]
fn a_voucher_whose_points_cannot_come_back_any_more_is_not_cancelled() {
    let mut till = shop();
    till.redeem_reward("R1", "coffee").unwrap();
    let voucher = last(&till, 0);
    till.state.restorable_after_seq = till.entries.last().unwrap().seq;
    assert_eq!(till.voucher(cancel, voucher, "X1", NONE), Err(Refusal::NotCaptured));
    assert!(till.state.vouchers.iter().any(|open| open.id == voucher), "it can still be used");
}
