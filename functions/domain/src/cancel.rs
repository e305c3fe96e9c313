//! A captured redemption is cancelled.

use crate::decision::Decision;
use crate::refusal::Refusal;
use crate::request::{Step, Snapshot};
use dsl::plan::Rulebook;

/// Gives redeemed points back to their own lots with their own expiry.
pub fn cancel(_snapshot: &Snapshot, _request: &Step, _rulebook: &Rulebook) -> Result<Decision, Refusal> {
    todo!()
}
