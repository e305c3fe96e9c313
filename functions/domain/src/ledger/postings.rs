//! Double entry: every movement takes from one account what it adds to another.

use crate::entry::{Account, Posting};
use std::collections::BTreeMap;

/// Postings being added up: at most one per account in the end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    sums: BTreeMap<Account, i64>,
}

impl Tally {
    /// Adds to one account. Only `Book::shift` calls it, always in pairs.
    pub(crate) fn add(&mut self, account: Account, points: i64) {
        let sum = self.sums.entry(account).or_default();
        // An overflow leaves a sum that is not zero in all: the seal finds it.
        *sum = sum.saturating_add(points);
    }

    /// The postings, by account, without those that came to nothing.
    pub(crate) fn postings(&self) -> Vec<Posting> {
        self.sums
            .iter()
            .filter(|(_, points)| **points != 0)
            .map(|(account, points)| Posting(*account, *points))
            .collect()
    }
}
