//! The semantics a second time: straight over the programme, for clarity and not for speed, for the tests only.
//!
//! It shares no code with the plan: of the rulebook it takes the lists that the outcome's indices refer to, nothing
//! else. Where it and the plan differ, one of them is wrong.
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::integer_division,
    clippy::similar_names,
    clippy::wildcard_imports,
    reason = "a reference that fails loudly is a good reference"
)]

mod asks;
mod cuts;

use asks::Asks;
use cuts::{Caps, budget_draws, cut, limit_draws};
use dsl::effect::Effect;
use dsl::event::Event;
use dsl::facts::Facts;
use dsl::model::*;
use dsl::outcome::{Credit, Cut, Outcome, Verdict};
use dsl::plan::Rulebook;
use dsl::units::{AMOUNT_MAX, Day, MICRO, Rounding, Span};
use std::cmp::Reverse;
use std::collections::BTreeMap;

const MOST: i128 = AMOUNT_MAX as i128 * MICRO as i128;

/// How an award spreads over lines.
#[derive(Clone)]
enum Spread {
    /// By what the lines cost.
    Amounts,
    /// On the lines a rate took.
    Lines(Vec<i128>),
    /// As the base that multipliers act on, with flat awards or without.
    Base { all: bool },
}

/// A rule that fired.
#[derive(Clone)]
struct Fired {
    rule: usize,
    /// Micro-points by part: flat, rates, extra, extra of all.
    parts: Vec<(i128, Spread)>,
    uncut: i128,
    left: i128,
    grants: bool,
    cut: Option<Cut>,
    lost: bool,
    nothing: bool,
    points: i128,
}

impl Fired {
    fn counts(&self) -> bool {
        !self.lost && !self.nothing
    }
    fn gives(&self) -> bool {
        self.left > 0 || self.grants
    }
    fn used(&self) -> bool {
        self.points > 0 || self.grants
    }
}

/// Decides one event.
pub(crate) fn decide(book: &Rulebook, event: &Event, facts: &Facts) -> Outcome {
    let programme = book.programme();
    let asks = Asks::new(book, event, facts);
    let mut verdicts: Vec<Verdict> = programme.rules.iter().map(|rule| asks.verdict(rule)).collect();

    // Rules in the order of their names: every tie goes to the first.
    let mut order: Vec<usize> = (0..programme.rules.len()).collect();
    order.sort_by_key(|at| (&programme.rules[*at].name, *at));
    let firing = order.into_iter().filter(|at| fires(&verdicts[*at]));
    let mut fired: Vec<Fired> = firing.map(|at| own_award(&asks, programme, at)).collect();

    // Groups without multipliers first: what they take is part of the base.
    let multiplies: Vec<bool> = (0..programme.groups.len())
        .map(|group| {
            let rules =
                programme.rules.iter().filter(|rule| rule.on == event.kind && rule.group == Some(group));
            rules.flat_map(|rule| &rule.gives).any(|give| matches!(give, Give::Multiply { .. }))
        })
        .collect();
    for (at, group) in programme.groups.iter().enumerate() {
        if !multiplies[at] {
            settle(programme, at, group, &mut fired);
        }
    }
    let in_base =
        |one: &Fired| one.counts() && programme.rules[one.rule].group.is_none_or(|group| !multiplies[group]);
    let base: i128 = fired.iter().filter(|one| in_base(one)).map(rates).sum();
    let flat: i128 = fired.iter().filter(|one| in_base(one)).map(flats).sum();
    let mut base_lines = vec![0; event.lines.len()];
    for one in fired.iter().filter(|one| in_base(one)) {
        for (micro, spread) in &one.parts {
            if let Spread::Lines(weights) = spread {
                add(&mut base_lines, spread_over(*micro, weights));
            }
        }
    }
    let mut all_lines = base_lines.clone();
    add(&mut all_lines, spread_over(flat, &asks.amounts()));

    for one in fired.iter_mut().filter(|one| !one.lost) {
        let factor = |wanted: bool| -> i128 {
            let gives = programme.rules[one.rule].gives.iter();
            gives
                .map(|give| match give {
                    Give::Multiply { factor_micro, all } if *all == wanted => {
                        i128::from((*factor_micro - MICRO).max(0))
                    }
                    _ => 0,
                })
                .sum()
        };
        let extra = (base * factor(false) / i128::from(MICRO)).min(MOST);
        let extra_all = ((base + flat) * factor(true) / i128::from(MICRO)).min(MOST);
        one.parts.push((extra, Spread::Base { all: false }));
        one.parts.push((extra_all, Spread::Base { all: true }));
        one.uncut = (one.uncut + extra + extra_all).min(MOST);
        one.left = one.uncut;
        one.nothing = !one.gives();
    }
    for (at, group) in programme.groups.iter().enumerate() {
        if multiplies[at] {
            settle(programme, at, group, &mut fired);
        }
    }

    let caps = cut(book, &asks, facts, &mut fired);
    round(programme.rounding, &caps, programme, &mut fired);
    let lines = Lines { amounts: asks.amounts(), base: base_lines, all: all_lines };
    let credits = credits(programme, &lines, &fired);

    for one in &fired {
        verdicts[one.rule] = if one.lost {
            Verdict::Lost { would_micro: narrow(one.uncut) }
        } else if one.nothing {
            Verdict::Nothing
        } else {
            Verdict::Gave { points: narrow(one.points), uncut_micro: narrow(one.uncut), cut: one.cut }
        };
    }
    let granted = fired.iter().filter(|one| one.counts() && one.grants);
    let gives: Vec<&Give> = granted.flat_map(|one| &programme.rules[one.rule].gives).collect();
    let mut rewards: Vec<usize> =
        gives.iter().filter_map(|give| if let Give::Reward(at) = give { Some(*at) } else { None }).collect();
    let mut badges: Vec<String> = gives
        .iter()
        .filter_map(|give| if let Give::Badge(b) = give { Some(b.clone()) } else { None })
        .collect();
    let mut effects: Vec<Effect> = gives
        .iter()
        .filter_map(|give| if let Give::Effect(effect) = give { Some(effect.clone()) } else { None })
        .collect();
    effects.sort_unstable();
    effects.dedup();
    rewards.sort_unstable();
    badges.sort_unstable();
    badges.dedup();
    Outcome {
        points: credits.iter().map(|credit| credit.points).sum(),
        credits,
        rewards,
        badges,
        effects,
        limit_draws: limit_draws(book, &fired),
        budget_draws: budget_draws(programme, &fired),
        verdicts,
    }
}

