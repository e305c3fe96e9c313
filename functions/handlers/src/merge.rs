//! `POST /v1/members/{id}/merge`: another member becomes this one; and returns of what that one had bought.
//!
//! What it never does: merge halfway. Both chains are written in one transaction, with the profile that goes.

use crate::http::body::Sheet;
use crate::http::call::{Call, Side};
use crate::http::problem::Reply;
use crate::http::respond::Answer;
use crate::shapes::people::MERGE;
use domain::entry::{By, Change};
use domain::ids::{EventId, MemberId, Reference};
use domain::request::{Merge, Return};
use domain::state::Merges;
use dsl::plan::Rulebook;
use serde::Deserialize;
use std::sync::Arc;
use store::ledger::Needs;
use store::profile::ProfileWrite;

#[derive(Deserialize)]
struct What {
    event_id: EventId,
    from: MemberId,
    #[serde(default)]
    keep_profile: bool,
    reason: String,
}

/// Merges after merges are followed so far; a chain of them is as long as a merchant made it.
const STEPS_MAX: usize = 64;

/// Parse, load, evaluate, commit, respond.
pub(crate) async fn merge_members(call: &Call<'_>) -> Reply<Answer> {
    let (rulebook, into, actor) = (call.rulebook().await?, call.path_member()?, call.claims.actor()?);
    let mut sheet = Sheet::read(call, &MERGE)?.about(&into).keyed().timed(&rulebook);
    if sheet.get("from").and_then(serde_json::Value::as_str) == Some(into.as_str()) {
        sheet.wrong("/from", "same_member", "is the member of the path: two members are merged, not one");
    }
    let (What { event_id: id, from, keep_profile, reason }, stamp) = sheet.stamped::<What>()?;
    let merge = Merge { stamp, id, from, into, by: By { actor, reason } };

    let reference = Reference::merge(&merge.id);
    let needs = Needs::default();
    let words = call.app.store.words(&call.claims.tenant, &merge.from).await?;
    let profile = (!keep_profile).then_some(ProfileWrite::Erase(&words));
    let sides = [
        Side { member: &merge.from, reference: &reference, needs: &needs, profile },
        Side { member: &merge.into, reference: &reference, needs: &needs, profile: None },
    ];
    let decide = |from: &_, into: &_| domain::merge::merge(from, into, &merge, &rulebook);
    let [_, applied] = call.commit_both(sides, &merge.stamp.fingerprint, &rulebook, decide).await?;
    if !keep_profile {
        // as with an erasure: an answer that came in between was the last one
        call.app.store.forget_words(&call.claims.tenant, &merge.from).await?;
    }
    call.written(&applied, &rulebook).await
}

/// The return of a purchase that stands in the chain of a member who was merged; none where there is no such purchase.
pub(crate) async fn give_back_merged(
    call: &Call<'_>,
    request: &Return,
    merges: &Merges,
    rulebook: &Arc<Rulebook>,
) -> Reply<Option<Answer>> {
    let (store, tenant) = (&call.app.store, &call.claims.tenant);
    let purchase = Reference::purchase(&request.purchase);
    let own = merges.into.as_ref().map(|_| &request.stamp.member);
    for from in own.into_iter().chain(&merges.absorbed) {
        let (snapshot, _) = store.snapshot(tenant, from, &purchase, &Needs::default()).await?;
        let bought = |entry: &domain::entry::Entry| matches!(entry.change, Change::Purchased { .. });
        if !snapshot.family.iter().any(bought) {
            continue;
        }
        let mut request = request.clone();
        request.stamp.member = from.clone();
        let reference = Reference::purchase_return(&request.purchase, &request.id);
        let survivor = Reference::merged_return(from, &request.purchase, &request.id);
        let into = survivor_of(call, from).await?;
        let (after, _) = store.snapshot(tenant, &into, &survivor, &Needs::default()).await?;
        let earlier = snapshot.family.iter().any(|entry| entry.reference == reference)
            && !after.family.iter().any(|entry| entry.reference == survivor);
        if earlier {
            // a return of before the merge, repeated: its own chain has the answer
            let commit = crate::http::call::Commit::of(reference, &request.stamp, rulebook, Vec::new());
            let decide = |snapshot: &_| domain::give_back::give_back(snapshot, &request, rulebook);
            let applied = call.commit(commit, decide).await?;
            return call.written(&applied, rulebook).await.map(Some);
        }
        let needs = Needs { paid_with: true, ..Needs::default() };
        let none = Needs::default();
        let sides = [
            Side { member: from, reference: &reference, needs: &needs, profile: None },
            Side { member: &into, reference: &survivor, needs: &none, profile: None },
        ];
        let decide =
            |from: &_, into: &_| domain::merge::give_back_merged(from, into, (&request, &survivor), rulebook);
        // the return itself, as a repeat under the old id finds it
        let [applied, _] = call.commit_both(sides, &request.stamp.fingerprint, rulebook, decide).await?;
        return call.written(&applied, rulebook).await.map(Some);
    }
    Ok(None)
}

/// Who a member became in the end.
async fn survivor_of(call: &Call<'_>, member: &MemberId) -> Reply<MemberId> {
    let mut found = member.clone();
    for _ in 0..STEPS_MAX {
        let (snapshot, _) = call
            .app
            .store
            .snapshot(&call.claims.tenant, &found, &Reference::enrolment(), &Needs::default())
            .await?;
        match snapshot.head.and_then(|head| head.state.standing.merges.into) {
            Some(into) => found = into,
            None => break,
        }
    }
    Ok(found)
}
