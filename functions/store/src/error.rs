//! Store errors, named by what the caller can do.

/// Why a verb failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// Others kept winning; try again later.
    Conflict,
    /// The table is throttled; try again later.
    Throttled,
    /// No definite answer within the time allowed; repeat with the same key.
    Unavailable(String),
    /// Stored bytes are not what they must be; a person must look. Names the key.
    Corrupt(String),
}
