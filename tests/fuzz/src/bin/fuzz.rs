//! The long run of the targets: `cargo run --release -p fuzz --bin fuzz [-- --seconds 60] [--target rule_bytes]
//! [--seed 1] [--inputs 1000000] [--threads 2]`. Ends with 1 on the first failure, with the target and the seed that
//! replay it. `--target` may be the beginning of some names.
#![allow(clippy::expect_used, clippy::panic, reason = "a tool on a desk")]

use fuzz::{Corpus, Target, run, targets};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// An input that takes longer is a failure too: far more than the goal, for a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

struct Asked {
    /// Of each target.
    seconds: u64,
    /// Of each target, at most.
    inputs: u64,
    seed: u64,
    threads: usize,
    only: String,
}

fn asked() -> Asked {
    let mut asked = Asked { seconds: 60, inputs: u64::MAX, seed: 1, threads: 1, only: String::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let next = words.next().expect("a value after each word");
        match word.as_str() {
            "--seconds" => asked.seconds = next.parse().expect("a number"),
            "--inputs" => asked.inputs = next.parse().expect("a number"),
            "--seed" => asked.seed = next.parse().expect("a number"),
            "--threads" => asked.threads = next.parse().expect("a number"),
            "--target" => asked.only = next,
            other => panic!("{other}: --seconds, --inputs, --seed, --threads or --target"),
        }
    }
    asked
}

/// Inputs that a target took, and the longest; or none where one failed.
fn took(target: Target, asked: &Asked, corpus: &Corpus) -> Option<(u64, Duration)> {
    let began = Instant::now();
    let (mut inputs, mut longest) = (0, Duration::ZERO);
    while began.elapsed() < Duration::from_secs(asked.seconds) && inputs < asked.inputs {
        let (seed, started) = (asked.seed + inputs, Instant::now());
        let failed = catch_unwind(AssertUnwindSafe(|| run(target, seed, corpus))).is_err();
        let took = started.elapsed();
        // the first of a thread makes what the others attack
        longest = if inputs == 0 { longest } else { longest.max(took) };
        if failed || took > PATIENCE && inputs > 0 {
            let (name, said) = (target.name, SAID.take());
            println!("{}", said.chars().take(4_000).collect::<String>());
            println!("{name}: fails after {took:.1?}; --target {name} --seed {seed} --inputs 1 replays it");
            return None;
        }
        inputs += 1;
    }
    Some((inputs, longest))
}

thread_local! {
    /// What the last panic of this thread said: what a handler catches is no failure.
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| SAID.set(panic.to_string())));
    let (asked, corpus) = (asked(), Corpus::read());
    let all: Vec<Target> = targets().filter(|target| target.name.starts_with(&asked.only)).collect();
    assert!(!all.is_empty(), "there is no target `{}`", asked.only);
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let total: u64 = std::thread::scope(|scope| {
        let work = || {
            let mut sum = 0;
            while let Some(target) = all.get(next.fetch_add(1, Ordering::SeqCst)) {
                if let Some((inputs, longest)) = took(*target, &asked, &corpus) {
                    println!("{:16} {inputs:>9} inputs, the longest {longest:.1?}", target.name);
                    sum += inputs;
                } else {
                    failed.store(true, Ordering::SeqCst);
                }
            }
            sum
        };
        let threads: Vec<_> = (0..asked.threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread")).sum()
    });
    if failed.into_inner() {
        println!("{total} inputs, FAILURES above");
        return ExitCode::FAILURE;
    }
    println!("{total} inputs of {} targets, no failure", all.len());
    ExitCode::SUCCESS
}
