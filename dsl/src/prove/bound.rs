//! The most a programme can pay: per event, per member and day, and per campaign.

use super::cells::{MONEY_MAX, Space};
use super::share::paid;
use super::solve::{Much, Solver, Worst, per_unit};
use super::told::{Told, whole_up};
use super::upper::{Line, Upper};
use super::witness::Witness;
use crate::evaluate::arithmetic::{points_worth, worth_minor};
use crate::event::{ANNIVERSARY, BIRTHDAY, ENROLMENT, PURCHASE};
use crate::facts::Facts;
use crate::model::{BudgetTotal, Give, Limit, LimitPeriod, LimitUnit, Rule, WhenSpent};
use crate::plan::Rulebook;
use crate::plan::tables::{KindPlan, size};
use serde::{Deserialize, Serialize};

/// Events of one day that are tried, to show what a day can pay.
const EVENTS_MAX: usize = 200;

/// What to look at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Only baskets of at least so much, in minor units.
    pub least_minor: Option<i64>,
    /// Only baskets of at most so much, in minor units.
    pub most_minor: Option<i64>,
    /// Do not look for the largest share of a basket.
    pub points_only: bool,
}

/// The most that a programme can pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// By kind of event, by name.
    pub events: Vec<EventBound>,
    /// One member on one day.
    pub member_day: MemberDay,
    /// Campaigns.
    pub budgets: Vec<BudgetBound>,
}

/// The most that one event can pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventBound {
    /// Its kind.
    pub kind: String,
    /// No event pays more whole points; none where it grows with the basket without an end.
    pub points: Option<i64>,
    /// What these points are worth, in minor units.
    pub worth_minor: Option<i64>,
    /// Where there is no end: at most so many micro-points for each whole unit of money,
    pub per_unit_micro: Option<i64>,
    /// and so many points beside that.
    pub beside_points: Option<i64>,
    /// Whether an event was found that pays just that; otherwise it is a sound bound.
    pub exact: bool,
    /// The event found that pays most.
    pub witness: Option<Told>,
    /// The largest share of what was paid, where the programme says what a point is worth.
    pub share: Option<ShareBound>,
    /// Boxes of cells that were looked at.
    pub boxes: usize,
    /// The most that each rule gives by itself; none where it grows with the basket without an end.
    pub rules: Vec<RuleBound>,
}

/// The most that a rule gives on one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleBound {
    /// The rule.
    pub rule: String,
    /// Whole points; none where there is no end.
    pub points: Option<i64>,
}

/// The largest share of a basket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareBound {
    /// In 1/10 000 of what was paid, rounded up; none for points where nothing was paid.
    pub ratio: Option<i64>,
    /// Whether no event gives back more; otherwise it is the largest found.
    pub exact: bool,
    /// The event.
    pub witness: Told,
}

/// The most that one member can get on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberDay {
    /// No day pays more; none where there is no end.
    pub points: Option<i64>,
    /// Whether a day was found that pays just that.
    pub exact: bool,
    /// Rules that give again with every event, without an end.
    pub endless: Vec<String>,
    /// What a day was found to pay, with so many events.
    pub shown_points: i64,
    /// Events of that day.
    pub shown_events: usize,
}

/// What a campaign can cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetBound {
    /// The budget.
    pub budget: String,
    /// Never more than so many points; none where it only warns.
    pub points: Option<i64>,
    /// Never more than so much money, in minor units; none where it only warns, or where points have no worth.
    pub worth_minor: Option<i64>,
    /// Rules that draw on it.
    pub rules: Vec<String>,
    /// So many events such as the worst one found spend it all.
    pub worst_events: Option<i64>,
}

/// The most that a programme can pay.
pub fn bound(book: &Rulebook, options: Options) -> Bounds {
    let mut events = Vec::new();
    let mut shown: Vec<Witness> = Vec::new();
    for plan in book.kinds() {
        let (event, witness) = event_bound(book, plan, options);
        events.push(event);
        shown.extend(witness);
    }
    let member_day = member_day(book, &events, &shown);
    let budgets = budgets(book, &shown);
    Bounds { events, member_day, budgets }
}

