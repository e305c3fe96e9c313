//! Many seeds, one after another, and what a reader is told of them.

use crate::fault;
use crate::oracle::states::{ENOUGH_OF_A_SEED, ENOUGH_OPERATIONS, MUST_OCCUR, missing};
use crate::planted::PLANTS;
use crate::run::{Order, Verdict, run};
use std::collections::BTreeMap;
use std::time::Instant;

/// How long a planted bug may take to be found, in seconds of one processor.
const PLANT_SECONDS_MAX: f64 = 60.0;

/// Seconds of processor time this process has had, so that a busy machine makes nothing slower; of the clock, where the
/// system does not tell.
fn processor_seconds(began: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // proc(5): behind the name in brackets, the 12th and 13th are user and system time, in hundredths of a second
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields).split_whitespace();
    let spent: Vec<f64> = fields.skip(11).take(2).filter_map(|ticks| ticks.parse().ok()).collect();
    if let [user, system] = spent[..] { (user + system) / 100.0 } else { began.elapsed().as_secs_f64() }
}

/// Seeds to run.
#[derive(Debug, Clone, Copy)]
pub struct Seeds {
    /// The first, and how many operations each has.
    pub order: Order,
    /// How many.
    pub seeds: u64,
    /// No new one is begun after so many seconds.
    pub seconds: Option<u64>,
    /// Each is run twice, and must leave the same trace.
    pub twice: bool,
    /// The trace of each is printed, to be compared with those of another process.
    pub traces: bool,
}

/// A run; what keeps it from ending is a violation.
pub fn verdict_of(order: Order) -> Verdict {
    run(order)
        .unwrap_or_else(|why| Verdict { violations: vec![format!("harness: {why}")], ..Verdict::default() })
}

impl Seeds {
    /// Runs and prints; true when nothing was found.
    pub fn print(&self) -> bool {
        let began = Instant::now();
        let mut sum = Verdict::default();
        let (mut done, mut found, mut differ) = (0_u64, 0_usize, 0_u64);
        for seed in (self.order.seed..).take(usize::try_from(self.seeds).unwrap_or(usize::MAX)) {
            if self.seconds.is_some_and(|seconds| began.elapsed().as_secs() >= seconds) {
                break;
            }
            let order = Order { seed, ..self.order };
            let verdict = verdict_of(order);
            done += 1;
            if self.twice && verdict_of(order).passed.trace != verdict.passed.trace {
                differ += 1;
                println!("seed {seed}: a second run left another trace");
            }
            for violation in &verdict.violations {
                println!("seed {seed}: {violation}");
            }
            if !verdict.violations.is_empty() {
                println!("replay: {}", replay(order));
            }
            if self.seeds == 1 {
                verdict.told.iter().for_each(|line| println!("{line}"));
            }
            if self.traces {
                println!("trace of seed {seed}: {}", verdict.passed.trace);
            }
            found += verdict.violations.len();
            gather(&mut sum, &verdict);
        }
        println!("{done} seeds from {} on", self.order.seed);
        print(&sum, began);
        let unmet = missing(&sum.reached);
        let long = sum.operations >= ENOUGH_OPERATIONS && self.order.operations >= ENOUGH_OF_A_SEED;
        if !unmet.is_empty() {
            let what = if long { "NEVER REACHED, and it must be" } else { "not reached in a run this short" };
            println!("{what}: {}", unmet.join("; "));
        }
        if self.twice {
            println!("{done} seeds run twice: {differ} traces differ");
        }
        println!("{found} violations");
        found == 0 && differ == 0 && (unmet.is_empty() || !long)
    }
}

/// The command that runs one seed again.
pub fn replay(order: Order) -> String {
    let plant = order.planted.map_or_else(String::new, |plant| format!(" --plant {}", plant.name()));
    format!(
        "cargo run --release -p simulation --bin simulate -- --seed {} --operations {}{plant}",
        order.seed, order.operations
    )
}

/// How a planted bug was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Seeds it took.
    pub seeds: u64,
    /// The first violation of the oracle that says most.
    pub violation: String,
    /// All oracles that found it.
    pub oracles: Vec<String>,
}

