//! Where a command reads what members did: a history, a ledger, or a dump of a table.

use crate::simulate::Source;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Past {
    /// What members did: a purchase history, as `merit import` reads it.
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// What members did: a ledger's data folder. Nothing is written to it.
    #[arg(long, value_name = "DIR", conflicts_with = "history")]
    ledger: Option<PathBuf>,
    /// What members did: a dump of a table, as `merit audit --dump` writes it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["history", "ledger"])]
    dump: Option<PathBuf>,
    /// The merchant, of a ledger or a dump.
    #[arg(long, default_value = "demo")]
    tenant: String,
}

impl Past {
    /// Where; none where nothing was named.
    pub(super) fn source(self) -> Option<Source> {
        match (self.history, self.ledger, self.dump) {
            (Some(history), ..) => Some(Source::History(history)),
            (_, Some(ledger), _) => Some(Source::Ledger(ledger, self.tenant)),
            (_, _, Some(dump)) => Some(Source::Dump(dump, self.tenant)),
            _ => None,
        }
    }
}
