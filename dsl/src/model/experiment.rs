//! Experiments: members in arms by lot, so that what rules give to one arm can be compared with what others do.

use super::{Active, Place};
use serde::{Deserialize, Serialize};

/// Ten-thousandths: what the shares of an experiment come to.
pub const LOTS: u32 = 10_000;

/// An experiment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Experiment {
    /// Its name: the lot of a member is drawn by it, and exposures are kept under it.
    pub name: String,
    /// How merchants read it.
    pub label: Option<String>,
    /// When anybody is in an arm.
    pub active: Active,
    /// Its arms, as written; their shares come to [`LOTS`].
    pub arms: Vec<Arm>,
    /// Where it stands in the text.
    pub place: Place,
}

/// An arm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    /// Its name; `holdout` for those who are to get nothing.
    pub name: String,
    /// How many of the members, in ten-thousandths.
    pub share: u32,
}

/// The arm of members who are to get nothing.
pub const HOLDOUT: &str = "holdout";

impl Experiment {
    /// The arm of a lot below [`LOTS`]: the first arms take the lowest lots.
    pub fn arm(&self, lot: u32) -> Option<&Arm> {
        let mut end = 0_u32;
        self.arms.iter().find(|arm| {
            end = end.saturating_add(arm.share);
            lot < end
        })
    }

    /// Whether it has an arm of this name.
    pub fn has(&self, arm: &str) -> bool {
        self.arms.iter().any(|known| known.name == arm)
    }
}
