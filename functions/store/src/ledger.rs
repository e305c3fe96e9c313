//! The members' chains: load everything in one parallel read, decide, append with one conditional put.

use crate::Store;
use crate::error::StoreError;
use crate::meter::Meter;
use crate::profile::Profile;
use domain::decision::Decision;
use domain::entry::Entry;
use domain::ids::{MemberId, Reference, TenantId};
use domain::refusal::Refusal;
use domain::request::Snapshot;
use domain::state::State;

/// What a decision needs to have read beside the head and its family.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Profile facts.
    pub profile: bool,
    /// Programme-wide counters, by name.
    pub counters: Vec<String>,
    /// When returning: also read the redemption that paid the purchase (one more round trip, only if there was one).
    pub paid_with: bool,
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
    /// A profile to write with the entry (enrolment), in one transaction.
    pub profile: Option<&'a Profile>,
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
    /// The store could not.
    Store(StoreError),
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
    pub async fn apply<F>(&self, _write: Write<'_>, _decide: F) -> Result<Applied, ApplyError>
    where
        F: FnMut(&Snapshot) -> Result<Decision, Refusal> + Send,
    {
        todo!()
    }

    /// Reads what `apply` would, and decides nothing: for previews.
    pub async fn snapshot(
        &self,
        _tenant: &TenantId,
        _member: &MemberId,
        _family: &Reference,
        _needs: &Needs,
    ) -> Result<(Snapshot, Meter), StoreError> {
        todo!()
    }

    /// A page of a member's entries, newest first; `limit` at most 100.
    pub async fn page(
        &self,
        _tenant: &TenantId,
        _member: &MemberId,
        _before_seq: Option<u64>,
        _limit: u32,
    ) -> Result<(Page, Meter), StoreError> {
        todo!()
    }
}
