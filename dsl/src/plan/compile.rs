//! From a checked programme to plans, one per event kind.

use super::challenges::{self, ChallengeSlots};
use super::conditions::{Builder, Shared};
use super::counters::Counters;
use super::index::Index;
use super::milestones::{self, Milestone};
use super::tables::{
    AmountRow, BudgetRow, ChallengeRow, Class, CountsRow, GiveRow, GoalRow, GroupRow, KindPlan, LimitRow,
    RuleRow, Run, TakeRow, index,
};
use super::{LimitOwner, LimitSlot};
use crate::evaluate::arithmetic::MICRO_MAX;
use crate::facts::{Happening, Metric, WindowedSum};
use crate::model::{
    Active, Amount, BudgetTotal, Challenge, Counts, Give, Goal, LimitPeriod, LimitUnit, Programme, Rule,
    Take, WhenSpent,
};
use crate::outcome::Cut;
use crate::units::{Day, MICRO, RATIO, Span, SpanUnit};
use std::collections::{BTreeMap, BTreeSet};

/// The plans of all event kinds that rules answer, by kind.
pub(super) fn kinds(
    programme: &Programme,
    (windows, happenings): (&[WindowedSum], &[Happening]),
    counters: &Counters,
) -> Vec<KindPlan> {
    let milestones = milestones::of(programme, &counters.slots);
    let challenges = challenges::of(programme, &counters.slots);
    let goals = programme.rules.iter().filter_map(Rule::challenge).flat_map(|challenge| &challenge.goals);
    let kinds: BTreeSet<&str> =
        programme.rules.iter().map(|rule| rule.on.as_str()).chain(goals.map(Goal::kind)).collect();
    kinds
        .into_iter()
        .map(|kind| plan(kind, programme, (windows, happenings), (&milestones, &challenges), counters))
        .collect()
}

fn plan(
    kind: &str,
    programme: &Programme,
    (windows, happenings): (&[WindowedSum], &[Happening]),
    (milestones, challenges): (&[Milestone], &[ChallengeSlots]),
    counters: &Counters,
) -> KindPlan {
    let mut rules: Vec<(usize, &Rule)> =
        programme.rules.iter().enumerate().filter(|(_, rule)| rule.answers(kind)).collect();
    rules.sort_by(|(left_at, left), (right_at, right)| (&left.name, left_at).cmp(&(&right.name, right_at)));
    let mut build = Build {
        programme,
        windows,
        milestones,
        challenges,
        slots: &counters.slots,
        limits_by_owner: limits_by_owner(counters),
        classes: classes(programme, &rules),
        shared: Shared::new(&programme.segments, &programme.calendars, (happenings, &programme.experiments)),
        builder: Builder::default(),
        plan: KindPlan { kind: kind.to_owned(), ..KindPlan::default() },
        amounts: BTreeMap::new(),
    };
    build.plan.programme_limits = build.limits(LimitOwner::Programme);
    build.plan.attention = build.limits(LimitOwner::Attention);
    build.plan.budgets = programme.budgets.iter().map(budget).collect();
    for (at, group) in programme.groups.iter().enumerate() {
        let members = || rules.iter().filter(|(_, rule)| rule.group == Some(at));
        let multiplies =
            members().any(|(_, rule)| rule.gives.iter().any(|give| matches!(give, Give::Multiply { .. })));
        let take = match &group.take {
            Take::All | Take::SumOfExtras => TakeRow::All,
            Take::Best => TakeRow::Best,
            Take::FirstOf(_) => TakeRow::First,
        };
        let limits = build.limits(LimitOwner::Group(at));
        build.plan.groups.push(GroupRow { take, multiplies, limits });
    }
    for (at, rule) in &rules {
        build.rule(*at, rule);
    }
    build.plan.draws = rules.iter().find(|(_, rule)| rule.chooses()).map(|(at, _)| *at);
    build.plan.budgets_read = budgets_read(&rules);
    build.plan.classes = build.classes;
    build.plan.symbols = build.shared.symbols;
    build.plan.reads = build.shared.reads;
    build.plan.sources = build.shared.sources;
    build.plan.filters = build.shared.filters;
    build.plan.program = build.builder.program;
    build.plan.index = Index::of(&build.plan);
    build.plan
}

/// A plan under construction.
struct Build<'a> {
    programme: &'a Programme,
    windows: &'a [WindowedSum],
    milestones: &'a [Milestone],
    challenges: &'a [ChallengeSlots],
    slots: &'a [LimitSlot],
    limits_by_owner: BTreeMap<(u8, usize), Vec<(LimitPeriod, LimitRow)>>,
    classes: Vec<Class>,
    shared: Shared,
    builder: Builder,
    plan: KindPlan,
    amounts: BTreeMap<AmountRow, u32>,
}

