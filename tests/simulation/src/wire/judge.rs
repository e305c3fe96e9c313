//! The promises of every request: keys of its merchant only, reads that are consistent, a condition on every write, no
//! operation a function has no right to, no transaction that is too large.

use super::json::{key_of, partition_keys};
use super::{AUDITOR, Inner};
use serde_json::Value;

/// Most items of a transaction of ours; DynamoDB's own limit is 100.
const TRANSACTION_ITEMS_MAX: usize = 90;

impl Inner {
    /// Holds a request to the store's promises.
    pub(super) fn judge(&mut self, operation: &str, body: &Value, label: u64) {
        let name = match body["IndexName"].as_str() {
            Some(index) => format!("{operation} {index}"),
            None => operation.to_owned(),
        };
        *self.requests.entry(name).or_default() += 1;
        if label == AUDITOR {
            return;
        }
        let mut broken = Vec::new();
        match self.callers.get(&label) {
            None => broken.push("a request that nobody is known to have made".to_owned()),
            Some(caller) => {
                if let Some(tenant) = &caller.tenant {
                    let own = format!("T#{tenant}#");
                    for key in partition_keys(operation, body) {
                        if !key.starts_with(&own) && key != "TENANTS" {
                            broken.push(format!("`{key}` is none of {tenant}'s"));
                        }
                    }
                }
            }
        }
        match operation {
            "GetItem" | "Query" => {
                let lags = body["IndexName"] == "by_day";
                if !lags && body["ConsistentRead"] != true {
                    broken.push("a read that may be stale".to_owned());
                }
            }
            "PutItem" | "UpdateItem" => {
                if body["ConditionExpression"].as_str().is_none_or(str::is_empty) {
                    broken.push("a write without a condition".to_owned());
                }
            }
            "DeleteItem" => {
                let sk = body["Key"]["sk"]["S"].as_str().unwrap_or_default();
                if !is_personal(sk) {
                    broken.push(format!("`{sk}` is deleted, and is nothing personal"));
                }
            }
            "TransactWriteItems" => {
                let items = body["TransactItems"].as_array().map(Vec::as_slice).unwrap_or_default();
                self.items_max = self.items_max.max(items.len());
                if items.len() > TRANSACTION_ITEMS_MAX {
                    broken.push(format!("{} items in a transaction", items.len()));
                }
                for (kind, part) in items.iter().filter_map(|item| item.as_object()?.iter().next()) {
                    // An erasure deletes what is personal whatever it says; the entry beside it has the condition.
                    let sk = part["Key"]["sk"]["S"].as_str().unwrap_or_default();
                    let is_erasure = kind == "Delete" && is_personal(sk);
                    // What only counts has no limit to look at; the entry beside it has the condition as well.
                    let only_counts = kind == "Update" && sk.starts_with("survey:");
                    if !is_erasure
                        && !only_counts
                        && part["ConditionExpression"].as_str().is_none_or(str::is_empty)
                    {
                        broken.push(format!("a write to `{}` without a condition", key_of(&part["Key"])));
                    }
                }
            }
            other => broken.push(format!("no function may {other}")),
        }
        for what in broken {
            self.violations.insert(format!("wire: {operation}: {what}"));
        }
    }
}

/// A profile, or what a member wrote in words: what an erasure deletes.
fn is_personal(sk: &str) -> bool {
    sk == "P" || sk.starts_with("V#")
}
