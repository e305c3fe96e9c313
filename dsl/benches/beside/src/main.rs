//! Other engines beside Merit: the same campaigns, the same purchase, in one run.
//!
//! The others are asked for less: which rules hold, with the facts already in their own form. Merit is asked for what it
//! is for: points with groups, limits, one rounding, points by line, a trace, from the event as it comes. That all of
//! them find the same rules is asserted before anything is timed. Nothing here is part of the product.
//!
//! `cargo run --release` in this folder; `-- --count ENGINE RULES EVENTS` does nothing but decide, for callgrind: run it
//! with two numbers of events, the difference is what events cost.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench that cannot start must fail")]

mod engines;
#[path = "../../merchant/mod.rs"]
mod merchant;

use engines::{Asked, Engine};
use std::hint::black_box;
use std::time::Instant;

const SIZES: [usize; 3] = [10, 100, 1_000];
/// Engines by turns, so that a noisy minute hits all of them; the least of these rounds counts.
const ROUNDS: usize = 5;
/// A round is as many events as take so long.
const ROUND_SECONDS: f64 = 0.2;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [word, engine, rules, events] = args.as_slice()
        && word == "--count"
    {
        let mut engine = engines::of(engine, &Asked::of(rules.parse().unwrap()));
        for _ in 0..events.parse::<u64>().unwrap() {
            black_box(engine.decide());
        }
        return;
    }
    println!("{:<10} {:>6} {:>14} {:>10} {:>6}", "engine", "rules", "ns per event", "x Merit", "fire");
    for rules in SIZES {
        let asked = Asked::of(rules);
        let mut engines: Vec<(&str, Box<dyn Engine>)> =
            engines::NAMES.iter().map(|name| (*name, engines::of(name, &asked))).collect();
        let expected = engines[0].1.fired();
        for (name, engine) in &mut engines {
            assert_eq!(engine.fired(), expected, "{name}: the same rules hold");
        }
        let mut least = vec![f64::INFINITY; engines.len()];
        let mut events: Vec<u32> = engines.iter_mut().map(|(_, engine)| fit(engine.as_mut())).collect();
        for _ in 0..ROUNDS {
            for (at, (_, engine)) in engines.iter_mut().enumerate() {
                least[at] = least[at].min(timed(engine.as_mut(), &mut events[at]));
            }
        }
        for (at, (name, _)) in engines.iter().enumerate() {
            let times = least[at] / least[0];
            println!("{name:<10} {rules:>6} {:>14.0} {times:>10.1} {:>6}", least[at], expected.len());
        }
    }
}

/// How many events take a round.
fn fit(engine: &mut dyn Engine) -> u32 {
    let mut events = 1_u32;
    loop {
        let began = Instant::now();
        for _ in 0..events {
            black_box(engine.decide());
        }
        let took = began.elapsed().as_secs_f64();
        if took >= ROUND_SECONDS / 4.0 {
            return (f64::from(events) * ROUND_SECONDS / took).ceil() as u32;
        }
        events = events.saturating_mul(2);
    }
}

/// Nanoseconds per event of one round.
fn timed(engine: &mut dyn Engine, events: &mut u32) -> f64 {
    let began = Instant::now();
    for _ in 0..*events {
        black_box(engine.decide());
    }
    began.elapsed().as_secs_f64() * 1e9 / f64::from(*events)
}
