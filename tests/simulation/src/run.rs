//! One seed, from its first request to the verdict.
//!
//! What is real: handlers, validation, rules, keys, serialisation, signatures, the SDK's retries and time-outs. What is
//! simulated: time, chance, scheduling, the network, and what a DynamoDB under load answers.

use crate::clock::{Hands, Timer};
use crate::executor;
use crate::fault::{Fault, Weather};
use crate::history::{History, Seen};
use crate::programme::MERCHANTS;
use crate::table::{AUDITOR, Passed, Planted, Table};
use crate::workload::{Asked, Operation, What, stream};
use audit::Auditor;
use aws_smithy_async::time::SharedTimeSource;
use dsl::units::Moment;
use handlers::secret::Secret;
use handlers::{App, jobs};
use lambda_http::http::Request;
use lambda_http::request::LambdaRequest;
use merit_local::gateway::{Claims, invocation};
use serde_json::{Value, json};
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;
use store::Store;
use store::config::Config;

/// Environments that stay warm in a run.
const ENVIRONMENTS: usize = 6;

/// How often a client asks before it is said that nobody answers.
const ATTEMPTS_MAX: u32 = 60;

/// How often the schedule's service tries: the next run goes on where this one stopped.
const JOB_ATTEMPTS_MAX: u32 = 3;

/// Moments at which runs begin: before a change of clocks, a leap day, a new year, and on a plain day.
const BEGINNINGS: [&str; 5] = [
    "2026-03-27T20:00:00Z",
    "2026-10-23T20:00:00Z",
    "2028-02-27T12:00:00Z",
    "2026-12-30T09:00:00Z",
    "2026-06-15T09:00:00Z",
];

/// What a run is asked to do.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// Everything is drawn from it.
    pub seed: u64,
    /// Requests, jobs and changes of rules.
    pub operations: u64,
    /// Wrong code to find, for the harness's own test.
    pub planted: Option<Planted>,
}

/// What a run found.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Operations sent.
    pub operations: u64,
    /// Deliveries of them.
    pub deliveries: u64,
    /// What passed over the wire.
    pub passed: Passed,
    /// What happened at least once.
    pub reached: std::collections::BTreeMap<String, u64>,
    /// Entries and members audited.
    pub audited: (u64, u64),
    /// Virtual time.
    pub lasted: Duration,
    /// What was broken.
    pub violations: Vec<String>,
}

