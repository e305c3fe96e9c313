//! Calendars: named days that rules ask about.

use super::Place;
use crate::units::Day;
use serde::{Deserialize, Serialize};

/// Named days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Its name.
    pub name: String,
    /// How merchants read it.
    pub label: Option<String>,
    /// Its days, as written.
    pub days: Vec<Days>,
    /// Where it stands in the text.
    pub place: Place,
}

/// Days in a row, both ends included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    /// What they are called: `christmas`.
    pub name: String,
    /// The first.
    pub from: Day,
    /// The last.
    pub until: Day,
}

impl Calendar {
    /// Whether a day is one of its days.
    pub fn has(&self, day: Day) -> bool {
        self.days.iter().any(|days| days.from <= day && day <= days.until)
    }
}
