//! DynamoDB behind the unmodified SDK: an embedded one, reached through a connector that loses, delays and refuses
//! what the seed says, and that holds every request to the store's promises.
//!
//! What it never does: carry out half a write, or carry one out inside the caller's task: a caller that is killed takes
//! nothing back. What the embedded one lacks is added here on the virtual clock: transactions that meet, the window of
//! their tokens, an index that lags.

pub mod json;
mod judge;
pub(crate) mod newer;
mod plan;
mod reply;
pub(crate) mod serve;

use crate::executor;
use crate::fault::{Fault, Weather};
use crate::planted::Plant;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use dynoxide::Database;
use json::{canonical, is_write, keys};
use plan::Plan;
use reply::{conflict_claimed, conflict_met, failed, refused, response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Label of work that may read everything: the auditor's.
pub const AUDITOR: u64 = u64::MAX;

/// How long a storm lasts in which nearly everything is throttled.
const STORM: Duration = Duration::from_mins(10);

/// A failed attempt that the SDK gives up so soon after the first was given up for want of retries, not of time.
const TOO_SOON: Duration = Duration::from_millis(900);

/// The table. Cheap to clone; clones are the same table.
#[derive(Clone)]
pub struct Table(Arc<Mutex<Inner>>);

/// The pointer of a merchant, as it was written.
#[derive(Debug, Clone)]
pub struct Activation {
    /// The merchant.
    pub tenant: String,
    /// Which version decides from then on.
    pub id: String,
    /// Its place among the merchant's activations.
    pub number: u64,
    /// When it was written.
    pub at: Duration,
}

/// Whose work a label is.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The merchant; none for a job, which serves them all.
    pub tenant: Option<String>,
    /// True for an environment that runs newer code.
    pub is_newer: bool,
    /// After so many calls it is killed: the next is never made.
    pub calls_left: Option<u64>,
    /// Which environment it runs in.
    pub environment: u64,
}

pub(crate) struct Inner {
    pub(crate) database: Database,
    pub(crate) weather: Weather,
    pub(crate) planted: Option<Plant>,
    pub(crate) callers: BTreeMap<u64, Caller>,
    /// Keys that writes under way hold; true where a transaction holds it.
    held: BTreeMap<String, Vec<bool>>,
    tokens: BTreeMap<String, (Duration, String)>,
    /// When items were written last; entries are written once.
    pub(crate) written: BTreeMap<String, Duration>,
    /// Which rules were made to decide, when.
    activations: Vec<Activation>,
    /// Earlier answers of the index of days.
    remembered: BTreeMap<String, (Duration, Value)>,
    /// Earlier answers, for plants.
    pub(crate) earlier: BTreeMap<String, Value>,
    /// SDK invocations whose last attempt failed although another may follow: whose, and when it began.
    unfinished: BTreeMap<String, (u64, Duration, bool)>,
    storm_until: Duration,
    requests: BTreeMap<String, u64>,
    items_max: usize,
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
    /// Items of the largest transaction.
    pub items_max: usize,
    /// What broke a promise.
    pub violations: BTreeSet<String>,
    /// A hash over every request, its moment and its answer.
    pub trace: String,
}

impl Table {
    /// An empty database with no table yet.
    pub fn new(weather: Weather, planted: Option<Plant>) -> Result<Self, String> {
        Ok(Self(Arc::new(Mutex::new(Inner {
            database: Database::memory().map_err(|e| e.to_string())?,
            weather,
            planted,
            callers: BTreeMap::new(),
            held: BTreeMap::new(),
            tokens: BTreeMap::new(),
            written: BTreeMap::new(),
            activations: Vec::new(),
            remembered: BTreeMap::new(),
            earlier: BTreeMap::new(),
            unfinished: BTreeMap::new(),
            storm_until: Duration::ZERO,
            requests: BTreeMap::new(),
            items_max: 0,
            trace: Sha256::new(),
            violations: BTreeSet::new(),
        }))))
    }

