//! Which rules fire, and which condition stopped each of the others. Knows no points.
//!
//! Every distinct condition is decided once; a rule then only looks its conditions up. The seam for rows of bits over
//! rules is [`fire`]: it may find the firing rules any other way, as long as it says the same.

use super::values::{LineValues, Values};
use super::within::{ago, within};
use crate::outcome::Verdict;
use crate::plan::tables::{DayFact, Has, KindPlan, Node, Program, RuleRow, size};
use crate::reading::nth;
use crate::units::Span;

/// What is known of a condition. Unknown never matches, in either polarity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    No,
    Unknown,
    Yes,
}

impl Truth {
    const fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    const fn negate(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
}

/// The rows that fire, in row order; writes the verdicts of all others.
pub(super) fn fire<'a>(plan: &'a KindPlan, values: &Values, verdicts: &mut [Verdict]) -> Vec<&'a RuleRow> {
    let mut truths = Vec::with_capacity(plan.program.nodes.len());
    decide(&plan.program, values, None, &mut truths);
    let today = values.local.day;
    let mut fired = Vec::new();
    for row in &plan.rows {
        let verdict = if today < row.from || today > row.until {
            Verdict::Inactive
        } else {
            let unmet = |node: &u32| truths.get(size(*node)) != Some(&Truth::Yes);
            let Some(at) = row.when.of(&plan.whens).iter().position(unmet) else {
                fired.push(row);
                continue;
            };
            Verdict::Unmet(at)
        };
        if let Some(slot) = verdicts.get_mut(size(row.rule)) {
            *slot = verdict;
        }
    }
    fired
}

/// Whether all of these conditions hold for a line.
pub(super) fn holds(program: &Program, roots: &[u32], values: &Values, line: Option<&LineValues>) -> bool {
    // A filter is nearly always one sentence: no table for that.
    if let [only] = program.nodes.as_slice() {
        return node(program, only, values, line, &[]) == Truth::Yes;
    }
    let mut truths = Vec::with_capacity(program.nodes.len());
    decide(program, values, line, &mut truths);
    roots.iter().all(|root| truths.get(size(*root)) == Some(&Truth::Yes))
}

fn decide(program: &Program, values: &Values, line: Option<&LineValues>, truths: &mut Vec<Truth>) {
    for next in &program.nodes {
        let truth = node(program, next, values, line, truths);
        truths.push(truth);
    }
}

fn node(
    program: &Program,
    node: &Node,
    values: &Values,
    line: Option<&LineValues>,
    truths: &[Truth],
) -> Truth {
    let number = |operand, test: &dyn Fn(i64) -> bool| {
        values.number(operand, line).map_or(Truth::Unknown, |number| Truth::of(test(number)))
    };
    let children = |run: crate::plan::tables::Run| {
        run.of(&program.children)
            .iter()
            .map(|child| truths.get(size(*child)).copied().unwrap_or(Truth::Unknown))
    };
    match *node {
        Node::Range { operand, low, high, inside } => match values.number(operand, line) {
            Some(number) => Truth::of((low <= number && number <= high) == inside),
            None => Truth::Unknown,
        },
        Node::Among { operand, list, inside } => {
            number(operand, &|number| list.of(&program.lists).binary_search(&number).is_ok() == inside)
        }
        Node::Has { set, list, how } => {
            if !values.set_known(set, line) {
                return Truth::Unknown;
            }
            let mut found = list.of(&program.lists).iter().map(|symbol| values.set_has(set, *symbol, line));
            Truth::of(match how {
                Has::Any => found.any(|has| has),
                Has::All => found.all(|has| has),
                Has::None => !found.any(|has| has),
            })
        }
        Node::Within { left, right, count, unit } => match (values.day(left), values.day(right)) {
            (Some(left), Some(right)) => Truth::of(within(left, right, Span { count, unit })),
            _ => Truth::Unknown,
        },
        Node::Ago { day, count, unit, least } => match (values.day(day), values.day(DayFact::Date)) {
            (Some(day), Some(today)) => Truth::of(ago(day.day, today.day, Span { count, unit }, least)),
            _ => Truth::Unknown,
        },
        Node::Nth { operand, n } => number(operand, &|number| nth(number, n)),
        Node::Known { operand, known } => Truth::of(values.number(operand, line).is_some() == known),
        Node::SetKnown { set, known } => Truth::of(values.set_known(set, line) == known),
        Node::Senseless => Truth::Unknown,
        Node::Any(run) => children(run).max().unwrap_or(Truth::No),
        Node::All(run) => children(run).min().unwrap_or(Truth::Yes),
        Node::NoneOf(run) => children(run).max().unwrap_or(Truth::No).negate(),
    }
}
