//! The guide is a test suite: every fenced block of it is read, run, and says what the guide says it says.
//!
//! ` ```merit ` is a whole file: it checks without a word and passes its own tests. ` ```merit part ` is a piece of a
//! file: the test puts it into a small programme. ` ```merit error ` is a piece with a mistake; the fenced block after
//! it shows exactly what is said about it.

use crate::mistakes::underlined;
use dsl::check::{Checked, check};
use dsl::diagnostic::{code, render};
use dsl::fmt::format;
use dsl::plan::Rulebook;
use dsl::testing::run;

const GUIDE: &str = include_str!("../../guide/language.md");

/// A fenced block: its info string, its text, its line.
struct Block {
    info: String,
    text: String,
    line: usize,
}

fn blocks() -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (index, line) in GUIDE.lines().enumerate() {
        if let Some(info) = line.strip_prefix("```") {
            if !open {
                found.push(Block { info: info.trim().to_owned(), text: String::new(), line: index + 1 });
            }
            open = !open;
        } else if open {
            let block = found.last_mut().unwrap();
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    assert!(!open, "a block of the guide is never closed");
    found
}

/// What a piece stands on, unless it says so itself.
const GROUND: &[(&str, &str)] = &[
    ("language ", "language 1\n\n"),
    (
        "programme ",
        "programme club \"The Club\" {\n  currency EUR\n  timezone \"Europe/Paris\"\n  point worth 0.01 EUR\n}\n\n",
    ),
    ("tiers ", "tiers {\n  guest always\n  gold  from 350.00 EUR spent in 12 months\n}\n\n"),
    ("rule base ", "rule base {\n  on purchase\n  give 1 point per 1.00 EUR of basket.paid\n}\n\n"),
];

/// Names a piece may use without declaring them.
const LOANS: &[(&str, &str, &str)] = &[
    ("in group boosters", "group boosters ", "group boosters {\n  take best\n}\n\n"),
    ("from budget winter", "budget winter ", "budget winter {\n  total 80000 points\n}\n\n"),
    ("reward cup", "reward cup ", "reward cup {\n  costs 100 points\n  gives item \"cup\"\n}\n\n"),
    ("check_in", "event check_in ", "event check_in {\n  field stars number\n}\n\n"),
];

fn on_ground(piece: &str) -> String {
    let declares = |head: &str| piece.lines().any(|line| line.starts_with(head));
    let mut whole = String::new();
    for (head, text) in GROUND {
        if !declares(head) {
            whole.push_str(text);
        }
    }
    for (uses, head, text) in LOANS {
        if piece.contains(uses) && !declares(head) {
            whole.push_str(text);
        }
    }
    format!("{whole}{piece}")
}

fn passes(source: &str, line: usize) {
    let Checked { programme, diagnostics, .. } = check(source.as_bytes(), None);
    assert_eq!(render("guide", source, &diagnostics), "", "block at line {line}");
    for report in run(&Rulebook::compile(programme.unwrap())) {
        assert!(report.failures.is_empty(), "block at line {line}: {report:#?}");
    }
    assert_eq!(format(source).unwrap(), source, "block at line {line} is not formatted");
}

#[test]
fn every_block_of_the_guide_holds() {
    let blocks = blocks();
    let (mut whole, mut parts, mut errors) = (0, 0, 0);
    for (index, block) in blocks.iter().enumerate() {
        match block.info.as_str() {
            "merit" => {
                whole += 1;
                passes(&block.text, block.line);
            }
            "merit part" => {
                parts += 1;
                passes(&on_ground(&block.text), block.line);
            }
            "merit error" => {
                errors += 1;
                let source = on_ground(&block.text);
                let said: String = check(source.as_bytes(), None)
                    .diagnostics
                    .iter()
                    .map(|found| {
                        let help = found.help.as_ref().map(|help| format!(": {help}")).unwrap_or_default();
                        format!(
                            "{} {}\n  `{}`{help}\n",
                            found.code,
                            found.message,
                            underlined(&source, found)
                        )
                    })
                    .collect();
                let shown =
                    blocks.get(index + 1).filter(|next| next.info == "text").expect("what is said follows");
                assert_eq!(said, shown.text, "block at line {}", block.line);
            }
            "text" | "sh" => {}
            other => panic!("line {}: what is a `{other}` block?", block.line),
        }
    }
    assert!(whole >= 1 && parts >= 10 && errors >= 5, "{whole} {parts} {errors}");
}

#[test]
fn the_guide_lists_every_fact() {
    for word in dsl::vocabulary::words() {
        let row = format!("| `{}` |", word.path);
        assert!(GUIDE.contains(&row), "{row}");
        let line = GUIDE.lines().find(|line| line.contains(&row)).unwrap();
        assert!(line.contains(word.meaning), "{}: {}", word.path, word.meaning);
    }
}

#[test]
fn the_guide_lists_every_code() {
    let source = include_str!("../../src/diagnostic.rs");
    let codes: Vec<&str> =
        source.lines().filter_map(|line| line.trim().strip_prefix("pub const ")?.split('"').nth(1)).collect();
    assert!(codes.contains(&code::UNKNOWN_FACT) && codes.len() > 60);
    for code in codes {
        assert!(GUIDE.contains(&format!("| {code} |")), "{code} is not in the guide");
    }
}
