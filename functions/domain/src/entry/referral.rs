//! Referrals as entries tell of them.

use dsl::model::Revoke;
use dsl::units::Moment;
use serde::{Deserialize, Serialize};

/// The side of a referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Who brought somebody.
    Referrer,
    /// Who was brought.
    Friend,
}

impl Role {
    /// The kind of event it is to the rulebook.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Referrer => dsl::event::REFERRAL_REFERRER,
            Self::Friend => dsl::event::REFERRAL_FRIEND,
        }
    }
}

/// A purchase that qualifies a friend, with the policies of its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qualifies {
    /// What must be left of it, in minor units.
    #[serde(rename = "l")]
    pub least_minor: i64,
    /// When both are rewarded.
    #[serde(rename = "m")]
    pub matures_at: Moment,
    /// What a return does after that.
    #[serde(rename = "u")]
    pub refund: Revoke,
}

/// Why neither side of a referral gets anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Too little is left of the purchase, and the time to make another is over.
    Returned,
    /// The referrer has brought as many as she may in this period.
    Limit,
    /// The referrer's earning is frozen.
    ReferrerFrozen,
    /// The friend's earning is frozen.
    FriendFrozen,
    /// The referrer was erased.
    ReferrerErased,
    /// The friend was erased.
    FriendErased,
}

/// What a return did to the referral of the friend who made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setback {
    /// The purchase does not qualify any more; another may.
    Reopened,
    /// It does not qualify any more, and the time to make another is over.
    Rejected,
    /// Both were rewarded: both lose it, in entries of their own.
    Revoked,
}
