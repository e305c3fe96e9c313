//! `GET /v1/rewards`, `/v1/members/{id}/vouchers`, `/v1/vouchers/{code}` and its steps: the catalogue, and vouchers by
//! their codes.
//!
//! What it never does: say of a code more than that there is no such voucher, whatever is wrong with it.

use crate::as_of::as_of;
use crate::codes::{self, hash_of};
use crate::http::body::{Sheet, query};
use crate::http::call::{Call, Commit};
use crate::http::problem::{Problem, Reply, refused};
use crate::http::respond::Answer;
use crate::http::shape::Shape;
use crate::http::vouchers::{self, Shown};
use crate::shapes::rewards::{FULFIL, RESERVE, STEP};
use domain::catalogue::{Offer, catalogue as offers, needed_counters};
use domain::decision::Decision;
use domain::ids::{EventId, MemberId, Reference};
use domain::refusal::Refusal;
use domain::request::{Head, Snapshot, VoucherStep};
use domain::voucher;
use dsl::explain::gives;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use serde::Deserialize;
use serde_json::{Value, json};
use store::ledger::Needs;
use store::voucher::Owned;

#[derive(Deserialize)]
struct Wanted {
    member_id: Option<MemberId>,
    at: Option<Moment>,
}

/// `GET /v1/rewards`: true when it was read; the redemption decides.
pub(crate) async fn catalogue(call: &Call<'_>) -> Reply<Answer> {
    let Wanted { member_id, at } = query(call)?;
    let rulebook = call.rulebook().await?;
    // A clock of ours that went back shows what is true at the newest entry.
    let horizon = at.unwrap_or(Moment(i64::MAX));
    let mut at = at.unwrap_or(call.now);
    let needs = Needs {
        profile: member_id.is_some() && rulebook.reads_profile(),
        counters: needed_counters(&rulebook),
        ..Needs::default()
    };
    // Nobody in particular has no entries; the counters are read beside them all the same.
    let nobody = MemberId::parse("nobody").ok_or_else(|| Problem::internal("an id is none"))?;
    let member = member_id.as_ref().unwrap_or(&nobody);
    let (tenant, family) = (&call.claims.tenant, Reference::enrolment());
    let (mut snapshot, meter) = call.app.store.snapshot(tenant, member, &family, &needs).await?;
    call.spent(meter);
    snapshot.head = None;
    if let Some(member) = &member_id {
        let unknown = || refused(&Refusal::MemberUnknown, &rulebook);
        let (entry, state) = as_of(call, member, horizon).await?.ok_or_else(unknown)?;
        at = at.max(entry.at);
        snapshot.head = Some(Head { seq: entry.seq, at: entry.at, hash: [0; 32], state });
    }
    let rewards: Vec<Value> =
        offers(&snapshot, at, &rulebook).iter().map(|offer| offer_of(offer, &rulebook)).collect();
    Ok(Answer::ok(json!({
        "at": rulebook.zone().show(at),
        "member_id": member_id.as_ref().map(MemberId::as_str),
        "rewards": rewards,
    })))
}

fn offer_of(offer: &Offer<'_>, rulebook: &Rulebook) -> Value {
    let reward = offer.reward;
    let why_not = offer.why_not.as_ref().map(|refusal| {
        let problem = refused(refusal, rulebook);
        json!({"code": problem.code, "detail": problem.detail})
    });
    json!({
        "reward": reward.name,
        "label": reward.label,
        "kind": reward.gives.word(),
        "gives": gives(&reward.gives, rulebook.programme()),
        "options": vouchers::options(&reward.gives, rulebook),
        "costs_points": offer.costs_points,
        "available": why_not.is_none(),
        "why_not": why_not,
        "asks_basket": offer.asks_basket,
        "stock_left": offer.stock_left,
        "members_left": offer.places_left,
        "valid_for": reward.valid.map(|span| span.to_string()),
    })
}

/// `GET /v1/members/{id}/vouchers`.
pub(crate) async fn vouchers(call: &Call<'_>) -> Reply<Answer> {
    let member = call.path_member()?;
    let rulebook = call.rulebook().await?;
    let unknown = || refused(&Refusal::MemberUnknown, &rulebook);
    let (entry, state) = as_of(call, &member, Moment(i64::MAX)).await?.ok_or_else(unknown)?;
    let at = call.now.max(entry.at);
    let card = domain::card::card(&state, at, &rulebook);
    Ok(Answer::ok(json!({
        "member_id": member.as_str(),
        "at": rulebook.zone().show(at),
        "vouchers": call.vouchers(&member, &card.vouchers, &rulebook),
    })))
}

