//! A friend matured: both sides are rewarded, in two entries of one transaction, or neither is.
//!
//! The rules of both sides are judged at the moment of the purchase that counts, so that a job that comes late, twice
//! or in parallel decides the same, and a campaign that has ended since still keeps its promise.

use crate::chain::fingerprint;
use crate::decision::Decision;
use crate::enrol::remember;
use crate::entry::{Change, Rejection, Role};
use crate::history::counters;
use crate::history::referral::{Due, due};
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::{Refer, Snapshot};
use crate::rules::award::award;
use crate::state::{Counting, Stage, State};
use dsl::event::Event;
use dsl::model::LimitUnit;
use dsl::plan::{LimitOwner, LimitSlot, Rulebook};
use dsl::units::Moment;
use std::collections::BTreeMap;

/// Decides the maturity of a friend's referral: the friend's entry, then the referrer's. `None` when none is due.
///
/// Neither gets anything where one of them was erased, or may not earn, or where the referrer has brought as many as
/// she may: both entries say why.
pub fn mature(
    friend: &Snapshot,
    referrer: &Snapshot,
    request: &Refer<'_>,
    rulebook: &Rulebook,
) -> Result<Option<[Decision; 2]>, Refusal> {
    let head = friend.head.as_ref().ok_or(Refusal::MemberUnknown)?;
    if due(&head.state, request.now) != Some(Due::Maturity(request.referrer)) {
        return Ok(None);
    }
    let Some(Stage::Qualified(counting)) = head.state.referral.brought.as_ref().map(|brought| &brought.stage)
    else {
        return Ok(None);
    };
    let mut of_friend = Draft::open_to_time(friend, request.now, rulebook)?;
    let mut of_referrer = Draft::open_to_time(referrer, request.now, rulebook)?;
    let counts_at = counters::counts_at(counting.bought_at, of_referrer.at, rulebook);
    let rejected = rejection(&of_friend.book.state, &of_referrer.book.state, counts_at, rulebook);
    let (stage, changes) = match rejected {
        Some(reason) => {
            let rejected = |role, other: &crate::ids::MemberId| Change::ReferralRejected {
                role,
                other: other.clone(),
                reason: reason.clone(),
            };
            let changes =
                [rejected(Role::Friend, request.referrer), rejected(Role::Referrer, request.friend)];
            (Stage::Rejected(reason), changes)
        }
        None => (
            Stage::Rewarded(counting.clone()),
            pay((&mut of_friend, friend), (&mut of_referrer, referrer), request, counting)?,
        ),
    };
    if let Some(brought) = &mut of_friend.book.state.referral.brought {
        brought.stage = stage;
    }
    let reference = Reference::maturity(request.friend);
    let [one, other] = changes;
    let seal = |draft: Draft<'_>, change| {
        draft.seal_as(&fingerprint(&reference), counting.bought_at, reference.clone(), change)
    };
    Ok(Some([seal(of_friend, one)?, seal(of_referrer, other)?]))
}

/// Programme-wide counters to load before deciding, for a side.
pub fn needed_counters(role: Role, rulebook: &Rulebook) -> Vec<String> {
    counters::of_rules(role.kind(), rulebook)
}

fn rejection(friend: &State, referrer: &State, counts_at: Moment, rulebook: &Rulebook) -> Option<Rejection> {
    let reached =
        |(slot, most): (&LimitSlot, i64)| counters::used(referrer, slot, counts_at, rulebook.zone()) >= most;
    // who became another member is no side of a referral any more, as if she were gone
    let gone = |state: &State| state.standing.erased || state.standing.merges.into.is_some();
    if gone(friend) {
        Some(Rejection::FriendErased)
    } else if gone(referrer) {
        Some(Rejection::ReferrerErased)
    } else if friend.standing.earning_frozen {
        Some(Rejection::FriendFrozen)
    } else if referrer.standing.earning_frozen {
        Some(Rejection::ReferrerFrozen)
    } else if slots(rulebook).any(reached) {
        Some(Rejection::Limit)
    } else {
        None
    }
}

/// Both awards. The second is judged with what the first drew from budgets, for they are drawn in one transaction.
fn pay(
    (of_friend, friend): (&mut Draft<'_>, &Snapshot),
    (of_referrer, referrer): (&mut Draft<'_>, &Snapshot),
    request: &Refer<'_>,
    counting: &Counting,
) -> Result<[Change; 2], Refusal> {
    let (at, rulebook) = (counting.bought_at, of_referrer.rulebook);
    let counts_at = counters::counts_at(at, of_referrer.at, rulebook);
    let given = award(of_friend, friend, &event(Role::Friend, at), 0)?;
    remember(of_friend, &given, at);
    let mut referrer = referrer.clone();
    for draw in &of_friend.draws {
        let used = referrer.counters.entry(draw.counter.clone()).or_default();
        *used = used.saturating_add(draw.amount);
    }
    let mut earned = award(of_referrer, &referrer, &event(Role::Referrer, at), 0)?;
    for (slot, _) in slots(rulebook) {
        counters::add(&mut of_referrer.book.state, slot, counts_at, 1, rulebook.zone());
        earned.limits.push((slot.key.clone(), 1));
    }
    let rewarded = &mut of_referrer.book.state.referral.friends_rewarded;
    *rewarded = rewarded.saturating_add(1);
    remember(of_referrer, &earned, at);
    let paid = |role, other: &crate::ids::MemberId, award| Change::ReferralPaid {
        role,
        other: other.clone(),
        award,
    };
    Ok([paid(Role::Friend, request.referrer, given), paid(Role::Referrer, request.friend, earned)])
}

/// The limits of the referral with their counters: in times, per referrer.
fn slots(rulebook: &Rulebook) -> impl Iterator<Item = (&LimitSlot, i64)> {
    rulebook.limits().iter().filter_map(|slot| match slot.most {
        LimitUnit::Times(most) if slot.owner == LimitOwner::Referral => Some((slot, most)),
        _ => None,
    })
}

fn event(role: Role, at: Moment) -> Event {
    Event {
        kind: role.kind().to_owned(),
        at,
        channel: None,
        store: None,
        lines: Vec::new(),
        fields: BTreeMap::new(),
    }
}
