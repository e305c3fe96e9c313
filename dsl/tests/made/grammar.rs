//! The grammar's rules, read from the files the parser is generated from.

use pest_meta::ast::{Expr, Rule, RuleType};
use pest_meta::parser;

/// What shapes the page but says nothing: spaces, and the end of a word.
pub(crate) const SPACES: [&str; 5] = ["ws", "s", "g", "e", "EOI"];

/// The rules of the language itself, in the order they are written; those for mistakes are left out.
pub(crate) fn rules() -> Vec<Rule> {
    let text =
        [include_str!("../../src/grammar/clauses.pest"), include_str!("../../src/grammar/tokens.pest")]
            .concat();
    parser::consume_rules(parser::parse(parser::Rule::grammar_rules, &text).unwrap()).unwrap()
}

pub(crate) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphabetic())
}

pub(crate) fn is_token(rule: &Rule) -> bool {
    rule.ty == RuleType::Atomic
}

/// The parts of a sequence, without spaces.
pub(crate) fn parts(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Seq(a, b) => [parts(a), parts(b)].concat(),
        Expr::Ident(name) if SPACES.contains(&name.as_str()) => Vec::new(),
        Expr::NegPred(_) | Expr::PosPred(_) => Vec::new(),
        one => vec![one],
    }
}

/// The alternatives of a choice.
pub(crate) fn alternatives(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Choice(a, b) => [alternatives(a), alternatives(b)].concat(),
        one => vec![one],
    }
}

/// The words an expression can begin with; empty for one that begins with a name or a literal.
pub(crate) fn first_words(expr: &Expr, rules: &[Rule]) -> Vec<String> {
    match expr {
        Expr::Choice(..) => alternatives(expr).iter().flat_map(|one| first_words(one, rules)).collect(),
        Expr::Str(word) => vec![word.clone()],
        Expr::Ident(name) => {
            let rule = rules.iter().find(|rule| rule.name == *name);
            rule.filter(|rule| !is_token(rule)).map(|rule| first_words(&rule.expr, rules)).unwrap_or_default()
        }
        Expr::Seq(..) => parts(expr).first().map(|first| first_words(first, rules)).unwrap_or_default(),
        _ => Vec::new(),
    }
}
