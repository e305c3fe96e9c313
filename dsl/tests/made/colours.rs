//! `editors/vscode/syntaxes/merit.tmLanguage.json`: colours for VS Code and whatever else reads `TextMate` grammars. They
//! are there before the language server is, and where there is none; the server's own are finer.

use crate::grammar::{is_word, parts, rules};
use crate::hold;
use dsl::editor::keywords;
use dsl::event::BUILT_IN;
use dsl::syntax::ast::Kind;
use dsl::vocabulary::{CHOICES, SUMS, UNITS, items, words};
use pest_meta::ast::Expr;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Alternatives, the longest first, so that none hides another.
fn any<'w>(all: impl IntoIterator<Item = &'w str>) -> String {
    let unique: BTreeSet<&str> = all.into_iter().collect();
    let mut all: Vec<String> =
        unique.into_iter().map(|word| word.replace('.', "\\.").replace(' ', "\\s+")).collect();
    all.sort_by_key(|word| std::cmp::Reverse(word.len()));
    all.join("|")
}

/// A word by itself: not a piece of a path.
fn alone(alternatives: &str) -> String {
    format!("(?<![\\w.])(?:{alternatives})(?![\\w.])")
}

fn rule(name: &str, expression: &str) -> Value {
    json!({ "name": format!("{name}.merit"), "match": expression })
}

fn captured(expression: &str, names: &[&str]) -> Value {
    let captures: serde_json::Map<String, Value> = names
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.is_empty())
        .map(|(index, name)| ((index + 1).to_string(), json!({ "name": format!("{name}.merit") })))
        .collect();
    json!({ "match": expression, "captures": captures })
}

/// Words that stand right before a name.
fn named_by(expr: &Expr) -> Vec<String> {
    let own = parts(expr);
    let pairs = own.windows(2).filter_map(|pair| match pair {
        [Expr::Str(word), Expr::Ident(name)] if name == "name" => Some(word.clone()),
        _ => None,
    });
    let inside = own.iter().flat_map(|part| match part {
        Expr::Opt(inner) | Expr::Rep(inner) | Expr::RepOnce(inner) => named_by(inner),
        _ => Vec::new(),
    });
    pairs.chain(inside).collect()
}

