//! The one rounding of an event, and how its whole points are split over rules, credits and lines.
//!
//! The total is rounded once. Rules share it by largest remainder (ties by name), never past a limit; a credit is the
//! sum of its rules, so trace, credits and draws agree to the point. Inside a credit, lines share by largest
//! remainder (ties in line order): rates on the lines they took, multipliers as the base they multiplied, flat
//! awards by what the lines cost.

use super::aggregate::{Fired, Phases, is_base, rate};
use super::arithmetic::{narrow, round, share, split};
use super::cuts::Caps;
use super::values::Values;
use crate::outcome::{Answer, Share};
use crate::plan::tables::{GiveRow, KindPlan, size};
use crate::units::{MICRO, Rounding};
use std::cmp::Reverse;

/// Rounds the event's total and gives every rule its whole points.
pub(super) fn whole_points(mode: Rounding, phases: &mut Phases) {
    let Phases { fired, caps, ranks, .. } = phases;
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
    for rule in fired.iter().filter(|rule| rule.counts()) {
        for cap in caps.of(rule).into_iter().flatten() {
            *cap = cap.saturating_sub(rule.points);
        }
    }
    ranks.clear();
    let rests = fired.iter().enumerate().filter(|(_, rule)| rule.counts());
    let rests = rests.map(|(at, rule)| (at, rule.left.rem_euclid(MICRO)));
    ranks.extend(rests.filter(|(_, rest)| *rest > 0));
    ranks.sort_unstable_by_key(|(at, rest)| (Reverse(*rest), *at));
    for (at, _) in ranks {
        if over == 0 {
            break;
        }
        if let Some(rule) = fired.get_mut(*at)
            && caps.take(rule)
        {
            rule.points = rule.points.saturating_add(1);
            over = over.saturating_sub(1);
        }
    }
}

impl Caps {
    fn of(&mut self, rule: &Fired) -> [Option<&mut i64>; 3] {
        let Self { programme, groups, budgets } = self;
        [
            Some(programme),
            rule.group.and_then(|group| groups.get_mut(size(group))),
            rule.budget.and_then(|budget| budgets.get_mut(size(budget))),
        ]
    }

    /// Takes one point for a rule, if every limit over it leaves one.
    fn take(&mut self, rule: &Fired) -> bool {
        if self.of(rule).into_iter().flatten().any(|cap| *cap <= 0) {
            return false;
        }
        for cap in self.of(rule).into_iter().flatten() {
            *cap = cap.saturating_sub(1);
        }
        true
    }
}

/// Writes the credits: one per combination of validity and pending period that got points.
pub(super) fn credits(plan: &KindPlan, values: &Values, phases: &mut Phases, answer: &mut Answer) {
    let Phases { fired, spreading, .. } = phases;
    spreading.begin(plan, fired);
    for at in 0..spreading.classes.len() {
        let Some(class_index) = spreading.classes.get(at).copied() else { continue };
        let Some(class) = plan.classes.get(size(class_index)) else { continue };
        let rules = || fired.iter().filter(|rule| rule.counts() && rule.class == class_index);
        let points = rules().fold(0_i64, |points, rule| points.saturating_add(rule.points));
        if points == 0 {
            continue;
        }
        let first = answer.line_points.len();
        match values.lines.as_slice() {
            [] => {}
            _ if class.apart => {}
            [_] => answer.line_points.push(points),
            _ => {
                spreading.weigh(plan, values, fired, rules());
                spreading.by_largest_remainder(points, &mut answer.line_points);
            }
        }
        answer.credits.push(Share {
            points,
            valid: class.valid,
            pending: class.pending,
            lines: (first, answer.line_points.len()),
            if_unspent: class.if_unspent,
        });
    }
}

/// Points on their way to lines, in buffers that serve the next event too.
#[derive(Debug, Default)]
pub(super) struct Spreading {
    /// Classes of the rules that count, ascending.
    classes: Vec<u32>,
    /// Micro-points of a credit, by line.
    by_line: Vec<i64>,
    own: Vec<i64>,
    /// What multipliers act on, by line, once a credit needs it.
    base: Vec<i64>,
    base_all: Vec<i64>,
    based: bool,
    rests: Vec<(usize, i64)>,
}

/// Micro-points of a credit that spread by one key.
#[derive(Debug, Clone, Copy, Default)]
struct Keyed {
    flat: i64,
    extra: i64,
    extra_all: i64,
}

impl Spreading {
    fn begin(&mut self, plan: &KindPlan, fired: &[Fired]) {
        self.based = false;
        self.classes.clear();
        if plan.classes.len() == 1 {
            self.classes.push(0);
            return;
        }
        for rule in fired.iter().filter(|rule| rule.points != 0) {
            if let Err(at) = self.classes.binary_search(&rule.class) {
                self.classes.insert(at, rule.class);
            }
        }
    }

