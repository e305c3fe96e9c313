//! What the clients saw, and whether one ledger could have said it: sticky answers and real-time order.

use crate::workload::Asked;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What makes two requests one: merchant, member, and the kind of request with its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The merchant.
    pub tenant: String,
    /// The member.
    pub member: String,
    /// Kind and id, `purchase n17`.
    pub key: String,
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} `{}`", self.tenant, self.member, self.key)
    }
}

/// An answer, as one delivery got it.
#[derive(Debug, Clone, Default)]
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
    /// Merchant, member and path of a read; empty for others.
    pub read: Option<(String, String, String)>,
}

/// Codes of refusals that are no entries: asked again later, the answer may be another. See
/// `domain::refusal::Refusal::is_recorded`.
const PASSING: [&str; 24] = [
    "member.unknown",
    "member.exists",
    "member.erased",
    "member.merged",
    "member.birthday_locked",
    "merge.open_holds",
    "merge.open_vouchers",
    "redemption.unknown",
    "return.purchase_unknown",
    "voucher.unknown",
    "event.unknown",
    "time.before_history",
    "programme.busy",
    "adjust.too_large",
    "rules.none",
    "survey.unknown",
    "survey.token_expired",
    "survey.token_invalid",
    "survey.answered",
    "referral.none",
    "referral.code_unknown",
    "key_reused",
    "internal.broken",
    "request.invalid",
];

impl Seen {
    /// True when the client needs not ask again.
    pub fn is_definite(&self) -> bool {
        self.status != 0 && self.status != 429 && self.status < 500
    }

    /// The problem's code; empty for a good answer.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// What must be the same in every kept answer: all of it.
    fn essence(&self) -> String {
        format!("{} {}", self.status, self.body)
    }
}

/// All answers. Requests with one key are one request, whoever sends them.
#[derive(Debug, Default)]
pub struct History {
    /// By key.
    pub seen: BTreeMap<Key, Vec<Seen>>,
    /// Answers to reads.
    pub reads: Vec<Seen>,
    /// What clients were answered, and how often.
    pub answered: BTreeMap<String, u64>,
    /// Merchant and id of members who became another in the end.
    pub merged: BTreeSet<(String, String)>,
    unresolved: BTreeSet<String>,
}

impl History {
    /// The key of a request; none for reads.
    pub fn key(tenant: &str, asked: &Asked) -> Option<Key> {
        let key = asked.key.clone()?;
        Some(Key { tenant: tenant.to_owned(), member: asked.member.clone(), key })
    }

    /// True for an answer that must stay the answer for ever.
    pub fn is_kept(&self, key: &Key, seen: &Seen) -> bool {
        // What is refused to a survey's answer, to a merge, or to a return of who became another leaves no entry,
        // whatever the reason.
        let kind = key.key.split(' ').next().unwrap_or_default();
        let leaves_none = matches!(kind, "survey" | "merge") || kind == "return" && self.is_merged(key);
        let leaves_none = seen.status >= 400 && leaves_none;
        seen.is_definite() && !PASSING.contains(&seen.code()) && seen.status != 400 && !leaves_none
    }

    fn is_merged(&self, key: &Key) -> bool {
        self.merged.contains(&(key.tenant.clone(), key.member.clone()))
    }

    /// Notes an answer.
    pub fn note(&mut self, key: Option<Key>, seen: Seen) {
        let name = if seen.status >= 400 || seen.status == 0 {
            // numbers of 503s are not the point of them
            let code = if seen.status == 503 { "" } else { seen.code() };
            format!("{} {code}", seen.status)
        } else {
            let kind = seen.body["entry"]["type"].as_str();
            let kind = kind.or_else(|| seen.body["code"].as_str()).unwrap_or("another answer");
            format!("{} {kind}{}", seen.status, if seen.replayed { ", again" } else { "" })
        };
        *self.answered.entry(name).or_default() += 1;
        match key {
            Some(key) => self.seen.entry(key).or_default().push(seen),
            None if seen.read.is_some() && seen.status == 200 => self.reads.push(seen),
            None => {}
        }
    }

    /// An operation nobody ever answered.
    pub fn gave_up(&mut self, what: String) {
        self.unresolved.insert(what);
    }

