//! What is proved of a file: bounds, checks with counter-examples, and that nothing is called proved that is not.

use dsl::check::{CheckReport, check};
use dsl::plan::Rulebook;
use dsl::prove::{Bounds, Options, bound};

const HEAD: &str = "language 1\n\nprogramme club {\n  currency EUR\n  timezone \"Europe/Paris\"\n  point worth 0.01 EUR\n}\n\ntiers {\n  guest always\n  gold  from 350.00 EUR spent in 12 months\n}\n\n";

fn book(rules: &str) -> Rulebook {
    let text = format!("{HEAD}{rules}");
    let checked = check(text.as_bytes(), None);
    Rulebook::compile(checked.programme.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics)))
}

fn bounds(rules: &str) -> Bounds {
    bound(&book(rules), Options::default())
}

/// What became of the checks of a file: `holds`, or what was found.
fn checks(rules: &str) -> Vec<CheckReport> {
    let text = format!("{HEAD}{rules}");
    let checked = check(text.as_bytes(), None);
    assert!(!checked.checks.is_empty(), "{:#?}", checked.diagnostics);
    checked.checks
}

fn results(rules: &str) -> Vec<String> {
    checks(rules).into_iter().map(|report| report.result).collect()
}

const BASE: &str = "rule base {\n  on purchase\n  give 1 point per 1.00 EUR of basket.paid\n}\n\n";

#[test]
fn a_rate_without_end_is_told_as_a_rate() {
    let found = bounds(&format!(
        "{BASE}rule fragrance {{\n  on purchase\n  give 2 points per 1.00 EUR of basket.lines where line.category is fragrance\n}}\n\nrule tea {{\n  on purchase\n  give 3 points per 1.00 EUR of basket.lines where line.category is tea\n}}\n\nrule gift {{\n  on purchase\n  when member.tier is gold\n  give 40 points\n  limit 1 time per member per day\n}}\n"
    ));
    let event = &found.events[0];
    assert_eq!((event.points, event.exact), (None, true));
    // a line is fragrance or tea, never both
    assert_eq!((event.per_unit_micro, event.beside_points), (Some(4_000_000), Some(40)));
    assert_eq!(found.member_day.points, None);
    assert_eq!(found.member_day.endless, ["base", "fragrance", "tea"]);
}

#[test]
fn what_comes_beside_a_rate_need_not_come_with_it() {
    // fifty points where nothing grows, ten where most does: no event is above the rate and fifty
    let found = bounds(
        "rule monday {\n  on purchase\n  when day is monday\n  give 1 point per 1.00 EUR of basket.paid\n}\n\nrule ten {\n  on purchase\n  when day is monday\n  give 10 points\n}\n\nrule fifty {\n  on purchase\n  when day is sunday\n  give 50 points\n}\n",
    );
    let event = &found.events[0];
    assert_eq!((event.points, event.exact), (None, false));
    assert_eq!((event.per_unit_micro, event.beside_points), (Some(1_000_000), Some(50)));
}

#[test]
fn conflicts_groups_and_limits_are_seen() {
    let found = bounds(
        "group best_of {\n  take best\n}\n\nrule a {\n  on purchase\n  when day is monday\n  give 50 points\n}\n\nrule b {\n  on purchase\n  when day is sunday\n  give 60 points\n}\n\nrule c {\n  on purchase\n  when day is sunday\n  give 30 points\n  in group best_of\n}\n\nrule d {\n  on purchase\n  give 45 points\n  in group best_of\n}\n\nrule e {\n  on purchase\n  when time between 22:00 and 02:00\n  give 400 points\n  limit 25 points per member per day\n}\n",
    );
    let event = &found.events[0];
    assert_eq!((event.points, event.exact), (Some(60 + 45 + 25), true), "{event:#?}");
    let told = event.witness.as_ref().unwrap();
    assert_eq!(told.points, 130);
    assert!(told.parts().contains("b 60"), "{}", told.parts());
}

#[test]
fn the_largest_share_is_at_a_threshold() {
    let found = bounds(
        "rule a {\n  on purchase\n  when basket.paid at least 8.00 EUR\n  give 100 points\n}\n\nrule b {\n  on purchase\n  when basket.lines where line.category is tea at least 5.00 EUR\n  and  basket.lines where line.category is fragrance at least 5.00 EUR\n  give 100 points\n}\n",
    );
    let share = found.events[0].share.as_ref().unwrap();
    assert_eq!((share.ratio, share.exact), (Some(2_000), true), "{share:#?}");
    assert_eq!(share.witness.paid_minor, Some(1_000));
}

