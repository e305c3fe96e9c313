//! `merit split FILE --into FOLDER`: the other way of `merit join`.

use super::{Found, read, say};
use dsl::files::{Files, is_name};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A rule file in which `file` lines name several: what `merit join` wrote, or a version read back.
    file: PathBuf,
    /// The folder that gets them; what stands in it already is never overwritten.
    #[arg(long)]
    into: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<Found, String> {
    let Arguments { file, into } = arguments;
    let text = String::from_utf8(read(file)?).map_err(|error| {
        format!("{}: is not UTF-8 at byte {}", file.display(), error.utf8_error().valid_up_to())
    })?;
    let files = Files::of(&text);
    if !files.are_joined() {
        return Err(format!(
            "{}: has no line such as `file \"club.merit\"`: it is one file already",
            file.display()
        ));
    }
    let mut seen = BTreeSet::new();
    for one in files.iter() {
        let place = files.quote(&file.display().to_string(), one.line.start);
        if !is_name(one.name) {
            return Err(format!("{place}: `{}` is no name of a file; `merit check` says more", one.name));
        }
        if !seen.insert(one.name) {
            return Err(format!("{place}: there are two files called `{}`", one.name));
        }
        let path = into.join(one.name);
        if std::fs::read(&path).is_ok_and(|there| there != one.text.as_bytes()) {
            return Err(format!(
                "{}: is there already and says something else; nothing was written",
                path.display()
            ));
        }
    }
    // all that could be known beforehand is in order
    for one in files.iter() {
        let path = into.join(one.name);
        write(&path, one.text).map_err(|error| format!("{}: cannot be written: {error}", path.display()))?;
        say(&path.display().to_string());
    }
    Ok(Found::Nothing)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}
