//! A sentence that does not parse and holds no known mistake: which word is the first that does not fit, and what
//! would. Speaks of words of the language, never of grammar rules.

use super::ast::Kind;
use super::build::place;
use super::grammar::{Failure, Rule, failure, parse};
use super::scan::first_word;
use crate::check::report::short;
use crate::diagnostic::{Diagnostic, code};
use crate::nearest::nearest;
use crate::vocabulary::{SENTENCES, is_unit, words as facts};

/// Where the sentence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// In the body of an item.
    Item(Kind),
    /// In a block of conditions.
    Block,
    /// In the body of a test's event.
    Event,
}

/// Words people write for the first word of a sentence.
const ALIASES: &[(&str, &str)] = &[
    ("if", "when"),
    ("where", "when"),
    ("earn", "give"),
    ("award", "give"),
    ("grant", "give"),
    ("add", "give"),
    ("max", "limit"),
    ("maximum", "limit"),
    ("cap", "limit"),
    ("cost", "costs"),
    ("price", "costs"),
    ("valid", "points"),
    ("during", "active"),
    ("between", "active"),
    ("but", "and"),
    ("or", "when any of { … }"),
    ("expires", "expire"),
    ("expiry", "expire"),
    ("zone", "timezone"),
    ("assert", "expect"),
    ("then", "give"),
    ("tier", "expect"),
    ("quantity", "stock"),
    ("qualifies", "qualify"),
    ("matures", "mature"),
    ("joins", "join"),
    ("double", "multiply"),
    ("triple", "multiply"),
    ("ask", "question"),
    ("label", "tag"),
    ("ask", "prompt"),
    ("send", "emit"),
    ("notify", "emit"),
];

/// What tiers say beside their tiers.
const OF_TIERS: [&str; 3] = ["downgrade", "grace", "floor"];

/// A sentence of levels.
const LEVEL: &str = "scout from 500 points earned in total";

/// True for a word that begins some sentence or item.
pub(super) fn begins_sentence(word: &str) -> bool {
    SENTENCES.iter().any(|known| known.first == word)
}

/// Explains a sentence that starts at byte `base` of the file.
pub(super) fn unexpected(rule: Rule, position: Where, base: usize, sentence: &str) -> Diagnostic {
    let trimmed = sentence.trim_end();
    // a space, so that a number at the very end shows which unit it lacks
    let Failure { at, expected } = failure(rule, &format!("{trimmed} "));
    let first = first_word(trimmed);
    if first.is_empty() {
        let length = trimmed.chars().next().map_or(1, char::len_utf8);
        let here = place(base, base.saturating_add(length));
        return Diagnostic::error(code::UNEXPECTED, here, "a sentence begins with a word")
            .help(begin_help(position));
    }
    if matches!(position, Where::Item(Kind::Levels)) && OF_TIERS.contains(&first) {
        let here = place(base, base.saturating_add(first.len()));
        return Diagnostic::error(
            code::MISPLACED,
            here,
            "a level is what the sum comes to, and is not reviewed",
        )
        .help(format!("leave out `{first}`; what is kept and reviewed is a tier"));
    }
    let slip = matches!(position, Where::Item(Kind::Tiers)).then(|| nearest(first, OF_TIERS));
    if let Some(ours) = slip.flatten() {
        let here = place(base, base.saturating_add(first.len()));
        let message = format!("no sentence of tiers begins with `{}`", short(first));
        return Diagnostic::error(code::UNEXPECTED, here, message)
            .help(format!("did you mean `{ours}`?"))
            .fix(here, ours);
    }
    let example = example(position, first);
    if example.is_none() && at <= first.len() {
        return unknown_first(position, base, first);
    }
    let at = word_start(trimmed, at);
    let rest = trimmed.get(at..).unwrap_or_default();
    let next = rest.trim_start();
    let at = at.saturating_add(rest.len().saturating_sub(next.len()));
    let before = trimmed.get(..at).unwrap_or_default().trim_end();
    let help = example.map_or_else(|| says(&expected), |example| format!("such as `{example}`"));
    let words: Vec<&str> = expected.iter().map(String::as_str).filter(|word| word.len() > 1).collect();
    let unit_wanted = words.iter().any(|word| is_unit(word));
    let number = before.rsplit([' ', '\t']).next().filter(|word| is_number(word));
    let word = token(next);
    if let Some(number) = number
        && unit_wanted
        && (word.is_empty() || !word.starts_with(|c: char| c.is_ascii_alphabetic()) || keyword(word))
    {
        return missing_unit(position, base, before, (number, word), first);
    }
    if word.is_empty() {
        let last = before.rfind([' ', '\t']).map_or(0, |at| at.saturating_add(1));
        let here = place(base.saturating_add(last), base.saturating_add(before.len()));
        return Diagnostic::error(code::UNEXPECTED, here, "this sentence ends too early").help(help);
    }
    let here = place(base.saturating_add(at), base.saturating_add(at).saturating_add(word.len()));
    let message = if number.is_some() && unit_wanted {
        format!("`{}` is no unit", short(word))
    } else {
        format!("`{}` does not fit here", short(word))
    };
    let error = Diagnostic::error(code::UNEXPECTED, here, message);
    // two of something are `times`, not `time`
    let several = number.is_some_and(|count| count != "1");
    let fits = |known: &&str| !(several && words.contains(&format!("{known}s").as_str()));
    let near = nearest(word, words.iter().copied().filter(fits));
    if near.is_none()
        && let Some(lost) = lost_word(rule, (before, next), &words)
    {
        let start = base.saturating_add(at);
        let gap = place(start, start);
        return error.help(format!("write `{lost} {}`", short(word))).fix(gap, format!("{lost} "));
    }
    // a word of the language is in the wrong place, not mistyped
    let known = is_unit(word) || keyword(word) || facts().iter().any(|fact| fact.path == word);
    match near.or_else(|| nearest(word, all_words()).filter(|_| !known)) {
        Some(near) => error.help(format!("did you mean `{near}`?")).fix(here, near),
        None => error.help(help),
    }
}

