//! A share of the long comparison, for every change: the plan against the reference on the same programmes, events
//! and facts. `cargo run --release -p reference --bin differ` is the long run.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what must hold")]

use reference::differ::{self, STATES, Tally};

#[test]
fn the_plan_and_the_reference_agree_and_every_state_is_reached() {
    let mut tally = Tally::default();
    for seed in 0..600 {
        if let Some(divergence) = differ::programme(seed, 25, &mut tally) {
            panic!("{divergence}");
        }
    }
    println!("{} triples over {} programmes", tally.triples, tally.programmes);
    let missed: Vec<&str> = STATES.into_iter().filter(|state| !tally.reached.contains_key(state)).collect();
    assert!(missed.is_empty(), "never reached, so never compared: {missed:?}");
}
