//! `merit test FILE...`

use super::check::{as_json, counted};
use super::{Found, now, read, say};
use crate::publish::failure;
use dsl::check::check;
use dsl::diagnostic::render;
use dsl::plan::Rulebook;
use dsl::testing::{self, TestReport};
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Rule files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print what became of each test as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Found, String> {
    let (mut problems, mut listed) = (false, Vec::new());
    for path in &arguments.files {
        let bytes = read(path)?;
        let file = path.display().to_string();
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
        let reports = testing::run(&Rulebook::compile(programme));
        problems |= reports.iter().any(|report| !report.failures.is_empty());
        if arguments.json {
            listed.push(json!({ "file": file, "tests": reports }));
        } else {
            say(&shown(&file, &reports));
        }
    }
    if arguments.json {
        say(&json!({ "files": listed }).to_string());
    }
    Ok(Found::problems(problems))
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
