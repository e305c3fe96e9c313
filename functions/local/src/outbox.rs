//! Events on a desk: what happens as it happens, for a tail, and by signed webhooks for those without an event bus.
//! The store says in this process that something was written; what it was is read from the table.
//!
//! What it never does: skip an entry of a member, or send one before an earlier one of hers was taken or given up.

mod feed;
mod webhook;

pub use feed::{Feed, Told};
pub(crate) use webhook::replay_of;
pub use webhook::{Courier, Patience, Target, deliver};
