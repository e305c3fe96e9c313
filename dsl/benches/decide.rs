//! Time to decide one purchase of four lines, with limits, groups, credits by line and a full trace: as it is decided
//! (buffers kept, the answer by index) and with the whole outcome (a verdict and its reason for every rule).
//!
//! `cargo bench -p dsl --bench decide`. For a count of instructions, which no neighbour on the machine disturbs:
//! `valgrind --tool=callgrind target/release/deps/decide-… --count dense 1000 20000`, twice with different numbers of
//! events; the difference is what events cost.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a bench that cannot start must fail")]

#[path = "merchant/mod.rs"]
mod merchant;

use divan::{Bencher, black_box};
use dsl::event::Event;
use dsl::facts::Facts;
use dsl::plan::{Rulebook, Work};

type Make = fn(usize) -> Rulebook;

/// Programmes of which every second rule fires, and of which one in seventy does.
const PROGRAMMES: [(&str, Make); 2] = [("dense", merchant::rulebook), ("sparse", merchant::sparse)];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if let Some(at) = args.iter().position(|arg| arg == "--count") {
        count(&args[at + 1..]);
        return;
    }
    // A bench of a plan that does nothing would be worth nothing; that it does the right thing is for the tests.
    for (name, make) in PROGRAMMES {
        for rules in [10, 100, 1_000] {
            let (book, event, facts) = asked(make, rules);
            let mut work = Work::default();
            book.evaluate_into(&event, &facts, &mut work);
            let answer = work.answer();
            assert!(answer.points > 0);
            println!("{name}, {rules} rules: {} fire, {} points", answer.fired.len(), answer.points);
        }
    }
    divan::main();
}

/// Decides so many events and nothing else.
fn count(args: &[String]) {
    let [name, rules, events] = args else { panic!("--count PROGRAMME RULES EVENTS") };
    let make = PROGRAMMES.iter().find(|(known, _)| known == name).map(|(_, make)| *make);
    let (book, event, facts) = asked(make.unwrap(), rules.parse().unwrap());
    let mut work = Work::default();
    for _ in 0..events.parse().unwrap() {
        book.evaluate_into(black_box(&event), black_box(&facts), &mut work);
        black_box(work.answer());
    }
}

fn asked(make: Make, rules: usize) -> (Rulebook, Event, Facts) {
    let book = make(rules);
    let facts = merchant::facts(&book);
    (book, merchant::event(), facts)
}

#[divan::bench(args = [10, 100, 1_000])]
fn dense(bencher: Bencher<'_, '_>, rules: usize) {
    decide(bencher, merchant::rulebook, rules);
}

#[divan::bench(args = [10, 100, 1_000])]
fn sparse(bencher: Bencher<'_, '_>, rules: usize) {
    decide(bencher, merchant::sparse, rules);
}

fn decide(bencher: Bencher<'_, '_>, make: Make, rules: usize) {
    let (book, event, facts) = asked(make, rules);
    let mut work = Work::default();
    bencher.bench_local(|| {
        book.evaluate_into(black_box(&event), black_box(&facts), &mut work);
        work.answer().points
    });
}

#[divan::bench(args = [10, 100, 1_000])]
fn dense_in_full(bencher: Bencher<'_, '_>, rules: usize) {
    let (book, event, facts) = asked(merchant::rulebook, rules);
    bencher.bench_local(|| book.evaluate(black_box(&event), black_box(&facts)));
}
