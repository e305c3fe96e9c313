//! From text to syntax tree. Strict and fast first; an item that does not parse is read again sentence by sentence
//! by a tolerant reader that knows the common mistakes. All mistakes of a file are found in one run.
//!
//! It resolves no names and knows no types: see `check`.

pub(crate) mod ast;
mod build;
mod characters;
pub(crate) mod grammar;
pub(crate) mod scan;

use crate::diagnostic::{Diagnostic, code};
use ast::{Clause, Item, Kind, What, Word};
use build::{Builder, place};
use grammar::Rule;
use pest::iterators::Pair;
use scan::{Chunk, Scan};

/// A parsed file: the items that could be read, and what could not.
#[derive(Debug)]
pub(crate) struct Parsed<'s> {
    pub(crate) items: Vec<Item<'s>>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Kinds of which something did not parse and was reported.
    pub(crate) incomplete: Vec<Kind>,
    /// False when nothing was parsed at all.
    pub(crate) readable: bool,
}

/// Parses a file of at most 64 KiB.
pub(crate) fn parse(source: &str) -> Parsed<'_> {
    let Scan { chunks, diagnostics, readable } = scan::scan(source);
    let mut parsed = Parsed { items: Vec::new(), diagnostics, incomplete: Vec::new(), readable };
    if !readable {
        return parsed;
    }
    for chunk in chunks {
        let text = source.get(chunk.start..chunk.end).unwrap_or_default();
        match strict(chunk, text) {
            Some(item) => parsed.items.push(item),
            None => {
                parsed.incomplete.extend(chunk.kind);
                let start = place(chunk.start, chunk.start.saturating_add(scan::first_word(text).len()));
                parsed.diagnostics.push(Diagnostic::error(code::UNEXPECTED, start, "this does not parse"));
            }
        }
    }
    parsed
}

/// The grammar rules of an item: whole, head, one sentence.
pub(crate) const fn rules(kind: Kind) -> (Rule, Rule, Rule) {
    match kind {
        Kind::Language => (Rule::language, Rule::language, Rule::language),
        Kind::Programme => (Rule::programme, Rule::programme_head, Rule::programme_clause),
        Kind::Catalogue => (Rule::catalogue, Rule::catalogue_head, Rule::catalogue_clause),
        Kind::Tiers => (Rule::tiers, Rule::tiers_head, Rule::tiers_clause),
        Kind::Group => (Rule::group, Rule::group_head, Rule::group_clause),
        Kind::Budget => (Rule::budget, Rule::budget_head, Rule::budget_clause),
        Kind::Event => (Rule::event, Rule::event_head, Rule::event_clause),
        Kind::Rule => (Rule::rule_, Rule::rule_head, Rule::rule_clause),
        Kind::Reward => (Rule::reward, Rule::reward_head, Rule::reward_clause),
        Kind::Test => (Rule::test, Rule::test_head, Rule::test_clause),
    }
}

/// Reads a chunk by the strict grammar.
fn strict<'s>(chunk: Chunk, text: &'s str) -> Option<Item<'s>> {
    let kind = chunk.kind?;
    if chunk.unclosed {
        return None;
    }
    let builder = Builder { base: chunk.start };
    let keyword = place(chunk.start, chunk.start.saturating_add(kind.word().len()));
    let whole = grammar::parse(rules(kind).0, text).ok()?.next()?;
    let end = chunk.start.saturating_add(text.trim_end().len());
    let mut item =
        Item { kind, keyword, name: None, label: None, body: Vec::new(), place: place(chunk.start, end), broken: false };
    let mut inner = whole.into_inner();
    if kind == Kind::Language {
        let edition = builder.word(&inner.next()?);
        item.place.end = edition.place.end;
        item.body.push(Clause { what: What::Language(edition), place: item.place });
        return Some(item);
    }
    (item.name, item.label) = head(builder, inner.next()?);
    for pair in inner {
        if pair.as_rule() == Rule::EOI {
            break;
        }
        item.body.push(builder.clause(pair)?);
    }
    Some(item)
}

/// Name and label of a head; a test's title counts as its name.
fn head<'s>(builder: Builder, pair: Pair<'s, Rule>) -> (Option<Word<'s>>, Option<Word<'s>>) {
    let is_test = pair.as_rule() == Rule::test_head;
    let (mut name, mut label) = (None, None);
    for part in pair.into_inner() {
        let word = builder.word(&part);
        if part.as_rule() == Rule::string && !is_test {
            label = Some(word);
        } else {
            name = Some(word);
        }
    }
    (name, label)
}
