//! A merchant's desk for tests that need many hands: the real handlers over the real store and an embedded DynamoDB
//! of its own, a clock to set, and a wire that counts. All requests pass through the gateway's event mapping.

use crate::wire::{Loss, Wire};
use crate::world::{self, World};
use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dsl::units::Moment;
use handlers::App;
use lambda_http::http::{Method, Request};
use merit_local::gateway::{Claims, Gateway};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::Store;
use tokio::runtime::Runtime;

/// 2022-03-02T10:00:00Z: where a desk's clock starts.
pub const MORNING: Moment = Moment(1_646_215_200_000);

/// The desk.
pub struct Desk {
    /// Runs what the desk does.
    pub runtime: Runtime,
    /// The handlers, behind the gateway.
    pub gateway: Gateway,
    /// The table.
    pub store: Store,
    /// What passes between store and database.
    pub wire: Wire,
    /// The database, and its auditor.
    pub world: World,
    clock: Arc<AtomicI64>,
}

/// An answer: its status, whether it says that it is a replay, and its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Idempotency-Replayed`.
    pub replayed: bool,
    /// JSON.
    pub body: Value,
}

impl Answer {
    /// A problem's code, or nothing.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl Desk {
    /// A desk in a world of its own, with these rules in force.
    pub fn open(rules: &str) -> Result<Self, String> {
        Self::open_timed(rules, World::start()?, None)
    }

    /// The same over a table with a stream.
    pub fn with_stream(rules: &str) -> Result<Self, String> {
        Self::open_timed(rules, World::with_stream()?, None)
    }

    /// The same for tests that count: its store sees no time pass, so that a slow machine adds no careful reads.
    pub fn open_still(rules: &str) -> Result<Self, String> {
        Self::open_timed(
            rules,
            World::start()?,
            Some(SharedTimeSource::new(StaticTimeSource::from_secs(1_646_215_200))),
        )
    }

    fn open_timed(rules: &str, world: World, time: Option<SharedTimeSource>) -> Result<Self, String> {
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = threads.map_err(|e| e.to_string())?;
        let wire = Wire::new(Loss::Nothing);
        let mut config = world.config();
        config.time = time;
        config.http_client = Some(SharedHttpClient::new(wire.clone()));
        let store = Store::connect(config).map_err(|e| e.to_string())?;
        let clock = Arc::new(AtomicI64::new(MORNING.0));
        let shown = Arc::clone(&clock);
        let app = App {
            secret: world::secret()?,
            store: store.clone(),
            clock: Arc::new(move || Moment(shown.load(Ordering::SeqCst))),
        };
        let claims = Claims {
            subject: "desk".to_owned(),
            tenant: "desk".to_owned(),
            roles: "till support marketing operator".to_owned(),
        };
        let desk = Self { runtime, gateway: Gateway::new(app, claims), store, wire, world, clock };
        let published = desk.call(Method::PUT, "/v1/rules", rules.to_owned())?;
        if published.status != 201 {
            return Err(format!("the rules were not published: {}", published.body));
        }
        Ok(desk)
    }

    /// The handlers.
    pub const fn app(&self) -> &App {
        self.gateway.app()
    }

    /// Sets what time it is.
    pub fn set_clock(&self, now: Moment) {
        self.clock.store(now.0, Ordering::SeqCst);
    }

    /// Sends a body with POST and waits.
    pub fn post(&self, target: &str, body: &Value) -> Result<Answer, String> {
        self.call(Method::POST, target, body.to_string())
    }

    /// Reads with GET and waits.
    pub fn get(&self, target: &str) -> Result<Answer, String> {
        self.call(Method::GET, target, String::new())
    }

    fn call(&self, method: Method, target: &str, body: String) -> Result<Answer, String> {
        self.runtime.block_on(send(self.gateway.clone(), method, target.to_owned(), body))
    }

    /// Sends all bodies at the same time; answers in the order of the bodies.
    pub fn post_together(&self, target: &str, bodies: Vec<Value>) -> Result<Vec<Answer>, String> {
        self.runtime.block_on(async {
            let start = |body: Value| {
                let sending = send(self.gateway.clone(), Method::POST, target.to_owned(), body.to_string());
                tokio::spawn(sending)
            };
            let sent: Vec<_> = bodies.into_iter().map(start).collect();
            let mut answers = Vec::new();
            for task in sent {
                answers.push(task.await.map_err(|e| e.to_string())??);
            }
            Ok(answers)
        })
    }

    /// Enrols a member.
    pub fn enrol(&self, member: &str) -> Result<(), String> {
        let answer = self.post("/v1/members", &json!({ "member_id": member }))?;
        if answer.status == 201 { Ok(()) } else { Err(answer.body.to_string()) }
    }

    /// Sells something for so many cents.
    pub fn sell(&self, member: &str, id: &str, amount_minor: i64) -> Result<Answer, String> {
        self.post("/v1/purchases", &purchase(member, id, amount_minor))
    }
}

/// A purchase of one line.
pub fn purchase(member: &str, id: &str, amount_minor: i64) -> Value {
    json!({ "event_id": id, "member_id": member, "currency": "EUR", "lines": [{ "amount_minor": amount_minor }] })
}

/// One request, again under the same key while there is no definite answer, as the API tells clients to.
async fn send(gateway: Gateway, method: Method, target: String, body: String) -> Result<Answer, String> {
    let kind = if target == "/v1/rules" { "text/plain" } else { "application/json" };
    let mut tries = 0;
    loop {
        let request = Request::builder()
            .method(method.clone())
            .uri(&target)
            .header("host", "localhost")
            .header("content-type", kind)
            .body(body.clone().into_bytes())
            .map_err(|e| e.to_string())?;
        let response = gateway.call(request).await;
        tries += 1;
        if response.status() == 503 && tries < 30 {
            continue;
        }
        let text = String::from_utf8_lossy(response.body()).into_owned();
        let replayed = response.headers().get("idempotency-replayed").is_some_and(|v| v == "true");
        let status = response.status().as_u16();
        let body = serde_json::from_str(&text).map_err(|e| format!("{status} {e}: {text}"))?;
        return Ok(Answer { status, replayed, body });
    }
}
