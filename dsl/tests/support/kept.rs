//! Answers that are kept in a file, word for word, and read by people when they change.
#![allow(clippy::disallowed_methods, reason = "writes what is kept, when asked to")]

/// What is said now is what was kept; else the first line that differs is shown, with what stands around it.
pub(crate) fn same(what: &str, kept: &str, now: &str) {
    let (old, new): (Vec<&str>, Vec<&str>) = (kept.lines().collect(), now.lines().collect());
    let first = old.iter().zip(&new).position(|(old, new)| old != new).unwrap_or(old.len().min(new.len()));
    let around = |lines: &[&str]| {
        lines[first.saturating_sub(4).min(lines.len())..(first + 6).min(lines.len())].join("\n")
    };
    assert!(old == new, "{what} line {}:\n{}\n\nwas:\n{}", first + 1, around(&new), around(&old));
}

/// The same with what is kept in a file, by its path below `tests`; or writes it there, when `MERIT_WRITE` is set.
pub(crate) fn keep(file: &str, kept: &str, now: &str) {
    if std::env::var_os("MERIT_WRITE").is_some() {
        std::fs::write(format!("{}/tests/{file}", env!("CARGO_MANIFEST_DIR")), now).unwrap();
        return;
    }
    same(file, kept, now);
}
