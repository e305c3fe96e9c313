//! What an editor is answered, word for word: each question of `asked/*.questions` in the frame of
//! `../language/said/frame.merit` (or `alone`), the cursor at `|`. What is answered now is kept in `asked/*.answers`, to
//! be read when it changes: `MERIT_WRITE=1 cargo test -p dsl --test editor asked` writes it anew.

use crate::kept::keep;
use crate::{apply, marked};
use dsl::editor::{Document, Symbol};
use dsl::model::Place;

const FRAME: &str = include_str!("../language/said/frame.merit");

fn text(source: &str, place: Place) -> &str {
    source.get(place.start as usize..place.end as usize).unwrap_or("?")
}

/// Line and column of a place, from 1, and what stands there.
fn at(source: &str, place: Place) -> String {
    let before = source.get(..place.start as usize).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
    format!("{line}:{column} `{}`", text(source, place).lines().next().unwrap_or_default())
}

fn outline(source: &str, symbols: &[Symbol], depth: usize, out: &mut Vec<String>) {
    for symbol in symbols {
        let pad = "  ".repeat(depth);
        let (all, name) = (at(source, symbol.place), at(source, symbol.name_place));
        out.push(format!(
            "{pad}{} ({}, {:?}) {all}, its name {name}",
            symbol.name, symbol.detail, symbol.sort
        ));
        outline(source, &symbol.children, depth + 1, out);
    }
}

fn complete(source: &str, cursor: u32) -> Vec<String> {
    let found = Document::read(source).complete(cursor);
    let mut out: Vec<String> = Vec::new();
    for one in &found {
        let typed = text(source, one.place);
        let typed = if typed.is_empty() { String::new() } else { format!(" for `{typed}`") };
        out.push(
            format!("{} ({:?}{typed}) {} | {}", one.label, one.what, one.detail, one.meaning)
                .trim_end()
                .to_owned(),
        );
    }
    out
}

fn name(source: &str, cursor: u32) -> Vec<String> {
    let document = Document::read(source);
    let known = document.mention(cursor);
    let mut out = vec![known.map_or_else(
        || "no name".to_owned(),
        |known| format!("{} `{}` of `{}`", known.sort.word(), known.text, known.scope),
    )];
    out.extend(
        document.definition(cursor).into_iter().map(|place| format!("declared at {}", at(source, place))),
    );
    out.extend(
        document.references(cursor, false).into_iter().map(|place| format!("used at {}", at(source, place))),
    );
    if let Some((place, name)) = document.renamable(cursor) {
        out.push(format!("may be renamed: {} ({name})", at(source, place)));
    }
    out
}

fn rename(source: &str, cursor: u32, new: &str) -> Vec<String> {
    match Document::read(source).rename(cursor, new) {
        Err(why) => vec![why],
        Ok(edits) => {
            let after = apply(source, &edits);
            let old: Vec<&str> = source.lines().collect();
            let new: Vec<&str> = after.lines().collect();
            let gone = old.iter().filter(|line| !new.contains(line)).map(|line| format!("- {line}"));
            let come = new.iter().filter(|line| !old.contains(line)).map(|line| format!("+ {line}"));
            gone.chain(come).collect()
        }
    }
}

/// Every token from a byte on, and every name.
fn paint(source: &str, from: u32) -> Vec<String> {
    let document = Document::read(source);
    let mut out: Vec<String> = Vec::new();
    for token in document.tokens().into_iter().filter(|token| token.place.start >= from) {
        let declares = if token.declares { " declared" } else { "" };
        out.push(format!("{:?}{declares} {}", token.class, at(source, token.place)));
    }
    for known in document.mentions().iter().filter(|known| known.place.start >= from) {
        let how = if known.declares { "declares" } else { "names" };
        out.push(format!("{how} {} `{}` of `{}`", known.sort.word(), known.text, known.scope));
    }
    out
}

fn answer(question: &str) -> Vec<String> {
    let (asks, piece) = question.split_once('\n').unwrap();
    let mut words = asks.split_whitespace();
    let what = words.next().unwrap();
    let rest: Vec<&str> = words.collect();
    let alone = rest.first() == Some(&"alone");
    let frame = if alone { String::new() } else { format!("{FRAME}\n") };
    let from = u32::try_from(frame.len()).unwrap();
    let whole = format!("{frame}{piece}");
    let (source, cursor) = if whole.contains('|') { marked(&whole) } else { (whole, 0) };
    match what {
        "complete" => complete(&source, cursor),
        "hover" => Document::read(&source).hover(cursor).map_or_else(Vec::new, |found| {
            let mut out = vec![format!("of {}", at(&source, found.place))];
            out.extend(found.text.lines().map(str::to_owned));
            out
        }),
        "name" => name(&source, cursor),
        "rename" => rename(&source, cursor, &rest.join(" ")),
        "outline" => {
            let mut out = Vec::new();
            let own: Vec<Symbol> = Document::read(&source)
                .symbols()
                .into_iter()
                .filter(|symbol| symbol.place.start >= from)
                .collect();
            outline(&source, &own, 0, &mut out);
            out
        }
        "paint" => paint(&source, from),
        other => panic!("{other}: complete, hover, name, rename, outline or paint"),
    }
}

/// Answers every question of a file, and compares with what is kept beside it, or writes it there.
fn kept(file: &str, questions: &str, kept: &str) {
    let mut now = String::new();
    for question in questions.split("\n---\n") {
        now.push_str(question.trim_end());
        now.push('\n');
        let said = answer(question);
        for line in if said.is_empty() { vec!["nothing".to_owned()] } else { said } {
            now.push_str(format!("    {line}").trim_end());
            now.push('\n');
        }
        now.push('\n');
    }
    keep(&format!("editor/asked/{file}.answers"), kept, &now);
}

#[test]
fn what_may_stand_next_in_a_rule() {
    kept("rules", include_str!("asked/rules.questions"), include_str!("asked/rules.answers"));
}

#[test]
fn what_may_stand_next_elsewhere() {
    kept("items", include_str!("asked/items.questions"), include_str!("asked/items.answers"));
}

#[test]
fn what_is_shown_named_and_painted() {
    kept("shown", include_str!("asked/shown.questions"), include_str!("asked/shown.answers"));
}

/// What is nested too deep, or holds a word too long, is not looked into.
#[test]
fn what_cannot_be_read_is_left_alone() {
    let deep = format!("rule a {{ on purchase\n when {}\n in group g }}\n", "any of { ".repeat(40));
    assert_eq!(Document::read(&deep).mentions(), []);
    let long = format!(
        "rule a {{\n on purchase\n tag member {}\n in group g\n}}\nrule b {{ on purchase }}\n",
        "x".repeat(300)
    );
    let document = Document::read(&long);
    let names: Vec<&str> = document.mentions().iter().map(|known| known.text.as_str()).collect();
    assert_eq!(names, ["b"]);
}

#[test]
fn a_document_knows_its_text() {
    assert_eq!(Document::read("rule a {").source(), "rule a {");
}
