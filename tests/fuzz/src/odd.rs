//! Input made odd: bytes flipped, left out, doubled, cut; parts of JSON that are something else.

use reference::generate::Dice;
use serde_json::{Map, Value, json};

/// Texts that stand for something somewhere, and are nothing where they are put.
const TEXTS: [&str; 30] = [
    "",
    " ",
    "#",
    "T#other#M#m0",
    "m0#",
    "m0\u{0}",
    "p#P1#r#",
    "m#",
    "E#000000000001",
    "..",
    "../../",
    "%00",
    "%2F",
    "\u{0}",
    "\n",
    "é",
    "\u{202e}",
    "\u{feff}",
    "🙂",
    "-1",
    "+1",
    "01",
    "NaN",
    "1e309",
    "9999-12-31T23:59:59Z",
    "-9999-01-01T00:00:00Z",
    "2026-02-30",
    "{}",
    "' OR 1=1 --",
    "null",
];

/// Bytes flipped, left out, doubled, cut.
pub fn bytes(dice: &mut Dice, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(8) {
        if bytes.is_empty() {
            break;
        }
        let at = dice.below(bytes.len());
        match dice.below(5) {
            0 => bytes[at] ^= 1 << dice.below(8),
            1 => {
                bytes.remove(at);
            }
            2 => bytes.insert(at, *dice.pick(b"{}[]\"#,.\n\r\t\0 \x7f\xff\xc3\xe2")),
            3 => {
                let end = (at + dice.below(40)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => bytes.truncate(at + bytes.len() / 2),
        }
    }
    bytes
}

/// The same of a text; what is no text any more is shown as such.
pub fn text(dice: &mut Dice, text: &str) -> String {
    match dice.below(6) {
        0 => (*dice.pick(&TEXTS)).to_owned(),
        1 => format!("{text}{}", dice.pick(&TEXTS)),
        2 => format!("{}{text}", dice.pick(&TEXTS)),
        3 => text.repeat(*dice.pick(&[2, 3, 70, 1_000])).chars().take(70_000).collect(),
        _ => String::from_utf8_lossy(&bytes(dice, text.as_bytes())).into_owned(),
    }
}

/// One part of a JSON value becomes something else, is left out, doubled or called otherwise.
pub fn json(dice: &mut Dice, value: &mut Value) {
    let mut at = dice.below(parts(value));
    change(dice, value, &mut at);
}

fn parts(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(parts).sum::<usize>(),
        Value::Object(fields) => fields.values().map(parts).sum(),
        _ => 0,
    }
}

/// Changes the part with this place in the order of reading.
fn change(dice: &mut Dice, value: &mut Value, at: &mut usize) {
    if *at == 0 {
        *value = instead(dice, value);
        *at = usize::MAX;
        return;
    }
    *at -= 1;
    let each: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => return,
    };
    for part in each {
        if *at == usize::MAX {
            return;
        }
        change(dice, part, at);
    }
}

fn instead(dice: &mut Dice, value: &Value) -> Value {
    match (dice.below(10), value) {
        (0..=3, Value::String(own)) => json!(text(dice, own)),
        (0..=3, Value::Number(own)) => number(dice, own.as_i64().unwrap_or(1)),
        (0..=5, Value::Object(fields)) => Value::Object(other_fields(dice, fields)),
        (0..=5, Value::Array(items)) => other_items(dice, items),
        (4, _) => Value::Null,
        (5, _) => number(dice, 1),
        (6, _) => json!(*dice.pick(&TEXTS)),
        (7, _) => json!(dice.chance(50)),
        (8, _) => json!([value.clone()]),
        (9, _) if dice.chance(20) => {
            (0..*dice.pick(&[10, 31, 33, 126])).fold(value.clone(), |inner, _| json!([inner]))
        }
        _ => json!({ "member_id": value.clone() }),
    }
}

fn number(dice: &mut Dice, own: i64) -> Value {
    match dice.below(4) {
        0 => json!(own.wrapping_add(*dice.pick(&[1, -1, 1_000, -1_000]))),
        1 => json!(*dice.pick(&[0.5, -0.0, 1e15, 1e300, 9_007_199_254_740_993.0])),
        2 => json!(u64::MAX),
        _ => json!(*dice.pick(&[
            0,
            1,
            -1,
            i64::MAX,
            i64::MIN,
            1_000_000_000,
            1_000_000_000_000,
            1 << 31,
            1 << 53
        ])),
    }
}

fn other_fields(dice: &mut Dice, fields: &Map<String, Value>) -> Map<String, Value> {
    let mut fields = fields.clone();
    let names: Vec<String> = fields.keys().cloned().collect();
    if names.is_empty() || dice.chance(15) {
        fields.insert(text(dice, "name"), json!(1));
        return fields;
    }
    let name = dice.pick(&names).clone();
    let value = fields.remove(&name).unwrap();
    match dice.below(3) {
        0 => {}
        1 => {
            fields.insert(text(dice, &name), value);
        }
        _ => {
            // what another field is
            let other = fields.get(dice.pick(&names)).cloned().unwrap_or(Value::Null);
            fields.insert(name, other);
        }
    }
    fields
}

fn other_items(dice: &mut Dice, items: &[Value]) -> Value {
    let mut items = items.to_vec();
    if items.is_empty() {
        return json!([1]);
    }
    let at = dice.below(items.len());
    match dice.below(4) {
        0 => {
            items.remove(at);
        }
        1 => items.clear(),
        2 => items = vec![items[at].clone(); *dice.pick(&[2, 101, 1_001])],
        _ => items.reverse(),
    }
    Value::Array(items)
}
