//! Limits and budgets: they cut, they never reject, and nothing they allow is ever exceeded.
//!
//! Order: each rule's own limits, then its group's, then the programme's, then budgets; inside one owner the shortest
//! period first. A limit in points or money becomes a number of whole points (a money limit: as many as it can pay
//! for), so that rounding can never pass it. What cuts several rules together cuts them in proportion.

use super::aggregate::{Fired, Phases, verdict};
use super::arithmetic::{points_worth, share, worth_minor};
use super::values::Values;
use crate::facts::Facts;
use crate::model::{LimitUnit, Programme};
use crate::outcome::{Answer, Cut};
use crate::plan::tables::{BudgetRow, GiveRow, KindPlan, LimitRow, Run, size};
use crate::units::{Day, MICRO};
use std::cmp::Reverse;

/// Whole points that rules together may still give, for the rounding to respect; `i64::MAX` without a limit.
#[derive(Debug, Clone, Default)]
pub(super) struct Caps {
    pub(super) programme: i64,
    /// By group; empty without any limit on a group of theirs.
    pub(super) groups: Vec<i64>,
    /// By budget; empty where none of them has one.
    pub(super) budgets: Vec<i64>,
}

/// Applies all limits and budgets.
pub(super) fn apply(
    programme: &Programme,
    plan: &KindPlan,
    values: &Values,
    facts: &Facts,
    phases: &mut Phases,
) {
    let worth = programme.point_worth_micro_minor;
    let Phases { fired, groups, caps, ranks, some, .. } = phases;
    let mut total = 0_i64;
    for rule in fired.iter_mut().filter(|rule| rule.counts()) {
        if !rule.limits.is_empty() {
            own_limits(rule, plan, worth, facts);
        }
        total = total.saturating_add(rule.left);
    }
    let limited = Limited { plan, worth, facts };
    caps.groups.clear();
    for at in groups.iter() {
        let Some(group) = plan.groups.get(*at).filter(|group| !group.limits.is_empty()) else { continue };
        let member = |rule: &Fired| rule.group.is_some_and(|group| size(group) == *at);
        let most = limited.jointly(group.limits, member, sum_left(fired, member), fired, ranks);
        caps.groups.resize(plan.groups.len(), i64::MAX);
        if let Some(cap) = caps.groups.get_mut(*at) {
            *cap = most;
        }
        total = sum_left(fired, |_| true);
    }
    caps.programme = limited.jointly(plan.programme_limits, |_| true, total, fired, ranks);
    caps.budgets.clear();
    if some.budgeted {
        caps.budgets.resize(plan.budgets.len(), i64::MAX);
        for (at, (budget, cap)) in plan.budgets.iter().zip(&mut caps.budgets).enumerate() {
            if budget.stops {
                let used = facts.budget_used.get(at).copied().unwrap_or(0);
                *cap = budget_left(budget, used, worth, values.today());
                let member = |rule: &Fired| rule.budget.is_some_and(|budget| size(budget) == at);
                cut_together(*cap, Cut::Budget(at), member, sum_left(fired, member), fired);
            }
        }
    }
}

/// Micro-points that some of the rules that count have left.
fn sum_left(fired: &[Fired], member: impl Fn(&Fired) -> bool) -> i64 {
    let members = fired.iter().filter(|rule| rule.counts() && member(rule));
    members.fold(0, |sum, rule| sum.saturating_add(rule.left))
}

/// What is left of a limit, in its own unit.
fn left(limit: &LimitRow, facts: &Facts) -> i64 {
    let (LimitUnit::Times(most) | LimitUnit::Points(most) | LimitUnit::Money(most)) = limit.most;
    let used = limit.counter.and_then(|counter| facts.used.get(counter)).copied().unwrap_or(0);
    most.saturating_sub(used.max(0)).max(0)
}

/// Whole points a limit still allows; `None` for limits in times, and in money without a worth.
fn points_left(limit: &LimitRow, worth: Option<i64>, facts: &Facts) -> Option<i64> {
    match limit.most {
        LimitUnit::Times(_) => None,
        LimitUnit::Points(_) => Some(left(limit, facts)),
        LimitUnit::Money(_) => worth.map(|worth| points_worth(left(limit, facts), worth)),
    }
}

