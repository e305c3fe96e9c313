//! Rules that time fires: absences that members reach, and dates of schedules, for which all members are looked at.
//!
//! What an absence costs follows who reaches one; a new rulebook with absences or reminders is told to the index
//! once, by a walk over all members. What a date costs follows how many members there are.

use super::choose::By;
use super::due::settle_member;
use super::{JobError, OutOfTime, Report, choose, failed, roll};
use crate::lots::lots;
use crate::{App, codes};
use domain::chain::fingerprint;
use domain::households;
use domain::ids::{MemberId, TenantId};
use domain::refusal::Refusal;
use domain::scheduled::{self, Date, Reached};
use domain::state::State;
use dsl::calendar::{parse_day, show_day};
use dsl::plan::Rulebook;
use dsl::plan::timers::Scheduled;
use dsl::units::{Day, Moment};
use store::ledger::{ApplyError, Needs, Write};
use store::walks::{Phase, Walk};

/// A function may decide by the version before for a moment after an activation: so long the walk waits.
const STALE_MS: i64 = 60_000;

const DAY_MS: i64 = 86_400_000;

/// Everything that time fires at one merchant, up to `at`.
pub(super) async fn of_tenant(
    app: &App,
    (tenant, rulebook): (&TenantId, &Rulebook),
    at: Moment,
    out_of_time: OutOfTime<'_>,
    report: &mut Report,
) -> Result<(), JobError> {
    let foresees = !rulebook.absences().is_empty() || rulebook.programme().remind.is_some();
    if !foresees && rulebook.scheduled().next().is_none() {
        return Ok(());
    }
    let Some(active) = app.store.active(tenant).await?.filter(|active| active.id == rulebook.id()) else {
        // another version decides by now: the next run knows
        return Ok(());
    };
    if foresees && active.since.0.saturating_add(STALE_MS) <= at.0 {
        Box::pin(register(app, (tenant, rulebook), (active.activation, at), out_of_time, report)).await?;
    }
    for rule in rulebook.scheduled() {
        dates(app, (tenant, rulebook), rule, (active.since, at), out_of_time, report).await?;
        so_far(app, (tenant, rulebook), rule, at, out_of_time, report).await?;
    }
    Ok(())
}

/// Once per activation: sees to it that the index names the next absence, and the next reminder, of every member.
async fn register(
    app: &App,
    (tenant, rulebook): (&TenantId, &Rulebook),
    (activation, at): (u64, Moment),
    out_of_time: OutOfTime<'_>,
    report: &mut Report,
) -> Result<(), JobError> {
    let name = format!("foresees#{activation:012}");
    let (kept, meter) = app.store.walk(tenant, &name).await?;
    report.spent(meter);
    let mut walk = kept.unwrap_or_default();
    if walk.phase == Phase::Done {
        return Ok(());
    }
    while let Some((members, place)) = roll::next(app, tenant, &walk.after, out_of_time, report).await? {
        for member in &members {
            match Box::pin(settle_member(app, (tenant, rulebook), member, at, report)).await {
                Ok(()) => {}
                Err(error) => failed(error, "due", tenant, member.as_str(), report)?,
            }
        }
        walk.after = place;
        report.spent(app.store.keep_walk(tenant, &name, &walk).await?);
    }
    walk.phase = Phase::Done;
    report.spent(app.store.keep_walk(tenant, &name, &walk).await?);
    Ok(())
}

