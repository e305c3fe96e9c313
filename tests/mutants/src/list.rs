//! The mutants, as cargo-mutants lists them: it says what to change, this crate only how to build and run it.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// A place in a file: lines and columns (of characters) from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Span {
    pub(crate) start: Place,
    pub(crate) end: Place,
}

/// What kind of change a mutant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) enum Genre {
    FnValue,
    BinaryOperator,
    UnaryOperator,
    MatchArm,
    MatchArmGuard,
    StructField,
}

/// One change to one place of the source.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Mutant {
    pub(crate) file: String,
    pub(crate) package: String,
    pub(crate) genre: Genre,
    pub(crate) name: String,
    pub(crate) replacement: String,
    pub(crate) span: Span,
    /// Its number in the copy, from 1.
    #[serde(skip)]
    pub(crate) id: u32,
    /// What it is called from one commit to the next: the file, what changes, and which of those of the same words.
    #[serde(skip)]
    pub(crate) key: String,
}

/// What the mutants are called, and numbered: lists of one commit are numbered alike.
fn numbered(mut mutants: Vec<Mutant>) -> Vec<Mutant> {
    let mut same: BTreeMap<String, usize> = BTreeMap::new();
    for (at, mutant) in mutants.iter_mut().enumerate() {
        mutant.id = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1);
        // `file:line:column: what`
        let what = mutant.name.split_once(": ").map_or(mutant.name.as_str(), |(_, what)| what);
        let name = format!("{}: {what}", mutant.file);
        let nth = same.entry(name.clone()).or_default();
        *nth += 1;
        mutant.key = if *nth == 1 { name } else { format!("{name} #{nth}") };
    }
    mutants
}

/// All mutants of some packages, from a kept list or from cargo-mutants.
pub(crate) fn mutants(project: &Path, packages: &[&str], kept: &Path) -> Result<Vec<Mutant>, String> {
    if !kept.exists() {
        let mut command = Command::new("cargo");
        command.current_dir(project).args(["mutants", "--list", "--json"]);
        for package in packages {
            command.args(["-p", package]);
        }
        let done = command.output().map_err(|error| format!("cargo mutants: {error}"))?;
        if !done.status.success() {
            let why = String::from_utf8_lossy(&done.stderr);
            return Err(format!(
                "cargo mutants --list failed (`cargo install cargo-mutants --locked` brings it): {why}"
            ));
        }
        std::fs::write(kept, &done.stdout).map_err(|error| format!("{}: {error}", kept.display()))?;
    }
    let text = std::fs::read(kept).map_err(|error| format!("{}: {error}", kept.display()))?;
    Ok(numbered(serde_json::from_slice(&text).map_err(|error| format!("the list of mutants: {error}"))?))
}
