//! Points are given or taken by hand, within a cap.
//!
//! What it never does: make a debt, or count for a tier: what a person gives is no purchase.

use crate::decision::Decision;
use crate::entry::{Change, LotId};
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::limits::{ADJUSTED_POINTS_PER_DAY_MAX, ADJUSTMENT_POINTS_MAX};
use crate::refusal::Refusal;
use crate::request::{Adjust, Snapshot};
use crate::rules::award::expiry;
use crate::state::{AdjustedDay, Lot};
use dsl::plan::Rulebook;

/// Gives points as a lot that expires as the programme's points do (debt is repaid first), or takes spendable points
/// in spend order. The caps are those of [`crate::limits`].
pub fn adjust(snapshot: &Snapshot, request: &Adjust, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let stamp = &request.stamp;
    let (points, asked) = (request.points, request.points.saturating_abs());
    if points == 0 {
        return Err(Refusal::Broken { invariant: "an adjustment moves at least 1 point".to_owned() });
    }
    if asked > ADJUSTMENT_POINTS_MAX {
        return Err(Refusal::AdjustmentTooLarge { asked, most: ADJUSTMENT_POINTS_MAX });
    }
    let mut draft = Draft::open(snapshot, stamp.now, rulebook)?;
    let reference = Reference::adjustment(&request.id);
    let day = rulebook.zone().local(draft.at).day;
    let state = &draft.book.state;
    let used =
        state.standing.adjusted.filter(|adjusted| adjusted.day == day).map_or(0, |adjusted| adjusted.points);
    let total = used.saturating_add(asked);
    if total > ADJUSTED_POINTS_PER_DAY_MAX {
        let refusal = Refusal::AdjustmentDayCap { asked, used, most: ADJUSTED_POINTS_PER_DAY_MAX };
        return draft.refuse(stamp, reference, refusal);
    }
    if points < 0 && state.active_points < asked {
        let active = state.active_points;
        return draft.refuse(stamp, reference, Refusal::AdjustmentExceeds { asked, active });
    }
    draft.book.state.standing.adjusted = Some(AdjustedDay { day, points: total });
    let by = request.by.clone();
    if points < 0 {
        let taken = draft.book.adjust_down(asked, draft.at);
        let change = Change::Adjusted { points, by, repaid: 0, expires_at: None, taken };
        return draft.seal(stamp, reference, change);
    }
    let (expires_at, slides) = expiry(None, draft.at, rulebook);
    let id = LotId(draft.seq, 0);
    let lot = Lot { id, remaining: points, earned_at: draft.at, activates_at: None, expires_at, slides };
    let repaid = draft.book.adjust_up(lot);
    draft.seal(stamp, reference, Change::Adjusted { points, by, repaid, expires_at, taken: Vec::new() })
}
