//! What the state remembers of a member's past: sums per day, counters of limits, the tier, lifts, what became of redemptions.
//!
//! What it never does: move points.

pub(crate) mod challenges;
pub(crate) mod counters;
pub(crate) mod experiments;
pub(crate) mod happenings;
pub mod households;
pub(crate) mod lifts;
pub(crate) mod milestones;
pub(crate) mod redemptions;
pub(crate) mod referral;
pub(crate) mod tiers;
pub(crate) mod vouchers;
pub(crate) mod windows;
