//! What the clients saw, and whether one ledger could have said it: sticky answers, no lost acknowledgement, real-time
//! order.

use crate::workload::{Asked, Operation, What};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// An answer, as one delivery got it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// When the request was sent.
    pub sent: Duration,
    /// When the answer came.
    pub answered: Duration,
    /// The status; 0 where none came.
    pub status: u16,
    /// The body.
    pub body: Value,
    /// True when it is said to be the stored answer.
    pub replayed: bool,
    /// What was sent.
    pub asked: Value,
}

/// Codes of refusals that are no entries: asked again later, the answer may be another. See
/// `domain::refusal::Refusal::is_recorded`.
const PASSING: [&str; 11] = [
    "member.unknown",
    "member.exists",
    "member.erased",
    "member.birthday_locked",
    "redemption.unknown",
    "return.purchase_unknown",
    "event.unknown",
    "time.before_history",
    "programme.busy",
    "adjust.too_large",
    "rules.none",
];

impl Seen {
    /// True when the client needs not ask again.
    pub fn is_definite(&self) -> bool {
        self.status != 0 && self.status != 429 && self.status < 500
    }

    fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// True for an answer that must stay the answer for ever.
    fn is_kept(&self) -> bool {
        self.is_definite()
            && !PASSING.contains(&self.code())
            && self.code() != "key_reused"
            && self.status != 400
    }

    /// What must be the same in every kept answer.
    fn essence(&self) -> String {
        if self.status >= 400 {
            format!("{} {}", self.status, self.body)
        } else {
            format!("{}", self.body["entry"])
        }
    }
}

/// All answers, by (merchant, member, key). Requests with one key are one request, whoever sends them.
#[derive(Debug, Default)]
pub struct History {
    seen: BTreeMap<(String, String, String), Vec<Seen>>,
    /// What happened at least once, for the states that must occur.
    pub reached: BTreeMap<String, u64>,
    unresolved: BTreeSet<String>,
}

impl History {
    /// The key of an operation; none for reads, rules and jobs.
    pub fn key(operation: &Operation) -> Option<(String, String, String)> {
        let What::Asked(Asked { member, key: Some(key), .. }) = &operation.what else { return None };
        Some((operation.tenant.to_owned(), member.clone(), key.clone()))
    }

    /// Notes an answer to an operation.
    pub fn note(&mut self, operation: &Operation, seen: Seen) {
        let name = if seen.status >= 400 || seen.status == 0 {
            format!("{} {}", seen.status, seen.code())
        } else {
            let kind = seen.body["entry"]["type"].as_str().unwrap_or("read");
            format!("{kind}{}", if seen.replayed { " again" } else { "" })
        };
        *self.reached.entry(name).or_default() += 1;
        for (name, there) in [
            ("debt", seen.body["debt_points"].as_i64().unwrap_or(0) > 0),
            ("pending", seen.body["pending_points"].as_i64().unwrap_or(0) > 0),
            ("held", seen.body["held_points"].as_i64().unwrap_or(0) > 0),
        ] {
            if there {
                *self.reached.entry(name.to_owned()).or_default() += 1;
            }
        }
        if let Some(tier) = seen.body["tier"].as_str() {
            *self.reached.entry(format!("tier {tier}")).or_default() += 1;
        }
        if let Some(key) = Self::key(operation) {
            self.seen.entry(key).or_default().push(seen);
        }
    }

    /// An operation nobody ever answered.
    pub fn gave_up(&mut self, operation: &Operation) {
        self.unresolved.insert(format!("{operation:?}"));
    }

    /// Keys that were answered at all.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// True when nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// What no ledger could have said.
    pub fn violations(&self) -> Vec<String> {
        let mut found: Vec<String> =
            self.unresolved.iter().map(|what| format!("liveness: never answered: {what}")).collect();
        for ((tenant, member, key), seen) in &self.seen {
            found.extend(sticky(&format!("{tenant} {member} {key}"), seen));
        }
        found.extend(self.out_of_order());
        found
    }

    /// An operation that was answered before another was sent stands before it in the member's chain.
    fn out_of_order(&self) -> Vec<String> {
        type Span<'a> = (Duration, Duration, u64, &'a str);
        let mut by_member: BTreeMap<(&str, &str), Vec<Span<'_>>> = BTreeMap::new();
        for ((tenant, member, key), seen) in &self.seen {
            let first_sent = seen.iter().map(|s| s.sent).min();
            let done = seen.iter().filter(|s| s.body["entry"]["seq"].is_u64());
            let answered = done.clone().map(|s| s.answered).min();
            let seq = done.filter_map(|s| s.body["entry"]["seq"].as_u64()).min();
            if let (Some(sent), Some(answered), Some(seq)) = (first_sent, answered, seq) {
                by_member.entry((tenant, member)).or_default().push((sent, answered, seq, key));
            }
        }
        let mut found = Vec::new();
        for ((tenant, member), spans) in by_member {
            for (_, answered, seq, key) in &spans {
                for (sent, _, other_seq, other) in &spans {
                    if answered < sent && seq >= other_seq {
                        found.push(format!(
                            "order: {tenant} {member}: `{key}` was answered as {seq} before `{other}` was sent, which is {other_seq}"
                        ));
                    }
                }
            }
        }
        found
    }
}

/// The first kept answer is the only one ever given, and of several bodies under one key one was taken.
fn sticky(name: &str, seen: &[Seen]) -> Vec<String> {
    let mut found = Vec::new();
    let taken: BTreeSet<String> = seen.iter().filter(|s| s.is_kept()).map(|s| s.asked.to_string()).collect();
    if taken.len() > 1 {
        found.push(format!("sticky: {name}: {} bodies were taken: {taken:?}", taken.len()));
    }
    let mut in_order: Vec<&Seen> =
        seen.iter().filter(|s| s.is_definite() && taken.contains(&s.asked.to_string())).collect();
    in_order.sort_by_key(|s| s.answered);
    let Some(kept) = in_order.iter().find(|s| s.is_kept()) else { return found };
    let since = in_order.iter().filter(|s| s.sent > kept.answered);
    for later in since {
        if later.status == 410 {
            continue; // erased since: the ledger stands, and nothing of it is told
        }
        if !later.is_kept() {
            found.push(format!("sticky: {name}: {} {} after {}", later.status, later.code(), kept.essence()));
        } else if !later.replayed {
            found.push(format!("sticky: {name}: done anew after {}", kept.essence()));
        }
    }
    let answers: BTreeSet<String> = in_order.iter().filter(|s| s.is_kept()).map(|s| s.essence()).collect();
    if answers.len() > 1 {
        found.push(format!("sticky: {name}: {} answers: {answers:?}", answers.len()));
    }
    found
}
