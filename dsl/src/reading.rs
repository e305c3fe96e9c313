//! Conditions read straight from the programme, one at a time, with the value of every fact at hand.
//!
//! For explanations and rewards, where one condition is asked about and words matter; deciding an event never comes
//! here. Says the same as the plan, which the tests compare.

use crate::calendar::Local;
use crate::evaluate::within::{DayPoint, ago, within};
use crate::event::{Event, FieldValue, Line};
use crate::facts::{Facts, Metric, WindowedSum};
use crate::model::{Clause, Condition, Fact, Predicate, Value};
use crate::plan::Rulebook;
use crate::plan::counters::PURCHASES_EVER;
use crate::plan::happenings::age;
use crate::units::{AMOUNT_MAX, Day, MICRO, MinuteOfDay, Weekday};
use std::cmp::Ordering;

/// What is known of a condition. Unknown never matches, in either polarity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    No,
    Unknown,
    Yes,
}

impl Truth {
    const fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    Money(i64),
    /// Micro-points.
    Points(i64),
    /// Micro-units.
    Number(i64),
    Text(String),
    Texts(Vec<String>),
    Truth(bool),
    Day(Day),
    Time(MinuteOfDay),
    Weekday(Weekday),
    Tier(usize),
}

/// An event and facts, to read facts from.
pub(crate) struct Reading<'a> {
    rulebook: &'a Rulebook,
    event: &'a Event,
    facts: &'a Facts,
    local: Local,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(rulebook: &'a Rulebook, event: &'a Event, facts: &'a Facts) -> Self {
        Self { rulebook, event, facts, local: rulebook.zone().local(event.at) }
    }

    /// The event's local day.
    pub(crate) const fn day(&self) -> Day {
        self.local.day
    }

    /// The basket.
    pub(crate) fn lines(&self) -> &'a [Line] {
        &self.event.lines
    }

    /// Whether a condition holds, for a line inside `where`.
    pub(crate) fn truth(&self, condition: &Condition, line: Option<&Line>) -> Truth {
        let inner = |list: &[Condition]| list.iter().map(|inner| self.truth(inner, line)).collect::<Vec<_>>();
        match condition {
            Condition::Test(clause) => self.clause(clause, line),
            Condition::Any(list) => inner(list).into_iter().max().unwrap_or(Truth::No),
            Condition::All(list) => inner(list).into_iter().min().unwrap_or(Truth::Yes),
            Condition::NoneOf(list) => match inner(list).into_iter().max().unwrap_or(Truth::No) {
                Truth::No => Truth::Yes,
                Truth::Unknown => Truth::Unknown,
                Truth::Yes => Truth::No,
            },
            Condition::Segment { segment, inside, .. } => self.in_segment(*segment, *inside),
        }
    }

    fn in_segment(&self, segment: usize, inside: bool) -> Truth {
        let when = self.rulebook.programme().segments.get(segment).map_or(&[][..], |found| &found.when);
        let within = when.iter().map(|inner| self.truth(inner, None)).min().unwrap_or(Truth::Yes);
        match (within, inside) {
            (Truth::Yes, false) => Truth::No,
            (Truth::No, false) => Truth::Yes,
            (truth, _) => truth,
        }
    }

    /// Whether a sentence holds.
    pub(crate) fn clause(&self, clause: &Clause, line: Option<&Line>) -> Truth {
        if let Predicate::Within(span, other) = &clause.predicate {
            return match (self.day_point(&clause.fact), self.day_point(other)) {
                (Some(left), Some(right)) => Truth::of(within(left, right, *span)),
                _ => Truth::Unknown,
            };
        }
        if let Predicate::AtLeastAgo(span) | Predicate::AtMostAgo(span) = &clause.predicate {
            let least = matches!(clause.predicate, Predicate::AtLeastAgo(_));
            return self
                .day_point(&clause.fact)
                .map_or(Truth::Unknown, |point| Truth::of(ago(point.day, self.local.day, *span, least)));
        }
        if let Predicate::Calendar { calendar, inside } = clause.predicate {
            let found = self.rulebook.programme().calendars.get(calendar);
            return match (self.see(&clause.fact, line), found) {
                (Some(Seen::Day(day)), Some(found)) => Truth::of(found.has(day) == inside),
                _ => Truth::Unknown,
            };
        }
        let seen = self.see(&clause.fact, line);
        match (&clause.predicate, &seen) {
            (Predicate::Known, _) => Truth::of(seen.is_some()),
            (Predicate::Unknown, _) => Truth::of(seen.is_none()),
            (_, None) => Truth::Unknown,
            (predicate, Some(seen)) => asked(predicate, seen).map_or(Truth::Unknown, Truth::of),
        }
    }

    /// The value of a fact; `None` is unknown.
    pub(crate) fn see(&self, fact: &Fact, line: Option<&Line>) -> Option<Seen> {
        let texts = |pick: &dyn Fn(&Line) -> Option<&String>| {
            let lines = Some(self.lines()).filter(|lines| !lines.is_empty())?;
            Some(Seen::Texts(sorted(lines.iter().filter_map(pick).cloned().collect())))
        };
        let money = |takes: &dyn Fn(&Line) -> bool| {
            let lines = Some(self.lines()).filter(|lines| !lines.is_empty())?;
            let amounts = lines.iter().filter(|line| takes(line)).map(amount_of);
            Some(Seen::Money(amounts.fold(0, i64::saturating_add)))
        };
        Some(match fact {
            Fact::Date => Seen::Day(self.local.day),
            Fact::Time => Seen::Time(self.local.minute),
            Fact::Weekday => Seen::Weekday(self.local.weekday),
            Fact::Channel => Seen::Text(self.event.channel.clone()?),
            Fact::Store => Seen::Text(self.event.store.clone()?),
            Fact::BasketPaid => return money(&|_| true),
            Fact::BasketEligible => return money(&|line| line.eligible),
            Fact::BasketLines(filter) => return money(&|line| self.takes(filter, line)),
            Fact::BasketItems => {
                let lines = Some(self.lines()).filter(|lines| !lines.is_empty())?;
                Seen::Number(lines.iter().map(quantity_of).fold(0, i64::saturating_add))
            }
            Fact::BasketCategories => return texts(&|line| line.category.as_ref()),
            Fact::BasketBrands => return texts(&|line| line.brand.as_ref()),
            Fact::BasketSkus => return texts(&|line| line.sku.as_ref()),
            Fact::BasketTags => {
                let lines = Some(self.lines()).filter(|lines| !lines.is_empty())?;
                Seen::Texts(sorted(lines.iter().flat_map(|line| &line.tags).cloned().collect()))
            }
            Fact::LineCategory => Seen::Text(line?.category.clone()?),
            Fact::LineBrand => Seen::Text(line?.brand.clone()?),
            Fact::LineSku => Seen::Text(line?.sku.clone()?),
            Fact::LineTags => Seen::Texts(sorted(line?.tags.clone())),
            Fact::LineAmount => Seen::Money(amount_of(line?)),
            Fact::LineQuantity => Seen::Number(quantity_of(line?)),
            Fact::LineEligible => Seen::Truth(line?.eligible),
            Fact::PurchaseNumber => {
                Seen::Number(self.window(PURCHASES_EVER).saturating_add(1).saturating_mul(MICRO))
            }
            Fact::ReferralNumber => {
                Seen::Number(self.facts.friends_rewarded.saturating_add(1).saturating_mul(MICRO))
            }
            Fact::MemberTier => Seen::Tier(self.facts.tier?),
            Fact::MemberBirthday => Seen::Day(self.facts.birthday?),
            Fact::MemberEnrolled | Fact::MemberLastPurchase => Seen::Day(self.day_point(fact)?.day),
            Fact::MemberBalance => Seen::Points(self.facts.balance_points.saturating_mul(MICRO)),
            Fact::MemberTags => Seen::Texts(sorted(self.facts.tags.clone())),
            Fact::MemberBadges => Seen::Texts(sorted(self.facts.badges.clone())),
            Fact::Streak(at) => {
                Seen::Number(self.facts.streaks.get(*at).copied().flatten()?.saturating_mul(MICRO))
            }
            Fact::Happened(happening) => {
                let at = self.rulebook.happenings().iter().position(|known| known == happening);
                let times = at.and_then(|at| self.facts.happened.get(at)).copied().unwrap_or(0);
                Seen::Number(times.saturating_mul(MICRO))
            }
            Fact::Average(window) => {
                let sum = |metric| self.window(WindowedSum { metric, window: *window });
                let purchases = sum(Metric::Purchases);
                if purchases <= 0 {
                    return None;
                }
                Seen::Money(sum(Metric::Spent).checked_div_euclid(purchases)?)
            }
            Fact::MemberAge => Seen::Number(age(self.facts.birthday?, self.local.day)?.saturating_mul(MICRO)),
            Fact::Experiment(at) => {
                let arm = self.facts.arms.get(*at).cloned().flatten();
                Seen::Text(arm.filter(|_| self.rulebook.runs(*at, self.local.day))?)
            }
            Fact::MemberCountry => Seen::Text(self.facts.home.country.clone()?),
            Fact::MemberPostcode => Seen::Text(self.facts.home.postcode.clone()?),
            Fact::MemberCity => Seen::Text(self.facts.home.city.clone()?),
            Fact::Windowed(sum) => {
                let value = self.window(*sum);
                match sum.metric {
                    Metric::Spent => Seen::Money(value),
                    Metric::Earned => Seen::Points(value.saturating_mul(MICRO)),
                    Metric::Purchases => Seen::Number(value.saturating_mul(MICRO)),
                }
            }
            Fact::Field(name) => match self.event.fields.get(name)? {
                FieldValue::Number(micro) => Seen::Number(*micro),
                FieldValue::Money(minor) => Seen::Money(*minor),
                FieldValue::Text(text) => Seen::Text(text.clone()),
                FieldValue::Truth(truth) => Seen::Truth(*truth),
            },
        })
    }

    /// Whether a filter takes a line.
    pub(crate) fn takes(&self, filter: &[Condition], line: &Line) -> bool {
        filter.iter().all(|condition| self.truth(condition, Some(line)) == Truth::Yes)
    }

    fn window(&self, sum: WindowedSum) -> i64 {
        let at = self.rulebook.windows().iter().position(|known| *known == sum);
        at.and_then(|at| self.facts.windows.get(at)).copied().unwrap_or(0)
    }

    fn day_point(&self, fact: &Fact) -> Option<DayPoint> {
        let zone = self.rulebook.zone();
        match fact {
            Fact::Date => Some(DayPoint::of(zone, self.event.at)),
            Fact::MemberEnrolled => self.facts.enrolled_at.map(|at| DayPoint::of(zone, at)),
            Fact::MemberLastPurchase => self.facts.last_purchase_at.map(|at| DayPoint::of(zone, at)),
            Fact::MemberBirthday => self.facts.birthday.map(DayPoint::birthday),
            _ => None,
        }
    }
}

