//! Who is told, in this process, that something was written: the local server's tail and webhooks. In the cloud the
//! table's stream tells, and nobody watches here.
//!
//! What it never does: say what was written, or in which order. Whoever is told looks in the table.

use crate::Store;
use domain::ids::{MemberId, TenantId};
use std::fmt;
use std::sync::Arc;

/// What was written to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Written {
    /// A member's chain: the entry of this sequence number.
    Member(TenantId, MemberId, u64),
    /// Which rulebook decides.
    Rules(TenantId),
}

/// Called after every write.
type Told = Arc<dyn Fn(Written) + Send + Sync>;

/// Who is told, if anybody is.
#[derive(Clone, Default)]
pub(crate) struct Watcher(Option<Told>);

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Watcher" } else { "Nobody" })
    }
}

impl Watcher {
    /// Something was appended to a member's chain.
    pub(crate) fn member(&self, tenant: &TenantId, member: &MemberId, seq: u64) {
        if let Some(told) = &self.0 {
            told(Written::Member(tenant.clone(), member.clone(), seq));
        }
    }

    /// Another rulebook decides.
    pub(crate) fn rules(&self, tenant: &TenantId) {
        if let Some(told) = &self.0 {
            told(Written::Rules(tenant.clone()));
        }
    }
}

impl Store {
    /// The same store, that tells of every write it makes. Clones of it tell as well; the ones before do not.
    #[must_use]
    pub fn watched_by(mut self, told: impl Fn(Written) + Send + Sync + 'static) -> Self {
        self.watcher = Watcher(Some(Arc::new(told)));
        self
    }
}
