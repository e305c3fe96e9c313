//! The index of days: whose birthday or anniversary it is, and who falls due when. What jobs find costs by what they
//! find, never by how many members there are.
//!
//! INVARIANT: whatever will fall due of a member is in the index at that moment or earlier: in the entry that foresaw
//! it, or in the item `D` that the job left when it came and found nothing yet. It is read later than written (the
//! index lags behind the table), so jobs look again a little before where they stopped.

use crate::Store;
use crate::call::{n, note, s};
use crate::error::StoreError;
use crate::item::{Item, name, number, sealed, text};
use crate::key::{self, BY_DAY, DUE, ENROLLED, GPK, GSK, PK, SK};
use crate::ledger::Write;
use crate::meter::Meter;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use domain::entry::{Entry, Occasion};
use domain::ids::{MemberId, TenantId};
use dsl::calendar::{Zone, ymd};
use dsl::units::{Day, MinuteOfDay, Moment};

/// A job that keeps checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Birthdays.
    Birthday,
    /// Anniversaries.
    Anniversary,
    /// What fell due.
    Due,
}

impl Job {
    /// Its name in keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Birthday => "birthday",
            Self::Anniversary => "anniversary",
            Self::Due => "due",
        }
    }

    /// The job that looks for an occasion.
    pub const fn of(occasion: Occasion) -> Self {
        match occasion {
            Occasion::Birthday => Self::Birthday,
            Occasion::Anniversary => Self::Anniversary,
        }
    }
}

/// How far a job has come on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The day: the programme's own for occasions, that of UTC for what falls due.
    pub day: Day,
    /// Everything up to this place is dealt with; empty at the start.
    pub after: String,
    /// The whole day is.
    pub done: bool,
}

/// A page of members on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Each with its place, in order.
    pub members: Vec<(String, MemberId)>,
    /// The place of the last key, whether or not it names a member.
    pub last: Option<String>,
    /// Keys that name no member; each has a line in the log.
    pub unreadable: u64,
    /// Whether there may be more after the last.
    pub more: bool,
    /// What it cost.
    pub meter: Meter,
}

/// The day and minute of a moment in UTC.
pub fn utc(moment: Moment) -> (Day, MinuteOfDay) {
    let local = Zone::utc().local(moment);
    (local.day, local.minute)
}

/// The place in a day's list before everything of this minute.
pub fn place(minute: MinuteOfDay) -> String {
    format!("{:02}:{:02}", minute.0 / 60, minute.0 % 60)
}

impl Store {
    /// Members whose occasion is on a day of the year (month and day), after a place, at most `limit`.
    pub async fn celebrating(
        &self,
        tenant: &TenantId,
        occasion: Occasion,
        date: (u8, u8),
        after: &str,
        limit: i32,
    ) -> Result<Listed, StoreError> {
        let gpk = match occasion {
            Occasion::Birthday => key::born(tenant, date),
            Occasion::Anniversary => key::enrolled(tenant, date),
        };
        self.listed(&gpk, (after, "~"), limit, |place| Some(place.to_owned())).await
    }

    /// Members who fall due on a day in UTC, after a place and until the end of a minute (none: of the day), at most
    /// `limit`. A member may be listed more than once, and for what has been dealt with.
    pub async fn falling_due(
        &self,
        tenant: &TenantId,
        day: Day,
        (after, until): (&str, Option<MinuteOfDay>),
        limit: i32,
    ) -> Result<Listed, StoreError> {
        let until = until.map_or_else(|| "~".to_owned(), |minute| format!("{}~", place(minute)));
        let whose = |place: &str| place.split_once('#').map(|(_, member)| member.to_owned());
        self.listed(&key::due(tenant, day), (after, &until), limit, whose).await
    }

