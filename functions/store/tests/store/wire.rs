//! A wire that can be cut: the real HTTP client with faults before or after the server has acted.

use aws_sdk_dynamodb::config::{HttpClient, RuntimeComponents, SharedHttpClient};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// What happens to a request.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The server acts; the answer is lost to a time-out.
    TimeoutAfter,
    /// The server acts; the connection breaks.
    ResetAfter,
    /// The server acts and answers 500.
    Error500After,
    /// The connection breaks before the server hears of it.
    ResetBefore,
    /// The server refuses for throughput.
    Throttle,
    /// It waits until the gate has a permit.
    Hold(Arc<Semaphore>),
}

#[derive(Debug)]
struct Planned {
    what: &'static str,
    fault: Fault,
    times: usize,
}

/// The wire. Requests are named by operation, queries by what they read: `head`, `family`.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    number: u64,
    real: SharedHttpClient,
    plans: Arc<Mutex<Vec<Planned>>>,
    answered: Arc<Mutex<Vec<String>>>,
}

impl Wire {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        Self {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            real: aws_smithy_http_client::Builder::new().build_http(),
            plans: Arc::default(),
            answered: Arc::default(),
        }
    }

    pub(crate) fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// A name no other wire has.
    pub(crate) fn name(&self) -> String {
        format!("wire-{}", self.number)
    }

    /// The next so many requests of this name meet this fault; plans of one name follow each other.
    pub(crate) fn plan(&self, what: &'static str, fault: Fault, times: usize) {
        self.plans.lock().unwrap().push(Planned { what, fault, times });
    }

    /// How many requests of this name the server has answered.
    pub(crate) fn answered(&self, what: &str) -> usize {
        self.answered.lock().unwrap().iter().filter(|name| *name == what).count()
    }

    /// Returns once the server has answered so many requests of this name.
    pub(crate) async fn until_answered(&self, what: &str, times: usize) {
        while self.answered(what) < times {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    fn take(&self, name: &str) -> Option<Fault> {
        let mut plans = self.plans.lock().unwrap();
        let planned = plans.iter_mut().find(|p| p.what == name && p.times > 0)?;
        planned.times -= 1;
        Some(planned.fault.clone())
    }
}

fn name(request: &HttpRequest) -> String {
    let operation =
        request.headers().get("x-amz-target").unwrap_or_default().rsplit('.').next().unwrap_or_default();
    if operation != "Query" {
        return operation.to_owned();
    }
    let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
    if body.contains("by_reference") { "family".to_owned() } else { "head".to_owned() }
}

fn refusal(status: u16, kind: &str) -> HttpResponse {
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{kind}","message":"injected"}}"#);
    HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))
}

#[derive(Debug)]
struct Connector {
    wire: Wire,
    real: SharedHttpConnector,
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let real = self.real.http_connector(settings, components);
        SharedHttpConnector::new(Connector { wire: self.clone(), real })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (wire, real) = (self.wire.clone(), self.real.clone());
        HttpConnectorFuture::new(async move {
            let name = name(&request);
            let fault = wire.take(&name);
            match &fault {
                Some(Fault::ResetBefore) => return Err(ConnectorError::io("injected reset".into())),
                Some(Fault::Throttle) => return Ok(refusal(400, "ProvisionedThroughputExceededException")),
                Some(Fault::Hold(gate)) => gate.acquire().await.unwrap().forget(),
                _ => {}
            }
            let answer = real.call(request).await;
            wire.answered.lock().unwrap().push(name);
            match fault {
                Some(Fault::TimeoutAfter) => Err(ConnectorError::timeout("injected time-out".into())),
                Some(Fault::ResetAfter) => Err(ConnectorError::io("injected reset".into())),
                Some(Fault::Error500After) => Ok(refusal(500, "InternalServerError")),
                _ => answer,
            }
        })
    }
}
