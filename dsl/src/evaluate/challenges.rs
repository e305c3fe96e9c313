//! Challenges: what of an event counts for each goal, whether that completes it, and what is counted.
//!
//! All goals are judged on the counters before the event and on the event itself: nothing that it completes counts again.

use super::aggregate::Phases;
use super::truth::all_hold;
use super::values::{OfEvent, Values};
use crate::facts::Facts;
use crate::outcome::Answer;
use crate::plan::tables::{ChallengeRow, CountsRow, GiveRow, GoalRow, KindPlan, Run, size};

/// The challenge of a rule, where it is one.
fn of(plan: &KindPlan, gives: Run) -> Option<&ChallengeRow> {
    gives.of(&plan.gives).iter().find_map(|give| match *give {
        GiveRow::Challenge(at) => plan.challenges.get(size(at)),
        _ => None,
    })
}

/// What an event adds to a goal.
fn counted(plan: &KindPlan, values: &Values, goal: &GoalRow) -> i64 {
    match &goal.counts {
        CountsRow::Elsewhere => 0,
        CountsRow::Money(amount) => {
            plan.amounts.get(size(*amount)).map_or(0, |row| values.amount(plan, *row).max(0))
        }
        CountsRow::Times(when) => i64::from(all_hold(&plan.program, when, &OfEvent { plan, values })),
    }
}

/// Whether an event brings a challenge nearer that is not complete yet, and enough of its goals are reached with it.
pub(super) fn completes(plan: &KindPlan, values: &Values, facts: &Facts, challenge: &ChallengeRow) -> bool {
    let done = |(slot, most): (usize, i64)| facts.used.get(slot).copied().unwrap_or(0) >= most;
    if challenge.once.is_some_and(done) {
        return false;
    }
    let (mut any, mut reached) = (false, 0_usize);
    for goal in &challenge.goals {
        let more = counted(plan, values, goal);
        any |= more > 0;
        let before = facts.used.get(goal.slot).copied().unwrap_or(0).max(0);
        reached = reached.saturating_add(usize::from(before.saturating_add(more) >= goal.target));
    }
    any && reached >= challenge.needs
}

/// Writes what the event counts for goals, and what was completed.
pub(super) fn draw(plan: &KindPlan, values: &Values, phases: &mut Phases, answer: &mut Answer) {
    if plan.challenges.is_empty() {
        return;
    }
    let Phases { fired, draws, .. } = phases;
    for rule in fired.iter() {
        let Some(challenge) = of(plan, rule.gives) else { continue };
        for goal in &challenge.goals {
            let more = counted(plan, values, goal);
            if more <= 0 {
                continue;
            }
            draws.add(goal.slot, more);
            if let CountsRow::Money(amount) = goal.counts
                && let Some(row) = plan.amounts.get(size(amount))
            {
                let from = answer.goal_lines.len();
                let lines = values.amount_by_line(plan, *row).enumerate();
                answer.goal_lines.extend(lines.filter(|(_, amount)| *amount > 0).map(|(line, _)| line));
                answer.goals.push((goal.slot, (from, answer.goal_lines.len())));
            }
        }
        if let Some((times, points)) = challenge.given.filter(|_| rule.counts() && rule.used()) {
            draws.add(times, 1);
            draws.add(points, rule.points);
        }
    }
    answer.goals.sort_unstable();
}
