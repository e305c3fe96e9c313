//! One seed, from its first request to the verdict.
//!
//! What is real: handlers, validation, rules, keys, serialisation, signatures, the SDK's retries and time-outs. What is
//! simulated: time, chance, scheduling, the network, and what a DynamoDB under load answers.

mod ask;
mod deliver;
mod environment;
mod finish;

use crate::clock::Hands;
use crate::executor;
use crate::fault::Weather;
use crate::oracle::history::History;
use crate::oracle::uploads::Uploads;
use crate::planted::Plant;
use crate::planted::front::Front;
use crate::programme::MERCHANTS;
use crate::wire::{AUDITOR, Passed, Table};
use crate::workload::{Asked, stream};
use dsl::units::Moment;
use environment::Environment;
use handlers::secret::Secret;
use lambda_http::http::Request;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Moments at which runs begin: before a change of clocks, a leap day, a new year, and on a plain day.
const BEGINNINGS: [&str; 6] = [
    "2026-03-28T20:00:00Z",
    "2026-10-24T20:00:00Z",
    "2028-02-28T12:00:00Z",
    "2026-12-31T16:00:00Z",
    "2026-06-15T09:00:00Z",
    "2026-10-31T22:00:00Z",
];

/// What a run is asked to do.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// Everything is drawn from it.
    pub seed: u64,
    /// Requests, jobs and changes of rules.
    pub operations: u64,
    /// Wrong code to find, for the harness's own test.
    pub planted: Option<Plant>,
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
    /// What happened, and how often.
    pub reached: BTreeMap<String, u64>,
    /// What clients were answered, and how often.
    pub answered: BTreeMap<String, u64>,
    /// Entries and members audited.
    pub audited: (u64, u64),
    /// Virtual time.
    pub lasted: Duration,
    /// The longest it took to answer what was under way, once nothing went wrong any more.
    pub recovered: (Duration, String),
    /// What was broken.
    pub violations: Vec<String>,
    /// What clients saw of the requests that are named there.
    pub told: Vec<String>,
}

/// Runs of this process so far: what the SDK keeps for a process is never shared by two, or a seed would leave another
/// trace after others than alone.
static RUNS: AtomicU64 = AtomicU64::new(0);

/// Shared by the tasks of a run.
struct Run {
    order: Order,
    /// Its number in this process.
    number: u64,
    table: Table,
    hands: Hands,
    began: Moment,
    history: Mutex<History>,
    uploads: Mutex<Uploads>,
    environments: Mutex<Vec<Environment>>,
    /// What requests were once all they need was asked for; none for those that come to nothing.
    resolved: Mutex<BTreeMap<u64, Option<Asked>>>,
    front: Mutex<Front>,
    deliveries: Mutex<u64>,
    labels: Mutex<u64>,
    started: Mutex<u64>,
    secret: Secret,
    broken: Mutex<Vec<String>>,
    calmed: Mutex<Option<Duration>>,
    recovered: Mutex<(Duration, String)>,
    /// When runs of the birthday job began that came to their end.
    celebrated: Mutex<Vec<i64>>,
    /// Up to when the schedule's jobs have done their work.
    settled_at: Mutex<Moment>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a seed.
pub fn run(order: Order) -> Result<Verdict, String> {
    // The SDK's own chance: jitter and tokens.
    fastrand::seed(order.seed);
    let beginnings = u64::try_from(BEGINNINGS.len()).unwrap_or(1);
    let began = BEGINNINGS[usize::try_from(order.seed % beginnings).unwrap_or(0)];
    let began = dsl::calendar::parse_moment(began).ok_or("no moment")?;
    let verdict: Arc<Mutex<Option<Result<Verdict, String>>>> = Arc::default();
    let told = Arc::clone(&verdict);
    let run = Arc::new(Run {
        order,
        number: RUNS.fetch_add(1, Ordering::Relaxed),
        table: Table::new(Weather::of(order.seed), order.planted)?,
        hands: Hands::new(began),
        began,
        history: Mutex::default(),
        uploads: Mutex::default(),
        environments: Mutex::default(),
        resolved: Mutex::default(),
        front: Mutex::default(),
        deliveries: Mutex::default(),
        labels: Mutex::default(),
        started: Mutex::default(),
        secret: Secret::new(b"the secret of a simulation, no other")?,
        broken: Mutex::default(),
        calmed: Mutex::default(),
        recovered: Mutex::default(),
        celebrated: Mutex::default(),
        settled_at: Mutex::default(),
    });
    executor::run(order.seed, async move {
        let outcome = Box::pin(live(run)).await;
        *lock(&told) = Some(outcome);
    });
    let told = lock(&verdict).take();
    told.unwrap_or_else(|| Err("the run came to a stand: a task waits for what never comes".to_owned()))
}

async fn live(run: Arc<Run>) -> Result<Verdict, String> {
    run.open().await?;
    let operations = stream(run.order.seed, run.order.operations, run.began);
    let mut tasks = Vec::new();
    for operation in &operations {
        tasks.extend(run.deliver(operation));
    }
    let last = operations.last().map_or(Duration::ZERO, |operation| operation.at);
    run.calm_after(last);
    for done in tasks {
        let _ = done.await;
    }
    run.table.weather(Weather::calm_down);
    executor::sleep(Duration::from_secs(200)).await; // writes under way land
    run.settle().await?;
    run.a_year_passes().await?;
    Box::pin(run.ask_all_again(&operations)).await;
    let mut verdict = Verdict {
        operations: run.order.operations,
        deliveries: *lock(&run.deliveries),
        lasted: executor::now(),
        recovered: lock(&run.recovered).clone(),
        ..Verdict::default()
    };
    verdict.violations.clone_from(&lock(&run.broken));
    run.judge(&mut verdict).await?;
    Ok(verdict)
}

impl Run {
    /// Makes the table, and every merchant's first rules.
    async fn open(self: &Arc<Self>) -> Result<(), String> {
        let environment = self.environment()?;
        let app = &environment.app;
        executor::labelled(AUDITOR, app.store.create_table()).await.map_err(|e| e.to_string())?;
        for _ in 0..environment::WARM {
            let environment = self.environment()?;
            lock(&self.environments).push(environment);
        }
        for merchant in MERCHANTS {
            let [rules, _] = merchant.versions;
            let request = Request::put("/v1/rules?activate=true").header("content-type", "text/plain");
            let request = request.body(rules.as_bytes().to_vec()).map_err(|e| e.to_string())?;
            let seen = executor::labelled(AUDITOR, self.ask(app, merchant.tenant, request)).await;
            if seen.0 != 201 {
                return Err(format!("{}'s rules: {} {}", merchant.tenant, seen.0, seen.1));
            }
        }
        Ok(())
    }

    /// Soon after the last operation was sent for the first time nothing goes wrong any more.
    fn calm_after(self: &Arc<Self>, last: Duration) {
        let run = Arc::clone(self);
        let at = last + Duration::from_millis(self.table.weather(|weather| weather.number(1..4_000)));
        executor::spawn(async move {
            executor::sleep_until(at).await;
            run.table.weather(Weather::calm_down);
            *lock(&run.calmed) = Some(executor::now());
        });
    }
}
