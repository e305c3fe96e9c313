//! `guide/grammar.html`: the grammar as railroad diagrams, one page that needs nothing else.

use crate::grammar::{alternatives, is_token, is_word, parts, rules};
use crate::hold;
use dsl::syntax::ast::Kind;
use dsl::vocabulary::{CHOICES, items};
use pest_meta::ast::{Expr, Rule, RuleType};
use railroad::{
    Choice, Diagram, Empty, Link, Node, NonTerminal, Optional, Repeat, Sequence, SimpleEnd, SimpleStart,
    Terminal,
};
use std::collections::{BTreeMap, BTreeSet};

type Drawn = Box<dyn Node>;

/// What is drawn inside of what uses it: used once, and small.
struct Book {
    rules: BTreeMap<String, Rule>,
    order: Vec<String>,
    inlined: BTreeSet<String>,
}

fn idents(expr: &Expr) -> Vec<String> {
    let all =
        expr.iter_top_down().filter_map(|part| if let Expr::Ident(name) = part { Some(name) } else { None });
    all.collect()
}

impl Book {
    fn read() -> Self {
        let all = rules();
        let order = all.iter().map(|rule| rule.name.clone()).collect();
        let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for rule in &all {
            for name in idents(&rule.expr) {
                uses.entry(name).or_default().insert(rule.name.clone());
            }
        }
        let once = |rule: &&Rule| {
            let by = uses.get(&rule.name);
            let own = rule.name.starts_with("c_") || is_token(rule);
            !own && by.is_some_and(|by| by.len() == 1 && !by.contains(&rule.name))
                || rule.ty == RuleType::Silent
                    && (rule.name.ends_with("_clause") || ["ymd", "hm"].contains(&rule.name.as_str()))
        };
        // what goes around in circles stays by itself
        let circles = ["cond", "block", "sentence", "subject", "where", "predicate", "value", "entry"];
        let inlined = all
            .iter()
            .filter(once)
            .map(|rule| rule.name.clone())
            .filter(|name| !circles.contains(&name.as_str()));
        let inlined = inlined.collect();
        Self { rules: all.into_iter().map(|rule| (rule.name.clone(), rule)).collect(), order, inlined }
    }

    fn draw(&self, rule: &str, expr: &Expr) -> Drawn {
        match expr {
            Expr::Str(text) => Box::new(Terminal::new(text.clone())),
            Expr::Range(from, to) => Box::new(Terminal::new(format!("{from} to {to}"))),
            Expr::Ident(name) => self.ident(rule, name),
            Expr::Seq(..) => {
                let mut row: Vec<Drawn> = parts(expr).into_iter().map(|part| self.draw(rule, part)).collect();
                if row.len() == 1 { row.remove(0) } else { Box::new(Sequence::new(row)) }
            }
            Expr::Choice(..) => Box::new(Choice::new(
                alternatives(expr).into_iter().map(|one| self.draw(rule, one)).collect::<Vec<Drawn>>(),
            )),
            Expr::Opt(inner) => Box::new(Optional::new(self.draw(rule, inner))),
            Expr::Rep(inner) => Box::new(Optional::new(Repeat::new(self.draw(rule, inner), Empty))),
            Expr::RepOnce(inner) => Box::new(Repeat::new(self.draw(rule, inner), Empty)),
            Expr::RepExact(inner, count) => {
                Box::new(Sequence::new((0..*count).map(|_| self.draw(rule, inner)).collect::<Vec<Drawn>>()))
            }
            other => panic!("how is {other:?} drawn?"),
        }
    }

    fn ident(&self, inside: &str, name: &str) -> Drawn {
        let chosen =
            CHOICES.iter().filter(|choice| choice.slot == inside && ["word", "path"].contains(&name));
        let mut words: Vec<&str> = Vec::new();
        for (word, _) in chosen.flat_map(|choice| choice.words).filter(|(word, _)| !word.contains(' ')) {
            if !words.contains(word) {
                words.push(word);
            }
        }
        if !words.is_empty() {
            let words = words.into_iter().map(|word| Box::new(Terminal::new(word.to_owned())) as Drawn);
            return Box::new(Choice::new(words.collect::<Vec<Drawn>>()));
        }
        let plain = match name {
            "ASCII_DIGIT" => "digit",
            "ASCII_ALPHA" => "letter",
            "ASCII_ALPHA_LOWER" => "small letter",
            "ASCII_ALPHA_UPPER" => "capital letter",
            "ASCII_ALPHANUMERIC" => "letter or digit",
            "ANY" => "any sign but a quote",
            _ => {
                let rule = self.rules.get(name).unwrap_or_else(|| panic!("{name}"));
                if self.inlined.contains(name) {
                    return self.draw(name, &rule.expr);
                }
                return Box::new(Link::new(NonTerminal::new(self.title(name)), format!("#{}", anchor(name))));
            }
        };
        Box::new(NonTerminal::new(plain.to_owned()))
    }

