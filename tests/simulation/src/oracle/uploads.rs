//! Uploads of rules: an older one never overtakes a newer.

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
