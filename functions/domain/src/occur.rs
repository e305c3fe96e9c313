//! A declared event earns.

use crate::decision::Decision;
use crate::enrol::remember;
use crate::entry::Change;
use crate::history::{counters, happenings};
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::{Occurrence, Snapshot};
use crate::rules::award::award;
use dsl::event::Event;
use dsl::plan::Rulebook;

/// Decides an event the merchant declared.
pub fn occur(snapshot: &Snapshot, request: &Occurrence, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    if !rulebook.programme().events.iter().any(|event| event.name == request.kind) {
        return Err(Refusal::EventUnknown { kind: request.kind.clone() });
    }
    let stamp = &request.stamp;
    let mut draft = Draft::open(snapshot, stamp.now, rulebook)?;
    draft.after_enrolment(stamp.occurred_at)?;
    if draft.book.state.standing.earning_frozen {
        return draft.refuse(stamp, Reference::event(&request.id), Refusal::EarningFrozen);
    }
    let award = award(&mut draft, snapshot, &Event::from(request), 0)?;
    remember(&mut draft, &award, stamp.occurred_at);
    happenings::note(&mut draft.book.state, &request.kind, stamp.occurred_at, rulebook);
    let change = Change::Occurred { kind: request.kind.clone(), award };
    draft.seal(stamp, Reference::event(&request.id), change)
}

/// Programme-wide counters to load before deciding.
pub fn needed_counters(kind: &str, rulebook: &Rulebook) -> Vec<String> {
    counters::of_rules(kind, rulebook)
}
