//! Open lots: their order, what is taken from them, how they are extended.
//!
//! The spend order is everywhere the same: `expires_at` ascending with none last, then `earned_at`, then lot id.
//! Spendable means activated and now < `expires_at`.

use crate::entry::{Allocation, LotId};
use crate::state::Lot;
use dsl::calendar::Zone;
use dsl::units::Moment;

/// How many lots a member may have open. More is refused, never merged silently.
pub(crate) const LOTS_MAX: usize = 1_000;

/// The key of the spend order.
pub(crate) fn spend_key(lot: &Lot) -> (bool, Moment, Moment, LotId) {
    (lot.expires_at.is_none(), lot.expires_at.unwrap_or_default(), lot.earned_at, lot.id)
}

/// True when the lot's points can be spent at `now`.
pub(crate) fn is_spendable(lot: &Lot, now: Moment) -> bool {
    lot.activates_at.is_none() && lot.expires_at.is_none_or(|expires_at| now < expires_at)
}

/// Puts a lot in its place.
pub(crate) fn open(lots: &mut Vec<Lot>, lot: Lot) {
    let place = lots.partition_point(|other| spend_key(other) < spend_key(&lot));
    lots.insert(place, lot);
}

/// The open lot of this id.
pub(crate) fn find(lots: &[Lot], id: LotId) -> Option<&Lot> {
    lots.iter().find(|lot| lot.id == id)
}

/// Takes up to `points` from one lot, whatever its stage.
pub(crate) fn take_from(lots: &mut Vec<Lot>, id: LotId, points: i64) -> Option<Allocation> {
    let lot = lots.iter_mut().find(|lot| lot.id == id)?;
    let taken = cut(lot, points);
    lots.retain(|lot| lot.remaining > 0);
    taken
}

/// Takes up to `points` from spendable lots, in spend order.
pub(crate) fn take(lots: &mut Vec<Lot>, points: i64, now: Moment) -> Vec<Allocation> {
    take_of(lots, points, |lot| is_spendable(lot, now))
}

/// Takes up to `points` from lots that are pending still, in spend order.
pub(crate) fn take_pending(lots: &mut Vec<Lot>, points: i64) -> Vec<Allocation> {
    take_of(lots, points, |lot| lot.activates_at.is_some())
}

fn take_of(lots: &mut Vec<Lot>, points: i64, is: impl Fn(&Lot) -> bool) -> Vec<Allocation> {
    let mut left = points;
    let mut taken = Vec::new();
    for lot in lots.iter_mut().filter(|lot| is(lot)) {
        if let Some(allocation) = cut(lot, left) {
            left = left.saturating_sub(allocation.points);
            taken.push(allocation);
        }
    }
    lots.retain(|lot| lot.remaining > 0);
    taken
}

/// Cuts up to `points` off a lot; none when there is nothing to cut.
fn cut(lot: &mut Lot, points: i64) -> Option<Allocation> {
    let points = points.min(lot.remaining);
    if points <= 0 {
        return None;
    }
    lot.remaining = lot.remaining.saturating_sub(points);
    Some(Allocation {
        lot: lot.id,
        points,
        earned_at: lot.earned_at,
        expires_at: lot.expires_at,
        slides: lot.slides,
    })
}

/// Adds points to an open lot, or opens it again as it was. Where purchases extended one part of a lot and not another
/// that was out, the lot has the latest date any part of it was promised.
pub(crate) fn put(lots: &mut Vec<Lot>, back: &Allocation) {
    let place = lots.iter().position(|lot| lot.id == back.lot);
    let there = place.map(|place| lots.remove(place));
    let lot = Lot {
        id: back.lot,
        remaining: back.points.saturating_add(there.map_or(0, |lot| lot.remaining)),
        earned_at: back.earned_at,
        activates_at: there.and_then(|lot| lot.activates_at),
        expires_at: there.map_or(back.expires_at, |lot| latest(lot.expires_at, back.expires_at)),
        slides: back.slides,
    };
    open(lots, lot);
}

/// The later of two ends; none is never.
fn latest(one: Option<Moment>, other: Option<Moment>) -> Option<Moment> {
    Some(one?.max(other?))
}

/// A purchase at `bought_at` extends what slides: to max(old, `bought_at` + span), never back.
pub(crate) fn slide(lots: &mut [Lot], bought_at: Moment, zone: &Zone) {
    for lot in lots.iter_mut() {
        if let (Some(span), Some(expires_at)) = (lot.slides, lot.expires_at) {
            lot.expires_at = Some(expires_at.max(zone.plus(bought_at, span)));
        }
    }
    lots.sort_by_key(spend_key);
}

/// The same for points taken from such lots and held: they may come back.
pub(crate) fn slide_held(taken: &mut [Allocation], bought_at: Moment, zone: &Zone) {
    for allocation in taken {
        if let (Some(span), Some(expires_at)) = (allocation.slides, allocation.expires_at) {
            allocation.expires_at = Some(expires_at.max(zone.plus(bought_at, span)));
        }
    }
}

/// Points in a list of allocations.
pub(crate) fn sum(allocations: &[Allocation]) -> i64 {
    allocations.iter().fold(0, |sum, allocation| sum.saturating_add(allocation.points))
}

/// Splits a list, in order, after its first `points`.
pub(crate) fn split(allocations: &[Allocation], points: i64) -> (Vec<Allocation>, Vec<Allocation>) {
    let (mut first, mut rest, mut left) = (Vec::new(), Vec::new(), points);
    for allocation in allocations {
        let here = allocation.points.min(left).max(0);
        let there = allocation.points.saturating_sub(here);
        if here > 0 {
            first.push(Allocation { points: here, ..*allocation });
        }
        if there > 0 {
            rest.push(Allocation { points: there, ..*allocation });
        }
        left = left.saturating_sub(here);
    }
    (first, rest)
}

/// Brings allocations of the same lot together, in order of first appearance.
pub(crate) fn merge(allocations: Vec<Allocation>) -> Vec<Allocation> {
    let mut merged: Vec<Allocation> = Vec::with_capacity(allocations.len());
    for allocation in allocations {
        match merged.iter_mut().find(|other| other.lot == allocation.lot) {
            Some(other) => other.points = other.points.saturating_add(allocation.points),
            None => merged.push(allocation),
        }
    }
    merged
}
