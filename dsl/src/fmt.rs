//! The formatter is the style guide: one way to write a thing. Idempotent, keeps every comment.

use crate::diagnostic::Diagnostic;

/// Formats a file that parses; otherwise its diagnostics.
pub fn format(_source: &str) -> Result<String, Vec<Diagnostic>> {
    todo!()
}
