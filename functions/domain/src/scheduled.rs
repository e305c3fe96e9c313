//! What time fires by a rule: an absence that has lasted so long, and dates of the calendar.
//!
//! An absence begins on the local day of the last purchase (of the enrolment, where there is none) and is reached when
//! the day begins on which it has lasted so long. One number in the state says up to when absences were answered, so
//! each counts once, whatever its rules are called. Dates of the calendar are the programme's own: who is due is
//! asked of all members, and the reference of the date sees to it that nobody is twice.
//!
//! What it never does: choose. Who is drawn is found at the edge, by a keyed hash this room never sees; so is who ranks
//! best, by the sums this room tells.

use crate::chain::fingerprint;
use crate::decision::Decision;
use crate::enrol::remember;
use crate::entry::{Change, Place};
use crate::history::{counters, windows};
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::Snapshot;
use crate::rules::award::{award, award_drawn};
use crate::rules::facts::facts;
use crate::state::State;
use crate::sweep::settle;
use dsl::event::Event;
use dsl::facts::Metric;
use dsl::model::Ranking;
use dsl::plan::Rulebook;
use dsl::plan::timers::Absence;
use dsl::units::{Day, Moment};
use std::collections::BTreeMap;

/// What was reached longer ago is not answered any more.
pub const CATCH_UP_DAYS: i64 = 31;

const DAY_MS: i64 = 86_400_000;

/// An absence that a member has reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The kind of event it is: `absence.60_days`.
    pub kind: String,
    /// The local day it began.
    pub began: Day,
    /// When it was reached.
    pub at: Moment,
}

impl Reached {
    /// What its entry is found by.
    pub fn reference(&self) -> Reference {
        Reference::timer(&self.kind, self.began)
    }
}

/// A date of a rule's schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// Index of the rule.
    pub rule: usize,
    /// The local day.
    pub day: Day,
    /// The moment it falls on.
    pub at: Moment,
    /// The clock at the edge.
    pub now: Moment,
    /// True for a member who was chosen, drawn or by her rank: whether she may be was asked before.
    pub chosen: bool,
    /// Her place, where members are ranked.
    pub place: Option<Place>,
}

impl Date {
    /// The kind of event it is: `schedule.monthly_gift`; none when there is no such rule.
    pub fn kind(self, rulebook: &Rulebook) -> Option<&str> {
        rulebook.programme().rules.get(self.rule).map(|rule| rule.on.as_str())
    }
}

/// The earliest absence that was reached by `now` and waits for its answer.
pub fn reached(state: &State, now: Moment, rulebook: &Rulebook) -> Option<Reached> {
    let oldest = Moment(now.0.saturating_sub(CATCH_UP_DAYS.saturating_mul(DAY_MS)));
    let (began, mut moments) = absences(state, rulebook)?;
    let found = moments.find(|(_, at)| oldest < *at && *at <= now)?;
    Some(Reached { kind: found.0.kind.clone(), began, at: found.1 })
}

/// When a member reaches the next absence after a moment, if she stays away.
pub(crate) fn next_absence(state: &State, after: Moment, rulebook: &Rulebook) -> Option<Moment> {
    let (_, mut moments) = absences(state, rulebook)?;
    moments.find(|(_, at)| after < *at).map(|(_, at)| at)
}

