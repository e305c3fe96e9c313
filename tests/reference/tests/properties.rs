//! What holds of every programme: the order of a file says nothing, the formatter changes nothing and has one answer,
//! stored bytes are the same rulebook, and no mistake is told in words of the grammar. Each failure prints its seed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what must hold")]

use dsl::check::check;
use dsl::diagnostic::{Diagnostic, Severity, render};
use dsl::fmt::format;
use dsl::model::Programme;
use dsl::plan::Rulebook;
use dsl::syntax::parse;
use reference::differ::{by_name, items};
use reference::generate::{Dice, World, event, known, world};
use reference::mutate::{ragged, wrong};

const GRAMMAR: [&str; 3] = [
    include_str!("../../../dsl/src/grammar/tokens.pest"),
    include_str!("../../../dsl/src/grammar/clauses.pest"),
    include_str!("../../../dsl/src/grammar/mistakes.pest"),
];

/// A programme of a seed, and the die that goes on.
fn seeded(seed: u64) -> (Dice, World) {
    let mut dice = Dice::new(seed);
    let world = world(&mut dice);
    (dice, world)
}

fn sound(text: &str, seed: u64) -> Programme {
    let checked = check(text.as_bytes(), None);
    checked.programme.unwrap_or_else(|| panic!("seed {seed}: {}", render("it", text, &checked.diagnostics)))
}

/// As debug text, without places.
fn placeless(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("Place {") {
        let end = at + rest[at..].find('}').unwrap() + 1;
        out.push_str(&rest[..at]);
        rest = &rest[end..];
    }
    out + rest
}

fn meaning(programme: &Programme) -> String {
    placeless(&format!("{programme:?}"))
}

