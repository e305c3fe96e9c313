//! Levels: named steps of a sum, for show and for conditions. Several sets may stand beside the tiers.
//!
//! A level is nothing but what the sum comes to: it is not kept, not reviewed, and falls with a return.

use crate::facts::WindowedSum;
use serde::{Deserialize, Serialize};

/// A set of levels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Levels {
    /// Its name: rules ask for `level.name`.
    pub name: String,
    /// How members read it.
    pub label: Option<String>,
    /// What is counted, for all of its levels.
    pub sum: WindowedSum,
    /// The levels, lowest first; the first is everybody's.
    pub steps: Vec<Level>,
}

/// One level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Its name.
    pub name: String,
    /// What opens it: minor units, points or purchases; 0 for the first.
    pub from: i64,
}

impl Levels {
    /// The index of the level that a sum comes to.
    pub fn reached(&self, sum: i64) -> usize {
        self.steps.iter().rposition(|step| step.from <= sum).unwrap_or(0)
    }
}
