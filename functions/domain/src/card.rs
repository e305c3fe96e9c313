//! What the member sees: balances, what expires next, the tier and what is missing to the next.

use crate::state::State;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use serde::Serialize;

/// A member's card at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    /// Spendable points.
    pub balance_points: i64,
    /// Earned, not yet spendable.
    pub pending_points: i64,
    /// Reserved by redemptions.
    pub held_points: i64,
    /// Owed.
    pub debt_points: i64,
    /// The earliest expiry of spendable points, and how many expire then.
    pub expiring_next: Option<Expiring>,
    /// The tier, where the programme has tiers.
    pub tier: Option<CardTier>,
    /// Badges.
    pub badges: Vec<String>,
}

/// Points that expire together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Expiring {
    /// How many.
    pub points: i64,
    /// When.
    pub at: Moment,
}

/// A tier with its progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardTier {
    /// Its name.
    pub name: String,
    /// Since when.
    pub since: Moment,
    /// When it is reviewed; none never.
    pub review_at: Option<Moment>,
    /// What is still missing to keep it at that review, in the threshold's unit; 0 when it is safe; none when it
    /// is never reviewed.
    pub missing_to_keep: Option<i64>,
    /// The next tier, if there is one.
    pub next: Option<NextTier>,
}

/// The next tier and what is missing to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextTier {
    /// Its name.
    pub name: String,
    /// `spent`, `earned` or `purchases`.
    pub metric: dsl::facts::Metric,
    /// What counts so far: minor units, points or purchases.
    pub have: i64,
    /// What it takes.
    pub need: i64,
    /// need - have, more than 0.
    pub missing: i64,
    /// When the oldest part of `have` leaves the window, so by when it must be reached; none for a lifetime window.
    pub by: Option<Moment>,
}

/// The card at `now`: settles first, writes nothing.
pub fn card(_state: &State, _now: Moment, _rulebook: &Rulebook) -> Card {
    todo!()
}
