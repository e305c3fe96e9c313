//! What happened, told again from the table: one member's entries, or those of all members of a merchant, whom the
//! index of enrolment days lists without a scan.
//!
//! What it never does: write, or tell anything else than the stream told: the same events, under the same ids.

use super::JobError;
use crate::App;
use crate::events_out::{Event, of_entry, programme_published};
use domain::entry::Occasion;
use domain::ids::{MemberId, TenantId};
use dsl::calendar::parse_moment;
use dsl::units::Moment;
use serde_json::{Map, Value, json};
use store::error::StoreError;

/// Entries of one page.
const ENTRIES: u32 = 100;

/// What to tell again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// The merchant.
    pub tenant: TenantId,
    /// The member; all of the merchant's without one.
    pub member: Option<MemberId>,
    /// Entries recorded from this moment on.
    pub from: Option<Moment>,
    /// Entries recorded before this moment.
    pub until: Option<Moment>,
    /// Where an earlier page ended.
    pub after: Place,
}

/// How far a replay has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Days of the year that are done, from 1 January.
    pub day: u16,
    /// Members of that day that are done: up to this one.
    pub done: Option<MemberId>,
    /// The member being told.
    pub member: Option<MemberId>,
    /// Her entries that are told.
    pub seq: u64,
}

/// Some of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Events, in order per member.
    pub events: Vec<Event>,
    /// What is left; none at the end.
    pub next: Option<Replay>,
}

impl Replay {
    /// Reads `{"replay": {"tenant", "member_id"?, "from"?, "until"?, "after"?}}`.
    pub fn read(event: &Value) -> Result<Self, JobError> {
        let none = |what: &str| JobError::Unreadable(format!("a replay {what}"));
        let Some(Value::Object(wanted)) = event.get("replay") else { return Err(none("names nothing")) };
        if let Some(other) = wanted
            .keys()
            .find(|name| !["tenant", "member_id", "from", "until", "after"].contains(&name.as_str()))
        {
            return Err(none(&format!("has no `{other}`; it has tenant, member_id, from, until and after")));
        }
        let text = |name: &str| wanted.get(name).filter(|value| !value.is_null()).map(|value| value.as_str());
        let moment = |name: &str| match text(name) {
            None => Ok(None),
            Some(given) => given.and_then(parse_moment).map(Some).ok_or_else(|| {
                none(&format!("has a `{name}` that is no moment; write such as `2026-03-05T00:15:00Z`"))
            }),
        };
        let tenant = text("tenant").flatten().and_then(TenantId::parse);
        let member = match text("member_id") {
            None => None,
            Some(given) => {
                Some(given.and_then(MemberId::parse).ok_or_else(|| none("has no such member_id"))?)
            }
        };
        Ok(Self {
            tenant: tenant.ok_or_else(|| none("names no tenant"))?,
            member,
            from: moment("from")?,
            until: moment("until")?,
            after: match text("after") {
                None => Place::default(),
                Some(given) => given.and_then(Place::read).ok_or_else(|| none("goes on after no place"))?,
            },
        })
    }

    /// As [`Replay::read`] reads it.
    pub fn to_json(&self) -> Value {
        let mut told = Map::new();
        told.insert("tenant".to_owned(), json!(self.tenant.as_str()));
        if let Some(member) = &self.member {
            told.insert("member_id".to_owned(), json!(member.as_str()));
        }
        for (name, at) in [("from", self.from), ("until", self.until)] {
            if let Some(at) = at {
                told.insert(name.to_owned(), json!(crate::events_out::show(at)));
            }
        }
        if self.after != Place::default() {
            told.insert("after".to_owned(), json!(self.after.show()));
        }
        Value::Object(told)
    }

    fn at(&self, after: Place) -> Self {
        Self { after, ..self.clone() }
    }
}

impl Place {
    /// `59/ana/bob/120`: day, done, member, seq; ids know no `/`.
    fn show(&self) -> String {
        let id = |id: &Option<MemberId>| id.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{}/{}/{}/{}", self.day, id(&self.done), id(&self.member), self.seq)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let day = parts.next()?.parse().ok()?;
        let mut id = || match parts.next()? {
            "" => Some(None),
            text => MemberId::parse(text).map(Some),
        };
        let (done, member) = (id()?, id()?);
        let seq = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Self { day, done, member, seq })
    }
}

/// The next page of a replay.
pub async fn page(app: &App, wanted: &Replay) -> Result<Page, JobError> {
    let place = &wanted.after;
    if let Some(member) = wanted.member.as_ref().or(place.member.as_ref()) {
        let (events, last) = of_member(app, wanted, member, place.seq).await?;
        let next = match (last, &wanted.member) {
            (Some(seq), _) => Some(wanted.at(Place { member: Some(member.clone()), seq, ..place.clone() })),
            (None, Some(_)) => None,
            (None, None) => {
                Some(wanted.at(Place { done: Some(member.clone()), member: None, seq: 0, day: place.day }))
            }
        };
        return Ok(Page { events, next });
    }
    if *place == Place::default() {
        // The deciding version comes first, alone: of the ones before, the table keeps no moment.
        let active = app.store.active(&wanted.tenant).await?;
        let active = active.filter(|active| within(wanted, active.since));
        let events: Vec<_> =
            active.iter().map(|active| programme_published(&wanted.tenant, active)).collect();
        let page = Box::pin(list(app, wanted)).await?;
        return Ok(Page { events, next: page });
    }
    Ok(Page { events: Vec::new(), next: list(app, wanted).await? })
}

