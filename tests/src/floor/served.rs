//! The second floor: the real handlers over the real store and the embedded DynamoDB, through the gateway's own event
//! mapping, with an injected clock; and the same again under a fault plan.

use super::Floor;
use super::http::{Clock, Memory, Sent};
use super::jobs::{self, DELIVERIES_MAX};
use crate::iam::Need;
use crate::story::{Act, Action, Run, Step, Story, Times};
use crate::transcript::Answer;
use crate::wire::{Loss, Wire};
use crate::world::{self, World, runtime};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dsl::units::Moment;
use handlers::App;
use handlers::secret::Secret;
use lambda_http::http::Response;
use merit_local::gateway::{Claims, Gateway, invocation};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::Store;
use tokio::runtime::Runtime;

/// What goes wrong while a story is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Nothing.
    Calm,
    /// Every request is sent twice; the second answer must be the first.
    Twice,
    /// Every write is carried out, and its answer lost once.
    LostOnce,
    /// Every write is carried out, and no answer to any attempt ever arrives.
    LostAlways,
}

/// The handlers, served in process.
pub struct Served {
    gateway: Gateway,
    claims: Claims,
    clock: Arc<AtomicI64>,
    memory: Memory,
    plan: Plan,
    wire: Wire,
    needs: BTreeMap<&'static str, BTreeSet<Need>>,
    derived: BTreeMap<&'static str, u64>,
    secret: Secret,
    runtime: Runtime,
}

impl Served {
    /// A floor of its own tenant.
    pub fn start(world: &World, plan: Plan) -> Result<Self, String> {
        let wire = Wire::new(match plan {
            Plan::Calm | Plan::Twice => Loss::Nothing,
            Plan::LostOnce => Loss::Written,
            Plan::LostAlways => Loss::Everything,
        });
        let tenant = World::tenant();
        let mut config = world.config();
        config.http_client = Some(SharedHttpClient::new(wire.clone()));
        // Of its own: with every answer lost, the SDK soon has no retries left to give, and other floors need theirs.
        config.retry_partition = Some(tenant.clone());
        let store = Store::connect(config).map_err(|e| e.to_string())?;
        let clock = Arc::new(AtomicI64::new(0));
        let shown = Arc::clone(&clock);
        let secret = world::secret()?;
        let app = App {
            secret: secret.clone(),
            store,
            clock: Arc::new(move || Moment(shown.load(Ordering::SeqCst))),
        };
        let claims = Claims {
            subject: "story".to_owned(),
            tenant,
            roles: "till support marketing operator".to_owned(),
        };
        Ok(Self {
            gateway: Gateway::new(app, claims.clone()),
            claims,
            clock,
            memory: Memory::default(),
            plan,
            wire,
            needs: BTreeMap::new(),
            derived: BTreeMap::new(),
            secret,
            runtime: runtime()?,
        })
    }

    /// What every function that was called has needed of IAM.
    pub fn needs(&self) -> &BTreeMap<&'static str, BTreeSet<Need>> {
        &self.needs
    }

    /// How often every function that was called has derived something from the secret, or checked it.
    pub fn derived(&self) -> &BTreeMap<&'static str, u64> {
        &self.derived
    }

    fn send(&mut self, sent: &Sent) -> Result<Response<Vec<u8>>, String> {
        let invocation =
            invocation(&sent.request()?, &self.claims).ok_or_else(|| format!("no route: {sent:?}"))?;
        let derived_before = self.secret.derived();
        let mut tries = 0;
        loop {
            let response = self.runtime.block_on(self.gateway.call(sent.request()?));
            tries += 1;
            // The client's rule: no definite answer means the same request again, under the same key.
            if response.status() != 503 || tries == 30 {
                self.needs.entry(invocation.route.function).or_default().extend(self.wire.take_needs());
                *self.derived.entry(invocation.route.function).or_default() +=
                    self.secret.derived() - derived_before;
                return Ok(response);
            }
        }
    }
}

impl Served {
    /// Runs a job, again while it fails, as Lambda does with a schedule's event.
    fn run(&mut self, story: &Story, run: &Run, now: Moment) -> Result<Answer, String> {
        let before = jobs::lengths(story, &mut |sent| self.send(sent))?;
        let derived_before = self.secret.derived();
        let times =
            if self.plan == Plan::Twice && run.times == Times::Once { Times::Twice } else { run.times };
        match times {
            Times::Once => self.runtime.block_on(self.delivered(run, now))?,
            Times::Twice => {
                self.runtime.block_on(self.delivered(run, now))?;
                self.runtime.block_on(self.delivered(run, now))?;
            }
            Times::TwiceAtOnce => {
                let (one, other) = self
                    .runtime
                    .block_on(async { tokio::join!(self.delivered(run, now), self.delivered(run, now)) });
                one.and(other)?;
            }
        }
        let job = handlers::jobs::JOBS.into_iter().find(|job| *job == run.job).ok_or("no such job")?;
        self.needs.entry(job).or_default().extend(self.wire.take_needs());
        *self.derived.entry(job).or_default() += self.secret.derived() - derived_before;
        jobs::since(&before, &mut |sent| self.send(sent))
    }

    async fn delivered(&self, run: &Run, now: Moment) -> Result<(), String> {
        let event = jobs::event(run, now);
        let mut last = String::new();
        for _ in 0..DELIVERIES_MAX {
            match handlers::jobs::run(self.gateway.app(), &run.job, &event, &|| false).await {
                Ok(report) if report.failed == 0 => return Ok(()),
                Ok(report) => return Err(format!("members were left out: {report:?}")),
                Err(error) => last = error.to_string(),
            }
        }
        Err(format!("the {} job: {last}", run.job))
    }
}

impl Floor for Served {
    fn name(&self) -> String {
        format!("the handlers ({:?})", self.plan)
    }

    fn lost(&self) -> u32 {
        self.wire.lost()
    }

    fn step(&mut self, story: &Story, step: &Step) -> Result<Answer, String> {
        self.clock.store(step.at.0, Ordering::SeqCst);
        if let Action::Job(run) = &step.action {
            return self.run(story, run, step.at);
        }
        let sent = self.memory.request(story, step, Clock::Injected)?;
        let response = self.send(&sent)?;
        let answer = self.memory.answer(step, &response)?;
        if self.plan == Plan::Twice {
            let again = self.send(&sent)?;
            let same = again.status() == response.status() && again.body() == response.body();
            let reads = matches!(
                step.action,
                Action::Member { act: Act::Card | Act::Newest | Act::Invite { .. }, .. }
            );
            let rules = matches!(step.action, Action::Publish { .. } | Action::Activate { .. });
            if !(same || rules) {
                let text =
                    |r: &Response<Vec<u8>>| format!("{} {}", r.status(), String::from_utf8_lossy(r.body()));
                return Err(format!(
                    "sent twice, answered\n  {}\nand then\n  {}",
                    text(&response),
                    text(&again)
                ));
            }
            let written = response.status() == 201 && !reads && !rules;
            if written && again.headers().get("idempotency-replayed").is_none_or(|v| v != "true") {
                return Err("the second answer does not say that it is a replay".to_owned());
            }
        }
        Ok(answer)
    }
}
