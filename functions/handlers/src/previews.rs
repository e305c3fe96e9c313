//! `POST /v1/previews`: what an event would earn and why, for a member or one who might be, at any instant, by the
//! active rules or a candidate's. Writes nothing.

use crate::as_of::as_of;
use crate::http::body::{Sheet, check_currency, check_sum};
use crate::http::call::Call;
use crate::http::fields::{declared, read_fields};
use crate::http::problem::{Reply, refused};
use crate::http::render::effect;
use crate::http::respond::Answer;
use crate::lots::lots;
use crate::rules::compile;
use crate::shapes::requests::PREVIEW;
use domain::facts;
use domain::households;
use domain::ids::{MemberId, Reference};
use domain::refusal::Refusal;
use domain::request::{ProfileFacts, Snapshot};
use domain::state::{State, TierHold};
use domain::sweep::settle;
use dsl::event::{Event, FieldValue, Line, PURCHASE};
use dsl::explain::explain;
use dsl::facts::Home;
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::ledger::Needs;

#[derive(Deserialize)]
struct Body {
    member_id: Option<MemberId>,
    hypothetical: Option<Hypothetical>,
    at: Option<Moment>,
    purchase: Option<Purchase>,
    event: Option<Occurrence>,
}

#[derive(Deserialize)]
struct Hypothetical {
    tier: Option<String>,
    birthday: Option<Day>,
    enrolled_at: Option<Moment>,
    balance_points: Option<i64>,
    tags: Vec<String>,
    country: Option<String>,
    postcode: Option<String>,
    city: Option<String>,
}

