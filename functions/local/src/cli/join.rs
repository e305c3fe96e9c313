//! `merit join FOLDER`

use super::{Found, complain, now};
use crate::folder::{self, Rules};
use dsl::check::check;
use dsl::diagnostic::{Diagnostic, Severity, render};
use std::io::Write as _;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A folder whose rule files are one programme.
    folder: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<Found, String> {
    if !arguments.folder.is_dir() {
        return Err(format!("{}: is no folder", arguments.folder.display()));
    }
    let Rules { name, text } = folder::read(&arguments.folder)?;
    let found = check(&text, Some(now())).diagnostics;
    let errors: Vec<Diagnostic> =
        found.into_iter().filter(|found| found.severity == Severity::Error).collect();
    if !errors.is_empty() {
        complain(&format!("it has mistakes\n{}", render(&name, &String::from_utf8_lossy(&text), &errors)));
        return Ok(Found::Problems);
    }
    let mut out = std::io::stdout().lock();
    // to the byte: it is what is uploaded; a closed pipe is the reader's decision
    let _ = out.write_all(&text).and_then(|()| out.flush());
    Ok(Found::Nothing)
}
