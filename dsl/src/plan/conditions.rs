//! Conditions made flat: each distinct condition once, texts as symbols, values as integers.

use super::counters::PURCHASES_EVER;
use super::symbols::Symbols;
use super::tables::{
    DayFact, FieldType, Filter, Has, HomeFact, Node, Operand, Program, Reads, Run, SetFact, Source, index,
};
use crate::facts::{Happening, Metric, WindowedSum};
use crate::model::{Calendar, Clause, Condition, Experiment, Fact, Place, Predicate, Segment, Value};
use crate::units::{Day, MICRO};
use std::collections::{BTreeMap, BTreeSet};

/// What conditions of one event kind share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) symbols: Symbols,
    pub(super) reads: Reads,
    pub(super) sources: Vec<Source>,
    pub(super) filters: Vec<Filter>,
    seen_sources: BTreeMap<Source, u32>,
    seen_filters: BTreeMap<Filter, u32>,
    /// Conditions of the programme's segments.
    segments: Vec<Vec<Condition>>,
    /// The programme's calendars.
    calendars: Vec<Calendar>,
    /// What the programme counts.
    happenings: Vec<Happening>,
    /// First and last day of each experiment.
    experiments: Vec<(Day, Day)>,
}

impl Shared {
    /// Nothing but the filter that takes every line.
    pub(super) fn new(
        segments: &[Segment],
        calendars: &[Calendar],
        (happenings, experiments): (&[Happening], &[Experiment]),
    ) -> Self {
        let segments = segments.iter().map(|segment| segment.when.clone()).collect();
        let mut shared = Self {
            segments,
            calendars: calendars.to_vec(),
            happenings: happenings.to_vec(),
            experiments: experiments.iter().map(|one| super::compile::days(one.active)).collect(),
            ..Self::default()
        };
        shared.add_filter(Filter::default());
        shared
    }

    /// The filter of these conditions on a line.
    pub(super) fn filter(&mut self, conditions: &[Condition], windows: &[WindowedSum]) -> u32 {
        let mut builder = Builder::default();
        let roots = conditions.iter().map(|condition| builder.condition(condition, self, windows)).collect();
        self.add_filter(Filter { program: builder.program, roots })
    }

    fn add_filter(&mut self, filter: Filter) -> u32 {
        let next = index(self.filters.len());
        *self.seen_filters.entry(filter).or_insert_with_key(|filter| {
            self.filters.push(filter.clone());
            next
        })
    }

    fn reads_day(&mut self, fact: &Fact) {
        self.reads.enrolled |= matches!(fact, Fact::MemberEnrolled);
        self.reads.last_purchase |= matches!(fact, Fact::MemberLastPurchase);
    }

    fn source(&mut self, source: Source) -> Operand {
        let next = index(self.sources.len());
        Operand::Event(*self.seen_sources.entry(source).or_insert_with_key(|source| {
            self.sources.push(source.clone());
            next
        }))
    }
}

/// Builds one program.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) program: Program,
    seen_nodes: BTreeMap<Node, u32>,
    seen_lists: BTreeMap<Vec<i64>, Run>,
    seen_children: BTreeMap<Vec<u32>, Run>,
}

/// A fact as the plan reads it.
enum Read {
    Number(Operand),
    Set(SetFact),
}

impl Builder {
    /// Adds a condition and everything it refers to; its index in the program.
    pub(super) fn condition(
        &mut self,
        condition: &Condition,
        shared: &mut Shared,
        windows: &[WindowedSum],
    ) -> u32 {
        let node = match condition {
            Condition::Test(clause) => self.clause(clause, shared, windows),
            Condition::Any(inner) => Node::Any(self.children(inner, shared, windows)),
            Condition::All(inner) => Node::All(self.children(inner, shared, windows)),
            Condition::NoneOf(inner) => Node::NoneOf(self.children(inner, shared, windows)),
            Condition::Segment { segment, inside, .. } => {
                let when = shared.segments.get(*segment).cloned().unwrap_or_default();
                if *inside {
                    Node::All(self.children(&when, shared, windows))
                } else {
                    Node::NoneOf(self.children(&[Condition::All(when)], shared, windows))
                }
            }
        };
        let next = index(self.program.nodes.len());
        *self.seen_nodes.entry(node).or_insert_with(|| {
            self.program.nodes.push(node);
            next
        })
    }