/// Shared by the tasks of a run.
struct Run {
    table: Table,
    hands: Hands,
    history: Mutex<History>,
    environments: Mutex<Vec<App>>,
    deliveries: Mutex<u64>,
    started: Mutex<u64>,
    secret: Secret,
    broken: Mutex<Vec<String>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a seed.
pub fn run(order: Order) -> Result<Verdict, String> {
    // The SDK's own chance: jitter and tokens.
    fastrand::seed(order.seed);
    let began = BEGINNINGS[usize::try_from(order.seed % 5).unwrap_or(0)];
    let began = dsl::calendar::parse_moment(began).ok_or("no moment")?;
    let verdict: Arc<Mutex<Option<Result<Verdict, String>>>> = Arc::default();
    let told = Arc::clone(&verdict);
    let run = Arc::new(Run {
        table: Table::new(Weather::of(order.seed), order.planted)?,
        hands: Hands::new(began),
        history: Mutex::default(),
        environments: Mutex::default(),
        deliveries: Mutex::default(),
        started: Mutex::default(),
        secret: Secret::new(b"the secret of a simulation, no other")?,
        broken: Mutex::default(),
    });
    executor::run(order.seed, async move {
        let outcome = Box::pin(live(Arc::clone(&run), order)).await;
        *lock(&told) = Some(outcome);
    });
    let told = lock(&verdict).take();
    told.unwrap_or_else(|| Err("the run came to a stand: a task waits for what never comes".to_owned()))
}

async fn live(run: Arc<Run>, order: Order) -> Result<Verdict, String> {
    run.open().await?;
    let operations = stream(order.seed, order.operations);
    let mut tasks = Vec::new();
    for operation in &operations {
        tasks.extend(run.deliver(operation));
    }
    for done in tasks {
        let _ = done.await;
    }
    run.table.weather(Weather::calm_down);
    executor::sleep(Duration::from_secs(200)).await; // writes under way land
    run.settle().await?;
    executor::sleep(Duration::from_hours(400 * 24)).await;
    Box::pin(run.ask_all_again(&operations)).await;
    let mut verdict = Verdict {
        operations: order.operations,
        deliveries: *lock(&run.deliveries),
        lasted: executor::now(),
        ..Verdict::default()
    };
    verdict.violations.clone_from(&lock(&run.broken));
    run.audit(&mut verdict).await?;
    verdict.passed = run.table.passed();
    verdict.violations.extend(verdict.passed.violations.iter().cloned());
    let history = lock(&run.history);
    verdict.violations.extend(history.violations());
    verdict.reached = history.reached.clone();
    Ok(verdict)
}

impl Run {
    /// Makes the table, and every merchant's first rules.
    async fn open(self: &Arc<Self>) -> Result<(), String> {
        let app = self.environment()?;
        executor::labelled(AUDITOR, app.store.create_table()).await.map_err(|e| e.to_string())?;
        for _ in 0..ENVIRONMENTS {
            let environment = self.environment()?;
            lock(&self.environments).push(environment);
        }
        for (tenant, [rules, _]) in MERCHANTS {
            let request = Request::put("/v1/rules?activate=true").header("content-type", "text/plain");
            let request = request.body(rules.as_bytes().to_vec()).map_err(|e| e.to_string())?;
            let seen = executor::labelled(AUDITOR, self.ask(&app, tenant, request)).await;
            if seen.status != 201 {
                return Err(format!("{tenant}'s rules: {} {}", seen.status, seen.body));
            }
        }
        Ok(())
    }

    /// A new environment: a store with nothing cached and retries of its own.
    fn environment(&self) -> Result<App, String> {
        let hands = self.hands.sibling();
        let mut config = Config::local("http://table.invalid", "merit");
        config.http_client =
            Some(aws_smithy_runtime_api::client::http::SharedHttpClient::new(self.table.clone()));
        config.time = Some(SharedTimeSource::new(hands.clone()));
        config.sleep = Some(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(Timer));
        config.patience = 1;
        let mut started = lock(&self.started);
        *started += 1;
        config.retry_partition = Some(format!("{:?}-{started}", std::thread::current().id()));
        let store = Store::connect(config).map_err(|e| e.to_string())?;
        Ok(App { store, clock: Arc::new(move || hands.now()), secret: self.secret.clone() })
    }

    /// Starts all deliveries of an operation; each ends with an answer, or after many attempts.
    fn deliver(self: &Arc<Self>, operation: &Operation) -> Vec<tokio::sync::oneshot::Receiver<()>> {
        let mut moments = vec![operation.at];
        let mut other_body = false;
        self.table.weather(|weather| match &operation.what {
            What::Asked(_) => {
                let later = |range: std::ops::Range<u64>, weather: &mut Weather| {
                    operation.at + Duration::from_millis(weather.number(range))
                };
                if weather.strikes(Fault::TwiceAtOnce) {
                    moments.push(operation.at);
                }
                if weather.strikes(Fault::TwiceSoon) {
                    moments.push(later(1..30_000, weather));
                }
                if weather.strikes(Fault::TwiceAfterTokens) {
                    moments.push(later(601_000..2_600_000_000, weather));
                }
                if weather.strikes(Fault::Reordered) {
                    moments[0] = later(0..2_000, weather);
                }
                other_body = weather.strikes(Fault::OtherBody);
            }
            What::Rules(_) => weather.note(Fault::RulesSwitched),
            What::Job(_) => {
                if weather.strikes(Fault::JobTwice) {
                    moments.push(operation.at);
                }
                if weather.strikes(Fault::JobLate) {
                    moments[0] += Duration::from_secs(weather.number(3_600..40_000));
                }
                if weather.strikes(Fault::JobMissed) {
                    moments.clear();
                }
            }
        });
        let mut sent: Vec<(Duration, bool)> = moments.into_iter().map(|at| (at, false)).collect();
        if other_body {
            sent.push((operation.at + Duration::from_millis(5), true));
        }
        sent.into_iter().map(|(at, altered)| self.start(at, operation.clone(), altered)).collect()
    }

