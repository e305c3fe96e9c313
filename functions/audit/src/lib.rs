//! The ledger auditor: is given the raw items of the table alone and recomputes everything they claim.
//!
//! What it never does: I/O, clocks, or calling the code it checks. It shares types and formats with the domain, and
//! the calendar with the language; every sum, lot, tier and hash is its own.

mod item;

pub use item::{Item, Value};