    fn children(&mut self, inner: &[Condition], shared: &mut Shared, windows: &[WindowedSum]) -> Run {
        let children: Vec<u32> = inner.iter().map(|child| self.condition(child, shared, windows)).collect();
        let table = &mut self.program.children;
        *self
            .seen_children
            .entry(children)
            .or_insert_with_key(|children| Run::append(table, children.iter().copied()))
    }

    fn list(&mut self, mut values: Vec<i64>) -> Run {
        values.sort_unstable();
        values.dedup();
        let table = &mut self.program.lists;
        *self.seen_lists.entry(values).or_insert_with_key(|values| Run::append(table, values.iter().copied()))
    }

    fn clause(&mut self, clause: &Clause, shared: &mut Shared, windows: &[WindowedSum]) -> Node {
        shared.reads_day(&clause.fact);
        if let Predicate::Within(span, other) = &clause.predicate {
            shared.reads_day(other);
            return match (day_fact(&clause.fact), day_fact(other)) {
                (Some(left), Some(right)) => Node::Within { left, right, count: span.count, unit: span.unit },
                _ => Node::Senseless,
            };
        }
        if let Predicate::AtLeastAgo(span) | Predicate::AtMostAgo(span) = &clause.predicate {
            let least = matches!(clause.predicate, Predicate::AtLeastAgo(_));
            return day_fact(&clause.fact).map_or(Node::Senseless, |day| Node::Ago {
                day,
                count: span.count,
                unit: span.unit,
                least,
            });
        }
        if let Predicate::Calendar { calendar, inside } = clause.predicate {
            return self.calendar(&clause.fact, (calendar, inside), shared, windows);
        }
        if let Predicate::StartsWith(text) = &clause.predicate {
            let Some(home) = home_fact(&clause.fact) else { return Node::Senseless };
            let operand = shared.source(Source::Starts(home, text.clone()));
            return Node::Range { operand, low: 1, high: 1, inside: true };
        }
        let kinds: BTreeSet<Option<FieldType>> = values(&clause.predicate).iter().map(field_type).collect();
        if matches!(clause.fact, Fact::Field(_)) && kinds.len() > 1 {
            return Node::Senseless;
        }
        let kind = match clause.predicate {
            Predicate::Nth(_) => Some(FieldType::Number),
            _ => kinds.first().copied().flatten(),
        };
        match read(&clause.fact, kind, shared, windows) {
            Read::Number(operand) => {
                let ordered = !is_text(&clause.fact) && kind != Some(FieldType::Text);
                self.number(operand, &clause.fact, ordered, &clause.predicate, shared)
            }
            Read::Set(set) => self.set(set, &clause.predicate, shared),
        }
    }

    /// Whether a date is one of a calendar's days.
    fn calendar(
        &mut self,
        fact: &Fact,
        (calendar, inside): (usize, bool),
        shared: &mut Shared,
        windows: &[WindowedSum],
    ) -> Node {
        if day_fact(fact).is_none() {
            return Node::Senseless;
        }
        let days = shared.calendars.get(calendar).map(|found| found.days.clone()).unwrap_or_default();
        let days: Vec<Condition> = days
            .iter()
            .map(|days| {
                Condition::Test(Clause {
                    fact: fact.clone(),
                    predicate: Predicate::Between(Value::Date(days.from), Value::Date(days.until)),
                    place: Place::default(),
                })
            })
            .collect();
        let days = self.children(&days, shared, windows);
        if inside { Node::Any(days) } else { Node::NoneOf(days) }
    }

