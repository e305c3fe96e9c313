//! The formatter is the style guide: one way to write a thing. Idempotent, keeps every comment.
//!
//! It moves words and never changes one, but for plurals (`1 points`) and the comma after the last of a list. It
//! formats what parses, whether or not it means something.

mod layout;
mod tokens;

use crate::diagnostic::{Diagnostic, Severity};
use crate::files::{self, Files};
use crate::syntax;
use crate::vocabulary::UNITS;
use layout::{Layout, Lead};
use tokens::{Token, TokenKind};

/// Characters a line has at most before a list on it is broken.
const WIDTH_MAX: usize = 100;

/// Spaces a continued line is moved in by.
const CONTINUED: usize = 4;

/// Formats a file that parses, or several joined, each as it is by itself; otherwise the diagnostics.
pub fn format(source: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = syntax::parse(source);
    if parsed.diagnostics.iter().any(|found| found.severity == Severity::Error) {
        return Err(parsed.diagnostics);
    }
    let files = Files::of(source);
    if files.are_joined() {
        // each file is one text, as it is by itself
        let each = files.iter().map(|file| Ok(format!("{}{}", files::line(file.name), format(file.text)?)));
        return each.collect();
    }
    let tokens = tokens::read(source);
    let layout = layout::of(&parsed.items, &tokens);
    let mut writer =
        Writer { out: String::new(), line: Vec::new(), indent: 0, open: Vec::new(), continued: false };
    for (index, token) in tokens.iter().enumerate() {
        writer.token(&tokens, index, token, &layout);
    }
    writer.flush();
    Ok(writer.out)
}

/// A piece of a line: its text, whether a space goes before it, whether the line may be broken there.
struct Piece {
    text: String,
    space: usize,
    breakable: bool,
}

struct Writer {
    out: String,
    line: Vec<Piece>,
    /// Of the running line.
    indent: usize,
    /// One per open brace: true when its content stands on lines of its own.
    open: Vec<bool>,
    /// The running line goes on with a sentence that a comment broke off.
    continued: bool,
}

impl Writer {
    fn depth(&self) -> usize {
        self.open.iter().filter(|own_lines| **own_lines).count()
    }

