//! One member's partition: each entry against its own bytes, the hash chain, and the fold of those before it.

use crate::checks::{Checks, Invariant};
use crate::counters::Counters;
use crate::days;
use crate::fold::{Context, Fold};
use crate::item::Item;
use crate::referrals::Said;
use crate::report::Counts;
use crate::rulebooks::Rulebooks;
use domain::chain;
use domain::entry::Entry;
use domain::ids::TenantId;
use domain::state::State;
use dsl::units::{Day, Moment};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

const ENTRY: [&str; 5] = ["ref", "fmt", "e", "s", "h"];
/// An entry that tells the index when its member falls due.
const TELLING: [&str; 7] = ["ref", "fmt", "e", "s", "h", "gpk", "gsk"];

/// A member's chain so far.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) pk: String,
    pub(crate) tenant: TenantId,
    /// What its entries say of referrals.
    pub(crate) pairs: Said,
    seq: u64,
    hash: Option<[u8; 32]>,
    references: BTreeSet<String>,
    fold: Fold,
    has_profile: bool,
    /// Surveys of which there is something in words.
    words: Vec<String>,
    /// The keys by which the member's anniversaries are found, and those that follow from the first entry.
    listed: Option<(String, String)>,
    enrolled: Option<(String, String)>,
}

impl Member {
    pub(crate) fn new(tenant: &TenantId, pk: &str) -> Self {
        Self {
            pk: pk.to_owned(),
            tenant: tenant.clone(),
            pairs: Said::default(),
            seq: 0,
            hash: Some([0; 32]),
            references: BTreeSet::new(),
            fold: Fold::default(),
            has_profile: false,
            words: Vec::new(),
            listed: None,
            enrolled: None,
        }
    }

