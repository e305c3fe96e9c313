//! Golden bytes and round trips of the chain's formats.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot build its input should stop there"
)]

use super::*;
use crate::entry::{
    Account, Allocation, Award, Bought, BoughtLine, By, Change, Given, Issued, LotId, Occasion, OpenedLot,
    Posting, Qualifies, Rejection, Returned, ReturnedLine, Role, Setback, Settlement, StepsUndone,
    TierChange, VoucherStage, Withheld,
};
use crate::ids::{EventId, MemberId, VoucherId};
use crate::refusal::Refusal;
use crate::state::{
    AdjustedDay, Brought, Counter, Counting, DaySum, Exposure, Happened, Hold, Lift, Lot, Merges, Referral,
    Restoration, Stage, Standing, Sums, TierHold, Voucher,
};
use dsl::effect::{Effect, Prompt};
use dsl::model::{Refund, Revoke, Shortfall};
use dsl::units::{Day, Moment, Span, SpanUnit};

fn id(text: &str) -> EventId {
    EventId::parse(text).unwrap()
}

fn allocation() -> Allocation {
    Allocation {
        lot: LotId(3, 1),
        points: 7,
        earned_at: Moment(1_700_000_000_000),
        expires_at: None,
        slides: Some(Span { count: 1, unit: SpanUnit::Year }),
    }
}

fn purchase() -> Entry {
    Entry {
        seq: 12,
        reference: Reference::purchase(&id("A1")),
        fingerprint: "00112233445566778899aabbccddeeff".to_owned(),
        at: Moment(1_764_786_600_000),
        occurred_at: Moment(1_764_786_500_000),
        rulebook: "0123456789abcdef".to_owned(),
        settled: vec![
            Settlement::Activated { lot: LotId(2, 0), points: 5, repaid: 0, at: Moment(1) },
            Settlement::Expired { lot: LotId(1, 0), points: 9, at: Moment(2) },
            Settlement::TimedOut { redemption: id("R1"), points: 4, at: Moment(3) },
            Settlement::Repaid { lot: LotId(2, 0), points: 2, at: Moment(3) },
            Settlement::Reviewed {
                change: TierChange { from: Some("gold".to_owned()), to: None },
                at: Moment(4),
            },
        ],
        change: Change::Purchased {
            bought: Bought {
                day: Day(20_425),
                lines: vec![BoughtLine {
                    amount_minor: 1_250,
                    quantity: 2,
                    sku: Some("sku-1".to_owned()),
                    category: Some("coffee".to_owned()),
                    brand: None,
                    tags: vec!["own_cup".to_owned()],
                    excluded: true,
                }],
                channel: Some("store".to_owned()),
                store: None,
                redemption: Some(id("R0")),
            },
            award: Award {
                points: 120,
                repaid: 20,
                lots: vec![OpenedLot {
                    points: 120,
                    activates_at: None,
                    expires_at: Some(Moment(1_796_000_000_000)),
                    line_points: vec![120],
                    if_unspent: true,
                }],
                rules: vec![("base".to_owned(), 120)],
                limits: vec![("rule:base/points/day".to_owned(), 120)],
                goals: vec![("goal:spring/cake/money/month".to_owned(), vec![0])],
                budgets: vec![("winter".to_owned(), 120)],
                household: Vec::new(),
                rewards: vec![issued()],
                withheld: vec![Withheld {
                    reward: "cake".to_owned(),
                    why: Refusal::OutOfStock { reward: "cake".to_owned() },
                }],
                badges: vec!["first".to_owned()],
                effects: vec![Effect::Tag("vip".to_owned()), Effect::Prompt(Prompt::Review)],
                muted: vec![Effect::Signal("spring_mail".to_owned())],
                arms: vec![Exposure { experiment: "spring".to_owned(), arm: "plain".to_owned() }],
                tier_before: Some("silver".to_owned()),
                refund: Refund::Keep,
                shortfall: Shortfall::Forgive,
            },
            welcome: Some(Award { points: 50, ..Award::default() }),
            qualifies: Some(terms()),
        },
        postings: vec![
            Posting(Account::Issuer, -120),
            Posting(Account::Active, 100),
            Posting(Account::Debt, 20),
        ],
        repaid: vec![(LotId(2, 0), 6)],
        tier: Some(TierChange { from: None, to: Some("gold".to_owned()) }),
    }
}

