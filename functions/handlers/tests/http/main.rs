//! The HTTP API over the real store and the embedded DynamoDB: every route, every bad input, every role. Every
//! answer, good or bad, is also held against the OpenAPI document.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests say what went wrong by failing"
)]

mod bad_input;
mod by_hand;
mod document;
mod edge;
mod logs;
mod main_path;
mod previews;
mod repeats;
mod roles;
mod rules;
mod schema;
mod shop;
mod strangers;
mod surveys;
