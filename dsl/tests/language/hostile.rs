//! Any bytes have an answer: never a panic, never a long wait.

#![allow(clippy::disallowed_types)] // the one clock here measures how long a hostile file takes

use crate::examples::{EXAMPLES, forget_places};
use crate::table::SOUND;
use dsl::check::{SOURCE_BYTES_MAX, check};
use dsl::diagnostic::{Diagnostic, render};
use dsl::files::PROGRAMME_BYTES_MAX;
use dsl::fmt::format;
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn codes(source: &[u8]) -> Vec<String> {
    check(source, None).diagnostics.into_iter().map(|found| found.code).collect()
}

fn errors(source: &str) -> Vec<Diagnostic> {
    check(source.as_bytes(), None).diagnostics
}

#[test]
fn bytes_that_are_no_text_are_named() {
    let found = check(b"language 1\n# \xff\n", None).diagnostics;
    assert_eq!((found[0].code.as_str(), found[0].place.start, found[0].place.end), ("E0311", 13, 14));
    assert_eq!(codes(b"\xff\xfe\x00"), ["E0311"]);
    assert_eq!(codes(b"caf\xc3"), ["E0311"]);
}

#[test]
fn a_file_has_a_largest_size() {
    let mut text = SOUND.to_owned();
    while text.len() < SOURCE_BYTES_MAX {
        text.push('#');
    }
    assert_eq!(codes(text.as_bytes()), Vec::<String>::new());
    text.push('#');
    assert_eq!(codes(text.as_bytes()), ["E0310"]);
}

#[test]
fn byte_order_mark_carriage_returns_tabs_and_a_last_comment_are_fine() {
    for text in [
        format!("\u{feff}{SOUND}"),
        SOUND.replace('\n', "\r\n"),
        SOUND.replace("  ", "\t"),
        format!("{SOUND}# the end"),
        format!("\n\n# first\n{SOUND}"),
        SOUND.trim_end().to_owned(),
    ] {
        assert_eq!(errors(&text), vec![], "{text:?}");
    }
}

#[test]
fn nothing_and_nearly_nothing_have_an_answer() {
    for text in ["", " ", "\n\n", "# only a comment", "\u{feff}"] {
        assert_eq!(
            codes(text.as_bytes()),
            ["E0304", "E0315"].map(String::from).to_vec().into_iter().rev().collect::<Vec<_>>(),
            "{text:?}"
        );
    }
    for text in
        ["}", "{", "\"", "!", "language", "language 1 2", "rule", "rule {", "tiers {", "test {", "programme"]
    {
        assert!(!codes(text.as_bytes()).is_empty(), "{text:?}");
    }
}

#[test]
fn hidden_and_reordering_characters_are_found_wherever_they_hide() {
    for (text, place) in [
        (SOUND.replacen("\"A cup\"", "\"A \u{202e}cup\"", 1), "text"),
        (
            SOUND.replacen("\"A cup\"", "\"A cup\" # \u{2066}", 1).replacen(
                "\" # \u{2066} {",
                "\" { # \u{2066}",
                1,
            ),
            "comment",
        ),
        (SOUND.replacen("take best", "take\u{200b} best", 1), "sentence"),
        (SOUND.replacen("rule base", "rule ba\0se", 1), "name"),
    ] {
        let found = errors(&text);
        assert_eq!(found.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["E0312"], "{place}");
        let shown = render("x", &text, &found);
        assert!(!shown.contains(['\u{202e}', '\u{2066}', '\0']), "{place}: {shown:?}");
    }
}

