//! `GET /v1/leaderboards/{name}`: whom a rule that ranks members has rewarded, and who is ahead.
//!
//! What it never does: rank. The schedule's job does, and writes down whom it found; here that is read.

use crate::http::body::query;
use crate::http::call::Call;
use crate::http::problem::{Problem, Reply, nearest_of};
use crate::http::respond::Answer;
use crate::http::shape::shorten;
use crate::jobs::standings;
use domain::entry::Place;
use domain::scheduled::best;
use dsl::calendar::show_day;
use dsl::model::{Ranking, Rule};
use dsl::plan::Rulebook;
use dsl::units::Day;
use serde::Deserialize;
use serde_json::{Value, json};
use store::walks::{Phase, Walk};

#[derive(Deserialize)]
struct Wanted {
    cycles: Option<i32>,
}

/// `GET /v1/leaderboards/{name}`.
pub(crate) async fn leaderboard(call: &Call<'_>) -> Reply<Answer> {
    let Wanted { cycles } = query(call)?;
    let rulebook = call.rulebook().await?;
    let (rule, ranking) = find(&call.id, &rulebook).ok_or_else(|| unknown(&call.id, &rulebook))?;
    let most = cycles.unwrap_or(1).clamp(1, 12);
    let (tenant, store) = (&call.claims.tenant, &call.app.store);
    // one more: the newest may be under way
    let (walks, meter) = store.last_walks(tenant, &format!("{}#", rule.on), most.saturating_add(1)).await?;
    call.spent(meter);
    let (running, meter) = store.last_walks(tenant, &standings(&rule.on), 2).await?;
    call.spent(meter);
    let told = |(day, walk): &(String, Walk)| cycle(day, walk, Ranking { from: 1, ..ranking });
    let rewarded = |(_, walk): &&(String, Walk)| walk.phase != Phase::Walking && walk.by.is_some();
    let cycles = walks.iter().filter(rewarded).take(usize::try_from(most).unwrap_or_default());
    let over = walks.iter().find(rewarded).and_then(|(_, walk)| Some(walk.by?.end));
    let so_far = running.iter().find(rewarded).filter(|(_, walk)| {
        // what was ahead before the period was over is told by the cycle itself
        over.is_none_or(|over| walk.by.is_some_and(|by| over < by.end))
    });
    Ok(Answer::ok(json!({
        "leaderboard": rule.name,
        "label": rule.label,
        "at": rulebook.zone().show(call.now),
        "ranks_from": ranking.from,
        "ranks_to": ranking.to,
        "so_far": so_far.map(told),
        "cycles": cycles.map(told).collect::<Value>(),
    })))
}

fn find<'a>(name: &str, rulebook: &'a Rulebook) -> Option<(&'a Rule, Ranking)> {
    let rule = rulebook.programme().rules.iter().find(|rule| rule.name == name)?;
    Some((rule, rule.ranking?))
}

fn unknown(name: &str, rulebook: &Rulebook) -> Box<Problem> {
    let ranking = rulebook.programme().rules.iter().filter(|rule| rule.ranking.is_some());
    let hint = nearest_of(name, ranking.map(|rule| rule.name.as_str()));
    let detail = format!("the programme has no rule `{}` that ranks members{hint}", shorten(name));
    Problem::new(404, "leaderboard.unknown", "No such leaderboard", detail)
}

fn cycle(day: &str, walk: &Walk, ranking: Ranking) -> Value {
    let scored = walk.chosen.iter().zip(walk.scores.iter().copied()).collect();
    let ranked = best(scored, ranking).into_iter().map(
        |(member, Place { rank, score })| json!({"rank": rank, "member_id": member.as_str(), "score": score}),
    );
    let (metric, first, last) = walk.by.map_or(("spent", String::new(), String::new()), |by| {
        (by.metric.word(), show_day(by.first), show_day(Day(by.end.0.saturating_sub(1))))
    });
    json!({
        "date": day,
        "metric": metric,
        "from": first,
        "until": last,
        "ranked": ranked.collect::<Value>(),
    })
}
