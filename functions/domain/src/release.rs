//! A hold is released.

use crate::decision::Decision;
use crate::refusal::Refusal;
use crate::request::{Step, Snapshot};
use dsl::plan::Rulebook;

/// Gives held points back to their own lots.
pub fn release(_snapshot: &Snapshot, _request: &Step, _rulebook: &Rulebook) -> Result<Decision, Refusal> {
    todo!()
}
