//! A hold is captured.

use crate::decision::Decision;
use crate::refusal::Refusal;
use crate::request::{Step, Snapshot};
use dsl::plan::Rulebook;

/// Redeems at most what is held and releases the rest.
pub fn capture(_snapshot: &Snapshot, _request: &Step, _rulebook: &Rulebook) -> Result<Decision, Refusal> {
    todo!()
}
