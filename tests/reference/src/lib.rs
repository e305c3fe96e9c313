//! The rule language a second time, for tests: a naive interpreter over the syntax tree, random programmes with events
//! and facts, and the comparison of what it answers with what the compiled rulebook answers.
//!
//! `meaning` follows the documents word by word, in whole numbers that never overflow, and is never fast. It shares no
//! code with the checker, the plan or the evaluation: of the language it knows the tree, the calendar and the types of
//! questions and answers; of a rulebook only the lists that indices in facts and answers refer to. Where the two
//! differ, one of them is wrong.
//!
//! What it never does: guess. Text that it cannot read stops the run: a reference that fails loudly is a good one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a tool for tests: it fails loudly"
)]

pub mod differ;
pub mod generate;
pub mod meaning;
pub mod mutate;
