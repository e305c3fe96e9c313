//! What members wrote in their own words: personal data, in items of their own beside the entries, so that they can be
//! erased while the chain stays whole.

use crate::Store;
use crate::call::{note, s};
use crate::error::StoreError;
use crate::item::{Item, name, sealed, text};
use crate::key::{self, PK, SK, WORDS};
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use domain::ids::{MemberId, TenantId};
use std::collections::BTreeMap;

/// The one attribute that holds personal data.
const PERSONAL: &str = "p";

/// Surveys whose words one transaction deletes at most, beside an entry; those beyond are deleted after it.
const DELETED_WITH_MAX: usize = 90;

/// What a member wrote to one survey, by question. `Debug` shows nothing personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Written {
    /// The survey.
    pub survey: String,
    /// By question.
    pub words: BTreeMap<String, String>,
}

impl std::fmt::Debug for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Written({}, ..)", self.survey)
    }
}

impl Store {
    /// What a member wrote to a survey; none when she wrote nothing, or was erased.
    pub async fn words_of(
        &self,
        tenant: &TenantId,
        member: &MemberId,
        survey: &str,
    ) -> Result<Option<Written>, StoreError> {
        let (item, _) = self.get("words", &key::member(tenant, member), &key::words(survey), &[]).await?;
        item.as_ref().map(decode).transpose()
    }

    /// All a member wrote, by survey.
    pub async fn words(&self, tenant: &TenantId, member: &MemberId) -> Result<Vec<Written>, StoreError> {
        let mut all = Vec::new();
        let (pk, mut from) = (key::member(tenant, member), WORDS.to_owned());
        loop {
            let found = self.oldest("words", &pk, (&from, &key::words("~")), 100).await?;
            for item in &found.items {
                all.push(decode(item)?);
            }
            match (found.more, all.last()) {
                // the key after the last one: no name has a sign below letters, digits and `_`
                (Some(_), Some(Written { survey, .. })) => from = format!("{}!", key::words(survey)),
                _ => return Ok(all),
            }
        }
    }

    /// Deletes what an erased member still has in words: nothing, but where it was more than one transaction takes.
    pub async fn forget_words(&self, tenant: &TenantId, member: &MemberId) -> Result<(), StoreError> {
        for Written { survey, .. } in self.words(tenant, member).await? {
            let result = self
                .client
                .delete_item()
                .table_name(&self.table)
                .key(PK, s(key::member(tenant, member)))
                .key(SK, s(key::words(&survey)))
                .send()
                .await;
            note("DeleteItem", "words", &result, None);
            result.map_err(|error| StoreError::of("DeleteItem", &error))?;
        }
        Ok(())
    }

    /// Words as they are written beside the entry of an answer.
    pub(crate) fn words_put(
        &self,
        tenant: &TenantId,
        member: &MemberId,
        written: &Written,
    ) -> Result<TransactWriteItem, StoreError> {
        // of strings only: it always serializes
        let json = serde_json::to_string(&written.words)
            .map_err(|_| StoreError::Unavailable("words not serializable".to_owned()))?;
        let item = sealed(Item::from([
            (PK.to_owned(), s(key::member(tenant, member))),
            (SK.to_owned(), s(key::words(&written.survey))),
            (PERSONAL.to_owned(), s(json)),
        ]));
        // free as long as the entry is: an answer is given once
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)");
        let put = put.build().map_err(built)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Words as they are deleted beside the entry of an erasure.
    pub(crate) fn words_deleted(
        &self,
        tenant: &TenantId,
        member: &MemberId,
        written: &[Written],
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let delete = |written: &Written| {
            let delete = Delete::builder().table_name(&self.table).key(PK, s(key::member(tenant, member)));
            let delete = delete.key(SK, s(key::words(&written.survey))).build().map_err(built)?;
            Ok(TransactWriteItem::builder().delete(delete).build())
        };
        written.iter().take(DELETED_WITH_MAX).map(delete).collect()
    }
}

#[allow(clippy::needless_pass_by_value, reason = "stands where a function of the error is asked for")]
fn built(error: BuildError) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

fn decode(item: &Item) -> Result<Written, StoreError> {
    // serde's message would quote personal data
    let words = serde_json::from_str(text(item, PERSONAL)?).map_err(|e| {
        StoreError::Corrupt(format!("{}: words not readable at column {}", name(item), e.column()))
    })?;
    let survey = text(item, SK)?.strip_prefix(WORDS).unwrap_or_default().to_owned();
    Ok(Written { survey, words })
}