    fn token(&mut self, tokens: &[Token<'_>], index: usize, token: &Token<'_>, layout: &Layout) {
        let previous = index.checked_sub(1).and_then(|before| tokens.get(before));
        let next = tokens.get(index.saturating_add(1));
        match token.kind {
            TokenKind::Comment => return self.comment(token, previous, next, layout, index),
            TokenKind::Comma if next_word(tokens, index).is_some_and(|after| after.text == "]") => return,
            _ => {}
        }
        let mut closes_own = false;
        if token.text == "}" {
            closes_own = self.open.pop().unwrap_or(false);
        }
        let lead = layout.leads.get(&index);
        if lead.is_some() || closes_own {
            self.begin(token, previous, lead);
        } else if previous.is_some_and(|before| before.kind == TokenKind::Comment) {
            self.flush();
            self.continued = true;
            self.indent = self.depth().saturating_mul(2).saturating_add(CONTINUED);
        }
        // What a sentence begins with is not counted by what the one before it ends with: `is 3`, then `time …`.
        let counts = previous.filter(|_| lead.is_none());
        let text = plural(counts, token, tokens.get(index.wrapping_sub(2)));
        let pad = lead.map_or(0, |lead| lead.width.saturating_sub(text.len()));
        let before = previous.filter(|_| !self.line.is_empty());
        let tight =
            token.kind == TokenKind::Comma || token.text == "]" || before.is_some_and(|t| t.text == "[");
        let space = usize::from(before.is_some() && !tight);
        // the last comma of a list is not written: nothing breaks there
        let breakable = before.is_some_and(|t| t.kind == TokenKind::Comma) && token.text != "]";
        let wide = before.is_some_and(|_| {
            self.line.len() == 1 && self.line.first().is_some_and(|piece| piece.text == "and")
        });
        self.line.push(Piece { text, space: space.saturating_add(usize::from(wide)), breakable });
        if pad > 0 {
            self.line.push(Piece { text: " ".repeat(pad), space: 0, breakable: false });
        }
        if token.text == "{" {
            self.open.push(layout.own_lines.contains(&index));
        }
    }

    /// Begins the line of a sentence, an item or a closing brace.
    fn begin(&mut self, token: &Token<'_>, previous: Option<&Token<'_>>, lead: Option<&Lead>) {
        self.flush();
        let item = lead.is_some_and(|lead| lead.item);
        let after_comment =
            previous.is_some_and(|before| before.kind == TokenKind::Comment && before.own_line);
        if item && !after_comment || token.text != "}" && token.blank_before {
            self.blank();
        }
        self.continued = false;
        self.indent = self.depth().saturating_mul(2);
    }

    fn comment(
        &mut self,
        token: &Token<'_>,
        previous: Option<&Token<'_>>,
        next: Option<&Token<'_>>,
        layout: &Layout,
        index: usize,
    ) {
        if !token.own_line {
            let space = if self.line.is_empty() { 0 } else { 2 };
            self.line.push(Piece { text: token.text.to_owned(), space, breakable: false });
            self.flush();
            return;
        }
        self.flush();
        let top = self.depth() == 0 && self.open.is_empty();
        let after_item = previous.is_some_and(|before| before.kind != TokenKind::Comment || !before.own_line);
        if token.blank_before || (top && after_item) {
            self.blank();
        }
        let _ = next;
        let inside = layout.sentences.iter().any(|range| range.start < index && index < range.end);
        self.indent = self.depth().saturating_mul(2).saturating_add(if inside { CONTINUED } else { 0 });
        self.line.push(Piece { text: token.text.to_owned(), space: 0, breakable: false });
        self.flush();
    }

    /// One empty line, but not at the start and not after an opening brace.
    fn blank(&mut self) {
        let last = self.out.lines().next_back().unwrap_or_default();
        let opened = last.split('#').next().unwrap_or_default().trim_end().ends_with('{');
        if !self.out.is_empty() && !last.is_empty() && !opened {
            self.out.push('\n');
        }
    }

    /// Writes the running line, broken at list commas where it is too long.
    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return;
        }
        let length = |piece: &Piece| piece.text.chars().count().saturating_add(piece.space);
        let total = line.iter().map(length).fold(self.indent, usize::saturating_add);
        let wrap = total > WIDTH_MAX;
        let deeper = self.indent.saturating_add(if self.continued { 0 } else { CONTINUED });
        let mut text = " ".repeat(self.indent);
        let mut width = self.indent;
        for (index, piece) in line.iter().enumerate() {
            let group: usize = line
                .get(index.saturating_add(1)..)
                .unwrap_or_default()
                .iter()
                .take_while(|after| !after.breakable)
                .map(length)
                .fold(length(piece), usize::saturating_add);
            if wrap && piece.breakable && width.saturating_add(group) > WIDTH_MAX {
                text.push('\n');
                text.push_str(&" ".repeat(deeper));
                width = deeper.saturating_add(piece.text.chars().count());
                text.push_str(&piece.text);
                continue;
            }
            text.push_str(&" ".repeat(piece.space));
            text.push_str(&piece.text);
            width = width.saturating_add(length(piece));
        }
        for part in text.split('\n') {
            self.out.push_str(part.trim_end());
            self.out.push('\n');
        }
    }
}

/// The next token that is no comment.
fn next_word<'t, 's>(tokens: &'t [Token<'s>], index: usize) -> Option<&'t Token<'s>> {
    tokens.iter().skip(index.saturating_add(1)).find(|token| token.kind != TokenKind::Comment)
}

/// A unit in the number its count asks for: `1 point`, `2 points`.
fn plural(previous: Option<&Token<'_>>, token: &Token<'_>, before: Option<&Token<'_>>) -> String {
    let number = previous.filter(|count| {
        count.text.starts_with(|c: char| c.is_ascii_digit())
            && count.text.chars().all(|c| c.is_ascii_digit() || c == '.')
    });
    // `quantity 1` of a line is followed by words of its own
    let counted = before.is_none_or(|word| word.text != "quantity");
    let unit = UNITS.iter().find(|unit| unit.one == token.text || unit.many == token.text);
    match (number, unit) {
        (Some(count), Some(unit)) if counted && count.text == "1" => unit.one.to_owned(),
        (Some(_), Some(unit)) if counted => unit.many.to_owned(),
        _ => token.text.to_owned(),
    }
}