fn amount_of(line: &Line) -> i64 {
    line.amount_minor.clamp(0, AMOUNT_MAX)
}

fn quantity_of(line: &Line) -> i64 {
    line.quantity.clamp(0, AMOUNT_MAX).saturating_mul(MICRO)
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// Whether a known value is as asked; `None` for a comparison of different types.
fn asked(predicate: &Predicate, seen: &Seen) -> Option<bool> {
    let order = |value: &Value| compare(seen, value).filter(|_| !matches!(seen, Seen::Text(_)));
    let same = |value: &Value| compare(seen, value).map(Ordering::is_eq);
    let one_of = |list: &[Value]| {
        let found: Option<Vec<bool>> = list.iter().map(same).collect();
        found.map(|found| found.contains(&true))
    };
    let has = |list: &[Value]| {
        let Seen::Texts(texts) = seen else { return None };
        let each = list.iter().map(|value| match value {
            Value::Text(text) => Some(texts.contains(text)),
            _ => None,
        });
        each.collect::<Option<Vec<bool>>>()
    };
    match predicate {
        Predicate::AtLeast(value) => order(value).map(Ordering::is_ge),
        Predicate::AtMost(value) => order(value).map(Ordering::is_le),
        Predicate::MoreThan(value) => order(value).map(Ordering::is_gt),
        Predicate::LessThan(value) => order(value).map(Ordering::is_lt),
        Predicate::Between(low, high) => {
            let (from, to) = (order(low)?.is_ge(), order(high)?);
            match (seen, low, high) {
                (Seen::Time(_), Value::Time(low), Value::Time(high)) if low < high => {
                    Some(from && to.is_lt())
                }
                (Seen::Time(_), _, _) => Some(from || to.is_lt()),
                _ => Some(from && to.is_le()),
            }
        }
        Predicate::Is(value) => same(value),
        Predicate::IsNot(value) => same(value).map(|same| !same),
        Predicate::In(list) => one_of(list),
        Predicate::NotIn(list) => one_of(list).map(|found| !found),
        Predicate::HasAny(list) => has(list).map(|found| found.contains(&true)),
        Predicate::HasAll(list) => has(list).map(|found| !found.contains(&false)),
        Predicate::HasNone(list) => has(list).map(|found| !found.contains(&true)),
        Predicate::Nth(n) => match seen {
            Seen::Number(micro) => Some(nth(*micro, *n)),
            _ => None,
        },
        Predicate::StartsWith(with) => match seen {
            Seen::Text(text) => Some(text.starts_with(with.as_str())),
            _ => None,
        },
        Predicate::Within(..)
        | Predicate::Known
        | Predicate::Unknown
        | Predicate::Calendar { .. }
        | Predicate::AtLeastAgo(_)
        | Predicate::AtMostAgo(_) => None,
    }
}

/// Whether a number is a multiple of so much, and not nothing.
pub(crate) fn nth(micro: i64, n: u32) -> bool {
    micro > 0 && micro.checked_rem_euclid(i64::from(n).saturating_mul(MICRO)) == Some(0)
}

fn compare(seen: &Seen, value: &Value) -> Option<Ordering> {
    Some(match (seen, value) {
        (Seen::Money(left), Value::Money(right))
        | (Seen::Points(left), Value::Points(right))
        | (Seen::Number(left), Value::Number(right)) => left.cmp(right),
        (Seen::Text(left), Value::Text(right)) => left.cmp(right),
        (Seen::Truth(left), Value::Truth(right)) => left.cmp(right),
        (Seen::Day(left), Value::Date(right)) => left.cmp(right),
        (Seen::Time(left), Value::Time(right)) => left.cmp(right),
        (Seen::Weekday(left), Value::Weekday(right)) => left.cmp(right),
        (Seen::Tier(left), Value::Tier(right)) => left.cmp(right),
        _ => return None,
    })
}
