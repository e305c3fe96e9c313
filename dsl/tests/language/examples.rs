//! Our own programmes check clean.

use dsl::check::check;
use dsl::diagnostic::render;
use dsl::model::{Condition, Fact, Give, Place, Programme};
use dsl::plan::Rulebook;
use dsl::testing::run;

/// The stored examples: name and text.
pub(crate) const EXAMPLES: [(&str, &str); 7] = [
    ("coffee.merit", include_str!("../../examples/coffee.merit")),
    ("beauty.merit", include_str!("../../examples/beauty.merit")),
    ("marketplace.merit", include_str!("../../examples/marketplace.merit")),
    ("imports.merit", include_str!("../../examples/imports.merit")),
    ("homeware.merit", include_str!("../../examples/homeware.merit")),
    ("friends.merit", include_str!("../../examples/friends.merit")),
    ("records.merit", include_str!("../../examples/records.merit")),
];

/// The example of several files, by name.
pub(crate) const GARDEN: [(&str, &str); 3] = [
    ("club.merit", include_str!("../../examples/garden/club.merit")),
    ("points.merit", include_str!("../../examples/garden/points.merit")),
    ("visits/workshops.merit", include_str!("../../examples/garden/visits/workshops.merit")),
];

/// It, as it is uploaded.
pub(crate) fn garden() -> String {
    let files = GARDEN.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()));
    String::from_utf8(dsl::files::join(&files.collect()).unwrap()).unwrap()
}

/// All of them.
fn all() -> Vec<(&'static str, String)> {
    let one = EXAMPLES.iter().map(|(name, text)| (*name, (*text).to_owned()));
    one.chain([("garden/", garden())]).collect()
}

#[test]
fn examples_check_without_a_word() {
    for (name, text) in all() {
        let text = text.as_str();
        let checked = check(text.as_bytes(), None);
        assert_eq!(render(name, text, &checked.diagnostics), "", "{name}");
        assert!(checked.programme.is_some(), "{name}");
    }
}

/// Sets all places to nothing, so that programmes of differently laid out texts compare.
pub(crate) fn forget_places(programme: &mut Programme) {
    let nowhere = Place::default();
    for rule in &mut programme.rules {
        rule.place = nowhere;
        conditions(&mut rule.when);
        for give in &mut rule.gives {
            if let Give::Rate { of, .. } | Give::Share { of, .. } = give {
                conditions(&mut of.filter);
            }
        }
    }
    for reward in &mut programme.rewards {
        reward.place = nowhere;
        conditions(&mut reward.when);
    }
    for segment in &mut programme.segments {
        segment.place = nowhere;
        conditions(&mut segment.when);
    }
    if let Some(referral) = &mut programme.referral {
        referral.place = nowhere;
        conditions(&mut referral.when);
    }
    for test in &mut programme.tests {
        test.place = nowhere;
        for expect in &mut test.expects {
            expect.place = nowhere;
        }
    }
}

fn conditions(list: &mut [Condition]) {
    for condition in list {
        match condition {
            Condition::Test(clause) => {
                clause.place = Place::default();
                if let Fact::BasketLines(filter) = &mut clause.fact {
                    conditions(filter);
                }
            }
            Condition::Any(inner) | Condition::All(inner) | Condition::NoneOf(inner) => conditions(inner),
            Condition::Segment { place, .. } => *place = Place::default(),
        }
    }
}

#[test]
fn examples_pass_their_own_tests() {
    for (name, text) in all() {
        let programme = check(text.as_bytes(), None).programme.expect(name);
        assert!(!programme.tests.is_empty(), "{name}");
        for report in run(&Rulebook::compile(programme)) {
            assert!(report.failures.is_empty(), "{name}: {report:#?}");
        }
    }
}