    /// Audits the next item; its sequence number, if it is an entry.
    pub(crate) fn item(
        &mut self,
        item: &Item,
        rulebooks: &Rulebooks,
        counters: &mut Counters,
        checks: &mut Checks,
        counts: &mut Counts,
    ) -> Option<u64> {
        match item.sk.as_str() {
            "P" => {
                counts.profiles = counts.profiles.saturating_add(1);
                self.profile(item, checks);
                return None;
            }
            "A" => {
                self.enrolment(item, checks);
                return None;
            }
            "D" => {
                self.due(item, checks);
                return None;
            }
            _ => {}
        }
        if let Some(survey) = item.sk.strip_prefix("V#") {
            self.words.push(survey.to_owned());
            words(item, checks);
            return None;
        }
        let digits = item
            .sk
            .strip_prefix("E#")
            .filter(|digits| digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit()));
        let Some(seq) = digits.and_then(|digits| digits.parse().ok()) else {
            checks.expect(Invariant::Keys, false, || "no such kind of item".to_owned());
            return None;
        };
        counts.entries = counts.entries.saturating_add(1);
        self.entry(seq, item, rulebooks, counters, checks);
        Some(seq)
    }

    fn profile(&mut self, item: &Item, checks: &mut Checks) {
        self.has_profile = true;
        checks.expect(Invariant::Checksum, item.is_as_written(), || "not as it was written".to_owned());
        let profile = item.text("p").and_then(|json| serde_json::from_str::<serde_json::Value>(json).ok());
        let readable = profile.as_ref().is_some_and(serde_json::Value::is_object);
        checks.expect(Invariant::Profiles, readable, || "not readable".to_owned());
        let born = profile.as_ref().and_then(|profile| profile.get("birthday")?.as_i64());
        let born = born.and_then(|day| i32::try_from(day).ok()).map(Day);
        let names: &[&str] = if born.is_some() { &["p", "h", "gpk", "gsk"] } else { &["p", "h"] };
        checks.expect(Invariant::Attributes, item.has_exactly(names), || {
            "not the attributes of a profile".to_owned()
        });
        let own = born.map(|born| days::yearly(&self.tenant, "B", self.id(), born));
        checks.equal(Invariant::Days, "where the birthday is found", &keys(item), &own);
    }

    fn enrolment(&mut self, item: &Item, checks: &mut Checks) {
        checks.expect(Invariant::Attributes, item.has_exactly(&["gpk", "gsk", "h"]), || {
            "not the attributes of a day of enrolment".to_owned()
        });
        checks.expect(Invariant::Checksum, item.is_as_written(), || "not as it was written".to_owned());
        self.listed = keys(item);
    }

    fn due(&self, item: &Item, checks: &mut Checks) {
        checks.expect(Invariant::Attributes, item.has_exactly(&["due", "gpk", "gsk", "h"]), || {
            "not the attributes of a reminder".to_owned()
        });
        checks.expect(Invariant::Checksum, item.is_as_written(), || "not as it was written".to_owned());
        let at = item.number("due").and_then(|due| due.parse().ok()).map(Moment);
        let own = at.map(|at| days::due(&self.tenant, self.id(), at));
        checks.expect(Invariant::Days, own.is_some() && keys(item) == own, || {
            format!("a reminder of {at:?} stands at {:?}", keys(item))
        });
    }

    /// The member's own id.
    fn id(&self) -> &str {
        self.pk.rsplit('#').next().unwrap_or_default()
    }

    /// An entry tells the index of the moment its state names, where that is news.
    fn tells(&self, item: &Item, state: &State, checks: &mut Checks) {
        let due = state.registered_due.map(|at| days::due(&self.tenant, self.id(), at));
        // where what was told before is not known, either is right
        let news = self.fold.is_news(state.registered_due).unwrap_or_else(|| keys(item).is_some());
        let own = due.filter(|_| news);
        checks.equal(Invariant::Days, "when the member falls due", &keys(item), &own);
    }

    fn entry(
        &mut self,
        seq: u64,
        item: &Item,
        rulebooks: &Rulebooks,
        counters: &mut Counters,
        checks: &mut Checks,
    ) {
        let expected = self.seq.saturating_add(1);
        self.seq = seq;
        let follows =
            checks.expect(Invariant::Sequence, seq == expected, || format!("{expected} is missing"));
        if !follows {
            self.hash = None;
        }
        checks.expect(Invariant::Attributes, item.has_exactly(&ENTRY) || item.has_exactly(&TELLING), || {
            let names: Vec<&str> = item.attributes.keys().map(String::as_str).collect();
            format!("an entry has {ENTRY:?} or {TELLING:?} only, this one {names:?}")
        });
        self.check_hash(seq, item, checks);
        let Some((entry, state)) = decode(item, checks) else {
            self.fold.lose();
            return;
        };
        checks.expect(Invariant::Sequence, entry.seq == seq, || format!("its text says {}", entry.seq));
        let reference = entry.reference.as_str();
        checks.expect(Invariant::Reference, item.text("ref") == Some(reference), || {
            format!("its text says {reference}")
        });
        checks.expect(Invariant::Reference, self.references.insert(reference.to_owned()), || {
            format!("{reference} has an entry before this one")
        });
        self.tells(item, &state, checks);
        let rulebook = rulebooks.get(&self.tenant, &entry.rulebook);
        if let (1, Some(rulebook)) = (seq, rulebook) {
            let day = rulebook.zone().local(entry.occurred_at).day;
            self.enrolled = Some(days::yearly(&self.tenant, "A", self.id(), day));
        }
        checks.expect(Invariant::Rulebooks, rulebook.is_some(), || {
            format!("decided by {}, which is not there", entry.rulebook)
        });
        if let Some(rulebook) = rulebook.filter(|_| follows) {
            let member = self.pk.rsplit('#').next().unwrap_or_default();
            let mut context = Context { tenant: &self.tenant, member, rulebook, counters, checks };
            self.pairs.entry(member, &entry, &state);
            self.fold.entry(&entry, &state, &mut context);
        } else {
            self.fold.lose();
        }
        self.fold.adopt(&entry, state);
    }

    /// The hash covers the one before; after a gap or damage the stored one is believed, so that it is named once.
    fn check_hash(&mut self, seq: u64, item: &Item, checks: &mut Checks) {
        let stored: Option<[u8; 32]> = item.bytes("h").and_then(|bytes| bytes.try_into().ok());
        if let (Some(before), Some(text), Some(state)) = (self.hash, item.text("e"), item.bytes("s")) {
            let own = hash(&before, &self.pk, seq, text, state);
            checks.expect(Invariant::HashChain, stored == Some(own), || {
                "the hash is not that of this entry after the one before".to_owned()
            });
        }
        self.hash = stored;
    }

    /// What can only be said at the end.
    pub(crate) fn close(&self, checks: &mut Checks) {
        if self.enrolled.is_some() || self.seq == 0 {
            checks.equal(Invariant::Days, "where anniversaries are found", &self.listed, &self.enrolled);
        }
        for survey in &self.words {
            let answered = self.references.contains(&format!("v#{survey}#"));
            checks.expect(Invariant::Profiles, answered, || format!("words to `{survey}` without an answer"));
            checks.expect(Invariant::Profiles, !self.fold.is_erased(), || {
                format!("words of an erased member to `{survey}`")
            });
        }
        if self.has_profile {
            checks.expect(Invariant::Profiles, self.seq > 0, || "a profile without a chain".to_owned());
            checks.expect(Invariant::Profiles, !self.fold.is_erased(), || {
                "the profile of an erased member".to_owned()
            });
        }
    }
}

