//! Programme semantics: `(snapshot, request, rulebook, now) -> Decision or Refusal`, one decision per file.
//!
//! What this room is for: everything that turns what happened into entries of a member's ledger.
//! What it never does: I/O, async, clocks, randomness, floats; it knows no HTTP and no table.
//!
//! INVARIANT: postings of an entry sum to zero; sequences have no gap; balance = lots; nothing is negative but the
//! debt account. Checked in release by `Decision::seal`, and again from the table alone by the auditor.

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

// What is kept, and how it hangs together.
pub mod chain;
pub mod decision;
pub mod entry;
pub mod ids;
pub mod limits;
mod packed;
pub mod refusal;
pub mod request;
pub mod state;

// The concepts the decisions are made of.
mod history;
mod ledger;
mod reminders;
mod rules;

// The decisions.
pub mod adjust;
pub mod answer;
pub mod cancel;
pub mod capture;
pub mod celebrate;
pub mod earn;
pub mod enrol;
pub mod erase;
pub mod freeze;
pub mod give_back;
pub mod join;
pub mod mature;
pub mod merge;
pub mod occur;
pub mod redeem;
pub mod release;
pub mod revoke;
pub mod scheduled;
mod sections;
pub mod sweep;
pub mod update;
pub mod voucher;

// What is read.
pub mod card;
pub mod catalogue;
pub mod explain;
pub mod referral_code;

pub use history::counters::{budget_counter, members_counter, stock_counter};
pub use history::households;
pub use history::referral::{Due, due, shown};
pub use history::tiers::name_in_force;
pub use ledger::seal::{broken, broken_state};
pub use rules::facts::facts;
