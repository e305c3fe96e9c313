//! A captured redemption is cancelled.

use crate::decision::Decision;
use crate::entry::{Account, Change};
use crate::history::redemptions::{self, Stage};
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::{Snapshot, Step};
use crate::rules::rewards::{self, Use};
use dsl::plan::Rulebook;

/// Gives redeemed points back to their own lots with their own expiry: all that has not come back through returns of
/// what they paid. Points whose lot has expired expire at once, so cancelling never renews any. The voucher of a reward is
/// cancelled with it; once that was used, or has expired, there is nothing to cancel.
pub fn cancel(snapshot: &Snapshot, request: &Step, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let stamp = &request.stamp;
    let mut draft = Draft::open(snapshot, stamp.now, rulebook)?;
    let reference = Reference::cancellation(&request.redemption, &request.id);
    let story = redemptions::read(&snapshot.family, &request.redemption).ok_or(Refusal::RedemptionUnknown)?;
    let (left, back) = story.restorable(&draft.book.state);
    // What cost nothing can be cancelled too: its reward goes back.
    let free = story.redeemed.is_empty() && back == 0;
    if story.stage != Stage::Captured || (left == 0 && !free) {
        return draft.refuse(stamp, reference, Refusal::NotCaptured);
    }
    let voucher = rewards::close(&mut draft.book.state, |open| {
        open.redemption.as_ref() == Some(&request.redemption) && story.reward.is_some()
    });
    if story.reward.is_some() && voucher.is_none() {
        return draft.refuse(stamp, reference, Refusal::VoucherNotOpen { now: "closed".to_owned() });
    }
    let restored = story.next_back(back, left);
    draft.book.give_back(&restored, Account::Redeemed, draft.at);
    draft.repaid = draft.book.repay(draft.at);
    if let Some(voucher) = &voucher {
        let draws = rewards::give_back(&mut draft.book.state, Use::of(voucher), rulebook);
        draft.draws.extend(draws);
    }
    let redemption = request.redemption.clone();
    draft.seal(stamp, reference, Change::Cancelled { redemption, restored })
}
