//! The router: path and method to operation, claims, the function itself, and one log line, whatever happens.

use super::call::Call;
use super::claims::Claims;
use super::problem::{Problem, Reply};
use super::respond::Answer;
use crate::log::Line;
use crate::routes::{Act, OPERATIONS, Operation};
use crate::{
    App, about, by_hand, earn, events, export, give_back, leaderboards, members, merge, previews, redeem,
    referral, rewards, rules, surveys,
};
use domain::ids::is_id;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt, Response};
use std::future::{Future, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// The name that serves every function's routes.
pub(crate) const ALL: &str = "api";

/// Answers a request with the routes of one function, or of all for `api`; in time, where there is a limit.
pub(crate) async fn answer(
    app: &App,
    function: &str,
    request: &Request,
    limit: Option<Duration>,
) -> Response<Body> {
    let began = Instant::now();
    let line = Mutex::new(Line { request: request_id(request), ..Line::default() });
    let serving = unwound(serve(app, function, request, &line));
    let reply = match limit {
        None => serving.await,
        Some(limit) => timeout(limit, serving).await.unwrap_or_else(|_| Err(Problem::out_of_time())),
    };
    let line = line.lock().unwrap_or_else(PoisonError::into_inner);
    match reply {
        Ok(answer) => {
            line.write(answer.status, None, None, began);
            answer.into_response()
        }
        Err(problem) => {
            line.write(problem.status, Some(problem.code), problem.cause.as_deref(), began);
            problem.to_response()
        }
    }
}

/// API Gateway's own id of a request, which its access log has too.
fn request_id(request: &Request) -> Option<String> {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        _ => None,
    }
}

/// A panic is answered like any other error of ours, and the environment lives.
async fn unwound(serving: impl Future<Output = Reply<Answer>>) -> Reply<Answer> {
    let mut serving = pin!(serving);
    let caught = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| serving.as_mut().poll(context))) {
        Ok(poll) => poll.map(Some),
        Err(_) => std::task::Poll::Ready(None),
    });
    caught.await.unwrap_or_else(|| Err(Problem::internal("panic")))
}

async fn serve(app: &App, function: &str, request: &Request, line: &Mutex<Line>) -> Reply<Answer> {
    let raw = request.raw_http_path();
    let path = if raw.is_empty() { request.uri().path() } else { raw };
    let (operation, id) = find(function, request.method().as_str(), path)?;
    {
        let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
        (line.function, line.route) = (operation.route.function, operation.route.path);
    }
    match operation.act {
        Act::OpenApi => return Ok(about::openapi()),
        Act::Health => return Ok(about::health()),
        _ => {}
    }
    let public = operation.act == Act::AnswerSurvey;
    let claims = if public { surveys::claims(app, &id_of(id)?, request)? } else { Claims::of(request)? };
    line.lock().unwrap_or_else(PoisonError::into_inner).tenant = Some(claims.tenant.to_string());
    if !public {
        claims.need(operation.route.roles)?;
    }
    let (id, now) = (id_of(id)?, (app.clock)());
    let (member, untimely) = (OnceLock::new(), OnceLock::new());
    let call = Call { app, operation, claims, id, request, now, line, member, untimely };
    act(&call).await
}

/// A function at work. On the heap: unoptimised, a match over futures keeps room for all of them on the stack.
type Acting<'a> = Pin<Box<dyn Future<Output = Reply<Answer>> + Send + 'a>>;

fn act<'a>(call: &'a Call<'a>) -> Acting<'a> {
    match call.operation.act {
        Act::Enrol => begin(call, members::enrol_member),
        Act::Card => begin(call, members::card),
        Act::Entries => begin(call, members::entries),
        Act::Purchase => begin(call, earn::purchase),
        Act::GiveBack => begin(call, give_back::give_back),
        Act::Redeem => begin(call, redeem::redeem),
        Act::Capture => begin(call, redeem::capture),
        Act::Release => begin(call, redeem::release),
        Act::Cancel => begin(call, redeem::cancel),
        Act::Event => begin(call, events::event),
        Act::Catalogue => begin(call, rewards::catalogue),
        Act::Vouchers => begin(call, rewards::vouchers),
        Act::Voucher => begin(call, rewards::voucher),
        Act::Reserve => begin(call, rewards::reserve),
        Act::GiveUp => begin(call, rewards::release),
        Act::Fulfil => begin(call, rewards::fulfil),
        Act::Revoke => begin(call, rewards::cancel),
        Act::ChangeProfile => begin(call, by_hand::change_profile),
        Act::Adjust => begin(call, by_hand::adjust_points),
        Act::Freeze => begin(call, by_hand::freeze_member),
        Act::Merge => begin(call, merge::merge_members),
        Act::Erase => begin(call, by_hand::erase_member),
        Act::Export => begin(call, export::export),
        Act::Leaderboard => begin(call, leaderboards::leaderboard),
        Act::Survey => begin(call, surveys::survey),
        Act::SurveyToken => begin(call, surveys::token),
        Act::AnswerSurvey => begin(call, surveys::answer_survey),
        Act::ReferralCode => begin(call, referral::code),
        Act::Join => begin(call, referral::join),
        Act::Referrals => begin(call, referral::referrals),
        Act::Preview => begin(call, previews::preview),
        Act::Publish => begin(call, rules::publish),
        Act::Versions => begin(call, rules::versions),
        Act::Version => begin(call, rules::version),
        Act::Activate => begin(call, rules::activate),
        Act::OpenApi => begin(call, |_| ready(Ok(about::openapi()))),
        Act::Health => begin(call, |_| ready(Ok(about::health()))),
    }
}

