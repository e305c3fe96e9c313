//! Why an entry is what it is, in sentences a support agent can read aloud; from the entry alone, with labels from
//! its rulebook where that is at hand.

use crate::entry::Entry;
use dsl::plan::Rulebook;

/// Sentences, in order: what happened, which rules gave what, what was cut, what time did.
pub fn explain(_entry: &Entry, _rulebook: Option<&Rulebook>) -> Vec<String> {
    todo!()
}
