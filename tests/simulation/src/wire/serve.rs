//! Requests carried out, whole and at one moment; and the index of days, which lags.

use super::json::{canonical, is_entry, key_of, keys, parts, parts_mut};
use super::reply::refusal;
use super::{Activation, Inner, Table, newer};
use crate::executor;
use crate::fault::Fault;
use aws_smithy_types::base64;
use dynoxide::Database;
use serde_json::{Value, json};
use std::time::Duration;

/// How long DynamoDB remembers the token of a transaction.
pub(crate) const TOKEN_WINDOW: Duration = Duration::from_mins(10);

/// How long the index of days may lag.
const INDEX_LAG: Duration = Duration::from_secs(20);

impl Table {
    /// All items, as they lie in the table.
    pub fn dump(&self) -> Vec<Value> {
        let inner = self.lock();
        let mut items = Vec::new();
        let mut after = Value::Null;
        loop {
            let mut asked = json!({ "TableName": "merit", "ConsistentRead": true });
            if after.is_object() {
                asked["ExclusiveStartKey"] = after;
            }
            let (_, text) = execute(&inner.database, "Scan", &asked);
            let mut page: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
            if let Some(found) = page["Items"].as_array_mut() {
                items.append(found);
            }
            after = page["LastEvaluatedKey"].take();
            if !after.is_object() {
                return items;
            }
        }
    }
}

impl Inner {
    /// Carries a request out, whole, at this moment.
    pub(super) fn serve(&mut self, operation: &str, mut body: Value, label: u64) -> (u16, String) {
        let now = executor::now();
        let token = body.as_object_mut().and_then(|fields| fields.remove("ClientRequestToken"));
        let mut token = token.as_ref().and_then(Value::as_str).map(str::to_owned);
        let items = canonical(&body["TransactItems"]);
        if let (Some(planted), Some(given)) = (self.planted, token.as_mut()) {
            planted.token(&body, given);
        }
        if let Some(token) = &token
            && let Some((done, before)) = self.tokens.get(token)
            && now.saturating_sub(*done) < TOKEN_WINDOW
        {
            return if *before == items {
                (200, "{}".to_owned())
            } else {
                let why = "another transaction had this token";
                self.violations.insert(format!("wire: {operation}: {why}"));
                (400, refusal("IdempotentParameterMismatchException", why))
            };
        }
        if self.callers.get(&label).is_some_and(|caller| caller.is_newer) {
            self.write_newer(operation, &mut body);
        }
        if let Some(planted) = self.planted
            && let Some(answer) = self.plant(planted, operation, &mut body, label)
        {
            return answer;
        }
        let (status, text) = self.execute(operation, &body);
        if status == 200 {
            if let Some(token) = token {
                self.tokens.insert(token, (now, items));
            }
            if body["IndexName"] == "by_day" {
                return (200, self.index_answer(&body, &text, now));
            }
        }
        (status, text)
    }

    /// Carries it out, and remembers what was written when.
    pub(crate) fn execute(&mut self, operation: &str, body: &Value) -> (u16, String) {
        let now = executor::now();
        let (status, text) = execute(&self.database, operation, body);
        if status == 200 {
            for key in keys(operation, body) {
                self.written.insert(key, now);
            }
            for item in parts(body).into_iter().map(|part| &part["Item"]) {
                let pk = item["pk"]["S"].as_str().unwrap_or_default();
                if let (Some(tenant), "A", Some(id)) = (
                    pk.strip_prefix("T#").and_then(|rest| rest.strip_suffix("#R")),
                    item["sk"]["S"].as_str().unwrap_or_default(),
                    item["id"]["S"].as_str(),
                ) {
                    let number = item["activation"]["N"].as_str().and_then(|n| n.parse().ok()).unwrap_or(0);
                    let tenant = tenant.to_owned();
                    self.activations.push(Activation { tenant, id: id.to_owned(), number, at: now });
                }
            }
        }
        (status, text)
    }

    /// Entries of an environment that runs newer code.
    fn write_newer(&mut self, operation: &str, body: &mut Value) {
        if !matches!(operation, "PutItem" | "TransactWriteItems") {
            return;
        }
        let mut count = 0;
        for part in parts_mut(body) {
            if is_entry(&part["Item"]) {
                let previous = hash_before(&self.database, &part["Item"]);
                newer::of_tomorrow(&mut part["Item"], previous);
                count += 1;
            }
        }
        for _ in 0..count {
            self.weather.note(Fault::NewerCode);
        }
    }

    /// What a lagging index would have said.
    fn index_answer(&mut self, body: &Value, text: &str, now: Duration) -> String {
        let asked = canonical(body);
        let Ok(mut answer) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
        let before = self.remembered.insert(asked, (now, answer.clone()));
        if let Some((at, before)) = before
            && now.saturating_sub(at) < INDEX_LAG
            && before != answer
            && self.weather.is_on(Fault::IndexRemembers)
            && self.weather.number(0..2) == 0
        {
            self.weather.note(Fault::IndexRemembers);
            return before.to_string();
        }
        if self.weather.strikes(Fault::IndexLags)
            && let Some(items) = answer["Items"].as_array_mut()
        {
            items.retain(|item| {
                let key = key_of(item);
                self.written.get(&key).is_none_or(|at| now.saturating_sub(*at) >= INDEX_LAG)
            });
            let count = items.len();
            answer["Count"] = count.into();
        }
        answer.to_string()
    }
}

/// The hash of the entry before this one; zeros before the first.
pub(crate) fn hash_before(database: &Database, item: &Value) -> [u8; 32] {
    let seq = item["sk"]["S"].as_str().and_then(|sk| sk.strip_prefix("E#")?.parse::<u64>().ok());
    let before = format!("E#{:012}", seq.unwrap_or(1).saturating_sub(1));
    let asked = json!({
        "TableName": "merit", "ConsistentRead": true,
        "Key": { "pk": item["pk"], "sk": { "S": before } },
    });
    let (_, text) = execute(database, "GetItem", &asked);
    let found: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    let hash = found["Item"]["h"]["B"].as_str().and_then(|text| base64::decode(text).ok());
    hash.and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; 32])
}

/// Asks the embedded database.
pub(crate) fn execute(database: &Database, operation: &str, body: &Value) -> (u16, String) {
    macro_rules! run {
        ($verb:ident) => {
            match serde_json::from_value(body.clone()) {
                Err(error) => (400, refusal("SerializationException", &error.to_string())),
                Ok(request) => match database.$verb(request) {
                    Ok(answer) => (200, serde_json::to_string(&answer).unwrap_or_default()),
                    Err(error) => (error.status_code(), error.to_json()),
                },
            }
        };
    }
    match operation {
        "GetItem" => run!(get_item),
        "Query" => run!(query),
        "Scan" => run!(scan),
        "PutItem" => run!(put_item),
        "UpdateItem" => run!(update_item),
        "DeleteItem" => run!(delete_item),
        "TransactWriteItems" => run!(transact_write_items),
        "CreateTable" => run!(create_table),
        "DescribeTable" => run!(describe_table),
        other => (400, refusal("UnknownOperationException", other)),
    }
}
