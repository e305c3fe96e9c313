//! Where limits of the language begin, to the number; and programmes made by hand that no text comes to: what makes no
//! sense matches nothing.

use crate::support::{
    by_rule, category_is, day, flat, group, limit, line, monday, points, programme, purchase, rule, span,
    test, text,
};
use dsl::check::check;
use dsl::diagnostic::{Diagnostic, Severity, code, render};
use dsl::event::{Event, FieldValue};
use dsl::explain::gives;
use dsl::facts::{Facts, Home};
use dsl::model::{
    Condition, Fact, Give, Group, LimitPeriod, LimitUnit, Place, Predicate, Programme, RewardKind, Rule,
    Take, Value,
};
use dsl::outcome::Verdict;
use dsl::plan::{LoadError, Rulebook};
use dsl::testing::coverage::ConditionCoverage;
use dsl::testing::{play, run};
use dsl::units::{MICRO, MinuteOfDay, SpanUnit};
use sha2::{Digest as _, Sha256};

const HEAD: &str =
    "language 1\nprogramme club {\n  currency EUR\n  timezone \"UTC\"\n  point worth 0.01 EUR\n}\n";

fn found(text: &str) -> Vec<Diagnostic> {
    check(format!("{HEAD}{text}").as_bytes(), None).diagnostics
}

fn read(text: &str) -> Programme {
    let checked = check(format!("{HEAD}{text}").as_bytes(), None);
    checked.programme.unwrap_or_else(|| panic!("{}", render("club", text, &checked.diagnostics)))
}

/// `code message` of each.
fn told(found: &[Diagnostic]) -> Vec<String> {
    found.iter().map(|one| format!("{} {}", one.code, one.message)).collect()
}

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

#[test]
fn a_file_has_so_many_items_and_no_more() {
    // the language and the programme are two
    let events = |count| many(count, |at| format!("event e{at} {{ field a text }}\n"));
    let too_many = |text: &str| {
        told(&found(text)).contains(&format!("{} this programme has too many items", code::TOO_MANY))
    };
    assert!(!too_many(&events(1_498)));
    assert!(too_many(&events(1_499)));
}

#[test]
fn a_list_has_so_many_entries_and_no_more() {
    let names = |count: usize| (0..count).map(|at| format!("a{at}")).collect::<Vec<_>>().join(", ");
    let list = |count| format!("catalogue {{ tags [{}] }}\n", names(count));
    assert_eq!(told(&found(&list(1_000))), Vec::<String>::new());
    let one_more = found(&list(1_001));
    assert_eq!(told(&one_more), [format!("{} this list is too long", code::TOO_MANY)]);
    assert!(one_more[0].place.end - one_more[0].place.start > 1_001, "the whole list");
    // a list far longer is not read at all
    let far_more = found(&list(1_500));
    assert_eq!(told(&far_more), [format!("{} this list is too long", code::TOO_MANY)]);
    assert_eq!(far_more[0].place.end - far_more[0].place.start, 1, "a comma");
    // commas are of their own list only
    let lists = format!("catalogue {{\n  tags [{0}]\n  brands [{0}]\n}}\n", names(999));
    assert_eq!(told(&found(&lists)), Vec::<String>::new());
}

#[test]
fn a_word_and_nesting_are_read_so_far() {
    let word = |length: usize| format!("rule {} {{ on purchase give 5 points }}\n", "a".repeat(length));
    assert_eq!(told(&found(&word(64))), Vec::<String>::new());
    assert!(told(&found(&word(65)))[0].contains("too long"), "{:?}", told(&found(&word(65))));
    assert!(told(&found(&word(257)))[0].contains("this word is too long"));
    let nested = |depth: usize| {
        let open = "any of {\n".repeat(depth);
        format!(
            "rule a {{ on purchase\n when {open} channel is online {} give 5 points }}\n",
            "}".repeat(depth)
        )
    };
    assert_eq!(told(&found(&nested(31))), Vec::<String>::new());
    assert!(told(&found(&nested(32)))[0].contains("nested deeper than 32"));
}

