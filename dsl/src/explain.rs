//! Why and why not, for one event: a row per rule, in the merchant's words. Lazy: nothing here runs when deciding.

use crate::event::Event;
use crate::facts::Facts;
use crate::outcome::Outcome;
use crate::plan::Rulebook;
use serde::{Deserialize, Serialize};

/// Why an outcome is what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Points in all.
    pub points: i64,
    /// One row per rule that answers this event kind, in file order.
    pub rules: Vec<RuleRow>,
}

/// What became of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRow {
    /// Its name.
    pub rule: String,
    /// Its label.
    pub label: Option<String>,
    /// `gave`, `lost`, `cut`, `unmet`, `inactive`, `nothing`.
    pub verdict: String,
    /// Points it gave.
    pub points: i64,
    /// One sentence with the operand values: `no: basket.paid is 4.40 EUR, needs at least 6.00 EUR`.
    pub why: String,
}

/// Explains an outcome; `source` is the text the rulebook was compiled from, for quoting conditions, where at hand.
pub fn explain(
    _rulebook: &Rulebook,
    _event: &Event,
    _facts: &Facts,
    _outcome: &Outcome,
    _source: Option<&str>,
) -> Explanation {
    todo!()
}
