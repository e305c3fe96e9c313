//! Pages of entries that members' clients read: the ledger's own, without a gap, and no older than what had been
//! acknowledged before they were asked for.

use super::{Evidence, Member};
use crate::oracle::history::Seen;
use crate::programme::merchant;
use std::collections::BTreeMap;

/// Pages that no reader of one ledger could have seen.
pub(super) fn violations(evidence: &Evidence<'_>, members: &BTreeMap<String, Member>) -> Vec<String> {
    let mut found = Vec::new();
    for seen in &evidence.history.reads {
        let Some((tenant, id, target)) = &seen.read else { continue };
        if let Some(tier) = seen.body["tier"]["name"].as_str().or_else(|| seen.body["tier"].as_str())
            && merchant(tenant).is_some_and(|merchant| !merchant.tiers.contains(&tier))
        {
            found.push(format!("pages: {tenant} {target}: the tier `{tier}` is none of {tenant}'s"));
        }
        let Some(member) = members.get(&format!("T#{tenant}#M#{id}")) else { continue };
        if target.contains("/entries?") {
            found.extend(page(seen, member).map(|what| format!("pages: {tenant} {target}: {what}")));
        }
    }
    found
}

fn page(seen: &Seen, member: &Member) -> Option<String> {
    let entries = seen.body["entries"].as_array()?;
    let entries: Vec<_> = entries.iter().map(|told| &told["entry"]).collect();
    let mut expected = entries.first()?["seq"].as_u64()?;
    let newest = expected;
    for entry in entries {
        let reference = entry["reference"].as_str().unwrap_or_default();
        let told = member.references.get(reference);
        let same = told.is_some_and(|told| {
            Some(told.seq) == entry["seq"].as_u64() && entry["type"] == told.kind.as_str()
        });
        if !same {
            return Some(format!("`{reference}` as {}, which is {told:?}", entry["seq"]));
        }
        if entry["seq"].as_u64() != Some(expected) {
            return Some(format!("{} where {expected} belongs", entry["seq"]));
        }
        expected = expected.saturating_sub(1);
    }
    // What had been written before the page was asked for is on it, or before it.
    let before = member.references.values().filter(|told| told.written.is_some_and(|at| at < seen.sent));
    let known = before.map(|told| told.seq).max().unwrap_or(0);
    (newest < known).then(|| format!("ends with {newest}, though {known} had been written"))
}
