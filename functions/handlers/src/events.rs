//! `POST /v1/events`: an event the merchant's programme declares.

use crate::http::body::Sheet;
use crate::http::call::{Call, Commit};
use crate::http::fields::{declared, read_fields};
use crate::http::problem::Reply;
use crate::http::respond::Answer;
use crate::shapes::requests::EVENT;
use domain::ids::{EventId, Reference};
use domain::occur::{needed_counters, occur};
use domain::refusal::Refusal;
use domain::request::Occurrence;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Body {
    event_id: EventId,
    kind: String,
    channel: Option<String>,
    store: Option<String>,
}

/// Parse, load, evaluate, commit, respond.
pub(crate) async fn event(call: &Call<'_>) -> Reply<Answer> {
    let rulebook = call.rulebook().await?;
    let mut sheet = Sheet::read(call, &EVENT)?.keyed().timed(&rulebook);
    let declared = declared(sheet.get("kind"), &rulebook).cloned();
    let given = sheet.get("fields").cloned();
    let fields =
        declared.as_ref().map(|d| read_fields(d, given.as_ref(), "/fields", &rulebook, sheet.wrongs()));
    let (body, stamp) = sheet.stamped::<Body>()?;
    let Body { event_id: id, kind, channel, store } = body;
    if declared.is_none() {
        // only a repeat of what was declared once has an answer
        let commit = Commit::of(Reference::event(&id), &stamp, &rulebook, Vec::new());
        let unknown = |_: &_| Err(Refusal::EventUnknown { kind: kind.clone() });
        return call.written(&call.commit(commit, unknown).await?, &rulebook).await;
    }
    let fields: BTreeMap<_, _> = fields.unwrap_or_default();
    let occurrence = Occurrence { stamp, id, kind, fields, channel, store };

    let counters = needed_counters(&occurrence.kind, &rulebook);
    let commit =
        Commit::of(Reference::event(&occurrence.id), &occurrence.stamp, &rulebook, counters).by_rules(call);
    let applied = call.commit(commit, |snapshot| occur(snapshot, &occurrence, &rulebook)).await?;
    call.written(&applied, &rulebook).await
}
