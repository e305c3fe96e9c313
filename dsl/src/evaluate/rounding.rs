//! The one rounding of an event, and how its whole points are split over rules, credits and lines.
//!
//! The total is rounded once. Rules share it by largest remainder (ties by name), never past a limit; a credit is the
//! sum of its rules, so trace, credits and draws agree to the point. Inside a credit, lines share by largest
//! remainder (ties in line order): rates on the lines they took, multipliers as the base they multiplied, flat
//! awards by what the lines cost.

use super::aggregate::{Fired, is_base, rate};
use super::arithmetic::{narrow, round, share, split};
use super::cuts::Caps;
use super::values::Values;
use crate::outcome::Credit;
use crate::plan::tables::{GiveRow, KindPlan, index, size};
use crate::units::{MICRO, Rounding};
use std::cmp::Reverse;

/// Rounds the event's total and gives every rule its whole points.
pub(super) fn whole_points(mode: Rounding, caps: &Caps, fired: &mut [Fired<'_>]) {
    let mut micro = 0_i64;
    let mut floors = 0_i64;
    for rule in fired.iter_mut().filter(|rule| rule.counts()) {
        micro = micro.saturating_add(rule.left);
        rule.points = rule.left.div_euclid(MICRO);
        floors = floors.saturating_add(rule.points);
    }
    let mut over = round(micro, mode).saturating_sub(floors);
    if over <= 0 {
        return;
    }
    let mut room = Room::left(caps, fired);
    let mut rest: Vec<(usize, i64)> = fired
        .iter()
        .enumerate()
        .filter(|(_, rule)| rule.counts())
        .map(|(at, rule)| (at, rule.left.rem_euclid(MICRO)))
        .filter(|(_, rest)| *rest > 0)
        .collect();
    rest.sort_by_key(|(_, rest)| Reverse(*rest));
    for (at, _) in rest {
        if over == 0 {
            break;
        }
        if let Some(rule) = fired.get_mut(at)
            && room.take(rule)
        {
            rule.points = rule.points.saturating_add(1);
            over = over.saturating_sub(1);
        }
    }
}

/// Whole points that limits over several rules still leave for the rounding.
struct Room {
    caps: Caps,
}

impl Room {
    fn left(caps: &Caps, fired: &[Fired<'_>]) -> Self {
        let mut room = Self { caps: caps.clone() };
        for rule in fired.iter().filter(|rule| rule.counts()) {
            for cap in room.of(rule).into_iter().flatten() {
                *cap = cap.saturating_sub(rule.points);
            }
        }
        room
    }

    fn of(&mut self, rule: &Fired<'_>) -> [Option<&mut i64>; 3] {
        let Caps { programme, groups, budgets } = &mut self.caps;
        [
            Some(programme),
            rule.row.group.and_then(|group| groups.get_mut(size(group))),
            rule.row.budget.and_then(|budget| budgets.get_mut(size(budget))),
        ]
    }

    /// Takes one point for a rule, if every limit over it leaves one.
    fn take(&mut self, rule: &Fired<'_>) -> bool {
        if self.of(rule).into_iter().flatten().any(|cap| *cap <= 0) {
            return false;
        }
        for cap in self.of(rule).into_iter().flatten() {
            *cap = cap.saturating_sub(1);
        }
        true
    }
}

/// The credits: one per combination of validity and pending period that got points.
pub(super) fn credits(plan: &KindPlan, values: &Values, fired: &[Fired<'_>]) -> Vec<Credit> {
    let mut credits = Vec::new();
    let mut bases: Option<Bases> = None;
    for (at, class) in plan.classes.iter().enumerate() {
        let class_index = index(at);
        let rules = || fired.iter().filter(|rule| rule.counts() && rule.row.class == class_index);
        let points = rules().fold(0_i64, |points, rule| points.saturating_add(rule.points));
        if points == 0 {
            continue;
        }
        let line_points = match values.lines.as_slice() {
            [] => Vec::new(),
            _ if class.apart => Vec::new(),
            [_] => vec![points],
            _ => {
                let weights = Parts::of(plan, values, rules()).spread(plan, values, fired, &mut bases);
                by_largest_remainder(points, &weights)
            }
        };
        credits.push(Credit { points, valid: class.valid, pending: class.pending, line_points });
    }
    credits
}

/// Micro-points of a credit: what is already spread over lines, and what spreads by one key.
struct Parts {
    by_line: Vec<i64>,
    flat: i64,
    extra: i64,
    extra_all: i64,
}

impl Parts {
    fn none(values: &Values) -> Self {
        Self { by_line: vec![0; values.lines.len()], flat: 0, extra: 0, extra_all: 0 }
    }

    fn of<'a>(plan: &KindPlan, values: &Values, rules: impl Iterator<Item = &'a Fired<'a>>) -> Self {
        let mut parts = Self::none(values);
        let mut own: Vec<i64> = Vec::new();
        for rule in rules.filter(|rule| rule.left > 0) {
            let gives = rule.row.gives.of(&plan.gives);
            if let [only] = gives {
                parts.add(plan, values, only, rule.left);
                continue;
            }
            let rates =
                || gives.iter().filter(|give| matches!(give, GiveRow::Rate { .. } | GiveRow::Steps { .. }));
            // What is left of a rule is split over what it gives as it was: flat awards, rates as written, what its
            // multipliers added.
            own.clear();
            own.push(rule.flat);
            own.extend(rates().map(|give| rate(plan, values, give)));
            own.extend([rule.extra, rule.extra_all]);
            let last = own.len().saturating_sub(1);
            split(rule.left, own.iter().copied(), |at, part| match at {
                0 => parts.flat = parts.flat.saturating_add(part),
                at if at == last => parts.extra_all = parts.extra_all.saturating_add(part),
                at if at == last.saturating_sub(1) => parts.extra = parts.extra.saturating_add(part),
                at => {
                    if let Some(give) = rates().nth(at.saturating_sub(1)) {
                        parts.add_rate(plan, values, give, part);
                    }
                }
            });
        }
        parts
    }

    /// All that is left of a rule that gives one thing.
    fn add(&mut self, plan: &KindPlan, values: &Values, give: &GiveRow, micro: i64) {
        match give {
            GiveRow::Flat(_) | GiveRow::Milestone { .. } => self.flat = self.flat.saturating_add(micro),
            GiveRow::Rate { .. } | GiveRow::Steps { .. } => self.add_rate(plan, values, give, micro),
            GiveRow::Multiply { all: false, .. } => self.extra = self.extra.saturating_add(micro),
            GiveRow::Multiply { all: true, .. } => self.extra_all = self.extra_all.saturating_add(micro),
            GiveRow::Reward(_) | GiveRow::Badge(_) | GiveRow::Effect(_) => {}
        }
    }

    /// Spreads a rate over the lines it took.
    fn add_rate(&mut self, plan: &KindPlan, values: &Values, give: &GiveRow, micro: i64) {
        let (GiveRow::Rate { amount, .. } | GiveRow::Steps { amount, .. }) = *give else { return };
        if let Some(row) = plan.amounts.get(size(amount)) {
            spread(micro, values.amount_by_line(*row), &mut self.by_line);
        }
    }

    /// Micro-points by line.
    fn spread(
        self,
        plan: &KindPlan,
        values: &Values,
        fired: &[Fired<'_>],
        bases: &mut Option<Bases>,
    ) -> Vec<i64> {
        let mut sums = self.by_line;
        spread(self.flat, values.lines.iter().map(|line| line.amount), &mut sums);
        if self.extra > 0 || self.extra_all > 0 {
            let bases = bases.get_or_insert_with(|| Bases::of(plan, values, fired));
            spread(self.extra, bases.base.iter().copied(), &mut sums);
            spread(self.extra_all, bases.all.iter().copied(), &mut sums);
        }
        sums
    }
}

/// What multipliers act on, by line.
struct Bases {
    base: Vec<i64>,
    all: Vec<i64>,
}

impl Bases {
    fn of(plan: &KindPlan, values: &Values, fired: &[Fired<'_>]) -> Self {
        let mut parts = Parts::none(values);
        for rule in fired.iter().filter(|rule| is_base(plan, rule)) {
            parts.flat = parts.flat.saturating_add(rule.flat);
            for give in rule.row.gives.of(&plan.gives) {
                parts.add_rate(plan, values, give, rate(plan, values, give));
            }
        }
        let base = parts.by_line;
        let mut all = base.clone();
        spread(parts.flat, values.lines.iter().map(|line| line.amount), &mut all);
        Self { base, all }
    }
}

/// Adds `total` to the lines in proportion to the weights; evenly when all weights are 0.
fn spread(total: i64, weights: impl Iterator<Item = i64> + Clone, sums: &mut [i64]) {
    if total == 0 {
        return;
    }
    let add = |at: usize, part: i64| {
        if let Some(sum) = sums.get_mut(at) {
            *sum = sum.saturating_add(part);
        }
    };
    if weights.clone().all(|weight| weight == 0) {
        split(total, weights.map(|_| 1), add);
    } else {
        split(total, weights, add);
    }
}

/// Splits whole points in proportion to the weights by largest remainder, ties in order; evenly when all are 0.
fn by_largest_remainder(points: i64, weights: &[i64]) -> Vec<i64> {
    let even = weights.iter().all(|weight| *weight == 0);
    let weight = |weight: &i64| if even { 1 } else { *weight };
    let whole = weights.iter().map(weight).fold(0_i64, i64::saturating_add);
    let mut parts: Vec<i64> = weights.iter().map(|one| share(points, weight(one), whole)).collect();
    let mut over = parts.iter().fold(points, |over, part| over.saturating_sub(*part));
    let rest = |one: i64| match points.checked_mul(one) {
        Some(product) => product.rem_euclid(whole.max(1)),
        None => {
            narrow(i128::from(points).saturating_mul(i128::from(one)).rem_euclid(i128::from(whole.max(1))))
        }
    };
    let mut order: Vec<(usize, i64)> = weights.iter().map(|one| rest(weight(one))).enumerate().collect();
    order.sort_by_key(|(_, rest)| Reverse(*rest));
    for (at, _) in order {
        if over <= 0 {
            break;
        }
        if let Some(part) = parts.get_mut(at) {
            *part = part.saturating_add(1);
            over = over.saturating_sub(1);
        }
    }
    parts
}