/// The one word that makes a sentence of what was written, put between the two parts of it.
fn lost_word<'w>(rule: Rule, (before, next): (&str, &str), words: &[&'w str]) -> Option<&'w str> {
    const WORDS_MAX: usize = 4;
    const SENTENCE_MAX: usize = 200;
    if words.len() > WORDS_MAX || before.len().saturating_add(next.len()) > SENTENCE_MAX {
        return None;
    }
    let whole = |word: &str| {
        // said once already, it is hardly what was forgotten
        if before.split([' ', '\t']).any(|said| said == word) {
            return false;
        }
        let text = format!("{before} {word} {next} ");
        let read = parse(rule, &text).ok().and_then(|mut pairs| pairs.next());
        read.is_some_and(|pair| pair.as_span().end() >= text.trim_end().len())
    };
    let mut fitting = words.iter().filter(|word| whole(word));
    fitting.next().filter(|_| fitting.next().is_none()).copied()
}

fn unknown_first(position: Where, base: usize, first: &str) -> Diagnostic {
    let here = place(base, base.saturating_add(first.len()));
    let Where::Item(kind) = position else {
        return Diagnostic::error(code::UNEXPECTED, here, format!("`{}` does not fit here", short(first)))
            .help(begin_help(position));
    };
    let own = || SENTENCES.iter().filter(move |known| known.item == kind).map(|known| known.first);
    let alias = ALIASES
        .iter()
        .find(|(theirs, ours)| *theirs == first && own().any(|word| word == *ours))
        .map(|(_, ours)| *ours);
    let message = format!("no sentence of {} begins with `{}`", kind.phrase(), short(first));
    if let Some(ours) = alias.or_else(|| nearest(first, own())) {
        return Diagnostic::error(code::UNEXPECTED, here, message)
            .help(format!("did you mean `{ours}`?"))
            .fix(here, ours);
    }
    if let Some(known) = SENTENCES.iter().find(|known| known.first == first) {
        let message = format!("`{first}` does not belong in {}", kind.phrase());
        return Diagnostic::error(code::MISPLACED, here, message)
            .help(format!("it belongs in {}", known.item.phrase()));
    }
    if matches!(first, "household" | "check" | "prove") {
        return Diagnostic::error(code::NOT_YET, here, format!("`{first}` is not in language 1 yet"))
            .help("leave it out");
    }
    Diagnostic::error(code::UNEXPECTED, here, message).help(begin_help(position))
}

/// What a sentence may begin with.
fn begin_help(position: Where) -> String {
    match position {
        Where::Item(Kind::Tiers) => "write such as `gold from 350.00 EUR spent in 12 months`".to_owned(),
        Where::Item(Kind::Levels) => format!("write such as `{LEVEL}`"),
        Where::Item(kind) => {
            let mut words: Vec<String> = SENTENCES
                .iter()
                .filter(|known| known.item == kind && known.first != "and")
                .map(|known| format!("`{}`", known.first))
                .collect();
            words.dedup();
            format!("its sentences begin with {}", words.join(", "))
        }
        Where::Block => "write a condition such as `channel is online`".to_owned(),
        Where::Event => "write such as `basket.paid is 25.00 EUR` or `line 25.00 EUR`".to_owned(),
    }
}

