//! Between the member's ledger and the rulebook: the facts a rulebook reads, and what becomes of its answer.
//!
//! What it never does: judge a condition or compute an award; that is the rulebook's.

pub(crate) mod award;
pub(crate) mod facts;
pub(crate) mod rewards;