    fn start(
        self: &Arc<Self>,
        at: Duration,
        mut operation: Operation,
        altered: bool,
    ) -> tokio::sync::oneshot::Receiver<()> {
        let (done, receiver) = tokio::sync::oneshot::channel();
        let run = Arc::clone(self);
        if let (true, What::Asked(Asked { body, .. })) = (altered, &mut operation.what) {
            alter(body);
        }
        executor::spawn(async move {
            executor::sleep_until(at).await;
            Box::pin(run.insist(&operation)).await;
            let _ = done.send(());
        });
        receiver
    }

    /// Asks until there is a definite answer, as a client does.
    async fn insist(self: &Arc<Self>, operation: &Operation) {
        let attempts = if matches!(operation.what, What::Job(_)) { JOB_ATTEMPTS_MAX } else { ATTEMPTS_MAX };
        for attempt in 0..attempts {
            *lock(&self.deliveries) += 1;
            let seen = Box::pin(self.attempt(operation)).await;
            let definite = seen.is_definite();
            if seen.status == 500 {
                lock(&self.broken).push(format!("answer: 500 {} to {:?}", seen.body, operation.what));
            }
            lock(&self.history).note(operation, seen);
            if definite {
                return;
            }
            if self.table.weather(|weather| weather.strikes(Fault::ClientGaveUp)) {
                executor::sleep(Duration::from_mins(7)).await;
            }
            executor::sleep(Duration::from_millis((50_u64 << attempt.min(11)).min(60_000))).await;
        }
        if attempts == ATTEMPTS_MAX {
            lock(&self.history).gave_up(operation);
        }
    }

    /// One delivery to one environment, which may be killed, frozen, or late.
    async fn attempt(self: &Arc<Self>, operation: &Operation) -> Seen {
        let sent = executor::now();
        let (slot, fate) = self.table.weather(|weather| {
            let slot = usize::try_from(weather.number(0..ENVIRONMENTS as u64)).unwrap_or(0);
            (slot, Fate::draw(weather))
        });
        let app = match self.take(slot, &fate) {
            Ok(app) => app,
            Err(why) => {
                return Seen {
                    sent,
                    answered: sent,
                    status: 0,
                    body: json!({ "code": why }),
                    replayed: false,
                    asked: Value::Null,
                };
            }
        };
        let tenant = match operation.what {
            What::Job(_) => None,
            _ => Some(operation.tenant),
        };
        self.table.expect(operation.number, tenant);
        let work = executor::labelled(operation.number, self.work(&app, operation));
        let work = frozen(work, fate.freeze);
        let seen = executor::within(fate.ends, Box::pin(work)).await;
        if fate.is_fatal && seen.is_none() {
            // The environment is gone; the next request meets a new one.
            if let Ok(fresh) = self.environment() {
                lock(&self.environments)[slot] = fresh;
            }
        }
        let answered = executor::now();
        let asked = match &operation.what {
            What::Asked(asked) => {
                let mut body = asked.body.clone();
                if let Some(fields) = body.as_object_mut() {
                    fields.remove("event_id"); // told by the key, where it matters
                }
                body
            }
            What::Rules(_) | What::Job(_) => Value::Null,
        };
        match seen {
            Some((status, body, replayed)) => Seen { sent, answered, status, body, replayed, asked },
            None => Seen { sent, answered, status: 0, body: Value::Null, replayed: false, asked },
        }
    }

