//! Answers against the ledger: what was acknowledged is there as it was told, what was refused for good is a refusal,
//! and nothing is there that nobody asked for.

use super::{Evidence, Member, Told};
use crate::oracle::history::{Key, Seen};
use serde_json::Value;
use std::collections::BTreeMap;

/// What an entry of a request is found by; none for requests that leave none.
pub(super) fn reference_of(key: &str) -> Option<String> {
    let words: Vec<&str> = key.split(' ').collect();
    Some(match words.as_slice() {
        ["enrolment", _] => "m#".to_owned(),
        ["erase"] => "x#".to_owned(),
        ["purchase", id] => format!("p#{id}#"),
        ["return", purchase, id] => format!("p#{purchase}#r#{id}#"),
        ["redemption", id] => format!("d#{id}#"),
        ["capture", hold, id] => format!("d#{hold}#c#{id}#"),
        ["release", hold, id] => format!("d#{hold}#l#{id}#"),
        ["cancel", spent, id] => format!("d#{spent}#x#{id}#"),
        ["event", id] => format!("e#{id}#"),
        ["adjustments", id] => format!("j#{id}#"),
        ["freeze", id] => format!("z#{id}#"),
        ["profile", id] => format!("u#{id}#"),
        ["merge", id] => format!("g#{id}#"),
        ["joining", id] => format!("f#{id}#"),
        ["survey", name] => format!("v#{name}#"),
        ["voucher", voucher, id] => format!("w#{voucher}#{id}#"),
        _ => return None,
    })
}

/// The request of an entry; none for what time did, or another member's request.
pub(super) fn key_of(reference: &str) -> Option<String> {
    let parts: Vec<&str> = reference.trim_end_matches('#').split('#').collect();
    Some(match parts.as_slice() {
        ["m"] => "enrolment enrolment".to_owned(),
        ["x"] => "erase".to_owned(),
        ["p", id] => format!("purchase {id}"),
        ["p", purchase, "r", id] => format!("return {purchase} {id}"),
        ["d", id] => format!("redemption {id}"),
        ["d", hold, "c", id] => format!("capture {hold} {id}"),
        ["d", hold, "l", id] => format!("release {hold} {id}"),
        ["d", spent, "x", id] => format!("cancel {spent} {id}"),
        ["e", id] => format!("event {id}"),
        ["j", id] => format!("adjustments {id}"),
        ["z", id] => format!("freeze {id}"),
        ["u", id] => format!("profile {id}"),
        ["f", id] => format!("joining {id}"),
        ["v", name] => format!("survey {name}"),
        ["w", voucher, id] => format!("voucher {voucher} {id}"),
        _ => return None,
    })
}

/// What answers and ledger say of each other.
pub(super) fn violations(evidence: &Evidence<'_>, members: &BTreeMap<String, Member>) -> Vec<String> {
    let mut found = Vec::new();
    for (key, seen) in &evidence.history.seen {
        let Some(reference) = reference_of(&key.key) else { continue };
        let pk = format!("T#{}#M#{}", key.tenant, key.member);
        let told = members.get(&pk).and_then(|member| member.references.get(&reference));
        for seen in seen.iter().filter(|seen| evidence.history.is_kept(key, seen)) {
            found.extend(answer(seen, told).map(|what| format!("answers: {key}: {what}")));
        }
    }
    for (pk, member) in members {
        for (reference, told) in &member.references {
            let (mut parts, own) = (pk.split('#').skip(1), key_of(reference));
            let (Some(tenant), _, Some(id), Some(key)) = (parts.next(), parts.next(), parts.next(), own)
            else {
                continue;
            };
            let key = Key { tenant: tenant.to_owned(), member: id.to_owned(), key };
            if !evidence.history.seen.contains_key(&key) {
                found.push(format!("answers: {pk} {}: nobody asked for `{reference}`", told.seq));
            }
        }
    }
    found
}

/// One answer against its entry.
fn answer(seen: &Seen, told: Option<&Told>) -> Option<String> {
    let Some(told) = told else {
        return Some(format!("answered {} {}, and nothing is there", seen.status, seen.body));
    };
    if seen.status >= 400 {
        return (told.kind != "refused")
            .then(|| format!("refused with {}, and entry {} is `{}`", seen.code(), told.seq, told.kind));
    }
    if told.kind == "refused" {
        return Some(format!("answered {}, and entry {} is a refusal", seen.status, told.seq));
    }
    if seen.body["entry"].is_null() {
        // a survey's answer says what it earned, and nothing of the ledger
        let points = seen.body["points"].as_i64();
        return (points != Some(told.points))
            .then(|| format!("told {points:?} points, entry {} earned {}", told.seq, told.points));
    }
    let body = &seen.body;
    let number = |value: &Value| value.as_i64().unwrap_or(i64::MIN);
    let balances =
        ["balance_points", "pending_points", "held_points", "debt_points"].map(|name| number(&body[name]));
    let entry = &body["entry"];
    let same = entry["seq"].as_u64() == Some(told.seq)
        && entry["type"].as_str() == Some(told.kind.as_str())
        && balances == told.balances;
    (!same).then(|| {
        format!(
            "told {} as {} with {balances:?}; entry {} is `{}` with {:?}",
            entry["seq"], entry["type"], told.seq, told.kind, told.balances
        )
    })
}
