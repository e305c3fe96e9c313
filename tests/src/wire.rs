//! Between the unmodified SDK and the embedded DynamoDB: a connector that counts what passes, and that can lose the
//! answers of writes which the database has carried out.
//!
//! What it never does: answer in the database's place. A lost answer is a time-out to the SDK, nothing else.

use crate::iam::{Need, needs};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Which answers of writes are lost on the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// None.
    Nothing,
    /// Of every write that the database carried out, once; the SDK's own repetition is answered.
    Written,
    /// None, but of every write the first attempt never reaches the database.
    Unsent,
    /// None, but no attempt of any write ever reaches the database.
    AllUnsent,
    /// Of every attempt of every write, whatever the database answered: only reading tells what became of it.
    Everything,
}

/// What has passed since the last reset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Requests, by operation.
    pub requests: BTreeMap<String, u32>,
    /// Sequential round trips: a request sent after another's answer is one deeper.
    pub depth: u32,
    /// Read units x 10, as the database reports them.
    pub read_units_tenths: u64,
    /// Write units x 10, as the database reports them.
    pub write_units_tenths: u64,
    /// Answers lost.
    pub lost: u32,
}

/// The wire. Cheap to clone; clones share the tally.
#[derive(Debug, Clone)]
pub struct Wire {
    inner: SharedHttpClient,
    shared: Arc<Mutex<Shared>>,
    killed: Arc<Notify>,
}

/// Where a process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kill {
    /// After so many more requests.
    pub left: u32,
    /// Whether the database still carries out the one it waits for.
    pub carried_out: bool,
}

#[derive(Debug)]
struct Shared {
    loss: Loss,
    kill: Option<Kill>,
    tally: Tally,
    needs: BTreeSet<Need>,
}

impl Wire {
    /// A wire to plain-text endpoints.
    pub fn new(loss: Loss) -> Self {
        let shared = Shared { loss, kill: None, tally: Tally::default(), needs: BTreeSet::new() };
        Self {
            inner: aws_smithy_http_client::Builder::new().build_http(),
            shared: Arc::new(Mutex::new(shared)),
            killed: Arc::default(),
        }
    }

    /// Loses other answers from now on.
    pub fn lose(&self, loss: Loss) {
        self.lock().loss = loss;
    }

    /// Answers no request after this many more, whether the next is carried out or not: to whoever sent it, the
    /// process ends here. None: it lives.
    pub fn kill_after(&self, kill: Option<Kill>) {
        self.lock().kill = kill;
    }

    /// Waits until a request is not answered for ever.
    pub async fn killed(&self) {
        self.killed.notified().await;
    }

    /// What has passed; counting begins anew.
    pub fn take(&self) -> Tally {
        std::mem::take(&mut self.lock().tally)
    }

    /// What the requests since the last time needed of IAM.
    pub fn take_needs(&self) -> BTreeSet<Need> {
        std::mem::take(&mut self.lock().needs)
    }

    /// Answers lost since counting began.
    pub fn lost(&self) -> u32 {
        self.lock().tally.lost
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { inner, wire: self.clone() })
    }
}

#[derive(Debug)]
struct Connector {
    inner: SharedHttpConnector,
    wire: Wire,
}

impl Connector {
    /// A request whose sender ends.
    fn killed(&self, request: HttpRequest, carried_out: bool) -> HttpConnectorFuture {
        let answer = carried_out.then(|| self.inner.call(request));
        let killed = Arc::clone(&self.wire.killed);
        HttpConnectorFuture::new(async move {
            if let Some(answer) = answer {
                let _ = buffered(answer.await?).await;
            }
            killed.notify_one();
            std::future::pending().await
        })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
        let is_write =
            matches!(operation.as_str(), "PutItem" | "UpdateItem" | "TransactWriteItems" | "DeleteItem");
        let attempts = request.headers().get("amz-sdk-request").unwrap_or_default();
        let is_first = attempts.split(';').any(|part| part.trim() == "attempt=1");
        let wire = self.wire.clone();
        let depth = {
            let mut shared = wire.lock();
            let unsent = match shared.loss {
                Loss::Unsent => is_write && is_first,
                Loss::AllUnsent => is_write,
                _ => false,
            };
            if unsent {
                shared.tally.lost += 1;
                let lost = ConnectorError::timeout("the request was lost".into());
                return HttpConnectorFuture::ready(Err(lost));
            }
            match &mut shared.kill {
                Some(Kill { left: 0, carried_out }) => {
                    let carried_out = *carried_out;
                    drop(shared);
                    return self.killed(request, carried_out);
                }
                Some(Kill { left, .. }) => *left -= 1,
                None => {}
            }
            *shared.tally.requests.entry(operation.clone()).or_default() += 1;
            shared.needs.extend(needs(target, request.body().bytes().unwrap_or_default()));
            shared.tally.depth + 1
        };
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let response = buffered(answer.await?).await?;
            let units = units_tenths(response.body().bytes().unwrap_or_default());
            let mut shared = wire.lock();
            shared.tally.depth = shared.tally.depth.max(depth);
            if is_write {
                shared.tally.write_units_tenths += units;
            } else {
                shared.tally.read_units_tenths += units;
            }
            let lost = is_write
                && match shared.loss {
                    Loss::Nothing | Loss::Unsent | Loss::AllUnsent => false,
                    Loss::Written => response.status().is_success(),
                    Loss::Everything => true,
                };
            if lost {
                shared.tally.lost += 1;
                return Err(ConnectorError::timeout("the answer was lost".into()));
            }
            drop(shared);
            Ok(response)
        })
    }
}

/// The response with its body read, so that it can be looked at.
async fn buffered(mut response: HttpResponse) -> Result<HttpResponse, ConnectorError> {
    let body = std::mem::replace(response.body_mut(), SdkBody::empty());
    let bytes = ByteStream::new(body).collect().await.map_err(|e| ConnectorError::io(e.into()))?;
    *response.body_mut() = SdkBody::from(bytes.into_bytes());
    Ok(response)
}

/// Consumed capacity in an answer's JSON, x 10; of a transaction, of all its tables. 0 where it states none.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count of halves")]
fn units_tenths(body: &[u8]) -> u64 {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(body) else { return 0 };
    let of = |value: &serde_json::Value| value["CapacityUnits"].as_f64().unwrap_or(0.0);
    let units = match &json["ConsumedCapacity"] {
        serde_json::Value::Array(tables) => tables.iter().map(of).sum(),
        table => of(table),
    };
    (units * 10.0).round() as u64
}
