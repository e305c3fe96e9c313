//! Rules that are for some of all members: draws, by a keyed hash, and rankings, by what members did. Two steps with a
//! checkpoint: once everyone was looked at, the list of the chosen is written down for good; then each gets her award.
//!
//! A draw is fair: nobody chooses, and without the key nobody can foresee it. Both can be repeated: late, twice, in
//! parallel and after a break, the list that was written down first decides, and each of the chosen has one entry.

use super::timers::{Walking, fire};
use super::{JobError, OutOfTime, Report, failed, roll};
use crate::App;
use crate::lots::{drawn, lots};
use domain::entry::Place;
use domain::ids::{MemberId, Reference};
use domain::request::Snapshot;
use domain::scheduled::{Date, RANKED_MAX, best, is_candidate, ranks, score};
use dsl::model::Ranking;
use dsl::units::Day;
use std::cmp::Reverse;
use store::ledger::{ApplyError, Needs};
use store::walks::{Phase, Sum, Walk};

/// What members are chosen by.
#[derive(Debug, Clone, Copy)]
pub(super) enum By {
    /// So many, by lot.
    Lot(u32),
    /// By a sum over the days from the first to before the second.
    Sum(Ranking, Day, Day),
}

/// What one is chosen by: the smaller, the better. Ids break ties of lots, which do not occur in practice, and put those
/// who share a rank in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Lot([u8; 32]),
    Score(Reverse<i64>),
}

/// A member and what she is chosen by.
type Ranked = (Rank, MemberId);

/// Members that are dealt with between two looks at the clock.
const AWARDED_AT_A_TIME: usize = 20;

/// Looks at everyone, unless that was done, and writes down whom it has chosen: the list that was first stands.
pub(super) async fn choose(
    app: &App,
    walking: &Walking<'_>,
    by: By,
    out_of_time: OutOfTime<'_>,
    report: &mut Report,
) -> Result<Walk, JobError> {
    let Walking { tenant, name, .. } = *walking;
    let (kept, meter) = app.store.walk(tenant, name).await?;
    report.spent(meter);
    let mut walk = kept.unwrap_or_default();
    if walk.phase == Phase::Walking {
        // a walk that a version before has begun goes on as it began
        let by = match (by, walk.by) {
            (By::Sum(ranking, ..), Some(Sum { metric, first, end })) => {
                By::Sum(Ranking { metric, ..ranking }, first, end)
            }
            _ => by,
        };
        if let By::Sum(Ranking { metric, .. }, first, end) = by {
            walk.by = Some(Sum { metric, first, end });
        }
        let mut best = best_so_far(app, walking, &walk);
        while let Some((members, place)) = roll::next(app, tenant, &walk.after, out_of_time, report).await? {
            for member in members {
                if let Some(ranked) = ranked(app, walking, by, member, &best, report).await? {
                    let place = best.partition_point(|other| *other < ranked);
                    best.insert(place, ranked);
                    cut(&mut best, by);
                }
            }
            walk.after = place;
            note(&mut walk, &best);
            report.spent(app.store.keep_walk(tenant, name, &walk).await?);
        }
        walk.phase = Phase::Chosen;
        note(&mut walk, &best);
        report.spent(app.store.keep_walk(tenant, name, &walk).await?);
        // another run may have been first: its list stands
        let (kept, meter) = app.store.walk(tenant, name).await?;
        report.spent(meter);
        walk = kept.unwrap_or(walk);
    }
    Ok(walk)
}

/// Chooses on a date, and lets the rule fire for whom it has chosen.
pub(super) async fn hold(
    app: &App,
    walking: &Walking<'_>,
    by: By,
    out_of_time: OutOfTime<'_>,
    report: &mut Report,
) -> Result<(), JobError> {
    let Walking { tenant, name, .. } = *walking;
    let mut walk = choose(app, walking, by, out_of_time, report).await?;
    if walk.phase == Phase::Chosen {
        for chosen in places(&walk, by).chunks(AWARDED_AT_A_TIME) {
            if out_of_time() {
                return Err(JobError::OutOfTime(*report));
            }
            for (member, place) in chosen {
                let date = Date { place: *place, ..walking.date };
                fire(app, &Walking { date, ..*walking }, member, report).await?;
            }
        }
        walk.phase = Phase::Done;
        report.spent(app.store.keep_walk(tenant, name, &walk).await?);
    }
    Ok(())
}