    /// Whose work a label is from now on.
    pub fn expect(&self, label: u64, caller: Caller) {
        self.lock().callers.insert(label, caller);
    }

    /// A label's work is over, by itself: attempts the SDK did not repeat were more than its retries allow.
    pub fn finished(&self, label: u64) {
        let mut inner = self.lock();
        let given_up = inner.unfinished.values().filter(|(owner, _, soon)| *owner == label && *soon).count();
        inner.unfinished.retain(|_, (owner, _, _)| *owner != label);
        for _ in 0..given_up {
            inner.weather.note(Fault::RetriesSpent);
        }
    }

    /// From now on, for a while, nearly everything is throttled.
    pub fn storm(&self) {
        self.lock().storm_until = executor::now() + STORM;
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
            items_max: inner.items_max,
            violations: inner.violations.clone(),
            trace: digest.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}")),
        }
    }

    /// When an item was written last, by `pk sk`; entries are written once.
    pub fn written(&self) -> BTreeMap<String, Duration> {
        self.lock().written.clone()
    }

    /// Which rulebook was made to decide at which merchant, and when.
    pub fn activations(&self) -> Vec<Activation> {
        self.lock().activations.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(self, call: Called) -> Result<HttpResponse, ConnectorError> {
        let Called { operation, body, label, invocation, is_last } = call;
        let is_write = is_write(&operation);
        let plan = self.lock().plan(&operation, &body, (label, invocation, is_last));
        let Some(plan) = plan else {
            // killed before it: whoever asked never hears anything
            return std::future::pending().await;
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
                inner.serve(&asked, body, label)
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
        if self.lock().planted == Some(Plant::SilenceIsSuccess) {
            return Ok(response(200, "{}".to_owned()));
        }
        Err(error)
    }
}

impl Inner {
    /// Takes a request in; none from a caller who was killed before it.
    fn plan(
        &mut self,
        operation: &str,
        body: &Value,
        (label, invocation, is_last): (u64, String, bool),
    ) -> Option<Plan> {
        if self.is_killed(label) {
            return None;
        }
        self.judge(operation, body, label);
        self.note(operation, body);
        let began = self.unfinished.remove(&invocation).map(|(_, began, _)| began);
        let storm = !self.weather.is_calm() && executor::now() < self.storm_until;
        let plan = Plan::make(&mut self.weather, operation, label, storm);
        if plan.is_repeated() && !is_last {
            let began = began.unwrap_or_else(executor::now);
            let soon = executor::now().saturating_sub(began) < TOO_SOON;
            self.unfinished.insert(invocation, (label, began, soon));
        }
        Some(plan)
    }

    /// Counts a call; true when its caller was killed before it.
    fn is_killed(&mut self, label: u64) -> bool {
        let Some(left) = self.callers.get_mut(&label).and_then(|caller| caller.calls_left.as_mut()) else {
            return false;
        };
        if *left == 0 {
            return true;
        }
        *left -= 1;
        false
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
}

/// One request of the SDK.
struct Called {
    operation: String,
    body: Value,
    label: u64,
    /// The SDK's name for it and all its attempts.
    invocation: String,
    /// True for the last attempt there can be.
    is_last: bool,
}

impl HttpClient for Table {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Table {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let header = |name: &str| request.headers().get(name).unwrap_or_default().to_owned();
        let operation = header("x-amz-target").rsplit('.').next().unwrap_or_default().to_owned();
        let attempt = header("amz-sdk-request"); // `attempt=1; max=3`
        let number = |name: &str| {
            let value = attempt.split("; ").find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
            value.and_then(|value| value.parse::<u32>().ok())
        };
        let is_last = number("attempt").zip(number("max")).is_none_or(|(attempt, max)| attempt >= max);
        let body = serde_json::from_slice(request.body().bytes().unwrap_or_default()).unwrap_or(Value::Null);
        let invocation = header("amz-sdk-invocation-id");
        let call = Called { operation, body, label: executor::label(), invocation, is_last };
        HttpConnectorFuture::new(self.clone().answer(call))
    }
}
