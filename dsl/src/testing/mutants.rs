//! Whether a file's own tests would notice if something in it were not there, or were a little different: each small
//! change is made by itself, and all tests are run again. A change that no test notices is a sentence nobody keeps.
//!
//! It changes a checked programme, never a text; and nothing it makes is ever published.

use super::run;
use crate::explain::{gift, sentence};
use crate::model::{
    Active, BudgetTotal, Clause, Condition, Give, Limit, LimitUnit, Place, Predicate, Programme, Rule, Take,
    Value,
};
use crate::plan::Rulebook;
use crate::plan::counters::period_word;
use crate::units::{Day, MICRO, MinuteOfDay, Rounding};
use serde::Serialize;

/// Changes tried at most: a file of ten thousand rules is asked about its first.
pub const CHANGES_MAX: usize = 2_000;

/// A small change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Of what: `rule breakfast`.
    pub of: String,
    /// What changes: ``the limit 500 points per day goes``.
    pub what: String,
    /// Where it stands in the text, as near as is known.
    pub place: Place,
}

/// What the tests notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Noticed {
    /// Changes that were tried.
    pub tried: usize,
    /// Of those, what no test notices, in file order.
    pub unnoticed: Vec<Change>,
}

/// Tries every change. Of a programme whose tests fail, nothing can be said: all changes are noticed already.
pub fn unnoticed(programme: &Programme) -> Noticed {
    let changes = changes(programme);
    let tried = changes.len();
    let passes = |make: Make| {
        let mut mutant = programme.clone();
        make(&mut mutant);
        run(&Rulebook::compile(mutant)).iter().all(|report| report.failures.is_empty())
    };
    // without tests, nothing is noticed
    let none = programme.tests.is_empty();
    let unnoticed = changes.into_iter().filter_map(|(change, make)| (none || passes(make)).then_some(change));
    Noticed { tried, unnoticed: unnoticed.collect() }
}

/// Makes a change.
type Make = Box<dyn FnOnce(&mut Programme)>;

struct Maker<'a> {
    programme: &'a Programme,
    made: Vec<(Change, Make)>,
}

fn changes(programme: &Programme) -> Vec<(Change, Make)> {
    let mut maker = Maker { programme, made: Vec::new() };
    maker.of_programme();
    for at in 0..programme.rules.len() {
        maker.of_rule(at);
    }
    maker.of_groups();
    maker.made
}

