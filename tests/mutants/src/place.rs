//! Where the mutants of one file sit: the function, operator, arm, guard or field that each of them changes.

use crate::list::{Genre, Mutant, Place};
use proc_macro2::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// What stands at a place, and what mutants make of it. Ranges are bytes of the file.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A function's body begins: another value returned at once.
    Body { others: Vec<(u32, String)> },
    /// A function's body ends.
    BodyEnd,
    /// `const` of a function that is to ask which mutant is on.
    Const,
    /// `a && b`, or `a || b`, as the other one.
    Either { id: u32, and: bool, left: Range<usize>, right: Range<usize> },
    /// `a == b`, or `a != b`, as the other one.
    Equal { id: u32 },
    /// Any other operator.
    Operator { others: Vec<(u32, String)>, left: Range<usize>, right: Range<usize> },
    /// `!a` or `-a`, without it.
    Sign { id: u32, operand: Range<usize> },
    /// An arm's guard: held, failed, or the arm gone.
    Guard { arm: Option<u32>, others: Vec<(u32, String)> },
    /// An arm without a guard, gone.
    Arm { id: u32 },
    /// A struct built on another, without one of its fields.
    Fields { others: Vec<(u32, Range<usize>)> },
}

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) range: Range<usize>,
    pub(crate) shape: Shape,
}

/// A file's nodes, outer ones first, and the mutants that have none.
#[derive(Debug, Default)]
pub(crate) struct Placed {
    pub(crate) nodes: Vec<Node>,
    /// In a constant: evaluated when built, so nothing can be asked there.
    pub(crate) constant: BTreeSet<u32>,
    /// `a || let …`: no such thing in the language.
    pub(crate) unviable: BTreeSet<u32>,
    /// Not found.
    pub(crate) lost: BTreeSet<u32>,
}

struct Finder<'a> {
    at: BTreeMap<(Genre, Place), Vec<&'a Mutant>>,
    lines: Vec<usize>,
    text: &'a str,
    /// Names of functions that must stay `const`.
    stay_const: &'a BTreeSet<String>,
    in_constant: usize,
    placed: Placed,
}

/// Where the mutants `among` of a file are. Those in functions that `stay_const` count as constant.
pub(crate) fn placed<'a>(
    text: &'a str,
    among: impl Iterator<Item = &'a Mutant>,
    stay_const: &'a BTreeSet<String>,
) -> Result<Placed, syn::Error> {
    let file = syn::parse_file(text)?;
    let mut at: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for mutant in among {
        at.entry((mutant.genre, mutant.span.start)).or_default().push(mutant);
    }
    let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let mut finder = Finder { at, lines, text, stay_const, in_constant: 0, placed: Placed::default() };
    finder.visit_file(&file);
    finder.placed.lost = finder.at.values().flatten().map(|mutant| mutant.id).collect();
    Ok(finder.placed)
}

fn place(span: Span) -> Place {
    let start = span.start();
    Place { line: start.line, column: start.column + 1 }
}

fn others(found: &[&Mutant]) -> Vec<(u32, String)> {
    found.iter().map(|mutant| (mutant.id, mutant.replacement.clone())).collect()
}

/// True for `let` in a chain of `&&`.
fn lets(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) if matches!(binary.op, syn::BinOp::And(_)) => {
            lets(&binary.left) || lets(&binary.right)
        }
        _ => false,
    }
}

