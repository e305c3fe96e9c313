//! A rule file was uploaded: look at it, fetch that very version, publish it as `PUT /v1/rules` does, let it decide
//! unless a newer upload does, and leave a report beside it.
//!
//! What it never does: fetch what is too large, publish for a merchant that is not one, or let an older upload
//! overtake a newer. Done twice, it does nothing the second time.

use super::JobError;
use super::uploaded::Uploaded;
use crate::App;
use crate::cloud::Fault;
use crate::cloud::bucket::Bucket;
use crate::cloud::bus::Bus;
use crate::events_out::{Refused, programme_refused, show};
use crate::http::body::rules_bytes_max;
use crate::http::problem::{Problem, Reply};
use crate::rules::{compile, diagnostics_of, storable, tested, version_of};
use domain::ids::TenantId;
use dsl::diagnostic::render;
use dsl::files::PROGRAMME_BYTES_MAX;
use serde_json::{Value, json};
use std::time::Instant;
use store::error::StoreError;
use store::uploads::{Upload, Uploaded as Became};

/// How often a report is written over one that somebody else has written meanwhile.
const REPORTS_MAX: u32 = 5;

/// The services a publication needs.
#[derive(Debug, Clone)]
pub struct Uploads {
    /// Where rule files are uploaded to.
    pub bucket: Bucket,
    /// Where a refusal is told.
    pub bus: Bus,
}

/// What became of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It decides.
    Published,
    /// It is what decides already.
    Unchanged,
    /// A newer upload decides.
    Overtaken,
    /// It was refused: the report says why.
    Refused,
    /// It is there no longer.
    Gone,
    /// It is no rule file of a merchant: there is nobody to report to.
    NotOurs,
}

impl Outcome {
    /// Its name in reports and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Unchanged => "unchanged",
            Self::Overtaken => "overtaken",
            Self::Refused => "refused",
            Self::Gone => "gone",
            Self::NotOurs => "not_ours",
        }
    }
}

/// Publishes what was uploaded; an error makes Lambda try again.
pub async fn run(app: &App, uploads: &Uploads, event: &Value) -> Result<Vec<Outcome>, JobError> {
    let mut outcomes = Vec::new();
    for uploaded in Uploaded::read(event)? {
        let began = Instant::now();
        let done = one(app, uploads, &uploaded).await;
        note(&uploaded, &done, began);
        outcomes.push(done?);
    }
    Ok(outcomes)
}

async fn one(app: &App, uploads: &Uploads, uploaded: &Uploaded) -> Result<Outcome, JobError> {
    if uploaded.bucket != uploads.bucket.name() {
        return Ok(Outcome::NotOurs);
    }
    let Some((tenant, name)) = uploaded.whose() else { return Ok(Outcome::NotOurs) };
    let told = match text(uploads, uploaded).await? {
        None => return Ok(Outcome::Gone),
        Some(Ok(text)) => decide(app, &tenant, name, uploaded, &text).await,
        Some(Err(problem)) => Err(problem.into()),
    };
    let (outcome, mut report) = match told {
        Ok(told) => told,
        Err(Stopped::Job(error)) => return Err(error),
        Err(Stopped::Refused(problem)) => {
            let refused = Refused {
                key: &uploaded.key,
                sequencer: uploaded.sequencer.as_str(),
                code: problem.code,
                detail: &problem.detail,
            };
            let event = programme_refused(&tenant, &refused, uploaded.at);
            let taken = uploads.bus.put(&[&event]).await.map_err(JobError::Outside)?;
            if let Some(Some(why)) = taken.first() {
                return Err(JobError::Outside(Fault::Unavailable(format!("the bus: {why}"))));
            }
            let body = problem.body();
            let said = body["rendered"].as_str().map_or_else(|| problem.detail.clone(), str::to_owned);
            (Outcome::Refused, json!({ "problem": body, "text": said }))
        }
    };
    if let Value::Object(report) = &mut report {
        report.insert("outcome".to_owned(), json!(outcome.name()));
        report.insert(
            "upload".to_owned(),
            json!({
                "key": uploaded.key,
                "version_id": uploaded.version,
                "sequencer": uploaded.sequencer.as_str(),
                "uploaded_at": show(uploaded.at),
                "by": uploaded.by,
            }),
        );
    }
    leave(&uploads.bucket, uploaded, &report).await?;
    Ok(outcome)
}

/// Why a file is not published.
enum Stopped {
    /// For ever.
    Refused(Box<Problem>),
    /// For now.
    Job(JobError),
}

impl From<Box<Problem>> for Stopped {
    fn from(problem: Box<Problem>) -> Self {
        Self::Refused(problem)
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Job(JobError::Store(error))
    }
}

