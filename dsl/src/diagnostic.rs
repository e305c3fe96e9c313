//! Diagnostics: what is wrong in a file, where, and what to write instead. Written for merchants: lower case, names
//! in backticks, no compiler words, one sentence of what to do. They never name a grammar rule.

use crate::model::Place;
use serde::{Deserialize, Serialize};

/// How bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The file cannot be published.
    Error,
    /// It can, but should a person look.
    Warning,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Stable code: `E0210`.
    pub code: String,
    /// How bad.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The exact word.
    pub place: Place,
    /// What to write or do, shown at the underline.
    pub help: Option<String>,
    /// A fix a tool can apply.
    pub fix: Option<Fix>,
}

/// Replace the text at `place` by `text`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// Where.
    pub place: Place,
    /// By what.
    pub text: String,
}

/// Line and column of a byte offset, both from 1; the column counts characters.
pub fn line_column(_source: &str, _offset: u32) -> (u32, u32) {
    todo!()
}

/// Diagnostics as a person reads them, with the line quoted and the word underlined.
pub fn render(_file: &str, _source: &str, _diagnostics: &[Diagnostic]) -> String {
    todo!()
}
