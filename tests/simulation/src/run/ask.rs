//! Requests through API Gateway's event to the handlers, and what each needs to be asked for first.

use super::environment::JOB_DEADLINE;
use super::{Run, lock};
use crate::executor;
use crate::planted::Plant;
use crate::planted::front::{Answer, Coming};
use crate::programme::merchant;
use crate::workload::{Asked, Need, Operation, What};
use domain::ids::TenantId;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use handlers::{App, jobs};
use lambda_http::http::Request;
use lambda_http::request::LambdaRequest;
use merit_local::gateway::{Claims, invocation};
use serde_json::{Value, json};
use std::time::Duration;
use store::uploads::{Sequencer, Upload, Uploaded};

impl Run {
    /// What an operation does in an environment.
    pub(super) async fn work(
        &self,
        app: &App,
        operation: &Operation,
        (attempt, altered): (u32, bool),
    ) -> Answer {
        let tenant = operation.tenant;
        match &operation.what {
            What::Job(job) | What::Scheduled(job) => self.job(app, job).await,
            What::Rules(version) => {
                let text = merchant(tenant).map(|merchant| merchant.edition(*version)).unwrap_or_default();
                let request = Request::put("/v1/rules?activate=true").header("content-type", "text/plain");
                match request.body(text.into_bytes()) {
                    Ok(request) => self.ask(app, tenant, request).await,
                    Err(error) => self.unasked(&error.to_string()),
                }
            }
            What::Upload(version, place) => self.upload(app, tenant, (*version, *place)).await,
            What::Asked(asked) => {
                let resolved = match self.resolve(app, tenant, (operation.number, asked)).await {
                    Ok(Some(resolved)) => resolved,
                    Ok(None) => return (404, json!({ "code": "nothing to ask for" }), false),
                    Err(answer) => return answer,
                };
                self.ask_for(app, tenant, resolved, (attempt, altered)).await
            }
        }
    }

    /// The request with all it needs; none where there is no such thing. The same however often it is asked for.
    async fn resolve(
        &self,
        app: &App,
        tenant: &str,
        (number, asked): (u64, &Asked),
    ) -> Result<Option<Asked>, Answer> {
        if let Some(resolved) = lock(&self.resolved).get(&number) {
            return Ok(resolved.clone());
        }
        let mut resolved = asked.clone();
        let found = match &asked.needs {
            Need::Nothing => return Ok(Some(resolved)),
            Need::Code(referrer) => {
                let target = format!("/v1/members/{referrer}/referral-code");
                let told = self.prelude(app, tenant, ("POST", &target, Value::Null)).await?;
                told["code"].as_str().map(|code| resolved.body["code"] = code.into()).is_some()
            }
            Need::Token(survey) => {
                let target = format!("/v1/surveys/{survey}/tokens");
                let body = json!({ "member_id": asked.member });
                let told = self.prelude(app, tenant, ("POST", &target, body)).await?;
                told["token"].as_str().map(|token| resolved.body["token"] = token.into()).is_some()
            }
            Need::Voucher(nth, step) => {
                let target = format!("/v1/members/{}/vouchers", asked.member);
                let told = self.prelude(app, tenant, ("GET", &target, Value::Null)).await?;
                let open = told["vouchers"].as_array().map(Vec::as_slice).unwrap_or_default();
                let chosen = open.get(nth % open.len().max(1));
                let told = chosen
                    .and_then(|chosen| Some((chosen["code"].as_str()?, chosen["voucher_id"].as_str()?)));
                told.map(|(code, voucher)| {
                    let id = asked.body["event_id"].as_str().unwrap_or_default();
                    resolved.target = format!("/v1/vouchers/{code}/{step}");
                    resolved.key = Some(format!("voucher {voucher} {id}"));
                })
                .is_some()
            }
        };
        let resolved = found.then_some(resolved);
        Ok(lock(&self.resolved).entry(number).or_insert(resolved).clone())
    }

    /// What is asked for first: its body, empty where it is refused; the answer itself where it is none.
    async fn prelude(
        &self,
        app: &App,
        tenant: &str,
        (method, target, body): (&str, &str, Value),
    ) -> Result<Value, Answer> {
        let answer = self.send(app, tenant, (method, target, &body)).await;
        match answer.0 {
            200..=299 => Ok(answer.1),
            status if status == 0 || status == 429 || status >= 500 => Err(answer),
            _ => Ok(Value::Null),
        }
    }

    async fn ask_for(
        &self,
        app: &App,
        tenant: &str,
        mut asked: Asked,
        (attempt, altered): (u32, bool),
    ) -> Answer {
        if altered {
            alter(&mut asked.body);
        }
        let Some(plant) = self.order.planted else {
            return self.send(app, tenant, (asked.method, &asked.target, &asked.body)).await;
        };
        let mut coming = Coming {
            method: asked.method,
            target: &asked.target,
            key: asked.key.as_ref().map(|key| format!("{tenant} {} {key}", asked.member)),
            body: &mut asked.body,
            attempt,
        };
        if let Some(answer) = lock(&self.front).before(plant, &mut coming) {
            return answer;
        }
        let mut answer = self.send(app, tenant, (coming.method, coming.target, coming.body)).await;
        if plant == Plant::ReplayShowsNow && answer.2 && answer.1["balance_points"].is_i64() {
            let card = format!("/v1/members/{}", asked.member);
            let now = self.send(app, tenant, ("GET", &card, &Value::Null)).await;
            if now.0 == 200 {
                answer.1["balance_points"] = now.1["balance_points"].clone();
            }
            return answer;
        }
        lock(&self.front).after(plant, &coming, answer)
    }

