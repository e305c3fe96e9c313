//! Rules on a desk: one file, or a folder whose files are one programme, joined as they are uploaded.
//!
//! What it never does: look deeper than one folder below, or take what an editor hides.

use dsl::files::{ENDING, join};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rules as they were read.
pub(crate) struct Rules {
    /// What they are called in what is said of them: the file, or the folder with a `/` at the end.
    pub(crate) name: String,
    /// Their text; of a folder, its files joined.
    pub(crate) text: Vec<u8>,
}

/// The text of a rule file, or of the files of a folder; otherwise a sentence.
pub(crate) fn read(path: &Path) -> Result<Rules, String> {
    let name = path.display().to_string();
    if !path.is_dir() {
        return Ok(Rules { name, text: file(path)? });
    }
    let name = if name.ends_with('/') { name } else { format!("{name}/") };
    let texts = files(path).map_err(|error| unread(path, &error))?;
    let texts = texts.into_iter().map(|(name, path)| Ok((name, file(&path)?)));
    let texts = texts.collect::<Result<BTreeMap<_, _>, String>>()?;
    let text = join(&texts).map_err(|error| format!("{name}: {error}"))?;
    Ok(Rules { name, text })
}

/// Entries of folders that a tool looks at: what holds more is not a folder of rules.
const LOOKED_MAX: usize = 10_000;

/// The rule files of a folder and of those right below it, by the names they have in a programme.
pub(crate) fn files(folder: &Path) -> std::io::Result<BTreeMap<String, PathBuf>> {
    files_among(folder, LOOKED_MAX)
}

/// The same, of a folder that may be any: so many entries are looked at, then it is an error.
pub(crate) fn files_among(folder: &Path, most: usize) -> std::io::Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    let mut left = most.saturating_add(1);
    for (name, path) in entries(folder, &mut left)? {
        if path.is_dir() {
            // what cannot be looked into is not ours: a folder of notes, say
            let below = entries(&path, &mut left);
            if left == 0 {
                return below.map(|_| found);
            }
            for (below, path) in below.unwrap_or_default() {
                if below.ends_with(ENDING) && path.is_file() {
                    found.insert(format!("{name}/{below}"), path);
                }
            }
        } else if name.ends_with(ENDING) && path.is_file() {
            found.insert(name, path);
        }
    }
    Ok(found)
}

/// What a folder shows, by name; so many may be left to look at.
fn entries(folder: &Path, left: &mut usize) -> std::io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        *left = left.saturating_sub(1);
        if *left == 0 {
            return Err(std::io::Error::other("it holds very much: is it the folder of the rules?"));
        }
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            found.push((name, entry.path()));
        }
    }
    Ok(found)
}

fn file(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| unread(path, &error))
}

fn unread(path: &Path, error: &std::io::Error) -> String {
    format!("{}: cannot be read: {error}", path.display())
}
