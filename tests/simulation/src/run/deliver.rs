//! Deliveries: when and how often a request comes, and what its client does until it has an answer.

use super::environment::{Fate, WARM, frozen};
use super::{Run, lock};
use crate::executor;
use crate::fault::{Fault, Weather};
use crate::oracle::history::{History, Seen};
use crate::workload::{Operation, What};
use dsl::calendar::Zone;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot::Receiver;

/// How often a client asks before it is said that nobody answers: in the worst weather one attempt of twenty gets through
/// to a commit, and one of a hundred to a commit on two chains.
const ATTEMPTS_MAX: u32 = 1_000;

/// Asked so often in vain, a client comes back only now and then.
const INSISTENT_MAX: u32 = 40;

/// How long it may take to answer every request that is under way once nothing goes wrong any more.
const RECOVERY_MAX: Duration = Duration::from_mins(1);

/// How often a job is tried: the schedule's next run goes on where this one stopped.
const JOB_ATTEMPTS_MAX: u32 = 4;

/// How often a client asks in vain once nothing goes wrong any more: never, but for what others write meanwhile.
const CALM_ATTEMPTS_MAX: u32 = 3;

impl Run {
    /// Starts all deliveries of an operation; each ends with an answer, or after many attempts.
    pub(super) fn deliver(self: &Arc<Self>, operation: &Operation) -> Vec<Receiver<()>> {
        let mut moments = vec![operation.at];
        let mut other_body = false;
        self.table.weather(|weather| match &operation.what {
            What::Asked(asked) => {
                let later = |range: std::ops::Range<u64>, weather: &mut Weather| {
                    operation.at + Duration::from_millis(weather.number(range))
                };
                if weather.strikes(Fault::TwiceAtOnce) {
                    moments.push(operation.at);
                }
                if weather.strikes(Fault::TwiceSoon) {
                    moments.push(later(1..30_000, weather));
                }
                if weather.strikes(Fault::TwiceAfterTokens) {
                    moments.push(later(601_000..2_600_000_000, weather));
                }
                if weather.strikes(Fault::Reordered) {
                    moments[0] = later(0..2_000, weather);
                }
                other_body = asked.key.is_some() && weather.strikes(Fault::OtherBody);
            }
            What::Rules(_) => weather.note(Fault::RulesSwitched),
            What::Upload(..) => {
                if weather.strikes(Fault::UploadTwice) {
                    moments.push(operation.at + Duration::from_millis(weather.number(0..600_000)));
                }
                if weather.strikes(Fault::UploadReordered) {
                    moments[0] += Duration::from_secs(weather.number(60..200_000));
                }
            }
            What::Job(_) => {
                if weather.strikes(Fault::JobTwice) {
                    moments.push(operation.at);
                }
                if weather.strikes(Fault::JobLate) {
                    moments[0] += Duration::from_secs(weather.number(3_600..40_000));
                }
                if weather.strikes(Fault::JobMissed) {
                    moments.clear();
                }
            }
            What::Scheduled(_) => {}
        });
        let mut sent: Vec<(Duration, bool)> = moments.into_iter().map(|at| (at, false)).collect();
        if other_body {
            sent.push((operation.at + Duration::from_millis(5), true));
        }
        sent.into_iter().map(|(at, altered)| self.start(at, operation.clone(), altered)).collect()
    }

    fn start(self: &Arc<Self>, at: Duration, operation: Operation, altered: bool) -> Receiver<()> {
        let (done, receiver) = tokio::sync::oneshot::channel();
        let run = Arc::clone(self);
        executor::spawn(async move {
            executor::sleep_until(at).await;
            run.note_calendar();
            let storm =
                run.table.weather(|weather| weather.is_on(Fault::RetriesSpent) && weather.number(0..60) == 0);
            if storm {
                run.table.storm();
            }
            Box::pin(run.insist(&operation, altered)).await;
            let _ = done.send(());
        });
        receiver
    }

    /// Notes a delivery in an hour that calendars make hard.
    fn note_calendar(&self) {
        let now = self.hands.true_now();
        let utc = Zone::utc().show(now);
        let (day, hour) = (utc.get(5..10).unwrap_or_default(), utc.get(11..13).unwrap_or_default());
        let changes = ["2026-03-29", "2026-10-25", "2027-03-28", "2027-10-31", "2028-03-26", "2028-10-29"];
        let overseas = ["2026-11-01", "2027-03-14", "2027-11-07", "2028-03-12", "2028-11-05"];
        let date = utc.get(..10).unwrap_or_default();
        let changing = (changes.contains(&date) && matches!(hour, "00" | "01"))
            || (overseas.contains(&date) && matches!(hour, "05" | "06" | "07"));
        let turning = day == "02-29"
            || (day == "12-31" && matches!(hour, "22" | "23"))
            || (day == "01-01" && matches!(hour, "04" | "05"));
        self.table.weather(|weather| {
            if changing {
                weather.note(Fault::ClocksChanged);
            }
            if turning {
                weather.note(Fault::LeapOrNewYear);
            }
        });
    }

