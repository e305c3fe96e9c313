//! Earning or spending is frozen, or set free again.
//!
//! What it never does: touch what is there. Points go on expiring, holds can still be captured or released, purchases
//! can still come back, and a person may still adjust.

use crate::decision::Decision;
use crate::entry::Change;
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::{Freeze, Snapshot};
use crate::state::Standing;
use dsl::plan::Rulebook;

/// Sets what is frozen from now on, whatever was before.
pub fn freeze(snapshot: &Snapshot, request: &Freeze, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let mut draft = Draft::open(snapshot, request.stamp.now, rulebook)?;
    let (earning, spending) = (request.earning, request.spending);
    let standing = draft.book.state.standing;
    draft.book.state.standing = Standing { earning_frozen: earning, spending_frozen: spending, ..standing };
    let change = Change::Frozen { earning, spending, by: request.by.clone() };
    draft.seal(&request.stamp, Reference::freeze(&request.id), change)
}