fn grammar() -> Value {
    // how each head goes on: with a name, with a title, with its block
    let heads = |fits: fn(&str) -> bool| {
        let kinds = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Language);
        any(kinds.filter(|kind| fits(items::head(*kind)[kind.word().len()..].trim_start())).map(Kind::word))
    };
    let named = heads(|rest| !rest.starts_with(['"', '{']));
    let (titled, plain) = (heads(|rest| rest.starts_with('"')), heads(|rest| rest.starts_with('{')));
    // `in group x`, `from budget x`, `expect tier x`: the words that stand before a name in the grammar
    let rules = rules();
    let before: Vec<String> = rules
        .iter()
        .filter(|rule| !rule.name.ends_with("_head"))
        .flat_map(|rule| named_by(&rule.expr))
        .collect();
    let kinds = Kind::ALL.map(Kind::word);
    let refers =
        any(before.iter().map(String::as_str).filter(|word| kinds.contains(word) || *word == "tier"));
    let units = any(UNITS.iter().flat_map(|unit| [unit.one, unit.many]));
    let facts = any(words()
        .iter()
        .map(|word| word.path)
        .chain(SUMS.iter().map(|sum| sum.path))
        .chain(BUILT_IN)
        .filter(|path| path.contains('.')));
    let single: Vec<&str> = words().iter().map(|word| word.path).filter(|path| !path.contains('.')).collect();
    // words that are always words of the language; those that are facts, units or names elsewhere are told by what
    // stands beside them
    let choices = any(CHOICES
        .iter()
        .flat_map(|choice| choice.words)
        .map(|(word, _)| *word)
        .filter(|word| is_word(word) && !keywords().any(|keyword| keyword == *word) && !single.contains(word))
        .chain(["half_even"]));
    // a fact where it stands first, a word of the language elsewhere: `every day`
    let keywords = any(keywords());
    let periods = any(CHOICES
        .iter()
        .filter(|choice| ["scope", "period"].contains(&choice.slot))
        .flat_map(|choice| choice.words)
        .map(|(word, _)| *word));
    let begin = any(dsl::vocabulary::SENTENCES.iter().map(|known| known.first));
    json!({
        "information_for_contributors": ["Made of the grammar and the vocabulary by dsl/tests/made; not to be edited."],
        "name": "Merit",
        "scopeName": "source.merit",
        "fileTypes": ["merit"],
        "patterns": [
            { "include": "#comment" },
            { "include": "#text" },
            { "include": "#head" },
            { "include": "#tier" },
            { "include": "#happening" },
            { "include": "#quantity" },
            { "include": "#literal" },
            { "include": "#declared" },
            { "include": "#period" },
            { "include": "#reference" },
            { "include": "#first" },
            { "include": "#fact" },
            { "include": "#choice" },
            { "include": "#keyword" },
            { "include": "#name" },
            rule("punctuation.section.block", "[{}]"),
            rule("punctuation.section.list", "[\\[\\]]"),
            rule("punctuation.separator", ",")
        ],
        "repository": {
            "comment": rule("comment.line.number-sign", "#.*$"),
            "text": rule("string.quoted.double", "\"[^\"\\n]*\"?"),
            "head": { "patterns": [
                captured("^(file)(?=\\s*\")", &["keyword.control"]),
                captured("^\\s*(language)\\s+(\\d+)", &["keyword.control", "constant.numeric"]),
                captured(&format!("^\\s*({named})\\s+([a-z_][\\w.]*)(?=\\s*(?:\"[^\"]*\"\\s*)?\\{{)"), &["keyword.control", "entity.name.type"]),
                captured(&format!("^\\s*({plain})(?=\\s*\\{{)"), &["keyword.control"]),
                captured(&format!("^\\s*({titled})(?=\\s+\")"), &["keyword.control"])
            ] },
            "tier": captured(&format!("^\\s*(?!(?:{begin})\\b)([a-z_]\\w*)\\s+(always|from)(?![\\w.])"), &["entity.name.type", "keyword.other"]),
            "happening": { "patterns": [
                captured("^\\s*(event)\\s+(absence)(?![\\w.])", &["keyword.control", "keyword.other"]),
                captured("^\\s*(event)\\s+([A-Za-z_][\\w.]*)(?=\\s+at\\b)", &["keyword.control", "support.type"]),
                captured("^\\s*(on)\\s+(absence|schedule)(?![\\w.])", &["keyword.control", "keyword.other"]),
                captured("^\\s*(on)\\s+([A-Za-z_][\\w.]*)", &["keyword.control", "support.type"])
            ] },
            "quantity": captured(&format!("(?<![\\w.])(\\d+(?:\\.\\d+)?)[ \\t]+({units}|[A-Z]{{3}})(?![\\w.])"), &["constant.numeric", "keyword.other.unit"]),
            "literal": rule("constant.numeric", "(?<![\\w.])(?:\\d{4}-\\d{2}-\\d{2}(?: \\d{2}:\\d{2})?|\\d{2}:\\d{2}|\\d+(?:\\.\\d+)?%|\\d+(?:\\.\\d+)?)(?![\\w.])"),
            "declared": { "patterns": [
                captured("^\\s*(field|question)\\s+([a-z_]\\w*)", &["keyword.control", "entity.name.type"]),
                captured("^\\s*(formerly)\\s+([a-z_]\\w*)", &["keyword.control", "entity.name.type"]),
                captured("^\\s*(currency)\\s+([A-Z]{3})(?![\\w.])", &["keyword.control", "constant.language"])
            ] },
            "reference": captured(&format!("(?<![\\w.])({refers})\\s+([a-z_]\\w*)(?![\\w.])"), &["keyword.other", "entity.name.type"]),
            "period": captured(&format!("(?<![\\w.])(per|this|of)\\s+({periods})(?![\\w.])"), &["keyword.other", "constant.language"]),
            "first": captured(&format!("^\\s*({begin})(?![\\w.])"), &["keyword.control"]),
            "fact": { "patterns": [
                rule("variable.other.property", &alone(&facts)),
                captured("(?<![\\w.])(member)(?=\\s+(?:not\\s+)?in\\s+segment\\b)", &["variable.other.property"]),
                captured(&format!("(?:^|(?<=\\bwhen)|(?<=\\band)|(?<=\\bgiven))\\s*({})(?![\\w.])", any(single)), &["variable.other.property"])
            ] },
            "choice": rule("constant.language", &alone(&choices)),
            "keyword": rule("keyword.other", &alone(&keywords)),
            "name": rule("variable.other", "[A-Za-z_][\\w.]*")
        }
    })
}

#[test]
fn the_colours_are_those_of_the_vocabulary() {
    let mut made = serde_json::to_string_pretty(&grammar()).unwrap();
    made.push('\n');
    hold("editors/vscode/syntaxes/merit.tmLanguage.json", &made);
}