/// The most that one kind of event can pay. Purchases have a basket, other kinds have none.
fn event_bound(book: &Rulebook, plan: &KindPlan, options: Options) -> (EventBound, Option<Witness>) {
    let basket = plan.kind == PURCHASE;
    let space = Space::new(book, plan, basket);
    let upper = Upper::of(book.programme(), plan, basket);
    let bounded = options.most_minor.is_some();
    let mut solver = Solver::new(&space, &upper, &[], bounded);
    let range = (options.least_minor.unwrap_or(0), options.most_minor.unwrap_or(MONEY_MAX));
    solver.paid = range;
    let mut worst = solver.worst();
    let mut beside = if worst.upper.slope > 0 { solver.beside(&worst) } else { worst.upper.micro };
    if basket && options.least_minor.is_none() && asks_for_nothing(plan) {
        let without = without_basket(book, plan);
        beside = beside.max(without.upper.micro);
        if without.upper > worst.upper {
            worst = without;
        }
    }
    let worth = book.programme().point_worth_micro_minor;
    let Much { slope, micro } = worst.upper;
    let endless = slope > 0;
    let points = (!endless).then(|| whole_up(micro));
    let witness = worst.witness.as_ref().map(|found| {
        solver.simplest(found, &|tried| {
            tried.points >= found.points && paid(&tried.event.lines) <= paid(&found.event.lines)
        })
    });
    let share = worth.filter(|_| basket && !options.points_only).and_then(|worth| {
        let mut solver = Solver::new(&space, &upper, &[], true);
        solver.paid = range;
        let (share, witness, exact) = solver.largest_share(worth)?;
        let bought = paid(&witness.event.lines);
        let simple = solver.simplest(&witness, &|tried| {
            tried.points >= witness.points && paid(&tried.event.lines) == bought
        });
        Some(ShareBound {
            ratio: (bought > 0).then(|| share.ratio()),
            exact,
            witness: Told::of(book, &simple.event, &simple.facts),
        })
    });
    let digits = book.programme().currency.digits();
    let found = EventBound {
        kind: plan.kind.clone(),
        points,
        worth_minor: points.zip(worth).map(|(points, worth)| worth_minor(points, worth)),
        per_unit_micro: endless.then(|| per_unit(slope, digits)),
        beside_points: endless.then(|| whole_up(beside)),
        exact: worst.exact() && (!endless || beside == micro),
        witness: witness.as_ref().map(|found| Told::of(book, &found.event, &found.facts)),
        share,
        boxes: worst.boxes,
        rules: rules(&solver),
    };
    (found, witness)
}

/// The most that each rule gives by itself.
fn rules(solver: &Solver<'_, '_>) -> Vec<RuleBound> {
    let (choice, alive) = solver.search.start();
    let Some(case) = solver.case(choice, alive) else { return Vec::new() };
    let plan = solver.space().plan;
    let names = &solver.space().book.programme().rules;
    let bound = |(row, line): (usize, Line)| {
        let rule = plan.rows.get(row).and_then(|row| names.get(size(row.rule)))?;
        let endless = case.money.paid.1 == MONEY_MAX && line.steepest() > 0;
        let points = (!endless).then(|| whole_up(line.at(case.money.paid.1)));
        Some(RuleBound { rule: rule.name.clone(), points })
    };
    let each = solver.upper.each(&case.alive, &case.allowed, &case.money);
    each.into_iter().filter_map(bound).collect()
}

/// Whether some condition could hold only where there is no basket.
fn asks_for_nothing(plan: &KindPlan) -> bool {
    use crate::plan::tables::Node;
    plan.program
        .nodes
        .iter()
        .any(|node| matches!(node, Node::Known { known: false, .. } | Node::SetKnown { known: false, .. }))
}

