//! A declared event earns.

use crate::decision::Decision;
use crate::refusal::Refusal;
use crate::request::{Occurrence, Snapshot};
use dsl::plan::Rulebook;

/// Decides an event the merchant declared.
pub fn occur(_snapshot: &Snapshot, _request: &Occurrence, _rulebook: &Rulebook) -> Result<Decision, Refusal> {
    todo!()
}
