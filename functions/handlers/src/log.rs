//! Logs: one line per request, with what was decided and what it cost; JSON in Lambda, for people locally.
//!
//! No personal data, ever: no bodies, no names; a member appears as a hash, which is enough to follow one.

use sha2::{Digest, Sha256};
use std::time::Instant;
use store::meter::Meter;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

/// JSON lines on standard output, at the level `MERIT_LOG` or `AWS_LAMBDA_LOG_LEVEL` names, INFO by default.
pub fn init_lambda() {
    let json = fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false);
    let _ = tracing_subscriber::registry().with(json.with_filter(filter(&asked("info")))).try_init();
    quiet_panics();
}

/// Lines for people on standard error: warnings and worse unless `MERIT_LOG` names another level.
pub fn init_local() {
    let human = fmt::layer().compact().with_target(false).with_writer(std::io::stderr);
    let _ = tracing_subscriber::registry().with(human.with_filter(filter(&asked("warn")))).try_init();
}

fn asked(otherwise: &str) -> String {
    let set = |name: &str| std::env::var(name).ok().filter(|level| !level.is_empty());
    set("MERIT_LOG").or_else(|| set("AWS_LAMBDA_LOG_LEVEL")).unwrap_or_else(|| otherwise.to_owned())
}

/// Our own rooms at a level, everybody else at WARN at most: below it, the crates that carry our requests would log
/// them whole, personal data and all.
pub fn filter(level: &str) -> Targets {
    let level = level.parse().unwrap_or(LevelFilter::INFO);
    let others = level.min(LevelFilter::WARN);
    Targets::new().with_default(others).with_targets(["merit", "handlers", "store"].map(|room| (room, level)))
}

/// A panic's message may quote what it met; its place never does.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(target: "merit", place = place.as_deref(), "panicked");
    }));
}

/// What the line of one request says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    pub(crate) function: &'static str,
    pub(crate) route: &'static str,
    /// API Gateway's id of the request.
    pub(crate) request: Option<String>,
    pub(crate) tenant: Option<String>,
    /// Hashed.
    pub(crate) member: Option<String>,
    /// The event id: what a repeat is known by.
    pub(crate) event: Option<String>,
    /// The rulebook that decided.
    pub(crate) rulebook: Option<String>,
    /// What was decided: the entry's type.
    pub(crate) decided: Option<&'static str>,
    pub(crate) replayed: bool,
    pub(crate) meter: Meter,
}

impl Line {
    /// Adds what a call to the store cost, after what came before it.
    pub(crate) fn spent(&mut self, meter: Meter) {
        self.meter.round_trips = self.meter.round_trips.saturating_add(meter.round_trips);
        self.meter.requests = self.meter.requests.saturating_add(meter.requests);
        self.meter.read_units_tenths = self.meter.read_units_tenths.saturating_add(meter.read_units_tenths);
        self.meter.write_units_tenths =
            self.meter.write_units_tenths.saturating_add(meter.write_units_tenths);
        self.meter.conflicts = self.meter.conflicts.saturating_add(meter.conflicts);
    }

    /// Writes the line: INFO for what was answered, WARN for what the client must repeat, ERROR for what a person
    /// must look at.
    pub(crate) fn write(&self, status: u16, code: Option<&str>, cause: Option<&str>, began: Instant) {
        macro_rules! line {
            ($level:expr, $said:literal) => {
                tracing::event!(
                    target: "merit",
                    $level,
                    function = self.function,
                    route = self.route,
                    request = self.request.as_deref(),
                    tenant = self.tenant.as_deref(),
                    member = self.member.as_deref(),
                    event = self.event.as_deref(),
                    rulebook = self.rulebook.as_deref(),
                    decided = self.decided,
                    status,
                    code,
                    cause,
                    replayed = self.replayed,
                    read_units = tenths(self.meter.read_units_tenths),
                    write_units = tenths(self.meter.write_units_tenths),
                    round_trips = self.meter.round_trips,
                    requests = self.meter.requests,
                    conflicts = self.meter.conflicts,
                    micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
                    $said
                )
            };
        }
        match status {
            503 => line!(tracing::Level::WARN, "answered"),
            500.. => line!(tracing::Level::ERROR, "failed"),
            _ => line!(tracing::Level::INFO, "answered"),
        }
    }
}

fn tenths(tenths: u64) -> f64 {
    f64::from(u32::try_from(tenths).unwrap_or(u32::MAX)) / 10.0
}

/// A member, hashed with the merchant: the same member of two merchants cannot be told.
pub(crate) fn hashed(tenant: &str, member: &str) -> String {
    let hash = Sha256::new().chain_update(tenant).chain_update(b"\n").chain_update(member).finalize();
    hex(hash.get(..8).unwrap_or_default())
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