impl Maker<'_> {
    fn add(&mut self, of: &str, what: String, place: Place, make: impl FnOnce(&mut Programme) + 'static) {
        if self.made.len() < CHANGES_MAX {
            self.made.push((Change { of: of.to_owned(), what, place }, Box::new(make)));
        }
    }

    /// The same in a rule.
    fn add_in(
        &mut self,
        rule: usize,
        (of, what, place): (&str, String, Place),
        make: impl FnOnce(&mut Rule) + 'static,
    ) {
        self.add(of, what, place, move |programme| {
            if let Some(rule) = programme.rules.get_mut(rule) {
                make(rule);
            }
        });
    }

    fn of_programme(&mut self) {
        let whole = Place::default();
        let other = if self.programme.rounding == Rounding::Up { Rounding::Down } else { Rounding::Up };
        self.add("the programme", "points are rounded the other way".to_owned(), whole, move |p| {
            p.rounding = other;
        });
        for (at, limit) in self.programme.limits.iter().enumerate() {
            let what = format!("{} goes", self.limit(*limit));
            self.add("the programme", what, whole, move |p| lift(p.limits.get_mut(at)));
        }
        for (at, tier) in self.programme.tiers.iter().enumerate() {
            if tier.from.is_some() {
                let of = format!("tier {}", tier.name);
                self.add(&of, "it takes a little more to reach it".to_owned(), whole, move |p| {
                    if let Some(threshold) = p.tiers.get_mut(at).and_then(|tier| tier.from.as_mut()) {
                        threshold.at_least = threshold.at_least.saturating_add(1);
                    }
                });
            }
        }
        for (at, budget) in self.programme.budgets.iter().enumerate() {
            let of = format!("budget {}", budget.name);
            self.add(&of, "it never ends".to_owned(), whole, move |p| {
                if let Some(budget) = p.budgets.get_mut(at) {
                    budget.total = match budget.total {
                        BudgetTotal::Points(_) => BudgetTotal::Points(i64::MAX.div_euclid(4)),
                        BudgetTotal::Money(_) => BudgetTotal::Money(i64::MAX.div_euclid(4)),
                    };
                }
            });
        }
    }

    fn of_groups(&mut self) {
        for (at, group) in self.programme.groups.iter().enumerate() {
            let of = format!("group {}", group.name);
            let (what, take) = match &group.take {
                Take::All | Take::SumOfExtras => ("it takes only the best", Take::Best),
                Take::Best => ("it takes all of them", Take::All),
                Take::FirstOf(order) => {
                    ("it takes them in the other order", Take::FirstOf(order.iter().rev().copied().collect()))
                }
            };
            self.add(&of, what.to_owned(), Place::default(), move |p| {
                if let Some(group) = p.groups.get_mut(at) {
                    group.take = take;
                }
            });
            for (place, limit) in group.limits.iter().enumerate() {
                let what = format!("{} goes", self.limit(*limit));
                self.add(&of, what, Place::default(), move |p| {
                    lift(p.groups.get_mut(at).and_then(|group| group.limits.get_mut(place)));
                });
            }
        }
    }

    fn of_rule(&mut self, at: usize) {
        let Some(rule) = self.programme.rules.get(at) else { return };
        let (of, place) = (format!("rule {}", rule.name), rule.place);
        for (nth, condition) in rule.when.iter().enumerate() {
            let said = sentence(self.programme, &rule.on, condition);
            let stands = place_of(condition).unwrap_or(place);
            let goes = format!("`{said}` goes");
            self.add_in(at, (&of, goes, stands), move |rule| drop(rule.when.remove(nth)));
            for (what, other) in nearly(condition) {
                self.add_in(at, (&of, format!("`{said}` {what}"), stands), move |rule| {
                    if let Some(slot) = rule.when.get_mut(nth) {
                        *slot = other;
                    }
                });
            }
        }
        for (nth, give) in rule.gives.iter().enumerate() {
            let said = gift(self.programme, &rule.on, give);
            if rule.gives.len() > 1 && !matches!(give, Give::Challenge(_)) {
                let goes = format!("`{said}` goes");
                self.add_in(at, (&of, goes, place), move |rule| drop(rule.gives.remove(nth)));
            }
            if let Some(other) = more(give) {
                self.add_in(
                    at,
                    (
                        &of,
                        format!(
                            "`{said}` {}",
                            if matches!(give, Give::Challenge(_)) {
                                "asks for one more"
                            } else {
                                "gives a little more"
                            }
                        ),
                        place,
                    ),
                    move |rule| {
                        if let Some(slot) = rule.gives.get_mut(nth) {
                            *slot = other;
                        }
                    },
                );
            }
        }
        for (nth, limit) in rule.limits.iter().enumerate() {
            let goes = format!("{} goes", self.limit(*limit));
            self.add_in(at, (&of, goes, place), move |rule| lift(rule.limits.get_mut(nth)));
        }
        if rule.group.is_some() {
            self.add_in(at, (&of, "it leaves its group".to_owned(), place), |rule| rule.group = None);
        }
        if rule.budget.is_some() {
            self.add_in(at, (&of, "it draws on no budget".to_owned(), place), |rule| rule.budget = None);
        }
        if rule.active != Active::default() {
            self.add_in(at, (&of, "it is active on any day".to_owned(), place), |rule| {
                rule.active = Active::default();
            });
        }
    }

    fn limit(&self, limit: Limit) -> String {
        let most = match limit.most {
            LimitUnit::Times(1) => "1 time".to_owned(),
            LimitUnit::Times(most) => format!("{most} times"),
            LimitUnit::Points(most) => crate::explain::whole_points(most),
            LimitUnit::Money(minor) => self.programme.currency.show(minor),
        };
        let whose = if limit.household { "household and " } else { "" };
        format!("the limit {most} per {whose}{}", period_word(limit.per))
    }
}

