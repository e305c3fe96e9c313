//! The purchase that counted came back after both were rewarded: both sides lose it again, in two entries of one
//! transaction, from the award's own records.
//!
//! What it never does: give a friend a second chance, or a number of the referrer's back.

use crate::chain::fingerprint;
use crate::decision::Decision;
use crate::entry::{Allocation, Award, Change, Entry, LotId, Role};
use crate::history::referral::{Due, due, take_back};
use crate::history::{lifts, tiers};
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::ledger::lots;
use crate::refusal::Refusal;
use crate::request::{Refer, Snapshot};
use crate::state::Stage;
use dsl::model::{Revoke, Shortfall};
use dsl::plan::Rulebook;

/// Decides the reversal of a friend's referral: the friend's entry, then the referrer's. `None` when none is due.
///
/// Each lot loses what is left of it; what was spent is taken from other spendable points, then owed or forgiven by
/// the award's policy. Where the referral says `revoke if unspent`, and of a member who was erased, what was spent is
/// forgiven at once.
pub fn revoke(
    friend: &Snapshot,
    referrer: &Snapshot,
    request: &Refer<'_>,
    rulebook: &Rulebook,
) -> Result<Option<[Decision; 2]>, Refusal> {
    let head = friend.head.as_ref().ok_or(Refusal::MemberUnknown)?;
    if due(&head.state, request.now) != Some(Due::Reversal(request.referrer)) {
        return Ok(None);
    }
    let Some(Stage::Revoked { counting, .. }) =
        head.state.referral.brought.as_ref().map(|brought| &brought.stage)
    else {
        return Ok(None);
    };
    let mut of_friend = Draft::open_to_time(friend, request.now, rulebook)?;
    if let Some(brought) = &mut of_friend.book.state.referral.brought {
        brought.stage = Stage::Reversed;
    }
    let of_referrer = Draft::open_to_time(referrer, request.now, rulebook)?;
    let reference = Reference::reversal(request.friend);
    let side = |mut draft: Draft<'_>, snapshot: &Snapshot, role, other: &crate::ids::MemberId| {
        let paid = Paid::read(&snapshot.family, &Reference::maturity(request.friend)).ok_or_else(|| {
            Refusal::Broken { invariant: "a referral that is reversed was rewarded".to_owned() }
        })?;
        let (taken, owed, forgiven) = paid.claw(&mut draft, counting.terms.refund);
        take_back(&mut draft, counting.bought_at, paid.award.points);
        let undone = tiers::Undone {
            bought_at: counting.bought_at,
            tier_before: paid.award.tier_before.as_deref(),
            at: draft.at,
        };
        let fall = tiers::undo_rise(&mut draft.book.state, undone, rulebook);
        draft.change_tier(fall);
        let clawed = lots::sum(&taken).saturating_add(owed);
        let at = draft.at;
        let lowered = lifts::take_back(&mut draft.book.state, paid.seq);
        let other = other.clone();
        let change = Change::ReferralReversed { role, other, clawed, taken, owed, forgiven, lowered };
        draft.seal_as(&fingerprint(&reference), at, reference.clone(), change)
    };
    let one = side(of_friend, friend, Role::Friend, request.referrer)?;
    let other = side(of_referrer, referrer, Role::Referrer, request.friend)?;
    Ok(Some([one, other]))
}

/// What a side was paid.
struct Paid<'a> {
    seq: u64,
    award: &'a Award,
}

impl<'a> Paid<'a> {
    fn read(family: &'a [Entry], reference: &Reference) -> Option<Self> {
        let entry = family.iter().find(|entry| entry.reference == *reference)?;
        let Change::ReferralPaid { award, .. } = &entry.change else { return None };
        Some(Self { seq: entry.seq, award })
    }

    /// Takes it back: what was taken, what is owed, what is forgiven.
    fn claw(&self, draft: &mut Draft<'_>, policy: Revoke) -> (Vec<Allocation>, i64, i64) {
        let mut taken = Vec::new();
        let mut missing = 0_i64;
        for (index, lot) in self.award.lots.iter().enumerate() {
            let id = u8::try_from(index).map(|index| LotId(self.seq, index));
            let own = id.ok().and_then(|id| draft.book.claw_from(id, lot.points));
            missing = missing.saturating_add(lot.points.saturating_sub(own.map_or(0, |own| own.points)));
            taken.extend(own);
        }
        if policy == Revoke::IfUnspent || draft.book.state.standing.erased {
            return (taken, 0, missing);
        }
        let others = draft.book.claw(missing, draft.at);
        missing = missing.saturating_sub(lots::sum(&others));
        taken.extend(others);
        let (owed, forgiven) = match self.award.shortfall {
            Shortfall::Debt => (missing, 0),
            Shortfall::Forgive => (0, missing),
        };
        draft.book.owe(owed);
        (lots::merge(taken), owed, forgiven)
    }
}
