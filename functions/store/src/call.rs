//! Calls on the wire, each metered and with one debug line: names, units and outcomes, never an item.

use crate::Store;
use crate::error::StoreError;
use crate::item::Item;
use crate::key::{BY_REFERENCE, PK, REF, SK};
use crate::meter::Meter;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, Select};
use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

/// One debug line per call.
pub(crate) fn note<O, E: ProvideErrorMetadata, R>(
    operation: &'static str,
    what: &'static str,
    result: &Result<O, SdkError<E, R>>,
    units: Option<f64>,
) {
    match result {
        Ok(_) => tracing::debug!(operation, what, units = units.unwrap_or(0.0), "dynamodb"),
        Err(error) => {
            let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or("no answer");
            tracing::debug!(operation, what, code, "dynamodb");
        }
    }
}

/// A string attribute.
pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number attribute.
pub(crate) fn n(number: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// One page of a query.
pub(crate) struct Found {
    pub(crate) items: Vec<Item>,
    pub(crate) more: Option<Item>,
    pub(crate) meter: Meter,
}

impl Store {
    /// Reads one item, strongly.
    pub(crate) async fn get(
        &self,
        what: &'static str,
        pk: &str,
        sk: &str,
        only: &[&str],
    ) -> Result<(Option<Item>, Meter), StoreError> {
        let mut request = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PK, s(pk))
            .key(SK, s(sk))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        if !only.is_empty() {
            let names: Vec<String> = (0..only.len()).map(|i| format!("#a{i}")).collect();
            request = request.projection_expression(names.join(","));
            for (alias, name) in names.into_iter().zip(only) {
                request = request.expression_attribute_names(alias, *name);
            }
        }
        let result = request.send().await;
        let units = result.as_ref().ok().and_then(|o| o.consumed_capacity()?.capacity_units());
        note("GetItem", what, &result, units);
        let output = result.map_err(|e| StoreError::of("GetItem", &e))?;
        Ok((output.item, Meter::read(units)))
    }

    /// Newest items first whose sort key lies in `[from, to]`, strongly, one page.
    pub(crate) async fn newest(
        &self,
        what: &'static str,
        pk: &str,
        range: (&str, &str),
        limit: i32,
    ) -> Result<Found, StoreError> {
        self.between(what, pk, range, limit, false).await
    }

    /// The same in the order of sort keys.
    pub(crate) async fn oldest(
        &self,
        what: &'static str,
        pk: &str,
        range: (&str, &str),
        limit: i32,
    ) -> Result<Found, StoreError> {
        self.between(what, pk, range, limit, true).await
    }

    async fn between(
        &self,
        what: &'static str,
        pk: &str,
        (from, to): (&str, &str),
        limit: i32,
        forward: bool,
    ) -> Result<Found, StoreError> {
        let result = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :p AND sk BETWEEN :f AND :t")
            .expression_attribute_values(":p", s(pk))
            .expression_attribute_values(":f", s(from))
            .expression_attribute_values(":t", s(to))
            .scan_index_forward(forward)
            .limit(limit)
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let units = result.as_ref().ok().and_then(|o| o.consumed_capacity()?.capacity_units());
        note("Query", what, &result, units);
        let output = result.map_err(|e| StoreError::of("Query", &e))?;
        Ok(Found {
            items: output.items.unwrap_or_default(),
            more: output.last_evaluated_key,
            meter: Meter::read(units),
        })
    }

    /// All items whose reference begins with a prefix, by the index, strongly, all pages: their keys (one unit even
    /// when there are none), or whole, which also costs what fetching them from the table does.
    pub(crate) async fn by_reference(
        &self,
        what: &'static str,
        pk: &str,
        prefix: &str,
        select: Select,
    ) -> Result<(Vec<Item>, Meter), StoreError> {
        let mut items = Vec::new();
        let mut meter = Meter::default();
        let mut after = None;
        loop {
            let result = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(BY_REFERENCE)
                .select(select.clone())
                .key_condition_expression("pk = :p AND begins_with(#r, :f)")
                .expression_attribute_names("#r", REF)
                .expression_attribute_values(":p", s(pk))
                .expression_attribute_values(":f", s(prefix))
                .consistent_read(true)
                .set_exclusive_start_key(after.take())
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            let units = result.as_ref().ok().and_then(|o| o.consumed_capacity()?.capacity_units());
            note("Query", what, &result, units);
            let output = result.map_err(|e| StoreError::of("Query", &e))?;
            meter.then(Meter::read(units));
            items.extend(output.items.unwrap_or_default());
            match output.last_evaluated_key {
                Some(key) => after = Some(key),
                None => return Ok((items, meter)),
            }
        }
    }

    /// Opens a connection by a cheap read, so that the first request finds it open. Errors are for the first request
    /// to meet.
    pub async fn warm(&self) {
        let _ = self.get("warm", "T#-#R", "A", &[PK]).await;
    }
}

/// A future and, once it is ready, what it gave.
type Slot<F> = (Pin<Box<F>>, Option<<F as Future>::Output>);

/// Runs futures at the same time on the caller's task, on any executor; results in the same order.
pub(crate) async fn together<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut slots: Vec<Slot<F>> = futures.into_iter().map(|f| (Box::pin(f), None)).collect();
    std::future::poll_fn(|context| {
        let mut pending = false;
        for (future, result) in &mut slots {
            if result.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(value) => *result = Some(value),
                    Poll::Pending => pending = true,
                }
            }
        }
        if pending { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    slots.into_iter().filter_map(|(_, result)| result).collect()
}