const fn place_of(condition: &Condition) -> Option<Place> {
    match condition {
        Condition::Test(clause) => Some(clause.place),
        Condition::Segment { place, .. } => Some(*place),
        _ => None,
    }
}

/// A condition that is nearly the same, for each of its sentences: what is different, and the whole of it.
fn nearly(condition: &Condition) -> Vec<(String, Condition)> {
    let within = |inner: &[Condition], whole: &dyn Fn(Vec<Condition>) -> Condition| {
        let mut all = Vec::new();
        for (nth, one) in inner.iter().enumerate() {
            if inner.len() > 1 {
                let mut without = inner.to_vec();
                without.remove(nth);
                all.push((format!("goes without its {}", ordinal(nth)), whole(without)));
            }
            for (what, other) in nearly(one) {
                let mut changed = inner.to_vec();
                if let Some(slot) = changed.get_mut(nth) {
                    *slot = other;
                }
                all.push((format!("in its {}: {what}", ordinal(nth)), whole(changed)));
            }
        }
        all
    };
    match condition {
        Condition::Test(clause) => {
            let others = near(&clause.predicate).into_iter();
            others
                .map(|(what, predicate)| {
                    let clause = Clause { predicate, ..clause.clone() };
                    (what.to_owned(), Condition::Test(clause))
                })
                .collect()
        }
        Condition::Any(inner) => within(inner, &Condition::Any),
        Condition::All(inner) => within(inner, &Condition::All),
        Condition::NoneOf(inner) => within(inner, &Condition::NoneOf),
        Condition::Segment { segment, inside, place } => {
            let other = Condition::Segment { segment: *segment, inside: !inside, place: *place };
            vec![("is turned round".to_owned(), other)]
        }
    }
}

/// A limit that nobody reaches. It stays in its place: what a test says was used of the others is told by place.
const fn lift(limit: Option<&mut Limit>) {
    const BEYOND: i64 = i64::MAX.div_euclid(4);
    if let Some(limit) = limit {
        limit.most = match limit.most {
            LimitUnit::Times(_) => LimitUnit::Times(BEYOND),
            LimitUnit::Points(_) => LimitUnit::Points(BEYOND),
            LimitUnit::Money(_) => LimitUnit::Money(BEYOND),
        };
    }
}

fn ordinal(nth: usize) -> String {
    format!("part {}", nth.saturating_add(1))
}

/// Predicates next to one: at a boundary, one step further; elsewhere the opposite.
fn near(predicate: &Predicate) -> Vec<(&'static str, Predicate)> {
    const STEP: &str = "asks for a little more";
    match predicate {
        Predicate::AtLeast(value) => {
            let less = step(value, -1).map(|value| ("asks for a little less", Predicate::AtLeast(value)));
            let more = step(value, 1).map(|value| (STEP, Predicate::AtLeast(value)));
            less.into_iter().chain(more).collect()
        }
        Predicate::MoreThan(value) => {
            step(value, 1).map(|v| (STEP, Predicate::MoreThan(v))).into_iter().collect()
        }
        Predicate::AtMost(value) => {
            step(value, 1).map(|v| ("allows a little more", Predicate::AtMost(v))).into_iter().collect()
        }
        Predicate::LessThan(value) => {
            step(value, 1).map(|v| ("allows a little more", Predicate::LessThan(v))).into_iter().collect()
        }
        Predicate::Between(low, high) => {
            let lower =
                step(low, -1).map(|low| ("begins a little earlier", Predicate::Between(low, high.clone())));
            let higher =
                step(high, 1).map(|high| ("ends a little later", Predicate::Between(low.clone(), high)));
            lower.into_iter().chain(higher).collect()
        }
        Predicate::Is(value) => vec![("is turned round", Predicate::IsNot(value.clone()))],
        Predicate::IsNot(value) => vec![("is turned round", Predicate::Is(value.clone()))],
        Predicate::In(values) => fewer(values, Predicate::In),
        Predicate::NotIn(values) => fewer(values, Predicate::NotIn),
        Predicate::HasAny(values) => fewer(values, Predicate::HasAny),
        Predicate::HasAll(values) => fewer(values, Predicate::HasAll),
        Predicate::HasNone(values) => fewer(values, Predicate::HasNone),
        Predicate::Known => vec![("is turned round", Predicate::Unknown)],
        Predicate::Unknown => vec![("is turned round", Predicate::Known)],
        Predicate::Within(span, fact) => {
            let longer = crate::units::Span { count: span.count.saturating_add(1), ..*span };
            vec![("reaches a little further", Predicate::Within(longer, fact.clone()))]
        }
        Predicate::AtLeastAgo(span) => {
            let longer = crate::units::Span { count: span.count.saturating_add(1), ..*span };
            vec![(STEP, Predicate::AtLeastAgo(longer))]
        }
        Predicate::Calendar { calendar, inside } => {
            vec![("is turned round", Predicate::Calendar { calendar: *calendar, inside: !inside })]
        }
        Predicate::StartsWith(_) => vec![("only asks whether it is known", Predicate::Known)],
        Predicate::Nth(n) => vec![(STEP, Predicate::Nth(n.saturating_add(1)))],
        Predicate::AtMostAgo(span) => {
            let longer = crate::units::Span { count: span.count.saturating_add(1), ..*span };
            vec![("allows a little more", Predicate::AtMostAgo(longer))]
        }
    }
}