impl Build<'_> {
    fn rule(&mut self, at: usize, rule: &Rule) {
        // who may be drawn is asked before, by `Rulebook::candidate_unmet`
        let conditions = if rule.chooses() { &[] } else { rule.when.as_slice() };
        let when: Vec<u32> = conditions
            .iter()
            .map(|condition| self.builder.condition(condition, &mut self.shared, self.windows))
            .collect();
        let when = Run::append(&mut self.plan.whens, when);
        let gives: Vec<GiveRow> =
            rule.gives.iter().enumerate().filter_map(|(nth, give)| self.give(at, nth, give)).collect();
        let grants = gives
            .iter()
            .any(|give| matches!(give, GiveRow::Reward(_) | GiveRow::Badge(_) | GiveRow::Effect(_)));
        let fixed = Fixed::of(&gives);
        let gives = Run::append(&mut self.plan.gives, gives);
        let limits = self.limits(LimitOwner::Rule(at));
        let order =
            rule.group.and_then(|group| self.programme.groups.get(group)).map(|group| match &group.take {
                Take::FirstOf(order) => order.iter().position(|named| *named == at).map_or(u32::MAX, index),
                Take::All | Take::Best | Take::SumOfExtras => 0,
            });
        let (from, until) = days(rule.active);
        let class = class_of(self.programme, rule);
        self.plan.rows.push(RuleRow {
            rule: index(at),
            from,
            until,
            when,
            gives,
            grants,
            flat: fixed.flat,
            factor: fixed.factor,
            factor_all: fixed.factor_all,
            varies: fixed.varies,
            group: rule.group.filter(|group| *group < self.programme.groups.len()).map(index),
            order: order.unwrap_or(0),
            budget: rule.budget.filter(|budget| *budget < self.programme.budgets.len()).map(index),
            limits,
            class: self.classes.iter().position(|known| *known == class).map_or(0, index),
        });
    }

    fn give(&mut self, rule: usize, at: usize, give: &Give) -> Option<GiveRow> {
        match give {
            Give::Points(micro) => Some(GiveRow::Flat(*micro)),
            Give::Rate { points_micro, per_minor, of } => self.rate(*points_micro, *per_minor, of),
            Give::Share { ratio, of } => {
                // amount x ratio / RATIO minor units, at `worth` micro-minor units a point, in micro-points.
                let numerator = ratio.saturating_mul(MICRO).saturating_mul(MICRO.div_euclid(RATIO));
                self.rate(numerator, self.programme.point_worth_micro_minor?, of)
            }
            Give::Multiply { factor_micro, all } => {
                Some(GiveRow::Multiply { extra_micro: factor_micro.saturating_sub(MICRO).max(0), all: *all })
            }
            Give::Steps { points_micro, every_minor, of } => {
                let amount = self.amount(of);
                (*every_minor > 0).then_some(GiveRow::Steps {
                    amount,
                    micro: *points_micro,
                    every: *every_minor,
                })
            }
            Give::Milestone { points_micro, every } => {
                let at = self.milestones.iter().position(|known| known.rule == rule)?;
                let milestone = self.milestones.get(at)?;
                (every.at_least > 0).then_some(GiveRow::Milestone {
                    at,
                    micro: *points_micro,
                    every: every.at_least,
                    money: every.sum.metric == Metric::Spent,
                    times: milestone.times,
                    points: milestone.points,
                })
            }
            Give::Challenge(challenge) => self.challenge(rule, challenge),
            Give::Reward(reward) => Some(GiveRow::Reward(index(*reward))),
            Give::Badge(_) => Some(GiveRow::Badge(index(at))),
            Give::Effect(_) => Some(GiveRow::Effect(index(at))),
        }
    }

    fn rate(&mut self, numerator: i64, denominator: i64, of: &Amount) -> Option<GiveRow> {
        if denominator <= 0 {
            return None;
        }
        Some(GiveRow::Rate { amount: self.amount(of), numerator, denominator })
    }

    /// The goals of a challenge: those of another kind of event count nothing here.
    fn challenge(&mut self, rule: usize, challenge: &Challenge) -> Option<GiveRow> {
        let slots = self.challenges.iter().find(|known| known.rule == rule)?;
        let goals = challenge.goals.iter().zip(&slots.goals);
        let goals: Vec<GoalRow> = goals
            .map(|(goal, slot)| GoalRow { slot: *slot, target: goal.target, counts: self.counts(goal) })
            .collect();
        let at = index(self.plan.challenges.len());
        let times = |at: usize| match self.slots.get(at)?.most {
            LimitUnit::Times(most) => Some((at, most)),
            _ => None,
        };
        let once = slots.once.and_then(times);
        self.plan.challenges.push(ChallengeRow { needs: challenge.needs, once, goals, given: slots.given });
        Some(GiveRow::Challenge(at))
    }

    fn counts(&mut self, goal: &Goal) -> CountsRow {
        if goal.kind() != self.plan.kind {
            return CountsRow::Elsewhere;
        }
        match &goal.counts {
            Counts::Money(of) => CountsRow::Money(self.amount(of)),
            Counts::Times { when, .. } => {
                let when = when.iter();
                let when =
                    when.map(|condition| self.builder.condition(condition, &mut self.shared, self.windows));
                CountsRow::Times(when.collect())
            }
        }
    }

    /// The row of an amount.
    fn amount(&mut self, of: &Amount) -> u32 {
        let row = AmountRow {
            filter: self.shared.filter(&of.filter, self.windows),
            eligible_only: of.eligible_only,
        };
        let next = index(self.plan.amounts.len());
        *self.amounts.entry(row).or_insert_with(|| {
            self.plan.amounts.push(row);
            next
        })
    }

    /// The limits of an owner, shortest period first.
    fn limits(&mut self, owner: LimitOwner) -> Run {
        let rows = self.limits_by_owner.get(&owner_key(owner)).cloned().unwrap_or_default();
        Run::append(&mut self.plan.limits, rows.into_iter().map(|(_, row)| row))
    }
}