fn state() -> State {
    State {
        enrolled_at: Moment(1_600_000_000_000),
        active_points: 100,
        pending_points: 5,
        held_points: 7,
        debt_points: 1,
        lots: vec![Lot {
            id: LotId(12, 0),
            remaining: 100,
            earned_at: Moment(1_764_786_500_000),
            activates_at: None,
            expires_at: Some(Moment(1_796_000_000_000)),
            slides: Some(Span { count: 12, unit: SpanUnit::Month }),
        }],
        holds: vec![Hold {
            id: id("H1"),
            occurred_at: Moment(1_764_786_000_000),
            until: Moment(1_764_786_900_000),
            reward: Some("coffee".to_owned()),
            taken: vec![allocation()],
            stocked: true,
        }],
        tier: Some(TierHold {
            name: "gold".to_owned(),
            since: Moment(9),
            review_at: None,
            in_grace: true,
            fallback_review_at: None,
        }),
        days: vec![DaySum {
            day: Day(20_425),
            sums: Sums { spent_minor: 1_250, earned_points: 120, purchases: 1 },
        }],
        lifetime: Sums { spent_minor: 9_999, earned_points: 900, purchases: 8 },
        counters: vec![Counter { key: "rule:base/points/day".to_owned(), period: Day(20_425), used: 120 }],
        last_purchase_at: Some(Moment(1_764_786_500_000)),
        badges: vec!["first".to_owned()],
        recent: vec![1, (1 << 48) - 1],
        restored: vec![Restoration { seq: 4, points: 10 }],
        restorable_after_seq: 2,
        registered_due: Some(Moment(5)),
        standing: Standing {
            earning_frozen: true,
            spending_frozen: false,
            erased: true,
            adjusted: Some(AdjustedDay { day: Day(20_425), points: 700 }),
            absence_answered: Some(Moment(6)),
            merges: Merges { into: None, absorbed: vec![MemberId::parse("m-2").unwrap()] },
            reminded: Some(Day(20_430)),
        },
        tags: vec!["vip".to_owned()],
        vouchers: vec![Voucher {
            id: VoucherId(12, 0),
            reward: "coffee".to_owned(),
            occurred_at: Moment(7),
            expires_at: Some(Moment(9)),
            reserved_until: Some(Moment(8)),
            redemption: Some(id("R1")),
            choice: None,
            options: vec!["cake".to_owned()],
            stocked: true,
            choice_stocked: false,
            keeps: true,
        }],
        happened: Vec::new(),
        exposures: Vec::new(),
        lifts: Vec::new(),
        household: None,
        referral: Referral {
            friends_rewarded: 4,
            brought: Some(Brought {
                by: someone(),
                joined_at: Moment(1_764_000_000_000),
                until: Moment(1_766_592_000_000),
                stage: Stage::Qualified(Counting {
                    purchase: id("A1"),
                    bought_at: Moment(1_764_786_500_000),
                    terms: terms(),
                }),
            }),
        },
    }
}

fn terms() -> Qualifies {
    Qualifies { least_minor: 2_500, matures_at: Moment(1_766_000_000_000), refund: Revoke::IfUnspent }
}

fn someone() -> MemberId {
    MemberId::parse("ana").unwrap()
}

fn issued() -> Issued {
    Issued { reward: "coffee".to_owned(), expires_at: Some(Moment(9)), choice: None, keeps: true }
}

fn by() -> By {
    By { actor: "agent-7".to_owned(), reason: "goodwill".to_owned() }
}

