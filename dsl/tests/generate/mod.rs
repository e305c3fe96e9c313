//! Random programmes, events and facts: small worlds of few names and round numbers, so that things collide.
#![allow(
    dead_code,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::wildcard_imports,
    reason = "each test file uses some of it; tests state what must hold"
)]

use crate::support::{day, limit, programme, span, test, text};
use dsl::calendar::parse_moment;
use dsl::effect::{Effect, Lift, Prompt};
use dsl::event::{ENROLMENT, Event, FieldValue, Line, PURCHASE};
use dsl::facts::{Facts, Happening, Home, Metric, Window, WindowedSum};
use dsl::model::*;
use dsl::units::*;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::collections::BTreeMap;

const NAMES: [&str; 3] = ["coffee", "bakery", "beans"];
const OTHER: [&str; 4] = ["coffee", "bakery", "beans", "nobody_knows"];
const KIND: &str = "check_in";

fn name() -> impl Strategy<Value = Value> {
    select(&NAMES[..]).prop_map(text)
}

fn names() -> impl Strategy<Value = Vec<Value>> {
    subsequence(NAMES.to_vec(), 0..=3).prop_map(|names| names.into_iter().map(text).collect())
}

fn some_text() -> impl Strategy<Value = Option<String>> {
    option::of(select(&OTHER[..]).prop_map(str::to_owned))
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    subsequence(OTHER.to_vec(), 0..=2).prop_map(|names| names.into_iter().map(str::to_owned).collect())
}

fn minor() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0_i64), 1_i64..20, (1_i64..40).prop_map(|n| n * 100), 1_i64..100_000]
}

fn days() -> impl Strategy<Value = Day> {
    (-3_i32..4).prop_map(|offset| Day(day("2026-02-28").0 + offset))
}

pub(crate) fn moments() -> impl Strategy<Value = Moment> {
    let base = parse_moment("2026-02-28T00:00:00+01:00").unwrap().0;
    // Half of them at the hours where conditions begin and end.
    let minutes =
        prop_oneof![-3 * 1440_i64..4 * 1440, (-3 * 4_i64..4 * 4).prop_map(|quarters| quarters * 360)];
    minutes.prop_map(move |minutes| Moment(base + minutes * 60_000))
}

/// Orders of a value, for facts that have one.
fn ordered(value: impl Strategy<Value = Value> + Clone + 'static) -> BoxedStrategy<Predicate> {
    prop_oneof![
        value.clone().prop_map(Predicate::AtLeast),
        value.clone().prop_map(Predicate::AtMost),
        value.clone().prop_map(Predicate::MoreThan),
        value.clone().prop_map(Predicate::LessThan),
        (value.clone(), value.clone()).prop_map(|(a, b)| Predicate::Between(a, b)),
        same(value),
    ]
    .boxed()
}

fn same(value: impl Strategy<Value = Value> + Clone + 'static) -> BoxedStrategy<Predicate> {
    prop_oneof![
        value.clone().prop_map(Predicate::Is),
        value.clone().prop_map(Predicate::IsNot),
        vec(value.clone(), 0..3).prop_map(Predicate::In),
        vec(value, 0..3).prop_map(Predicate::NotIn),
        Just(Predicate::Known),
        Just(Predicate::Unknown),
    ]
    .boxed()
}

fn sets() -> BoxedStrategy<Predicate> {
    prop_oneof![
        names().prop_map(Predicate::HasAny),
        names().prop_map(Predicate::HasAll),
        names().prop_map(Predicate::HasNone),
        Just(Predicate::Known),
        Just(Predicate::Unknown),
    ]
    .boxed()
}

fn money() -> impl Strategy<Value = Value> + Clone {
    (0_i64..30).prop_map(|n| Value::Money(n * 100))
}

fn count() -> impl Strategy<Value = Value> + Clone {
    (0_i64..5).prop_map(|n| Value::Number(n * MICRO))
}

fn text_value() -> impl Strategy<Value = Value> + Clone {
    select(&NAMES[..]).prop_map(text)
}

