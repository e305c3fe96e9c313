//! What an editor asks of a file while it is written: what may stand here, what does this mean, where was it declared,
//! who else uses it, call it something else. Pure functions over a text and a byte position.
//!
//! It works on broken files: an item that does not parse is read sentence by sentence, and what cannot be read is left
//! out. It judges nothing (`check` does) and knows no protocol; places are bytes.

mod complete;
mod expect;
mod grammar;
mod hover;
mod outline;
mod paint;
mod read;
mod rename;
mod slots;

pub use complete::{Suggested, Suggestion};
pub use hover::Hover;
pub use outline::Symbol;
pub use paint::{Class, Token, html};
pub use rename::Edit;
pub use slots::Sort;

use crate::model::Place;
use crate::syntax::ast::Kind;

/// Every word of the language, as the grammar has them.
pub fn keywords() -> impl Iterator<Item = &'static str> {
    grammar::words().iter().map(String::as_str)
}

/// A name where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Where, without quotes.
    pub place: Place,
    /// What it names.
    pub sort: Sort,
    /// What it belongs to: the event of a field, the survey of a question, `event.field` of a choice; else empty.
    pub scope: String,
    /// The name, without quotes.
    pub text: String,
    /// True where it is declared.
    pub declares: bool,
}

impl Mention {
    /// True for two mentions of the same thing.
    pub fn same(&self, other: &Self) -> bool {
        self.sort == other.sort && self.scope == other.scope && self.text == other.text
    }
}

/// An item as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    kind: Kind,
    keyword: Place,
    /// The name, or a test's title with its quotes.
    name: Option<Place>,
    /// The label, with its quotes.
    label: Option<Place>,
    place: Place,
    /// One past the `{` of its head.
    open: Option<u32>,
    /// The kind of event a rule answers; `absence` and `schedule` for those of time.
    on: Option<String>,
}

/// A sentence: the item's kind, its place, its first word.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    kind: Kind,
    place: Place,
}

/// A file, read for an editor.
#[derive(Debug, Clone)]
pub struct Document<'s> {
    source: &'s str,
    parts: Vec<Part>,
    mentions: Vec<Mention>,
    /// Paths of facts and built-in events, as written.
    facts: Vec<Place>,
    /// Words of a closed choice, with the slot that asked.
    choices: Vec<(Place, &'static str)>,
    /// What rules were called before.
    formers: Vec<Place>,
    /// What is asked in conditions.
    predicates: Vec<Place>,
    lines: Vec<Line>,
}

impl<'s> Document<'s> {
    /// The text.
    pub const fn source(&self) -> &'s str {
        self.source
    }

    /// Every name of the file that could be read, in the order of the text.
    pub fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    /// The name at a byte; right behind its last letter counts.
    pub fn mention(&self, at: u32) -> Option<&Mention> {
        self.mentions.iter().find(|known| touches(known.place, at))
    }

    /// Where the name at a byte is declared.
    pub fn definition(&self, at: u32) -> Vec<Place> {
        let Some(asked) = self.mention(at) else { return Vec::new() };
        self.mentions
            .iter()
            .filter(|known| known.declares && known.same(asked))
            .map(|known| known.place)
            .collect()
    }

    /// Everywhere the name at a byte stands, its declaration included where asked for.
    pub fn references(&self, at: u32, with_declaration: bool) -> Vec<Place> {
        let Some(asked) = self.mention(at) else { return Vec::new() };
        let wanted = |known: &&Mention| known.same(asked) && (with_declaration || !known.declares);
        self.mentions.iter().filter(wanted).map(|known| known.place).collect()
    }

    /// The text at a place; empty where there is none.
    fn text(&self, place: Place) -> &'s str {
        slice(self.source, place)
    }

    /// The item around a byte, or before it where there is none around it.
    fn part(&self, at: u32) -> Option<&Part> {
        self.parts.iter().rev().find(|part| part.place.start <= at)
    }

    /// Names declared of a sort, within a scope.
    fn declared(&self, sort: Sort, scope: &str) -> impl Iterator<Item = &Mention> {
        self.mentions.iter().filter(move |known| known.declares && known.sort == sort && known.scope == scope)
    }
}

/// True where a byte is in a place or right behind it.
const fn touches(place: Place, at: u32) -> bool {
    place.start <= at && at <= place.end
}

fn slice(source: &str, place: Place) -> &str {
    let offset = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    source.get(offset(place.start)..offset(place.end)).unwrap_or_default()
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
