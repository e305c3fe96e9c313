//! Everything a decision needs, in one parallel read: the head, the request's family, the profile, the counters.
//!
//! INVARIANT: the family is never older than the head, or a duplicate (and a second return of the same line) would
//! be decided as if it were the first. Three things see to it: the head's window of recent references, for requests
//! with siblings the newest entries themselves, and, when the parallel reads took long, a second read of the family.
//! Guarded by `a_commit_between_the_reads_is_seen` and `slow_reads_are_repeated` in `tests/`. The other way round, a head
//! older than the family, a commit would fail: it is read again so that no decision is about it.

use crate::Store;
use crate::error::StoreError;
use crate::item::{Item, Stored, decode, text};
use crate::key::{self, REF, SK};
use crate::ledger::Needs;
use crate::limits::{JOINED_READS_MAX, SIBLING_WINDOW};
use crate::meter::Meter;
use aws_sdk_dynamodb::types::Select;
use domain::chain::recent_hash;
use domain::entry::{Change, Entry};
use domain::ids::{Reference, TenantId};
use domain::request::{ProfileFacts, Snapshot};

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
    /// Prefix of the family whose entries are in `snapshot.paid_with`.
    paid_with: Option<Reference>,
}

/// How often all is read again because the family was newer than the head.
const LOADS_MAX: u32 = 3;

impl Store {
    /// Reads until the head is as new as the family. With an older one a commit would fail on its condition, but the
    /// decision before it would be about a past that never was.
    pub(crate) async fn load(&self, reading: Reading<'_>) -> Result<(Loaded, Meter), StoreError> {
        let mut meter = Meter::default();
        for _ in 1..LOADS_MAX {
            let (loaded, cost) = Box::pin(self.load_once(reading)).await?;
            meter.then(cost);
            if loaded.own.is_some() || !loaded.is_torn() {
                return Ok((loaded, meter));
            }
        }
        let (loaded, cost) = Box::pin(self.load_once(reading)).await?;
        meter.then(cost);
        Ok((loaded, meter))
    }

    async fn load_once(&self, reading: Reading<'_>) -> Result<(Loaded, Meter), StoreError> {
        let Reading { tenant, pk, reference, needs } = reading;
        let started = self.clock.now();
        let (newest, index, profile, counters) = tokio::join!(
            self.newest_entries(pk, reference),
            self.look_up(pk, reference),
            async {
                if needs.profile {
                    self.profile_facts(pk).await
                } else {
                    Ok((ProfileFacts::default(), Meter::default()))
                }
            },
            self.counters(tenant, &needs.counters),
        );
        let elapsed = self.clock.since(started);
        let ((newest, a), (mut index, b), (profile, c), (counters, d)) =
            (newest?, index?, profile?, counters?);
        let mut meter = a.beside(b).beside(c).beside(d);

        let seen_by_head =
            newest.first().is_some_and(|head| head.state.recent.contains(&recent_hash(reference)));
        if elapsed > JOINED_READS_MAX || (seen_by_head && !index.has(reference)) {
            let (again, cost) = self.look_up(pk, reference).await?;
            index = again;
            meter.then(cost);
        }
        let (mut family, cost) = self.whole(pk, reference, index, &newest).await?;
        meter.then(cost);
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
                lots: needs.lots.clone(),
            },
            paid_with: None,
        };
        let household = loaded.snapshot.head.as_ref().and_then(|head| head.state.household.as_deref());
        if let Some(household) = household.filter(|_| !needs.households.is_empty() && loaded.own.is_none()) {
            let names = domain::households::names(household, &needs.households);
            let (counted, cost) = self.counters(tenant, &names).await?;
            meter.then(cost);
            loaded.snapshot.counters.extend(counted);
        }
        let other = needs
            .origin
            .clone()
            .or_else(|| needs.paid_with.then(|| paid_with(&loaded.snapshot.family)).flatten());
        if let Some(redemption) = other.filter(|_| loaded.own.is_none()) {
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
        let limit = if is_parent(reference) { 1 } else { SIBLING_WINDOW };
        let found = self.newest("head", pk, (key::ENTRY, "E#~"), limit).await?;
        Ok((found.items.iter().map(decode).collect::<Result<_, _>>()?, found.meter))
    }

    /// What the index knows of a family. Of a purchase or a redemption that is most often nothing: only keys are asked
    /// for; a return or a capture needs its siblings whole.
    async fn look_up(&self, pk: &str, reference: &Reference) -> Result<(Index, Meter), StoreError> {
        if !is_parent(reference) {
            let (family, meter) = self.family(pk, reference).await?;
            return Ok((Index::Whole(family), meter));
        }
        let prefix = reference.family();
        let (items, meter) = self.by_reference("keys", pk, prefix, Select::AllProjectedAttributes).await?;
        let key = |item: &Item| Ok((text(item, REF)?.to_owned(), text(item, SK)?.to_owned()));
        Ok((Index::Keys(items.iter().map(key).collect::<Result<_, StoreError>>()?), meter))
    }

    /// The entries an index knows. A repeated request needs its own first entry only, which often is the head.
    async fn whole(
        &self,
        pk: &str,
        reference: &Reference,
        index: Index,
        newest: &[Stored],
    ) -> Result<(Vec<Stored>, Meter), StoreError> {
        let keys = match index {
            Index::Whole(family) => return Ok((family, Meter::default())),
            Index::Keys(keys) if keys.is_empty() => return Ok((Vec::new(), Meter::default())),
            Index::Keys(keys) => keys,
        };
        let Some((_, sk)) = keys.iter().find(|(known, _)| known == reference.as_str()) else {
            return self.family(pk, reference).await;
        };
        if let Some(head) = newest.iter().find(|stored| key::entry(stored.entry.seq) == *sk) {
            return Ok((vec![head.clone()], Meter::default()));
        }
        let (item, meter) = self.get("own", pk, sk, &[]).await?;
        let item =
            item.ok_or_else(|| StoreError::Corrupt(format!("{pk} {sk}: in the index, not in the table")))?;
        Ok((vec![decode(&item)?], meter))
    }

    async fn family(&self, pk: &str, reference: &Reference) -> Result<(Vec<Stored>, Meter), StoreError> {
        let (items, meter) =
            self.by_reference("family", pk, reference.family(), Select::AllAttributes).await?;
        Ok((items.iter().map(decode).collect::<Result<_, _>>()?, meter))
    }
}

/// What the index knows of a family.
enum Index {
    /// References and sort keys.
    Keys(Vec<(String, String)>),
    /// The entries themselves.
    Whole(Vec<Stored>),
}

impl Index {
    fn has(&self, reference: &Reference) -> bool {
        match self {
            Self::Keys(keys) => keys.iter().any(|(known, _)| known == reference.as_str()),
            Self::Whole(family) => family.iter().any(|stored| stored.entry.reference == *reference),
        }
    }
}

/// True for a reference that begins a family: a purchase, a redemption, an event.
fn is_parent(reference: &Reference) -> bool {
    reference.as_str() == reference.family()
}

impl Loaded {
    /// True when an entry was read that comes after the head.
    fn is_torn(&self) -> bool {
        let head = self.snapshot.head.as_ref().map_or(0, |head| head.seq);
        let read = self.snapshot.family.iter().chain(&self.snapshot.paid_with);
        read.into_iter().any(|entry| entry.seq > head)
    }

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
