//! What support agents read aloud: every kind of entry, and every thing that time does, in its sentences.

use crate::support::*;
use domain::entry::*;
use domain::explain::explain;
use domain::ids::{MemberId, Reference, VoucherId};
use domain::refusal::Refusal;
use dsl::effect::{Effect, Lift, Prompt};
use dsl::plan::Rulebook;
use dsl::units::{Moment, Span, SpanUnit};

const ITEMS: &str = "tiers {
  guest  always
  silver from 50.00 EUR spent in 12 months
}

rule base \"A point per euro\" {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

reward coffee \"A coffee\" {
  costs 10 points
  gives item \"coffee\"
}

survey nps \"How was it\" {
  question score number 0 to 10
  nps of score
}
";

fn by() -> By {
    By { actor: "agent-7".to_owned(), reason: "goodwill".to_owned() }
}

fn member(name: &str) -> MemberId {
    MemberId::parse(name).unwrap()
}

/// Points of a lot earned at noon of the first day.
fn part(points: i64, expires_at: Option<Moment>) -> Allocation {
    Allocation { lot: LotId(1, 0), points, earned_at: utc("2026-01-01 12:00"), expires_at, slides: None }
}

fn earned(points: i64) -> Award {
    Award { points, ..Award::default() }
}

fn entry(change: Change) -> Entry {
    Entry {
        seq: 7,
        reference: Reference::enrolment(),
        fingerprint: String::new(),
        at: utc("2026-03-01 12:00"),
        occurred_at: utc("2026-03-01 12:00"),
        rulebook: String::new(),
        settled: vec![],
        change,
        postings: vec![],
        repaid: vec![],
        tier: None,
    }
}

/// The sentences of a change, with the programme's labels.
fn told(change: Change) -> Vec<String> {
    explain(&entry(change), Some(&programme("  expire never", ITEMS)))
}

fn settled(settlement: Settlement, rulebook: Option<&Rulebook>) -> String {
    let mut entry = entry(Change::Settled);
    entry.settled = vec![settlement];
    let mut told = explain(&entry, rulebook);
    assert_eq!(told.pop().unwrap(), "Nothing was asked for: this entry records what fell due.");
    assert_eq!(told.len(), 1, "{told:?}");
    told.remove(0)
}

#[test]
fn an_award_names_rules_lots_debt_and_all_it_brought() {
    let at = utc("2026-04-01 00:00");
    let award = Award {
        points: 30,
        repaid: 1,
        lots: vec![
            OpenedLot {
                points: 20,
                activates_at: Some(at),
                expires_at: None,
                line_points: vec![],
                if_unspent: false,
            },
            OpenedLot {
                points: 1,
                activates_at: None,
                expires_at: Some(at),
                line_points: vec![],
                if_unspent: false,
            },
        ],
        rules: vec![("base".to_owned(), 20), ("treat".to_owned(), 10)],
        budgets: vec![("spring".to_owned(), 30)],
        rewards: vec![
            Issued {
                reward: "coffee".to_owned(),
                expires_at: Some(at),
                choice: Some("tea".to_owned()),
                keeps: false,
            },
            Issued { reward: "cake".to_owned(), expires_at: None, choice: None, keeps: false },
        ],
        withheld: vec![Withheld {
            reward: "coffee".to_owned(),
            why: Refusal::OutOfStock { reward: "coffee".to_owned() },
        }],
        badges: vec!["regular".to_owned()],
        effects: vec![
            Effect::Tag("vip".to_owned()),
            Effect::Untag("new".to_owned()),
            Effect::Case("unhappy".to_owned()),
            Effect::Prompt(Prompt::Review),
            Effect::Prompt(Prompt::Referral),
            Effect::Signal("loved".to_owned()),
            Effect::Lift(Lift { tier: "silver".to_owned(), span: Span { count: 2, unit: SpanUnit::Week } }),
        ],
        ..Award::default()
    };
    assert_eq!(
        told(Change::Occurred { kind: "visit".to_owned(), award }),
        [
            "`visit` happened.",
            "It earned 30 points: 20 from \"A point per euro\", 10 from treat.",
            "1 point of them repaid what was owed.",
            "20 points can be spent from 2026-04-01 00:00 and never expire.",
            "1 point can be spent until 2026-04-01 00:00.",
            "It drew on the budget spring.",
            "It granted the reward \"A coffee\".",
            "It granted the reward \"cake\".",
            "A voucher of \"A coffee\", \"tea\" picked, to be used until 2026-04-01 00:00.",
            "It did not grant the reward \"A coffee\": the reward `coffee` is out of stock.",
            "It granted the badge regular.",
            "It tagged the member \"vip\".",
            "It took the tag \"new\" away.",
            "It opened a case for support: \"unhappy\".",
            "It asks the member for a review.",
            "It asks the member to bring a friend.",
            "It emitted the event \"loved\".",
            "It lifts the member to the tier silver for 2 weeks, unless she has earned a higher one.",
        ]
    );
}

