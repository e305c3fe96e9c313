//! Laws that every outcome obeys, over random programmes, events and facts. (That the plan means what the text says is
//! for `tests/reference` to find.)
//!
//! `PROPTEST_CASES` sets how many; a failure prints the case that replays it.
#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::wildcard_imports,
    clippy::disallowed_methods,
    reason = "tests state what must hold"
)]

mod generate;
mod support;

use dsl::event::Event;
use dsl::facts::Facts;
use dsl::model::*;
use dsl::outcome::{Outcome, Verdict};
use dsl::plan::{LimitOwner, Rulebook};
use dsl::units::{MICRO, Rounding};
use generate::{events, facts, programmes};
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence};

/// Cases per law, unless the environment says otherwise.
fn cases(count: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|asked| asked.parse().ok());
    // A failing case's seed is printed and kept beside this file.
    let kept = FileFailurePersistence::WithSource("regressions");
    Config { cases: asked.unwrap_or(count), failure_persistence: Some(Box::new(kept)), ..Config::default() }
}

/// Whole points per rule.
fn given(outcome: &Outcome) -> Vec<i64> {
    support::by_rule(outcome)
}

fn worth_minor(programme: &Programme, points: i64) -> i64 {
    let micro = i128::from(points) * i128::from(programme.point_worth_micro_minor.unwrap_or(0));
    i64::try_from((micro + i128::from(MICRO) - 1).div_euclid(i128::from(MICRO))).unwrap()
}

