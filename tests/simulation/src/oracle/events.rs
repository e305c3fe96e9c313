//! Events out: every entry of the table, as its stream tells it, is told by the real relay's own reading of it; under
//! ids that come once, and without anything personal.

use super::personal::names_somebody;
use handlers::jobs::relay::events_of;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What cannot be told, or must not be.
pub fn violations(dump: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    let mut ids = BTreeSet::new();
    for item in dump.iter().filter(|item| crate::wire::json::is_entry(item)) {
        let record = json!({
            "eventName": "INSERT",
            "dynamodb": {
                "SequenceNumber": "1",
                "Keys": { "pk": item["pk"], "sk": item["sk"] },
                "NewImage": item,
            },
        });
        match events_of(&record) {
            Err(why) => found.push(format!("events: cannot be told: {why}")),
            Ok(events) => {
                for event in events {
                    if !ids.insert(event.id.clone()) {
                        found.push(format!("events: {} is told of two things", event.id));
                    }
                    if names_somebody(&format!("{event:?}")) {
                        found.push(format!("events: {} holds personal data", event.id));
                    }
                }
            }
        }
    }
    found
}
