//! Streaks: what members do day after day, week after week or month after month.

use super::Place;
use crate::units::{Period, Span};
use serde::{Deserialize, Serialize};

/// Purchases in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Streak {
    /// Its name.
    pub name: String,
    /// How members read it.
    pub label: Option<String>,
    /// There must be a purchase in each of these: a day, a week or a month of the programme's calendar.
    pub every: Period,
    /// How many of them may be missed.
    pub freeze: Option<Freeze>,
    /// Where it stands in the text.
    pub place: Place,
}

/// How many days, weeks or months may be missed, and in which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// So many ...
    pub times: u32,
    /// ... in any time so long, in days or longer.
    pub per: Span,
}

impl Streak {
    /// The longest that is counted: history is looked at over a year.
    pub const fn longest(&self) -> i64 {
        match self.every {
            Period::Day => 365,
            Period::Week => 52,
            _ => 12,
        }
    }
}
