//! How far a referral is, in the friend's own state: which purchase counts, what a return does to it, when it is due.
//!
//! What it never does: move points. Both sides are paid, or lose it again, in `mature` and `revoke`.

use crate::entry::{Qualifies, Rejection, Setback};
use crate::history::windows;
use crate::ids::{EventId, MemberId};
use crate::ledger::draft::Draft;
use crate::request::Snapshot;
use crate::rules::facts::facts;
use crate::state::{Brought, Counting, Stage, State};
use dsl::event::Event;
use dsl::model::Revoke;
use dsl::units::Moment;

/// What is due of a referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due<'a> {
    /// It matured: both sides are to be rewarded by this member.
    Maturity(&'a MemberId),
    /// The purchase came back: both sides are to lose it.
    Reversal(&'a MemberId),
}

/// What is due of a friend's referral up to a moment, with who brought her.
pub fn due(state: &State, now: Moment) -> Option<Due<'_>> {
    let brought = state.referral.brought.as_ref()?;
    match &brought.stage {
        Stage::Qualified(counting) if counting.terms.matures_at <= now => Some(Due::Maturity(&brought.by)),
        Stage::Revoked { due_at, .. } if *due_at <= now => Some(Due::Reversal(&brought.by)),
        _ => None,
    }
}

/// How far a referral is, in the words of the API: state and reason.
pub fn shown(brought: &Brought, now: Moment) -> (&'static str, Option<&'static str>) {
    match &brought.stage {
        Stage::Joined if now >= brought.until => ("rejected", Some("too_late")),
        Stage::Joined => ("joined", None),
        Stage::Qualified(counting) if counting.terms.matures_at <= now => ("matured", None),
        Stage::Qualified(_) => ("qualified", None),
        Stage::Rewarded(_) => ("rewarded", None),
        Stage::Revoked { .. } | Stage::Reversed => ("reversed", Some("returned")),
        Stage::Rejected(reason) => ("rejected", Some(reason.code())),
    }
}

impl Rejection {
    /// Its word in the API.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Limit => "limit",
            Self::ReferrerFrozen => "referrer_frozen",
            Self::FriendFrozen => "friend_frozen",
            Self::ReferrerErased => "referrer_erased",
            Self::FriendErased => "friend_erased",
        }
    }
}

/// When something of the referral falls due.
pub(crate) fn due_at(state: &State) -> Option<Moment> {
    match &state.referral.brought.as_ref()?.stage {
        Stage::Qualified(counting) => Some(counting.terms.matures_at),
        Stage::Revoked { due_at, .. } => Some(*due_at),
        _ => None,
    }
}

/// Whether a purchase qualifies, and on which terms: asked before it counts in the member's history.
pub(crate) fn qualifies(draft: &Draft<'_>, snapshot: &Snapshot, event: &Event) -> Option<Qualifies> {
    let (rulebook, state) = (draft.rulebook, &draft.book.state);
    let brought = state.referral.brought.as_ref()?;
    let referral = rulebook.programme().referral.as_ref()?;
    if brought.stage != Stage::Joined || event.at < brought.joined_at || event.at >= brought.until {
        return None;
    }
    let least_minor = referral.least_minor.unwrap_or(0);
    let paid = event.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount_minor));
    if paid < least_minor
        || rulebook.referral_unmet(event, &facts(state, snapshot, event.at, rulebook)).is_some()
    {
        return None;
    }
    let matures_at = rulebook.zone().plus(event.at, referral.mature);
    // What a late purchase would have earned long ago is due with the next moment.
    let matures_at = matures_at.max(after(draft.at));
    Some(Qualifies { least_minor, matures_at, refund: referral.refund })
}

/// Notes the purchase that counts.
pub(crate) fn qualify(state: &mut State, purchase: &EventId, bought_at: Moment, terms: Qualifies) {
    if let Some(brought) = &mut state.referral.brought {
        brought.stage = Stage::Qualified(Counting { purchase: purchase.clone(), bought_at, terms });
    }
}

/// What a return does that leaves so much of a purchase (none: nothing). What came back after both were rewarded is
/// due with the next moment.
pub(crate) fn set_back(
    draft: &mut Draft<'_>,
    purchase: &EventId,
    kept_minor: Option<i64>,
) -> Option<Setback> {
    let at = draft.at;
    let brought = draft.book.state.referral.brought.as_mut()?;
    let fails = |counting: &Counting| {
        counting.purchase == *purchase && kept_minor.is_none_or(|kept| kept < counting.terms.least_minor)
    };
    let (stage, setback) = match &brought.stage {
        Stage::Qualified(counting) if fails(counting) && at < brought.until => {
            (Stage::Joined, Setback::Reopened)
        }
        Stage::Qualified(counting) if fails(counting) => {
            (Stage::Rejected(Rejection::Returned), Setback::Rejected)
        }
        Stage::Rewarded(counting) if fails(counting) && counting.terms.refund != Revoke::Keep => {
            (Stage::Revoked { counting: counting.clone(), due_at: after(at) }, Setback::Revoked)
        }
        _ => return None,
    };
    brought.stage = stage;
    Some(setback)
}

/// The day of the purchase that counts remembers no more of what was lost.
pub(crate) fn take_back(draft: &mut Draft<'_>, bought_at: Moment, points: i64) {
    let day = draft.rulebook.zone().local(bought_at).day;
    let sums = crate::state::Sums { earned_points: points, ..crate::state::Sums::default() };
    windows::take_back(&mut draft.book.state, day, sums);
}

const fn after(moment: Moment) -> Moment {
    Moment(moment.0.saturating_add(1))
}
