//! Challenges: the counters of their goals, and those by which a return takes back what completing one gave.
//!
//! A goal is counted under a key of its own (`goal:spring/visits/times/month`), net of returns and past its target. What
//! completing gave is counted under a key that says what was asked for (`challenge:spring/2/visits:5/perfume:10000/points/
//! month`), so that a return of any age knows when it is undone, whatever the rules are by then.

use super::counters::Counters;
use super::{LimitOwner, LimitSlot};
use crate::model::{Challenge, Counts, Limit, LimitUnit, Programme, Rule};

/// A challenge, and where it is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengeSlots {
    /// Its rule, by index.
    pub rule: usize,
    /// The limit by which it is completed once, or once in each of its periods.
    pub once: Option<usize>,
    /// The counter of each goal, by index into `Rulebook::limits`.
    pub goals: Vec<usize>,
    /// The counters of completions and of whole points given for them; none where a return leaves them.
    pub given: Option<(usize, usize)>,
}

/// What a counter of completions stands for, as its key says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed<'k> {
    /// The challenge's name.
    pub challenge: &'k str,
    /// How many of the goals completed it.
    pub needs: usize,
    /// The goals and their targets.
    pub goals: Vec<(&'k str, i64)>,
    /// The word of its period: `month`, `programme`.
    pub per: &'k str,
}

fn each(programme: &Programme) -> impl Iterator<Item = (usize, &Rule, &Challenge)> {
    let rules = programme.rules.iter().enumerate();
    rules.filter_map(|(at, rule)| rule.challenge().map(|challenge| (at, rule, challenge)))
}

fn goal_stem(rule: &Rule, goal: &str) -> String {
    format!("goal:{}/{goal}", rule.name)
}

fn given_stem(rule: &Rule, challenge: &Challenge) -> String {
    let goals = challenge.goals.iter().map(|goal| format!("/{}:{}", goal.name, goal.target));
    format!("challenge:{}/{}{}", rule.name, challenge.needs, goals.collect::<String>())
}

/// Adds the counters of challenges to those of limits.
pub(super) fn add(counters: &mut Counters, programme: &Programme) {
    for (at, rule, challenge) in each(programme) {
        let owner = LimitOwner::Challenge(at);
        let counted = |most| [Limit { most, per: challenge.per, household: false }];
        for goal in &challenge.goals {
            let most = match goal.counts {
                Counts::Times { .. } => LimitUnit::Times(i64::MAX),
                Counts::Money(_) => LimitUnit::Money(i64::MAX),
            };
            counters.add(owner, &goal_stem(rule, &goal.name), &[], &counted(most));
        }
        if !rule.keeps {
            let stem = given_stem(rule, challenge);
            for most in [LimitUnit::Times(i64::MAX), LimitUnit::Points(i64::MAX)] {
                counters.add(owner, &stem, &[], &counted(most));
            }
        }
    }
}

/// The challenges of a programme, in the order of its rules.
pub(super) fn of(programme: &Programme, slots: &[LimitSlot]) -> Vec<ChallengeSlots> {
    let challenges = each(programme).filter_map(|(at, rule, challenge)| {
        let mut own = slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.owner == LimitOwner::Challenge(at))
            .map(|(at, _)| at);
        let goals: Vec<usize> = own.by_ref().take(challenge.goals.len()).collect();
        let given = if rule.keeps { None } else { Some((own.next()?, own.next()?)) };
        let is_once = |slot: &LimitSlot| {
            slot.owner == LimitOwner::Rule(at)
                && slot.per == challenge.per
                && matches!(slot.most, LimitUnit::Times(_))
        };
        Some(ChallengeSlots { rule: at, once: slots.iter().position(is_once), goals, given })
    });
    challenges.collect()
}

/// What a counter of completions stands for; none for the key of any other counter.
pub fn completed(key: &str) -> Option<Completed<'_>> {
    let (said, per) = key.strip_prefix("challenge:")?.split_once("/times/")?;
    let mut parts = said.split('/');
    let (challenge, needs) = (parts.next()?, parts.next()?.parse().ok()?);
    let goals: Option<Vec<(&str, i64)>> = parts
        .map(|part| {
            let (name, target) = part.split_once(':')?;
            Some((name, target.parse().ok()?))
        })
        .collect();
    Some(Completed { challenge, needs, goals: goals?, per })
}
