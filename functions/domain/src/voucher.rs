//! A voucher's way: reserved by a till, released, fulfilled; or cancelled.
//!
//! issued -> reserved -> fulfilled, and back to issued when it is released or its time is up; issued or reserved ->
//! cancelled; issued -> expired by time alone (`sweep`). What was reserved in time can be fulfilled until the reservation
//! ends, as points under a hold can.

use crate::decision::Decision;
use crate::entry::{Account, Allocation, Change, Entry, Issued, VoucherStage};
use crate::history::{redemptions, vouchers};
use crate::ids::{Reference, VoucherId};
use crate::ledger::draft::Draft;
use crate::redeem::stock_of;
use crate::refusal::Refusal;
use crate::request::{Snapshot, VoucherStep};
use crate::rules::rewards::{self, Shelf, Use};
use crate::state::Voucher;
use dsl::plan::Rulebook;
use dsl::units::Moment;

/// A till reserves it, for as long as the request says.
pub fn reserve(snapshot: &Snapshot, request: &VoucherStep, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let mut draft = Draft::open(snapshot, request.stamp.now, rulebook)?;
    let step = ready(&draft, snapshot, request, |voucher| match voucher.reserved_until {
        Some(until) => Err(Refusal::VoucherReserved { until }),
        None => Ok(()),
    });
    let (mut voucher, reference) = match step {
        Ok(ready) => ready,
        Err(refusal) => return refuse(draft, request, refusal),
    };
    let until = request.until.unwrap_or(draft.at).max(draft.at);
    let choice = pick(&mut draft, &mut voucher, request);
    voucher.reserved_until = Some(until);
    let moved = moved(&voucher, VoucherStage::Reserved, Some(until), choice, Vec::new());
    put(&mut draft, voucher);
    draft.seal(&request.stamp, reference, moved)
}

/// A till gives it back unused; one whose time passed meanwhile expires.
pub fn release(snapshot: &Snapshot, request: &VoucherStep, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let mut draft = Draft::open(snapshot, request.stamp.now, rulebook)?;
    let (mut voucher, reference) = match find(&draft, snapshot, request) {
        Ok(ready) => ready,
        Err(refusal) => return refuse(draft, request, refusal),
    };
    if voucher.reserved_until.is_none() {
        return refuse(draft, request, Refusal::VoucherNotReserved);
    }
    voucher.reserved_until = None;
    if voucher.expires_at.is_some_and(|at| at <= draft.at) {
        let moved = moved(&voucher, VoucherStage::Expired, None, None, Vec::new());
        rewards::close(&mut draft.book.state, |open| open.id == voucher.id);
        return draft.seal(&request.stamp, reference, moved);
    }
    let moved = moved(&voucher, VoucherStage::Issued, None, None, Vec::new());
    put(&mut draft, voucher);
    draft.seal(&request.stamp, reference, moved)
}

/// It is used. What is a choice must have been picked by now.
pub fn fulfil(snapshot: &Snapshot, request: &VoucherStep, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let mut draft = Draft::open(snapshot, request.stamp.now, rulebook)?;
    let step = ready(&draft, snapshot, request, |voucher| {
        if request.choice.is_none() && !voucher.options.is_empty() {
            return Err(Refusal::ChoiceNeeded { options: voucher.options.clone() });
        }
        Ok(())
    });
    let (mut voucher, reference) = match step {
        Ok(ready) => ready,
        Err(refusal) => return refuse(draft, request, refusal),
    };
    let choice = pick(&mut draft, &mut voucher, request);
    let moved = moved(&voucher, VoucherStage::Fulfilled, None, choice, Vec::new());
    rewards::close(&mut draft.book.state, |open| open.id == voucher.id);
    draft.seal(&request.stamp, reference, moved)
}