fn date() -> impl Strategy<Value = Value> + Clone {
    (-3_i32..4).prop_map(|offset| Value::Date(Day(day("2026-02-28").0 + offset)))
}

const WINDOWS: [Window; 3] = [
    Window::Lifetime,
    Window::Calendar(Period::Month),
    Window::Rolling(Span { count: 12, unit: SpanUnit::Month }),
];

fn sum(metric: Metric) -> impl Strategy<Value = Fact> {
    select(&WINDOWS[..]).prop_map(move |window| Fact::Windowed(WindowedSum { metric, window }))
}

fn pair(
    fact: impl Strategy<Value = Fact> + 'static,
    predicate: impl Strategy<Value = Predicate> + 'static,
) -> BoxedStrategy<Condition> {
    (fact, predicate).prop_map(|(fact, predicate)| test(fact, predicate)).boxed()
}

fn facts_of_days() -> impl Strategy<Value = Fact> {
    select(vec![Fact::Date, Fact::MemberEnrolled, Fact::MemberLastPurchase, Fact::MemberBirthday])
}

fn line_condition() -> BoxedStrategy<Condition> {
    let one = prop_oneof![
        4 => pair(select(vec![Fact::LineCategory, Fact::LineBrand, Fact::LineSku]), same(text_value())),
        2 => pair(Just(Fact::LineTags), sets()),
        1 => pair(Just(Fact::LineAmount), ordered(money())),
        1 => pair(Just(Fact::LineQuantity), ordered(count())),
        1 => pair(Just(Fact::LineEligible), same(any::<bool>().prop_map(Value::Truth))),
    ];
    nested(one.boxed())
}

fn nested(one: BoxedStrategy<Condition>) -> BoxedStrategy<Condition> {
    one.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Condition::Any),
            vec(inner.clone(), 0..3).prop_map(Condition::All),
            vec(inner, 0..3).prop_map(Condition::NoneOf),
        ]
    })
    .boxed()
}

/// What is known of a member, without a basket.
fn segment_condition() -> BoxedStrategy<Condition> {
    let one = prop_oneof![
        pair(Just(Fact::MemberTier), ordered((0_usize..3).prop_map(Value::Tier))),
        pair(facts_of_days(), ordered(date())),
        pair(Just(Fact::MemberTags), sets()),
        pair(Just(Fact::MemberBadges), sets()),
        pair(sum(Metric::Spent), ordered(money())),
        of_member(),
    ];
    nested(one.boxed())
}

/// Ages, addresses, averages, counts.
fn of_member() -> BoxedStrategy<Condition> {
    let home = || select(vec![Fact::MemberCountry, Fact::MemberPostcode, Fact::MemberCity]);
    let ages = (34_i64..38).prop_map(|years| Value::Number(years * MICRO));
    let begins = select(&NAMES[..]).prop_map(|name| Predicate::StartsWith(name[..1].to_owned()));
    let average = select(&WINDOWS[..]).prop_map(Fact::Average);
    let happened =
        select(&WINDOWS[..]).prop_map(|window| Fact::Happened(Happening { kind: KIND.to_owned(), window }));
    prop_oneof![
        pair(home(), same(text_value())),
        pair(home(), begins),
        pair(Just(Fact::MemberAge), ordered(ages)),
        pair(average, ordered(money())),
        pair(happened, ordered(count())),
    ]
    .boxed()
}

