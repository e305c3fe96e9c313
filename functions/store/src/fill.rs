//! Many enrolments at once, for figures over large tables: the very items that each of them would have written, in
//! batches. Not compiled into functions.
//!
//! What it never does: look at what is there. It is for tables that nobody else writes to.

use crate::Store;
use crate::call::note;
use crate::days::register;
use crate::error::StoreError;
use crate::item::{Item, encode};
use crate::key;
use crate::ledger::{Needs, Write};
use crate::profile::{self, Profile};
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use domain::decision::Decision;
use domain::ids::{MemberId, TenantId};
use std::collections::HashMap;

/// Three items of each: a batch holds 25.
const MEMBERS: usize = 8;

impl Store {
    /// Writes what enrolments were decided to be: first entry, profile, day of enrolment.
    pub async fn fill(
        &self,
        tenant: &TenantId,
        members: &[(MemberId, Decision, Profile)],
    ) -> Result<(), StoreError> {
        let needs = Needs::default();
        for some in members.chunks(MEMBERS) {
            let mut items: Vec<Item> = Vec::new();
            for (member, Decision { entry, state, .. }, personal) in some {
                let write = Write {
                    tenant,
                    member,
                    reference: &entry.reference,
                    fingerprint: &entry.fingerprint,
                    needs: &needs,
                    profile: None,
                    now: entry.at,
                };
                let (mut item, _) = encode(&key::member(tenant, member), None, entry, state);
                if let Some(due) = state.registered_due {
                    register(&mut item, &write, due);
                }
                items.push(item);
                items.push(profile::encode(tenant, member, personal)?);
                items.extend(self.enrolment(&write, entry).await?);
            }
            self.put_all(items).await?;
        }
        Ok(())
    }

    async fn put_all(&self, items: Vec<Item>) -> Result<(), StoreError> {
        let built = |e: aws_sdk_dynamodb::error::BuildError| StoreError::Unavailable(e.to_string());
        let put = |item| {
            let put = PutRequest::builder().set_item(Some(item)).build().map_err(built)?;
            Ok(WriteRequest::builder().put_request(put).build())
        };
        let requests = items.into_iter().map(put).collect::<Result<Vec<_>, StoreError>>()?;
        let mut left = HashMap::from([(self.table.clone(), requests)]);
        while !left.is_empty() {
            let result = self.client.batch_write_item().set_request_items(Some(left)).send().await;
            note("BatchWriteItem", "fill", &result, None);
            let output = result.map_err(|e| StoreError::of("BatchWriteItem", &e))?;
            left = output.unprocessed_items.unwrap_or_default();
        }
        Ok(())
    }
}