/// What was written in words: an object of texts, as it was written.
fn words(item: &Item, checks: &mut Checks) {
    checks.expect(Invariant::Attributes, item.has_exactly(&["p", "h"]), || {
        "not the attributes of words".to_owned()
    });
    checks.expect(Invariant::Checksum, item.is_as_written(), || "not as it was written".to_owned());
    let words = item.text("p").and_then(|json| serde_json::from_str::<serde_json::Value>(json).ok());
    let readable = words.as_ref().and_then(serde_json::Value::as_object);
    let texts =
        readable.is_some_and(|words| !words.is_empty() && words.values().all(serde_json::Value::is_string));
    checks.expect(Invariant::Profiles, texts, || "not readable".to_owned());
}

/// The item's keys in the index of days.
fn keys(item: &Item) -> Option<(String, String)> {
    let (gpk, gsk) = (item.text("gpk"), item.text("gsk"));
    (gpk.is_some() || gsk.is_some())
        .then(|| (gpk.unwrap_or_default().to_owned(), gsk.unwrap_or_default().to_owned()))
}

/// Entry and state, if both are written as this format writes them: a field that nobody knows is found as well.
fn decode(item: &Item, checks: &mut Checks) -> Option<(Entry, State)> {
    let format = chain::FORMAT.to_string();
    checks.expect(Invariant::Encoding, item.number("fmt") == Some(&format), || {
        format!("format is not {format}")
    });
    let text = item.text("e").unwrap_or_default();
    let entry = chain::entry_from_text(text);
    checks.expect(
        Invariant::Encoding,
        entry.as_ref().is_ok_and(|entry| chain::entry_to_text(entry) == text),
        || match &entry {
            Ok(_) => "its text says more, or otherwise, than an entry does".to_owned(),
            Err(error) => format!("its text is unreadable: {error}"),
        },
    );
    let bytes = item.bytes("s").unwrap_or_default();
    let state = chain::state_from_bytes(bytes);
    checks.expect(
        Invariant::Encoding,
        state.as_ref().is_ok_and(|state| chain::state_to_bytes(state) == bytes),
        || match &state {
            Ok(_) => "its state is not written as it is read".to_owned(),
            Err(error) => format!("its state is unreadable: {error}"),
        },
    );
    Some((entry.ok()?, state.ok()?))
}

/// SHA-256 over the previous hash, the partition key, the sequence number, the text and the state; key, text and state
/// preceded by their lengths, all numbers as 8 big-endian bytes.
fn hash(previous: &[u8; 32], pk: &str, seq: u64, text: &str, state: &[u8]) -> [u8; 32] {
    let length = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes();
    let mut digest = Sha256::new();
    digest.update(previous);
    digest.update(length(pk.as_bytes()));
    digest.update(pk.as_bytes());
    digest.update(seq.to_be_bytes());
    for bytes in [text.as_bytes(), state] {
        digest.update(length(bytes));
        digest.update(bytes);
    }
    digest.finalize().into()
}
