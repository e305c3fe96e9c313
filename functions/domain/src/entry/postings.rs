//! What an entry moves: accounts, postings, and points of lots.

use dsl::units::{Moment, Span};
use serde::{Deserialize, Serialize};

/// A movement on one account. Positive adds to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting(pub Account, pub i64);

/// The accounts of double entry. `Active`, `Pending`, `Held` and `Debt` are the member's; the rest the programme's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Account {
    /// Where points come from: falls by what is issued.
    #[serde(rename = "is")]
    Issuer,
    /// Spendable.
    #[serde(rename = "ac")]
    Active,
    /// Earned, not yet spendable.
    #[serde(rename = "pe")]
    Pending,
    /// Reserved by a redemption.
    #[serde(rename = "he")]
    Held,
    /// What the member owes, as a balance of 0 or less.
    #[serde(rename = "de")]
    Debt,
    /// Redeemed for good.
    #[serde(rename = "re")]
    Redeemed,
    /// Expired.
    #[serde(rename = "ex")]
    Expired,
    /// Clawed back by returns.
    #[serde(rename = "cl")]
    Clawed,
    /// Adjusted by hand.
    #[serde(rename = "ad")]
    Adjusted,
    /// Moved to or from another member.
    #[serde(rename = "tr")]
    Transferred,
}

/// A lot: the entry that opened it, and which of its credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LotId(pub u64, pub u8);

/// Points taken from, or given back to, one lot, with what is needed to reopen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// The lot.
    #[serde(rename = "l")]
    pub lot: LotId,
    /// Points, more than 0.
    #[serde(rename = "n")]
    pub points: i64,
    /// When the lot was earned.
    #[serde(rename = "e")]
    pub earned_at: Moment,
    /// When the lot expires.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// How far purchases extend the lot, where they do.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub slides: Option<Span>,
}
