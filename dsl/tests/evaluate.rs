//! What a programme gives, case by case, with the numbers worked out by hand.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::wildcard_imports,
    reason = "tests state what must hold"
)]

mod support;

use dsl::event::FieldValue;
use dsl::facts::Facts;
use dsl::model::*;
use dsl::outcome::{Cut, Verdict};
use dsl::plan::{LoadError, Rulebook};
use dsl::units::*;
use support::*;

fn with(rules: Vec<Rule>) -> Programme {
    Programme { rules, ..programme() }
}

/// One point per 0.10 EUR.
fn base() -> Rule {
    rule("base", vec![rate(MICRO, 10, vec![])])
}

#[test]
fn a_rate_is_an_exact_proportion() {
    assert_eq!(points(&with(vec![base()]), &monday(vec![line(740, "coffee")])), 74);
    // A third of a point per cent on three lines of one cent: one point, not three times nothing.
    let thirds = with(vec![rule("thirds", vec![rate(MICRO, 3, vec![])])]);
    assert_eq!(points(&thirds, &monday(vec![line(1, "a"), line(1, "b"), line(1, "c")])), 1);
}

#[test]
fn breakfast_doubles_the_base_and_never_the_flat_award() {
    let mut programme =
        with(vec![base(), rule("breakfast", vec![times(2 * MICRO)]), rule("cup", vec![flat(15)])]);
    let basket = monday(vec![line(740, "coffee")]);
    assert_eq!(points(&programme, &basket), 74 + 74 + 15);
    programme.rules[1].gives = vec![Give::Multiply { factor_micro: 2 * MICRO, all: true }];
    assert_eq!(points(&programme, &basket), 2 * (74 + 15));
}

#[test]
fn multipliers_add_and_never_multiply_each_other() {
    let mut programme =
        with(vec![base(), rule("x2", vec![times(2 * MICRO)]), rule("x3", vec![times(3 * MICRO)])]);
    let basket = monday(vec![line(100, "coffee")]);
    assert_eq!(points(&programme, &basket), 40, "x2 and x3 give x4");
    for (take, expected) in [
        (Take::All, 40),
        (Take::SumOfExtras, 40),
        (Take::Best, 30),
        (Take::FirstOf(vec![1, 2]), 20),
        (Take::FirstOf(vec![2, 1]), 30),
    ] {
        programme.groups = vec![group("boosters", take.clone())];
        programme.rules[1].group = Some(0);
        programme.rules[2].group = Some(0);
        assert_eq!(points(&programme, &basket), expected, "{take:?}");
    }
}

#[test]
fn the_sample_of_a_tier_rate_times_four_beside_a_lost_extra() {
    // 120 EUR of fragrance: tier rate 1.5 a euro (best of three), x4 on it, the fragrance extra loses to x4.
    let euro = |micro: i64, filter| rate(micro, 100, filter);
    let mut programme = with(vec![
        rule("base_insider", vec![euro(MICRO, vec![])]),
        rule("base_vib", vec![euro(1_250_000, vec![])]),
        rule("base_rouge", vec![euro(1_500_000, vec![])]),
        rule("double_fragrance", vec![euro(MICRO, vec![category_is("fragrance")])]),
        rule("rouge_week", vec![times(4 * MICRO)]),
    ]);
    programme.groups = vec![group("tier_rate", Take::Best), group("events", Take::FirstOf(vec![4, 3]))];
    for (rule, group) in [(0, 0), (1, 0), (2, 0), (3, 1), (4, 1)] {
        programme.rules[rule].group = Some(group);
    }
    let found = outcome(&programme, &monday(vec![line(12_000, "fragrance")]), &Facts::default());
    assert_eq!((found.points, by_rule(&found)), (720, vec![0, 0, 180, 0, 540]));
    assert_eq!(found.verdicts[3], Verdict::Lost { would_micro: 120 * MICRO });
    assert_eq!(found.verdicts[1], Verdict::Lost { would_micro: 150 * MICRO });
    // Nothing of the category bought: the extra found nothing, and does not take the place either.
    programme.groups[1].take = Take::FirstOf(vec![3, 4]);
    let other = outcome(&programme, &monday(vec![line(12_000, "skin")]), &Facts::default());
    assert_eq!((other.points, &other.verdicts[3]), (720, &Verdict::Nothing));
}

