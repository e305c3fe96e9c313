//! The compiled rulebook: a checked programme made flat for evaluation, with a content hash.
//!
//! A request never parses text: it loads these bytes. It never changes: another text is another rulebook.

mod bytes;
mod challenges;
mod compile;
pub(crate) mod conditions;
pub(crate) mod counters;
mod experiments;
pub(crate) mod happenings;
pub(crate) mod index;
mod milestones;
mod sections;
mod streaks;
pub(crate) mod symbols;
pub(crate) mod tables;
pub mod timers;

pub use challenges::{ChallengeSlots, Completed, completed};
pub use milestones::{Milestone, step_of};

use crate::calendar::Zone;
pub use crate::evaluate::Work;
use crate::event::Event;
use crate::facts::{Facts, Happening, WindowedSum};
use crate::model::{Condition, Fact, Give, LimitPeriod, LimitUnit, Programme};
use crate::outcome::Outcome;
use crate::reading::{Reading, Truth};
use crate::units::Moment;

/// A compiled rulebook. Cheap to share behind an `Arc`.
#[derive(Debug, Clone)]
pub struct Rulebook {
    id: String,
    programme: Programme,
    zone: Zone,
    windows: Vec<WindowedSum>,
    counters: counters::Counters,
    reads_profile: bool,
    kinds: Vec<tables::KindPlan>,
    absences: Vec<timers::Absence>,
    milestones: Vec<Milestone>,
    challenges: Vec<ChallengeSlots>,
    happenings: Vec<Happening>,
}

/// Who a limit belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitOwner {
    /// All rules together.
    Programme,
    /// A group, by index.
    Group(usize),
    /// A rule, by index.
    Rule(usize),
    /// A reward, by index (times redeemed).
    Reward(usize),
    /// The referral (friends a member is rewarded for).
    Referral,
    /// The steps of a rule, by index: counted, never limited.
    Milestone(usize),
    /// A challenge, by the index of its rule: counted, never limited.
    Challenge(usize),
    /// What addresses a member.
    Attention,
}

/// A limit with a counter: everything but event-scoped limits has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSlot {
    /// Whose it is.
    pub owner: LimitOwner,
    /// The stable key its counter is kept under, for ever: `programme`, `group:boosters`, `rule:own_cup`,
    /// `reward:ten_off`, `referral`, `every:x/spent/10000`, `goal:spring/visits`, `challenge:spring/1/visits:5`,
    /// then `/points` or `/times` or `/money`, then `/day` and so on.
    pub key: String,
    /// Earlier keys (`formerly`) whose counters it keeps.
    pub former_keys: Vec<String>,
    /// How much, and of what.
    pub most: LimitUnit,
    /// Per which period.
    pub per: LimitPeriod,
    /// Over all members of a household together, whose counter stands outside of their states.
    pub household: bool,
}

/// Why bytes are no rulebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// The bytes were written by a newer or unknown format; the number found.
    Format(u16),
    /// The bytes are damaged: their hash is not the one they state.
    Damaged,
}

impl Rulebook {
    /// Compiles a checked programme.
    pub fn compile(programme: Programme) -> Self {
        let (_, id) = bytes::write(&programme);
        Self::with_id(programme, id)
    }

    fn with_id(programme: Programme, id: String) -> Self {
        let zone = Zone::find(&programme.zone).unwrap_or_else(Zone::utc);
        let windows = counters::windows(&programme);
        let counters = counters::Counters::of(&programme);
        let reads_profile = counters::reads_profile(&programme);
        let happenings = happenings::of(&programme);
        let kinds = compile::kinds(&programme, (&windows, &happenings), &counters);
        let absences = timers::absences(&programme);
        let milestones = milestones::of(&programme, &counters.slots);
        let challenges = challenges::of(&programme, &counters.slots);
        Self {
            id,
            programme,
            zone,
            windows,
            counters,
            reads_profile,
            kinds,
            absences,
            milestones,
            challenges,
            happenings,
        }
    }

    /// The content hash: 16 hexadecimal digits of SHA-256 over the compiled bytes. Equal text gives equal ids.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The programme it was compiled from.
    pub const fn programme(&self) -> &Programme {
        &self.programme
    }

