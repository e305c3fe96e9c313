//! A decision: the entry to append, the state after it, and what it draws from programme-wide counters.

use crate::entry::Entry;
use crate::state::State;

/// What to commit, all or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The entry to append after the snapshot's head.
    pub entry: Entry,
    /// The state after it.
    pub state: State,
    /// Draws on programme-wide counters; with any, the commit is a transaction.
    pub draws: Vec<Draw>,
}

/// A draw on a programme-wide counter: committed only while used + amount <= most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// `budget:winter`, `stock:palette`.
    pub counter: String,
    /// How much, more than 0 (or less, for what is given back).
    pub amount: i64,
    /// The most there may be; none for a budget that only warns.
    pub most: Option<i64>,
}
