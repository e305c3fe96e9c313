//! `POST /v1/purchases`: a purchase earns.

use crate::http::body::Sheet;
use crate::http::call::{Call, Commit};
use crate::http::problem::Reply;
use crate::http::respond::Answer;
use crate::shapes::requests::PURCHASE;
use domain::earn::earn;
use domain::ids::{EventId, Reference};
use domain::request::Purchase;
use dsl::event::{self, Line};
use dsl::model::UnknownMember;
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    event_id: EventId,
    channel: Option<String>,
    store: Option<String>,
    redemption_id: Option<EventId>,
    lines: Vec<Line>,
}

/// Parse, load, evaluate, commit, respond.
pub(crate) async fn purchase(call: &Call<'_>) -> Reply<Answer> {
    let rulebook = call.rulebook().await?;
    let sheet = Sheet::read(call, &PURCHASE)?.keyed().timed(&rulebook).in_currency(&rulebook).summed();
    let (body, stamp) = sheet.stamped::<Body>()?;
    let Body { event_id: id, channel, store, redemption_id: redemption, lines } = body;
    let purchase = Purchase { stamp, id, lines, channel, store, redemption };

    // A first purchase may enrol, and then the rules on enrolment decide too.
    let enrols = rulebook.programme().unknown_member == UnknownMember::Enrol;
    let kinds: &[&str] = if enrols { &[event::PURCHASE, event::ENROLMENT] } else { &[event::PURCHASE] };
    let commit = Commit::of(Reference::purchase(&purchase.id), &purchase.stamp, &rulebook, kinds);
    let applied = call.commit(commit, |snapshot| earn(snapshot, &purchase, &rulebook)).await?;
    call.written(&applied, &rulebook).await
}
