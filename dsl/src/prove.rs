//! What can be shown of a programme without an event of its own: the most it can ever pay, and what always holds.
//!
//! Proved over cells of the whole space of events and members, never sampled. Where something cannot be decided within
//! the budget, it says what bound it has; it never says that something holds that does not. Every event it shows was
//! paid by the evaluator.

mod bits;
mod bound;
mod cells;
mod claim;
mod cuts;
mod diff;
mod lines;
mod lint;
mod search;
mod share;
mod solve;
mod told;
mod upper;
mod witness;

pub use bound::{Bounds, BudgetBound, EventBound, MemberDay, Options, RuleBound, ShareBound, bound};
pub use claim::{Answer, Claim, Question, answer};
pub use diff::{Diff, EventChange, RuleChange, RulePoints, Versions, diff};
pub use lint::{Overlap, lint, overlaps};
pub use told::{Part, Told};
