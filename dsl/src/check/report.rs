//! Where the checker's parts put what they find, and the sentences they share.

use crate::diagnostic::{Diagnostic, code};
use crate::model::Place;
use crate::nearest::nearest;
use crate::syntax::ast::Word;

/// Most names listed in a message.
const LISTED_MAX: usize = 8;

/// Diagnostics found so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Adds one.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Adds an error with what to do about it.
    pub(crate) fn error(
        &mut self,
        code: &str,
        place: Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(Diagnostic::error(code, place, message).help(help));
    }

    /// Adds an error with the exact text to write instead.
    pub(crate) fn rewrite(
        &mut self,
        code: &str,
        place: Place,
        message: impl Into<String>,
        text: impl Into<String>,
    ) {
        let text = text.into();
        self.push(Diagnostic::error(code, place, message).help(format!("write `{text}`")).fix(place, text));
    }

    /// A name that is not declared, such as a tier `roug` where the tiers are `insider`, `vib` and `rouge`.
    pub(crate) fn unknown(&mut self, code: &str, what: &str, many: &str, word: Word<'_>, names: &[&str]) {
        let listed = if names.is_empty() {
            format!("; no {many} are declared")
        } else {
            let more = if names.len() > LISTED_MAX { ", …" } else { "" };
            let some: Vec<&str> = names.iter().take(LISTED_MAX).copied().collect();
            format!("; {many} are: {}{more}", some.join(", "))
        };
        let message = format!("there is no {what} `{}`{listed}", short(word.text));
        self.push(suggest(Diagnostic::error(code, word.place, message), word, names));
    }

    /// A word that is none of a closed choice, such as a rounding other than `down`, `up` or `half_even`.
    pub(crate) fn choice(&mut self, word: Word<'_>, what: &str, choices: &[&str]) {
        let message = format!("{what} is {}, not `{}`", or(choices), short(word.text));
        let error = Diagnostic::error(code::UNKNOWN_CHOICE, word.place, message);
        self.push(suggest(error, word, choices));
    }
}

/// Adds `did you mean` where a name is close.
pub(crate) fn suggest(diagnostic: Diagnostic, word: Word<'_>, names: &[&str]) -> Diagnostic {
    match nearest(word.text, names.iter().copied()) {
        Some(name) => diagnostic.help(format!("did you mean `{name}`?")).fix(word.place, name),
        None => diagnostic,
    }
}

/// `` `a`, `b` or `c` ``.
pub(crate) fn or(choices: &[&str]) -> String {
    let quoted: Vec<String> = choices.iter().map(|choice| format!("`{choice}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// A word as quoted in a message: at most 40 characters.
pub(crate) fn short(text: &str) -> String {
    if text.chars().count() <= 40 {
        return text.to_owned();
    }
    text.chars().take(39).chain(['…']).collect()
}