#[test]
fn limits_of_names_literals_lists_and_rules() {
    let long = "n".repeat(65);
    assert_eq!(codes(SOUND.replacen("rule boost", &format!("rule {long}"), 1).as_bytes()), ["E0104"]);
    assert_eq!(
        codes(SOUND.replacen("rule boost", &format!("rule {}", "n".repeat(64)), 1).as_bytes()),
        Vec::<String>::new()
    );
    assert_eq!(codes(SOUND.replacen("at least 3\n", "at least 1234567890123456\n", 1).as_bytes()), ["E0220"]);
    let list = |count: usize| (0..count).map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(",");
    let text = |count| {
        SOUND.replacen(
            "basket.categories has any of [coffee]",
            &format!("basket.skus has any of [{}]", list(count)),
            1,
        )
    };
    assert_eq!(codes(text(1_000).as_bytes()), Vec::<String>::new());
    assert_eq!(codes(text(1_001).as_bytes()), ["E0316"]);
    let basket = |count: usize| {
        let lines = "    line 0.01 EUR\n".repeat(count);
        let said = "    basket.paid is 7.00 EUR\n    basket.categories in [coffee]\n";
        SOUND.replacen(said, &lines, 1).replacen("expect 14 points", "expect rule base fires", 1)
    };
    assert_eq!(codes(basket(1_000).as_bytes()), Vec::<String>::new());
    assert_eq!(codes(basket(1_001).as_bytes()), ["E0316"]);
    let rules = |count: usize| {
        (0..count).map(|n| format!("rule r{n} {{\non purchase\ngive 1 point\n}}\n")).collect::<String>()
    };
    assert_eq!(codes(format!("{SOUND}{}", rules(496)).as_bytes()), Vec::<String>::new());
    assert_eq!(codes(format!("{SOUND}{}", rules(497)).as_bytes()), ["E0316"]);
    let mistakes: String =
        (0..300).map(|n| format!("rule r{n} {{\non purchse\ngive 1 point\n}}\n")).collect();
    assert_eq!(codes(format!("{SOUND}{mistakes}").as_bytes()).len(), 201);
}

#[test]
fn nesting_is_bounded_before_parsing() {
    let nested = |depth: usize| {
        let open = "any of {\n".repeat(depth);
        let close = "}\n".repeat(depth);
        SOUND.replacen(
            "when basket.paid at least 5.00 EUR",
            &format!("when {open}channel is online\n{close}"),
            1,
        )
    };
    assert_eq!(errors(&nested(31)), vec![]);
    assert_eq!(codes(nested(32).as_bytes()), ["E0309"]);
    assert_eq!(codes("[".repeat(SOURCE_BYTES_MAX).as_bytes()), ["E0309"]);
    assert_eq!(codes("{".repeat(SOURCE_BYTES_MAX).as_bytes()), ["E0309"]);
}

#[test]
fn what_no_item_can_hold_is_refused_before_it_is_parsed() {
    let after = |text: String| codes(format!("{SOUND}{text}").as_bytes());
    // The rest of the file is still looked at.
    let entries = "a, ".repeat(1_500);
    assert_eq!(
        after(format!(
            "rule many {{\n  on purchase\n  when basket.skus has any of [{entries}b]\n  give 1 point\n}}\n\nrule next {{\n  on purchse\n  give 1 point\n}}\n"
        )),
        ["E0316", "E0103"]
    );
    let digits = "1".repeat(300);
    assert_eq!(after(format!("rule long {{\n  on purchase\n  give {digits} points\n}}\n")), ["E0225"]);
    assert_eq!(after(format!("rule {} {{\n  on purchase\n  give 1 point\n}}\n", "x".repeat(257))), ["E0225"]);
    assert!(after("rule r {}\n".repeat(1_600)).contains(&"E0316".to_owned()));
    // Inside texts and comments, words are as long as they like to be.
    assert_eq!(after(format!("# {digits}\n")), Vec::<String>::new());
}

#[test]
fn an_item_that_takes_too_long_to_explain_is_left_and_said_so() {
    let text = "rule r {\n on purchase\n when any of {\n".to_owned()
        + &"any of { channel is online } ".repeat(2_000);
    let found = check(text.as_bytes(), None).diagnostics;
    let left = found.iter().find(|one| one.message.contains("it takes too long"));
    let left = left.unwrap_or_else(|| panic!("{found:?}")).place;
    assert!((left.end as usize) < text.len(), "what is left out is pointed at: {left:?}");
}

