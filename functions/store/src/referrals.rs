//! Referrals outside the chains: which member has which code, and whom a member brought, so that they can be shown.
//!
//! What it never does: decide. Who brought whom stands in the friend's chain; the item here is written with it.

use crate::Store;
use crate::call::{note, s, together};
use crate::error::StoreError;
use crate::item::{Item, decode, name, sealed, text};
use crate::key::{self, PK, SK};
use crate::ledger::Write;
use crate::meter::Meter;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use domain::entry::{Change, Entry};
use domain::ids::{MemberId, TenantId};
use domain::state::State;
use dsl::units::Moment;

/// The attribute that names the member.
const MEMBER: &str = "m";

/// Friends listed at a time, at most.
pub const FRIENDS_MAX: u32 = 50;

/// A page of friends, in the order of their ids, each with the moment of her newest entry and the state after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Friends {
    /// Those brought.
    pub friends: Vec<(MemberId, Moment, State)>,
    /// Continue after this one; none at the end.
    pub after: Option<MemberId>,
    /// What it cost.
    pub meter: Meter,
}

impl Store {
    /// Who has a code.
    pub async fn referrer(
        &self,
        tenant: &TenantId,
        code: &str,
    ) -> Result<(Option<MemberId>, Meter), StoreError> {
        let (item, meter) = self.get("code", &key::codes(tenant), code, &[]).await?;
        Ok((item.as_ref().map(member).transpose()?, meter))
    }

    /// Gives a code to a member, once and for ever; who has it now: this member, or whoever had it before.
    pub async fn keep_code(
        &self,
        tenant: &TenantId,
        code: &str,
        member: &MemberId,
    ) -> Result<(MemberId, Meter), StoreError> {
        let item = sealed(Item::from([
            (PK.to_owned(), s(key::codes(tenant))),
            (SK.to_owned(), s(code)),
            (MEMBER.to_owned(), s(member.as_str())),
        ]));
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let units = result.as_ref().ok().and_then(|o| o.consumed_capacity()?.capacity_units());
        note("PutItem", "code", &result, units);
        let Err(error) = result else { return Ok((member.clone(), Meter::write(units))) };
        let taken = error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception);
        // it may have landed, or is another's: what is there says so
        let (owner, read) = self.referrer(tenant, code).await?;
        let mut meter = Meter::write(None);
        meter.then(read);
        match owner {
            Some(owner) => Ok((owner, meter)),
            None if taken => Err(StoreError::Conflict),
            None => Err(StoreError::of("PutItem", &error)),
        }
    }

    /// Whom a member brought: a page of at most [`FRIENDS_MAX`], after one of them.
    pub async fn friends(
        &self,
        tenant: &TenantId,
        referrer: &MemberId,
        after: Option<&MemberId>,
        limit: u32,
    ) -> Result<Friends, StoreError> {
        let from = after.map_or_else(|| "!".to_owned(), |after| format!("{after}!"));
        let limit = i32::try_from(limit.clamp(1, FRIENDS_MAX)).unwrap_or(1);
        let pk = key::friends(tenant, referrer);
        let found = self.oldest("friends", &pk, (&from, "~"), limit).await?;
        let mut meter = found.meter;
        let ids = found
            .items
            .iter()
            .map(|item| {
                let id = text(item, SK)?;
                MemberId::parse(id).ok_or_else(|| StoreError::Corrupt(format!("{}: no member", name(item))))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let heads = together(
            ids.iter()
                .map(|id| async move {
                    self.newest("head", &key::member(tenant, id), (key::ENTRY, "E#~"), 1).await
                })
                .collect(),
        )
        .await;
        let mut friends = Vec::with_capacity(ids.len());
        let mut reading = Meter::default();
        for (id, head) in ids.into_iter().zip(heads) {
            let head = head?;
            reading = reading.beside(head.meter);
            if let Some(item) = head.items.first() {
                let stored = decode(item)?;
                friends.push((id, stored.entry.at, stored.state));
            }
        }
        meter.then(reading);
        let after = found.more.and_then(|_| friends.last().map(|(id, ..)| id.clone()));
        Ok(Friends { friends, after, meter })
    }
}

/// The item by which a friend is found, with the entry in which she joined.
pub(crate) fn friend(write: &Write<'_>, entry: &Entry) -> Option<Item> {
    let Change::Joined { referrer, .. } = &entry.change else { return None };
    Some(sealed(Item::from([
        (PK.to_owned(), s(key::friends(write.tenant, referrer))),
        (SK.to_owned(), s(write.member.as_str())),
    ])))
}

fn member(item: &Item) -> Result<MemberId, StoreError> {
    MemberId::parse(text(item, MEMBER)?)
        .ok_or_else(|| StoreError::Corrupt(format!("{}: no member", name(item))))
}
