//! Would a test notice? `cargo run --release -p mutants` changes dsl and domain in every way cargo-mutants lists, one
//! change at a time, and asks the tests that reach the change.
//!
//! All mutants are in **one** build, each behind a question that a process answers from its environment: a mutant costs
//! the few tests that reach it, not a build. What it never does: touch the sources; the copy lives under `target`.
//!
//! `--sample N` of the mutants; `--again`: only those not noticed last time and not explained; `--threads N`; `--project DIR`: another
//! checkout; `--only A,B`: those with one of these in their name; `--tests A,B`: only these tests; `--under MS`, `--over MS`: only tests that take so long;
//! `--near`: without the tests of other packages; `--list`: builds, measures and counts, asks nothing.
#![allow(clippy::indexing_slicing, reason = "a tool on a desk")]

mod copy;
mod list;
mod place;
mod render;
mod suite;

use copy::{Copy, Out};
use list::Mutant;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use suite::{Case, Said};

const PACKAGES: [&str; 2] = ["dsl", "domain"];
/// Their sources.
const ROOMS: [&str; 2] = ["dsl/src", "functions/domain/src"];
/// Rooms whose tests are asked last.
const OTHERS: [&str; 1] = ["reference"];

struct Asked {
    project: PathBuf,
    sample: Option<usize>,
    only: Option<String>,
    /// Only tests with one of these in their name.
    tests: Option<String>,
    again: bool,
    list: bool,
    /// Only the tests of the mutated packages.
    near: bool,
    /// The longest test to ask, in milliseconds.
    under: u64,
    /// The shortest.
    over: u64,
    threads: usize,
}

fn asked() -> Result<Asked, String> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut asked = Asked {
        project,
        sample: None,
        only: None,
        tests: None,
        again: false,
        list: false,
        near: false,
        under: u64::MAX,
        over: 0,
        threads: 2,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut next = || words.next().ok_or(format!("{word}: of what?"));
        let number = |text: String| text.parse::<usize>().map_err(|_| format!("{text} is not a number"));
        match word.as_str() {
            "--again" => asked.again = true,
            "--list" => asked.list = true,
            "--near" => asked.near = true,
            "--sample" => asked.sample = Some(number(next()?)?),
            "--under" => asked.under = u64::try_from(number(next()?)?).unwrap_or(u64::MAX),
            "--over" => asked.over = u64::try_from(number(next()?)?).unwrap_or(0),
            "--threads" => asked.threads = number(next()?)?,
            "--only" => asked.only = Some(next()?),
            "--tests" => asked.tests = Some(next()?),
            "--project" => asked.project = next()?.into(),
            other => {
                return Err(format!(
                    "{other}: --sample, --again, --only, --tests, --near, --under, --over, --threads, --project or --list"
                ));
            }
        }
    }
    Ok(asked)
}

/// What became of one mutant: `caught`, `timeout`, `missed`, `unviable` or `fixed`, and by whose tests.
type Verdict = (&'static str, String);

fn judged(binaries: &[copy::Binary], cases: &[Case], mutant: &Mutant) -> Verdict {
    let rounds = suite::rounds(binaries, cases, mutant.id, &mutant.package);
    for cases in &rounds {
        let by = format!(
            "{} {}",
            binaries[cases[0].binary].package,
            cases[0].name.split("::").next().unwrap_or_default()
        );
        match suite::asked(binaries, cases, mutant.id) {
            Said::Nothing => {}
            Said::Failed => return ("caught", by),
            Said::TimedOut => return ("timeout", by),
        }
    }
    (
        "missed",
        if rounds.is_empty() {
            "not reached".to_owned()
        } else {
            format!("reached by {}", rounds.concat().len())
        },
    )
}

/// What the mutated sources are, in a number: what is known of them is kept under it.
fn sources(project: &Path) -> Result<u64, String> {
    let mut hasher = DefaultHasher::new();
    let mut rooms: Vec<PathBuf> = ROOMS.iter().map(|room| project.join(room)).collect();
    while let Some(room) = rooms.pop() {
        if room.is_dir() {
            let inside = std::fs::read_dir(&room).map_err(|error| format!("{}: {error}", room.display()))?;
            let mut inside: Vec<PathBuf> = inside.filter_map(Result::ok).map(|one| one.path()).collect();
            inside.sort();
            rooms.extend(inside);
        } else {
            std::fs::read(&room).map_err(|error| format!("{}: {error}", room.display()))?.hash(&mut hasher);
        }
    }
    Ok(hasher.finish())
}

/// The lines of a file of survivors that explain one: "- `key`: why", or "- `key`" below a reason.
fn explained(project: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(project.join("tests/mutants/SURVIVORS.md")).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.strip_prefix("- `")?.split_once('`'))
        .map(|(key, _)| key.to_owned())
        .collect()
}

