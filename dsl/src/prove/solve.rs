//! The worst event of a kind: the most points that the rules can pay, with an event that the evaluator pays so.

use super::bits::Bits;
use super::cells::{MONEY_MAX, Space, What};
use super::lines::MadeOf;
use super::search::{BOXES_MAX, Choice, Role, Search, YES};
use super::upper::{Line, Money, PARTS, Upper};
use super::witness::{self, Witness};
use crate::evaluate::arithmetic::{narrow, round};
use crate::event::Event;
use crate::facts::Facts;
use crate::model::Take;
use crate::plan::symbols::OTHER;
use crate::plan::tables::{SetFact, size};
use crate::units::MICRO;

/// Amounts that are tried as the first of those that add up.
const DEMANDS_MAX: usize = 8;

/// Boxes split to see what comes beside a rate, at most.
const BESIDE_MAX: usize = 500;

/// A box, as far as points go.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) choice: Choice,
    pub(super) alive: Bits,
    pub(super) money: Money,
    pub(super) allowed: Vec<bool>,
    pub(super) line: Line,
}

/// How much: points per minor unit without an end (in 1/[`PARTS`] micro-points), then micro-points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Much {
    pub(super) slope: i128,
    pub(super) micro: i128,
}

/// What a search found.
#[derive(Debug, Clone, Default)]
pub(super) struct Worst {
    /// No event pays more.
    pub(super) upper: Much,
    /// An event that pays most of those tried, and the rules of its box.
    pub(super) witness: Option<Witness>,
    /// What the witness shows: equal to `upper` where that is exact.
    pub(super) shown: Much,
    /// Boxes looked at.
    pub(super) boxes: usize,
    /// Boxes that were split no further: every event is in one of them.
    pub(super) cover: Vec<Case>,
}

impl Worst {
    pub(super) fn exact(&self) -> bool {
        self.shown == self.upper
    }
}

/// Solves questions about one kind of event.
pub(super) struct Solver<'s, 'a> {
    pub(super) search: Search<'s, 'a>,
    pub(super) upper: &'s Upper,
    /// The least and most that is paid, in minor units.
    pub(super) paid: (i64, i64),
    /// A rule whose conditions the events meant fulfil.
    pub(super) must: Option<usize>,
    /// Boxes looked at, at most.
    pub(super) boxes_max: usize,
}

/// How rules count where more points are better: one that can keep another of its group from giving may be worse.
pub(super) fn roles(space: &Space<'_>) -> Vec<Role> {
    let programme = space.book.programme();
    let role = |row: &crate::plan::tables::RuleRow| {
        let group = row.group.and_then(|group| programme.groups.get(size(group)));
        match group.map(|group| &group.take) {
            Some(Take::FirstOf(order)) if size(row.order).saturating_add(1) < order.len() => Role::Either,
            _ => Role::Good,
        }
    };
    space.plan.rows.iter().map(role).collect()
}

impl<'s, 'a> Solver<'s, 'a> {
    /// For the most points; `money` also keeps amounts apart that only matter where money counts.
    pub(super) fn new(space: &'s Space<'a>, upper: &'s Upper, extra: &[usize], money: bool) -> Self {
        let roles = roles(space);
        let role = |row: usize| roles.get(row).copied().unwrap_or(Role::Good);
        let weight = |row: usize| upper.weight(row);
        let search = Search::new(space, &role, extra, money, &weight);
        Self::of(search, upper)
    }

    pub(super) const fn of(search: Search<'s, 'a>, upper: &'s Upper) -> Self {
        Self { search, upper, paid: (0, MONEY_MAX), must: None, boxes_max: BOXES_MAX }
    }

    /// Whether an event is one of those meant.
    pub(super) fn is_meant(&self, event: &Event, facts: &Facts) -> bool {
        let rule = self.must.and_then(|row| self.space().plan.rows.get(row)).map(|row| size(row.rule));
        rule.is_none_or(|rule| {
            let outcome = self.space().book.evaluate(event, facts);
            matches!(outcome.verdicts.get(rule), Some(crate::outcome::Verdict::Gave { .. }))
        })
    }

