//! Challenges: what a return takes from goals, and what was given for completing one that is complete no more.
//!
//! Everything is read from the purchase's own record and from counters whose keys say what was asked for, never from
//! today's rules.

use crate::entry::{Award, ReturnedLine, StepsUndone};
use crate::history::counters::{self, FOR_EVER};
use crate::state::State;
use dsl::calendar::Zone;
use dsl::model::Refund;
use dsl::plan::completed;
use dsl::units::{Day, Period};

/// A return, as far as challenges go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gone<'a> {
    /// The purchase's award.
    pub(crate) award: &'a Award,
    /// The day it counts on.
    pub(crate) day: Day,
    /// What comes back now.
    pub(crate) lines: &'a [ReturnedLine],
    /// Whether nothing is left of it now.
    pub(crate) whole: bool,
}

/// Whether a counter's key is of a challenge.
pub(crate) fn is_one(key: &str) -> bool {
    key.starts_with("goal:") || key.starts_with("challenge:")
}

/// The period that a key counts in; none for one that never ends.
fn period_of(key: &str) -> Option<Period> {
    match key.rsplit('/').next() {
        Some("day") => Some(Period::Day),
        Some("week") => Some(Period::Week),
        Some("month") => Some(Period::Month),
        Some("year") => Some(Period::Year),
        _ => None,
    }
}

/// Whether a counter is still needed: a return may undo what its period and the one before counted.
pub(crate) fn is_kept(key: &str, period: Day, late: Day, zone: &Zone) -> bool {
    match period_of(key) {
        Some(of) if period != FOR_EVER => late < zone.period_end(zone.period_end(period, of), of),
        _ => true,
    }
}

/// Takes what comes back from the goals it counted for, and undoes challenges that are complete no more; nothing else of
/// the state changes. Goals first, then challenges, each in the order of their keys.
pub(crate) fn undo(state: &mut State, gone: Gone<'_>, zone: &Zone) -> Vec<StepsUndone> {
    let mut undone: Vec<StepsUndone> = Vec::new();
    let mut touched: Vec<&str> = Vec::new();
    for (key, amount) in &gone.award.limits {
        let Some((challenge, _)) = key.strip_prefix("goal:").and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        let lines = gone.award.goals.iter().find(|(goal, _)| goal == key).map(|(_, lines)| lines);
        let less = match lines {
            Some(lines) => {
                let back = gone.lines.iter().filter(|line| lines.contains(&line.line));
                back.fold(0_i64, |sum, line| sum.saturating_add(line.amount_minor))
            }
            None if gone.whole => *amount,
            None => 0,
        };
        let period = period_of(key).map_or(FOR_EVER, |period| zone.period_start(gone.day, period));
        let less = less.min(counters::used_under(state, key, period));
        if less > 0 {
            counters::take_under(state, key, period, less);
            undone.push(StepsUndone { key: key.clone(), period, times: less, points: 0 });
        }
        if !touched.contains(&challenge) {
            touched.push(challenge);
        }
    }
    if gone.award.refund == Refund::Reverse {
        for challenge in touched {
            undone.extend(incomplete(state, challenge, gone.day, zone));
        }
    }
    undone
}

/// Undoes completions of a challenge whose goals are reached no more.
fn incomplete(state: &mut State, challenge: &str, day: Day, zone: &Zone) -> Vec<StepsUndone> {
    let mut undone = Vec::new();
    for counter in &state.counters {
        let Some(done) = completed(&counter.key).filter(|done| done.challenge == challenge) else { continue };
        let period = period_of(&counter.key).map_or(FOR_EVER, |period| zone.period_start(day, period));
        if counter.period != period {
            continue;
        }
        let reached = done.goals.iter().filter(|(goal, target)| {
            let of_goal = |unit| {
                counters::used_under(state, &format!("goal:{challenge}/{goal}/{unit}/{}", done.per), period)
            };
            of_goal("times").saturating_add(of_goal("money")) >= *target
        });
        if reached.count() >= done.needs {
            continue;
        }
        let points = counters::used_under(state, &counter.key.replace("/times/", "/points/"), period);
        undone.push(StepsUndone { key: counter.key.clone(), period, times: counter.used, points });
        let once = format!("rule:{challenge}/times/{}", done.per);
        let times = counters::used_under(state, &once, period).min(counter.used);
        if times > 0 {
            undone.push(StepsUndone { key: once, period, times, points: 0 });
        }
    }
    for steps in &undone {
        counters::take_under(state, &steps.key, steps.period, steps.times);
        if steps.points > 0 {
            counters::take_under(
                state,
                &steps.key.replace("/times/", "/points/"),
                steps.period,
                steps.points,
            );
        }
    }
    undone
}
