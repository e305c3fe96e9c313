//! Plants that ask the table what wrong code would have asked it.

use super::{Plant, forged};
use crate::executor;
use crate::wire::Inner;
use crate::wire::json::{canonical, is_entry, key_of, parts_mut};
use aws_smithy_types::base64;
use serde_json::{Value, json};
use std::time::Duration;

/// What a transaction's items are: `Put`, `Update`, `Delete`.
fn retain(body: &mut Value, keep: impl Fn(&str, &Value) -> bool) -> Option<(u16, String)> {
    let items = body["TransactItems"].as_array_mut()?;
    items.retain(|item| {
        item.as_object().and_then(|item| item.iter().next()).is_none_or(|(kind, part)| keep(kind, part))
    });
    items.is_empty().then(done)
}

fn done() -> (u16, String) {
    (200, "{}".to_owned())
}

fn text<'v>(part: &'v Value, name: &str) -> &'v str {
    let of = |whole: &'v Value| whole[name]["S"].as_str();
    of(&part["Item"]).or_else(|| of(&part["Key"])).unwrap_or_default()
}

/// What became of a request: not asked here (`None`), changed (`Some(None)`), or answered.
type Planted = Option<Option<(u16, String)>>;

const CHANGED: Planted = Some(None);

impl Inner {
    /// Does to a request what wrong code would have done; an answer where nothing is left to do.
    pub(crate) fn plant(
        &mut self,
        planted: Plant,
        operation: &str,
        body: &mut Value,
        label: u64,
    ) -> Option<(u16, String)> {
        unconditional(planted, body)
            .or_else(|| self.elsewhere(planted, body, label))
            .or_else(|| self.read_wrong(planted, operation, body))
            .or_else(|| self.left_out(planted, operation, body))
            .or_else(|| self.sealed_wrong(planted, body))
            .flatten()
    }

    /// Written under another key.
    fn elsewhere(&mut self, planted: Plant, body: &mut Value, label: u64) -> Planted {
        match planted {
            Plant::CounterPerEnvironment => {
                let environment = self.callers.get(&label).map_or(0, |caller| caller.environment);
                rename(body, &|text| {
                    let tenant = text.strip_prefix("T#")?.strip_suffix("#C")?;
                    (!tenant.contains('#')).then(|| format!("T#{tenant}.{environment}#C"))
                });
            }
            Plant::NoTenant => rename(body, &|text| {
                let (_, member) = text.strip_prefix("T#")?.split_once("#M#")?;
                Some(format!("T#-#M#{member}"))
            }),
            Plant::VersionOverwritten => {
                for part in parts_mut(body) {
                    let sk = text(part, "sk").to_owned();
                    if text(part, "pk").ends_with("#R") && sk.starts_with("V#") && part["Item"].is_object() {
                        let pk = text(part, "pk").to_owned();
                        let kept = self.earlier.entry(pk).or_insert_with(|| json!(sk)).clone();
                        part["Item"]["sk"] = json!({ "S": kept });
                        free(part);
                    }
                }
            }
            Plant::CheckpointAhead => ahead(body),
            _ => return None,
        }
        CHANGED
    }

    /// Read as it was, in part, or not at all.
    fn read_wrong(&mut self, planted: Plant, operation: &str, body: &Value) -> Planted {
        let by_reference = body["IndexName"] == "by_reference";
        let of_head = operation == "Query" && !body["IndexName"].is_string() && body["Limit"] == 1;
        let of_pointer =
            operation == "GetItem" && text(body, "sk") == "A" && text(body, "pk").ends_with("#R");
        match planted {
            Plant::NoLookUp => Some(by_reference.then(nothing_found)),
            Plant::ForgetfulLookUp => Some(self.forget(body, Duration::from_mins(10))),
            Plant::ForgetfulAfterADay => Some(self.forget(body, Duration::from_hours(24))),
            Plant::StaleHead if of_head => {
                let (status, text) = self.execute(operation, body);
                let answer: Value = serde_json::from_str(&text).ok()?;
                let before = self.earlier.insert(canonical(body), answer.clone());
                Some(Some((status, before.unwrap_or(answer).to_string())))
            }
            Plant::OldRulesForEver if of_pointer => {
                let (status, text) = self.execute(operation, body);
                let answer: Value = serde_json::from_str(&text).ok()?;
                if !answer["Item"].is_object() {
                    return Some(Some((status, text)));
                }
                let kept = self.earlier.entry(key_of(&body["Key"])).or_insert(answer);
                Some(Some((status, kept.to_string())))
            }
            Plant::IndexCut if body["IndexName"] == "by_day" => {
                let (status, text) = self.execute(operation, body);
                let mut answer: Value = serde_json::from_str(&text).ok()?;
                answer["Items"].as_array_mut()?.truncate(1);
                let count = answer["Items"].as_array().map_or(0, Vec::len);
                answer["Count"] = count.into();
                Some(Some((status, answer.to_string())))
            }
            _ => None,
        }
    }

