//! Branch and bound over cells: the best that a goal can reach, or that nothing reaches it.
//!
//! A box is a choice of cells for some variables; the others are still free. What a box can reach at most is asked
//! before it is split, so that most of the space is never looked at. Cells that another cell is at least as good as for
//! every rule are left out beforehand. Splits are counted: beyond the budget the search stops and says so.

use super::bits::Bits;
use super::cells::{Expr, Space, What, of_member};
use crate::reading::Truth;

/// Boxes looked at in one search, at most.
pub(super) const BOXES_MAX: usize = 20_000;

/// Which truths are possible: one bit each for no, unknown and yes.
pub(super) type Possible = u8;

const NO: Possible = 1;
const UNKNOWN: Possible = 2;
/// Nothing but yes.
pub(super) const YES: Possible = 4;
const NO_OR_UNKNOWN: Possible = 3;
const UNKNOWN_OR_YES: Possible = 6;
/// All of them.
const ANY: Possible = 7;

const fn bit(truth: Truth) -> Possible {
    match truth {
        Truth::No => NO,
        Truth::Unknown => UNKNOWN,
        Truth::Yes => YES,
    }
}

/// How a rule counts for a goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Not at all.
    None,
    /// The more it fires the better.
    Good,
    /// Either way may be better.
    Either,
}

/// A choice of cells: by variable, one of its kept cells, or none yet.
pub(super) type Choice = Vec<Option<usize>>;

/// A space made ready for one goal.
pub(super) struct Search<'s, 'a> {
    pub(super) space: &'s Space<'a>,
    /// Cells worth trying, by variable.
    pub(super) kept: Vec<Vec<usize>>,
    /// Rules that may fire, by variable and kept cell.
    may: Vec<Vec<Bits>>,
    /// Conditions of each rule that depend on several variables.
    mixed: Vec<Vec<usize>>,
    /// By expression, the truths possible while its variable is free.
    free: Vec<Possible>,
    /// Variables with more than one kept cell, the most telling first.
    order: Vec<usize>,
    pub(super) rows: usize,
}

impl<'s, 'a> Search<'s, 'a> {
    /// `role` by rule of the plan; `extra` conditions count either way; `money` keeps every cell of amounts.
    pub(super) fn new(
        space: &'s Space<'a>,
        role: &dyn Fn(usize) -> Role,
        extra: &[usize],
        money: bool,
        weight: &dyn Fn(usize) -> i128,
    ) -> Self {
        let rows = space.plan.rows.len();
        let polarity = polarity(space, role, extra);
        let kept: Vec<Vec<usize>> =
            (0..space.variables.len()).map(|at| worth_trying(space, at, &polarity, role, money)).collect();
        let mut search = Self {
            space,
            kept,
            may: Vec::new(),
            mixed: vec![Vec::new(); rows],
            free: Vec::new(),
            order: Vec::new(),
            rows,
        };
        search.free = search.possible_when_free();
        search.index(weight);
        search
    }

    /// Nothing chosen but what has only one cell, and the rules that may fire then.
    pub(super) fn start(&self) -> (Choice, Bits) {
        let mut choice: Choice = vec![None; self.kept.len()];
        let mut alive = Bits::ones(self.rows);
        for (variable, cells) in self.kept.iter().enumerate() {
            if let [only] = cells.as_slice() {
                if let Some(slot) = choice.get_mut(variable) {
                    *slot = Some(*only);
                }
                if let Some(may) = self.may.get(variable).and_then(|may| may.first()) {
                    alive = alive.and(may);
                }
            }
        }
        self.settle(&choice, &mut alive);
        (choice, alive)
    }

    /// The variable to split next, in a fixed order.
    pub(super) fn next(&self, choice: &Choice) -> Option<usize> {
        self.order.iter().copied().find(|variable| choice.get(*variable) == Some(&None))
    }