fn tree(text: &str) -> String {
    // `half year` is one word, however far its parts stand apart
    let tree = placeless(&format!("{:?}", parse(text).items)).replace("\\t", " ");
    tree.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_order_of_a_file_never_changes_an_outcome() {
    for seed in 10_000..10_100 {
        let (mut dice, world) = seeded(seed);
        let book = Rulebook::compile(sound(&world.text, seed));
        let mut shuffled = items(&world.text);
        assert_eq!(shuffled.concat().replace('\n', ""), world.text.replace('\n', ""));
        dice.shuffle(&mut shuffled);
        let other = Rulebook::compile(sound(&shuffled.concat(), seed));
        for _ in 0..25 {
            let event = event(&mut dice, &world, book.zone());
            let known = known(&mut dice, &world, &book);
            let (left, right) = (
                book.evaluate(&event, &known.aligned(&book)),
                other.evaluate(&event, &known.aligned(&other)),
            );
            assert_eq!(by_name(&book, &left), by_name(&other, &right), "seed {seed}, {event:#?}");
        }
    }
}

#[test]
fn formatting_changes_nothing_and_has_one_answer() {
    for seed in 20_000..20_150 {
        let (mut dice, world) = seeded(seed);
        let before = sound(&world.text, seed);
        let other = ragged(&mut dice, &world.text);
        for text in [&world.text, &other] {
            let neat = format(text).unwrap_or_else(|found| panic!("seed {seed}: {found:?}\n{text}"));
            assert_eq!(format(&neat).as_deref(), Ok(neat.as_str()), "seed {seed}: twice\n{text}");
            assert_eq!(tree(&neat), tree(text), "seed {seed}: another tree\n{text}\n{neat}");
            assert_eq!(meaning(&sound(&neat, seed)), meaning(&before), "seed {seed}\n{text}\n{neat}");
            let comments = |text: &str| text.matches("# ").count();
            assert_eq!(comments(&neat), comments(text), "seed {seed}: comments of\n{text}\n{neat}");
        }
    }
}

#[test]
fn stored_bytes_are_the_same_rulebook() {
    for seed in 30_000..30_100 {
        let (mut dice, world) = seeded(seed);
        let book = Rulebook::compile(sound(&world.text, seed));
        let stored = Rulebook::from_bytes(&book.to_bytes()).unwrap();
        assert_eq!((stored.id(), stored.programme()), (book.id(), book.programme()), "seed {seed}");
        assert_eq!(stored.to_bytes(), book.to_bytes(), "seed {seed}");
        assert_eq!((stored.windows(), stored.limits()), (book.windows(), book.limits()), "seed {seed}");
        for _ in 0..10 {
            let event = event(&mut dice, &world, book.zone());
            let facts = known(&mut dice, &world, &book).aligned(&book);
            assert_eq!(stored.evaluate(&event, &facts), book.evaluate(&event, &facts), "seed {seed}");
        }
        let mut damaged = book.to_bytes();
        let at = dice.below(damaged.len());
        damaged[at] ^= 1 << dice.below(8);
        assert!(Rulebook::from_bytes(&damaged).is_err(), "seed {seed}: byte {at}");
    }
}

/// Names of grammar rules that are no words of the language.
fn inner_names() -> Vec<&'static str> {
    let names = GRAMMAR.iter().flat_map(|text| text.lines()).filter_map(|line| line.split_once('='));
    let names = names.map(|(name, _)| name.trim());
    let all: Vec<&str> = names
        .filter(|name| name.contains('_') && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        .collect();
    assert!(all.len() > 50);
    all
}

#[test]
fn mistakes_are_told_at_their_place_and_never_in_words_of_the_grammar() {
    let inner = inner_names();
    let mut mistakes = 0;
    for seed in 40_000..40_400 {
        let (mut dice, world) = seeded(seed);
        let text = wrong(&mut dice, &world.text);
        let checked = check(text.as_bytes(), None);
        let errors = checked.diagnostics.iter().any(|found| found.severity == Severity::Error);
        assert_eq!(checked.programme.is_none(), errors, "seed {seed}: refused without a word\n{text}");
        mistakes += u32::from(errors);
        for found in &checked.diagnostics {
            told(found, &text, &inner, seed);
        }
        let _ = render("it", &text, &checked.diagnostics);
        if let Ok(neat) = format(&text) {
            assert_eq!(format(&neat).as_deref(), Ok(neat.as_str()), "seed {seed}\n{text}");
        }
    }
    assert!(mistakes > 200, "only {mistakes} of the changes are mistakes");
}

fn told(found: &Diagnostic, text: &str, inner: &[&str], seed: u64) {
    let said = format!("{} {}", found.message, found.help.as_deref().unwrap_or_default());
    for (at, part) in said.split('`').enumerate() {
        // What is quoted from the file is the merchant's own.
        let own = at % 2 == 1 && text.contains(part);
        for word in part.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|_| !own) {
            assert!(!inner.contains(&word), "seed {seed}: `{word}` in: {said}\n{text}");
        }
    }
    let place = |offset: u32| usize::try_from(offset).unwrap();
    let here = text.get(place(found.place.start)..place(found.place.end));
    assert!(here.is_some(), "seed {seed}: {found:?} lies nowhere in\n{text}");
    if let Some(fix) = &found.fix {
        assert!(text.get(place(fix.place.start)..place(fix.place.end)).is_some(), "seed {seed}: {found:?}");
    }
}

/// Words of the grammar that no generated programme writes, each with its reason.
/// `check` blocks are proved, not evaluated: their own tests hold proofs against the evaluator.
const NOT_WRITTEN: [&str; 3] = ["check", "both", "fire"];

#[test]
fn every_word_of_the_grammar_is_written_by_some_programme() {
    let corpus: String = (0..1_500).map(|seed| seeded(seed).1.text).collect();
    let written: std::collections::BTreeSet<&str> =
        corpus.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
    let sentences = GRAMMAR[1].lines().filter(|line| !line.trim_start().starts_with("//"));
    let words = sentences.flat_map(|line| line.split('"').skip(1).step_by(2));
    let words = words.filter(|word| word.chars().all(|c| c.is_ascii_lowercase()));
    let missing: Vec<&str> =
        words.filter(|word| !written.contains(word) && !NOT_WRITTEN.contains(word)).collect();
    assert!(missing.is_empty(), "teach `generate` to write, and `meaning` to read: {missing:?}");
}
