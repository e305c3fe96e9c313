//! What a process keeps of rulebooks: versions for ever, for they never change; which one decides only for a while.

use crate::limits::RULES_AGE_MAX_MS;
use domain::ids::TenantId;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Rulebooks by merchant.
#[derive(Debug, Default)]
pub(crate) struct RulesCache {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    versions: BTreeMap<(TenantId, String), Arc<Rulebook>>,
    deciding: BTreeMap<TenantId, Deciding>,
}

/// What decided when the pointer was last read.
#[derive(Debug, Clone)]
pub(crate) struct Deciding {
    pub(crate) read_at: Moment,
    pub(crate) rulebook: Arc<Rulebook>,
}

impl Deciding {
    /// Whether it may be believed at `now`; a clock that jumped, either way, asks again.
    pub(crate) fn is_fresh(&self, now: Moment) -> bool {
        now.0.abs_diff(self.read_at.0) <= RULES_AGE_MAX_MS
    }
}

impl RulesCache {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn version(&self, tenant: &TenantId, id: &str) -> Option<Arc<Rulebook>> {
        self.lock().versions.get(&(tenant.clone(), id.to_owned())).cloned()
    }

    pub(crate) fn keep_version(&self, tenant: &TenantId, rulebook: &Arc<Rulebook>) {
        self.lock().versions.insert((tenant.clone(), rulebook.id().to_owned()), Arc::clone(rulebook));
    }

    pub(crate) fn deciding(&self, tenant: &TenantId) -> Option<Deciding> {
        self.lock().deciding.get(tenant).cloned()
    }

    pub(crate) fn keep_deciding(&self, tenant: &TenantId, deciding: Deciding) {
        self.lock().deciding.insert(tenant.clone(), deciding);
    }

    /// The pointer has moved: ask again, but keep serving what there is should the new one not load.
    pub(crate) fn doubt(&self, tenant: &TenantId) {
        if let Some(deciding) = self.lock().deciding.get_mut(tenant) {
            deciding.read_at = Moment(i64::MIN);
        }
    }
}