    /// The boxes that a split makes.
    pub(super) fn split<'x>(
        &'x self,
        choice: &'x Choice,
        alive: &'x Bits,
        variable: usize,
    ) -> impl Iterator<Item = (Choice, Bits)> + 'x {
        let cells = self.kept.get(variable).map_or(&[][..], Vec::as_slice);
        cells.iter().enumerate().map(move |(at, cell)| {
            let mut next = choice.clone();
            if let Some(slot) = next.get_mut(variable) {
                *slot = Some(*cell);
            }
            let may = self.may.get(variable).and_then(|may| may.get(at));
            let mut alive = may.map_or_else(|| alive.clone(), |may| alive.and(may));
            self.settle(&next, &mut alive);
            (next, alive)
        })
    }

    /// The choices that a split makes.
    pub(super) fn choices(&self, choice: &Choice, variable: usize) -> Vec<Choice> {
        let cells = self.kept.get(variable).map_or(&[][..], Vec::as_slice);
        let chosen = |cell: &usize| {
            let mut next = choice.clone();
            if let Some(slot) = next.get_mut(variable) {
                *slot = Some(*cell);
            }
            next
        };
        cells.iter().rev().map(chosen).collect()
    }

    /// The variables that some rules ask about, amounts of the basket included: they hang together.
    pub(super) fn variables_of_rows(&self, rows: impl Iterator<Item = usize>) -> Vec<usize> {
        let all = variables_of(self.space);
        let mut found: Vec<usize> = Vec::new();
        for row in rows {
            let Some(row) = self.space.plan.rows.get(row) else { continue };
            for node in row.when.of(&self.space.plan.whens) {
                let expr = self.space.of_node.get(crate::plan::tables::size(*node)).copied();
                found.extend(expr.and_then(|expr| all.get(expr)).into_iter().flatten());
            }
        }
        found.extend(self.space.variable(&What::Calendar));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Takes out rules whose mixed conditions can no longer hold.
    fn settle(&self, choice: &Choice, alive: &mut Bits) {
        let dead: Vec<usize> = alive
            .iter()
            .filter(|row| {
                self.mixed
                    .get(*row)
                    .is_some_and(|mixed| mixed.iter().any(|expr| self.possible(*expr, choice) & YES == 0))
            })
            .collect();
        for row in dead {
            alive.clear(row);
        }
    }

    /// Which truths an expression can still have.
    pub(super) fn possible(&self, expr: usize, choice: &Choice) -> Possible {
        let space = self.space;
        match space.exprs.get(expr) {
            None => ANY,
            Some(Expr::Const(truth)) => bit(*truth),
            Some(Expr::Atom(variable, truths)) => match choice.get(*variable).copied().flatten() {
                Some(cell) => truths.get(cell).map_or(ANY, |truth| bit(*truth)),
                None => self.free.get(expr).copied().unwrap_or(ANY),
            },
            Some(Expr::Any(inner)) => self.any(inner, choice),
            Some(Expr::All(inner)) => {
                inner.iter().fold(YES, |so_far, expr| lower(so_far, self.possible(*expr, choice)))
            }
            Some(Expr::NoneOf(inner)) => negate(self.any(inner, choice)),
        }
    }

    fn any(&self, inner: &[usize], choice: &Choice) -> Possible {
        inner.iter().fold(NO, |so_far, expr| higher(so_far, self.possible(*expr, choice)))
    }

    /// Which truths a rule's conditions can still have together: yes when it fires on a day of its validity.
    pub(super) fn possible_row(&self, row: usize, choice: &Choice) -> Possible {
        let Some(found) = self.space.plan.rows.get(row) else { return NO };
        let whens = found.when.of(&self.space.plan.whens);
        let when = whens.iter().fold(YES, |so_far, node| {
            let expr = crate::plan::tables::size(*node);
            let expr = self.space.of_node.get(expr).copied().unwrap_or(usize::MAX);
            lower(so_far, self.possible(expr, choice))
        });
        lower(when, self.valid(row, choice))
    }

    /// Whether the day lies in a rule's validity.
    fn valid(&self, row: usize, choice: &Choice) -> Possible {
        let Some(found) = self.space.plan.rows.get(row) else { return NO };
        let (from, until) = (i64::from(found.from.0), i64::from(found.until.0));
        let Some(calendar) = self.space.variable(&What::Calendar) else { return YES };
        let holds = |cell: usize| {
            let cell = self.space.variables.get(calendar).and_then(|found| found.cells.get(cell));
            cell.map_or(ANY, |cell| if from <= cell.low && cell.high <= until { YES } else { NO })
        };
        match choice.get(calendar).copied().flatten() {
            Some(cell) => holds(cell),
            None => self
                .kept
                .get(calendar)
                .map_or(ANY, |kept| kept.iter().fold(0, |so_far, cell| so_far | holds(*cell))),
        }
    }

    fn possible_when_free(&self) -> Vec<Possible> {
        let each = self.space.exprs.iter().map(|expr| match expr {
            Expr::Atom(variable, truths) => {
                let kept = self.kept.get(*variable).map_or(&[][..], Vec::as_slice);
                let truths = kept.iter().filter_map(|cell| truths.get(*cell));
                truths.fold(0, |so_far, truth| so_far | bit(*truth))
            }
            _ => ANY,
        });
        each.collect()
    }

    /// Which rules each cell leaves, which conditions need more than one variable, and which variable tells most.
    fn index(&mut self, weight: &dyn Fn(usize) -> i128) {
        let variables = variables_of(self.space);
        let calendar = self.space.variable(&What::Calendar);
        let mut conditions: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.kept.len()];
        for (row, found) in self.space.plan.rows.iter().enumerate() {
            for node in found.when.of(&self.space.plan.whens) {
                let node = crate::plan::tables::size(*node);
                let Some(expr) = self.space.of_node.get(node).copied() else { continue };
                match variables.get(expr).map(Vec::as_slice) {
                    Some([only]) => {
                        if let Some(list) = conditions.get_mut(*only) {
                            list.push((row, expr));
                        }
                    }
                    _ => {
                        if let Some(list) = self.mixed.get_mut(row) {
                            list.push(expr);
                        }
                    }
                }
            }
        }
        let mut scores: Vec<(i128, usize)> = Vec::new();
        let none: Choice = vec![None; self.kept.len()];
        let mut all = Vec::with_capacity(self.kept.len());
        for (variable, cells) in self.kept.iter().enumerate() {
            let mut rows = Vec::with_capacity(cells.len());
            let mut lost = 0_i128;
            let mut choice = none.clone();
            for cell in cells {
                if let Some(slot) = choice.get_mut(variable) {
                    *slot = Some(*cell);
                }
                let mut may = Bits::ones(self.rows);
                let asked = conditions.get(variable).map_or(&[][..], Vec::as_slice);
                for (row, expr) in asked {
                    if self.possible(*expr, &choice) & YES == 0 {
                        may.clear(*row);
                    }
                }
                if calendar == Some(variable) {
                    for row in 0..self.rows {
                        if self.valid(row, &choice) & YES == 0 {
                            may.clear(row);
                        }
                    }
                }
                let gone = (0..self.rows).filter(|row| !may.has(*row));
                lost = gone.fold(lost, |sum, row| sum.saturating_add(weight(row)).saturating_add(1));
                rows.push(may);
            }
            let count = i128::try_from(cells.len()).unwrap_or(1).max(1);
            if cells.len() > 1 {
                scores.push((lost.div_euclid(count), variable));
            }
            all.push(rows);
        }
        self.may = all;
        scores.sort_by_key(|(score, variable)| (std::cmp::Reverse(*score), *variable));
        self.order = scores.into_iter().map(|(_, variable)| variable).collect();
    }
}