/// The list an earlier run has come to.
fn best_so_far(app: &App, walking: &Walking<'_>, walk: &Walk) -> Vec<Ranked> {
    let chosen = walk.chosen.iter().enumerate().map(|(at, member)| {
        let rank = walk
            .scores
            .get(at)
            .map_or_else(|| lot(app, walking, member), |score| Rank::Score(Reverse(*score)));
        (rank, member.clone())
    });
    chosen.collect()
}

/// Writes the list into the walk.
fn note(walk: &mut Walk, best: &[Ranked]) {
    walk.chosen = best.iter().map(|(_, member)| member.clone()).collect();
    walk.scores = scores(best);
}

fn scores(best: &[Ranked]) -> Vec<i64> {
    let scores = best.iter().filter_map(|(rank, _)| match rank {
        Rank::Score(Reverse(score)) => Some(*score),
        Rank::Lot(_) => None,
    });
    scores.collect()
}

/// Leaves out who cannot be chosen any more.
fn cut(best: &mut Vec<Ranked>, by: By) {
    match by {
        By::Lot(count) => best.truncate(usize::try_from(count).unwrap_or(usize::MAX)),
        By::Sum(ranking, ..) => {
            let ranks = ranks(&scores(best));
            // one more than there may be shows that there are too many
            best.truncate(
                ranks.partition_point(|rank| *rank <= ranking.to).min(RANKED_MAX.saturating_add(1)),
            );
        }
    }
}

/// For whom the rule fires, and their places.
fn places(walk: &Walk, by: By) -> Vec<(MemberId, Option<Place>)> {
    let ranking = match by {
        By::Sum(ranking, ..) => ranking,
        By::Lot(count) => {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            return walk.chosen.iter().take(count).map(|member| (member.clone(), None)).collect();
        }
    };
    let scored = walk.chosen.iter().cloned().zip(walk.scores.iter().copied()).collect();
    best(scored, ranking).into_iter().map(|(member, place)| (member, Some(place))).collect()
}

/// The lot of a member in a draw.
fn lot(app: &App, walking: &Walking<'_>, member: &MemberId) -> Rank {
    let kind = walking.date.kind(walking.rulebook).unwrap_or_default();
    Rank::Lot(drawn(&app.secret, walking.tenant, (kind, walking.date.day), member))
}

/// A member's rank; none where she cannot be chosen, whatever she has.
async fn ranked(
    app: &App,
    walking: &Walking<'_>,
    by: By,
    member: MemberId,
    best: &[Ranked],
    report: &mut Report,
) -> Result<Option<Ranked>, JobError> {
    let Walking { rulebook, .. } = *walking;
    if best.iter().any(|(_, known)| *known == member) {
        return Ok(None);
    }
    match by {
        By::Lot(count) => {
            let ranked = (lot(app, walking, &member), member);
            let place = best.partition_point(|other| *other < ranked);
            // who cannot win any more is not read
            let wins = place < usize::try_from(count).unwrap_or(usize::MAX);
            let may = |snapshot: &Snapshot, date: Date| is_candidate(snapshot, date, rulebook).then_some(());
            if !wins || look(app, walking, &ranked.1, may, report).await?.is_none() {
                return Ok(None);
            }
            Ok(Some(ranked))
        }
        By::Sum(ranking, first, end) => {
            let sum = (ranking.metric, first, end);
            let scored = |snapshot: &Snapshot, date: Date| score(snapshot, date, sum, rulebook);
            let score = look(app, walking, &member, scored, report).await?;
            Ok(score.map(|score| (Rank::Score(Reverse(score)), member)))
        }
    }
}

/// Looks at a member.
async fn look<T>(
    app: &App,
    walking: &Walking<'_>,
    member: &MemberId,
    found: impl Fn(&Snapshot, Date) -> Option<T>,
    report: &mut Report,
) -> Result<Option<T>, JobError> {
    let Walking { tenant, rulebook, date, .. } = *walking;
    report.looked_at = report.looked_at.saturating_add(1);
    let needs = Needs {
        profile: rulebook.reads_profile(),
        lots: lots(&app.secret, tenant, member, rulebook),
        ..Needs::default()
    };
    match app.store.snapshot(tenant, member, &Reference::enrolment(), &needs).await {
        Ok((snapshot, meter)) => {
            report.spent(meter);
            Ok(found(&snapshot, Date { now: (app.clock)(), ..date }))
        }
        Err(error) => {
            failed(ApplyError::Store(error), "due", tenant, member.as_str(), report)?;
            Ok(None)
        }
    }
}
