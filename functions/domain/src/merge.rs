//! Two members become one: what the one has goes to the other, in one transaction over both chains.
//!
//! Lots go with their own dates, debt goes too; sums, counters of limits, badges and tags add up; the tier is the higher
//! of the two, or what both histories earn together. Both chains stay as they are: that of the member who went takes
//! only returns of her own purchases from then on, and what these leave goes to the other at once. There is no way back.
//!
//! What it never does: merge while points are held, while vouchers wait to be used, or while one of the two is frozen.

use crate::decision::Decision;
use crate::entry::{Change, MovedLot, Parcel};
use crate::give_back::take_back;
use crate::history::{experiments, happenings, lifts, tiers, windows};
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::{Merge, Return, Snapshot, Stamp};
use crate::state::{Counter, State, Sums, TAGS_MAX};
use dsl::plan::Rulebook;
use dsl::units::Moment;

/// Lots that one merge moves at most: an entry numbers the lots it opens with a byte.
pub const LOTS_MOVED_MAX: usize = 256;

/// Hands over all that `from` has to `into`; the entries of both, in this order.
pub fn merge(
    from: &Snapshot,
    into: &Snapshot,
    request: &Merge,
    rulebook: &Rulebook,
) -> Result<[Decision; 2], Refusal> {
    let now = request.stamp.now;
    let mut source = Draft::open(from, now, rulebook)?;
    let mut target = Draft::open(into, now, rulebook)?;
    for standing in [&source.book.state.standing, &target.book.state.standing] {
        if standing.earning_frozen {
            return Err(Refusal::EarningFrozen);
        }
        if standing.spending_frozen {
            return Err(Refusal::SpendingFrozen);
        }
    }
    let holds = source.book.state.holds.len();
    if holds > 0 {
        return Err(Refusal::MergeOpenHolds { holds });
    }
    let vouchers = source.book.state.vouchers.len();
    if vouchers > 0 {
        return Err(Refusal::MergeOpenVouchers { vouchers });
    }
    let mut parcel = pack(&mut source)?;
    let state = &mut source.book.state;
    parcel.days.clone_from(&state.days);
    parcel.lifetime = state.lifetime;
    parcel.counters.clone_from(&state.counters);
    parcel.badges.clone_from(&state.badges);
    parcel.tags.clone_from(&state.tags);
    parcel.happened.clone_from(&state.happened);
    parcel.exposures.clone_from(&state.exposures);
    parcel.lifts = std::mem::take(&mut state.lifts);
    parcel.last_purchase_at = state.last_purchase_at;
    parcel.absorbed.clone_from(&state.standing.merges.absorbed);
    parcel.tier = state.tier.take();
    state.standing.merges.into = Some(request.into.clone());
    let gone = parcel.tier.as_ref().map(|hold| hold.name.clone());
    source.change_tier(gone.map(|from| crate::entry::TierChange { from: Some(from), to: None }));

    let at = target.at;
    unpack(&mut target, &parcel, request, at);
    let by = Some(request.by.clone());
    let reference = Reference::merge(&request.id);
    let left = Change::MergedInto { into: request.into.clone(), by: request.by.clone() };
    let came = Change::MergedFrom { from: request.from.clone(), by, parcel };
    Ok([
        seal(source, &request.stamp, reference.clone(), left)?,
        seal(target, &request.stamp, reference, came)?,
    ])
}

/// Lines of a purchase come back that a member made before she was merged: the return stands in her chain, beside its
/// purchase, and what it takes or gives goes to the member she became.
pub fn give_back_merged(
    from: &Snapshot,
    into: &Snapshot,
    (request, survivor): (&Return, &Reference),
    rulebook: &Rulebook,
) -> Result<[Decision; 2], Refusal> {
    let stamp = &request.stamp;
    let mut source = Draft::open_to_time(from, stamp.now, rulebook)?;
    let mut target = Draft::open(into, stamp.now, rulebook)?;
    let sums = source.book.state.lifetime;
    let (returned, day) = take_back(&mut source, from, request)?;
    let mut parcel = pack(&mut source)?;
    let left = source.book.state.lifetime;
    parcel.back = Some((
        day,
        Sums {
            spent_minor: sums.spent_minor.saturating_sub(left.spent_minor),
            earned_points: sums.earned_points.saturating_sub(left.earned_points),
            purchases: sums.purchases.saturating_sub(left.purchases),
        },
    ));
    receive(&mut target, &parcel);
    if let Some((day, sums)) = parcel.back {
        windows::take_back(&mut target.book.state, day, sums);
    }
    target.repaid = target.book.repay(target.at);
    let reference = Reference::purchase_return(&request.purchase, &request.id);
    let came = Change::MergedFrom { from: stamp.member.clone(), by: None, parcel };
    Ok([
        seal(source, stamp, reference, Change::Returned(returned))?,
        seal(target, stamp, survivor.clone(), came)?,
    ])
}

