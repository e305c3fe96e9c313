//! The long run of the fuzz targets: `cargo run --release -p reference --bin fuzz [-- --seconds 60] [--target rule_bytes]
//! [--seed 1]`. Ends with 1 on the first failure, with the target and the seed that replay it.
#![allow(clippy::expect_used, clippy::panic, reason = "a tool on a desk")]

use reference::fuzz::{TARGETS, corpus, run};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// An input that takes longer is a failure too: far more than the goal, for a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let (mut seconds, mut only, mut first) = (60_u64, None, 1_u64);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let next = words.next().expect("a value after each word");
        match word.as_str() {
            "--seconds" => seconds = next.parse().expect("a number"),
            "--seed" => first = next.parse().expect("a number"),
            "--target" => only = Some(next),
            other => panic!("{other}: --seconds, --seed or --target"),
        }
    }
    let corpus = corpus();
    let targets = TARGETS.into_iter().filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name));
    let mut all = 0;
    for target in targets {
        let (name, _) = target;
        let began = Instant::now();
        let (mut seed, mut longest) = (first, Duration::ZERO);
        while began.elapsed() < Duration::from_secs(seconds) {
            let started = Instant::now();
            let failed = catch_unwind(AssertUnwindSafe(|| run(target, seed, &corpus))).is_err();
            let took = started.elapsed();
            longest = longest.max(took);
            if failed || took > PATIENCE {
                println!("{name}: fails after {took:.1?}; --target {name} --seed {seed} replays it");
                return ExitCode::FAILURE;
            }
            seed += 1;
        }
        println!("{name:16} {:>9} inputs, the longest {longest:.1?}", seed - first);
        all += seed - first;
    }
    println!("{all} inputs, no failure");
    ExitCode::SUCCESS
}