fn own_limits(rule: &mut Fired, plan: &KindPlan, worth: Option<i64>, facts: &Facts) {
    for limit in rule.limits.of(&plan.limits) {
        if let Some(points) = points_left(limit, worth, facts) {
            let most = points.saturating_mul(MICRO);
            if rule.left > most {
                rule.left = most;
                rule.cut = Some(limit.cut);
            }
        } else if matches!(limit.most, LimitUnit::Times(_)) && left(limit, facts) == 0 && rule.gives() {
            silence(rule, limit.cut);
        }
    }
}

/// A rule beyond its times gives nothing at all.
fn silence(rule: &mut Fired, cut: Cut) {
    rule.left = 0;
    rule.grants = false;
    rule.cut = Some(cut);
}

/// What limits over several rules are judged by.
struct Limited<'a> {
    plan: &'a KindPlan,
    worth: Option<i64>,
    facts: &'a Facts,
}

impl Limited<'_> {
    /// Applies limits over several rules, which have so much left together; the fewest whole points they allow.
    fn jointly(
        &self,
        limits: Run,
        member: impl Fn(&Fired) -> bool,
        mut total: i64,
        fired: &mut [Fired],
        ranks: &mut Vec<(usize, i64)>,
    ) -> i64 {
        let mut cap = i64::MAX;
        for limit in limits.of(&self.plan.limits) {
            if let Some(points) = points_left(limit, self.worth, self.facts) {
                cap = cap.min(points);
                cut_together(points, limit.cut, &member, total, fired);
                total = total.min(points.saturating_mul(MICRO));
            } else if matches!(limit.most, LimitUnit::Times(_)) {
                cut_times(left(limit, self.facts), limit.cut, &member, fired, ranks);
                total = sum_left(fired, &member);
            }
        }
        cap
    }
}

/// Keeps as many rules as there are times left: those that give most, then by name.
fn cut_times(
    times: i64,
    cut: Cut,
    member: impl Fn(&Fired) -> bool,
    fired: &mut [Fired],
    giving: &mut Vec<(usize, i64)>,
) {
    giving.clear();
    let rules = fired.iter().enumerate();
    let rules = rules.filter(|(_, rule)| rule.counts() && rule.gives() && member(rule));
    giving.extend(rules.map(|(at, rule)| (at, rule.left)));
    let times = usize::try_from(times).unwrap_or(usize::MAX);
    if giving.len() <= times {
        return;
    }
    giving.sort_unstable_by_key(|(at, left)| (Reverse(*left), *at));
    for (at, _) in giving.iter().skip(times) {
        if let Some(rule) = fired.get_mut(*at) {
            silence(rule, cut);
        }
    }
}

/// Cuts rules, which have so much left together, in proportion, so that they give no more than so many whole points:
/// as `split` would.
fn cut_together(points: i64, cut: Cut, member: impl Fn(&Fired) -> bool, total: i64, fired: &mut [Fired]) {
    let most = points.saturating_mul(MICRO);
    if total <= most {
        return;
    }
    let takes_part = |rule: &Fired| rule.counts() && rule.left > 0 && member(rule);
    let (mut before, mut given) = (0_i64, 0_i64);
    for rule in fired.iter_mut().filter(|rule| takes_part(rule)) {
        before = before.saturating_add(rule.left);
        let upto = share(most, before, total);
        let part = upto.saturating_sub(given);
        given = upto;
        if part < rule.left {
            rule.left = part;
            rule.cut = Some(cut);
        }
    }
}

/// Whole points a budget that stops can still pay for on this day.
fn budget_left(budget: &BudgetRow, used: i64, worth: Option<i64>, today: Day) -> i64 {
    if today < budget.from || today > budget.until {
        return 0;
    }
    let left = budget.total.saturating_sub(used.max(0)).max(0);
    match (budget.money, worth) {
        (false, _) => left,
        (true, Some(worth)) => points_worth(left, worth),
        (true, None) => i64::MAX,
    }
}

