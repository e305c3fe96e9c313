//! From text to a checked programme: all mistakes of a file in one run, or a meaning.

use crate::diagnostic::Diagnostic;
use crate::model::Programme;
use crate::units::Moment;

/// The largest file, in bytes. A larger programme is several files.
pub const SOURCE_BYTES_MAX: usize = 64 * 1024;

/// What checking found.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The programme; none with any error.
    pub programme: Option<Programme>,
    /// Errors and warnings, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a file's bytes. Never panics, whatever the bytes. `now`, where given, lets it warn of dates already past.
pub fn check(_source: &[u8], _now: Option<Moment>) -> Checked {
    todo!()
}