#[test]
fn two_hundred_mistakes_are_told_and_then_the_file_is_left() {
    let more = format!("{} this programme has more than 200 mistakes", code::TOO_MANY);
    // of names, of sentences in one item, of sentences in items of their own
    let names = |count| {
        let asked = many(count, |at| format!("  and zorp{at} is 5\n"));
        format!("rule a {{ on purchase\n  when channel is online\n{asked}  give 5 points }}\n")
    };
    let sentences = |count| {
        format!("rule a {{ on purchase\n{}  give 5 points }}\n", many(count, |_| "  zorp\n".to_owned()))
    };
    let items = |count| many(count, |at| format!("rule a{at} {{ on purchase\n  give 5 ponts }}\n"));
    for text in [names(200), sentences(200), items(200)] {
        let told = told(&found(&text));
        assert_eq!(told.len(), 200);
        assert!(!told.contains(&more), "{}", told[199]);
    }
    for text in [names(201), sentences(201), items(201), items(300)] {
        let told = told(&found(&text));
        assert_eq!((told.len(), told.last()), (201, Some(&more)));
    }
}

#[test]
fn a_file_tags_opens_prompts_and_emits_so_often() {
    let effects = |count| {
        format!("rule a {{ on purchase\n{} }}\n", many(count, |at| format!("  tag member \"t{at}\"\n")))
    };
    assert_eq!(told(&found(&effects(100))), Vec::<String>::new());
    let over = found(&effects(101));
    assert_eq!(told(&over), [format!("{} this programme has too many effects", code::TOO_MANY)]);
}

/// A long line is quoted around the word, a shorter one from its beginning.
#[test]
fn long_lines_are_quoted_around_the_word() {
    let quoted = |before: usize, length: usize| {
        let source = format!("{}?{}", "a".repeat(before), "b".repeat(length - before - 1));
        let at = u32::try_from(before).unwrap();
        let one = Diagnostic {
            code: code::UNEXPECTED.to_owned(),
            severity: Severity::Error,
            message: "this".to_owned(),
            place: Place { start: at, end: at + 1 },
            help: None,
            fix: None,
        };
        let text = render("club", &source, &[one]);
        let line = text.lines().nth(2).unwrap().trim_start_matches("1│ ").to_owned();
        let mark = text.lines().nth(3).unwrap().chars().count();
        (line.chars().count(), line.find('?').unwrap(), mark)
    };
    let (all, at, mark) = quoted(70, 200);
    assert_eq!((all, at), (140, 70), "up to the middle, from its beginning");
    let (all, at, further) = quoted(71, 200);
    assert_eq!((all, at), (140, 40), "after the middle, around the word");
    assert_eq!(mark - further, 30, "the mark stands below the word");
    assert_eq!(quoted(100, 140).1, 100, "a line that fits is never cut");
    assert_eq!(quoted(100, 141).1, 40);
}

#[test]
fn the_programme_is_the_one_of_the_file_wherever_it_stands() {
    let text = "language 1\nrule first \"One\" { on purchase give 5 points }\nprogramme club \"Club\" {\n  currency EUR\n  timezone \"UTC\"\n}\n";
    let programme = check(text.as_bytes(), None).programme.unwrap();
    assert_eq!((programme.name.as_str(), programme.label.as_deref()), ("club", Some("Club")));
}

#[test]
fn settings_are_read() {
    let text = HEAD.replace("worth 0.01 EUR\n", "worth 0.01 EUR\n  accept events up to 3 days late\n");
    let programme = check(text.as_bytes(), None).programme.unwrap();
    assert_eq!(programme.tolerance, span(3, SpanUnit::Day));
    let extras = read(
        "group g { take sum of extras\n  limit 5 points per member per day }\nrule a { on purchase\n  give 5 points\n  in group g }\n",
    );
    assert_eq!(extras.groups[0].take, Take::SumOfExtras);
    assert_eq!(
        (extras.groups[0].limits[0].most, extras.groups[0].limits[0].per),
        (LimitUnit::Points(5), LimitPeriod::Day)
    );
}

