//! More of what the language says, word for word: three hundred pieces in the frame of `said/frame.merit`, whole files
//! that are wrong from their first line on, and what becomes of tests beside the rules. What it says now is kept beside
//! each, to be read when it changes: `MERIT_WRITE=1 cargo test -p dsl --test language more` writes it anew.

#![allow(clippy::disallowed_methods, reason = "writes what is kept, when asked to")]

use dsl::check::{Checked, check};
use dsl::diagnostic::{Severity, render};
use dsl::explain::explain;
use dsl::fmt::format;
use dsl::plan::Rulebook;
use dsl::testing::{coverage, mutants, run};

const FRAME: &str = include_str!("said/frame.merit");

/// A piece in the frame; in that of tests, a point is worth a cent.
fn framed(piece: &str, worth: &str) -> (String, Checked) {
    let frame = FRAME.replacen("currency EUR", &format!("currency EUR{worth}"), 1);
    let source = format!("{frame}\n{}\n", piece.trim_end());
    let checked = check(source.as_bytes(), None);
    (source, checked)
}

const WORTH: &str = "\n  point worth 0.01 EUR";

fn indented(out: &mut String, said: &str) {
    for line in said.lines() {
        out.push_str("    ");
        out.push_str(line);
        out.push('\n');
    }
}

