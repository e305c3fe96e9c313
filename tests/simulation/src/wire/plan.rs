//! What the seed says of one request: how long each part of it takes, and what goes wrong with it.

use super::AUDITOR;
use super::json::is_write;
use crate::fault::{Fault, Weather};
use std::time::Duration;

/// How long a write may still be under way after its caller has given up.
const ZOMBIE_MS_MAX: u64 = 120_000;

/// Requests of 100 that are throttled in a storm.
const STORM_PERCENT: u64 = 93;

/// The plan of one request.
pub(super) struct Plan {
    pub(super) fault: Option<Fault>,
    /// On its way to the table.
    pub(super) there: Duration,
    /// Before the table begins.
    pub(super) late: Duration,
    /// While it is carried out.
    pub(super) work: Duration,
    /// The answer's way back.
    pub(super) back: Duration,
}

impl Plan {
    pub(super) fn make(weather: &mut Weather, operation: &str, label: u64, storm: bool) -> Self {
        let (fastest, slowest) = weather.latency_us;
        let mut some = || Duration::from_micros(weather.number(fastest..slowest) / 3);
        let (there, work, back) = (some(), some(), some());
        let mut plan = Self { fault: None, there, late: Duration::ZERO, work, back };
        if label == AUDITOR {
            return plan;
        }
        if storm && weather.number(0..100) < STORM_PERCENT {
            weather.note(Fault::Throttled);
            plan.fault = Some(Fault::Throttled);
            return plan;
        }
        let is_write = is_write(operation);
        let is_transaction = operation == "TransactWriteItems";
        let before = [Fault::Throttled, Fault::FailedBefore, Fault::TimedOutBefore, Fault::ResetBefore];
        plan.fault = weather.one_of(&before);
        if plan.fault.is_none() && is_transaction {
            plan.fault = weather.one_of(&[Fault::ConflictClaimed, Fault::InProgress]);
        }
        if plan.fault.is_none() && is_write {
            let after = [Fault::FailedAfter, Fault::TimedOutAfter, Fault::ResetAfter, Fault::Zombie];
            plan.fault = weather.one_of(&after);
        }
        if plan.fault.is_none() {
            plan.fault = weather.one_of(&[Fault::Truncated, Fault::Slow]);
        }
        match plan.fault {
            Some(Fault::Zombie) => plan.late = Duration::from_millis(weather.number(1..ZOMBIE_MS_MAX)),
            Some(Fault::Slow) => plan.back = Duration::from_millis(weather.number(200..6_000)),
            _ => {}
        }
        plan
    }

    /// True for what the SDK asks again at once, as long as it has retries left.
    pub(super) const fn is_repeated(&self) -> bool {
        matches!(self.fault, Some(Fault::Throttled | Fault::FailedBefore))
    }
}