#[derive(Deserialize)]
struct Purchase {
    channel: Option<String>,
    store: Option<String>,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Occurrence {
    kind: String,
    channel: Option<String>,
    store: Option<String>,
}

/// Parse, load, evaluate, respond.
pub(crate) async fn preview(call: &Call<'_>) -> Reply<Answer> {
    let mut sheet = Sheet::read(call, &PREVIEW)?;
    let (rulebook, source) = rules(call, &sheet).await?;
    let fields = check(&mut sheet, &rulebook);
    let body = sheet.close::<Body>()?;
    let at = body.at.unwrap_or(call.now);
    let event = event_of(&body, at, fields, &rulebook)?;

    let (state, snapshot) = member(call, &body, at, &event.kind, &rulebook).await?;
    let facts = facts(&state, &snapshot, at, &rulebook);
    let outcome = rulebook.evaluate(&event, &facts);
    let why = explain(&rulebook, &event, &facts, &outcome, source.as_deref());

    call.note(|line| (line.rulebook, line.decided) = (Some(rulebook.id().to_owned()), Some("previewed")));
    let rewards = &rulebook.programme().rewards;
    let granted =
        outcome.rewards.iter().filter_map(|index| rewards.get(*index)).map(|reward| reward.name.as_str());
    Ok(Answer::ok(json!({
        "at": rulebook.zone().show(at),
        "rulebook": rulebook.id(),
        "points": why.points,
        "rules": why.rules,
        "rewards": granted.collect::<Value>(),
        "badges": outcome.badges,
        "effects": outcome.effects.iter().map(effect).collect::<Value>(),
    })))
}

/// The candidate's rules, for those who may publish them, or the active ones, with their text.
async fn rules(call: &Call<'_>, sheet: &Sheet<'_>) -> Reply<(Arc<Rulebook>, Option<String>)> {
    if let Some(candidate) = sheet.get("source").and_then(Value::as_str) {
        call.claims.need(&["marketing", "operator"])?;
        let (source, rulebook, _) = compile(candidate.as_bytes(), call.now)?;
        return Ok((Arc::new(rulebook), Some(source.to_owned())));
    }
    let rulebook = call.rulebook().await?;
    let source = call.app.store.source(&call.claims.tenant, rulebook.id()).await?;
    Ok((rulebook, source))
}

/// What only the programme can judge; the event's fields, where there are some.
fn check(sheet: &mut Sheet<'_>, rulebook: &Rulebook) -> BTreeMap<String, FieldValue> {
    let part = |name: &str, field: &str| sheet.get(name).and_then(|part| part.get(field)).cloned();
    let (currency, lines) = (part("purchase", "currency"), part("purchase", "lines"));
    let (kind, given) = (part("event", "kind"), part("event", "fields"));
    let tier = part("hypothetical", "tier");
    let both = sheet.get("member_id").is_some() && sheet.get("hypothetical").is_some();
    let too_old = sheet.get("at").and_then(Value::as_i64).is_some_and(|at| at < 0);

    let wrongs = sheet.wrongs();
    check_currency(currency.as_ref(), rulebook, "/purchase/currency", wrongs);
    check_sum(lines.as_ref(), "/purchase/lines", wrongs);
    if both {
        wrongs.add("", "one_of", "has both `member_id` and `hypothetical`; give at most one");
    }
    if too_old {
        wrongs.add("/at", "too_old", "is before 1970; send a later moment");
    }
    if let Some(tier) = tier.as_ref().and_then(Value::as_str) {
        let tiers = rulebook.programme().tiers.iter().map(|t| t.name.as_str());
        if !tiers.clone().any(|known| known == tier) {
            let known = tiers.collect::<Vec<_>>().join(", ");
            wrongs.add(
                "/hypothetical/tier",
                "unknown_word",
                format!("is no tier of the programme; its tiers are: {known}"),
            );
        }
    }
    declared(kind.as_ref(), rulebook)
        .map(|event| read_fields(event, given.as_ref(), "/event/fields", rulebook, wrongs))
        .unwrap_or_default()
}

fn event_of(
    body: &Body,
    at: Moment,
    fields: BTreeMap<String, FieldValue>,
    rulebook: &Rulebook,
) -> Reply<Event> {
    if let Some(Purchase { channel, store, lines }) = &body.purchase {
        let (channel, store, lines) = (channel.clone(), store.clone(), lines.clone());
        return Ok(Event { kind: PURCHASE.to_owned(), at, channel, store, lines, fields });
    }
    let kind = body.event.as_ref().map(|event| event.kind.clone()).unwrap_or_default();
    if !rulebook.programme().events.iter().any(|event| event.name == kind) {
        return Err(refused(&Refusal::EventUnknown { kind }, rulebook));
    }
    let (channel, store) =
        body.event.as_ref().map(|e| (e.channel.clone(), e.store.clone())).unwrap_or_default();
    Ok(Event { kind, at, channel, store, lines: Vec::new(), fields })
}

/// The member at that instant, settled to it.
async fn member(
    call: &Call<'_>,
    body: &Body,
    at: Moment,
    kind: &str,
    rulebook: &Rulebook,
) -> Reply<(State, Snapshot)> {
    let Some(member) = &body.member_id else { return Ok(imagined(body.hypothetical.as_ref(), at)) };
    let unknown = || refused(&Refusal::MemberUnknown, rulebook);
    let (_, state) = as_of(call, member, at).await?.ok_or_else(unknown)?;
    // As the request itself would be answered.
    if state.standing.erased {
        return Err(refused(&Refusal::MemberErased, rulebook));
    }
    if state.standing.earning_frozen {
        return Err(refused(&Refusal::EarningFrozen, rulebook));
    }
    let needs = Needs {
        profile: rulebook.reads_profile(),
        counters: domain::occur::needed_counters(kind, rulebook),
        households: households::needed(at, rulebook),
        lots: lots(&call.app.secret, &call.claims.tenant, member, rulebook),
        ..Needs::default()
    };
    let (tenant, family) = (&call.claims.tenant, Reference::enrolment());
    let (snapshot, meter) = call.app.store.snapshot(tenant, member, &family, &needs).await?;
    call.spent(meter);
    Ok((settle(&state, at, rulebook).0, snapshot))
}

/// Somebody who just joined, or as she was described.
fn imagined(hypothetical: Option<&Hypothetical>, at: Moment) -> (State, Snapshot) {
    let mut state = State { enrolled_at: at, ..State::default() };
    let mut snapshot = Snapshot::default();
    if let Some(given) = hypothetical {
        let since = given.enrolled_at.unwrap_or(at);
        state.enrolled_at = since;
        state.active_points = given.balance_points.unwrap_or(0);
        let hold =
            |name| TierHold { name, since, review_at: None, in_grace: false, fallback_review_at: None };
        state.tier = given.tier.clone().map(hold);
        snapshot.profile = ProfileFacts {
            birthday: given.birthday,
            tags: given.tags.clone(),
            birthday_set_at: None,
            home: Home {
                country: given.country.clone(),
                postcode: given.postcode.clone(),
                city: given.city.clone(),
            },
        };
    }
    (state, snapshot)
}