/// Possible maxima, and minima, of two independent truths.
const fn higher(left: Possible, right: Possible) -> Possible {
    let yes = (left | right) & YES;
    let unknown =
        if (left | right) & UNKNOWN != 0 && left & (NO | UNKNOWN) != 0 && right & (NO | UNKNOWN) != 0 {
            UNKNOWN
        } else {
            0
        };
    yes | unknown | (left & right & NO)
}

const fn lower(left: Possible, right: Possible) -> Possible {
    negate(higher(negate(left), negate(right)))
}

/// No and yes change places.
const fn negate(possible: Possible) -> Possible {
    match possible {
        0 => 0,
        NO => YES,
        YES => NO,
        UNKNOWN => UNKNOWN,
        NO_OR_UNKNOWN => UNKNOWN_OR_YES,
        UNKNOWN_OR_YES => NO_OR_UNKNOWN,
        other => other,
    }
}

/// The variables an expression depends on, ascending.
fn variables_of(space: &Space<'_>) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = Vec::with_capacity(space.exprs.len());
    for expr in &space.exprs {
        let mut found: Vec<usize> = match expr {
            Expr::Const(_) => Vec::new(),
            Expr::Atom(variable, _) => vec![*variable],
            Expr::Any(inner) | Expr::All(inner) | Expr::NoneOf(inner) => {
                inner.iter().filter_map(|expr| all.get(*expr)).flatten().copied().collect()
            }
        };
        found.sort_unstable();
        found.dedup();
        all.push(found);
    }
    all
}

