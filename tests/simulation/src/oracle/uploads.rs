//! Which rules decide: an older upload never overtakes a newer one, and no activation is lost to another that was made
//! at the same time.

use crate::wire::Activation;
use std::collections::BTreeMap;
use std::time::Duration;

/// What became of uploads of one name, by merchant.
#[derive(Debug, Default)]
pub struct Uploads(Vec<Told>);

#[derive(Debug)]
struct Told {
    tenant: String,
    /// Its place among the uploads.
    place: u64,
    began: Duration,
    ended: Duration,
    /// True when it was told that a newer one decides.
    overtaken: bool,
}

impl Uploads {
    /// Notes what became of an upload.
    pub fn note(&mut self, tenant: &str, place: u64, (began, ended): (Duration, Duration), overtaken: bool) {
        self.0.push(Told { tenant: tenant.to_owned(), place, began, ended, overtaken });
    }

    /// Older uploads that were let decide after a newer one had been.
    pub fn violations(&self) -> Vec<String> {
        let mut found = Vec::new();
        for newer in self.0.iter().filter(|told| !told.overtaken) {
            let after = |told: &&Told| {
                !told.overtaken
                    && told.tenant == newer.tenant
                    && told.place < newer.place
                    && told.began >= newer.ended
            };
            for older in self.0.iter().filter(after) {
                found.push(format!(
                    "uploads: {}: upload {} decides though upload {} came before it",
                    newer.tenant, older.place, newer.place
                ));
            }
        }
        found
    }
}

/// Activations that did not come right after the one before: two of one number, or an older one over a newer.
pub fn lost_activations(all: &[Activation]) -> Vec<String> {
    let mut last: BTreeMap<&str, &Activation> = BTreeMap::new();
    let mut found = Vec::new();
    for next in all {
        if let Some(before) = last.insert(&next.tenant, next) {
            // the same rules once more move nothing: a newer upload of them is noted beside them
            let moved = next.number == before.number + 1;
            let stayed = next.number == before.number && next.id == before.id;
            if !moved && !stayed {
                found.push(format!(
                    "uploads: {}: activation {} of `{}` is written over activation {} of `{}`",
                    next.tenant, next.number, next.id, before.number, before.id
                ));
            }
        }
    }
    found
}
