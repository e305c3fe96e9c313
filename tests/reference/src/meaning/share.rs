//! The one rounding of an event, and how its whole points are split over rules, credits and lines, so that all sum.

use super::cut::Caps;
use super::decide::{Fired, Spread, narrow};
use super::file::{File, first};
use super::literal::{self, MICRO};
use dsl::outcome::Credit;
use dsl::syntax::ast::{Give, Item, Kind, What};
use dsl::units::{Span, SpanUnit};
use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

/// By line: what was paid, what multipliers act on, and the same with flat awards.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) amounts: Vec<i128>,
    pub(super) base: Vec<i128>,
    pub(super) all: Vec<i128>,
}

/// Splits in proportion: what the first n are due, less what the first n - 1 are.
pub(super) fn split(total: i128, weights: &[i128]) -> Vec<i128> {
    let whole: i128 = weights.iter().sum();
    let due = |count: usize| weights[..count].iter().sum::<i128>() * total / whole.max(1);
    (0..weights.len()).map(|at| due(at + 1) - due(at)).collect()
}

/// Adds a total to the sums in proportion to the weights; evenly where all weigh nothing.
pub(super) fn spread(total: i128, weights: &[i128], sums: &mut [i128]) {
    let even = vec![1; weights.len()];
    let weights = if weights.iter().all(|weight| *weight == 0) { &even } else { weights };
    for (sum, part) in sums.iter_mut().zip(split(total, weights)) {
        *sum += part;
    }
}

/// Rounds the total once; rules share it by largest remainder, ties by name, never past a limit.
pub(super) fn round(mode: &str, caps: &Caps, fired: &mut [Fired<'_, '_>]) {
    let total: i128 = fired.iter().filter(|one| one.counts()).map(|one| one.left).sum();
    let (down, rest) = (total / MICRO, total % MICRO);
    let rounded = match (mode, (rest * 2).cmp(&MICRO)) {
        ("up", _) => down + i128::from(rest > 0),
        ("half_even", Ordering::Greater) => down + 1,
        ("half_even", Ordering::Equal) => down + down % 2,
        _ => down,
    };
    for one in fired.iter_mut().filter(|one| one.counts()) {
        one.points = one.left / MICRO;
    }
    let mut order: Vec<usize> = (0..fired.len()).filter(|at| fired[*at].counts()).collect();
    order.sort_by_key(|at| Reverse(fired[*at].left % MICRO));
    for at in order {
        let given = |of: &dyn Fn(&Fired<'_, '_>) -> bool| -> i128 {
            fired.iter().filter(|one| one.counts() && of(one)).map(|one| one.points).sum()
        };
        let fits = |cap: Option<i128>, given: i128| cap.is_none_or(|cap| given < cap);
        let (group, budget) = (fired[at].group, fired[at].budget);
        let fits = fits(caps.programme, given(&|_| true))
            && group.is_none_or(|group| fits(caps.groups[group], given(&|one| one.group == Some(group))))
            && budget
                .is_none_or(|budget| fits(caps.budgets[budget], given(&|one| one.budget == Some(budget))));
        if given(&|_| true) < rounded && fired[at].left % MICRO > 0 && fits {
            fired[at].points += 1;
        }
    }
}

/// One credit per combination of validity and pending period that got points.
pub(super) fn credits(file: &File<'_>, lines: &Lines, fired: &[Fired<'_, '_>]) -> Vec<Credit> {
    type Key = (Option<(SpanUnit, u32)>, Option<(SpanUnit, u32)>, bool, bool);
    let key = |span: Option<Span>| span.map(|span| (span.unit, span.count));
    let mut classes: BTreeMap<Key, (Credit, Vec<&Fired<'_, '_>>)> = BTreeMap::new();
    for one in fired.iter().filter(|one| one.counts()) {
        let valid = first(one.item, |what| match what {
            What::Valid(quantity) => Some(literal::span(quantity)),
            _ => None,
        });
        let pending = pending(one.item).or_else(|| file.programme(pending_of));
        let if_unspent = one.item.body.iter().any(|clause| matches!(clause.what, What::Revoke(None)));
        let credit = Credit { points: 0, valid, pending, line_points: Vec::new(), if_unspent };
        let apart = apart(one.item);
        classes
            .entry((key(valid), key(pending), apart, if_unspent))
            .or_insert((credit, Vec::new()))
            .1
            .push(one);
    }
    let mut credits = Vec::new();
    for ((_, _, apart, _), (mut credit, rules)) in classes {
        let points: i128 = rules.iter().map(|one| one.points).sum();
        if points > 0 {
            credit.points = narrow(points);
            credit.line_points = if apart { Vec::new() } else { line_points(points, lines, &rules) };
            credits.push(credit);
        }
    }
    credits
}

/// Whether what a rule gives belongs to no line: it gives by steps of a sum or for a challenge, or returns leave it.
fn apart(rule: &Item<'_>) -> bool {
    rule.kind == Kind::Challenge
        || rule.body.iter().any(|clause| match &clause.what {
            What::Give(Give::Milestone { .. }) => true,
            What::Refund(word) | What::Revoke(Some(word)) => word.text == "keep",
            _ => false,
        })
}

fn pending(rule: &Item<'_>) -> Option<Span> {
    first(rule, pending_of)
}

fn pending_of(what: &What<'_>) -> Option<Span> {
    match what {
        What::Pending(quantity) => Some(literal::span(quantity)),
        _ => None,
    }
}

/// Points per line of one credit, by largest remainder, ties in the order of lines.
fn line_points(points: i128, lines: &Lines, rules: &[&Fired<'_, '_>]) -> Vec<i64> {
    if lines.amounts.is_empty() {
        return Vec::new();
    }
    let mut micro = vec![0; lines.amounts.len()];
    // Each rate on its own lines; flat awards together, and what multipliers added together.
    let (mut flat, mut of_base, mut of_all) = (0, 0, 0);
    for one in rules {
        let weights: Vec<i128> = one.parts.iter().map(|(micro, _)| *micro).collect();
        for ((_, by), part) in one.parts.iter().zip(split(one.left, &weights)) {
            match by {
                Spread::Amounts => flat += part,
                Spread::Lines(weights) => spread(part, weights, &mut micro),
                Spread::Base { all: false } => of_base += part,
                Spread::Base { all: true } => of_all += part,
            }
        }
    }
    spread(flat, &lines.amounts, &mut micro);
    spread(of_base, &lines.base, &mut micro);
    spread(of_all, &lines.all, &mut micro);
    if micro.iter().all(|weight| *weight == 0) {
        micro = vec![1; micro.len()];
    }
    let whole: i128 = micro.iter().sum();
    let mut parts: Vec<i128> = micro.iter().map(|weight| points * weight / whole).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|at| Reverse(points * micro[*at] % whole));
    let over = points - parts.iter().sum::<i128>();
    for at in order.into_iter().take(usize::try_from(over).unwrap()) {
        parts[at] += 1;
    }
    parts.into_iter().map(narrow).collect()
}
