//! One pass over the characters before any parsing: what cannot be read at all, nesting, and where items begin.
//!
//! It splits a file into chunks on line-start keywords, so that a mistake costs its own item and nothing else.

use super::ast::Kind;
use super::build::place;
use super::characters;
use crate::diagnostic::{Diagnostic, code};
use crate::files::Files;
use crate::model::Place;

/// How deep blocks and lists may nest.
pub(crate) const NESTING_MAX: usize = 32;

/// Entries of a list that are worth parsing; the checker allows fewer.
const ENTRIES_MAX: usize = 1_001;

/// Bytes of a word that are worth parsing: names and numbers have far fewer.
const WORD_MAX: usize = 256;

/// A piece of the file that is one item, or something that is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk {
    /// What its first word declares; none for text that opens no item.
    pub(crate) kind: Option<Kind>,
    /// First byte of its first word.
    pub(crate) start: usize,
    /// First byte of the next chunk.
    pub(crate) end: usize,
    /// True when a block of it is never closed (reported here).
    pub(crate) unclosed: bool,
    /// True when it holds what no item can hold and what only costs time to parse (reported here).
    pub(crate) refused: bool,
}

/// What the pass found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) chunks: Vec<Chunk>,
    /// Mistakes in characters: their places explain why the sentence around them does not parse.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// False when it is no use to parse (nesting).
    pub(crate) readable: bool,
}

struct Scanner<'s> {
    source: &'s str,
    found: Scan,
    /// Offsets of open `{`.
    open: Vec<usize>,
    /// Open `{` and `[`.
    depth: usize,
    /// Commas of the running list.
    commas: usize,
    /// True right behind a line that begins a file: the chunk before it has ended.
    ended: bool,
}

/// Scans a whole file.
pub(crate) fn scan(source: &str) -> Scan {
    let mut scanner = Scanner {
        source,
        found: Scan { readable: true, ..Scan::default() },
        open: Vec::new(),
        depth: 0,
        commas: 0,
        ended: true,
    };
    let files = Files::of(source);
    let starts = files.iter().filter_map(|file| usize::try_from(file.line.start).ok());
    let mut named = starts.peekable();
    let mut offset = 0;
    let mut fresh = true;
    while offset < source.len() && scanner.found.readable {
        let mut rest = source.get(offset..).unwrap_or_default();
        // where a file begins, an editor may have left a mark
        if let Some(unmarked) = rest.strip_prefix('\u{feff}').filter(|_| fresh) {
            offset = offset.saturating_add(rest.len().saturating_sub(unmarked.len()));
            rest = unmarked;
        }
        let length = rest.find('\n').map_or(rest.len(), |end| end.saturating_add(1));
        let line = rest.get(..length).unwrap_or_default();
        fresh = named.next_if_eq(&offset).is_some();
        if fresh {
            scanner.file(offset);
        } else {
            scanner.line(offset, line);
        }
        offset = offset.saturating_add(length);
    }
    scanner.finish()
}