fn condition() -> BoxedStrategy<Condition> {
    let basket_sets = vec![
        Fact::BasketCategories,
        Fact::BasketBrands,
        Fact::BasketSkus,
        Fact::BasketTags,
        Fact::MemberTags,
    ];
    let spans = (0_u32..40, select(vec![SpanUnit::Minute, SpanUnit::Hour, SpanUnit::Day, SpanUnit::Month]))
        .prop_map(|(count, unit)| span(count, unit));
    let ago = (
        0_u32..40,
        select(vec![SpanUnit::Day, SpanUnit::Week, SpanUnit::Month, SpanUnit::Year]),
        any::<bool>(),
    )
        .prop_map(|(count, unit, least)| {
            let span = span(count, unit);
            if least { Predicate::AtLeastAgo(span) } else { Predicate::AtMostAgo(span) }
        });
    let within = (spans, facts_of_days()).prop_map(|(span, fact)| Predicate::Within(span, Box::new(fact)));
    let lines = vec(line_condition(), 0..2).prop_map(Fact::BasketLines);
    let time = (0_u16..4).prop_map(|quarter| Value::Time(MinuteOfDay(quarter * 360)));
    let weekday = select(&Weekday::ALL[..]).prop_map(Value::Weekday);
    let one = prop_oneof![
        1 => pair(select(vec![Fact::BasketPaid, Fact::BasketEligible]), ordered(money())),
        1 => pair(lines, ordered(money())),
        1 => pair(select(vec![Fact::BasketItems, Fact::PurchaseNumber]), ordered(count())),
        1 => pair(select(basket_sets), sets()),
        1 => pair(select(vec![Fact::Channel, Fact::Store]), same(text_value())),
        1 => pair(Just(Fact::MemberTier), ordered((0_usize..3).prop_map(Value::Tier))),
        3 => pair(Just(Fact::Time), ordered(time)),
        1 => pair(Just(Fact::Weekday), ordered(weekday)),
        1 => pair(facts_of_days(), ordered(date())),
        4 => pair(facts_of_days(), within),
        4 => pair(facts_of_days(), ago),
        2 => (0_usize..2, any::<bool>()).prop_map(|(segment, inside)| Condition::Segment {
            segment,
            inside,
            place: Place::default(),
        }),
        1 => pair(Just(Fact::MemberBalance), ordered((0_i64..5).prop_map(|n| Value::Points(n * 100 * MICRO)))),
        1 => pair(sum(Metric::Spent), ordered(money())),
        1 => pair(sum(Metric::Earned), ordered((0_i64..5).prop_map(|n| Value::Points(n * 100 * MICRO)))),
        1 => pair(sum(Metric::Purchases), ordered(count())),
        1 => pair((0_usize..2).prop_map(Fact::Streak), ordered(count())),
        1 => pair(Just(Fact::PurchaseNumber), (2_u32..5).prop_map(Predicate::Nth)),
        1 => pair(Just(Fact::Date), (0_usize..2, any::<bool>()).prop_map(|(calendar, inside)| Predicate::Calendar { calendar, inside })),
        1 => pair(Just(Fact::Field("stars".to_owned())), ordered(count())),
        1 => pair(Just(Fact::Field("topic".to_owned())), same(text_value())),
        1 => pair(Just(Fact::Field("verified".to_owned())), same(any::<bool>().prop_map(Value::Truth))),
        3 => of_member(),
        1 => pair((0_usize..2).prop_map(Fact::Experiment), same(text_value())),
        1 => pair(Just(Fact::Field("tip".to_owned())), ordered(money())),
    ];
    nested(one.boxed())
}

fn give() -> impl Strategy<Value = Give> {
    let of = || {
        (any::<bool>(), vec(line_condition(), 0..2))
            .prop_map(|(eligible_only, filter)| Amount { eligible_only, filter })
    };
    prop_oneof![
        2 => (1_i64..60).prop_map(|points| Give::Points(points * MICRO)),
        1 => (1_i64..5_000_000).prop_map(Give::Points),
        4 => (select(vec![MICRO, 250_000, 333_333, 1_500_000, 7]), select(vec![1_i64, 3, 10, 100]), of())
            .prop_map(|(points_micro, per_minor, of)| Give::Rate { points_micro, per_minor, of }),
        1 => (1_i64..2_000, of()).prop_map(|(ratio, of)| Give::Share { ratio, of }),
        3 => (select(vec![MICRO, 1_500_000, 2 * MICRO, 3 * MICRO, 1_333_333]), any::<bool>())
            .prop_map(|(factor_micro, all)| Give::Multiply { factor_micro, all }),
        1 => (0_usize..2).prop_map(Give::Reward),
        1 => select(&NAMES[..]).prop_map(|badge| Give::Badge(badge.to_owned())),
        1 => effect().prop_map(Give::Effect),
        1 => (select(vec![MICRO, 250_000]), select(vec![1_i64, 150, 1_000]), of())
            .prop_map(|(points_micro, every_minor, of)| Give::Steps { points_micro, every_minor, of }),
    ]
}

