//! DynamoDB behind the unmodified SDK: an embedded one, reached through a connector that loses, delays and refuses
//! what the seed says, and that holds every request to the store's promises.
//!
//! What it never does: carry out half a write, or carry one out inside the caller's task: a caller that is killed takes
//! nothing back. What the embedded one lacks is added here on the virtual clock: transactions that meet, the window of
//! their tokens, an index that lags.

use crate::executor;
use crate::fault::{Fault, Weather};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use dynoxide::Database;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long DynamoDB remembers the token of a transaction.
const TOKEN_WINDOW: Duration = Duration::from_mins(10);

/// How long a write may still be under way after its caller has given up.
const ZOMBIE_MS_MAX: u64 = 120_000;

/// How long the index of days may lag.
const INDEX_LAG: Duration = Duration::from_secs(20);

/// Most items of a transaction, by DynamoDB.
const TRANSACTION_ITEMS_MAX: usize = 100;

/// Label of work that may read everything: the auditor's.
pub const AUDITOR: u64 = u64::MAX;

/// A write of ours that is known to be wrong, made on the wire as wrong code would have sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// No condition on new entries.
    UnconditionalEntry,
    /// The look-up by reference finds nothing.
    NoLookUp,
    /// The look-up by reference forgets what is older than ten minutes.
    ForgetfulLookUp,
    /// Heads are read without consistency.
    StaleHead,
    /// A write without an answer is taken for done.
    SilenceIsSuccess,
    /// Counters are not conditioned on what remains.
    UnconditionalCounter,
    /// Counters are not part of the transaction.
    CounterLeftOut,
    /// The pointer to the deciding rules moves without looking.
    UnconditionalPointer,
    /// Keys of members leave the merchant out.
    NoTenant,
    /// The item that finds a member who falls due is not written.
    NoDueItem,
    /// A profile is put over what is there.
    UnconditionalProfile,
}

/// All plants.
pub const PLANTS: [Planted; 11] = [
    Planted::UnconditionalEntry,
    Planted::NoLookUp,
    Planted::ForgetfulLookUp,
    Planted::StaleHead,
    Planted::SilenceIsSuccess,
    Planted::UnconditionalCounter,
    Planted::CounterLeftOut,
    Planted::UnconditionalPointer,
    Planted::NoTenant,
    Planted::NoDueItem,
    Planted::UnconditionalProfile,
];

/// The table. Cheap to clone; clones are the same table.
#[derive(Clone)]
pub struct Table(Arc<Mutex<Inner>>);

struct Inner {
    database: Database,
    weather: Weather,
    planted: Option<Planted>,
    /// Whose work a label is: the merchant, or none for a job.
    callers: BTreeMap<u64, Option<String>>,
    /// Keys that writes under way hold; true where a transaction holds it.
    held: BTreeMap<String, Vec<bool>>,
    tokens: BTreeMap<String, (Duration, String)>,
    /// When keys of the index of days were written.
    written: BTreeMap<String, Duration>,
    /// Earlier answers of the index of days.
    remembered: BTreeMap<String, (Duration, Value)>,
    /// Earlier images of heads, for plants.
    heads: BTreeMap<String, Value>,
    requests: BTreeMap<String, u64>,
    trace: Sha256,
    violations: BTreeSet<String>,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Table")
    }
}

/// What passed over the wire.
#[derive(Debug, Clone, Default)]
pub struct Passed {
    /// Requests by operation.
    pub requests: BTreeMap<String, u64>,
    /// Faults by kind.
    pub faults: BTreeMap<Fault, u64>,
    /// What broke a promise.
    pub violations: BTreeSet<String>,
    /// A hash over every request, its moment and its answer.
    pub trace: String,
}

impl Table {
    /// An empty database with no table yet.
    pub fn new(weather: Weather, planted: Option<Planted>) -> Result<Self, String> {
        Ok(Self(Arc::new(Mutex::new(Inner {
            database: Database::memory().map_err(|e| e.to_string())?,
            weather,
            planted,
            callers: BTreeMap::new(),
            held: BTreeMap::new(),
            tokens: BTreeMap::new(),
            written: BTreeMap::new(),
            remembered: BTreeMap::new(),
            heads: BTreeMap::new(),
            requests: BTreeMap::new(),
            trace: Sha256::new(),
            violations: BTreeSet::new(),
        }))))
    }

