//! The grammar as data: the same text the parser is generated from, read once, so that what may stand somewhere, and
//! every word of the language, come from it and are written nowhere else.

use crate::syntax::grammar::Rule as Matched;
use pest_meta::ast::{Expr, Rule, RuleType};
use pest_meta::parser;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The grammar's text, in the order the parser reads it.
const TEXTS: [&str; 3] = [
    include_str!("../grammar/tokens.pest"),
    include_str!("../grammar/clauses.pest"),
    include_str!("../grammar/mistakes.pest"),
];

static RULES: LazyLock<BTreeMap<String, Rule>> = LazyLock::new(|| {
    let text = TEXTS.concat();
    // it compiled into the parser, so it can be read: a test holds this to be so
    let rules = parser::parse(parser::Rule::grammar_rules, &text).ok().map(parser::consume_rules);
    rules.and_then(Result::ok).unwrap_or_default().into_iter().map(|rule| (rule.name.clone(), rule)).collect()
});

static NAMES: LazyLock<BTreeMap<Matched, String>> =
    LazyLock::new(|| Matched::all_rules().iter().map(|rule| (*rule, format!("{rule:?}"))).collect());

static WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let mut words = BTreeSet::new();
    // the mistakes' words are no words of the language
    let text = TEXTS.get(..2).unwrap_or_default().concat();
    let rules = parser::parse(parser::Rule::grammar_rules, &text).ok().map(parser::consume_rules);
    for rule in rules.and_then(Result::ok).unwrap_or_default() {
        for part in rule.expr.iter_top_down() {
            if let Expr::Str(word) = part
                && is_word(&word)
            {
                words.insert(word);
            }
        }
    }
    words
});

/// A rule of the grammar.
pub(super) fn rule(name: &str) -> Option<&'static Rule> {
    RULES.get(name)
}

/// The name of a matched rule.
pub(super) fn name(rule: Matched) -> &'static str {
    NAMES.get(&rule).map_or("", String::as_str)
}

/// Every word of the language.
pub(super) fn words() -> &'static BTreeSet<String> {
    &WORDS
}

/// True for what is written in letters.
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphabetic())
}

/// True for a rule that leaves no trace in what is matched.
pub(super) fn is_silent(rule: &Rule) -> bool {
    rule.ty == RuleType::Silent
}

/// True for a rule that matches one word or literal.
pub(super) fn is_token(rule: &Rule) -> bool {
    rule.ty == RuleType::Atomic
}

/// The parts of a sequence, in order.
pub(super) fn parts(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Seq(first, rest) => {
            let mut all = parts(first);
            all.extend(parts(rest));
            all
        }
        one => vec![one],
    }
}

/// The word that stands right before a part of a rule: `group` before the `name` of `in group boosters`.
pub(super) fn word_before(rule_name: &str, part: &str) -> Option<&'static str> {
    /// True once the part is found; `last` is then the word before it.
    fn find<'g>(expr: &'g Expr, part: &str, last: &mut Option<&'g str>) -> bool {
        match expr {
            Expr::Str(word) if is_word(word) => {
                *last = Some(word);
                false
            }
            Expr::Ident(name) => name == part,
            Expr::Seq(a, b) | Expr::Choice(a, b) => find(a, part, last) || find(b, part, last),
            Expr::Opt(e) | Expr::Rep(e) | Expr::RepOnce(e) => find(e, part, last),
            _ => false,
        }
    }
    let mut last = None;
    find(&rule(rule_name)?.expr, part, &mut last).then_some(last).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // tests

    use super::*;

    #[test]
    fn the_grammar_is_the_parsers() {
        let known: BTreeSet<&str> = RULES.keys().map(String::as_str).collect();
        let matched: BTreeSet<&str> =
            NAMES.values().map(String::as_str).filter(|name| *name != "EOI").collect();
        assert_eq!(known, matched);
        assert!(words().contains("multiply") && words().contains("least") && !words().contains("pts"));
        assert_eq!(word_before("c_group", "name"), Some("group"));
        assert_eq!(word_before("c_on", "path"), Some("on"));
    }

    #[test]
    fn the_units_are_the_grammars() {
        let unit = rule("unit").unwrap();
        let written: BTreeSet<String> = unit
            .expr
            .iter_top_down()
            .filter_map(|part| match part {
                Expr::Str(word) if is_word(&word) => Some(word),
                _ => None,
            })
            .collect();
        let listed = crate::vocabulary::UNITS.iter().flat_map(|unit| [unit.one, unit.many]);
        assert_eq!(written, listed.map(str::to_owned).collect());
    }
}
