//! What time did to a member between two entries.

use super::{LotId, TierChange, is_zero};
use crate::ids::{EventId, VoucherId};
use dsl::units::Moment;
use serde::{Deserialize, Serialize};

/// What time did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// A pending lot became spendable (debt repaid first).
    Activated {
        /// The lot.
        lot: LotId,
        /// Its points.
        points: i64,
        /// Of which repaid debt.
        #[serde(default, skip_serializing_if = "is_zero")]
        repaid: i64,
        /// When.
        at: Moment,
    },
    /// A lot expired with this remainder.
    Expired {
        /// The lot.
        lot: LotId,
        /// Its remainder.
        points: i64,
        /// When.
        at: Moment,
    },
    /// A hold timed out; its points went back (or expired, as settlements of their own).
    TimedOut {
        /// The redemption.
        redemption: EventId,
        /// Its points.
        points: i64,
        /// When.
        at: Moment,
    },
    /// Points of a hold that timed out repaid debt.
    Repaid {
        /// The lot they had gone back to.
        lot: LotId,
        /// How many.
        points: i64,
        /// When.
        at: Moment,
    },
    /// A tier review changed the tier.
    Reviewed {
        /// From and to.
        change: TierChange,
        /// When.
        at: Moment,
    },
    /// A lift of the tier ended.
    LiftEnded {
        /// The tier.
        tier: String,
        /// When.
        at: Moment,
    },
    /// A voucher's reservation timed out: it can be used again.
    VoucherFreed {
        /// The voucher.
        voucher: VoucherId,
        /// Its reward.
        reward: String,
        /// When.
        at: Moment,
    },
    /// A voucher expired unused; a reserved one expires once its reservation has ended.
    VoucherExpired {
        /// The voucher.
        voucher: VoucherId,
        /// Its reward.
        reward: String,
        /// When.
        at: Moment,
    },
    /// The member is told what expires on a local day, as `remind 14 days before expiry` asks.
    ExpiringSoon {
        /// What expires then if nothing happens: lots, whether spendable yet or not.
        points: i64,
        /// The earliest of these expiries.
        expires_at: Moment,
        /// When she is told.
        at: Moment,
    },
}
