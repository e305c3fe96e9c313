//! The bus that events leave on.

use super::{Cloud, Fault, Service};
use crate::events_out::Event;
use serde_json::{Value, json};

/// Who says so, in every event on the bus.
const SOURCE: &str = "merit";

/// The most events of one request.
pub const EVENTS_MAX: usize = 10;

/// The most bytes of one request, and so of one event.
pub const BYTES_MAX: usize = 256 * 1024;

/// An event bus.
#[derive(Debug, Clone)]
pub struct Bus {
    cloud: Cloud,
    name: String,
}

impl Bus {
    /// A bus of the account, by its name or ARN.
    pub const fn new(cloud: Cloud, name: String) -> Self {
        Self { cloud, name }
    }

    /// Puts at most [`EVENTS_MAX`] events of at most [`BYTES_MAX`] together; of each, why it was not taken, if it was
    /// not. Repeated after a lost answer, events may be there twice.
    pub async fn put(&self, events: &[&Event]) -> Result<Vec<Option<String>>, Fault> {
        let entries = events.iter().map(|event| {
            json!({
                "Source": SOURCE,
                "DetailType": event.name(),
                "Detail": event.body().to_string(),
                "Time": event.at.0 / 1_000,
                "EventBusName": self.name,
            })
        });
        let body = json!({ "Entries": entries.collect::<Value>() });
        let answer = self.cloud.json(Service::Events, ("AWSEvents.PutEvents", "1.1"), &body).await?;
        let unreadable = || Fault::Unavailable("the bus gave an answer that is none".to_owned());
        let answer: Value = serde_json::from_slice(&answer.body).map_err(|_| unreadable())?;
        let told = answer["Entries"].as_array().filter(|told| told.len() == events.len());
        let why = |one: &Value| {
            let taken = one["EventId"].as_str().is_some_and(|id| !id.is_empty());
            (!taken).then(|| one["ErrorCode"].as_str().unwrap_or("without a code").to_owned())
        };
        Ok(told.ok_or_else(unreadable)?.iter().map(why).collect())
    }
}

/// What an event weighs on the bus: its time counts 14 bytes.
pub fn bytes_of(event: &Event) -> usize {
    14_usize
        .saturating_add(SOURCE.len())
        .saturating_add(event.name().len())
        .saturating_add(event.body().to_string().len())
}
