//! Birthdays and anniversaries: members whose local day it is, found by the index, once a year.

use super::{JobError, LeftOut, OutOfTime, PAGE, Report, Scheduled, failed, tenants, until};
use crate::lots::lots;
use crate::{App, codes};
use domain::celebrate::{celebrate, dates_of, needed_counters, reference};
use domain::chain::fingerprint;
use domain::entry::Occasion;
use domain::ids::{MemberId, TenantId};
use domain::refusal::Refusal;
use domain::request::Celebrate;
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};
use std::cmp::Ordering;
use store::days::{Checkpoint, Job};
use store::ledger::{ApplyError, Needs, Write};

/// A missed day is caught up for so long; what was earned earlier would be beyond what late events may change.
pub const CATCH_UP_DAYS: i32 = 31;

/// Visits all merchants, up to the schedule's moment.
pub async fn run(app: &App, scheduled: Scheduled, out_of_time: OutOfTime<'_>) -> Result<Report, JobError> {
    let at = until(app, scheduled)?;
    let mut report = Report::default();
    let mut left_out = LeftOut::default();
    for (tenant, since) in tenants(app, &mut report).await? {
        if out_of_time() {
            return Err(JobError::OutOfTime(report));
        }
        let visited = of_tenant(app, &tenant, (since, at), out_of_time, &mut report).await;
        left_out.note("birthday", &tenant, visited, &mut report)?;
    }
    left_out.end()?;
    report.finished = true;
    Ok(report)
}

/// The same for one merchant, whose first publication was at `since`: there are no days before.
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
    let (began, today) = (rulebook.zone().local(since).day, rulebook.zone().local(at).day);
    let oldest = rulebook.zone().local(now).day.0.saturating_sub(CATCH_UP_DAYS);
    if at < since {
        return Ok(());
    }
    for occasion in [Occasion::Birthday, Occasion::Anniversary] {
        let (kept, meter) = app.store.checkpoint(tenant, Job::of(occasion)).await?;
        report.spent(meter);
        // A programme that gives nothing for it has no use for the entries.
        if !rulebook.programme().rules.iter().any(|rule| rule.answers(occasion.kind())) {
            pass(app, (tenant, occasion), kept, today, report).await?;
            continue;
        }
        let first = match kept {
            // the first run may be late, too
            None => Checkpoint { day: began, after: String::new(), done: false },
            Some(kept) if kept.done => {
                Checkpoint { day: Day(kept.day.0.saturating_add(1)), after: String::new(), done: false }
            }
            Some(kept) => kept,
        };
        let mut from = first;
        if from.day.0 < oldest {
            let left_out = u64::try_from(oldest.min(today.0).saturating_sub(from.day.0)).unwrap_or(0);
            report.days_left_out = report.days_left_out.saturating_add(left_out);
            tracing::error!(target: "merit", tenant = %tenant, occasion = occasion.kind(), left_out, "days too long ago");
            from = Checkpoint { day: Day(oldest), after: String::new(), done: false };
        }
        while from.day <= today {
            let day = from.day;
            of_day(app, (tenant, &rulebook), occasion, from, out_of_time, report).await?;
            from = Checkpoint { day: Day(day.0.saturating_add(1)), after: String::new(), done: false };
        }
    }
    Ok(())
}

/// Days on which a programme gave nothing are dealt with: they are not owed when it gives something again.
async fn pass(
    app: &App,
    (tenant, occasion): (&TenantId, Occasion),
    kept: Option<Checkpoint>,
    today: Day,
    report: &mut Report,
) -> Result<(), JobError> {
    let yesterday = Day(today.0.saturating_sub(1));
    let after = match kept {
        None => String::new(),
        Some(kept) => match kept.day.cmp(&yesterday) {
            Ordering::Less => String::new(),
            Ordering::Equal if !kept.done => kept.after,
            _ => return Ok(()),
        },
    };
    let passed = Checkpoint { day: yesterday, after, done: true };
    report.spent(app.store.keep_checkpoint(tenant, Job::of(occasion), &passed).await?);
    Ok(())
}

/// One day, from its checkpoint to its end.
async fn of_day(
    app: &App,
    (tenant, rulebook): (&TenantId, &Rulebook),
    occasion: Occasion,
    mut place: Checkpoint,
    out_of_time: OutOfTime<'_>,
    report: &mut Report,
) -> Result<(), JobError> {
    let job = Job::of(occasion);
    for date in dates_of(place.day) {
        // `02-28#ann`: which list of the day, and how far in it.
        let list = format!("{:02}-{:02}", date.0, date.1);
        let mut after = match place.after.split_once('#') {
            Some((kept, _)) if kept > list.as_str() => continue,
            Some((kept, member)) if kept == list => member.to_owned(),
            _ => String::new(),
        };
        loop {
            if out_of_time() {
                return Err(JobError::OutOfTime(*report));
            }
            let page = app.store.celebrating(tenant, occasion, date, &after, PAGE).await?;
            report.spent(page.meter);
            report.failed = report.failed.saturating_add(page.unreadable);
            for (_, member) in &page.members {
                let request = Celebrate { occasion, day: place.day, now: (app.clock)() };
                match celebrate_member(app, (tenant, rulebook), member, &request, report).await {
                    Ok(()) => {}
                    Err(error) => failed(error, job.name(), tenant, member.as_str(), report)?,
                }
            }
            if let Some(last) = &page.last {
                after.clone_from(last);
                place.after = format!("{list}#{last}");
            }
            if !page.more {
                break;
            }
            report.spent(app.store.keep_checkpoint(tenant, job, &place).await?);
        }
    }
    place.done = true;
    report.spent(app.store.keep_checkpoint(tenant, job, &place).await?);
    Ok(())
}

async fn celebrate_member(
    app: &App,
    (tenant, rulebook): (&TenantId, &Rulebook),
    member: &MemberId,
    request: &Celebrate,
    report: &mut Report,
) -> Result<(), ApplyError> {
    report.looked_at = report.looked_at.saturating_add(1);
    let reference = reference(request.occasion, request.day);
    let fingerprint = fingerprint(&reference);
    let needs = Needs {
        profile: request.occasion == Occasion::Birthday || rulebook.reads_profile(),
        counters: needed_counters(request.occasion, rulebook),
        lots: lots(&app.secret, tenant, member, rulebook),
        ..Needs::default()
    };
    let write = Write {
        tenant,
        member,
        reference: &reference,
        fingerprint: &fingerprint,
        needs: &needs,
        profile: None,
        now: request.now,
    };
    let mut none = false;
    let applied = app.store.apply(write, |snapshot| {
        // An index that lags behind the table may know a member the table does not, or a day that was edited.
        let decided = if snapshot.head.is_none() { None } else { celebrate(snapshot, request, rulebook)? };
        none = decided.is_none();
        let decided = decided.ok_or(Refusal::MemberUnknown)?;
        Ok(codes::coded(app, tenant, member, decided))
    });
    match applied.await {
        Ok(applied) => {
            report.spent(applied.meter);
            report.written = report.written.saturating_add(u64::from(!applied.replayed));
            Ok(())
        }
        Err(ApplyError::Refused(_)) if none => Ok(()),
        Err(error) => Err(error),
    }
}
