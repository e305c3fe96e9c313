//! What is known of one condition: yes, no, or nothing. The one meaning of the plan's conditions, for whoever can look
//! at numbers, sets and days: an event, a line of a basket, or a single number while rows of bits are made.

use super::within::{DayPoint, ago, within};
use crate::plan::tables::{DayFact, Has, Node, Operand, Program, Run, SetFact, size};
use crate::reading::nth;
use crate::units::Span;

/// What is known of a condition. Unknown never matches, in either polarity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
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

/// What a condition may look at.
pub(crate) trait Look {
    /// A number; `None` is unknown.
    fn number(&self, operand: Operand) -> Option<i64>;
    /// Whether a set is known.
    fn set_known(&self, set: SetFact) -> bool;
    /// Whether a known set has a symbol.
    fn set_has(&self, set: SetFact, symbol: i64) -> bool;
    /// A day; `None` is unknown.
    fn day(&self, fact: DayFact) -> Option<DayPoint>;
    /// What was found of a block before.
    fn known(&self, _node: u32) -> Option<Truth> {
        None
    }
    /// Keeps what was found of a block.
    fn keep(&self, _node: u32, _truth: Truth) {}
}

/// Whether all of these conditions hold.
pub(crate) fn all_hold<L: Look>(program: &Program, roots: &[u32], look: &L) -> bool {
    roots.iter().all(|root| truth(program, *root, look) == Truth::Yes)
}

/// What is known of a condition of a program.
pub(crate) fn truth<L: Look>(program: &Program, node: u32, look: &L) -> Truth {
    let Some(found) = program.nodes.get(size(node)) else { return Truth::Unknown };
    match *found {
        Node::Range { operand, low, high, inside } => match look.number(operand) {
            Some(number) => Truth::of((low <= number && number <= high) == inside),
            None => Truth::Unknown,
        },
        Node::Among { operand, list, inside } => look.number(operand).map_or(Truth::Unknown, |number| {
            Truth::of(list.of(&program.lists).binary_search(&number).is_ok() == inside)
        }),
        Node::Has { set, list, how } => {
            if !look.set_known(set) {
                return Truth::Unknown;
            }
            let mut found = list.of(&program.lists).iter().map(|symbol| look.set_has(set, *symbol));
            Truth::of(match how {
                Has::Any => found.any(|has| has),
                Has::All => found.all(|has| has),
                Has::None => !found.any(|has| has),
            })
        }
        Node::Within { left, right, count, unit } => match (look.day(left), look.day(right)) {
            (Some(left), Some(right)) => Truth::of(within(left, right, Span { count, unit })),
            _ => Truth::Unknown,
        },
        Node::Ago { day, count, unit, least } => match (look.day(day), look.day(DayFact::Date)) {
            (Some(day), Some(today)) => Truth::of(ago(day.day, today.day, Span { count, unit }, least)),
            _ => Truth::Unknown,
        },
        Node::Nth { operand, n } => {
            look.number(operand).map_or(Truth::Unknown, |number| Truth::of(nth(number, n)))
        }
        Node::Known { operand, known } => Truth::of(look.number(operand).is_some() == known),
        Node::SetKnown { set, known } => Truth::of(look.set_known(set) == known),
        Node::Senseless => Truth::Unknown,
        Node::Any(run) => block(look, node, || best(program, run, look)),
        Node::All(run) => block(look, node, || worst(program, run, look)),
        Node::NoneOf(run) => block(look, node, || best(program, run, look).negate()),
    }
}

/// A block is asked once per event: rules share them, segments most of all.
fn block<L: Look>(look: &L, node: u32, find: impl FnOnce() -> Truth) -> Truth {
    if let Some(known) = look.known(node) {
        return known;
    }
    let found = find();
    look.keep(node, found);
    found
}

/// The most that is known of any of a block's conditions; nothing holds in an empty one.
fn best<L: Look>(program: &Program, run: Run, look: &L) -> Truth {
    let mut most = Truth::No;
    for child in run.of(&program.children) {
        most = most.max(truth(program, *child, look));
        if most == Truth::Yes {
            break;
        }
    }
    most
}

/// The least that is known of all of a block's conditions; an empty one holds.
fn worst<L: Look>(program: &Program, run: Run, look: &L) -> Truth {
    let mut least = Truth::Yes;
    for child in run.of(&program.children) {
        least = least.min(truth(program, *child, look));
        if least == Truth::No {
            break;
        }
    }
    least
}
