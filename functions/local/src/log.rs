//! Logs for people, on standard error: one line per decision, as the handlers write it.

use crate::import::Metering;
use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The target of the handlers' line per request.
const DECISIONS: &str = "merit";

/// For a server: every decision, unless `MERIT_LOG` says otherwise (`warn`, `store=debug`).
pub(crate) fn for_server() {
    let lines = fmt::layer().compact().with_target(false).with_writer(std::io::stderr);
    let levels = asked().unwrap_or_else(|| warnings().with_target(DECISIONS, Level::INFO));
    let _ = tracing_subscriber::registry().with(lines.with_filter(levels)).try_init();
}

/// For an import: warnings only, and every decision's cost is added up.
pub(crate) fn for_import() {
    let lines = fmt::layer().compact().with_target(false).with_writer(std::io::stderr);
    let lines = lines.with_filter(asked().unwrap_or_else(warnings));
    let costs = Metering.with_filter(Targets::new().with_target(DECISIONS, Level::INFO));
    let _ = tracing_subscriber::registry().with(lines).with(costs).try_init();
}

fn asked() -> Option<Targets> {
    std::env::var("MERIT_LOG").ok()?.parse().ok()
}

fn warnings() -> Targets {
    // The embedded database calls every condition that fails a warning; here they are everyday answers.
    Targets::new().with_default(Level::WARN).with_target("dynoxide", Level::ERROR)
}