#[test]
fn checks_hold_or_show_an_event() {
    let rules = format!(
        "{BASE}rule cup {{\n  on purchase\n  when basket.paid at least 6.00 EUR\n  give 100 points\n}}\n\nrule gold {{\n  on purchase\n  when member.tier is gold\n  multiply points by 2\n}}\n\n"
    );
    let shares = |percent: &str| {
        results(&format!("{rules}check \"share\" {{\n  points worth at most {percent} of basket.paid\n}}\n"))
    };
    // at 6.00 EUR: 12 from the rate for gold, 100 from the cup: 1.12 of 6.00
    assert_eq!(shares("18.67%"), ["holds"]);
    assert_eq!(shares("18.66%"), ["broken"]);
    let found =
        checks(&format!("{rules}check \"share\" {{\n  points worth at most 10% of basket.paid\n}}\n"));
    let told = found[0].counter_example.as_ref().unwrap();
    let book = book(&rules);
    assert_eq!(book.evaluate(&told.event, &told.facts).points, told.points);
    assert_eq!(
        results(&format!("{rules}check \"x\" {{\n  rule cup and rule gold never both fire\n}}\n")),
        ["broken"]
    );
    let small = "when basket.paid at most 5.00 EUR";
    assert_eq!(
        results(&format!("{rules}check \"x\" {{\n  {small}\n  rule cup and rule gold never both fire\n}}\n")),
        ["holds"]
    );
    assert_eq!(
        results(&format!("{rules}check \"x\" {{\n  {small}\n  at most 10 points per event\n}}\n")),
        ["holds"]
    );
    assert_eq!(
        results(&format!("{rules}check \"x\" {{\n  {small}\n  at most 9 points per event\n}}\n")),
        ["broken"]
    );
    assert_eq!(results(&format!("{rules}check \"x\" {{\n  rule base always fires\n}}\n")), ["broken"]);
    assert_eq!(
        results(&format!(
            "{rules}check \"x\" {{\n  when basket.paid at least 1.00 EUR\n  rule base always fires\n}}\n"
        )),
        ["holds"]
    );
    assert_eq!(
        results(&format!(
            "{rules}check \"x\" {{\n  when basket.paid at least 1.00 EUR\n  rule cup always fires\n}}\n"
        )),
        ["broken"]
    );
}

#[test]
fn a_day_is_bounded_by_limits() {
    let rules = "rule cup {\n  on purchase\n  give 15 points\n  limit 2 times per member per day\n}\n\nrule more {\n  on purchase\n  give 500 points\n  limit 70 points per member per week\n}\n\n";
    let found = bounds(rules);
    assert_eq!((found.member_day.points, found.member_day.shown_points), (Some(30 + 70), 100));
    let day = |rules: &str, most: i64| {
        results(&format!("{rules}check \"day\" {{\n  at most {most} points per member per day\n}}\n"))
    };
    assert_eq!(day(rules, 100), ["holds"]);
    assert_eq!(day(rules, 99), ["broken"]);
    // never on one day, which the bound of a day does not see: it says so
    let apart = "rule a {\n  on purchase\n  when day is monday\n  give 50 points\n  limit 1 time per member per day\n}\n\nrule b {\n  on purchase\n  when day is sunday\n  give 60 points\n  limit 1 time per member per day\n}\n\n";
    assert_eq!(day(apart, 110), ["holds"]);
    assert_eq!(day(apart, 59), ["broken"]);
    assert_eq!(day(apart, 80), ["undecided"]);
}

#[test]
fn counter_examples_are_tests_that_can_be_pasted() {
    let rules = "rule cup {\n  on purchase\n  when member.tier is gold\n  and  channel is online\n  and  basket.brands has any of [\"Kaffa & Co\"]\n  and  member.spent in 12 months at least 100.00 EUR\n  and  date within 7 days of member.birthday\n  give 15 points\n}\n\n";
    let found = checks(&format!("{rules}check \"none\" {{\n  at most 14 points per event\n}}\n"));
    let told = found[0].counter_example.as_ref().unwrap();
    let body: String = told.text.lines().map(|line| format!("  {line}\n")).collect();
    let file = format!("{HEAD}{rules}test \"found\" {{\n{body}  expect 15 points\n}}\n");
    let checked = check(file.as_bytes(), None);
    let book =
        Rulebook::compile(checked.programme.unwrap_or_else(|| panic!("{file}\n{:#?}", checked.diagnostics)));
    for report in dsl::testing::run(&book) {
        assert!(report.failures.is_empty(), "{file}\n{report:#?}");
    }
}

