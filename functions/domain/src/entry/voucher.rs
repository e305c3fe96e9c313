//! Vouchers as entries tell of them.

use crate::refusal::Refusal;
use dsl::units::Moment;
use serde::{Deserialize, Serialize};

/// How far a voucher came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoucherStage {
    /// It can be used.
    Issued,
    /// A till has reserved it.
    Reserved,
    /// It was used.
    Fulfilled,
    /// It was cancelled.
    Cancelled,
    /// It was not used in time.
    Expired,
}

impl VoucherStage {
    /// The API's word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Reserved => "reserved",
            Self::Fulfilled => "fulfilled",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

/// A voucher as it was issued: its id is that of the entry and its place among the entry's vouchers, those of a welcome
/// first. Its code stands nowhere in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// The reward, by name.
    #[serde(rename = "rw")]
    pub reward: String,
    /// Until when it can be used; none for ever.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// Which reward of a choice was picked with it.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// True when it stays though nothing is left of the purchase that brought it.
    #[serde(rename = "k", default, skip_serializing_if = "std::ops::Not::not")]
    pub keeps: bool,
}

/// A reward that a rule gave and that could not be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// The reward, by name.
    #[serde(rename = "rw")]
    pub reward: String,
    /// Why not.
    #[serde(rename = "y")]
    pub why: Refusal,
}
