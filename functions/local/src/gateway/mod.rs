//! HTTP in, the event of an API Gateway HTTP API through the same adapter as in Lambda, HTTP out.
//!
//! What this room is for: everything between a socket and `handlers::http` that AWS does in production, so that the
//! real event mapping runs on a desk too. What it never does: logic of its own. It knows no member and no rule, and
//! nothing in a request can change the claims it supplies (unless it was started for tests that way).

mod claims;
mod event;
mod route;
mod socket;

pub use claims::{CLAIMS_HEADER, Claims};
pub use socket::serve;

use crate::outbox::Feed;
use handlers::{App, Route};
use lambda_http::aws_lambda_events::encodings::Base64Data;
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Context, LambdaEvent, Service, service_fn};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The largest body API Gateway accepts, in bytes.
pub const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;

/// How long API Gateway waits for a function before it answers 503.
const FUNCTION_TIMEOUT: Duration = Duration::from_secs(30);

/// API Gateway in front of our functions, in process.
#[derive(Clone)]
pub struct Gateway {
    app: App,
    claims: Claims,
    claims_header: bool,
    token: Option<HeaderValue>,
    feed: Option<Feed>,
}

/// Where a local server tells what happens; API Gateway has no such path.
const EVENTS: &str = "/_local/events";

/// Numbers requests, so that two in the same millisecond differ in the logs.
static REQUESTS: AtomicU64 = AtomicU64::new(0);

impl Gateway {
    /// A gateway that signs every request with these claims.
    pub const fn new(app: App, claims: Claims) -> Self {
        Self { app, claims, claims_header: false, token: None, feed: None }
    }

    /// For tests only: a request may bring its own claims in [`CLAIMS_HEADER`].
    #[must_use]
    pub const fn accepting_claims_header(mut self, accepted: bool) -> Self {
        self.claims_header = accepted;
        self
    }

    /// Asks for `Authorization: Bearer TOKEN` where the deployed API asks for a token; `None` for what no header can
    /// carry.
    #[must_use]
    pub fn asking_for(self, token: &str) -> Option<Self> {
        let token =
            (!token.is_empty()).then(|| HeaderValue::from_str(&format!("Bearer {token}")).ok()).flatten()?;
        Some(Self { token: Some(token), ..self })
    }

    /// Tells what happens, at a path of its own.
    #[must_use]
    pub fn telling(mut self, feed: Feed) -> Self {
        self.feed = Some(feed);
        self
    }

    /// What the handlers are given.
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// Sends one request in process, as the socket would, without a socket. A body is JSON, or the text of a rule file
    /// where it is put.
    pub async fn send(&self, method: Method, path_and_query: &str, body: Vec<u8>) -> Response<Vec<u8>> {
        let kind = if method == Method::PUT { "text/plain; charset=utf-8" } else { "application/json" };
        let mut request = Request::new(body);
        *request.method_mut() = method;
        let Ok(uri) = path_and_query.parse() else { return message(StatusCode::BAD_REQUEST, "Bad Request") };
        *request.uri_mut() = uri;
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        request.headers_mut().insert(header::HOST, HeaderValue::from_static("localhost"));
        if let Some(token) = &self.token {
            request.headers_mut().insert(header::AUTHORIZATION, token.clone());
        }
        self.call(request).await
    }

    /// Answers one request as API Gateway and Lambda would together.
    pub async fn call(&self, mut request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        if let Some(feed) = self.feed.as_ref().filter(|_| request.uri().path() == EVENTS) {
            return told(feed, request.uri().query().unwrap_or_default());
        }
        let brought = request.headers_mut().remove(CLAIMS_HEADER);
        let claims = match brought.filter(|_| self.claims_header) {
            None => self.claims.clone(),
            Some(value) => match Claims::from_header(&value) {
                Some(claims) => claims,
                None => return message(StatusCode::UNAUTHORIZED, "Unauthorized"),
            },
        };
        let Some(Invocation { route, id, now, event }) = invocation(&request, &claims) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let wanted = self.token.as_ref().filter(|_| !route.roles.is_empty());
        if wanted.is_some_and(|token| request.headers().get(header::AUTHORIZATION) != Some(token)) {
            return message(StatusCode::UNAUTHORIZED, "Unauthorized");
        }
        match tokio::time::timeout(FUNCTION_TIMEOUT, invoke(self.app.clone(), event, id, now)).await {
            Ok(Some(answer)) => response(&answer),
            Ok(None) => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        }
    }
}

