//! The ledger auditor: is given the raw items of the table alone and recomputes everything they claim.
//!
//! What it never does: I/O, clocks, or calling the code it checks. It shares types and formats with the domain, and
//! rulebooks and the calendar with the language; every sum, lot, tier and hash is its own.
//!
//! Items come partition by partition, each in the order of its sort keys, rulebooks before the members they decided;
//! one member is held in memory at a time. An entry is judged against the stored state of the one before it, so that
//! one fault is named once, where it is.

#![deny(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::iter_over_hash_type,
    clippy::panic,
    clippy::unwrap_used
)]

mod auditor;
mod checks;
mod codes;
mod counters;
mod days;
mod fold;
mod item;
mod lines;
mod member;
mod places;
mod referrals;
mod report;
mod rulebooks;

pub use auditor::Auditor;
pub use checks::Invariant;
pub use item::{Item, Value};
pub use report::{Counts, Report, Violation};