#[allow(clippy::too_many_lines, reason = "one of each kind: it is a table")]
fn changes() -> Vec<Change> {
    vec![
        Change::Enrolled(Award::default()),
        Change::Occurred { kind: "check_in".to_owned(), award: Award { points: 5, ..Award::default() } },
        Change::Returned(Returned {
            purchase: id("A1"),
            lines: vec![ReturnedLine { line: 0, quantity: 1, amount_minor: 625 }],
            clawed: 60,
            taken: vec![allocation()],
            owed: 3,
            forgiven: 2,
            restored: vec![allocation()],
            clawed_by_lot: vec![60],
            whole: true,
            revoked: vec![(VoucherId(12, 0), "coffee".to_owned())],
            lowered: vec!["gold".to_owned()],
            referral: Some(Setback::Revoked),
            steps: vec![StepsUndone {
                key: "every:big/spent/10000/times/year".to_owned(),
                period: Day(20_454),
                times: 1,
                points: 50,
            }],
        }),
        Change::Held { points: 7, reward: None, until: Moment(5), taken: vec![allocation()] },
        Change::Redeemed {
            points: 7,
            reward: Some("coffee".to_owned()),
            taken: vec![allocation()],
            voucher: Some(issued()),
        },
        Change::Captured {
            redemption: id("R1"),
            points: 7,
            taken: vec![allocation()],
            released: vec![],
            voucher: Some(Issued { choice: Some("cake".to_owned()), ..issued() }),
        },
        Change::VoucherMoved {
            voucher: VoucherId(12, 0),
            reward: "coffee".to_owned(),
            to: VoucherStage::Reserved,
            until: Some(Moment(8)),
            choice: Some("cake".to_owned()),
            restored: vec![allocation()],
        },
        Change::Released { redemption: id("R1"), released: vec![allocation()] },
        Change::Cancelled { redemption: id("R1"), restored: vec![allocation()] },
        Change::Settled,
        Change::Joined { referrer: someone(), until: Moment(5) },
        Change::ReferralPaid {
            role: Role::Referrer,
            other: someone(),
            award: Award { points: 500, ..Award::default() },
        },
        Change::ReferralRejected { role: Role::Friend, other: someone(), reason: Rejection::Limit },
        Change::ReferralReversed {
            role: Role::Friend,
            other: someone(),
            clawed: 7,
            taken: vec![allocation()],
            owed: 3,
            forgiven: 1,
            lowered: vec!["gold".to_owned()],
        },
        Change::Refused(Refusal::InsufficientPoints { asked: 10, active: 3 }),
        Change::Refused(Refusal::RedemptionUnknown),
        Change::Celebrated { occasion: Occasion::Birthday, year: 2026, award: Award::default() },
        Change::Scheduled {
            timer: "absence.60_days".to_owned(),
            period: Day(20_425),
            award: Award::default(),
            place: None,
        },
        Change::Scheduled {
            timer: "schedule.podium".to_owned(),
            period: Day(20_425),
            award: Award::default(),
            place: Some(crate::entry::Place { rank: 2, score: 31_200 }),
        },
        Change::Adjusted { points: -7, by: by(), repaid: 0, expires_at: None, taken: vec![allocation()] },
        Change::Adjusted { points: 9, by: by(), repaid: 3, expires_at: Some(Moment(5)), taken: vec![] },
        Change::Frozen { earning: true, spending: false, by: by() },
        Change::Updated {
            fields: vec!["email".to_owned(), "terms".to_owned()],
            consents: Some(vec!["email".to_owned()]),
            terms: Some("2026-03".to_owned()),
            household: Some("h-77".to_owned()),
            actor: "agent-7".to_owned(),
        },
        Change::Erased { by: by() },
        Change::Answered {
            survey: "nps".to_owned(),
            class: Some("promoter".to_owned()),
            answers: vec![
                ("reason".to_owned(), Given::Choice("price".to_owned())),
                ("score".to_owned(), Given::Number(9)),
                ("again".to_owned(), Given::Truth(true)),
            ],
            award: Award { points: 50, ..Award::default() },
        },
    ]
}

#[test]
fn entry_text_is_golden() {
    assert_eq!(
        entry_to_text(&purchase()),
        concat!(
            r##"{"n":12,"ref":"p#A1#","fp":"00112233445566778899aabbccddeeff","at":1764786600000,"##,
            r#""on":1764786500000,"rb":"0123456789abcdef","#,
            r#""due":[{"activated":{"lot":[2,0],"points":5,"at":1}},{"expired":{"lot":[1,0],"points":9,"at":2}},"#,
            r#"{"timed_out":{"redemption":"R1","points":4,"at":3}},{"repaid":{"lot":[2,0],"points":2,"at":3}},"#,
            r#"{"reviewed":{"change":{"f":"gold","t":null},"at":4}}],"#,
            r#""ch":{"purchased":{"b":{"d":20425,"#,
            r#""l":[{"a":1250,"q":2,"s":"sku-1","c":"coffee","t":["own_cup"],"x":true}],"c":"store","pd":"R0"},"#,
            r#""aw":{"p":120,"rp":20,"lo":[{"p":120,"x":1796000000000,"s":[120],"u":true}],"ru":[["base",120]],"#,
            r#""li":[["rule:base/points/day",120]],"gl":[["goal:spring/cake/money/month",[0]]],"bu":[["winter",120]],"rw":[{"rw":"coffee","x":9,"k":true}],"wh":[{"rw":"cake","y":{"out_of_stock":{"reward":"cake"}}}],"ba":["first"],"fx":[{"tag":"vip"},{"prompt":"review"}],"mu":[{"signal":"spring_mail"}],"ar":[{"e":"spring","a":"plain"}],"tb":"silver","rf":"keep","sf":"forgive"},"wl":{"p":50},"#,
            r#""rf":{"l":2500,"m":1766000000000,"u":"if_unspent"}}},"#,
            r#""ps":[["is",-120],["ac",100],["de",20]],"rd":[[[2,0],6]],"ti":{"f":null,"t":"gold"}}"#,
        )
    );
}

