//! An embedded DynamoDB with the one table made, and the auditor over it.

use audit::Auditor;
use embedded::Embedded;
use handlers::secret::Secret;
use lambda_http::http::Request;
use merit_local::client;
use serde_json::Value;
use std::sync::atomic::{AtomicU32, Ordering};
use store::Store;
use store::config::Config;
use tokio::runtime::Runtime;

/// The table's name.
pub const TABLE: &str = "merit-tests";

/// What every floor derives its codes and tokens from.
const SECRET: &str = "a secret of the tests, and no other";

/// The secret of every floor.
pub fn secret() -> Result<Secret, String> {
    Secret::new(SECRET.as_bytes())
}

/// A database of its own.
pub struct World {
    /// The database.
    pub database: Embedded,
}

impl World {
    /// Starts one, in memory, with the table made.
    pub fn start() -> Result<Self, String> {
        let world = Self { database: Embedded::start(None).map_err(|e| e.to_string())? };
        runtime()?.block_on(world.store()?.create_table()).map_err(|e| e.to_string())?;
        Ok(world)
    }

    /// The same with the table's stream.
    pub fn with_stream() -> Result<Self, String> {
        let world = Self::start()?;
        world.database.turn_on_stream(TABLE).map_err(|e| e.to_string())?;
        Ok(world)
    }

    /// A tenant that nobody else in this process has, so that stories may share a table and nothing else.
    pub fn tenant() -> String {
        static TENANTS: AtomicU32 = AtomicU32::new(1);
        format!("t{}", TENANTS.fetch_add(1, Ordering::Relaxed))
    }

    /// How a store reaches it.
    pub fn config(&self) -> Config {
        Config::local(&self.database.endpoint, TABLE)
    }

    /// What the function binary is told of its table.
    pub fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("AWS_ENDPOINT_URL_DYNAMODB", self.database.endpoint.clone()),
            ("MERIT_TABLE", TABLE.to_owned()),
            ("MERIT_SECRET", SECRET.to_owned()),
        ]
    }

    /// Reads the whole table and checks the ledger; what was checked, or what is broken. Nobody may write meanwhile.
    pub fn audit(&self) -> Result<String, String> {
        runtime()?.block_on(audit(&self.store()?))
    }

    /// One request of the database's own protocol: to damage what no code of ours would.
    pub fn raw(&self, operation: &str, body: &Value) -> Result<Value, String> {
        let request = Request::post("/")
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-date", "20260101T000000Z")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=tests/20260101/eu-west-1/dynamodb/aws4_request, \
                 SignedHeaders=host;x-amz-date, Signature=0",
            )
            .body(body.to_string().into_bytes())
            .map_err(|e| e.to_string())?;
        let response = runtime()?.block_on(client::send(&self.database.endpoint, request))?;
        let text = String::from_utf8_lossy(response.body()).into_owned();
        if !response.status().is_success() {
            return Err(text);
        }
        serde_json::from_str(&text).map_err(|e| e.to_string())
    }

    /// A store of its own process, so to say: it has read nothing yet.
    pub fn store(&self) -> Result<Store, String> {
        Store::connect(self.config()).map_err(|e| e.to_string())
    }
}

/// Audits a table: what was checked, or what is broken.
pub async fn audit(store: &Store) -> Result<String, String> {
    let mut auditor = Auditor::new();
    let mut items = store.items();
    while let Some(page) = items.next_page().await.map_err(|e| e.to_string())? {
        for item in &page {
            auditor.feed(item);
        }
    }
    let report = auditor.finish();
    if !report.is_clean() {
        return Err(report.to_string());
    }
    if report.counts.entries == 0 {
        return Err("the table has no entries: nothing was audited".to_owned());
    }
    let counts = report.counts;
    Ok(format!("{} entries of {} members audited: 0 violations", counts.entries, counts.members))
}

/// A runtime of the caller's own thread.
pub(crate) fn runtime() -> Result<Runtime, String> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())
}
