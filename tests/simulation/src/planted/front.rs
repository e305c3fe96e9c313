//! Plants in front of the handlers: a gateway, or a wrapper around a handler, that means well.

use super::Plant;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An answer of the handlers: status, body, whether it is said to be the stored one.
pub type Answer = (u16, Value, bool);

/// What a gateway of ours remembers.
#[derive(Debug, Default)]
pub struct Front {
    /// Reads by path.
    reads: BTreeMap<String, Answer>,
    /// Answers by key.
    answers: BTreeMap<String, Answer>,
    /// Keys it made up.
    made: u64,
}

/// A request as it comes to the gateway.
#[derive(Debug)]
pub struct Coming<'a> {
    /// `GET`, `POST`.
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// Body.
    pub body: &'a mut Value,
    /// The merchant and the request's key.
    pub key: Option<String>,
    /// How often its client has asked before.
    pub attempt: u32,
}

impl Front {
    /// Before the handlers: an answer where they are not asked.
    pub fn before(&mut self, plant: Plant, coming: &mut Coming<'_>) -> Option<Answer> {
        match plant {
            Plant::FreshKeyOnRetry if coming.attempt > 0 && coming.body["event_id"].is_string() => {
                self.made += 1;
                coming.body["event_id"] = json!(format!("fresh{}", self.made));
                None
            }
            Plant::CardOfAnother if coming.method == "GET" => self.reads.get(coming.target).cloned(),
            Plant::AnswerByKeyAlone => {
                let (status, body, _) = self.answers.get(coming.key.as_ref()?)?.clone();
                Some((status, body, true))
            }
            _ => None,
        }
    }

    /// After them: what the client gets instead.
    pub fn after(&mut self, plant: Plant, coming: &Coming<'_>, answer: Answer) -> Answer {
        let (status, body, replayed) = answer;
        match plant {
            Plant::UnknownIsRefused if status >= 500 => {
                (409, json!({ "code": "redeem.insufficient_points", "status": 409 }), false)
            }
            Plant::UnknownIsDone if status >= 500 => (201, json!({ "entry": null }), false),
            Plant::CardOfAnother if status == 200 && coming.method == "GET" => {
                self.reads.insert(coming.target.to_owned(), (status, body.clone(), replayed));
                (status, body, replayed)
            }
            Plant::AnswerByKeyAlone if status == 201 => {
                if let Some(key) = &coming.key {
                    self.answers.entry(key.clone()).or_insert_with(|| (status, body.clone(), replayed));
                }
                (status, body, replayed)
            }
            _ => (status, body, replayed),
        }
    }
}
