//! Limits and budgets: they cut, they never reject. Each rule's own, then its group's, then the programme's, then
//! budgets; in one owner the shortest period first.

use super::decide::{Fired, narrow};
use super::file::{File, Limit, Unit, first};
use super::literal::{self, MICRO};
use super::share::split;
use dsl::facts::Facts;
use dsl::model::LimitPeriod;
use dsl::outcome::Cut;
use dsl::plan::Rulebook;
use dsl::syntax::ast::{Item, Kind, What};
use dsl::units::Day;

/// Whole points that rules may still give together; none without a limit.
#[derive(Debug, Clone, Default)]
pub(super) struct Caps {
    pub(super) programme: Option<i128>,
    pub(super) groups: Vec<Option<i128>>,
    pub(super) budgets: Vec<Option<i128>>,
}

/// Cuts all awards; answers what the rounding must keep to.
pub(super) fn cut(
    file: &File<'_>,
    book: &Rulebook,
    facts: &Facts,
    today: Day,
    fired: &mut [Fired<'_, '_>],
) -> Caps {
    for at in 0..fired.len() {
        for limit in File::limits(fired[at].item, &stem(fired[at].item)) {
            let (left, cut) = left_of(&limit, book, facts);
            match points_of(limit.unit, left, file.worth) {
                Some(points) => cut_together(points, cut, &|other, _| other == at, fired),
                // A rule that has had its times gives nothing at all.
                None if left == 0 && fired[at].counts() && fired[at].gives() => {
                    fired[at].left = 0;
                    fired[at].grants = false;
                    fired[at].cut = Some(cut);
                }
                None => {}
            }
        }
    }
    let mut caps = Caps::default();
    for (at, group) in file.of(Kind::Group).enumerate() {
        let mut cap = None;
        for limit in File::limits(group, &stem(group)) {
            let (left, cut) = left_of(&limit, book, facts);
            let points = points_of(limit.unit, left, file.worth).expect("no limit of a group is in times");
            cap = Some(cap.map_or(points, |cap: i128| cap.min(points)));
            cut_together(points, cut, &|_, one| one.group == Some(at), fired);
        }
        caps.groups.push(cap);
    }
    for programme in file.of(Kind::Programme) {
        for limit in File::limits(programme, &stem(programme)) {
            let (left, cut) = left_of(&limit, book, facts);
            let points =
                points_of(limit.unit, left, file.worth).expect("no limit of a programme is in times");
            caps.programme = Some(caps.programme.map_or(points, |cap| cap.min(points)));
            cut_together(points, cut, &|_, _| true, fired);
        }
    }
    for (at, budget) in file.of(Kind::Budget).enumerate() {
        let stops = first(budget, |what| match what {
            What::WhenSpent(word) => Some(word.text),
            _ => None,
        });
        if stops == Some("warn") {
            caps.budgets.push(None);
            continue;
        }
        let (unit, total) = total(budget);
        let used = i128::from(facts.budget_used.get(at).copied().unwrap_or(0).max(0));
        let left = if File::active(budget, today) { (total - used).max(0) } else { 0 };
        let points = points_of(unit, left, file.worth).expect("no budget is in times");
        caps.budgets.push(Some(points));
        cut_together(points, Cut::Budget(at), &|_, one| one.budget == Some(at), fired);
    }
    caps
}

/// What the keys of an owner's counters begin with.
fn stem(owner: &Item<'_>) -> String {
    match owner.kind {
        Kind::Programme => "programme".to_owned(),
        Kind::Challenge => format!("rule:{}", owner.name.expect("a name").text),
        kind => format!("{}:{}", kind.word(), owner.name.expect("a name").text),
    }
}

fn total(budget: &Item<'_>) -> (Unit, i128) {
    let total = first(budget, |what| match what {
        What::Total(quantity) if literal::is_points(quantity) => {
            Some((Unit::Points, literal::whole(&quantity.number)))
        }
        What::Total(quantity) => Some((Unit::Money, literal::money(quantity))),
        _ => None,
    });
    total.expect("a budget has a total")
}

/// What is left of a limit, and the index it is known by.
fn left_of(limit: &Limit, book: &Rulebook, facts: &Facts) -> (i128, Cut) {
    let list = if limit.per == LimitPeriod::Event { book.event_limits() } else { book.limits() };
    let at = list.iter().position(|slot| slot.key == limit.key).expect("a limit of the rulebook");
    if limit.per == LimitPeriod::Event {
        return (limit.most, Cut::EventLimit(at));
    }
    let used = i128::from(facts.used.get(at).copied().unwrap_or(0).max(0));
    ((limit.most - used).max(0), Cut::Limit(at))
}

/// The most whole points that something pays for; none of times.
fn points_of(unit: Unit, left: i128, worth: Option<i128>) -> Option<i128> {
    match unit {
        Unit::Times => None,
        Unit::Points => Some(left),
        Unit::Money => Some(left * MICRO / worth.expect("money needs the worth of a point")),
    }
}

