//! The SDK's clock and timers, and every environment's idea of what time it is, on the virtual clock.

use crate::executor;
use aws_smithy_async::rt::sleep::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use dsl::units::Moment;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

/// What time it is at the start of a run, and how far an environment's clock is off.
#[derive(Debug, Clone)]
pub struct Hands {
    began: Arc<OnceLock<i64>>,
    skew_ms: Arc<AtomicI64>,
}

impl Hands {
    /// A clock that shows `began` when the run begins.
    pub fn new(began: Moment) -> Self {
        let hands = Self { began: Arc::new(OnceLock::new()), skew_ms: Arc::new(AtomicI64::new(0)) };
        let _ = hands.began.set(began.0);
        hands
    }

    /// What time it really is.
    pub fn true_now(&self) -> Moment {
        let passed = i64::try_from(executor::now().as_millis()).unwrap_or(i64::MAX);
        Moment(self.began.get().copied().unwrap_or_default().saturating_add(passed))
    }

    /// What this clock shows.
    pub fn now(&self) -> Moment {
        Moment(self.true_now().0.saturating_add(self.skew_ms.load(Ordering::Relaxed)))
    }

    /// Puts the clock wrong by so much, forward or back.
    pub fn put_wrong(&self, skew_ms: i64) {
        self.skew_ms.store(skew_ms, Ordering::Relaxed);
    }

    /// A clock of its own that shows the same now, for another environment.
    #[must_use]
    pub fn sibling(&self) -> Self {
        Self { began: Arc::clone(&self.began), skew_ms: Arc::new(AtomicI64::new(0)) }
    }
}

impl TimeSource for Hands {
    fn now(&self) -> SystemTime {
        let millis = u64::try_from(self.true_now().0).unwrap_or_default();
        SystemTime::UNIX_EPOCH + Duration::from_millis(millis)
    }
}

/// The SDK's timer.
#[derive(Debug, Clone, Copy)]
pub struct Timer;

impl AsyncSleep for Timer {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(executor::sleep(duration))
    }
}
