//! From text to a document: which words are names, of what, and where; item by item, and where an item does not parse
//! sentence by sentence.

use super::slots::{Slot, Sort, slot};
use super::{Document, Line, Mention, Part, grammar, narrow};
use crate::event::BUILT_IN;
use crate::model::{Fact, Place};
use crate::survey::CLASS;
use crate::syntax::ast::Kind;
use crate::syntax::grammar::{Rule, parse};
use crate::syntax::scan::{Chunk, scan};
use crate::syntax::{place, rules};
use crate::vocabulary::{Type, Word, words};
use pest::iterators::Pair;

/// What an answer to a survey is called.
const ANSWERED: &str = ".answered";
/// What a rule's schedule is called in tests.
const SCHEDULE: &str = "schedule.";
/// What a count of events begins with.
pub(super) const COUNTS: &str = "member.events.";
/// Bytes of one sentence that are read where its item does not parse.
const SENTENCE_MAX: usize = 8 * 1024;
/// Bytes looked at, again and again, in the items of a file that do not parse.
const LOOKED_MAX: usize = 2 * 1024 * 1024;

/// What is said of the running sentence.
#[derive(Default)]
struct Context {
    subject: String,
    aisle: String,
    field: String,
}

struct Reading<'s> {
    document: Document<'s>,
    base: usize,
    part: usize,
    /// Event kinds, subjects and values wait until all declarations are known.
    events: Vec<(Place, &'s str)>,
    subjects: Vec<(Place, &'s str)>,
    values: Vec<(Place, &'s str, String)>,
    looked: usize,
}

impl<'s> Document<'s> {
    /// Reads a file; never fails, whatever the text.
    pub fn read(source: &'s str) -> Self {
        let document = Document {
            source,
            parts: Vec::new(),
            mentions: Vec::new(),
            facts: Vec::new(),
            choices: Vec::new(),
            formers: Vec::new(),
            predicates: Vec::new(),
            lines: Vec::new(),
        };
        let mut reading = Reading {
            document,
            base: 0,
            part: 0,
            events: Vec::new(),
            subjects: Vec::new(),
            values: Vec::new(),
            looked: 0,
        };
        if source.len() <= crate::files::PROGRAMME_BYTES_MAX {
            let found = scan(source);
            for chunk in found.chunks.into_iter().filter(|chunk| found.readable && !chunk.refused) {
                reading.chunk(chunk);
            }
        }
        reading.resolve()
    }

    /// What the values of a fact or field name: the sort and the scope.
    pub(super) fn value_sort(&self, subject: &str) -> Option<(Sort, String)> {
        let all = words();
        if let Some(word) = all.iter().find(|word| word.path == subject) {
            return sort_of(word).map(|sort| (sort, String::new()));
        }
        let (head, field) = subject.rsplit_once('.')?;
        let sort = if self.declared(Sort::Item(Kind::Event), "").any(|event| event.text == head) {
            Sort::Field
        } else {
            Sort::Question
        };
        self.declared(sort, head).find(|known| known.text == field)?;
        Some((Sort::Option, subject.to_owned()))
    }
}

/// What the values of a fact name.
fn sort_of(word: &Word) -> Option<Sort> {
    Some(match word.fact {
        Fact::Channel => Sort::Channel,
        Fact::Store => Sort::Store,
        Fact::BasketCategories | Fact::LineCategory => Sort::Category,
        Fact::BasketBrands | Fact::LineBrand => Sort::Brand,
        Fact::BasketTags | Fact::LineTags | Fact::MemberTags => Sort::Tag,
        _ if word.path == "member.badges" => Sort::Badge,
        _ if word.kind == Type::Tier => Sort::Tier,
        _ => return None,
    })
}

impl<'s> Reading<'s> {
    fn chunk(&mut self, chunk: Chunk) {
        let Some(kind) = chunk.kind else { return };
        let source = self.document.source;
        let text = source.get(chunk.start..chunk.end).unwrap_or_default();
        let end = chunk.start.saturating_add(text.trim_end().len());
        self.base = chunk.start;
        self.part = self.document.parts.len();
        self.document.parts.push(Part {
            kind,
            keyword: place(chunk.start, chunk.start.saturating_add(kind.word().len())),
            name: None,
            label: None,
            place: place(chunk.start, end),
            open: None,
            on: None,
        });
        let (whole, head, clause) = rules(kind);
        if let Some(pair) = parse(whole, text).ok().and_then(|mut pairs| pairs.next()) {
            self.item(pair);
            return;
        }
        let Some(pair) = parse(head, text).ok().and_then(|mut pairs| pairs.next()) else { return };
        let mut at = pair.as_span().end();
        self.inner(pair, &mut Vec::new(), &mut Context::default());
        if kind != Kind::Language {
            self.body(text, &mut at, clause);
        }
    }

    fn item(&mut self, pair: Pair<'s, Rule>) {
        for inner in pair.into_inner() {
            self.inner(inner, &mut Vec::new(), &mut Context::default());
        }
    }

    /// The sentences of an item that does not parse: those that do.
    fn body(&mut self, text: &'s str, at: &mut usize, clause: Rule) {
        let fragments =
            [clause, Rule::when_line, Rule::block_open, Rule::event_open, Rule::assign_line, Rule::cond_line];
        while self.looked < LOOKED_MAX {
            let rest = text.get(*at..).unwrap_or_default();
            let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n', '}']);
            *at = at.saturating_add(rest.len().saturating_sub(trimmed.len()));
            if trimmed.is_empty() {
                return;
            }
            let line = trimmed.find('\n').unwrap_or(trimmed.len());
            let mut read = None;
            if !trimmed.starts_with('#') {
                for rule in fragments {
                    // only the first may need more than its line: lists and blocks
                    let length = if rule == clause { extent(trimmed) } else { line };
                    let text = trimmed.get(..length).unwrap_or_default();
                    self.looked = self.looked.saturating_add(length);
                    let pair = parse(rule, text).ok().and_then(|mut pairs| pairs.next());
                    if let Some(pair) = pair.filter(|pair| pair.as_span().end() > 0) {
                        read = Some(pair);
                        break;
                    }
                }
            }
            let Some(pair) = read else {
                *at = at.saturating_add(line.max(1));
                continue;
            };
            self.base = self.base_of(*at);
            let length = pair.as_span().end();
            self.inner(pair, &mut Vec::new(), &mut Context::default());
            *at = at.saturating_add(length);
        }
    }

    /// Where a byte of a chunk stands in the file.
    fn base_of(&self, at: usize) -> usize {
        let start = self.document.parts.get(self.part).map_or(0, |part| part.keyword.start);
        usize::try_from(start).unwrap_or_default().saturating_add(at)
    }

    fn inner(&mut self, pair: Pair<'s, Rule>, stack: &mut Vec<&'static str>, context: &mut Context) {
        let name = grammar::name(pair.as_rule());
        let span = pair.as_span();
        let here = place(self.base.saturating_add(span.start()), self.base.saturating_add(span.end()));
        let text = pair.as_str();
        stack.push(name);
        let token = grammar::rule(name).is_some_and(grammar::is_token);
        if token {
            self.token(here, text, stack, context);
        } else {
            let kind = self.document.parts.get(self.part).map(|part| part.kind);
            if let Some(kind) = kind.filter(|_| name.starts_with("c_")) {
                self.document.lines.push(Line { kind, place: here });
            }
            if name.starts_with("p_") {
                self.document.predicates.push(here);
            }
            if name == "c_names" {
                text.split(|c: char| !c.is_ascii_alphabetic())
                    .next()
                    .unwrap_or_default()
                    .clone_into(&mut context.aisle);
            }
            if name.ends_with("_head")
                && let Some(part) = self.document.parts.get_mut(self.part)
            {
                part.open = text.ends_with('{').then_some(here.end);
            }
            if name == "c_on" {
                let kind = text.split_whitespace().nth(1).unwrap_or_default();
                if let Some(part) = self.document.parts.get_mut(self.part) {
                    part.on = Some(kind.to_owned());
                }
            }
            let rule = pair.as_rule();
            for inner in pair.into_inner() {
                self.inner(inner, stack, context);
            }
            if rule == Rule::subject {
                let end = text.find([' ', '\t', '\n']).unwrap_or(text.len());
                text.get(..end).unwrap_or_default().clone_into(&mut context.subject);
            }
        }
        stack.pop();
    }

    fn token(&mut self, here: Place, text: &'s str, stack: &[&'static str], context: &mut Context) {
        let parent = stack.len().checked_sub(2).and_then(|at| stack.get(at)).copied().unwrap_or_default();
        let (here, bare) = unquoted(here, text);
        if parent.ends_with("_head")
            && let Some(part) = self.document.parts.get_mut(self.part)
        {
            let whole = place_of(here, bare, text);
            match stack.last() {
                Some(&"string") if !matches!(part.kind, Kind::Test | Kind::Check) => part.label = Some(whole),
                _ => part.name = Some(whole),
            }
        }
        match slot(stack) {
            Slot::Declares(sort) => {
                if matches!(sort, Sort::Field | Sort::Question) {
                    bare.clone_into(&mut context.field);
                }
                let scope = match sort {
                    Sort::Field | Sort::Question => self.item_name(),
                    Sort::Option => format!("{}.{}", self.item_name(), context.field),
                    _ => String::new(),
                };
                self.mention(here, sort, scope, bare, true);
            }
            Slot::DeclaresNames => {
                if let Some(sort) = Sort::of_aisle(&context.aisle) {
                    self.mention(here, sort, String::new(), bare, true);
                }
            }
            Slot::Refers(sort) => {
                let scope = if sort == Sort::Question { self.item_name() } else { String::new() };
                self.mention(here, sort, scope, bare, false);
            }
            Slot::Event => self.events.push((here, bare)),
            Slot::Subject => {
                if parent == "a_set" {
                    bare.clone_into(&mut context.subject);
                }
                self.subjects.push((here, bare));
            }
            Slot::Value => self.values.push((here, bare, context.subject.clone())),
            Slot::Choice(asked) => {
                if asked == "line_field" {
                    context.subject = format!("line.{bare}");
                }
                self.document.choices.push((here, asked));
            }
            Slot::Former => self.document.formers.push(here),
            Slot::Currency => self.document.choices.push((here, "c_currency")),
            // a name that nothing else asks about
            Slot::Free if matches!(stack.last(), Some(&"name" | &"word" | &"path")) => {
                self.document.choices.push((here, ""));
            }
            Slot::Unit | Slot::Free => {}
        }
    }

    fn item_name(&self) -> String {
        let name = self.document.parts.get(self.part).and_then(|part| part.name);
        name.map_or_else(String::new, |name| self.document.text(name).to_owned())
    }

    fn mention(&mut self, place: Place, sort: Sort, scope: String, text: &str, declares: bool) {
        self.document.mentions.push(Mention { place, sort, scope, text: text.to_owned(), declares });
    }

    fn knows(&self, sort: Sort, scope: &str, text: &str) -> bool {
        self.document.declared(sort, scope).any(|known| known.text == text)
    }

    /// Now that every declaration is known: events, subjects and values.
    fn resolve(mut self) -> Document<'s> {
        for (here, text) in std::mem::take(&mut self.events) {
            let front = |length: usize| Place { end: here.start.saturating_add(narrow(length)), ..here };
            if self.knows(Sort::Item(Kind::Event), "", text) {
                self.mention(here, Sort::Item(Kind::Event), String::new(), text, false);
            } else if let Some(survey) = text.strip_suffix(ANSWERED) {
                self.mention(front(survey.len()), Sort::Item(Kind::Survey), String::new(), survey, false);
                let start = here.end.saturating_sub(narrow(ANSWERED.len())).saturating_add(1);
                self.document.facts.push(Place { start, ..here });
            } else if let Some(rule) = text.strip_prefix(SCHEDULE) {
                let start = here.start.saturating_add(narrow(SCHEDULE.len()));
                self.document.facts.push(Place { end: start.saturating_sub(1), ..here });
                self.mention(Place { start, ..here }, Sort::Item(Kind::Rule), String::new(), rule, false);
            } else if BUILT_IN.contains(&text) {
                self.document.facts.push(here);
            } else {
                self.mention(here, Sort::Item(Kind::Event), String::new(), text, false);
            }
        }
        let all = words();
        for (here, text) in std::mem::take(&mut self.subjects) {
            if let Some(kind) = text.strip_prefix(COUNTS) {
                let start = here.start.saturating_add(narrow(COUNTS.len()));
                self.document.facts.push(Place { end: start.saturating_sub(1), ..here });
                let (name, sort) = match kind.strip_suffix(ANSWERED) {
                    Some(survey) => (survey, Kind::Survey),
                    None => (kind, Kind::Event),
                };
                let end = start.saturating_add(narrow(name.len()));
                self.mention(Place { start, end }, Sort::Item(sort), String::new(), name, false);
                continue;
            }
            let owned = all.iter().any(|word| word.path == text);
            match text.rsplit_once('.').filter(|_| !owned) {
                Some((head, field)) => self.field(here, head, field),
                None => self.document.facts.push(here),
            }
        }
        for (here, text, subject) in std::mem::take(&mut self.values) {
            let kind = all.iter().find(|word| word.path == subject).map(|word| word.kind);
            match (kind, self.document.value_sort(&subject)) {
                (Some(Type::Weekday), _) => self.document.choices.push((here, "weekday")),
                (Some(Type::Truth), _) => self.document.choices.push((here, "truth")),
                (_, Some((Sort::Option, _))) if matches!(text, "yes" | "no") => {
                    self.document.choices.push((here, "truth"));
                }
                (_, Some((sort, scope))) => self.mention(here, sort, scope, text, false),
                _ => {}
            }
        }
        self.document.mentions.sort_by_key(|known| (known.place.start, known.place.end));
        self.document
    }

    /// `check_in.stars`: the event and its field; `nps.score`: the survey and its question.
    fn field(&mut self, here: Place, head: &str, field: &str) {
        let end = here.start.saturating_add(narrow(head.len()));
        // an item that is a fact by its name: `streak.weekly`
        let named = |kind: &Kind| kind.word() == head || kind.word().strip_suffix('s') == Some(head);
        let own = Kind::ALL.into_iter().find(named);
        if let Some(kind) = own.filter(|kind| self.knows(Sort::Item(*kind), "", field)) {
            self.document.facts.push(Place { end, ..here });
            let rest = Place { start: end.saturating_add(1), ..here };
            self.mention(rest, Sort::Item(kind), String::new(), field, false);
            return;
        }
        let owners = [(Kind::Event, Sort::Field), (Kind::Survey, Sort::Question)];
        let owner = owners.into_iter().find(|(kind, _)| self.knows(Sort::Item(*kind), "", head));
        let Some((kind, sort)) = owner else {
            self.document.facts.push(here);
            return;
        };
        self.mention(Place { end, ..here }, Sort::Item(kind), String::new(), head, false);
        let rest = Place { start: end.saturating_add(1), ..here };
        if sort == Sort::Question && field == CLASS {
            self.document.facts.push(rest);
        } else {
            self.mention(rest, sort, head.to_owned(), field, false);
        }
    }
}

/// How far a sentence may go: to the end of its line, of the lists and blocks it opens, and of what follows by `and`.
fn extent(text: &str) -> usize {
    let mut depth = 0_i32;
    let mut end = 0_usize;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start();
        if end > 0 && depth <= 0 && !content.starts_with("and") || end > SENTENCE_MAX {
            break;
        }
        let code = content.split('#').next().unwrap_or_default();
        let count = |signs: [char; 2]| i32::try_from(code.matches(signs).count()).unwrap_or(i32::MAX);
        depth = depth.saturating_add(count(['{', '['])).saturating_sub(count(['}', ']']));
        end = end.saturating_add(line.len());
    }
    end
}

/// A text without its quotes, and where that stands.
fn unquoted(here: Place, text: &str) -> (Place, &str) {
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => {
            (Place { start: here.start.saturating_add(1), end: here.end.saturating_sub(1) }, inner)
        }
        None => (here, text),
    }
}

/// The place with its quotes, where there are any.
fn place_of(inner: Place, bare: &str, text: &str) -> Place {
    if bare.len() == text.len() {
        return inner;
    }
    Place { start: inner.start.saturating_sub(1), end: inner.end.saturating_add(1) }
}
