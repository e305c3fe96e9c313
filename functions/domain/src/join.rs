//! A friend says who brought her.
//!
//! Whoever brings somebody enrolled before her: so no chain of friends ever closes to a ring, whatever happens at the
//! same time. What it never does: give anything; that takes a purchase, and time.

use crate::decision::Decision;
use crate::entry::Change;
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::{Join, Snapshot};
use crate::state::{Brought, Stage};
use dsl::plan::Rulebook;

/// Ties a friend to one referrer for ever, or refuses.
pub fn join(snapshot: &Snapshot, request: &Join, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let stamp = &request.stamp;
    let referral = rulebook.programme().referral.as_ref().ok_or(Refusal::ReferralNone)?;
    let mut draft = Draft::open(snapshot, stamp.now, rulebook)?;
    draft.after_enrolment(stamp.occurred_at)?;
    let reference = Reference::joining(&request.id);
    let state = &draft.book.state;
    let zone = rulebook.zone();
    let in_time = zone.plus(state.enrolled_at, referral.join);
    let refusal = if state.standing.earning_frozen {
        Some(Refusal::EarningFrozen)
    } else if state.referral.brought.is_some() {
        Some(Refusal::ReferralAlready)
    } else if request.referrer == stamp.member || request.same_person {
        Some(Refusal::ReferralSelf)
    } else if (request.referrer_enrolled_at, &request.referrer) >= (state.enrolled_at, &stamp.member) {
        Some(Refusal::ReferralRing)
    } else if stamp.occurred_at >= in_time {
        Some(Refusal::ReferralTooLate { until: in_time })
    } else {
        None
    };
    if let Some(refusal) = refusal {
        return draft.refuse(stamp, reference, refusal);
    }
    let until = zone.plus(stamp.occurred_at, referral.qualify);
    let (by, joined_at) = (request.referrer.clone(), stamp.occurred_at);
    draft.book.state.referral.brought = Some(Brought { by, joined_at, until, stage: Stage::Joined });
    draft.seal(stamp, reference, Change::Joined { referrer: request.referrer.clone(), until })
}
