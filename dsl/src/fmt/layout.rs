//! Which words begin a line, by the syntax tree.

use super::tokens::{Token, TokenKind};
use crate::model::Place;
use crate::syntax::ast::{Assign, Cond, Counts, Give, Item, Kind, Subject, What};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// How a word begins its line.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lead {
    /// It opens an item.
    pub(super) item: bool,
    /// It is padded to this many characters.
    pub(super) width: usize,
}

/// By index of tokens.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Tokens that begin a line.
    pub(super) leads: BTreeMap<usize, Lead>,
    /// Opening braces whose content stands on lines of its own.
    pub(super) own_lines: BTreeSet<usize>,
    /// Sentences: a comment inside one is moved in.
    pub(super) sentences: Vec<Range<usize>>,
}

struct Finder<'t, 's> {
    tokens: &'t [Token<'s>],
    layout: Layout,
}

/// The layout of a file's items.
pub(super) fn of(items: &[Item<'_>], tokens: &[Token<'_>]) -> Layout {
    let mut finder = Finder { tokens, layout: Layout::default() };
    for item in items {
        finder.item(item);
    }
    finder.layout
}

impl Finder<'_, '_> {
    /// The first token at or after a byte.
    fn at(&self, start: u32) -> usize {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        self.tokens.partition_point(|token| token.start < start)
    }

    fn lead(&mut self, index: usize, lead: Lead) {
        self.layout.leads.insert(index, lead);
    }

    /// The last word before a token that is no comment.
    fn word_before(&self, index: usize) -> Option<usize> {
        (0..index)
            .rev()
            .find(|before| self.tokens.get(*before).is_some_and(|token| token.kind != TokenKind::Comment))
    }

    /// The first `{` from a byte on opens lines of its own.
    fn opens(&mut self, from: u32) {
        let from = self.at(from);
        let open = self.tokens.iter().skip(from).position(|token| token.text == "{");
        self.layout.own_lines.extend(open.map(|open| open.saturating_add(from)));
    }

    fn item(&mut self, item: &Item<'_>) {
        let head = self.at(item.keyword.start);
        self.lead(head, Lead { item: true, width: 0 });
        if item.kind == Kind::Language {
            return;
        }
        self.opens(item.keyword.start);
        let tiers = item.body.iter().filter_map(|clause| match &clause.what {
            What::Tier { name, .. } | What::Days { name, .. } => Some(name.text.len()),
            _ => None,
        });
        let width = tiers.max().unwrap_or(0);
        for clause in &item.body {
            let start = self.at(clause.place.start);
            let named = matches!(clause.what, What::Tier { .. } | What::Days { .. });
            let width = if named { width } else { 0 };
            self.lead(start, Lead { item: false, width });
            match &clause.what {
                What::When(conds) => {
                    for (index, cond) in conds.iter().enumerate() {
                        let at = self.at(cond.place().start);
                        if let Some(and) = self.word_before(at).filter(|_| index > 0) {
                            self.lead(and, Lead::default());
                        }
                        self.cond(cond);
                    }
                }
                What::Give(Give::Rate { of, .. } | Give::Share { of, .. } | Give::Steps { of, .. }) => {
                    self.subject(of);
                    self.sentence(clause.place);
                }
                What::Goal(goal) => {
                    match &goal.counts {
                        Counts::On { filter: Some(filter), .. } => self.cond(filter),
                        Counts::On { filter: None, .. } => {}
                        Counts::Of(of) => self.subject(of),
                    }
                    self.sentence(clause.place);
                }
                What::Event(event) => {
                    if !event.body.is_empty() || self.has_brace(clause.place) {
                        self.opens(clause.place.start);
                    }
                    for assign in &event.body {
                        let at = match assign {
                            Assign::Set(set) => Some(self.at(set.subject.place.start)),
                            Assign::Line { amount, .. } => self.word_before(self.at(amount.place.start)),
                        };
                        if let Some(at) = at {
                            self.lead(at, Lead::default());
                        }
                    }
                }
                _ => self.sentence(clause.place),
            }
        }
    }

    fn has_brace(&self, place: Place) -> bool {
        let (from, to) = (self.at(place.start), self.at(place.end));
        self.tokens.get(from..to).is_some_and(|tokens| tokens.iter().any(|token| token.text == "{"))
    }

    fn sentence(&mut self, place: Place) {
        let range = self.at(place.start)..self.at(place.end);
        self.layout.sentences.push(range);
    }

    fn cond(&mut self, cond: &Cond<'_>) {
        match cond {
            Cond::Sentence(sentence) => {
                self.subject(&sentence.subject);
                if !matches!(sentence.subject.filter, Some(Cond::Block { .. })) {
                    self.sentence(sentence.place);
                }
            }
            Cond::Block { word, conds, .. } => {
                self.opens(word.place.start);
                for inner in conds {
                    let at = self.at(inner.place().start);
                    self.lead(at, Lead::default());
                    self.cond(inner);
                }
            }
        }
    }

    fn subject(&mut self, subject: &Subject<'_>) {
        if let Some(filter) = &subject.filter {
            self.cond(filter);
        }
    }
}
