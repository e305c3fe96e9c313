//! Everything that needs more than one room, in one test binary, so that it is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a failed assumption is a failed test"
)]

mod contract;
mod events;
mod figures;
mod function_binary;
mod infra;
mod jobs;
mod jobs_faults;
mod merge;
mod races;
mod real_data;
mod referral;
mod sample_events;
mod sizes;
mod stories;
mod story_files;
mod story_format;
mod sweep;
mod timers;
mod uploads;
