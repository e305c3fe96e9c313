//! Limits and budgets of the reference: what they cut, and what is drawn from them.

use super::asks::Asks;
use super::{Fired, MOST, narrow, split};
use dsl::facts::Facts;
use dsl::model::*;
use dsl::outcome::Cut;
use dsl::plan::{LimitOwner, LimitSlot, Rulebook};
use dsl::units::MICRO;
use std::cmp::Reverse;

/// Whole points that may be given together, by who limits them.
pub(super) struct Caps {
    pub(super) programme: i128,
    pub(super) groups: Vec<i128>,
    pub(super) budgets: Vec<i128>,
}

const NO_CAP: i128 = i128::MAX / 4;

pub(super) fn cut(book: &Rulebook, asks: &Asks<'_>, facts: &Facts, fired: &mut [Fired]) -> Caps {
    let programme = book.programme();
    let limits = |owner: LimitOwner| -> Vec<(&LimitSlot, i128, Cut)> {
        let counted = book.limits().iter().enumerate().map(|(at, slot)| {
            (slot, i128::from(facts.used.get(at).copied().unwrap_or(0).max(0)), Cut::Limit(at))
        });
        let per_event =
            book.event_limits().iter().enumerate().map(|(at, slot)| (slot, 0, Cut::EventLimit(at)));
        let mut found: Vec<_> = per_event.chain(counted).filter(|(slot, _, _)| slot.owner == owner).collect();
        found.sort_by_key(|(slot, _, _)| slot.per);
        found
    };
    let mut room = MOST;
    for one in fired.iter_mut().filter(|one| one.counts()) {
        one.left = one.left.min(room);
        room -= one.left;
    }
    for at in 0..fired.len() {
        for limit in limits(LimitOwner::Rule(fired[at].rule)) {
            apply(limit, programme, fired, &|one, _| one == at);
        }
    }
    let mut caps = Caps { programme: NO_CAP, groups: vec![], budgets: vec![] };
    for at in 0..programme.groups.len() {
        let rules = &programme.rules;
        let cap = limits(LimitOwner::Group(at))
            .into_iter()
            .map(|limit| apply(limit, programme, fired, &|_, rule| rules[rule].group == Some(at)))
            .min();
        caps.groups.push(cap.unwrap_or(NO_CAP));
    }
    for limit in limits(LimitOwner::Programme) {
        caps.programme = caps.programme.min(apply(limit, programme, fired, &|_, _| true));
    }
    for (at, budget) in programme.budgets.iter().enumerate() {
        let used = i128::from(facts.budget_used.get(at).copied().unwrap_or(0).max(0));
        let open = asks.active(budget.active);
        let left = match budget.total {
            BudgetTotal::Points(total) => (i128::from(total) - used).max(0),
            BudgetTotal::Money(total) => affordable(programme, (i128::from(total) - used).max(0)),
        };
        let cap = match (budget.when_spent, open) {
            (WhenSpent::Warn, _) => NO_CAP,
            (WhenSpent::Stop, true) => left,
            (WhenSpent::Stop, false) => 0,
        };
        cut_points(cap, Cut::Budget(at), fired, &|_, rule| programme.rules[rule].budget == Some(at));
        caps.budgets.push(cap);
    }
    caps
}

/// Whole points that so many minor units can pay for.
fn affordable(programme: &Programme, minor: i128) -> i128 {
    match programme.point_worth_micro_minor {
        Some(worth) if worth > 0 => minor * i128::from(MICRO) / i128::from(worth),
        _ => NO_CAP,
    }
}

/// Applies a limit to the rules it is over; the whole points it allows them.
fn apply(
    (slot, used, cut): (&LimitSlot, i128, Cut),
    programme: &Programme,
    fired: &mut [Fired],
    over: &dyn Fn(usize, usize) -> bool,
) -> i128 {
    match slot.most {
        LimitUnit::Times(most) => {
            let left = usize::try_from((i128::from(most) - used).max(0)).unwrap();
            let mut giving: Vec<usize> = (0..fired.len())
                .filter(|at| fired[*at].counts() && fired[*at].gives() && over(*at, fired[*at].rule))
                .collect();
            giving.sort_by_key(|at| Reverse(fired[*at].left));
            for at in giving.into_iter().skip(left) {
                fired[at].left = 0;
                fired[at].grants = false;
                fired[at].cut = Some(cut);
            }
            NO_CAP
        }
        LimitUnit::Points(most) => {
            let left = (i128::from(most) - used).max(0);
            cut_points(left, cut, fired, over);
            left
        }
        LimitUnit::Money(most) => {
            let left = affordable(programme, (i128::from(most) - used).max(0));
            cut_points(left, cut, fired, over);
            left
        }
    }
}

fn cut_points(points: i128, cut: Cut, fired: &mut [Fired], over: &dyn Fn(usize, usize) -> bool) {
    let most = points.saturating_mul(i128::from(MICRO));
    let under: Vec<usize> =
        (0..fired.len()).filter(|at| fired[*at].counts() && over(*at, fired[*at].rule)).collect();
    let weights: Vec<i128> = under.iter().map(|at| fired[*at].left).collect();
    if weights.iter().sum::<i128>() <= most {
        return;
    }
    for (at, part) in under.into_iter().zip(split(most, &weights)) {
        if part < fired[at].left {
            fired[at].left = part;
            fired[at].cut = Some(cut);
        }
    }
}

fn worth(programme: &Programme, points: i128) -> i128 {
    let micro = points * i128::from(programme.point_worth_micro_minor.unwrap_or(0));
    (micro + i128::from(MICRO) - 1) / i128::from(MICRO)
}

pub(super) fn limit_draws(book: &Rulebook, fired: &[Fired]) -> Vec<(usize, i64)> {
    let programme = book.programme();
    let mut draws = Vec::new();
    for (at, slot) in book.limits().iter().enumerate() {
        let under: Vec<&Fired> = fired
            .iter()
            .filter(|one| one.counts() && one.used())
            .filter(|one| match slot.owner {
                LimitOwner::Programme => true,
                LimitOwner::Group(group) => programme.rules[one.rule].group == Some(group),
                LimitOwner::Rule(rule) => one.rule == rule,
                LimitOwner::Reward(_) | LimitOwner::Referral => false,
            })
            .collect();
        let points: i128 = under.iter().map(|one| one.points).sum();
        let drawn = match slot.most {
            LimitUnit::Times(_) => i128::try_from(under.len()).unwrap(),
            LimitUnit::Points(_) => points,
            LimitUnit::Money(_) => worth(programme, points),
        };
        if drawn > 0 {
            draws.push((at, narrow(drawn)));
        }
    }
    draws
}

pub(super) fn budget_draws(programme: &Programme, fired: &[Fired]) -> Vec<(usize, i64)> {
    let mut draws = Vec::new();
    for (at, budget) in programme.budgets.iter().enumerate() {
        let under = fired.iter().filter(|one| one.counts() && programme.rules[one.rule].budget == Some(at));
        let points: i128 = under.map(|one| one.points).sum();
        let drawn = match budget.total {
            BudgetTotal::Points(_) => points,
            BudgetTotal::Money(_) => worth(programme, points),
        };
        if drawn > 0 {
            draws.push((at, narrow(drawn)));
        }
    }
    draws
}