    async fn send(&self, app: &App, tenant: &str, (method, target, body): (&str, &str, &Value)) -> Answer {
        let request =
            Request::builder().method(method).uri(target).header("content-type", "application/json");
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        match request.body(body) {
            Ok(request) => self.ask(app, tenant, request).await,
            Err(error) => self.unasked(&error.to_string()),
        }
    }

    fn unasked(&self, why: &str) -> Answer {
        lock(&self.broken).push(format!("harness: {why}"));
        (0, Value::Null, false)
    }

    /// A request through API Gateway's event to the handlers.
    pub(super) async fn ask(&self, app: &App, tenant: &str, request: Request<Vec<u8>>) -> Answer {
        let roles = "till support marketing operator".to_owned();
        let claims = Claims { subject: "simulation".to_owned(), tenant: tenant.to_owned(), roles };
        let Some(invocation) = invocation(&request, &claims) else {
            return self.unasked(&format!("no such route: {}", request.uri()));
        };
        let event: LambdaRequest = match serde_json::from_str(&invocation.event) {
            Ok(event) => event,
            Err(error) => return self.unasked(&error.to_string()),
        };
        let answer = handlers::http(app, lambda_http::Request::from(event)).await;
        let replayed = answer.headers().get("idempotency-replayed").is_some_and(|value| value == "true");
        let body = serde_json::from_slice(answer.body().as_ref()).unwrap_or(Value::Null);
        (answer.status().as_u16(), body, replayed)
    }

    /// A job for all merchants, up to now.
    pub(super) async fn job(&self, app: &App, job: &str) -> Answer {
        let now = self.hands.true_now();
        if job == "birthday" && self.order.planted == Some(Plant::BirthdayNeverRuns) {
            lock(&self.celebrated).push(now.0);
            return (200, json!({ "code": "job birthday finished" }), false);
        }
        let event = json!({ "job": job, "at": dsl::calendar::Zone::utc().show(now) });
        // As the function has it: it stops by itself before Lambda stops it.
        let end = executor::now() + JOB_DEADLINE.saturating_sub(Duration::from_secs(10));
        match jobs::run(app, job, &event, &|| executor::now() > end).await {
            Ok(report) if report.failed > 0 => (500, json!({ "code": format!("{job}: {report:?}") }), false),
            Ok(report) if report.finished => {
                if job == "birthday" {
                    lock(&self.celebrated).push(now.0);
                }
                (200, json!({ "code": format!("job {job} finished") }), false)
            }
            Ok(_) => (503, json!({ "code": format!("job {job} not finished") }), false),
            Err(error) => (503, json!({ "code": error.to_string() }), false),
        }
    }

    /// A rule file that was uploaded, as the function `publish` has the store decide about it.
    async fn upload(&self, app: &App, tenant: &str, (version, place): (usize, u64)) -> Answer {
        let began = executor::now();
        let (Some(merchant), Some(tenant)) = (merchant(tenant), TenantId::parse(tenant)) else {
            return self.unasked("no such merchant");
        };
        let text = merchant.edition(version);
        let now = (app.clock)();
        let Some(programme) = dsl::check::check(text.as_bytes(), Some(now)).programme else {
            return self.unasked("the rules have mistakes");
        };
        let rulebook = Rulebook::compile(programme);
        let Some(sequencer) = Sequencer::parse(&format!("{place:016X}")) else {
            return self.unasked("no sequencer");
        };
        // The bucket's clock is right, and says when the upload was made.
        let at = Moment(self.began.0.saturating_add(i64::try_from(place).unwrap_or(0).saturating_mul(1_000)));
        let upload = Upload { name: "shop.merit", sequencer: &sequencer, at };
        let published = app.store.publish(&tenant, &text, &rulebook, "upload", now, false).await;
        let moved = match published {
            Err(error) => Err(error),
            Ok((version, _)) => {
                app.store.activate_upload(&tenant, &version.id, ("upload", now), upload).await
            }
        };
        let became = match moved {
            Err(error) => return (503, json!({ "code": error.to_string() }), false),
            Ok(None) => {
                return (500, json!({ "code": "the version that was published is not there" }), false);
            }
            Ok(Some(Uploaded::Moved(_))) => "moved",
            Ok(Some(Uploaded::Unchanged(_))) => "unchanged",
            Ok(Some(Uploaded::Overtaken(_))) => "overtaken",
        };
        lock(&self.uploads).note(tenant.as_str(), place, (began, executor::now()), became == "overtaken");
        (200, json!({ "code": format!("upload {became}") }), false)
    }
}

/// The same key with another body.
pub(super) fn alter(body: &mut Value) {
    if let Some(points) = body["points"].as_i64() {
        body["points"] = (points + 1).into();
    } else if body["lines"][0]["amount_minor"].is_i64() {
        body["lines"][0]["amount_minor"] = 1.into();
    } else if body["answers"]["score"].is_u64() {
        let score = body["answers"]["score"].as_u64().unwrap_or(1);
        body["answers"]["score"] = (if score == 1 { 2 } else { 1 }).into();
    } else if body["name"].is_string() && body["email"].is_string() {
        // an enrolment: its key is the member, and what tells it is the profile
        body["birthday"] = "1977-07-07".into();
    } else if body["fields"]["stars"].is_u64() {
        body["fields"]["stars"] = 9.into();
    } else {
        body["occurred_at"] = "2026-01-01T00:00:00Z".into();
    }
}
