//! Sends a purchase history through the same handlers and store as live purchases.
//!
//! It may be stopped at any point and run again: every request is made from the file alone, so a request that was sent
//! before is answered with its first answer, and a second run of a file changes nothing. What it never does: write to
//! the table itself, or decide anything about points.

mod holdings;
mod meter;
mod report;
mod send;

pub(crate) use meter::Metering;

use crate::folder::{self, Rules};
use crate::gateway::{Claims, Gateway};
use crate::history;
use crate::publish::{publish, sound};
use crate::serve::host_clock;
use crate::table::{self, Table};
use domain::ids::TenantId;
use report::{Report, Spent};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What to import, and where to.
#[derive(Debug, Clone)]
pub struct Options {
    /// CSV, also gzipped.
    pub file: PathBuf,
    /// The rules that judge it.
    pub rules: PathBuf,
    /// The data folder; none keeps nothing.
    pub data: Option<PathBuf>,
    /// Delete an earlier ledger in the folder.
    pub fresh: bool,
    /// The merchant.
    pub tenant: String,
    /// Members processed at the same time.
    pub in_flight: usize,
    /// Show a progress bar on standard error.
    pub progress: bool,
}

/// How an import ended.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The table to show, or what is wrong with the rules.
    pub text: String,
    /// False when the rules are wrong or something in the file was refused by the handlers.
    pub complete: bool,
    /// True when this run wrote nothing that was not there before.
    pub unchanged: bool,
}

/// `.merit/import-`, the name of the file's folder, and the file's name without its endings: two shops' histories often
/// have the same name.
pub(crate) fn default_folder(file: &Path) -> PathBuf {
    let whole = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let name =
        |path: Option<&Path>| path.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let parent = name(whole.parent()).unwrap_or_default();
    let file = name(Some(&whole)).unwrap_or_default();
    let stem = file.split('.').find(|part| !part.is_empty()).unwrap_or("history");
    Path::new(".merit").join(format!("import-{parent}-{stem}"))
}

/// Runs an import to its end; a sentence when it could not be, or not to its end.
pub async fn run(options: Options) -> Result<Finished, String> {
    let began = Instant::now();
    let spent_before = meter::spent();
    let tenant = TenantId::parse(&options.tenant).ok_or_else(|| {
        format!("`{}` cannot be a merchant: 1 to 64 of A-Z a-z 0-9 _ . : -", options.tenant)
    })?;
    let Rules { name: rules_name, text: rules } = folder::read(&options.rules)?;
    let now = host_clock()();
    let sound = match sound(&rules_name, &rules, now) {
        Ok(sound) => sound,
        Err(wrong) => return Ok(Finished { text: wrong, complete: false, unchanged: true }),
    };
    let programme = sound.rulebook.programme();
    let currency = programme.currency;
    let mut history = history::read(&options.file, currency.code(), sound.rulebook.zone())?;
    history::in_currency(&options.file, &mut history, currency)?;
    let history::Courses { members: work, found, split } = history::courses(history.rows);
    let members = u64::try_from(work.len()).unwrap_or(u64::MAX);

    let _claimed = options.data.as_deref().map(table::claim).transpose()?;
    if let (Some(folder), true) = (&options.data, options.fresh) {
        table::forget(folder)?;
    }
    let table = Table::open(options.data.as_deref()).await?;
    let app = table.app(host_clock());
    let gateway = Gateway::new(app, Claims::importer(&options.tenant));
    let active = table.store.active(&tenant).await.map_err(|error| error.to_string())?;
    if active.is_none_or(|active| active.id != sound.rulebook.id())
        && let Err(wrong) = publish(&gateway, &rules_name, &rules).await
    {
        return Ok(Finished { text: wrong, complete: false, unchanged: true });
    }

    let sending = send::send(&gateway, work, currency.code(), options.in_flight, options.progress);
    let sent = tokio::select! {
        sent = sending => sent?,
        _ = tokio::signal::ctrl_c() => return Err("interrupted; run the same command again to go on".to_owned()),
    };
    let holdings = holdings::holdings(&table.store, &tenant, &sound.rulebook).await?;
    let report = Report {
        rows_read: history.rows_read,
        left: history.left,
        found,
        split,
        members,
        sent,
        spent: meter::spent().since(&spent_before),
        holdings,
        currency,
        took: began.elapsed(),
    };
    Ok(finished(&report, &options))
}

fn finished(report: &Report, options: &Options) -> Finished {
    use std::fmt::Write as _;
    let mut text = report.to_string();
    if report.holdings.by_other_rules > 0 {
        let _ = writeln!(
            text,
            "\n{} entries were decided by other rules before and stay as they were decided; --fresh begins anew.",
            report.holdings.by_other_rules
        );
    }
    if report.sent.refused.iter().any(|(code, _)| code == "member.unknown") {
        text.push_str("\nMembers were not known, and these rules refuse purchases of unknown members.\n");
    }
    match &options.data {
        Some(folder) => {
            let _ = writeln!(
                text,
                "\nThe ledger is in {0}; `merit audit --data {0}` checks it.",
                folder.display()
            );
        }
        None => text.push_str("\nThe ledger was kept in memory and is gone now.\n"),
    }
    let unchanged = report.changed_nothing();
    if unchanged {
        text.push_str("Nothing changed: all of it was in the ledger already.\n");
    }
    Finished { text, complete: report.sent.refused.total() == 0, unchanged }
}

impl Spent {
    /// What was spent since an earlier reading.
    const fn since(self, before: &Self) -> Self {
        Self {
            requests: self.requests - before.requests,
            read_tenths: self.read_tenths - before.read_tenths,
            write_tenths: self.write_tenths - before.write_tenths,
        }
    }
}
