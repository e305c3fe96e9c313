//! Sending events in the order of their subjects: never one of a member before an earlier one of hers was taken.
//!
//! What it never does: know where events go, or read a clock.

use crate::cloud::bus::{BYTES_MAX, EVENTS_MAX, bytes_of};
use crate::events_out::Event;
use std::collections::{BTreeMap, BTreeSet};

/// An event on its way, and the record it came with.
#[derive(Debug, Clone)]
pub struct Bound {
    /// Which record of the batch.
    pub record: usize,
    /// The event.
    pub event: Event,
}

/// How often an event that was not taken is sent again before its record is left to the next run.
const ROUNDS_MAX: u32 = 3;

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sent {
    /// Events that were taken.
    pub taken: u64,
    /// Requests that were made.
    pub requests: u64,
    /// Records of which an event was not taken.
    pub left: BTreeSet<usize>,
    /// Why, of the last one that was refused.
    pub why: Option<String>,
}

/// Sends events by `send`, which says of each why it was not taken, if it was not; in requests of at most 10 events
/// and 256 KiB, no two of one subject in the same request, for a request has no order. After one that is not taken, no
/// later one of its subject is sent. `pause` is asked between two tries, and says when it is time to stop.
pub async fn send_in_order(
    bound: Vec<Bound>,
    mut send: impl AsyncFnMut(&[&Event]) -> Result<Vec<Option<String>>, String>,
    mut pause: impl AsyncFnMut(u32) -> bool,
) -> Sent {
    let mut report = Sent::default();
    let mut lanes: BTreeMap<(String, Option<String>), Vec<Bound>> = BTreeMap::new();
    for one in bound.into_iter().rev() {
        let (tenant, member) = one.event.subject();
        lanes.entry((tenant.to_owned(), member.map(str::to_owned))).or_default().push(one);
    }
    // each lane's next event is its last: lanes were filled from the end
    let mut lanes: Vec<Vec<Bound>> = lanes.into_values().collect();
    let mut failures = 0;
    while !lanes.is_empty() {
        let mut failed = false;
        for request in requests(&lanes) {
            let events: Vec<&Event> =
                request.iter().filter_map(|lane| Some(&lanes.get(*lane)?.last()?.event)).collect();
            report.requests = report.requests.saturating_add(1);
            let told = match send(&events).await {
                Ok(told) if told.len() == events.len() => told,
                Ok(_) => vec![Some("the answer does not fit the request".to_owned()); events.len()],
                Err(why) => vec![Some(why); events.len()],
            };
            for (lane, why) in request.into_iter().zip(told) {
                match why {
                    None => {
                        report.taken = report.taken.saturating_add(1);
                        lanes.get_mut(lane).and_then(Vec::pop);
                    }
                    Some(why) => {
                        failed = true;
                        report.why = Some(why);
                    }
                }
            }
        }
        lanes.retain(|lane| !lane.is_empty());
        if failed {
            failures += 1;
        }
        if lanes.is_empty() || failures >= ROUNDS_MAX || !pause(if failed { failures } else { 0 }).await {
            break;
        }
    }
    report.left = lanes.iter().flatten().map(|one| one.record).collect();
    report
}

/// The next event of every lane, in requests.
fn requests(lanes: &[Vec<Bound>]) -> Vec<Vec<usize>> {
    let mut requests: Vec<Vec<usize>> = Vec::new();
    let mut bytes = 0_usize;
    for (lane, next) in lanes.iter().enumerate().filter_map(|(lane, bound)| Some((lane, bound.last()?))) {
        let size = bytes_of(&next.event);
        match requests.last_mut() {
            Some(last) if last.len() < EVENTS_MAX && bytes.saturating_add(size) <= BYTES_MAX => {
                last.push(lane);
                bytes = bytes.saturating_add(size);
            }
            _ => {
                requests.push(vec![lane]);
                bytes = size;
            }
        }
    }
    requests
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;
    use crate::events_out::programme_published;
    use domain::ids::TenantId;
    use dsl::units::Moment;
    use proptest::prelude::*;
    use std::cell::RefCell;
    use store::rules::ActiveVersion;

    /// The n-th event of a subject, with so many bytes more than it needs.
    fn bound(record: usize, subject: u8, activation: u64, bytes: usize) -> Bound {
        let tenant = TenantId::parse(&format!("t{subject}")).unwrap();
        let (since, by) = (Moment(0), "x".repeat(bytes));
        let active = ActiveVersion { id: "v".to_owned(), activation, since, by, uploaded_at: None };
        Bound { record, event: programme_published(&tenant, &active) }
    }

    /// A future that never waits, run to its end.
    fn run<T>(future: impl Future<Output = T>) -> T {
        let mut future = std::pin::pin!(future);
        match future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(value) => value,
            std::task::Poll::Pending => unreachable!("nothing waits here"),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn never_one_before_an_earlier_one_of_its_subject(
            subjects in proptest::collection::vec((0_u8..20, 0_usize..120_000), 0..60),
            refused in proptest::collection::vec(any::<u16>(), 0..40),
            stop_after in 0_u32..30,
        ) {
            let mut counts = BTreeMap::new();
            let all: Vec<Bound> = subjects.iter().enumerate().map(|(record, (subject, bytes))| {
                let nth = counts.entry(*subject).or_insert(0_u64);
                *nth += 1;
                bound(record, *subject, *nth, *bytes)
            }).collect();
            let (taken, mishaps) = (RefCell::new(Vec::new()), RefCell::new(refused.into_iter()));
            let rounds = RefCell::new(0_u32);
            let send = async |events: &[&Event]| {
                assert!(events.len() <= EVENTS_MAX);
                assert!(events.len() == 1 || events.iter().map(|event| bytes_of(event)).sum::<usize>() <= BYTES_MAX);
                let subjects: BTreeSet<_> = events.iter().map(|event| event.subject()).collect();
                assert_eq!(subjects.len(), events.len(), "two of one subject in a request");
                let places = mishaps.borrow_mut().next().unwrap_or(0);
                if places == u16::MAX {
                    return Err("no answer".to_owned());
                }
                let told = events.iter().enumerate().map(|(place, event)| {
                    let refused = places & (1 << place) != 0;
                    if !refused {
                        taken.borrow_mut().push(event.id.clone());
                    }
                    refused.then(|| "refused".to_owned())
                });
                Ok(told.collect())
            };
            let pause = async |_| {
                *rounds.borrow_mut() += 1;
                *rounds.borrow() < stop_after
            };
            let sent = run(send_in_order(all.clone(), send, pause));
            let taken = taken.into_inner();
            prop_assert_eq!(sent.taken, u64::try_from(taken.len()).unwrap());
            // every event was taken, or its record is left; of a subject, the first ones were taken, in order
            let mut order: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for one in &all {
                let was_taken = taken.contains(&one.event.id);
                prop_assert!(was_taken != sent.left.contains(&one.record), "{}", one.event.id);
                order.entry(one.event.tenant.to_string()).or_default().push(one.event.id.clone());
            }
            for (tenant, ids) in order {
                let of_tenant: Vec<_> = taken.iter().filter(|id| id.starts_with(&format!("{tenant}/"))).cloned().collect();
                prop_assert_eq!(&ids[..of_tenant.len()], &of_tenant[..]);
            }
        }
    }
}