fn fires(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Gave { .. })
}

fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap()
}

fn rates(one: &Fired) -> i128 {
    one.parts.iter().filter(|(_, spread)| matches!(spread, Spread::Lines(_))).map(|(micro, _)| micro).sum()
}

fn flats(one: &Fired) -> i128 {
    one.parts.iter().filter(|(_, spread)| matches!(spread, Spread::Amounts)).map(|(micro, _)| micro).sum()
}

/// Base and flat awards of a rule.
fn own_award(asks: &Asks<'_>, programme: &Programme, at: usize) -> Fired {
    let rule = &programme.rules[at];
    let mut flat = 0;
    let mut parts = Vec::new();
    let mut grants = false;
    for give in &rule.gives {
        match give {
            Give::Points(micro) => flat += i128::from(*micro).clamp(0, MOST),
            Give::Rate { points_micro, per_minor, of } => {
                let weights = asks.amount_by_line(of);
                let sum: i128 = weights.iter().sum();
                let micro =
                    if *per_minor > 0 { sum * i128::from(*points_micro) / i128::from(*per_minor) } else { 0 };
                parts.push((micro.clamp(0, MOST), Spread::Lines(weights)));
            }
            Give::Share { ratio, of } => {
                let weights = asks.amount_by_line(of);
                let sum: i128 = weights.iter().sum();
                let worth = i128::from(programme.point_worth_micro_minor.unwrap_or(0));
                // minor = sum x ratio / 10 000; micro-minor = minor x 10^6; points = micro-minor / worth; x 10^6.
                let micro = if worth > 0 { sum * i128::from(*ratio) * 100_000_000 / worth } else { 0 };
                parts.push((micro.clamp(0, MOST), Spread::Lines(weights)));
            }
            Give::Multiply { .. } => {}
            Give::Reward(_) | Give::Badge(_) | Give::Effect(_) => grants = true,
        }
    }
    parts.insert(0, (flat, Spread::Amounts));
    let uncut = parts.iter().map(|(micro, _)| *micro).sum::<i128>().min(MOST);
    let mut one = Fired {
        rule: at,
        parts,
        uncut,
        left: uncut,
        grants,
        cut: None,
        lost: false,
        nothing: false,
        points: 0,
    };
    one.nothing = !one.gives();
    one
}

/// Decides a group: everyone but the winner loses.
fn settle(programme: &Programme, at: usize, group: &Group, fired: &mut [Fired]) {
    let mut candidates: Vec<&mut Fired> =
        fired.iter_mut().filter(|one| programme.rules[one.rule].group == Some(at) && one.counts()).collect();
    match &group.take {
        Take::All | Take::SumOfExtras => return,
        Take::Best => candidates.sort_by_key(|one| Reverse(one.uncut)),
        Take::FirstOf(order) => {
            candidates
                .sort_by_key(|one| order.iter().position(|rule| *rule == one.rule).unwrap_or(usize::MAX));
        }
    }
    for one in candidates.into_iter().skip(1) {
        one.lost = true;
    }
}

/// Splits in proportion: what the first n are due, less what the first n - 1 got.
fn split(total: i128, weights: &[i128]) -> Vec<i128> {
    let whole: i128 = weights.iter().sum();
    let due = |count: usize| weights[..count].iter().sum::<i128>() * total / whole.max(1);
    (0..weights.len()).map(|at| due(at + 1) - due(at)).collect()
}

fn spread_over(total: i128, weights: &[i128]) -> Vec<i128> {
    if weights.iter().all(|weight| *weight == 0) {
        return split(total, &vec![1; weights.len()]);
    }
    split(total, weights)
}