    fn number(
        &mut self,
        operand: Operand,
        fact: &Fact,
        ordered: bool,
        predicate: &Predicate,
        shared: &mut Shared,
    ) -> Node {
        let mut value = |value: &Value| number(value, fact, &mut shared.symbols);
        let range = |low, high, inside| Node::Range { operand, low, high, inside };
        let node = match predicate {
            Predicate::AtLeast(low) if ordered => value(low).map(|low| range(low, i64::MAX, true)),
            Predicate::AtMost(high) if ordered => value(high).map(|high| range(i64::MIN, high, true)),
            Predicate::MoreThan(low) if ordered => value(low).map(|low| range(i64::MIN, low, false)),
            Predicate::LessThan(high) if ordered => value(high).map(|high| range(high, i64::MAX, false)),
            Predicate::Between(low, high) if ordered => {
                value(low).zip(value(high)).map(|(low, high)| match fact {
                    Fact::Time if low < high => range(low, high.saturating_sub(1), true),
                    // Past midnight: everything but [high, low).
                    Fact::Time => range(high, low.saturating_sub(1), false),
                    _ => range(low, high, true),
                })
            }
            Predicate::Is(same) => value(same).map(|same| range(same, same, true)),
            Predicate::IsNot(same) => value(same).map(|same| range(same, same, false)),
            Predicate::In(list) | Predicate::NotIn(list) => {
                let values: Option<Vec<i64>> = list.iter().map(value).collect();
                let inside = matches!(predicate, Predicate::In(_));
                values.map(|values| Node::Among { operand, list: self.list(values), inside })
            }
            Predicate::Nth(n) if ordered => counts(fact).then_some(Node::Nth { operand, n: *n }),
            Predicate::Known => Some(Node::Known { operand, known: true }),
            Predicate::Unknown => Some(Node::Known { operand, known: false }),
            _ => None,
        };
        node.unwrap_or(Node::Senseless)
    }

    fn set(&mut self, set: SetFact, predicate: &Predicate, shared: &mut Shared) -> Node {
        let (list, how) = match predicate {
            Predicate::HasAny(list) => (list, Has::Any),
            Predicate::HasAll(list) => (list, Has::All),
            Predicate::HasNone(list) => (list, Has::None),
            Predicate::Known => return Node::SetKnown { set, known: true },
            Predicate::Unknown => return Node::SetKnown { set, known: false },
            _ => return Node::Senseless,
        };
        let mut symbol = |value: &Value| match value {
            Value::Text(text) => Some(i64::from(shared.symbols.intern(text))),
            _ => None,
        };
        let values: Option<Vec<i64>> = list.iter().map(&mut symbol).collect();
        values.map_or(Node::Senseless, |values| Node::Has { set, list: self.list(values), how })
    }
}

const fn home_fact(fact: &Fact) -> Option<HomeFact> {
    match fact {
        Fact::MemberCountry => Some(HomeFact::Country),
        Fact::MemberPostcode => Some(HomeFact::Postcode),
        Fact::MemberCity => Some(HomeFact::City),
        _ => None,
    }
}

const fn day_fact(fact: &Fact) -> Option<DayFact> {
    match fact {
        Fact::Date => Some(DayFact::Date),
        Fact::MemberEnrolled => Some(DayFact::Enrolled),
        Fact::MemberLastPurchase => Some(DayFact::LastPurchase),
        Fact::MemberBirthday => Some(DayFact::Birthday),
        _ => None,
    }
}

