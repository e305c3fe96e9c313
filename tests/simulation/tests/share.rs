//! The share of the simulation that every change must pass: some seeds, a pair of runs with one seed, and a few planted
//! bugs. The long run is `simulate --seeds N`; see the README beside this crate.
//!
//! What it never does: run for more than a minute or two. Every failure names the command that replays it.

#![allow(clippy::panic, reason = "a test says what went wrong by failing")]

use simulation::planted::Plant;
use simulation::report::{find, replay, verdict_of};
use simulation::run::Order;

/// Seeds of the share; every twentieth lets its schedule run for a year, which takes too long here.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=3;

/// Short runs: debug code is slow.
const OPERATIONS: u64 = 25;

/// A bug on the wire, one that only the text of the rules tells, one at the front.
const SOME_PLANTS: [Plant; 3] = [Plant::NoLookUp, Plant::AwardTooHigh, Plant::FreshKeyOnRetry];

#[test]
fn seeds_break_no_promise_and_one_seed_is_one_run() {
    let mut faults = std::collections::BTreeSet::new();
    for seed in SEEDS {
        let order = Order { seed, operations: OPERATIONS, planted: None };
        let verdict = verdict_of(order);
        assert!(verdict.violations.is_empty(), "{:#?}\nreplay: {}", verdict.violations, replay(order));
        assert!(
            verdict.audited.0 > 0 && verdict.passed.requests.len() > 3,
            "nothing happened: {}",
            replay(order)
        );
        faults.extend(verdict.passed.faults.into_keys());
        if seed == *SEEDS.start() {
            let again = verdict_of(order).passed.trace;
            assert_eq!(again, verdict.passed.trace, "a second run differs: {}", replay(order));
        }
    }
    assert!(faults.len() >= 15, "only these went wrong: {faults:?}");
}

#[test]
fn planted_bugs_are_found() {
    for planted in SOME_PLANTS {
        let order = Order { seed: 1, operations: OPERATIONS, planted: Some(planted) };
        let found = find(order, 6);
        let Some(found) = found else { panic!("{}: {}: not found", planted.name(), planted.about()) };
        let by_rules = found.oracles.iter().any(|oracle| oracle == "model");
        assert!(by_rules || planted != Plant::AwardTooHigh, "{found:?}: not by the text of the rules");
    }
}
