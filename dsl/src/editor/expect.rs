//! What may stand at the end of an unfinished sentence: a reader that follows the grammar as far as the text goes, and
//! notes every word and every kind of literal it was about to ask for when the text was over.

use super::grammar;
use pest_meta::ast::{Expr, Rule};

/// Steps one reading may take: a sentence needs a few hundred.
const STEPS_MAX: usize = 200_000;

/// How deep it may go; files nest at most 32 deep.
const DEPTH_MAX: usize = 200;

/// Something that may stand next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expected {
    /// Words as they follow each other (`at least`), a sign (`[`), or empty where a token is asked for.
    pub(super) words: String,
    /// The rules being read, outermost first; where a token is asked for, its rule is the last.
    pub(super) stack: Vec<&'static str>,
    /// The subject of the running sentence, as far as it was read: `member.spent in 12 months`.
    pub(super) subject: String,
}

struct Reader<'t> {
    text: &'t str,
    found: Vec<Expected>,
    stack: Vec<&'static Rule>,
    subject: &'t str,
    /// Inside a look ahead, nothing is asked for.
    quiet: usize,
    steps: usize,
}

/// What may follow `text`, which begins where the rule begins. A text that fits no rule has nothing to follow.
pub(super) fn after(rule: &str, text: &str) -> Vec<Expected> {
    let mut reader = Reader { text, found: Vec::new(), stack: Vec::new(), subject: "", quiet: 0, steps: 0 };
    reader.call(rule, 0);
    reader.found
}

impl<'t> Reader<'t> {
    fn rest(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or_default()
    }

    fn note(&mut self, words: String) {
        if self.quiet > 0 {
            return;
        }
        let stack = self.stack.iter().filter(|rule| !grammar::is_silent(rule)).map(|rule| rule.name.as_str());
        let expected = Expected { words, stack: stack.collect(), subject: self.subject.to_owned() };
        if !self.found.contains(&expected) {
            self.found.push(expected);
        }
    }

    fn one(&self, at: usize, fits: impl Fn(char) -> bool) -> Option<usize> {
        let first = self.rest(at).chars().next().filter(|c| fits(*c))?;
        Some(at.saturating_add(first.len_utf8()))
    }

    fn call(&mut self, name: &str, at: usize) -> Option<usize> {
        let Some(rule) = grammar::rule(name) else {
            return match name {
                "EOI" => self.rest(at).is_empty().then_some(at),
                "SOI" => (at == 0).then_some(at),
                "ANY" => self.one(at, |_| true),
                "ASCII_DIGIT" => self.one(at, |c| c.is_ascii_digit()),
                "ASCII_ALPHA" => self.one(at, |c| c.is_ascii_alphabetic()),
                "ASCII_ALPHA_LOWER" => self.one(at, |c| c.is_ascii_lowercase()),
                "ASCII_ALPHA_UPPER" => self.one(at, |c| c.is_ascii_uppercase()),
                "ASCII_ALPHANUMERIC" => self.one(at, |c| c.is_ascii_alphanumeric()),
                _ => None,
            };
        };
        if self.stack.len() > DEPTH_MAX {
            return None;
        }
        self.stack.push(rule);
        let end = if grammar::is_token(rule) && self.rest(at).is_empty() {
            self.note(String::new());
            let first = grammar::parts(&rule.expr).first().copied();
            if let Some(Expr::Str(word)) =
                first.filter(|part| matches!(part, Expr::Str(w) if grammar::is_word(w)))
            {
                self.note(word.clone());
            }
            None
        } else {
            self.expr(&rule.expr, at)
        };
        self.stack.pop();
        if let Some(end) = end
            && self.speaks(name)
        {
            self.subject = self.text.get(at..end).unwrap_or_default();
        }
        end
    }

    /// True for what the running sentence is about: a subject with its window, a path of a test, a field of a line.
    fn speaks(&self, name: &str) -> bool {
        let parent = self.stack.last().map_or("", |rule| rule.name.as_str());
        matches!((parent, name), (_, "subject") | ("subject" | "a_set", "path") | ("line_field", "word"))
    }

