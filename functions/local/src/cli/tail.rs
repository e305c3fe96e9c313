//! `merit tail`: what happens at a running server, as it happens, one event as a line of JSON.

use super::{Found, say};
use crate::client;
use lambda_http::http::{Method, Request};
use serde_json::Value;
use std::fmt::Write as _;
use std::time::Duration;

/// How often the server is asked.
const EVERY: Duration = Duration::from_millis(300);

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Only this merchant's events.
    #[arg(long)]
    tenant: Option<String>,
    /// Only this member's events.
    #[arg(long)]
    member: Option<String>,
    /// Begin with what the server still has, at most 10,000 events, instead of what is to come.
    #[arg(long)]
    from_start: bool,
    /// Print what there is and end.
    #[arg(long, requires = "from_start")]
    once: bool,
    /// The running server.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    server: String,
}

pub(super) async fn run(arguments: Arguments) -> Result<Found, String> {
    for name in [&arguments.tenant, &arguments.member].into_iter().flatten() {
        if !domain::ids::is_id(name) {
            return Err(format!("`{name}` is no name: 1 to 64 of A-Z a-z 0-9 _ . : -"));
        }
    }
    let mut from = arguments.from_start.then_some(0_u64);
    loop {
        let mut path = String::from("/_local/events?");
        let parts = [
            ("from", from.map(|from| from.to_string())),
            ("tenant", arguments.tenant.clone()),
            ("member", arguments.member.clone()),
        ];
        for (name, value) in parts {
            if let Some(value) = value {
                let _ = write!(path, "{name}={value}&");
            }
        }
        let request = Request::builder().method(Method::GET).uri(&path).body(Vec::new());
        let response = client::send(&arguments.server, request.map_err(|error| error.to_string())?).await?;
        let told: Value = serde_json::from_slice(response.body())
            .map_err(|_| format!("{} is no local server of Merit", arguments.server))?;
        let next = told["next"].as_u64();
        let next = next.ok_or_else(|| format!("{} tells no events", arguments.server))?;
        for event in told["events"].as_array().into_iter().flatten() {
            say(&event.to_string());
        }
        if arguments.once {
            return Ok(Found::Nothing);
        }
        from = Some(next);
        tokio::time::sleep(EVERY).await;
    }
}