/// A rule by steps of a sum gives nothing else.
fn milestone() -> impl Strategy<Value = Give> {
    let spent = (select(vec![1_i64, 150, 10_000]), Just(Metric::Spent));
    let purchases = (1_i64..5, Just(Metric::Purchases));
    let windows = vec![
        Window::Lifetime,
        Window::Calendar(Period::Week),
        Window::Calendar(Period::Month),
        Window::Calendar(Period::Year),
    ];
    (select(vec![MICRO, 250_000, 50 * MICRO]), prop_oneof![spent, purchases], select(windows)).prop_map(
        |(points_micro, (at_least, metric), window)| Give::Milestone {
            points_micro,
            every: Threshold { at_least, sum: WindowedSum { metric, window } },
        },
    )
}

/// A challenge, and what it gives.
fn challenge() -> impl Strategy<Value = Vec<Give>> {
    let times = (kind(), vec(condition(), 0..2)).prop_map(|(on, when)| Counts::Times { on, when });
    let money = (proptest::bool::ANY, vec(condition(), 0..2))
        .prop_map(|(eligible_only, filter)| Counts::Money(Amount { eligible_only, filter }));
    let goal = (1_i64..40, prop_oneof![times, money]);
    let per = select(vec![LimitPeriod::Day, LimitPeriod::Month, LimitPeriod::Programme]);
    (per, vec(goal, 1..4), 1_usize..3, vec(give(), 1..3)).prop_map(|(per, goals, needs, mut gives)| {
        let goals = goals.into_iter().enumerate().map(|(at, (target, counts))| Goal {
            name: format!("goal_{at}"),
            label: None,
            target,
            counts,
        });
        gives.insert(0, Give::Challenge(Challenge { per, needs, goals: goals.collect() }));
        gives
    })
}

fn effect() -> impl Strategy<Value = Effect> {
    let name = || select(&NAMES[..]).prop_map(str::to_owned);
    prop_oneof![
        name().prop_map(Effect::Tag),
        name().prop_map(Effect::Untag),
        name().prop_map(Effect::Case),
        select(&Prompt::ALL[..]).prop_map(Effect::Prompt),
        name().prop_map(Effect::Signal),
        (name(), 1_u32..40)
            .prop_map(|(tier, count)| { Effect::Lift(Lift { tier, span: span(count, SpanUnit::Day) }) }),
    ]
}

fn limits() -> impl Strategy<Value = Vec<Limit>> {
    let unit = prop_oneof![
        (0_i64..4).prop_map(LimitUnit::Times),
        (0_i64..200).prop_map(LimitUnit::Points),
        (0_i64..300).prop_map(LimitUnit::Money),
    ];
    let per = select(vec![
        LimitPeriod::Event,
        LimitPeriod::Day,
        LimitPeriod::Week,
        LimitPeriod::Month,
        LimitPeriod::Year,
        LimitPeriod::Programme,
    ]);
    prop_oneof![2 => Just(Vec::new()), 1 => vec((unit, per).prop_map(|(most, per)| limit(most, per)), 0..3)]
}

fn active() -> impl Strategy<Value = Active> {
    prop_oneof![
        3 => Just(Active::default()),
        1 => (option::of(days()), option::of(days())).prop_map(|(from, until)| Active { from, until }),
    ]
}

fn kind() -> impl Strategy<Value = String> {
    prop_oneof![6 => Just(PURCHASE), 1 => Just(ENROLMENT), 1 => Just(KIND)].prop_map(str::to_owned)
}

