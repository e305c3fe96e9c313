//! Looks for the 64 KiB rule file that takes longest to answer, and what it takes in memory:
//! `cargo run --release -p reference --bin worst [-- --rounds 200]`.
//!
//! Files are one fragment of the language many times over, after an opening; fragments are changed and kept when they
//! take longer. Each file's memory is that of a process of its own. Ends with 1 past the goals.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a tool on a desk")]

use dsl::check::{SOURCE_BYTES_MAX, check};
use reference::generate::{Dice, world};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// What any file may take.
const TIME_MAX: Duration = Duration::from_millis(100);
const MEMORY_MAX_KIB: u64 = 32 * 1024;

const OPENINGS: [&str; 14] = [
    "",
    "rule r {\n",
    "rule r {\n on purchase\n",
    "rule r {\n on purchase\n when ",
    "rule r {\n on purchase\n when any of {\n",
    "rule r {\n on purchase\n when basket.skus has any of [",
    "rule r {\n on purchase\n give 5 points per 1.00 EUR of basket.lines where ",
    "programme p {\n",
    "tiers {\n",
    "catalogue {\n categories [",
    "survey s {\n",
    "reward r {\n costs 1 point\n gives one of [",
    "test \"t\" {\n",
    "test \"t\" {\n event purchase at 2026-01-01 10:00 {\n",
];

const FRAGMENTS: [&str; 40] = [
    "a",
    "}",
    "{",
    "x\n",
    "\"\n",
    "“",
    "é",
    "1,",
    "1 ",
    "1 000 ",
    "\"a\",",
    "a,",
    "2026-01-01,",
    "5.00 EUR,",
    "rule r {\n",
    "rule r { give 5\n",
    "rule r {}\n",
    "when any of { channel is \n",
    "give 1 ",
    "give 1 point\n",
    "on purchase\n",
    "basket.paid at least 1 ",
    "and channel is online\n",
    "and channel is\n",
    "any of { channel is online } ",
    "basket.lines where line.sku is a at least 1.00 EUR\n",
    "basket.lines where ",
    "line 1.00 EUR {\n",
    "line 1.00 EUR { sku a }\n",
    "limit 5 points per member per day\n",
    "limit 5\n",
    "question q number 0 to 10\n",
    "given member.balance is 5 points\n",
    "expect 5 points from r\n",
    "t from 5 points earned in total\n",
    "# \u{202e}\n",
    "€5 ",
    "24/12/2026 ",
    "&& ",
    "test \"t\" {\n",
];

fn fill(opening: &str, fragment: &str) -> String {
    let mut text = opening.to_owned();
    while text.len() + fragment.len() <= SOURCE_BYTES_MAX {
        text.push_str(fragment);
    }
    text
}

/// What this thread has had of a processor; Linux only. Time on a wall says how busy the machine is.
fn processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// What an answer takes of a processor (where that cannot be told, of the wall's time): the least of a few, for caches
/// are others' too.
fn time_of(text: &str) -> Duration {
    let once = || {
        let (began, had) = (Instant::now(), processor());
        std::hint::black_box(check(text.as_bytes(), None));
        processor().zip(had).map_or_else(|| began.elapsed(), |(has, had)| has.saturating_sub(had))
    };
    let first = once();
    if first < TIME_MAX / 4 { first } else { first.min(once()).min(once()) }
}

/// The most memory this process has had, in KiB; Linux only.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// What checking a file takes in a process of its own, beyond what an empty one takes.
fn memory_of(text: &str) -> Option<u64> {
    let file = std::env::temp_dir().join(format!("worst-{}.merit", std::process::id()));
    std::fs::write(&file, text).ok()?;
    let output = Command::new(std::env::current_exe().ok()?).arg("--memory").arg(&file).output().ok()?;
    let _ = std::fs::remove_file(&file);
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

fn changed(dice: &mut Dice, fragment: &str) -> String {
    let other = *dice.pick(&FRAGMENTS);
    match dice.below(4) {
        0 => format!("{fragment}{other}"),
        1 => format!("{other}{fragment}"),
        2 => {
            let characters: Vec<char> = fragment.chars().collect();
            let at = dice.below(characters.len());
            characters.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, c)| c).collect()
        }
        _ => {
            // A piece of a file that means something.
            let text = world(dice).text;
            let lines: Vec<&str> = text.lines().collect();
            let at = dice.below(lines.len());
            let piece = lines[at..lines.len().min(at + 1 + dice.below(4))].join("\n");
            format!("{fragment}{piece}\n")
        }
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [first, file] = words.as_slice()
        && first == "--memory"
    {
        let text = std::fs::read(file).unwrap();
        let before = peak_kib().unwrap_or(0);
        std::hint::black_box(check(&text, None));
        println!("{}", peak_kib().unwrap_or(0) - before);
        return ExitCode::SUCCESS;
    }
    let rounds: usize = match words.as_slice() {
        [first, count] if first == "--rounds" => count.parse().expect("a number"),
        _ => 100,
    };
    let mut found: Vec<(Duration, String, String)> = Vec::new();
    for opening in OPENINGS {
        for fragment in FRAGMENTS {
            let time = time_of(&fill(opening, fragment));
            found.push((time, opening.to_owned(), fragment.to_owned()));
        }
    }
    let mut dice = Dice::new(1);
    for _ in 0..rounds {
        found.sort_by_key(|(time, ..)| std::cmp::Reverse(*time));
        found.truncate(40);
        let (_, opening, fragment) = dice.pick(&found).clone();
        let fragment = changed(&mut dice, &fragment);
        if !fragment.is_empty() && fragment.len() < 2_000 {
            let time = time_of(&fill(&opening, &fragment));
            found.push((time, opening, fragment));
        }
    }
    found.sort_by_key(|(time, ..)| std::cmp::Reverse(*time));
    println!("{} files of {SOURCE_BYTES_MAX} bytes", OPENINGS.len() * FRAGMENTS.len() + rounds);
    let mut most = 0;
    for (time, opening, fragment) in found.iter().take(12) {
        let memory = memory_of(&fill(opening, fragment)).unwrap_or(0);
        most = most.max(memory);
        println!("{time:>9.1?} {memory:>7} KiB  {opening:?} {fragment:?}");
    }
    let worst = found.first().map_or(Duration::ZERO, |(time, ..)| *time);
    println!("worst {worst:.1?} of {TIME_MAX:.0?}, {most} KiB of {MEMORY_MAX_KIB}");
    if worst > TIME_MAX || most > MEMORY_MAX_KIB { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
