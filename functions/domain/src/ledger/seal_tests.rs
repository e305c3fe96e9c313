//! The seal names each invariant it finds broken: every one is broken here once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot build its input should stop there"
)]

use super::*;
use crate::entry::{Change, Entry, LotId};
use crate::ids::{EventId, Reference};
use crate::state::{DaySum, Hold, Lot, Sums};
use dsl::units::{Day, Moment};

fn lot(seq: u64, remaining: i64, expires_at: i64) -> Lot {
    Lot {
        id: LotId(seq, 0),
        remaining,
        earned_at: Moment(1),
        activates_at: None,
        expires_at: Some(Moment(expires_at)),
        slides: None,
    }
}

/// 10 points in two lots, 4 pending, 3 held; nothing before.
fn sound() -> Decision {
    let held =
        Allocation { lot: LotId(3, 0), points: 3, earned_at: Moment(1), expires_at: None, slides: None };
    let reserved = Hold {
        id: EventId::parse("H1").unwrap(),
        occurred_at: Moment(1),
        until: Moment(9),
        reward: None,
        taken: vec![held],
        stocked: false,
    };
    let day = |day| DaySum { day: Day(day), sums: Sums { spent_minor: 1, earned_points: 1, purchases: 1 } };
    Decision {
        entry: Entry {
            seq: 1,
            reference: Reference::enrolment(),
            fingerprint: String::new(),
            at: Moment(5),
            occurred_at: Moment(5),
            rulebook: String::new(),
            settled: vec![],
            change: Change::Settled,
            postings: vec![
                Posting(Account::Issuer, -17),
                Posting(Account::Active, 10),
                Posting(Account::Pending, 4),
                Posting(Account::Held, 3),
            ],
            repaid: vec![],
            tier: None,
        },
        state: State {
            active_points: 10,
            pending_points: 4,
            held_points: 3,
            lots: vec![
                lot(1, 6, 100),
                lot(2, 4, 200),
                Lot { activates_at: Some(Moment(50)), ..lot(4, 4, 300) },
            ],
            holds: vec![reserved],
            days: vec![day(1), day(2)],
            ..State::default()
        },
        draws: vec![],
        vouchers: vec![],
    }
}

fn verdict(spoil: impl FnOnce(&mut Decision)) -> Option<&'static str> {
    let mut decision = sound();
    spoil(&mut decision);
    broken(&decision, None)
}

#[test]
fn a_sound_decision_is_handed_back() {
    assert_eq!(sound().seal(None), Ok(sound()));
}

#[test]
fn every_broken_invariant_is_named() {
    let found: Vec<Option<&str>> = vec![
        verdict(|d| d.entry.seq = 2),
        verdict(|d| d.entry.postings[0].1 = -16),
        verdict(|d| d.entry.postings.swap(0, 1)),
        verdict(|d| {
            d.entry.postings[1].1 = 11;
            d.entry.postings[0].1 = -18;
        }),
        verdict(|d| d.entry.repaid.push((LotId(1, 0), 0))),
        verdict(|d| d.state.lots[0].remaining = 5),
        verdict(|d| d.state.lots[2].remaining = 5),
        verdict(|d| d.state.holds[0].taken[0].points = 4),
        verdict(|d| {
            d.state.debt_points = 1;
            d.entry.postings.push(Posting(Account::Debt, -1));
            d.entry.postings.push(Posting(Account::Clawed, 1));
        }),
        verdict(|d| {
            d.state.lots[0].remaining = 10;
            d.state.lots[1].remaining = 0;
        }),
        verdict(|d| d.state.lots.swap(0, 1)),
        verdict(|d| d.state.lots[1] = Lot { remaining: 4, ..d.state.lots[0] }),
        verdict(|d| d.state.days.swap(0, 1)),
        verdict(|d| d.state.days[0].sums.earned_points = -1),
    ];
    let expected = [
        "the sequence has no gap",
        "postings sum to zero",
        "an entry has at most one posting per account, none of zero",
        "balances move by what is posted",
        "what repaid debt is more than nothing",
        "active points are those of activated lots",
        "pending points are those of pending lots",
        "held points are those of holds",
        "nobody owes while points can be spent",
        "an open lot holds points",
        "lots stand in spend order, each once",
        "lots stand in spend order, each once",
        "days stand in order, each once",
        "no day's sum is negative",
    ];
    assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), expected);
}

#[test]
fn a_chain_runs_forward_in_time_and_number() {
    let decision = sound();
    let state = State::default();
    let head = |seq, at| Head { seq, at: Moment(at), hash: [0; 32], state: state.clone() };
    assert_eq!(broken(&decision, Some(&head(0, 5))), None);
    assert_eq!(broken(&decision, Some(&head(0, 6))), Some("time does not run back along a chain"));
    assert_eq!(broken(&decision, Some(&head(1, 5))), Some("the sequence has no gap"));
    assert_eq!(broken(&decision, Some(&head(u64::MAX, 5))), Some("the sequence has no gap"));
}

#[test]
fn sums_that_do_not_fit_are_found_not_wrapped() {
    let named = verdict(|d| {
        d.state.lots[0].remaining = i64::MAX;
        d.state.active_points = i64::MAX;
        d.entry.postings[1].1 = i64::MAX;
    });
    assert_eq!(named, Some("postings sum to zero"));
    let mut state = sound().state;
    state.lots[0].remaining = i64::MAX;
    state.active_points = i64::MAX;
    assert_eq!(broken_state(&state), Some("active points are those of activated lots"));
}
