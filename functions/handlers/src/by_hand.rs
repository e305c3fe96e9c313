//! `/v1/members/{id}/profile`, `/adjustments`, `/freeze`, `/erase`: what people do to a member by hand, each with who
//! did it and why.
//!
//! What it never does: let personal data into the ledger, or act for a token that names nobody.

use crate::http::body::Sheet;
use crate::http::call::{Call, Commit};
use crate::http::problem::Reply;
use crate::http::respond::Answer;
use crate::shapes::people::{ADJUST, ERASE, FREEZE, PROFILE_CHANGE};
use domain::celebrate::birthday_locked_until;
use domain::entry::By;
use domain::ids::{EventId, Reference};
use domain::refusal::Refusal;
use domain::request::{Adjust, Erase, Freeze, Update};
use dsl::units::Day;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use store::profile::{Profile, ProfileWrite};

/// How often a change is tried on a profile that others change at the same time.
const CHANGES_MAX: u32 = 4;

#[derive(Deserialize)]
struct Adjustment {
    event_id: EventId,
    points: i64,
    reason: String,
}

/// Parse, load, evaluate, commit, respond.
pub(crate) async fn adjust_points(call: &Call<'_>) -> Reply<Answer> {
    let (rulebook, member, actor) = (call.rulebook().await?, call.path_member()?, call.claims.actor()?);
    let mut sheet = Sheet::read(call, &ADJUST)?.about(&member).keyed().timed(&rulebook);
    if sheet.get("points").and_then(Value::as_i64) == Some(0) {
        sheet.wrong("/points", "zero", "is 0: an adjustment gives or takes at least 1 point");
    }
    let (Adjustment { event_id: id, points, reason }, stamp) = sheet.stamped::<Adjustment>()?;
    let adjust = Adjust { stamp, id, points, by: By { actor, reason } };

    let commit = Commit::of(Reference::adjustment(&adjust.id), &adjust.stamp, &rulebook, Vec::new());
    let applied =
        call.commit(commit, |snapshot| domain::adjust::adjust(snapshot, &adjust, &rulebook)).await?;
    call.written(&applied, &rulebook).await
}

#[derive(Deserialize)]
struct What {
    event_id: EventId,
    earning: bool,
    spending: bool,
    reason: String,
}

/// Parse, load, evaluate, commit, respond.
pub(crate) async fn freeze_member(call: &Call<'_>) -> Reply<Answer> {
    let (rulebook, member, actor) = (call.rulebook().await?, call.path_member()?, call.claims.actor()?);
    let sheet = Sheet::read(call, &FREEZE)?.about(&member).keyed().timed(&rulebook);
    let (What { event_id: id, earning, spending, reason }, stamp) = sheet.stamped::<What>()?;
    let freeze = Freeze { stamp, id, earning, spending, by: By { actor, reason } };

    let commit = Commit::of(Reference::freeze(&freeze.id), &freeze.stamp, &rulebook, Vec::new());
    let applied =
        call.commit(commit, |snapshot| domain::freeze::freeze(snapshot, &freeze, &rulebook)).await?;
    call.written(&applied, &rulebook).await
}

#[derive(Deserialize)]
struct Why {
    reason: String,
}

/// Parse, load, evaluate, commit, respond: entry and deletion of the profile in one transaction.
pub(crate) async fn erase_member(call: &Call<'_>) -> Reply<Answer> {
    let (rulebook, member, actor) = (call.rulebook().await?, call.path_member()?, call.claims.actor()?);
    let sheet = Sheet::read(call, &ERASE)?.about(&member).keyed_by_member().timed(&rulebook);
    // Once is for ever: whoever asks again, for whatever reason, is answered with the first erasure.
    let (Why { reason }, stamp) = sheet.stamped_by::<Why>(|_| json!({}))?;
    let erase = Erase { stamp, by: By { actor, reason } };

    let words = call.app.store.words(&call.claims.tenant, &erase.stamp.member).await?;
    let mut commit = Commit::of(Reference::erasure(), &erase.stamp, &rulebook, Vec::new());
    commit.profile = Some(ProfileWrite::Erase(&words));
    let applied = call.commit(commit, |snapshot| domain::erase::erase(snapshot, &erase, &rulebook)).await?;
    // An answer that came between the reading of her words and her erasure was the last one.
    call.app.store.forget_words(&call.claims.tenant, &erase.stamp.member).await?;
    call.written(&applied, &rulebook).await
}

#[derive(Deserialize)]
struct Change {
    event_id: EventId,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    birthday: Option<Day>,
    country: Option<String>,
    postcode: Option<String>,
    city: Option<String>,
    tags: Option<Vec<String>>,
    consents: Option<Vec<String>>,
    terms: Option<String>,
    household: Option<String>,
    clear: Vec<String>,
}

