//! What is allowed and hardly meant, as far as it takes the whole space of events to see it: rules that no event can
//! fire, rules that stand for ever behind others of their group, points that are worth more than the money they are given
//! for, points that expire before they can be spent, tiers that limits keep out of reach; and where rules of one group
//! meet, with an event.
//!
//! Beside the checker's own warnings, not among them: they cost more than parsing and publishing may take.

use super::cells::Space;
use super::claim::{Sought, row_of};
use super::search::{Choice, Role, Search, YES};
use super::solve::{Solver, per_unit};
use super::told::Told;
use super::upper::Upper;
use crate::diagnostic::{Diagnostic, code};
use crate::effect::Effect;
use crate::evaluate::arithmetic::narrow;
use crate::event::PURCHASE;
use crate::explain;
use crate::facts::{Metric, Window};
use crate::model::{
    Condition, Expiry, Fact, Give, LimitPeriod, LimitUnit, Place, Predicate, Programme, Take,
};
use crate::plan::Rulebook;
use crate::plan::tables::{KindPlan, TakeRow, size};
use crate::units::{Moment, Period, Span, SpanUnit};
use serde::{Deserialize, Serialize};

/// Boxes looked at for one rule, at most; beyond, the rule counts as one that can fire.
const BOXES_MAX: usize = 500;

/// Pairs of rules that are looked at for where they meet, at most.
const PAIRS_MAX: usize = 60;

/// Two rules of a group that takes only one of them, on one event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlap {
    /// The group.
    pub group: String,
    /// The rule that is taken.
    pub taken: String,
    /// The rule that gives nothing then.
    pub lost: String,
    /// The event.
    pub event: Told,
}

/// All such warnings, by their place.
pub fn lint(book: &Rulebook) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for plan in book.kinds() {
        let basket = plan.kind == PURCHASE;
        let space = Space::new(book, plan, basket);
        let upper = Upper::of(book.programme(), plan, basket);
        let solver = Solver::new(&space, &upper, &[], true);
        let mut dead = Vec::new();
        for row in 0..plan.rows.len() {
            if !can_fire(&solver, row, &[]) {
                dead.push(row);
                let (name, place) = rule_of(book, plan, row);
                let message = format!("no event can fire the rule `{name}`");
                found.push(
                    Diagnostic::warning(code::DEAD, place, message).help(
                        "its conditions and dates never hold together; change one, or leave the rule out",
                    ),
                );
            }
        }
        shadowed(book, &space, &upper, &dead, &mut found);
        pump(book, &solver, &mut found);
    }
    lifetimes(book, &mut found);
    ages(book, &mut found);
    tiers(book, &mut found);
    found.sort_by_key(|one| (one.place.start, one.place.end, one.code.clone()));
    found
}

fn rule_of<'a>(book: &'a Rulebook, plan: &KindPlan, row: usize) -> (&'a str, Place) {
    let rule = plan.rows.get(row).and_then(|row| book.programme().rules.get(size(row.rule)));
    rule.map_or(("", Place::default()), |rule| (rule.name.as_str(), rule.place))
}

/// Whether some event may fire a rule while none of some others surely fires.
fn can_fire(solver: &Solver<'_, '_>, row: usize, not: &[usize]) -> bool {
    let search = &solver.search;
    let variables = search.variables_of_rows(std::iter::once(row).chain(not.iter().copied()));
    let mut open: Vec<Choice> = vec![search.start().0];
    let mut boxes = 0_usize;
    while let Some(choice) = open.pop() {
        boxes = boxes.saturating_add(1);
        if boxes > BOXES_MAX {
            return true;
        }
        let lost = not.iter().any(|other| search.possible_row(*other, &choice) == YES);
        if lost || search.possible_row(row, &choice) & YES == 0 || !solver.adds_up(&choice) {
            continue;
        }
        match variables.iter().find(|variable| choice.get(**variable) == Some(&None)) {
            Some(variable) => open.extend(search.choices(&choice, *variable)),
            None => return true,
        }
    }
    false
}

