//! What the language says to a hundred and fifty pieces of rule files, word for word: `said/mistakes.merit`, each piece
//! in the frame of `said/frame.merit`. What it says now is kept in `said/answers.txt`, to be read when it changes:
//! `MERIT_WRITE=1 cargo test -p dsl --test language said` writes it anew.

use crate::kept::keep;
use dsl::check::check;
use dsl::diagnostic::render;

const FRAME: &str = include_str!("said/frame.merit");
const PIECES: &str = include_str!("said/mistakes.merit");
const KEPT: &str = include_str!("said/answers.txt");

/// What is said to each of some pieces, in the frame.
pub(crate) fn answers(pieces: &str) -> String {
    let mut out = String::new();
    for piece in pieces.split("\n---\n") {
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
    keep("language/said/answers.txt", KEPT, &answers(PIECES));
}