/// The fields of a change, in the order the ledger names them.
const FIELDS: [&str; 11] = [
    "name",
    "email",
    "phone",
    "birthday",
    "country",
    "postcode",
    "city",
    "tags",
    "consents",
    "terms",
    "household",
];

/// Parse, load, evaluate, commit, respond: entry and profile in one transaction, on the very profile that was read.
pub(crate) async fn change_profile(call: &Call<'_>) -> Reply<Answer> {
    let (rulebook, member, actor) = (call.rulebook().await?, call.path_member()?, call.claims.actor()?);
    let mut sheet = Sheet::read(call, &PROFILE_CHANGE)?.about(&member).keyed().timed(&rulebook);
    let cleared: Vec<String> = words(sheet.get("clear"));
    let given = |sheet: &Sheet<'_>, field: &str| sheet.get(field).is_some();
    for field in FIELDS {
        if given(&sheet, field) && cleared.iter().any(|word| word == field) {
            sheet.wrong("/clear", "set_and_cleared", format!("clears `{field}`, which is sent as well"));
        }
    }
    let fields: Vec<String> = FIELDS
        .into_iter()
        .filter(|field| given(&sheet, field) || cleared.iter().any(|word| word == field))
        .map(str::to_owned)
        .collect();
    if fields.is_empty() {
        sheet.wrong("", "nothing", "changes nothing; send what is to change");
    }
    // Personal data never enter the ledger, not even hashed: the fingerprint knows which fields, not what is in them.
    let (body, stamp) = sheet.stamped_by::<Change>(|body| proof(body, &fields))?;
    let leaves = body.clear.iter().any(|field| field == "household");
    let update = Update {
        stamp,
        id: body.event_id.clone(),
        fields,
        consents: body.consents.clone(),
        terms: body.terms.clone(),
        household: body.household.clone().or_else(|| leaves.then(String::new)),
        actor,
    };
    let mut tries = 0;
    loop {
        let (mut profile, read) =
            call.app.store.profile_to_change(&call.claims.tenant, &update.stamp.member).await?;
        let born = (profile.birthday, profile.birthday_set_at);
        body.apply(&mut profile);
        let reborn = profile.birthday != born.0;
        if reborn {
            profile.birthday_set_at = Some(update.stamp.now);
        }
        let locked = birthday_locked_until(born.1, update.stamp.now).filter(|_| reborn);
        let mut commit = Commit::of(Reference::update(&update.id), &update.stamp, &rulebook, Vec::new());
        commit.profile = Some(ProfileWrite::Replace { profile: &profile, read });
        // Asked only when the request is not a repeat: its own first answer comes before the lock it left behind.
        let decide = |snapshot: &_| match locked {
            Some(until) => Err(Refusal::BirthdayLocked { until }),
            None => domain::update::update(snapshot, &update, &rulebook),
        };
        tries += 1;
        match call.commit(commit, decide).await {
            Ok(applied) => return call.written(&applied, &rulebook).await,
            Err(problem) if problem.code == "store.conflict" && tries < CHANGES_MAX => {}
            Err(problem) => return Err(problem),
        }
    }
}

/// What of a change may be known for ever.
fn proof(body: &Map<String, Value>, fields: &[String]) -> Value {
    json!({
        "event_id": body.get("event_id"),
        "fields": fields,
        "consents": body.get("consents"),
        "terms": body.get("terms"),
        "household": body.get("household"),
    })
}

fn words(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

impl Change {
    fn apply(&self, profile: &mut Profile) {
        for field in &self.clear {
            match field.as_str() {
                "name" => profile.name = None,
                "email" => profile.email = None,
                "phone" => profile.phone = None,
                "birthday" => profile.birthday = None,
                "country" => profile.country = None,
                "postcode" => profile.postcode = None,
                "city" => profile.city = None,
                _ => {}
            }
        }
        let set = |to: &mut Option<String>, from: &Option<String>| {
            if from.is_some() {
                to.clone_from(from);
            }
        };
        set(&mut profile.name, &self.name);
        set(&mut profile.email, &self.email);
        set(&mut profile.phone, &self.phone);
        set(&mut profile.country, &self.country);
        set(&mut profile.postcode, &self.postcode);
        set(&mut profile.city, &self.city);
        set(&mut profile.terms, &self.terms);
        profile.birthday = self.birthday.or(profile.birthday);
        if let Some(tags) = &self.tags {
            profile.tags.clone_from(tags);
        }
        if let Some(consents) = &self.consents {
            profile.consents.clone_from(consents);
        }
    }
}
