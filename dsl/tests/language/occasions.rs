//! `on birthday` and `on anniversary`: what may stand there, how it is written, what is said of what may not.

use crate::mistakes::underlined;
use dsl::check::check;
use dsl::diagnostic::Severity;
use dsl::fmt::format;
use dsl::plan::Rulebook;
use dsl::testing;

const HEAD: &str = "language 1\n\nprogramme club {\n  currency EUR\n  timezone \"Europe/Paris\"\n}\n\n\
     tiers {\n  guest  always\n  silver from 10.00 EUR spent in 12 months\n}\n\n";

fn rule(body: &str) -> String {
    format!("{HEAD}rule gift \"A gift\" {{\n{body}}}\n")
}

#[test]
fn whatever_is_asked_of_the_member_or_the_day_may_stand_there() {
    for occasion in ["birthday", "anniversary"] {
        for condition in [
            "member.tier at least silver",
            "member.birthday is known",
            "member.enrolled at least 1 year ago",
            "member.tags has any of [vip]",
            "member.spent in 12 months at least 10.00 EUR",
            "member.purchases this year is 0",
            "member.balance less than 100 points",
            "date between 2026-03-01 and 2026-03-31",
            "day in [saturday, sunday]",
            "any of {\n    member.tier is guest\n    day is monday\n  }",
        ] {
            let source = rule(&format!("  on {occasion}\n  when {condition}\n  give 50 points\n"));
            let checked = check(source.as_bytes(), None);
            let errors: Vec<_> =
                checked.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
            assert!(errors.is_empty(), "{occasion}, {condition}: {errors:#?}");
            assert_eq!(format(&source).unwrap(), source, "written as it is to be written");
        }
    }
}

#[test]
fn its_tests_run_at_the_midnight_the_day_begins_with() {
    let source = format!(
        "{}\ntest \"a birthday\" {{\n  given member.tier is silver\n  event birthday at 2026-05-05 00:00\n  \
         expect 50 points\n  expect rule gift fires\n}}\n\ntest \"no anniversary\" {{\n  \
         given member.tier is silver\n  event anniversary at 2026-05-05 00:00\n  expect 50 points\n}}\n",
        rule("  on birthday\n  when member.tier is silver\n  give 50 points\n")
    );
    let checked = check(source.as_bytes(), None);
    let rulebook = Rulebook::compile(checked.programme.unwrap());
    let failures: Vec<usize> = testing::run(&rulebook).iter().map(|test| test.failures.len()).collect();
    assert_eq!(failures, [0, 1], "the second is meant to fail: nothing is given for an anniversary");
}

#[test]
fn what_needs_a_basket_or_a_purchase_is_underlined() {
    for (body, code, word) in [
        ("  on birthday\n  when basket.paid at least 10.00 EUR\n  give 5 points\n", "E0403", "basket.paid"),
        ("  on birthday\n  give 1 point per 1.00 EUR of basket.paid\n", "E0403", "basket.paid"),
        (
            "  on anniversary\n  when basket.lines where line.category is tea at least 1.00 EUR\n  give 5 points\n",
            "E0403",
            "basket.lines",
        ),
        ("  on anniversary\n  when purchase.number is 3\n  give 5 points\n", "E0403", "purchase.number"),
        ("  on birthdays\n  give 5 points\n", "E0103", "birthdays"),
        ("  on aniversary\n  give 5 points\n", "E0103", "aniversary"),
    ] {
        let source = rule(body);
        let found = check(source.as_bytes(), None).diagnostics;
        let told = found.first().map(|d| (d.code.as_str(), underlined(&source, d)));
        assert_eq!(told, Some((code, word)), "{body}{found:#?}");
    }
    let near = check(rule("  on aniversary\n  give 5 points\n").as_bytes(), None).diagnostics;
    assert!(near[0].help.as_deref().is_some_and(|help| help.contains("`anniversary`")), "{near:#?}");
}
