//! From firing rules to an outcome: base, flat, multipliers, groups; then cuts, one rounding, grants and draws.
//!
//! Rows come in the order of rule names, which settles every tie.

use super::arithmetic::{MICRO_MAX, proportion};
use super::rounding::Spreading;
use super::values::Values;
use super::{challenges, cuts, rounding};
use crate::facts::Facts;
use crate::model::Programme;
use crate::outcome::{Answer, Cut, Verdict};
use crate::plan::tables::{AmountRow, GiveRow, KindPlan, RuleRow, Run, TakeRow, size};
use crate::units::MICRO;

/// A rule that fired, on its way through the phases. Amounts are micro-points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fired {
    /// What the phases need of its row.
    pub(super) rule: u32,
    pub(super) gives: Run,
    pub(super) group: Option<u32>,
    order: u32,
    pub(super) budget: Option<u32>,
    pub(super) limits: Run,
    pub(super) class: u32,
    /// From rates.
    base: i64,
    /// From flat awards.
    pub(super) flat: i64,
    /// What its multipliers add of the base, and of base and flat awards.
    pub(super) extra: i64,
    pub(super) extra_all: i64,
    /// Millionths its multipliers add of the base, and of base and flat awards.
    factor: i64,
    factor_all: i64,
    /// What it would give before limits and budgets.
    pub(super) uncut: i64,
    /// What limits and budgets have left of it so far.
    pub(super) left: i64,
    /// Whether its rewards and badges are still granted, and its effects happen.
    pub(super) grants: bool,
    /// What cut it last.
    pub(super) cut: Option<Cut>,
    /// Steps of a sum that it gives for.
    pub(super) steps: i64,
    /// Whole points.
    pub(super) points: i64,
    pub(super) standing: Standing,
}

/// Whether a firing rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Counts,
    Lost,
    Nothing,
}

impl Fired {
    pub(super) fn counts(&self) -> bool {
        self.standing == Standing::Counts
    }

    /// Whether it still gives anything.
    pub(super) const fn gives(&self) -> bool {
        self.left > 0 || self.grants
    }

    /// Whether it used up one of its times: it gave a point, a reward or a badge, or had an effect.
    pub(super) const fn used(&self) -> bool {
        self.points > 0 || self.grants
    }

    fn multiplies(&self) -> bool {
        self.factor != 0 || self.factor_all != 0
    }
}

/// What multipliers act on.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Base {
    base: i64,
    flat: i64,
}

/// Rules on their way through the phases, in buffers that serve the next event too.
#[derive(Debug, Default)]
pub(super) struct Phases {
    pub(super) fired: Vec<Fired>,
    /// Rules in groups, by their place in `fired`.
    grouped: Vec<usize>,
    /// Groups of the rules that fired, ascending.
    pub(super) groups: Vec<usize>,
    /// Per group, the rule that has it.
    holders: Vec<Option<usize>>,
    /// What rules outside groups give to multiply.
    outside: Base,
    /// What they give before limits at most, those included that lose.
    most: i64,
    /// What there is among them: phases without work are left out.
    pub(super) some: Present,
    pub(super) caps: cuts::Caps,
    pub(super) draws: cuts::Draws,
    /// Rules by what remains of them, or of their points.
    pub(super) ranks: Vec<(usize, i64)>,
    pub(super) spreading: Spreading,
}

/// Whether any of the rules that fired has or does something.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "one switch per phase, no states")]
pub(super) struct Present {
    multiplies: bool,
    pub(super) budgeted: bool,
    grants: bool,
    pub(super) steps: bool,
}

impl Phases {
    /// No rule has fired.
    pub(super) fn clear(&mut self) {
        self.fired.clear();
        self.grouped.clear();
        self.groups.clear();
        self.outside = Base::default();
        self.most = 0;
        self.some = Present::default();
    }

    /// A rule fires: its own awards.
    pub(super) fn fire(&mut self, plan: &KindPlan, values: &Values, facts: &Facts, row: &RuleRow) {
        let mut rule = own_awards(plan, values, facts, row);
        if let Some(group) = rule.group.map(size) {
            self.grouped.push(self.fired.len());
            if let Err(at) = self.groups.binary_search(&group) {
                self.groups.insert(at, group);
            }
        } else if rule.gives() || rule.multiplies() {
            self.outside.add(&rule);
        } else {
            rule.standing = Standing::Nothing;
        }
        self.most = self.most.saturating_add(rule.uncut);
        let some = &mut self.some;
        some.multiplies |= rule.multiplies();
        some.budgeted |= rule.budget.is_some();
        some.grants |= rule.grants;
        some.steps |= rule.steps > 0;
        self.fired.push(rule);
    }
}

