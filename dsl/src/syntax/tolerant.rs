//! Reads an item that the strict grammar refused: its head, then sentence by sentence. What parses is kept, so that
//! one mistake costs one sentence; what does not is explained.

use super::ast::{Assign, Clause, Cond, Happening, Item, Kind, What};
use super::build::{Builder, place};
use super::grammar::{Rule, parse};
use super::scan::{Chunk, first_word, overlap};
use super::unexpected::{Where, unexpected};
use super::{mistakes, rules};
use crate::diagnostic::{Diagnostic, code};
use crate::model::Place;
use pest::iterators::Pair;

/// Mistakes after which a file is not read further.
pub(crate) const MISTAKES_MAX: usize = 200;

/// Bytes of a broken sentence that are looked at for what is wrong.
const EXPLAINED_MAX: usize = 4 * 1024;

/// Bytes looked at, again and again, to find what is wrong in one item.
const LOOKED_MAX: usize = 512 * 1024;

/// A reader over one chunk of a file.
pub(super) struct Tolerant<'s, 'd> {
    pub(super) source: &'s str,
    /// Where it stands.
    pub(super) at: usize,
    /// Where the chunk ends.
    pub(super) end: usize,
    pub(super) kind: Kind,
    /// What the scan and earlier chunks found.
    pub(super) found: &'d mut Vec<Diagnostic>,
    /// Bytes looked at so far.
    pub(super) looked: usize,
    /// Where the chunk begins.
    pub(super) start: usize,
}

/// Reads a chunk of a known kind. `keyword` is the word that opens it, as it stands in the text.
pub(super) fn read<'s>(
    source: &'s str,
    chunk: Chunk,
    kind: Kind,
    keyword: &str,
    found: &mut Vec<Diagnostic>,
) -> (Item<'s>, bool) {
    let start = chunk.start;
    let end = start.saturating_add(source.get(start..chunk.end).unwrap_or_default().trim_end().len());
    let at = start.saturating_add(keyword.len());
    let keyword = place(start, at);
    let mut item = Item {
        kind,
        keyword,
        name: None,
        label: None,
        body: Vec::new(),
        place: place(start, end),
        broken: true,
    };
    let mut reader = Tolerant { source, at, end, kind, found, looked: 0, start };
    if kind == Kind::Language {
        reader.language(keyword);
        return (item, true);
    }
    let opened = reader.head(&mut item);
    if opened {
        reader.body(&mut item.body);
    }
    (item, opened)
}