#[test]
fn a_purchase_names_its_money_place_and_what_paid_for_it() {
    let bought = |lines: &[i64]| Bought {
        day: dsl::units::Day(0),
        lines: lines
            .iter()
            .map(|amount_minor| BoughtLine {
                amount_minor: *amount_minor,
                quantity: 1,
                sku: None,
                category: None,
                brand: None,
                tags: vec![],
                excluded: false,
            })
            .collect(),
        channel: None,
        store: None,
        redemption: None,
    };
    let plain =
        Change::Purchased { bought: bought(&[250]), award: earned(0), welcome: None, qualifies: None };
    assert_eq!(told(plain.clone()), ["A purchase of 2.50 EUR in 1 line.", "It earned no points."]);
    assert_eq!(explain(&entry(plain), None)[0], "A purchase of 250 minor units in 1 line.");
    let placed = Bought {
        channel: Some("web".to_owned()),
        store: Some("Lyon".to_owned()),
        redemption: Some(id("R1")),
        ..bought(&[250, 50])
    };
    let qualifies =
        Qualifies { least_minor: 1, matures_at: utc("2026-03-15 09:30"), refund: dsl::model::Revoke::Revoke };
    assert_eq!(
        told(Change::Purchased {
            bought: placed,
            award: earned(3),
            welcome: Some(earned(1)),
            qualifies: Some(qualifies)
        }),
        [
            "A purchase of 3.00 EUR in 2 lines (web, Lyon), paid in part with the redemption R1.",
            "It earned 3 points.",
            "It counts for the referral: she and who brought her are rewarded on 2026-03-15 09:30.",
            "It enrolled the member.",
            "It earned 1 point.",
        ]
    );
}

#[test]
fn what_a_redemption_takes_and_gives_back_is_told_lot_by_lot() {
    let until = utc("2026-03-01 13:00");
    let taken = vec![part(4, Some(utc("2026-06-01 00:00"))), part(2, None)];
    let from = "Taken from 4 of 2026-01-01 12:00, valid until 2026-06-01 00:00, 2 of 2026-01-01 12:00.";
    let back = "Given back with their own expiry: 2 of 2026-01-01 12:00.";
    let voucher = Some(Issued { reward: "coffee".to_owned(), expires_at: None, choice: None, keeps: false });
    assert_eq!(
        told(Change::Held { points: 6, reward: Some("coffee".to_owned()), until, taken: taken.clone() }),
        ["6 points were reserved for the reward \"A coffee\" until 2026-03-01 13:00.", from]
    );
    assert_eq!(
        told(Change::Redeemed { points: 6, reward: None, taken: taken.clone(), voucher: voucher.clone() }),
        ["6 points were redeemed.", from, "A voucher of \"A coffee\"."]
    );
    let captured =
        Change::Captured { redemption: id("H1"), points: 6, taken, released: vec![part(2, None)], voucher };
    assert_eq!(
        told(captured),
        ["6 points held by H1 were redeemed.", from, "A voucher of \"A coffee\".", back]
    );
    assert_eq!(
        told(Change::Released { redemption: id("H1"), released: vec![part(2, None)] }),
        ["The hold H1 was released.", back]
    );
    assert_eq!(
        told(Change::Cancelled { redemption: id("R1"), restored: vec![] }),
        ["The redemption R1 was cancelled."]
    );
}

