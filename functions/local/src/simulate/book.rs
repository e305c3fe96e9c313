//! One member's course under one rulebook: the domain's own decisions, one after the other, kept in memory.
//!
//! What happens to her: what the history has, and what time does by the rules themselves (absences, anniversaries,
//! dates of schedules), each at its own moment. What it never does: choose among members, or ask a store.

use super::past::{Course, Happening, What};
use domain::celebrate::celebrate;
use domain::decision::Decision;
use domain::entry::{Change, Entry, Occasion};
use domain::ids::{MemberId, Reference, TenantId};
use domain::refusal::Refusal;
use domain::request::{
    Adjust, Celebrate, Enrol, Head, Purchase, Redeem, Redeemable, Return, Snapshot, Stamp,
};
use domain::scheduled::{self, Date};
use domain::sweep::settle;
use domain::{adjust, earn, enrol, give_back, redeem};
use dsl::event::ANNIVERSARY;
use dsl::facts::Metric;
use dsl::model::UnknownMember;
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment, Span, SpanUnit};
use handlers::lots::{drawn, lots};
use handlers::secret::Secret;
use std::collections::{BTreeMap, HashMap};
use std::mem;

/// Programme-wide counters, shared by all members: name, and what is used.
pub(super) type Counters = BTreeMap<String, i64>;

/// What all members have in common.
pub(super) struct Times<'a> {
    /// The rules.
    pub(super) rules: &'a Rulebook,
    /// Dates of schedules, in order.
    pub(super) dates: Vec<Date>,
    /// Whether any rule answers anniversaries.
    celebrates: bool,
    /// Whether any rule chooses among all members.
    pub(super) chooses: bool,
    /// When the simulation begins.
    pub(super) from: Moment,
    /// When it ends.
    pub(super) until: Moment,
}