/// Far more than any of them needs, even on a busy machine in a debug build; an unbounded parse takes minutes.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn the_worst_64_kib_answer_in_time() {
    let fill = |head: &str, part: &str| {
        let mut text = head.to_owned();
        while text.len() + part.len() < SOURCE_BYTES_MAX {
            text.push_str(part);
        }
        text
    };
    let deep = "any of { ".repeat(29);
    let shut = "} ".repeat(29);
    for text in [
        fill("", "a"),
        fill("", "}"),
        fill("", "x\n"),
        fill("", "rule r {\n"),
        fill("", "rule r { give 5\n"),
        fill("rule r {\n", "when any of { channel is \n"),
        fill("rule r {\n", "  x\n"),
        fill("rule r {\n", "give 1 "),
        fill("rule r {\n on purchase\n when ", "basket.paid at least 1 "),
        fill("rule r {\n on purchase\n when basket.skus has any of [", "1,"),
        fill("rule r {\n on purchase\n", &format!("when {deep} channel {shut}\n")),
        fill("rule r {\n on purchase\n when ", &format!("{deep} channel is x {shut}\n and ")),
        fill("test \"t\" {\n event purchase at 2026-01-01 10:00 {\n", "line 1.00 EUR {\n"),
        fill("", "\"\n"),
        fill("", "“"),
        fill("", "1 000 "),
        fill("rule r {\n give ", "1 000 "),
        fill("rule r {\n on purchase\n when any of {\n", "any of { channel is online } "),
        fill("catalogue {\n categories [", "1"),
        fill("catalogue {\n categories [", "a,"),
        fill("survey s {\n", "1 "),
    ] {
        let began = Instant::now();
        let found = check(text.as_bytes(), None).diagnostics;
        let start: String = text.chars().take(60).collect();
        assert!(!found.is_empty() && found.len() <= 201, "{start}: {}", found.len());
        assert!(began.elapsed() < PATIENCE, "{start}: {:?}", began.elapsed());
        let _ = format(&text);
    }
}

/// The same of several files, which may be three times as much: what one of them costs, they cost at most three times.
#[test]
fn the_worst_192_kib_of_several_files_answer_in_time() {
    let mut texts = Vec::new();
    for part in [
        "x\n",
        "rule r {\n",
        "rule r { give 5\n",
        "rule r {\n on purchase\n when any of { channel is\n}\n",
        "“",
    ] {
        let one = part.repeat(SOURCE_BYTES_MAX / part.len() - 20);
        texts.push(["a", "b", "c"].map(|name| format!("file \"{name}.merit\"\n{one}\n")).concat());
    }
    let lines = |line: &str| line.repeat(PROGRAMME_BYTES_MAX / line.len());
    texts.extend(["file \"a.merit\"\n", "file \"\n", "file \"a.merit\"\nx\n"].map(lines));
    let named: String = (0..9_000).map(|n| format!("file \"f{n}.merit\"\n")).collect();
    texts.push(named);
    for text in texts {
        assert!(text.len() <= PROGRAMME_BYTES_MAX);
        let began = Instant::now();
        let found = check(text.as_bytes(), None).diagnostics;
        let shown = render("all.merit", &text, &found);
        let start: String = text.chars().take(60).collect();
        assert!(!shown.is_empty() && found.len() <= 201, "{start}: {}", found.len());
        assert!(began.elapsed() < PATIENCE, "{start}: {:?}", began.elapsed());
        assert!(format(&text).is_err());
    }
}

