//! The editor's functions over a text and a cursor: what may stand here, what it means, where it is declared, what
//! renaming changes; on whole files, on broken ones, on any bytes.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods)] // tests read files and take their time

mod asked;
mod broken;
mod complete;
#[path = "../support/kept.rs"]
mod kept;
mod names;
mod shown;

use dsl::editor::Edit;
use std::path::Path;

/// The examples of the language that are one file, by its name.
pub(crate) fn examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    let read = |path: &Path| {
        (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap())
    };
    files.iter().map(|path| read(path)).collect()
}

pub(crate) const COFFEE: &str = include_str!("../../examples/coffee.merit");

/// The text without its mark `|`, and where that stood.
pub(crate) fn marked(text: &str) -> (String, u32) {
    let at = text.find('|').expect("a `|` marks the cursor");
    (text.replacen('|', "", 1), u32::try_from(at).unwrap())
}

/// The first byte of the n-th occurrence of a text, from 0.
pub(crate) fn find(source: &str, what: &str, nth: usize) -> u32 {
    let (at, _) = source.match_indices(what).nth(nth).unwrap_or_else(|| panic!("`{what}` is not there"));
    u32::try_from(at).unwrap()
}

/// The text with its edits made, which are in order and do not overlap.
pub(crate) fn apply(source: &str, edits: &[Edit]) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for edit in edits {
        let (start, end) = (edit.place.start as usize, edit.place.end as usize);
        assert!(at <= start && start <= end, "edits are in order: {edits:?}");
        out.push_str(&source[at..start]);
        out.push_str(&edit.text);
        at = end;
    }
    out.push_str(&source[at..]);
    out
}
