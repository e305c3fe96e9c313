//! Diagnostics: what is wrong in a file, where, and what to write instead. Written for merchants: lower case, names
//! in backticks, no compiler words, one sentence of what to do. They never name a grammar rule.

use crate::files::Files;
use crate::model::Place;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// How bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The file cannot be published.
    Error,
    /// It can, but should a person look.
    Warning,
}

impl Severity {
    /// The word as shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Stable code: `E0210`.
    pub code: String,
    /// How bad.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The exact word.
    pub place: Place,
    /// What to write or do, shown at the underline.
    pub help: Option<String>,
    /// A fix a tool can apply.
    pub fix: Option<Fix>,
}

/// Replace the text at `place` by `text`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// Where.
    pub place: Place,
    /// By what.
    pub text: String,
}

impl Diagnostic {
    /// An error with a code of [`code`].
    pub(crate) fn error(code: &str, place: Place, message: impl Into<String>) -> Self {
        let severity = Severity::Error;
        Self { code: code.to_owned(), severity, message: message.into(), place, help: None, fix: None }
    }

    /// A warning with a code of [`code`].
    pub(crate) fn warning(code: &str, place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    /// Says what to write or do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what a tool can replace.
    pub(crate) fn fix(mut self, place: Place, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { place, text: text.into() });
        self
    }
}

/// The stable codes. A code never changes its meaning; a new mistake gets a new one.
#[allow(missing_docs)] // each name says it; the language guide lists them
pub mod code {
    // names
    pub const UNKNOWN_FACT: &str = "E0101";
    pub const DUPLICATE: &str = "E0102";
    pub const UNKNOWN_EVENT: &str = "E0103";
    pub const BAD_NAME: &str = "E0104";
    pub const UNKNOWN_GROUP: &str = "E0105";
    pub const UNKNOWN_BUDGET: &str = "E0106";
    pub const UNKNOWN_TIER: &str = "E0107";
    pub const UNKNOWN_REWARD: &str = "E0108";
    pub const UNKNOWN_RULE: &str = "E0109";
    pub const NOT_IN_CATALOGUE: &str = "E0110";
    pub const UNKNOWN_FIELD: &str = "E0111";
    pub const UNKNOWN_ZONE: &str = "E0112";
    pub const UNKNOWN_CURRENCY: &str = "E0113";
    pub const UNKNOWN_CHOICE: &str = "E0114";
    pub const UNKNOWN_SEGMENT: &str = "E0130";
    pub const UNKNOWN_CALENDAR: &str = "E0131";
    pub const UNKNOWN_LEVELS: &str = "E0133";
    pub const UNKNOWN_LEVEL: &str = "E0134";
    pub const UNKNOWN_STREAK: &str = "E0132";
    pub const UNKNOWN_EXPERIMENT: &str = "E0136";
    // literals
    pub const MONEY_ORDER: &str = "E0210";
    pub const MONEY_DECIMALS: &str = "E0211";
    pub const OTHER_CURRENCY: &str = "E0212";
    pub const MONEY_SYMBOL: &str = "E0213";
    pub const NUMBER_FORM: &str = "E0214";
    pub const DATE_FORM: &str = "E0215";
    pub const TIME_FORM: &str = "E0216";
    pub const NO_SUCH_DATE: &str = "E0217";
    pub const NO_SUCH_TIME: &str = "E0218";
    pub const PERCENT_FORM: &str = "E0219";
    pub const TOO_LARGE: &str = "E0220";
    pub const MISSING_UNIT: &str = "E0221";
    pub const QUOTES: &str = "E0222";
    pub const UNCLOSED_TEXT: &str = "E0223";
    pub const ZERO: &str = "E0224";
    pub const TOO_LONG: &str = "E0225";
    pub const WHOLE: &str = "E0226";
    pub const WRONG_UNIT: &str = "E0227";
    // structure
    pub const SYMBOL: &str = "E0301";
    pub const UNEXPECTED: &str = "E0302";
    pub const ORDER: &str = "E0303";
    pub const MISSING: &str = "E0304";
    pub const REPEATED: &str = "E0305";
    pub const UNCLOSED_BLOCK: &str = "E0306";
    pub const STRAY_CLOSE: &str = "E0307";
    pub const NOT_YET: &str = "E0308";
    pub const NESTING: &str = "E0309";
    pub const FILE_SIZE: &str = "E0310";
    pub const NOT_UTF8: &str = "E0311";
    pub const HIDDEN: &str = "E0312";
    pub const LOOK_ALIKE: &str = "E0313";
    pub const FOREIGN: &str = "E0314";
    pub const EDITION: &str = "E0315";
    pub const TOO_MANY: &str = "E0316";
    pub const EMPTY: &str = "E0317";
    pub const OUTSIDE: &str = "E0318";
    pub const COMMENT_FORM: &str = "E0319";
    pub const PUNCTUATION: &str = "E0320";
    pub const MISPLACED: &str = "E0321";
    pub const FILE_LINE: &str = "E0322";
    pub const FILE_NAME: &str = "E0323";
    pub const FILE_TWICE: &str = "E0324";
    pub const BEFORE_FILES: &str = "E0325";
    // meaning
    pub const TYPES: &str = "E0401";
    pub const PREDICATE: &str = "E0402";
    pub const NOT_HERE: &str = "E0403";
    pub const TIER_ORDER: &str = "E0404";
    pub const NEEDS_WORTH: &str = "E0405";
    pub const LIMIT_SCOPE: &str = "E0406";
    pub const NOT_IN_GROUP: &str = "E0407";
    pub const WINDOW: &str = "E0408";
    pub const AMOUNT: &str = "E0409";
    pub const TEST: &str = "E0410";
    pub const CHOICE: &str = "E0420";
    pub const SURVEY: &str = "E0440";
    pub const SCORED: &str = "E0441";
    pub const TIMER: &str = "E0430";
    pub const GOALS: &str = "E0460";
    pub const CHECK: &str = "E0450";
    pub const CHECK_FAILED: &str = "E0451";
    // lints
    pub const NEVER_FIRES: &str = "W0501";
    pub const PAST: &str = "W0502";
    pub const UNCAPPED: &str = "W0503";
    pub const SWAPPED: &str = "W0504";
    pub const LIMIT_ZERO: &str = "W0505";
    pub const UNUSED_BUDGET: &str = "W0506";
    pub const UNUSED_GROUP: &str = "W0507";
    pub const FREE_REWARD: &str = "W0508";
    pub const ALWAYS_KNOWN: &str = "W0509";
    pub const NOTHING: &str = "W0510";
    pub const REPEATED_NAME: &str = "W0511";
    pub const GENEROUS: &str = "W0512";
    pub const OUT_OF_REACH: &str = "W0520";
    pub const DEARER: &str = "W0521";
    pub const NEVER_ASKED: &str = "W0522";
    pub const GATING: &str = "W0540";
    pub const SCORE_TAG: &str = "W0541";
    pub const UNUSED_SEGMENT: &str = "W0530";
    pub const FREQUENT: &str = "W0531";
    pub const NO_REMINDER: &str = "W0532";
    pub const UNDECIDED: &str = "W0560";
    pub const DEAD: &str = "W0561";
    pub const SHADOWED: &str = "W0562";
    pub const PUMP: &str = "W0563";
    pub const SHORT_LIVED: &str = "W0564";
    pub const NO_TIER: &str = "W0565";
    pub const AGE: &str = "W0566";
    pub const UNREACHABLE_GOAL: &str = "W0567";
    pub const HOME: &str = "W0568";
    pub const UNUSED_EXPERIMENT: &str = "W0570";
    pub const HOLDOUT_PAID: &str = "W0571";
    pub const UNUSED_ATTENTION: &str = "W0572";
    pub const KEPT_BRIEFLY: &str = "W0573";
    pub const CHEAP_REFERRAL: &str = "W0551";
    pub const EARLY: &str = "W0552";
    pub const THANKLESS: &str = "W0553";
}

