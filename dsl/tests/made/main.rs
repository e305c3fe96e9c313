//! Pages and files that are made of the grammar and the vocabulary: the reference, the drawn grammar, the colours for
//! VS Code. Each is held to be current; `MERIT_WRITE=1` writes them anew.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, clippy::format_push_string)] // tests read files

mod colours;
mod drawn;
mod grammar;
mod reference;
mod tables;

use std::path::Path;

/// Holds a file to what is made; writes it first where asked for.
pub(crate) fn hold(file: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os("MERIT_WRITE").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "dsl/{file} is old: run this test with MERIT_WRITE=1");
}
