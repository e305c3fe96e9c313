//! A member's profile changes: that it did is told in the ledger, and what she agreed to.
//!
//! What it never does: see personal data. The profile itself is written by the store, in the same transaction.

use crate::decision::Decision;
use crate::entry::Change;
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::{Snapshot, Update};
use dsl::plan::Rulebook;

/// Notes which fields changed, who changed them, and the consents and terms as proof for later.
pub fn update(snapshot: &Snapshot, request: &Update, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let mut draft = Draft::open(snapshot, request.stamp.now, rulebook)?;
    if let Some(household) = &request.household {
        draft.book.state.household = Some(household.clone()).filter(|household| !household.is_empty());
    }
    let change = Change::Updated {
        fields: request.fields.clone(),
        consents: request.consents.clone(),
        terms: request.terms.clone(),
        household: request.household.clone(),
        actor: request.actor.clone(),
    };
    draft.seal(&request.stamp, Reference::update(&request.id), change)
}
