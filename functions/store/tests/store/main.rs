//! The store over the unmodified SDK against a real DynamoDB implementation on a loopback socket. Faults are put on
//! the wire, under the SDK; nothing of our own is replaced.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests stop at the first surprise"
)]

mod bench;
mod both;
mod corrupt;
mod cost;
mod counters;
mod crowd;
mod env;
mod lost;
mod pages;
mod profiles;
mod races;
mod rules;
mod size;
mod wire;
