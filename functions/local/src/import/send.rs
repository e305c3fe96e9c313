//! Sends members' deeds through the gateway: many members at once, each one's deeds in order.

use super::report::Sent;
use crate::gateway::Gateway;
use crate::history::{Course, Deed};
use crate::publish::problem;
use dsl::calendar::Zone;
use indicatif::{ProgressBar, ProgressStyle};
use lambda_http::http::{Method, StatusCode};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;

/// Pauses between attempts when there was no definite answer; after the last the import stops.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
];

/// Sends everything; a sentence when it could not be finished.
pub(super) async fn send(
    gateway: &Gateway,
    work: Vec<Course>,
    currency: &str,
    in_flight: usize,
    progress: bool,
) -> Result<Sent, String> {
    let deeds = work.iter().map(|(_, deeds)| u64::try_from(deeds.len()).unwrap_or(0)).sum();
    let bar = if progress { ProgressBar::new(deeds) } else { ProgressBar::hidden() };
    if let Ok(style) =
        ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} ({per_sec}, {eta} left)")
    {
        bar.set_style(style);
    }
    let queue = Arc::new(Mutex::new(work.into_iter()));
    let mut workers = JoinSet::new();
    for _ in 0..in_flight.max(1) {
        workers.spawn(worker(gateway.clone(), Arc::clone(&queue), currency.to_owned(), bar.clone()));
    }
    let mut sent = Sent::default();
    while let Some(finished) = workers.join_next().await {
        // The first that fails ends the import: dropping the set stops the others.
        sent.merge(&finished.map_err(|error| error.to_string())??);
    }
    bar.finish_and_clear();
    Ok(sent)
}

async fn worker(
    gateway: Gateway,
    queue: Arc<Mutex<std::vec::IntoIter<Course>>>,
    currency: String,
    bar: ProgressBar,
) -> Result<Sent, String> {
    let zone = Zone::utc();
    let mut sent = Sent::default();
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some((member, deeds)) = next else { return Ok(sent) };
        for deed in &deeds {
            let (path, body) = deed.request(member.as_str(), &currency, |moment| zone.show(moment));
            let answer = definite(&gateway, &path, body.to_string()).await;
            let answer = answer.map_err(|why| format!("{why}; run the same command again to go on"))?;
            match (answer, deed) {
                (Answer::Refused(code), _) => sent.refused.add(&code),
                (Answer::Kept { replayed }, deed) => {
                    sent.replayed += u64::from(replayed);
                    match deed {
                        Deed::Buy(document) => {
                            sent.purchases += 1;
                            sent.lines += u64::try_from(document.rows.len()).unwrap_or(0);
                        }
                        Deed::GiveBack { .. } => sent.returns += 1,
                    }
                }
            }
            bar.inc(1);
        }
    }
}

/// A definite answer.
enum Answer {
    /// It is in the ledger, by this request or an earlier one.
    Kept { replayed: bool },
    /// It was refused, with this code.
    Refused(String),
}

/// Asks until there is a definite answer; why there is none otherwise.
async fn definite(gateway: &Gateway, path: &str, body: String) -> Result<Answer, String> {
    let mut pauses = PAUSES.iter();
    loop {
        let response = gateway.send(Method::POST, path, body.clone().into_bytes()).await;
        match response.status() {
            status if status.is_success() => {
                let replayed =
                    response.headers().get("idempotency-replayed").is_some_and(|value| value == "true");
                return Ok(Answer::Kept { replayed });
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => match pauses.next() {
                Some(pause) => tokio::time::sleep(*pause).await,
                None => return Err(format!("the store does not answer: {}", problem(response.body()))),
            },
            status if status.is_client_error() => {
                let problem: Value = serde_json::from_slice(response.body()).unwrap_or_default();
                let code = problem["code"].as_str().map_or_else(|| status.to_string(), str::to_owned);
                return Ok(Answer::Refused(code));
            }
            status => return Err(format!("{path} failed with {status}: {}", problem(response.body()))),
        }
    }
}