    pub(super) const fn space(&self) -> &'s Space<'a> {
        self.search.space
    }

    /// What a box can pay; none where no basket fits it.
    pub(super) fn case(&self, choice: Choice, alive: Bits) -> Option<Case> {
        if self.must.is_some_and(|row| self.search.possible_row(row, &choice) & YES == 0) {
            return None;
        }
        let money = self.money(&choice)?;
        let allowed = self.allowed(&choice);
        let line = Line::default();
        let mut case = Case { choice, alive, money, allowed, line };
        case.line = self.pays(&case, &case.money);
        Some(case)
    }

    /// What a case pays at most, within some amounts of money.
    pub(super) fn pays(&self, case: &Case, money: &Money) -> Line {
        let surely = |row: usize| self.search.possible_row(row, &case.choice) == YES;
        let open = |budget: usize| self.open(budget, &case.choice);
        self.upper.pays(&case.alive, &surely, &open, &case.allowed, money)
    }

    /// Whether a budget can be drawn on somewhere in the box.
    fn open(&self, budget: usize, choice: &Choice) -> bool {
        let Some(budget) = self.space().plan.budgets.get(budget) else { return true };
        let Some(calendar) = self.space().variable(&What::Calendar) else { return true };
        let (from, until) = (i64::from(budget.from.0), i64::from(budget.until.0));
        let cells = self.space().variables.get(calendar).map_or(&[][..], |found| found.cells.as_slice());
        match choice.get(calendar).copied().flatten().and_then(|cell| cells.get(cell)) {
            Some(cell) => from <= cell.high && cell.low <= until,
            None => true,
        }
    }

    /// Whether a budget can be drawn on everywhere in the box.
    pub(super) fn is_surely_open(&self, budget: usize, choice: &Choice) -> bool {
        let Some(budget) = self.space().plan.budgets.get(budget) else { return false };
        if !budget.stops {
            return true;
        }
        let (from, until) = (i64::from(budget.from.0), i64::from(budget.until.0));
        let calendar = self.space().variable(&What::Calendar);
        let cell = calendar.and_then(|calendar| {
            let cell = choice.get(calendar).copied().flatten()?;
            self.space().variables.get(calendar)?.cells.get(cell)
        });
        let (first, last) =
            cell.map_or((i64::from(i32::MIN), i64::from(i32::MAX)), |cell| (cell.low, cell.high));
        from <= first && last <= until
    }

    /// Whether some basket fits a box.
    pub(super) fn adds_up(&self, choice: &Choice) -> bool {
        self.money(choice).is_some()
    }

    /// The range of a variable in a box.
    fn range(&self, variable: usize, choice: &Choice) -> (i64, i64) {
        let Some(found) = self.space().variables.get(variable) else { return (0, MONEY_MAX) };
        if let Some(cell) = choice.get(variable).copied().flatten().and_then(|cell| found.cells.get(cell)) {
            return (cell.low, cell.high);
        }
        let kept = self.search.kept.get(variable).map_or(&[][..], Vec::as_slice);
        let cells = kept.iter().filter_map(|cell| found.cells.get(*cell));
        cells.fold((MONEY_MAX, 0), |(low, high), cell| (low.min(cell.low), high.max(cell.high)))
    }

