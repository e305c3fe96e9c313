//! `POST /v1/purchases/{id}/returns`: lines of a purchase come back.

use crate::http::body::Sheet;
use crate::http::call::{Call, Commit};
use crate::http::problem::Reply;
use crate::http::respond::Answer;
use crate::merge::give_back_merged;
use crate::referral;
use crate::shapes::requests::RETURN;
use domain::entry::{Change, Setback};
use domain::ids::{EventId, Reference};
use domain::refusal::Refusal;
use domain::request::{Return, ReturnLine, Snapshot};
use domain::state::Merges;
use dsl::units::Moment;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

#[derive(Deserialize)]
struct Body {
    event_id: EventId,
    #[serde(default)]
    lines: Vec<Back>,
}

#[derive(Deserialize)]
struct Back {
    line: usize,
    quantity: i64,
    amount_minor: Option<i64>,
}

impl From<Back> for ReturnLine {
    fn from(Back { line, quantity, amount_minor }: Back) -> Self {
        Self { line, quantity, amount_minor }
    }
}

/// Parse, load, evaluate, commit, respond.
pub(crate) async fn give_back(call: &Call<'_>) -> Reply<Answer> {
    let rulebook = call.rulebook().await?;
    let purchase = call.path_event()?;
    let mut sheet = Sheet::read(call, &RETURN)?.keyed().timed(&rulebook);
    check_lines(&mut sheet);
    let (body, stamp) = sheet.stamped::<Body>()?;
    let lines = body.lines.into_iter().map(ReturnLine::from).collect();
    let give_back = Return { stamp, purchase, id: body.event_id, lines };

    let reference = Reference::purchase_return(&give_back.purchase, &give_back.id);
    let mut commit = Commit::of(reference, &give_back.stamp, &rulebook, Vec::new());
    commit.needs.paid_with = true;
    let mut merges = None;
    let decide = |snapshot: &Snapshot| {
        let decided = domain::give_back::give_back(snapshot, &give_back, &rulebook);
        if let Err(Refusal::PurchaseUnknown | Refusal::MemberMerged { .. }) = &decided {
            merges = snapshot.head.as_ref().map(|head| head.state.standing.merges.clone());
        }
        decided
    };
    let applied = match (call.commit(commit, decide).await, merges) {
        (Ok(applied), _) => applied,
        // the purchase may be of a member who became this one
        (Err(problem), Some(merges)) if merges != Merges::default() => {
            let found = Box::pin(give_back_merged(call, &give_back, &merges, &rulebook)).await?;
            return found.ok_or(problem);
        }
        (Err(problem), _) => return Err(problem),
    };
    // What both got for a friend's purchase is taken back at once; what fails here is found by the job of due dates.
    let revoked =
        |change: &Change| matches!(change, Change::Returned(r) if r.referral == Some(Setback::Revoked));
    if revoked(&applied.entry.change) {
        let due = Moment(applied.entry.at.0.saturating_add(1));
        let (tenant, member) = (&call.claims.tenant, &give_back.stamp.member);
        let settling = referral::settle(call.app, (tenant, &rulebook), member, &applied.state, due);
        match Box::pin(settling).await {
            Ok(sides) => sides.iter().flatten().for_each(|side| call.spent(side.meter)),
            Err(error) => tracing::warn!(target: "merit", cause = ?error, "a referral is reversed later"),
        }
    }
    call.written(&applied, &rulebook).await
}

/// A line is named once, and brings pieces or money back.
fn check_lines(sheet: &mut Sheet<'_>) {
    let lines = sheet.get("lines").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut seen = BTreeSet::new();
    for (index, line) in lines.iter().enumerate() {
        let number = |name: &str| line.get(name).and_then(Value::as_i64);
        if number("line").is_some_and(|line| !seen.insert(line)) {
            sheet.wrong(&format!("/lines/{index}/line"), "repeated", "is named twice; send each line once");
        }
        if number("quantity") == Some(0)
            && matches!(line.get("amount_minor"), None | Some(Value::Number(_)))
            && number("amount_minor").unwrap_or(0) == 0
        {
            let detail = "returns nothing: send pieces in `quantity`, or money in `amount_minor`";
            sheet.wrong(&format!("/lines/{index}"), "nothing_returned", detail);
        }
    }
}
