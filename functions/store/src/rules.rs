//! Rulebooks: immutable versions by content hash, and the pointer that says which one decides.

use crate::Store;
use crate::error::StoreError;
use domain::ids::TenantId;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Content hash: `Rulebook::id`.
    pub id: String,
    /// Counts publications of the merchant from 1.
    pub number: u64,
    /// When it was published.
    pub published_at: Moment,
    /// By whom (a claim, not a name).
    pub published_by: String,
    /// The programme's name.
    pub programme: String,
}

/// Which version decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveVersion {
    /// The version's id.
    pub id: String,
    /// Counts activations of the merchant from 1: the pointer moves only forward in it.
    pub activation: u64,
    /// Since when.
    pub since: Moment,
    /// By whom.
    pub by: String,
}

impl Store {
    /// Publishes a version (a no-op when these very bytes were published before) and, if asked, activates it.
    pub async fn publish(
        &self,
        _tenant: &TenantId,
        _source: &str,
        _rulebook: &Rulebook,
        _by: &str,
        _now: Moment,
        _activate: bool,
    ) -> Result<(Version, Option<ActiveVersion>), StoreError> {
        todo!()
    }

    /// Moves the pointer to a published version; `None` when there is no such version.
    pub async fn activate(
        &self,
        _tenant: &TenantId,
        _id: &str,
        _by: &str,
        _now: Moment,
    ) -> Result<Option<ActiveVersion>, StoreError> {
        todo!()
    }

    /// The pointer, read strongly; `None` before the first publication.
    pub async fn active(&self, _tenant: &TenantId) -> Result<Option<ActiveVersion>, StoreError> {
        todo!()
    }

    /// All versions, newest first, at most 100.
    pub async fn versions(&self, _tenant: &TenantId) -> Result<Vec<Version>, StoreError> {
        todo!()
    }

    /// The source text of a version, as uploaded.
    pub async fn source(&self, _tenant: &TenantId, _id: &str) -> Result<Option<String>, StoreError> {
        todo!()
    }

    /// The rulebook of a version: loaded once per process, verified by its hash, kept for ever.
    pub async fn rulebook(&self, _tenant: &TenantId, _id: &str) -> Result<Option<Arc<Rulebook>>, StoreError> {
        todo!()
    }

    /// The rulebook that decides now: the pointer is believed for at most 10 s of `now`, then read again. A version
    /// that fails to load leaves the previous one serving and raises an error log.
    pub async fn current(&self, _tenant: &TenantId, _now: Moment) -> Result<Option<Arc<Rulebook>>, StoreError> {
        todo!()
    }
}
