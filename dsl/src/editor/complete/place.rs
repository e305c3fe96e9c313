//! Where the cursor stands: in which item and sentence, what of the word is typed, whether between quotes.

use super::super::expect::{Expected, after};
use super::super::narrow;
use crate::files::Files;
use crate::model::Place;
use crate::syntax::ast::Kind;
use crate::syntax::scan::{first_word, scan};

/// Bytes of an unfinished sentence that are read.
const SENTENCE_MAX: usize = 8 * 1024;

/// A place to complete at.
#[derive(Debug)]
pub(super) struct Spot<'s> {
    /// The item's kind, where its head was begun.
    pub(super) kind: Option<Kind>,
    /// True between the braces of the item.
    pub(super) inside: bool,
    /// True where nothing stands before it on its line.
    pub(super) fresh: bool,
    /// True between quotes.
    pub(super) quoted: bool,
    /// The word as far as it is typed.
    pub(super) typed: &'s str,
    /// Where that stands.
    pub(super) place: Place,
    /// The running sentence of the item, up to the word.
    sentence: &'s str,
    /// The running line, up to the word.
    line: &'s str,
    /// The line on which the innermost block was opened, inside the item's own.
    pub(super) opener: &'s str,
}

/// Looks at the text before a byte; nothing to complete in comments.
pub(super) fn spot(source: &str, at: u32) -> Option<Spot<'_>> {
    let cursor = usize::try_from(at).ok()?.min(source.len());
    let before = source.get(..cursor)?;
    let line_start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
    let line = before.get(line_start..)?;
    let (quoted, comment) = quotes(line);
    if comment {
        return None;
    }
    let start = if let Some(open) = quoted {
        line_start.saturating_add(open).saturating_add(1)
    } else {
        let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        cursor.saturating_sub(before.len().saturating_sub(before.trim_end_matches(word).len()))
    };
    let typed = source.get(start..cursor)?;
    let cut = if quoted.is_some() { start.saturating_sub(1) } else { start };
    let text = source.get(..cut)?;
    // what a file before leaves open ends with it; on the line that names a file there is nothing to complete
    let file = Files::of(source).at(at).map_or(0, |file| file.start);
    let chunk = scan(text.get(file..)?).chunks.pop();
    let (kind, from) = chunk.map_or((None, file), |chunk| (chunk.kind, chunk.start.saturating_add(file)));
    let inner = text.get(from..).unwrap_or_default();
    let shape = shape(inner);
    let line = text.get(line_start..).unwrap_or_default().trim_start();
    Some(Spot {
        kind,
        inside: shape.depth > 0,
        fresh: line.is_empty() && quoted.is_none(),
        quoted: quoted.is_some(),
        typed,
        place: Place { start: narrow(start), end: narrow(cursor) },
        sentence: inner.get(shape.sentence..).unwrap_or_default(),
        line,
        opener: shape.opener,
    })
}

impl Spot<'_> {
    /// What the grammar allows here.
    pub(super) fn expected(&self, clause: &str) -> Vec<Expected> {
        if self.sentence.len() > SENTENCE_MAX {
            return Vec::new();
        }
        let mut found = after(clause, self.sentence);
        let top = self.opener.is_empty();
        if self.line.is_empty() && top && !self.sentence.is_empty() {
            found.extend(after(clause, ""));
        }
        if !found.is_empty() {
            return found;
        }
        // what stands before does not parse: the line alone
        let word = first_word(self.line);
        if matches!(word, "when" | "and") && clause != "test_clause" {
            return after("when_line", self.line);
        }
        if top {
            return after(clause, self.line);
        }
        if first_word(self.opener) == "event" {
            return after("assign_line", self.line);
        }
        after("cond_line", self.line)
    }

    /// True where a sentence of the item begins.
    pub(super) fn begins_sentence(&self, expected: &Expected) -> bool {
        self.fresh
            && self.opener.is_empty()
            && expected.stack.iter().filter(|rule| rule.starts_with("c_")).count() <= 1
    }

    /// The word before a number, and the number.
    pub(super) fn counted(&self) -> (&str, &str) {
        let mut words = self.sentence.trim_end().rsplit([' ', '\t', '\n']).filter(|word| !word.is_empty());
        let number = words.next().unwrap_or_default();
        (words.next().unwrap_or_default(), number)
    }

    /// The kind of event of a test that is being said.
    pub(super) fn said_event(&self) -> Option<&str> {
        let opener = if first_word(self.opener) == "event" { self.opener } else { self.sentence };
        if first_word(opener) != "event" {
            return None;
        }
        opener.split_whitespace().nth(1)
    }
}

/// The opening quote the cursor stands behind, and whether it stands in a comment.
fn quotes(line: &str) -> (Option<usize>, bool) {
    let mut open = None;
    for (index, character) in line.char_indices() {
        match character {
            '"' if open.is_some() => open = None,
            '"' => open = Some(index),
            '#' if open.is_none() => return (None, true),
            _ => {}
        }
    }
    (open, false)
}

struct Shape<'s> {
    depth: usize,
    sentence: usize,
    opener: &'s str,
}

/// Which blocks are open at the end of an item's text, and where its last sentence begins.
fn shape(text: &str) -> Shape<'_> {
    let mut openers: Vec<&str> = Vec::new();
    let mut sentence = 0_usize;
    let mut offset = 0_usize;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start();
        let indent = line.len().saturating_sub(content.len());
        let word = first_word(content);
        if openers.len() == 1 && !word.is_empty() && word != "and" {
            sentence = offset.saturating_add(indent);
        }
        let mut quoted = false;
        for (index, character) in content.char_indices() {
            match character {
                '"' => quoted = !quoted,
                '#' if !quoted => break,
                '{' if !quoted => {
                    openers.push(content);
                    if openers.len() == 1 {
                        sentence = offset.saturating_add(indent).saturating_add(index).saturating_add(1);
                    }
                }
                '}' if !quoted => {
                    openers.pop();
                }
                _ => {}
            }
        }
        offset = offset.saturating_add(line.len());
    }
    let opener = openers.get(1..).and_then(<[_]>::last).copied().unwrap_or_default();
    Shape { depth: openers.len(), sentence, opener }
}
