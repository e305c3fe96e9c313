//! Events out: what an entry tells the world, as a pure function of the entry and the state after it, so that a replay
//! of any age tells the same under the same ids.
//!
//! What it never does: say anything personal. An event has ids, numbers, names of the programme, and codes of reasons.

mod entry;
pub mod schema;
pub mod signature;
mod types;

use domain::ids::{MemberId, TenantId};
use dsl::calendar::Zone;
use dsl::units::Moment;
use serde_json::{Value, json};
use store::rules::ActiveVersion;

pub use entry::of_entry;

/// The version of the schema: another one when a subscriber would have to change.
pub const SCHEMA: u32 = 1;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Made of what it is about and its place in that: the same however often it is told.
    pub id: String,
    /// `points_earned`.
    pub kind: &'static str,
    /// The merchant.
    pub tenant: TenantId,
    /// The member; none for what happens to a programme.
    pub member: Option<MemberId>,
    /// When it was recorded.
    pub at: Moment,
    body: Value,
}

impl Event {
    /// `merit.points_earned`.
    pub fn name(&self) -> String {
        format!("merit.{}", self.kind)
    }

    /// The event as subscribers get it.
    pub const fn body(&self) -> &Value {
        &self.body
    }

    /// Whose order it is in: events of one subject are told in the order they happened.
    pub fn subject(&self) -> (&str, Option<&str>) {
        (self.tenant.as_str(), self.member.as_ref().map(MemberId::as_str))
    }
}

/// A moment as events have it: RFC 3339 in UTC, to the millisecond.
pub(crate) fn show(moment: Moment) -> String {
    let shown = Zone::utc().show(moment);
    match shown.get(..19) {
        Some(seconds) => format!("{seconds}.{:03}Z", moment.0.rem_euclid(1_000)),
        None => shown,
    }
}

/// Another rulebook decides. Told again, it has the same id; that something was told does not say that it still holds.
pub fn programme_published(tenant: &TenantId, active: &ActiveVersion) -> Event {
    let kind = "programme_published";
    let data = json!({
        "version": active.id,
        "activation": active.activation,
        "by": active.by,
    });
    let id = format!("{tenant}/rules/{}/{kind}", active.activation);
    of_programme(id, kind, tenant, active.since, data)
}

/// An upload was refused: nothing changed.
pub fn programme_refused(tenant: &TenantId, upload: &Refused<'_>, at: Moment) -> Event {
    let kind = "programme_refused";
    let Refused { key, sequencer, code, detail } = upload;
    let data = json!({ "upload": key, "code": code, "detail": detail });
    // keys may have any character: the id has their hash
    let hash = crate::log::hashed(tenant.as_str(), key);
    of_programme(format!("{tenant}/uploads/{hash}/{sequencer}/{kind}"), kind, tenant, at, data)
}

/// An upload that was refused.
#[derive(Debug, Clone, Copy)]
pub struct Refused<'a> {
    /// The object's key.
    pub key: &'a str,
    /// Which of its uploads.
    pub sequencer: &'a str,
    /// The problem's code: `rules.invalid`.
    pub code: &'a str,
    /// The problem, in a sentence.
    pub detail: &'a str,
}

fn of_programme(id: String, kind: &'static str, tenant: &TenantId, at: Moment, data: Value) -> Event {
    let mut body = json!({
        "schema": SCHEMA,
        "id": id,
        "type": format!("merit.{kind}"),
        "tenant": tenant.as_str(),
        "at": show(at),
    });
    body["data"] = data;
    Event { id, kind, tenant: tenant.clone(), member: None, at, body }
}
