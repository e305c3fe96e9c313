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
