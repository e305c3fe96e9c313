//! When entries were decided, and by which rules: never before they were asked for or after they were written, and by
//! rules that decided at that time, give or take what caches and clocks may be off.

use super::{Evidence, entries_of, tenant_of};
use crate::oracle::history::Key;
use std::time::Duration;

/// How far an environment's clock may be off, in milliseconds, with a second for what takes time.
const SKEW_MS: i64 = 301_000;

/// How long an environment may still believe in older rules: 10 s of its own clock, which may be set back between two
/// requests.
const STALE: Duration = Duration::from_secs(2 * 301 + 15);

/// The longest a job is under way: frozen, cut off, and a write that lands late.
const UNDER_WAY: Duration = Duration::from_mins(120 + 5 + 2 + 1);

/// Entries out of their time.
pub(super) fn violations(evidence: &Evidence<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for (pk, entries) in entries_of(evidence.dump) {
        let mut before = i64::MIN;
        for entry in &entries {
            let seq = entry["n"].as_u64().unwrap_or(0);
            let at = entry["at"].as_i64().unwrap_or(0);
            let Some(written) = evidence.written.get(&format!("{pk} E#{seq:012}")).copied() else { continue };
            let asked = asked(evidence, pk, entry["ref"].as_str().unwrap_or_default());
            if at != before && at > evidence.moment(written) + SKEW_MS {
                found.push(format!("model: {pk} {seq}: decided at {at}, after it was written"));
            }
            if let Some(asked) = asked
                && at < evidence.moment(asked) - SKEW_MS
            {
                found.push(format!("model: {pk} {seq}: decided at {at}, before it was asked for"));
            }
            before = at;
            let from = asked.unwrap_or_else(|| written.saturating_sub(UNDER_WAY)).saturating_sub(STALE);
            let id = entry["rb"].as_str().unwrap_or_default();
            if !decided(evidence, tenant_of(pk), id, (from, written)) {
                found.push(format!("model: {pk} {seq}: by rules `{id}`, which did not decide then"));
            }
        }
    }
    found
}

/// When an entry was first asked for; none for what nobody asks for.
fn asked(evidence: &Evidence<'_>, pk: &str, reference: &str) -> Option<Duration> {
    let key = super::answers::key_of(reference)?;
    let member = pk.split('#').nth(3)?;
    let key = Key { tenant: tenant_of(pk).to_owned(), member: member.to_owned(), key };
    evidence.history.seen.get(&key)?.iter().map(|seen| seen.sent).min()
}

/// Whether rules decided at any time between two moments.
fn decided(evidence: &Evidence<'_>, tenant: &str, id: &str, (from, to): (Duration, Duration)) -> bool {
    let all: Vec<_> = evidence.activations.iter().filter(|one| one.tenant == tenant).collect();
    all.iter().enumerate().any(|(place, active)| {
        let until = all.get(place + 1).map_or(Duration::MAX, |next| next.at);
        active.id == id && active.at <= to && until >= from
    })
}
