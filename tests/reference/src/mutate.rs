//! Programmes made wrong: tokens left out, doubled, swapped, replaced; and the same file in other layouts.

use crate::generate::Dice;
use dsl::files::FILES_MAX;

/// Words that stand somewhere in the language, and what people write in their stead.
const OTHERS: [&str; 36] = [
    "rule",
    "{",
    "}",
    "[",
    "]",
    ",",
    "on",
    "when",
    "and",
    "any of",
    "give",
    "points",
    "5",
    "5.00 EUR",
    "€5",
    "\"",
    "#",
    "per",
    "is",
    "=",
    "&&",
    "at least",
    "in",
    "not",
    "of",
    "where",
    "limit",
    "member",
    "2026-02-30",
    "25:00",
    "10%",
    "1,5",
    "test",
    "purchase",
    "the",
    "é",
];

/// Words, texts and marks, each with the space before it.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut inside: Option<char> = None;
    let mut word = false;
    for character in text.chars() {
        let starts = match inside {
            Some(_) => false,
            None if character.is_whitespace() => word,
            None => !word || matches!(character, '{' | '}' | '[' | ']' | ',' | '"' | '#'),
        };
        let spaces = tokens.last().is_some_and(|last: &String| last.chars().all(char::is_whitespace));
        if tokens.is_empty() || (starts && (word || !spaces)) {
            tokens.push(String::new());
        }
        tokens.last_mut().unwrap().push(character);
        match (inside, character) {
            (Some('"'), '"' | '\n') | (Some('#'), '\n') => inside = None,
            (None, '"' | '#') => inside = Some(character),
            _ => {}
        }
        word = inside.is_some()
            || !(character.is_whitespace() || matches!(character, '{' | '}' | '[' | ']' | ','));
    }
    tokens
}

/// A file with a few tokens left out, doubled, swapped or replaced.
pub fn wrong(dice: &mut Dice, text: &str) -> String {
    let mut tokens = tokens(text);
    for _ in 0..=dice.below(3) {
        if tokens.is_empty() {
            break;
        }
        let (at, other) = (dice.below(tokens.len()), dice.below(tokens.len()));
        match dice.below(4) {
            0 => {
                tokens.remove(at);
            }
            1 => tokens.insert(at, tokens[at].clone()),
            2 => tokens.swap(at, other),
            _ => tokens[at] = format!(" {}", dice.pick(&OTHERS)),
        }
    }
    tokens.concat()
}

/// The same programme in several files, which stand in any order: each item in one of them, by their names in the order
/// they had, each file as some editor leaves it.
pub fn cut(dice: &mut Dice, text: &str) -> String {
    let begins = |at: u32| text[..usize::try_from(at).unwrap()].rfind('\n').map_or(0, |end| end + 1);
    let mut cuts: Vec<usize> =
        dsl::syntax::parse(text).items.iter().map(|item| begins(item.place.start)).collect();
    cuts.retain(|at| *at > 0 && dice.chance(30));
    cuts.dedup();
    cuts.truncate(FILES_MAX - 1);
    let ends: Vec<usize> = cuts.iter().copied().chain([text.len()]).collect();
    let mut from = 0;
    let mut files = Vec::new();
    for (number, end) in ends.into_iter().enumerate() {
        let name = format!("{number:02}{}.merit", dice.word(&["", "-a", "_b", "/rules"]));
        let own = &text[from..end];
        from = end;
        let own =
            if dice.chance(20) { own.replace("\r\n", "\n").replace('\n', "\r\n") } else { own.to_owned() };
        let mark = if dice.chance(20) { "\u{feff}" } else { "" };
        let own = if dice.chance(20) { own.trim_end() } else { &own };
        files.push(format!("file \"{name}\"{}\n{mark}{own}\n", dice.word(&["", " ", "\r"])));
    }
    dice.shuffle(&mut files);
    files.concat()
}

/// The same file with other spaces, empty lines, comments and line ends, none of which means anything.
pub fn ragged(dice: &mut Dice, text: &str) -> String {
    let mut out = if dice.chance(20) { "\u{feff}".to_owned() } else { String::new() };
    let end = if dice.chance(30) { "\r\n" } else { "\n" };
    for line in text.lines() {
        if dice.chance(8) {
            out.push_str(dice.word(&["", "  ", "\t", "# a note", "   # \"half a text {"]));
            out.push_str(end);
        }
        let content = line.trim_start();
        let indent = if dice.chance(30) {
            (*dice.pick(&["", " ", "\t", "      "])).to_owned()
        } else {
            line[..line.len() - content.len()].to_owned()
        };
        out.push_str(&indent);
        out.push_str(&spaced(dice, content));
        if dice.chance(6) {
            out.push_str(dice.word(&["  ", "\t", " # why", "  # é [1, 2"]));
        }
        out.push_str(end);
    }
    if dice.chance(20) {
        out.push_str("# the end");
    }
    out
}

/// Wider spaces outside texts and comments.
fn spaced(dice: &mut Dice, content: &str) -> String {
    let mut out = String::new();
    let (mut text, mut comment) = (false, false);
    for character in content.chars() {
        text ^= character == '"' && !comment;
        comment |= character == '#' && !text;
        out.push(character);
        // A date and its time are one token with one space.
        let moment = content.contains(" at ") || content.contains("last_purchase is");
        if character == ' ' && !text && !comment && !moment && dice.chance(10) {
            out.push_str(dice.word(&[" ", "\t", "   "]));
        }
    }
    out
}
