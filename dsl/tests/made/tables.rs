//! The tables of the vocabulary against the grammar and the checker: nothing is missing, nothing is invented.

use crate::grammar::{first_words, rules};
use dsl::check::check;
use dsl::event::BUILT_IN;
use dsl::syntax::ast::Kind;
use dsl::syntax::parse;
use dsl::vocabulary::{CHOICES, NAMED, OCCASIONS, PREDICATES, SENTENCES, Sentence, items};
use std::collections::BTreeSet;

/// A sentence in an item of its own.
fn alone(sentence: &Sentence) -> String {
    let (before, after) = match (sentence.first, sentence.item) {
        ("and", _) => ("  when channel is online\n", ""),
        ("event", Kind::Test) => ("", "\n    basket.paid is 1.00 EUR\n  }"),
        _ => ("", ""),
    };
    format!("{}\n{before}  {}{after}\n}}\n", items::head(sentence.item), sentence.example)
}

#[test]
fn every_example_of_a_sentence_is_one() {
    for sentence in SENTENCES.iter().chain(NAMED) {
        let text = alone(sentence);
        let parsed = parse(&text);
        assert!(parsed.diagnostics.is_empty(), "{text}{:?}", parsed.diagnostics);
        assert_eq!(parsed.items.len(), 1);
        if !NAMED.iter().any(|named| named.example == sentence.example) {
            assert_eq!(sentence.example.split(' ').next(), Some(sentence.first));
        }
        assert!(!sentence.meaning.is_empty() && !sentence.meaning.ends_with('.'), "{}", sentence.example);
    }
    for kind in Kind::ALL {
        assert!(items::head(kind).starts_with(kind.word()) && !items::meaning(kind).is_empty());
    }
}

/// Whoever adds a sentence to the grammar says in the table what it means.
#[test]
fn every_sentence_of_the_grammar_is_in_the_table() {
    let rules = rules();
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Language) {
        let name = format!("{}_clause", kind.word());
        let clause = rules.iter().find(|rule| rule.name == name).unwrap_or_else(|| panic!("{name}"));
        let begin: BTreeSet<String> = first_words(&clause.expr, &rules).into_iter().collect();
        let listed: BTreeSet<String> = SENTENCES
            .iter()
            .filter(|known| known.item == kind && known.first != "and")
            .map(|known| known.first.to_owned())
            .collect();
        assert_eq!(begin, listed, "sentences of a {}", kind.word());
    }
}

#[test]
fn every_predicate_of_the_grammar_is_in_the_table() {
    let rules = rules();
    let predicate = rules.iter().find(|rule| rule.name == "predicate").unwrap();
    let begin: BTreeSet<String> = first_words(&predicate.expr, &rules).into_iter().collect();
    let listed: BTreeSet<String> =
        PREDICATES.iter().map(|known| known.words.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(begin, listed);
    assert_eq!(crate::grammar::alternatives(&predicate.expr).len(), PREDICATES.len());
}

#[test]
fn every_event_of_the_language_is_in_the_table() {
    let listed: Vec<&str> = OCCASIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed, BUILT_IN);
}

/// Where a wrong word stands for each choice, in a file that is in order but for it.
const ASKED: &[(&str, &str)] = &[
    ("rounding", "  rounding zzz\n"),
    ("refund of a programme", "  refund zzz\n"),
    ("shortfall", "  shortfall zzz\n"),
    ("unknown member", "  unknown member zzz\n"),
    ("per", "  limit 5 points per zzz\n"),
    ("period", "  expire at end of zzz\n"),
    ("take", "}\n\ngroup g {\n  take zzz\n"),
    ("when spent", "}\n\nbudget b {\n  total 100 points\n  when spent zzz\n"),
    ("type of a field", "}\n\nevent visit {\n  field a zzz\n"),
    ("type of a question", "}\n\nsurvey nps {\n  question a zzz\n"),
    ("refund of a reward", "}\n\nreward r {\n  gives item \"x\"\n  refund zzz\n"),
    (
        "refund of a referral",
        "}\n\nreferral f {\n  qualify on purchase within 30 days\n  mature after 14 days\n  refund zzz\n",
    ),
    ("refund of a rule", "}\n\nrule p {\n  on purchase\n  give 1 point\n  refund zzz\n"),
    ("every, of a streak", "}\n\nstreak s {\n  on purchase\n  every zzz\n"),
    (
        "every, of a challenge",
        "}\n\nchallenge c {\n  every zzz\n  goal g 1 time on purchase\n  give 1 point\n",
    ),
    (
        "refund of a challenge",
        "}\n\nchallenge c {\n  goal g 1 time on purchase\n  give 1 point\n  refund zzz\n",
    ),
    ("prompt for", "}\n\nrule p {\n  on purchase\n  prompt for zzz\n"),
    (
        "by, of a ranking",
        "}\n\nrule r {\n  on schedule every day at 09:00\n  rank 1 by zzz last week\n  give 5 points\n",
    ),
    ("day of the week", "}\n\nrule p {\n  on schedule every week on zzz at 09:00\n  give 1 point\n"),
    ("value of `day`", "}\n\nrule p {\n  on purchase\n  when day is zzz\n  give 1 point\n"),
    (
        "truth",
        "}\n\ntest \"t\" {\n  event purchase at 2026-01-01 10:00 {\n    line 1.00 EUR { eligible zzz }\n  }\n  expect no points\n",
    ),
    (
        "what is said of a line in a test",
        "}\n\ntest \"t\" {\n  event purchase at 2026-01-01 10:00 {\n    line 1.00 EUR { zzz 1 }\n  }\n  expect no points\n",
    ),
];

#[test]
fn the_checker_knows_the_choices_of_the_table() {
    for choice in CHOICES {
        let Some((_, text)) = ASKED.iter().find(|(what, _)| *what == choice.what) else {
            assert_eq!(choice.slot, "v_off", "how is `{}` asked for?", choice.what);
            continue;
        };
        let source = format!(
            "language 1\n\nprogramme club {{\n  currency EUR\n  timezone \"Europe/Paris\"\n  point worth 0.01 EUR\n{text}}}\n"
        );
        let said: Vec<String> = check(source.as_bytes(), None)
            .diagnostics
            .into_iter()
            .map(|found| format!("{} {}", found.message, found.help.unwrap_or_default()))
            .collect();
        let said =
            said.iter().find(|said| said.contains("zzz")).unwrap_or_else(|| panic!("{source}{said:?}"));
        for (word, _) in choice.words {
            // what is said of a referral's refund names the two that are one word; of days, the first and the last
            let phrase = word.contains(' ') && choice.slot == "c_revoke"
                || choice.slot == "weekday" && !["monday", "sunday"].contains(word);
            assert!(phrase || said.contains(&format!("`{word}`")), "{}: `{word}` in: {said}", choice.what);
        }
        let named = said.split('`').skip(1).step_by(2).filter(|word| !word.contains("zzz"));
        for word in named.collect::<BTreeSet<_>>() {
            let known = choice.words.iter().any(|(known, _)| *known == word);
            assert!(
                known || word == "day" || word.contains('.'),
                "{}: `{word}` is not in the table: {said}",
                choice.what
            );
        }
    }
}
