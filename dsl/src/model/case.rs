//! Tests beside the rules.

use super::Place;
use crate::effect::Effect;
use crate::event::Event;
use crate::facts::{Facts, Happening, WindowedSum};
use serde::{Deserialize, Serialize};

/// A test of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// Its title.
    pub name: String,
    /// What is given of the member: windows, used and budget lists are aligned with the rulebook's.
    pub given: Facts,
    /// Windowed sums given by name, to be laid over `given.windows`.
    pub given_windows: Vec<(WindowedSum, i64)>,
    /// What is said to have happened before, and how often; to be laid over `given.happened`.
    #[serde(skip)]
    pub given_happened: Vec<(Happening, i64)>,
    /// Events in order; limits, budgets and windows carry over from one to the next.
    pub events: Vec<Event>,
    /// What must come out, over all events together.
    pub expects: Vec<Expect>,
    /// Where it stands in the text.
    pub place: Place,
}

/// What a test expects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expect {
    /// What.
    pub what: Expectation,
    /// Where the sentence stands.
    pub place: Place,
}

/// An expectation of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// `expect rule x fires`, by rule index.
    Fires(usize),
    /// `expect rule x stays silent`.
    Silent(usize),
    /// `expect 120 points`, `expect no points`: the total.
    Points(i64),
    /// `expect 60 points from x`.
    PointsFrom(usize, i64),
    /// `expect reward x`, by reward index.
    Reward(usize),
    /// `expect badge "x"`.
    Badge(String),
    /// `expect tier x`: the tier reached after the events, by index.
    Tier(usize),
    /// `expect open case "x"`, and the like, by any of the events.
    Effect(Effect),
}
