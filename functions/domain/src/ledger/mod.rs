//! The member's accounts while a decision is being made: postings, lots, balances, and the draft that becomes an entry.
//!
//! What it never does: know a rule. It moves points between accounts and refuses to lose one.

pub(crate) mod book;
pub(crate) mod draft;
pub(crate) mod lots;
pub(crate) mod postings;
pub(crate) mod seal;
