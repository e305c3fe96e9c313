//! A dump as lines: each item a line of JSON in `DynamoDB`'s own notation, as `aws dynamodb scan` prints items, with its
//! keys in order. What another auditor reads, and what this one reads back.
//!
//! What it never does: I/O, or repair what it reads.

use crate::item::{Item, Value};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

impl Item {
    /// The item as a line, without its line end.
    pub fn to_line(&self) -> String {
        let texts = [("pk", &self.pk), ("sk", &self.sk)];
        let mut all: Map<String, Json> =
            texts.into_iter().map(|(name, text)| (name.to_owned(), typed("S", text.clone()))).collect();
        for (name, value) in &self.attributes {
            let value = match value {
                Value::Text(text) => typed("S", text.clone()),
                Value::Number(number) => typed("N", number.clone()),
                Value::Bytes(bytes) => typed("B", to_base64(bytes)),
                Value::Other => typed("M", Json::Object(Map::new())),
            };
            all.insert(name.clone(), value);
        }
        Json::Object(all).to_string()
    }

    /// Reads [`Item::to_line`], or a line of any other dump in this notation; or says what is wrong.
    pub fn from_line(line: &str) -> Result<Self, String> {
        let all: BTreeMap<String, BTreeMap<String, Json>> =
            serde_json::from_str(line).map_err(|error| format!("no item: {error}"))?;
        let mut attributes = BTreeMap::new();
        for (name, value) in all {
            let value = match value.first_key_value() {
                Some((kind, Json::String(text))) if value.len() == 1 => match kind.as_str() {
                    "S" => Value::Text(text.clone()),
                    "N" => Value::Number(text.clone()),
                    "B" => Value::Bytes(from_base64(text).ok_or_else(|| format!("`{name}` is not base64"))?),
                    _ => Value::Other,
                },
                _ => Value::Other,
            };
            attributes.insert(name, value);
        }
        let mut key = |name: &str| match attributes.remove(name) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(format!("an item without `{name}`")),
        };
        let (pk, sk) = (key("pk")?, key("sk")?);
        Ok(Self { pk, sk, attributes })
    }

    /// The items in the order an [`Auditor`](crate::Auditor) asks for: rulebooks first and again in their place.
    pub fn in_order(mut items: Vec<Self>) -> Vec<Self> {
        items.sort_by(|a, b| (&a.pk, &a.sk).cmp(&(&b.pk, &b.sk)));
        let is_rulebook = |item: &&Self| item.pk.ends_with("#R") && item.sk.starts_with("V#");
        let mut ordered: Vec<Self> = items.iter().filter(is_rulebook).cloned().collect();
        ordered.append(&mut items);
        ordered
    }
}

fn typed(kind: &str, value: impl Into<Json>) -> Json {
    Json::Object(Map::from_iter([(kind.to_owned(), value.into())]))
}

fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |place: usize| chunk.get(place).copied().unwrap_or(0);
        let group = u32::from_be_bytes([0, byte(0), byte(1), byte(2)]);
        for (place, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let digit = usize::try_from(group.wrapping_shr(shift) & 63).ok();
            let digit = digit.filter(|_| place <= chunk.len()).and_then(|digit| DIGITS.get(digit));
            text.push(digit.map_or('=', |digit| char::from(*digit)));
        }
    }
    text
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for chunk in text.as_bytes().chunks(4) {
        let padding = chunk.iter().rev().take_while(|byte| **byte == b'=').count();
        if chunk.len() != 4 || padding > 2 {
            return None;
        }
        let mut group = 0_u32;
        for byte in chunk {
            let place = DIGITS.iter().position(|digit| digit == byte);
            let digit = if *byte == b'=' { Some(0) } else { place };
            group = group.wrapping_shl(6) | u32::try_from(digit?).ok()?;
        }
        let [_, three @ ..] = group.to_be_bytes();
        bytes.extend(three.iter().take(3_usize.saturating_sub(padding)));
    }
    // padding is at the end only, and there is one way to write a dump
    (to_base64(&bytes) == text).then_some(bytes)
}
