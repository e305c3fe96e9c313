//! `merit audit`: the ledger's invariants, checked from the table alone. Writes nothing.

use super::{Found, say};
use crate::table::{self, Table};
use audit::{Auditor, Report, Violation};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The data folder.
    #[arg(long, default_value = ".merit", value_name = "DIR")]
    data: PathBuf,
    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: Arguments) -> Result<Found, String> {
    let folder = arguments.data;
    if !table::is_table(&folder) {
        return Err(format!("{}: holds no ledger; name its folder with --data", folder.display()));
    }
    // A scan is no snapshot: a table somebody writes to would look broken where it is only newer.
    let _claimed = table::claim(&folder)?;
    let table = Table::open(Some(&folder)).await?;
    let mut auditor = Auditor::new();
    let mut items = table.store.items();
    while let Some(page) = items.next_page().await.map_err(|error| error.to_string())? {
        for item in &page {
            auditor.feed(item);
        }
    }
    let report = auditor.finish();
    say(&if arguments.json {
        as_json(&report).to_string()
    } else {
        format!("{}: {report}", folder.display())
    });
    Ok(Found::problems(!report.is_clean()))
}

fn as_json(report: &Report) -> Value {
    let one = |violation: &Violation| {
        json!({
            "invariant": violation.invariant.name(),
            "pk": violation.pk,
            "sk": violation.sk,
            "seq": violation.seq,
            "detail": violation.detail,
        })
    };
    let checked: Value = report.checked.iter().map(|(invariant, count)| (invariant.name(), *count)).collect();
    let counts = &report.counts;
    json!({
        "items": counts.items,
        "members": counts.members,
        "entries": counts.entries,
        "profiles": counts.profiles,
        "rulebooks": counts.rulebooks,
        "counters": counts.counters,
        "checked": checked,
        "violations": report.violations.iter().map(one).collect::<Vec<_>>(),
        "violations_total": report.violations_total,
    })
}