/// Renders and formats whatever it is; true when it is a programme.
fn survive(bytes: &[u8]) -> bool {
    let checked = check(bytes, None);
    let text = String::from_utf8_lossy(bytes);
    let shown = render("x", &text, &checked.diagnostics);
    assert_eq!(shown.is_empty(), checked.diagnostics.is_empty());
    for found in &checked.diagnostics {
        assert!(
            found.place.start <= found.place.end
                && usize::try_from(found.place.end).unwrap() <= bytes.len().max(1),
            "{found:?}"
        );
        if let Ok(text) = std::str::from_utf8(bytes) {
            assert!(text.is_char_boundary(usize::try_from(found.place.start).unwrap()), "{found:?}");
            assert!(text.is_char_boundary(usize::try_from(found.place.end).unwrap()), "{found:?}");
        }
    }
    if let Some(mut before) = checked.programme {
        let once = format(&text).unwrap();
        assert_eq!(format(&once).unwrap(), once);
        let mut after = check(once.as_bytes(), None).programme.unwrap();
        forget_places(&mut before);
        forget_places(&mut after);
        assert_eq!(before, after);
        return true;
    }
    if let Ok(once) = format(&text) {
        assert_eq!(format(&once).unwrap(), once, "{text}");
    }
    false
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survive(&bytes);
    }

    #[test]
    fn random_words_never_panic(words in proptest::collection::vec(prop_oneof![
        Just("rule"), Just("r"), Just("{"), Just("}"), Just("\n"), Just("on purchase\n"), Just("when"), Just("and"), Just("any of {"),
        Just("give"), Just("5 points"), Just("5"), Just("\""), Just("["), Just("]"), Just(","), Just("EUR"), Just("is"), Just("#"),
        Just("basket.paid"), Just("at least"), Just("25.00 EUR"), Just("event purchase at 2026-01-01 10:00 {\n"), Just("line 1.00 EUR {"),
        Just("test \"t\" {\n"), Just("tiers {\n"), Just("always\n"), Just("language 1\n"), Just("\u{202e}"), Just("é"), Just("“"), Just("\r\n"), Just("\t"),
    ], 0..60)) {
        survive(words.join(" ").as_bytes());
    }

    #[test]
    fn a_cut_or_changed_example_never_panics(
        which in 0..EXAMPLES.len(), from in any::<proptest::sample::Index>(), length in 0_usize..40,
        put in prop_oneof![Just(String::new()), ".{0,6}", Just("}\n".to_owned()), Just("{\n".to_owned()), Just("\"".to_owned()), Just("# c\n".to_owned()), Just("\n".to_owned())],
    ) {
        let text = EXAMPLES[which].1;
        let start = (0..=from.index(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let end = (start..=(start + length).min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let changed = format!("{}{put}{}", &text[..start], &text[end..]);
        survive(changed.as_bytes());
    }

    #[test]
    fn comments_and_spaces_between_sentences_change_nothing(which in 0..EXAMPLES.len(), seed in any::<u64>()) {
        let text = EXAMPLES[which].1;
        let mut state = seed;
        let mut out = String::new();
        let mut comments = 0;
        for line in text.lines() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            match state >> 61 {
                0 => { out.push_str("# note\n"); comments += 1; }
                1 => out.push_str("\n\n\n"),
                2 => out.push_str("\t  "),
                _ => {}
            }
            out.push_str(line);
            if state >> 62 == 3 && !line.contains('#') { out.push_str(" # note"); comments += 1; }
            out.push('\n');
        }
        prop_assert!(survive(out.as_bytes()), "{out}");
        prop_assert_eq!(format(&out).unwrap().matches("# note").count(), comments);
    }
}

/// Rough, for a person to read: `cargo test --release -p dsl --test language speed -- --ignored --nocapture`.
#[test]
#[ignore = "prints a figure, asserts nothing"]
fn speed_of_a_full_file() {
    let mut text = SOUND.to_owned();
    let mut rules = 3;
    while text.len() + 200 < SOURCE_BYTES_MAX {
        text.push_str(&format!("rule r{rules} {{\n  on purchase\n  when basket.paid at least 6.00 EUR\n  and  member.tier is gold\n  give 5 points\n  limit 1 time per member per day\n}}\n"));
        rules += 1;
    }
    let began = Instant::now();
    for _ in 0..20 {
        assert_eq!(errors(&text), vec![]);
    }
    println!("{rules} rules, {} bytes: {:?}", text.len(), began.elapsed() / 20);
}
