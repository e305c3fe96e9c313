//! `merit run`: a job that has a schedule in the cloud, done once over a data folder.

use super::{Found, say};
use crate::serve::host_clock;
use crate::table::{self, Table};
use dsl::calendar::parse_moment;
use handlers::jobs;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Which: `birthday` (anniversaries as well) or `due` (expiry, pending points, holds, tier reviews).
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(jobs::JOBS))]
    job: String,
    /// As if it were this moment, such as `2026-03-05T00:15:00Z`; now by default.
    #[arg(long, value_name = "MOMENT")]
    at: Option<String>,
    /// The data folder.
    #[arg(long, default_value = ".merit", value_name = "DIR")]
    data: PathBuf,
}

pub(super) async fn run(arguments: Arguments) -> Result<Found, String> {
    if !table::is_table(&arguments.data) {
        return Err(format!("{}: holds no ledger; name its folder with --data", arguments.data.display()));
    }
    let at = match &arguments.at {
        Some(text) => parse_moment(text)
            .ok_or_else(|| format!("`{text}` is no moment; write such as `2026-03-05T00:15:00Z`"))?,
        None => host_clock()(),
    };
    if host_clock()() < at {
        return Err(format!(
            "{} is to come: what a job writes stays written; choose a moment that has passed",
            dsl::calendar::Zone::utc().show(at)
        ));
    }
    let _claimed = table::claim(&arguments.data)?;
    let table = Table::open(Some(&arguments.data)).await?;
    let app = table.app(Arc::new(move || at));
    let event = json!({ "job": arguments.job, "at": dsl::calendar::Zone::utc().show(at) });
    let report = jobs::run(&app, &arguments.job, &event, &|| false).await.map_err(|e| e.to_string())?;
    let jobs::Report { looked_at, written, failed, tenants_failed, days_left_out, .. } = report;
    say(&format!(
        "{}: {looked_at} members looked at, {written} entries written, {failed} left out",
        arguments.job
    ));
    if tenants_failed > 0 {
        say(&format!("{tenants_failed} merchants left out"));
    }
    if days_left_out > 0 {
        say(&format!("{days_left_out} days left out: too long ago to be caught up"));
    }
    Ok(Found::problems(failed > 0 || tenants_failed > 0 || days_left_out > 0))
}