impl Scanner<'_> {
    fn line(&mut self, offset: usize, line: &str) {
        let content = line.trim_start_matches([' ', '\t', '\r']);
        let indent = line.len().saturating_sub(content.len());
        let word = first_word(content);
        if !word.is_empty() {
            let start = offset.saturating_add(indent);
            let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word);
            if self.open.is_empty() {
                self.begin(kind, start);
            } else if let Some(kind) = kind.filter(|kind| opens_item(*kind, content, indent)) {
                self.unclosed();
                self.begin(Some(kind), start);
            }
        } else if self.open.is_empty()
            && (content.starts_with('}')
                || (self.ended && !content.trim().is_empty() && !content.starts_with('#')))
        {
            self.begin(None, offset.saturating_add(indent));
        }
        self.characters(offset, line);
    }

    /// A file begins here: what was open in the one before is never closed.
    fn file(&mut self, start: usize) {
        self.unclosed();
        self.end(start);
    }

    /// Closes the running chunk.
    fn end(&mut self, at: usize) {
        if let Some(last) = self.found.chunks.last_mut().filter(|_| !self.ended) {
            last.end = at;
        }
        self.ended = true;
    }

    /// Closes the running chunk and opens the next.
    fn begin(&mut self, kind: Option<Kind>, start: usize) {
        self.end(start);
        self.ended = false;
        self.found.chunks.push(Chunk {
            kind,
            start,
            end: self.source.len(),
            unclosed: false,
            refused: false,
        });
    }

    fn unclosed(&mut self) {
        if let (Some(last), Some(at)) = (self.found.chunks.last_mut(), self.open.last()) {
            last.unclosed = true;
            let here = place(*at, at.saturating_add(1));
            let what = last.kind.map_or("block", Kind::word);
            self.found.diagnostics.push(
                Diagnostic::error(
                    code::UNCLOSED_BLOCK,
                    here,
                    format!("this block of the {what} is never closed"),
                )
                .help("write `}` on a line of its own where the block ends"),
            );
        }
        self.open.clear();
        self.depth = 0;
    }

    /// Refuses the running chunk: why, once.
    fn refuse(&mut self, start: usize, end: usize, code: &str, message: &str, help: String) {
        let Some(chunk) = self.found.chunks.last_mut().filter(|chunk| !chunk.refused) else { return };
        chunk.refused = true;
        self.found.diagnostics.push(Diagnostic::error(code, place(start, end), message).help(help));
    }

    fn comma(&mut self, at: usize) {
        if self.depth <= self.open.len() {
            return;
        }
        self.commas = self.commas.saturating_add(1);
        if self.commas == ENTRIES_MAX {
            let help = format!("a list has at most {} entries", ENTRIES_MAX.saturating_sub(1));
            self.refuse(at, at.saturating_add(1), code::TOO_MANY, "this list is too long", help);
        }
    }

    fn characters(&mut self, offset: usize, line: &str) {
        let mut skip_to = 0;
        // where the running word began
        let mut word = 0;
        for (index, character) in line.char_indices() {
            if index < skip_to {
                continue;
            }
            if !self.found.readable {
                return;
            }
            let at = offset.saturating_add(index);
            if !character.is_ascii_graphic() || matches!(character, '{' | '}' | '[' | ']' | ',' | '"' | '#') {
                word = index.saturating_add(character.len_utf8());
            } else if index.saturating_sub(word) == WORD_MAX {
                let help =
                    "names have at most 64 letters, numbers 15 digits; longer texts stand between quotes";
                let start = offset.saturating_add(word);
                self.refuse(start, at, code::TOO_LONG, "this word is too long", help.to_owned());
            }
            match character {
                '#' => {
                    self.comment(at, line.get(index..).unwrap_or_default());
                    return;
                }
                '"' => {
                    if let Some(end) = text_end(line, index) {
                        characters::inside_text(offset, line, index, end, &mut self.found.diagnostics);
                        skip_to = end;
                    } else {
                        let stop = offset.saturating_add(line.trim_end().len());
                        self.found.diagnostics.push(
                            Diagnostic::error(
                                code::UNCLOSED_TEXT,
                                place(at, stop),
                                "this text has no closing quote on its line",
                            )
                            .help("write `\"` where the text ends"),
                        );
                        return;
                    }
                }
                '{' | '[' => self.push(character, at),
                ',' => self.comma(at),
                '}' => {
                    if self.open.pop().is_some() {
                        self.depth = self.depth.saturating_sub(1);
                    }
                }
                ']' => self.depth = self.depth.saturating_sub(1).max(self.open.len()),
                ' ' | '\t' | '\r' | '\n' => {}
                _ if character.is_ascii_graphic() => {}
                _ => skip_to = characters::outside_text(offset, line, index, &mut self.found.diagnostics),
            }
        }
    }

    fn comment(&mut self, offset: usize, comment: &str) {
        for (index, character) in comment.char_indices() {
            let at = offset.saturating_add(index);
            characters::hidden(at, character, &mut self.found.diagnostics);
        }
    }

    fn push(&mut self, character: char, at: usize) {
        self.depth = self.depth.saturating_add(1);
        if character == '{' {
            self.open.push(at);
        }
        self.commas = 0;
        if self.depth > NESTING_MAX {
            self.found.readable = false;
            self.found.diagnostics.push(
                Diagnostic::error(
                    code::NESTING,
                    place(at, at.saturating_add(1)),
                    format!("blocks are nested deeper than {NESTING_MAX}"),
                )
                .help("split it into several rules"),
            );
        }
    }

    fn finish(mut self) -> Scan {
        if self.found.readable && !self.open.is_empty() {
            self.unclosed();
        }
        self.found
    }
}

/// The word a line begins with: letters, digits, underscores.
pub(crate) fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// One past the closing quote of the text that opens at `start`, if it closes on this line.
fn text_end(line: &str, start: usize) -> Option<usize> {
    let from = start.saturating_add(1);
    let length = line.get(from..)?.find('"')?;
    Some(from.saturating_add(length).saturating_add(1))
}

/// Whether a line inside an open block is so clearly the head of an item that the block must be unclosed.
fn opens_item(kind: Kind, content: &str, indent: usize) -> bool {
    let rest = content.get(kind.word().len()..).unwrap_or_default();
    let after = rest.trim_start();
    let named = rest.starts_with([' ', '\t']) && after.starts_with(|c: char| c.is_alphabetic() || c == '_');
    match kind {
        Kind::Language => indent == 0 && after.starts_with(|c: char| c.is_ascii_digit()),
        Kind::Tiers | Kind::Catalogue => after.starts_with('{'),
        Kind::Test | Kind::Check => after.starts_with('"') && rest.contains('{'),
        Kind::Event => indent == 0 && named && !rest.contains(" at ") && rest.contains('{'),
        _ => named && rest.contains('{'),
    }
}

/// True when two places share a byte.
pub(crate) fn overlap(a: Place, b: Place) -> bool {
    a.start < b.end && b.start < a.end
}
