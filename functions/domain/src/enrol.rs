//! A member joins.

use crate::decision::Decision;
use crate::refusal::Refusal;
use crate::request::{Enrol, Snapshot};
use dsl::plan::Rulebook;

/// Opens the chain with what the enrolment rules give.
pub fn enrol(_snapshot: &Snapshot, _request: &Enrol, _rulebook: &Rulebook) -> Result<Decision, Refusal> {
    todo!()
}