#[test]
fn ties_go_to_the_rule_name() {
    let mut programme = with(vec![rule("zebra", vec![flat(5)]), rule("ant", vec![flat(5)])]);
    programme.groups = vec![group("one", Take::Best)];
    programme.rules[0].group = Some(0);
    programme.rules[1].group = Some(0);
    assert_eq!(by_rule(&outcome(&programme, &monday(vec![]), &Facts::default())), vec![0, 5]);
}

#[test]
fn limits_cut_and_say_so() {
    let mut programme = with(vec![base()]);
    programme.rules[0].limits = vec![
        limit(LimitUnit::Points(500), LimitPeriod::Day),
        limit(LimitUnit::Points(60), LimitPeriod::Event),
    ];
    let basket = monday(vec![line(1_000, "coffee")]);
    let facts = Facts { used: vec![460], ..Facts::default() };
    let found = outcome(&programme, &basket, &facts);
    assert_eq!(found.limit_draws, vec![(0, 40)]);
    assert_eq!(
        found.verdicts,
        vec![Verdict::Gave { points: 40, uncut_micro: 100 * MICRO, cut: Some(Cut::Limit(0)) }]
    );
    let fresh = outcome(&programme, &basket, &Facts::default());
    assert_eq!(
        fresh.verdicts,
        vec![Verdict::Gave { points: 60, uncut_micro: 100 * MICRO, cut: Some(Cut::EventLimit(0)) }]
    );
    let gone = outcome(&programme, &basket, &Facts { used: vec![900], ..Facts::default() });
    assert_eq!((gone.points, gone.credits.len(), gone.limit_draws.len()), (0, 0, 0));
}

#[test]
fn a_rule_beyond_its_times_gives_nothing_not_even_a_badge() {
    let mut programme = with(vec![rule("cup", vec![flat(15), Give::Badge("cup".to_owned())])]);
    programme.rules[0].limits = vec![limit(LimitUnit::Times(2), LimitPeriod::Day)];
    let basket = monday(vec![line(100, "coffee")]);
    let second = outcome(&programme, &basket, &Facts { used: vec![1], ..Facts::default() });
    assert_eq!((second.points, second.badges.len(), second.limit_draws), (15, 1, vec![(0, 1)]));
    let third = outcome(&programme, &basket, &Facts { used: vec![2], ..Facts::default() });
    assert_eq!((third.points, third.badges.len(), third.limit_draws.len()), (0, 0, 0));
    assert_eq!(
        third.verdicts,
        vec![Verdict::Gave { points: 0, uncut_micro: 15 * MICRO, cut: Some(Cut::Limit(0)) }]
    );
}

#[test]
fn a_use_is_counted_only_when_a_point_a_reward_or_a_badge_came_out() {
    let mut programme = with(vec![base()]);
    programme.rules[0].limits =
        vec![limit(LimitUnit::Times(2), LimitPeriod::Day), limit(LimitUnit::Points(10), LimitPeriod::Week)];
    let cents = |amount| outcome(&programme, &monday(vec![line(amount, "coffee")]), &Facts::default());
    assert_eq!(cents(9).limit_draws, vec![], "0.9 points round down to none");
    assert_eq!(cents(10).limit_draws, vec![(0, 1), (1, 1)]);
    let spent = Facts { used: vec![0, 10], ..Facts::default() };
    assert_eq!(outcome(&programme, &monday(vec![line(100, "coffee")]), &spent).limit_draws, vec![]);
}

#[test]
fn a_joint_limit_cuts_in_proportion_and_rounding_never_passes_it() {
    // 3.4 + 3.4 + 3.2 under a limit of 10, and 0.2 beside it: rounding up makes 11, the group stays at 10.
    let mut programme = with(vec![
        rule("a", vec![Give::Points(3_400_000)]),
        rule("b", vec![Give::Points(3_400_000)]),
        rule("c", vec![Give::Points(3_200_000)]),
        rule("d", vec![Give::Points(200_000)]),
    ]);
    programme.rounding = Rounding::Up;
    programme.groups =
        vec![Group { limits: vec![limit(LimitUnit::Points(10), LimitPeriod::Day)], ..group("g", Take::All) }];
    for rule in &mut programme.rules[..3] {
        rule.group = Some(0);
    }
    let found = outcome(&programme, &monday(vec![]), &Facts::default());
    assert_eq!((found.points, by_rule(&found), found.limit_draws), (11, vec![4, 3, 3, 1], vec![(0, 10)]));
    // 400 points against 120 left.
    let mut programme = with(vec![rule("a", vec![flat(300)]), rule("b", vec![flat(100)])]);
    programme.limits = vec![limit(LimitUnit::Points(120), LimitPeriod::Month)];
    let found = outcome(&programme, &monday(vec![]), &Facts::default());
    assert_eq!((found.points, by_rule(&found)), (120, vec![90, 30]));
}

