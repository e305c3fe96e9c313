//! Elapsed time inside one request: monotonic by default, a simulation's own where it injects one. It never tells
//! the time of an entry: `now` is an argument everywhere.

use aws_smithy_async::time::SharedTimeSource;
use std::time::{Duration, Instant, SystemTime};

#[derive(Debug, Clone)]
pub(crate) enum Clock {
    Monotonic(Instant),
    Injected(SharedTimeSource),
}

impl Clock {
    pub(crate) fn new(source: Option<SharedTimeSource>) -> Self {
        source.map_or_else(|| Self::Monotonic(Instant::now()), Self::Injected)
    }

    /// Since an arbitrary start.
    pub(crate) fn now(&self) -> Duration {
        match self {
            Self::Monotonic(start) => start.elapsed(),
            Self::Injected(source) => source.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default(),
        }
    }

    /// How long ago `earlier` was. A clock that went back says for ever: whoever asks is careful then.
    pub(crate) fn since(&self, earlier: Duration) -> Duration {
        self.now().checked_sub(earlier).unwrap_or(Duration::MAX)
    }
}
