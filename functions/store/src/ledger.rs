//! The members' chains: load everything in one parallel read, decide, append with one conditional put.

use crate::Store;
use crate::commit::{Committed, Prepared};
use crate::days;
use crate::error::StoreError;
use crate::item::{self, Item, Stored};
use crate::key;
use crate::limits::{
    BACKOFF_FIRST, BACKOFF_MAX, PAGE_ENTRIES_MAX, UNANSWERED_MAX, WRITE_ATTEMPTS_MAX, WRITE_DEADLINE,
};
use crate::load::Reading;
use crate::meter::Meter;
use crate::profile::ProfileWrite;
use crate::{referrals, voucher};
use aws_sdk_dynamodb::config::AsyncSleep;
use domain::chain::recent_hash;
use domain::decision::Decision;
use domain::entry::Entry;
use domain::ids::{MemberId, Reference, TenantId};
use domain::refusal::Refusal;
use domain::request::Snapshot;
use domain::state::State;
use dsl::units::Moment;
use std::collections::BTreeMap;

/// What a decision needs to have read beside the head and its family.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Profile facts.
    pub profile: bool,
    /// Programme-wide counters, by name.
    pub counters: Vec<String>,
    /// What the names of counters end with that the member's household has, if she is in one (`domain::households`): read
    /// once her head was, in one more round trip.
    pub households: Vec<String>,
    /// When returning: also read the redemption that paid the purchase (one more round trip, only if there was one).
    pub paid_with: bool,
    /// Of a voucher's step: also read the family of the entry that issued it.
    pub origin: Option<Reference>,
    /// The member's lots in experiments, as the edge derived them: handed on to who decides.
    pub lots: BTreeMap<String, u32>,
}

/// One write to a member's chain.
#[derive(Debug, Clone)]
pub struct Write<'a> {
    /// The merchant.
    pub tenant: &'a TenantId,
    /// The member.
    pub member: &'a MemberId,
    /// What the entry is found by.
    pub reference: &'a Reference,
    /// Fingerprint of the canonical request.
    pub fingerprint: &'a str,
    /// What to read.
    pub needs: &'a Needs,
    /// What becomes of the profile, in one transaction with the entry.
    pub profile: Option<ProfileWrite<'a>>,
    /// The clock at the edge, also where an importer's entry is older: what fell due before it is looked for now.
    pub now: Moment,
}

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The entry, as stored.
    pub entry: Entry,
    /// The state after it, as stored.
    pub state: State,
    /// True when it had been written before, by an earlier request with the same key.
    pub replayed: bool,
    /// True when it was found written, by an earlier request or by this one whose answer was lost: the entry is the same
    /// whoever wrote it, and what it does not tell (personal data beside it) may be another's.
    pub found: bool,
    /// What this request cost.
    pub meter: Meter,
}

/// Why a write was not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApplyError {
    /// Refused, and not recorded.
    Refused(Refusal),
    /// The key was used before for another request.
    KeyReused,
    /// The profile is not the one that was read any more; nothing was written. Read it again.
    ProfileChanged,
    /// The store could not.
    Store(StoreError),
}

impl From<StoreError> for ApplyError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// A page of entries, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Entries with the state after each.
    pub entries: Vec<(Entry, State)>,
    /// Continue before this sequence number; none at the end.
    pub before_seq: Option<u64>,
}

