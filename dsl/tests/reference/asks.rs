//! Conditions of the reference: each asked of the event and the facts as they are.

use super::valid_on;
use dsl::calendar::{Local, day_of, plus_civil, ymd};
use dsl::event::{Event, FieldValue, Line};
use dsl::facts::{Facts, Metric, Window, WindowedSum};
use dsl::model::*;
use dsl::outcome::Verdict;
use dsl::plan::Rulebook;
use dsl::units::{AMOUNT_MAX, Day, MICRO, Moment, Span, SpanUnit};
use std::cmp::Ordering;
use std::mem::discriminant;

/// A value as the language compares it.
enum It {
    Value(Value),
    Texts(Vec<String>),
}

pub(super) struct Asks<'a> {
    book: &'a Rulebook,
    event: &'a Event,
    facts: &'a Facts,
    now: Local,
}

impl<'a> Asks<'a> {
    pub(super) fn new(book: &'a Rulebook, event: &'a Event, facts: &'a Facts) -> Self {
        Self { book, event, facts, now: book.zone().local(event.at) }
    }

    pub(super) fn active(&self, active: Active) -> bool {
        valid_on(active, self.now.day)
    }

    /// `Gave` with nothing yet when the rule fires, else why not.
    pub(super) fn verdict(&self, rule: &Rule) -> Verdict {
        if rule.on != self.event.kind {
            return Verdict::OtherEvent;
        }
        if !self.active(rule.active) {
            return Verdict::Inactive;
        }
        match rule.when.iter().position(|condition| self.holds(condition, None) != Some(true)) {
            Some(at) => Verdict::Unmet(at),
            None => Verdict::Gave { points: 0, uncut_micro: 0, cut: None },
        }
    }

    /// What each line cost.
    pub(super) fn amounts(&self) -> Vec<i128> {
        self.event.lines.iter().map(|line| i128::from(paid(line))).collect()
    }

    /// What each line cost where the amount takes it, else 0.
    pub(super) fn amount_by_line(&self, of: &Amount) -> Vec<i128> {
        let takes = |line: &Line| (line.eligible || !of.eligible_only) && self.takes(&of.filter, line);
        self.event.lines.iter().map(|line| if takes(line) { i128::from(paid(line)) } else { 0 }).collect()
    }

    fn takes(&self, filter: &[Condition], line: &Line) -> bool {
        filter.iter().all(|condition| self.holds(condition, Some(line)) == Some(true))
    }

    /// Yes, no, or (`None`) not known.
    fn holds(&self, condition: &Condition, line: Option<&Line>) -> Option<bool> {
        let any = |list: &[Condition]| {
            let each: Vec<Option<bool>> = list.iter().map(|one| self.holds(one, line)).collect();
            if each.contains(&Some(true)) {
                Some(true)
            } else if each.contains(&None) {
                None
            } else {
                Some(false)
            }
        };
        match condition {
            Condition::Test(clause) => self.asks(clause, line),
            Condition::Any(list) => any(list),
            Condition::NoneOf(list) => any(list).map(|found| !found),
            Condition::Segment { segment, inside, .. } => {
                let segment = &self.book.programme().segments[*segment];
                let within = self.holds(&Condition::All(segment.when.clone()), None);
                within.map(|within| within == *inside)
            }
            Condition::All(list) => {
                let each: Vec<Option<bool>> = list.iter().map(|one| self.holds(one, line)).collect();
                if each.contains(&Some(false)) {
                    Some(false)
                } else if each.contains(&None) {
                    None
                } else {
                    Some(true)
                }
            }
        }
    }

    fn asks(&self, clause: &Clause, line: Option<&Line>) -> Option<bool> {
        if let Predicate::Within(span, other) = &clause.predicate {
            return self.within(&clause.fact, other, *span);
        }
        if let Predicate::AtLeastAgo(span) | Predicate::AtMostAgo(span) = &clause.predicate {
            let Some(It::Value(Value::Date(day))) = self.value(&clause.fact, line) else { return None };
            let then = plus_civil(day, i64::from(span.count), span.unit);
            return Some(match clause.predicate {
                Predicate::AtLeastAgo(_) => self.now.day >= then,
                _ => self.now.day <= then,
            });
        }
        let it = self.value(&clause.fact, line);
        match &clause.predicate {
            Predicate::Known => return Some(it.is_some()),
            Predicate::Unknown => return Some(it.is_none()),
            _ => {}
        }
        match it? {
            It::Texts(texts) => texts_are(&clause.predicate, &texts),
            It::Value(value) => value_is(&clause.predicate, &value),
        }
    }

