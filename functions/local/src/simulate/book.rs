//! One member's course under one rulebook: the domain's own decisions, one after the other, kept in memory.
//!
//! What happens to her: what the history has, and what time does by the rules themselves (absences, anniversaries,
//! dates of schedules), each at its own moment. What it never does: draw lots, redeem, or ask a store.

use crate::history::{Deed, Document};
use domain::celebrate::celebrate;
use domain::decision::Decision;
use domain::entry::{Entry, Occasion};
use domain::ids::{EventId, MemberId};
use domain::refusal::Refusal;
use domain::request::{Celebrate, Enrol, Head, Purchase, Return, ReturnLine, Snapshot, Stamp};
use domain::scheduled::{self, Date};
use domain::sweep::settle;
use domain::{earn, enrol, give_back};
use dsl::event::{ANNIVERSARY, Line};
use dsl::model::UnknownMember;
use dsl::plan::Rulebook;
use dsl::units::{Moment, Span, SpanUnit};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Programme-wide counters, shared by all members: name, and what is used.
pub(super) type Counters = BTreeMap<String, i64>;

/// What all members have in common.
pub(super) struct Times<'a> {
    /// The rules.
    pub(super) rules: &'a Rulebook,
    /// Dates of schedules, in order.
    pub(super) dates: Vec<Date>,
    /// When the simulation ends.
    pub(super) until: Moment,
}

impl<'a> Times<'a> {
    /// The dates between two moments of every schedule that is not drawn.
    pub(super) fn between(rules: &'a Rulebook, from: Moment, until: Moment) -> Self {
        let zone = rules.zone();
        let (first, last) = (zone.local(from).day, zone.local(until).day);
        let mut dates = Vec::new();
        for schedule in rules.scheduled().filter(|schedule| schedule.rule.draw.is_none()) {
            for day in schedule.days(first, last) {
                let at = schedule.moment(day, zone);
                dates.push(Date { rule: schedule.index, day, at, now: at, drawn: false });
            }
        }
        dates.retain(|date| from <= date.at && date.at <= until);
        dates.sort_by_key(|date| date.at);
        Self { rules, dates, until }
    }
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    /// At the same moment the calendar is before what she does: its day begins with it.
    Date,
    Anniversary,
    Absence,
    Deed,
}

/// A decision, with how many members' steps it took to get there: what a step left.
pub(super) enum Step {
    /// An entry, and what it drew from counters.
    Entry(Box<Decision>),
    /// Refused, with a code.
    Refused(&'static str),
    /// Nothing came of it.
    Nothing,
}

/// A member's course.
pub(super) struct Book<'a> {
    times: &'a Times<'a>,
    member: &'a MemberId,
    deeds: &'a [Deed],
    next_deed: usize,
    next_date: usize,
    /// Years since the enrolment whose anniversary comes next.
    next_year: u32,
    /// When the next absence is reached; none where she is back before, or no rule asks.
    absence: Option<Moment>,
    snapshot: Snapshot,
    /// Families of purchases that come back.
    families: HashMap<&'a EventId, Vec<Entry>>,
}

impl<'a> Book<'a> {
    /// A member of whom nothing is known yet.
    pub(super) fn new(times: &'a Times<'a>, member: &'a MemberId, deeds: &'a [Deed]) -> Self {
        let returned = deeds.iter().filter_map(|deed| match deed {
            Deed::GiveBack { purchase, .. } => Some(purchase),
            Deed::Buy(_) => None,
        });
        let returned: HashSet<&EventId> = returned.collect();
        Self {
            times,
            member,
            deeds,
            next_deed: 0,
            next_date: 0,
            next_year: 1,
            absence: None,
            snapshot: Snapshot::default(),
            families: returned.into_iter().map(|id| (id, Vec::new())).collect(),
        }
    }

    /// When something happens next, up to the end.
    pub(super) fn next_at(&self) -> Option<Moment> {
        self.next().map(|(at, _)| at)
    }

    fn next(&self) -> Option<(Moment, Next)> {
        let deed = self.deeds.get(self.next_deed).map(|deed| (deed.at(), Next::Deed));
        let mut next = deed;
        if let Some(head) = &self.snapshot.head {
            let date = self.times.dates.get(self.next_date).map(|date| (date.at, Next::Date));
            let absence = self.absence.map(|at| (at, Next::Absence));
            let rules = self.times.rules;
            let celebrates = rules.programme().rules.iter().any(|rule| rule.on == ANNIVERSARY);
            let anniversary = celebrates.then(|| {
                let span = Span { count: self.next_year, unit: SpanUnit::Year };
                let day = rules.zone().local(rules.zone().plus(head.state.enrolled_at, span)).day;
                (rules.zone().start_of(day), Next::Anniversary)
            });
            next = deed.into_iter().chain(date).chain(absence).chain(anniversary).min();
        }
        next.filter(|(at, _)| *at <= self.times.until)
    }

