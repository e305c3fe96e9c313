//! What a rulebook answers: awards, lots to open, limits and budgets used, and why. Names only by index: the edge
//! turns them into words.

use crate::effect::Effect;
use crate::units::Span;
use serde::{Deserialize, Serialize};

/// The answer to one event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Points in all: the sum of `credits`, rounded once.
    pub points: i64,
    /// What to credit, one per combination of validity and pending period; empty when `points` is 0.
    pub credits: Vec<Credit>,
    /// Rewards granted, by index.
    pub rewards: Vec<usize>,
    /// Badges granted.
    pub badges: Vec<String>,
    /// Effects beside points, in their order, each once.
    pub effects: Vec<Effect>,
    /// What this event uses of each limit: (index into `Rulebook::limits`, amount in the limit's unit). Event-scoped
    /// limits never appear.
    pub limit_draws: Vec<(usize, i64)>,
    /// What this event draws from each budget: (budget index, amount in the budget's unit), also for `warn` budgets.
    pub budget_draws: Vec<(usize, i64)>,
    /// One verdict per rule of the rulebook, in rule order.
    pub verdicts: Vec<Verdict>,
}

/// Points to credit as one lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Whole points, more than 0.
    pub points: i64,
    /// Validity instead of the programme's expiry.
    pub valid: Option<Span>,
    /// Pending period (the rule's own, else the programme's).
    pub pending: Option<Span>,
    /// Points per basket line, in line order, summing to `points`; empty when the event has no lines.
    pub line_points: Vec<i64>,
}

/// What became of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It answers another event kind.
    OtherEvent,
    /// The event's day is outside its validity.
    Inactive,
    /// The condition at this index of `when` did not hold.
    Unmet(usize),
    /// It fired and gave whole points (its share of the one rounding; several rules sum to the total).
    Gave {
        /// Whole points.
        points: i64,
        /// What it would have given before limits and budgets, in micro-points.
        uncut_micro: i64,
        /// What cut it, if anything did.
        cut: Option<Cut>,
    },
    /// It would have fired, but its group took other rules.
    Lost {
        /// What it would have given, in micro-points.
        would_micro: i64,
    },
    /// It is a multiplier or rate that found nothing to act on.
    Nothing,
}

/// What cut an award.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// A limit, by index into `Rulebook::limits`.
    Limit(usize),
    /// A limit per event, by index into `Rulebook::event_limits`.
    EventLimit(usize),
    /// A budget, by index.
    Budget(usize),
}