    /// Whose work a label is from now on.
    pub fn expect(&self, label: u64, tenant: Option<&str>) {
        self.lock().callers.insert(label, tenant.map(str::to_owned));
    }

    /// Lets the weather speak for something beside the wire.
    pub fn weather<R>(&self, ask: impl FnOnce(&mut Weather) -> R) -> R {
        ask(&mut self.lock().weather)
    }

    /// What has passed so far.
    pub fn passed(&self) -> Passed {
        let inner = self.lock();
        let digest = inner.trace.clone().finalize();
        Passed {
            requests: inner.requests.clone(),
            faults: inner.weather.met.clone(),
            violations: inner.violations.clone(),
            trace: digest.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}")),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(
        self,
        operation: String,
        body: Value,
        label: u64,
    ) -> Result<HttpResponse, ConnectorError> {
        let is_write = is_write(&operation);
        let plan = {
            let mut inner = self.lock();
            inner.judge(&operation, &body, label);
            inner.note(&operation, &body);
            Plan::make(&mut inner.weather, &operation, label)
        };
        executor::sleep(plan.there).await;
        match plan.fault {
            Some(Fault::Throttled) => {
                return Ok(refused("ProvisionedThroughputExceededException", "slow down"));
            }
            Some(Fault::FailedBefore) => return Ok(failed()),
            Some(Fault::TimedOutBefore) => return Err(ConnectorError::timeout("no answer".into())),
            Some(Fault::ResetBefore) => return Err(ConnectorError::io("reset".into())),
            Some(Fault::ConflictClaimed) => return Ok(conflict_claimed(&body)),
            Some(Fault::InProgress) => {
                return Ok(refused("TransactionInProgressException", "in progress"));
            }
            _ => {}
        }
        let (reply, replied) = oneshot::channel();
        let (server, asked) = (self.clone(), operation.clone());
        executor::spawn(async move {
            executor::sleep(plan.late).await;
            let keys = keys(&asked, &body);
            let transaction = asked == "TransactWriteItems";
            if is_write && !server.lock().hold(&keys, transaction) {
                server.lock().weather.note(Fault::ConflictMet);
                let answer = if transaction { conflict_claimed(&body) } else { conflict_met() };
                let _ = reply.send((answer.status().as_u16(), answer));
                return;
            }
            executor::sleep(plan.work).await;
            let (status, text) = {
                let mut inner = server.lock();
                if is_write {
                    inner.let_go(&keys, transaction);
                }
                inner.serve(&asked, body)
            };
            let _ = reply.send((status, response(status, text)));
        });
        if plan.fault == Some(Fault::Zombie) {
            return self.silence(ConnectorError::timeout("no answer, and the write is under way".into()));
        }
        let Ok((status, answer)) = replied.await else {
            return Err(ConnectorError::io("the table is gone".into()));
        };
        executor::sleep(plan.back).await;
        self.lock().note(&operation, &json!(status));
        match plan.fault {
            Some(Fault::FailedAfter) => Ok(failed()),
            Some(Fault::TimedOutAfter) => self.silence(ConnectorError::timeout("the answer was lost".into())),
            Some(Fault::ResetAfter) => self.silence(ConnectorError::io("reset".into())),
            Some(Fault::Truncated) => {
                let bytes = answer.body().bytes().unwrap_or_default();
                let half = bytes.get(..bytes.len() / 2).unwrap_or_default().to_vec();
                Ok(response(status, String::from_utf8_lossy(&half).into_owned()))
            }
            _ => Ok(answer),
        }
    }

    /// No answer; to one plant, as good as a yes.
    fn silence(&self, error: ConnectorError) -> Result<HttpResponse, ConnectorError> {
        if self.lock().planted == Some(Planted::SilenceIsSuccess) {
            return Ok(response(200, "{}".to_owned()));
        }
        Err(error)
    }
}

/// What the seed says of one request.
struct Plan {
    fault: Option<Fault>,
    there: Duration,
    late: Duration,
    work: Duration,
    back: Duration,
}

