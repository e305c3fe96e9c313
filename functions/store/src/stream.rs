//! What the table's stream says: a record as Lambda hands it over (or the embedded table's), read back into what
//! happened. Only entries and the deciding rulebook are news; profiles, counters and the index are not.
//!
//! What it never does: repeat an item in an error. A record that cannot be read is named by its key.

use crate::error::StoreError;
use crate::item::{self, Item};
use crate::key::{ENTRY, PK, POINTER, SK};
use crate::rules::{ActiveVersion, pointer};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::base64;
use domain::entry::Entry;
use domain::ids::{MemberId, TenantId};
use domain::state::State;
use serde_json::Value;

/// What a record tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// An entry was appended.
    Entry(Box<Appended>),
    /// Another rulebook decides, or the same was told again.
    Deciding {
        /// The merchant.
        tenant: TenantId,
        /// The version.
        active: ActiveVersion,
    },
    /// Nothing that anybody is told.
    Nothing,
}

/// An entry with the state after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The merchant.
    pub tenant: TenantId,
    /// The member.
    pub member: MemberId,
    /// The entry.
    pub entry: Entry,
    /// The state after it.
    pub state: State,
}

/// Reads a record of the stream (`Records[i]` of Lambda's event).
pub fn read(record: &Value) -> Result<News, StoreError> {
    let corrupt = |why: &str| StoreError::Corrupt(format!("record {}: {why}", place(record)));
    let (pk, sk) = keys(record).ok_or_else(|| corrupt("names no key"))?;
    let (tenant, family, member) = partition(pk).unwrap_or(("", "", None));
    let is_entry = family == "M" && sk.starts_with(ENTRY);
    let is_pointer = family == "R" && sk == POINTER;
    if !(is_entry || is_pointer) || record["eventName"] == "REMOVE" {
        return Ok(News::Nothing);
    }
    let tenant = TenantId::parse(tenant).ok_or_else(|| corrupt("names no merchant"))?;
    let image = record["dynamodb"]["NewImage"].as_object().ok_or_else(|| corrupt("has no new image"))?;
    let mut item = Item::new();
    for (name, value) in image {
        item.insert(name.clone(), attribute(value).ok_or_else(|| corrupt("has an attribute that is none"))?);
    }
    if is_pointer {
        return Ok(News::Deciding { tenant, active: pointer(&item)? });
    }
    let member = member.and_then(MemberId::parse).ok_or_else(|| corrupt("names no member"))?;
    let stored = item::decode(&item)?;
    Ok(News::Entry(Box::new(Appended { tenant, member, entry: stored.entry, state: stored.state })))
}

/// What a record is called in messages: its keys and its sequence number, never more.
pub fn place(record: &Value) -> String {
    let (pk, sk) = keys(record).unwrap_or(("?", "?"));
    let sequence = record["dynamodb"]["SequenceNumber"].as_str().unwrap_or("?");
    format!("{pk} {sk} at {sequence}")
}

fn keys(record: &Value) -> Option<(&str, &str)> {
    let keys = &record["dynamodb"]["Keys"];
    Some((keys[PK]["S"].as_str()?, keys[SK]["S"].as_str()?))
}

/// `T#<tenant>#<family>` or `T#<tenant>#<family>#<member>`.
fn partition(pk: &str) -> Option<(&str, &str, Option<&str>)> {
    let mut parts = pk.strip_prefix("T#")?.split('#');
    let found = (parts.next()?, parts.next()?, parts.next());
    parts.next().is_none().then_some(found)
}

fn attribute(value: &Value) -> Option<AttributeValue> {
    let (kind, value) = value.as_object()?.iter().next()?;
    match (kind.as_str(), value) {
        ("S", Value::String(text)) => Some(AttributeValue::S(text.clone())),
        ("N", Value::String(number)) => Some(AttributeValue::N(number.clone())),
        ("B", Value::String(text)) => Some(AttributeValue::B(Blob::new(base64::decode(text).ok()?))),
        _ => None,
    }
}
