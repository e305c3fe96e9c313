//! Telling a member what will expire, where the programme asks for it: once for each local day on which lots expire,
//! so many days before it, and never of a lot that was earned later than that.
//!
//! What it never does: move a point. Held points are not told of: they cannot expire before they are back.

use crate::entry::Settlement;
use crate::state::{Lot, State};
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};

/// A local day on which lots expire, and when the member is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reminder {
    expires: Day,
    /// The start of a local day.
    pub(crate) at: Moment,
}

/// The earliest reminder that was not given.
pub(crate) fn next(state: &State, rulebook: &Rulebook) -> Option<Reminder> {
    let standing = &state.standing;
    if rulebook.programme().remind.is_none() || standing.erased || standing.merges.into.is_some() {
        return None;
    }
    // lots stand in spend order: what expires first stands first
    state.lots.iter().find_map(|lot| {
        let expires = day(lot, rulebook).filter(|day| standing.reminded.is_none_or(|told| told < *day))?;
        let at = rulebook.remind_at(expires)?;
        (lot.earned_at < at).then_some(Reminder { expires, at })
    })
}

/// Gives the earliest reminder: what it says. The member is not told of that day again.
pub(crate) fn tell(state: &mut State, at: Moment, rulebook: &Rulebook) -> Option<Settlement> {
    let reminder = next(state, rulebook)?;
    state.standing.reminded = Some(reminder.expires);
    let lots = || state.lots.iter().filter(|lot| day(lot, rulebook) == Some(reminder.expires));
    let expires_at = lots().find_map(|lot| lot.expires_at)?;
    let points = lots().fold(0_i64, |sum, lot| sum.saturating_add(lot.remaining));
    Some(Settlement::ExpiringSoon { points, expires_at, at })
}

fn day(lot: &Lot, rulebook: &Rulebook) -> Option<Day> {
    lot.expires_at.map(|at| rulebook.zone().local(at).day)
}
