//! `merit check FILE...`

use super::{Found, now, say};
use crate::folder::{self, Rules};
use dsl::check::{CheckReport, check};
use dsl::diagnostic::{Diagnostic, Severity, render};
use dsl::files::{Files, called};
use dsl::model::Place;
use dsl::plan::Rulebook;
use dsl::prove::{lint, overlaps};
use dsl::units::Moment;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Rule files, or folders of them: the files of a folder are one programme.
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
        let Rules { name: file, text: bytes } = folder::read(path)?;
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

/// Rules that compile: a file, or a folder of them.
pub(super) struct Sound {
    /// Its name, as it was given.
    pub(super) file: String,
    /// Its text.
    pub(super) source: String,
    pub(super) rulebook: Rulebook,
}

/// Reads and compiles a rule file, or the files of a folder; none after its mistakes were shown, as text or for a machine. Without a moment, nothing
/// is said of what lies in the past.
pub(super) fn sound(path: &Path, at: Option<Moment>, machine: bool) -> Result<Option<Sound>, String> {
    let Rules { name: file, text: bytes } = folder::read(path)?;
    let source = String::from_utf8_lossy(&bytes).into_owned();
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

/// A file's diagnostics with lines and columns beside byte offsets. Of several files each names its own, with its lines;
/// offsets are those of the joined text.
pub(super) fn as_json(file: &str, source: &str, diagnostics: &[Diagnostic]) -> Value {
    let files = Files::of(source);
    let one = |diagnostic: &Diagnostic| {
        let (from, to) = files.locate_place(diagnostic.place);
        let mut value = json!(diagnostic);
        for (name, number) in
            [("line", from.line), ("column", from.column), ("end_line", to.line), ("end_column", to.column)]
        {
            value[name] = number.into();
        }
        if let Some(own) = from.file {
            value["file"] = called(file, Some(own)).into();
        }
        value
    };
    json!({ "file": file, "diagnostics": diagnostics.iter().map(one).collect::<Vec<_>>() })
}

/// `1 error`, `2 errors`.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