/// What a rule gives of any event.
#[derive(Default)]
struct Fixed {
    flat: i64,
    factor: i64,
    factor_all: i64,
    varies: bool,
}

impl Fixed {
    fn of(gives: &[GiveRow]) -> Self {
        let mut fixed = Self::default();
        for give in gives {
            match *give {
                GiveRow::Flat(micro) => fixed.flat = fixed.flat.saturating_add(micro.clamp(0, MICRO_MAX)),
                GiveRow::Multiply { extra_micro, all: false } => {
                    fixed.factor = fixed.factor.saturating_add(extra_micro);
                }
                GiveRow::Multiply { extra_micro, all: true } => {
                    fixed.factor_all = fixed.factor_all.saturating_add(extra_micro);
                }
                GiveRow::Rate { .. }
                | GiveRow::Steps { .. }
                | GiveRow::Milestone { .. }
                | GiveRow::Challenge(_) => {
                    fixed.varies = true;
                }
                GiveRow::Reward(_) | GiveRow::Badge(_) | GiveRow::Effect(_) => {}
            }
        }
        fixed
    }
}

const fn owner_key(owner: LimitOwner) -> (u8, usize) {
    match owner {
        LimitOwner::Programme => (0, 0),
        LimitOwner::Group(at) => (1, at),
        LimitOwner::Rule(at) => (2, at),
        LimitOwner::Reward(at) => (3, at),
        LimitOwner::Referral => (4, 0),
        LimitOwner::Milestone(at) => (5, at),
        LimitOwner::Challenge(at) => (6, at),
        LimitOwner::Attention => (7, 0),
    }
}

fn limits_by_owner(counters: &Counters) -> BTreeMap<(u8, usize), Vec<(LimitPeriod, LimitRow)>> {
    let mut found: BTreeMap<(u8, usize), Vec<(LimitPeriod, LimitRow)>> = BTreeMap::new();
    for (at, slot) in counters.per_event.iter().enumerate() {
        let row = LimitRow { most: slot.most, counter: None, cut: Cut::EventLimit(at) };
        found.entry(owner_key(slot.owner)).or_default().push((slot.per, row));
    }
    for (at, slot) in counters.slots.iter().enumerate() {
        let row = LimitRow { most: slot.most, counter: Some(at), cut: Cut::Limit(at) };
        found.entry(owner_key(slot.owner)).or_default().push((slot.per, row));
    }
    for rows in found.values_mut() {
        rows.sort_by_key(|(per, _)| *per);
    }
    found
}

fn class_of(programme: &Programme, rule: &Rule) -> Class {
    let pending = rule.pending.or(programme.pending);
    Class { valid: rule.valid, pending, apart: rule.apart(), if_unspent: rule.if_unspent }
}

fn classes(programme: &Programme, rules: &[(usize, &Rule)]) -> Vec<Class> {
    type Key = (Option<(SpanUnit, u32)>, Option<(SpanUnit, u32)>, bool, bool);
    let key = |span: Option<Span>| span.map(|span| (span.unit, span.count));
    let mut found: BTreeMap<Key, Class> = BTreeMap::new();
    for (_, rule) in rules {
        let class = class_of(programme, rule);
        found.insert((key(class.valid), key(class.pending), class.apart, class.if_unspent), class);
    }
    found.into_values().collect()
}

fn budget(budget: &crate::model::Budget) -> BudgetRow {
    let (total, money) = match budget.total {
        BudgetTotal::Points(points) => (points, false),
        BudgetTotal::Money(minor) => (minor, true),
    };
    let (from, until) = days(budget.active);
    BudgetRow { total, money, stops: budget.when_spent == WhenSpent::Stop, from, until }
}

fn budgets_read(rules: &[(usize, &Rule)]) -> Vec<usize> {
    let found: BTreeSet<usize> = rules.iter().filter_map(|(_, rule)| rule.budget).collect();
    found.into_iter().collect()
}

pub(super) fn days(active: Active) -> (Day, Day) {
    (active.from.unwrap_or(Day(i32::MIN)), active.until.unwrap_or(Day(i32::MAX)))
}