fn rule(groups: usize, budgets: usize) -> impl Strategy<Value = Rule> {
    let among = |count: usize| option::of(0..count.max(1)).prop_map(move |at| at.filter(|at| *at < count));
    let class = || option::weighted(0.2, (1_u32..3).prop_map(|count| span(count * 10, SpanUnit::Day)));
    (
        (kind(), active(), prop_oneof![1 => Just(vec![]), 1 => vec(condition(), 0..3)]),
        (prop_oneof![8 => vec(give(), 1..4), 1 => milestone().prop_map(|give| vec![give]), 1 => challenge()], limits()),
        (among(groups), among(budgets), class(), class(), select(vec![0_u8, 0, 0, 0, 0, 0, 0, 0, 1, 2])),
    )
        .prop_map(|((on, active, when), (gives, limits), (group, budget, valid, pending, refund))| {
            Rule {
                on,
                active,
                when,
                limits,
                group,
                budget,
                valid,
                pending,
                keeps: refund == 1,
                if_unspent: refund == 2,
                ..crate::support::rule("", gives)
            }
        })
}

fn take() -> impl Strategy<Value = Take> {
    prop_oneof![
        Just(Take::All),
        Just(Take::Best),
        Just(Take::SumOfExtras),
        subsequence((0_usize..8).collect::<Vec<_>>(), 0..=8).prop_shuffle().prop_map(Take::FirstOf),
    ]
}

fn budget() -> impl Strategy<Value = Budget> {
    let total =
        prop_oneof![(0_i64..300).prop_map(BudgetTotal::Points), (0_i64..300).prop_map(BudgetTotal::Money)];
    let when = prop_oneof![3 => Just(WhenSpent::Stop), 1 => Just(WhenSpent::Warn)];
    (total, when, active()).prop_map(|(total, when_spent, active)| Budget {
        name: String::new(),
        label: None,
        total,
        active,
        when_spent,
    })
}

/// A programme of up to eight rules, two groups, two budgets.
/// One with days and one without.
fn calendars() -> Vec<Calendar> {
    let days = |from, until| Days { name: "days".to_owned(), from: day(from), until: day(until) };
    let all = [vec![days("2026-02-27", "2026-03-01"), days("2026-10-25", "2026-10-25")], Vec::new()];
    let calendar =
        |(at, days)| Calendar { name: format!("calendar_{at}"), label: None, days, place: Place::default() };
    all.into_iter().enumerate().map(calendar).collect()
}

/// One that always runs, and one that ends within the world's days.
fn experiments() -> Vec<Experiment> {
    let arms = || NAMES.iter().map(|name| Arm { name: (*name).to_owned(), share: 3_333 }).collect();
    let ends = Active { from: None, until: Some(day("2026-02-28")) };
    [Active::default(), ends]
        .into_iter()
        .zip(["spring", "prices"])
        .map(|(active, name)| Experiment {
            name: name.to_owned(),
            label: None,
            active,
            arms: arms(),
            place: Place::default(),
        })
        .collect()
}

fn streaks() -> Vec<Streak> {
    let streak = |name: &str, every| Streak {
        name: name.to_owned(),
        label: None,
        every,
        freeze: None,
        place: Place::default(),
    };
    vec![streak("daily", Period::Day), streak("weekly", Period::Week)]
}

fn attention() -> impl Strategy<Value = Attention> {
    let limits = vec(
        (0_i64..3, select(vec![LimitPeriod::Day, LimitPeriod::Week, LimitPeriod::Programme]))
            .prop_map(|(most, per)| limit(LimitUnit::Times(most), per)),
        0..3,
    );
    let quiet = option::of(select(vec![(0_u16, 360_u16), (720, 360), (360, 1_080)]));
    (limits, quiet, texts()).prop_map(|(limits, quiet, events)| Attention {
        limits,
        quiet: quiet.map(|(from, to)| (MinuteOfDay(from), MinuteOfDay(to))),
        events,
        place: Place::default(),
    })
}

