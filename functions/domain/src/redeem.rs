//! Points are redeemed, at once or under a hold.

use crate::decision::Decision;
use crate::refusal::Refusal;
use crate::request::{Redeem, Snapshot};
use dsl::plan::Rulebook;

/// Takes points in spend order, or refuses; a refusal that depends on state is a decision too.
pub fn redeem(_snapshot: &Snapshot, _request: &Redeem, _rulebook: &Rulebook) -> Result<Decision, Refusal> {
    todo!()
}
