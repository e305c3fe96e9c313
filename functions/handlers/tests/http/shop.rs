//! A merchant of her own for every test: a table shared in one process, a clock that tests move, requests as API
//! Gateway hands them over, answers checked against the OpenAPI document.

use crate::schema::check_answer;
use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};
use dsl::calendar::parse_moment;
use dsl::units::Moment;
use embedded::Embedded;
use handlers::App;
use handlers::secret::Secret;
use lambda_http::{Body, Request, RequestExt};
use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use store::Store;
use store::config::Config;

const TABLE: &str = "merit-handlers";

/// Everybody's roles.
pub(crate) const ALL: &str = "till support marketing operator";

/// The rules of the shop.
pub(crate) const RULES: &str = r#"language 1

programme kaffa "Kaffa" {
  currency EUR
  timezone "Europe/Paris"
  point worth 0.01 EUR
  expire after 12 months
  unknown member refuse
  accept events up to 7 days late
}

tiers {
  guest   always
  regular from 50.00 EUR spent in 12 months
}

event check_in "A visit" {
  field stars number
  field note text
  field spent money
  field first truth
  field place one of [lyon, paris]
}

rule base {
  on purchase
  give 10 points per 1.00 EUR of basket.paid
}

rule welcome {
  on enrolment
  give 25 points
}

rule visit {
  on check_in
  when check_in.stars at least 1
  give 5 points
}

reward coffee "Any coffee" {
  costs 100 points
  gives item "coffee"
}

test "a coffee earns" {
  event purchase at 2026-03-02 08:10 {
    basket.paid is 4.40 EUR
  }
  expect 44 points
}
"#;

fn database() -> &'static Embedded {
    static DATABASE: OnceLock<Embedded> = OnceLock::new();
    DATABASE.get_or_init(|| Embedded::start(None).unwrap())
}

fn store() -> Store {
    Store::connect(Config::local(&database().endpoint, TABLE)).unwrap()
}

/// A store to which no request is ever slow, so that what it costs does not depend on the machine.
pub(crate) fn unhurried_store() -> Store {
    let mut config = Config::local(&database().endpoint, TABLE);
    config.time = Some(SharedTimeSource::new(StaticTimeSource::from_secs(1_773_486_000)));
    Store::connect(config).unwrap()
}

/// A store whose table never answers: nobody listens there.
pub(crate) fn dead_store() -> Store {
    Store::connect(Config::local("http://127.0.0.1:9", TABLE)).unwrap()
}

/// A merchant.
pub(crate) struct Shop {
    pub(crate) app: App,
    pub(crate) tenant: String,
    clock: Arc<AtomicI64>,
}

/// A request to be.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) roles: Option<String>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) json: Value,
    pub(crate) headers: Vec<(String, String)>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    pub(crate) fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or("")
    }
    /// Fails unless the status is this one; shows the answer.
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
    /// Fails unless it is this problem.
    pub(crate) fn refuses(self, status: u16, code: &str) -> Self {
        let answer = self.is(status);
        assert_eq!(answer.code(), code, "{}", answer.text);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        answer
    }
    /// Fails unless a problem names this pointer with this code.
    pub(crate) fn blames(&self, pointer: &str, code: &str) {
        let errors = self.json["errors"].as_array().unwrap_or_else(|| panic!("no errors in {}", self.text));
        let found = errors.iter().any(|e| e["pointer"] == pointer && e["code"] == code);
        assert!(found, "{pointer} {code} is not in {}", self.text);
        assert!(errors.iter().all(|e| e["detail"].as_str().unwrap().len() > 5), "{}", self.text);
    }
    /// Pointers and codes of a problem's parts.
    pub(crate) fn blamed(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let errors = self.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().map(|e| (text(&e["pointer"]), text(&e["code"]))).collect()
    }
}

pub(crate) fn get(path: &str) -> Ask {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    Ask { method: "GET", path, query, headers: Vec::new(), body: None, roles: Some(ALL.to_owned()) }
}

#[allow(clippy::needless_pass_by_value, reason = "bodies are written in place")]
pub(crate) fn post(path: &str, body: Value) -> Ask {
    let ask = Ask { method: "POST", body: Some(body.to_string().into_bytes()), ..get(path) };
    ask.header("content-type", "application/json")
}

pub(crate) fn put_rules(text: &str) -> Ask {
    let ask = Ask { method: "PUT", body: Some(text.as_bytes().to_vec()), ..get("/v1/rules") };
    ask.header("content-type", "text/plain")
}

