//! `merit fmt [--check] FILE...`

use super::{Found, complain, read, say};
use crate::folder;
use dsl::diagnostic::render;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Rule files, or folders of them; written in place.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Only say which files are not formatted; write nothing.
    #[arg(long)]
    check: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Found, String> {
    let mut problems = false;
    let mut files: Vec<PathBuf> = Vec::new();
    for path in &arguments.files {
        if path.is_dir() {
            let inside = folder::files(path)
                .map_err(|error| format!("{}: cannot be read: {error}", path.display()))?;
            if inside.is_empty() {
                return Err(format!("{}: {}", path.display(), dsl::files::Unjoined::Nothing));
            }
            files.extend(inside.into_values());
        } else {
            files.push(path.clone());
        }
    }
    for path in &files {
        let file = path.display();
        let Ok(source) = String::from_utf8(read(path)?) else {
            complain(&format!("{file}: not a text file (it is not UTF-8)"));
            problems = true;
            continue;
        };
        match dsl::fmt::format(&source) {
            Ok(formatted) if formatted == source => {}
            Ok(_) if arguments.check => {
                say(&format!("{file}: not formatted; `merit fmt {file}` does it"));
                problems = true;
            }
            Ok(formatted) => {
                replace(path, &formatted)?;
                say(&format!("{file}: formatted"));
            }
            Err(diagnostics) => {
                say(&render(&file.to_string(), &source, &diagnostics));
                problems = true;
            }
        }
    }
    Ok(Found::problems(problems))
}

/// Whole or not at all: a full disk must not cost anyone her rules.
fn replace(path: &Path, text: &str) -> Result<(), String> {
    let at = |error: std::io::Error| format!("{}: cannot be written: {error}", path.display());
    let target = fs::canonicalize(path).map_err(at)?;
    let draft = target.with_extension("merit.new");
    let written = fs::write(&draft, text)
        .and_then(|()| fs::set_permissions(&draft, fs::metadata(&target)?.permissions()))
        .and_then(|()| fs::rename(&draft, &target));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written.map_err(at)
}
