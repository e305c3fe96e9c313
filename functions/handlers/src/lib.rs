//! HTTP and event shapes over the domain and the store: one short file per function that reads like a sentence:
//! parse, load, evaluate, commit, respond.
//!
//! What it never does: DynamoDB calls, points arithmetic. Tenant and role come from the authorizer's claims only.

use dsl::units::Moment;
use lambda_http::{Body, Request, Response};
use std::sync::Arc;
use store::Store;

mod about;
mod as_of;
mod by_hand;
pub mod cloud;
mod codes;
mod earn;
mod events;
pub mod events_out;
mod export;
mod give_back;
mod http;
mod identity;
pub mod jobs;
pub mod lambda;
mod leaderboards;
pub mod log;
pub mod lots;
mod members;
mod merge;
mod openapi;
mod previews;
mod redeem;
mod referral;
mod rewards;
mod routes;
mod rules;
pub mod secret;
mod shapes;
mod survey_token;
mod surveys;
mod sweep;
pub mod wire;

pub use sweep::sweep_member;

/// Everything a handler is given. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The table.
    pub store: Store,
    /// The clock at the edge: the only place that knows what time it is.
    pub clock: Arc<dyn Fn() -> Moment + Send + Sync>,
    /// What codes and tokens are derived from.
    pub secret: secret::Secret,
}

/// A route of the HTTP API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// `GET`, `POST`, `PUT`.
    pub method: &'static str,
    /// API Gateway's syntax: `/v1/members/{id}`.
    pub path: &'static str,
    /// Name of the function that serves it: `earn`, `members`, `rules`.
    pub function: &'static str,
    /// Roles that may call it; empty for the public ones (`/openapi.json`, `/v1/health`).
    pub roles: &'static [&'static str],
}

/// All routes; the router, the OpenAPI document, the local gateway and the tests over infra read this table.
pub fn routes() -> &'static [Route] {
    &routes::ROUTES
}

/// The OpenAPI 3.1 document, generated from the routes and the shapes of their bodies.
pub fn openapi() -> serde_json::Value {
    openapi::document()
}

/// Answers any request: parses, authorizes, routes, and turns every error into `application/problem+json`.
pub async fn http(app: &App, request: Request) -> Response<Body> {
    http::router::answer(app, http::router::ALL, &request, None).await
}

/// Answers a request with the routes of one function; those of the others are unknown to it.
pub async fn http_of(app: &App, function: &str, request: Request) -> Response<Body> {
    http::router::answer(app, function, &request, None).await
}
