//! Jobs in stories: the event a schedule sends, and what a run left in the members' chains, read over the API.

use super::http::{Sent, entry};
use crate::clock::rfc3339;
use crate::story::{Run, Story};
use crate::transcript::{Answer, Outcome, Written};
use dsl::units::Moment;
use lambda_http::http::{Method, Response};
use serde_json::Value;
use std::collections::BTreeMap;

/// How often a schedule's event is delivered again to a job that failed, at most.
pub(super) const DELIVERIES_MAX: u32 = 30;

/// What `EventBridge` Scheduler sends: the target's input, with the moment it was scheduled for in its place.
pub(super) fn event(run: &Run, now: Moment) -> Value {
    const INPUT: &str = r#"{"job": "JOB", "at": "<aws.scheduler.scheduled-time>"}"#;
    let at = rfc3339(run.scheduled.unwrap_or(now));
    let text = INPUT.replace("JOB", &run.job).replace("<aws.scheduler.scheduled-time>", &at);
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// How far the members' chains have come.
pub(super) type Lengths = BTreeMap<String, u64>;

/// Sends one request.
pub(super) type Ask<'a> = &'a mut dyn FnMut(&Sent) -> Result<Response<Vec<u8>>, String>;

/// The newest entry of every member of the story.
pub(super) fn lengths(story: &Story, ask: Ask<'_>) -> Result<Lengths, String> {
    let newest = |member: &str, ask: Ask<'_>| {
        let entries = entries(member, 1, ask)?;
        Ok((member.to_owned(), entries.first().map_or(0, |entry| entry.seq)))
    };
    story.members().into_iter().map(|member| newest(member, ask)).collect()
}

/// What was written since.
pub(super) fn since(before: &Lengths, ask: Ask<'_>) -> Result<Answer, String> {
    let mut written = Vec::new();
    for (member, seq) in before {
        let mut new = entries(member, 100, ask)?;
        new.retain(|entry| entry.seq > *seq);
        new.reverse();
        written.extend(new.into_iter().map(|entry| (member.clone(), entry)));
    }
    Ok(Answer { outcome: Outcome::Ran(written), replayed: false })
}

/// A member's newest entries, newest first; none of a member who is not known.
fn entries(member: &str, limit: u32, ask: Ask<'_>) -> Result<Vec<Written>, String> {
    let target = format!("/v1/members/{member}/entries?limit={limit}");
    let response = ask(&Sent { method: Method::GET, target, body: String::new() })?;
    let body: Value = serde_json::from_slice(response.body()).map_err(|e| e.to_string())?;
    match (response.status().as_u16(), body["entries"].as_array()) {
        (404, _) => Ok(Vec::new()),
        (200, Some(list)) => list.iter().map(entry).collect(),
        _ => Err(format!("the entries of {member}: {body}")),
    }
}
