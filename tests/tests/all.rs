//! Everything that needs more than one room, in one test binary, so that it is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a failed assumption is a failed test"
)]

mod contract;
mod dumps;
mod erased;
mod events;
mod figures;
mod fraud;
mod function_binary;
mod infra;
mod jobs;
mod jobs_faults;
mod kill;
mod merge;
mod race_http;
mod races;
mod rankings;
mod real_data;
mod referral;
mod sample_events;
mod sizes;
// the audit's own busy shops
#[allow(
    dead_code,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a part of it is used here"
)]
#[path = "../../functions/audit/tests/audit/people.rs"]
mod people;
#[allow(
    dead_code,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a part of it is used here"
)]
#[path = "../../functions/audit/tests/audit/shop.rs"]
mod shop;
mod stories;
mod story_files;
mod story_format;
mod sweep;
mod timers;
mod uploads;
