//! The language from text to meaning: examples, diagnostics, formatting, the guide. One binary.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)] // tests

mod examples;
mod formatting;
mod hostile;
mod mistakes;
