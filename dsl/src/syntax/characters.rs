//! Characters that do not belong: invisible ones, look-alikes, typographic quotes, other alphabets.

use super::build::place;
use crate::diagnostic::{Diagnostic, code};

/// Letters of other alphabets that look like one of ours, with ours.
const LOOK_ALIKES: &[(char, char)] = &[
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('х', 'x'),
    ('у', 'y'),
    ('і', 'i'),
    ('ѕ', 's'),
    ('ј', 'j'),
    ('ԁ', 'd'),
    ('ո', 'n'),
    ('ⅼ', 'l'),
    ('ο', 'o'),
    ('ν', 'v'),
    ('α', 'a'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('τ', 't'),
    ('Е', 'E'),
    ('О', 'O'),
    ('Р', 'P'),
    ('С', 'C'),
    ('А', 'A'),
    ('В', 'B'),
    ('Н', 'H'),
    ('К', 'K'),
    ('М', 'M'),
    ('Т', 'T'),
    ('Х', 'X'),
    ('，', ','),
    ('；', ';'),
    ('：', ':'),
    ('｛', '{'),
    ('｝', '}'),
    ('＝', '='),
];

/// True for characters a reader cannot see or that reorder what she sees.
fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
        || (character.is_control() && !matches!(character, '\t' | '\n' | '\r'))
}

/// Reports one hidden character; used inside comments, where any visible character may stand.
pub(super) fn hidden(at: usize, character: char, found: &mut Vec<Diagnostic>) -> bool {
    if !is_hidden(character) {
        return false;
    }
    let here = place(at, at.saturating_add(character.len_utf8()));
    found.push(
        Diagnostic::error(
            code::HIDDEN,
            here,
            format!("an invisible character stands here (U+{:04X})", u32::from(character)),
        )
        .help("delete it")
        .fix(here, ""),
    );
    true
}

/// Reports hidden characters between the quotes of a text.
pub(super) fn inside_text(offset: usize, line: &str, start: usize, end: usize, found: &mut Vec<Diagnostic>) {
    let text = line.get(start..end).unwrap_or_default();
    for (index, character) in text.char_indices() {
        hidden(offset.saturating_add(start).saturating_add(index), character, found);
    }
}

/// Reports a character that may stand only inside a text; answers the index within the line to go on from.
pub(super) fn outside_text(offset: usize, line: &str, index: usize, found: &mut Vec<Diagnostic>) -> usize {
    let rest = line.get(index..).unwrap_or_default();
    let Some(character) = rest.chars().next() else { return line.len() };
    let at = offset.saturating_add(index);
    let next = index.saturating_add(character.len_utf8());
    let here = place(at, at.saturating_add(character.len_utf8()));
    if hidden(at, character, found) {
        return next;
    }
    if let Some(length) = quoted(rest, character) {
        let whole = place(at, at.saturating_add(length));
        let inner: String =
            rest.get(..length).unwrap_or_default().chars().filter(|c| !is_quote(*c)).collect();
        found.push(
            Diagnostic::error(code::QUOTES, whole, "text is written between straight quotes")
                .help(format!("write `\"{inner}\"`"))
                .fix(whole, format!("\"{inner}\"")),
        );
        return index.saturating_add(length);
    }
    if character.is_whitespace() {
        found.push(
            Diagnostic::error(
                code::HIDDEN,
                here,
                format!("this space is not an ordinary one (U+{:04X})", u32::from(character)),
            )
            .help("write an ordinary space")
            .fix(here, " "),
        );
        return next;
    }
    if "€£$¥₹₩₽₺₫₴₦".contains(character) {
        return next; // read as an amount by the sentence it stands in
    }
    if let Some((_, ours)) = LOOK_ALIKES.iter().find(|(theirs, _)| *theirs == character) {
        found.push(
            Diagnostic::error(
                code::LOOK_ALIKE,
                here,
                format!("`{character}` only looks like `{ours}`: it belongs to another alphabet"),
            )
            .help(format!("write `{ours}`"))
            .fix(here, ours.to_string()),
        );
        return next;
    }
    let length: usize =
        rest.chars().take_while(|c| !c.is_ascii() && !c.is_whitespace()).map(char::len_utf8).sum();
    let whole = place(at, at.saturating_add(length.max(1)));
    let shown: String = rest.chars().take_while(|c| !c.is_ascii() && !c.is_whitespace()).take(20).collect();
    found.push(
        Diagnostic::error(code::FOREIGN, whole, format!("`{shown}` may only stand inside a text"))
            .help("names use the letters a to z, digits and `_`; put anything else between straight quotes"),
    );
    index.saturating_add(length.max(character.len_utf8()))
}

fn is_quote(character: char) -> bool {
    matches!(character, '“' | '”' | '„' | '‟' | '«' | '»' | '‘' | '’' | '‚' | '"')
}

/// Length of a text in typographic quotes at the start of `rest`, to its closing quote or to the end of the line.
fn quoted(rest: &str, first: char) -> Option<usize> {
    if !is_quote(first) {
        return None;
    }
    let body = rest.get(first.len_utf8()..)?;
    let end = body.char_indices().find(|(_, c)| is_quote(*c));
    Some(match end {
        Some((index, c)) => first.len_utf8().saturating_add(index).saturating_add(c.len_utf8()),
        None => rest.trim_end().len(),
    })
}
