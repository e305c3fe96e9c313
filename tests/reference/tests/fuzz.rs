//! A smoke run of every fuzz target, for every change; `cargo run --release -p reference --bin fuzz` is the long run.
#![allow(clippy::panic, reason = "tests state what must hold")]

use reference::fuzz::{TARGETS, corpus, run};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn every_target_survives_some_inputs() {
    let corpus = corpus();
    assert!(corpus.len() > 7, "the examples and what is kept");
    for target in TARGETS {
        for seed in 0..40 {
            let failed = catch_unwind(AssertUnwindSafe(|| run(target, seed, &corpus))).is_err();
            assert!(!failed, "{}: --target {} --seed {seed} replays it", target.0, target.0);
        }
    }
}