/// Line and column of a byte offset, both from 1; the column counts characters.
pub fn line_column(source: &str, offset: u32) -> (u32, u32) {
    let (number, start, _) = line_at(source, offset);
    let column = source.get(start..floor(source, offset)).unwrap_or_default().chars().count();
    (narrow(number), narrow(column.saturating_add(1)))
}

/// Diagnostics as a person reads them, with the line quoted and the word underlined. In a text of several files each
/// names its own; `file` is then what the whole is called, or its folder with a `/` at the end.
pub fn render(file: &str, source: &str, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    let files = Files::of(source);
    for diagnostic in diagnostics {
        one(&mut out, (file, &files), source, diagnostic);
    }
    out
}

/// Characters of a quoted line that are shown at most.
const QUOTE_MAX: usize = 140;

fn one(out: &mut String, (file, files): (&str, &Files<'_>), source: &str, diagnostic: &Diagnostic) {
    let line = files.locate(diagnostic.place.start).line;
    let (_, start, text) = line_at(source, diagnostic.place.start);
    let gutter = " ".repeat(line.to_string().len());
    let first = floor(source, diagnostic.place.start);
    let last = floor(source, diagnostic.place.end).min(start.saturating_add(text.len()));
    let before = source.get(start..first).unwrap_or_default().chars().count();
    let width = source.get(first..last).unwrap_or_default().chars().count().max(1);
    // A very long line is quoted around the word.
    let skip = if before > QUOTE_MAX / 2 && text.chars().count() > QUOTE_MAX {
        before.saturating_sub(40)
    } else {
        0
    };
    let shown: String = text
        .chars()
        .skip(skip)
        .take(QUOTE_MAX)
        .map(|c| if c == '\t' || c.is_control() || is_bidi(c) { ' ' } else { c })
        .collect();
    let indent = before.saturating_sub(skip);
    let carets = "^".repeat(width.min(QUOTE_MAX.saturating_sub(indent)).max(1));
    let help = diagnostic.help.as_deref().unwrap_or_default();
    let fix = if diagnostic.fix.is_some() { " (fix available)" } else { "" };
    let word = diagnostic.severity.word();
    // writing to a String cannot fail
    let _ = writeln!(out, "{word}[{}] {}", diagnostic.code, diagnostic.message);
    let _ = writeln!(out, "{gutter}┌─ {}", files.quote(file, diagnostic.place.start));
    let _ = writeln!(out, "{line}│ {}", shown.trim_end());
    let _ = writeln!(out, "{}", format!("{gutter}│ {}{carets} {help}{fix}", " ".repeat(indent)).trim_end());
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Number from 1, first byte and text of the line that holds a byte offset.
fn line_at(source: &str, offset: u32) -> (usize, usize, &str) {
    let offset = floor(source, offset);
    let before = source.get(..offset).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
    let number = before.matches('\n').count().saturating_add(1);
    let rest = source.get(start..).unwrap_or_default();
    let end = rest.find('\n').unwrap_or(rest.len());
    (number, start, rest.get(..end).unwrap_or_default().trim_end_matches('\r'))
}

/// The offset, moved down to the start of a character inside the text.
fn floor(source: &str, offset: u32) -> usize {
    let mut at = usize::try_from(offset).unwrap_or(usize::MAX).min(source.len());
    while !source.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    at
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