fn run() -> Result<(), String> {
    let asked = asked()?;
    let target = asked.project.join("target/mutants");
    std::fs::create_dir_all(&target).map_err(|error| format!("{}: {error}", target.display()))?;
    let verdicts = target.join("verdicts.json");
    let sources = sources(&asked.project)?;
    println!("sources {sources:016x}");
    let kept = |what: &str| target.join(format!("{what}-{sources:016x}.json"));
    let mutants = list::mutants(&asked.project, &PACKAGES, &kept("list"))?;
    println!("{} mutants of {}", mutants.len(), PACKAGES.join(" and "));
    let mut copy = Copy::new(&asked.project, &target, &mutants, kept("out"))?;
    let began = Instant::now();
    let binaries = copy.binaries(&PACKAGES, if asked.near { &[] } else { &OTHERS })?;
    println!("{} test binaries, built in {:.0} s", binaries.len(), began.elapsed().as_secs_f64());
    let mut cases = measured(&binaries, &target, &asked)?;
    let all = u128::from(asked.over)..=u128::from(asked.under);
    cases.sort_by_key(|case| case.took);
    for case in cases.iter().rev().take(12) {
        println!(
            "{:>6} ms, reaches {:>4}: {} of {}",
            case.took.as_millis(),
            case.reaches.len(),
            case.name,
            binaries[case.binary].package
        );
    }
    cases.retain(|case| all.contains(&case.took.as_millis()));
    let alone: f64 = cases.iter().map(|case| case.took.as_secs_f64()).sum();
    println!("{} tests, {alone:.0} s in all", cases.len());

    let before: BTreeMap<String, Value> =
        std::fs::read(&verdicts).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    let known = explained(&asked.project);
    let mut found: BTreeMap<String, Value> = if asked.again { before.clone() } else { BTreeMap::new() };
    let mut todo: Vec<&Mutant> = Vec::new();
    for mutant in &mutants {
        match copy.out.get(&mutant.id) {
            Some(out) => {
                let verdict = if *out == Out::Unviable { "unviable" } else { "fixed" };
                found.insert(mutant.key.clone(), json!({"verdict": verdict, "name": mutant.name}));
            }
            None if asked.again && before.get(&mutant.key).is_some_and(|was| was["verdict"] != "missed") => {}
            // it would be asked by every test that reaches it, for the answer that is known
            None if asked.again && before.contains_key(&mutant.key) && known.contains(&mutant.key) => {}
            None if asked
                .only
                .as_ref()
                .is_some_and(|only| !only.split(',').any(|one| mutant.name.contains(one))) => {}
            None => todo.push(mutant),
        }
    }
    // those never asked first
    todo.sort_by_key(|mutant| before.contains_key(&mutant.key));
    if let Some(sample) = asked.sample {
        let step = (todo.len() / sample.max(1)).max(1);
        todo = todo.into_iter().step_by(step).collect();
    }
    println!("{} to run, {} left out", todo.len(), copy.out.len());
    if asked.list {
        return Ok(());
    }
    let (next, shared, began) = (AtomicUsize::new(0), Mutex::new(found), Instant::now());
    let save = |found: &BTreeMap<String, Value>| {
        std::fs::write(&verdicts, serde_json::to_vec_pretty(found).unwrap_or_default())
    };
    std::thread::scope(|scope| {
        for _ in 0..asked.threads {
            scope.spawn(|| {
                while let Some(mutant) = todo.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let started = Instant::now();
                    let (verdict, by) = judged(&binaries, &cases, mutant);
                    let took = started.elapsed().as_millis();
                    let Ok(mut found) = shared.lock() else { return };
                    let said = json!({"verdict": verdict, "by": by, "name": mutant.name, "took_ms": u64::try_from(took).unwrap_or(u64::MAX)});
                    found.insert(mutant.key.clone(), said);
                    let done = next.load(Ordering::Relaxed);
                    if done.is_multiple_of(100) {
                        println!("{done} of {} after {:.0} s", todo.len(), began.elapsed().as_secs_f64());
                        let _ = save(&found);
                    }
                }
            });
        }
    });
    let found = shared.into_inner().map_err(|error| error.to_string())?;
    save(&found).map_err(|error| format!("{}: {error}", verdicts.display()))?;
    told(&found, &known);
    Ok(())
}