async fn list(app: &App, wanted: &Replay) -> Result<Option<Replay>, JobError> {
    let found = next_member(app, &wanted.tenant, &wanted.after).await?;
    Ok(found
        .map(|(member, next)| wanted.at(Place { day: next.day, done: None, member: Some(member), seq: 0 })))
}

/// The next member of a merchant's after a place, found by the days on which members enrolled; and the place after it.
pub async fn next_member(
    app: &App,
    tenant: &TenantId,
    after: &Place,
) -> Result<Option<(MemberId, Place)>, StoreError> {
    let Place { mut day, mut done, .. } = after.clone();
    while let Some(date) = date(day) {
        let last = done.as_ref().map_or("", MemberId::as_str);
        let found = app.store.celebrating(tenant, Occasion::Anniversary, date, last, 1).await?;
        if let Some((_, member)) = found.members.into_iter().next() {
            let next = Place { day, done: Some(member.clone()), member: None, seq: 0 };
            return Ok(Some((member, next)));
        }
        day = day.saturating_add(1);
        done = None;
    }
    Ok(None)
}

/// The date of a day of a leap year, counted from 0.
fn date(day: u16) -> Option<(u8, u8)> {
    const DAYS: [u16; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut left = day;
    for (month, days) in (1_u8..).zip(DAYS) {
        if left < days {
            return u8::try_from(left.saturating_add(1)).ok().map(|day| (month, day));
        }
        left = left.saturating_sub(days);
    }
    None
}

const fn within(wanted: &Replay, at: Moment) -> bool {
    let not_before = match wanted.from {
        Some(from) => from.0 <= at.0,
        None => true,
    };
    let before = match wanted.until {
        Some(until) => at.0 < until.0,
        None => true,
    };
    not_before && before
}

/// A page of a member's events, and the last sequence number when there may be more.
async fn of_member(
    app: &App,
    wanted: &Replay,
    member: &MemberId,
    after: u64,
) -> Result<(Vec<Event>, Option<u64>), JobError> {
    let (entries, _) = app.store.entries_after(&wanted.tenant, member, after, ENTRIES).await?;
    let last = entries.last().map(|(entry, _)| entry.seq);
    let full = u32::try_from(entries.len()).is_ok_and(|count| count >= ENTRIES);
    let told = entries.iter().filter(|(entry, _)| within(wanted, entry.at));
    let events = told.flat_map(|(entry, state)| of_entry(&wanted.tenant, member, entry, state)).collect();
    Ok((events, last.filter(|_| full)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::{Place, Replay, date};
    use serde_json::json;

    #[test]
    fn all_days_of_a_leap_year() {
        let days: Vec<_> = (0..400).map_while(date).collect();
        assert_eq!(days.len(), 366);
        assert_eq!((days[0], days[59], days[60], days[365]), ((1, 1), (2, 29), (3, 1), (12, 31)));
    }

    #[test]
    fn what_is_left_is_read_as_it_is_told() {
        let asked = json!({"replay": {"tenant": "kaffa", "from": "2026-03-05T00:15:00.125Z", "after": "59/ana/b:o.b-/120"}});
        let replay = Replay::read(&asked).unwrap();
        assert_eq!(json!({ "replay": replay.to_json() }), asked);
        assert_eq!(replay.after.seq, 120);
        for place in ["", "1", "1/ana", "1/ana/bob", "1/a na/bob/1", "1/ana/bob/1/2", "x/ana/bob/1"] {
            assert_eq!(Place::read(place), None, "{place}");
        }
    }

    #[test]
    fn a_replay_that_is_none_says_what_is_missing() {
        for (asked, told) in [
            (json!({"replay": {}}), "tenant"),
            (json!({"replay": "all"}), "nothing"),
            (json!({"replay": {"tenant": "a b"}}), "tenant"),
            (json!({"replay": {"tenant": "kaffa", "member": "ana"}}), "`member`"),
            (json!({"replay": {"tenant": "kaffa", "member_id": "a#b"}}), "member_id"),
            (json!({"replay": {"tenant": "kaffa", "from": "yesterday"}}), "`from`"),
            (json!({"replay": {"tenant": "kaffa", "after": "here"}}), "place"),
        ] {
            let error = Replay::read(&asked).unwrap_err().to_string();
            assert!(error.contains(told), "{asked}: {error}");
        }
    }
}