/// Since which day the member is away, and when she reaches each absence that was not answered, in order.
fn absences<'a>(
    state: &'a State,
    rulebook: &'a Rulebook,
) -> Option<(Day, impl Iterator<Item = (&'a Absence, Moment)>)> {
    if rulebook.absences().is_empty() || state.standing.erased || state.standing.merges.into.is_some() {
        return None;
    }
    let began = rulebook.zone().local(state.last_purchase_at.unwrap_or(state.enrolled_at)).day;
    let answered = state.standing.absence_answered;
    let moments = rulebook.absences().iter().map(move |it| (it, rulebook.absent_since(began, it)));
    Some((began, moments.filter(move |(_, at)| answered.is_none_or(|answered| answered < *at))))
}

/// Answers an absence, whatever its rules give; `None` where it is not the one that waits (the member is back, or
/// another run was first), and while earning is frozen.
pub fn absence(
    snapshot: &Snapshot,
    wanted: &Reached,
    now: Moment,
    rulebook: &Rulebook,
) -> Result<Option<Decision>, Refusal> {
    let head = snapshot.head.as_ref().ok_or(Refusal::MemberUnknown)?;
    let waits = reached(&head.state, now.max(head.at), rulebook);
    if head.state.standing.earning_frozen || waits.as_ref() != Some(wanted) {
        return Ok(None);
    }
    let mut draft = Draft::open(snapshot, now, rulebook)?;
    let award = award(&mut draft, snapshot, &event(&wanted.kind, wanted.at), 0)?;
    remember(&mut draft, &award, wanted.at);
    draft.book.state.standing.absence_answered = Some(wanted.at);
    let reference = wanted.reference();
    let change = Change::Scheduled { timer: wanted.kind.clone(), period: wanted.began, award, place: None };
    draft.seal_as(&fingerprint(&reference), wanted.at, reference, change).map(Some)
}

/// Fires a date of a schedule for one member; `None` where it gives her nothing, and where she has no part in it: she
/// joined later, her earning is frozen, or she was erased.
pub fn fire(snapshot: &Snapshot, date: Date, rulebook: &Rulebook) -> Result<Option<Decision>, Refusal> {
    let (Some(kind), true) = (date.kind(rulebook), takes_part(snapshot, date)) else { return Ok(None) };
    let mut draft = Draft::open(snapshot, date.now, rulebook)?;
    let event = event(kind, date.at);
    let award = if date.chosen {
        award_drawn(&mut draft, snapshot, &event)?
    } else {
        award(&mut draft, snapshot, &event, 0)?
    };
    if !date.chosen && award.rules.is_empty() && award.effects.is_empty() {
        return Ok(None);
    }
    remember(&mut draft, &award, date.at);
    let reference = Reference::timer(kind, date.day);
    let change = Change::Scheduled { timer: kind.to_owned(), period: date.day, award, place: date.place };
    draft.seal_as(&fingerprint(&reference), date.at, reference, change).map(Some)
}

/// Whether a member may be chosen on a date.
pub fn is_candidate(snapshot: &Snapshot, date: Date, rulebook: &Rulebook) -> bool {
    let (Some(kind), Some(head)) = (date.kind(rulebook), &snapshot.head) else { return false };
    let Some(rule) = rulebook.programme().rules.get(date.rule) else { return false };
    let valid = rule.active.from.is_none_or(|from| from <= date.day)
        && rule.active.until.is_none_or(|until| date.day <= until);
    if !valid || !takes_part(snapshot, date) {
        return false;
    }
    let (state, _) = settle(&head.state, date.now.max(head.at), rulebook);
    let facts = facts(&state, snapshot, date.at, rulebook);
    rulebook.candidate_unmet(date.rule, &event(kind, date.at), &facts).is_none()
}

/// By how much a member ranks among all on a date: the sum of the days from the first to before the second. None for whom
/// the rule could not fire, and where the sum is not above nothing.
pub fn score(
    snapshot: &Snapshot,
    date: Date,
    (metric, first, end): (Metric, Day, Day),
    rulebook: &Rulebook,
) -> Option<i64> {
    let head = snapshot.head.as_ref().filter(|_| is_candidate(snapshot, date, rulebook))?;
    Some(windows::between(&head.state, metric, (first, end))).filter(|sum| *sum > 0)
}

/// The ranks of scores that are sorted, the best first: equal ones share a rank, and the next is as many later.
pub fn ranks(scores: &[i64]) -> Vec<u32> {
    let better = |score: &i64| scores.partition_point(|other| other > score);
    scores.iter().map(|score| u32::try_from(better(score)).unwrap_or(u32::MAX).saturating_add(1)).collect()
}

/// Members that one ranking rewards at most.
pub const RANKED_MAX: usize = 500;

/// Of members and their scores, the best first: those of the ranks that are rewarded. Where more share the last rank than
/// may be rewarded, nobody of it is.
pub fn best<T>(mut scored: Vec<(T, i64)>, ranking: Ranking) -> Vec<(T, Place)> {
    let ranks_of = |scored: &[(T, i64)]| ranks(&scored.iter().map(|(_, score)| *score).collect::<Vec<_>>());
    let counted = ranks_of(&scored).partition_point(|rank| *rank <= ranking.to);
    scored.truncate(counted);
    if let Some((_, crowd)) = scored.get(RANKED_MAX) {
        let crowd = *crowd;
        scored.retain(|(_, score)| *score > crowd);
    }
    let ranks = ranks_of(&scored);
    let placed = scored.into_iter().zip(ranks).filter(|(_, rank)| ranking.from <= *rank);
    placed.map(|((member, score), rank)| (member, Place { rank, score })).collect()
}

fn takes_part(snapshot: &Snapshot, date: Date) -> bool {
    snapshot.head.as_ref().is_some_and(|head| {
        let standing = &head.state.standing;
        !standing.earning_frozen
            && !standing.erased
            && head.state.standing.merges.into.is_none()
            && head.state.enrolled_at <= date.at
            && date.at <= date.now
    })
}

/// Programme-wide counters to load before deciding.
pub fn needed_counters(kind: &str, rulebook: &Rulebook) -> Vec<String> {
    counters::of_rules(kind, rulebook)
}

fn event(kind: &str, at: Moment) -> Event {
    Event {
        kind: kind.to_owned(),
        at,
        channel: None,
        store: None,
        lines: Vec::new(),
        fields: BTreeMap::new(),
    }
}