impl<'s> Tolerant<'s, '_> {
    pub(super) fn rest(&self) -> &'s str {
        self.source.get(self.at..self.end).unwrap_or_default()
    }

    /// The sentence that begins here, with its line's end and the block it opens: a parse costs what it looks at.
    pub(super) fn ahead(&mut self) -> &'s str {
        let mut end = self.sentence_end();
        let line = self
            .source
            .get(end..self.end)
            .and_then(|rest| rest.find('\n'))
            .map_or(self.end, |at| end.saturating_add(at));
        end = end.max(line);
        let text = self.source.get(self.at..end).unwrap_or_default();
        self.looked = self.looked.saturating_add(text.len());
        text
    }

    /// Whether there is nothing more to read, or no use to go on: many sentences on one line, or blocks in blocks, make
    /// every sentence look far ahead.
    fn done(&mut self) -> bool {
        if self.looked > LOOKED_MAX && !self.rest().is_empty() {
            let here = place(self.at, self.at.saturating_add(first_word(self.rest()).len().max(1)));
            let message =
                format!("from here on, it takes too long to find what is wrong in this {}", self.kind.word());
            self.report(
                Diagnostic::error(code::TOO_MANY, here, message)
                    .help("write one sentence on a line, then check again"),
            );
            self.at = self.end;
        }
        self.rest().is_empty() || self.found.len() > MISTAKES_MAX
    }

    /// Moves past spaces, newlines and comments.
    pub(super) fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n', '\u{feff}']);
            self.at = self.at.saturating_add(rest.len().saturating_sub(trimmed.len()));
            if !trimmed.starts_with('#') {
                return;
            }
            self.at = self.at.saturating_add(trimmed.find('\n').unwrap_or(trimmed.len()));
        }
    }

    pub(super) fn skip_spaces(&mut self) {
        let rest = self.rest();
        self.at =
            self.at.saturating_add(rest.len().saturating_sub(rest.trim_start_matches([' ', '\t']).len()));
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if self.found.len() <= MISTAKES_MAX {
            self.found.push(diagnostic);
        }
    }

    /// True when a mistake in characters was already found here.
    pub(super) fn explained(&self, here: Place) -> bool {
        self.found.iter().any(|known| overlap(known.place, here))
    }

    fn body(&mut self, body: &mut Vec<Clause<'s>>) {
        loop {
            self.skip_blank();
            if self.done() {
                return;
            }
            if self.rest().starts_with('}') {
                self.at = self.at.saturating_add(1);
                self.trailing();
                return;
            }
            self.sentence(body);
        }
    }

    /// What stands after the item's end.
    fn trailing(&mut self) {
        self.skip_blank();
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return };
        let word = first_word(rest);
        let length = if word.is_empty() { first.len_utf8() } else { word.len() };
        let here = place(self.at, self.at.saturating_add(length));
        if self.explained(here) {
            return;
        }
        let error = if first == '}' {
            Diagnostic::error(code::STRAY_CLOSE, here, "this `}` closes nothing")
                .help("delete it")
                .fix(here, "")
        } else {
            let message = format!("this stands after the end of the {}", self.kind.word());
            Diagnostic::error(code::OUTSIDE, here, message).help("put it on a new line, or before the `}`")
        };
        self.report(error);
    }

    fn sentence(&mut self, body: &mut Vec<Clause<'s>>) {
        let start = self.at;
        let text = self.ahead();
        let builder = Builder { base: start };
        let word = first_word(text);
        let conditional = matches!(
            self.kind,
            Kind::Rule | Kind::Challenge | Kind::Reward | Kind::Segment | Kind::Referral | Kind::Check
        );
        if conditional && matches!(word, "when" | "and") {
            let mut conds = Vec::new();
            let follows = matches!(body.last().map(|clause| &clause.what), Some(What::When(_)));
            if word == "and" && !follows {
                self.stray_and(body.iter().any(|clause| matches!(clause.what, What::When(_))));
            }
            self.condition(Rule::when_line, &mut conds);
            add_conditions(body, conds, word == "and", place(start, self.at));
            return;
        }
        let line = line_rule(self.kind);
        let parsed = parse(line, text)
            .ok()
            .and_then(|mut pairs| pairs.next())
            .and_then(|whole| whole.into_inner().next());
        if let Some(pair) = parsed {
            self.keep(builder, pair, body);
            return;
        }
        // two sentences on one line are in order, if both are
        let parsed = parse(rules(self.kind).2, text).ok().and_then(|mut pairs| pairs.next());
        if let Some(pair) = parsed {
            let after = text.get(pair.as_span().end()..).unwrap_or_default();
            let next = after.trim_start_matches([' ', '\t']);
            if parse(rules(self.kind).2, next).is_ok() {
                self.keep(builder, pair, body);
                return;
            }
        }
        if self.kind == Kind::Test && word == "event" {
            self.event(body);
            return;
        }
        self.mistake(line, Where::Item(self.kind));
    }

    /// An `and` that no condition stands right before; one that did not parse may have stood there.
    fn stray_and(&mut self, late: bool) {
        let own = |known: &Diagnostic| (self.start..=self.at).contains(&place_start(known.place));
        if self.found.iter().any(own) {
            return;
        }
        let here = place(self.at, self.at.saturating_add("and".len()));
        self.report(if late {
            Diagnostic::error(code::ORDER, here, "`and` comes right after the conditions before it")
                .help("move this line up, below `when`")
        } else {
            Diagnostic::error(code::UNEXPECTED, here, "the first condition begins with `when`")
                .help("write `when`")
                .fix(here, "when")
        });
    }

    fn keep(&mut self, builder: Builder, pair: Pair<'s, Rule>, body: &mut Vec<Clause<'s>>) {
        self.at = builder.base.saturating_add(pair.as_span().end());
        body.extend(builder.clause(pair));
    }

    /// One condition: a sentence, or a block read sentence by sentence.
    fn condition(&mut self, rule: Rule, conds: &mut Vec<Cond<'s>>) {
        let start = self.at;
        let text = self.ahead();
        let builder = Builder { base: start };
        let open = parse(Rule::block_open, text).ok().and_then(|mut pairs| pairs.next());
        if let Some(open) = open {
            self.at = builder.base.saturating_add(open.as_span().end());
            let word = open.into_inner().next().map(|word| builder.word(&word));
            let mut inner = Vec::new();
            let before = self.found.len();
            self.block(&mut inner);
            let here = place(start, self.at);
            if inner.is_empty() && self.found.len() == before {
                self.report(
                    Diagnostic::error(
                        code::EMPTY,
                        word.map_or(here, |word| word.place),
                        "this block is empty",
                    )
                    .help("write a condition on a line of its own, or leave the block out"),
                );
            }
            if let Some(word) = word {
                conds.push(Cond::Block { word, conds: inner, place: here });
            }
            return;
        }
        let parsed = parse(rule, text)
            .ok()
            .and_then(|mut pairs| pairs.next())
            .and_then(|whole| whole.into_inner().next());
        if let Some(pair) = parsed {
            self.at = builder.base.saturating_add(pair.as_span().end());
            conds.extend(builder.cond(pair));
            return;
        }
        let place = if rule == Rule::when_line { Where::Item(self.kind) } else { Where::Block };
        self.mistake(rule, place);
    }

    fn block(&mut self, conds: &mut Vec<Cond<'s>>) {
        loop {
            self.skip_blank();
            if self.done() {
                return;
            }
            if self.rest().starts_with('}') {
                self.at = self.at.saturating_add(1);
                return;
            }
            let word = first_word(self.rest());
            if matches!(word, "and" | "or" | "when") {
                let here = place(self.at, self.at.saturating_add(word.len()));
                self.report(
                    Diagnostic::error(
                        code::UNEXPECTED,
                        here,
                        format!("inside a block each line is a condition, without `{word}`"),
                    )
                    .help("delete it")
                    .fix(here, ""),
                );
                self.at = self.at.saturating_add(word.len());
                self.skip_spaces();
            }
            let before = self.at;
            self.condition(Rule::cond_line, conds);
            if self.at == before {
                return; // cannot happen; never loop
            }
        }
    }

    /// An event of a test whose body does not parse whole.
    fn event(&mut self, body: &mut Vec<Clause<'s>>) {
        let start = self.at;
        let builder = Builder { base: start };
        let open = parse(Rule::event_open, self.ahead()).ok().and_then(|mut pairs| pairs.next());
        let Some(open) = open else {
            let sentence_end = self.sentence_end();
            let text = self.source.get(start..sentence_end).unwrap_or_default();
            let line = text.lines().next().unwrap_or_default();
            if let Some(open) = line.find('{').filter(|_| text.len() > line.len()) {
                let base = start.saturating_add(open).saturating_add(1);
                self.explain(Rule::test_line, Where::Item(self.kind), start, base);
                self.at = base;
                self.assigns(&mut Vec::new());
            } else {
                self.mistake(Rule::test_line, Where::Item(self.kind));
            }
            return;
        };
        self.at = builder.base.saturating_add(open.as_span().end());
        let mut words = open.into_inner();
        let (kind, at) = (words.next().map(|w| builder.word(&w)), words.next().map(|w| builder.word(&w)));
        let mut assigned = Vec::new();
        self.assigns(&mut assigned);
        if let (Some(kind), Some(at)) = (kind, at) {
            body.push(Clause {
                what: What::Event(Happening { kind, at, body: assigned, broken: true }),
                place: place(start, self.at),
            });
        }
    }

    fn assigns(&mut self, assigned: &mut Vec<Assign<'s>>) {
        loop {
            self.skip_blank();
            if self.done() {
                return;
            }
            if self.rest().starts_with('}') {
                self.at = self.at.saturating_add(1);
                return;
            }
            let builder = Builder { base: self.at };
            let parsed = parse(Rule::assign_line, self.ahead())
                .ok()
                .and_then(|mut pairs| pairs.next())
                .and_then(|whole| whole.into_inner().next());
            match parsed {
                Some(pair) => {
                    self.at = builder.base.saturating_add(pair.as_span().end());
                    assigned.extend(builder.assign(pair));
                }
                None => self.mistake(Rule::assign_line, Where::Event),
            }
        }
    }

    /// Explains a sentence that does not parse, and moves past it.
    fn mistake(&mut self, rule: Rule, place: Where) {
        let start = self.at;
        let end = self.sentence_end().max(start.saturating_add(1)).min(self.end);
        self.explain(rule, place, start, end);
        self.at = end;
        while !self.source.is_char_boundary(self.at) {
            self.at = self.at.saturating_add(1);
        }
    }

    fn explain(&mut self, rule: Rule, position: Where, start: usize, end: usize) {
        let mut stop = end.min(start.saturating_add(EXPLAINED_MAX));
        while !self.source.is_char_boundary(stop) {
            stop = stop.saturating_sub(1);
        }
        let sentence = self.source.get(start..stop).unwrap_or_default();
        let here = place(start, start.saturating_add(sentence.len()));
        if self.explained(here) {
            return;
        }
        let known = mistakes::known(start, sentence);
        if known.is_empty() {
            let error = unexpected(rule, position, start, sentence);
            self.report(error);
        }
        for error in known {
            self.report(error);
        }
    }

    /// Where the sentence that begins here ends: its line, or more lines while a bracket of it is open.
    fn sentence_end(&self) -> usize {
        let mut depth = 0_usize;
        let mut characters = self.rest().char_indices();
        while let Some((index, character)) = characters.next() {
            match character {
                '{' | '[' => depth = depth.saturating_add(1),
                '}' | ']' if depth > 0 => depth = depth.saturating_sub(1),
                '}' => return self.at.saturating_add(index),
                '\n' if depth == 0 => return self.at.saturating_add(index),
                '#' => {
                    if depth == 0 {
                        return self.at.saturating_add(index);
                    }
                    characters.by_ref().find(|(_, c)| *c == '\n');
                }
                '"' => {
                    // to the closing quote on this line; an unclosed text was reported by the scan
                    let rest = self.rest().get(index.saturating_add(1)..).unwrap_or_default();
                    let stop = rest.find(['"', '\n']).unwrap_or(rest.len());
                    if rest.get(stop..).is_some_and(|after| after.starts_with('"')) {
                        for _ in 0..=rest.get(..stop).unwrap_or_default().chars().count() {
                            characters.next();
                        }
                    }
                }
                _ => {}
            }
        }
        self.end
    }
}