/// Cuts rules in proportion, so that together they give no more than so many whole points.
fn cut_together(
    points: i128,
    cut: Cut,
    of: &dyn Fn(usize, &Fired<'_, '_>) -> bool,
    fired: &mut [Fired<'_, '_>],
) {
    let takes_part = |at: usize, one: &Fired<'_, '_>| one.counts() && of(at, one);
    let before: Vec<i128> =
        fired.iter().enumerate().map(|(at, one)| if takes_part(at, one) { one.left } else { 0 }).collect();
    if before.iter().sum::<i128>() <= points * MICRO {
        return;
    }
    for ((one, part), before) in fired.iter_mut().zip(split(points * MICRO, &before)).zip(before) {
        if part < before {
            one.left = part;
            one.cut = Some(cut);
        }
    }
}

/// What the event uses of each limit that has a counter.
pub(super) fn limit_draws(file: &File<'_>, book: &Rulebook, fired: &[Fired<'_, '_>]) -> Vec<(usize, i64)> {
    let mut draws = Vec::new();
    let mut draw = |owner: &Item<'_>, of: &dyn Fn(&Fired<'_, '_>) -> bool| {
        let using: Vec<&Fired<'_, '_>> =
            fired.iter().filter(|one| one.counts() && one.used() && of(one)).collect();
        let points: i128 = using.iter().map(|one| one.points).sum();
        for limit in File::limits(owner, &stem(owner)) {
            let Some(at) = book.limits().iter().position(|slot| slot.key == limit.key) else { continue };
            let amount = match limit.unit {
                Unit::Times => i128::try_from(using.len()).unwrap(),
                Unit::Points => points,
                Unit::Money => worth_of(points, file.worth),
            };
            if amount > 0 {
                draws.push((at, narrow(amount)));
            }
        }
    };
    for (at, rule) in file.rules().enumerate() {
        draw(rule, &|one| one.at == at);
    }
    let stepped = milestone_draws(book, fired);
    for (at, group) in file.of(Kind::Group).enumerate() {
        draw(group, &|one| one.group == Some(at));
    }
    for programme in file.of(Kind::Programme) {
        draw(programme, &|_| true);
    }
    draws.extend(stepped);
    draws.extend(goal_draws(book, fired));
    draws.sort_unstable();
    draws
}

/// Steps that were passed, and what was given for them.
fn milestone_draws(book: &Rulebook, fired: &[Fired<'_, '_>]) -> Vec<(usize, i64)> {
    let mut draws = Vec::new();
    for one in fired.iter().filter(|one| one.counts() && one.steps > 0) {
        let stem = format!("every:{}/", one.item.name.expect("a name").text);
        for (at, slot) in book.limits().iter().enumerate().filter(|(_, slot)| slot.key.starts_with(&stem)) {
            let amount = if slot.key.contains("/times/") { one.steps } else { one.points };
            draws.extend((amount > 0).then(|| (at, narrow(amount))));
        }
    }
    draws
}

/// What counts for goals, whether their challenge counts or not; and challenges that were completed.
fn goal_draws(book: &Rulebook, fired: &[Fired<'_, '_>]) -> Vec<(usize, i64)> {
    let at = |key: &str| book.limits().iter().position(|slot| slot.key == key);
    let mut draws = Vec::new();
    for one in fired.iter().filter(|one| one.item.kind == Kind::Challenge) {
        let goals = one.goals.iter().filter(|goal| goal.amount > 0);
        draws.extend(goals.map(|goal| (at(&goal.key).expect("a goal is counted"), narrow(goal.amount))));
        if !one.counts() || !one.used() {
            continue;
        }
        for (unit, amount) in [("times", 1), ("points", one.points)] {
            // a challenge that keeps what it gave does not count it
            let slot = at(&super::goals::given_key(one.item, unit)).filter(|_| amount > 0);
            draws.extend(slot.map(|slot| (slot, narrow(amount))));
        }
    }
    draws
}

/// What the event draws from each budget, also from those that only warn.
pub(super) fn budget_draws(file: &File<'_>, fired: &[Fired<'_, '_>]) -> Vec<(usize, i64)> {
    let mut draws = Vec::new();
    for (at, budget) in file.of(Kind::Budget).enumerate() {
        let points: i128 =
            fired.iter().filter(|one| one.counts() && one.budget == Some(at)).map(|one| one.points).sum();
        let amount = match total(budget).0 {
            Unit::Money => worth_of(points, file.worth),
            Unit::Points | Unit::Times => points,
        };
        if amount > 0 {
            draws.push((at, narrow(amount)));
        }
    }
    draws
}

/// What points are worth in minor units, rounded up.
fn worth_of(points: i128, worth: Option<i128>) -> i128 {
    let micro = points * worth.expect("money needs the worth of a point");
    (micro + MICRO - 1) / MICRO
}
