//! More of what the language says, word for word: three hundred pieces in the frame of `said/frame.merit`, whole files
//! that are wrong from their first line on, and what becomes of tests beside the rules. What it says now is kept beside
//! each, to be read when it changes: `MERIT_WRITE=1 cargo test -p dsl --test language more` writes it anew.

use crate::kept::keep;
use crate::said::answers;
use dsl::check::{Checked, check};
use dsl::diagnostic::render;
use dsl::explain::explain;
use dsl::fmt::format;
use dsl::model::Programme;
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

/// What is said of the programme of each piece, below the piece; its mistakes, where it has none.
fn of_each(pieces: &str, say: impl Fn(&str, Programme) -> String) -> String {
    let mut now = String::new();
    for piece in pieces.split("\n---\n") {
        now.push_str(piece.trim_end());
        now.push('\n');
        let (source, checked) = framed(piece, WORTH);
        let Some(programme) = checked.programme else {
            indented(&mut now, &render("club", &source, &checked.diagnostics));
            continue;
        };
        indented(&mut now, &say(&source, programme));
        now.push('\n');
    }
    now
}

#[test]
fn what_is_said_to_more_pieces() {
    keep("language/said/more.txt", include_str!("said/more.txt"), &answers(include_str!("said/more.merit")));
}

/// Challenges, levels, attention and experiments: what is wrong with them, and what can never happen.
#[test]
fn what_is_said_to_aims() {
    keep("language/said/aims.txt", include_str!("said/aims.txt"), &answers(include_str!("said/aims.merit")));
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
    keep("language/said/whole.txt", include_str!("said/whole.txt"), &now);
}

/// Of each piece: what its tests report, and what they leave untried and would not notice.
#[test]
fn what_becomes_of_tests() {
    let now = of_each(include_str!("said/tests.merit"), |_, programme| {
        let mut said = String::new();
        for report in run(&Rulebook::compile(programme)) {
            let passed = if report.failures.is_empty() { "passed" } else { "failed" };
            said.push_str(&format!("{}: {passed}\n", report.name));
            for line in report.failures.iter().map(|line| format!("  {line}\n")) {
                said.push_str(&line);
            }
            for line in report.why.iter().map(|line| format!("    {line}\n")) {
                said.push_str(&line);
            }
        }
        said
    });
    keep("language/said/tests.txt", include_str!("said/tests.txt"), &now);
}

/// Every small change that is asked about, and where it stands: a file of all there is, without tests and with.
#[test]
fn what_would_be_noticed() {
    let now = of_each(include_str!("said/noticed.merit"), |source, programme| {
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
        said
    });
    keep("language/said/noticed.txt", include_str!("said/noticed.txt"), &now);
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
    keep("language/said/laid.txt", include_str!("said/laid.txt"), &now);
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