    /// The environment in a slot, with its clock as its fate has it.
    fn take(&self, slot: usize, fate: &Fate) -> Result<App, String> {
        let mut environments = lock(&self.environments);
        if fate.is_cold {
            environments[slot] = self.environment()?;
        }
        let mut app = environments[slot].clone();
        let hands = self.hands.sibling();
        hands.put_wrong(fate.skew_ms);
        app.clock = Arc::new(move || hands.now());
        Ok(app)
    }

    async fn work(&self, app: &App, operation: &Operation) -> (u16, Value, bool) {
        let seen = match &operation.what {
            What::Job(job) => return self.job(app, job).await,
            What::Rules(version) => {
                let rules = MERCHANTS.iter().find(|(tenant, _)| *tenant == operation.tenant);
                let text = rules.map_or("", |(_, versions)| versions[*version]);
                let request = Request::put("/v1/rules?activate=true").header("content-type", "text/plain");
                self.ask_with(app, operation.tenant, request.body(text.as_bytes().to_vec())).await
            }
            What::Asked(Asked { method, target, body, .. }) => {
                let request = Request::builder()
                    .method(*method)
                    .uri(target.as_str())
                    .header("content-type", "application/json");
                let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
                self.ask_with(app, operation.tenant, request.body(body)).await
            }
        };
        (seen.status, seen.body, seen.replayed)
    }

    async fn job(&self, app: &App, job: &str) -> (u16, Value, bool) {
        let now = self.hands.true_now();
        let event = json!({ "job": job, "at": dsl::calendar::Zone::utc().show(now) });
        match jobs::run(app, job, &event, &|| false).await {
            Ok(report) if report.failed > 0 => (500, json!({ "code": format!("{job}: {report:?}") }), false),
            Ok(report) => (200, json!({ "code": format!("job {job} finished {}", report.finished) }), false),
            Err(error) => (503, json!({ "code": error.to_string() }), false),
        }
    }

    async fn ask_with(
        &self,
        app: &App,
        tenant: &str,
        request: Result<Request<Vec<u8>>, lambda_http::http::Error>,
    ) -> Seen {
        match request {
            Ok(request) => self.ask(app, tenant, request).await,
            Err(error) => self.unasked(&error.to_string()),
        }
    }

    fn unasked(&self, why: &str) -> Seen {
        lock(&self.broken).push(format!("harness: {why}"));
        let now = executor::now();
        Seen { sent: now, answered: now, status: 0, body: Value::Null, replayed: false, asked: Value::Null }
    }

    /// A request through API Gateway's event to the handlers.
    async fn ask(&self, app: &App, tenant: &str, request: Request<Vec<u8>>) -> Seen {
        let sent = executor::now();
        let roles = "till support marketing operator".to_owned();
        let claims = Claims { subject: "simulation".to_owned(), tenant: tenant.to_owned(), roles };
        let Some(invocation) = invocation(&request, &claims) else {
            return self.unasked("no such route");
        };
        let event: LambdaRequest = match serde_json::from_str(&invocation.event) {
            Ok(event) => event,
            Err(error) => return self.unasked(&error.to_string()),
        };
        let answer = handlers::http(app, lambda_http::Request::from(event)).await;
        let replayed = answer.headers().get("idempotency-replayed").is_some_and(|value| value == "true");
        let body = serde_json::from_slice(answer.body().as_ref()).unwrap_or(Value::Null);
        Seen {
            sent,
            answered: executor::now(),
            status: answer.status().as_u16(),
            body,
            replayed,
            asked: Value::Null,
        }
    }

    /// Everything that fell due is written; nothing goes wrong any more.
    async fn settle(self: &Arc<Self>) -> Result<(), String> {
        let app = self.environment()?;
        let label = AUDITOR - 1;
        self.table.expect(label, None);
        for job in ["due", "birthday"] {
            for _ in 0..40 {
                let (status, body, _) = executor::labelled(label, self.job(&app, job)).await;
                if status == 200 && body["code"].as_str().is_some_and(|code| code.ends_with("true")) {
                    break;
                }
                if status == 500 {
                    return Err(body.to_string());
                }
                executor::sleep(Duration::from_secs(30)).await;
            }
        }
        Ok(())
    }