/// The first byte of a place.
pub(super) fn place_start(place: Place) -> usize {
    usize::try_from(place.start).unwrap_or(0)
}

/// Adds conditions to the item's `when`, or opens one.
fn add_conditions<'s>(body: &mut Vec<Clause<'s>>, conds: Vec<Cond<'s>>, more: bool, here: Place) {
    if conds.is_empty() {
        return;
    }
    let open = body.iter_mut().rev().find_map(|clause| match &mut clause.what {
        What::When(before) if more => Some(before),
        _ => None,
    });
    if let Some(before) = open {
        before.extend(conds);
    } else {
        body.push(Clause { what: What::When(conds), place: here });
    }
}

/// The grammar rule of one sentence to the end of its line.
const fn line_rule(kind: Kind) -> Rule {
    match kind {
        Kind::Language => Rule::language,
        Kind::Programme => Rule::programme_line,
        Kind::Catalogue => Rule::catalogue_line,
        Kind::Tiers => Rule::tiers_line,
        Kind::Levels => Rule::levels_line,
        Kind::Group => Rule::group_line,
        Kind::Budget => Rule::budget_line,
        Kind::Attention => Rule::attention_line,
        Kind::Event => Rule::event_line,
        Kind::Segment => Rule::segment_line,
        Kind::Experiment => Rule::experiment_line,
        Kind::Calendar => Rule::calendar_line,
        Kind::Streak => Rule::streak_line,
        Kind::Challenge => Rule::challenge_line,
        Kind::Survey => Rule::survey_line,
        Kind::Rule => Rule::rule_line,
        Kind::Reward => Rule::reward_line,
        Kind::Referral => Rule::referral_line,
        Kind::Check => Rule::check_line,
        Kind::Test => Rule::test_line,
    }
}
