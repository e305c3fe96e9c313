//! The edge of Lambda: an API Gateway event in, its answer out, always before the deadline, whatever happens inside.

use crate::http::problem::Problem;
use crate::{App, http, jobs};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::request::LambdaRequest;
use lambda_http::{Body, Request, Response};
use lambda_runtime::{Context, LambdaEvent};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime};

/// Kept of every invocation's time to answer in: Lambda stops the function at its deadline without one.
const ANSWER_TIME: Duration = Duration::from_millis(500);

/// Answers one invocation with the routes of one function, or of all for `api`.
pub async fn invoke(
    app: &App,
    function: &str,
    event: LambdaEvent<LambdaRequest>,
) -> ApiGatewayV2httpResponse {
    let LambdaEvent { payload, context } = event;
    // The conversion panics on paths and hosts that are none, and on bodies that are no base64.
    let Ok(request) = catch_unwind(AssertUnwindSafe(|| Request::from(payload))) else {
        let detail = "the path, the host or the body of the request cannot be read";
        return event_of(
            Problem::new(400, "request.unreadable", "The request is unreadable", detail).to_response(),
        );
    };
    event_of(http::router::answer(app, function, &request, Some(remaining(&context))).await)
}

/// Kept of a job's time to keep its place: a page takes far less.
const JOB_TIME: Duration = Duration::from_secs(10);

/// Does a job. An error makes Lambda try again, and the next run goes on where this one stopped.
pub async fn invoke_job(
    app: &App,
    job: &str,
    event: LambdaEvent<serde_json::Value>,
) -> Result<jobs::Report, jobs::JobError> {
    let LambdaEvent { payload, context } = event;
    jobs::run(app, job, &payload, &|| is_short(&context)).await
}

/// Publishes what was uploaded. An error makes Lambda try again, and in the end keeps the event.
pub async fn invoke_publish(
    app: &App,
    uploads: &jobs::publish::Uploads,
    event: LambdaEvent<serde_json::Value>,
) -> Result<Vec<&'static str>, jobs::JobError> {
    let outcomes = jobs::publish::run(app, uploads, &event.payload).await?;
    Ok(outcomes.into_iter().map(jobs::publish::Outcome::name).collect())
}

/// Relays a batch of the table's stream, or replays; the answer names the records to be given again.
pub async fn invoke_relay(
    app: &App,
    out: &jobs::relay::Out,
    event: LambdaEvent<serde_json::Value>,
) -> Result<serde_json::Value, jobs::JobError> {
    let LambdaEvent { payload, context } = event;
    jobs::relay::run(app, out, &payload, &|| is_short(&context)).await
}

/// Whether a job must stop at the next place where it can.
fn is_short(context: &Context) -> bool {
    context.deadline().duration_since(SystemTime::now()).is_ok_and(|left| left < JOB_TIME)
        || context.deadline() < SystemTime::now()
}

/// How long the answer may take.
fn remaining(context: &Context) -> Duration {
    let left = context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    left.saturating_sub(ANSWER_TIME)
}

/// An answer as API Gateway takes it.
fn event_of(response: Response<Body>) -> ApiGatewayV2httpResponse {
    let (parts, body) = response.into_parts();
    let mut event = ApiGatewayV2httpResponse::default();
    event.status_code = i64::from(parts.status.as_u16());
    event.headers = parts.headers;
    event.body = Some(body);
    event
}
