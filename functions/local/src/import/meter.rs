//! Adds up what the handlers' log lines say a request cost. The lines are the product's own: nothing is counted twice.

use super::report::Spent;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer};

/// Running sums of a process.
#[derive(Debug, Default)]
struct Sums {
    requests: AtomicU64,
    read_tenths: AtomicU64,
    write_tenths: AtomicU64,
}

fn sums() -> &'static Arc<Sums> {
    static SUMS: OnceLock<Arc<Sums>> = OnceLock::new();
    SUMS.get_or_init(Arc::default)
}

/// What was spent by this process so far, where [`Metering`] is part of its subscriber.
pub(super) fn spent() -> Spent {
    let sums = sums();
    Spent {
        requests: sums.requests.load(Ordering::Relaxed),
        read_tenths: sums.read_tenths.load(Ordering::Relaxed),
        write_tenths: sums.write_tenths.load(Ordering::Relaxed),
    }
}

/// The layer that listens.
pub(crate) struct Metering;

impl<S: tracing::Subscriber> Layer<S> for Metering {
    fn on_event(&self, event: &tracing::Event<'_>, _context: Context<'_, S>) {
        event.record(&mut Reading);
    }
}

struct Reading;

impl Visit for Reading {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "requests" {
            sums().requests.fetch_add(value, Ordering::Relaxed);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let sum = match field.name() {
            "read_units" => &sums().read_tenths,
            "write_units" => &sums().write_tenths,
            _ => return,
        };
        sum.fetch_add(tenths(&format!("{value:?}")), Ordering::Relaxed);
    }
}

/// `2.5` as 25.
fn tenths(text: &str) -> u64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    whole.parse::<u64>().unwrap_or(0) * 10
        + part.get(..1).and_then(|digit| digit.parse::<u64>().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn units_are_read_from_the_line() {
        assert_eq!(["2.5", "0.0", "12", "x"].map(super::tenths), [25, 0, 120, 0]);
    }
}
