//! Laid into the copy of `dsl` that holds all mutants: which of them is on in this process.
#![allow(missing_docs)]

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex};

const REACH: u32 = u32::MAX;

static ON: LazyLock<u32> = LazyLock::new(|| {
    let asked = std::env::var("MERIT_MUTANT").unwrap_or_default();
    if asked == "reach" {
        std::panic::set_hook(Box::new(|_| tell("panics")));
        return REACH;
    }
    // The first panic is the verdict: no shrinking, no other test. Tests that panic by design say so beforehand.
    if asked != "" && std::env::var_os("MERIT_MUTANT_PANICS").is_none() {
        std::panic::set_hook(Box::new(|_| std::process::exit(101)));
    }
    asked.parse().unwrap_or(0)
});

static SEEN: [AtomicBool; 65536] = [const { AtomicBool::new(false) }; 65536];
static TOLD: LazyLock<Option<Mutex<std::fs::File>>> =
    LazyLock::new(|| std::fs::File::create(std::env::var_os("MERIT_REACHED")?).ok().map(Mutex::new));

fn tell(what: &str) {
    if let Some(file) = &*TOLD
        && let Ok(mut file) = file.lock()
    {
        let _ = writeln!(file, "{what}");
    }
}

/// True when mutant `n` is the one that is on.
#[inline]
pub fn on(n: u32) -> bool {
    let on = *ON;
    if on == REACH { reached(n) } else { on == n }
}

#[cold]
fn reached(n: u32) -> bool {
    let first = |seen: &AtomicBool| !seen.load(Ordering::Relaxed) && !seen.swap(true, Ordering::Relaxed);
    if SEEN.get(n as usize).is_some_and(first) {
        tell(&n.to_string());
    }
    false
}
