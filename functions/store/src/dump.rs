//! The whole table, item by item, for the auditor only: the one place that scans. Not compiled into functions.
//!
//! A scan is no snapshot: audit a table nobody writes to (a copy, a restored backup, a stopped local server).

use crate::Store;
use crate::call::note;
use crate::error::StoreError;
use crate::key::{PK, SK};
use crate::limits;
use audit::{Item, Value};
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::HashMap;

/// Pages of the dump. Rulebooks come first, alone, for whatever follows refers to them; then all items, rulebooks
/// among them again, each partition in one piece and in the order of its sort keys.
#[derive(Debug)]
pub struct Items<'a> {
    store: &'a Store,
    rulebooks: bool,
    after: Option<HashMap<String, AttributeValue>>,
    done: bool,
}

impl Store {
    /// Begins a dump.
    pub fn items(&self) -> Items<'_> {
        Items { store: self, rulebooks: true, after: None, done: false }
    }
}

impl Items<'_> {
    /// The next page, which may be empty; `None` at the end.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Item>>, StoreError> {
        if self.done {
            return Ok(None);
        }
        let mut request = self
            .store
            .client
            .scan()
            .table_name(&self.store.table)
            .consistent_read(true)
            .limit(crate::limits::DUMP_ITEMS)
            .set_exclusive_start_key(self.after.take());
        if self.rulebooks {
            request = request
                .filter_expression("attribute_exists(#b)")
                .expression_attribute_names("#b", crate::rules::BYTES);
        }
        // A page is a megabyte: no request of a function is like it, and their time-outs are not for it.
        let patient = TimeoutConfig::builder()
            .operation_attempt_timeout(limits::DUMP_PAGE_TIMEOUT)
            .operation_timeout(limits::DUMP_PAGE_TIMEOUT)
            .build();
        let patient = aws_sdk_dynamodb::Config::builder().timeout_config(patient);
        let result = request.customize().config_override(patient).send().await;
        note("Scan", "dump", &result, None);
        let output = result.map_err(|e| StoreError::of("Scan", &e))?;
        self.after = output.last_evaluated_key;
        if self.after.is_none() {
            self.done = !self.rulebooks;
            self.rulebooks = false;
        }
        output.items.unwrap_or_default().into_iter().map(raw).collect::<Result<_, _>>().map(Some)
    }
}

fn raw(mut item: HashMap<String, AttributeValue>) -> Result<Item, StoreError> {
    let mut key = |name: &str| match item.remove(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(StoreError::Corrupt(format!("an item without `{name}`"))),
    };
    let (pk, sk) = (key(PK)?, key(SK)?);
    let attributes = item
        .into_iter()
        .map(|(name, value)| {
            let value = match value {
                AttributeValue::S(text) => Value::Text(text),
                AttributeValue::N(number) => Value::Number(number),
                AttributeValue::B(blob) => Value::Bytes(blob.into_inner()),
                _ => Value::Other,
            };
            (name, value)
        })
        .collect();
    Ok(Item { pk, sk, attributes })
}