#[test]
fn what_came_later_stands_behind_the_state_and_nothing_where_there_is_none() {
    let before = state_to_bytes(&state());
    let happened = vec![Happened { kind: "check_in".to_owned(), days: vec![(Day(20_425), 2)], total: 3 }];
    let exposures = vec![Exposure { experiment: "x".to_owned(), arm: "y".to_owned() }];
    let lifts =
        vec![Lift { until: Moment(300), tier: "gold".to_owned(), since: Moment(200), seq: 12, keeps: true }];
    let counted = State { happened, exposures, lifts, ..state() };
    let bytes = state_to_bytes(&counted);
    assert_eq!(bytes[..before.len()], before);
    assert_eq!(
        hexadecimal(&bytes[before.len()..]),
        "03000108636865636b5f696e0192bf02040601010178".to_owned() + "0179" + "0201d80404676f6c6490030c01"
    );
    assert_eq!(state_from_bytes(&bytes), Ok(counted));
    assert_eq!(state_from_bytes(&before), Ok(state()));
    let nothing = [before.as_slice(), &[0]].concat();
    assert!(matches!(state_from_bytes(&nothing), Err(DecodeError::Damaged(_))));
}

#[test]
fn state_bytes_are_golden() {
    let hex = hexadecimal(&state_to_bytes(&state()));
    assert_eq!(
        hex,
        concat!(
            "01008080f4f6905dc8010a0e02010c00c801c0c6c7d7dc66000180a0899fc568010c040102483180c28ad7dc66c0b0f8d7dc",
            "660106636f666665650103010e80a0abfef96200010105010104676f6c64120001000192bf02c413f001029e9c01880e1001",
            "1472756c653a626173652f706f696e74732f64617992bf02f00101c0c6c7d7dc660105666972737402000000000001ffffff",
            "ffffff010414020a010100010192bf02f80a010c0001036d2d32019cbf020103766970010c0006636f666665650e011201100102523100010463616b",
            "6501000101080103616e6180a0bfe9d66680c0b591ea6601024131c0c6c7d7dc66882780f0ebdce56601",
        )
    );
}

#[test]
fn every_change_round_trips() {
    let mut entry = purchase();
    assert_eq!(entry_from_text(&entry_to_text(&entry)).unwrap(), entry);
    for change in changes() {
        entry.change = change;
        assert_eq!(entry_from_text(&entry_to_text(&entry)).unwrap(), entry);
    }
}

#[test]
fn states_round_trip() {
    let foreseen = State { registered_due: crate::sweep::next_due(&state()), ..state() };
    assert!(foreseen.registered_due.is_some());
    for state in [State::default(), state(), foreseen] {
        assert_eq!(state_from_bytes(&state_to_bytes(&state)).unwrap(), state);
    }
}

#[test]
fn damaged_bytes_are_named() {
    let good = state_to_bytes(&state());
    assert!(matches!(state_from_bytes(&[]), Err(DecodeError::Damaged(_))));
    assert!(matches!(state_from_bytes(&good[..2]), Err(DecodeError::Damaged(_))));
    assert!(matches!(state_from_bytes(&good[..good.len() - 1]), Err(DecodeError::Damaged(_))));
    let mut longer = good.clone();
    longer.push(0);
    assert_eq!(state_from_bytes(&longer), Err(DecodeError::Damaged("state: 1 bytes too many".to_owned())));
    let mut newer = good;
    newer[0] = 2;
    assert_eq!(state_from_bytes(&newer), Err(DecodeError::Format(2)));
    assert!(matches!(entry_from_text(""), Err(DecodeError::Damaged(_))));
    assert!(matches!(entry_from_text("{}"), Err(DecodeError::Damaged(_))));
}

