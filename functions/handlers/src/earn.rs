//! `POST /v1/purchases`: a purchase earns.

use crate::http::body::Sheet;
use crate::http::call::{Call, Commit};
use crate::http::problem::Reply;
use crate::http::respond::Answer;
use crate::shapes::requests::PURCHASE;
use domain::earn::{earn, needed_counters};
use domain::ids::{EventId, Reference};
use domain::request::Purchase;
use dsl::event::Line;
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

    let counters = needed_counters(&rulebook);
    let commit =
        Commit::of(Reference::purchase(&purchase.id), &purchase.stamp, &rulebook, counters).by_rules(call);
    let applied = call.commit(commit, |snapshot| earn(snapshot, &purchase, &rulebook)).await?;
    call.written(&applied, &rulebook).await
}
