//! Draws: all members who may be drawn are ranked by a keyed hash, the first so many win. Two steps with a checkpoint:
//! once everyone was looked at, the list of winners is written down for good; then each gets her award.
//!
//! Fair: nobody chooses, and without the key nobody can foresee it. Replayable: late, twice, in parallel and after a
//! break, the list that was written down first decides, and each winner has one entry.

use super::timers::{Walking, fire};
use super::{JobError, OutOfTime, Report, failed, roll};
use crate::App;
use crate::lots::lots;
use domain::ids::{MemberId, Reference};
use domain::scheduled::{Date, is_candidate};
use dsl::calendar::show_day;
use store::ledger::{ApplyError, Needs};
use store::walks::Phase;

/// A member and her rank: the smaller, the better; ids break ties, which do not occur in practice.
type Ranked = ([u8; 32], MemberId);

/// Winners that are dealt with between two looks at the clock.
const AWARDED_AT_A_TIME: usize = 20;

/// Holds the draw of a date.
pub(super) async fn hold(
    app: &App,
    walking: &Walking<'_>,
    count: u32,
    out_of_time: OutOfTime<'_>,
    report: &mut Report,
) -> Result<(), JobError> {
    let Walking { tenant, name, .. } = *walking;
    let (kept, meter) = app.store.walk(tenant, name).await?;
    report.spent(meter);
    let mut walk = kept.unwrap_or_default();
    if walk.phase == Phase::Walking {
        let most = usize::try_from(count).unwrap_or(usize::MAX);
        let mut best: Vec<Ranked> =
            walk.chosen.drain(..).map(|member| (rank(app, walking, &member), member)).collect();
        while let Some((members, place)) = roll::next(app, tenant, &walk.after, out_of_time, report).await? {
            for member in members {
                let ranked = (rank(app, walking, &member), member);
                let place = best.partition_point(|other| *other < ranked);
                // who cannot win any more is not read
                if place < most
                    && best.get(place) != Some(&ranked)
                    && may(app, walking, &ranked.1, report).await?
                {
                    best.insert(place, ranked);
                    best.truncate(most);
                }
            }
            walk.after = place;
            walk.chosen = best.iter().map(|(_, member)| member.clone()).collect();
            report.spent(app.store.keep_walk(tenant, name, &walk).await?);
        }
        walk.phase = Phase::Chosen;
        walk.chosen = best.into_iter().map(|(_, member)| member).collect();
        report.spent(app.store.keep_walk(tenant, name, &walk).await?);
        // another run may have been first: its list stands
        let (kept, meter) = app.store.walk(tenant, name).await?;
        report.spent(meter);
        walk = kept.unwrap_or(walk);
    }
    if walk.phase == Phase::Chosen {
        for winners in walk.chosen.chunks(AWARDED_AT_A_TIME) {
            if out_of_time() {
                return Err(JobError::OutOfTime(*report));
            }
            for winner in winners {
                fire(app, walking, winner, report).await?;
            }
        }
        walk.phase = Phase::Done;
        report.spent(app.store.keep_walk(tenant, name, &walk).await?);
    }
    Ok(())
}

/// The rank of a member in a draw.
fn rank(app: &App, walking: &Walking<'_>, member: &MemberId) -> [u8; 32] {
    let kind = walking.date.kind(walking.rulebook).unwrap_or_default();
    let day = show_day(walking.date.day);
    app.secret.mac("draw", &[walking.tenant.as_str(), kind, &day, member.as_str()])
}

/// Whether a member may be drawn.
async fn may(
    app: &App,
    walking: &Walking<'_>,
    member: &MemberId,
    report: &mut Report,
) -> Result<bool, JobError> {
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
            let date = Date { now: (app.clock)(), ..date };
            Ok(is_candidate(&snapshot, date, rulebook))
        }
        Err(error) => {
            failed(ApplyError::Store(error), "due", tenant, member.as_str(), report)?;
            Ok(false)
        }
    }
}
