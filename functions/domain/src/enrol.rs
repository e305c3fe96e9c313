//! A member joins.

use crate::decision::Decision;
use crate::entry::{Award, Change};
use crate::history::{counters, tiers, windows};
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::{Enrol, Snapshot};
use crate::rules::award::award;
use crate::state::Sums;
use dsl::event::{ENROLMENT, Event};
use dsl::plan::Rulebook;
use dsl::units::Moment;
use std::collections::BTreeMap;

/// Opens the chain with what the enrolment rules give.
pub fn enrol(snapshot: &Snapshot, request: &Enrol, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    if let Some(head) = &snapshot.head {
        if let Some(into) = &head.state.standing.merges.into {
            return Err(Refusal::MemberMerged { into: into.clone() });
        }
        let erased = head.state.standing.erased;
        return Err(if erased { Refusal::MemberErased } else { Refusal::MemberExists });
    }
    let stamp = &request.stamp;
    let mut draft = Draft::begin(stamp.now, stamp.occurred_at, rulebook);
    let award = award(&mut draft, snapshot, &event(stamp.occurred_at), 0)?;
    remember(&mut draft, &award, stamp.occurred_at);
    draft.seal(stamp, Reference::enrolment(), Change::Enrolled(award))
}

/// The event an enrolment is to the rulebook.
pub(crate) fn event(at: Moment) -> Event {
    Event {
        kind: ENROLMENT.to_owned(),
        at,
        channel: None,
        store: None,
        lines: Vec::new(),
        fields: BTreeMap::new(),
    }
}

/// Programme-wide counters to load before deciding.
pub fn needed_counters(rulebook: &Rulebook) -> Vec<String> {
    counters::of_rules(ENROLMENT, rulebook)
}

/// Adds what was earned without a purchase to the member's history, and raises the tier it reaches.
pub(crate) fn remember(draft: &mut Draft<'_>, award: &Award, occurred_at: Moment) {
    let rulebook = draft.rulebook;
    let day = rulebook.zone().local(occurred_at).day;
    let sums = Sums { earned_points: award.points, ..Sums::default() };
    windows::add(&mut draft.book.state, day, sums);
    let rise = tiers::rise(&mut draft.book.state, occurred_at, draft.at, rulebook);
    draft.change_tier(rise);
}
