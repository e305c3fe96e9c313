//! A decision: the entry to append, the state after it, and what it draws from programme-wide counters.

use crate::entry::Entry;
use crate::ids::VoucherId;
use crate::state::State;

/// What to commit, all or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The entry to append after the snapshot's head.
    pub entry: Entry,
    /// The state after it.
    pub state: State,
    /// Draws on programme-wide counters; with any, the commit is a transaction.
    pub draws: Vec<Draw>,
    /// Vouchers it issues, in the order of their id.
    pub vouchers: Vec<NewVoucher>,
}

impl Decision {
    /// The same with what each voucher's code is found by, which only the edge can tell.
    #[must_use]
    pub fn coded(mut self, hash: impl Fn(VoucherId) -> String) -> Self {
        for voucher in &mut self.vouchers {
            voucher.code_hash = Some(hash(voucher.id));
        }
        self
    }
}

/// A voucher that a decision issues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVoucher {
    /// Which.
    pub id: VoucherId,
    /// What its code is found by, never the code itself; none until the edge has told.
    pub code_hash: Option<String>,
}

/// A draw on a programme-wide counter: committed only while used + amount <= most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// `budget:winter`, `stock:palette`.
    pub counter: String,
    /// How much, more than 0 (or less, for what is given back).
    pub amount: i64,
    /// The most there may be; none for a budget that only warns.
    pub most: Option<i64>,
}