impl Store {
    /// Load, decide, commit; again from the winner when another writer won; the first answer when it was written
    /// before. `decide` is called once per attempt with everything that was read.
    pub async fn apply<F>(&self, write: Write<'_>, decide: F) -> Result<Applied, ApplyError>
    where
        F: FnMut(&Snapshot) -> Result<Decision, Refusal> + Send,
    {
        let (tenant, member, now) = (write.tenant, write.member, write.now);
        let (mut applied, tells) = Box::pin(self.load_decide_commit(write, decide)).await?;
        // An importer's entry may foresee what is past by now, where the job does not look any more. A repeat says so
        // again: the first request may have ended before it could.
        let foreseen = applied.state.registered_due.filter(|due| applied.entry.at < *due && *due <= now);
        if tells && foreseen.is_some() {
            applied.meter.then(self.remind(tenant, member, now, now).await?);
        }
        self.watcher.member(tenant, member, applied.entry.seq);
        Ok(applied)
    }

    /// The answer, and whether its entry told the index of a moment (or, written before, may have).
    async fn load_decide_commit<F>(
        &self,
        write: Write<'_>,
        mut decide: F,
    ) -> Result<(Applied, bool), ApplyError>
    where
        F: FnMut(&Snapshot) -> Result<Decision, Refusal> + Send,
    {
        let started = self.clock.now();
        let pk = key::member(write.tenant, write.member);
        let reading =
            Reading { tenant: write.tenant, pk: &pk, reference: write.reference, needs: write.needs };
        let (mut loaded, mut meter) = Box::pin(self.load(reading)).await?;
        // what we sent: a winner with one of these hashes is our own write, whose answer was lost
        let mut sent: Vec<[u8; 32]> = Vec::new();
        let mut last = StoreError::Conflict;
        let mut unanswered = 0;
        for attempt in 1..=WRITE_ATTEMPTS_MAX {
            if let Some(own) = loaded.own.take() {
                return answer(&write, own, &sent, meter).map(|applied| (applied, true));
            }
            let decision = decide(&loaded.snapshot).map_err(ApplyError::Refused)?;
            let hash_before = loaded.snapshot.head.as_ref().map(|head| head.hash);
            check_place(&pk, &write, &loaded.snapshot, &decision)?;
            let (mut item, hash) = item::encode(&pk, hash_before.as_ref(), &decision.entry, &decision.state);
            sent.push(hash);
            let told = loaded.snapshot.head.as_ref().and_then(|head| head.state.registered_due);
            let due = decision.state.registered_due.filter(|due| told != Some(*due));
            let tells = due.is_some();
            if let Some(due) = due {
                days::register(&mut item, &write, due);
            }
            let mut once = self.once(&write, &decision.entry).await?;
            once.extend(voucher::items(&write, &decision)?);
            let prepared = Prepared { write: &write, item, draws: &decision.draws, once };
            let (committed, cost) = self.commit(prepared).await?;
            meter.then(cost);
            let read_again = match committed {
                Committed::Written => {
                    let Decision { entry, state, .. } = decision;
                    return Ok((Applied { entry, state, replayed: false, found: false, meter }, tells));
                }
                Committed::Taken(winner) if winner.entry.reference == *write.reference => {
                    return answer(&write, *winner, &sent, meter).map(|applied| (applied, true));
                }
                Committed::Taken(winner) => {
                    last = StoreError::Conflict;
                    meter.conflicts = meter.conflicts.saturating_add(1);
                    loaded.advance(*winner, write.reference);
                    // the first time the winner tells all there is to know; later others are faster than we are
                    meter.conflicts > 1
                }
                Committed::Outdated => return Err(ApplyError::ProfileChanged),
                Committed::Spent { counter, used } => {
                    last = StoreError::Conflict;
                    loaded.snapshot.counters.insert(counter, used);
                    attempt > 1
                }
                Committed::Unknown(error) => {
                    let (own, cost) =
                        self.entry_of(&pk, write.reference).await.map_err(|unread| match error {
                            StoreError::Throttled => StoreError::Throttled,
                            _ => unread,
                        })?;
                    meter.then(cost);
                    if let Some(own) = own {
                        return answer(&write, own, &sent, meter).map(|applied| (applied, true));
                    }
                    unanswered += 1;
                    if unanswered >= UNANSWERED_MAX {
                        return Err(ApplyError::Store(error));
                    }
                    last = error;
                    true
                }
            };
            if self.clock.since(started) > WRITE_DEADLINE {
                break;
            }
            if read_again && attempt < WRITE_ATTEMPTS_MAX {
                self.pause(write.reference, attempt).await;
                let (again, cost) = Box::pin(self.load(reading)).await?;
                loaded = again;
                meter.then(cost);
            }
        }
        Err(ApplyError::Store(last))
    }

    /// What is written once, beside an entry.
    pub(crate) async fn once(&self, write: &Write<'_>, entry: &Entry) -> Result<Vec<Item>, StoreError> {
        let enrolled = self.enrolment(write, entry).await?;
        Ok(enrolled.into_iter().chain(referrals::friend(write, entry)).collect())
    }

    /// Reads what `apply` would, and decides nothing: for previews.
    pub async fn snapshot(
        &self,
        tenant: &TenantId,
        member: &MemberId,
        family: &Reference,
        needs: &Needs,
    ) -> Result<(Snapshot, Meter), StoreError> {
        let pk = key::member(tenant, member);
        let (loaded, meter) =
            Box::pin(self.load(Reading { tenant, pk: &pk, reference: family, needs })).await?;
        Ok((loaded.snapshot, meter))
    }

    /// A page of a member's entries, newest first; `limit` at most 100.
    pub async fn page(
        &self,
        tenant: &TenantId,
        member: &MemberId,
        before_seq: Option<u64>,
        limit: u32,
    ) -> Result<(Page, Meter), StoreError> {
        let newest = match before_seq {
            None => "E#~".to_owned(),
            Some(before) if before > 1 => key::entry(before.saturating_sub(1)),
            Some(_) => return Ok((Page { entries: Vec::new(), before_seq: None }, Meter::default())),
        };
        let limit = i32::try_from(limit.clamp(1, PAGE_ENTRIES_MAX)).unwrap_or(1);
        let found = self.newest("page", &key::member(tenant, member), (key::ENTRY, &newest), limit).await?;
        let stored = found.items.iter().map(item::decode).collect::<Result<Vec<_>, _>>()?;
        // sequences have no gap: below 1 there is nothing to ask for
        let oldest = stored.last().map(|stored| stored.entry.seq).filter(|seq| *seq > 1);
        let entries = stored.into_iter().map(|stored| (stored.entry, stored.state)).collect();
        Ok((Page { entries, before_seq: oldest.filter(|_| found.more.is_some()) }, found.meter))
    }

    /// A member's entries after a sequence number (0: from the first), oldest first; `limit` at most 100.
    pub async fn entries_after(
        &self,
        tenant: &TenantId,
        member: &MemberId,
        seq: u64,
        limit: u32,
    ) -> Result<(Vec<(Entry, State)>, Meter), StoreError> {
        let limit = i32::try_from(limit.clamp(1, PAGE_ENTRIES_MAX)).unwrap_or(1);
        let from = key::entry(seq.saturating_add(1));
        let found = self.oldest("entries", &key::member(tenant, member), (&from, "E#~"), limit).await?;
        let stored = found.items.iter().map(item::decode).collect::<Result<Vec<_>, _>>()?;
        Ok((stored.into_iter().map(|stored| (stored.entry, stored.state)).collect(), found.meter))
    }

    /// Exponential, with a jitter that differs between requests and attempts and needs no random numbers.
    pub(crate) async fn pause(&self, reference: &Reference, attempt: u32) {
        let longest = BACKOFF_FIRST.saturating_mul(1_u32 << attempt.min(10)).min(BACKOFF_MAX);
        let jitter = recent_hash(reference).rotate_left(attempt.saturating_mul(7)) % 512;
        let pause = longest.saturating_mul(512 + u32::try_from(jitter).unwrap_or(0)) / 1_024;
        self.sleep.sleep(pause).await;
    }
}

/// The answer of an entry that is there already: ours, or the first request's with the same key.
pub(crate) fn answer(
    write: &Write<'_>,
    stored: Stored,
    sent: &[[u8; 32]],
    meter: Meter,
) -> Result<Applied, ApplyError> {
    if stored.entry.fingerprint != write.fingerprint {
        return Err(ApplyError::KeyReused);
    }
    let replayed = !sent.contains(&stored.hash);
    Ok(Applied { entry: stored.entry, state: stored.state, replayed, found: true, meter })
}

/// A decision must be about what was asked, at the place after what was read.
pub(crate) fn check_place(
    pk: &str,
    write: &Write<'_>,
    snapshot: &Snapshot,
    decision: &Decision,
) -> Result<(), StoreError> {
    let entry = &decision.entry;
    let next = snapshot.head.as_ref().map_or(0, |head| head.seq).checked_add(1);
    let fits = Some(entry.seq) == next
        && entry.reference == *write.reference
        && entry.fingerprint == write.fingerprint;
    if fits {
        return Ok(());
    }
    Err(StoreError::Corrupt(format!(
        "{pk}: decided {} {} instead of {}",
        entry.seq, entry.reference, write.reference
    )))
}