    /// Micro-points by line of the rules of a credit.
    fn weigh<'a>(
        &mut self,
        plan: &KindPlan,
        values: &Values,
        fired: &[Fired],
        rules: impl Iterator<Item = &'a Fired>,
    ) {
        let Self { by_line, own, base, base_all, based, .. } = self;
        empty(by_line, values);
        let mut keyed = Keyed::default();
        for rule in rules.filter(|rule| rule.left > 0) {
            let gives = rule.gives.of(&plan.gives);
            if let [only] = gives {
                match only {
                    GiveRow::Flat(_) | GiveRow::Milestone { .. } => {
                        keyed.flat = keyed.flat.saturating_add(rule.left);
                    }
                    GiveRow::Multiply { all: false, .. } => {
                        keyed.extra = keyed.extra.saturating_add(rule.left);
                    }
                    GiveRow::Multiply { all: true, .. } => {
                        keyed.extra_all = keyed.extra_all.saturating_add(rule.left);
                    }
                    _ => spread_rate(plan, values, only, rule.left, by_line),
                }
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
                0 => keyed.flat = keyed.flat.saturating_add(part),
                at if at == last => keyed.extra_all = keyed.extra_all.saturating_add(part),
                at if at == last.saturating_sub(1) => keyed.extra = keyed.extra.saturating_add(part),
                at => {
                    if let Some(give) = rates().nth(at.saturating_sub(1)) {
                        spread_rate(plan, values, give, part, by_line);
                    }
                }
            });
        }
        spread(keyed.flat, values.lines.iter().map(|line| line.amount), by_line);
        if keyed.extra > 0 || keyed.extra_all > 0 {
            if !*based {
                *based = true;
                bases(plan, values, fired, base, base_all);
            }
            spread(keyed.extra, base.iter().copied(), by_line);
            spread(keyed.extra_all, base_all.iter().copied(), by_line);
        }
    }

    /// Splits whole points over the lines in proportion to what they weigh, by largest remainder, ties in order; evenly
    /// when nothing weighs anything.
    fn by_largest_remainder(&mut self, points: i64, parts: &mut Vec<i64>) {
        let Self { by_line: weights, rests, .. } = self;
        let even = weights.iter().all(|weight| *weight == 0);
        let weight = |weight: &i64| if even { 1 } else { *weight };
        let whole = weights.iter().map(weight).fold(0_i64, i64::saturating_add);
        let first = parts.len();
        rests.clear();
        for (at, one) in weights.iter().enumerate() {
            let one = weight(one);
            let part = share(points, one, whole);
            parts.push(part);
            rests.push((at, rest(points, one, part, whole)));
        }
        let parts = parts.get_mut(first..).unwrap_or(&mut []);
        let mut over = parts.iter().fold(points, |over, part| over.saturating_sub(*part));
        if over <= 0 {
            return;
        }
        rests.sort_unstable_by_key(|(at, rest)| (Reverse(*rest), *at));
        for (at, _) in rests {
            if over <= 0 {
                break;
            }
            if let Some(part) = parts.get_mut(*at) {
                *part = part.saturating_add(1);
                over = over.saturating_sub(1);
            }
        }
    }
}

/// What a division left: `points x one - part x whole`, for the part that is the quotient.
fn rest(points: i64, one: i64, part: i64, whole: i64) -> i64 {
    if let (Some(product), Some(divided)) = (points.checked_mul(one), part.checked_mul(whole)) {
        return product.saturating_sub(divided);
    }
    let product = i128::from(points).saturating_mul(i128::from(one));
    narrow(product.rem_euclid(i128::from(whole.max(1))))
}

/// No micro-points on any line.
fn empty(by_line: &mut Vec<i64>, values: &Values) {
    by_line.clear();
    by_line.resize(values.lines.len(), 0);
}

/// Spreads a rate over the lines it took.
fn spread_rate(plan: &KindPlan, values: &Values, give: &GiveRow, micro: i64, by_line: &mut [i64]) {
    let (GiveRow::Rate { amount, .. } | GiveRow::Steps { amount, .. }) = *give else { return };
    if let Some(row) = plan.amounts.get(size(amount)) {
        spread(micro, values.amount_by_line(plan, *row), by_line);
    }
}

/// What multipliers act on, by line: base awards, and base and flat awards.
fn bases(plan: &KindPlan, values: &Values, fired: &[Fired], base: &mut Vec<i64>, all: &mut Vec<i64>) {
    empty(base, values);
    let mut flat = 0_i64;
    for rule in fired.iter().filter(|rule| is_base(plan, rule)) {
        flat = flat.saturating_add(rule.flat);
        for give in rule.gives.of(&plan.gives) {
            spread_rate(plan, values, give, rate(plan, values, give), base);
        }
    }
    all.clear();
    all.extend_from_slice(base);
    spread(flat, values.lines.iter().map(|line| line.amount), all);
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
