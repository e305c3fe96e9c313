//! A member is erased: her profile goes, in the same transaction; her ledger stays, for the sums must stay true.
//!
//! What it never does: move points. What she has expires in its time; nothing else can happen to her any more.

use crate::decision::Decision;
use crate::entry::Change;
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::{Erase, Snapshot};
use dsl::plan::Rulebook;

/// Closes the chain to everything but what falls due.
pub fn erase(snapshot: &Snapshot, request: &Erase, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let mut draft = Draft::open(snapshot, request.stamp.now, rulebook)?;
    draft.book.state.standing.erased = true;
    // What rules made of her is about her: it goes with the profile.
    draft.book.state.tags.clear();
    draft.book.state.household = None;
    draft.seal(&request.stamp, Reference::erasure(), Change::Erased { by: request.by.clone() })
}
