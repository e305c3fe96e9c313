//! What nobody waits for: jobs on a schedule, uploads, and events out. Each job visits all merchants, finds its members
//! in the index of days, and goes on from its checkpoint, so that it may come late, twice or in parallel.
//!
//! What it never does: look at members who have nothing due, or decide anything itself.

pub mod birthday;
mod choose;
pub mod due;
pub mod order;
pub mod publish;
pub mod relay;
pub mod replay;
mod roll;
mod scheduled;
mod timers;
pub mod uploaded;

use crate::App;
use domain::ids::TenantId;
use dsl::units::Moment;
use serde::Serialize;
use std::fmt;
use store::error::StoreError;
use store::ledger::ApplyError;
use store::meter::Meter;

pub use scheduled::Scheduled;
pub(crate) use timers::standings;

/// Names of the jobs, as `_HANDLER` and schedules have them.
pub const JOBS: [&str; 2] = ["birthday", "due"];

/// Names of the functions that other services wake.
pub const WOKEN: [&str; 2] = ["publish", "relay"];

/// How far ahead of our clock a schedule's own may be.
const SKEW_MS: i64 = 5 * 60 * 1_000;

/// Members asked for at a time.
pub const PAGE: i32 = 100;

/// What one run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// Merchants visited.
    pub tenants: u64,
    /// Members looked at.
    pub looked_at: u64,
    /// Entries written; one that another run wrote at the same moment, byte for byte, counts in both.
    pub written: u64,
    /// Merchants who could not be served: each has a line in the log. What may pass makes the run an error as well.
    pub tenants_failed: u64,
    /// Members who could not be dealt with, whatever is done again: each has a line in the log.
    pub failed: u64,
    /// Days that were left out because they are too long ago.
    pub days_left_out: u64,
    /// True when nothing is left to do up to the moment asked for.
    pub finished: bool,
    /// Requests to the table.
    pub requests: u64,
    /// Read units x 10.
    pub read_units_tenths: u64,
    /// Write units x 10.
    pub write_units_tenths: u64,
}

impl Report {
    fn spent(&mut self, meter: Meter) {
        self.requests = self.requests.saturating_add(u64::from(meter.requests));
        self.read_units_tenths = self.read_units_tenths.saturating_add(meter.read_units_tenths);
        self.write_units_tenths = self.write_units_tenths.saturating_add(meter.write_units_tenths);
    }
}

/// Why a run ended early. Done again, it goes on where it stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobError {
    /// The event is not what this function is woken by: to be done again in vain.
    Unreadable(String),
    /// The schedule's moment lies in the future.
    Early(Moment),
    /// The table did not answer.
    Store(StoreError),
    /// Time ran out before the work was done.
    OutOfTime(Report),
    /// A service beside the table did not answer, or would not.
    Outside(crate::cloud::Fault),
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "the event cannot be read: {why}"),
            Self::Early(at) => write!(f, "scheduled for {} ms, which is to come", at.0),
            Self::Store(error) => write!(f, "{error}"),
            Self::Outside(fault) => write!(f, "{fault}"),
            Self::OutOfTime(report) => write!(f, "out of time after {} members", report.looked_at),
        }
    }
}

impl std::error::Error for JobError {}

impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Asked before every page: true when the work must stop here.
pub type OutOfTime<'a> = &'a (dyn Fn() -> bool + Send + Sync);

/// Runs a job by its name.
pub async fn run(
    app: &App,
    job: &str,
    event: &serde_json::Value,
    out_of_time: OutOfTime<'_>,
) -> Result<Report, JobError> {
    let scheduled = Scheduled::read(event, job)?;
    let began = std::time::Instant::now();
    let ran = match job {
        "birthday" => Box::pin(birthday::run(app, scheduled, out_of_time)).await,
        "due" => Box::pin(due::run(app, scheduled, out_of_time)).await,
        other => Err(JobError::Unreadable(format!("there is no job `{other}`"))),
    };
    note(job, &ran, began);
    ran
}

/// The moment up to which a run works: its schedule's, and never beyond our own clock.
fn until(app: &App, scheduled: Scheduled) -> Result<Moment, JobError> {
    let now = (app.clock)();
    if scheduled.at.0 > now.0.saturating_add(SKEW_MS) {
        return Err(JobError::Early(scheduled.at));
    }
    Ok(now.min(scheduled.at))
}

/// All merchants, page by page.
async fn tenants(app: &App, report: &mut Report) -> Result<Vec<(TenantId, Moment)>, JobError> {
    let mut all: Vec<(TenantId, Moment)> = Vec::new();
    loop {
        let (page, meter) = app.store.tenants(all.last().map(|(tenant, _)| tenant)).await?;
        report.spent(meter);
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// Merchants a run could not serve: they keep nobody else from being served.
#[derive(Debug, Default)]
struct LeftOut(Option<StoreError>);

impl LeftOut {
    /// Notes how a merchant's visit ended; an error ends the run at once.
    fn note(
        &mut self,
        job: &str,
        tenant: &TenantId,
        visited: Result<(), JobError>,
        report: &mut Report,
    ) -> Result<(), JobError> {
        let error = match visited {
            Err(JobError::Store(error)) => error,
            other => return other,
        };
        report.tenants_failed = report.tenants_failed.saturating_add(1);
        tracing::error!(target: "merit", job, tenant = %tenant, cause = %error, "a merchant was left out");
        // What is corrupt stays so whatever is done again: a person must look.
        if !matches!(error, StoreError::Corrupt(_)) {
            self.0.get_or_insert(error);
        }
        Ok(())
    }

    /// An error where doing it again may help.
    fn end(self) -> Result<(), JobError> {
        self.0.map_or(Ok(()), |error| Err(JobError::Store(error)))
    }
}

/// What a member's failure means for the run: nothing when it is for ever, its end when it may pass.
fn failed(
    error: ApplyError,
    job: &str,
    tenant: &TenantId,
    member: &str,
    report: &mut Report,
) -> Result<(), JobError> {
    let why = match error {
        ApplyError::Store(StoreError::Corrupt(why)) => why,
        ApplyError::Store(error) => return Err(JobError::Store(error)),
        ApplyError::Refused(refusal) => refusal.code().to_owned(),
        ApplyError::ProfileChanged => return Err(JobError::Store(StoreError::Conflict)),
        ApplyError::KeyReused => "another entry has its reference".to_owned(),
    };
    report.failed = report.failed.saturating_add(1);
    let member = crate::log::hashed(tenant.as_str(), member);
    tracing::error!(target: "merit", job, tenant = %tenant, member, why, "a member was left out");
    Ok(())
}

fn note(job: &str, ran: &Result<Report, JobError>, began: std::time::Instant) {
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    match ran {
        Ok(report) => tracing::info!(
            target: "merit",
            job,
            tenants = report.tenants,
            looked_at = report.looked_at,
            written = report.written,
            tenants_failed = report.tenants_failed,
            failed = report.failed,
            days_left_out = report.days_left_out,
            requests = report.requests,
            micros,
            "ran"
        ),
        Err(error) => tracing::warn!(target: "merit", job, cause = %error, micros, "stopped"),
    }
}