/// Rules that give nothing because others of their group always do, whenever they fire.
fn shadowed(book: &Rulebook, space: &Space<'_>, upper: &Upper, dead: &[usize], found: &mut Vec<Diagnostic>) {
    let plan = space.plan;
    for (at, group) in plan.groups.iter().enumerate() {
        if group.take != TakeRow::First {
            continue;
        }
        let mut members: Vec<usize> = (0..plan.rows.len())
            .filter(|row| plan.rows.get(*row).and_then(|row| row.group).map(size) == Some(at))
            .collect();
        let order = |row: &usize| plan.rows.get(*row).map_or(u32::MAX, |row| row.order);
        members.sort_by_key(order);
        let role = |row: usize| if members.contains(&row) { Role::Either } else { Role::None };
        let search = Search::new(space, &role, &[], true, &|_| 0);
        let solver = Solver::of(search, upper);
        for (place, row) in members.iter().enumerate().filter(|(_, row)| !dead.contains(row)) {
            let before: Vec<usize> =
                members.iter().take(place).copied().filter(|row| upper.surely_gives(*row)).collect();
            if before.is_empty() || can_fire(&solver, *row, &before) {
                continue;
            }
            let (name, here) = rule_of(book, plan, *row);
            let names: Vec<String> =
                before.iter().map(|row| format!("`{}`", rule_of(book, plan, *row).0)).collect();
            let group = book.programme().groups.get(at).map_or("", |group| group.name.as_str());
            let message = format!("the rule `{name}` never gives anything: group {group} takes others first");
            let help = format!("whenever it fires, one of {} does too; change their order", names.join(", "));
            found.push(Diagnostic::warning(code::SHADOWED, here, message).help(help));
        }
    }
}

/// Every further unit of money brings points worth more than it.
fn pump(book: &Rulebook, solver: &Solver<'_, '_>, found: &mut Vec<Diagnostic>) {
    let Some(worth) = book.programme().point_worth_micro_minor else { return };
    let worst = solver.worst();
    let digits = book.programme().currency.digits();
    let rate = per_unit(worst.upper.slope, digits);
    let unit = 10_i64.saturating_pow(u32::from(digits));
    // micro-points for a unit, at micro-minor units a point
    let given = i128::from(rate).saturating_mul(i128::from(worth)).div_euclid(1_000_000_000_000);
    if given <= i128::from(unit) || worst.shown.slope == 0 {
        return;
    }
    let Some(witness) = &worst.witness else { return };
    let told = Told::of(book, &witness.event, &witness.facts);
    let currency = book.programme().currency;
    let place = told
        .made_of
        .iter()
        .max_by_key(|part| part.points)
        .and_then(|part| book.programme().rules.iter().find(|rule| rule.name == part.rule))
        .map_or(Place::default(), |rule| rule.place);
    let message = format!(
        "money pump: together these rules give points worth {} for each {}",
        currency.show(narrow(given)),
        currency.show(unit)
    );
    let help =
        format!("{}; give less, or put a limit on it", told.one_line(&explain::whole_points(told.points)));
    found.push(Diagnostic::warning(code::PUMP, place, message).help(help));
}

/// Points that expire before they can be spent.
fn lifetimes(book: &Rulebook, found: &mut Vec<Diagnostic>) {
    let programme = book.programme();
    let zone = book.zone();
    let end = |span: Span| zone.plus(Moment(0), span);
    for rule in &programme.rules {
        let lives = rule.valid.or(match programme.expiry {
            Expiry::After { span, to_end_of: None } | Expiry::Idle { span } => Some(span),
            _ => None,
        });
        let Some((lives, waits)) = lives.zip(rule.pending.or(programme.pending)) else { continue };
        if end(lives) <= end(waits) {
            let message = format!("points of `{}` expire before they can be spent", rule.name);
            let help = format!(
                "they are pending for {waits} and valid for {lives}: let them live longer than goods can come back"
            );
            found.push(Diagnostic::warning(code::SHORT_LIVED, rule.place, message).help(help));
        }
    }
}