    fn value(&self, fact: &Fact, line: Option<&Line>) -> Option<It> {
        let lines = &self.event.lines;
        let basket = |value: Value| (!lines.is_empty()).then_some(It::Value(value));
        let texts = |texts: Vec<Option<String>>| {
            (!lines.is_empty()).then(|| It::Texts(texts.into_iter().flatten().collect()))
        };
        let sum = |takes: &dyn Fn(&Line) -> bool| {
            Value::Money(lines.iter().filter(|line| takes(line)).map(paid).sum())
        };
        let text = |text: &Option<String>| text.clone().map(|text| It::Value(Value::Text(text)));
        match fact {
            Fact::Date => Some(It::Value(Value::Date(self.now.day))),
            Fact::Time => Some(It::Value(Value::Time(self.now.minute))),
            Fact::Weekday => Some(It::Value(Value::Weekday(self.now.weekday))),
            Fact::Channel => text(&self.event.channel),
            Fact::Store => text(&self.event.store),
            Fact::BasketPaid => basket(sum(&|_| true)),
            Fact::BasketEligible => basket(sum(&|line| line.eligible)),
            Fact::BasketLines(filter) => basket(sum(&|line| self.takes(filter, line))),
            Fact::BasketItems => basket(Value::Number(lines.iter().map(|line| line.quantity * MICRO).sum())),
            Fact::BasketCategories => texts(lines.iter().map(|line| line.category.clone()).collect()),
            Fact::BasketBrands => texts(lines.iter().map(|line| line.brand.clone()).collect()),
            Fact::BasketSkus => texts(lines.iter().map(|line| line.sku.clone()).collect()),
            Fact::BasketTags => {
                texts(lines.iter().flat_map(|line| line.tags.iter().cloned().map(Some)).collect())
            }
            Fact::LineCategory => text(&line?.category),
            Fact::LineBrand => text(&line?.brand),
            Fact::LineSku => text(&line?.sku),
            Fact::LineTags => Some(It::Texts(line?.tags.clone())),
            Fact::LineAmount => Some(It::Value(Value::Money(paid(line?)))),
            Fact::LineQuantity => Some(It::Value(Value::Number(line?.quantity * MICRO))),
            Fact::LineEligible => Some(It::Value(Value::Truth(line?.eligible))),
            Fact::PurchaseNumber => {
                let before = self.window(WindowedSum { metric: Metric::Purchases, window: Window::Lifetime });
                Some(It::Value(Value::Number((before + 1) * MICRO)))
            }
            Fact::ReferralNumber => Some(It::Value(Value::Number((self.facts.friends_rewarded + 1) * MICRO))),
            Fact::MemberTier => self.facts.tier.map(|tier| It::Value(Value::Tier(tier))),
            Fact::MemberBirthday => self.facts.birthday.map(|day| It::Value(Value::Date(day))),
            Fact::MemberEnrolled => self.facts.enrolled_at.map(|at| It::Value(Value::Date(self.day(at)))),
            Fact::MemberLastPurchase => {
                self.facts.last_purchase_at.map(|at| It::Value(Value::Date(self.day(at))))
            }
            Fact::MemberBalance => Some(It::Value(Value::Points(self.facts.balance_points * MICRO))),
            Fact::MemberTags => Some(It::Texts(self.facts.tags.clone())),
            Fact::Windowed(sum) => Some(It::Value(match sum.metric {
                Metric::Spent => Value::Money(self.window(*sum)),
                Metric::Earned => Value::Points(self.window(*sum) * MICRO),
                Metric::Purchases => Value::Number(self.window(*sum) * MICRO),
            })),
            Fact::Field(name) => Some(It::Value(match self.event.fields.get(name)? {
                FieldValue::Number(micro) => Value::Number(*micro),
                FieldValue::Money(minor) => Value::Money(*minor),
                FieldValue::Text(text) => Value::Text(text.clone()),
                FieldValue::Truth(truth) => Value::Truth(*truth),
            })),
        }
    }

    fn window(&self, sum: WindowedSum) -> i64 {
        let at = self.book.windows().iter().position(|known| *known == sum).unwrap();
        self.facts.windows.get(at).copied().unwrap_or(0)
    }