    /// The programme's zone.
    pub const fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Versioned, hashed bytes for storage.
    pub fn to_bytes(&self) -> Vec<u8> {
        bytes::write(&self.programme).0
    }

    /// Loads bytes written by [`Rulebook::to_bytes`], verifying their hash.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LoadError> {
        let (programme, id) = bytes::read(bytes)?;
        Ok(Self::with_id(programme, id))
    }

    /// Windowed sums that rules, rewards or tiers read, without repeats; `Facts::windows` is aligned with it.
    pub fn windows(&self) -> &[WindowedSum] {
        &self.windows
    }

    /// Limits with counters; `Facts::used` is aligned with it. Reward limits included, and what milestones count.
    pub fn limits(&self) -> &[LimitSlot] {
        &self.counters.slots
    }

    /// Milestones of rules; `Facts::milestones` is aligned with it.
    pub fn milestones(&self) -> &[Milestone] {
        &self.milestones
    }

    /// Challenges, in the order of their rules.
    pub fn challenges(&self) -> &[ChallengeSlots] {
        &self.challenges
    }

    /// Limits per event: they have no counter, and only [`crate::outcome::Cut::EventLimit`] refers to them.
    pub fn event_limits(&self) -> &[LimitSlot] {
        &self.counters.per_event
    }

    /// True when a rule or reward reads what the profile keeps (the birthday, tags), so that it must be loaded.
    pub const fn reads_profile(&self) -> bool {
        self.reads_profile
    }

    /// Indices of budgets that rules answering this event kind may draw on: the counters to load.
    pub fn budgets_for(&self, kind: &str) -> &[usize] {
        self.kind(kind).map_or(&[], |plan| &plan.budgets_read)
    }

    /// Indices of rewards that rules answering this event kind may give, in the order of the rules; some twice.
    pub fn rewards_for<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = usize> + 'a {
        let rules = self.programme.rules.iter().filter(move |rule| rule.answers(kind));
        rules.flat_map(|rule| &rule.gives).filter_map(|give| match give {
            Give::Reward(index) => Some(*index),
            _ => None,
        })
    }

    /// Decides one event. Pure, total, bounded by the rulebook's size times the basket's lines. A rule that draws
    /// answers as if the member were drawn, if she may be.
    pub fn evaluate(&self, event: &Event, facts: &Facts) -> Outcome {
        let mut work = Work::default();
        self.evaluate_into(event, facts, &mut work);
        work.outcome(&self.programme, self.kind(&event.kind))
    }

    /// The same in buffers that the caller keeps; allocates nothing once they have grown. Of rules that do not fire it
    /// says nothing: [`Rulebook::outcome`] does.
    pub fn evaluate_into(&self, event: &Event, facts: &Facts, work: &mut Work) {
        let plan = self.kind(&event.kind);
        // Validity comes before conditions, as for every other rule.
        let drawn = plan.and_then(|plan| plan.draws).filter(|rule| self.is_active(*rule, event.at));
        if let Some((rule, unmet)) =
            drawn.and_then(|rule| Some((rule, self.candidate_unmet(rule, event, facts)?)))
        {
            work.undrawn(rule, unmet);
        } else {
            work.decide(&self.programme, &self.zone, plan, event, facts);
        }
    }

    /// What [`Rulebook::evaluate`] would have said of the event that was decided last in these buffers by this
    /// rulebook; `kind` is its kind.
    pub fn outcome(&self, kind: &str, work: &Work) -> Outcome {
        work.outcome(&self.programme, self.kind(kind))
    }

    /// Whether the local day of a moment lies in a rule's validity.
    fn is_active(&self, rule: usize, at: Moment) -> bool {
        let today = self.zone.local(at).day;
        self.programme.rules.get(rule).is_some_and(|rule| {
            rule.active.from.is_none_or(|from| from <= today)
                && rule.active.until.is_none_or(|until| today <= until)
        })
    }

    /// The same for a member who has been drawn: whether she may be was asked when the draw was held.
    pub fn evaluate_drawn(&self, event: &Event, facts: &Facts) -> Outcome {
        let mut work = Work::default();
        self.evaluate_drawn_into(event, facts, &mut work);
        work.outcome(&self.programme, self.kind(&event.kind))
    }

    /// The same in buffers that the caller keeps.
    pub fn evaluate_drawn_into(&self, event: &Event, facts: &Facts, work: &mut Work) {
        work.decide(&self.programme, &self.zone, self.kind(&event.kind), event, facts);
    }

    /// Whether a reward can be had now: index of the first unmet condition, if any; `event` carries the basket, if
    /// the till gave one, and the moment. Its validity, limits and stock are not looked at.
    pub fn reward_unmet(&self, reward: usize, event: &Event, facts: &Facts) -> Option<usize> {
        let reading = Reading::new(self, event, facts);
        let unmet = |condition: &Condition| reading.truth(condition, None) != Truth::Yes;
        self.programme.rewards.get(reward)?.when.iter().position(unmet)
    }

    /// Whether a member of these facts is in a segment at a moment; false where there is no such segment.
    pub fn in_segment(&self, segment: usize, at: Moment, facts: &Facts) -> bool {
        let event = Event::of_nothing(at);
        let reading = Reading::new(self, &event, facts);
        let segment = self.programme.segments.get(segment);
        segment.is_some_and(|s| s.when.iter().all(|condition| reading.truth(condition, None) == Truth::Yes))
    }

    /// Why a member may not be drawn by a rule: the index of the first unmet condition; none when she may.
    pub fn candidate_unmet(&self, rule: usize, event: &Event, facts: &Facts) -> Option<usize> {
        let reading = Reading::new(self, event, facts);
        let unmet = |condition: &Condition| reading.truth(condition, None) != Truth::Yes;
        self.programme.rules.get(rule)?.when.iter().position(unmet)
    }

    /// The same for somebody who shows no basket: conditions on a basket are not asked. Whether there are any, and the
    /// first of the others that does not hold.
    pub fn reward_unmet_without_basket(
        &self,
        reward: usize,
        event: &Event,
        facts: &Facts,
    ) -> (bool, Option<usize>) {
        let reading = Reading::new(self, event, facts);
        let Some(reward) = self.programme.rewards.get(reward) else { return (false, None) };
        let unmet =
            |condition: &Condition| !asks_basket(condition) && reading.truth(condition, None) != Truth::Yes;
        (reward.when.iter().any(asks_basket), reward.when.iter().position(unmet))
    }
    /// Whether a purchase of a friend qualifies by the referral's conditions: index of the first unmet one, if any. The
    /// amount and the dates are not looked at.
    pub fn referral_unmet(&self, event: &Event, facts: &Facts) -> Option<usize> {
        let reading = Reading::new(self, event, facts);
        let unmet = |condition: &Condition| reading.truth(condition, None) != Truth::Yes;
        self.programme.referral.as_ref()?.when.iter().position(unmet)
    }

    /// The plans of all kinds of event that rules answer.
    pub(crate) fn kinds(&self) -> &[tables::KindPlan] {
        &self.kinds
    }

    pub(crate) fn kind(&self, kind: &str) -> Option<&tables::KindPlan> {
        let at = self.kinds.binary_search_by(|plan| plan.kind.as_str().cmp(kind)).ok()?;
        self.kinds.get(at)
    }
}

/// True for a condition that is about a basket, in any part.
fn asks_basket(condition: &Condition) -> bool {
    match condition {
        Condition::Any(inner) | Condition::All(inner) | Condition::NoneOf(inner) => {
            inner.iter().any(asks_basket)
        }
        // A segment is a set of members: no basket is asked.
        Condition::Segment { .. } => false,
        Condition::Test(clause) => matches!(
            clause.fact,
            Fact::BasketPaid
                | Fact::BasketEligible
                | Fact::BasketItems
                | Fact::BasketCategories
                | Fact::BasketBrands
                | Fact::BasketSkus
                | Fact::BasketTags
                | Fact::BasketLines(_)
                | Fact::Channel
                | Fact::Store
        ),
    }
}
