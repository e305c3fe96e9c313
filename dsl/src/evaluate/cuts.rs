//! Limits and budgets: they cut, they never reject, and nothing they allow is ever exceeded.
//!
//! Order: each rule's own limits, then its group's, then the programme's, then budgets; inside one owner the shortest
//! period first. A limit in points or money becomes a number of whole points (a money limit: as many as it can pay
//! for), so that rounding can never pass it. What cuts several rules together cuts them in proportion.

use super::aggregate::Fired;
use super::arithmetic::{points_worth, split, worth_minor};
use super::values::Values;
use crate::facts::Facts;
use crate::model::{LimitUnit, Programme};
use crate::outcome::{Cut, Outcome};
use crate::plan::tables::{BudgetRow, GiveRow, KindPlan, LimitRow, Run, size};
use crate::units::{Day, MICRO};
use std::cmp::Reverse;

/// Whole points that rules together may still give, for the rounding to respect; `i64::MAX` without a limit.
#[derive(Debug, Clone)]
pub(super) struct Caps {
    pub(super) programme: i64,
    /// By group; empty without any limit on a group.
    pub(super) groups: Vec<i64>,
    /// By budget; empty without budgets.
    pub(super) budgets: Vec<i64>,
}

/// Applies all limits and budgets.
pub(super) fn apply(
    programme: &Programme,
    plan: &KindPlan,
    values: &Values,
    facts: &Facts,
    fired: &mut [Fired<'_>],
) -> Caps {
    let worth = programme.point_worth_micro_minor;
    for rule in fired.iter_mut().filter(|rule| rule.counts() && !rule.row.limits.is_empty()) {
        own_limits(rule, plan, worth, facts);
    }
    let mut caps = Caps { programme: i64::MAX, groups: Vec::new(), budgets: Vec::new() };
    if plan.groups.iter().any(|group| !group.limits.is_empty()) {
        caps.groups = vec![i64::MAX; plan.groups.len()];
        for (at, (group, cap)) in plan.groups.iter().zip(&mut caps.groups).enumerate() {
            let member = |rule: &Fired<'_>| rule.row.group.is_some_and(|group| size(group) == at);
            *cap = joint_limits(group.limits, &member, plan, worth, facts, fired);
        }
    }
    caps.programme = joint_limits(plan.programme_limits, &|_| true, plan, worth, facts, fired);
    if fired.iter().any(|rule| rule.counts() && rule.row.budget.is_some()) {
        caps.budgets = vec![i64::MAX; plan.budgets.len()];
        for (at, (budget, cap)) in plan.budgets.iter().zip(&mut caps.budgets).enumerate() {
            if budget.stops {
                *cap = budget_left(
                    budget,
                    facts.budget_used.get(at).copied().unwrap_or(0),
                    worth,
                    values.local.day,
                );
                let member = |rule: &Fired<'_>| rule.row.budget.is_some_and(|budget| size(budget) == at);
                cut_together(*cap, Cut::Budget(at), &member, fired);
            }
        }
    }
    caps
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

fn own_limits(rule: &mut Fired<'_>, plan: &KindPlan, worth: Option<i64>, facts: &Facts) {
    for limit in rule.row.limits.of(&plan.limits) {
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
fn silence(rule: &mut Fired<'_>, cut: Cut) {
    rule.left = 0;
    rule.grants = false;
    rule.cut = Some(cut);
}

/// Applies limits over several rules; the fewest whole points they allow.
fn joint_limits(
    limits: Run,
    member: &dyn Fn(&Fired<'_>) -> bool,
    plan: &KindPlan,
    worth: Option<i64>,
    facts: &Facts,
    fired: &mut [Fired<'_>],
) -> i64 {
    let mut cap = i64::MAX;
    for limit in limits.of(&plan.limits) {
        if let Some(points) = points_left(limit, worth, facts) {
            cap = cap.min(points);
            cut_together(points, limit.cut, member, fired);
        } else if matches!(limit.most, LimitUnit::Times(_)) {
            cut_times(left(limit, facts), limit.cut, member, fired);
        }
    }
    cap
}

/// Keeps as many rules as there are times left: those that give most, then by name.
fn cut_times(times: i64, cut: Cut, member: &dyn Fn(&Fired<'_>) -> bool, fired: &mut [Fired<'_>]) {
    let mut giving: Vec<&mut Fired<'_>> =
        fired.iter_mut().filter(|rule| rule.counts() && rule.gives() && member(rule)).collect();
    let times = usize::try_from(times).unwrap_or(usize::MAX);
    if giving.len() <= times {
        return;
    }
    giving.sort_by_key(|rule| Reverse(rule.left));
    for rule in giving.into_iter().skip(times) {
        silence(rule, cut);
    }
}

/// Cuts rules in proportion, so that together they give no more than so many whole points.
fn cut_together(points: i64, cut: Cut, member: &dyn Fn(&Fired<'_>) -> bool, fired: &mut [Fired<'_>]) {
    let takes_part = |rule: &Fired<'_>| rule.counts() && rule.left > 0 && member(rule);
    let most = points.saturating_mul(MICRO);
    let sum =
        fired.iter().filter(|rule| takes_part(rule)).fold(0_i64, |sum, rule| sum.saturating_add(rule.left));
    if sum <= most {
        return;
    }
    let before: Vec<i64> = fired.iter().map(|rule| if takes_part(rule) { rule.left } else { 0 }).collect();
    split(most, before.iter().copied(), |at, part| {
        if let Some(rule) = fired.get_mut(at)
            && part < rule.left
            && takes_part(rule)
        {
            rule.left = part;
            rule.cut = Some(cut);
        }
    });
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

/// Writes what the event uses of each limit and budget, from the whole points that rules gave.
pub(super) fn draw(programme: &Programme, plan: &KindPlan, fired: &[Fired<'_>], outcome: &mut Outcome) {
    let worth = programme.point_worth_micro_minor.unwrap_or(0);
    let counted = || fired.iter().filter(|rule| rule.counts() && rule.used());
    for rule in counted() {
        draw_limits(rule.row.limits, plan, worth, rule.points, 1, outcome);
    }
    let sum = |member: &dyn Fn(&Fired<'_>) -> bool| {
        counted().filter(|rule| member(rule)).fold((0_i64, 0_i64), |(points, times), rule| {
            (points.saturating_add(rule.points), times.saturating_add(1))
        })
    };
    for (at, group) in plan.groups.iter().enumerate().filter(|(_, group)| !group.limits.is_empty()) {
        let (points, times) = sum(&|rule| rule.row.group.is_some_and(|group| size(group) == at));
        draw_limits(group.limits, plan, worth, points, times, outcome);
    }
    if !plan.programme_limits.is_empty() {
        let (points, times) = sum(&|_| true);
        draw_limits(plan.programme_limits, plan, worth, points, times, outcome);
    }
    for rule in fired.iter().filter(|rule| rule.counts() && rule.steps > 0) {
        for give in rule.row.gives.of(&plan.gives) {
            let GiveRow::Milestone { times, points, .. } = *give else { continue };
            outcome.limit_draws.push((times, rule.steps));
            outcome.limit_draws.extend((rule.points > 0).then_some((points, rule.points)));
        }
    }
    outcome.limit_draws.sort_unstable();
    for (at, budget) in plan.budgets.iter().enumerate() {
        let (points, _) = sum(&|rule| rule.row.budget.is_some_and(|budget| size(budget) == at));
        let drawn = if budget.money { worth_minor(points, worth) } else { points };
        if drawn > 0 {
            outcome.budget_draws.push((at, drawn));
        }
    }
}

fn draw_limits(limits: Run, plan: &KindPlan, worth: i64, points: i64, times: i64, outcome: &mut Outcome) {
    for limit in limits.of(&plan.limits) {
        let Some(counter) = limit.counter else { continue };
        let drawn = match limit.most {
            LimitUnit::Times(_) => times,
            LimitUnit::Points(_) => points,
            LimitUnit::Money(_) => worth_minor(points, worth),
        };
        if drawn > 0 {
            outcome.limit_draws.push((counter, drawn));
        }
    }
}