fn example(position: Where, first: &str) -> Option<&'static str> {
    match position {
        Where::Item(kind) => {
            let found = SENTENCES.iter().find(|known| known.item == kind && known.first == first);
            found
                .map(|known| known.example)
                .or((kind == Kind::Tiers).then_some("gold from 350.00 EUR spent in 12 months"))
                .or((kind == Kind::Levels).then_some(LEVEL))
        }
        Where::Block => Some("channel is online"),
        Where::Event if first == "line" => Some("line 25.00 EUR { category coffee quantity 2 }"),
        Where::Event => Some("basket.paid is 25.00 EUR"),
    }
}

/// A number without its unit; `next` is the word after it.
fn missing_unit(
    position: Where,
    base: usize,
    before: &str,
    (number, next): (&str, &str),
    first: &str,
) -> Diagnostic {
    let start = before.len().saturating_sub(number.len());
    let here = place(base.saturating_add(start), base.saturating_add(before.len()));
    let ahead = before.get(..start).unwrap_or_default().trim_end();
    let unit = match first {
        // these two are not limited in times
        "limit" if matches!(position, Where::Item(Kind::Programme | Kind::Group)) => "points",
        "limit" => "times",
        "pending" | "points" | "grace" | "accept" | "join" | "mature" | "remind" => "days",
        "expire" => "months",
        _ if ahead.ends_with(" in") || ahead.ends_with("within") || ahead.ends_with(" for") => "days",
        _ if ahead.ends_with("per") || first == "line" => "EUR",
        "when" | "and" | "point" => "EUR",
        _ if next == "spent" => "EUR",
        _ => "points",
    };
    let text = match unit {
        "EUR" if number.contains('.') => format!("{number} EUR"),
        "EUR" => format!("{number}.00 EUR"),
        _ => format!("{number} {unit}"),
    };
    Diagnostic::error(code::MISSING_UNIT, here, format!("`{}` has no unit", short(number)))
        .help(format!("write such as `{text}`"))
        .fix(here, text)
}

fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// The word or sign at the start of a text.
fn token(text: &str) -> &str {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '%' | '-' | ':')))
        .unwrap_or(text.len());
    let end = if end == 0 { text.chars().next().map_or(0, char::len_utf8) } else { end };
    if text.starts_with('"') {
        let close =
            text.get(1..).and_then(|rest| rest.find('"')).map_or(text.len(), |at| at.saturating_add(2));
        return text.get(..close).unwrap_or(text);
    }
    text.get(..end).unwrap_or_default().trim_end_matches('.')
}

/// The start of the word that holds byte `at`.
fn word_start(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    let before = text.get(..at).unwrap_or_default();
    let inside = text
        .get(at..)
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.')));
    if !inside {
        return at;
    }
    before
        .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
        .map_or(0, |found| found.saturating_add(1))
        .min(at)
}

/// True for a word of the language that is no unit.
fn keyword(word: &str) -> bool {
    all_words().any(|known| known == word) && !is_unit(word)
}

/// Words that stand inside sentences.
fn all_words() -> impl Iterator<Item = &'static str> {
    const INNER: &[&str] = &[
        "at least",
        "at most",
        "more than",
        "less than",
        "any of",
        "all of",
        "none of",
        "at",
        "least",
        "most",
        "more",
        "than",
        "less",
        "between",
        "within",
        "known",
        "unknown",
        "has",
        "any",
        "all",
        "none",
        "not",
        "is",
        "per",
        "of",
        "as",
        "by",
        "valid",
        "for",
        "group",
        "budget",
        "member",
        "total",
        "this",
        "worth",
        "after",
        "never",
        "without",
        "until",
        "always",
        "spent",
        "earned",
        "keep",
        "first",
        "best",
        "extras",
        "off",
        "item",
        "access",
        "fires",
        "stays",
        "silent",
        "reward",
        "badge",
        "tier",
        "rule",
        "events",
        "late",
        "reassess",
        "step",
        "where",
        "ago",
        "segment",
        "absence",
        "schedule",
        "every",
        "once",
        "members",
        "case",
        "review",
        "referral",
        "before",
        "expiry",
    ];
    INNER.iter().copied().chain(SENTENCES.iter().map(|known| known.first))
}

/// What may stand next, in words.
fn says(expected: &[String]) -> String {
    let words: Vec<String> =
        expected.iter().filter(|word| word.len() > 1).take(6).map(|word| format!("`{word}`")).collect();
    if words.is_empty() {
        "see the language guide for this sentence".to_owned()
    } else {
        format!("here may stand {}", words.join(", "))
    }
}
