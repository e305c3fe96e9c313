//! Runs the tests beside the rules. A failing test refuses publication.

use crate::plan::Rulebook;
use serde::{Deserialize, Serialize};

/// What became of one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestReport {
    /// The test's title.
    pub name: String,
    /// Expectations that did not hold, each as a sentence with both numbers; empty when it passed.
    pub failures: Vec<String>,
    /// For a failed test: which rules fired, which did not and why, as `explain` says it.
    pub why: Vec<String>,
}

/// Runs all tests of the programme the rulebook was compiled from.
pub fn run(_rulebook: &Rulebook) -> Vec<TestReport> {
    todo!()
}
