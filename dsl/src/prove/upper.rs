//! What a set of rules can pay at most: phases, groups, limits and budgets, each taken at its best for the member.
//!
//! Every step is at or above what the evaluator does, whatever the counters: the result is never below a payout. Money
//! lies on kinds of lines, so an award is a straight line: so much fixed, and so much per minor unit on each kind.

mod joint;

use super::bits::Bits;
use super::cells::MONEY_MAX;
use super::lines::Lines;
use crate::evaluate::arithmetic::{MICRO_MAX, points_worth};
use crate::model::{LimitUnit, Programme};
use crate::plan::tables::{GiveRow, KindPlan, LimitRow, Run, TakeRow, size};
use crate::units::MICRO;

/// Slopes are micro-points per minor unit in so many parts, rounded up.
pub(super) const PARTS: i128 = 1_000_000_000;

/// So many micro-points, and so many per minor unit on each kind of line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) fixed: i128,
    /// By kind of line, in 1/[`PARTS`]; empty where all are 0.
    slope: Vec<i128>,
}

impl Line {
    const fn fixed(fixed: i128) -> Self {
        Self { fixed, slope: Vec::new() }
    }

    fn add(&mut self, other: &Self) {
        self.fixed = self.fixed.saturating_add(other.fixed);
        self.merge(other, i128::saturating_add);
    }

    /// At or above both.
    fn raise(&mut self, other: &Self) {
        self.fixed = self.fixed.max(other.fixed);
        self.merge(other, i128::max);
    }

    fn merge(&mut self, other: &Self, with: fn(i128, i128) -> i128) {
        if self.slope.is_empty() {
            self.slope.clone_from(&other.slope);
            return;
        }
        for (own, theirs) in self.slope.iter_mut().zip(&other.slope) {
            *own = with(*own, *theirs);
        }
    }

    /// So many millionths of it, rounded up.
    fn times(&self, factor_micro: i128) -> Self {
        let scaled = |value: &i128| up(value.saturating_mul(factor_micro), i128::from(MICRO));
        Self { fixed: scaled(&self.fixed), slope: self.slope.iter().map(scaled).collect() }
    }

    /// What the best kind of line brings.
    pub(super) fn steepest(&self) -> i128 {
        self.slope.iter().copied().max().unwrap_or(0)
    }

    /// By kind of line.
    pub(super) fn slope_of(&self, kind: usize) -> i128 {
        self.slope.get(kind).copied().unwrap_or(0)
    }

    /// Its value where so much was paid.
    pub(super) fn at(&self, paid: i64) -> i128 {
        self.fixed.saturating_add(up(self.steepest().saturating_mul(i128::from(paid)), PARTS))
    }

    /// The most that it is above a rate through nothing, where at most so much was paid.
    pub(super) fn above(&self, slope: i128, paid: i64) -> i128 {
        let steeper = self.steepest().saturating_sub(slope).max(0);
        self.fixed.saturating_add(up(steeper.saturating_mul(i128::from(paid)), PARTS))
    }

    /// No more than so much.
    fn cap(self, most: i128, paid_high: i64) -> Self {
        if self.at(paid_high) > most { Self::fixed(most) } else { self }
    }
}

fn up(value: i128, by: i128) -> i128 {
    value.saturating_add(by).saturating_sub(1).div_euclid(by.max(1))
}

/// One rule, as far as points go.
#[derive(Debug, Clone)]
struct Award {
    flat: i128,
    rates: Vec<Rate>,
    factor: i128,
    factor_all: i128,
    grants: bool,
    /// Whether it gives something certainly where it fires: not a challenge, nor by steps of a sum.
    sure: bool,
    own_cap: i128,
    group: Option<usize>,
    budget: Option<usize>,
    order: u32,
}

/// So much per minor unit of an amount of the plan.
#[derive(Debug, Clone, Copy)]
struct Rate {
    amount: usize,
    /// In 1/[`PARTS`].
    slope: i128,
    /// Whether it gives from the first minor unit on: not by steps.
    even: bool,
}

/// What amounts of money lie within.
#[derive(Debug, Clone)]
pub(super) struct Money {
    /// The least and most that is paid.
    pub(super) paid: (i64, i64),
    /// The most of each amount of the plan.
    pub(super) amounts: Vec<i64>,
}

/// Bounds the payouts of one plan.
pub(super) struct Upper {
    awards: Vec<Award>,
    groups: Vec<Group>,
    programme: Cap,
    /// Micro-points of each budget; `i128::MAX` for those that only warn.
    budgets: Vec<i128>,
    pub(super) lines: Lines,
    /// Amounts: filter and whether eligible only.
    amounts: Vec<(usize, bool)>,
}

