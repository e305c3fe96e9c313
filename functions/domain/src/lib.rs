//! Programme semantics: `(snapshot, request, rulebook, now) -> Decision or Refusal`, one decision per file.
//!
//! What this room is for: everything that turns what happened into entries of a member's ledger.
//! What it never does: I/O, async, clocks, randomness, floats; it knows no HTTP and no DynamoDB.
//!
//! INVARIANT: postings of an entry sum to zero; sequences have no gap; balance = lots; nothing is negative but the
//! debt account. Checked in release by `Decision::seal`, and again from the table alone by the auditor.

pub mod chain;
mod packed;
pub mod decision;
pub mod entry;
pub mod ids;
pub mod refusal;
pub mod request;
pub mod state;
pub mod cancel;
pub mod capture;
pub mod card;
pub mod earn;
pub mod enrol;
pub mod explain;
pub mod give_back;
pub mod occur;
pub mod redeem;
pub mod release;
pub mod sweep;