/// Everything that must be true of an outcome, whatever the programme.
fn laws(book: &Rulebook, event: &Event, facts: &Facts, outcome: &Outcome) {
    let programme = book.programme();
    let by_rule = given(outcome);
    assert_eq!(outcome.verdicts.len(), programme.rules.len());
    assert_eq!(
        outcome.credits.iter().map(|credit| credit.points).sum::<i64>(),
        outcome.points,
        "credits sum"
    );
    assert_eq!(by_rule.iter().sum::<i64>(), outcome.points, "verdicts sum");
    for credit in &outcome.credits {
        assert!(credit.points > 0);
        // what milestones give belongs to no line
        let apart = credit.line_points.is_empty();
        assert!(apart || credit.line_points.len() == event.lines.len());
        assert!(credit.line_points.iter().all(|points| *points >= 0));
        if !apart {
            assert_eq!(credit.line_points.iter().sum::<i64>(), credit.points, "lines sum");
        }
    }
    for (limit, drawn) in &outcome.limit_draws {
        let slot = &book.limits()[*limit];
        let used = facts.used.get(*limit).copied().unwrap_or(0);
        let (LimitUnit::Times(most) | LimitUnit::Points(most) | LimitUnit::Money(most)) = slot.most;
        let unlimited =
            matches!(slot.most, LimitUnit::Money(_)) && programme.point_worth_micro_minor.is_none();
        assert!(
            *drawn > 0 && (unlimited || used + drawn <= most),
            "{} is exceeded: {used} + {drawn}",
            slot.key
        );
    }
    for slot in book.event_limits() {
        let owned = |rule: usize| match slot.owner {
            LimitOwner::Programme => true,
            LimitOwner::Group(group) => programme.rules[rule].group == Some(group),
            LimitOwner::Rule(owner) => owner == rule,
            LimitOwner::Reward(_)
            | LimitOwner::Referral
            | LimitOwner::Milestone(_)
            | LimitOwner::Challenge(_)
            | LimitOwner::Attention => false,
        };
        let points: i64 = (0..by_rule.len()).filter(|rule| owned(*rule)).map(|rule| by_rule[rule]).sum();
        match slot.most {
            LimitUnit::Points(most) => assert!(points <= most, "{}", slot.key),
            LimitUnit::Money(most) => assert!(worth_minor(programme, points) <= most, "{}", slot.key),
            LimitUnit::Times(most) => {
                let times = (0..by_rule.len()).filter(|rule| owned(*rule) && by_rule[*rule] > 0).count();
                assert!(i64::try_from(times).unwrap() <= most, "{}", slot.key);
            }
        }
    }
    for (at, budget) in programme.budgets.iter().enumerate() {
        let drawn = outcome.budget_draws.iter().find(|(of, _)| *of == at).map_or(0, |(_, drawn)| *drawn);
        let (BudgetTotal::Points(total) | BudgetTotal::Money(total)) = budget.total;
        let used = facts.budget_used.get(at).copied().unwrap_or(0);
        assert!(budget.when_spent == WhenSpent::Warn || drawn == 0 || used + drawn <= total, "budget {at}");
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn every_outcome_sums_and_keeps_within_its_limits(programme in programmes(), event in events(), facts in facts()) {
        let book = Rulebook::compile(programme);
        let outcome = book.evaluate(&event, &facts);
        laws(&book, &event, &facts, &outcome);
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn splitting_a_purchase_never_earns_more_from_rates(
        programme in programmes(), event in events(), cut in 0_usize..6, part in 0_i64..100,
    ) {
        // Rates without conditions, groups or limits, rounded down.
        let mut programme = programme;
        programme.rounding = Rounding::Down;
        programme.limits.clear();
        programme.groups.clear();
        programme.budgets.clear();
        for rule in &mut programme.rules {
            rule.on = "purchase".to_owned();
            rule.when.clear();
            rule.limits.clear();
            (rule.group, rule.budget) = (None, None);
            rule.gives.retain(|give| match give {
                Give::Rate { of, .. } | Give::Share { of, .. } => of.filter.is_empty(),
                Give::Multiply { .. } => true,
                _ => false,
            });
        }
        let book = Rulebook::compile(programme);
        let mut whole = event;
        whole.kind = "purchase".to_owned();
        let (mut first, mut second) = (whole.clone(), whole.clone());
        let cut = cut.min(whole.lines.len());
        first.lines.truncate(cut);
        second.lines.drain(..cut);
        // And one line itself is split.
        if let Some(line) = second.lines.first().cloned() {
            let piece = line.amount_minor * part / 100;
            first.lines.push(dsl::event::Line { amount_minor: piece, ..line.clone() });
            second.lines[0].amount_minor -= piece;
        }
        let points = |event: &Event| book.evaluate(event, &Facts::default()).points;
        // Nothing may carry more than AMOUNT_MAX points; below that, the law holds.
        prop_assume!(points(&whole) < dsl::units::AMOUNT_MAX);
        prop_assert!(points(&first) + points(&second) <= points(&whole));
    }

    #[test]
    fn a_history_never_exceeds_a_counter(
        programme in programmes(), history in proptest::collection::vec(events(), 1..12), at in events(),
    ) {
        // All on one day: every counter but the event's adds up.
        let book = Rulebook::compile(programme);
        let mut facts = Facts { used: vec![0; book.limits().len()], budget_used: vec![0; book.programme().budgets.len()], ..Facts::default() };
        for mut event in history {
            event.at = at.at;
            let outcome = book.evaluate(&event, &facts);
            laws(&book, &event, &facts, &outcome);
            for (limit, drawn) in outcome.limit_draws {
                facts.used[limit] += drawn;
            }
            for (budget, drawn) in outcome.budget_draws {
                facts.budget_used[budget] += drawn;
            }
        }
    }

    #[test]
    fn explanations_say_the_outcome_and_never_fail(programme in programmes(), event in events(), facts in facts()) {
        let book = Rulebook::compile(programme);
        let outcome = book.evaluate(&event, &facts);
        let told = dsl::explain::explain(&book, &event, &facts, &outcome, None);
        let answers = outcome.verdicts.iter().filter(|verdict| **verdict != Verdict::OtherEvent).count();
        prop_assert_eq!((told.points, told.rules.len()), (outcome.points, answers));
        prop_assert_eq!(told.rules.iter().map(|row| row.points).sum::<i64>(), outcome.points);
        for row in told.rules {
            // A sentence that names no value would end in nothing.
            prop_assert!(row.why.len() > 8 && !row.why.ends_with(": "), "{:?}", row);
        }
    }

    #[test]
    fn nothing_panics_whatever_the_numbers(
        programme in programmes(), event in events(), facts in facts(), wild in proptest::collection::vec(any::<i64>(), 12),
    ) {
        let (mut programme, mut event, mut facts) = (programme, event, facts);
        programme.point_worth_micro_minor = Some(wild[0]);
        for (at, rule) in programme.rules.iter_mut().enumerate() {
            rule.budget = Some(at);
            rule.group = Some(at);
            for give in &mut rule.gives {
                match give {
                    Give::Points(micro) => *micro = wild[1],
                    Give::Rate { points_micro, per_minor, .. } => (*points_micro, *per_minor) = (wild[2], wild[3]),
                    Give::Share { ratio, .. } => *ratio = wild[4],
                    Give::Multiply { factor_micro, .. } => *factor_micro = wild[5],
                    Give::Reward(at) => *at = usize::MAX,
                    Give::Steps { points_micro, every_minor, .. } => (*points_micro, *every_minor) = (wild[2], wild[3]),
                    Give::Milestone { points_micro, every } => (*points_micro, every.at_least) = (wild[2], wild[3]),
                    Give::Challenge(challenge) => {
                        challenge.needs = usize::MAX;
                        challenge.goals.iter_mut().for_each(|goal| goal.target = wild[2]);
                    }
                    Give::Badge(_) | Give::Effect(_) => {}
                }
            }
        }
        for line in &mut event.lines {
            (line.amount_minor, line.quantity) = (wild[6], wild[7]);
        }
        event.at = dsl::units::Moment(wild[8]);
        facts.balance_points = wild[9];
        facts.windows = vec![wild[10]; 9];
        facts.milestones = vec![wild[10]; 9];
        facts.used = vec![wild[11]; 40];
        facts.budget_used = vec![wild[11]; 40];
        let book = Rulebook::compile(programme);
        let outcome = book.evaluate(&event, &facts);
        prop_assert!((0..=dsl::units::AMOUNT_MAX).contains(&outcome.points));
        let _ = dsl::explain::explain(&book, &event, &facts, &outcome, None);
    }
}
