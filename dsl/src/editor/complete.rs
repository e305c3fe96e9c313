//! Completion: what the grammar allows where the cursor stands, narrowed by what makes sense there: names that are
//! declared, facts that this event has, predicates that this fact knows.

mod place;
mod values;

use super::expect::Expected;
use super::read::COUNTS;
use super::slots::{Slot, Sort, slot};
use super::{Document, grammar};
use crate::model::Place;
use crate::syntax::ast::Kind;
use crate::syntax::rules;
use crate::vocabulary::{PREDICATES, SENTENCES, SUMS, Type, items, words};
use place::{Spot, spot};

/// What is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suggested {
    /// A word of the language.
    Word,
    /// The head of an item.
    Item,
    /// A fact.
    Fact,
    /// A declared name.
    Name(Sort),
    /// A kind of event of the language itself.
    Event,
    /// A word of a closed choice.
    Choice,
    /// A unit.
    Unit,
}

/// One suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// As it is listed, and what is written.
    pub label: String,
    /// What it replaces: the word as far as it was typed.
    pub place: Place,
    /// What it is.
    pub what: Suggested,
    /// In a few words: a type, an example, a label.
    pub detail: String,
    /// One sentence for merchants; may be empty.
    pub meaning: String,
}

/// What is completed, and what is known of where it stands.
pub(super) struct Asked<'d, 's> {
    document: &'d Document<'s>,
    spot: Spot<'s>,
    found: Vec<Suggestion>,
}

impl Document<'_> {
    /// What may be written at a byte, best first; nothing in comments and in texts of one's own.
    pub fn complete(&self, at: u32) -> Vec<Suggestion> {
        let Some(spot) = spot(self.source, at) else { return Vec::new() };
        let mut asked = Asked { document: self, spot, found: Vec::new() };
        asked.all();
        asked.found
    }
}

impl Asked<'_, '_> {
    fn all(&mut self) {
        let Some(kind) = self.spot.kind.filter(|_| self.spot.inside) else {
            if self.spot.fresh && !self.spot.inside {
                self.items();
            }
            return;
        };
        let expected = self.spot.expected(grammar::name(rules(kind).2));
        for one in &expected {
            if one.words.is_empty() {
                self.token(kind, one);
            } else if !self.spot.quoted {
                self.words(kind, one);
            }
        }
    }

    fn add(&mut self, label: &str, what: Suggested, detail: impl Into<String>, meaning: impl Into<String>) {
        let fits =
            label.to_lowercase().starts_with(&self.spot.typed.to_lowercase()) && label != self.spot.typed;
        if !fits || self.found.iter().any(|known| known.label == label && known.what == what) {
            return;
        }
        let (detail, meaning) = (detail.into(), meaning.into());
        self.found.push(Suggestion {
            label: label.to_owned(),
            place: self.spot.place,
            what,
            detail,
            meaning,
        });
    }

    fn items(&mut self) {
        for kind in Kind::ALL {
            self.add(kind.word(), Suggested::Item, items::head(kind), items::meaning(kind));
        }
    }

    /// A word or a phrase of the language.
    fn words(&mut self, kind: Kind, expected: &Expected) {
        let words = expected.words.as_str();
        let within = |rule: &str| expected.stack.contains(&rule);
        // a new condition begins a line; a list on a line of a test holds tags
        let late = words == "and" && !self.spot.fresh && !within("p_between");
        let single = words == "[" && within("line_field") && expected.subject != "tags";
        if words == "{" || late || single {
            return;
        }
        let asks = expected.stack.last().is_some_and(|rule| rule.starts_with("p_"));
        let sum = SUMS.iter().find(|sum| expected.subject.split([' ', '\t']).next() == Some(sum.path));
        let counts = expected.subject.starts_with(COUNTS);
        let window = expected.stack.last().is_some_and(|rule| rule.starts_with("w_"));
        let windowed = expected.subject.contains([' ', '\t']);
        let at_subject = !expected.subject.is_empty();
        let summed = sum.is_some() || counts;
        if window && at_subject && !summed || asks && summed && !windowed {
            return;
        }
        if words == "where" && at_subject && expected.subject != "basket.lines" {
            return;
        }
        if asks {
            let kind = self.document.type_of(&expected.subject);
            if within("a_set") || within("c_given") {
                let several = kind == Some(Type::TextSet);
                let form = if several { "in [..]" } else { "is …" };
                if form.split(' ').next() == Some(words) {
                    self.add(words, Suggested::Word, form, "what it is here");
                }
                return;
            }
            let known = PREDICATES.iter().filter(|known| known.words == words);
            let fitting = known.clone().find(|known| match kind {
                Some(kind) => known.fits(kind),
                None if expected.subject == "member" => known.types.is_empty(),
                None => !known.types.is_empty(),
            });
            if known.count() > 0 {
                if let Some(known) = fitting {
                    self.add(words, Suggested::Word, known.form, known.meaning);
                }
                return;
            }
        }
        let kind_asked = self.document.type_of(&expected.subject);
        if within("p_nth") && kind_asked.is_some_and(|kind| kind != Type::Number) {
            return;
        }
        if words == "[" {
            self.add("[", Suggested::Word, "a list", "");
            return;
        }
        let first = words.split(' ').next().unwrap_or_default();
        let sentence = SENTENCES.iter().find(|known| known.item == kind && known.first == first);
        match sentence.filter(|_| self.spot.begins_sentence(expected)) {
            Some(known) => self.add(words, Suggested::Word, known.example, known.meaning),
            None => self.add(words, Suggested::Word, "", ""),
        }
    }

    /// A name, a path or a literal.
    fn token(&mut self, kind: Kind, expected: &Expected) {
        let text = expected.stack.last() == Some(&"string");
        if self.spot.quoted != text {
            return;
        }
        match slot(&expected.stack) {
            Slot::Refers(sort) => {
                let scope = if sort == Sort::Question { self.own_name() } else { String::new() };
                self.names(sort, &scope);
            }
            Slot::Event => self.events(kind),
            Slot::Subject => self.subjects(kind, expected),
            Slot::Value if expected.stack.contains(&"line_field") => {
                self.values(&format!("line.{}", expected.subject));
            }
            Slot::Value => self.values(&expected.subject),
            Slot::Choice(asked) => self.choices(asked, kind),
            Slot::Unit => self.units(expected),
            Slot::Currency => self.currencies(),
            Slot::Declares(_) | Slot::DeclaresNames | Slot::Former | Slot::Free => {}
        }
    }

    fn own_name(&self) -> String {
        let part = self.document.part(self.spot.place.start).and_then(|part| part.name);
        part.map_or_else(String::new, |name| self.document.text(name).to_owned())
    }
}

impl Document<'_> {
    /// The type of what a sentence speaks of; none where it is not known.
    pub(super) fn type_of(&self, subject: &str) -> Option<Type> {
        let path = subject.split([' ', '\t']).next().unwrap_or_default();
        if let Some(word) = words().into_iter().find(|word| word.path == path) {
            return Some(word.kind);
        }
        if let Some(sum) = SUMS.iter().find(|sum| sum.path == path) {
            return Some(sum.kind);
        }
        if path.starts_with(COUNTS) {
            return Some(Type::Number);
        }
        self.field_type(path)
    }
}
