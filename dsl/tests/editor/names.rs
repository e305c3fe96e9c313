//! Names: where they are declared, who uses them, and what renaming changes.

use crate::{COFFEE, apply, examples, find};
use dsl::check::check;
use dsl::diagnostic::{Severity, render};
use dsl::editor::{Document, Sort};
use dsl::fmt::format;
use dsl::syntax::ast::Kind;

#[test]
fn every_use_finds_its_declaration() {
    let (mut used, mut declared) = (0, 0);
    for (file, source) in examples() {
        let document = Document::read(&source);
        for known in document.mentions() {
            let text = &source[known.place.start as usize..known.place.end as usize];
            assert_eq!(text, known.text, "{file}");
            let found = document.definition(known.place.start);
            // the examples declare all of theirs, but for tags and badges that rules give and stores that are not listed
            let free = matches!(
                known.sort,
                Sort::Tag | Sort::Badge | Sort::Store | Sort::Brand | Sort::Category | Sort::Channel
            );
            assert!(!found.is_empty() || free, "{file}: {known:?}");
            if known.declares {
                declared += 1;
                assert!(found.contains(&known.place));
            } else {
                used += 1;
            }
        }
    }
    assert!(declared > 100 && used > 100, "{declared} {used}");
}

#[test]
fn definition_and_references() {
    let document = Document::read(COFFEE);
    let use_of = find(COFFEE, "in group boosters", 1) + 9;
    let declared = document.definition(use_of);
    assert_eq!(declared.len(), 1);
    assert_eq!(declared[0].start, find(COFFEE, "group boosters", 0) + 6);
    assert_eq!(document.references(use_of, true).len(), 3);
    assert_eq!(document.references(use_of, false).len(), 2);
    // an event and its field, in one path
    let path = find(COFFEE, "check_in.stars is known", 0);
    assert_eq!(document.definition(path)[0].start, find(COFFEE, "event check_in", 0) + 6);
    assert_eq!(document.definition(path + 9)[0].start, find(COFFEE, "field stars", 0) + 6);
    assert_eq!(document.references(path + 9, false).len(), 2);
    assert_eq!(document.references(path, false).len(), 4);
    // a category in a rule, a list and a line of a test
    assert_eq!(document.references(find(COFFEE, "coffee, bakery, beans", 0), false).len(), 5);
    assert_eq!(document.definition(find(COFFEE, "give 5 points", 0)), []);
}

/// Renaming anything in any example leaves a file that means the same: no new mistakes, the layout kept.
#[test]
fn renaming_keeps_every_example_whole() {
    let mut renamed = 0;
    for (file, source) in examples() {
        let document = Document::read(&source);
        let before = check(source.as_bytes(), None).diagnostics.len();
        for known in document.mentions().iter().filter(|known| known.declares) {
            let taken = (0..10).map(|n| format!("zz_new_{n}")).find(|name| !source.contains(name)).unwrap();
            let edits = document.rename(known.place.start, &taken).unwrap();
            let after = apply(&source, &edits);
            let checked = check(after.as_bytes(), None);
            // a name may be read in a path of a tag: `nps.reason.price`
            let errors: Vec<_> = checked
                .diagnostics
                .iter()
                .filter(|found| found.severity == Severity::Error)
                .cloned()
                .collect();
            assert!(errors.is_empty(), "{file}: {known:?}\n{}", render(&file, &after, &errors));
            assert_eq!(checked.diagnostics.len(), before, "{file}: {known:?}");
            let rule = known.sort == Sort::Item(Kind::Rule);
            assert_eq!(
                after.contains(&format!("  formerly {}\n", known.text)),
                rule || source.contains(&format!("  formerly {}\n", known.text)),
                "{known:?}"
            );
            assert_eq!(format(&after).map(|text| text.contains(&taken)), Ok(true));
            // back again: nothing is left of it, not even `formerly`
            let there = Document::read(&after);
            let place =
                there.mentions().iter().find(|other| other.declares && other.text == taken).unwrap().place;
            let back = apply(&after, &there.rename(place.start, &known.text).unwrap());
            assert_eq!(back.replace(&format!("\n  formerly {taken}"), ""), source, "{file}: {known:?}");
            renamed += 1;
        }
    }
    assert!(renamed > 100, "{renamed}");
}

#[test]
fn a_renamed_rule_keeps_its_counts() {
    let document = Document::read(COFFEE);
    let at = find(COFFEE, "expect rule breakfast", 0) + 12;
    let after = apply(COFFEE, &document.rename(at, "early_bird").unwrap());
    assert!(
        after.contains(
            "rule early_bird \"Double beans before work\" {\n  formerly breakfast\n  on purchase\n"
        )
    );
    assert!(after.contains("expect rule early_bird fires"));
    assert_eq!(format(&after).unwrap(), after);
}

#[test]
fn why_not() {
    let document = Document::read(COFFEE);
    let rule = find(COFFEE, "rule breakfast", 0) + 5;
    let why = |at: u32, new: &str| document.rename(at, new).unwrap_err();
    assert_eq!(why(rule, "own_cup"), "there is already a rule `own_cup`");
    assert_eq!(why(rule, "yes"), "`yes` is a word of the language");
    assert_eq!(why(rule, "rule"), "`rule` is a word of the language");
    assert_eq!(
        why(rule, "Early Bird"),
        "names are lower case letters, digits and `_`, and begin with a letter"
    );
    assert_eq!(why(rule, ""), "a name has 1 to 64 letters");
    assert_eq!(why(find(COFFEE, "give 5 points", 0), "x"), "there is no name here");
    // a category may be any text
    let edits = document.rename(find(COFFEE, "bakery", 0), "Home & Garden").unwrap();
    let after = apply(COFFEE, &edits);
    assert!(after.contains("categories [coffee, \"Home & Garden\", beans]"), "{after}");
    assert!(check(after.as_bytes(), None).programme.is_some());
}
