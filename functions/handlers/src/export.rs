//! `GET /v1/members/{id}/export`: everything there is about a member, as one JSON.
//!
//! What it never does: write, or hide an entry: what does not fit an answer is named with where to go on.

use crate::as_of::page;
use crate::http::call::Call;
use crate::http::problem::{Reply, refused};
use crate::http::render;
use crate::http::respond::Answer;
use domain::chain::entry_to_text;
use domain::refusal::Refusal;
use serde_json::{Value, json};
use store::profile::Profile;

/// How many bytes of entries one answer takes: functions answer with 6 MB at most.
const ENTRY_BYTES_MAX: usize = 4_000_000;

/// Reads all pages and the profile; renders each entry by the rulebook that decided it.
pub(crate) async fn export(call: &Call<'_>) -> Reply<Answer> {
    let member = call.path_member()?;
    let rulebook = call.rulebook().await?;
    let (mut entries, mut newest, mut before, mut bytes) = (Vec::new(), None, None, 0);
    let next_before = loop {
        let found = page(call, &member, before, 100).await?;
        for (entry, state) in &found.entries {
            let decided_by = call.rulebook_of(entry, &rulebook).await?;
            let mut told = render::written(entry, state, &decided_by);
            told["record"] = Value::String(entry_to_text(entry));
            bytes += told.to_string().len();
            entries.push(told);
        }
        newest = newest.or_else(|| found.entries.into_iter().next());
        match found.before_seq {
            Some(seq) if bytes < ENTRY_BYTES_MAX => before = Some(seq),
            rest => break rest,
        }
    };
    let Some((entry, state)) = newest else { return Err(refused(&Refusal::MemberUnknown, &rulebook)) };
    let profile = call.app.store.profile(&call.claims.tenant, &member).await?;
    let words = call.app.store.words(&call.claims.tenant, &member).await?;
    let words = words.iter().map(|written| json!({"survey": written.survey, "words": written.words}));
    let at = call.now.max(entry.at);
    let card = domain::card::card(&state, at, &rulebook);
    let vouchers = call.vouchers(&member, &card.vouchers, &rulebook);
    Ok(Answer::ok(json!({
        "member_id": member.as_str(),
        "at": rulebook.zone().show(at),
        "card": render::card(member.as_str(), &state, (&card, vouchers), at, &rulebook),
        "profile": profile.as_ref().map(told),
        "words": words.collect::<Value>(),
        "entries": entries,
        "next_before": next_before,
    })))
}

fn told(profile: &Profile) -> Value {
    json!({
        "name": profile.name,
        "email": profile.email,
        "phone": profile.phone,
        "birthday": profile.birthday.map(dsl::calendar::show_day),
        "country": profile.country,
        "postcode": profile.postcode,
        "city": profile.city,
        "tags": profile.tags,
        "consents": profile.consents,
        "terms": profile.terms,
    })
}
