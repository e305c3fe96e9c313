//! What a rule file means, read from its sentences.
//!
//! One file per step: `file` finds sentences, `literal` reads what stands in them, `ask` answers conditions, `decide`
//! goes through the phases, `cut` applies limits and budgets, `share` rounds once and splits.

mod ask;
mod attention;
mod cut;
mod decide;
mod file;
mod goals;
mod literal;
mod share;

pub use file::File;
