//! An environment that runs newer code: its entries say more than the others know how to read.
//!
//! What it never does: change what an entry means. Old readers skip the field, and nobody ever drops it.

use aws_smithy_types::base64;
use domain::chain;
use serde_json::{Value, json};

/// The field that only newer code knows.
const FIELD: &str = r#","later":{"of":"tomorrow"}}"#;

/// An entry as newer code would have written it, behind the entry with this hash.
pub(super) fn of_tomorrow(item: &mut Value, previous: [u8; 32]) {
    let Some(text) = item["e"]["S"].as_str().and_then(|text| text.strip_suffix('}')) else { return };
    let text = format!("{text}{FIELD}");
    seal(item, &text, None, previous);
}

/// Puts another text, and perhaps another state, into an entry's item, sealed as the chain has it.
pub(crate) fn seal(item: &mut Value, text: &str, state: Option<Vec<u8>>, previous: [u8; 32]) {
    let (Some(pk), Some(seq)) = (
        item["pk"]["S"].as_str().map(str::to_owned),
        item["sk"]["S"].as_str().and_then(|sk| sk.strip_prefix("E#")?.parse::<u64>().ok()),
    ) else {
        return;
    };
    let stored = item["s"]["B"].as_str().and_then(|text| base64::decode(text).ok());
    let Some(state) = state.or(stored) else { return };
    let hash = chain::hash(&previous, &pk, seq, text, &state);
    item["e"] = json!({ "S": text });
    item["s"] = json!({ "B": base64::encode(&state) });
    item["h"] = json!({ "B": base64::encode(hash) });
}