/// Compares what is said with what is kept in a file of `said`, or writes it there.
fn keep(file: &str, kept: &str, now: &str) {
    if std::env::var_os("MERIT_WRITE").is_some() {
        std::fs::write(format!("{}/tests/language/said/{file}", env!("CARGO_MANIFEST_DIR")), now).unwrap();
        return;
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (kept.lines().collect(), now.lines().collect());
    let first = old.iter().zip(&new).position(|(old, new)| old != new).unwrap_or(old.len().min(new.len()));
    let around = |lines: &[&str]| {
        lines[first.saturating_sub(4).min(lines.len())..(first + 6).min(lines.len())].join("\n")
    };
    assert!(old == new, "{file} line {}:\n{}\n\nwas:\n{}", first + 1, around(&new), around(&old));
}

#[test]
fn what_is_said_to_more_pieces() {
    let mut now = String::new();
    for piece in include_str!("said/more.merit").split("\n---\n") {
        let (source, checked) = framed(piece, "");
        // of the frame only what the piece is the reason for
        let begins = u32::try_from(FRAME.len()).unwrap();
        let own = |found: &dsl::diagnostic::Diagnostic| {
            found.place.start > begins || found.severity == Severity::Error
        };
        let found: Vec<_> = checked.diagnostics.into_iter().filter(own).collect();
        now.push_str(piece.trim_end());
        now.push('\n');
        indented(
            &mut now,
            &if found.is_empty() { "nothing\n".to_owned() } else { render("club", &source, &found) },
        );
        now.push('\n');
    }
    keep("more.txt", include_str!("said/more.txt"), &now);
}

#[test]
fn what_is_said_to_whole_files() {
    let mut now = String::new();
    for source in include_str!("said/whole.merit").split("=====\n") {
        let found = check(source.as_bytes(), None).diagnostics;
        now.push_str(source.trim_end());
        now.push('\n');
        indented(
            &mut now,
            &if found.is_empty() { "nothing\n".to_owned() } else { render("club", source, &found) },
        );
        now.push('\n');
    }
    keep("whole.txt", include_str!("said/whole.txt"), &now);
}

/// Of each piece: what its tests report, and what they leave untried and would not notice.
#[test]
fn what_becomes_of_tests() {
    let mut now = String::new();
    for piece in include_str!("said/tests.merit").split("\n---\n") {
        now.push_str(piece.trim_end());
        now.push('\n');
        let (source, checked) = framed(piece, WORTH);
        let Some(programme) = checked.programme else {
            indented(&mut now, &render("club", &source, &checked.diagnostics));
            continue;
        };
        let mut said = String::new();
        for report in run(&Rulebook::compile(programme.clone())) {
            let passed = if report.failures.is_empty() { "passed" } else { "failed" };
            said.push_str(&format!("{}: {passed}\n", report.name));
            for line in report.failures.iter().map(|line| format!("  {line}\n")) {
                said.push_str(&line);
            }
            for line in report.why.iter().map(|line| format!("    {line}\n")) {
                said.push_str(&line);
            }
        }
        indented(&mut now, &said);
        now.push('\n');
    }
    keep("tests.txt", include_str!("said/tests.txt"), &now);
}

/// Every small change that is asked about, and where it stands: a file of all there is, without tests and with.
#[test]
fn what_would_be_noticed() {
    let mut now = String::new();
    for piece in include_str!("said/noticed.merit").split("\n---\n") {
        now.push_str(piece.trim_end());
        now.push('\n');
        let (source, checked) = framed(piece, WORTH);
        let Some(programme) = checked.programme else {
            indented(&mut now, &render("club", &source, &checked.diagnostics));
            continue;
        };
        let mut said = String::new();
        for rule in coverage::measure(&Rulebook::compile(programme.clone())) {
            for gap in rule.gaps() {
                said.push_str(&format!("untried: {}: {gap}\n", rule.rule));
            }
        }
        let noticed = mutants::unnoticed(&programme);
        said.push_str(&format!("{} changes tried; unnoticed:\n", noticed.tried));
        for change in noticed.unnoticed {
            let place = change.place.start as usize..change.place.end as usize;
            let text = source.get(place).unwrap_or_default().lines().next().unwrap_or_default();
            said.push_str(&format!("  {}: {} | {text}\n", change.of, change.what));
        }
        indented(&mut now, &said);
        now.push('\n');
    }
    keep("noticed.txt", include_str!("said/noticed.txt"), &now);
}

/// How odd layouts are laid out: every comment is kept, and what is laid out stays as it is.
#[test]
fn how_it_is_laid_out() {
    let mut now = String::new();
    for source in include_str!("said/laid.merit").split("---\n") {
        now.push_str(source.trim_end());
        now.push_str("\n\n");
        match format(source) {
            Ok(laid) => {
                assert_eq!(format(&laid).as_ref(), Ok(&laid), "{source}");
                indented(&mut now, &laid);
            }
            Err(found) => indented(&mut now, &render("club", source, &found)),
        }
        now.push('\n');
    }
    keep("laid.txt", include_str!("said/laid.txt"), &now);
}

/// What a condition asks is told as it is written, on one line however it is laid out.
#[test]
fn conditions_are_quoted_from_the_text() {
    let text = "rule x { on purchase\n  when none of {\n    basket.paid   at    least 5.00 EUR\n  }\n  give 1 point }";
    let (source, checked) = framed(text, "");
    let book = Rulebook::compile(checked.programme.unwrap());
    let mut event = dsl::event::Event {
        kind: "purchase".to_owned(),
        at: dsl::units::Moment(1_772_438_400_000),
        channel: None,
        store: None,
        lines: vec![dsl::event::Line {
            amount_minor: 600,
            quantity: 1,
            eligible: true,
            ..Default::default()
        }],
        fields: std::collections::BTreeMap::new(),
    };
    let told = |event: &dsl::event::Event, source: Option<&str>| {
        let facts = dsl::facts::Facts::default();
        let outcome = book.evaluate(event, &facts);
        explain(&book, event, &facts, &outcome, source).rules[0].why.clone()
    };
    assert_eq!(told(&event, Some(&source)), "no: it must not be that basket.paid at least 5.00 EUR");
    assert_eq!(told(&event, None), "no: it must not be that basket.paid at least 5.00 EUR");
    // a text in which the sentence does not stand is not quoted
    assert_eq!(told(&event, Some("")), "no: it must not be that basket.paid at least 5.00 EUR");
    assert_eq!(
        told(&event, Some(&" ".repeat(9_999))),
        "no: it must not be that basket.paid at least 5.00 EUR"
    );
    // the words of the text, whatever they are
    let other = source.replace("basket.paid   at    least 5.00 EUR", "basket.paid   at\tleast 5.0  EUR");
    assert_eq!(told(&event, Some(&other)), "no: it must not be that basket.paid at least 5.0 EUR");
    event.lines[0].amount_minor = 400;
    assert_eq!(told(&event, Some(&source)), "yes: 1 point");
}