    /// Does what comes next.
    pub(super) fn step(&mut self, counters: &Counters) -> Step {
        let Some((at, next)) = self.next() else { return Step::Nothing };
        if !counters.is_empty() {
            self.snapshot.counters.clone_from(counters);
        }
        let rules = self.times.rules;
        let decided = match next {
            Next::Deed => match self.deeds.get(self.next_deed) {
                Some(deed) => self.deed(deed),
                None => Ok(None),
            },
            Next::Absence => {
                self.absence = None;
                let state = self.snapshot.head.as_ref().map(|head| &head.state);
                match state.and_then(|state| scheduled::reached(state, at, rules)) {
                    Some(reached) => scheduled::absence(&self.snapshot, &reached, at, rules),
                    None => Ok(None),
                }
            }
            Next::Anniversary => {
                self.next_year += 1;
                let day = rules.zone().local(at).day;
                celebrate(&self.snapshot, &Celebrate { occasion: Occasion::Anniversary, day, now: at }, rules)
            }
            Next::Date => {
                let date = self.times.dates.get(self.next_date).copied();
                self.next_date += 1;
                date.map_or(Ok(None), |date| scheduled::fire(&self.snapshot, date, rules))
            }
        };
        match decided {
            Ok(Some(decision)) => {
                self.keep(&decision, at);
                Step::Entry(Box::new(decision))
            }
            Ok(None) => Step::Nothing,
            Err(refusal) => Step::Refused(refusal.code()),
        }
    }

    fn deed(&mut self, deed: &'a Deed) -> Result<Option<Decision>, Refusal> {
        let rules = self.times.rules;
        let stamp = Stamp {
            member: self.member.clone(),
            fingerprint: String::new(),
            now: deed.at(),
            occurred_at: deed.at(),
        };
        // Who is new is enrolled with her first purchase, as a till would do where the programme does not.
        if self.snapshot.head.is_none() && rules.programme().unknown_member == UnknownMember::Refuse {
            return enrol::enrol(&self.snapshot, &Enrol { stamp }, rules).map(Some);
        }
        self.next_deed += 1;
        match deed {
            Deed::Buy(document) => {
                self.snapshot.family.clear();
                earn::earn(&self.snapshot, &purchase(document, stamp), rules).map(Some)
            }
            Deed::GiveBack { id, purchase, lines, .. } => {
                self.snapshot.family = self.families.get(purchase).cloned().unwrap_or_default();
                let line = |&(line, quantity, amount): &(usize, i64, i64)| ReturnLine {
                    line,
                    quantity,
                    amount_minor: Some(amount),
                };
                let lines = lines.iter().map(line).collect();
                let request = Return { stamp, purchase: purchase.clone(), id: id.clone(), lines };
                give_back::give_back(&self.snapshot, &request, rules).map(Some)
            }
        }
    }

    fn keep(&mut self, decision: &Decision, at: Moment) {
        let (entry, state) = (&decision.entry, &decision.state);
        let of = match self.deeds.get(self.next_deed.wrapping_sub(1)) {
            Some(Deed::Buy(document)) => Some(&document.id),
            Some(Deed::GiveBack { purchase, .. }) => Some(purchase),
            None => None,
        };
        if let Some(family) = of.and_then(|of| self.families.get_mut(of))
            && entry.reference.as_str().starts_with("p#")
        {
            family.push(entry.clone());
        }
        if self.snapshot.head.is_none() {
            let past = |date: &Date| date.at < state.enrolled_at;
            self.next_date = self.times.dates.partition_point(past);
        }
        let rules = self.times.rules;
        if !rules.absences().is_empty() {
            let away = rules.zone().local(state.last_purchase_at.unwrap_or(state.enrolled_at)).day;
            let reached = rules.absences().iter().map(|absence| rules.absent_since(away, absence));
            self.absence = reached.filter(|reached| *reached > at).min();
        }
        self.snapshot.head = Some(Head { seq: entry.seq, at: entry.at, hash: [0; 32], state: state.clone() });
    }

    /// The state at the end, and what expired on the way there.
    pub(super) fn end(&self) -> Option<(domain::state::State, Vec<domain::entry::Settlement>)> {
        let head = self.snapshot.head.as_ref()?;
        Some(settle(&head.state, self.times.until.max(head.at), self.times.rules))
    }
}

fn purchase(document: &Document, stamp: Stamp) -> Purchase {
    let lines = document.rows.iter().map(|row| Line {
        amount_minor: row.amount_minor,
        quantity: row.quantity,
        sku: row.sku.clone(),
        category: row.category.clone(),
        brand: None,
        tags: Vec::new(),
        eligible: true,
    });
    Purchase {
        stamp,
        id: document.id.clone(),
        lines: lines.collect(),
        channel: None,
        store: document.rows.first().and_then(|row| row.store.clone()),
        redemption: None,
    }
}
