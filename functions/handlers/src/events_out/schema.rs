//! The schema of events, as JSON Schema and as a page for people: both made of one list, so neither can be old.

use super::SCHEMA;
use super::types::{ENVELOPE, KINDS, OF_MEMBER, is_of_programme, may_be_missing};
use crate::http::shape::{Field, Shape, example_value};
use crate::openapi::{collect_kind, field_schema};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// Every kind of event, in the page's order.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.name)
}

/// JSON Schema (2020-12) of every event: one of the kinds.
pub fn schema() -> Value {
    let mut defs = Map::new();
    for field in OF_MEMBER.iter().chain(KINDS.iter().flat_map(|kind| kind.fields)) {
        collect_kind(&field.kind, &mut defs);
    }
    for kind in KINDS {
        defs.insert(kind.name.to_owned(), event(kind));
    }
    let mut whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("https://merit.example/events/{SCHEMA}"),
        "title": "Merit's events",
        "oneOf": KINDS.iter().map(|kind| json!({"$ref": format!("#/$defs/{}", kind.name)})).collect::<Value>(),
        "$defs": defs,
    });
    move_references(&mut whole);
    whole
}

fn event(kind: &Shape) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in envelope(kind.name) {
        properties.insert(field.name.to_owned(), field_schema(field));
        required.push(field.name);
    }
    required.push("data");
    properties.insert("schema".to_owned(), json!({"const": SCHEMA}));
    properties.insert("type".to_owned(), json!({"const": format!("merit.{}", kind.name)}));
    let data: Map<_, _> = kind.fields.iter().map(|f| (f.name.to_owned(), field_schema(f))).collect();
    let needed: Vec<_> = kind.fields.iter().filter(|f| !may_be_missing(f)).map(|f| f.name).collect();
    properties.insert(
        "data".to_owned(),
        json!({"type": "object", "properties": data, "required": needed, "additionalProperties": false}),
    );
    json!({
        "type": "object",
        "description": kind.about,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn envelope(kind: &str) -> impl Iterator<Item = &'static Field> {
    let of_member = if is_of_programme(kind) { &[] } else { OF_MEMBER };
    ENVELOPE.iter().chain(of_member)
}

/// Shapes refer to each other where the HTTP document keeps them; here they stand elsewhere.
fn move_references(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(to)) = map.get_mut("$ref") {
                *to = to.replace("#/components/schemas/", "#/$defs/");
            }
            map.values_mut().for_each(move_references);
        }
        Value::Array(list) => list.iter_mut().for_each(move_references),
        _ => {}
    }
}

/// The page's part that is made of the list: the envelope, and every kind with its data.
pub fn page() -> String {
    let mut page = String::from("### Every event\n\n");
    table(&mut page, ENVELOPE);
    page.push_str("\n### Every event of a member, beside that\n\n");
    table(&mut page, OF_MEMBER);
    for kind in KINDS {
        let _ = write!(page, "\n### `merit.{}`\n\n{}\n\n", kind.name, kind.about);
        if kind.fields.is_empty() {
            page.push_str("`data` is empty.\n");
            continue;
        }
        table(&mut page, kind.fields);
        let data = kind.example();
        let _ = write!(page, "\n```json\n{data}\n```\n");
    }
    page
}

fn table(page: &mut String, fields: &[Field]) {
    page.push_str("| field | example | what it is |\n|---|---|---|\n");
    for field in fields {
        let example = field.example.map_or_else(String::new, |text| format!("`{}`", example_value(text)));
        let missing = if may_be_missing(field) { "; may be missing" } else { "" };
        let _ = writeln!(page, "| `{}` | {example} | {}{missing} |", field.name, field.about);
    }
}

/// An example of an event, as a subscriber gets it.
pub fn example(kind: &str) -> Option<Value> {
    let shape = KINDS.iter().find(|shape| shape.name == kind)?;
    let shown = |field: &'static Field| Some((field.name.to_owned(), example_value(field.example?)));
    let mut event: Map<_, _> = envelope(kind).filter_map(shown).collect();
    event.insert("type".to_owned(), json!(format!("merit.{kind}")));
    event.insert("data".to_owned(), shape.example());
    Some(Value::Object(event))
}