/// The worst purchase without any line.
fn without_basket(book: &Rulebook, plan: &KindPlan) -> Worst {
    let space = Space::new(book, plan, false);
    let upper = Upper::of(book.programme(), plan, false);
    Solver::new(&space, &upper, &[], false).worst()
}

/// Kinds that come at most once a day for a member.
fn once_a_day(kind: &str) -> bool {
    [ENROLMENT, BIRTHDAY, ANNIVERSARY].contains(&kind)
        || kind.starts_with("schedule.")
        || kind.starts_with("absence.")
}

/// Whole points that limits of a day or longer leave; none without one.
fn points_a_day(limits: &[Limit], worth: Option<i64>) -> Option<i64> {
    let lasting = limits.iter().filter(|limit| limit.per != LimitPeriod::Event);
    lasting
        .filter_map(|limit| match limit.most {
            LimitUnit::Points(points) => Some(points),
            LimitUnit::Money(minor) => worth.map(|worth| points_worth(minor, worth)),
            LimitUnit::Times(_) => None,
        })
        .min()
}

/// Times that limits of a day or longer leave; none without one.
fn times_a_day(limits: &[Limit]) -> Option<i64> {
    let lasting = limits.iter().filter(|limit| limit.per != LimitPeriod::Event);
    lasting
        .filter_map(|limit| match limit.most {
            LimitUnit::Times(times) => Some(times),
            _ => None,
        })
        .min()
}

fn member_day(book: &Rulebook, events: &[EventBound], shown: &[Witness]) -> MemberDay {
    let programme = book.programme();
    let worth = programme.point_worth_micro_minor;
    let whole = points_a_day(&programme.limits, worth);
    let mut endless = Vec::new();
    let mut sum: i64 = 0;
    let mut groups: Vec<i64> = vec![0; programme.groups.len()];
    let mut group_ends: Vec<bool> = programme.groups.iter().map(|_| true).collect();
    for rule in &programme.rules {
        let event = events.iter().find(|event| event.kind == rule.on);
        let Some(most) = rule_a_day(book, rule, event) else {
            if let Some(ends) = rule.group.and_then(|group| group_ends.get_mut(group)) {
                *ends = false;
            }
            endless.push(rule);
            continue;
        };
        match rule.group.and_then(|group| groups.get_mut(group)) {
            Some(total) => *total = total.saturating_add(most),
            None => sum = sum.saturating_add(most),
        }
    }
    for ((group, total), ends) in programme.groups.iter().zip(&groups).zip(&group_ends) {
        let cap = points_a_day(&group.limits, worth);
        let total = match (cap, ends) {
            (Some(cap), false) => cap,
            (Some(cap), true) => cap.min(*total),
            (None, _) => *total,
        };
        sum = sum.saturating_add(total);
    }
    // a group with a limit of its own ends its rules
    endless.retain(|rule| {
        let group = rule.group.and_then(|group| programme.groups.get(group));
        group.is_none_or(|group| points_a_day(&group.limits, worth).is_none())
    });
    let points = match (endless.is_empty(), whole) {
        (true, Some(whole)) => Some(whole.min(sum)),
        (true, None) => Some(sum),
        (false, whole) => whole,
    };
    let endless: Vec<String> =
        if whole.is_some() { Vec::new() } else { endless.iter().map(|rule| rule.name.clone()).collect() };
    let (shown_points, shown_events) = play_a_day(book, shown);
    MemberDay { points, exact: points == Some(shown_points), endless, shown_points, shown_events }
}