/// The literals of a predicate.
fn values(predicate: &Predicate) -> &[Value] {
    match predicate {
        Predicate::AtLeast(value)
        | Predicate::AtMost(value)
        | Predicate::MoreThan(value)
        | Predicate::LessThan(value)
        | Predicate::Is(value)
        | Predicate::IsNot(value) => std::slice::from_ref(value),
        // The other end is compared the same way or not at all.
        Predicate::Between(low, _) => std::slice::from_ref(low),
        Predicate::In(list)
        | Predicate::NotIn(list)
        | Predicate::HasAny(list)
        | Predicate::HasAll(list)
        | Predicate::HasNone(list) => list,
        Predicate::Within(..)
        | Predicate::Known
        | Predicate::Unknown
        | Predicate::Nth(_)
        | Predicate::Calendar { .. }
        | Predicate::StartsWith(_)
        | Predicate::AtLeastAgo(_)
        | Predicate::AtMostAgo(_) => &[],
    }
}

const fn field_type(value: &Value) -> Option<FieldType> {
    match value {
        Value::Money(_) => Some(FieldType::Money),
        Value::Number(_) => Some(FieldType::Number),
        Value::Text(_) => Some(FieldType::Text),
        Value::Truth(_) => Some(FieldType::Truth),
        _ => None,
    }
}

/// Whether a fact is a plain number; a declared field is taken as one.
const fn counts(fact: &Fact) -> bool {
    match fact {
        Fact::BasketItems
        | Fact::LineQuantity
        | Fact::PurchaseNumber
        | Fact::ReferralNumber
        | Fact::Streak(_)
        | Fact::Happened(_)
        | Fact::MemberAge
        | Fact::Field(_) => true,
        Fact::Windowed(sum) => matches!(sum.metric, Metric::Purchases),
        _ => false,
    }
}

/// Texts have no order; a declared field has the type of what it is compared with.
const fn is_text(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Channel
            | Fact::Store
            | Fact::LineCategory
            | Fact::LineBrand
            | Fact::LineSku
            | Fact::MemberCountry
            | Fact::MemberPostcode
            | Fact::MemberCity
            | Fact::Experiment(_)
    )
}

fn read(fact: &Fact, kind: Option<FieldType>, shared: &mut Shared, windows: &[WindowedSum]) -> Read {
    let window = |sum: WindowedSum| windows.iter().position(|known| *known == sum).unwrap_or(usize::MAX);
    let source = match fact {
        Fact::Date => Source::Date,
        Fact::Time => Source::Time,
        Fact::Weekday => Source::Weekday,
        Fact::Channel => Source::Channel,
        Fact::Store => Source::Store,
        Fact::BasketPaid => Source::BasketPaid,
        Fact::BasketEligible => Source::BasketEligible,
        Fact::BasketItems => Source::BasketItems,
        Fact::BasketLines(conditions) => Source::Filtered(shared.filter(conditions, windows)),
        Fact::PurchaseNumber => Source::PurchaseNumber { window: window(PURCHASES_EVER) },
        Fact::ReferralNumber => Source::ReferralNumber,
        Fact::Streak(at) => Source::Streak(*at),
        Fact::Happened(happening) => {
            let at = shared.happenings.iter().position(|known| known == happening);
            Source::Happened(at.unwrap_or(usize::MAX))
        }
        Fact::Average(over) => Source::Average {
            spent: window(WindowedSum { metric: Metric::Spent, window: *over }),
            purchases: window(WindowedSum { metric: Metric::Purchases, window: *over }),
        },
        Fact::MemberAge => Source::Age,
        Fact::MemberCountry => Source::Home(HomeFact::Country),
        Fact::MemberPostcode => Source::Home(HomeFact::Postcode),
        Fact::MemberCity => Source::Home(HomeFact::City),
        Fact::Experiment(at) => {
            let (from, until) = shared.experiments.get(*at).copied().unwrap_or_default();
            Source::Arm { at: *at, from, until }
        }
        Fact::MemberTier => Source::Tier,
        Fact::MemberBirthday => Source::Birthday,
        Fact::MemberEnrolled => Source::Enrolled,
        Fact::MemberLastPurchase => Source::LastPurchase,
        Fact::MemberBalance => Source::Balance,
        Fact::Windowed(sum) => {
            let scale = if sum.metric == Metric::Spent { 1 } else { MICRO };
            Source::Windowed { window: window(*sum), scale }
        }
        Fact::Field(name) => Source::Field { name: name.clone(), kind },
        Fact::LineAmount => return Read::Number(Operand::LineAmount),
        Fact::LineQuantity => return Read::Number(Operand::LineQuantity),
        Fact::LineEligible => return Read::Number(Operand::LineEligible),
        Fact::LineCategory => {
            shared.reads.category = true;
            return Read::Number(Operand::LineCategory);
        }
        Fact::LineBrand => {
            shared.reads.brand = true;
            return Read::Number(Operand::LineBrand);
        }
        Fact::LineSku => {
            shared.reads.sku = true;
            return Read::Number(Operand::LineSku);
        }
        Fact::BasketCategories => {
            shared.reads.category = true;
            return Read::Set(SetFact::Categories);
        }
        Fact::BasketBrands => {
            shared.reads.brand = true;
            return Read::Set(SetFact::Brands);
        }
        Fact::BasketSkus => {
            shared.reads.sku = true;
            return Read::Set(SetFact::Skus);
        }
        Fact::BasketTags => {
            shared.reads.tags = true;
            return Read::Set(SetFact::Tags);
        }
        Fact::LineTags => {
            shared.reads.tags = true;
            return Read::Set(SetFact::LineTags);
        }
        Fact::MemberTags => {
            shared.reads.member_tags = true;
            return Read::Set(SetFact::MemberTags);
        }
        Fact::MemberBadges => {
            shared.reads.member_badges = true;
            return Read::Set(SetFact::MemberBadges);
        }
    };
    Read::Number(shared.source(source))
}

