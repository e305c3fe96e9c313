//! `merit preview`: what an event would earn a member of a running server. Nothing is written.

use super::explain::shown;
use super::occasion::Occasion;
use super::{Found, now, read, say};
use crate::client;
use crate::publish::{problem, sound};
use dsl::calendar::Zone;
use dsl::explain::Explanation;
use lambda_http::http::{Request, header};
use serde_json::Value;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    occasion: Occasion,
    /// The member; without one, a member who just joined.
    #[arg(long)]
    member: Option<String>,
    /// A candidate rule file; without one, the rules that decide now.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// The running server.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    server: String,
    /// Print the answer as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: Arguments) -> Result<Found, String> {
    let (mut currency, mut zone, mut source) = (None, Zone::utc(), None);
    if let Some(path) = &arguments.rules {
        let bytes = read(path)?;
        let sound = match sound(&path.display().to_string(), &bytes, now()) {
            Ok(sound) => sound,
            Err(wrong) => {
                say(&wrong);
                return Ok(Found::Problems);
            }
        };
        currency = Some(sound.rulebook.programme().currency);
        zone = sound.rulebook.zone().clone();
        source = String::from_utf8(bytes).ok();
    }
    let mut body = arguments.occasion.body(currency, &zone)?;
    for (name, value) in [("member_id", arguments.member), ("source", source)] {
        if let Some(value) = value {
            body[name] = value.into();
        }
    }
    let request = Request::post("/v1/previews").header(header::CONTENT_TYPE, "application/json");
    let request = request.body(body.to_string().into_bytes()).map_err(|error| error.to_string())?;
    let response = client::send(&arguments.server, request).await?;
    if !response.status().is_success() {
        say(&problem(response.body()));
        return Ok(Found::Problems);
    }
    let answer: Value =
        serde_json::from_slice(response.body()).map_err(|error| format!("the answer is no JSON: {error}"))?;
    let explanation = [&answer["explanation"], &answer];
    let explanation =
        explanation.into_iter().find_map(|value| serde_json::from_value::<Explanation>(value.clone()).ok());
    match explanation.filter(|_| !arguments.json) {
        Some(explanation) => say(&shown(&explanation)),
        None => say(&answer.to_string()),
    }
    Ok(Found::Nothing)
}
