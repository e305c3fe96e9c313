//! A smoke run of every fuzz target, for every change; `cargo run --release -p fuzz --bin fuzz` is the long run.
#![allow(clippy::panic, reason = "tests state what must hold")]

use fuzz::{Corpus, OF_THE_EDGE, Target, language, run};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn survives(target: Target, seeds: std::ops::Range<u64>, corpus: &Corpus) {
    assert!(!corpus.of(target).is_empty(), "{}: no corpus", target.name);
    for seed in seeds {
        let failed = catch_unwind(AssertUnwindSafe(|| run(target, seed, corpus))).is_err();
        assert!(!failed, "{}: --target {} --seed {seed} --inputs 1 replays it", target.name, target.name);
    }
}

#[test]
fn every_target_of_the_language_survives_some_inputs() {
    let corpus = Corpus::read();
    for target in language::TARGETS {
        survives(target, 0..40, &corpus);
    }
}

#[test]
fn every_target_of_the_edge_survives_some_inputs() {
    let corpus = Corpus::read();
    for target in OF_THE_EDGE {
        survives(target, 0..60, &corpus);
    }
}
