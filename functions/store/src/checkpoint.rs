//! How far a job has come: per merchant and day the last key it has dealt with, so that the next run goes on there.
//! It only moves forward: of two runs at the same time, the one that is ahead decides.

use crate::Store;
use crate::call::{n, note, s};
use crate::days::{Checkpoint, Job};
use crate::error::StoreError;
use crate::item::{Item, name, number, sealed, text};
use crate::key::{self, PK, SK};
use crate::meter::Meter;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use domain::ids::TenantId;
use dsl::calendar::{parse_day, show_day};

const AFTER: &str = "after";
const DONE: &str = "done";

impl Store {
    /// The newest checkpoint of a job; none before its first run.
    pub async fn checkpoint(
        &self,
        tenant: &TenantId,
        job: Job,
    ) -> Result<(Option<Checkpoint>, Meter), StoreError> {
        let (from, to) = (format!("{}#", job.name()), format!("{}#~", job.name()));
        let found = self.newest("checkpoint", &key::jobs(tenant), (&from, &to), 1).await?;
        Ok((found.items.first().map(checkpoint).transpose()?, found.meter))
    }

    /// Keeps a checkpoint, unless one is kept that is further.
    pub async fn keep_checkpoint(
        &self,
        tenant: &TenantId,
        job: Job,
        at: &Checkpoint,
    ) -> Result<Meter, StoreError> {
        let (pk, sk) = (key::jobs(tenant), format!("{}#{}", job.name(), show_day(at.day)));
        let item = sealed(Item::from([
            (PK.to_owned(), s(&pk)),
            (SK.to_owned(), s(&sk)),
            (AFTER.to_owned(), s(&at.after)),
            (DONE.to_owned(), n(u8::from(at.done))),
        ]));
        let result = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR (#d = :no AND #a <= :after)")
            .expression_attribute_names("#d", DONE)
            .expression_attribute_names("#a", AFTER)
            .expression_attribute_values(":no", n(0))
            .expression_attribute_values(":after", s(&at.after))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let units = result.as_ref().ok().and_then(|o| o.consumed_capacity()?.capacity_units());
        note("PutItem", "checkpoint", &result, units);
        let Err(error) = result else { return Ok(Meter::write(units)) };
        if error.as_service_error().is_some_and(PutItemError::is_conditional_check_failed_exception) {
            return Ok(Meter::write(None));
        }
        // it may have landed: what is there says so
        let (kept, mut meter) = self.get("checkpoint", &pk, &sk, &[]).await?;
        let kept = kept.as_ref().map(checkpoint).transpose()?;
        if kept.is_some_and(|kept| kept.done || (!at.done && kept.after >= at.after)) {
            meter.then(Meter::write(None));
            return Ok(meter);
        }
        Err(StoreError::of("PutItem", &error))
    }
}

fn checkpoint(item: &Item) -> Result<Checkpoint, StoreError> {
    let day = text(item, SK)?.split_once('#').and_then(|(_, day)| parse_day(day));
    let day = day.ok_or_else(|| StoreError::Corrupt(format!("{}: no day", name(item))))?;
    let done: u8 = number(item, DONE)?;
    Ok(Checkpoint { day, after: text(item, AFTER)?.to_owned(), done: done == 1 })
}