/// Codes and help of what only the whole space of events shows.
fn linted(rules: &str) -> Vec<(String, String)> {
    let found = dsl::prove::lint(&book(rules));
    found.into_iter().map(|one| (one.code, one.message)).collect()
}

#[test]
fn dead_and_shadowed_rules_are_found_and_living_ones_are_not() {
    let rules = "group g {\n  take first of [wide, narrow, other]\n}\n\nrule wide {\n  on purchase\n  when basket.paid at least 10.00 EUR\n  give 5 points\n  in group g\n}\n\nrule narrow {\n  on purchase\n  when basket.paid at least 20.00 EUR\n  and  member.tier is gold\n  give 50 points\n  in group g\n}\n\nrule other {\n  on purchase\n  when basket.paid at least 5.00 EUR\n  give 1 point\n  in group g\n}\n\nrule dead {\n  on purchase\n  active from 2026-11-24 until 2026-11-26\n  when any of {\n    day is monday\n    day is sunday\n  }\n  give 5 points\n}\n\nrule never {\n  on purchase\n  when basket.lines where line.category is tea at least 50.00 EUR\n  and  basket.paid at most 30.00 EUR\n  give 5 points\n}\n\nrule alive {\n  on purchase\n  active from 2026-11-24 until 2026-11-26\n  when day is tuesday\n  give 5 points\n}\n";
    assert_eq!(
        linted(rules),
        [
            (
                "W0562".to_owned(),
                "the rule `narrow` never gives anything: group g takes others first".to_owned()
            ),
            ("W0561".to_owned(), "no event can fire the rule `dead`".to_owned()),
            ("W0561".to_owned(), "no event can fire the rule `never`".to_owned()),
        ]
    );
    let met = dsl::prove::overlaps(&book(rules));
    let pairs: Vec<(&str, &str)> = met.iter().map(|met| (met.taken.as_str(), met.lost.as_str())).collect();
    assert_eq!(pairs, [("wide", "narrow"), ("wide", "other"), ("narrow", "other")][..2].to_vec());
}

#[test]
fn pumps_short_lives_ages_and_tiers_out_of_reach_are_found() {
    assert_eq!(
        linted(
            "rule a {\n  on purchase\n  give 60% of basket.paid as points\n}\n\nrule b {\n  on purchase\n  give 60% of basket.eligible as points\n}\n"
        ),
        [(
            "W0563".to_owned(),
            "money pump: together these rules give points worth 1.20 EUR for each 1.00 EUR".to_owned()
        )]
    );
    assert_eq!(
        linted(
            "rule a {\n  on purchase\n  when member.birthday at least 18 years ago\n  give 5 points\n  points valid for 7 days\n  pending for 14 days\n}\n"
        ),
        [
            ("W0564".to_owned(), "points of `a` expire before they can be spent".to_owned()),
            ("W0566".to_owned(), "this depends on how old a member is, and nothing says why".to_owned()),
        ]
    );
    let reach = |points: u32| {
        let text = format!(
            "language 1\n\nprogramme club {{\n  currency EUR\n  timezone \"Europe/Paris\"\n  limit 10 points per member per month\n}}\n\ntiers {{\n  guest always\n  gold  from {points} points earned in 12 months\n}}\n\n{BASE}"
        );
        let checked = check(text.as_bytes(), None);
        dsl::prove::lint(&Rulebook::compile(checked.programme.unwrap())).len()
    };
    assert_eq!((reach(100), reach(500)), (0, 1));
    // twelve months touch fifteen months of 28 days at most
    assert_eq!((reach(150), reach(151)), (0, 1));
}

