//! Time: what fell due between two entries, judged on read and written by the next entry or by a sweep.

use crate::decision::Decision;
use crate::entry::Settlement;
use crate::request::Snapshot;
use crate::state::State;
use dsl::plan::Rulebook;
use dsl::units::Moment;

/// The state as it is at `now`: activations, expiries, hold time-outs and tier reviews applied in the order they fell
/// due. Reading a balance calls this and writes nothing; every decision starts from it.
pub fn settle(_state: &State, _now: Moment, _rulebook: &Rulebook) -> (State, Vec<Settlement>) {
    todo!()
}

/// The sweep's own decision; `None` when nothing fell due.
pub fn sweep(_snapshot: &Snapshot, _now: Moment, _rulebook: &Rulebook) -> Option<Decision> {
    todo!()
}
