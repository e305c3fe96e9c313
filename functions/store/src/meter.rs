//! What a request cost: counted on the wire, shown in logs and asserted by tests.

/// Round trips deep, requests, and capacity units in tenths (DynamoDB bills halves).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Meter {
    /// Sequential round trips: parallel reads count once.
    pub round_trips: u32,
    /// Requests sent, retries by the SDK not included.
    pub requests: u32,
    /// Read units x 10.
    pub read_units_tenths: u64,
    /// Write units x 10.
    pub write_units_tenths: u64,
    /// Times another writer won.
    pub conflicts: u32,
}

impl Meter {
    /// One read request that cost so many units.
    pub(crate) fn read(units: Option<f64>) -> Self {
        Self { round_trips: 1, requests: 1, read_units_tenths: tenths(units), ..Self::default() }
    }

    /// One write request that cost so many units.
    pub(crate) fn write(units: Option<f64>) -> Self {
        Self { round_trips: 1, requests: 1, write_units_tenths: tenths(units), ..Self::default() }
    }

    /// What happened after this.
    pub(crate) fn then(&mut self, next: Self) {
        self.round_trips = self.round_trips.saturating_add(next.round_trips);
        self.add(next);
    }

    /// What happened at the same time as this.
    pub(crate) fn beside(mut self, other: Self) -> Self {
        self.round_trips = self.round_trips.max(other.round_trips);
        self.add(other);
        self
    }

    fn add(&mut self, other: Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.read_units_tenths = self.read_units_tenths.saturating_add(other.read_units_tenths);
        self.write_units_tenths = self.write_units_tenths.saturating_add(other.write_units_tenths);
        self.conflicts = self.conflicts.saturating_add(other.conflicts);
    }
}

/// Capacity units arrive as a float with at most one decimal; nothing but this meter ever sees it.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded, clamped to 0 and far below 2^53"
)]
fn tenths(units: Option<f64>) -> u64 {
    (units.unwrap_or(0.0) * 10.0).round().max(0.0) as u64
}