    /// What no ledger could have said.
    pub fn violations(&self) -> Vec<String> {
        let mut found: Vec<String> =
            self.unresolved.iter().map(|what| format!("liveness: never answered: {what}")).collect();
        for (key, seen) in &self.seen {
            found.extend(self.sticky(key, seen));
        }
        found.extend(self.out_of_order());
        found
    }

    /// What clients saw of every request that a violation names, for whoever replays it.
    pub fn told(&self, violations: &[String]) -> Vec<String> {
        let named = |key: &Key| violations.iter().any(|violation| violation.contains(&key.key));
        let mut told = Vec::new();
        for (key, seen) in self.seen.iter().filter(|(key, _)| named(key)) {
            for one in seen {
                let (sent, answered) = (one.sent.as_secs_f64(), one.answered.as_secs_f64());
                let again = if one.replayed { ", again" } else { "" };
                let (status, code, seq) = (one.status, one.code(), &one.body["entry"]["seq"]);
                told.push(format!(
                    "{key}: sent {sent:.3}, answered {answered:.3}: {status} {code}{again}, entry {seq}, to {}",
                    one.asked
                ));
            }
        }
        told
    }

    /// An operation that was answered before another was sent stands before it in the member's chain.
    fn out_of_order(&self) -> Vec<String> {
        type Span<'a> = (Duration, Duration, u64, &'a str);
        let mut by_member: BTreeMap<(&str, &str), Vec<Span<'_>>> = BTreeMap::new();
        for (Key { tenant, member, key }, seen) in &self.seen {
            let done = seen.iter().filter(|s| s.body["entry"]["seq"].is_u64());
            let answered = done.clone().map(|s| s.answered).min();
            let seq = done.filter_map(|s| s.body["entry"]["seq"].as_u64()).min();
            let sent = seen.iter().map(|s| s.sent).min();
            if let (Some(sent), Some(answered), Some(seq)) = (sent, answered, seq) {
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

    /// The first kept answer is the only one ever given, and of several bodies under one key one was taken.
    fn sticky(&self, key: &Key, seen: &[Seen]) -> Vec<String> {
        let mut found = Vec::new();
        let kept = |seen: &Seen| self.is_kept(key, seen);
        let taken: BTreeSet<String> = seen.iter().filter(|s| kept(s)).map(|s| s.asked.to_string()).collect();
        // Personal data are no part of the key's fingerprint: a repeat with other ones is told by them, or not at all.
        let by_profile = key.key.starts_with("profile ") || key.key == "erase";
        // Those of who became another went with her: any enrolment and any words have the first answer.
        let gone =
            self.is_merged(key) && (key.key.starts_with("enrolment ") || key.key.starts_with("survey "));
        let compares_bodies = !by_profile && !gone;
        if taken.len() > 1 && compares_bodies {
            found.push(format!("sticky: {key}: {} bodies were taken: {taken:?}", taken.len()));
        }
        let mut in_order: Vec<&Seen> =
            seen.iter().filter(|s| s.is_definite() && taken.contains(&s.asked.to_string())).collect();
        in_order.sort_by_key(|s| s.answered);
        let Some(first) = in_order.iter().find(|s| kept(s)) else { return found };
        for later in in_order.iter().filter(|s| s.sent > first.answered) {
            if later.status == 410 {
                continue; // erased since: the ledger stands, and nothing of it is told
            }
            if gone && later.code() == "survey.answered" && later.asked != first.asked {
                continue; // before the merge, words told the two apart
            }
            if gone && later.code() == "key_reused" {
                continue; // from the merge on it is held to the profile that was kept, which is another's
            }
            if !kept(later) {
                found.push(format!(
                    "sticky: {key}: {} {} after {}",
                    later.status,
                    later.code(),
                    first.essence()
                ));
            } else if !later.replayed {
                found.push(format!("sticky: {key}: done anew after {}", first.essence()));
            }
        }
        let answers: BTreeSet<String> = in_order.iter().filter(|s| kept(s)).map(|s| s.essence()).collect();
        if answers.len() > 1 {
            found.push(format!("sticky: {key}: {} answers: {answers:?}", answers.len()));
        }
        found
    }
}