impl<'a> Finder<'a> {
    fn take(&mut self, genre: Genre, at: Place) -> Vec<&'a Mutant> {
        let found = self.at.remove(&(genre, at)).unwrap_or_default();
        if self.in_constant == 0 {
            return found;
        }
        self.placed.constant.extend(found.iter().map(|mutant| mutant.id));
        Vec::new()
    }

    fn push(&mut self, range: Range<usize>, shape: Shape) {
        self.placed.nodes.push(Node { range, shape });
    }

    fn byte(&self, place: Place) -> usize {
        let line = self.lines.get(place.line - 1).copied().unwrap_or_default();
        let rest = self.text.get(line..).unwrap_or_default();
        line + rest.char_indices().nth(place.column - 1).map_or(rest.len(), |(at, _)| at)
    }

    fn constant(&mut self, visit: impl FnOnce(&mut Self)) {
        self.in_constant += 1;
        visit(self);
        self.in_constant -= 1;
    }

    fn function(&mut self, signature: &syn::Signature, block: &syn::Block, visit: impl FnOnce(&mut Self)) {
        let lines = block.span().start().line..=block.span().end().line;
        let mutated = self.at.keys().any(|(_, place)| lines.contains(&place.line));
        match &signature.constness {
            Some(_) if mutated && self.stay_const.contains(&signature.ident.to_string()) => {
                return self.constant(|finder| finder.body(block, visit));
            }
            Some(token) if mutated => self.push(token.span.byte_range(), Shape::Const),
            _ => {}
        }
        self.body(block, visit);
    }

    fn body(&mut self, block: &syn::Block, visit: impl FnOnce(&mut Self)) {
        let found =
            block.stmts.first().map_or_else(Vec::new, |first| self.take(Genre::FnValue, place(first.span())));
        let (open, close) = (
            block.brace_token.span.open().byte_range().end,
            block.brace_token.span.close().byte_range().start,
        );
        if !found.is_empty() {
            self.push(open..open, Shape::Body { others: others(&found) });
        }
        visit(self);
        if !found.is_empty() {
            self.push(close..close, Shape::BodyEnd);
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block, |finder| visit::visit_item_fn(finder, item));
    }
    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block, |finder| visit::visit_impl_item_fn(finder, item));
    }
    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        match &item.default {
            Some(block) => self.function(&item.sig, block, |finder| visit::visit_trait_item_fn(finder, item)),
            None => visit::visit_trait_item_fn(self, item),
        }
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        let found = self.take(Genre::BinaryOperator, place(binary.op.span()));
        let (whole, left, right) =
            (binary.span(), binary.left.span().byte_range(), binary.right.span().byte_range());
        match (&binary.op, found.as_slice()) {
            (_, []) => {}
            (syn::BinOp::And(_), found) if lets(&binary.left) || lets(&binary.right) => {
                self.placed.unviable.extend(found.iter().map(|mutant| mutant.id));
            }
            (syn::BinOp::And(_) | syn::BinOp::Or(_), [one]) => {
                let and = matches!(binary.op, syn::BinOp::And(_));
                self.push(whole.byte_range(), Shape::Either { id: one.id, and, left, right });
            }
            (syn::BinOp::Eq(_) | syn::BinOp::Ne(_), [one]) => {
                self.push(whole.byte_range(), Shape::Equal { id: one.id });
            }
            (_, found) => {
                self.push(whole.byte_range(), Shape::Operator { others: others(found), left, right });
            }
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        if let [one] = self.take(Genre::UnaryOperator, place(unary.op.span())).as_slice() {
            self.push(
                unary.span().byte_range(),
                Shape::Sign { id: one.id, operand: unary.expr.span().byte_range() },
            );
        }
        visit::visit_expr_unary(self, unary);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let gone = self.take(Genre::MatchArm, place(arm.span())).first().map(|mutant| mutant.id);
        match (&arm.guard, gone) {
            (Some((_, guard)), arm) => {
                let found = self.take(Genre::MatchArmGuard, place(guard.span()));
                if arm.is_some() || !found.is_empty() {
                    self.push(guard.span().byte_range(), Shape::Guard { arm, others: others(&found) });
                }
            }
            (None, Some(id)) => {
                let end = arm.pat.span().byte_range().end;
                self.push(end..end, Shape::Arm { id });
            }
            (None, None) => {}
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr_struct(&mut self, built: &'ast syn::ExprStruct) {
        let mut others = Vec::new();
        for field in &built.fields {
            for mutant in self.take(Genre::StructField, place(field.span())) {
                others.push((mutant.id, self.byte(mutant.span.start)..self.byte(mutant.span.end)));
            }
        }
        if !others.is_empty() {
            self.push(built.span().byte_range(), Shape::Fields { others });
        }
        visit::visit_expr_struct(self, built);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.constant(|finder| visit::visit_item_const(finder, item));
    }
    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.constant(|finder| visit::visit_item_static(finder, item));
    }
    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.constant(|finder| visit::visit_impl_item_const(finder, item));
    }
    fn visit_trait_item_const(&mut self, item: &'ast syn::TraitItemConst) {
        self.constant(|finder| visit::visit_trait_item_const(finder, item));
    }
    fn visit_expr_const(&mut self, item: &'ast syn::ExprConst) {
        self.constant(|finder| visit::visit_expr_const(finder, item));
    }
    fn visit_expr_repeat(&mut self, item: &'ast syn::ExprRepeat) {
        self.visit_expr(&item.expr);
        self.constant(|finder| finder.visit_expr(&item.len));
    }
    fn visit_variant(&mut self, item: &'ast syn::Variant) {
        self.constant(|finder| visit::visit_variant(finder, item));
    }
    fn visit_pat(&mut self, pattern: &'ast syn::Pat) {
        self.constant(|finder| visit::visit_pat(finder, pattern));
    }
    fn visit_type(&mut self, kind: &'ast syn::Type) {
        self.constant(|finder| visit::visit_type(finder, kind));
    }
}