/// Whether more truth of an expression helps, and whether less does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Polarity {
    more: bool,
    less: bool,
}

fn polarity(space: &Space<'_>, role: &dyn Fn(usize) -> Role, extra: &[usize]) -> Vec<Polarity> {
    let mut found = vec![Polarity::default(); space.exprs.len()];
    for (row, rule) in space.plan.rows.iter().enumerate() {
        let role = role(row);
        if role == Role::None {
            continue;
        }
        for node in rule.when.of(&space.plan.whens) {
            let expr = space.of_node.get(crate::plan::tables::size(*node)).copied().unwrap_or(usize::MAX);
            if let Some(slot) = found.get_mut(expr) {
                slot.more = true;
                slot.less |= role == Role::Either;
            }
        }
    }
    for expr in extra {
        if let Some(slot) = found.get_mut(*expr) {
            *slot = Polarity { more: true, less: true };
        }
    }
    // blocks come after what they hold
    for at in (0..space.exprs.len()).rev() {
        let Some(own) = found.get(at).copied() else { continue };
        let (inner, flips) = match space.exprs.get(at) {
            Some(Expr::Any(inner) | Expr::All(inner)) => (inner, false),
            Some(Expr::NoneOf(inner)) => (inner, true),
            _ => continue,
        };
        let passed = if flips { Polarity { more: own.less, less: own.more } } else { own };
        for expr in inner {
            if let Some(slot) = found.get_mut(*expr) {
                slot.more |= passed.more;
                slot.less |= passed.less;
            }
        }
    }
    found
}