fn add(sums: &mut [i128], parts: Vec<i128>) {
    for (sum, part) in sums.iter_mut().zip(parts) {
        *sum += part;
    }
}

/// One rounding of the total; rules share it by largest remainder, never past a cap.
fn round(mode: Rounding, caps: &Caps, programme: &Programme, fired: &mut [Fired]) {
    let one_point = i128::from(MICRO);
    let total: i128 = fired.iter().filter(|one| one.counts()).map(|one| one.left).sum();
    let rounded = match mode {
        Rounding::Down => total / one_point,
        Rounding::Up => (total + one_point - 1) / one_point,
        Rounding::HalfEven => {
            let down = total / one_point;
            match (total % one_point * 2).cmp(&one_point) {
                std::cmp::Ordering::Less => down,
                std::cmp::Ordering::Greater => down + 1,
                std::cmp::Ordering::Equal => down + down % 2,
            }
        }
    };
    for one in fired.iter_mut().filter(|one| one.counts()) {
        one.points = one.left / one_point;
    }
    let sum = |fired: &[Fired], over: &dyn Fn(&Rule) -> bool| -> i128 {
        let under = fired.iter().filter(|one| one.counts() && over(&programme.rules[one.rule]));
        under.map(|one| one.points).sum()
    };
    let mut order: Vec<usize> = (0..fired.len()).filter(|at| fired[*at].counts()).collect();
    order.sort_by_key(|at| Reverse(fired[*at].left % one_point));
    for at in order {
        let rule = &programme.rules[fired[at].rule];
        let fits = sum(fired, &|_| true) < caps.programme
            && rule
                .group
                .is_none_or(|group| sum(fired, &|other| other.group == Some(group)) < caps.groups[group])
            && rule.budget.is_none_or(|budget| {
                sum(fired, &|other| other.budget == Some(budget)) < caps.budgets[budget]
            });
        if sum(fired, &|_| true) < rounded && fits && fired[at].left % one_point > 0 {
            fired[at].points += 1;
        }
    }
}

struct Lines {
    amounts: Vec<i128>,
    base: Vec<i128>,
    all: Vec<i128>,
}

fn credits(programme: &Programme, lines: &Lines, fired: &[Fired]) -> Vec<Credit> {
    type Key = (Option<(dsl::units::SpanUnit, u32)>, Option<(dsl::units::SpanUnit, u32)>);
    let key = |span: Option<Span>| span.map(|span| (span.unit, span.count));
    let mut classes: BTreeMap<Key, Vec<&Fired>> = BTreeMap::new();
    for one in fired.iter().filter(|one| one.counts()) {
        let rule = &programme.rules[one.rule];
        classes.entry((key(rule.valid), key(rule.pending.or(programme.pending)))).or_default().push(one);
    }
    let mut credits = Vec::new();
    for rules in classes.into_values() {
        let points: i128 = rules.iter().map(|one| one.points).sum();
        if points == 0 {
            continue;
        }
        let first = &programme.rules[rules[0].rule];
        credits.push(Credit {
            points: narrow(points),
            valid: first.valid,
            pending: first.pending.or(programme.pending),
            line_points: line_points(points, lines, &rules),
        });
    }
    credits
}

/// Points per line of one credit, by largest remainder.
fn line_points(points: i128, lines: &Lines, rules: &[&Fired]) -> Vec<i64> {
    if lines.amounts.is_empty() {
        return vec![];
    }
    let mut micro = vec![0; lines.amounts.len()];
    // Flat awards and what multipliers added spread together, each rate on its own lines.
    let (mut flat, mut extra, mut extra_all) = (0, 0, 0);
    for one in rules {
        let weights: Vec<i128> = one.parts.iter().map(|(micro, _)| *micro).collect();
        for ((_, spread), part) in one.parts.iter().zip(split(one.left, &weights)) {
            match spread {
                Spread::Amounts => flat += part,
                Spread::Lines(weights) => add(&mut micro, spread_over(part, weights)),
                Spread::Base { all: false } => extra += part,
                Spread::Base { all: true } => extra_all += part,
            }
        }
    }
    add(&mut micro, spread_over(flat, &lines.amounts));
    add(&mut micro, spread_over(extra, &lines.base));
    add(&mut micro, spread_over(extra_all, &lines.all));
    let whole: i128 = micro.iter().sum();
    let (weights, whole) = if whole == 0 {
        (vec![1; micro.len()], i128::try_from(micro.len()).unwrap())
    } else {
        (micro, whole)
    };
    let mut parts: Vec<i128> = weights.iter().map(|weight| points * weight / whole).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|at| Reverse(points * weights[*at] % whole));
    let over = points - parts.iter().sum::<i128>();
    for at in order.into_iter().take(usize::try_from(over).unwrap()) {
        parts[at] += 1;
    }
    parts.into_iter().map(narrow).collect()
}

/// Whether a day lies in a validity.
fn valid_on(active: Active, day: Day) -> bool {
    active.from.is_none_or(|from| from <= day) && active.until.is_none_or(|until| day <= until)
}