    fn expr(&mut self, expr: &'static Expr, at: usize) -> Option<usize> {
        self.steps = self.steps.saturating_add(1);
        if self.steps > STEPS_MAX {
            return None;
        }
        match expr {
            Expr::Str(word) => self.words(at, &[expr], word),
            Expr::Range(from, to) => {
                let (from, to) = (from.chars().next()?, to.chars().next()?);
                self.one(at, |c| from <= c && c <= to)
            }
            Expr::Ident(name) => self.call(name, at),
            Expr::Seq(..) => {
                let parts = grammar::parts(expr);
                let mut at = at;
                for (index, part) in parts.iter().enumerate() {
                    at = match part {
                        Expr::Str(word) => self.words(at, parts.get(index..).unwrap_or_default(), word)?,
                        other => self.expr(other, at)?,
                    };
                }
                Some(at)
            }
            Expr::Choice(first, second) => self.expr(first, at).or_else(|| self.expr(second, at)),
            Expr::Opt(inner) => Some(self.expr(inner, at).unwrap_or(at)),
            Expr::Rep(inner) => Some(self.many(inner, at, 0, u32::MAX).unwrap_or(at)),
            Expr::RepOnce(inner) => self.many(inner, at, 1, u32::MAX),
            Expr::RepExact(inner, count) => self.many(inner, at, *count, *count),
            Expr::RepMin(inner, least) => self.many(inner, at, *least, u32::MAX),
            Expr::RepMax(inner, most) => self.many(inner, at, 0, *most),
            Expr::RepMinMax(inner, least, most) => self.many(inner, at, *least, *most),
            Expr::NegPred(inner) => {
                self.quiet = self.quiet.saturating_add(1);
                let found = self.expr(inner, at);
                self.quiet = self.quiet.saturating_sub(1);
                found.is_none().then_some(at)
            }
            Expr::PosPred(inner) => self.expr(inner, at).map(|_| at),
            _ => None,
        }
    }

    fn many(&mut self, inner: &'static Expr, at: usize, least: u32, most: u32) -> Option<usize> {
        let mut at = at;
        let mut count = 0_u32;
        while count < most {
            match self.expr(inner, at) {
                Some(end) if end > at => at = end,
                _ => break,
            }
            count = count.saturating_add(1);
        }
        (count >= least).then_some(at)
    }

    /// A word of the grammar, and those that must follow it: what is asked for at the end is the whole phrase.
    fn words(&mut self, at: usize, parts: &[&Expr], word: &str) -> Option<usize> {
        let rest = self.rest(at);
        if rest.starts_with(word) {
            return Some(at.saturating_add(word.len()));
        }
        if rest.is_empty() && (grammar::is_word(word) || matches!(word, "[" | "{")) {
            let mut phrase: Vec<&str> = Vec::new();
            for part in parts {
                match part {
                    Expr::Str(next) if grammar::is_word(next) || phrase.is_empty() => phrase.push(next),
                    Expr::Ident(gap) if matches!(gap.as_str(), "e" | "s" | "g") => {}
                    _ => break,
                }
            }
            self.note(phrase.join(" "));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // tests

    use super::*;

    fn words(rule: &str, text: &str) -> Vec<String> {
        let mut words: Vec<String> =
            after(rule, text).into_iter().map(|e| e.words).filter(|words| !words.is_empty()).collect();
        words.dedup();
        words
    }

    fn tokens(rule: &str, text: &str) -> Vec<Vec<&'static str>> {
        after(rule, text).into_iter().filter(|e| e.words.is_empty()).map(|e| e.stack).collect()
    }

    #[test]
    fn phrases_and_tokens_at_the_end_of_a_text() {
        assert_eq!(words("c_give", "give 1 point "), ["per", "every"]);
        assert!(words("rule_clause", "").contains(&"in group".to_owned()));
        let asked = words("rule_clause", "when basket.paid ");
        assert!(
            asked.contains(&"at least".to_owned()) && asked.contains(&"has any of".to_owned()),
            "{asked:?}"
        );
        assert!(tokens("rule_clause", "in group ").iter().any(|stack| stack.ends_with(&["c_group", "name"])));
        let list = tokens("rule_clause", "when day in [monday, ");
        assert!(list.iter().any(|stack| stack.ends_with(&["p_in", "list", "path"])), "{list:?}");
        let several = tokens("rule_clause", "when day is monday\n  and  any of {\n    channel is ");
        assert!(several.iter().any(|stack| stack.ends_with(&["p_is", "path"])), "{several:?}");
        assert_eq!(after("rule_clause", "nonsense "), []);
    }

    #[test]
    fn hostile_texts_end() {
        for text in ["when any of { ".repeat(3_000), "give [".repeat(9_000), "when a where ".repeat(2_000)] {
            let _ = after("rule_clause", &text);
        }
    }
}
