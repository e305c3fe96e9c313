//! Personal data stand in profiles and in words, and nowhere else; of a member who was erased or who became another
//! without them, nowhere at all.

use crate::workload::{EMAIL, NAME, WORDS};
use aws_smithy_types::base64;
use serde_json::Value;
use std::collections::BTreeSet;

/// What is where it must not be.
pub fn violations(dump: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    let erased: BTreeSet<&str> = dump
        .iter()
        .filter(|item| item["e"]["S"].as_str().is_some_and(|text| text.contains(r#""ch":{"erased":"#)))
        .filter_map(|item| item["pk"]["S"].as_str())
        .collect();
    for item in dump {
        let (pk, sk) = (text(item, "pk"), text(item, "sk"));
        let is_place = pk.contains("#M#") && (sk == "P" || sk.starts_with("V#"));
        if is_place && erased.contains(pk) {
            found.push(format!("personal: {pk} {sk} is there after the erasure"));
        }
        if is_place || !holds_canary(item) {
            continue;
        }
        found.push(format!("personal: {pk} {sk} holds personal data"));
    }
    found
}

/// True for text that names somebody.
pub(crate) fn names_somebody(text: &str) -> bool {
    [NAME, EMAIL, WORDS].iter().any(|canary| text.contains(canary))
}

fn text<'v>(item: &'v Value, name: &str) -> &'v str {
    item[name]["S"].as_str().unwrap_or_default()
}

fn holds_canary(item: &Value) -> bool {
    item.as_object().into_iter().flatten().any(|(_, value)| {
        let bytes = value["B"].as_str().and_then(|text| base64::decode(text).ok()).unwrap_or_default();
        names_somebody(&value.to_string()) || names_somebody(&String::from_utf8_lossy(&bytes))
    })
}