/// The list without each of its values in turn.
fn fewer(values: &[Value], list: fn(Vec<Value>) -> Predicate) -> Vec<(&'static str, Predicate)> {
    if values.len() < 2 {
        return Vec::new();
    }
    let without = |nth: usize| {
        let mut values = values.to_vec();
        values.remove(nth);
        ("goes without one of its values", list(values))
    };
    (0..values.len()).map(without).collect()
}

/// The next value of a kind that has one.
fn step(value: &Value, by: i64) -> Option<Value> {
    Some(match value {
        Value::Money(minor) => Value::Money(minor.saturating_add(by)),
        Value::Points(micro) => Value::Points(micro.saturating_add(by.saturating_mul(MICRO))),
        Value::Number(micro) => Value::Number(micro.saturating_add(by.saturating_mul(MICRO))),
        Value::Date(day) => Value::Date(Day(day.0.saturating_add(i32::try_from(by).ok()?))),
        Value::Time(minute) => {
            let minutes = i64::from(minute.0).saturating_add(by).rem_euclid(1_440);
            Value::Time(MinuteOfDay(u16::try_from(minutes).ok()?))
        }
        Value::Text(_) | Value::Truth(_) | Value::Weekday(_) | Value::Tier(_) => return None,
    })
}

fn more(give: &Give) -> Option<Give> {
    Some(match give {
        Give::Points(micro) => Give::Points(micro.saturating_add(MICRO)),
        Give::Rate { points_micro, per_minor, of } => {
            let points_micro = points_micro.saturating_mul(2);
            Give::Rate { points_micro, per_minor: *per_minor, of: of.clone() }
        }
        Give::Share { ratio, of } => Give::Share { ratio: ratio.saturating_mul(2), of: of.clone() },
        Give::Multiply { factor_micro, all } => {
            Give::Multiply { factor_micro: factor_micro.saturating_add(MICRO), all: *all }
        }
        Give::Steps { points_micro, every_minor, of } => {
            let points_micro = points_micro.saturating_mul(2);
            Give::Steps { points_micro, every_minor: *every_minor, of: of.clone() }
        }
        Give::Milestone { points_micro, every } => {
            Give::Milestone { points_micro: points_micro.saturating_add(MICRO), every: *every }
        }
        Give::Challenge(challenge) => {
            let mut longer = challenge.clone();
            for goal in &mut longer.goals {
                goal.target = goal.target.saturating_add(1);
            }
            Give::Challenge(longer)
        }
        Give::Reward(_) | Give::Badge(_) | Give::Effect(_) => return None,
    })
}
