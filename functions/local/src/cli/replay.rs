//! `merit replay`: what happened, told again from a ledger: to standard output, or to a webhook.

use super::{Found, complain, say};
use crate::outbox::{Patience, Target, deliver, replay_of};
use crate::serve::host_clock;
use crate::table::{self, Table};
use domain::ids::{MemberId, TenantId};
use dsl::calendar::parse_moment;
use dsl::units::Moment;
use handlers::jobs::replay;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The merchant.
    #[arg(long, default_value = "demo")]
    tenant: String,
    /// Only this member's events.
    #[arg(long)]
    member: Option<String>,
    /// What was recorded from this moment on, such as `2026-03-05T00:15:00Z`.
    #[arg(long, value_name = "MOMENT")]
    from: Option<String>,
    /// What was recorded before this moment.
    #[arg(long, value_name = "MOMENT")]
    until: Option<String>,
    /// Post each event here, signed, instead of printing it.
    #[arg(long, value_name = "URL", requires = "webhook_secret")]
    webhook: Option<String>,
    /// The file with the secret that webhooks are signed with.
    #[arg(long, value_name = "FILE")]
    webhook_secret: Option<PathBuf>,
    /// The data folder.
    #[arg(long, default_value = ".merit", value_name = "DIR")]
    data: PathBuf,
}

pub(super) async fn run(arguments: Arguments) -> Result<Found, String> {
    if !table::is_table(&arguments.data) {
        return Err(format!("{}: holds no ledger; name its folder with --data", arguments.data.display()));
    }
    let target = match (&arguments.webhook, &arguments.webhook_secret) {
        (Some(url), Some(file)) => Some(Target::open(url, file)?),
        _ => None,
    };
    let no_name = |what: &str| format!("a {what} is named by 1 to 64 of A-Z a-z 0-9 _ . : -");
    let tenant = TenantId::parse(&arguments.tenant).ok_or_else(|| no_name("merchant"))?;
    let member = match &arguments.member {
        None => None,
        Some(name) => Some(MemberId::parse(name).ok_or_else(|| no_name("member"))?),
    };
    let within = (moment(arguments.from.as_deref())?, moment(arguments.until.as_deref())?);
    let _claimed = table::claim(&arguments.data)?;
    let clock = host_clock();
    let app = Table::open(Some(&arguments.data)).await?.app(clock.clone());
    let seconds = move || clock().0.div_euclid(1_000);
    let mut wanted = Some(replay_of(tenant, member, within));
    let mut told = 0_usize;
    while let Some(page) = wanted {
        let page = replay::page(&app, &page).await.map_err(|error| error.to_string())?;
        match &target {
            None => page.events.iter().for_each(|event| say(&event.body().to_string())),
            Some(target) => deliver(target, &page.events, Patience::default(), &seconds).await?,
        }
        told += page.events.len();
        wanted = page.next;
    }
    complain(&format!("{told} events"));
    Ok(Found::Nothing)
}

fn moment(text: Option<&str>) -> Result<Option<Moment>, String> {
    let read = |text| {
        parse_moment(text)
            .ok_or_else(|| format!("`{text}` is no moment; write such as `2026-03-05T00:15:00Z`"))
    };
    text.map(read).transpose()
}
