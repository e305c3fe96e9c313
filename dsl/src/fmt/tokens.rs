//! The words of a file that parses, with its comments and blank lines.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    Comma,
    Comment,
}

/// A word, sign, text or comment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'s> {
    pub(super) kind: TokenKind,
    pub(super) text: &'s str,
    /// First byte.
    pub(super) start: usize,
    /// True when nothing stands before it on its line.
    pub(super) own_line: bool,
    /// True when an empty line stands before it.
    pub(super) blank_before: bool,
}

/// Reads the tokens of a file that parses.
pub(super) fn read(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut newlines = 0_usize;
    let mut first = true;
    while let Some(character) = source.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = source.get(at..).unwrap_or_default();
        let length = match character {
            '\n' => {
                newlines = newlines.saturating_add(1);
                at = at.saturating_add(1);
                continue;
            }
            ' ' | '\t' | '\r' | '\u{feff}' => {
                at = at.saturating_add(character.len_utf8());
                continue;
            }
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => {
                rest.get(1..).and_then(|text| text.find('"')).map_or(rest.len(), |end| end.saturating_add(2))
            }
            '{' | '}' | '[' | ']' | ',' => 1,
            _ => rest.find([' ', '\t', '\r', '\n', '#', '"', '{', '}', '[', ']', ',']).unwrap_or(rest.len()),
        };
        let text = rest.get(..length).unwrap_or_default();
        let kind = match character {
            '#' => TokenKind::Comment,
            ',' => TokenKind::Comma,
            _ => TokenKind::Word,
        };
        let blank_before = newlines > 1;
        tokens.push(Token {
            kind,
            text: text.trim_end(),
            start: at,
            own_line: first || newlines > 0,
            blank_before,
        });
        newlines = 0;
        first = false;
        at = at.saturating_add(length.max(1));
    }
    tokens
}