/// Turns the rules that fire into points, grants and draws.
pub(super) fn award(
    programme: &Programme,
    plan: &KindPlan,
    values: &Values,
    facts: &Facts,
    phases: &mut Phases,
    answer: &mut Answer,
) {
    take(plan, phases, false);
    if phases.some.multiplies {
        let base = phases.base(plan);
        multiply(base, phases);
    }
    take(plan, phases, true);
    if phases.most > MICRO_MAX {
        bound(&mut phases.fired);
    }
    cuts::apply(programme, plan, values, facts, phases);
    rounding::whole_points(programme.rounding, phases);
    rounding::credits(plan, values, phases, answer);
    answer.points = answer.credits.iter().fold(0, |points, credit| points.saturating_add(credit.points));
    if phases.some.grants {
        grant(plan, &phases.fired, answer);
    }
    challenges::draw(plan, values, phases, answer);
    cuts::draw(programme, plan, phases, answer);
}

/// Base and flat awards of one rule, and the factors of its multipliers.
fn own_awards(plan: &KindPlan, values: &Values, facts: &Facts, row: &RuleRow) -> Fired {
    let (mut steps, mut base, mut flat, mut done) = (0_i64, 0_i64, row.flat, true);
    if row.varies {
        for give in row.gives.of(&plan.gives) {
            match *give {
                GiveRow::Rate { .. } | GiveRow::Steps { .. } => {
                    base = base.saturating_add(rate(plan, values, give));
                }
                GiveRow::Milestone { micro, .. } => {
                    steps = passed(plan, values, facts, give);
                    flat = flat.saturating_add(proportion(steps, micro, 1));
                }
                GiveRow::Challenge(at) => {
                    let challenge = plan.challenges.get(size(at));
                    done = challenge.is_some_and(|it| challenges::completes(plan, values, facts, it));
                }
                _ => {}
            }
        }
    }
    if !done {
        flat = 0;
    }
    let uncut = base.saturating_add(flat).clamp(0, MICRO_MAX);
    Fired {
        rule: row.rule,
        gives: row.gives,
        group: row.group,
        order: row.order,
        budget: row.budget,
        limits: row.limits,
        class: row.class,
        base,
        flat,
        extra: 0,
        extra_all: 0,
        factor: row.factor,
        factor_all: row.factor_all,
        uncut,
        left: uncut,
        grants: row.grants && done,
        cut: None,
        steps,
        points: 0,
        standing: Standing::Counts,
    }
}

/// What a rate gives, or the steps of a basket; 0 for anything else.
pub(super) fn rate(plan: &KindPlan, values: &Values, give: &GiveRow) -> i64 {
    let money = |amount: u32| plan.amounts.get(size(amount)).map_or(0, |row| values.amount(plan, *row));
    match *give {
        GiveRow::Rate { amount, numerator, denominator } => proportion(money(amount), numerator, denominator),
        GiveRow::Steps { amount, micro, every } => {
            proportion(money(amount).checked_div_euclid(every).unwrap_or(0), micro, 1)
        }
        _ => 0,
    }
}

/// Steps that a sum passes with this purchase; 0 for what is no milestone.
fn passed(plan: &KindPlan, values: &Values, facts: &Facts, give: &GiveRow) -> i64 {
    let GiveRow::Milestone { at, every, money, .. } = *give else { return 0 };
    let before = facts.milestones.get(at).copied().unwrap_or(0);
    let more = if money { values.amount(plan, EVERYTHING) } else { 1 };
    let steps = |sum: i64| sum.checked_div_euclid(every).unwrap_or(0);
    steps(before.saturating_add(more)).saturating_sub(steps(before)).max(0)
}

/// What was paid for all lines.
const EVERYTHING: AmountRow = AmountRow { filter: 0, eligible_only: false };

