//! Challenges: what a return takes from goals, and which completions it undoes, computed from the purchase's record, from
//! the keys of counters and from what they count.

use super::returns::Purchase;
use domain::entry::{Returned, StepsUndone};
use domain::state::State;
use dsl::calendar::Zone;
use dsl::model::Refund;
use dsl::units::{Day, Period};
use std::collections::BTreeSet;

const FOR_EVER: Day = Day(i32::MIN);

fn calendar(word: &str) -> Option<Period> {
    match word {
        "day" => Some(Period::Day),
        "week" => Some(Period::Week),
        "month" => Some(Period::Month),
        "year" => Some(Period::Year),
        _ => None,
    }
}

/// Whether a counter is of a challenge.
pub(super) fn is_one(key: &str) -> bool {
    key.starts_with("goal:") || key.starts_with("challenge:")
}

/// Whether a counter of a challenge can be undone no more: its period and the one after are over.
pub(super) fn is_over(key: &str, period: Day, late: Day, zone: &Zone) -> bool {
    let word = key.rsplit('/').next().and_then(calendar).filter(|_| period != FOR_EVER);
    word.is_some_and(|word| zone.period_end(zone.period_end(period, word), word) <= late)
}

fn used(state: &State, key: &str, period: Day) -> i64 {
    let counters = state.counters.iter();
    counters
        .filter(|one| one.key == key && one.period == period)
        .map(|one| one.used)
        .fold(0, i64::saturating_add)
}

/// What a return takes: from goals, then from challenges that are complete no more. The state is changed as it goes.
pub(super) fn undone(
    state: &mut State,
    purchase: &Purchase,
    returned: &Returned,
    whole: bool,
    zone: &Zone,
) -> Vec<StepsUndone> {
    let mut found: Vec<StepsUndone> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for (key, counted) in purchase.limits() {
        let parts: Vec<&str> = key.split(['/', ':']).collect();
        let ["goal", name, _, unit, per] = parts.as_slice() else { continue };
        let less = if *unit == "money" {
            let lines: BTreeSet<usize> = purchase.goal_lines(key).collect();
            let back = returned.lines.iter().filter(|line| lines.contains(&line.line));
            back.map(|line| line.amount_minor).fold(0, i64::saturating_add)
        } else if whole {
            *counted
        } else {
            0
        };
        let period = calendar(per).map_or(FOR_EVER, |per| zone.period_start(purchase.day(), per));
        let times = less.min(used(state, key, period));
        if times > 0 {
            lower(state, key, period, times);
            found.push(StepsUndone { key: key.clone(), period, times, points: 0 });
        }
        if !names.iter().any(|known| known == name) {
            names.push((*name).to_owned());
        }
    }
    if purchase.refund() == Refund::Keep {
        return found;
    }
    for name in names {
        let stem = format!("challenge:{name}/");
        let counters: Vec<(String, Day, i64)> = state
            .counters
            .iter()
            .filter(|one| one.key.starts_with(&stem) && one.key.contains("/times/"))
            .map(|one| (one.key.clone(), one.period, one.used))
            .collect();
        let mut lost: Vec<StepsUndone> = Vec::new();
        for (key, period, times) in counters {
            let Some((said, per)) = key.strip_prefix(&stem).and_then(|rest| rest.split_once("/times/"))
            else {
                continue;
            };
            let here = calendar(per).map_or(FOR_EVER, |per| zone.period_start(purchase.day(), per));
            let mut goals = said.split('/');
            let needs: usize = goals.next().and_then(|needs| needs.parse().ok()).unwrap_or(0);
            let reached = goals.filter(|goal| {
                let (goal, target) = goal.split_once(':').unwrap_or((goal, "0"));
                let of = |unit: &str| used(state, &format!("goal:{name}/{goal}/{unit}/{per}"), period);
                of("times").max(of("money")) >= target.parse().unwrap_or(0)
            });
            if here != period || reached.count() >= needs {
                continue;
            }
            let points = used(state, &format!("{stem}{said}/points/{per}"), period);
            lost.push(StepsUndone { key: key.clone(), period, times, points });
            let once = format!("rule:{name}/times/{per}");
            let times = times.min(used(state, &once, period));
            lost.extend((times > 0).then_some(StepsUndone { key: once, period, times, points: 0 }));
        }
        for one in &lost {
            lower(state, &one.key, one.period, one.times);
            if one.key.starts_with("challenge:") {
                lower(state, &one.key.replace("/times/", "/points/"), one.period, one.points);
            }
        }
        found.extend(lost);
    }
    found
}

fn lower(state: &mut State, key: &str, period: Day, by: i64) {
    for counter in state.counters.iter_mut().filter(|one| one.key == key && one.period == period) {
        counter.used = counter.used.saturating_sub(by);
    }
    state.counters.retain(|counter| counter.used > 0);
}
