//! The decisions as their callers use them: rule texts in, entries out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::too_many_lines,
    reason = "a test that meets what it does not expect should stop there"
)]

mod celebrating;
mod challenges;
mod counters;
mod earning;
mod edges;
mod experiments;
mod explaining;
mod histories;
mod households;
mod lifts;
mod limits;
mod merging;
mod properties;
mod recount;
mod redemptions;
mod referring;
mod reminders;
mod returns;
mod scheduling;
mod sentences;
mod support;
mod tiers;
mod time;
mod vouchers;
