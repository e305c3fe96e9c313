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

/// The examples of the language, by file name; those of several files joined, by the name of their folder.
pub(crate) fn examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &Path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, if path.is_dir() { joined(path) } else { std::fs::read_to_string(path).unwrap() })
    };
    files.iter().map(|path| read(path)).collect()
}

/// The files of a folder and of those right below it, as they are uploaded.
fn joined(folder: &Path) -> String {
    let list = |path: &Path| -> Vec<_> {
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let below =
        list(folder).into_iter().flat_map(|path| if path.is_dir() { list(&path) } else { vec![path] });
    let name = |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
    let files = below.map(|path| (name(&path), std::fs::read(&path).unwrap())).collect();
    String::from_utf8(dsl::files::join(&files).unwrap()).unwrap()
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