#[test]
fn points_that_come_back_too_late_are_said_to_expire_at_once() {
    let told_of = |expires_at: &str, expired: bool| {
        let back = vec![part(3, None), part(2, Some(utc(expires_at)))];
        let mut entry = entry(Change::Cancelled { redemption: id("R1"), restored: back });
        if expired {
            entry.postings = vec![Posting(Account::Active, 3), Posting(Account::Expired, 2)];
        }
        explain(&entry, None).iter().any(|told| told == "Those whose time had passed expired at once.")
    };
    assert!(told_of("2026-02-01 00:00", true));
    assert!(told_of("2026-03-01 12:00", true), "spendable while now is before the end");
    // something else of the entry expired, or nothing did
    assert!(!told_of("2026-03-01 12:01", true));
    assert!(!told_of("2026-02-01 00:00", false));
}

#[test]
fn a_return_tells_what_is_taken_where_from_and_what_is_missing() {
    let returned = Returned {
        purchase: id("A1"),
        lines: vec![
            ReturnedLine { line: 0, quantity: 2, amount_minor: 1_000 },
            ReturnedLine { line: 1, quantity: 1, amount_minor: 500 },
        ],
        restored: vec![part(2, None)],
        clawed: 10,
        taken: vec![part(6, None)],
        owed: 4,
        forgiven: 5,
        clawed_by_lot: vec![],
        whole: true,
        revoked: vec![(VoucherId(3, 0), "coffee".to_owned())],
        lowered: vec!["gold".to_owned()],
        referral: Some(Setback::Reopened),
        steps: vec![
            StepsUndone { key: "every:base/x".to_owned(), period: dsl::units::Day(0), times: 1, points: 3 },
            StepsUndone { key: "every:treat/x".to_owned(), period: dsl::units::Day(0), times: 2, points: 1 },
        ],
    };
    let shared = [
        "3 pieces of the purchase A1 came back for 15.00 EUR; nothing of the purchase is left.",
        "Given back with their own expiry: 2 of 2026-01-01 12:00.",
        "The unused voucher of \"A coffee\" that it had brought was cancelled.",
        "The lift to the tier gold that it had brought ended.",
        "The purchase does not count for the referral any more; another may.",
        "They had earned 15 points, which are taken back.",
        "3 points of them are for 1 step of base that are no longer reached.",
        "1 point of them are for 2 steps of treat that are no longer reached.",
        "Taken from 6 of 2026-01-01 12:00.",
    ];
    let missing = [
        "4 points were spent already: the member owes them.",
        "5 points were spent already and are forgiven.",
    ];
    assert_eq!(told(Change::Returned(returned.clone())), [shared.as_slice(), &missing].concat());
    // a member who became another one: that one pays
    let rulebook = programme("  expire never", ITEMS);
    let mut moved = entry(Change::Returned(returned.clone()));
    moved.postings = vec![Posting(Account::Transferred, 4)];
    let elsewhere = ["4 points are taken from the member whom this one became."];
    assert_eq!(explain(&moved, Some(&rulebook)), [shared.as_slice(), &elsewhere].concat());
    moved.change = Change::Returned(Returned { owed: 0, forgiven: 0, ..returned.clone() });
    assert_eq!(explain(&moved, Some(&rulebook)).last().unwrap(), shared[8]);

    let nothing = Returned {
        lines: vec![ReturnedLine { line: 0, quantity: 1, amount_minor: 100 }],
        restored: vec![],
        revoked: vec![],
        lowered: vec![],
        referral: None,
        clawed: 0,
        owed: 0,
        forgiven: 0,
        whole: false,
        ..returned
    };
    assert_eq!(
        told(Change::Returned(nothing)),
        ["1 piece of the purchase A1 came back for 1.00 EUR.", "No points were taken back for them."]
    );
}