/// What is drawn on limits, by limit: a bit for each that is drawn on, and how much.
#[derive(Debug, Default)]
pub(super) struct Draws {
    some: Vec<u64>,
    amounts: Vec<i64>,
}

impl Draws {
    /// Adds to what is used of a limit; nothing where that is nothing.
    pub(super) fn add(&mut self, limit: usize, amount: i64) {
        if amount <= 0 {
            return;
        }
        let word = limit.wrapping_shr(6);
        if self.amounts.len() <= limit {
            self.amounts.resize(limit.saturating_add(1), 0);
            self.some.resize(word.saturating_add(1), 0);
        }
        if let (Some(some), Some(slot)) = (self.some.get_mut(word), self.amounts.get_mut(limit)) {
            *some |= 1_u64.wrapping_shl(u32::try_from(limit & 63).unwrap_or(0));
            *slot = slot.saturating_add(amount);
        }
    }

    /// Hands all on, by limit, and forgets them.
    fn tell(&mut self, draws: &mut Vec<(usize, i64)>) {
        let Self { some, amounts } = self;
        for (at, word) in some.iter_mut().enumerate() {
            while *word != 0 {
                let limit = at.wrapping_mul(64).wrapping_add(size(word.trailing_zeros()));
                *word &= word.wrapping_sub(1);
                if let Some(amount) = amounts.get_mut(limit) {
                    draws.push((limit, std::mem::take(amount)));
                }
            }
        }
    }
}

/// Writes what became of each rule, and what the event uses of each limit and budget, from the whole points that rules
/// gave.
pub(super) fn draw(programme: &Programme, plan: &KindPlan, phases: &mut Phases, answer: &mut Answer) {
    let Phases { fired, groups, draws, some, .. } = phases;
    let worth = programme.point_worth_micro_minor.unwrap_or(0);
    let (mut points, mut times) = (0_i64, 0_i64);
    for rule in fired.iter() {
        answer.fired.push((size(rule.rule), verdict(rule)));
        if rule.counts() && rule.used() {
            points = points.saturating_add(rule.points);
            times = times.saturating_add(1);
            draw_limits(rule.limits, plan, worth, (rule.points, 1), draws);
        }
    }
    let counted = || fired.iter().filter(|rule| rule.counts() && rule.used());
    for at in groups.iter() {
        let Some(group) = plan.groups.get(*at).filter(|group| !group.limits.is_empty()) else { continue };
        let members = counted().filter(|rule| rule.group.is_some_and(|group| size(group) == *at));
        draw_limits(group.limits, plan, worth, sum(members), draws);
    }
    draw_limits(plan.programme_limits, plan, worth, (points, times), draws);
    if some.steps {
        for rule in fired.iter().filter(|rule| rule.counts() && rule.steps > 0) {
            for give in rule.gives.of(&plan.gives) {
                let GiveRow::Milestone { times, points, .. } = *give else { continue };
                draws.add(times, rule.steps);
                draws.add(points, rule.points);
            }
        }
    }
    draws.tell(&mut answer.limit_draws);
    if !some.budgeted {
        return;
    }
    for (at, budget) in plan.budgets.iter().enumerate() {
        let members = counted().filter(|rule| rule.budget.is_some_and(|budget| size(budget) == at));
        let (points, _) = sum(members);
        let drawn = if budget.money { worth_minor(points, worth) } else { points };
        if drawn > 0 {
            answer.budget_draws.push((at, drawn));
        }
    }
}

/// Points of rules, and how many rules they are.
fn sum<'a>(rules: impl Iterator<Item = &'a Fired>) -> (i64, i64) {
    rules.fold((0, 0), |(points, times): (i64, i64), rule| {
        (points.saturating_add(rule.points), times.saturating_add(1))
    })
}

fn draw_limits(limits: Run, plan: &KindPlan, worth: i64, (points, times): (i64, i64), draws: &mut Draws) {
    for limit in limits.of(&plan.limits) {
        let Some(counter) = limit.counter else { continue };
        draws.add(
            counter,
            match limit.most {
                LimitUnit::Times(_) => times,
                LimitUnit::Points(_) => points,
                LimitUnit::Money(_) => worth_minor(points, worth),
            },
        );
    }
}