    fn day(&self, at: Moment) -> Day {
        self.book.zone().local(at).day
    }

    fn within(&self, fact: &Fact, other: &Fact, span: Span) -> Option<bool> {
        let moment = |fact: &Fact| match fact {
            Fact::Date => Some(self.event.at),
            Fact::MemberEnrolled => self.facts.enrolled_at,
            Fact::MemberLastPurchase => self.facts.last_purchase_at,
            _ => None,
        };
        let day = |fact: &Fact| match fact {
            Fact::MemberBirthday => self.facts.birthday,
            _ => moment(fact).map(|at| self.day(at)),
        };
        let (left, right) = (day(fact)?, day(other)?);
        let ms = match span.unit {
            SpanUnit::Minute => Some(60_000),
            SpanUnit::Hour => Some(3_600_000),
            _ => None,
        };
        if let (Some(ms), Some(left), Some(right)) = (ms, moment(fact), moment(other)) {
            return Some((left.0 - right.0).abs() <= i64::from(span.count) * ms);
        }
        let near = |day: Day, base: Day| {
            let count = i64::from(span.count);
            plus_civil(base, -count, span.unit) <= day && day <= plus_civil(base, count, span.unit)
        };
        Some(match (fact, other) {
            (_, Fact::MemberBirthday) => {
                returns(right, left).into_iter().any(|birthday| near(left, birthday))
            }
            (Fact::MemberBirthday, _) => {
                returns(left, right).into_iter().any(|birthday| near(birthday, right))
            }
            _ => near(left, right),
        })
    }
}

/// A birthday in the years around a day; 29 February is 28 February in other years.
fn returns(birthday: Day, around: Day) -> Vec<Day> {
    let (_, month, day) = ymd(birthday);
    let (year, _, _) = ymd(around);
    (year - 1..=year + 1).map(|year| day_of(year, month, day).or(day_of(year, 2, 28)).unwrap()).collect()
}

fn paid(line: &Line) -> i64 {
    line.amount_minor.clamp(0, AMOUNT_MAX)
}

fn texts_are(predicate: &Predicate, texts: &[String]) -> Option<bool> {
    let named = |value: &Value| match value {
        Value::Text(text) => texts.contains(text),
        _ => false,
    };
    match predicate {
        Predicate::HasAny(list) => Some(list.iter().any(named)),
        Predicate::HasAll(list) => Some(list.iter().all(named)),
        Predicate::HasNone(list) => Some(!list.iter().any(named)),
        _ => None,
    }
}

fn value_is(predicate: &Predicate, it: &Value) -> Option<bool> {
    let order = |value: &Value| match (it, value) {
        (Value::Money(a), Value::Money(b))
        | (Value::Points(a), Value::Points(b))
        | (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::Weekday(a), Value::Weekday(b)) => Some(a.cmp(b)),
        (Value::Tier(a), Value::Tier(b)) => Some(a.cmp(b)),
        (Value::Truth(a), Value::Truth(b)) => Some(a.cmp(b)),
        _ => None,
    };
    // A comparison of different types says nothing.
    let same = |value: &Value| (discriminant(it) == discriminant(value)).then(|| it == value);
    let one_of = |list: &[Value]| {
        let each: Option<Vec<bool>> = list.iter().map(same).collect();
        each.map(|each| each.contains(&true))
    };
    match predicate {
        Predicate::AtLeast(low) => order(low).map(|order| order != Ordering::Less),
        Predicate::AtMost(high) => order(high).map(|order| order != Ordering::Greater),
        Predicate::MoreThan(low) => order(low).map(|order| order == Ordering::Greater),
        Predicate::LessThan(high) => order(high).map(|order| order == Ordering::Less),
        Predicate::Between(Value::Time(from), Value::Time(to)) => match it {
            // From `from` on, count minutes forward round the clock.
            Value::Time(now) => {
                let after = |minute: u16| (i32::from(minute) - i32::from(from.0)).rem_euclid(1440);
                Some(from == to || after(now.0) < after(to.0))
            }
            _ => None,
        },
        Predicate::Between(low, high) => {
            Some(order(low)? != Ordering::Less && order(high)? != Ordering::Greater)
        }
        Predicate::Is(value) => same(value),
        Predicate::IsNot(value) => same(value).map(|same| !same),
        Predicate::In(list) => one_of(list),
        Predicate::NotIn(list) => one_of(list).map(|found| !found),
        _ => None,
    }
}