#[test]
fn hash_depends_on_every_part_and_on_where_they_meet() {
    let first = hash(&[0; 32], "T#t#M#m", 1, "{}", &[1, 0]);
    let hex = hexadecimal(&first);
    assert_eq!(hex, "7eb7772086a2461f9397528752703e19bb027ddb4b86bd4ab20b2969c5eca9f4");
    let others = [
        hash(&[1; 32], "T#t#M#m", 1, "{}", &[1, 0]),
        hash(&[0; 32], "T#t#M#n", 1, "{}", &[1, 0]),
        hash(&[0; 32], "T#t#M#m", 2, "{}", &[1, 0]),
        hash(&[0; 32], "T#t#M#m", 1, "{} ", &[1, 0]),
        hash(&[0; 32], "T#t#M#m", 1, "{}\u{1}", &[0]),
    ];
    for other in others {
        assert_ne!(first, other);
    }
}

#[test]
fn recent_hashes_are_golden() {
    assert_eq!(recent_hash(&Reference::purchase(&id("A1"))), 262_365_596_625_382);
}

/// A common earn: 4 lines, 3 rules, 5 open lots, 10 days of history, a tier, 16 references remembered.
#[test]
fn a_common_earn_stays_within_one_write_unit() {
    let day = 24 * 3_600 * 1_000;
    let now = 1_764_786_583_217;
    let line = |amount_minor, sku: &str, category: &str| BoughtLine {
        amount_minor,
        quantity: 1,
        sku: Some(sku.to_owned()),
        category: Some(category.to_owned()),
        brand: None,
        tags: vec![],
        excluded: false,
    };
    let mut entry = purchase();
    entry.reference = Reference::purchase(&id("till-04-20261203-000178"));
    entry.settled = vec![];
    entry.repaid = vec![];
    entry.at = Moment(now);
    entry.occurred_at = Moment(now);
    entry.tier = None;
    entry.postings = vec![Posting(Account::Issuer, -120), Posting(Account::Active, 120)];
    entry.change = Change::Purchased {
        bought: Bought {
            day: Day(20_425),
            lines: vec![
                line(450, "10023", "coffee"),
                line(1_290, "20771", "beans"),
                line(380, "30012", "pastry"),
                line(520, "10044", "coffee"),
            ],
            channel: Some("store".to_owned()),
            store: Some("paris-3".to_owned()),
            redemption: None,
        },
        award: Award {
            points: 120,
            lots: vec![OpenedLot {
                points: 120,
                activates_at: None,
                expires_at: Some(Moment(now + 365 * day)),
                line_points: vec![31, 40, 19, 30],
                if_unspent: false,
            }],
            rules: vec![("base".to_owned(), 52), ("own_cup".to_owned(), 30), ("tuesday".to_owned(), 38)],
            limits: vec![("rule:own_cup/times/day".to_owned(), 1)],
            tier_before: Some("regular".to_owned()),
            ..Award::default()
        },
        welcome: None,
        qualifies: None,
    };
    let state = State {
        enrolled_at: Moment(1_600_000_000_000),
        active_points: 600,
        lots: (0_u32..5)
            .map(|n| Lot {
                id: LotId(u64::from(n) + 8, 0),
                remaining: 120,
                earned_at: Moment(now - i64::from(5 - n) * 7 * day),
                activates_at: None,
                expires_at: Some(Moment(now + i64::from(360 - 7 * (5 - n)) * day)),
                slides: None,
            })
            .collect(),
        tier: Some(TierHold {
            name: "regular".to_owned(),
            since: Moment(now - 80 * day),
            review_at: Some(Moment(now + 280 * day)),
            in_grace: false,
            fallback_review_at: None,
        }),
        days: (0_i32..10)
            .map(|n| DaySum {
                day: Day(20_425 - 7 * n),
                sums: Sums { spent_minor: 2_640, earned_points: 120, purchases: 1 },
            })
            .collect(),
        lifetime: Sums { spent_minor: 99_990, earned_points: 4_900, purchases: 38 },
        counters: vec![Counter { key: "rule:own_cup/times/day".to_owned(), period: Day(20_425), used: 1 }],
        last_purchase_at: Some(Moment(now)),
        recent: (0_u32..16).map(|n| recent_hash(&Reference::purchase(&id(&n.to_string())))).collect(),
        registered_due: Some(Moment(now + 280 * day)),
        ..State::default()
    };
    let (text, bytes) = (entry_to_text(&entry), state_to_bytes(&state));
    println!("entry {} bytes, state {} bytes", text.len(), bytes.len());
    assert!(text.len() + bytes.len() <= 904, "entry {} + state {}", text.len(), bytes.len());
}
