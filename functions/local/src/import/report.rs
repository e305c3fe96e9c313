//! What an import says at its end: what the file held, what was sent, and what the ledger holds now.
//!
//! The ledger's figures are summed over the table's entries, never over the answers of this run: a second run shows
//! the same.

use crate::history::{Found, Left, grouped};
use dsl::units::Currency;
use std::fmt::{self, Write as _};
use std::time::Duration;

/// What became of the requests of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Sent {
    /// Purchases in the ledger now, old and new.
    pub(super) purchases: u64,
    /// Lines of these purchases.
    pub(super) lines: u64,
    /// Returns in the ledger now, old and new.
    pub(super) returns: u64,
    /// Of both, those that were there before this run.
    pub(super) replayed: u64,
    /// Requests that were refused, by code.
    pub(super) refused: Left,
}

impl Sent {
    /// Adds up two members' requests.
    pub(super) fn merge(&mut self, other: &Self) {
        self.purchases += other.purchases;
        self.lines += other.lines;
        self.returns += other.returns;
        self.replayed += other.replayed;
        self.refused.merge(&other.refused);
    }
}

/// Requests to DynamoDB and units consumed by the handlers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Spent {
    /// Requests.
    pub(super) requests: u64,
    /// Read units x 10.
    pub(super) read_tenths: u64,
    /// Write units x 10.
    pub(super) write_tenths: u64,
}

/// What the ledger holds: sums over all entries, and the members' newest states.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Holdings {
    /// Entries.
    pub(super) entries: u64,
    /// Of these, decided by other rules than the import's.
    pub(super) by_other_rules: u64,
    /// Issued by the programme, points clawed or expired later included.
    pub(super) issued: i64,
    /// Clawed back by returns, restored points set off.
    pub(super) clawed: i64,
    /// Expired.
    pub(super) expired: i64,
    /// Redeemed.
    pub(super) redeemed: i64,
    /// Spendable, pending and held together.
    pub(super) open: i64,
    /// Owed by members.
    pub(super) debt: i64,
    /// How many members owe.
    pub(super) members_in_debt: u64,
    /// Members by tier, in the order of the programme; without tiers under `no tier`.
    pub(super) tiers: Vec<(String, u64)>,
}

/// Everything the table at the end shows.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) rows_read: u64,
    pub(super) left: Left,
    pub(super) found: Found,
    pub(super) split: u64,
    pub(super) members: u64,
    pub(super) sent: Sent,
    pub(super) spent: Spent,
    pub(super) holdings: Holdings,
    pub(super) currency: Currency,
    pub(super) took: Duration,
}

impl Report {
    /// True when this run wrote nothing.
    pub(super) fn changed_nothing(&self) -> bool {
        self.sent.replayed == self.sent.purchases + self.sent.returns
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (found, sent, holdings) = (&self.found, &self.sent, &self.holdings);
        head(f, "The file")?;
        row(f, "rows", self.rows_read)?;
        for (why, count) in self.left.iter() {
            row(f, &format!("  left out: {why}"), count)?;
        }
        row(f, "members", self.members)?;
        row(f, "rows of returns matched", found.rows_matched + found.rows_in_part)?;
        for (what, count) in [
            ("spread over several lines", found.rows_spread),
            ("in part, too few pieces left", found.rows_in_part),
        ] {
            if count > 0 {
                row(f, &format!("  of which {what}"), count)?;
            }
        }
        row(f, "rows of returns refused", found.refused.total())?;
        for (why, count) in found.refused.iter() {
            row(f, &format!("  {why}"), count)?;
        }
        if found.refund_cut_minor > 0 {
            row_text(
                f,
                "refunds beyond the price paid, cut by",
                &self.currency.show(found.refund_cut_minor),
            )?;
        }
        if self.split > 0 {
            row(f, "purchases of more than 1 000 lines, sent in parts", self.split)?;
        }
        head(f, "What was sent")?;
        row(f, "purchases", sent.purchases)?;
        row(f, "  lines", sent.lines)?;
        row(f, "returns", sent.returns)?;
        row(f, "already in the ledger (replayed)", sent.replayed)?;
        row(f, "refused", sent.refused.total())?;
        for (code, count) in sent.refused.iter() {
            row(f, &format!("  {code}"), count)?;
        }
        head(f, "The ledger now")?;
        row(f, "entries", holdings.entries)?;
        row_text(f, "points issued", &grouped(holdings.issued))?;
        row_text(f, "points clawed back", &grouped(holdings.clawed))?;
        row_text(f, "points expired", &grouped(holdings.expired))?;
        row_text(f, "points redeemed", &grouped(holdings.redeemed))?;
        row_text(f, "points open (spendable, pending, held)", &grouped(holdings.open))?;
        row_text(f, "points owed (debt)", &grouped(holdings.debt))?;
        row(f, "members who owe", holdings.members_in_debt)?;
        for (tier, count) in &holdings.tiers {
            row(f, &format!("members: {tier}"), *count)?;
        }
        head(f, "This run")?;
        row_text(f, "seconds", &format!("{}.{:03}", self.took.as_secs(), self.took.subsec_millis()))?;
        row_text(f, "rows per second", &grouped(per_second(self.rows_read, self.took)))?;
        row(f, "DynamoDB requests", self.spent.requests)?;
        row_text(f, "DynamoDB read units", &tenths(self.spent.read_tenths))?;
        row_text(f, "DynamoDB write units", &tenths(self.spent.write_tenths))
    }
}

const WIDTH: usize = 60;

fn head(f: &mut fmt::Formatter<'_>, title: &str) -> fmt::Result {
    writeln!(f, "\n{title}")
}

fn row(f: &mut fmt::Formatter<'_>, what: &str, count: u64) -> fmt::Result {
    row_text(f, what, &grouped(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn row_text(f: &mut fmt::Formatter<'_>, what: &str, value: &str) -> fmt::Result {
    writeln!(f, "  {what:WIDTH$} {value:>16}")
}

fn tenths(tenths: u64) -> String {
    let mut text = grouped(i64::try_from(tenths / 10).unwrap_or(i64::MAX));
    let _ = write!(text, ".{}", tenths % 10);
    text
}

fn per_second(count: u64, took: Duration) -> i64 {
    let micros = took.as_micros().max(1);
    i64::try_from(u128::from(count) * 1_000_000 / micros).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let shown: Vec<String> = [0, 999, 1_000, -1_234_567].into_iter().map(grouped).collect();
        assert_eq!(shown, ["0", "999", "1 000", "-1 234 567"]);
        assert_eq!(tenths(12_345), "1 234.5");
        assert_eq!(per_second(3_000, Duration::from_millis(1_500)), 2_000);
    }
}