/// What tells people apart who should often be treated alike.
#[derive(Debug, Clone, Copy)]
enum Apart {
    Age,
    Home,
}

/// Conditions on how old a member is, or on where she lives: often unlawful without a reason. A birthday (`within`)
/// says no age.
fn ages(book: &Rulebook, found: &mut Vec<Diagnostic>) {
    fn note(conditions: &[Condition], found: &mut Vec<(Apart, Place)>) {
        for condition in conditions {
            match condition {
                Condition::Any(inner) | Condition::All(inner) | Condition::NoneOf(inner) => {
                    note(inner, found);
                }
                Condition::Test(clause) => {
                    let asks = !matches!(
                        clause.predicate,
                        Predicate::Within(..) | Predicate::Known | Predicate::Unknown
                    );
                    let what = match clause.fact {
                        Fact::MemberBirthday | Fact::MemberAge => Some(Apart::Age),
                        Fact::MemberCountry | Fact::MemberPostcode | Fact::MemberCity => Some(Apart::Home),
                        _ => None,
                    };
                    found.extend(what.filter(|_| asks).map(|what| (what, clause.place)));
                }
                Condition::Segment { .. } => {}
            }
        }
    }
    let programme = book.programme();
    let mut places = Vec::new();
    // who says in the label why, has thought of it
    for rule in programme.rules.iter().filter(|rule| rule.label.is_none()) {
        note(&rule.when, &mut places);
    }
    for segment in programme.segments.iter().filter(|segment| segment.label.is_none()) {
        note(&segment.when, &mut places);
    }
    for reward in programme.rewards.iter().filter(|reward| reward.label.is_none()) {
        note(&reward.when, &mut places);
    }
    for (what, place) in places {
        let (code, message, help) = match what {
            Apart::Age => (
                code::AGE,
                "this depends on how old a member is, and nothing says why",
                "age discriminates unless there is a reason: say it in the label, such as `\"Wine, from 18 by law\"`, or leave it out",
            ),
            Apart::Home => (
                code::HOME,
                "this depends on where a member lives, and nothing says why",
                "an address stands for origin and means unless there is a reason: say it in the label, such as `\"The new shop in Lyon opens\"`, or leave it out",
            ),
        };
        found.push(Diagnostic::warning(code, place, message).help(help));
    }
}

/// Tiers by points that the programme's own limits keep out of reach.
fn tiers(book: &Rulebook, found: &mut Vec<Diagnostic>) {
    let programme = book.programme();
    let worth = programme.point_worth_micro_minor;
    for tier in &programme.tiers {
        let Some(threshold) = tier.from.filter(|from| from.sum.metric == Metric::Earned) else { continue };
        let Some(days) = days_of(threshold.sum.window) else { continue };
        let most = programme.limits.iter().filter_map(|limit| {
            let points = match limit.most {
                LimitUnit::Points(points) => points,
                LimitUnit::Money(minor) => crate::evaluate::arithmetic::points_worth(minor, worth?),
                LimitUnit::Times(_) => return None,
            };
            let length = match limit.per {
                LimitPeriod::Day => 1,
                LimitPeriod::Week => 7,
                LimitPeriod::Month => 28,
                LimitPeriod::Year => 365,
                LimitPeriod::Event | LimitPeriod::Programme => return None,
            };
            // a window touches one period more than it is long
            Some((points.saturating_mul(days.div_euclid(length).saturating_add(2)), *limit))
        });
        if let Some((most, _)) = most.min_by_key(|(most, _)| *most)
            && most < threshold.at_least
        {
            if lifted(programme, &tier.name) {
                continue;
            }
            let message = format!("nobody can reach the tier `{}`", tier.name);
            let help = format!(
                "it asks for {} points, and the programme's limits let at most {most} through in that time",
                threshold.at_least
            );
            found.push(Diagnostic::warning(code::NO_TIER, Place::default(), message).help(help));
        }
    }
}