/// Settles groups, those with multipliers or those without. Rules that found nothing to act on do not compete.
fn take(plan: &KindPlan, phases: &mut Phases, multiplies: bool) {
    let Phases { fired, grouped, holders, .. } = phases;
    if grouped.is_empty() {
        return;
    }
    holders.clear();
    holders.resize(plan.groups.len(), None);
    for at in grouped {
        let Some(rule) = fired.get_mut(*at) else { continue };
        let Some(name) = rule.group.map(size) else { continue };
        let Some(group) = plan.groups.get(name).filter(|group| group.multiplies == multiplies) else {
            continue;
        };
        // A multiplier outside groups waits for the base.
        if !rule.gives() && (multiplies || !rule.multiplies()) {
            rule.standing = Standing::Nothing;
            continue;
        }
        if group.take == TakeRow::All {
            continue;
        }
        let rule = *rule;
        let Some(holder) = holders.get_mut(name) else { continue };
        let beaten = match holder.and_then(|at| fired.get(at)) {
            None => None,
            Some(other) if beats(&rule, other, group.take) => *holder,
            Some(_) => Some(*at),
        };
        if beaten != Some(*at) {
            *holder = Some(*at);
        }
        if let Some(loser) = beaten.and_then(|at| fired.get_mut(at)) {
            loser.standing = Standing::Lost;
        }
    }
}

/// Whether a later row takes a group from an earlier one: only by giving more, or by a better place.
fn beats(rule: &Fired, holder: &Fired, take: TakeRow) -> bool {
    match take {
        TakeRow::All => false,
        TakeRow::Best => rule.uncut > holder.uncut,
        TakeRow::First => rule.order < holder.order,
    }
}

impl Base {
    fn add(&mut self, rule: &Fired) {
        self.base = self.base.saturating_add(rule.base);
        self.flat = self.flat.saturating_add(rule.flat);
    }
}

impl Phases {
    /// Awards of rules outside groups and of what groups without multipliers took.
    fn base(&self, plan: &KindPlan) -> Base {
        let grouped = self.grouped.iter().filter_map(|at| self.fired.get(*at));
        let mut base = self.outside;
        for rule in grouped.filter(|rule| is_base(plan, rule)) {
            base.add(rule);
        }
        base
    }
}

/// Whether multipliers act on this rule's awards.
pub(super) fn is_base(plan: &KindPlan, rule: &Fired) -> bool {
    rule.counts()
        && !rule.group.and_then(|group| plan.groups.get(size(group))).is_some_and(|group| group.multiplies)
}

/// Adds what multipliers add.
fn multiply(base: Base, phases: &mut Phases) {
    let Phases { fired, most, .. } = phases;
    for rule in fired.iter_mut().filter(|rule| rule.multiplies()) {
        rule.extra = proportion(base.base, rule.factor, MICRO);
        rule.extra_all = proportion(base.base.saturating_add(base.flat), rule.factor_all, MICRO);
        rule.uncut = rule.uncut.saturating_add(rule.extra).saturating_add(rule.extra_all).min(MICRO_MAX);
        rule.left = rule.uncut;
        *most = most.saturating_add(rule.uncut);
        if rule.group.is_none() && !rule.gives() {
            rule.standing = Standing::Nothing;
        }
    }
}

/// Holds the event inside what one event may carry, by name. Only absurd programmes come near it.
fn bound(fired: &mut [Fired]) {
    let mut room = MICRO_MAX;
    for rule in fired.iter_mut().filter(|rule| rule.counts()) {
        rule.left = rule.left.min(room);
        room = room.saturating_sub(rule.left);
    }
}

fn grant(plan: &KindPlan, fired: &[Fired], answer: &mut Answer) {
    for rule in fired.iter().filter(|rule| rule.counts() && rule.grants) {
        for give in rule.gives.of(&plan.gives) {
            match *give {
                GiveRow::Reward(reward) => answer.rewards.push(size(reward)),
                GiveRow::Badge(at) | GiveRow::Effect(at) => {
                    answer.granted.push((size(rule.rule), size(at)));
                }
                GiveRow::Flat(_)
                | GiveRow::Rate { .. }
                | GiveRow::Steps { .. }
                | GiveRow::Milestone { .. }
                | GiveRow::Challenge(_)
                | GiveRow::Multiply { .. } => {}
            }
        }
    }
    answer.rewards.sort_unstable();
}

pub(super) fn verdict(rule: &Fired) -> Verdict {
    match rule.standing {
        Standing::Counts => Verdict::Gave { points: rule.points, uncut_micro: rule.uncut, cut: rule.cut },
        Standing::Lost => Verdict::Lost { would_micro: rule.uncut },
        Standing::Nothing => Verdict::Nothing,
    }
}
