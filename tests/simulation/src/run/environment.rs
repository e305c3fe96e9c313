//! Environments of functions: what each keeps while it is warm, and what becomes of it during one delivery.

use super::{Run, lock};
use crate::clock::Timer;
use crate::executor;
use crate::fault::{Fault, Weather};
use crate::planted::Plant;
use crate::wire::Caller;
use aws_smithy_async::time::SharedTimeSource;
use dsl::units::Moment;
use handlers::App;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use store::Store;
use store::config::Config;

/// Environments that stay warm in a run.
pub(super) const WARM: usize = 6;

/// The longest a function may take that somebody waits for.
const DEADLINE: Duration = Duration::from_secs(28);

/// The longest a job may take.
pub(super) const JOB_DEADLINE: Duration = Duration::from_mins(5);

/// One environment.
#[derive(Clone)]
pub(super) struct Environment {
    pub(super) app: App,
    pub(super) number: u64,
    /// True for one that runs newer code.
    is_newer: bool,
    started: Moment,
}

impl Run {
    /// A new environment: a store with nothing cached and retries of its own.
    pub(super) fn environment(&self) -> Result<Environment, String> {
        let hands = self.hands.sibling();
        let mut config = Config::local("http://table.invalid", "merit");
        config.http_client =
            Some(aws_smithy_runtime_api::client::http::SharedHttpClient::new(self.table.clone()));
        config.time = Some(SharedTimeSource::new(hands.clone()));
        config.sleep = Some(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(Timer));
        config.patience = 1;
        let mut started = lock(&self.started);
        *started += 1;
        config.retry_partition = Some(format!("{}-{started}", self.number));
        let store = Store::connect(config).map_err(|e| e.to_string())?;
        let at = hands.true_now();
        let app = App { store, clock: Arc::new(move || hands.now()), secret: self.secret.clone() };
        // A deployment is under way in some seeds: every third environment has the newer code already.
        let is_newer =
            self.table.weather(|weather| weather.is_on(Fault::NewerCode)) && started.is_multiple_of(3);
        Ok(Environment { app, number: *started, is_newer, started: at })
    }

    /// The environment in a slot, with its clock as its fate has it, and whose work is done in it.
    pub(super) fn take(&self, slot: usize, fate: &Fate, tenant: Option<&str>) -> Result<(App, u64), String> {
        let mut environments = lock(&self.environments);
        if fate.is_cold {
            environments[slot] = self.environment()?;
        }
        let Environment { mut app, number, is_newer, started } = environments[slot].clone();
        let hands = self.hands.sibling();
        hands.put_wrong(fate.skew_ms);
        app.clock = match self.order.planted {
            Some(Plant::ClockStopped) => Arc::new(move || started),
            Some(Plant::ClockAhead) if number.is_multiple_of(3) => {
                Arc::new(move || Moment(hands.now().0 + 3 * 86_400_000))
            }
            _ => Arc::new(move || hands.now()),
        };
        let caller = Caller {
            tenant: tenant.map(str::to_owned),
            is_newer,
            calls_left: fate.calls,
            environment: number,
        };
        let mut labels = lock(&self.labels);
        *labels += 1;
        self.table.expect(*labels, caller);
        Ok((app, *labels))
    }

    /// The environment in a slot is gone; the next request meets a new one.
    pub(super) fn lose(&self, slot: usize) {
        if let Ok(fresh) = self.environment() {
            lock(&self.environments)[slot] = fresh;
        }
    }
}

/// What becomes of an environment during one delivery.
pub(super) struct Fate {
    is_cold: bool,
    /// True when it does not survive being cut off.
    pub(super) is_fatal: bool,
    /// When it is cut off.
    pub(super) ends: Duration,
    /// After how many calls it is killed.
    calls: Option<u64>,
    /// When it is frozen, and for how long.
    pub(super) freeze: Option<(Duration, Duration)>,
    skew_ms: i64,
}

impl Fate {
    pub(super) fn draw(weather: &mut Weather, is_job: bool) -> Self {
        let mut fate = Self {
            is_cold: weather.strikes(Fault::ColdStart),
            is_fatal: false,
            ends: if is_job { JOB_DEADLINE } else { DEADLINE },
            calls: None,
            freeze: None,
            skew_ms: 0,
        };
        if weather.strikes(Fault::Crashed) {
            fate.is_fatal = true;
            fate.ends = Duration::from_micros(weather.number(1..400_000));
        } else if weather.strikes(Fault::KilledBetweenCalls) {
            fate.is_fatal = true;
            fate.calls = Some(weather.number(1..8));
        } else if weather.strikes(Fault::DeadlineReached) {
            fate.ends = Duration::from_millis(weather.number(1..3_000));
        }
        if weather.strikes(Fault::Frozen) {
            let after = Duration::from_micros(weather.number(1..100_000));
            let how_long = Duration::from_secs(weather.number(1..7_200));
            fate.freeze = Some((after, how_long));
            fate.ends += how_long;
        }
        if weather.strikes(Fault::ClockSkewed) {
            fate.skew_ms = i64::try_from(weather.number(0..270_000)).unwrap_or(0);
        } else if weather.strikes(Fault::ClockBack) {
            fate.skew_ms = -i64::try_from(weather.number(0..300_000)).unwrap_or(0);
        }
        fate
    }
}

/// Stops polling a future for a while, at some moment of its life.
pub(super) async fn frozen<F: Future>(future: F, freeze: Option<(Duration, Duration)>) -> F::Output {
    let mut future = pin!(future);
    if let Some((after, how_long)) = freeze {
        let mut until = Box::pin(executor::sleep(after));
        let early = std::future::poll_fn(|context| {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                return Poll::Ready(Some(value));
            }
            until.as_mut().poll(context).map(|()| None)
        })
        .await;
        if let Some(value) = early {
            return value;
        }
        executor::sleep(how_long).await;
    }
    future.await
}
