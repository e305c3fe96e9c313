//! While somebody types, files are broken: nothing panics, nothing takes long, and what can be read is read.

use crate::{COFFEE, examples};
use dsl::editor::{Document, Sort, html};
use dsl::syntax::ast::Kind;
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// Everything an editor asks, at one byte.
fn ask(source: &str, at: u32) {
    let document = Document::read(source);
    let length = u32::try_from(source.len()).unwrap();
    for found in document.complete(at) {
        assert!(found.place.start <= found.place.end && found.place.end <= length);
    }
    let _ = (
        document.hover(at),
        document.definition(at),
        document.references(at, true),
        document.rename(at, "new"),
    );
    for token in document.tokens() {
        assert!(token.place.end <= length);
        assert!(source.get(token.place.start as usize..token.place.end as usize).is_some());
    }
    let _ = (document.symbols(), html(source));
}

#[test]
fn a_file_typed_letter_by_letter() {
    let source = "language 1\n\nrule a \"é\" {\n  on purchase\n  when member.tier in [gold, \"ö\"]\n  and  any of {\n    channel is online\n  }\n  give 5 points # x\n}\n";
    for at in 0..=source.len() {
        if let Some(text) = source.get(..at) {
            ask(text, u32::try_from(at).unwrap());
        }
    }
}

#[test]
fn one_mistake_costs_one_sentence() {
    let broken =
        COFFEE.replace("multiply points by 2", "multply points by 2").replace("rounding down", "rounding");
    let (whole, torn) = (Document::read(COFFEE), Document::read(&broken));
    assert_eq!(whole.mentions().len(), torn.mentions().len());
    // a rule whose head is all there is
    let begun = format!("{COFFEE}\nrule new {{\n  on check_in\n  when check_in.stars at\n");
    let document = Document::read(&begun);
    let rule = |name: &str| {
        document.mentions().iter().any(|known| known.sort == Sort::Item(Kind::Rule) && known.text == name)
    };
    assert!(rule("new") && rule("base"));
    let uses = document.mentions().iter().filter(|known| known.text == "check_in" && !known.declares).count();
    assert_eq!(
        uses,
        whole.mentions().iter().filter(|known| known.text == "check_in" && !known.declares).count() + 1
    );
}

#[test]
fn examples_with_a_line_less() {
    for (_, source) in examples() {
        let lines: Vec<&str> = source.lines().collect();
        for out in (0..lines.len()).step_by(5) {
            let text: Vec<&str> =
                lines.iter().enumerate().filter(|(index, _)| *index != out).map(|(_, line)| *line).collect();
            let text = text.join("\n");
            let at = u32::try_from(text.len() / 2).unwrap();
            let document = Document::read(&text);
            let _ = (document.tokens(), document.symbols(), document.complete(at), document.hover(at));
        }
    }
}

#[test]
fn hostile_files_are_answered_soon() {
    let files = [
        "{".repeat(60_000),
        "rule a {\n".repeat(6_000),
        format!("rule a {{\n  when {}", "any of { ".repeat(7_000)),
        format!("rule a {{\n{}", "  when any of {\n".repeat(4_000)),
        "\"".repeat(60_000),
        "#".repeat(60_000),
        format!("rule a {{\n  when x in [{}", "a, ".repeat(20_000)),
        format!("test \"x\" {{\n{}", "  event purchase at\n".repeat(3_000)),
        "é".repeat(30_000),
        "rule a { on purchase give 5 points ".repeat(1_800),
        "a".repeat(200_000),
    ];
    for file in files {
        let begun = Instant::now();
        ask(&file, u32::try_from(file.len()).unwrap());
        // a debug build on a busy machine; it is milliseconds in a release build
        assert!(begun.elapsed() < Duration::from_secs(20), "{}…", file.chars().take(20).collect::<String>());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_text_at_any_byte(source in "(rule|when|and|give|in group|member\\.|[a-z\"{}\\[\\],.#0-9 \n\té\u{202e}🙂]){0,60}", at in 0_u32..200) {
        ask(&source, at);
    }

    #[test]
    fn any_example_torn_anywhere(start in 0_usize..2_600, length in 0_usize..200, put in "[ -~\n]{0,12}") {
        let (before, rest) = COFFEE.split_at(start.min(COFFEE.len()));
        let text = format!("{before}{put}{}", rest.get(length..).unwrap_or_default());
        ask(&text, u32::try_from(before.len() + put.len()).unwrap());
    }
}