#[test]
fn what_people_did_by_hand_names_them_and_their_reason() {
    let adjusted =
        |points, repaid, expires_at, taken| Change::Adjusted { points, by: by(), repaid, expires_at, taken };
    assert_eq!(
        told(adjusted(20, 5, Some(utc("2026-06-01 00:00")), vec![])),
        [
            "20 points were given by hand by agent-7 (goodwill); they can be spent until 2026-06-01 00:00.",
            "5 points of them repaid what was owed."
        ]
    );
    assert_eq!(
        told(adjusted(1, 0, None, vec![])),
        ["1 point was given by hand by agent-7 (goodwill); it can be spent and never expires."]
    );
    assert_eq!(
        told(adjusted(-3, 0, None, vec![part(3, None)])),
        ["3 points were taken by hand by agent-7 (goodwill).", "Taken from 3 of 2026-01-01 12:00."]
    );
    let frozen = |earning, spending| told(Change::Frozen { earning, spending, by: by() }).remove(0);
    assert_eq!(frozen(true, true), "Earning and spending were frozen by agent-7 (goodwill).");
    assert_eq!(frozen(true, false), "Earning was frozen, spending is free by agent-7 (goodwill).");
    assert_eq!(frozen(false, true), "Spending was frozen, earning is free by agent-7 (goodwill).");
    assert_eq!(frozen(false, false), "Earning and spending were set free by agent-7 (goodwill).");
    let updated = |consents, terms: Option<&str>| {
        let fields = vec!["name".to_owned(), "email".to_owned()];
        told(Change::Updated {
            fields,
            consents,
            terms: terms.map(str::to_owned),
            household: None,
            actor: "ana".to_owned(),
        })
    };
    let changed = "The profile was changed by ana: name, email.";
    assert_eq!(updated(None, None), [changed]);
    assert_eq!(updated(Some(vec![]), None), [changed, "The member consents to nothing any more."]);
    assert_eq!(
        updated(Some(vec!["post".to_owned(), "email".to_owned()]), Some("v2")),
        [changed, "The member consents to post, email.", "The member accepted the terms v2."]
    );
    assert_eq!(
        told(Change::Erased { by: by() }),
        ["The member was erased by agent-7 (goodwill): her profile is gone."]
    );
    assert_eq!(
        told(Change::MergedInto { into: member("bea"), by: by() }),
        ["The member was merged into bea by agent-7 (goodwill): all she had went there."]
    );
    let lot = |points| MovedLot {
        lot: LotId(1, 0),
        points,
        earned_at: utc("2026-01-01 12:00"),
        activates_at: None,
        expires_at: None,
        slides: None,
    };
    let parcel = Parcel { lots: vec![lot(4), lot(3)], debt: 2, ..Parcel::default() };
    assert_eq!(
        told(Change::MergedFrom { from: member("bea"), by: Some(by()), parcel }),
        [
            "The member bea was merged into this one by agent-7 (goodwill).",
            "7 points came with their own dates.",
            "2 points owed came too."
        ]
    );
    assert_eq!(
        told(Change::MergedFrom { from: member("bea"), by: None, parcel: Parcel::default() }),
        ["A purchase came back that this member had made as bea."]
    );
}