impl Plan {
    fn make(weather: &mut Weather, operation: &str, label: u64) -> Self {
        let (fastest, slowest) = weather.latency_us;
        let mut some = || Duration::from_micros(weather.number(fastest..slowest) / 3);
        let (there, work, back) = (some(), some(), some());
        let mut plan = Self { fault: None, there, late: Duration::ZERO, work, back };
        if label == AUDITOR {
            return plan;
        }
        let is_write = is_write(operation);
        let is_transaction = operation == "TransactWriteItems";
        let before = [Fault::Throttled, Fault::FailedBefore, Fault::TimedOutBefore, Fault::ResetBefore];
        plan.fault = weather.one_of(&before);
        if plan.fault.is_none() && is_transaction {
            plan.fault = weather.one_of(&[Fault::ConflictClaimed, Fault::InProgress]);
        }
        if plan.fault.is_none() && is_write {
            let after = [Fault::FailedAfter, Fault::TimedOutAfter, Fault::ResetAfter, Fault::Zombie];
            plan.fault = weather.one_of(&after);
        }
        if plan.fault.is_none() {
            plan.fault = weather.one_of(&[Fault::Truncated, Fault::Slow]);
        }
        match plan.fault {
            Some(Fault::Zombie) => plan.late = Duration::from_millis(weather.number(1..ZOMBIE_MS_MAX)),
            Some(Fault::Slow) => plan.back = Duration::from_millis(weather.number(200..6_000)),
            _ => {}
        }
        plan
    }
}

