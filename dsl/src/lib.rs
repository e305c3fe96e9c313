//! Merit's rule language: text in, checked programme, compiled rulebook, one pure evaluation, an explanation.
//!
//! What this room is for: everything that can be said about a merchant's rules without knowing a member's ledger.
//! What it never does: I/O, async, clocks, randomness, floats, or anything that depends on hash order.
//! `now`, the member's facts and the event are arguments; equal arguments give byte-equal outcomes.
//!
//! Data flows one way:
//! `text -> syntax -> diagnostics | model::Programme -> plan::Rulebook -> (Event, Facts) -> Outcome -> explanation`.

#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::dbg_macro,
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::float_arithmetic,
        clippy::indexing_slicing,
        clippy::iter_over_hash_type,
        clippy::print_stderr,
        clippy::print_stdout,
        clippy::string_slice,
        clippy::unreachable
    )
)]

pub mod calendar;
pub mod effect;
pub mod event;
pub mod facts;
pub mod model;
pub mod outcome;
pub mod plan;
pub mod survey;
pub mod units;
pub mod vocabulary;

mod evaluate;
mod reading;

pub mod check;
pub mod diagnostic;
pub mod editor;
pub mod explain;
pub mod files;
pub mod fmt;
pub mod testing;

pub mod nearest;
pub mod prove;
pub mod syntax;