    /// Not written, or written in part.
    fn left_out(&mut self, planted: Plant, operation: &str, body: &mut Value) -> Planted {
        let unless = |kept: bool| if kept { CHANGED } else { Some(Some(done())) };
        match planted {
            Plant::CounterLeftOut => Some(retain(body, |kind, _| kind != "Update")),
            Plant::ReferenceLost => {
                of_entries(body, |item| {
                    item.remove("ref");
                });
                CHANGED
            }
            Plant::NoDueItem => {
                of_entries(body, |item| {
                    item.remove("gpk");
                    item.remove("gsk");
                });
                unless(operation != "PutItem" || body["Item"]["sk"]["S"] != "D")
            }
            Plant::ProfileKept => {
                Some(retain(body, |kind, part| kind != "Delete" || text(part, "sk") != "P"))
            }
            Plant::WordsKept if operation == "DeleteItem" => unless(false),
            Plant::WordsKept => Some(retain(body, |kind, part| kind != "Delete" || text(part, "sk") == "P")),
            Plant::RefusalForgotten => {
                let refused =
                    body["Item"]["e"]["S"].as_str().is_some_and(|text| text.contains(r#""ch":{"refused""#));
                unless(operation != "PutItem" || !refused)
            }
            Plant::HalfTransaction => {
                if let Some(items) = body["TransactItems"].as_array_mut() {
                    items.truncate(1);
                }
                CHANGED
            }
            Plant::TransactionInPieces => Some(self.in_pieces(operation, body)),
            Plant::CodeForgotten => Some(retain(body, |_, part| !text(part, "pk").ends_with("#W"))),
            Plant::FriendForgotten => Some(retain(body, |_, part| !text(part, "pk").contains("#F#"))),
            Plant::OldEntriesDropped => {
                self.drop_old(body);
                CHANGED
            }
            _ => None,
        }
    }

    /// Said otherwise than it is.
    fn sealed_wrong(&self, planted: Plant, body: &mut Value) -> Planted {
        for part in parts_mut(body).into_iter().filter(|part| is_entry(&part["Item"])) {
            if planted == Plant::PersonalDataCopied {
                part["Item"]["name"] = json!({ "S": crate::workload::NAME });
            }
            if planted.is_sealed() {
                forged::forge(planted, &self.database, &mut part["Item"]);
            }
        }
        CHANGED
    }

    /// Look-ups by reference know nothing that is older.
    fn forget(&mut self, body: &Value, after: Duration) -> Option<(u16, String)> {
        if body["IndexName"] != "by_reference" {
            return None;
        }
        let (status, text) = self.execute("Query", body);
        let mut answer: Value = serde_json::from_str(&text).ok()?;
        let now = executor::now();
        let items = answer["Items"].as_array_mut()?;
        items.retain(|item| {
            let at = self.written.get(&key_of(item));
            at.is_some_and(|at| now.saturating_sub(*at) < after)
        });
        let count = items.len();
        answer["Count"] = count.into();
        Some((status, answer.to_string()))
    }

    /// Each item by itself; every so often the rest is never written.
    fn in_pieces(&mut self, operation: &str, body: &Value) -> Option<(u16, String)> {
        if operation != "TransactWriteItems" {
            return None;
        }
        for item in body["TransactItems"].as_array()?.clone() {
            let (kind, part) = item.as_object()?.iter().next()?;
            let (status, text) = self.execute(&format!("{kind}Item"), part);
            if status != 200 {
                return Some((status, text));
            }
            if self.weather.number(0..6) == 0 {
                break;
            }
        }
        Some(done())
    }

    fn drop_old(&mut self, body: &mut Value) {
        for part in parts_mut(body) {
            let seq = text(part, "sk").strip_prefix("E#").and_then(|seq| seq.parse::<u64>().ok());
            if let Some(old) = seq.and_then(|seq| seq.checked_sub(5)) {
                let pk = part["Item"]["pk"].clone();
                let key = json!({ "pk": pk, "sk": { "S": format!("E#{old:012}") } });
                let _ = self.execute("DeleteItem", &json!({ "TableName": "merit", "Key": key }));
            }
        }
    }
}

/// Written whatever is there.
fn unconditional(planted: Plant, body: &mut Value) -> Planted {
    match planted {
        Plant::UnconditionalEntry => free_where(body, |part| is_entry(&part["Item"])),
        Plant::UnconditionalProfile => free_where(body, |part| part["Item"]["sk"]["S"] == "P"),
        Plant::UnconditionalPointer => {
            free_where(body, |part| text(part, "pk").ends_with("#R") && text(part, "sk") == "A");
        }
        Plant::UnconditionalCounter => {
            for part in parts_mut(body).into_iter().filter(|part| text(part, "pk").ends_with("#C")) {
                if let Some(values) = part["ExpressionAttributeValues"].as_object_mut() {
                    values.retain(|name, _| name != ":room" && name != ":back");
                }
                if let Some(fields) = part.as_object_mut() {
                    fields.remove("ConditionExpression");
                }
            }
        }
        _ => return None,
    }
    CHANGED
}

/// Does something to the attributes of every entry that is put.
fn of_entries(body: &mut Value, change: impl Fn(&mut serde_json::Map<String, Value>)) {
    for part in parts_mut(body).into_iter().filter(|part| is_entry(&part["Item"])) {
        if let Some(item) = part["Item"].as_object_mut() {
            change(item);
        }
    }
}

/// Takes the condition from the writes that are meant.
fn free_where(body: &mut Value, meant: impl Fn(&Value) -> bool) {
    for part in parts_mut(body).into_iter().filter(|part| meant(part)) {
        free(part);
    }
}

/// Takes the condition from a write, and what only it used.
fn free(part: &mut Value) {
    let Some(fields) = part.as_object_mut() else { return };
    fields.remove("ConditionExpression");
    if fields.contains_key("Item") {
        fields.remove("ExpressionAttributeNames");
        fields.remove("ExpressionAttributeValues");
    }
}

fn nothing_found() -> (u16, String) {
    (200, json!({ "Items": [], "Count": 0, "ScannedCount": 0 }).to_string())
}

/// Texts get other names, everywhere.
fn rename(value: &mut Value, name: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::String(text) => {
            if let Some(renamed) = name(text) {
                *text = renamed;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| rename(value, name)),
        Value::Object(fields) => fields.values_mut().for_each(|value| rename(value, name)),
        _ => {}
    }
}

/// A checkpoint is that of twenty days later, with a checksum to match.
fn ahead(body: &mut Value) {
    for part in parts_mut(body) {
        let item = &mut part["Item"];
        let of_jobs = item["pk"]["S"].as_str().is_some_and(|pk| pk.ends_with("#J"));
        let sk = item["sk"]["S"].as_str().unwrap_or_default();
        let Some((name, day)) = sk.rsplit_once('#') else { continue };
        let Some(day) = dsl::calendar::parse_day(day).filter(|_| of_jobs && !name.contains('.')) else {
            continue;
        };
        let later = dsl::calendar::show_day(dsl::units::Day(day.0 + 20));
        item["sk"] = json!({ "S": format!("{name}#{later}") });
        checksum(item);
    }
}

/// The checksum of an item outside the chains.
fn checksum(item: &mut Value) {
    use sha2::{Digest, Sha256};
    let Some(fields) = item.as_object_mut() else { return };
    fields.remove("h");
    let mut digest = Sha256::new();
    let mut sized = |bytes: &[u8]| {
        digest.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(bytes);
    };
    let sorted: std::collections::BTreeMap<_, _> = fields.iter().collect();
    for (name, value) in sorted {
        let Some((kind, value)) = value.as_object().and_then(|typed| typed.iter().next()) else { continue };
        let told = value.as_str().unwrap_or_default();
        let bytes = if kind == "B" { base64::decode(told).unwrap_or_default() } else { told.into() };
        sized(name.as_bytes());
        sized(kind.as_bytes());
        sized(&bytes);
    }
    let sum: [u8; 32] = digest.finalize().into();
    item["h"] = json!({ "B": base64::encode(sum) });
}