/// The events a tail asks for: `from=12&tenant=demo&member=ana`, each of which may be missing.
fn told(feed: &Feed, query: &str) -> Response<Vec<u8>> {
    let part = |name: &str| {
        query
            .split('&')
            .filter_map(|part| part.split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, v)| v)
    };
    let from = part("from").and_then(|from| from.parse().ok());
    let mut response =
        Response::new(feed.after(from, part("tenant"), part("member")).to_json().to_string().into_bytes());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What a function is invoked with for a request.
pub struct Invocation {
    /// The route it takes; names the function.
    pub route: &'static Route,
    /// The gateway's own id for it.
    pub id: String,
    /// When it came, since 1970-01-01T00:00:00Z.
    pub now: Duration,
    /// The event, as JSON text.
    pub event: String,
}

/// Routes a request and writes its event; `None` when no route fits.
pub fn invocation(request: &Request<Vec<u8>>, claims: &Claims) -> Option<Invocation> {
    let path = event::decoded(request.uri().path());
    let (route, parameters) = route::find(handlers::routes(), request.method().as_str(), &path)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let id = format!("{:x}-{:x}", now.as_millis(), REQUESTS.fetch_add(1, Ordering::Relaxed));
    let public = route.roles.is_empty();
    let occasion =
        event::Occasion { route, parameters, path, id: &id, now, claims: (!public).then_some(claims) };
    let event = event::event(request, &occasion).to_string();
    Some(Invocation { route, id, now, event })
}

/// Runs the function on an event's text, as Lambda does; `None` when the function failed (Lambda's 500).
async fn invoke(app: App, text: String, id: String, now: Duration) -> Option<Value> {
    // A task of its own: a panic is this request's failure, and the environment lives.
    let outcome = tokio::spawn(async move {
        let event: LambdaRequest = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let mut context = Context::default();
        context.request_id = id;
        context.deadline = u64::try_from((now + FUNCTION_TIMEOUT).as_millis()).unwrap_or(u64::MAX);
        let function = service_fn(move |request: lambda_http::Request| {
            let app = app.clone();
            async move { Ok::<_, Infallible>(handlers::http(&app, request).await) }
        });
        let Ok(answer) = Adapter::from(function).call(LambdaEvent::new(event, context)).await;
        serde_json::to_value(&answer).map_err(|error| error.to_string())
    });
    match outcome.await {
        Ok(Ok(answer)) => Some(answer),
        Ok(Err(error)) => {
            tracing::error!(%error, "the event or its answer could not be mapped");
            None
        }
        Err(error) => {
            tracing::error!(%error, "a handler failed");
            None
        }
    }
}

/// The HTTP response to a function's answer in format 2.0.
pub fn response(answer: &Value) -> Response<Vec<u8>> {
    let status = answer["statusCode"].as_u64().and_then(|code| u16::try_from(code).ok());
    let status = status.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::BAD_GATEWAY);
    let body = match (answer["isBase64Encoded"].as_bool(), answer["body"].as_str()) {
        (Some(true), Some(_)) => serde_json::from_value::<Base64Data>(answer["body"].clone())
            .map(|data| data.0)
            .unwrap_or_default(),
        (_, Some(text)) => text.as_bytes().to_vec(),
        (_, None) => Vec::new(),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    for field in ["headers", "multiValueHeaders"] {
        for (name, value) in answer[field].as_object().into_iter().flatten() {
            let values = value.as_array().map_or_else(|| vec![value], |values| values.iter().collect());
            for value in values {
                append(response.headers_mut(), name, value);
            }
        }
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        append(response.headers_mut(), header::SET_COOKIE.as_str(), cookie);
    }
    response
}

fn append(headers: &mut HeaderMap, name: &str, value: &Value) {
    let name = HeaderName::from_bytes(name.as_bytes());
    let value = value.as_str().map(HeaderValue::from_str);
    if let (Ok(name), Some(Ok(value))) = (name, value) {
        headers.append(name, value);
    }
}

/// What API Gateway itself answers.
fn message(status: StatusCode, text: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(json!({ "message": text }).to_string().into_bytes());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
