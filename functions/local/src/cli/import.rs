//! `merit import FILE --rules RULES`

use super::{Found, say};
use crate::import::{self, Options};
use crate::log;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A purchase history: CSV, also gzipped, with the columns `event_id, member_id, occurred_at, amount_minor,
    /// currency, quantity, category, sku, store, kind`.
    file: PathBuf,
    /// The rules that judge it, a file or a folder; they are published first.
    #[arg(long, value_name = "RULES")]
    rules: PathBuf,
    /// The folder the ledger is kept in; by default `.merit/import-` and the file's folder and name.
    #[arg(long, value_name = "DIR", conflicts_with = "memory")]
    data: Option<PathBuf>,
    /// Keep nothing: only the figures at the end remain.
    #[arg(long)]
    memory: bool,
    /// Begin with an empty ledger: delete what an earlier import left in the folder.
    #[arg(long, conflicts_with = "memory")]
    fresh: bool,
    /// The merchant.
    #[arg(long, default_value = "demo")]
    tenant: String,
    /// Members processed at the same time; a member's events are always one after the other.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    in_flight: u16,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
}

pub(super) async fn run(arguments: Arguments) -> Result<Found, String> {
    log::for_import();
    let folder = arguments.data.unwrap_or_else(|| import::default_folder(&arguments.file));
    let options = Options {
        file: arguments.file,
        rules: arguments.rules,
        data: (!arguments.memory).then_some(folder),
        fresh: arguments.fresh,
        tenant: arguments.tenant,
        in_flight: usize::from(arguments.in_flight),
        progress: !arguments.quiet,
    };
    let finished = import::run(options).await?;
    say(&finished.text);
    Ok(Found::problems(!finished.complete))
}