/// A literal as the plan compares it with this fact; `None` when their types differ.
fn number(value: &Value, fact: &Fact, symbols: &mut Symbols) -> Option<i64> {
    let fits = |same: bool, number: i64| same.then_some(number);
    let field = matches!(fact, Fact::Field(_));
    let sum = |metric: Metric| matches!(fact, Fact::Windowed(sum) if sum.metric == metric);
    match value {
        Value::Money(minor) => {
            let money = matches!(
                fact,
                Fact::BasketPaid
                    | Fact::BasketEligible
                    | Fact::BasketLines(_)
                    | Fact::LineAmount
                    | Fact::Average(_)
            );
            fits(money || field || sum(Metric::Spent), *minor)
        }
        Value::Points(micro) => fits(matches!(fact, Fact::MemberBalance) || sum(Metric::Earned), *micro),
        Value::Number(micro) => {
            let count = matches!(
                fact,
                Fact::BasketItems
                    | Fact::LineQuantity
                    | Fact::PurchaseNumber
                    | Fact::ReferralNumber
                    | Fact::Streak(_)
                    | Fact::Happened(_)
                    | Fact::MemberAge
            );
            fits(count || field || sum(Metric::Purchases), *micro)
        }
        Value::Text(text) => (is_text(fact) || field).then(|| i64::from(symbols.intern(text))),
        Value::Truth(truth) => fits(matches!(fact, Fact::LineEligible) || field, i64::from(*truth)),
        Value::Date(day) => fits(
            matches!(
                fact,
                Fact::Date | Fact::MemberEnrolled | Fact::MemberLastPurchase | Fact::MemberBirthday
            ),
            i64::from(day.0),
        ),
        Value::Time(minute) => fits(matches!(fact, Fact::Time), i64::from(minute.0)),
        Value::Weekday(day) => fits(matches!(fact, Fact::Weekday), weekday_number(*day)),
        Value::Tier(index) => {
            fits(matches!(fact, Fact::MemberTier), i64::try_from(*index).unwrap_or(i64::MAX))
        }
    }
}

/// Days of the week in ISO order, Monday 0.
pub(crate) fn weekday_number(day: crate::units::Weekday) -> i64 {
    crate::units::Weekday::ALL
        .iter()
        .position(|other| *other == day)
        .and_then(|at| i64::try_from(at).ok())
        .unwrap_or(0)
}