fn measured(binaries: &[copy::Binary], scratch: &Path, asked: &Asked) -> Result<Vec<Case>, String> {
    let mut names = Vec::new();
    for (at, binary) in binaries.iter().enumerate() {
        names.extend(suite::names(binary)?.into_iter().map(|name| (at, name)));
    }
    if let Some(only) = &asked.tests {
        names.retain(|(_, name)| only.split(',').any(|one| name.contains(one)));
    }
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..asked.threads {
            scope.spawn(|| {
                while let Some((binary, name)) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let case = suite::measured(binaries, *binary, name.clone(), scratch);
                    let Ok(mut found) = found.lock() else { return };
                    found.push(case);
                }
            });
        }
    });
    let (mut cases, found) = (Vec::new(), found.into_inner().map_err(|error| error.to_string())?);
    for case in found {
        match case {
            Ok(case) => cases.push(case),
            Err(why) => println!("left out: {why}"),
        }
    }
    Ok(cases)
}

/// The score, and who was not noticed.
fn told(found: &BTreeMap<String, Value>, explained: &BTreeSet<String>) {
    let with = |verdict: &str| found.values().filter(|one| one["verdict"] == verdict).count();
    let (caught, timeout, missed) = (with("caught"), with("timeout"), with("missed"));
    let viable = caught + timeout + missed;
    let mut by: BTreeMap<&str, usize> = BTreeMap::new();
    for one in found.values().filter(|one| one["verdict"] == "caught" || one["verdict"] == "timeout") {
        *by.entry(one["by"].as_str().and_then(|by| by.split(' ').next()).unwrap_or_default()).or_default() +=
            1;
    }
    let survivors: Vec<(&String, &Value)> =
        found.iter().filter(|(_, one)| one["verdict"] == "missed").collect();
    let known = survivors.iter().filter(|(key, _)| explained.contains(*key)).count();
    for (key, one) in survivors.iter().filter(|(key, _)| !explained.contains(*key)) {
        println!(
            "missed {} ({}): {key}",
            one["name"].as_str().and_then(|name| name.split(": ").next()).unwrap_or_default(),
            one["by"]
        );
    }
    println!("by tests of {by:?}");
    println!(
        "{viable} viable: {caught} caught, {timeout} timed out, {missed} missed ({known} explained); {} unviable, {} not switchable",
        with("unviable"),
        with("fixed")
    );
    let tenths = (caught + timeout) * 1000 / viable.max(1);
    println!("score {}.{} %", tenths / 10, tenths % 10);
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
