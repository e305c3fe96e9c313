//! What is shown: meanings, the outline, the classes of words, a page.

use crate::{COFFEE, examples, find};
use dsl::editor::{Class, Document, html};

fn hover(what: &str, into: u32) -> String {
    Document::read(COFFEE).hover(find(COFFEE, what, 0) + into).map(|found| found.text).unwrap_or_default()
}

#[test]
fn everything_that_is_written_means_something() {
    assert_eq!(
        hover("basket.paid", 3),
        "`basket.paid`: money\n\nWhat was paid for all lines, after discounts."
    );
    assert!(hover("member.tier is insider", 3).contains("May be unknown"));
    assert!(
        hover("member.tier is insider", 17)
            .starts_with("tier `insider`\n\n```merit\ninsider from 900 points")
    );
    assert!(
        hover("in group boosters", 10)
            .starts_with("group `boosters`: Multipliers\n\n```merit\ngroup boosters")
    );
    assert!(hover("expect rule breakfast", 13).starts_with("rule `breakfast`: Double beans before work"));
    assert!(
        hover("check_in.stars is known", 10)
            .starts_with("field `stars` of `check_in`\n\n```merit\nfield stars number")
    );
    assert!(hover("on purchase", 4).starts_with("event `purchase`"));
    assert!(
        hover("has any of [coffee", 5).starts_with("`has any of [..]`: at least one of these is among them")
    );
    assert!(hover("multiply points by 2", 2).contains("- `multiply points by 2`: adds as much again"));
    assert!(hover("limit 2 times", 1).contains("how often it fires at most"));
    assert!(hover("rounding down", 10).contains("to whole points below"));
    assert!(hover("in 12 months", 7).contains("a length of time"));
    assert!(hover("reward free_coffee", 2).contains("Something points are spent on"));
    assert!(hover("categories [coffee", 13).contains("category `coffee` of the catalogue"));
}

/// In a text of several files, what one leaves open is none of the next; the lines that name them say what they are.
#[test]
fn files_of_a_text_are_told_apart() {
    let text = "file \"a.merit\"\nrule open {\n  on purchase\n  when any of {\nfile \"b.merit\"\n\nrule b {\n  \n}\n";
    let document = Document::read(text);
    let labels = |at: usize| {
        let found = document.complete(u32::try_from(at).unwrap());
        found.into_iter().map(|one| one.label).collect::<Vec<_>>()
    };
    let second = text.find("file \"b").unwrap();
    assert!(labels(second - 1).contains(&"channel".to_owned()), "{:?}", labels(second - 1));
    let items = labels(second + "file \"b.merit\"\n".len());
    assert!(items.contains(&"rule".to_owned()) && items.contains(&"programme".to_owned()), "{items:?}");
    assert!(labels(text.len() - 3).contains(&"on".to_owned()), "{:?}", labels(text.len() - 3));
    assert_eq!(labels(second + 7), Vec::<String>::new());
    let said = document.hover(u32::try_from(second).unwrap()).unwrap();
    assert!(said.text.contains("a file of the programme"), "{}", said.text);
    let named = document.tokens().into_iter().filter(|token| {
        token.class == Class::Keyword && text[token.place.start as usize..].starts_with("file \"")
    });
    assert_eq!(named.count(), 2);
}

/// Whatever word of an example one points at, something is said of it.
#[test]
fn no_word_of_the_examples_is_left_unexplained() {
    let mut silent = Vec::new();
    for (file, source) in examples() {
        let document = Document::read(&source);
        for token in document.tokens() {
            if matches!(token.class, Class::Comment | Class::Text | Class::Number) {
                continue;
            }
            if document.hover(token.place.start).is_none() {
                let word = &source[token.place.start as usize..token.place.end as usize];
                silent.push(format!("{file}: {word}"));
            }
        }
    }
    silent.dedup();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn the_outline() {
    let symbols = Document::read(COFFEE).symbols();
    let names: Vec<&str> = symbols.iter().map(|symbol| symbol.name.as_str()).collect();
    assert_eq!(names[..6], ["kaffa", "catalogue", "tiers", "boosters", "check_in", "base"]);
    let tiers: Vec<&str> = symbols[2].children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!(tiers, ["guest", "regular", "insider"]);
    assert_eq!(symbols[5].detail, "One bean per 10 cents");
    for symbol in &symbols {
        assert!(symbol.place.start <= symbol.name_place.start && symbol.name_place.end <= symbol.place.end);
    }
}

/// Every word outside of texts and comments has a class, and tokens follow each other on single lines.
#[test]
fn every_word_of_the_examples_has_a_class() {
    for (file, source) in examples() {
        let document = Document::read(&source);
        let mut end = 0;
        let mut bare = String::new();
        for token in document.tokens() {
            assert!(end <= token.place.start && token.place.start < token.place.end, "{file}: {token:?}");
            bare.push_str(&source[end as usize..token.place.start as usize]);
            let text = &source[token.place.start as usize..token.place.end as usize];
            assert!(!text.contains('\n'), "{file}: {text}");
            end = token.place.end;
        }
        bare.push_str(&source[end as usize..]);
        let left: String = bare.chars().filter(|c| c.is_alphanumeric()).collect();
        assert_eq!(left, "", "{file}");
    }
}

#[test]
fn a_page() {
    let page = html("rule a { # <b>\n  give 5 points\n");
    assert_eq!(
        page,
        "<pre class=\"merit\"><code><span class=\"m-keyword\">rule</span> <span class=\"m-name m-declares\">a</span> { \
         <span class=\"m-comment\"># &lt;b&gt;</span>\n  <span class=\"m-keyword\">give</span> <span class=\"m-number\">5</span> \
         <span class=\"m-unit\">points</span>\n</code></pre>\n"
    );
}
