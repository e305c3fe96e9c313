//! What a file's own tests try, and what they would notice.

use dsl::check::check;
use dsl::plan::Rulebook;
use dsl::testing::coverage::measure;
use dsl::testing::mutants::unnoticed;

const RULES: &str = r#"language 1

programme club {
  currency EUR
  timezone "UTC"
}

rule base {
  on purchase
  when basket.paid at least 5.00 EUR
  and  any of {
    channel is online
    store is lyon
  }
  give 10 points
  limit 15 points per member per day
}
"#;

fn programme(tests: &str) -> dsl::model::Programme {
    let text = format!("{RULES}\n{tests}");
    let checked = check(text.as_bytes(), None);
    checked.programme.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

fn gaps(tests: &str) -> Vec<String> {
    measure(&Rulebook::compile(programme(tests)))
        .iter()
        .flat_map(dsl::testing::coverage::RuleCoverage::gaps)
        .collect()
}

fn test(at: &str, paid: &str, place: &str, points: u32) -> String {
    format!(
        "test \"{at} {paid} {place}\" {{\n  event purchase at 2026-03-02 {at} {{\n    {place}\n    basket.paid is {paid} EUR\n  }}\n  expect {points} points\n}}\n\n"
    )
}

#[test]
fn what_no_test_tries_is_named_and_goes_away_when_it_is_tried() {
    assert_eq!(gaps(""), ["no test has an event of this kind"]);
    let one = test("08:00", "6.00", "channel is online", 10);
    assert_eq!(
        gaps(&one),
        [
            "`basket.paid at least 5.00 EUR`: always holds; add a test in which it does not",
            "`channel is online`: always holds; add a test in which it does not",
            "`store is lyon`: always unknown; give a test the fact it asks for",
        ]
    );
    let silent = test("08:00", "4.00", "channel is store", 0);
    assert_eq!(
        gaps(&silent),
        [
            "never fires in a test",
            "`basket.paid at least 5.00 EUR`: never holds in a test",
            "`channel is online`: never holds in a test",
            "`store is lyon`: always unknown; give a test the fact it asks for",
        ]
    );
    let (lyon, nice) =
        (test("08:00", "6.00", "store is lyon", 10), test("08:00", "6.00", "store is nice", 0));
    assert_eq!(gaps(&[one, silent, lyon, nice].concat()), Vec::<String>::new());
}

#[test]
fn a_change_that_no_test_notices_is_named_and_a_test_of_the_boundary_notices_it() {
    let of = |tests: &str| -> (usize, Vec<String>) {
        let noticed = unnoticed(&programme(tests));
        (
            noticed.tried,
            noticed.unnoticed.into_iter().map(|change| format!("{}: {}", change.of, change.what)).collect(),
        )
    };
    let loose =
        [test("08:00", "6.00", "channel is online", 10), test("08:00", "4.00", "channel is online", 0)];
    let (tried, missed) = of(&loose.concat());
    assert_eq!(tried, 11);
    assert_eq!(
        missed,
        [
            "the programme: points are rounded the other way",
            "rule base: `basket.paid at least 5.00 EUR` asks for a little less",
            "rule base: `basket.paid at least 5.00 EUR` asks for a little more",
            "rule base: `any of { channel is online, store is lyon }` goes",
            "rule base: `any of { channel is online, store is lyon }` goes without its part 2",
            "rule base: `any of { channel is online, store is lyon }` in its part 2: is turned round",
            "rule base: the limit 15 points per day goes",
        ]
    );
    let twice = "test \"twice\" {\n  event purchase at 2026-03-02 08:00 {\n    channel is online\n    basket.paid is 5.00 EUR\n  }\n  event purchase at 2026-03-02 09:00 {\n    channel is online\n    basket.paid is 5.00 EUR\n  }\n  expect 15 points\n}\n\n";
    let tight = [
        test("08:00", "5.00", "channel is online", 10),
        test("08:00", "4.99", "channel is online", 0),
        test("08:00", "5.00", "store is lyon", 10),
        test("08:00", "5.00", "store is nice", 0),
        test("08:00", "5.00", "channel is store", 0),
        twice.to_owned(),
    ];
    // whole points were given: nothing is rounded here
    assert_eq!(of(&tight.concat()).1, ["the programme: points are rounded the other way"]);
}

#[test]
fn challenges_and_their_goals_are_changed_too() {
    let challenge = |times: &str, needs: &str| {
        let text = format!(
            "challenge spree {{\n  goal visits {times} on purchase\n  goal money 50.00 EUR of basket.lines where line.category is tea\n{needs}  give 30 points\n}}\n"
        );
        let found = unnoticed(&programme(&text)).unnoticed;
        let ours = found.into_iter().filter(|one| one.of == "challenge spree" || one.of == "rule spree");
        ours.map(|one| one.what).collect::<Vec<_>>()
    };
    let all = challenge("1 time", "");
    let any = challenge("4 times", "  needs any 1 goal\n");
    let goals = ["1 time on purchase", "50.00 EUR spent where line.category is tea"];
    assert_eq!(all[0], format!("`{} and {}` asks for one more", goals[0], goals[1]));
    assert_eq!(any[0], format!("`any 1 of 4 times on purchase, {}` asks for one more", goals[1]));
    assert_eq!(all[1..], any[1..]);
    assert_eq!(
        all[1..],
        ["`30 points` goes", "`30 points` gives a little more", "the limit 1 time per programme goes"]
    );
}

#[test]
fn the_limit_on_changes_is_kept() {
    let rule = |nth: usize| {
        format!(
            "rule r{nth} {{\n  on purchase\n  when basket.paid at least {nth}.00 EUR\n  and  basket.items at least {nth}\n  give 1 point\n}}\n\n"
        )
    };
    let many: String = (1..400).map(rule).collect();
    let noticed = unnoticed(&programme(&many));
    assert_eq!(noticed.tried, dsl::testing::mutants::CHANGES_MAX);
    assert_eq!(noticed.unnoticed.len(), noticed.tried, "there is no test to notice anything");
}