#[test]
fn days_dates_surveys_and_vouchers_are_told() {
    let celebrated = |occasion| told(Change::Celebrated { occasion, year: 2026, award: earned(1) }).remove(0);
    assert_eq!(celebrated(Occasion::Birthday), "The member's birthday of 2026.");
    assert_eq!(celebrated(Occasion::Anniversary), "The anniversary of the enrolment, in 2026.");
    let period = dsl::calendar::parse_day("2026-03-01").unwrap();
    let timed = |timer: &str| {
        told(Change::Scheduled { timer: timer.to_owned(), period, award: earned(1), place: None }).remove(0)
    };
    assert_eq!(timed("absence.60_days"), "The member has stayed away for 60 days since 2026-03-01.");
    assert_eq!(timed("schedule.monthly"), "The date 2026-03-01 of the rule monthly came.");
    assert_eq!(timed("monthly"), "The date 2026-03-01 came.");
    let answered = |class: Option<&str>, survey: &str| {
        let class = class.map(str::to_owned);
        told(Change::Answered { survey: survey.to_owned(), class, answers: vec![], award: earned(1) })
            .remove(0)
    };
    assert_eq!(answered(Some("promoter"), "nps"), "The survey \"How was it\" was answered as a promoter.");
    assert_eq!(answered(None, "old"), "The survey \"old\" was answered.");
    let moved = |to, until: Option<&str>| {
        told(Change::VoucherMoved {
            voucher: VoucherId(3, 0),
            reward: "coffee".to_owned(),
            to,
            until: until.map(utc),
            choice: None,
            restored: vec![],
        })
        .remove(0)
    };
    let until = Some("2026-03-02 00:00");
    assert_eq!(
        moved(VoucherStage::Reserved, until),
        "The voucher of \"A coffee\" was reserved until 2026-03-02 00:00."
    );
    assert_eq!(moved(VoucherStage::Reserved, None), "The voucher of \"A coffee\" was reserved.");
    assert_eq!(moved(VoucherStage::Issued, None), "The voucher of \"A coffee\" was released.");
    assert_eq!(moved(VoucherStage::Fulfilled, None), "The voucher of \"A coffee\" was used.");
    assert_eq!(moved(VoucherStage::Cancelled, None), "The voucher of \"A coffee\" was cancelled.");
    assert_eq!(
        moved(VoucherStage::Expired, None),
        "The voucher of \"A coffee\" was released after its time: it expired."
    );
}

#[test]
fn referrals_are_told_from_both_sides() {
    let other = || member("bea");
    assert_eq!(
        told(Change::Joined { referrer: other(), until: utc("2026-04-01 00:00") }),
        ["bea brought the member; a purchase before 2026-04-01 00:00 counts."]
    );
    let paid = |role| told(Change::ReferralPaid { role, other: other(), award: earned(5) });
    assert_eq!(
        paid(Role::Referrer),
        ["The member brought bea, whose purchase has matured.", "It earned 5 points."]
    );
    assert_eq!(paid(Role::Friend)[0], "The member's purchase has matured, and bea had brought her.");
    let rejected = |role, reason| told(Change::ReferralRejected { role, other: other(), reason }).remove(0);
    let reasons = [
        (Rejection::Returned, "the purchase came back"),
        (Rejection::Limit, "the referrer has brought as many as count in this time"),
        (Rejection::ReferrerFrozen, "the referrer's earning is frozen"),
        (Rejection::FriendFrozen, "the friend's earning is frozen"),
        (Rejection::ReferrerErased, "the referrer was erased"),
        (Rejection::FriendErased, "the friend was erased"),
    ];
    for (reason, why) in reasons {
        let nothing = "and neither gets anything for it";
        assert_eq!(
            rejected(Role::Referrer, reason.clone()),
            format!("The member brought bea, {nothing}: {why}.")
        );
        assert_eq!(rejected(Role::Friend, reason), format!("bea had brought the member, {nothing}: {why}."));
    }
    let reversed = |role, owed, forgiven| {
        let taken = vec![part(6, None)];
        told(Change::ReferralReversed {
            role,
            other: other(),
            clawed: 10,
            taken,
            owed,
            forgiven,
            lowered: vec![],
        })
    };
    assert_eq!(
        reversed(Role::Referrer, 4, 2),
        [
            "bea, whom the member brought, returned the purchase: 12 points for it are taken back.",
            "Taken from 6 of 2026-01-01 12:00.",
            "4 points were spent already: the member owes them.",
            "2 points were spent already and are forgiven.",
        ]
    );
    let friend = reversed(Role::Friend, 0, 0);
    assert_eq!(
        friend[0],
        "The purchase that counted for the referral came back: 10 points for it are taken back."
    );
    assert_eq!(friend.len(), 2, "{friend:?}");
}