/// The text of exactly the version that was uploaded: `None` when it is gone, a problem when it is too large, for one
/// file or for several joined. A size is asked for first, and no more than the most is ever fetched.
async fn text(uploads: &Uploads, uploaded: &Uploaded) -> Result<Option<Reply<Vec<u8>>>, JobError> {
    let most = u64::try_from(PROGRAMME_BYTES_MAX).unwrap_or(u64::MAX);
    let too_large = |bytes: u64, most: u64| {
        let detail = format!("the file has {bytes} bytes; at most {most} are taken");
        Problem::new(413, "rules.too_large", "The rule file is too large", detail)
    };
    let version = uploaded.version.as_deref();
    let about = match uploads.bucket.about(&uploaded.key, version).await {
        Ok(about) => about,
        Err(Fault::NotThere) => return Ok(None),
        Err(fault) => return Err(JobError::Outside(fault)),
    };
    if about.size > most {
        return Ok(Some(Err(too_large(about.size, most))));
    }
    if about.size == 0 {
        return Ok(Some(Ok(Vec::new())));
    }
    match uploads.bucket.fetch(&uploaded.key, version, most.saturating_add(1)).await {
        Ok(fetched) => {
            let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
            let (bytes, most) = (number(fetched.content.len()), number(rules_bytes_max(&fetched.content)));
            Ok(Some(if bytes > most { Err(too_large(bytes, most)) } else { Ok(fetched.content) }))
        }
        Err(Fault::NotThere) => Ok(None),
        Err(fault) => Err(JobError::Outside(fault)),
    }
}

/// Checks, compiles, runs the file's tests, publishes, and moves the pointer if no newer upload has.
async fn decide(
    app: &App,
    tenant: &TenantId,
    name: &str,
    uploaded: &Uploaded,
    text: &[u8],
) -> Result<(Outcome, Value), Stopped> {
    if !app.store.is_listed(tenant).await? {
        let detail = format!(
            "no merchant `{tenant}` has published here; publish the first version with PUT /v1/rules, whose token says who you are"
        );
        return Err(Problem::new(403, "rules.merchant_unknown", "The merchant is unknown", detail).into());
    }
    let now = (app.clock)();
    let (source, rulebook, warnings) = compile(text, now)?;
    let tests = tested(&rulebook)?;
    storable(source, &rulebook)?;
    let by = uploaded.by.as_str();
    let (version, _) = app.store.publish(tenant, source, &rulebook, by, now, false).await?;
    let upload = Upload { name, sequencer: &uploaded.sequencer, at: uploaded.at };
    let became = app.store.activate_upload(tenant, &version.id, (by, now), upload).await?;
    let gone = || StoreError::Corrupt(format!("{tenant}: version {} is not there", version.id));
    let (outcome, said) = match became.ok_or_else(gone)? {
        Became::Moved(_) => (Outcome::Published, "it decides from now on".to_owned()),
        Became::Unchanged(_) => (Outcome::Unchanged, "it decides already; nothing changed".to_owned()),
        Became::Overtaken(active) => {
            (Outcome::Overtaken, format!("something newer decides: version {}", active.id))
        }
    };
    let rendered = render(name, source, &warnings);
    let plural = if tests == 1 { "" } else { "s" };
    let said = format!("{rendered}{name}: version {}, {tests} test{plural} passed; {said}", version.id);
    let is_active = outcome != Outcome::Overtaken;
    let report = json!({
        "version": version_of(&version, is_active, rulebook.zone()),
        "tests_passed": tests,
        "warnings": diagnostics_of(source, &warnings),
        "text": said,
    });
    Ok((outcome, report))
}

/// Leaves the report beside the upload, unless one of a newer upload is there.
async fn leave(bucket: &Bucket, uploaded: &Uploaded, report: &Value) -> Result<(), JobError> {
    let key = uploaded.report_key();
    let mut bytes = serde_json::to_vec_pretty(report).unwrap_or_default();
    bytes.push(b'\n');
    for _ in 0..REPORTS_MAX {
        let most = u64::try_from(PROGRAMME_BYTES_MAX).unwrap_or(u64::MAX).saturating_mul(64);
        let mark = match bucket.fetch(&key, None, most).await {
            Ok(there) => {
                let report: Value = serde_json::from_slice(&there.content).unwrap_or_default();
                let sequencer = report["upload"]["sequencer"].as_str();
                let sequencer = sequencer.and_then(store::uploads::Sequencer::parse);
                if sequencer.is_some_and(|newer| newer > uploaded.sequencer) {
                    return Ok(());
                }
                Some(there.mark)
            }
            Err(Fault::NotThere) => None,
            Err(fault) => return Err(JobError::Outside(fault)),
        };
        match bucket.put_over(&key, mark.as_deref(), bytes.clone()).await {
            Ok(()) => return Ok(()),
            // somebody else wrote one, or removed it
            Err(Fault::Changed | Fault::NotThere) => {}
            Err(fault) => return Err(JobError::Outside(fault)),
        }
    }
    Err(JobError::Outside(Fault::Changed))
}

fn note(uploaded: &Uploaded, done: &Result<Outcome, JobError>, began: Instant) {
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    let tenant = uploaded.whose().map(|(tenant, _)| tenant.to_string());
    let sequencer = uploaded.sequencer.as_str();
    match done {
        Ok(outcome) => tracing::info!(
            target: "merit", function = "publish", tenant, sequencer, decided = outcome.name(), micros, "answered"
        ),
        Err(error) => tracing::warn!(
            target: "merit", function = "publish", tenant, sequencer, cause = %error, micros, "stopped"
        ),
    }
}