/// The dates of a rule's schedule that have come: since the last that was done, and none before the rule was active.
async fn dates(
    app: &App,
    (tenant, rulebook): (&TenantId, &Rulebook),
    rule: Scheduled<'_>,
    (since, at): (Moment, Moment),
    out_of_time: OutOfTime<'_>,
    report: &mut Report,
) -> Result<(), JobError> {
    let zone = rulebook.zone();
    let begins = format!("{}#", rule.rule.on);
    let (last, meter) = app.store.last_walk(tenant, &begins).await?;
    report.spent(meter);
    let last = last.and_then(|(day, walk)| Some((parse_day(&day)?, walk.phase)));
    let from = match last {
        Some((day, Phase::Done)) => Day(day.0.saturating_add(1)),
        Some((day, _)) => day,
        None => {
            // seen for the first time: what came before the activation is done with
            let first = zone.local(since).day;
            let past = if rule.moment(first, zone) < since { first } else { Day(first.0.saturating_sub(1)) };
            let done = Walk { phase: Phase::Done, ..Walk::default() };
            report.spent(app.store.keep_walk(tenant, &name(rule, past), &done).await?);
            Day(past.0.saturating_add(1))
        }
    };
    let oldest = Moment(at.0.saturating_sub(scheduled::CATCH_UP_DAYS.saturating_mul(DAY_MS)));
    let from = from.max(zone.local(oldest).day);
    for day in rule.days(from, zone.local(at).day) {
        let moment = rule.moment(day, zone);
        if moment > at {
            break;
        }
        let by = match (rule.rule.draw, rule.ranks(day, zone)) {
            (Some(count), _) => Some(By::Lot(count)),
            (None, Some((ranking, first, end))) => Some(By::Sum(ranking, first, end)),
            // the period was over, and counted, on an earlier date
            (None, None) if rule.rule.ranking.is_some() => continue,
            (None, None) => None,
        };
        let chosen = by.is_some();
        let date = Date { rule: rule.index, day, at: moment, now: at, chosen, place: None };
        let walk = Walking { tenant, rulebook, name: &name(rule, day), date };
        match by {
            Some(by) => choose::hold(app, &walk, by, out_of_time, report).await?,
            None => everyone(app, &walk, out_of_time, report).await?,
        }
    }
    Ok(())
}

/// Once a day, of a rule that ranks members: who is ahead in the period that is not over. Nobody gets anything.
async fn so_far(
    app: &App,
    (tenant, rulebook): (&TenantId, &Rulebook),
    rule: Scheduled<'_>,
    at: Moment,
    out_of_time: OutOfTime<'_>,
    report: &mut Report,
) -> Result<(), JobError> {
    let Some(ranking) = rule.rule.ranking else { return Ok(()) };
    let zone = rulebook.zone();
    let day = zone.local(at).day;
    let active = rule.rule.active;
    if active.from.is_some_and(|from| day < from) || active.until.is_some_and(|until| until < day) {
        return Ok(());
    }
    let (first, end) = (zone.period_start(day, ranking.period), zone.period_end(day, ranking.period));
    let name = format!("{}{}", standings(&rule.rule.on), show_day(day));
    let date = Date { rule: rule.index, day, at, now: at, chosen: true, place: None };
    let walking = Walking { tenant, rulebook, name: &name, date };
    choose::choose(app, &walking, By::Sum(ranking, first, end), out_of_time, report).await.map(drop)
}

/// How the names of the walks begin that say who is ahead, by the kind of a rule; a day follows.
pub(crate) fn standings(kind: &str) -> String {
    format!("standing.{kind}#")
}

/// The walk of a date: the rule's kind and the day.
pub(super) fn name(rule: Scheduled<'_>, day: Day) -> String {
    format!("{}#{}", rule.rule.on, show_day(day))
}

/// One date on its way through the members.
pub(super) struct Walking<'a> {
    pub(super) tenant: &'a TenantId,
    pub(super) rulebook: &'a Rulebook,
    pub(super) name: &'a str,
    pub(super) date: Date,
}

/// Fires a date for every member.
async fn everyone(
    app: &App,
    walking: &Walking<'_>,
    out_of_time: OutOfTime<'_>,
    report: &mut Report,
) -> Result<(), JobError> {
    let Walking { tenant, name, .. } = *walking;
    let (kept, meter) = app.store.walk(tenant, name).await?;
    report.spent(meter);
    let mut walk = kept.unwrap_or_default();
    if walk.phase == Phase::Done {
        return Ok(());
    }
    while let Some((members, place)) = roll::next(app, tenant, &walk.after, out_of_time, report).await? {
        for member in &members {
            fire(app, walking, member, report).await?;
        }
        walk.after = place;
        report.spent(app.store.keep_walk(tenant, name, &walk).await?);
    }
    walk.phase = Phase::Done;
    report.spent(app.store.keep_walk(tenant, name, &walk).await?);
    Ok(())
}