#[test]
fn what_time_did_is_told_with_its_moment() {
    let at = utc("2026-02-01 08:15");
    let (lot, voucher) = (LotId(1, 0), VoucherId(3, 0));
    let told = |settlement| settled(settlement, Some(&programme("  expire never", ITEMS)));
    assert_eq!(
        told(Settlement::Activated { lot, points: 5, repaid: 2, at }),
        "5 points became spendable on 2026-02-01 08:15; 2 of them repaid what was owed."
    );
    assert_eq!(
        told(Settlement::Activated { lot, points: 1, repaid: 0, at }),
        "1 point became spendable on 2026-02-01 08:15."
    );
    assert_eq!(told(Settlement::Expired { lot, points: 5, at }), "5 points expired on 2026-02-01 08:15.");
    assert_eq!(
        told(Settlement::TimedOut { redemption: id("H1"), points: 5, at }),
        "The hold H1 of 5 points timed out on 2026-02-01 08:15."
    );
    assert_eq!(
        told(Settlement::Repaid { lot, points: 5, at }),
        "5 points that came back on 2026-02-01 08:15 repaid what was owed."
    );
    let reward = || "coffee".to_owned();
    assert_eq!(
        told(Settlement::VoucherFreed { voucher, reward: reward(), at }),
        "The reservation of the voucher of \"A coffee\" ended on 2026-02-01 08:15."
    );
    assert_eq!(
        told(Settlement::VoucherExpired { voucher, reward: reward(), at }),
        "The voucher of \"A coffee\" expired on 2026-02-01 08:15."
    );
    assert_eq!(
        told(Settlement::ExpiringSoon { points: 5, expires_at: utc("2026-02-15 00:00"), at }),
        "The member was told on 2026-02-01 08:15 that 5 points will expire on 2026-02-15 00:00."
    );
    let tier = "gold".to_owned();
    assert_eq!(
        told(Settlement::LiftEnded { tier, at }),
        "The lift to the tier gold ended on 2026-02-01 08:15."
    );
    let tier = |from: Option<&str>, to: Option<&str>| TierChange {
        from: from.map(str::to_owned),
        to: to.map(str::to_owned),
    };
    let reviewed = |from, to| told(Settlement::Reviewed { change: tier(from, to), at });
    let fell = "The tier fell from silver to guest.";
    assert_eq!(reviewed(Some("silver"), Some("guest")), format!("At the review on 2026-02-01 08:15: {fell}"));
    assert!(reviewed(Some("guest"), Some("silver")).ends_with("The tier rose from guest to silver."));
    assert!(reviewed(Some("old"), Some("silver")).ends_with("The tier changed from old to silver."));
    assert!(reviewed(None, Some("silver")).ends_with("The tier is silver."));
    assert!(reviewed(Some("silver"), None).ends_with("The tier silver ended."));
    // without its rulebook: names, minor units, UTC
    let change = tier(Some("silver"), Some("guest"));
    assert!(
        settled(Settlement::Reviewed { change, at }, None)
            .ends_with("The tier changed from silver to guest.")
    );
    let mut repaid = entry(Change::Settled);
    repaid.repaid = vec![(lot, 3), (lot, 4)];
    assert_eq!(explain(&repaid, None).last().unwrap(), "7 points that came back repaid what was owed.");
}

