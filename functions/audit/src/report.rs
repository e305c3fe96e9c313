//! What the audit found, as `merit audit` prints it.

use crate::checks::Invariant;
use std::collections::BTreeMap;
use std::fmt;

/// Violations kept; beyond, they are only counted.
pub(crate) const VIOLATIONS_MAX: usize = 1_000;

/// One broken invariant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: Invariant,
    /// Partition key.
    pub pk: String,
    /// Sort key; empty for what concerns the whole partition.
    pub sk: String,
    /// Sequence number, for entries.
    pub seq: Option<u64>,
    /// What is wrong.
    pub detail: String,
}

/// How much there was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Counts {
    pub items: u64,
    pub members: u64,
    pub entries: u64,
    pub profiles: u64,
    pub rulebooks: u64,
    pub counters: u64,
}

/// The result of an audit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// How much there was.
    pub counts: Counts,
    /// How often each invariant was checked.
    pub checked: BTreeMap<Invariant, u64>,
    /// What is broken, in the order of the table; at most 1 000.
    pub violations: Vec<Violation>,
    /// How much is broken in all.
    pub violations_total: u64,
}

impl Report {
    /// True when nothing is broken.
    pub const fn is_clean(&self) -> bool {
        self.violations_total == 0
    }

    pub(crate) fn note(&mut self, violation: Violation) {
        self.violations_total = self.violations_total.saturating_add(1);
        if self.violations.len() < VIOLATIONS_MAX {
            self.violations.push(violation);
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.invariant.name(), self.pk, self.sk)?;
        if let Some(seq) = self.seq {
            write!(f, " (seq {seq})")?;
        }
        write!(f, ": {}", self.detail)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { items, members, entries, profiles, rulebooks, counters } = self.counts;
        writeln!(
            f,
            "{items} items: {entries} entries of {members} members, {profiles} profiles, {rulebooks} rulebook versions, {counters} counters"
        )?;
        writeln!(f, "checked:")?;
        for (invariant, count) in &self.checked {
            writeln!(f, "  {:<20} {count:>10}", invariant.name())?;
        }
        for violation in &self.violations {
            writeln!(f, "{violation}")?;
        }
        let listed = u64::try_from(self.violations.len()).unwrap_or(u64::MAX);
        if self.violations_total > listed {
            writeln!(f, "... and {} more", self.violations_total.saturating_sub(listed))?;
        }
        write!(f, "{} violations", self.violations_total)
    }
}