#[derive(Debug, Clone, Copy)]
struct Group {
    take: TakeRow,
    multiplies: bool,
    cap: Cap,
}

/// Limits that rules have, or share. Those that are shared are never in times: the language has no such thing.
#[derive(Debug, Clone, Copy)]
struct Cap {
    micro: i128,
    /// Whether nothing is left of a number of times.
    closed: bool,
}

impl Upper {
    pub(super) fn of(programme: &Programme, plan: &KindPlan, basket: bool) -> Self {
        let worth = programme.point_worth_micro_minor;
        let cap = |run: Run| Cap::of(run.of(&plan.limits), worth);
        let awards = plan
            .rows
            .iter()
            .map(|row| {
                let mut award = Award {
                    flat: 0,
                    rates: Vec::new(),
                    factor: 0,
                    factor_all: 0,
                    grants: row.grants,
                    sure: true,
                    own_cap: i128::from(MICRO_MAX),
                    group: row.group.map(size),
                    budget: row.budget.map(size),
                    order: row.order,
                };
                for give in row.gives.of(&plan.gives) {
                    award.note(give, basket);
                }
                award.flat = award.flat.min(i128::from(MICRO_MAX));
                let own = cap(row.limits);
                award.own_cap = award.own_cap.min(if own.closed { 0 } else { own.micro });
                award
            })
            .collect();
        let groups = plan
            .groups
            .iter()
            .map(|group| Group { take: group.take, multiplies: group.multiplies, cap: cap(group.limits) })
            .collect();
        let budgets = plan
            .budgets
            .iter()
            .map(|budget| {
                let points = match (budget.stops, budget.money, worth) {
                    (true, false, _) => budget.total,
                    (true, true, Some(worth)) => points_worth(budget.total, worth),
                    _ => return i128::MAX,
                };
                i128::from(points.max(0)).saturating_mul(i128::from(MICRO))
            })
            .collect();
        let lines = Lines::of(plan);
        let amounts = plan.amounts.iter().map(|row| (size(row.filter), row.eligible_only)).collect();
        Self { awards, groups, programme: cap(plan.programme_limits), budgets, lines, amounts }
    }

    /// Whether a kind of line counts for an amount.
    pub(super) fn counts(&self, kind: usize, amount: usize) -> bool {
        let (Some(kind), Some((filter, eligible_only))) =
            (self.lines.kinds.get(kind), self.amounts.get(amount).copied())
        else {
            return false;
        };
        kind.passes.get(filter) == Some(&true) && (kind.eligible || !eligible_only)
    }

    /// Filter of each amount, and whether eligible only.
    pub(super) fn amounts(&self) -> &[(usize, bool)] {
        &self.amounts
    }

    /// Whether a rule certainly competes in its group when it fires.
    pub(super) fn surely_gives(&self, row: usize) -> bool {
        self.awards.get(row).is_some_and(|award| award.sure && (award.flat > 0 || award.grants))
    }

    /// Whether a rule gives something whenever it fires, with so much money in the basket.
    pub(super) fn gives_for_sure(&self, row: usize, money: &Money) -> bool {
        let Some(award) = self.awards.get(row) else { return false };
        let pays = |rate: &Rate| {
            rate.even
                && self.amounts.get(rate.amount) == Some(&(0, false))
                && rate.slope.saturating_mul(i128::from(money.paid.0))
                    >= PARTS.saturating_add(i128::from(money.paid.0))
        };
        award.sure && award.own_cap > 0 && (award.flat > 0 || award.grants || award.rates.iter().any(pays))
    }

    /// A rough weight of a rule, to look at the important ones first.
    pub(super) fn weight(&self, row: usize) -> i128 {
        self.awards.get(row).map_or(0, |award| {
            let rates = award.rates.iter().fold(0_i128, |sum, rate| sum.saturating_add(rate.slope));
            let factor = award.factor.saturating_add(award.factor_all).saturating_mul(100);
            award.flat.saturating_add(up(rates.saturating_mul(10_000), PARTS)).saturating_add(factor)
        })
    }

