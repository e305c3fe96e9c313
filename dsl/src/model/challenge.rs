//! Challenges: goals that a member works towards over many events, and what completes them.

use super::{Amount, Condition, LimitPeriod};
use crate::event::PURCHASE;
use serde::{Deserialize, Serialize};

/// What must be done, once per member or once per period, before a challenge gives anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// The period it begins anew with: a day, week, month or year; `Programme` where it is done once for ever.
    pub per: LimitPeriod,
    /// How many of its goals complete it: 1 to all of them.
    pub needs: usize,
    /// The goals, as written.
    pub goals: Vec<Goal>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// Its name: what is done is counted under it.
    pub name: String,
    /// How members read it.
    pub label: Option<String>,
    /// How often, or minor units; more than 0.
    pub target: i64,
    /// What counts.
    pub counts: Counts,
}

/// What brings a goal nearer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// `5 times on purchase`: events of a kind; a purchase of which nothing is left does not count.
    Times {
        /// The kind.
        on: String,
        /// What must hold of the event.
        when: Vec<Condition>,
    },
    /// `100.00 EUR of basket.lines where line.category is fragrance`: money of purchases, net of returns.
    Money(Amount),
}

impl Goal {
    /// The kind of event that counts.
    pub fn kind(&self) -> &str {
        match &self.counts {
            Counts::Times { on, .. } => on,
            Counts::Money(_) => PURCHASE,
        }
    }
}
