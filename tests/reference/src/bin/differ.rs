//! The long comparison of the compiled plan with the reference:
//! `cargo run --release -p reference --bin differ -- --triples 10000000 [--seed 1] [--threads 2] [--minutes 10]`.
//!
//! Ends with 1 on the first difference, made small, with the seed that replays it.
#![allow(clippy::expect_used, clippy::panic, reason = "a tool on a desk")]

use reference::differ::{self, STATES, Tally};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Events asked of each programme.
const EVENTS: usize = 60;

struct Asked {
    triples: u64,
    seed: u64,
    threads: usize,
    minutes: u64,
}

fn asked() -> Asked {
    let mut asked = Asked { triples: 1_000_000, seed: 1, threads: 1, minutes: 60 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let number: u64 = words.next().and_then(|next| next.parse().ok()).expect("a number after each word");
        match word.as_str() {
            "--triples" => asked.triples = number,
            "--seed" => asked.seed = number,
            "--threads" => asked.threads = usize::try_from(number).expect("few threads"),
            "--minutes" => asked.minutes = number,
            other => panic!("{other}: --triples, --seed, --threads or --minutes"),
        }
    }
    asked
}

fn main() -> ExitCode {
    let Asked { triples, seed, threads, minutes } = asked();
    let began = Instant::now();
    let (next, done) = (AtomicU64::new(seed), AtomicU64::new(0));
    let stop = AtomicBool::new(false);
    let (total, found) = (Mutex::new(Tally::default()), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut tally = Tally::default();
                while !stop.load(Ordering::Relaxed)
                    && done.load(Ordering::Relaxed) < triples
                    && began.elapsed() < Duration::from_secs(minutes * 60)
                {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let before = tally.triples;
                    if let Some(divergence) = differ::programme(seed, EVENTS, &mut tally) {
                        stop.store(true, Ordering::Relaxed);
                        found.lock().expect("whole").get_or_insert(divergence);
                    }
                    let all = done.fetch_add(tally.triples - before, Ordering::Relaxed);
                    if all / 1_000_000 != (all + tally.triples - before) / 1_000_000 {
                        eprintln!("{} triples, {:.0?}", all + tally.triples - before, began.elapsed());
                    }
                }
                total.lock().expect("whole").add(&tally);
            });
        }
    });
    let tally = total.into_inner().expect("whole");
    println!("programmes  {}", tally.programmes);
    println!("triples     {}", tally.triples);
    println!("conditions  {} of rewards and referrals beside them", tally.asked);
    println!("seeds       {seed} to {}", next.load(Ordering::Relaxed) - 1);
    println!("time        {:.1?} on {threads} threads", began.elapsed());
    for state in STATES {
        println!("  {state:28} {}", tally.reached.get(state).unwrap_or(&0));
    }
    if let Some(divergence) = found.into_inner().expect("whole") {
        println!("\nthe plan and the reference differ: {divergence}");
        return ExitCode::FAILURE;
    }
    println!("differences 0");
    ExitCode::SUCCESS
}