/// Fires a date for one member, if it gives her anything.
pub(super) async fn fire(
    app: &App,
    walking: &Walking<'_>,
    member: &MemberId,
    report: &mut Report,
) -> Result<(), JobError> {
    let Walking { tenant, rulebook, date, .. } = *walking;
    let Some(kind) = date.kind(rulebook) else { return Ok(()) };
    let reference = domain::ids::Reference::timer(kind, date.day);
    let needs = Needs {
        profile: rulebook.reads_profile(),
        counters: scheduled::needed_counters(kind, rulebook),
        households: households::needed(date.at, rulebook),
        lots: lots(&app.secret, tenant, member, rulebook),
        ..Needs::default()
    };
    let date = Date { now: (app.clock)(), ..date };
    let decide = |snapshot: &domain::request::Snapshot| scheduled::fire(snapshot, date, rulebook);
    match write(app, (tenant, member), (&reference, &needs, date.now), decide, report).await {
        Ok(_) => Ok(()),
        Err(error) => failed(error, "due", tenant, member.as_str(), report),
    }
}

/// Answers the absences a member has reached; the state after them.
pub(super) async fn absences(
    app: &App,
    (tenant, rulebook): (&TenantId, &Rulebook),
    member: &MemberId,
    mut state: State,
    at: Moment,
    report: &mut Report,
) -> Result<State, ApplyError> {
    while let Some(reached) = scheduled::reached(&state, at, rulebook) {
        let reference = reached.reference();
        let needs = Needs {
            profile: rulebook.reads_profile(),
            counters: scheduled::needed_counters(&reached.kind, rulebook),
            households: households::needed(reached.at, rulebook),
            lots: lots(&app.secret, tenant, member, rulebook),
            ..Needs::default()
        };
        let decide =
            |snapshot: &domain::request::Snapshot| scheduled::absence(snapshot, &reached, at, rulebook);
        match write(app, (tenant, member), (&reference, &needs, at), decide, report).await? {
            Some(after) if moved(&state, &after, &reached) => state = after,
            // frozen, back again, or answered by another run, which goes on
            _ => break,
        }
    }
    Ok(state)
}

/// Whether an answer brought the member on: a loop that does not is no loop of ours.
fn moved(before: &State, after: &State, reached: &Reached) -> bool {
    before.standing.absence_answered < after.standing.absence_answered
        && after.standing.absence_answered >= Some(reached.at)
}

/// Writes what was decided, if anything was; the state after it.
async fn write<F>(
    app: &App,
    (tenant, member): (&TenantId, &MemberId),
    (reference, needs, now): (&domain::ids::Reference, &Needs, Moment),
    mut decide: F,
    report: &mut Report,
) -> Result<Option<State>, ApplyError>
where
    F: FnMut(&domain::request::Snapshot) -> Result<Option<domain::decision::Decision>, Refusal> + Send,
{
    report.looked_at = report.looked_at.saturating_add(1);
    let fingerprint = fingerprint(reference);
    let write = Write { tenant, member, reference, fingerprint: &fingerprint, needs, profile: None, now };
    let mut none = false;
    let applied = app.store.apply(write, |snapshot| {
        // an index that lags behind the table may know a member the table does not
        let decided = if snapshot.head.is_none() { None } else { decide(snapshot)? };
        none = decided.is_none();
        let decided = decided.ok_or(Refusal::MemberUnknown)?;
        Ok(codes::coded(app, tenant, member, decided))
    });
    match applied.await {
        Ok(applied) => {
            report.spent(applied.meter);
            report.written = report.written.saturating_add(u64::from(!applied.replayed));
            Ok(Some(applied.state))
        }
        Err(ApplyError::Refused(_)) if none => Ok(None),
        Err(error) => Err(error),
    }
}