    /// The most that these rules pay together. `surely` fire whenever the event is one of those meant: a group in a
    /// fixed order takes none behind them. `open` says which budgets can be drawn on.
    pub(super) fn pays(
        &self,
        may: &Bits,
        surely: &dyn Fn(usize) -> bool,
        open: &dyn Fn(usize) -> bool,
        allowed: &[bool],
        money: &Money,
    ) -> Line {
        let high = money.paid.1;
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); self.groups.len()];
        let mut outside = Vec::new();
        for row in may.iter() {
            match self.awards.get(row).and_then(|award| award.group) {
                Some(group) => {
                    if let Some(list) = members.get_mut(group) {
                        list.push(row);
                    }
                }
                None => outside.push(row),
            }
        }
        for (group, list) in self.groups.iter().zip(&mut members) {
            if group.take == TakeRow::First {
                self.first_only(list, surely);
            }
        }
        let (base, all) = self.base(&outside, &members, allowed, money);
        let contribution = |row: usize| self.contribution(row, &base, &all, allowed, money);
        let mut budgets: Vec<Line> = vec![Line::default(); self.budgets.len()];
        let mut rest = Line::default();
        for row in outside {
            let line = contribution(row);
            let budget = self.awards.get(row).and_then(|award| award.budget);
            match budget.and_then(|budget| budgets.get_mut(budget)) {
                Some(sum) => sum.add(&line),
                None => rest.add(&line),
            }
        }
        for (group, list) in self.groups.iter().zip(&members) {
            if list.is_empty() {
                continue;
            }
            let lines: Vec<Line> = list.iter().map(|row| contribution(*row)).collect();
            let mut sum = Line::default();
            for line in &lines {
                if group.take == TakeRow::All { sum.add(line) } else { sum.raise(line) }
            }
            let sum = bounded(sum, group.cap.micro, high);
            let budget_of = |row: &usize| self.awards.get(*row).and_then(|award| award.budget);
            let shared = list.first().and_then(budget_of);
            let same = list.iter().all(|row| budget_of(row) == shared);
            match shared.filter(|_| same).and_then(|budget| budgets.get_mut(budget)) {
                Some(total) => total.add(&sum),
                None => rest.add(&sum),
            }
        }
        for (at, (total, most)) in budgets.into_iter().zip(&self.budgets).enumerate() {
            let most = if *most == i128::MAX || open(at) { *most } else { 0 };
            rest.add(&if most == i128::MAX { total } else { total.cap(most, high) });
        }
        bounded(rest, self.programme.micro, high)
    }

    /// The most that each of these rules gives by itself, where all of them may fire.
    pub(super) fn each(&self, may: &Bits, allowed: &[bool], money: &Money) -> Vec<(usize, Line)> {
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); self.groups.len()];
        let mut outside = Vec::new();
        for row in may.iter() {
            match self.awards.get(row).and_then(|award| award.group).and_then(|at| members.get_mut(at)) {
                Some(list) => list.push(row),
                None => outside.push(row),
            }
        }
        let (base, all) = self.base(&outside, &members, allowed, money);
        may.iter().map(|row| (row, self.contribution(row, &base, &all, allowed, money))).collect()
    }

    /// Where money earns, limits aside: what a basket that reaches a limit is made of.
    pub(super) fn leaning(&self, may: &Bits, allowed: &[bool], money: &Money) -> Line {
        let mut lean = Line::default();
        for row in may.iter() {
            lean.add(&self.own(row, allowed, money).0);
        }
        lean
    }

    /// A group in a fixed order takes nothing behind a rule that surely fires and gives.
    fn first_only(&self, list: &mut Vec<usize>, surely: &dyn Fn(usize) -> bool) {
        let order = |row: usize| self.awards.get(row).map_or(u32::MAX, |award| award.order);
        let first =
            list.iter().filter(|row| self.surely_gives(**row) && surely(**row)).map(|row| order(*row));
        if let Some(first) = first.min() {
            list.retain(|row| order(*row) <= first);
        }
    }

    /// What multipliers act on: rates, and rates and flat awards.
    fn base(
        &self,
        outside: &[usize],
        members: &[Vec<usize>],
        allowed: &[bool],
        money: &Money,
    ) -> (Line, Line) {
        let (mut base, mut all) = (Line::default(), Line::default());
        for row in outside {
            let (rates, whole) = self.own(*row, allowed, money);
            base.add(&rates);
            all.add(&whole);
        }
        for (group, list) in self.groups.iter().zip(members) {
            if group.multiplies {
                continue;
            }
            let (mut best_base, mut best_all) = (Line::default(), Line::default());
            for row in list {
                let (rates, whole) = self.own(*row, allowed, money);
                if group.take == TakeRow::All {
                    best_base.add(&rates);
                    best_all.add(&whole);
                } else {
                    best_base.raise(&rates);
                    best_all.raise(&whole);
                }
            }
            base.add(&best_base);
            all.add(&best_all);
        }
        (base, all)
    }

    /// Rates of a rule, and rates with flat awards.
    fn own(&self, row: usize, allowed: &[bool], money: &Money) -> (Line, Line) {
        let Some(award) = self.awards.get(row) else { return (Line::default(), Line::default()) };
        let mut rates = Line::default();
        for Rate { amount, slope, .. } in &award.rates {
            let most = money.amounts.get(*amount).copied().unwrap_or(MONEY_MAX);
            if most < money.paid.1 {
                // less of it than is paid in all: taken whole
                let fixed = up(slope.saturating_mul(i128::from(most)), PARTS);
                rates.fixed = rates.fixed.saturating_add(fixed);
                continue;
            }
            let by_kind = (0..self.lines.kinds.len()).map(|kind| {
                let counts = allowed.get(kind) != Some(&false) && self.counts(kind, *amount);
                if counts { *slope } else { 0 }
            });
            rates.add(&Line { fixed: 0, slope: by_kind.collect() });
        }
        let mut whole = rates.clone();
        whole.fixed = whole.fixed.saturating_add(award.flat);
        (rates, whole)
    }

    fn contribution(&self, row: usize, base: &Line, all: &Line, allowed: &[bool], money: &Money) -> Line {
        let Some(award) = self.awards.get(row) else { return Line::default() };
        let (_, mut line) = self.own(row, allowed, money);
        if award.factor > 0 {
            line.add(&base.times(award.factor));
        }
        if award.factor_all > 0 {
            line.add(&all.times(award.factor_all));
        }
        bounded(line, award.own_cap, money.paid.1)
    }
}

