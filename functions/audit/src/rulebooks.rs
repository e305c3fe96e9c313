//! Rulebooks as the table has them: versions, their list, and the pointer.

use crate::checks::{Checks, Invariant};
use crate::item::Item;
use crate::report::Counts;
use domain::ids::TenantId;
use dsl::plan::Rulebook;
use std::collections::{BTreeMap, BTreeSet};

/// All merchants' rulebooks.
#[derive(Debug, Default)]
pub(crate) struct Rulebooks {
    seen: BTreeSet<(String, String)>,
    by_tenant: BTreeMap<TenantId, Versions>,
}

/// One merchant's.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    loaded: BTreeMap<String, Rulebook>,
    /// By number: what the version's own item says, and what the list says.
    own: BTreeMap<u64, About>,
    listed: BTreeMap<u64, About>,
    /// The version the pointer names.
    deciding: Option<String>,
    /// The versions that uploads brought, by the upload's name.
    uploaded: BTreeMap<String, String>,
}

/// What both a version's item and its line in the list say.
#[derive(Debug, Clone, PartialEq, Eq)]
struct About {
    id: String,
    at: String,
    by: String,
    programme: String,
}

const ABOUT: [&str; 6] = ["id", "number", "at", "by", "programme", "h"];
const VERSION: [&str; 8] = ["id", "number", "at", "by", "programme", "source", "bytes", "h"];
const POINTER: [&str; 5] = ["id", "activation", "at", "by", "h"];
/// The same once an upload moved it.
const UPLOADED: [&str; 6] = ["id", "activation", "at", "by", "uploaded_at", "h"];
const UPLOAD: [&str; 4] = ["sequencer", "id", "at", "h"];

impl Rulebooks {
    /// True for a version that was audited before: they are dumped twice.
    pub(crate) fn has_seen(&self, item: &Item) -> bool {
        item.sk.starts_with("V#") && self.seen.contains(&(item.pk.clone(), item.sk.clone()))
    }

    /// A merchant's rulebook, if it is there and loads.
    pub(crate) fn get(&self, tenant: &TenantId, id: &str) -> Option<&Rulebook> {
        self.by_tenant.get(tenant)?.loaded.get(id)
    }

    /// Audits an item of a merchant's rulebooks.
    pub(crate) fn item(&mut self, tenant: &TenantId, item: &Item, checks: &mut Checks, counts: &mut Counts) {
        checks.expect(Invariant::Checksum, item.is_as_written(), || "not as it was written".to_owned());
        let versions = self.by_tenant.entry(tenant.clone()).or_default();
        if let Some(id) = item.sk.strip_prefix("V#") {
            counts.rulebooks = counts.rulebooks.saturating_add(1);
            self.seen.insert((item.pk.clone(), item.sk.clone()));
            checks.expect(Invariant::Attributes, item.has_exactly(&VERSION), || {
                "not the attributes of a version".to_owned()
            });
            versions.load(id, item, checks);
            match about(item) {
                Some((number, about)) if about.id == id => {
                    versions.own.insert(number, about);
                }
                _ => {
                    checks.expect(Invariant::Rulebooks, false, || "does not say what it is".to_owned());
                }
            }
        } else if let Some(number) = item.sk.strip_prefix("N#") {
            checks.expect(Invariant::Attributes, item.has_exactly(&ABOUT), || {
                "not the attributes of a listed version".to_owned()
            });
            match about(item) {
                Some((own, about)) if format!("{own:010}") == number => {
                    versions.listed.insert(own, about);
                }
                _ => {
                    checks.expect(Invariant::Rulebooks, false, || "does not say what it is".to_owned());
                }
            }
        } else if item.sk == "A" {
            let is_pointer = item.has_exactly(&POINTER) || item.has_exactly(&UPLOADED);
            checks
                .expect(Invariant::Attributes, is_pointer, || "not the attributes of the pointer".to_owned());
            versions.deciding = item.text("id").map(str::to_owned);
        } else if let Some(name) = item.sk.strip_prefix("U#") {
            checks.expect(Invariant::Attributes, item.has_exactly(&UPLOAD), || {
                "not the attributes of an upload".to_owned()
            });
            versions.uploaded.insert(name.to_owned(), item.text("id").unwrap_or_default().to_owned());
        } else {
            checks.expect(Invariant::Keys, false, || "neither a version nor the pointer".to_owned());
        }
    }

    /// Each merchant's, with its partition key, for the last comparison.
    pub(crate) fn into_all(self) -> impl Iterator<Item = (String, Versions)> {
        self.by_tenant.into_iter().map(|(tenant, versions)| (format!("T#{tenant}#R"), versions))
    }
}

impl Versions {
    fn load(&mut self, id: &str, item: &Item, checks: &mut Checks) {
        let loaded = item.bytes("bytes").and_then(|bytes| Rulebook::from_bytes(bytes).ok());
        let Some(rulebook) = loaded.filter(|rulebook| rulebook.id() == id) else {
            checks.expect(Invariant::Rulebooks, false, || {
                "its bytes are not the rulebook of this id".to_owned()
            });
            return;
        };
        let programme = &rulebook.programme().name;
        checks.expect(Invariant::Rulebooks, item.text("programme") == Some(programme), || {
            format!("its programme is `{programme}`")
        });
        self.loaded.insert(id.to_owned(), rulebook);
    }

    /// Compares versions with their list and the pointer.
    pub(crate) fn close(&self, checks: &mut Checks) {
        checks.equal(Invariant::Rulebooks, "the list of versions", &self.listed, &self.own);
        let without_gap = (1_u64..).zip(self.own.keys()).all(|(expected, number)| expected == *number);
        checks.expect(Invariant::Rulebooks, without_gap, || "version numbers have a gap".to_owned());
        if let Some(id) = &self.deciding {
            checks.expect(Invariant::Rulebooks, self.loaded.contains_key(id), || {
                format!("the pointer names {id}")
            });
        }
        for (name, id) in &self.uploaded {
            checks.expect(Invariant::Rulebooks, self.loaded.contains_key(id), || {
                format!("the upload {name} brought {id}, which is not there")
            });
        }
    }
}

fn about(item: &Item) -> Option<(u64, About)> {
    let text = |name| item.text(name).map(str::to_owned);
    let about = About {
        id: text("id")?,
        at: item.number("at")?.to_owned(),
        by: text("by")?,
        programme: text("programme")?,
    };
    Some((item.number("number")?.parse().ok()?, about))
}
