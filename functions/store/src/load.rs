//! Everything a decision needs, in one parallel read: the head, the request's family, the profile, the counters.
//!
//! INVARIANT: the family is never older than the head, or a duplicate (and a second return of the same line) would
//! be decided as if it were the first. Three things see to it: the head's window of recent references, for requests
//! with siblings the newest entries themselves, and, when the parallel reads took long, a second read of the family.
//! Guarded by `a_commit_between_the_reads_is_seen` and `slow_reads_are_repeated` in `tests/`.

use crate::Store;
use crate::error::StoreError;
use crate::item::{Stored, decode};
use crate::key;
use crate::ledger::Needs;
use crate::limits::{JOINED_READS_MAX, SIBLING_WINDOW};
use crate::meter::Meter;
use domain::chain::recent_hash;
use domain::entry::{Change, Entry};
use domain::ids::{Reference, TenantId};
use domain::request::{ProfileFacts, Snapshot};
use std::collections::BTreeMap;

/// Where and what to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) tenant: &'a TenantId,
    pub(crate) pk: &'a str,
    pub(crate) reference: &'a Reference,
    pub(crate) needs: &'a Needs,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) snapshot: Snapshot,
    /// The entry this very reference has already.
    pub(crate) own: Option<Stored>,
    /// Prefix of the redemption whose entries are in `snapshot.paid_with`.
    paid_with: Option<Reference>,
}

impl Store {
    pub(crate) async fn load(&self, reading: Reading<'_>) -> Result<(Loaded, Meter), StoreError> {
        let Reading { tenant, pk, reference, needs } = reading;
        let started = self.clock.now();
        let (newest, family, profile, counters) = tokio::join!(
            self.newest_entries(pk, reference),
            self.family(pk, reference),
            async {
                if needs.profile {
                    self.profile_facts(pk).await
                } else {
                    Ok((ProfileFacts::default(), Meter::default()))
                }
            },
            async {
                if needs.counters.is_empty() {
                    Ok((BTreeMap::new(), Meter::default()))
                } else {
                    self.counters(tenant, &needs.counters).await
                }
            },
        );
        let elapsed = self.clock.since(started);
        let ((newest, a), (mut family, b), (profile, c), (counters, d)) =
            (newest?, family?, profile?, counters?);
        let mut meter = a.beside(b).beside(c).beside(d);

        let known = |family: &[Stored]| family.iter().any(|stored| stored.entry.reference == *reference);
        let seen_by_head =
            newest.first().is_some_and(|head| head.state.recent.contains(&recent_hash(reference)));
        if elapsed > JOINED_READS_MAX || (seen_by_head && !known(&family)) {
            let (again, cost) = self.family(pk, reference).await?;
            family = again;
            meter.then(cost);
        }
        for stored in &newest {
            let sibling = stored.entry.reference.as_str().starts_with(reference.family());
            if sibling && !family.iter().any(|known| known.entry.seq == stored.entry.seq) {
                family.push(stored.clone());
            }
        }
        family.sort_by_key(|stored| stored.entry.seq);

        let mut loaded = Loaded {
            own: family.iter().find(|stored| stored.entry.reference == *reference).cloned(),
            snapshot: Snapshot {
                head: newest.into_iter().next().map(Stored::into_head),
                family: family.into_iter().map(|stored| stored.entry).collect(),
                paid_with: Vec::new(),
                profile,
                counters,
            },
            paid_with: None,
        };
        if needs.paid_with
            && loaded.own.is_none()
            && let Some(redemption) = paid_with(&loaded.snapshot.family)
        {
            let (mut entries, cost) = self.family(pk, &redemption).await?;
            meter.then(cost);
            entries.sort_by_key(|stored| stored.entry.seq);
            loaded.snapshot.paid_with = entries.into_iter().map(|stored| stored.entry).collect();
            loaded.paid_with = Some(redemption);
        }
        Ok((loaded, meter))
    }

    /// The entry of exactly this reference, read strongly.
    pub(crate) async fn entry_of(
        &self,
        pk: &str,
        reference: &Reference,
    ) -> Result<(Option<Stored>, Meter), StoreError> {
        let (family, meter) = self.family(pk, reference).await?;
        Ok((family.into_iter().find(|stored| stored.entry.reference == *reference), meter))
    }

    async fn newest_entries(
        &self,
        pk: &str,
        reference: &Reference,
    ) -> Result<(Vec<Stored>, Meter), StoreError> {
        let limit = if reference.as_str() == reference.family() { 1 } else { SIBLING_WINDOW };
        let found = self.newest("head", pk, (key::ENTRY, "E#~"), limit).await?;
        Ok((found.items.iter().map(decode).collect::<Result<_, _>>()?, found.meter))
    }

    async fn family(&self, pk: &str, reference: &Reference) -> Result<(Vec<Stored>, Meter), StoreError> {
        let (items, meter) = self.by_reference("family", pk, reference.family()).await?;
        Ok((items.iter().map(decode).collect::<Result<_, _>>()?, meter))
    }
}

impl Loaded {
    /// Moves on to the entry that took the place after the head: everything else that was read still holds.
    pub(crate) fn advance(&mut self, winner: Stored, reference: &Reference) {
        let text = winner.entry.reference.as_str();
        if text.starts_with(reference.family()) {
            self.snapshot.family.push(winner.entry.clone());
        }
        if self.paid_with.as_ref().is_some_and(|redemption| text.starts_with(redemption.family())) {
            self.snapshot.paid_with.push(winner.entry.clone());
        }
        self.snapshot.head = Some(winner.into_head());
    }
}

/// The redemption that helped to pay the purchase of this family.
fn paid_with(family: &[Entry]) -> Option<Reference> {
    family.iter().find_map(|entry| match &entry.change {
        Change::Purchased { bought, .. } => bought.redemption.as_ref().map(Reference::redemption),
        _ => None,
    })
}
