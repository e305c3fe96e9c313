//! Events out: records of the table's stream become events on the bus, at least once, in order per member. Also the
//! replay by command, from the table, which never forgets.
//!
//! What it never does: decide anything, or lose a record in silence. What can never be read is kept in the failures
//! queue, named by its key, and passed over.

use super::order::{Bound, Sent, send_in_order};
use super::replay::{self, Replay};
use super::{JobError, OutOfTime};
use crate::App;
use crate::cloud::bus::{BYTES_MAX, Bus, bytes_of};
use crate::cloud::queue::Queue;
use crate::events_out::{Event, of_entry, programme_published};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::stream::{self, News};

/// The pause after the first failure; it doubles.
const PAUSE: Duration = Duration::from_millis(200);

/// Where events go.
#[derive(Debug, Clone)]
pub struct Out {
    /// The bus.
    pub bus: Bus,
    /// What keeps what cannot be told.
    pub failures: Queue,
}

/// What one run did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Relayed {
    /// Events that were taken.
    pub events: u64,
    /// Records that can never be read, and are in the failures queue.
    pub unreadable: u64,
    /// Sequence numbers of records to be given again, in their order: Lambda goes on from the first.
    pub again: Vec<String>,
}

impl Relayed {
    /// The answer that Lambda reads of a function that reports single failures.
    pub fn answer(&self) -> Value {
        let again = self.again.iter().map(|sequence| json!({ "itemIdentifier": sequence }));
        json!({ "batchItemFailures": again.collect::<Value>() })
    }
}

/// A batch of the stream, or the command to replay (`{"replay": {...}}`): the answer to either.
pub async fn run(app: &App, out: &Out, event: &Value, out_of_time: OutOfTime<'_>) -> Result<Value, JobError> {
    let began = Instant::now();
    let answered = if event.get("replay").is_some() {
        replayed(app, out, event, out_of_time).await
    } else {
        relayed(out, event, out_of_time).await.map(|relayed| relayed.answer())
    };
    if let Err(error) = &answered {
        let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::error!(target: "merit", function = "relay", cause = %error, micros, "stopped");
    }
    answered
}

/// Relays a batch.
pub async fn relayed(out: &Out, event: &Value, out_of_time: OutOfTime<'_>) -> Result<Relayed, JobError> {
    let began = Instant::now();
    let none = |why: &str| JobError::Unreadable(why.to_owned());
    let records = event["Records"].as_array().ok_or_else(|| none("it has no records"))?;
    // A record without a sequence number cannot be named: the whole batch is given again, or kept.
    let sequence = |record: &Value| record["dynamodb"]["SequenceNumber"].as_str().map(str::to_owned);
    let sequences: Option<Vec<String>> = records.iter().map(sequence).collect();
    let sequences = sequences.ok_or_else(|| none("a record has no sequence number"))?;

    let mut relayed = Relayed::default();
    let mut left = std::collections::BTreeSet::new();
    let mut bound = Vec::new();
    for (record, raw) in records.iter().enumerate() {
        let events = match events_of(raw) {
            Ok(events) => events,
            Err(why) => {
                tracing::error!(target: "merit", function = "relay", record = stream::place(raw), why, "a record was passed over");
                let kept = json!({
                    "why": why,
                    "record": stream::place(raw),
                    "keys": raw["dynamodb"]["Keys"],
                    "sequence_number": sequences.get(record),
                    "event_id": raw["eventID"],
                    "stream": raw["eventSourceARN"],
                });
                match out.failures.send(&kept).await {
                    Ok(()) => relayed.unreadable = relayed.unreadable.saturating_add(1),
                    Err(fault) => {
                        tracing::warn!(target: "merit", function = "relay", %fault, "the failures queue did not take it");
                        left.insert(record);
                    }
                }
                continue;
            }
        };
        bound.extend(events.into_iter().map(|event| Bound { record, event }));
    }
    let sent = send(out, bound, out_of_time).await;
    left.extend(sent.left);
    relayed.events = sent.taken;
    relayed.again = sequences
        .into_iter()
        .enumerate()
        .filter(|(record, _)| left.contains(record))
        .map(|(_, sequence)| sequence)
        .collect();
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(
        target: "merit",
        function = "relay",
        records = records.len(),
        events = relayed.events,
        requests = sent.requests,
        unreadable = relayed.unreadable,
        again = relayed.again.len(),
        cause = sent.why,
        micros,
        "ran"
    );
    Ok(relayed)
}

/// The events of a record; or why it can never be told.
pub fn events_of(record: &Value) -> Result<Vec<Event>, String> {
    let events = match stream::read(record).map_err(|error| error.to_string())? {
        News::Entry(new) => of_entry(&new.tenant, &new.member, &new.entry, &new.state),
        News::Deciding { tenant, active } => vec![programme_published(&tenant, &active)],
        News::Nothing => Vec::new(),
    };
    match events.iter().find(|event| bytes_of(event) > BYTES_MAX) {
        Some(large) => Err(format!("{} has more than {BYTES_MAX} bytes", large.id)),
        None => Ok(events),
    }
}

async fn send(out: &Out, bound: Vec<Bound>, out_of_time: OutOfTime<'_>) -> Sent {
    let put = async |events: &[&Event]| out.bus.put(events).await.map_err(|fault| fault.to_string());
    let pause = async |failures: u32| {
        if let Some(doubled) = failures.checked_sub(1) {
            tokio::time::sleep(PAUSE.saturating_mul(1 << doubled.min(8))).await;
        }
        !out_of_time()
    };
    send_in_order(bound, put, pause).await
}

/// Sends again what the table has. The answer says how many events were taken, and where to go on, if anywhere.
async fn replayed(
    app: &App,
    out: &Out,
    event: &Value,
    out_of_time: OutOfTime<'_>,
) -> Result<Value, JobError> {
    let mut wanted = Replay::read(event)?;
    let mut taken = 0_u64;
    loop {
        let page = replay::page(app, &wanted).await?;
        let bound: Vec<Bound> = page.events.into_iter().map(|event| Bound { record: 0, event }).collect();
        // A page is small, and is told whole: where it ends is where the next run goes on.
        let sent = send(out, bound, &|| false).await;
        taken = taken.saturating_add(sent.taken);
        let stopped = !sent.left.is_empty();
        // What was not taken is told again with the whole page.
        let next = if stopped { Some(wanted.clone()) } else { page.next };
        let Some(next) = next else {
            tracing::info!(target: "merit", function = "relay", events = taken, "replayed");
            return Ok(json!({ "events": taken, "next": null }));
        };
        if stopped || out_of_time() {
            tracing::warn!(target: "merit", function = "relay", events = taken, cause = sent.why, "replayed in part");
            return Ok(json!({ "events": taken, "next": { "replay": next.to_json() } }));
        }
        wanted = next;
    }
}