/// Cells of a variable that no other cell is at least as good as.
fn worth_trying(
    space: &Space<'_>,
    variable: usize,
    polarity: &[Polarity],
    role: &dyn Fn(usize) -> Role,
    money: bool,
) -> Vec<usize> {
    let Some(found) = space.variables.get(variable) else { return Vec::new() };
    let count = found.cells.len();
    let amounts = space.variables.iter().filter(|one| matches!(one.what, What::Money { .. })).count();
    // What must be at least as good, and what must be equal.
    let mut better: Vec<Vec<u32>> = vec![Vec::new(); count];
    let mut equal: Vec<Vec<u32>> = vec![Vec::new(); count];
    for (expr, polarity) in space.exprs.iter().zip(polarity) {
        let Expr::Atom(of, truths) = expr else { continue };
        if *of != variable || !(polarity.more || polarity.less) {
            continue;
        }
        for (cell, truth) in truths.iter().enumerate() {
            let value = match truth {
                Truth::No => 0,
                Truth::Unknown => 1,
                Truth::Yes => 2_u32,
            };
            let (list, value) = match (polarity.more, polarity.less) {
                (true, true) => (&mut equal, value),
                (true, false) => (&mut better, value),
                _ => (&mut better, 2_u32.saturating_sub(value)),
            };
            if let Some(list) = list.get_mut(cell) {
                list.push(value);
            }
        }
    }
    match found.what {
        What::Calendar => {
            for (row, rule) in space.plan.rows.iter().enumerate() {
                let role = role(row);
                let (from, until) = (i64::from(rule.from.0), i64::from(rule.until.0));
                let always = rule.from.0 == i32::MIN && rule.until.0 == i32::MAX;
                if role == Role::None || always {
                    continue;
                }
                for (at, cell) in found.cells.iter().enumerate() {
                    let list = if role == Role::Either { &mut equal } else { &mut better };
                    if let Some(list) = list.get_mut(at) {
                        list.push(u32::from(from <= cell.low && cell.high <= until));
                    }
                }
            }
            for budget in &space.plan.budgets {
                let (from, until) = (i64::from(budget.from.0), i64::from(budget.until.0));
                // where more is not always better, a closed budget is as good as an open one
                let lists = if money { &mut equal } else { &mut better };
                for (list, cell) in lists.iter_mut().zip(&found.cells) {
                    list.push(u32::from(from <= cell.low && cell.high <= until));
                }
            }
        }
        // More money is better only where one amount is asked about: several share what is paid, and the highest cells
        // of all of them may exclude each other.
        What::Money { .. } => {
            for (at, list) in
                (if money || amounts > 1 { &mut equal } else { &mut better }).iter_mut().enumerate()
            {
                list.push(u32::try_from(at).unwrap_or(u32::MAX));
            }
        }
        // Where points are given on some lines only, a basket without a kind of line is no better than one with it.
        What::Has(set, _) if !of_member(set) && space.plan.amounts.iter().any(|row| row.filter != 0) => {
            for (list, cell) in better.iter_mut().zip(&found.cells) {
                list.push(u32::from(cell.pick == 1));
            }
        }
        _ => {}
    }
    let sum = |at: usize| -> u64 {
        better
            .get(at)
            .map_or(0, |list| list.iter().map(|value| u64::from(*value)).fold(0, u64::saturating_add))
    };
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(sum(*at)), *at));
    let mut kept: Vec<usize> = Vec::new();
    for at in order {
        let (Some(own), Some(same)) = (better.get(at), equal.get(at)) else { continue };
        let beaten = kept.iter().any(|other| {
            equal.get(*other) == Some(same)
                && better.get(*other).is_some_and(|theirs| theirs.iter().zip(own).all(|(a, b)| a >= b))
        });
        if !beaten {
            kept.push(at);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    //! Possible truths are what truths, one by one, make possible.
    use super::*;

    /// Each truth that is possible, as a rank: no, unknown, yes.
    fn ranks(possible: Possible) -> impl Iterator<Item = u32> {
        (0..3).filter(move |rank| possible >> rank & 1 == 1)
    }

    fn of(ranks: impl Iterator<Item = u32>) -> Possible {
        ranks.fold(0, |possible, rank| possible | 1 << rank)
    }

    #[test]
    fn possible_truths_are_those_of_each_pair() {
        for left in 0..8 {
            assert_eq!(negate(left), of(ranks(left).map(|rank| 2 - rank)), "not {left}");
            for right in 0..8 {
                let pairs = || ranks(left).flat_map(|one| ranks(right).map(move |other| (one, other)));
                let (most, least) = (of(pairs().map(|(a, b)| a.max(b))), of(pairs().map(|(a, b)| a.min(b))));
                if left != 0 && right != 0 {
                    assert_eq!((higher(left, right), lower(left, right)), (most, least), "{left} {right}");
                }
            }
        }
    }
}
