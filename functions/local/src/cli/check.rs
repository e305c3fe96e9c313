//! `merit check FILE...`

use super::{Found, now, read, say};
use dsl::check::{CheckReport, check};
use dsl::diagnostic::{Diagnostic, Severity, line_column, render};
use dsl::model::Place;
use dsl::plan::Rulebook;
use dsl::prove::{lint, overlaps};
use dsl::units::Moment;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Rule files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Also show where rules of one group meet of which only one is taken, each with an event.
    #[arg(long)]
    overlaps: bool,
    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Found, String> {
    let (mut errors, mut warnings, mut listed) = (0_usize, 0_usize, Vec::new());
    for path in &arguments.files {
        let bytes = read(path)?;
        let file = path.display().to_string();
        let checked = check(&bytes, Some(now()));
        let mut diagnostics = checked.diagnostics;
        let book = checked.programme.map(Rulebook::compile);
        if let Some(book) = &book {
            // what only the whole space of events shows; the same sentence is not warned of twice
            let known: Vec<Place> = diagnostics.iter().map(|found| found.place).collect();
            let further = lint(book).into_iter();
            diagnostics.extend(further.filter(|found| {
                !known.iter().any(|place| found.place.start <= place.start && place.end <= found.place.end)
            }));
            diagnostics.sort_by_key(|found| (found.place.start, found.place.end));
        }
        let met = book.as_ref().filter(|_| arguments.overlaps).map(overlaps);
        let wrong = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        errors += wrong;
        warnings += diagnostics.len() - wrong;
        let source = String::from_utf8_lossy(&bytes);
        if arguments.json {
            let mut one = as_json(&file, &source, &diagnostics);
            one["checks"] = json!(checked.checks);
            if let Some(met) = &met {
                one["overlaps"] = json!(met);
            }
            listed.push(one);
        } else if diagnostics.is_empty() {
            say(&format!("{file}: no mistakes"));
        } else {
            say(&render(&file, &source, &diagnostics));
        }
        for met in met.iter().flatten().filter(|_| !arguments.json) {
            let points = format!("{} gives, {} does not", met.taken, met.lost);
            say(&format!("group {}: {}", met.group, met.event.one_line(&points)));
        }
        if !arguments.json && !checked.checks.is_empty() {
            say(&proved(&file, &checked.checks));
        }
    }
    if arguments.json {
        say(&json!({ "errors": errors, "warnings": warnings, "files": listed }).to_string());
    } else if errors + warnings > 0 {
        say(&format!("{} and {}", counted(errors, "error"), counted(warnings, "warning")));
    }
    Ok(Found::problems(errors > 0))
}

/// What became of the checks of a file, with events that break them as a test would write them.
fn proved(file: &str, checks: &[CheckReport]) -> String {
    let of = |result: &str| checks.iter().filter(|check| check.result == result).count();
    let mut said = format!("{file}: {} proved", counted(of("holds"), "check"));
    for (result, word) in [("broken", "broken"), ("undecided", "undecided")] {
        if of(result) > 0 {
            let _ = write!(said, ", {} {word}", of(result));
        }
    }
    for check in checks {
        if let Some(told) = &check.counter_example {
            let _ = write!(said, "\n  \"{}\": {}", check.check, check.found);
            for line in told.text.lines() {
                let _ = write!(said, "\n    {line}");
            }
            let _ = write!(said, "\n    # {}", told.parts());
        }
    }
    said
}

/// A rule file that compiles.
pub(super) struct Sound {
    /// Its name, as it was given.
    pub(super) file: String,
    /// Its text.
    pub(super) source: String,
    pub(super) rulebook: Rulebook,
}

/// Reads and compiles a rule file; none after its mistakes were shown, as text or for a machine. Without a moment, nothing
/// is said of what lies in the past.
pub(super) fn sound(path: &Path, at: Option<Moment>, machine: bool) -> Result<Option<Sound>, String> {
    let bytes = read(path)?;
    let (file, source) = (path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned());
    let checked = check(&bytes, at);
    if let Some(programme) = checked.programme {
        return Ok(Some(Sound { file, source, rulebook: Rulebook::compile(programme) }));
    }
    if machine {
        say(&as_json(&file, &source, &checked.diagnostics).to_string());
    } else {
        say(&render(&file, &source, &checked.diagnostics));
    }
    Ok(None)
}

/// A file's diagnostics with lines and columns beside byte offsets.
pub(super) fn as_json(file: &str, source: &str, diagnostics: &[Diagnostic]) -> Value {
    let one = |diagnostic: &Diagnostic| {
        let (line, column) = line_column(source, diagnostic.place.start);
        let (end_line, end_column) = line_column(source, diagnostic.place.end);
        let mut value = json!(diagnostic);
        for (name, number) in
            [("line", line), ("column", column), ("end_line", end_line), ("end_column", end_column)]
        {
            value[name] = number.into();
        }
        value
    };
    json!({ "file": file, "diagnostics": diagnostics.iter().map(one).collect::<Vec<_>>() })
}

/// `1 error`, `2 errors`.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