impl<'a> Times<'a> {
    /// The dates between two moments of every schedule that chooses nobody.
    pub(super) fn between(rules: &'a Rulebook, from: Moment, until: Moment) -> Self {
        let zone = rules.zone();
        let (first, last) = (zone.local(from).day, zone.local(until).day);
        let mut dates = Vec::new();
        for schedule in rules.scheduled().filter(|schedule| !schedule.rule.chooses()) {
            for day in schedule.days(first, last) {
                let at = schedule.moment(day, zone);
                dates.push(Date { rule: schedule.index, day, at, now: at, chosen: false, place: None });
            }
        }
        dates.retain(|date| from <= date.at && date.at <= until);
        dates.sort_by_key(|date| date.at);
        let celebrates = rules.programme().rules.iter().any(|rule| rule.answers(ANNIVERSARY));
        let chooses = rules.scheduled().any(|schedule| schedule.rule.chooses());
        Self { rules, dates, celebrates, chooses, from, until }
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

/// What a step left.
pub(super) enum Step {
    /// An entry, and what it drew from counters; its state is the book's by then.
    Entry(Box<Decision>),
    /// Refused, with a code.
    Refused(&'static str),
    /// Nothing came of it.
    Nothing,
}

/// A member's course.
pub(super) struct Book<'a> {
    times: &'a Times<'a>,
    course: &'a Course,
    next_deed: usize,
    next_date: usize,
    /// Years since the enrolment whose anniversary comes next.
    next_year: u32,
    /// When the next absence is reached; none where she is back before, or no rule asks.
    absence: Option<Moment>,
    snapshot: Snapshot,
    /// Families of purchases that come back, and of redemptions that paid one, by the reference all of it begins with.
    families: HashMap<Reference, Vec<Entry>>,
}

/// What lots are drawn with here: no secret, for nothing is given; the same for every file, so that two can be compared.
const OPEN: &[u8] = b"what merit simulate draws lots with";

fn open() -> Option<(Secret, TenantId)> {
    Secret::new(OPEN).ok().zip(TenantId::parse("simulated"))
}

/// A member's lots in experiments.
fn lots_of(rules: &Rulebook, member: &MemberId) -> BTreeMap<String, u32> {
    if rules.programme().experiments.is_empty() {
        return BTreeMap::new();
    }
    open().map_or_else(BTreeMap::new, |(secret, tenant)| lots(&secret, &tenant, member, rules))
}

/// A member's lot in a draw.
pub(super) fn lot_of(kind: &str, date: Date, member: &MemberId) -> [u8; 32] {
    open().map_or([0; 32], |(secret, tenant)| drawn(&secret, &tenant, (kind, date.day), member))
}

impl<'a> Book<'a> {
    /// A member of whom nothing is known yet.
    pub(super) fn new(times: &'a Times<'a>, course: &'a Course) -> Self {
        let wanted = course.happenings.iter().filter_map(|happening| match &happening.what {
            What::GiveBack { purchase, .. } => Some(Reference::purchase(purchase)),
            What::Buy { redemption: Some(paid), .. } => Some(Reference::redemption(paid)),
            _ => None,
        });
        Self {
            times,
            course,
            next_deed: 0,
            next_date: 0,
            next_year: 1,
            absence: None,
            snapshot: Snapshot { lots: lots_of(times.rules, &course.member), ..Snapshot::default() },
            families: wanted.map(|reference| (reference, Vec::new())).collect(),
        }
    }

    /// When something happens next, up to the end.
    pub(super) fn next_at(&self) -> Option<Moment> {
        self.next().map(|(at, _)| at)
    }

    fn next(&self) -> Option<(Moment, Next)> {
        let deed = self.course.happenings.get(self.next_deed).map(|deed| (deed.at, Next::Deed));
        let mut next = deed;
        if let Some(head) = &self.snapshot.head {
            let date = self.times.dates.get(self.next_date).map(|date| (date.at, Next::Date));
            let absence = self.absence.map(|at| (at, Next::Absence));
            let rules = self.times.rules;
            let anniversary = self.times.celebrates.then(|| {
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
            Next::Deed => match self.course.happenings.get(self.next_deed) {
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
            Ok(Some(mut decision)) => {
                self.keep(&mut decision, at);
                Step::Entry(Box::new(decision))
            }
            Ok(None) => Step::Nothing,
            Err(refusal) => Step::Refused(refusal.code()),
        }
    }

    /// Who it is.
    pub(super) const fn member(&self) -> &MemberId {
        &self.course.member
    }

    /// Whether a rule that chooses may choose her.
    pub(super) fn may(&self, date: Date) -> bool {
        scheduled::is_candidate(&self.snapshot, date, self.times.rules)
    }

    /// What she ranks by.
    pub(super) fn score(&self, date: Date, sum: (Metric, Day, Day)) -> Option<i64> {
        scheduled::score(&self.snapshot, date, sum, self.times.rules)
    }

    /// Lets a rule fire that has chosen her.
    pub(super) fn chosen(&mut self, date: Date, counters: &Counters) -> Step {
        if !counters.is_empty() {
            self.snapshot.counters.clone_from(counters);
        }
        let absence = self.absence;
        let step = match scheduled::fire(&self.snapshot, date, self.times.rules) {
            Ok(Some(mut decision)) => {
                self.keep(&mut decision, date.at);
                Step::Entry(Box::new(decision))
            }
            Ok(None) => Step::Nothing,
            Err(refusal) => Step::Refused(refusal.code()),
        };
        // one that falls on this very moment is still to come
        self.absence = absence;
        step
    }

    fn deed(&mut self, deed: &Happening) -> Result<Option<Decision>, Refusal> {
        let rules = self.times.rules;
        let stamp = Stamp {
            member: self.course.member.clone(),
            fingerprint: String::new(),
            now: deed.at,
            occurred_at: deed.occurred_at,
        };
        let buys = matches!(deed.what, What::Buy { .. });
        // Who is new is enrolled with her first purchase, as a till would do where the programme does not.
        if buys && self.snapshot.head.is_none() && rules.programme().unknown_member == UnknownMember::Refuse {
            return enrol::enrol(&self.snapshot, &Enrol { stamp }, rules).map(Some);
        }
        self.next_deed += 1;
        self.snapshot.family.clear();
        self.snapshot.paid_with.clear();
        let decided = match &deed.what {
            What::Enrol => enrol::enrol(&self.snapshot, &Enrol { stamp }, rules),
            What::Buy { id, lines, channel, store, redemption } => {
                let (id, lines, redemption) = (id.clone(), lines.clone(), redemption.clone());
                let (channel, store) = (channel.clone(), store.clone());
                let request = Purchase { stamp, id, lines, channel, store, redemption };
                earn::earn(&self.snapshot, &request, rules)
            }
            What::GiveBack { id, purchase, lines } => {
                self.snapshot.family = self.family(&Reference::purchase(purchase));
                let paid = self.snapshot.family.iter().find_map(|entry| match &entry.change {
                    Change::Purchased { bought, .. } => bought.redemption.as_ref(),
                    _ => None,
                });
                if let Some(paid) = paid.map(Reference::redemption) {
                    self.snapshot.paid_with = self.family(&paid);
                }
                let (purchase, id, lines) = (purchase.clone(), id.clone(), lines.clone());
                give_back::give_back(&self.snapshot, &Return { stamp, purchase, id, lines }, rules)
            }
            What::Redeem { id, points } => {
                let (id, what) = (id.clone(), Redeemable::Points(*points));
                let request = Redeem { stamp, id, what, hold_until: None, lines: Vec::new(), choice: None };
                redeem::redeem(&self.snapshot, &request, rules)
            }
            What::Adjust { id, points, by } => {
                let request = Adjust { stamp, id: id.clone(), points: *points, by: by.clone() };
                adjust::adjust(&self.snapshot, &request, rules)
            }
            What::Birthday => {
                let day = rules.zone().local(deed.occurred_at).day;
                self.snapshot.profile.birthday = Some(day);
                let request = Celebrate { occasion: Occasion::Birthday, day, now: deed.at };
                return celebrate(&self.snapshot, &request, rules);
            }
        };
        decided.map(Some)
    }

    fn family(&self, of: &Reference) -> Vec<Entry> {
        self.families.get(of).cloned().unwrap_or_default()
    }

    fn keep(&mut self, decision: &mut Decision, at: Moment) {
        let (entry, state) = (&decision.entry, mem::take(&mut decision.state));
        if !self.families.is_empty()
            && let Some(family) = self.families.get_mut(&Reference::stored(entry.reference.family()))
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
        self.snapshot.head = Some(Head { seq: entry.seq, at: entry.at, hash: [0; 32], state });
    }

    /// The state at the end, and what expired on the way there.
    pub(super) fn end(&self) -> Option<(domain::state::State, Vec<domain::entry::Settlement>)> {
        let head = self.snapshot.head.as_ref()?;
        Some(settle(&head.state, self.times.until.max(head.at), self.times.rules))
    }
}