/// Capped; but where nothing but the size of numbers ends it, the rate is what says more.
fn bounded(line: Line, most: i128, high: i64) -> Line {
    if most >= i128::from(MICRO_MAX) && high == MONEY_MAX { line } else { line.cap(most, high) }
}

impl Award {
    fn note(&mut self, give: &GiveRow, basket: bool) {
        match *give {
            GiveRow::Flat(micro) => {
                self.flat = self.flat.saturating_add(i128::from(micro.clamp(0, MICRO_MAX)));
            }
            GiveRow::Rate { amount, numerator, denominator } => {
                if basket {
                    let slope = i128::from(numerator.max(0)).saturating_mul(PARTS);
                    let slope = up(slope, i128::from(denominator));
                    self.rates.push(Rate { amount: size(amount), slope, even: true });
                }
            }
            GiveRow::Steps { amount, micro, every } => {
                // at most in proportion
                if basket {
                    let slope = i128::from(micro.max(0)).saturating_mul(PARTS);
                    let slope = up(slope, i128::from(every));
                    self.rates.push(Rate { amount: size(amount), slope, even: false });
                }
            }
            GiveRow::Milestone { micro, money, .. } => {
                // a purchase passes one step of purchases at most; of money, as many as it comes to
                let most = if money { MICRO_MAX } else { micro.clamp(0, MICRO_MAX) };
                self.flat = self.flat.saturating_add(i128::from(most));
                self.sure = false;
            }
            GiveRow::Multiply { extra_micro, all: false } => {
                self.factor = self.factor.saturating_add(i128::from(extra_micro));
            }
            GiveRow::Multiply { extra_micro, all: true } => {
                self.factor_all = self.factor_all.saturating_add(i128::from(extra_micro));
            }
            // what a completed challenge gives is counted as if this event completed it
            GiveRow::Challenge(_) => self.sure = false,
            GiveRow::Reward(_) | GiveRow::Badge(_) | GiveRow::Effect(_) => {}
        }
    }
}

impl Cap {
    fn of(limits: &[LimitRow], worth: Option<i64>) -> Self {
        let mut cap = Self { micro: i128::from(MICRO_MAX), closed: false };
        for limit in limits {
            let points = match limit.most {
                LimitUnit::Times(times) => {
                    cap.closed |= times <= 0;
                    continue;
                }
                LimitUnit::Points(points) => points,
                LimitUnit::Money(minor) => match worth {
                    Some(worth) => points_worth(minor, worth),
                    None => continue,
                },
            };
            let micro = i128::from(points.max(0)).saturating_mul(i128::from(MICRO));
            cap.micro = cap.micro.min(micro);
        }
        cap
    }
}