    /// A rule in words: those a sentence begins with, else its name.
    fn title(&self, name: &str) -> String {
        let plain = match name {
            "string" => "text in quotes",
            "cond" => "condition",
            "c_names" => "names of the catalogue",
            "listed" => "number in a list",
            "class_word" => "class",
            _ => "",
        };
        if !plain.is_empty() {
            return plain.to_owned();
        }
        let first: Vec<&str> = parts(&self.rules[name].expr)
            .into_iter()
            .map_while(|part| if let Expr::Str(word) = part { Some(word.as_str()) } else { None })
            .filter(|word| is_word(word))
            .collect();
        if name.starts_with("c_") && !first.is_empty() {
            return first.join(" ");
        }
        let bare = name.split_once('_').filter(|(head, rest)| head.len() == 1 && !rest.is_empty());
        bare.map_or(name, |(_, rest)| rest).trim_end_matches('_').replace('_', " ")
    }

    fn figure(&self, name: &str) -> String {
        figure(self.draw(name, &self.rules[name].expr))
    }

    /// The line that names a file of several, which is read before the grammar is asked.
    fn file_line(&self) -> String {
        let name = Link::new(NonTerminal::new(self.title("string")), format!("#{}", anchor("string")));
        let row: Vec<Drawn> = vec![Box::new(Terminal::new("file".to_owned())), Box::new(name)];
        figure(Box::new(Sequence::new(row)))
    }
}

fn figure(drawn: Drawn) -> String {
    let row: Vec<Drawn> = vec![Box::new(SimpleStart), drawn, Box::new(SimpleEnd)];
    let diagram = Diagram::new(Sequence::new(row));
    // in its own size, where the page has room for it
    let (width, height) = (diagram.width(), diagram.height());
    diagram.to_string().replacen("<svg", &format!("<svg width=\"{width}\" height=\"{height}\""), 1)
}

fn anchor(name: &str) -> String {
    format!("g-{}", name.trim_end_matches('_').replace('_', "-"))
}

const STYLE: &str = include_str!("grammar.css");

fn page() -> String {
    let book = Book::read();
    let mut out = format!(
        "<!doctype html>\n<!-- Made of the grammar by dsl/tests/made; not to be edited. -->\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>The Merit language, drawn</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>The Merit language, drawn</h1>\n<p>Follow the lines from left to right; what stands in a round box is written as it is, what stands in a \
         square one is drawn further down. Between words stands a space; a sentence ends with its line, but for lists and blocks. What follows a \
         <code>#</code> on its line is a comment. What the sentences mean is in the <a href=\"reference.md\">reference</a>.</p>\n<nav>"
    );
    let kinds = || Kind::ALL.into_iter().filter(|kind| *kind != Kind::Language);
    for kind in kinds() {
        out.push_str(&format!("<a href=\"#{0}\">{0}</a> ", kind.word()));
    }
    out.push_str("<a href=\"#parts\">parts</a> <a href=\"#words\">words and literals</a></nav>\n");
    out.push_str(&format!(
        "<h2 id=\"language\">language</h2>\n<p>{}</p>\n<figure>{}</figure>\n",
        items::meaning(Kind::Language),
        book.figure("language")
    ));
    out.push_str(&format!(
        "<h2 id=\"file\">file</h2>\n<p>Begins a file of a programme of several, in the text that is uploaded; it stands on a line of its \
         own, and what follows is of that file, up to the next such line.</p>\n<figure>{}</figure>\n",
        book.file_line()
    ));
    let mut drawn: BTreeSet<String> = BTreeSet::new();
    for kind in kinds() {
        let word = kind.word();
        let root = if kind == Kind::Rule { "rule_" } else { word };
        out.push_str(&format!("<h2 id=\"{word}\">{word}</h2>\n<p>{}</p>\n", items::meaning(kind)));
        for name in [root.to_owned(), format!("{word}_head"), format!("{word}_clause")] {
            drawn.insert(name);
        }
        out.push_str(&format!("<figure>{}</figure>\n", book.figure(root)));
        for name in idents(&book.rules[&format!("{word}_clause")].expr) {
            if drawn.insert(name.clone()) {
                out.push_str(&section(&book, &name));
            }
        }
    }
    let book = &book;
    let rest = |tokens: bool| {
        book.order.iter().filter(move |name| {
            let rule = &book.rules[*name];
            !["ws", "s", "g", "e", "language"].contains(&name.as_str()) && is_token(rule) == tokens
        })
    };
    for (id, heading, tokens) in
        [("parts", "Parts of sentences", false), ("words", "Words and literals", true)]
    {
        out.push_str(&format!("<h2 id=\"{id}\">{heading}</h2>\n"));
        for name in rest(tokens) {
            if !book.inlined.contains(name) && drawn.insert(name.clone()) {
                out.push_str(&section(book, name));
            }
        }
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn section(book: &Book, name: &str) -> String {
    format!("<h3 id=\"{}\">{}</h3>\n<figure>{}</figure>\n", anchor(name), book.title(name), book.figure(name))
}

#[test]
fn the_drawn_grammar_is_that_of_the_parser() {
    let page = page();
    // every link leads somewhere, and every word of the grammar is drawn
    for target in page.split("\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(page.contains(&format!("id=\"{target}\"")), "#{target}");
    }
    for word in dsl::editor::keywords().filter(|word| is_word(word)) {
        assert!(page.contains(&format!(">\n{word}</text>")), "`{word}` is not drawn");
    }
    hold("guide/grammar.html", &page);
}
