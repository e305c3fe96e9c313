//! A purchase earns.

use crate::decision::Decision;
use crate::refusal::Refusal;
use crate::request::{Purchase, Snapshot};
use dsl::plan::Rulebook;

/// Decides a purchase: settles what fell due, evaluates the rulebook, credits lots, moves the tier.
pub fn earn(_snapshot: &Snapshot, _request: &Purchase, _rulebook: &Rulebook) -> Result<Decision, Refusal> {
    todo!()
}
