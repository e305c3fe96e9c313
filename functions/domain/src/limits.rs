//! The engine's own limits: on what people may do by hand, and on what a member's state may hold open. One place to
//! read them, and to change them.
//!
//! What it never does: limit what rules give; merchants do that in their programmes.

/// The most points one adjustment by hand may give or take.
pub const ADJUSTMENT_POINTS_MAX: i64 = 100_000;

/// The most points adjustments by hand may move on one member in one local day, up and down added together.
pub const ADJUSTED_POINTS_PER_DAY_MAX: i64 = 200_000;

/// The most vouchers a member may have that can still be used.
pub const VOUCHERS_MAX: usize = 100;
