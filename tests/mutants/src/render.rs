//! A file with all its mutants in it, each behind a question, and marks that say which text is whose.

use crate::place::{Node, Shape};
use std::fmt::Write;
use std::ops::Range;

/// One file as a tree of the places that have mutants.
struct Tree<'a> {
    text: &'a str,
    nodes: &'a [Node],
    children: Vec<Vec<usize>>,
    /// The question's path: `crate::switch::on`.
    on: &'a str,
}

/// The text with every mutant of `nodes` in it; lines stay where they are.
pub(crate) fn rendered(text: &str, nodes: &[Node], on: &str) -> String {
    let mut children = vec![Vec::new(); nodes.len()];
    let (mut roots, mut open): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for (at, node) in nodes.iter().enumerate() {
        let holds = |outer: &usize| {
            nodes[*outer].range.start <= node.range.start && node.range.end <= nodes[*outer].range.end
        };
        while open.last().is_some_and(|outer| !holds(outer)) {
            open.pop();
        }
        open.last().map_or(&mut roots, |outer| &mut children[*outer]).push(at);
        if !node.range.is_empty() {
            open.push(at);
        }
    }
    Tree { text, nodes, children, on }.piece(0..text.len(), &roots)
}

/// The text of one mutant, marked.
fn alternative(id: u32, text: &str) -> String {
    format!("/*@a {id}*/{text}/*@>*/")
}

/// A place with its mutants, marked.
fn group(ids: impl Iterator<Item = u32>, text: &str) -> String {
    format!("/*@w{}*/{text}/*@>*/", ids.fold(String::new(), |all, id| format!("{all} {id}")))
}

impl Tree<'_> {
    fn piece(&self, range: Range<usize>, among: &[usize]) -> String {
        let mut inside: Vec<usize> = among
            .iter()
            .copied()
            .filter(|at| {
                let node = &self.nodes[*at].range;
                range.start <= node.start && node.end <= range.end
            })
            .collect();
        inside.sort_by_key(|at| self.nodes[*at].range.start);
        let (mut out, mut from) = (String::new(), range.start);
        for at in inside {
            let node = &self.nodes[at].range;
            out.push_str(&self.text[from..node.start]);
            out.push_str(&self.node(at));
            from = node.end;
        }
        out.push_str(&self.text[from..range.end]);
        out
    }

    fn node(&self, at: usize) -> String {
        let (Node { range, shape }, children, on) = (&self.nodes[at], &self.children[at], self.on);
        let piece = |range: &Range<usize>| self.piece(range.clone(), children);
        // `if on(1) { one } else if on(2) { other } else { as it is }`
        let chosen = |others: Vec<(u32, String)>, own: &str| {
            let mut out = String::from("(");
            for (id, text) in &others {
                let _ = write!(out, "if {on}({id}) {{ {} }} else ", alternative(*id, text));
            }
            let _ = write!(out, "{{ {own} }})");
            group(others.iter().map(|(id, _)| *id), &out)
        };
        match shape {
            Shape::Const => String::new(),
            Shape::Body { others } => {
                let mut out = format!(
                    "/*@w{}*/",
                    others.iter().fold(String::new(), |all, (id, _)| format!("{all} {id}"))
                );
                for (id, text) in others {
                    let _ =
                        write!(out, " if {on}({id}) {{ {} }}", alternative(*id, &format!("return {text};")));
                }
                out
            }
            Shape::BodyEnd => "/*@>*/".to_owned(),
            // a && b: b where a, else false. a || b: b where not a, else true. The other one: the question turned round.
            Shape::Either { id, and, left, right } => {
                let (same, not) = if *and { ("!=", "") } else { ("==", "!") };
                let text = format!(
                    "(if ({}) {same} {on}({id}) {{ {} }} else {{ {not}{on}({id}) }})",
                    piece(left),
                    piece(right)
                );
                group(std::iter::once(*id), &text)
            }
            Shape::Equal { id } => {
                group(std::iter::once(*id), &format!("(({}) != {on}({id}))", piece(range)))
            }
            Shape::Operator { others, left, right } => {
                let (a, b) = (piece(left), piece(right));
                let others = others.iter().map(|(id, sign)| (*id, format!("({a}) {sign} ({b})"))).collect();
                chosen(others, &piece(range))
            }
            Shape::Sign { id, operand } => chosen(vec![(*id, piece(operand))], &piece(range)),
            Shape::Guard { arm, others } => {
                let guard = chosen(others.clone(), &piece(range));
                arm.map_or(guard.clone(), |id| format!("!{on}({id}) && {guard}"))
            }
            Shape::Arm { id } => format!(" if !{on}({id})"),
            Shape::Fields { others } => {
                let without = |gone: &Range<usize>| {
                    format!("{}{}", piece(&(range.start..gone.start)), piece(&(gone.end..range.end)))
                };
                chosen(others.iter().map(|(id, gone)| (*id, without(gone))).collect(), &piece(range))
            }
        }
    }
}

/// Whose text a mark opens: one mutant's own, or that of a place with several.
#[derive(Debug, Clone)]
pub(crate) enum Whose {
    Own(u32),
    Place(Vec<u32>),
}

/// Whose text stands at a byte of a rendered file: the innermost mark's.
pub(crate) fn whose(text: &str, byte: usize) -> Option<Whose> {
    let mut open = Vec::new();
    for (at, _) in text.match_indices("/*@") {
        if at > byte {
            break;
        }
        let mark = text.get(at + 3..).and_then(|rest| rest.split_once("*/")).map_or("", |(mark, _)| mark);
        if mark == ">" {
            open.pop();
        } else {
            let ids: Vec<u32> = mark.split(' ').filter_map(|id| id.parse().ok()).collect();
            open.push(if let (Some('a'), [id]) = (mark.chars().next(), ids.as_slice()) {
                Whose::Own(*id)
            } else {
                Whose::Place(ids)
            });
        }
    }
    open.pop()
}
