//! The language from text to meaning: examples, diagnostics, formatting, the guide. One binary.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::format_collect, clippy::format_push_string, clippy::too_many_lines)] // tests

mod catalogue;
mod days;
mod edges;
mod examples;
mod experiments;
mod files;
mod formatting;
mod found;
mod guide;
mod hostile;
#[path = "../support/kept.rs"]
mod kept;
mod levels;
mod mistakes;
mod more;
mod names;
mod noticed;
mod occasions;
mod proofs;
mod proved;
mod referral;
mod said;
mod segments;
#[path = "../support/mod.rs"]
mod support;
mod table;
mod timers;
