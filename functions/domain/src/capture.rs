//! A hold is captured.

use crate::decision::Decision;
use crate::entry::{Account, Change, Issued};
use crate::history::redemptions::{self, Stage};
use crate::ids::{EventId, Reference};
use crate::ledger::draft::Draft;
use crate::ledger::lots;
use crate::refusal::Refusal;
use crate::request::{Snapshot, Step};
use crate::rules::rewards::{self, Origin};
use crate::state::Hold;
use dsl::plan::Rulebook;

/// Redeems at most what is held and releases the rest. Points whose lot expired under the hold can still be captured;
/// released, they expire at once.
pub fn capture(snapshot: &Snapshot, request: &Step, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let stamp = &request.stamp;
    let mut draft = Draft::open(snapshot, stamp.now, rulebook)?;
    let reference = Reference::capture(&request.redemption, &request.id);
    let hold = match held(&mut draft, snapshot, &request.redemption) {
        Ok(hold) => hold,
        Err(refusal) => return draft.refuse(stamp, reference, refusal),
    };
    let most = lots::sum(&hold.taken);
    let points = request.points.unwrap_or(most);
    if points < 0 || points > most {
        // Nothing of the hold may move: decide again from what was read.
        let draft = Draft::open(snapshot, stamp.now, rulebook)?;
        return draft.refuse(stamp, reference, Refusal::CaptureExceedsHold { asked: points, held: most });
    }
    let (taken, released) = lots::split(&hold.taken, points);
    draft.book.capture(&taken);
    draft.book.give_back(&released, Account::Held, draft.at);
    draft.repaid = draft.book.repay(draft.at);
    let redemption = request.redemption.clone();
    let voucher = match hold.reward.as_deref() {
        Some(name) => voucher(&mut draft, &hold, name, &redemption)?,
        None => None,
    };
    draft.seal(stamp, reference, Change::Captured { redemption, points, taken, released, voucher })
}

/// The voucher of what was held for; none where the programme has no such reward any more.
fn voucher(
    draft: &mut Draft<'_>,
    hold: &Hold,
    name: &str,
    redemption: &EventId,
) -> Result<Option<Issued>, Refusal> {
    let Ok((_, reward)) = rewards::find(name, draft.rulebook) else { return Ok(None) };
    rewards::room(&draft.book.state)?;
    let origin = Origin {
        occurred_at: hold.occurred_at,
        redemption: Some(redemption.clone()),
        choice: None,
        stocked: hold.stocked,
    };
    rewards::issue(draft, reward, origin).map(Some)
}

/// Takes the open hold of a redemption out of the book, or says what became of it.
pub(crate) fn held(
    draft: &mut Draft<'_>,
    snapshot: &Snapshot,
    redemption: &EventId,
) -> Result<Hold, Refusal> {
    let story = redemptions::read(&snapshot.family, redemption).ok_or(Refusal::RedemptionUnknown)?;
    draft.book.close_hold(redemption).ok_or_else(|| {
        let now = match story.stage {
            Stage::Held => "timed_out",
            Stage::Captured => "captured",
            Stage::Released => "released",
            Stage::Cancelled => "cancelled",
        };
        Refusal::NotHeld { now: now.to_owned() }
    })
}