/// Runs a planted bug until a seed finds it.
pub fn find(order: Order, seeds: u64) -> Option<Found> {
    let began = Instant::now();
    let before = processor_seconds(began);
    for seed in order.seed..order.seed + seeds {
        if processor_seconds(began) - before >= PLANT_SECONDS_MAX {
            return None;
        }
        let verdict = verdict_of(Order { seed, ..order });
        let found: Vec<&String> = verdict.violations.iter().filter(|text| counts(order, text)).collect();
        let mut oracles: Vec<String> = found.iter().map(|text| oracle(text).to_owned()).collect();
        oracles.sort_unstable();
        oracles.dedup();
        // What the ledger says weighs more than what was seen on the wire.
        let told = found.iter().find(|text| oracle(text) != "wire").or(found.first());
        if let Some(told) = told {
            // what happens without the bug was not found by looking for it
            let without = verdict_of(Order { seed, planted: None, ..order }).violations;
            if let Some(fault) = without.first() {
                println!("seed {seed} has a fault of its own: {fault}");
                continue;
            }
            return Some(Found { seeds: seed - order.seed + 1, violation: (*told).clone(), oracles });
        }
    }
    None
}

/// A bug of the domain shows in the ledger: that its clients were told something else is the plant's own doing.
fn counts(order: Order, violation: &str) -> bool {
    let sealed = order.planted.is_some_and(crate::planted::Plant::is_sealed);
    !(sealed && matches!(oracle(violation), "answers" | "sticky" | "pages" | "answer" | "liveness"))
}

fn oracle(violation: &str) -> &str {
    violation.split(':').next().unwrap_or_default()
}

/// Runs every planted bug until a seed finds it; true when all were found.
pub fn plants(order: Order, seeds: u64) -> bool {
    let mut missed = 0;
    println!("{:<22} {:>5} {:>7}  found by: first violation", "planted bug", "seeds", "seconds");
    for planted in PLANTS.iter().copied() {
        let began = Instant::now();
        let before = processor_seconds(began);
        let order = Order { planted: Some(planted), ..order };
        let found = find(order, seeds);
        let seconds = processor_seconds(began) - before;
        if let Some(Found { seeds, violation, oracles }) = found {
            let violation: String = violation.chars().take(150).collect();
            let (name, by) = (planted.name(), oracles.join(", "));
            println!("{name:<22} {seeds:>5} {seconds:>7.1}  {by}: {violation}");
        } else {
            missed += 1;
            println!("{:<22} {:>5} {seconds:>7.1}  NOT FOUND: {}", planted.name(), "-", planted.about());
        }
    }
    println!("{} of {} planted bugs found", PLANTS.len() - missed, PLANTS.len());
    missed == 0
}

fn print(sum: &Verdict, began: Instant) {
    let seconds = began.elapsed().as_secs_f64();
    let days = sum.lasted.as_secs() / 86_400;
    println!("{:>9}  operations, in {} deliveries, {seconds:.1} s", sum.operations, sum.deliveries);
    println!("{:>9}  entries of {} members audited and replayed", sum.audited.0, sum.audited.1);
    println!("{days:>9}  days of virtual time ({} years)", days / 365);
    println!(
        "{:>9}  ms to answer everything under way once nothing went wrong any more ({})",
        sum.recovered.0.as_millis(),
        sum.recovered.1
    );
    table("requests on the wire", &sum.passed.requests);
    println!("largest transaction: {} items", sum.passed.items_max);
    let faults: BTreeMap<String, u64> =
        sum.passed.faults.iter().map(|(fault, count)| (format!("{fault:?}"), *count)).collect();
    table(&format!("faults, of {} kinds there are", fault::ALL.len()), &faults);
    table("answers", &sum.answered);
    table(&format!("states, {} of which must occur", MUST_OCCUR.len()), &sum.reached);
}

fn table(title: &str, rows: &BTreeMap<String, u64>) {
    let all: u64 = rows.values().sum();
    println!("{all} {title}, {} kinds:", rows.len());
    for (name, count) in rows {
        println!("{count:>9}  {name}");
    }
}

fn gather(sum: &mut Verdict, verdict: &Verdict) {
    sum.operations += verdict.operations;
    sum.deliveries += verdict.deliveries;
    sum.audited.0 += verdict.audited.0;
    sum.audited.1 += verdict.audited.1;
    sum.lasted += verdict.lasted;
    sum.recovered = sum.recovered.clone().max(verdict.recovered.clone());
    sum.passed.items_max = sum.passed.items_max.max(verdict.passed.items_max);
    add(&mut sum.passed.requests, &verdict.passed.requests);
    add(&mut sum.passed.faults, &verdict.passed.faults);
    add(&mut sum.answered, &verdict.answered);
    add(&mut sum.reached, &verdict.reached);
}

fn add<K: Ord + Clone>(sum: &mut BTreeMap<K, u64>, more: &BTreeMap<K, u64>) {
    for (name, count) in more {
        *sum.entry(name.clone()).or_default() += count;
    }
}