    /// Asks until there is a definite answer, as a client does.
    pub(super) async fn insist(self: &Arc<Self>, operation: &Operation, altered: bool) {
        let is_job = matches!(operation.what, What::Job(_) | What::Scheduled(_));
        let attempts = if is_job { JOB_ATTEMPTS_MAX } else { ATTEMPTS_MAX };
        // Attempts begun when nothing went wrong any more, and when the first was.
        let (mut calm_attempts, mut calm_since) = (0, None);
        for attempt in 0..attempts {
            *lock(&self.deliveries) += 1;
            if attempt > 0 && lock(&self.calmed).is_some_and(|calmed| executor::now() >= calmed) {
                calm_attempts += 1;
                calm_since.get_or_insert_with(executor::now);
            }
            let (seen, key) = Box::pin(self.attempt(operation, (attempt, altered))).await;
            let definite = seen.is_definite();
            if seen.status == 500 {
                lock(&self.broken).push(format!("answer: 500 {} to {:?}", seen.body, operation.what));
            }
            lock(&self.history).note(key, seen);
            if definite {
                // what a job leaves, the schedule's next run takes up: nobody waits for it
                if let Some(since) = calm_since.filter(|_| !is_job) {
                    let took = executor::now().saturating_sub(since);
                    if took > RECOVERY_MAX {
                        lock(&self.history).gave_up(format!("within a minute: {:?}", operation.what));
                    }
                    let mut longest = lock(&self.recovered);
                    if took > longest.0 {
                        let what = format!("seed {}, request {}", self.order.seed, operation.number);
                        *longest = (took, what);
                    }
                }
                return;
            }
            if calm_attempts > CALM_ATTEMPTS_MAX {
                lock(&self.history)
                    .gave_up(format!("though nothing goes wrong any more: {:?}", operation.what));
                return;
            }
            if self.table.weather(|weather| weather.strikes(Fault::ClientGaveUp)) {
                executor::sleep(Duration::from_mins(7)).await;
            }
            let pause = Duration::from_millis((50_u64 << attempt.min(11)).min(30_000));
            executor::sleep(if attempt < INSISTENT_MAX { pause } else { Duration::from_mins(40) }).await;
        }
        if attempts == ATTEMPTS_MAX {
            lock(&self.history).gave_up(format!("{operation:?}"));
        }
    }

    /// One delivery to one environment, which may be killed, frozen, or late.
    async fn attempt(
        self: &Arc<Self>,
        operation: &Operation,
        (attempt, altered): (u32, bool),
    ) -> (Seen, Option<crate::oracle::history::Key>) {
        let sent = executor::now();
        let of_all = matches!(operation.what, What::Job(_) | What::Scheduled(_));
        let (slot, fate) = self.table.weather(|weather| {
            let slot = usize::try_from(weather.number(0..WARM as u64)).unwrap_or(0);
            (slot, Fate::draw(weather, of_all))
        });
        let tenant = (!of_all).then_some(operation.tenant);
        let none = Seen { sent, answered: sent, ..Seen::default() };
        let (app, label) = match self.take(slot, &fate, tenant) {
            Ok(taken) => taken,
            Err(why) => {
                lock(&self.broken).push(format!("harness: {why}"));
                return (none, None);
            }
        };
        let work = executor::labelled(label, self.work(&app, operation, (attempt, altered)));
        let work = frozen(work, fate.freeze);
        let seen = executor::within(fate.ends, Box::pin(work)).await;
        if seen.is_none() && fate.is_fatal {
            self.lose(slot);
        }
        let answered = executor::now();
        let resolved = lock(&self.resolved).get(&operation.number).cloned().flatten();
        let asked = match &operation.what {
            What::Asked(asked) => Some(resolved.unwrap_or_else(|| asked.clone())),
            _ => None,
        };
        let key = asked.as_ref().and_then(|asked| History::key(operation.tenant, asked));
        let read = asked.as_ref().filter(|asked| asked.method == "GET");
        let read =
            read.map(|asked| (operation.tenant.to_owned(), asked.member.clone(), asked.target.clone()));
        let (target, mut body) =
            asked.map_or((String::new(), Value::Null), |asked| (asked.target, asked.body));
        if altered {
            super::ask::alter(&mut body);
        }
        if let Some(fields) = body.as_object_mut() {
            // told by the key, where they matter: an id, and what only says who may
            fields.remove("event_id");
            fields.remove("token");
            fields.insert("path".to_owned(), target.into());
        }
        if seen.is_some() {
            self.table.finished(label);
        }
        let seen = match seen {
            Some((status, told, replayed)) => {
                Seen { sent, answered, status, body: told, replayed, asked: body, read }
            }
            None => Seen { answered, asked: body, body: json!({ "code": "no answer" }), ..none },
        };
        let key = key.filter(|_| seen.body["code"] != "nothing to ask for");
        (seen, key)
    }
}