impl Ask {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.to_owned()));
        self
    }
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }
    pub(crate) fn roles(self, roles: &str) -> Self {
        Self { roles: Some(roles.to_owned()), ..self }
    }
    pub(crate) fn nobody(self) -> Self {
        Self { roles: None, ..self }
    }
    pub(crate) fn body(self, body: &[u8]) -> Self {
        Self { body: Some(body.to_vec()), ..self }
    }

    /// The event API Gateway would hand over.
    pub(crate) fn event(&self, tenant: &str) -> Value {
        let headers: Map<_, _> = self.headers.iter().map(|(n, v)| ((*n).to_owned(), json!(v))).collect();
        let mut event = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": self.path,
            "rawQueryString": self.query,
            "headers": headers,
            "isBase64Encoded": false,
            "requestContext": {
                "http": {"method": self.method, "path": self.path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
                "stage": "$default",
                "requestId": "r",
                "timeEpoch": 0,
            },
        });
        if let Some(roles) = &self.roles {
            let claims = json!({"tenant": tenant, "roles": roles, "sub": "tester"});
            event["requestContext"]["authorizer"] = json!({"jwt": {"claims": claims, "scopes": null}});
        }
        if let Some(body) = &self.body {
            event["body"] = json!(String::from_utf8_lossy(body));
        }
        event
    }

    pub(crate) fn request(&self, tenant: &str) -> Request {
        let mut request = lambda_http::request::from_str(&self.event(tenant).to_string()).unwrap();
        // Bytes that are no text arrive in base64 and reach the handlers as bytes.
        if let Some(body) = self.body.as_ref().filter(|body| std::str::from_utf8(body).is_err()) {
            *request.body_mut() = Body::Binary(body.clone());
        }
        assert_eq!(request.raw_http_path(), self.path);
        request
    }
}

impl Shop {
    /// A merchant without a programme.
    pub(crate) async fn bare() -> Self {
        static SHOPS: AtomicU32 = AtomicU32::new(1);
        let store = store();
        store.create_table().await.unwrap();
        let clock = Arc::new(AtomicI64::new(parse_moment("2026-03-14T12:00:00+01:00").unwrap().0));
        let shown = Arc::clone(&clock);
        let app = App {
            secret: Secret::random().unwrap(),
            store,
            clock: Arc::new(move || Moment(shown.load(Ordering::SeqCst))),
        };
        Self { app, tenant: format!("shop-{}", SHOPS.fetch_add(1, Ordering::SeqCst)), clock }
    }

    /// A merchant whose rules are published.
    pub(crate) async fn open() -> Self {
        let shop = Self::bare().await;
        shop.send(&put_rules(RULES)).await.is(201);
        shop
    }

    /// A merchant with one member, m1, and the 25 points of her welcome.
    pub(crate) async fn with_member() -> Self {
        let shop = Self::open().await;
        shop.send(&post("/v1/members", json!({"member_id": "m1"}))).await.is(201);
        shop
    }

    /// Moves the clock.
    pub(crate) fn at(&self, moment: &str) {
        self.clock.store(parse_moment(moment).unwrap().0, Ordering::SeqCst);
    }

    /// Sends a request; the answer is what the document says it may be.
    pub(crate) async fn send(&self, ask: &Ask) -> Answer {
        let answer = self.send_unchecked(ask).await;
        check_answer(ask, &answer);
        answer
    }

    /// Sends a request that no route of the document takes.
    pub(crate) async fn send_unchecked(&self, ask: &Ask) -> Answer {
        let response = handlers::http(&self.app, ask.request(&self.tenant)).await;
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body.to_vec()).unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        let headers = parts.headers.iter();
        let headers = headers.map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned())).collect();
        Answer { status: parts.status.as_u16(), text, json, headers }
    }

    /// How many entries a member has.
    pub(crate) async fn entries(&self, member: &str) -> usize {
        let answer = self.send(&get(&format!("/v1/members/{member}/entries?limit=100"))).await.is(200);
        answer.json["entries"].as_array().unwrap().len()
    }
}

/// A purchase of m1.
pub(crate) fn purchase(event: &str, amount_minor: i64) -> Value {
    json!({"event_id": event, "member_id": "m1", "currency": "EUR", "lines": [{"amount_minor": amount_minor}]})
}