impl Inner {
    /// Holds a request to the store's promises.
    fn judge(&mut self, operation: &str, body: &Value, label: u64) {
        *self.requests.entry(operation.to_owned()).or_default() += 1;
        if label == AUDITOR {
            return;
        }
        let mut broken = Vec::new();
        match self.callers.get(&label) {
            None => broken.push("a request that nobody is known to have made".to_owned()),
            Some(None) => {}
            Some(Some(tenant)) => {
                let own = format!("T#{tenant}#");
                for key in partition_keys(operation, body) {
                    if !key.starts_with(&own) && key != "TENANTS" {
                        broken.push(format!("`{key}` is none of {tenant}'s"));
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
            "PutItem" | "UpdateItem" | "DeleteItem" => {
                if body["ConditionExpression"].as_str().is_none_or(str::is_empty) {
                    broken.push("a write without a condition".to_owned());
                }
            }
            "TransactWriteItems" => {
                let items = body["TransactItems"].as_array().map(Vec::as_slice).unwrap_or_default();
                if items.len() > TRANSACTION_ITEMS_MAX {
                    broken.push(format!("{} items in a transaction", items.len()));
                }
                for part in items.iter().filter_map(|item| item.as_object()?.values().next()) {
                    // An erasure deletes the profile whatever it says; the entry beside it carries the condition.
                    let is_erasure = part["Item"].is_null() && part["Key"]["sk"]["S"] == "P";
                    if !is_erasure && part["ConditionExpression"].as_str().is_none_or(str::is_empty) {
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

    /// Adds to the trace: what does not depend on anything but the seed.
    fn note(&mut self, operation: &str, body: &Value) {
        let at = u64::try_from(executor::now().as_micros()).unwrap_or(u64::MAX);
        self.trace.update(at.to_be_bytes());
        self.trace.update(operation.as_bytes());
        let mut body = body.clone();
        if let Some(fields) = body.as_object_mut() {
            fields.remove("ClientRequestToken");
        }
        self.trace.update(canonical(&body).as_bytes());
    }

    /// Takes the keys of a write; false when a transaction is at them, or this is one and anybody is.
    fn hold(&mut self, keys: &[String], transaction: bool) -> bool {
        let met =
            keys.iter().filter_map(|key| self.held.get(key)).flatten().any(|other| *other || transaction);
        if met {
            return false;
        }
        for key in keys {
            self.held.entry(key.clone()).or_default().push(transaction);
        }
        true
    }

    fn let_go(&mut self, keys: &[String], transaction: bool) {
        for key in keys {
            if let Some(holders) = self.held.get_mut(key) {
                if let Some(at) = holders.iter().position(|holder| *holder == transaction) {
                    holders.swap_remove(at);
                }
                if holders.is_empty() {
                    self.held.remove(key);
                }
            }
        }
    }

    /// Carries a request out, whole, at this moment.
    fn serve(&mut self, operation: &str, mut body: Value) -> (u16, String) {
        let now = executor::now();
        let token = body.as_object_mut().and_then(|fields| fields.remove("ClientRequestToken"));
        let token = token.as_ref().and_then(Value::as_str).map(str::to_owned);
        let items = canonical(&body["TransactItems"]);
        if let Some(token) = &token
            && let Some((done, before)) = self.tokens.get(token)
            && now.saturating_sub(*done) < TOKEN_WINDOW
        {
            return if *before == items {
                (200, "{}".to_owned())
            } else {
                let why = "another transaction had this token";
                (400, refusal("IdempotentParameterMismatchException", why))
            };
        }
        if let Some(planted) = self.planted
            && let Some(answer) = self.plant(planted, operation, &mut body)
        {
            return answer;
        }
        let keys = keys(operation, &body);
        let (status, text) = execute(&self.database, operation, &body);
        if status == 200 {
            for key in keys {
                self.written.insert(key, now);
            }
            if let Some(token) = token {
                self.tokens.insert(token, (now, items));
            }
            if body["IndexName"] == "by_day" {
                return (200, self.index_answer(&body, &text, now));
            }
        }
        (status, text)
    }

    /// What a lagging index would have said.
    fn index_answer(&mut self, body: &Value, text: &str, now: Duration) -> String {
        let asked = canonical(body);
        let Ok(mut answer) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
        let before = self.remembered.insert(asked, (now, answer.clone()));
        if let Some((at, before)) = before
            && now.saturating_sub(at) < INDEX_LAG
            && before != answer
            && self.weather.strikes(Fault::IndexRemembers)
        {
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

    /// Does to a request what wrong code would have done.
    fn plant(&mut self, planted: Planted, operation: &str, body: &mut Value) -> Option<(u16, String)> {
        let is_entry = |item: &Value| item["sk"]["S"].as_str().is_some_and(|sk| sk.starts_with("E#"));
        match planted {
            Planted::UnconditionalEntry => {
                if operation == "PutItem" && is_entry(&body["Item"]) {
                    free(body);
                }
                for part in parts_mut(body) {
                    if is_entry(&part["Item"]) {
                        free(part);
                    }
                }
                None
            }
            Planted::NoLookUp => (body["IndexName"] == "by_reference").then(nothing_found),
            Planted::ForgetfulLookUp => {
                if body["IndexName"] != "by_reference" {
                    return None;
                }
                let (status, text) = execute(&self.database, operation, body);
                let mut answer: Value = serde_json::from_str(&text).ok()?;
                let now = executor::now();
                let items = answer["Items"].as_array_mut()?;
                items.retain(|item| {
                    let at = self.written.get(&key_of(item));
                    at.is_some_and(|at| now.saturating_sub(*at) < TOKEN_WINDOW)
                });
                let count = items.len();
                answer["Count"] = count.into();
                Some((status, answer.to_string()))
            }
            Planted::StaleHead => {
                if operation != "Query" || body["IndexName"].is_string() || body["Limit"] != 1 {
                    return None;
                }
                let (status, text) = execute(&self.database, operation, body);
                let answer: Value = serde_json::from_str(&text).ok()?;
                let before = self.heads.insert(canonical(body), answer.clone());
                Some((status, before.unwrap_or(answer).to_string()))
            }
            Planted::UnconditionalCounter => {
                let of_counter =
                    |part: &Value| part["Key"]["pk"]["S"].as_str().is_some_and(|pk| pk.ends_with("#C"));
                for part in parts_mut(body) {
                    if of_counter(part) {
                        let names = part["ExpressionAttributeValues"].as_object_mut();
                        if let Some(names) = names {
                            names.retain(|name, _| name != ":room" && name != ":back");
                        }
                        if let Some(fields) = part.as_object_mut() {
                            fields.remove("ConditionExpression");
                        }
                    }
                }
                None
            }
            Planted::CounterLeftOut => {
                let items = body["TransactItems"].as_array_mut()?;
                let before = items.len();
                items.retain(|item| item["Update"].is_null());
                (items.is_empty() && before > 0).then(|| (200, "{}".to_owned()))
            }
            Planted::UnconditionalPointer => {
                for part in parts_mut(body) {
                    let of_rules = part["Key"]["pk"]["S"].as_str().is_some_and(|pk| pk.ends_with("#R"))
                        || part["Item"]["pk"]["S"].as_str().is_some_and(|pk| pk.ends_with("#R"));
                    let pointer = part["Key"]["sk"]["S"] == "A" || part["Item"]["sk"]["S"] == "A";
                    if of_rules && pointer {
                        free(part);
                    }
                }
                None
            }
            Planted::NoTenant => {
                rename_partitions(body);
                None
            }
            Planted::NoDueItem => {
                (operation == "PutItem" && body["Item"]["sk"]["S"] == "D").then(|| (200, "{}".to_owned()))
            }
            Planted::UnconditionalProfile => {
                for part in parts_mut(body) {
                    if part["Item"]["sk"]["S"] == "P" {
                        free(part);
                    }
                }
                None
            }
            Planted::SilenceIsSuccess => None,
        }
    }
}

impl HttpClient for Table {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Table {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let body = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or(Value::Null);
        HttpConnectorFuture::new(self.clone().answer(operation, body, executor::label()))
    }
}

/// True for operations that change items.
fn is_write(operation: &str) -> bool {
    matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem" | "TransactWriteItems")
}

fn execute(database: &Database, operation: &str, body: &Value) -> (u16, String) {
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

/// The parts of a transaction, or the request itself.
fn parts_mut(body: &mut Value) -> Vec<&mut Value> {
    if body["TransactItems"].is_array() {
        let items = body["TransactItems"].as_array_mut().map(Vec::as_mut_slice).unwrap_or_default();
        return items.iter_mut().filter_map(|item| item.as_object_mut()?.values_mut().next()).collect();
    }
    vec![body]
}

fn parts(body: &Value) -> Vec<&Value> {
    match body["TransactItems"].as_array() {
        Some(items) => items.iter().filter_map(|item| item.as_object()?.values().next()).collect(),
        None => vec![body],
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

/// `T#kaffa#M#ana` becomes `T#-#M#ana`, everywhere.
fn rename_partitions(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some((tenant, member)) = text.strip_prefix("T#").and_then(|rest| rest.split_once("#M#")) {
                let _ = tenant;
                *text = format!("T#-#M#{member}");
            }
        }
        Value::Array(values) => values.iter_mut().for_each(rename_partitions),
        Value::Object(fields) => fields.values_mut().for_each(rename_partitions),
        _ => {}
    }
}

fn key_of(item: &Value) -> String {
    let part = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
    format!("{} {}", part("pk"), part("sk"))
}

/// Keys a write is about.
fn keys(operation: &str, body: &Value) -> Vec<String> {
    if !is_write(operation) {
        return Vec::new();
    }
    let of = |part: &Value| key_of(if part["Item"].is_object() { &part["Item"] } else { &part["Key"] });
    parts(body).into_iter().map(of).collect()
}

/// Partition keys, of the table and of its indexes, that a request names.
fn partition_keys(operation: &str, body: &Value) -> Vec<String> {
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
fn canonical(value: &Value) -> String {
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

fn refusal(kind: &str, why: &str) -> String {
    json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{kind}"), "message": why }).to_string()
}

fn refused(kind: &str, why: &str) -> HttpResponse {
    response(400, refusal(kind, why))
}

fn failed() -> HttpResponse {
    response(500, refusal("InternalServerError", "internal"))
}

fn conflict_met() -> HttpResponse {
    refused("TransactionConflictException", "Transaction is ongoing for the item")
}

fn conflict_claimed(body: &Value) -> HttpResponse {
    let items = body["TransactItems"].as_array().map_or(1, Vec::len).max(1);
    let mut reasons = vec![json!({ "Code": "None" }); items];
    reasons[items - 1] =
        json!({ "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" });
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    response(
        400,
        json!({ "__type": kind, "message": "Transaction cancelled [TransactionConflict]", "CancellationReasons": reasons })
            .to_string(),
    )
}

fn response(status: u16, body: String) -> HttpResponse {
    let Ok(status) = status.try_into() else { unreachable!("all our statuses are between 100 and 999") };
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    response
}