#[test]
fn versions_differ_where_their_rules_do() {
    let old = book(
        "rule a {\n  on purchase\n  when basket.paid at least 10.00 EUR\n  give 5 points\n}\n\nrule b {\n  on purchase\n  when day is monday\n  give 7 points\n}\n",
    );
    let same = book(
        "rule c {\n  formerly b\n  on purchase\n  when day is monday\n  give 7 points\n}\n\nrule a \"With a label\" {\n  on purchase\n  when basket.paid at least 10.00 EUR\n  give 5 points\n}\n",
    );
    let found = dsl::prove::diff(&old, &same);
    assert_eq!((found.events.len(), found.settings.len(), found.complete), (0, 0, true));
    let renamed: Vec<(&str, Option<&str>, &str)> = found
        .rules
        .iter()
        .map(|rule| (rule.rule.as_str(), rule.formerly.as_deref(), rule.what.as_str()))
        .collect();
    assert_eq!(renamed, [("c", Some("b"), "renamed")]);
    let new = book(
        "rule a {\n  on purchase\n  when basket.paid at least 12.00 EUR\n  give 6 points\n}\n\nrule b {\n  on purchase\n  when day is monday\n  give 7 points\n}\n",
    );
    let found = dsl::prove::diff(&old, &new);
    let told: Vec<_> = found
        .events
        .iter()
        .flat_map(|one| one.by.iter().map(|by| (by.rule.as_str(), by.old, by.new, one.event.paid_minor)))
        .collect();
    // from 10.00 to 11.99 nothing any more, from 12.00 one point more
    assert_eq!(told, [("a", Some(5), None, Some(1_000)), ("a", Some(5), Some(6), Some(1_200))], "{found:#?}");
    assert!(found.complete);
}

#[test]
fn members_are_of_one_tier_in_both_versions() {
    let version = |tiers: &str, tier: &str, points: u32| {
        let text = format!(
            "language 1\n\nprogramme club {{\n  currency EUR\n  timezone \"Europe/Paris\"\n}}\n\ntiers {{\n  guest always\n{tiers}  gold from 350.00 EUR spent in 12 months\n}}\n\nrule gift {{\n  on purchase\n  when member.tier is {tier}\n  give {points} points\n}}\n"
        );
        Rulebook::compile(check(text.as_bytes(), None).programme.unwrap())
    };
    let silver = "  silver from 100.00 EUR spent in 12 months\n";
    let (old, new) = (version("", "gold", 5), version(silver, "gold", 6));
    for (from, to, paid) in [(&old, &new, (5, 6)), (&new, &old, (6, 5))] {
        let found = dsl::prove::diff(from, to);
        let told: Vec<(i64, i64)> = found.events.iter().map(|one| (one.old_points, one.new_points)).collect();
        assert_eq!(told, [paid], "{found:#?}");
    }
}

#[test]
fn half_points_that_are_rounded_up_count_for_a_share() {
    let share = |percent: &str| {
        let text = format!(
            "language 1\n\nprogramme club {{\n  currency EUR\n  timezone \"Europe/Paris\"\n  point worth 0.01 EUR\n  rounding half_even\n}}\n\nrule half {{\n  on purchase\n  when basket.paid at least 3.00 EUR\n  give 0.5 points per 1.00 EUR of basket.paid\n}}\n\ncheck \"share\" {{\n  points worth at most {percent}% of basket.paid\n}}\n"
        );
        check(text.as_bytes(), None).checks[0].result.clone()
    };
    // three euros are 1.5 points, and 2 are given
    assert_eq!((share("0.5"), share("0.67")), ("broken".to_owned(), "holds".to_owned()));
}

#[test]
fn amounts_that_exclude_each_other_are_all_looked_at() {
    // the highest amount of tea leaves no basket of 30.00: the rule for small baskets must still be seen
    let rules = "rule small {\n  on purchase\n  when basket.paid at most 30.00 EUR\n  and  basket.lines where line.category is tea at least 10.00 EUR\n  give 100 points\n}\n\nrule large {\n  on purchase\n  when basket.lines where line.category is tea at least 50.00 EUR\n  give 1 point\n}\n\n";
    let found = bounds(rules);
    assert_eq!((found.events[0].points, found.events[0].exact), (Some(100), true), "{found:#?}");
    assert_eq!(results(&format!("{rules}check \"x\" {{\n  at most 99 points per event\n}}\n")), ["broken"]);
    let small = bound(
        &book(
            "rule a {\n  on purchase\n  when basket.paid at least 5.00 EUR\n  give 7 points\n}\n\nrule b {\n  on purchase\n  when basket.paid at least 90.00 EUR\n  give 1 point\n}\n",
        ),
        Options { most_minor: Some(2_000), ..Options::default() },
    );
    assert_eq!((small.events[0].points, small.events[0].exact), (Some(7), true), "{small:#?}");
}
