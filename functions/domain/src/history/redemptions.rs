//! A redemption as its family of entries tells it: what was taken, how far it came, what came back through returns.
//!
//! What it never does: look at the balance. A hold that is still open stands in the state; here is its story.

use crate::entry::{Allocation, Change, Entry};
use crate::ids::{EventId, Reference};
use crate::ledger::lots;
use crate::state::{RESTORATIONS_MAX, Restoration, State};

/// How far a redemption came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Under a hold, or timed out: the state knows which.
    Held,
    /// Redeemed for good: at once, or by a capture.
    Captured,
    /// The hold was released.
    Released,
    /// Redeemed, then cancelled.
    Cancelled,
}

/// A redemption.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Redemption<'a> {
    /// Sequence of the entry that took the points.
    pub(crate) seq: u64,
    /// The reward, if one was meant.
    pub(crate) reward: Option<&'a str>,
    /// What was redeemed for good, in spend order; empty before that.
    pub(crate) redeemed: &'a [Allocation],
    /// How far it came.
    pub(crate) stage: Stage,
}

/// Reads a redemption from its family, oldest entry first; none when there is none (or it was refused).
pub(crate) fn read<'a>(family: &'a [Entry], id: &EventId) -> Option<Redemption<'a>> {
    let reference = Reference::redemption(id);
    let first = family.iter().find(|entry| entry.reference == reference)?;
    let (reward, redeemed, stage): (&Option<String>, &[Allocation], Stage) = match &first.change {
        Change::Held { reward, .. } => (reward, &[], Stage::Held),
        Change::Redeemed { reward, taken, .. } => (reward, taken, Stage::Captured),
        _ => return None,
    };
    let begun = Redemption { seq: first.seq, reward: reward.as_deref(), redeemed, stage };
    Some(family.iter().fold(begun, |so_far, entry| match &entry.change {
        Change::Captured { redemption, taken, .. } if redemption == id => {
            Redemption { redeemed: taken, stage: Stage::Captured, ..so_far }
        }
        Change::Released { redemption, .. } if redemption == id => {
            Redemption { stage: Stage::Released, ..so_far }
        }
        Change::Cancelled { redemption, .. } if redemption == id => {
            Redemption { stage: Stage::Cancelled, ..so_far }
        }
        _ => so_far,
    }))
}

impl Redemption<'_> {
    /// Points of it that may still come back, and how many already have. None left when it was cancelled, or when
    /// what came back of it is no longer remembered.
    pub(crate) fn restorable(&self, state: &State) -> (i64, i64) {
        let back = state.restored.iter().find(|back| back.seq == self.seq).map_or(0, |back| back.points);
        let open = self.stage == Stage::Captured && self.seq > state.restorable_after_seq;
        let left = lots::sum(self.redeemed).saturating_sub(back).max(0);
        (if open { left } else { 0 }, back)
    }

    /// The allocations that come back when `points` more do: what was spent last comes back first.
    pub(crate) fn next_back(&self, back: i64, points: i64) -> Vec<Allocation> {
        let spent = lots::sum(self.redeemed).saturating_sub(back);
        let (left, _) = lots::split(self.redeemed, spent);
        let (_, next) = lots::split(&left, spent.saturating_sub(points));
        next
    }
}

/// Remembers that `points` more of a redemption came back. Of too many redemptions, the oldest is forgotten and closed.
pub(crate) fn remember(state: &mut State, seq: u64, points: i64) {
    match state.restored.binary_search_by_key(&seq, |back| back.seq) {
        Ok(place) => {
            if let Some(back) = state.restored.get_mut(place) {
                back.points = back.points.saturating_add(points);
            }
        }
        Err(place) => state.restored.insert(place, Restoration { seq, points }),
    }
    let surplus = state.restored.len().saturating_sub(RESTORATIONS_MAX);
    for forgotten in state.restored.drain(..surplus) {
        state.restorable_after_seq = state.restorable_after_seq.max(forgotten.seq);
    }
}