#[test]
fn what_rewards_give_in_words() {
    let text = "reward a { costs 5 points\n  gives 5.00 EUR off basket.total }
reward b { costs 5 points\n  gives 5% off basket.total }
reward c { costs 5 points\n  gives 12.5% off basket.total }
reward d { costs 5 points\n  gives item \"cup\" }
reward e { costs 5 points\n  gives access \"hall\" }
reward f { costs 5 points\n  gives experience \"tour\" }
reward g { costs 5 points\n  gives free shipping }
reward h { costs 5 points\n  gives gift card 25.00 EUR }
reward i { costs 5 points\n  gives donation 2.00 EUR to \"trees\" }
reward j { costs 5 points\n  gives 3.00 EUR credit }
reward k { costs 5 points\n  gives one of [a, d] }
";
    let programme = read(text);
    let said: Vec<String> = programme.rewards.iter().map(|reward| gives(&reward.gives, &programme)).collect();
    assert_eq!(
        said,
        [
            "5.00 EUR off",
            "5% off",
            "12.5% off",
            "item \"cup\"",
            "access \"hall\"",
            "experience \"tour\"",
            "free shipping",
            "gift card 25.00 EUR",
            "donation 2.00 EUR to \"trees\"",
            "3.00 EUR credit",
            "one of a, d"
        ]
    );
    let words: Vec<&str> = programme.rewards.iter().map(|reward| reward.gives.word()).collect();
    assert_eq!(words[0], "money_off");
    assert_eq!(words[10], RewardKind::OneOf(vec![]).word());
    assert!(
        words.windows(2).skip(2).all(|two| two[0] != two[1]) && words.iter().all(|word| !word.is_empty())
    );
}

#[test]
fn the_profile_is_read_only_where_a_rule_asks_for_it() {
    let reads = |condition: &str| {
        Rulebook::compile(read(&format!("rule a {{ on purchase\n  when {condition}\n  give 5 points }}\n")))
            .reads_profile()
    };
    assert!(!reads("basket.paid at least 5.00 EUR"));
    assert!(reads("member.birthday is known"));
    assert!(reads("member.tags has any of [a]"));
}

#[test]
fn a_member_is_in_a_segment_or_is_not() {
    let text = "segment rich { when member.balance at least 100 points\n  and member.tags has any of [vip] }
rule a { on purchase\n  when member in segment rich\n  give 5 points }\n";
    let book = Rulebook::compile(read(text));
    let at = dsl::calendar::parse_moment("2026-03-02T09:00:00Z").unwrap();
    let mut facts = Facts { balance_points: 100, tags: vec!["vip".to_owned()], ..Facts::default() };
    assert!(book.in_segment(0, at, &facts));
    assert!(!book.in_segment(1, at, &facts), "there is no such segment");
    facts.balance_points = 99;
    assert!(!book.in_segment(0, at, &facts));
}

/// Before a basket is known, a reward is asked what it asks of the member.
#[test]
fn a_reward_may_ask_for_a_basket() {
    let text =
        "reward a { costs 5 points\n  gives item \"a\"\n  when any of { basket.paid at least 5.00 EUR } }
reward b { costs 5 points\n  gives item \"b\"\n  when member.balance at least 9 points }\n";
    let book = Rulebook::compile(read(text));
    let event = Event { lines: vec![], ..monday(vec![]) };
    assert_eq!(book.reward_unmet_without_basket(0, &event, &Facts::default()), (true, None));
    assert_eq!(book.reward_unmet_without_basket(1, &event, &Facts::default()), (false, Some(0)));
}

/// Names beyond the sixty-fourth are told apart like the first.
#[test]
fn more_names_than_fit_into_a_word() {
    let rules = many(200, |at| {
        format!(
            "rule r{at} {{ on purchase\n  when basket.categories has any of [c{at}]\n  give {} points }}\n",
            at + 1
        )
    });
    let programme = read(&rules);
    for at in [0_i64, 1, 63, 64, 65, 127, 128, 199] {
        assert_eq!(points(&programme, &monday(vec![line(100, &format!("c{at}"))])), at + 1);
    }
    assert_eq!(points(&programme, &monday(vec![line(100, "c200")])), 0);
}

#[test]
fn points_of_a_credit_are_of_its_lines() {
    let programme = Programme { rules: vec![rule("a", vec![flat(5)])], ..programme() };
    let lines = |lines| {
        crate::support::outcome(&programme, &monday(lines), &Facts::default()).credits[0].line_points.clone()
    };
    assert_eq!(lines(vec![line(0, "a")]), [5], "of a line of nothing, too");
    assert_eq!(lines(vec![line(100, "a"), line(300, "a")]), [1, 4]);
    assert_eq!(lines(vec![]), Vec::<i64>::new());
}

/// No text comes to these: `channel at least "a"`, `basket.paid is every 3rd`, a field compared with a number and a name.
#[test]
fn what_makes_no_sense_matches_nothing() {
    let fires = |fact: Fact, predicate: Predicate, event: &Event| {
        let mut one = rule("a", vec![flat(5)]);
        one.when = vec![test(fact, predicate)];
        points(&Programme { rules: vec![one], ..programme() }, event) > 0
    };
    let mut event = monday(vec![line(300, "b")]);
    event.channel = Some("b".to_owned());
    event.fields.insert("f".to_owned(), FieldValue::Text("b".to_owned()));
    event.fields.insert("n".to_owned(), FieldValue::Number(3 * MICRO));
    for name in ["a", "b", "c"] {
        let low = || text(name);
        for predicate in [
            Predicate::AtLeast(low()),
            Predicate::AtMost(low()),
            Predicate::MoreThan(low()),
            Predicate::LessThan(low()),
            Predicate::Between(low(), text("z")),
            Predicate::Nth(1),
        ] {
            for fact in [Fact::Channel, Fact::Field("f".to_owned()), Fact::BasketCategories] {
                assert!(!fires(fact.clone(), predicate.clone(), &event), "{fact:?} {predicate:?}");
            }
        }
    }
    assert!(!fires(Fact::BasketPaid, Predicate::Nth(3), &event), "money is not counted");
    assert!(fires(Fact::BasketItems, Predicate::Nth(1), &event));
    assert!(fires(Fact::Field("n".to_owned()), Predicate::Nth(3), &event));
    assert!(!fires(Fact::Field("f".to_owned()), Predicate::Nth(1), &event));
    // a field of another kind than it is compared with
    let field = || Fact::Field("n".to_owned());
    assert!(fires(field(), Predicate::AtLeast(Value::Number(MICRO)), &event));
    assert!(!fires(field(), Predicate::AtLeast(Value::Money(1)), &event));
    event.fields.insert("n".to_owned(), FieldValue::Money(3 * MICRO));
    assert!(fires(field(), Predicate::AtLeast(Value::Money(1)), &event));
    assert!(!fires(field(), Predicate::AtLeast(Value::Number(1)), &event));
    assert!(!fires(field(), Predicate::Nth(3), &event), "money is not counted");
    event.fields.insert("n".to_owned(), FieldValue::Number(3 * MICRO));
    let rich = monday(vec![line(3_000_000, "b")]);
    assert!(!fires(Fact::BasketPaid, Predicate::Nth(3), &rich), "nor is a basket");
    let mixed = vec![Value::Number(3 * MICRO), text("b")];
    assert!(!fires(Fact::Field("f".to_owned()), Predicate::In(mixed.clone()), &event));
    assert!(!fires(Fact::Field("n".to_owned()), Predicate::In(mixed), &event));
    // whether a set is known
    let bare = Event { kind: "visit".to_owned(), lines: vec![], ..event.clone() };
    for (fact, without) in
        [(Fact::MemberTags, true), (Fact::MemberBadges, true), (Fact::BasketCategories, false)]
    {
        assert!(fires(fact.clone(), Predicate::Known, &event), "{fact:?}");
        assert!(!fires(fact.clone(), Predicate::Unknown, &event), "{fact:?}");
        let mut one = rule("a", vec![flat(5)]);
        one.on = "visit".to_owned();
        one.when = vec![test(fact.clone(), Predicate::Known)];
        assert_eq!(points(&Programme { rules: vec![one], ..programme() }, &bare) > 0, without, "{fact:?}");
    }
    let tagged = |known| Fact::BasketLines(vec![test(Fact::LineTags, known), category_is("b")]);
    let three = || Predicate::AtLeast(Value::Money(300));
    assert!(fires(tagged(Predicate::Known), three(), &event));
    assert!(!fires(tagged(Predicate::Unknown), three(), &event));
}

/// Names have no order, whichever a rule names first.
#[test]
fn no_name_is_less_than_another() {
    let mut event = monday(vec![line(300, "b")]);
    event.channel = Some("b".to_owned());
    for predicate in [
        Predicate::LessThan(text("c")),
        Predicate::MoreThan(text("a")),
        Predicate::AtMost(text("c")),
        Predicate::Between(text("a"), text("c")),
    ] {
        let mut one = rule("a", vec![flat(5)]);
        let named = Predicate::In(vec![text("a"), text("b"), text("c")]);
        one.when = vec![test(Fact::Channel, named), test(Fact::Channel, predicate.clone())];
        assert_eq!(points(&Programme { rules: vec![one], ..programme() }, &event), 0, "{predicate:?}");
    }
    let mut one = rule("a", vec![flat(5)]);
    one.when = vec![Condition::NoneOf(vec![test(Fact::BasketCategories, Predicate::Unknown)])];
    assert_eq!(points(&Programme { rules: vec![one], ..programme() }, &event), 5, "a basket's are known");
}

/// `limit 1 time` of a group, which no text has: the rule of it that gives most.
#[test]
fn a_group_may_be_limited_in_times() {
    let mut rules = vec![rule("a", vec![flat(5)]), rule("b", vec![flat(7)]), rule("c", vec![flat(9)])];
    rules[0].group = Some(0);
    rules[1].group = Some(0);
    let nothing = rule("d", vec![crate::support::rate(MICRO, 100, vec![category_is("x")])]);
    rules.push(Rule { group: Some(0), ..nothing });
    let once =
        Group { limits: vec![limit(LimitUnit::Times(1), LimitPeriod::Event)], ..group("g", Take::All) };
    let programme = Programme { rules, groups: vec![once], ..programme() };
    let outcome = crate::support::outcome(&programme, &monday(vec![line(100, "a")]), &Facts::default());
    assert_eq!(by_rule(&outcome), [0, 7, 9, 0]);
    // a rule that lost in its group is not cut, too
    let best = Group { take: Take::Best, ..programme.groups[0].clone() };
    let programme = Programme { groups: vec![best], ..programme };
    let outcome = crate::support::outcome(&programme, &monday(vec![line(100, "a")]), &Facts::default());
    assert_eq!(by_rule(&outcome), [0, 7, 9, 0]);
    assert_eq!(outcome.verdicts[0], Verdict::Lost { would_micro: 5 * MICRO });
}

/// A purchase that passes no step of a sum uses nothing up.
#[test]
fn no_step_is_no_use() {
    let text = "rule a { on purchase\n  give 50 points every 100.00 EUR spent this year }\n";
    let book = Rulebook::compile(read(text));
    let of = |minor| book.evaluate(&monday(vec![line(minor, "a")]), &Facts::default());
    assert_eq!(of(9_999).limit_draws, []);
    assert!(!of(10_000).limit_draws.is_empty());
}

/// A rule that a limit in times left silent did not fire, whatever else it gives; one cut of its points only did.
#[test]
fn what_a_limit_in_times_left_out_did_not_fire() {
    let tested = |limit: &str, used: i64| {
        let mut programme = read(&format!(
            "rule a {{ on purchase\n  give 5 points\n  give badge \"b\"\n  limit {limit} per member per day }}
test \"t\" {{ event purchase at 2026-03-02 09:00 {{ basket.paid is 6.00 EUR }}\n  expect rule a fires }}\n"
        ));
        programme.tests[0].given.used = vec![used];
        run(&Rulebook::compile(programme))[0].failures.is_empty()
    };
    assert!(tested("1 time", 0));
    assert!(!tested("1 time", 1));
    assert!(tested("5 points", 5));
}

/// A sign between two words is replaced with spaces around it, where it has none.
#[test]
fn fixes_of_signs_keep_words_apart() {
    let fix = |condition: &str| {
        let found = found(&format!("rule a {{ on purchase\n  when {condition}\n  give 5 points }}\n"));
        found[0].fix.clone().unwrap().text
    };
    assert_eq!(fix("basket.items>5"), " more than ");
    assert_eq!(fix("basket.items > 5"), "more than");
    assert_eq!(fix("basket.items >5"), "more than ");
    assert_eq!(fix("basket.items> 5"), " more than");
}

/// A rule of a group or a budget that is not there is a rule like any other.
#[test]
fn a_group_that_is_not_there() {
    let mut one = rule("a", vec![flat(5)]);
    (one.group, one.budget) = (Some(1), Some(1));
    let mut other = rule("b", vec![flat(7)]);
    other.group = Some(1);
    let programme =
        Programme { rules: vec![one, other], groups: vec![group("g", Take::Best)], ..programme() };
    assert_eq!(points(&programme, &monday(vec![line(100, "a")])), 12);
}

/// Steps of nothing are no steps.
#[test]
fn a_step_of_nothing_gives_nothing() {
    let of = dsl::model::Amount { eligible_only: false, filter: vec![] };
    let steps = Give::Steps { points_micro: MICRO, every_minor: 0, of };
    let programme = Programme { rules: vec![rule("a", vec![steps, flat(2)])], ..programme() };
    assert_eq!(points(&programme, &monday(vec![line(100, "a")])), 2);
}

#[test]
fn a_streak_forgives_so_many_in_so_long() {
    let text = "streak weekly { on purchase\n  every week\n  freeze 1 per 7 days }
streak patient { on purchase\n  every week\n  freeze 1 per 8 days }
rule a { on purchase\n  when streak.weekly at least 1\n  give 5 points }\n";
    let book = Rulebook::compile(read(text));
    let at = dsl::calendar::parse_moment("2026-03-26T09:00:00Z").unwrap();
    // bought this week and three weeks ago: two weeks missed, seven days from one to the next
    assert_eq!(book.streaks(&[day("2026-03-03"), day("2026-03-02")], at).len(), 2);
    assert_eq!(book.streaks(&[day("2026-03-02")], at), [Some(2), Some(1)]);
    let weeks: Vec<_> =
        (0..40_i32).map(|week| dsl::units::Day(day("2026-03-16").0 - 7 * week)).rev().collect();
    assert_eq!(book.streaks(&weeks, at), [Some(41), Some(41)]);
    let weeks: Vec<_> =
        (0..60_i32).map(|week| dsl::units::Day(day("2026-03-16").0 - 7 * week)).rev().collect();
    assert_eq!(book.streaks(&weeks, at), [Some(52), Some(52)], "a year is looked at");
}

#[test]
fn events_are_played_one_after_the_other() {
    let text = "tiers { guest always\n  gold from 5.00 EUR spent in total }
rule a { on purchase\n  when member.tier is guest\n  give 5 points }
rule b { on purchase\n  when member.tier is gold\n  give 7 points\n  limit 10 points per member per day }\n";
    let book = Rulebook::compile(read(text));
    let event = |at: &str| purchase(at, vec![line(600, "a")]);
    let events =
        [event("2026-03-02T09:00:00Z"), event("2026-03-02T10:00:00Z"), event("2026-03-02T11:00:00Z")];
    let got: Vec<i64> = play(&book, &events).iter().map(|outcome| outcome.points).collect();
    assert_eq!(got, [5, 7, 3]);
    assert_eq!(play(&book, &[]), []);
    // what was used of limits before the test counts from its first day
    let with = format!(
        "{text}test \"t\" {{ given member.tier is gold\n  event purchase at 2026-03-02 09:00 {{ basket.paid is 6.00 EUR }}\n  expect 3 points }}\n"
    );
    let mut programme = read(&with);
    assert!(!run(&Rulebook::compile(programme.clone()))[0].failures.is_empty());
    programme.tests[0].given.used = vec![7];
    assert_eq!(run(&Rulebook::compile(programme))[0].failures, Vec::<String>::new());
    // without tiers, nobody has one
    let bare = Rulebook::compile(read(
        "rule a { on purchase\n  when member.tags has none of [x]\n  give 5 points }\n",
    ));
    assert_eq!(play(&bare, &events[..1])[0].points, 5);
}

#[test]
fn what_tests_do_not_try_is_told_by_what_they_saw() {
    let gap = |held, failed, unknown| {
        ConditionCoverage { sentence: "day is monday".to_owned(), held, failed, unknown }
            .gap()
            .unwrap_or_default()
    };
    assert_eq!(gap(0, 0, 0), "`day is monday`: no test has an event of this kind");
    assert_eq!(gap(0, 0, 1), "`day is monday`: always unknown; give a test the fact it asks for");
    assert_eq!(gap(0, 1, 1), "`day is monday`: never holds in a test");
    assert_eq!(gap(1, 0, 0), "`day is monday`: always holds; add a test in which it does not");
    assert_eq!(gap(1, 1, 0), "");
    assert_eq!(gap(1, 0, 1), "");
}

/// `between` of a time: from, and up to but not including; the same twice is the whole day.
#[test]
fn a_time_between_itself_is_any_time() {
    let at = |minute| Value::Time(MinuteOfDay(minute));
    let mut one = rule("a", vec![flat(5)]);
    one.when = vec![test(Fact::Time, Predicate::Between(at(540), at(540)))];
    let programme = Programme { rules: vec![one], ..programme() };
    for time in ["00:00", "08:59", "09:00", "23:59"] {
        assert_eq!(
            points(&programme, &purchase(&format!("2026-03-02T{time}:00+01:00"), vec![line(100, "a")])),
            5
        );
    }
}

#[test]
fn events_of_a_kind_are_counted_in_their_window_and_no_others() {
    let book = Rulebook::compile(read(
        "event visit { }\nrule again { on visit\n  when member.events.visit in 7 days at least 1\n  give 5 points }\n",
    ));
    let visit = |at: &str| Event { kind: "visit".to_owned(), ..purchase(at, vec![]) };
    let events = [
        purchase("2026-03-02T08:00:00Z", vec![line(600, "a")]),
        visit("2026-03-02T09:00:00Z"),
        visit("2026-03-09T09:00:00Z"),
        visit("2026-03-15T09:00:00Z"),
    ];
    let got: Vec<i64> = play(&book, &events).iter().map(|outcome| outcome.points).collect();
    assert_eq!(got, [0, 0, 0, 5]);
}

#[test]
fn a_member_of_a_city_is_known_by_it_and_by_what_it_begins_with() {
    for (asked, lyons) in [("is \"Lyon\"", 0), ("starts with \"Lyon\"", 5)] {
        let book = Rulebook::compile(read(&format!(
            "rule local {{ on purchase\n  when member.city {asked}\n  give 5 points }}\n"
        )));
        let points = |city: Option<&str>| {
            let elsewhere = || Some("Oslo".to_owned());
            let home = Home { city: city.map(str::to_owned), country: elsewhere(), postcode: elsewhere() };
            let facts = Facts { home, ..Facts::default() };
            book.evaluate(&purchase("2026-03-02T08:00:00Z", vec![line(600, "a")]), &facts).points
        };
        let cities = [Some("Lyon"), Some("Lyons-la-Forêt"), Some("Paris"), None];
        assert_eq!(cities.map(points), [5, lyons, 0, 0], "{asked}");
    }
}

/// What was stored later than a programme stands behind it: nothing, or all of it and no byte more.
#[test]
fn bytes_behind_a_programme_that_say_nothing_are_damage() {
    for text in [
        "rule a { on purchase\n  give 5 points }\n",
        "levels explorer { newcomer always\n  scout from 500 points earned in total }\n",
    ] {
        let bytes = Rulebook::compile(read(text)).to_bytes();
        let (payload, _) = bytes.split_last_chunk::<32>().unwrap();
        let sealed = |payload: &[u8]| [payload, Sha256::digest(payload).as_slice()].concat();
        assert!(Rulebook::from_bytes(&sealed(payload)).is_ok());
        let longer = sealed(&[payload, &[0]].concat());
        assert_eq!(Rulebook::from_bytes(&longer).err(), Some(LoadError::Damaged), "{text}");
    }
}
