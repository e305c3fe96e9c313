//! The embedded DynamoDB: dynoxide behind the unmodified SDK, on a loopback socket of its own.
//!
//! For the local server and the tests; never linked into the Lambda binary. It never knows our keys or items.

use serde_json::{Value, json};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

/// A running embedded DynamoDB. It stops with the process.
#[derive(Clone)]
pub struct Embedded {
    /// `http://127.0.0.1:PORT`.
    pub endpoint: String,
    /// The database itself, for dumps and tests.
    pub database: dynoxide::Database,
}

impl Embedded {
    /// Starts on a free loopback port: on disk at `path`, or in memory. Its handlers block on one lock, so it has a
    /// runtime and threads of its own.
    pub fn start(path: Option<&Path>) -> io::Result<Self> {
        Self::start_on(path, 0)
    }

    /// The same on this loopback port; 0 is any free one.
    pub fn start_on(path: Option<&Path>, port: u16) -> io::Result<Self> {
        let database = match path {
            Some(path) => dynoxide::Database::new(&path.to_string_lossy())
                .map_err(|e| io::Error::other(e.to_string()))?,
            None => dynoxide::Database::memory().map_err(|e| io::Error::other(e.to_string()))?,
        };
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
        listener.set_nonblocking(true)?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let served = database.clone();
        std::thread::Builder::new().name("embedded-dynamodb".to_owned()).spawn(move || {
            runtime.block_on(async move {
                if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                    let _ =
                        dynoxide::server::serve_with_shutdown(listener, served, std::future::pending()).await;
                }
            });
        })?;
        Ok(Self { endpoint, database })
    }

    /// Turns on a table's stream of new images. For tests: the database looks through all records of a stream for
    /// every write to its table, and never forgets one.
    pub fn turn_on_stream(&self, table: &str) -> io::Result<()> {
        let wanted = json!({
            "TableName": table,
            "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" },
        });
        let request = serde_json::from_value(wanted).map_err(io::Error::other)?;
        self.database.update_table(request).map(drop).map_err(|e| io::Error::other(e.to_string()))
    }

    /// All records of a table's stream so far, oldest first, as Lambda hands them over.
    pub fn records(&self, table: &str) -> io::Result<Vec<Value>> {
        let failed = |e: dynoxide::DynoxideError| io::Error::other(e.to_string());
        let wanted = json!({
            "StreamArn": dynoxide::streams::stream_arn(table, "0"),
            "ShardId": dynoxide::streams::shard_id(table),
            "ShardIteratorType": "TRIM_HORIZON",
        });
        let request = serde_json::from_value(wanted).map_err(io::Error::other)?;
        let mut iterator = self.database.get_shard_iterator(request).map_err(failed)?.shard_iterator;
        let mut records = Vec::new();
        while let Some(from) = iterator {
            let request =
                serde_json::from_value(json!({ "ShardIterator": from })).map_err(io::Error::other)?;
            let page = self.database.get_records(request).map_err(failed)?;
            if page.records.is_empty() {
                break;
            }
            for record in &page.records {
                records.push(serde_json::to_value(record).map_err(io::Error::other)?);
            }
            iterator = page.next_shard_iterator;
        }
        Ok(records)
    }
}
