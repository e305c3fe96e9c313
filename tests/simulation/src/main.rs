//! `simulate`: runs seeds and prints what was found.

use simulation::fault;
use simulation::run::{Order, Verdict, run};
use simulation::table::PLANTS;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

const USAGE: &str = "simulate [--seeds N] [--from SEED] [--operations N] [--twice] [--planted] [--seed SEED]";

struct Options {
    seeds: u64,
    from: u64,
    operations: u64,
    twice: bool,
    planted: bool,
    verbose: bool,
}

fn options() -> Result<Options, String> {
    let mut options =
        Options { seeds: 100, from: 1, operations: 80, twice: false, planted: false, verbose: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || {
            let text = words.next().ok_or_else(|| format!("{word} what? {USAGE}"))?;
            text.parse::<u64>().map_err(|_| format!("`{text}` is no number; {USAGE}"))
        };
        match word.as_str() {
            "--seeds" => options.seeds = number()?,
            "--from" => options.from = number()?,
            "--operations" => options.operations = number()?,
            "--seed" => {
                (options.from, options.seeds, options.verbose) = (number()?, 1, true);
            }
            "--twice" => options.twice = true,
            "--planted" => options.planted = true,
            _ => return Err(format!("`{word}`? {USAGE}")),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    match options().and_then(|options| if options.planted { Ok(plants(&options)) } else { seeds(&options) }) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

/// Runs seeds as they are; true when nothing was found.
fn seeds(options: &Options) -> Result<bool, String> {
    let began = Instant::now();
    let mut sum = Verdict::default();
    let mut found = 0_usize;
    let mut differ = 0_usize;
    for seed in options.from..options.from + options.seeds {
        let order = Order { seed, operations: options.operations, planted: None };
        let verdict =
            run(order).unwrap_or_else(|why| Verdict { violations: vec![why], ..Verdict::default() });
        if options.twice {
            let again = run(order)?;
            differ += usize::from(again.passed.trace != verdict.passed.trace);
        }
        for violation in &verdict.violations {
            println!("seed {seed}: {violation}");
        }
        if !verdict.violations.is_empty() {
            println!("replay: simulate --seed {seed} --operations {}", options.operations);
        }
        found += verdict.violations.len();
        gather(&mut sum, &verdict);
        if options.verbose {
            println!("trace {}", verdict.passed.trace);
        }
    }
    print(&sum, began);
    if options.twice {
        println!("{} seeds run twice: {differ} traces differ", options.seeds);
    }
    println!("{found} violations");
    Ok(found == 0 && differ == 0)
}

fn add<K: Ord + Clone>(sum: &mut BTreeMap<K, u64>, more: &BTreeMap<K, u64>) {
    for (name, count) in more {
        *sum.entry(name.clone()).or_default() += count;
    }
}

/// Runs every planted bug until a seed finds it; true when all were found.
fn plants(options: &Options) -> bool {
    let mut all = true;
    for planted in PLANTS {
        let began = Instant::now();
        let mut first = None;
        for seed in options.from..options.from + options.seeds {
            let order = Order { seed, operations: options.operations, planted: Some(planted) };
            let verdict =
                run(order).unwrap_or_else(|why| Verdict { violations: vec![why], ..Verdict::default() });
            let real = verdict.violations.iter().find(|text| !text.starts_with("wire: "));
            if let Some(violation) = real.or(verdict.violations.first()) {
                first = Some((seed, violation.clone()));
                break;
            }
        }
        if let Some((seed, violation)) = first {
            println!("{planted:?}: seed {seed}, {:.1} s: {violation}", began.elapsed().as_secs_f64());
        } else {
            all = false;
            println!("{planted:?}: NOT FOUND in {} seeds", options.seeds);
        }
    }
    all
}

fn print(sum: &Verdict, began: Instant) {
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{} operations, {} deliveries, {} entries of {} members audited, {} days of virtual time, {seconds:.1} s",
        sum.operations,
        sum.deliveries,
        sum.audited.0,
        sum.audited.1,
        sum.lasted.as_secs() / 86_400
    );
    let requests: u64 = sum.passed.requests.values().sum();
    println!("{requests} requests on the wire: {:?}", sum.passed.requests);
    let met: u64 = sum.passed.faults.values().sum();
    println!("{met} faults of {} kinds of {}:", sum.passed.faults.len(), fault::ALL.len());
    for (kind, count) in &sum.passed.faults {
        println!("  {count:>9}  {kind:?}");
    }
    println!("reached:");
    for (what, count) in &sum.reached {
        println!("  {count:>9}  {what}");
    }
}

fn gather(sum: &mut Verdict, verdict: &Verdict) {
    sum.operations += verdict.operations;
    sum.deliveries += verdict.deliveries;
    sum.audited.0 += verdict.audited.0;
    sum.audited.1 += verdict.audited.1;
    sum.lasted += verdict.lasted;
    add(&mut sum.passed.requests, &verdict.passed.requests);
    add(&mut sum.passed.faults, &verdict.passed.faults);
    add(&mut sum.reached, &verdict.reached);
}