pub(crate) fn programmes() -> impl Strategy<Value = Programme> {
    let shape = (0_usize..3, 0_usize..3);
    shape
        .prop_flat_map(|(groups, budgets)| {
            (
                vec(rule(groups, budgets), 1..8),
                vec((take(), limits()), groups),
                vec(budget(), budgets),
                limits(),
                (
                    select(vec![Rounding::Down, Rounding::Up, Rounding::HalfEven]),
                    option::of(select(vec![500_000_i64, 3_000_000, 1, 20_000_000])),
                ),
                option::weighted(0.3, Just(span(14, SpanUnit::Day))),
                (vec(0_usize..1_000_000, 8), vec(vec(segment_condition(), 0..3), 2), option::of(attention())),
            )
        })
        .prop_map(
            |(
                mut rules,
                groups,
                mut budgets,
                limits,
                (rounding, worth),
                pending,
                (names, segments, attention),
            )| {
                for (at, rule) in rules.iter_mut().enumerate() {
                    rule.name = format!("rule_{}_{at}", names[at]);
                }
                for (at, budget) in budgets.iter_mut().enumerate() {
                    budget.name = format!("budget_{at}");
                }
                let groups = groups.into_iter().enumerate().map(|(at, (take, limits))| Group {
                    name: format!("group_{at}"),
                    label: None,
                    take,
                    limits,
                });
                let segments = segments.into_iter().enumerate().map(|(at, when)| Segment {
                    name: format!("segment_{at}"),
                    label: None,
                    when,
                    place: Place::default(),
                });
                Programme {
                    segments: segments.collect(),
                    calendars: calendars(),
                    streaks: streaks(),
                    experiments: experiments(),
                    attention,
                    groups: groups.collect(),
                    rules,
                    budgets,
                    limits,
                    rounding,
                    pending,
                    point_worth_micro_minor: worth,
                    ..programme()
                }
            },
        )
}

fn line() -> impl Strategy<Value = Line> {
    (minor(), 1_i64..4, some_text(), some_text(), some_text(), texts(), prop::bool::weighted(0.8)).prop_map(
        |(amount_minor, quantity, sku, category, brand, tags, eligible)| Line {
            amount_minor,
            quantity,
            sku,
            category,
            brand,
            tags,
            eligible,
        },
    )
}

fn fields() -> impl Strategy<Value = BTreeMap<String, FieldValue>> {
    let value = prop_oneof![
        (0_i64..5).prop_map(|n| FieldValue::Number(n * MICRO)),
        (0_i64..30).prop_map(|n| FieldValue::Money(n * 100)),
        select(&OTHER[..]).prop_map(|text| FieldValue::Text(text.to_owned())),
        any::<bool>().prop_map(FieldValue::Truth),
    ];
    btree_map(select(vec!["stars", "topic", "verified", "tip"]).prop_map(str::to_owned), value, 0..4)
}

/// Mostly purchases of up to five lines.
pub(crate) fn events() -> impl Strategy<Value = Event> {
    (kind(), moments(), some_text(), some_text(), vec(line(), 0..6), fields()).prop_map(
        |(kind, at, channel, store, lines, fields)| {
            let lines = if kind == PURCHASE { lines } else { vec![] };
            Event { kind, at, channel, store, lines, fields }
        },
    )
}

/// What is known of a member; vectors are sometimes shorter than asked for.
pub(crate) fn facts() -> impl Strategy<Value = Facts> {
    let birthday = option::of(prop_oneof![days(), Just(day("1992-02-29")), Just(day("1980-03-01"))]);
    (
        (option::of(0_usize..3), option::of(moments()), birthday, option::of(moments())),
        (
            0_i64..500,
            texts(),
            vec(0_i64..500, 0..8),
            vec(0_i64..60, 0..30),
            vec(0_i64..200, 0..3),
            vec(0_i64..400, 0..8),
        ),
        (texts(), vec(option::of(0_i64..6), 0..3), vec(0_i64..6, 0..3)),
        (some_text(), some_text(), some_text(), vec(some_text(), 0..3)),
    )
        .prop_map(
            |(
                (tier, enrolled_at, birthday, last_purchase_at),
                (balance_points, tags, windows, used, budget_used, milestones),
                (badges, streaks, happened),
                (country, postcode, city, arms),
            )| {
                Facts {
                    tier,
                    enrolled_at,
                    birthday,
                    last_purchase_at,
                    balance_points,
                    tags,
                    windows,
                    used,
                    budget_used,
                    friends_rewarded: 0,
                    milestones,
                    badges,
                    streaks,
                    happened,
                    home: Home { country, postcode, city },
                    arms,
                }
            },
        )
}
