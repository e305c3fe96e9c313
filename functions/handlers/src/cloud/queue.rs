//! The queue that keeps what could not be told.

use super::{Cloud, Fault, Service};
use serde_json::{Value, json};

/// A queue.
#[derive(Debug, Clone)]
pub struct Queue {
    cloud: Cloud,
    url: String,
}

impl Queue {
    /// A queue of the account, by its URL.
    pub const fn new(cloud: Cloud, url: String) -> Self {
        Self { cloud, url }
    }

    /// Keeps a message.
    pub async fn send(&self, message: &Value) -> Result<(), Fault> {
        let body = json!({ "QueueUrl": self.url, "MessageBody": message.to_string() });
        self.cloud.json(Service::Sqs, ("AmazonSQS.SendMessage", "1.0"), &body).await.map(drop)
    }
}
