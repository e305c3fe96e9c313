//! The sweep of one member: writes what fell due, if anything did. Balances never wait for it.

use crate::App;
use domain::ids::{MemberId, Reference, TenantId};
use domain::refusal::Refusal;
use domain::request::Snapshot;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use store::ledger::{Applied, ApplyError, Needs, Write};

/// Writes one entry with what fell due for a member up to now; `None` when nothing did, when there is no such member
/// or programme, or when another writer came first and settled it.
pub async fn sweep_member(
    app: &App,
    tenant: &TenantId,
    member: &MemberId,
) -> Result<Option<Applied>, ApplyError> {
    let now = (app.clock)();
    let Some(rulebook) = app.store.current(tenant, now).await? else { return Ok(None) };
    let needs = Needs::default();
    let (snapshot, _) = app.store.snapshot(tenant, member, &Reference::enrolment(), &needs).await?;
    sweep_known(app, (tenant, member), &snapshot, now, &rulebook).await
}

/// The same up to a moment, of a member as she was read.
pub(crate) async fn sweep_known(
    app: &App,
    (tenant, member): (&TenantId, &MemberId),
    snapshot: &Snapshot,
    now: Moment,
    rulebook: &Rulebook,
) -> Result<Option<Applied>, ApplyError> {
    let Some(seq) = snapshot.head.as_ref().map(|head| head.seq) else { return Ok(None) };
    let due = domain::sweep::sweep(snapshot, now, rulebook).map_err(ApplyError::Refused)?;
    let Some(due) = due else { return Ok(None) };

    let needs = Needs::default();
    let write = Write {
        tenant,
        member,
        reference: &due.entry.reference,
        fingerprint: &due.entry.fingerprint,
        needs: &needs,
        profile: None,
        now,
    };
    // Whoever wrote in between has settled the member too: nothing is left to sweep after this sequence.
    let mut overtaken = false;
    let applied = app.store.apply(write, |snapshot| {
        overtaken = snapshot.head.as_ref().is_none_or(|head| head.seq != seq);
        let swept = if overtaken { None } else { domain::sweep::sweep(snapshot, now, rulebook)? };
        swept.ok_or(Refusal::MemberUnknown)
    });
    match applied.await {
        Ok(applied) => Ok(Some(applied)),
        Err(ApplyError::Refused(_)) if overtaken => Ok(None),
        Err(error) => Err(error),
    }
}
