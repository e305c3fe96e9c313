//! What states hold that their first stored layout had no place for: sections behind the state, none of which is written
//! where there is nothing in it. So a state stored before a word of the language came is still read, and a member whom
//! it does not concern pays no byte for it.
//!
//! A new field of the state is `#[serde(skip)]` there and has a section here. Sections are only ever added at the end;
//! none changes.

use crate::state::{Exposure, Happened, Lift, State};
use serde::{Deserialize, Serialize};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Section {
    /// How often declared events happened.
    Happened(Vec<Happened>),
    /// In which arms of experiments the member is.
    Exposures(Vec<Exposure>),
    /// Tiers that rules lift the member to.
    Lifts(Vec<Lift>),
    /// The household the member belongs to.
    Household(String),
}

/// The sections of a state, in the order of their kinds.
pub(crate) fn of(state: &State) -> Vec<Section> {
    let mut found = Vec::new();
    if !state.happened.is_empty() {
        found.push(Section::Happened(state.happened.clone()));
    }
    if !state.exposures.is_empty() {
        found.push(Section::Exposures(state.exposures.clone()));
    }
    if !state.lifts.is_empty() {
        found.push(Section::Lifts(state.lifts.clone()));
    }
    found.extend(state.household.clone().map(Section::Household));
    found
}

/// Puts what a section holds where it belongs.
pub(crate) fn apply(state: &mut State, section: Section) {
    match section {
        Section::Happened(happened) => state.happened = happened,
        Section::Exposures(exposures) => state.exposures = exposures,
        Section::Lifts(lifts) => state.lifts = lifts,
        Section::Household(household) => state.household = Some(household),
    }
}