fn begin<'a, F>(call: &'a Call<'a>, function: fn(&'a Call<'a>) -> F) -> Acting<'a>
where
    F: Future<Output = Reply<Answer>> + Send + 'a,
{
    Box::pin(function(call))
}

/// The operation of a path and method, and the path's id as sent. A fixed step wins over an id.
fn find<'p>(function: &str, method: &str, path: &'p str) -> Reply<(&'static Operation, &'p str)> {
    let served = OPERATIONS.iter().filter(|o| function == ALL || o.route.function == function);
    let mut here: Vec<_> = served.filter_map(|o| Some((o, matched(o.route.path, path)?))).collect();
    here.sort_by_key(|(_, id)| !id.is_empty());
    if let Some(found) = here.iter().find(|(o, _)| o.route.method == method) {
        return Ok(*found);
    }
    let detail = "there is no such path; GET /openapi.json lists them";
    if here.is_empty() {
        return Err(Problem::new(404, "route.unknown", "No such path", detail));
    }
    let methods = here.iter().map(|(o, _)| o.route.method).collect::<Vec<_>>().join(", ");
    let mut problem =
        Problem::new(405, "route.method", "No such method here", format!("this path takes {methods}"));
    problem.allow = Some(methods);
    Err(problem)
}

/// `Some` when a path is of a template: with what stands for `{id}`, or nothing where it has none.
fn matched<'p>(template: &str, path: &'p str) -> Option<&'p str> {
    let mut id = "";
    let (mut wanted, mut steps) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), steps.next()) {
            (None, None) => return Some(id),
            (Some("{id}"), Some(step)) if !step.is_empty() => id = step,
            (Some(word), Some(step)) if word == step => {}
            _ => return None,
        }
    }
}

fn id_of(step: &str) -> Reply<String> {
    if step.is_empty() {
        return Ok(String::new());
    }
    decode(step).filter(|id| is_id(id)).ok_or_else(not_an_id)
}

/// The problem of a path whose id is none.
pub(crate) fn not_an_id() -> Box<Problem> {
    Problem::wrong_part("path:id", "not_an_id", "is no id; send 1 to 64 of A-Z a-z 0-9 _ . : -")
}

/// Percent-decoding; `None` when it is broken or no UTF-8.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        decoded.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests say what went wrong by failing")]
mod tests {
    use super::{ALL, decode, find};

    #[test]
    fn fixed_steps_win_over_ids_and_functions_serve_their_own() {
        let path =
            |method, path| find(ALL, method, path).map(|(o, id)| (o.route.path, id)).map_err(|p| p.status);
        assert_eq!(path("POST", "/v1/rules/activate"), Ok(("/v1/rules/activate", "")));
        assert_eq!(path("GET", "/v1/rules/7f3c"), Ok(("/v1/rules/{id}", "7f3c")));
        assert_eq!(path("GET", "/v1/members/a%2Fb"), Ok(("/v1/members/{id}", "a%2Fb")));
        assert_eq!(path("GET", "/v1/members/"), Err(404));
        assert_eq!(path("DELETE", "/v1/members/a"), Err(405));
        assert_eq!(find("earn", "POST", "/v1/purchases").map(|_| ()).map_err(|p| p.status), Ok(()));
        assert_eq!(find("earn", "POST", "/v1/members").map(|_| ()).map_err(|p| p.status), Err(404));
    }

    #[test]
    fn percent_decoding_refuses_what_is_broken() {
        assert_eq!(decode("a%2Fb%C3%A9").as_deref(), Some("a/bé"));
        for broken in ["%", "%2", "%zz", "%ff", "%+1"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }
}
