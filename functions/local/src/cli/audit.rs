//! `merit audit`: the ledger's invariants, checked from the table alone, or from a dump of it. Writes nothing but the
//! dump it is asked for.

use super::{Found, say};
use crate::table::{self, Table};
use audit::{Auditor, Item, Report, Violation};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The data folder.
    #[arg(long, default_value = ".merit", value_name = "DIR")]
    data: PathBuf,
    /// Write the table there as well, an item a line: what `tests/fsck/fsck.py` reads.
    #[arg(long, value_name = "FILE")]
    dump: Option<PathBuf>,
    /// Audit a dump in place of a data folder.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["data", "dump"])]
    from: Option<PathBuf>,
    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: Arguments) -> Result<Found, String> {
    let mut auditor = Auditor::new();
    let named = if let Some(dump) = &arguments.from {
        from_dump(dump, &mut auditor)?;
        dump.display()
    } else {
        from_table(&arguments.data, arguments.dump.as_deref(), &mut auditor).await?;
        arguments.data.display()
    };
    let report = auditor.finish();
    say(&if arguments.json { as_json(&report).to_string() } else { format!("{named}: {report}") });
    Ok(Found::problems(!report.is_clean()))
}

fn from_dump(dump: &Path, auditor: &mut Auditor) -> Result<(), String> {
    for item in Item::in_order(table::read_dump(dump)?) {
        auditor.feed(&item);
    }
    Ok(())
}

async fn from_table(folder: &Path, dump: Option<&Path>, auditor: &mut Auditor) -> Result<(), String> {
    if !table::is_table(folder) {
        return Err(format!("{}: holds no ledger; name its folder with --data", folder.display()));
    }
    // A scan is no snapshot: a table somebody writes to would look broken where it is only newer.
    let _claimed = table::claim(folder)?;
    let table = Table::open(Some(folder)).await?;
    let at = |dump: &Path, error: std::io::Error| format!("{}: {error}", dump.display());
    let mut file = match dump {
        Some(dump) => Some((dump, BufWriter::new(File::create(dump).map_err(|error| at(dump, error))?))),
        None => None,
    };
    let mut items = table.store.items();
    while let Some(page) = items.next_page().await.map_err(|error| error.to_string())? {
        for item in &page {
            auditor.feed(item);
            if let Some((dump, file)) = &mut file {
                writeln!(file, "{}", item.to_line()).map_err(|error| at(dump, error))?;
            }
        }
    }
    match file {
        Some((dump, mut file)) => file.flush().map_err(|error| at(dump, error)),
        None => Ok(()),
    }
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
