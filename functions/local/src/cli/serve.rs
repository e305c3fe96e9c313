//! `merit serve`: the server, a sample programme, a watched folder, and three commands to begin with.

use super::{Found, say};
use crate::gateway::Claims;
use crate::log;
use crate::outbox::{Patience, Target};
use crate::publish::publish;
use crate::serve::{Options, Server, Webhook, host_clock};
use crate::table;
use crate::watch::Folder;
use domain::ids::TenantId;
use handlers::{App, jobs};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What is published where nothing is yet.
const SAMPLE: &str = include_str!("../../../../dsl/examples/coffee.merit");

/// The sample's name in the watched folder.
const SAMPLE_FILE: &str = "coffee.merit";

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The port on loopback; the next free one when it is taken.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Keep nothing: members and points are gone when the server stops.
    #[arg(long)]
    memory: bool,
    /// The folder the ledger is kept in.
    #[arg(long, default_value = ".merit", value_name = "DIR")]
    data: PathBuf,
    /// The folder watched for rule files; `rules` inside the data folder by default.
    #[arg(long, value_name = "DIR")]
    watch: Option<PathBuf>,
    /// The merchant every request is for.
    #[arg(long, default_value = "demo")]
    tenant: String,
    /// Post every event here, signed.
    #[arg(long, value_name = "URL", requires = "webhook_secret")]
    webhook: Option<String>,
    /// The file with the secret that webhooks are signed with; two lines while it is rotated.
    #[arg(long, value_name = "FILE")]
    webhook_secret: Option<PathBuf>,
    /// The first time webhooks are sent: everything in the ledger, and not only what is to come.
    #[arg(long, requires = "webhook")]
    webhook_all: bool,
    /// Ask for `Authorization: Bearer TOKEN` where the deployed API asks for a token.
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// For tests: let a request bring its own claims in the header `x-merit-dev-claims`.
    #[arg(long)]
    dev_claims_header: bool,
}

pub(super) async fn run(arguments: Arguments) -> Result<Found, String> {
    log::for_server();
    let _claimed = if arguments.memory { None } else { Some(table::claim(&arguments.data)?) };
    let server = Server::start(Options {
        port: arguments.port,
        data: (!arguments.memory).then(|| arguments.data.clone()),
        claims: Claims::all_roles(&arguments.tenant),
        claims_header: arguments.dev_claims_header,
        token: arguments.token.clone(),
        clock: host_clock(),
        webhook: webhook(&arguments)?,
    })
    .await?;
    if server.address.port() != arguments.port && arguments.port != 0 {
        say(&format!("port {} is taken", arguments.port));
    }
    let kept =
        if arguments.memory { "in memory".to_owned() } else { format!("in {}", arguments.data.display()) };
    say(&format!("Merit listens on {}, merchant `{}`, ledger kept {kept}\n", server.url(), arguments.tenant));

    let tenant =
        TenantId::parse(&arguments.tenant).ok_or("a merchant's name is 1 to 64 of A-Z a-z 0-9 _ . : -")?;
    let rules = arguments.watch.unwrap_or_else(|| arguments.data.join("rules"));
    let none = matches!(server.table.store.active(&tenant).await, Ok(None));
    lay_out(&rules, none)?;
    let mut folder = Folder::open(&rules)?;
    folder.catch_up(&server.gateway, &tenant, &|line: String| say(&line)).await;
    if matches!(server.table.store.active(&tenant).await, Ok(None)) {
        match publish(&server.gateway, SAMPLE_FILE, SAMPLE.as_bytes()).await {
            Ok(line) => say(&format!("{line} (the sample: nothing else is published yet)")),
            Err(wrong) => say(&wrong),
        }
    }
    let interrupted = interruption();
    say(&first_steps(&server, &tenant, arguments.token.as_deref()).await);
    say(&format!(
        "\nRules are watched in {}: change a file there and it is published. Ctrl-C stops.",
        rules.display()
    ));
    tokio::select! {
        () = folder.watch(&server.gateway, |line| say(&line)) => {}
        () = schedules(server.gateway.app()) => {}
        () = interrupted => {}
    }
    server.stop().await;
    say("\nstopped");
    Ok(Found::Nothing)
}

/// Where webhooks go. What was sent must outlast the process, so there are none without a data folder.
fn webhook(arguments: &Arguments) -> Result<Option<Webhook>, String> {
    let (Some(url), Some(secret)) = (&arguments.webhook, &arguments.webhook_secret) else { return Ok(None) };
    if arguments.memory {
        return Err("webhooks need a data folder to remember what was sent: leave --memory out".to_owned());
    }
    let target = Target::open(url, secret)?;
    let (folder, all) = (arguments.data.clone(), arguments.webhook_all);
    Ok(Some(Webhook { target, folder, all, patience: Patience::default() }))
}

/// Makes the folder, with the sample in it where nothing is published yet; a folder that is there is left as it is.
fn lay_out(rules: &Path, with_sample: bool) -> Result<(), String> {
    if rules.exists() {
        return Ok(());
    }
    let made = fs::create_dir_all(rules)
        .and_then(|()| if with_sample { fs::write(rules.join(SAMPLE_FILE), SAMPLE) } else { Ok(()) });
    made.map_err(|error| format!("{}: cannot be made: {error}", rules.display()))
}

/// Three commands that work as printed, however often.
async fn first_steps(server: &Server, tenant: &TenantId, token: Option<&str>) -> String {
    let now = host_clock()();
    let current = server.table.store.current(tenant, now).await;
    let currency = current.ok().flatten().map(|rulebook| rulebook.programme().currency.code().to_owned());
    let currency = currency.unwrap_or_else(|| "EUR".to_owned());
    let url = server.url();
    let token = token.map(|token| format!(" -H 'authorization: Bearer {token}'")).unwrap_or_default();
    let post = |path: &str, body: serde_json::Value| {
        format!("  curl -s {url}{path}{token} -H 'content-type: application/json' -d '{body}'\n")
    };
    let enrol = post("/v1/members", json!({ "member_id": "ana", "name": "Ana" }));
    let lines = json!([{ "amount_minor": 740, "quantity": 2 }]);
    let order = json!({ "event_id": "order-1", "member_id": "ana", "currency": currency, "lines": lines });
    let purchase = post("/v1/purchases", order);
    format!(
        "Enrol a member, let her buy, see her card:\n\n{enrol}{purchase}  curl -s {url}/v1/members/ana{token}\n"
    )
}

/// The jobs that have schedules in the cloud, every minute on the server's clock. What fails is in the log, and done
/// again a minute later.
async fn schedules(app: &App) {
    loop {
        for job in jobs::JOBS {
            let at = dsl::calendar::Zone::utc().show((app.clock)());
            let _ = jobs::run(app, job, &json!({ "job": job, "at": at }), &|| false).await;
        }
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
}

/// Listens for Ctrl-C, and for the signal that asks a process to end, from this call on: who reads that the server is
/// there may end it at once.
fn interruption() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let heard = {
        use tokio::signal::unix::{SignalKind, signal};
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    };
    async move {
        #[cfg(unix)]
        if let (Ok(mut interrupt), Ok(mut terminate)) = heard {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        let _ = tokio::signal::ctrl_c().await;
    }
}