    /// What lies within which amounts; none where they contradict each other.
    fn money(&self, choice: &Choice) -> Option<Money> {
        let space = self.space();
        let mut ranges: Vec<((usize, bool), (i64, i64))> = Vec::new();
        for (at, variable) in space.variables.iter().enumerate() {
            if let What::Money { filter, eligible_only } = variable.what {
                ranges.push(((size(filter), eligible_only), self.range(at, choice)));
            }
        }
        let (mut low, mut high) = self.paid;
        for ((filter, eligible_only), range) in &ranges {
            if *filter == 0 && !eligible_only {
                (low, high) = (low.max(range.0), high.min(range.1));
            }
        }
        // What lines that exclude each other must come to adds up.
        let mut demands: Vec<(i64, usize)> = ranges
            .iter()
            .filter(|(_, range)| range.0 > 0)
            .map(|((filter, _), range)| (range.0, *filter))
            .collect();
        demands.sort_by_key(|(demand, filter)| (std::cmp::Reverse(*demand), *filter));
        for first in 0..demands.len().min(DEMANDS_MAX) {
            let mut taken: Vec<usize> = Vec::new();
            let mut sum = 0_i64;
            for (demand, filter) in demands.iter().skip(first) {
                if taken.iter().all(|other| self.upper.lines.disjoint(*other, *filter)) {
                    sum = sum.saturating_add(*demand);
                    taken.push(*filter);
                }
            }
            low = low.max(sum);
        }
        for ((outer, outer_eligible), (_, most)) in &ranges {
            for ((inner, inner_eligible), (least, _)) in &ranges {
                let within =
                    (!outer_eligible || *inner_eligible) && self.upper.lines.contains(*outer, *inner);
                if within && least > most {
                    return None;
                }
            }
        }
        if low > high {
            return None;
        }
        let amounts = self.upper.amounts().iter().map(|(filter, eligible_only)| {
            ranges
                .iter()
                .filter(|((other, other_eligible), _)| {
                    (*eligible_only || !other_eligible) && self.upper.lines.contains(*other, *filter)
                })
                .fold(high, |most, (_, range)| most.min(range.1))
        });
        Some(Money { paid: (low, high), amounts: amounts.collect() })
    }

    /// Which kinds of lines the basket may have.
    fn allowed(&self, choice: &Choice) -> Vec<bool> {
        let space = self.space();
        let mut absent: Vec<(SetFact, u32)> = Vec::new();
        for (at, variable) in space.variables.iter().enumerate() {
            if let What::Has(set, symbol) = variable.what
                && choice.get(at) == Some(&Some(0))
            {
                absent.push((set, symbol));
            }
        }
        let kinds = &self.upper.lines.kinds;
        if absent.is_empty() {
            return vec![true; kinds.len()];
        }
        let one = |set: SetFact, symbol: Option<u32>| {
            symbol.is_some_and(|symbol| symbol != OTHER && absent.contains(&(set, symbol)))
        };
        let barred = |made: &MadeOf| {
            one(SetFact::Categories, made.category)
                || one(SetFact::Brands, made.brand)
                || one(SetFact::Skus, made.sku)
                || made.tags.iter().any(|tag| absent.contains(&(SetFact::Tags, *tag)))
        };
        kinds.iter().map(|kind| !kind.listed_whole() || !kind.made_of.iter().all(barred)).collect()
    }

    /// How much a case can pay.
    pub(super) fn much(&self, case: &Case) -> Much {
        let high = case.money.paid.1;
        if high == MONEY_MAX && case.line.steepest() > 0 {
            return Much { slope: case.line.steepest(), micro: case.line.fixed };
        }
        Much { slope: 0, micro: self.whole(case.line.at(high)) }
    }

    /// Whole points of micro-points, as the programme rounds, in micro-points.
    pub(super) fn whole(&self, micro: i128) -> i128 {
        let points = round(narrow(micro), self.space().book.programme().rounding);
        i128::from(points).saturating_mul(i128::from(MICRO))
    }

    /// Lets the evaluator pay.
    pub(super) fn pay(&self, event: &Event, facts: &Facts) -> i64 {
        self.space().book.evaluate_drawn(event, facts).points
    }

    /// The event of a case with so much paid.
    pub(super) fn witness(&self, case: &Case, paid: i64) -> Option<Witness> {
        let lean = if case.line.steepest() > 0 {
            case.line.clone()
        } else {
            self.upper.leaning(&case.alive, &case.allowed, &case.money)
        };
        let (event, facts) =
            witness::build(self.space(), self.upper, &case.choice, &case.allowed, &lean, paid)?;
        if !self.is_meant(&event, &facts) {
            return None;
        }
        let points = self.pay(&event, &facts);
        Some(Witness { event, facts, points })
    }

