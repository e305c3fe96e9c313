//! A naive model of the ledger: every member's entries once more, in the order of the ledger, each from what it says
//! happened; and whether the clients were answered what the ledger says.
//!
//! It reads entries as the JSON they are stored as, and states not at all. What every event earned is held to the text of
//! its rules, by the naive interpreter of `reference`.

mod account;
mod answers;
mod awards;
mod change;
mod pages;
mod past;
mod places;
mod returns;
mod times;

use super::history::History;
use super::states::States;
use crate::wire::Activation;
use account::Account;
use awards::Awards;
use dsl::units::Moment;
use past::Past;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What there is to judge by.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// All items of the table.
    pub dump: &'a [Value],
    /// What clients saw.
    pub history: &'a History,
    /// When items were written, by `pk sk`.
    pub written: &'a BTreeMap<String, Duration>,
    /// Which rulebook was made to decide at which merchant, and when.
    pub activations: &'a [Activation],
    /// When the run began.
    pub began: Moment,
    /// When runs of the birthday job began that came to their end.
    pub celebrated: &'a [i64],
    /// Up to when the jobs have done their work.
    pub settled_at: Moment,
}

impl Evidence<'_> {
    /// A moment of the run, on the true clock.
    pub(super) fn moment(&self, passed: Duration) -> i64 {
        self.began.0.saturating_add(i64::try_from(passed.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A member as the model knows her after her last entry.
#[derive(Debug, Default)]
pub struct Member {
    /// When she enrolled, in milliseconds.
    pub enrolled_at: i64,
    /// Entries by what they are found by.
    pub references: BTreeMap<String, Told>,
    /// True when her earning was frozen at any time.
    pub was_frozen: bool,
    /// True when her profile was changed at any time.
    pub was_updated: bool,
    /// When she was erased or became another.
    pub ended_at: Option<i64>,
    pub(super) account: Account,
}

/// An entry, as answers must tell it.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Its place.
    pub seq: u64,
    /// What happened: `purchased`, `refused`.
    pub kind: String,
    /// Balances after it: active, pending, held, debt.
    pub balances: [i64; 4],
    /// What it earned.
    pub points: i64,
    /// When it was written.
    pub written: Option<Duration>,
}

/// What the model says.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What the ledger or the answers say wrong.
    pub violations: Vec<String>,
    /// States that occurred, and how often.
    pub reached: BTreeMap<String, u64>,
    /// Members by partition key.
    pub members: BTreeMap<String, Member>,
}

/// Replays everything, every award by the text of its rules.
pub fn replay(evidence: &Evidence<'_>) -> Verdict {
    let mut verdict = Verdict::default();
    let mut states = States::default();
    let rules = rules_of(evidence.dump);
    let mut awards = Awards::of(evidence, &rules);
    let mut parcels = change::Parcels::default();
    for (pk, entries) in entries_of(evidence.dump) {
        let (mut member, mut past) = (Member::default(), Past::default());
        member.account.slides = entries.iter().any(|entry| {
            let text =
                entry["rb"].as_str().and_then(|id| rules.get(&(tenant_of(pk).to_owned(), id.to_owned())));
            text.is_some_and(|text| text.contains("without purchase"))
        });
        let mut found = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let before = entries.get(..index).unwrap_or_default();
            let written = evidence.written.get(&format!("{pk} E#{:012}", index + 1)).copied();
            awards.judge(&mut past, (pk, entry), written, &mut found);
            change::apply(&mut member, &mut parcels, (pk, entry, before), written, &mut found);
            states.entry(entry, before, member.account.balances());
            verdict
                .violations
                .extend(found.drain(..).map(|what| format!("model: {pk} {}: {what}", entry["n"])));
        }
        member.account.left_over(evidence.settled_at.0, &mut found);
        verdict.violations.extend(found.drain(..).map(|what| format!("model: {pk}: {what}")));
        verdict.members.insert(pk.to_owned(), member);
    }
    let (judged, places) = awards.close();
    let (wrong, shared) = places.close();
    verdict.violations.extend(wrong);
    verdict.violations.extend(parcels.violations());
    verdict.violations.extend(times::violations(evidence));
    verdict.violations.extend(answers::violations(evidence, &verdict.members));
    verdict.violations.extend(pages::violations(evidence, &verdict.members));
    states.reached.insert("an award held to the text of its rules".to_owned(), judged);
    if shared > 0 {
        states.reached.insert("a rank is shared".to_owned(), shared);
    }
    verdict.reached = states.reached;
    verdict
}

/// The merchant of a partition.
pub(super) fn tenant_of(pk: &str) -> &str {
    pk.split('#').nth(1).unwrap_or_default()
}

/// All entries by member, in the order of the ledger.
pub(super) fn entries_of(dump: &[Value]) -> BTreeMap<&str, Vec<Value>> {
    let mut all: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for item in dump.iter().filter(|item| crate::wire::json::is_entry(item)) {
        let text = item["e"]["S"].as_str().unwrap_or_default();
        if let (Some(pk), Ok(entry)) = (item["pk"]["S"].as_str(), serde_json::from_str(text)) {
            all.entry(pk).or_default().push(entry);
        }
    }
    for entries in all.values_mut() {
        entries.sort_by_key(|entry| entry["n"].as_u64());
    }
    all
}

/// The entries of every member that a violation names, for whoever replays it.
pub fn told(dump: &[Value], violations: &[String]) -> Vec<String> {
    let named = |pk: &str| {
        let id = pk.split('#').nth(3).unwrap_or_default();
        let names = [pk.to_owned(), format!("{} {id} ", tenant_of(pk)), format!("member: \"{id}\"")];
        violations.iter().any(|violation| names.iter().any(|name| violation.contains(name)))
    };
    let all = entries_of(dump).into_iter().filter(|(pk, _)| named(pk));
    all.flat_map(|(pk, entries)| entries.into_iter().map(move |entry| format!("{pk}: {entry}"))).collect()
}

/// Merchant and id of every member who became another.
pub fn merged(dump: &[Value]) -> BTreeSet<(String, String)> {
    let all = entries_of(dump).into_iter();
    let gone = all.filter(|(_, entries)| entries.iter().any(|entry| entry["ch"]["merged_into"].is_object()));
    gone.map(|(pk, _)| {
        let id = pk.split('#').nth(3).unwrap_or_default();
        (tenant_of(pk).to_owned(), id.to_owned())
    })
    .collect()
}

/// Texts of published rules, by merchant and id.
fn rules_of(dump: &[Value]) -> BTreeMap<(String, String), String> {
    let text = |item: &Value, name: &str| item[name]["S"].as_str().map(str::to_owned);
    dump.iter()
        .filter_map(|item| {
            let tenant = tenant_of(item["pk"]["S"].as_str()?).to_owned();
            Some(((tenant, text(item, "id")?), text(item, "source")?))
        })
        .collect()
}
