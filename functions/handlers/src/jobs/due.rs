//! What fell due: expiries, activations, hold time-outs, tier reviews, referrals and absences of members whom the
//! index names; and dates of schedules, which are those of all members.

use super::{JobError, LeftOut, OutOfTime, PAGE, Report, Scheduled, failed, tenants, timers, until};
use crate::App;
use crate::referral;
use crate::sweep::sweep_known;
use domain::ids::{MemberId, Reference, TenantId};
use domain::sweep::{next_due_under, settle};
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use store::days::{Checkpoint, Job, place, utc};
use store::ledger::{ApplyError, Needs};

/// The index lags behind the table, and clocks differ: a run looks again at what came so shortly before the last.
const LOOK_BACK_MS: i64 = 10 * 60 * 1_000;

/// Visits all merchants, up to the schedule's moment.
pub async fn run(app: &App, scheduled: Scheduled, out_of_time: OutOfTime<'_>) -> Result<Report, JobError> {
    let at = until(app, scheduled)?;
    let mut report = Report::default();
    let mut left_out = LeftOut::default();
    for (tenant, since) in tenants(app, &mut report).await? {
        if out_of_time() {
            return Err(JobError::OutOfTime(report));
        }
        let visited = Box::pin(of_tenant(app, &tenant, (since, at), out_of_time, &mut report)).await;
        left_out.note("due", &tenant, visited, &mut report)?;
    }
    left_out.end()?;
    report.finished = true;
    Ok(report)
}

/// The same for one merchant, whose first publication was at `since`.
pub async fn of_tenant(
    app: &App,
    tenant: &TenantId,
    (since, at): (Moment, Moment),
    out_of_time: OutOfTime<'_>,
    report: &mut Report,
) -> Result<(), JobError> {
    report.tenants = report.tenants.saturating_add(1);
    let now = (app.clock)();
    let Some(rulebook) = app.store.current(tenant, now).await? else { return Ok(()) };
    let (kept, meter) = app.store.checkpoint(tenant, Job::Due).await?;
    report.spent(meter);
    let fresh = |day| Checkpoint { day, after: String::new(), done: false };
    let mut from = match kept {
        None => fresh(utc(since).0),
        Some(kept) if kept.done => fresh(Day(kept.day.0.saturating_add(1))),
        Some(kept) => kept,
    };
    let (today, _) = utc(at);
    let mut keeps = true;
    while from.day <= today {
        let next = fresh(Day(from.day.0.saturating_add(1)));
        // A checkpoint on the next day would be the newest, and the end of this one never looked at again.
        keeps = Box::pin(of_day(app, (tenant, &rulebook), (from, keeps), at, out_of_time, report)).await?;
        from = next;
    }
    Box::pin(timers::of_tenant(app, (tenant, &rulebook), at, out_of_time, report)).await
}

/// One day in UTC, from its checkpoint to its end, or to the minute of `at`; whether it is done with for good.
async fn of_day(
    app: &App,
    (tenant, rulebook): (&TenantId, &Rulebook),
    (mut kept, keeps): (Checkpoint, bool),
    at: Moment,
    out_of_time: OutOfTime<'_>,
    report: &mut Report,
) -> Result<bool, JobError> {
    let (today, minute) = utc(at);
    let (settled_day, settled_minute) = utc(Moment(at.0.saturating_sub(LOOK_BACK_MS)));
    let until = (kept.day == today).then_some(minute);
    // No further than this is anything done with for good.
    let bound = match kept.day.cmp(&settled_day) {
        Ordering::Less => "~".to_owned(),
        Ordering::Equal => place(settled_minute),
        Ordering::Greater => String::new(),
    };
    let mut after = kept.after.clone();
    let before = kept.clone();
    loop {
        if out_of_time() {
            return Err(JobError::OutOfTime(*report));
        }
        let page = app.store.falling_due(tenant, kept.day, (&after, until), PAGE).await?;
        report.spent(page.meter);
        report.failed = report.failed.saturating_add(page.unreadable);
        let mut seen: BTreeSet<&MemberId> = BTreeSet::new();
        for (_, member) in &page.members {
            if !seen.insert(member) {
                continue;
            }
            match Box::pin(settle_member(app, (tenant, rulebook), member, at, report)).await {
                Ok(()) => {}
                Err(error) => failed(error, Job::Due.name(), tenant, member.as_str(), report)?,
            }
        }
        if let Some(last) = &page.last {
            after.clone_from(last);
        }
        if !page.more {
            break;
        }
        kept.after = after.clone().min(bound.clone()).max(kept.after);
        if !keeps {
            continue;
        }
        report.spent(app.store.keep_checkpoint(tenant, Job::Due, &kept).await?);
    }
    kept.done = kept.day < settled_day;
    if !kept.done {
        kept.after = kept.after.max(bound);
    }
    if keeps && kept != before {
        report.spent(app.store.keep_checkpoint(tenant, Job::Due, &kept).await?);
    }
    Ok(keeps && kept.done)
}

/// Writes what fell due for a member; where nothing did, sees to it that the index names the next moment.
pub(super) async fn settle_member(
    app: &App,
    (tenant, rulebook): (&TenantId, &Rulebook),
    member: &MemberId,
    at: Moment,
    report: &mut Report,
) -> Result<(), ApplyError> {
    report.looked_at = report.looked_at.saturating_add(1);
    let (snapshot, meter) =
        app.store.snapshot(tenant, member, &Reference::enrolment(), &Needs::default()).await?;
    report.spent(meter);
    let Some(head) = &snapshot.head else { return Ok(()) };
    let paid = Box::pin(referral::settle(app, (tenant, rulebook), member, &head.state, at)).await?;
    for side in paid.iter().flatten() {
        report.spent(side.meter);
        report.written = report.written.saturating_add(u64::from(!side.replayed));
    }
    let (mut settled, due) = match paid {
        Some([friend, _]) => (friend.state, Vec::new()),
        None => settle(&head.state, at.max(head.at), rulebook),
    };
    if !due.is_empty() {
        let swept = sweep_known(app, (tenant, member), &snapshot, at, rulebook).await?;
        let Some(applied) = swept else { return Ok(()) };
        report.spent(applied.meter);
        report.written = report.written.saturating_add(u64::from(!applied.replayed));
        settled = applied.state;
    }
    settled = timers::absences(app, (tenant, rulebook), member, settled, at, report).await?;
    let told = settled.registered_due.filter(|told| *told > at);
    if let Some(next) =
        next_due_under(&settled, at, rulebook).filter(|next| told.is_none_or(|told| *next < told))
    {
        report.spent(app.store.remind(tenant, member, next, at).await?);
    }
    Ok(())
}
