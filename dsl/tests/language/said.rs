//! What the language says to a hundred and fifty pieces of rule files, word for word: `said/mistakes.merit`, each piece
//! in the frame of `said/frame.merit`. What it says now is kept in `said/answers.txt`, to be read when it changes:
//! `MERIT_WRITE=1 cargo test -p dsl --test language said` writes it anew.

#![allow(clippy::disallowed_methods, reason = "writes what is kept, when asked to")]

use dsl::check::check;
use dsl::diagnostic::render;

const FRAME: &str = include_str!("said/frame.merit");
const PIECES: &str = include_str!("said/mistakes.merit");
const KEPT: &str = include_str!("said/answers.txt");

/// All answers, piece by piece.
fn answers() -> String {
    let mut out = String::new();
    for piece in PIECES.split("\n---\n") {
        let source = format!("{FRAME}\n{}\n", piece.trim_end());
        let checked = check(source.as_bytes(), None);
        // of the frame only what the piece is the reason for
        let begins = u32::try_from(FRAME.len()).unwrap();
        let found: Vec<_> = checked
            .diagnostics
            .into_iter()
            .filter(|found| found.place.start > begins || found.severity == dsl::diagnostic::Severity::Error)
            .collect();
        out.push_str(piece.trim_end());
        out.push('\n');
        let said = if found.is_empty() { "nothing\n".to_owned() } else { render("club", &source, &found) };
        for line in said.lines() {
            out.push_str("    ");
            out.push_str(line);
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

#[test]
fn what_is_said_to_each_piece() {
    let now = answers();
    if std::env::var_os("MERIT_WRITE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/language/said/answers.txt");
        std::fs::write(path, &now).unwrap();
        return;
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (KEPT.lines().collect(), now.lines().collect());
    let first = old.iter().zip(&new).position(|(old, new)| old != new).unwrap_or(old.len().min(new.len()));
    let around = |lines: &[&str]| {
        lines[first.saturating_sub(4).min(lines.len())..(first + 6).min(lines.len())].join("\n")
    };
    assert!(old == new, "line {}:\n{}\n\nwas:\n{}", first + 1, around(&new), around(&old));
}
