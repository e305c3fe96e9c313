//! The compiled rulebook: a checked programme made flat for evaluation, with a content hash.
//!
//! A request never parses text: it loads these bytes. It never changes: another text is another rulebook.

use crate::calendar::Zone;
use crate::event::Event;
use crate::facts::{Facts, WindowedSum};
use crate::model::{LimitPeriod, LimitUnit, Programme};
use crate::outcome::Outcome;

/// A compiled rulebook. Cheap to share behind an `Arc`.
#[derive(Debug, Clone)]
pub struct Rulebook {
    id: String,
    programme: Programme,
    zone: Zone,
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
}

/// A limit with a counter: everything but event-scoped limits has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitSlot {
    /// Whose it is.
    pub owner: LimitOwner,
    /// The stable key its counter is kept under, for ever: `programme`, `group:boosters`, `rule:own_cup`,
    /// `reward:ten_off`, then `/points` or `/times` or `/money`, then `/day` and so on.
    pub key: String,
    /// Earlier keys (`formerly`) whose counters it keeps.
    pub former_keys: Vec<String>,
    /// How much, and of what.
    pub most: LimitUnit,
    /// Per which period.
    pub per: LimitPeriod,
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
    pub fn compile(_programme: Programme) -> Self {
        todo!()
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
        todo!()
    }
    /// Loads bytes written by [`Rulebook::to_bytes`], verifying their hash.
    pub fn from_bytes(_bytes: &[u8]) -> Result<Self, LoadError> {
        todo!()
    }
    /// Windowed sums that rules, rewards or tiers read, without repeats; `Facts::windows` is aligned with it.
    pub fn windows(&self) -> &[WindowedSum] {
        todo!()
    }
    /// Limits with counters; `Facts::used` is aligned with it. Reward limits included.
    pub fn limits(&self) -> &[LimitSlot] {
        todo!()
    }
    /// True when a rule or reward reads personal data (the birthday), so that the profile must be loaded.
    pub const fn reads_profile(&self) -> bool {
        todo!()
    }
    /// Indices of budgets that rules answering this event kind may draw on: the counters to load.
    pub fn budgets_for(&self, _kind: &str) -> &[usize] {
        todo!()
    }
    /// Decides one event. Pure, total, bounded by the rulebook's size times the basket's lines.
    pub fn evaluate(&self, _event: &Event, _facts: &Facts) -> Outcome {
        todo!()
    }
    /// Whether a reward can be had now: index of the first unmet condition, if any; `event` carries the basket, if
    /// the till gave one, and the moment.
    pub fn reward_unmet(&self, _reward: usize, _event: &Event, _facts: &Facts) -> Option<usize> {
        todo!()
    }
}