    /// After 400 days, every request once more: each must get its first answer.
    async fn ask_all_again(self: &Arc<Self>, operations: &[Operation]) {
        for operation in operations {
            if History::key(operation).is_some() {
                self.table.weather(|weather| weather.note(Fault::TwiceAfterAYear));
                Box::pin(self.insist(operation)).await;
            }
        }
    }

    /// The auditor reads the raw table.
    async fn audit(&self, verdict: &mut Verdict) -> Result<(), String> {
        let app = self.environment()?;
        let mut auditor = Auditor::new();
        let mut items = app.store.items();
        loop {
            let page = executor::labelled(AUDITOR, items.next_page()).await.map_err(|e| e.to_string())?;
            let Some(page) = page else { break };
            for item in &page {
                let text = format!("{item:?}");
                if text.contains("Canary Bird") && item.sk != "P" {
                    verdict.violations.push(format!("personal data in {} {}", item.pk, item.sk));
                }
                auditor.feed(item);
            }
        }
        let report = auditor.finish();
        verdict.audited = (report.counts.entries, report.counts.members);
        if !report.is_clean() {
            verdict.violations.extend(report.to_string().lines().map(|line| format!("audit: {line}")));
        }
        Ok(())
    }
}

/// The same key with another body.
fn alter(body: &mut Value) {
    if let Some(points) = body["points"].as_i64() {
        body["points"] = (points + 1).into();
    } else if body["lines"][0]["amount_minor"].is_i64() {
        body["lines"][0]["amount_minor"] = 1.into();
    } else {
        body["occurred_at"] = "2026-01-01T00:00:00Z".into();
    }
}

/// What becomes of the environment during one delivery.
struct Fate {
    is_cold: bool,
    is_fatal: bool,
    ends: Duration,
    freeze: Option<(Duration, Duration)>,
    skew_ms: i64,
}

impl Fate {
    fn draw(weather: &mut Weather) -> Self {
        let mut fate = Self {
            is_cold: weather.strikes(Fault::ColdStart),
            is_fatal: false,
            ends: Duration::from_secs(28),
            freeze: None,
            skew_ms: 0,
        };
        if weather.strikes(Fault::Crashed) {
            fate.is_fatal = true;
            fate.ends = Duration::from_micros(weather.number(1..400_000));
        } else if weather.strikes(Fault::DeadlineReached) {
            fate.ends = Duration::from_millis(weather.number(1..3_000));
        }
        if weather.strikes(Fault::Frozen) {
            let after = Duration::from_micros(weather.number(1..100_000));
            let how_long = Duration::from_secs(weather.number(1..7_200));
            fate.freeze = Some((after, how_long));
            fate.ends += how_long;
        }
        if weather.strikes(Fault::ClockSkewed) {
            fate.skew_ms = i64::try_from(weather.number(0..270_000)).unwrap_or(0);
        } else if weather.strikes(Fault::ClockBack) {
            fate.skew_ms = -i64::try_from(weather.number(0..300_000)).unwrap_or(0);
        }
        fate
    }
}

/// Stops polling a future for a while, at some moment of its life.
async fn frozen<F: Future>(future: F, freeze: Option<(Duration, Duration)>) -> F::Output {
    let mut future = pin!(future);
    if let Some((after, how_long)) = freeze {
        let mut until = Box::pin(executor::sleep(after));
        let early = std::future::poll_fn(|context| {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                return Poll::Ready(Some(value));
            }
            until.as_mut().poll(context).map(|()| None)
        })
        .await;
        if let Some(value) = early {
            return value;
        }
        executor::sleep(how_long).await;
    }
    future.await
}

/// Whatever a moment is to the programme; for messages.
pub fn shown(moment: Moment) -> String {
    dsl::calendar::Zone::utc().show(moment)
}