#[test]
fn a_point_that_no_limit_leaves_to_a_fraction_goes_to_nobody_else() {
    // 0.5 of a group and a budget that have one point left each, 0.4 of the group, 0.4 of the budget: 1.3 round up to
    // two, and only one of the three can have a point. The five points beside them stay five.
    let half = |name: &str, micro| rule(name, vec![Give::Points(micro)]);
    let mut programme =
        with(vec![half("a", 500_000), half("b", 400_000), half("c", 400_000), rule("five", vec![flat(5)])]);
    programme.rounding = Rounding::Up;
    programme.groups =
        vec![Group { limits: vec![limit(LimitUnit::Points(1), LimitPeriod::Day)], ..group("g", Take::All) }];
    programme.budgets = vec![Budget {
        name: "pot".to_owned(),
        label: None,
        total: BudgetTotal::Points(1),
        active: Active::default(),
        when_spent: WhenSpent::Stop,
    }];
    for at in [0, 1] {
        programme.rules[at].group = Some(0);
    }
    for at in [0, 2] {
        programme.rules[at].budget = Some(0);
    }
    let found = outcome(&programme, &monday(vec![]), &Facts::default());
    assert_eq!((found.points, by_rule(&found)), (6, vec![1, 0, 0, 5]));
}

#[test]
fn a_groups_limit_leaves_the_rules_beside_it_alone() {
    let mut programme =
        with(vec![rule("a", vec![flat(10)]), rule("beside", vec![flat(50)]), rule("c", vec![flat(20)])]);
    for at in [0, 2] {
        programme.rules[at].group = Some(0);
    }
    for (most, expected) in [(LimitUnit::Points(15), vec![5, 50, 10]), (LimitUnit::Times(1), vec![50, 20])] {
        programme.groups =
            vec![Group { limits: vec![limit(most, LimitPeriod::Day)], ..group("g", Take::All) }];
        let found = outcome(&programme, &monday(vec![]), &Facts::default());
        assert_eq!(by_rule(&found).into_iter().filter(|points| *points > 0).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_rule_that_another_comes_before_has_no_part_in_their_limit() {
    // the first of the group gives 10, the other would have given 50
    let mut programme = with(vec![rule("a", vec![flat(10)]), rule("b", vec![flat(50)])]);
    for rule in &mut programme.rules {
        rule.group = Some(0);
    }
    for (most, first, second) in [(LimitUnit::Times(1), 10, 50), (LimitUnit::Points(8), 8, 8)] {
        let limits = || vec![limit(most, LimitPeriod::Day)];
        let paid = |order: Vec<usize>, programme: &mut Programme| {
            programme.groups = vec![Group { limits: limits(), ..group("g", Take::FirstOf(order)) }];
            by_rule(&outcome(programme, &monday(vec![]), &Facts::default()))
        };
        assert_eq!(paid(vec![0, 1], &mut programme), [first, 0], "{most:?}");
        assert_eq!(paid(vec![1, 0], &mut programme), [0, second], "{most:?}");
    }
}

#[test]
fn a_field_of_another_kind_is_unknown() {
    let mut programme = with(vec![rule("happy", vec![flat(1)])]);
    programme.rules[0].on = "visit".to_owned();
    let asked = [Value::Truth(true), Value::Number(1), Value::Money(1)];
    let given = [FieldValue::Truth(true), FieldValue::Number(1), FieldValue::Money(1)];
    for (at, value) in asked.iter().enumerate() {
        programme.rules[0].when = vec![test(Fact::Field("mood".to_owned()), Predicate::Is(value.clone()))];
        for (other, given) in given.iter().enumerate() {
            let mut event = monday(vec![]);
            event.kind = "visit".to_owned();
            event.fields.insert("mood".to_owned(), given.clone());
            assert_eq!(points(&programme, &event), i64::from(at == other), "{value:?} {given:?}");
        }
    }
}

#[test]
fn money_limits_pay_for_whole_points() {
    // 0.07 EUR at 0.03 EUR a point: two points, drawn as 0.06 EUR.
    let mut programme = with(vec![rule("a", vec![flat(10)])]);
    programme.point_worth_micro_minor = Some(3_000_000);
    programme.limits = vec![limit(LimitUnit::Money(7), LimitPeriod::Programme)];
    let found = outcome(&programme, &monday(vec![]), &Facts::default());
    assert_eq!((found.points, found.limit_draws), (2, vec![(0, 6)]));
}

#[test]
fn budgets_stop_or_warn_and_only_on_their_days() {
    let mut programme = with(vec![rule("a", vec![flat(10)])]);
    programme.rules[0].budget = Some(0);
    programme.budgets = vec![Budget {
        name: "winter".to_owned(),
        label: None,
        total: BudgetTotal::Points(100),
        active: Active { from: Some(day("2026-11-23")), until: Some(day("2026-11-23")) },
        when_spent: WhenSpent::Stop,
    }];
    let used = |used| Facts { budget_used: vec![used], ..Facts::default() };
    let found = outcome(&programme, &monday(vec![]), &used(93));
    assert_eq!((found.points, &found.budget_draws), (7, &vec![(0, 7)]));
    assert!(matches!(found.verdicts[0], Verdict::Gave { cut: Some(Cut::Budget(0)), .. }));
    let late = purchase("2026-11-24T00:00:00+01:00", vec![]);
    assert_eq!(outcome(&programme, &late, &used(0)).points, 0);
    assert_eq!(outcome(&programme, &purchase("2026-11-23T23:59:59+01:00", vec![]), &used(0)).points, 10);
    programme.budgets[0].when_spent = WhenSpent::Warn;
    let found = outcome(&programme, &monday(vec![]), &used(500));
    assert_eq!((found.points, found.budget_draws), (10, vec![(0, 10)]));
}

#[test]
fn credits_split_by_validity_and_lines_share_by_what_earned() {
    let mut programme = with(vec![
        base(),
        rule("fragrance", vec![rate(MICRO, 100, vec![category_is("fragrance")])]),
        rule("x2", vec![times(2 * MICRO)]),
        rule("gift", vec![flat(10)]),
    ]);
    programme.rules[3].valid = Some(span(30, SpanUnit::Day));
    programme.pending = Some(span(14, SpanUnit::Day));
    let found = outcome(
        &programme,
        &monday(vec![line(1_000, "fragrance"), line(500, "skin"), line(0, "sample")]),
        &Facts::default(),
    );
    // base 150 (100 + 50), fragrance 10, both doubled: 320 as 220 + 100; the gift 10 by amount: 7 + 3.
    assert_eq!(found.points, 330);
    let lines: Vec<_> =
        found.credits.iter().map(|c| (c.points, c.valid.is_some(), c.line_points.clone())).collect();
    assert_eq!(lines, vec![(320, false, vec![220, 100, 0]), (10, true, vec![7, 3, 0])]);
    assert!(found.credits.iter().all(|credit| credit.pending == programme.pending));
}

#[test]
fn what_multiplies_shares_over_lines_as_what_it_multiplied() {
    let all = |factor_micro| Give::Multiply { factor_micro, all: true };
    let bakery = || rate(3 * MICRO, 100, vec![category_is("bakery")]);
    // Lines of 1 and 3 EUR. Beside the booster: 4 points on the coffee alone, and 4 flat, by cost 1 and 3.
    for (gives, expected) in [
        (vec![times(2 * MICRO)], [4, 0]),
        (vec![all(2 * MICRO)], [5, 3]),
        // its own: 4 flat as 1 and 3, 9 on the bread; doubled with those of the coffee: 4 and 9
        (vec![flat(4), bakery(), times(2 * MICRO)], [1 + 4, 3 + 9 + 9]),
        // the same with flat ones doubled as well: 2 and 6 more
        (vec![flat(4), bakery(), all(2 * MICRO)], [1 + 6, 3 + 9 + 15]),
        (vec![flat(4), bakery(), times(2 * MICRO), all(2 * MICRO)], [1 + 4 + 6, 3 + 9 + 9 + 15]),
    ] {
        let mut programme = with(vec![
            rule("coffee", vec![rate(4 * MICRO, 100, vec![category_is("coffee")])]),
            rule("gift", vec![flat(4)]),
            rule("booster", gives),
        ]);
        programme.rules[2].valid = Some(span(30, SpanUnit::Day));
        let found =
            outcome(&programme, &monday(vec![line(100, "coffee"), line(300, "bakery")]), &Facts::default());
        let lines: Vec<_> = found.credits.iter().map(|credit| credit.line_points.clone()).collect();
        assert_eq!(lines, [vec![5, 3], expected.to_vec()], "{:?}", programme.rules[2].gives);
    }
}

#[test]
fn a_line_that_is_not_eligible_shares_only_in_what_counts_it() {
    for (eligible_only, expected) in [(false, vec![1, 3]), (true, vec![0, 3])] {
        let of = Amount { eligible_only, filter: vec![] };
        let base = Give::Rate { points_micro: MICRO, per_minor: 100, of };
        let mut basket = monday(vec![line(100, "voucher"), line(300, "bakery")]);
        basket.lines[0].eligible = false;
        let found = outcome(&with(vec![rule("base", vec![base])]), &basket, &Facts::default());
        assert_eq!(found.credits[0].line_points, expected);
    }
}

#[test]
fn a_share_is_worth_that_share_of_the_money() {
    // 5 % of 20.00 EUR is 1.00 EUR: 200 points at 0.005 EUR.
    let of = Amount { eligible_only: false, filter: vec![] };
    let programme = with(vec![rule("share", vec![Give::Share { ratio: 500, of }])]);
    assert_eq!(points(&programme, &monday(vec![line(2_000, "a")])), 200);
}

#[test]
fn unknown_never_matches_in_either_polarity() {
    let channel = |predicate| vec![test(Fact::Channel, predicate)];
    let gives = |when: Vec<Condition>, channel: Option<&str>| {
        let mut programme = with(vec![rule("a", vec![flat(1)])]);
        programme.rules[0].when = when;
        let mut event = monday(vec![line(1, "x")]);
        event.channel = channel.map(str::to_owned);
        points(&programme, &event) == 1
    };
    for (when, online, store, unknown) in [
        (channel(Predicate::Is(text("online"))), true, false, false),
        (channel(Predicate::IsNot(text("online"))), false, true, false),
        (channel(Predicate::NotIn(vec![text("online")])), false, true, false),
        (vec![Condition::NoneOf(channel(Predicate::Is(text("online"))))], false, true, false),
        (vec![Condition::NoneOf(channel(Predicate::IsNot(text("online"))))], true, false, false),
        (
            vec![Condition::NoneOf(vec![Condition::NoneOf(channel(Predicate::Is(text("online"))))])],
            true,
            false,
            false,
        ),
        (vec![Condition::NoneOf(channel(Predicate::Known))], false, false, true),
        (channel(Predicate::Unknown), false, false, true),
    ] {
        let found = [Some("online"), Some("store"), None].map(|channel| gives(when.clone(), channel));
        assert_eq!(found, [online, store, unknown], "{when:?}");
    }
}

#[test]
fn validity_and_times_of_day_follow_the_programmes_zone() {
    let mut programme = with(vec![rule("a", vec![flat(1)])]);
    programme.rules[0].active = Active { from: Some(day("2026-11-01")), until: Some(day("2026-11-30")) };
    let at = |programme: &Programme, at: &str| points(programme, &purchase(at, vec![line(1, "x")])) == 1;
    assert!(at(&programme, "2026-10-31T23:00:00Z"), "midnight in Paris");
    assert!(!at(&programme, "2026-10-31T22:59:59Z"));
    assert!(at(&programme, "2026-11-30T22:59:59Z"));
    assert!(!at(&programme, "2026-11-30T23:00:00Z"));
    let time = |h: u16| Value::Time(MinuteOfDay(h * 60));
    programme.rules[0].when = vec![test(Fact::Time, Predicate::Between(time(22), time(2)))];
    assert!(at(&programme, "2026-11-10T22:00:00+01:00"));
    assert!(at(&programme, "2026-11-10T01:59:59+01:00"));
    assert!(!at(&programme, "2026-11-10T02:00:00+01:00"));
    assert!(!at(&programme, "2026-11-10T21:59:59+01:00"));
}

#[test]
fn birthdays_come_back_every_year() {
    let mut programme = with(vec![rule("a", vec![flat(1)])]);
    let within = Predicate::Within(span(30, SpanUnit::Day), Box::new(Fact::MemberBirthday));
    programme.rules[0].when = vec![test(Fact::Date, within)];
    assert!(Rulebook::compile(programme.clone()).reads_profile());
    let born = |birthday: &str, at: &str| {
        let facts = Facts { birthday: Some(day(birthday)), ..Facts::default() };
        outcome(&programme, &purchase(&format!("{at}T12:00:00Z"), vec![]), &facts).points == 1
    };
    assert!(born("1990-12-20", "2027-01-19"));
    assert!(!born("1990-12-20", "2027-01-20"));
    assert!(born("1990-01-05", "2026-12-06"));
    assert!(!born("1990-01-05", "2026-12-05"));
    assert!(born("1992-02-29", "2026-03-30"));
    assert!(!born("1992-02-29", "2026-03-31"), "29 February falls on the 28th");
    assert!(!born("1992-02-29", "2026-01-28"));
    assert!(born("1992-02-29", "2026-01-29"));
}

#[test]
fn bytes_come_back_and_any_flipped_bit_is_refused() {
    let mut programme = with(vec![base(), rule("cup", vec![flat(15)])]);
    programme.rules[1].when = vec![test(Fact::BasketTags, Predicate::HasAny(vec![text("own_cup")]))];
    let book = Rulebook::compile(programme);
    let bytes = book.to_bytes();
    let again = Rulebook::from_bytes(&bytes).unwrap();
    assert_eq!((again.id(), again.programme()), (book.id(), book.programme()));
    assert_eq!((again.to_bytes(), again.id().len()), (bytes.clone(), 16));
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            assert!(Rulebook::from_bytes(&damaged).is_err(), "byte {at} bit {bit}");
        }
        assert!(Rulebook::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
    }
    let mut newer = bytes;
    newer[6] = 2;
    assert_eq!(Rulebook::from_bytes(&newer).err(), Some(LoadError::Format(2)));
    assert_eq!(Rulebook::from_bytes(b"").err(), Some(LoadError::Damaged));
}

#[test]
fn counters_are_listed_with_stable_keys() {
    let mut programme = with(vec![base()]);
    programme.limits = vec![limit(LimitUnit::Points(500), LimitPeriod::Day)];
    programme.groups = vec![Group {
        limits: vec![limit(LimitUnit::Money(500), LimitPeriod::Year)],
        ..group("boosts", Take::All)
    }];
    programme.rules[0].formerly = vec!["old".to_owned()];
    programme.rules[0].limits = vec![
        limit(LimitUnit::Times(3), LimitPeriod::Programme),
        limit(LimitUnit::Times(2), LimitPeriod::Programme),
        limit(LimitUnit::Points(9), LimitPeriod::Event),
    ];
    let book = Rulebook::compile(programme);
    let keys: Vec<_> =
        book.limits().iter().map(|slot| (slot.key.as_str(), slot.former_keys.clone(), slot.most)).collect();
    assert_eq!(
        keys,
        vec![
            ("programme/points/day", vec![], LimitUnit::Points(500)),
            ("group:boosts/money/year", vec![], LimitUnit::Money(500)),
            ("rule:base/times/programme", vec!["rule:old/times/programme".to_owned()], LimitUnit::Times(2)),
        ]
    );
    assert_eq!(
        book.event_limits().iter().map(|slot| slot.key.as_str()).collect::<Vec<_>>(),
        vec!["rule:base/points/event"]
    );
}

#[test]
fn a_reward_names_its_first_unmet_condition() {
    let mut programme = programme();
    programme.rewards = vec![Reward {
        name: "ten_off".to_owned(),
        label: None,
        costs_points: Some(500),
        tier_costs: Vec::new(),
        first_members: None,
        valid: None,
        refund: dsl::model::VoucherRefund::Revoke,
        gives: RewardKind::MoneyOff(1_000),
        active: Active::default(),
        when: vec![
            test(Fact::MemberTier, Predicate::In(vec![Value::Tier(1), Value::Tier(2)])),
            test(Fact::BasketPaid, Predicate::AtLeast(Value::Money(1_000))),
        ],
        limits: vec![],
        stock: None,
        place: Place::default(),
    }];
    let book = Rulebook::compile(programme);
    let member = |tier| Facts { tier: Some(tier), ..Facts::default() };
    assert_eq!(book.reward_unmet(0, &monday(vec![line(1_000, "x")]), &member(0)), Some(0));
    assert_eq!(book.reward_unmet(0, &monday(vec![line(999, "x")]), &member(1)), Some(1));
    assert_eq!(book.reward_unmet(0, &monday(vec![]), &member(1)), Some(1), "no basket is unknown");
    assert_eq!(book.reward_unmet(0, &monday(vec![line(1_000, "x")]), &member(2)), None);
}
