//! The newest events of a running server, numbered, for whoever watches.

use handlers::App;
use handlers::events_out::{Event, of_entry, programme_published};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::watch::Written;
use tokio::sync::mpsc::UnboundedReceiver;

/// How many events are kept for those who come late.
const KEPT: usize = 10_000;

/// How long writes are gathered before they are told: two of one member at the same moment may be announced in either
/// order, and are told in that of her ledger.
const GATHER: Duration = Duration::from_millis(50);

/// Entries read at a time.
const PAGE: u32 = 100;

/// The feed. Cheap to clone.
#[derive(Clone, Default)]
pub struct Feed(Arc<Mutex<Ring>>);

#[derive(Default)]
struct Ring {
    events: VecDeque<Event>,
    /// Number of the first one that is kept; the first ever is 0.
    first: u64,
}

/// Some events, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// As subscribers get them.
    pub events: Vec<Value>,
    /// The number after the last that was looked at.
    pub next: u64,
}

impl Told {
    /// As the local server answers.
    pub fn to_json(&self) -> Value {
        json!({ "events": self.events, "next": self.next })
    }
}

impl Feed {
    /// Events from a number on (none: only those to come), of a merchant and of a member where they are named.
    pub fn after(&self, from: Option<u64>, tenant: Option<&str>, member: Option<&str>) -> Told {
        let ring = self.lock();
        let end = ring.first.saturating_add(u64::try_from(ring.events.len()).unwrap_or(u64::MAX));
        let from = from.unwrap_or(end).clamp(ring.first, end);
        let skip = usize::try_from(from.saturating_sub(ring.first)).unwrap_or(usize::MAX);
        let wanted = |event: &&Event| {
            let (of_tenant, of_member) = event.subject();
            tenant.is_none_or(|tenant| tenant == of_tenant)
                && member.is_none_or(|member| Some(member) == of_member)
        };
        let events = ring.events.iter().skip(skip).filter(wanted).map(|event| event.body().clone()).collect();
        Told { events, next: end }
    }

    /// Follows the writes of a store until their sender is gone.
    pub async fn follow(self, app: App, mut written: UnboundedReceiver<Written>) {
        // per member: the next entry to tell
        let mut places: BTreeMap<(String, String), u64> = BTreeMap::new();
        while let Some(first) = written.recv().await {
            tokio::time::sleep(GATHER).await;
            let mut gathered = vec![first];
            while let Ok(another) = written.try_recv() {
                gathered.push(another);
            }
            gathered.sort();
            for one in gathered {
                if let Err(error) = self.tell(&app, one, &mut places).await {
                    tracing::warn!(%error, "an event is not in the tail");
                }
            }
        }
    }

    async fn tell(
        &self,
        app: &App,
        written: Written,
        places: &mut BTreeMap<(String, String), u64>,
    ) -> Result<(), store::error::StoreError> {
        match written {
            Written::Rules(tenant) => {
                if let Some(active) = app.store.active(&tenant).await? {
                    self.push(vec![programme_published(&tenant, &active)]);
                }
            }
            Written::Member(tenant, member, seq) => {
                let place = places.entry((tenant.to_string(), member.to_string())).or_insert(seq);
                while *place <= seq {
                    let after = place.saturating_sub(1);
                    let (entries, _) = app.store.entries_after(&tenant, &member, after, PAGE).await?;
                    let Some((last, _)) = entries.last() else { break };
                    *place = last.seq.saturating_add(1);
                    let events =
                        entries.iter().flat_map(|(entry, state)| of_entry(&tenant, &member, entry, state));
                    self.push(events.collect());
                }
            }
        }
        Ok(())
    }

    fn push(&self, events: Vec<Event>) {
        let mut ring = self.lock();
        ring.events.extend(events);
        while ring.events.len() > KEPT {
            ring.events.pop_front();
            ring.first = ring.first.saturating_add(1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Ring> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
