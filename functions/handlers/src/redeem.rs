//! `POST /v1/redemptions` and its steps: redeem, hold, capture, release, cancel.

use crate::http::body::Sheet;
use crate::http::call::{Call, Commit};
use crate::http::problem::{Problem, Reply};
use crate::http::respond::Answer;
use crate::http::shape::Shape;
use crate::shapes::requests::{CAPTURE, REDEEM, STEP};
use domain::decision::Decision;
use domain::ids::{EventId, Reference};
use domain::redeem::needed_counters;
use domain::refusal::Refusal;
use domain::request::{Redeem, Redeemable, Snapshot, Step};
use dsl::event::Line;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    event_id: EventId,
    points: Option<i64>,
    reward: Option<String>,
    hold_seconds: Option<i64>,
    #[serde(default)]
    lines: Vec<Line>,
    choice: Option<String>,
}

/// Parse, load, evaluate, commit, respond.
pub(crate) async fn redeem(call: &Call<'_>) -> Reply<Answer> {
    let rulebook = call.rulebook().await?;
    let mut sheet = Sheet::read(call, &REDEEM)?.keyed().timed(&rulebook).summed();
    for with in ["points", "hold_seconds"] {
        if sheet.get("choice").is_some() && sheet.get(with).is_some() {
            let detail =
                format!("is sent with `{with}`; a choice is picked with its reward, or with its voucher");
            sheet.wrong("/choice", "not_with", detail);
        }
    }
    let (body, stamp) = sheet.stamped::<Body>()?;
    let what = match (body.points, body.reward) {
        (Some(points), None) => Redeemable::Points(points),
        (None, Some(reward)) => Redeemable::Reward(reward),
        _ => return Err(Problem::internal("a redemption of both or neither passed its shape")),
    };
    // The decision may be dated later, where another function's clock was ahead: then the hold ends so much later.
    let held_from = stamp.now.0;
    let hold_until = body.hold_seconds.map(|s| Moment(held_from.saturating_add(s.saturating_mul(1000))));
    let redeem =
        Redeem { stamp, id: body.event_id, what, hold_until, lines: body.lines, choice: body.choice };

    let counters = needed_counters(&redeem.what, &rulebook);
    let commit = Commit::of(Reference::redemption(&redeem.id), &redeem.stamp, &rulebook, counters);
    let decide = |snapshot: &_| domain::redeem::redeem(snapshot, &redeem, &rulebook);
    let applied = call.commit(commit, decide).await?;
    call.written(&applied, &rulebook).await
}

/// `POST /v1/redemptions/{id}/capture`.
pub(crate) async fn capture(call: &Call<'_>) -> Reply<Answer> {
    step(call, &CAPTURE, Reference::capture, domain::capture::capture).await
}

/// `POST /v1/redemptions/{id}/release`.
pub(crate) async fn release(call: &Call<'_>) -> Reply<Answer> {
    step(call, &STEP, Reference::release, domain::release::release).await
}

/// `POST /v1/redemptions/{id}/cancel`.
pub(crate) async fn cancel(call: &Call<'_>) -> Reply<Answer> {
    step(call, &STEP, Reference::cancellation, domain::cancel::cancel).await
}

#[derive(Deserialize)]
struct StepBody {
    event_id: EventId,
    points: Option<i64>,
}

async fn step(
    call: &Call<'_>,
    shape: &'static Shape,
    reference: fn(&EventId, &EventId) -> Reference,
    decide: fn(&Snapshot, &Step, &Rulebook) -> Result<Decision, Refusal>,
) -> Reply<Answer> {
    let rulebook = call.rulebook().await?;
    let redemption = call.path_event()?;
    let (body, stamp) = Sheet::read(call, shape)?.keyed().timed(&rulebook).stamped::<StepBody>()?;
    let step = Step { stamp, redemption, id: body.event_id, points: body.points };

    let commit = Commit::of(reference(&step.redemption, &step.id), &step.stamp, &rulebook, Vec::new());
    let applied = call.commit(commit, |snapshot| decide(snapshot, &step, &rulebook)).await?;
    call.written(&applied, &rulebook).await
}
