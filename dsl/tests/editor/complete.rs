//! Completion: the word somebody is about to write is among what is offered, and what makes no sense is not.

use crate::{COFFEE, examples, marked};
use dsl::editor::{Class, Document, Suggested};
use std::collections::BTreeSet;

fn labels(text: &str) -> Vec<String> {
    let (source, at) = marked(text);
    Document::read(&source).complete(at).into_iter().map(|found| found.label).collect()
}

/// What is offered when this is written at the end of the coffee shop's file, or in a rule of it.
fn in_rule(sentences: &str) -> Vec<String> {
    labels(&format!("{COFFEE}\nrule new {{\n{sentences}"))
}

#[test]
fn what_fits_is_offered_and_nothing_else() {
    let exactly: &[(&str, &[&str])] = &[
        ("  in group |", &["boosters"]),
        (
            "  on purchase\n  when member.tier is |",
            &["not", "known", "unknown", "guest", "regular", "insider"],
        ),
        ("  on purchase\n  when member.tier in [|", &["guest", "regular", "insider"]),
        ("  on purchase\n  when basket.tags has any of [|", &["own_cup"]),
        ("  on purchase\n  when basket.categories has any of [coffee, b|", &["bakery", "beans"]),
        ("  on purchase\n  when basket.tags |", &["has any of", "has all of", "has none of"]),
        ("  on purchase\n  when day in [m|", &["monday"]),
        ("  on check_in\n  when check_in.stars at |", &["least", "most"]),
        ("  on purchase\n  when member.spent |", &["in", "in total", "this", "today"]),
        (
            "  on purchase\n  when member.spent this |",
            &["day", "week", "month", "quarter", "half year", "year"],
        ),
        (
            "  on purchase\n  give 1 point per 1.00 EUR of |",
            &["basket.paid", "basket.eligible", "basket.lines"],
        ),
        ("  on purchase\n  give 1 point |", &["per", "every"]),
        ("  on purchase\n  give reward |", &["free_coffee", "one_off"]),
        ("  on purchase\n  give 1 point per 1.00 |", &["EUR"]),
        ("  on purchase\n  when basket.paid at least 5.00 |", &["EUR"]),
        ("  on purchase\n  prompt for |", &["review", "referral"]),
        ("  on p|", &["purchase"]),
        ("  on purchase\n  when basket.lines where line.a|", &["line.amount"]),
        ("  on purchase\n  when date within 7 days of member.b|", &["member.birthday"]),
        ("  on purchase\n  tag member \"|", &["own_cup"]),
        ("  # in group |", &[]),
        ("  on purchase\n  open case \"|", &[]),
    ];
    for (text, wanted) in exactly {
        let found: BTreeSet<String> = in_rule(text).into_iter().collect();
        // the end of a phrase is offered as one or as a word
        let wanted: BTreeSet<String> = wanted.iter().map(ToString::to_string).collect();
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn sentences_items_and_blocks() {
    let first = in_rule("  |");
    for word in ["on", "when", "give", "multiply", "in group", "from budget", "limit", "formerly"] {
        assert!(first.iter().any(|label| label == word), "{word}: {first:?}");
    }
    assert!(!first.iter().any(|label| label == "costs" || label == "rule"), "{first:?}");
    let after_when = in_rule("  on purchase\n  when channel is online\n  |");
    assert!(
        after_when.contains(&"and".to_owned()) && after_when.contains(&"give".to_owned()),
        "{after_when:?}"
    );
    assert!(labels(&format!("{COFFEE}\n|")).contains(&"rule".to_owned()));
    assert!(labels("|").contains(&"language".to_owned()));
    assert_eq!(labels(&format!("{COFFEE}\nrule |")), Vec::<String>::new());
    let block = in_rule("  on purchase\n  when any of {\n    ch|\n  }\n  give 5 points\n}\n");
    assert_eq!(block, ["channel"]);
    // the event's own facts only
    let other = in_rule("  on check_in\n  when |");
    assert!(other.contains(&"check_in.stars".to_owned()), "{other:?}");
    assert!(
        !other.iter().any(|label| label.starts_with("basket.") || label.starts_with("line.")),
        "{other:?}"
    );
    let own = in_rule("  on purchase\n  when |");
    assert!(
        own.contains(&"basket.paid".to_owned()) && !own.iter().any(|label| label.starts_with("check_in"))
    );
    let said = labels(&format!(
        "{COFFEE}\ntest \"x\" {{\n  event check_in at 2026-11-23 18:00 {{\n    |\n  }}\n}}\n"
    ));
    assert!(said.contains(&"check_in.stars".to_owned()) && said.contains(&"channel".to_owned()), "{said:?}");
    assert!(!said.iter().any(|label| label.starts_with("member.")), "{said:?}");
    let line = labels(&format!(
        "{COFFEE}\ntest \"x\" {{\n  event purchase at 2026-11-23 18:00 {{\n    line 2.00 EUR {{ category | }}\n  }}\n}}\n"
    ));
    assert_eq!(line, ["coffee", "bakery", "beans"]);
}

#[test]
fn a_broken_line_before_costs_nothing() {
    let found = in_rule("  on purchase\n  whne day is monday\n  and  member.tier is |");
    assert!(found.contains(&"regular".to_owned()), "{found:?}");
    let found = in_rule("  on purchase\n  give 5 pionts\n  in group |");
    assert_eq!(found, ["boosters"]);
    let found = in_rule("  on purchase\n  when any of {\n    day = monday\n    member.tier is |");
    assert!(found.contains(&"insider".to_owned()), "{found:?}");
}

/// Wherever an author of the examples wrote a word that can be known beforehand, it was offered there.
#[test]
fn the_next_word_of_every_example_is_offered() {
    let mut seen = 0;
    for (file, source) in examples() {
        let document = Document::read(&source);
        for token in document.tokens() {
            let word = &source[token.place.start as usize..token.place.end as usize];
            let listed = match token.class {
                Class::Comment | Class::Text | Class::Number => false,
                Class::Name(_) => !token.declares,
                _ => true,
            };
            let inner = source[..token.place.start as usize].ends_with(['.', '"']);
            let former = source[..token.place.start as usize].ends_with("formerly ");
            // nobody writes the lines that name files: joining does
            let names_file = word == "file" && source[token.place.end as usize..].starts_with(" \"");
            if !listed || inner || former || names_file {
                continue;
            }
            seen += 1;
            let found = document.complete(token.place.start);
            let offered = found.iter().any(|one| {
                one.label == word
                    || one.label.starts_with(&format!("{word} "))
                    || one.label.starts_with(&format!("{word}."))
            });
            // inside a phrase, the phrase was offered before
            let phrase = token.class == Class::Keyword && {
                let before = source[..token.place.start as usize].trim_end();
                let start = before.rfind(|c: char| c.is_whitespace()).map_or(0, |at| at + 1);
                let at = u32::try_from(start).unwrap();
                document.complete(at).iter().any(|one| {
                    let (head, rest) = one.label.split_once(' ').unwrap_or((&one.label, ""));
                    head == &before[start..] && rest.split(' ').any(|known| known == word)
                })
            };
            let line = source[..token.place.start as usize].matches('\n').count() + 1;
            assert!(
                offered || phrase,
                "{file}:{line}: `{word}` is not among {:?}",
                found.iter().map(|one| &one.label).collect::<Vec<_>>()
            );
        }
    }
    assert!(seen > 1_000, "{seen}");
}

#[test]
fn what_is_offered_says_what_it_is() {
    let (source, at) = marked(&format!("{COFFEE}\nrule new {{\n  on purchase\n  when basket.p|"));
    let found = Document::read(&source).complete(at);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].what, Suggested::Fact);
    assert_eq!(found[0].detail, "money");
    assert_eq!(found[0].meaning, "what was paid for all lines, after discounts");
    assert_eq!(found[0].place.end - found[0].place.start, 8);
    let (source, at) = marked(&format!("{COFFEE}\nrule new {{\n  on purchase\n  in group |"));
    let found = Document::read(&source).complete(at);
    assert_eq!((found[0].detail.as_str(), found[0].meaning.as_str()), ("group", "Multipliers"));
}
