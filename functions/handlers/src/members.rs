//! `/v1/members`: a member joins; her card; her entries.

use crate::as_of::{as_of, page, standing};
use crate::http::body::{Sheet, query};
use crate::http::call::{Call, Commit};
use crate::http::problem::{Problem, Reply, not_applied, refused};
use crate::http::render;
use crate::http::respond::Answer;
use crate::identity;
use crate::shapes::requests::ENROL;
use domain::enrol::{enrol, needed_counters};
use domain::ids::Reference;
use domain::refusal::Refusal;
use domain::request::{Enrol, Snapshot};
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};
use serde::Deserialize;
use serde_json::{Value, json};
use store::ledger::ApplyError;
use store::profile::{Profile, ProfileWrite};

#[derive(Deserialize)]
struct Body {
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    birthday: Option<Day>,
    tags: Vec<String>,
    country: Option<String>,
    postcode: Option<String>,
    city: Option<String>,
    device: Option<String>,
    payment: Option<String>,
}

/// Parse, load, evaluate, commit, respond.
pub(crate) async fn enrol_member(call: &Call<'_>) -> Reply<Answer> {
    let rulebook = call.rulebook().await?;
    let sheet = Sheet::read(call, &ENROL)?.keyed_by_member().timed(&rulebook);
    // Personal data never enter the ledger, not even hashed: the key is the member, and a repeat with other data is
    // told by the profile itself.
    let (body, stamp) = sheet.stamped_by::<Body>(|body| json!({"member_id": body.get("member_id")}))?;
    let prints = identity::prints(call, body.device.as_deref(), body.payment.as_deref());
    let Body { name, email, phone, birthday, tags, country, postcode, city, .. } = body;
    let mut profile =
        Profile { name, email, phone, birthday, tags, country, postcode, city, prints, ..Profile::default() };
    profile.enrolled_with = enrolled_with(call, &profile);
    let given = profile.enrolled_with.is_some().then_some(&profile);
    let request = Enrol { stamp };

    let mut commit =
        Commit::of(Reference::enrolment(), &request.stamp, &rulebook, needed_counters(&rulebook))
            .by_rules(call);
    commit.needs.profile = false;
    commit.profile = given.map(ProfileWrite::Create);
    let applied = call
        .commit(commit, |snapshot| {
            let profile = profile.facts();
            enrol(&Snapshot { profile, ..snapshot.clone() }, &request, &rulebook)
        })
        .await?;
    if applied.found {
        let kept = call.app.store.profile(&call.claims.tenant, &request.stamp.member).await?;
        let is_other =
            kept.as_ref().and_then(|kept| kept.enrolled_with.as_ref()) != profile.enrolled_with.as_ref();
        if is_other {
            // Personal data that went with a merge or an erasure can hold no repeat to them.
            let gone = if kept.is_none() { standing(call, &request.stamp.member).await? } else { None };
            match gone {
                Some(standing) if standing.erased => return Err(refused(&Refusal::MemberErased, &rulebook)),
                Some(standing) if standing.merges.into.is_some() => {}
                _ => return Err(not_applied(ApplyError::KeyReused, &rulebook)),
            }
        }
    }
    call.written(&applied, &rulebook).await
}

/// What a repeated enrolment is known by: kept with the personal data it is made of, and gone with them. None of
/// nothing.
fn enrolled_with(call: &Call<'_>, profile: &Profile) -> Option<String> {
    if *profile == Profile::default() {
        return None;
    }
    // of strings and integers only: it always serializes
    let text = serde_json::to_string(profile).ok()?;
    let mac = call.app.secret.mac("enrolment", &[call.claims.tenant.as_str(), &text]);
    Some(mac.iter().take(16).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}")))
}

#[derive(Deserialize)]
struct When {
    at: Option<Moment>,
}

/// `GET /v1/members/{id}`: settled to the instant asked for, now by default; writes nothing.
pub(crate) async fn card(call: &Call<'_>) -> Reply<Answer> {
    let member = call.path_member()?;
    let When { at } = query(call)?;
    let rulebook = call.rulebook().await?;
    let asked = at.unwrap_or(call.now);
    // A clock of ours that went back shows what is true at the newest entry.
    let horizon = if at.is_some() { asked } else { Moment(i64::MAX) };
    let Some((entry, state)) = as_of(call, &member, horizon).await? else { return Err(unknown(&rulebook)) };
    let at = asked.max(entry.at);
    let card = domain::card::card(&state, at, &rulebook);
    let vouchers = call.vouchers(&member, &card.vouchers, &rulebook);
    Ok(Answer::ok(render::card(member.as_str(), &state, (&card, vouchers), at, &rulebook)))
}

#[derive(Deserialize)]
struct Wanted {
    limit: u32,
    before: Option<u64>,
}

/// `GET /v1/members/{id}/entries`: newest first, each rendered by the rulebook that decided it.
pub(crate) async fn entries(call: &Call<'_>) -> Reply<Answer> {
    let member = call.path_member()?;
    let Wanted { limit, before } = query(call)?;
    let rulebook = call.rulebook().await?;
    let page = page(call, &member, before, limit).await?;
    if page.entries.is_empty() && before.is_none() {
        return Err(unknown(&rulebook));
    }
    let mut told = Vec::with_capacity(page.entries.len());
    for (entry, state) in &page.entries {
        let decided_by = call.rulebook_of(entry, &rulebook).await?;
        told.push(render::written(entry, state, &decided_by));
    }
    let next_before = page.before_seq;
    Ok(Answer::ok(
        json!({"member_id": member.as_str(), "entries": Value::Array(told), "next_before": next_before}),
    ))
}

fn unknown(rulebook: &Rulebook) -> Box<Problem> {
    refused(&Refusal::MemberUnknown, rulebook)
}
