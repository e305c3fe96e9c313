//! Lines of a purchase come back.

use crate::decision::Decision;
use crate::refusal::Refusal;
use crate::request::{Return, Snapshot};
use dsl::plan::Rulebook;

/// Claws each returned line's share of the award from its own record, and restores spent points by share.
pub fn give_back(_snapshot: &Snapshot, _request: &Return, _rulebook: &Rulebook) -> Result<Decision, Refusal> {
    todo!()
}