fn seal(draft: Draft<'_>, stamp: &Stamp, reference: Reference, change: Change) -> Result<Decision, Refusal> {
    let at = draft.at;
    draft.seal_as(&stamp.fingerprint, at, reference, change)
}

/// Takes lots and debt out of the accounts of the member who goes.
fn pack(draft: &mut Draft<'_>) -> Result<Parcel, Refusal> {
    let lots = draft.book.state.lots.clone();
    if lots.len() > LOTS_MOVED_MAX {
        return Err(Refusal::TooMuchOpen { of: "lots".to_owned(), most: LOTS_MOVED_MAX });
    }
    let debt = draft.book.hand_over();
    Ok(Parcel { lots: lots.into_iter().map(MovedLot::of).collect(), debt, ..Parcel::default() })
}

/// Lots and debt in the accounts of the member who stays.
fn receive(draft: &mut Draft<'_>, parcel: &Parcel) {
    for (index, lot) in parcel.lots.iter().enumerate() {
        // `pack` sees to it that there are no more than a byte can number
        let Ok(index) = u8::try_from(index) else { break };
        draft.book.take_over(lot.opened(crate::entry::LotId(draft.seq, index)));
    }
    draft.book.take_over_debt(parcel.debt);
}

fn unpack(draft: &mut Draft<'_>, parcel: &Parcel, request: &Merge, at: Moment) {
    receive(draft, parcel);
    let state = &mut draft.book.state;
    add_up(state, parcel);
    lifts::take_over(state, &parcel.lifts, draft.seq);
    state.standing.merges.absorbed.push(request.from.clone());
    state.standing.merges.absorbed.extend(parcel.absorbed.iter().cloned());
    let rulebook = draft.rulebook;
    let rise = tiers::rise(&mut draft.book.state, at, at, rulebook);
    draft.change_tier(rise);
    let rank = |name: &str| tiers::index_of(rulebook.programme(), name);
    let state = &mut draft.book.state;
    if let Some(hold) = &parcel.tier
        && rank(&hold.name) > state.tier.as_ref().and_then(|hold| rank(&hold.name))
    {
        let before = state.tier.replace(hold.clone()).map(|hold| hold.name);
        draft.change_tier(Some(crate::entry::TierChange { from: before, to: Some(hold.name.clone()) }));
    }
    draft.repaid = draft.book.repay(at);
}

/// Sums, counters, badges, tags and the last purchase of both.
fn add_up(state: &mut State, parcel: &Parcel) {
    let lifetime = state.lifetime;
    for day in &parcel.days {
        windows::add(state, day.day, day.sums);
    }
    state.lifetime = Sums {
        spent_minor: lifetime.spent_minor.saturating_add(parcel.lifetime.spent_minor),
        earned_points: lifetime.earned_points.saturating_add(parcel.lifetime.earned_points),
        purchases: lifetime.purchases.saturating_add(parcel.lifetime.purchases),
    };
    for counter in &parcel.counters {
        let same = |own: &Counter| own.key == counter.key && own.period == counter.period;
        if let Some(own) = state.counters.iter_mut().find(|own| same(own)) {
            own.used = own.used.saturating_add(counter.used);
        } else {
            let before = |own: &Counter| (&own.key, own.period) < (&counter.key, counter.period);
            let place = state.counters.partition_point(before);
            state.counters.insert(place, counter.clone());
        }
    }
    for badge in &parcel.badges {
        if !state.badges.contains(badge) {
            state.badges.push(badge.clone());
        }
    }
    for tag in &parcel.tags {
        if !state.tags.contains(tag) && state.tags.len() < TAGS_MAX {
            state.tags.push(tag.clone());
        }
    }
    experiments::remember(state, &parcel.exposures);
    for came in &parcel.happened {
        happenings::add(state, &came.kind, &came.days, came.total);
    }
    state.last_purchase_at = state.last_purchase_at.max(parcel.last_purchase_at);
}
