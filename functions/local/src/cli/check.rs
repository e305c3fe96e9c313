//! `merit check FILE...`

use super::{Found, now, read, say};
use dsl::check::{CheckReport, check};
use dsl::diagnostic::{Diagnostic, Severity, line_column, render};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Rule files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
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
        let diagnostics = checked.diagnostics;
        let wrong = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        errors += wrong;
        warnings += diagnostics.len() - wrong;
        let source = String::from_utf8_lossy(&bytes);
        if arguments.json {
            let mut one = as_json(&file, &source, &diagnostics);
            one["checks"] = json!(checked.checks);
            listed.push(one);
        } else if diagnostics.is_empty() {
            say(&format!("{file}: no mistakes"));
        } else {
            say(&render(&file, &source, &diagnostics));
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
