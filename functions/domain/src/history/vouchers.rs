//! A voucher as the entries tell it: how it was issued, what became of it.
//!
//! What it never does: look at the state. A voucher that can still be used stands there; here is the story of one that
//! cannot.

use crate::entry::{Change, Entry, Issued, VoucherStage};
use crate::ids::VoucherId;
use dsl::units::Moment;

/// How a voucher was issued, found in the family of the entry that did.
pub(crate) fn issued(origin: &[Entry], voucher: VoucherId) -> Option<&Issued> {
    let entry = origin.iter().find(|entry| entry.seq == voucher.0)?;
    entry.change.issued().nth(usize::from(voucher.1))
}

/// What became of a voucher that is not open at `at`: its own steps say it, else those of what brought it, else time;
/// else it helped to pay a purchase.
pub(crate) fn ended(steps: &[Entry], origin: &[Entry], voucher: VoucherId, at: Moment) -> VoucherStage {
    let last = steps.iter().rev().find_map(|entry| match &entry.change {
        Change::VoucherMoved { voucher: own, to, .. } if *own == voucher => Some(*to),
        _ => None,
    });
    if let Some(end @ (VoucherStage::Fulfilled | VoucherStage::Cancelled | VoucherStage::Expired)) = last {
        return end;
    }
    let cancelled = origin.iter().any(|entry| match &entry.change {
        Change::Cancelled { .. } => true,
        Change::Returned(returned) => returned.revoked.iter().any(|(revoked, _)| *revoked == voucher),
        _ => false,
    });
    let expires_at = issued(origin, voucher).and_then(|issued| issued.expires_at);
    if cancelled {
        VoucherStage::Cancelled
    } else if expires_at.is_some_and(|expires_at| expires_at <= at) {
        VoucherStage::Expired
    } else {
        VoucherStage::Fulfilled
    }
}
