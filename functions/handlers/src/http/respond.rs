//! Answers: status, JSON and the few headers there are. What is answered is rendered elsewhere, from stored entries.

use super::problem::Problem;
use lambda_http::{Body, Response};
use serde_json::Value;

/// A good answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// True for the stored answer to a repeated request.
    pub(crate) replayed: bool,
}

impl Answer {
    /// 200.
    pub(crate) const fn ok(body: Value) -> Self {
        Self { status: 200, body, replayed: false }
    }
    /// 201.
    pub(crate) const fn created(body: Value, replayed: bool) -> Self {
        Self { status: 201, body, replayed }
    }
    /// As HTTP.
    pub(crate) fn into_response(self) -> Response<Body> {
        let headers = if self.replayed { vec![REPLAYED] } else { Vec::new() };
        response(self.status, "application/json", &headers, self.body.to_string())
    }
}

const REPLAYED: (&str, &str) = ("idempotency-replayed", "true");

impl Problem {
    /// As HTTP.
    pub(crate) fn to_response(&self) -> Response<Body> {
        let retry_after = self.retry_after.map(|s| s.to_string());
        let mut headers = Vec::new();
        headers.extend(retry_after.as_deref().map(|s| ("retry-after", s)));
        headers.extend(self.allow.as_deref().map(|methods| ("allow", methods)));
        headers.extend(self.replayed.then_some(REPLAYED));
        response(self.status, "application/problem+json", &headers, self.body().to_string())
    }
}

fn response(status: u16, content_type: &str, headers: &[(&str, &str)], body: String) -> Response<Body> {
    let mut builder = Response::builder().status(status);
    builder = builder.header("content-type", content_type).header("cache-control", "no-store");
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Body::Text(body)).unwrap_or_default()
}
