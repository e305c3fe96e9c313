//! `merit test FILE...`

use super::check::{as_json, counted};
use super::{Found, now, say};
use crate::folder::{self, Rules};
use crate::publish::failure;
use dsl::check::check;
use dsl::diagnostic::render;
use dsl::files::{Files, called};
use dsl::model::Place;
use dsl::plan::Rulebook;
use dsl::testing::coverage::{self, RuleCoverage};
use dsl::testing::mutants::{self, Noticed};
use dsl::testing::{self, TestReport};
use serde_json::json;
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(super) struct Arguments {
    /// Rule files, or folders of them: the files of a folder are one programme.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print what became of each test as JSON.
    #[arg(long)]
    json: bool,
    /// Also say what no test tries: rules that never fire, conditions that were never seen both ways.
    #[arg(long)]
    coverage: bool,
    /// Also change the rules a little, one change at a time, and say which changes no test notices.
    #[arg(long)]
    mutants: bool,
    /// With either: what is not tried, or not noticed, is a problem (exit code 1).
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Found, String> {
    let (mut problems, mut listed) = (false, Vec::new());
    for path in &arguments.files {
        let Rules { name: file, text: bytes } = folder::read(path)?;
        let source = String::from_utf8_lossy(&bytes);
        let checked = check(&bytes, Some(now()));
        let Some(programme) = checked.programme else {
            problems = true;
            if arguments.json {
                listed.push(as_json(&file, &source, &checked.diagnostics));
            } else {
                say(&render(&file, &source, &checked.diagnostics));
            }
            continue;
        };
        let rulebook = Rulebook::compile(programme);
        let reports = testing::run(&rulebook);
        let failed = reports.iter().any(|report| !report.failures.is_empty());
        let rules = arguments.coverage.then(|| coverage::measure(&rulebook));
        // tests that fail anyway notice everything
        let noticed = (arguments.mutants && !failed).then(|| mutants::unnoticed(rulebook.programme()));
        let untried = rules.iter().flatten().any(|rule| !rule.gaps().is_empty());
        let unnoticed = noticed.as_ref().is_some_and(|noticed| !noticed.unnoticed.is_empty());
        problems |= failed || (arguments.strict && (untried || unnoticed));
        if arguments.json {
            let mut one = json!({ "file": file, "tests": reports });
            if let Some(rules) = &rules {
                one["coverage"] = json!(rules);
            }
            if let Some(noticed) = &noticed {
                one["mutants"] = json!(noticed);
            }
            listed.push(one);
        } else {
            say(&shown(&file, &reports));
            if let Some(rules) = &rules {
                say(&tried(rules));
            }
            if let Some(noticed) = &noticed {
                say(&changes(&file, &source, noticed));
            }
        }
    }
    if arguments.json {
        say(&json!({ "files": listed }).to_string());
    }
    Ok(Found::problems(problems))
}

/// Rules and what no test tries of them.
fn tried(rules: &[RuleCoverage]) -> String {
    let whole = rules.iter().filter(|rule| rule.gaps().is_empty()).count();
    let mut said = format!("tried whole: {whole} of {}", counted(rules.len(), "rule"));
    for rule in rules {
        for gap in rule.gaps() {
            let _ = write!(said, "\n  rule {}: {gap}", rule.rule);
        }
    }
    said
}

/// Changes that no test notices.
fn changes(file: &str, source: &str, noticed: &Noticed) -> String {
    let files = Files::of(source);
    let missed = noticed.unnoticed.len();
    let mut said =
        format!("noticed: {} of {}", noticed.tried - missed, counted(noticed.tried, "small change"));
    for change in &noticed.unnoticed {
        let whole = change.place == Place::default();
        let at = if whole {
            file.to_owned()
        } else {
            let place = files.locate(change.place.start);
            format!("{}:{}", called(file, place.file), place.line)
        };
        let _ = write!(said, "\n  {at}: no test notices if, of {}, {}", change.of, change.what);
    }
    said
}

fn shown(file: &str, reports: &[TestReport]) -> String {
    let failed: Vec<String> =
        reports.iter().filter(|report| !report.failures.is_empty()).map(failure).collect();
    let passed = reports.len() - failed.len();
    let said = match (reports.len(), failed.len()) {
        (0, _) => "it has no tests; a `test` block beside the rules keeps them as they are meant".to_owned(),
        (_, 0) => format!("{} passed", counted(passed, "test")),
        (_, failed) => format!("{passed} passed, {failed} failed"),
    };
    format!("{}{file}: {said}", failed.concat())
}
