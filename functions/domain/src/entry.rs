//! An entry of a member's ledger: what happened, what it moved, and enough of why to answer for it for ever.
//!
//! Entries are append-only. Corrections are new entries. Field names are short on disk (an entry within 1 KB is one
//! write unit) and stable for ever; a field may be added with a default, never renamed or reused.

mod change;
mod parcel;
mod postings;
mod purchase;
mod referral;
mod settlement;
mod voucher;

pub use change::{By, Change, Given, Occasion, Place};
pub use parcel::{MovedLot, Parcel};
pub use postings::{Account, Allocation, LotId, Posting};
pub use purchase::{Award, Bought, BoughtLine, OpenedLot, Returned, ReturnedLine, StepsUndone};
pub use referral::{Qualifies, Rejection, Role, Setback};
pub use settlement::Settlement;
pub use voucher::{Issued, VoucherStage, Withheld};

use crate::ids::Reference;
use dsl::units::Moment;
use serde::{Deserialize, Serialize, Serializer};

/// One entry, without its place in the chain's hashes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Stored")]
pub struct Entry {
    /// Position in the member's chain, from 1 without gaps.
    pub seq: u64,
    /// What it is found by.
    pub reference: Reference,
    /// First 16 bytes, in hexadecimal, of SHA-256 over the canonical request.
    pub fingerprint: String,
    /// When it was decided: never before the previous entry's.
    pub at: Moment,
    /// When it happened: the instant rules are judged at. Not on disk where it is `at`.
    pub occurred_at: Moment,
    /// Id of the rulebook that decided.
    pub rulebook: String,
    /// What time did to the member since the previous entry, in the order it fell due.
    pub settled: Vec<Settlement>,
    /// What happened.
    pub change: Change,
    /// What it moved, settlements included; sums to zero; at most one posting per account.
    pub postings: Vec<Posting>,
    /// Points the change gave back to spendable lots while the member owed: taken from spendable lots in spend order,
    /// after the change, until nothing is owed or nothing is spendable: (lot, points).
    pub repaid: Vec<(LotId, i64)>,
    /// The tier it led to, where it changed (settlements carry their own).
    pub tier: Option<TierChange>,
}

/// An entry as it is read from disk.
#[derive(Deserialize)]
struct Stored {
    n: u64,
    #[serde(rename = "ref")]
    reference: Reference,
    fp: String,
    at: Moment,
    on: Option<Moment>,
    rb: String,
    #[serde(default)]
    due: Vec<Settlement>,
    ch: Change,
    #[serde(default)]
    ps: Vec<Posting>,
    #[serde(default)]
    rd: Vec<(LotId, i64)>,
    ti: Option<TierChange>,
}

/// An entry as it is written to disk.
#[derive(Serialize)]
struct Storing<'a> {
    n: u64,
    #[serde(rename = "ref")]
    reference: &'a Reference,
    fp: &'a str,
    at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<Moment>,
    rb: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    due: &'a [Settlement],
    ch: &'a Change,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    ps: &'a [Posting],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    rd: &'a [(LotId, i64)],
    #[serde(skip_serializing_if = "Option::is_none")]
    ti: Option<&'a TierChange>,
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Storing {
            n: self.seq,
            reference: &self.reference,
            fp: &self.fingerprint,
            at: self.at,
            on: (self.occurred_at != self.at).then_some(self.occurred_at),
            rb: &self.rulebook,
            due: &self.settled,
            ch: &self.change,
            ps: &self.postings,
            rd: &self.repaid,
            ti: self.tier.as_ref(),
        }
        .serialize(serializer)
    }
}

impl From<Stored> for Entry {
    fn from(stored: Stored) -> Self {
        Self {
            seq: stored.n,
            reference: stored.reference,
            fingerprint: stored.fp,
            at: stored.at,
            occurred_at: stored.on.unwrap_or(stored.at),
            rulebook: stored.rb,
            settled: stored.due,
            change: stored.ch,
            postings: stored.ps,
            repaid: stored.rd,
            tier: stored.ti,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(value: &i64) -> bool {
    *value == 0
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A change of tier, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierChange {
    /// Before.
    #[serde(rename = "f")]
    pub from: Option<String>,
    /// After.
    #[serde(rename = "t")]
    pub to: Option<String>,
}