    /// The most points.
    pub(super) fn worst(&self) -> Worst {
        let mut found = Worst::default();
        let (choice, alive) = self.search.start();
        let mut open: Vec<(Much, Case)> =
            self.case(choice, alive).map(|case| (self.much(&case), case)).into_iter().collect();
        while let Some((much, case)) = open.pop() {
            if much <= found.shown && found.witness.is_some() {
                found.cover.push(case);
                continue;
            }
            found.boxes = found.boxes.saturating_add(1);
            if found.boxes > self.boxes_max {
                found.upper = open.iter().map(|(much, _)| *much).fold(found.upper.max(much), Much::max);
                found.cover.extend(open.into_iter().map(|(_, case)| case).chain([case]));
                break;
            }
            let Some(variable) = self.search.next(&case.choice) else {
                self.leaf(&case, much, &mut found);
                found.cover.push(case);
                continue;
            };
            let mut next: Vec<(Much, Case)> = self
                .search
                .split(&case.choice, &case.alive, variable)
                .filter_map(|(choice, alive)| self.case(choice, alive))
                .map(|case| (self.much(&case), case))
                .collect();
            next.sort_by_key(|(much, _)| *much);
            open.extend(next);
        }
        found.upper = found.upper.max(found.shown);
        found
    }

    /// Micro-points that no event is paid more of beside the steepest rate; at least those that come with it. The box with
    /// the steepest rate need not be the one that gives most beside it.
    pub(super) fn beside(&self, worst: &Worst) -> i128 {
        let Much { slope, micro } = worst.upper;
        let above = |case: &Case| case.line.above(slope, case.money.paid.1);
        let (mut most, mut boxes) = (micro, 0_usize);
        let mut open: Vec<(i128, Choice, Bits)> =
            worst.cover.iter().map(|case| (above(case), case.choice.clone(), case.alive.clone())).collect();
        open.sort_by_key(|(above, ..)| *above);
        while let Some((much, choice, alive)) = open.pop() {
            if much <= most {
                continue;
            }
            let Some(variable) = self.search.next(&choice) else {
                most = much;
                continue;
            };
            boxes = boxes.saturating_add(1);
            if boxes > BESIDE_MAX {
                return open.iter().map(|(above, ..)| *above).fold(much, i128::max);
            }
            let inner = self.search.split(&choice, &alive, variable);
            let cases = inner.filter_map(|(choice, alive)| self.case(choice, alive));
            let mut next: Vec<_> = cases.map(|case| (above(&case), case.choice, case.alive)).collect();
            next.sort_by_key(|(above, ..)| *above);
            open.extend(next);
        }
        most
    }

    /// Tries to show what a case is said to pay.
    fn leaf(&self, case: &Case, much: Much, found: &mut Worst) {
        let (low, high) = case.money.paid;
        let mut best: Option<(Much, Witness)> = None;
        let mut paid = low;
        for step in 0..16_u32 {
            if let Some(tried) = self.witness(case, paid) {
                let micro = i128::from(tried.points).saturating_mul(i128::from(MICRO));
                // where a rate has no end, a large basket that pays just so shows it
                let shown = if much.slope > 0 && step >= 3 && micro == self.whole(case.line.at(paid)) {
                    much
                } else {
                    Much { slope: 0, micro }
                };
                if best.as_ref().is_none_or(|(before, _)| shown > *before) {
                    best = Some((shown, tried));
                }
            }
            if best.as_ref().is_some_and(|(shown, _)| *shown >= much) || paid >= high {
                break;
            }
            paid = if step >= 12 {
                high
            } else {
                low.max(10_i64.saturating_pow(step.saturating_add(2))).min(high)
            };
        }
        if let Some((shown, witness)) = best
            && (found.witness.is_none() || shown > found.shown)
        {
            (found.shown, found.witness) = (shown, Some(witness));
        }
        if found.shown < much {
            found.upper = found.upper.max(much);
        }
    }
}

/// Micro-points for each whole unit of money, of a slope.
pub(super) fn per_unit(slope: i128, digits: u8) -> i64 {
    let unit = 10_i128.saturating_pow(u32::from(digits));
    narrow(slope.saturating_mul(unit).saturating_add(PARTS).saturating_sub(1).div_euclid(PARTS))
}