    async fn listed(
        &self,
        gpk: &str,
        (after, until): (&str, &str),
        limit: i32,
        whose: impl Fn(&str) -> Option<String>,
    ) -> Result<Listed, StoreError> {
        // `!` comes before every character of an id, and before `#`
        let from = format!("{after}!");
        if from.as_str() > until {
            return Ok(Listed {
                members: Vec::new(),
                last: None,
                unreadable: 0,
                more: false,
                meter: Meter::default(),
            });
        }
        let result = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(BY_DAY)
            .key_condition_expression("gpk = :p AND gsk BETWEEN :f AND :t")
            .expression_attribute_values(":p", s(gpk))
            .expression_attribute_values(":f", s(from))
            .expression_attribute_values(":t", s(until))
            .limit(limit)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let units = result.as_ref().ok().and_then(|o| o.consumed_capacity()?.capacity_units());
        note("Query", "by_day", &result, units);
        let output = result.map_err(|e| StoreError::of("Query", &e))?;
        let (mut members, mut last, mut unreadable) = (Vec::new(), None, 0_u64);
        for item in output.items.unwrap_or_default() {
            let place = text(&item, GSK)?;
            last = Some(place.to_owned());
            if let Some(member) = whose(place).and_then(|member| MemberId::parse(&member)) {
                members.push((place.to_owned(), member));
            } else {
                tracing::error!(key = name(&item), "in the index of days, and no member");
                unreadable = unreadable.saturating_add(1);
            }
        }
        Ok(Listed {
            members,
            last,
            unreadable,
            more: output.last_evaluated_key.is_some(),
            meter: Meter::read(units),
        })
    }

    /// Tells the index when a member falls due, where no entry does; a no-op when `D` tells of a moment
    /// between now and then already.
    pub async fn remind(
        &self,
        tenant: &TenantId,
        member: &MemberId,
        due: Moment,
        now: Moment,
    ) -> Result<Meter, StoreError> {
        let (day, minute) = utc(due);
        let item = sealed(Item::from([
            (PK.to_owned(), s(key::member(tenant, member))),
            (SK.to_owned(), s(DUE)),
            (GPK.to_owned(), s(key::due(tenant, day))),
            (GSK.to_owned(), s(key::due_at(minute, member.as_str()))),
            ("due".to_owned(), n(due.0)),
        ]));
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR #d < :now OR #d > :d")
            .expression_attribute_names("#d", "due")
            .expression_attribute_values(":d", n(due.0))
            .expression_attribute_values(":now", n(now.0))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let units = result.as_ref().ok().and_then(|o| o.consumed_capacity()?.capacity_units());
        note("PutItem", "due", &result, units);
        match result {
            Ok(_) => Ok(Meter::write(units)),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(Meter::write(None))
            }
            Err(error) => match self.get("due", &key::member(tenant, member), DUE, &[]).await? {
                (Some(kept), meter) if (now.0..=due.0).contains(&number(&kept, "due")?) => Ok(meter),
                _ => Err(StoreError::of("PutItem", &error)),
            },
        }
    }

    /// The item by which a member's anniversaries are found, with the first entry of a chain.
    pub(crate) async fn enrolment(
        &self,
        write: &Write<'_>,
        entry: &Entry,
    ) -> Result<Option<Item>, StoreError> {
        if entry.seq != 1 {
            return Ok(None);
        }
        // the rulebook that just decided: its zone says which day it was
        let Some(rulebook) = self.rulebook(write.tenant, &entry.rulebook).await? else { return Ok(None) };
        let (_, month, day) = ymd(rulebook.zone().local(entry.occurred_at).day);
        Ok(Some(sealed(Item::from([
            (PK.to_owned(), s(key::member(write.tenant, write.member))),
            (SK.to_owned(), s(ENROLLED)),
            (GPK.to_owned(), s(key::enrolled(write.tenant, (month, day)))),
            (GSK.to_owned(), s(write.member.as_str())),
        ]))))
    }
}

/// Puts an entry into the index at the moment its member falls due.
pub(crate) fn register(item: &mut Item, write: &Write<'_>, due: Moment) {
    let (day, minute) = utc(due);
    item.insert(GPK.to_owned(), s(key::due(write.tenant, day)));
    item.insert(GSK.to_owned(), s(key::due_at(minute, write.member.as_str())));
}
