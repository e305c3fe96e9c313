//! Requests and items as DynamoDB's JSON has them.

use serde_json::Value;
use std::collections::BTreeMap;

/// True for operations that change items.
pub(crate) fn is_write(operation: &str) -> bool {
    matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems")
}

/// True for an entry of a member.
pub(crate) fn is_entry(item: &Value) -> bool {
    item["sk"]["S"].as_str().is_some_and(|sk| sk.starts_with("E#"))
}

/// The parts of a transaction, or the request itself.
pub(crate) fn parts_mut(body: &mut Value) -> Vec<&mut Value> {
    if body["TransactItems"].is_array() {
        let items = body["TransactItems"].as_array_mut().map(Vec::as_mut_slice).unwrap_or_default();
        return items.iter_mut().filter_map(|item| item.as_object_mut()?.values_mut().next()).collect();
    }
    vec![body]
}

/// The same to look at.
pub(crate) fn parts(body: &Value) -> Vec<&Value> {
    match body["TransactItems"].as_array() {
        Some(items) => items.iter().filter_map(|item| item.as_object()?.values().next()).collect(),
        None => vec![body],
    }
}

/// `pk sk` of an item or a key.
pub(crate) fn key_of(item: &Value) -> String {
    let part = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    format!("{} {}", part("pk"), part("sk"))
}

/// Keys a write is about.
pub(crate) fn keys(operation: &str, body: &Value) -> Vec<String> {
    if !is_write(operation) {
        return Vec::new();
    }
    let of = |part: &Value| key_of(if part["Item"].is_object() { &part["Item"] } else { &part["Key"] });
    parts(body).into_iter().map(of).collect()
}

/// Partition keys, of the table and of its indexes, that a request names.
pub(crate) fn partition_keys(operation: &str, body: &Value) -> Vec<String> {
    let text = |value: &Value| value["S"].as_str().map(str::to_owned);
    if operation == "Query" {
        return text(&body["ExpressionAttributeValues"][":p"]).into_iter().collect();
    }
    let of = |part: &Value| {
        [&part["Key"]["pk"], &part["Item"]["pk"], &part["Item"]["gpk"]]
            .into_iter()
            .filter_map(text)
            .collect::<Vec<_>>()
    };
    parts(body).into_iter().flat_map(of).collect()
}

/// JSON with its keys in order, whatever order they came in.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, String> =
                fields.iter().map(|(name, value)| (name, canonical(value))).collect();
            let inner: Vec<String> =
                sorted.into_iter().map(|(name, value)| format!("{name}:{value}")).collect();
            format!("{{{}}}", inner.join(","))
        }
        Value::Array(values) => {
            format!("[{}]", values.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}