/// Every refusal: whether it is an entry, its code, its sentence.
#[test]
fn every_refusal_has_its_code_and_a_sentence_for_the_cashier() {
    let at = utc("2026-02-01 08:15");
    let reward = || "coffee".to_owned();
    let text = str::to_owned;
    let (one, two) = (|| vec!["tea".to_owned()], || vec!["tea".to_owned(), "milk".to_owned()]);
    let recorded = [
        (
            Refusal::InsufficientPoints { asked: 5, active: 4 },
            "redeem.insufficient_points",
            "5 points asked for, 4 can be spent",
        ),
        (
            Refusal::InDebt { debt: 1 },
            "redeem.debt",
            "the member owes 1 point; what is earned next repays them first",
        ),
        (
            Refusal::RewardUnknown { reward: reward() },
            "redeem.reward_unknown",
            "the programme has no reward `coffee`",
        ),
        (
            Refusal::RewardInactive { reward: reward() },
            "redeem.reward_inactive",
            "the reward `coffee` cannot be had on this day",
        ),
        (
            Refusal::RewardUnmet { reward: reward(), condition: 1 },
            "redeem.reward_unmet",
            "condition 2 of the reward `coffee` does not hold",
        ),
        (
            Refusal::LimitReached { limit: text("a day"), most: 2 },
            "redeem.limit_reached",
            "the limit `a day` is reached: 2 and no more",
        ),
        (
            Refusal::OutOfStock { reward: reward() },
            "redeem.out_of_stock",
            "the reward `coffee` is out of stock",
        ),
        (
            Refusal::RewardNotSold { reward: reward() },
            "redeem.reward_not_sold",
            "the reward `coffee` cannot be bought by this member",
        ),
        (
            Refusal::MembersReached { reward: reward(), most: 3 },
            "redeem.members_reached",
            "the reward `coffee` was for the first 3 members, and they have it",
        ),
        (
            Refusal::VoucherNotOpen { now: text("expired") },
            "voucher.not_open",
            "the voucher cannot be used any more: it is expired",
        ),
        (Refusal::VoucherReserved { until: at }, "voucher.reserved", "the voucher is reserved"),
        (Refusal::VoucherNotReserved, "voucher.not_reserved", "the voucher is not reserved"),
        (
            Refusal::ChoiceNeeded { options: two() },
            "voucher.choice_needed",
            "one is to be picked of tea, milk",
        ),
        (
            Refusal::ChoiceUnknown { choice: reward(), options: one() },
            "voucher.choice_unknown",
            "`coffee` cannot be picked; there are tea",
        ),
        (
            Refusal::ChoiceUnknown { choice: reward(), options: vec![] },
            "voucher.choice_unknown",
            "`coffee` cannot be picked: nothing is left to pick from",
        ),
        (
            Refusal::NotHeld { now: text("timed_out") },
            "redemption.not_held",
            "the redemption holds no points any more: it is timed out",
        ),
        (
            Refusal::NotCaptured,
            "redemption.not_captured",
            "only a captured redemption that has not come back can be cancelled",
        ),
        (
            Refusal::CaptureExceedsHold { asked: 1, held: 0 },
            "redemption.capture_exceeds_hold",
            "1 point asked for, 0 are held",
        ),
        (
            Refusal::LineUnknown { line: 4, lines: 1 },
            "return.line_unknown",
            "the purchase has no line 4; it has 1, counted from 0",
        ),
        (
            Refusal::ExceedsLine { line: 0, quantity_left: 1, amount_left_minor: 20 },
            "return.exceeds_line",
            "line 0 has 1 pieces and 20 minor units left to return",
        ),
        (Refusal::EarningFrozen, "member.earning_frozen", "the member's earning is frozen"),
        (Refusal::SpendingFrozen, "member.spending_frozen", "the member's spending is frozen"),
        (
            Refusal::AdjustmentDayCap { asked: 5, used: 8, most: 10 },
            "adjust.day_cap",
            "an adjustment of 5 points after 8 on this day; a member's adjustments move at most 10 in a day",
        ),
        (
            Refusal::AdjustmentExceeds { asked: 5, active: 4 },
            "adjust.insufficient_points",
            "5 points to be taken, 4 can be spent",
        ),
        (Refusal::ReferralSelf, "referral.self", "nobody can bring herself"),
        (
            Refusal::ReferralRing,
            "referral.ring",
            "who brings a friend must have been a member before her, and this one was not",
        ),
        (
            Refusal::ReferralAlready,
            "referral.already",
            "somebody brought the member already, and that stays so for ever",
        ),
        (
            Refusal::ReferralTooLate { until: at },
            "referral.too_late",
            "the time after enrolling in which a member says who brought her is over",
        ),
    ];
    let unrecorded = [
        (Refusal::MemberUnknown, "member.unknown", "there is no such member"),
        (Refusal::MemberExists, "member.exists", "the member is enrolled already"),
        (Refusal::VoucherUnknown, "voucher.unknown", "there is no such voucher"),
        (Refusal::RedemptionUnknown, "redemption.unknown", "the member has no such redemption"),
        (Refusal::PurchaseUnknown, "return.purchase_unknown", "the member has no such purchase"),
        (
            Refusal::EventUnknown { kind: text("visit") },
            "event.unknown",
            "the programme declares no event `visit`",
        ),
        (
            Refusal::BeforeEnrolment { enrolled_at: at },
            "time.before_history",
            "it happened before the member enrolled",
        ),
        (
            Refusal::TooMuchOpen { of: text("lots"), most: 9 },
            "programme.busy",
            "too many open lots: at most 9",
        ),
        (Refusal::MemberErased, "member.erased", "the member was erased; nothing can happen to her any more"),
        (
            Refusal::MemberMerged { into: member("bea") },
            "member.merged",
            "the member was merged into bea; ask for that one",
        ),
        (
            Refusal::MergeOpenHolds { holds: 2 },
            "merge.open_holds",
            "2 redemptions still hold points; capture or release them first",
        ),
        (
            Refusal::MergeOpenVouchers { vouchers: 2 },
            "merge.open_vouchers",
            "2 vouchers can still be used; use or cancel them first",
        ),
        (
            Refusal::BirthdayLocked { until: at },
            "member.birthday_locked",
            "the date of birth was changed less than a year ago and stays as it is until then",
        ),
        (
            Refusal::SurveyUnknown { survey: text("nps") },
            "survey.unknown",
            "the programme has no survey `nps`",
        ),
        (
            Refusal::SurveyTokenExpired { expired_at: at },
            "survey.token_expired",
            "the time to answer is over",
        ),
        (
            Refusal::SurveyAnswered,
            "survey.answered",
            "the survey was answered before; an answer is given once",
        ),
        (
            Refusal::AdjustmentTooLarge { asked: 5, most: 4 },
            "adjust.too_large",
            "an adjustment of 5 points; one moves at most 4",
        ),
        (Refusal::ReferralNone, "referral.none", "the programme rewards nobody for bringing friends"),
        (Refusal::ReferralCodeUnknown, "referral.code_unknown", "no member has this code"),
        (
            Refusal::Broken { invariant: text("sum") },
            "internal.broken",
            "the ledger refused the decision, for it breaks an invariant: sum",
        ),
    ];
    for (refusals, is_recorded) in [(recorded.as_slice(), true), (&unrecorded, false)] {
        for (refusal, code, sentence) in refusals {
            assert_eq!((refusal.is_recorded(), refusal.code()), (is_recorded, *code));
            assert_eq!(refusal.sentence(), *sentence);
        }
    }
    let refused = explain(&entry(Change::Refused(Refusal::SpendingFrozen)), None);
    assert_eq!(refused, ["Refused (member.spending_frozen): the member's spending is frozen."]);
}
