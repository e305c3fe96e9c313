//! The commit point: one conditional put of the next entry, or one transaction when counters or a profile go with it,
//! or when it is one of two members' entries.

use crate::Store;
use crate::call::note;
use crate::counter;
use crate::error::StoreError;
use crate::item::{self, Item, Stored};
use crate::ledger::Write;
use crate::meter::Meter;
use crate::profile::ProfileWrite;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use domain::decision::Draw;

/// What the table said to a commit.
#[derive(Debug)]
pub(crate) enum Committed {
    /// It is there.
    Written,
    /// This entry holds the place: another writer's, or our own that was sent twice.
    Taken(Box<Stored>),
    /// A counter has used this much, too much for the draw.
    Spent { counter: String, used: i64 },
    /// The profile is not the one that was read.
    Outdated,
    /// Not known: it may have landed, may land later, or never.
    Unknown(StoreError),
}

/// A decision made into items.
#[derive(Debug)]
pub(crate) struct Prepared<'a> {
    pub(crate) write: &'a Write<'a>,
    pub(crate) item: Item,
    pub(crate) draws: &'a [Draw],
    /// Items written once, with this entry: the day of enrolment, a friend in her referrer's list, what the codes of
    /// its vouchers are found by.
    pub(crate) once: Vec<Item>,
}

const ABSENT: &str = "attribute_not_exists(pk)";
const FAILED: &str = "ConditionalCheckFailed";

impl Store {
    pub(crate) async fn commit(&self, prepared: Prepared<'_>) -> Result<(Committed, Meter), StoreError> {
        let with_others = !prepared.draws.is_empty() || prepared.write.profile.is_some();
        if with_others || !prepared.once.is_empty() {
            self.transact([prepared]).await
        } else {
            self.put(prepared.item).await
        }
    }

    async fn put(&self, item: Item) -> Result<(Committed, Meter), StoreError> {
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(ABSENT)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let units = result.as_ref().ok().and_then(|o| o.consumed_capacity()?.capacity_units());
        note("PutItem", "entry", &result, units);
        let committed = match &result {
            Ok(_) => Committed::Written,
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => match failed.item() {
                    Some(winner) => Committed::Taken(Box::new(item::decode(winner)?)),
                    None => Committed::Unknown(StoreError::Conflict),
                },
                _ => Committed::Unknown(StoreError::of("PutItem", error)),
            },
        };
        Ok((committed, Meter::write(units)))
    }

    /// Entries of as many members of one merchant as there are decisions, with all that goes with them: all or nothing.
    /// The SDK draws a new client token for every call of `send`, so a token never meets another decision.
    pub(crate) async fn transact<const MEMBERS: usize>(
        &self,
        decisions: [Prepared<'_>; MEMBERS],
    ) -> Result<(Committed, Meter), StoreError> {
        let built = |e: aws_sdk_dynamodb::error::BuildError| StoreError::Unavailable(e.to_string());
        let put = |item: Item| {
            let put = Put::builder()
                .table_name(&self.table)
                .set_item(Some(item))
                .condition_expression(ABSENT)
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            Ok(TransactWriteItem::builder().put(put.build().map_err(built)?).build())
        };
        let mut draws = Vec::new();
        let (mut entries, mut others) = (Vec::new(), Vec::new());
        let (mut places, mut replaces, mut tenant) = (Vec::new(), false, None);
        for Prepared { write, item, draws: drawn, once } in decisions {
            places.push(item::name(&item));
            entries.push(put(item)?);
            draws.extend_from_slice(drawn);
            if let Some(personal) = write.profile {
                replaces |= matches!(personal, ProfileWrite::Replace { .. });
                others.extend(self.profile_items(write.tenant, write.member, personal)?);
            }
            for item in once {
                others.push(put(item)?);
            }
            tenant = Some(write.tenant);
        }
        draws = counter::merged(&draws);
        for (tenant, draw) in tenant.into_iter().cycle().zip(&draws) {
            let update = self.draw(tenant, draw).map_err(built)?;
            entries.push(TransactWriteItem::builder().update(update).build());
        }
        let result = self
            .client
            .transact_write_items()
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .set_transact_items(Some(entries.into_iter().chain(others).collect()))
            .send()
            .await;
        let units = result.as_ref().ok().map(|o| {
            o.consumed_capacity().iter().filter_map(|c| c.capacity_units().or(c.write_capacity_units())).sum()
        });
        note("TransactWriteItems", "entry", &result, units);
        let committed = match &result {
            Ok(_) => Committed::Written,
            Err(error) => match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    why_cancelled(cancelled.cancellation_reasons(), &places, &draws, replaces)?
                }
                _ => Committed::Unknown(StoreError::of("TransactWriteItems", error)),
            },
        };
        Ok((committed, Meter::write(units)))
    }
}

/// Reasons stand in the order of the transaction's items: the entries, the draws, then profiles and what is written once.
fn why_cancelled(
    reasons: &[CancellationReason],
    places: &[String],
    draws: &[Draw],
    replaces: bool,
) -> Result<Committed, StoreError> {
    let failed = |reason: &CancellationReason| reason.code() == Some(FAILED);
    if let Some(entry) = reasons.iter().take(places.len()).find(|reason| failed(reason)) {
        return Ok(match entry.item() {
            Some(winner) => Committed::Taken(Box::new(item::decode(winner)?)),
            None => Committed::Unknown(StoreError::Conflict),
        });
    }
    let counters = reasons.iter().skip(places.len()).zip(draws);
    if let Some((reason, draw)) = { counters }.find(|(reason, _)| failed(reason)) {
        // no item: the counter was never drawn on, and the draw alone is more than there may be
        let used = reason.item().map_or(Ok(0), counter::used)?;
        return Ok(Committed::Spent { counter: draw.counter.clone(), used });
    }
    if reasons.iter().any(failed) {
        return if replaces {
            Ok(Committed::Outdated)
        } else {
            let places = places.join(", ");
            Err(StoreError::Corrupt(format!(
                "{places}: a profile, words, a day of enrolment, a friend or a voucher without a chain"
            )))
        };
    }
    let throttled = |reason: &CancellationReason| {
        matches!(reason.code(), Some("ThrottlingError" | "ProvisionedThroughputExceeded"))
    };
    Ok(Committed::Unknown(if reasons.iter().any(throttled) {
        StoreError::Throttled
    } else {
        StoreError::Conflict
    }))
}
