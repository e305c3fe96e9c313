//! The tests: how long each takes, which mutants it reaches, and whether it notices one.

use crate::copy::Binary;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Address space of one test process: a mutant that allocates without end is caught by it. KiB.
const MEMORY_KIB_MAX: u64 = 3 << 20;
/// How much longer than alone and unmutated a run may take.
const TIMES_MAX: u32 = 5;

/// One test.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) binary: usize,
    pub(crate) name: String,
    pub(crate) took: Duration,
    /// It panics by design: the first panic says nothing.
    panics: bool,
    pub(crate) reaches: BTreeSet<u32>,
}

/// What tests said of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    Nothing,
    Failed,
    TimedOut,
}

fn command(binary: &Binary, words: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command
        .current_dir(&binary.room)
        .args(["-c", &format!("ulimit -v {MEMORY_KIB_MAX}; ulimit -c 0; exec nice -n 5 \"$0\" \"$@\"")]);
    command.arg(&binary.path).args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
        .env("CARGO_MANIFEST_DIR", &binary.room)
        .env("PROPTEST_RNG_SEED", "1")
        .env("PROPTEST_MAX_SHRINK_ITERS", "0");
    command.env("RUST_BACKTRACE", "0");
    command
}

/// The end of a process, or none when it took too long.
fn ended(mut command: Command, most: Duration) -> Option<ExitStatus> {
    let began = Instant::now();
    let mut child = command.spawn().ok()?;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if began.elapsed() < most => {
                std::thread::sleep(Duration::from_millis(2).max(began.elapsed() / 50));
            }
            _ => {
                let _ = (child.kill(), child.wait());
                return None;
            }
        }
    }
}

/// The names of a binary's tests.
pub(crate) fn names(binary: &Binary) -> Result<Vec<String>, String> {
    let done = command(binary, &["--list", "--format", "terse"]).stdout(Stdio::piped()).output();
    let done = done.map_err(|error| format!("{}: {error}", binary.path.display()))?;
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    Ok(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect())
}

/// A test as it is without any mutant, or why it cannot be used.
pub(crate) fn measured(
    binaries: &[Binary],
    binary: usize,
    name: String,
    scratch: &Path,
) -> Result<Case, String> {
    let one = &binaries[binary];
    let told = scratch.join(format!("reached-{binary}-{}", name.replace("::", "-")));
    let began = Instant::now();
    let mut asked = command(one, &["--exact", &name, "--test-threads=1"]);
    asked.env("MERIT_MUTANT", "reach").env("MERIT_REACHED", &told);
    if !ended(asked, Duration::from_mins(15)).is_some_and(|status| status.success()) {
        return Err(format!("{name} of {} fails without any mutant", one.package));
    }
    let took = began.elapsed();
    let text = std::fs::read_to_string(&told).unwrap_or_default();
    let _ = std::fs::remove_file(&told);
    let panics = text.lines().any(|line| line == "panics");
    Ok(Case {
        binary,
        name,
        took,
        panics,
        reaches: text.lines().filter_map(|line| line.parse().ok()).collect(),
    })
}

/// What some tests of one binary say of a mutant.
pub(crate) fn asked(binaries: &[Binary], cases: &[&Case], mutant: u32) -> Said {
    let Some(first) = cases.first() else { return Said::Nothing };
    let mut words: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    words.extend(["--exact", "--test-threads=1"]);
    let mut asked = command(&binaries[first.binary], &words);
    asked.env("MERIT_MUTANT", mutant.to_string());
    if first.panics {
        asked.env("MERIT_MUTANT_PANICS", "1");
    }
    let alone: Duration = cases.iter().map(|case| case.took).sum();
    match ended(asked, alone * TIMES_MAX + Duration::from_secs(3)) {
        None => Said::TimedOut,
        Some(status) if status.success() => Said::Nothing,
        Some(_) => Said::Failed,
    }
}

/// The tests that reach a mutant, in the order to ask them: of its own package first, then the quick ones first; those
/// of one binary and about the same duration at once.
pub(crate) fn rounds<'a>(
    binaries: &[Binary],
    cases: &'a [Case],
    mutant: u32,
    own: &str,
) -> Vec<Vec<&'a Case>> {
    let key = |case: &Case| {
        let package = binaries[case.binary].package.as_str();
        let round = if package == own {
            0
        } else if matches!(package, "dsl" | "domain") {
            1
        } else {
            2
        };
        let class = [20, 100, 500, 2500].iter().filter(|most| case.took.as_millis() > **most).count();
        (round, class, case.panics, case.binary)
    };
    let mut reaching: Vec<&Case> = cases.iter().filter(|case| case.reaches.contains(&mutant)).collect();
    reaching.sort_by_key(|case| (key(case), case.took));
    reaching.chunk_by(|one, other| key(one) == key(other)).map(<[&Case]>::to_vec).collect()
}
