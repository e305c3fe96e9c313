//! Every word of a file with what it is, for highlighting: in an editor as semantic tokens, on a page as HTML.

use super::{Document, Sort, grammar, narrow};
use crate::files::Files;
use crate::model::Place;
use crate::vocabulary::is_unit;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// `# …`
    Comment,
    /// Between quotes.
    Text,
    /// Numbers, shares, dates and times.
    Number,
    /// The unit of a number.
    Unit,
    /// A word of the language.
    Keyword,
    /// A fact or a kind of event of the language.
    Fact,
    /// A word of a closed choice.
    Choice,
    /// A name of the file.
    Name(Sort),
}

/// A token; tokens never overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Where; never over the end of a line.
    pub place: Place,
    /// What it is.
    pub class: Class,
    /// True for a name where it is declared.
    pub declares: bool,
}

impl Document<'_> {
    /// Every token, in the order of the text; signs and what could not be understood are left out.
    pub fn tokens(&self) -> Vec<Token> {
        let mut marks: BTreeMap<u32, Token> = BTreeMap::new();
        for place in &self.facts {
            marks.insert(place.start, Token { place: *place, class: Class::Fact, declares: false });
        }
        for (place, _) in &self.choices {
            marks.insert(place.start, Token { place: *place, class: Class::Choice, declares: false });
        }
        for known in &self.mentions {
            let token =
                Token { place: known.place, class: Class::Name(known.sort), declares: known.declares };
            marks.insert(known.place.start, token);
        }
        for place in &self.formers {
            let class = Class::Name(Sort::Item(crate::syntax::ast::Kind::Rule));
            marks.insert(place.start, Token { place: *place, class, declares: false });
        }
        let files = Files::of(self.source);
        let named = |place: Place| files.iter().any(|file| file.line.start == place.start);
        let mut tokens = Vec::new();
        let mut counted = false;
        for (place, raw) in lex(self.source) {
            let text = self.text(place);
            let plain = |class| Token { place, class, declares: false };
            match raw {
                Raw::Comment => tokens.push(plain(Class::Comment)),
                Raw::Text => tokens.push(plain(Class::Text)),
                Raw::Number => tokens.push(plain(Class::Number)),
                Raw::Word => {
                    let unit = counted
                        && (is_unit(text) || text.len() == 3 && text.chars().all(|c| c.is_ascii_uppercase()));
                    let inside: Vec<Token> =
                        marks.range(place.start..place.end).map(|(_, mark)| *mark).collect();
                    if unit {
                        tokens.push(plain(Class::Unit));
                    } else if inside.is_empty() {
                        if grammar::words().contains(text) || named(place) {
                            tokens.push(plain(Class::Keyword));
                        }
                    } else {
                        tokens.extend(inside.into_iter().map(|mark| clip(mark, place)));
                    }
                }
            }
            counted = raw == Raw::Number;
        }
        tokens
    }
}

/// A mark never goes over its word.
fn clip(mark: Token, word: Place) -> Token {
    Token { place: Place { end: mark.place.end.min(word.end), ..mark.place }, ..mark }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Raw {
    Comment,
    Text,
    Number,
    Word,
}

/// Words, numbers, texts and comments of any text.
fn lex(source: &str) -> Vec<(Place, Raw)> {
    let mut found = Vec::new();
    let mut at = 0_usize;
    while let Some(first) = source.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = source.get(at..).unwrap_or_default();
        let run = |fits: fn(char) -> bool| rest.find(|c: char| !fits(c)).unwrap_or(rest.len());
        let (length, raw) = match first {
            '#' => (rest.find(['\n', '\r']).unwrap_or(rest.len()), Some(Raw::Comment)),
            '"' => {
                let inner = rest.get(1..).unwrap_or_default();
                let end = inner.find(['"', '\n', '\r']).unwrap_or(inner.len());
                let closed = usize::from(inner.get(end..).is_some_and(|rest| rest.starts_with('"')));
                (end.saturating_add(1).saturating_add(closed), Some(Raw::Text))
            }
            '0'..='9' => {
                let length = run(|c| c.is_ascii_digit() || matches!(c, '.' | ':' | '%' | '-'));
                let text = rest.get(..length).unwrap_or_default();
                (text.trim_end_matches(['.', ':', '-']).len().max(1), Some(Raw::Number))
            }
            'a'..='z' | 'A'..='Z' | '_' => {
                let length = run(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
                (rest.get(..length).unwrap_or_default().trim_end_matches('.').len(), Some(Raw::Word))
            }
            other => (other.len_utf8(), None),
        };
        let end = at.saturating_add(length.max(1));
        if let Some(raw) = raw {
            found.push((Place { start: narrow(at), end: narrow(end) }, raw));
        }
        at = end;
    }
    found
}

/// A file as HTML: `<code>` with a span per token, to be put into a page. The classes are `m-` and the token's class.
pub fn html(source: &str) -> String {
    let document = Document::read(source);
    let mut out = String::from("<pre class=\"merit\"><code>");
    let mut at = 0;
    for token in document.tokens() {
        escape(&mut out, document.text(Place { start: at, end: token.place.start }));
        let class = match token.class {
            Class::Comment => "comment",
            Class::Text => "text",
            Class::Number => "number",
            Class::Unit => "unit",
            Class::Keyword => "keyword",
            Class::Fact => "fact",
            Class::Choice => "choice",
            Class::Name(_) => "name",
        };
        let declares = if token.declares { " m-declares" } else { "" };
        // writing to a String cannot fail
        let _ = write!(out, "<span class=\"m-{class}{declares}\">");
        escape(&mut out, document.text(token.place));
        out.push_str("</span>");
        at = token.place.end;
    }
    escape(&mut out, document.text(Place { start: at, end: narrow(source.len()) }));
    out.push_str("</code></pre>\n");
    out
}

fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
}