/// The most that one rule gives a member on one day; none without an end.
fn rule_a_day(book: &Rulebook, rule: &Rule, event: Option<&EventBound>) -> Option<i64> {
    let programme = book.programme();
    let worth = programme.point_worth_micro_minor;
    let budget = rule.budget.and_then(|budget| programme.budgets.get(budget));
    let from_budget =
        budget.filter(|budget| budget.when_spent == WhenSpent::Stop).and_then(|budget| match budget.total {
            BudgetTotal::Points(points) => Some(points),
            BudgetTotal::Money(minor) => worth.map(|worth| points_worth(minor, worth)),
        });
    let points = points_a_day(&rule.limits, worth);
    let group = rule.group.and_then(|group| programme.groups.get(group));
    let times = [times_a_day(&rule.limits), group.and_then(|group| times_a_day(&group.limits))]
        .into_iter()
        .flatten()
        .chain(times_a_day(&programme.limits))
        .chain(once_a_day(&rule.on).then_some(1))
        .min();
    let own = event.and_then(|event| event.rules.iter().find(|known| known.rule == rule.name));
    // a rule that no event can fire gives nothing
    let an_event = own.map_or(event.map(|_| 0), |own| own.points);
    let by_times = times.zip(an_event).map(|(times, points)| times.saturating_mul(points));
    let gives_points =
        rule.gives.iter().any(|give| !matches!(give, Give::Reward(_) | Give::Badge(_) | Give::Effect(_)));
    if !gives_points {
        return Some(0);
    }
    [points, from_budget, by_times].into_iter().flatten().min()
}

/// Lets the worst events found happen to one member on one day until nothing more is paid.
fn play_a_day(book: &Rulebook, shown: &[Witness]) -> (i64, usize) {
    let Some(first) = shown.first() else { return (0, 0) };
    let zone = book.zone();
    let today = zone.local(first.event.at).day;
    let mut used = vec![0_i64; book.limits().len()];
    let mut budget_used = vec![0_i64; book.programme().budgets.len()];
    let (mut points, mut count) = (0_i64, 0_usize);
    for witness in shown {
        let mut event = witness.event.clone();
        let minute = zone.local(event.at).minute;
        event.at = zone.moment_of(today, minute);
        let most = if once_a_day(&event.kind) { 1 } else { EVENTS_MAX };
        for _ in 0..most {
            let facts =
                Facts { used: used.clone(), budget_used: budget_used.clone(), ..witness.facts.clone() };
            let outcome = book.evaluate(&event, &facts);
            if outcome.points == 0 {
                break;
            }
            points = points.saturating_add(outcome.points);
            count = count.saturating_add(1);
            for (draws, counters) in
                [(&outcome.limit_draws, &mut used), (&outcome.budget_draws, &mut budget_used)]
            {
                for (at, amount) in draws {
                    if let Some(counter) = counters.get_mut(*at) {
                        *counter = counter.saturating_add(*amount);
                    }
                }
            }
        }
    }
    (points, count)
}

fn budgets(book: &Rulebook, shown: &[Witness]) -> Vec<BudgetBound> {
    let programme = book.programme();
    let worth = programme.point_worth_micro_minor;
    let bound = |(at, budget): (usize, &crate::model::Budget)| {
        let stops = budget.when_spent == WhenSpent::Stop;
        let (points, money, total) = match budget.total {
            BudgetTotal::Points(points) => {
                (Some(points), worth.map(|worth| worth_minor(points, worth)), points)
            }
            BudgetTotal::Money(minor) => (worth.map(|worth| points_worth(minor, worth)), Some(minor), minor),
        };
        let drawn = shown
            .iter()
            .flat_map(|witness| book.evaluate(&witness.event, &witness.facts).budget_draws)
            .filter(|(budget, _)| *budget == at)
            .map(|(_, drawn)| drawn)
            .max();
        let rules = programme.rules.iter().filter(|rule| rule.budget == Some(at));
        BudgetBound {
            budget: budget.name.clone(),
            points: points.filter(|_| stops),
            worth_minor: money.filter(|_| stops),
            rules: rules.map(|rule| rule.name.clone()).collect(),
            worst_events: drawn
                .map(|drawn| total.saturating_add(drawn).saturating_sub(1).div_euclid(drawn.max(1))),
        }
    };
    programme.budgets.iter().enumerate().map(bound).collect()
}
