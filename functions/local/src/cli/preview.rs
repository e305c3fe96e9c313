//! `merit preview`: what an event would earn a member, asked of a running server or of a data folder. Nothing is
//! written.

use super::explain::shown;
use super::occasion::Occasion;
use super::{Found, now, say};
use crate::client;
use crate::folder::{self, Rules};
use crate::gateway::{Claims, Gateway};
use crate::publish::{problem, sound};
use crate::serve::host_clock;
use crate::table::{self, Table};
use dsl::check::check;
use dsl::explain::Explanation;
use dsl::plan::Rulebook;
use lambda_http::http::{Method, Request, Response, header};
use serde_json::Value;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    occasion: Occasion,
    /// The member; without one, a member who just joined.
    #[arg(long)]
    member: Option<String>,
    /// A candidate rule file, or a folder of them; without one, the rules that decide now.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// The running server.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    server: String,
    /// Ask the ledger of this folder instead of a server.
    #[arg(long, value_name = "DIR", conflicts_with = "server")]
    data: Option<PathBuf>,
    /// The merchant, with --data.
    #[arg(long, default_value = "demo", requires = "data")]
    tenant: String,
    /// Print the answer as JSON.
    #[arg(long)]
    json: bool,
}

/// Who is asked.
enum Asked {
    Server(String),
    Folder(Box<Gateway>),
}

impl Asked {
    async fn send(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Response<Vec<u8>>, String> {
        match self {
            Self::Folder(gateway) => Ok(gateway.send(method, path, body).await),
            Self::Server(server) => {
                let request = Request::builder()
                    .method(method)
                    .uri(path)
                    .header(header::CONTENT_TYPE, "application/json");
                client::send(server, request.body(body).map_err(|error| error.to_string())?).await
            }
        }
    }

    /// The answer's JSON, or what the problem says.
    async fn json(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Result<Value, String>, String> {
        let response = self.send(method, path, body).await?;
        if !response.status().is_success() {
            return Ok(Err(problem(response.body())));
        }
        serde_json::from_slice(response.body())
            .map(Ok)
            .map_err(|error| format!("the answer is no JSON: {error}"))
    }

    /// The rules that decide now.
    async fn rulebook(&self) -> Result<Rulebook, String> {
        let none = || "no rules are active yet; name a file with --rules".to_owned();
        let listed = self.json(Method::GET, "/v1/rules", Vec::new()).await??;
        let versions = listed["versions"].as_array().ok_or_else(none)?;
        let active = versions.iter().find(|version| version["active"] == true).ok_or_else(none)?;
        let id = active["id"].as_str().ok_or_else(none)?;
        let version = self.json(Method::GET, &format!("/v1/rules/{id}"), Vec::new()).await??;
        let source = version["source"].as_str().ok_or_else(none)?;
        check(source.as_bytes(), None).programme.map(Rulebook::compile).ok_or_else(none)
    }
}

pub(super) async fn run(arguments: Arguments) -> Result<Found, String> {
    let asked = match &arguments.data {
        None => Asked::Server(arguments.server),
        Some(folder) if !table::is_table(folder) => {
            return Err(format!("{}: holds no ledger", folder.display()));
        }
        Some(folder) => {
            let app = Table::open(Some(folder)).await?.app(host_clock());
            Asked::Folder(Box::new(Gateway::new(app, Claims::all_roles(&arguments.tenant))))
        }
    };
    let (rulebook, source) = match &arguments.rules {
        None => (asked.rulebook().await?, None),
        Some(path) => {
            let Rules { name, text: bytes } = folder::read(path)?;
            match sound(&name, &bytes, now()) {
                Ok(sound) => (sound.rulebook, String::from_utf8(bytes).ok()),
                Err(wrong) => {
                    say(&wrong);
                    return Ok(Found::Problems);
                }
            }
        }
    };
    let mut body = arguments.occasion.body(rulebook.programme().currency, rulebook.zone())?;
    for (name, value) in [("member_id", arguments.member), ("source", source)] {
        if let Some(value) = value {
            body[name] = value.into();
        }
    }
    let answer = match asked.json(Method::POST, "/v1/previews", body.to_string().into_bytes()).await? {
        Ok(answer) => answer,
        Err(refused) => {
            say(&refused);
            return Ok(Found::Problems);
        }
    };
    match serde_json::from_value::<Explanation>(answer.clone()) {
        Ok(explanation) if !arguments.json => say(&shown(&explanation)),
        _ => say(&answer.to_string()),
    }
    Ok(Found::Nothing)
}
