//! Members that rules ranked: each by a sum that she had, and all of a date in the order of their sums.
//!
//! Whoever ranks looks at members one after another, and what comes back in between is not asked again. So a score is one
//! that the member's ledger came to at some time, not that of a moment.

use super::past::Past;
use dsl::model::Ranking;
use dsl::plan::Rulebook;
use dsl::units::Day;
use serde_json::Value;
use std::collections::BTreeMap;

/// A rank, the score it is by, and whose it is.
type Place = (i64, i64, String);

/// Places of all dates, by merchant and reference.
#[derive(Debug, Default)]
pub(super) struct Places(BTreeMap<(String, String), Vec<Place>>);

impl Places {
    /// Takes in an entry that time brought; what is wrong with it.
    pub(super) fn entry(
        &mut self,
        (tenant, pk): (&str, &str),
        entry: &Value,
        past: &Past,
        book: &Rulebook,
    ) -> Option<String> {
        let fired = &entry["ch"]["scheduled"];
        let timer = fired["k"].as_str()?;
        let rule = book.scheduled().find(|scheduled| scheduled.rule.on == timer)?;
        let place = &fired["pl"];
        let Some(ranking) = rule.rule.ranking else {
            return place.is_object().then(|| format!("{timer}: a place, and nobody was ranked"));
        };
        let (Some(rank), Some(score)) = (place["r"].as_i64(), place["s"].as_i64()) else {
            return Some(format!("{timer}: members are ranked, and she has no place"));
        };
        let day = Day(i32::try_from(fired["d"].as_i64()?).ok()?);
        let reference = entry["ref"].as_str()?.to_owned();
        self.0.entry((tenant.to_owned(), reference)).or_default().push((rank, score, pk.to_owned()));
        let Ranking { from, to, metric, .. } = ranking;
        let counts = i64::from(from) <= rank && rank <= i64::from(to) && score > 0;
        (!counts || !past.was(metric, over(&ranking, day, book), score))
            .then(|| format!("{timer}: rank {rank} of {ranking:?} by {score}, which she never had"))
    }

    /// What is wrong among members; and how often a rank was shared.
    pub(super) fn close(self) -> (Vec<String>, u64) {
        let (mut found, mut shared) = (Vec::new(), 0);
        for ((tenant, reference), mut places) in self.0 {
            places.sort_unstable();
            shared += places.windows(2).filter(|pair| pair[0].0 == pair[1].0).count() as u64;
            for (rank, score, whose) in &places {
                let better = places.iter().filter(|(_, other, _)| other > score);
                let wrong = i64::try_from(better.count()).unwrap_or(i64::MAX) >= *rank
                    || places.iter().any(|(other, sum, _)| rank.cmp(other) != sum.cmp(score));
                if wrong {
                    found.push(format!(
                        "model: {whose} {tenant} {reference}: rank {rank} by {score} among {places:?}"
                    ));
                }
            }
        }
        (found, shared)
    }
}

/// The period that is over on a day.
fn over(ranking: &Ranking, day: Day, book: &Rulebook) -> (Day, Day) {
    let end = book.zone().period_start(day, ranking.period);
    (book.zone().period_start(Day(end.0 - 1), ranking.period), end)
}
