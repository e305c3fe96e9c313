//! Merit's evaluator beside zen-engine, CEL, Cedar, Rhai and Regorus: the same campaigns, the same purchase, in one run.
//!
//! `cargo run --release --manifest-path dsl/benches/beside/Cargo.toml`: a row per engine and number of rules, with the
//! time of one decision, its allocations and how many times longer than Merit it takes. Every engine must give the same points
//! before it is measured. For instructions: `valgrind --tool=callgrind target/release/beside --count ENGINE RULES TIMES`,
//! with two different TIMES; the difference is what decisions cost.
//!
//! Each engine in its fastest way that gives the same answer: CEL as one compiled expression per rule, Rhai as bytecode,
//! Regorus on its virtual machine, Cedar as one policy per rule, zen as one compiled decision table that collects. Their
//! input is made ready before the clock starts. Merit is given the purchase as its handlers give it, texts unresolved,
//! and does more than is asked of the others: limits, groups and budgets, the one rounding, points per line, the trace.

mod engines;
#[path = "../../merchant/sparse.rs"]
mod sparse;

use engines::Ready;
use std::hint::black_box;
use std::time::Instant;

/// The purchase: a regular member's four lines, on a Monday at 8:10.
pub(crate) const LINES: [(i64, &str); 4] = [(740, "coffee"), (320, "bakery"), (1_490, "beans"), (250, "tea")];
pub(crate) const MINUTE: i64 = 490;
pub(crate) const DAY: usize = 0;
pub(crate) const TIER: usize = 1;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, name, rules, times] = args.as_slice()
        && flag == "--count"
    {
        let engine = engines::ALL.iter().find(|(known, _)| known == name).expect("an engine");
        let mut ready = engine.1(&sparse::campaigns(rules.parse::<usize>().expect("a number") - 1));
        for _ in 0..times.parse().expect("a number") {
            black_box(ready());
        }
        return;
    }
    println!("{:<10} {:>6} {:>8} {:>14} {:>12} {:>10}", "engine", "rules", "points", "ns a decision", "allocations", "x Merit");
    for rules in [10, 100, 1_000] {
        let campaigns = sparse::campaigns(rules - 1);
        let expected = expected(&campaigns);
        let mut merit = 0.0;
        for (name, make) in engines::ALL {
            let mut ready = make(&campaigns);
            let points = ready();
            assert_eq!(points, expected, "{name} gives other points");
            let nanoseconds = time(&mut ready);
            if merit == 0.0 {
                merit = nanoseconds;
            }
            let allocations = allocation_counter::measure(|| {
                black_box(ready());
            });
            println!(
                "{name:<10} {rules:>6} {points:>8} {nanoseconds:>14.0} {:>12} {:>10.1}",
                allocations.count_total,
                nanoseconds / merit
            );
        }
    }
}

/// What one decision takes: the best of many short runs, which a neighbour on the machine disturbs least.
fn time(ready: &mut Ready) -> f64 {
    let began = Instant::now();
    black_box(ready());
    let once = began.elapsed().as_nanos().max(1);
    let batch = (2_000_000 / once).clamp(1, 20_000);
    let mut best = f64::INFINITY;
    for _ in 0..100 {
        let began = Instant::now();
        for _ in 0..batch {
            black_box(ready());
        }
        best = best.min(began.elapsed().as_nanos() as f64 / batch as f64);
    }
    best
}

/// Points by hand: a point per 0.10 EUR, those of campaigns, and the best multiplier on the base.
fn expected(campaigns: &[sparse::Campaign]) -> i64 {
    let fires = |one: &&sparse::Campaign| {
        let bought = |category: &usize| LINES.iter().any(|(_, sold)| *sold == sparse::CATEGORIES[*category]);
        let now = match &one.when {
            sparse::When::Time(from, until) => (i64::from(*from)..i64::from(*until)).contains(&MINUTE),
            sparse::When::Days(days) => days.contains(&DAY),
        };
        one.tier == TIER && total() >= one.at_least_minor && one.categories.iter().any(bought) && now
    };
    let fired: Vec<_> = campaigns.iter().filter(fires).map(|one| &one.gives).collect();
    settle(fired.into_iter())
}

pub(crate) fn total() -> i64 {
    LINES.iter().map(|(amount, _)| amount).sum()
}

/// The points of what fired.
pub(crate) fn settle<'a>(fired: impl Iterator<Item = &'a sparse::Gives>) -> i64 {
    let (mut added, mut best) = (0, 10);
    for gives in fired {
        match gives {
            sparse::Gives::Points(points) => added += points,
            sparse::Gives::Tenths(tenths) => best = best.max(*tenths),
        }
    }
    total() * best / 100 + added
}