/// `GET /v1/vouchers/{code}`: also of one that was used, cancelled or has expired.
pub(crate) async fn voucher(call: &Call<'_>) -> Reply<Answer> {
    let rulebook = call.rulebook().await?;
    let unknown = || refused(&Refusal::VoucherUnknown, &rulebook);
    let owned = owned(call, &rulebook).await?;
    let (id, member) = (owned.voucher, &owned.member);
    let (entry, state) = as_of(call, member, Moment(i64::MAX)).await?.ok_or_else(unknown)?;
    let at = call.now.max(entry.at);
    let card = domain::card::card(&state, at, &rulebook);
    let (told, meter) = call.app.store.voucher_story(&call.claims.tenant, &owned).await?;
    call.spent(meter);
    let issuing = told.origin.iter().find(|entry| entry.seq == id.0).ok_or_else(unknown)?;
    let shown = if let Some(open) = card.vouchers.iter().find(|open| open.id == id) {
        Shown::of_open(open)
    } else {
        let issued = voucher::issued(&told.origin, id).ok_or_else(unknown)?;
        let state = voucher::ended(&told.steps, &told.origin, id, at);
        let choice = told.steps.iter().rev().find_map(picked).or_else(|| issued.choice.clone());
        Shown { state, choice, ..Shown::of_issued(issued) }
    };
    // What it gives is what the rulebook said that issued it.
    let issued_by = call.rulebook_of(issuing, &rulebook).await?;
    let code = codes::code(call.app, &call.claims.tenant, member, id);
    let mut body = vouchers::voucher(id, &code, &shown, &issued_by);
    body["member_id"] = json!(member.as_str());
    Ok(Answer::ok(body))
}

fn picked(entry: &domain::entry::Entry) -> Option<String> {
    match &entry.change {
        domain::entry::Change::VoucherMoved { choice, .. } => choice.clone(),
        _ => None,
    }
}

/// `POST /v1/vouchers/{code}/reserve`.
pub(crate) async fn reserve(call: &Call<'_>) -> Reply<Answer> {
    step(call, &RESERVE, voucher::reserve).await
}

/// `POST /v1/vouchers/{code}/release`.
pub(crate) async fn release(call: &Call<'_>) -> Reply<Answer> {
    step(call, &STEP, voucher::release).await
}

/// `POST /v1/vouchers/{code}/fulfil`.
pub(crate) async fn fulfil(call: &Call<'_>) -> Reply<Answer> {
    step(call, &FULFIL, voucher::fulfil).await
}

/// `POST /v1/vouchers/{code}/cancel`.
pub(crate) async fn cancel(call: &Call<'_>) -> Reply<Answer> {
    step(call, &STEP, voucher::cancel).await
}

#[derive(Deserialize)]
struct Body {
    event_id: EventId,
    seconds: Option<i64>,
    choice: Option<String>,
}

/// Whose voucher the path's code is; the same answer for every code that is none here.
async fn owned(call: &Call<'_>, rulebook: &Rulebook) -> Reply<Owned> {
    let unknown = || refused(&Refusal::VoucherUnknown, rulebook);
    let hash = hash_of(&call.id).ok_or_else(unknown)?;
    let (owned, meter) = call.app.store.voucher_of(&call.claims.tenant, &hash).await?;
    call.spent(meter);
    owned.ok_or_else(unknown)
}

/// Parse, find, load, evaluate, commit, respond.
async fn step(
    call: &Call<'_>,
    shape: &'static Shape,
    decide: fn(&Snapshot, &VoucherStep, &Rulebook) -> Result<Decision, Refusal>,
) -> Reply<Answer> {
    let rulebook = call.rulebook().await?;
    let owned = owned(call, &rulebook).await?;
    let sheet = Sheet::read(call, shape)?.about(&owned.member).keyed().timed(&rulebook);
    let (body, stamp) = sheet.stamped::<Body>()?;
    // The decision is never before `now`, so a reservation lasts at least as long as was asked for.
    let now = stamp.now.0;
    let until = body.seconds.map(|s| Moment(now.saturating_add(s.saturating_mul(1000))));
    let step = VoucherStep { stamp, voucher: owned.voucher, id: body.event_id, until, choice: body.choice };

    let reference = Reference::voucher_step(step.voucher, &step.id);
    let counters = voucher::needed_counters(step.choice.as_deref(), &rulebook);
    let mut commit = Commit::of(reference, &step.stamp, &rulebook, counters);
    commit.needs.origin = Some(owned.origin);
    let applied = call.commit(commit, |snapshot| decide(snapshot, &step, &rulebook)).await?;
    call.written(&applied, &rulebook).await
}