/// True where a rule lifts members to a tier.
fn lifted(programme: &Programme, tier: &str) -> bool {
    let lifts = |give: &Give| matches!(give, Give::Effect(Effect::Lift(lift)) if lift.tier == tier);
    programme.rules.iter().any(|rule| rule.gives.iter().any(lifts))
}

/// The most days a window is long; none without an end.
fn days_of(window: Window) -> Option<i64> {
    Some(match window {
        Window::Lifetime => return None,
        Window::Calendar(period) => match period {
            Period::Day => 1,
            Period::Week => 7,
            Period::Month => 31,
            Period::Quarter => 92,
            Period::HalfYear => 184,
            Period::Year => 366,
        },
        Window::Rolling(span) => {
            let count = i64::from(span.count);
            match span.unit {
                SpanUnit::Minute | SpanUnit::Hour => 2,
                SpanUnit::Day => count,
                SpanUnit::Week => count.saturating_mul(7),
                SpanUnit::Month => count.saturating_mul(31),
                SpanUnit::Year => count.saturating_mul(366),
            }
        }
    })
}

/// Where rules of one group meet, of which only one is taken: an event for each pair.
pub fn overlaps(book: &Rulebook) -> Vec<Overlap> {
    let mut found = Vec::new();
    let mut pairs = 0_usize;
    for plan in book.kinds() {
        let basket = plan.kind == PURCHASE;
        let space = Space::new(book, plan, basket);
        let upper = Upper::of(book.programme(), plan, basket);
        for (at, group) in book.programme().groups.iter().enumerate() {
            if !matches!(group.take, Take::Best | Take::FirstOf(_)) {
                continue;
            }
            let rules: Vec<usize> = book
                .programme()
                .rules
                .iter()
                .enumerate()
                .filter(|(_, rule)| rule.group == Some(at) && rule.on == plan.kind)
                .map(|(rule, _)| rule)
                .collect();
            for (index, left) in rules.iter().enumerate() {
                for right in rules.iter().skip(index.saturating_add(1)) {
                    pairs = pairs.saturating_add(1);
                    if pairs <= PAIRS_MAX {
                        found.extend(overlap(book, &space, &upper, (*left, *right), &group.name));
                    }
                }
            }
        }
    }
    found
}

fn overlap(
    book: &Rulebook,
    space: &Space<'_>,
    upper: &Upper,
    (left, right): (usize, usize),
    group: &str,
) -> Option<Overlap> {
    use crate::outcome::Verdict;
    let (a, b) = (row_of(space.plan, left)?, row_of(space.plan, right)?);
    let role = |row: usize| if row == a || row == b { Role::Good } else { Role::None };
    let search = Search::new(space, &role, &[], true, &|_| 0);
    let mut solver = Solver::of(search, upper);
    solver.boxes_max = BOXES_MAX;
    let both = |case: &super::solve::Case| {
        [a, b].iter().all(|row| solver.search.possible_row(*row, &case.choice) & YES != 0)
    };
    let taken = |witness: &super::witness::Witness| {
        let outcome = book.evaluate(&witness.event, &witness.facts);
        let of = |rule: usize| outcome.verdicts.get(rule).cloned();
        match (of(left), of(right)) {
            (Some(Verdict::Gave { .. }), Some(Verdict::Lost { .. })) => Some((left, right)),
            (Some(Verdict::Lost { .. }), Some(Verdict::Gave { .. })) => Some((right, left)),
            _ => None,
        }
    };
    let Sought::Found(witness) = solver.seek(&both, &|witness| taken(witness).is_some()) else { return None };
    let simple = solver.simplest(&witness, &|tried| taken(tried).is_some());
    let (winner, loser) = taken(&simple)?;
    let name =
        |rule: usize| book.programme().rules.get(rule).map(|rule| rule.name.clone()).unwrap_or_default();
    Some(Overlap {
        group: group.to_owned(),
        taken: name(winner),
        lost: name(loser),
        event: Told::of(book, &simple.event, &simple.facts),
    })
}