/// It is cancelled: points go back to their own lots with their own expiry, and its times, place and piece with them.
pub fn cancel(snapshot: &Snapshot, request: &VoucherStep, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let mut draft = Draft::open(snapshot, request.stamp.now, rulebook)?;
    let (voucher, reference) = match find(&draft, snapshot, request) {
        Ok(ready) => ready,
        Err(refusal) => return refuse(draft, request, refusal),
    };
    let mut restored = Vec::new();
    if let Some(redemption) = &voucher.redemption {
        let story = redemptions::read(&snapshot.paid_with, redemption).ok_or(Refusal::RedemptionUnknown)?;
        let (left, back) = story.restorable(&draft.book.state);
        if left == 0 && !(story.redeemed.is_empty() && back == 0) {
            return refuse(draft, request, Refusal::NotCaptured);
        }
        restored = story.next_back(back, left);
        draft.book.give_back(&restored, Account::Redeemed, draft.at);
        if left > 0 {
            redemptions::remember(&mut draft.book.state, story.seq, left);
        }
        draft.repaid = draft.book.repay(draft.at);
    }
    rewards::close(&mut draft.book.state, |open| open.id == voucher.id);
    let draws = rewards::give_back(&mut draft.book.state, Use::of(&voucher), rulebook);
    draft.draws.extend(draws);
    let moved = moved(&voucher, VoucherStage::Cancelled, None, None, restored);
    draft.seal(&request.stamp, reference, moved)
}

/// Programme-wide counters to load before deciding a step.
pub fn needed_counters(choice: Option<&str>, rulebook: &Rulebook) -> Vec<String> {
    choice.and_then(|choice| stock_of(choice, rulebook)).into_iter().collect()
}

/// How a voucher was issued, found in the family of the entry that did.
pub fn issued(origin: &[Entry], voucher: VoucherId) -> Option<&Issued> {
    vouchers::issued(origin, voucher)
}

/// How far a voucher that is not open has come, by its steps and by the family that issued it.
pub fn ended(steps: &[Entry], origin: &[Entry], voucher: VoucherId, at: Moment) -> VoucherStage {
    vouchers::ended(steps, origin, voucher, at)
}

/// The open voucher of a request, or what became of it.
fn find(
    draft: &Draft<'_>,
    snapshot: &Snapshot,
    request: &VoucherStep,
) -> Result<(Voucher, Reference), Refusal> {
    let reference = Reference::voucher_step(request.voucher, &request.id);
    let open = draft.book.state.vouchers.iter().find(|voucher| voucher.id == request.voucher);
    match open {
        Some(voucher) => Ok((voucher.clone(), reference)),
        None if vouchers::issued(&snapshot.paid_with, request.voucher).is_none() => {
            Err(Refusal::VoucherUnknown)
        }
        None => {
            let end = vouchers::ended(&snapshot.family, &snapshot.paid_with, request.voucher, draft.at);
            Err(Refusal::VoucherNotOpen { now: end.word().to_owned() })
        }
    }
}

/// The open voucher of a step that takes it to a till: nobody's spending is frozen, and what is picked can be had. What
/// a till has reserved already may be finished, as a hold may.
fn ready(
    draft: &Draft<'_>,
    snapshot: &Snapshot,
    request: &VoucherStep,
    allowed: impl FnOnce(&Voucher) -> Result<(), Refusal>,
) -> Result<(Voucher, Reference), Refusal> {
    let (voucher, reference) = find(draft, snapshot, request)?;
    if draft.book.state.standing.spending_frozen && voucher.reserved_until.is_none() {
        return Err(Refusal::SpendingFrozen);
    }
    allowed(&voucher)?;
    if let Some(choice) =
        request.choice.as_deref().filter(|choice| voucher.choice.as_deref() != Some(*choice))
    {
        Shelf::of(draft, snapshot, draft.at).pick(choice, &voucher.options)?;
    }
    Ok((voucher, reference))
}

/// Picks what the request picks, with its piece of the stock.
fn pick(draft: &mut Draft<'_>, voucher: &mut Voucher, request: &VoucherStep) -> Option<String> {
    let choice = request.choice.clone().filter(|_| voucher.choice.is_none())?;
    voucher.choice_stocked = rewards::take_choice(draft, &choice);
    voucher.options = Vec::new();
    voucher.choice = Some(choice.clone());
    Some(choice)
}

fn moved(
    voucher: &Voucher,
    to: VoucherStage,
    until: Option<Moment>,
    choice: Option<String>,
    restored: Vec<Allocation>,
) -> Change {
    Change::VoucherMoved { voucher: voucher.id, reward: voucher.reward.clone(), to, until, choice, restored }
}

fn put(draft: &mut Draft<'_>, voucher: Voucher) {
    if let Some(open) = draft.book.state.vouchers.iter_mut().find(|open| open.id == voucher.id) {
        *open = voucher;
    }
}

fn refuse(draft: Draft<'_>, request: &VoucherStep, refusal: Refusal) -> Result<Decision, Refusal> {
    draft.refuse(&request.stamp, Reference::voucher_step(request.voucher, &request.id), refusal)
}
