//! Rule files by upload: the pointer moves only for an upload that is newer than the ones it has moved for.
//!
//! INVARIANT: of uploads of one name, the one with the greatest sequencer decides, in whatever order and however often
//! they arrive; of uploads of different names, none that was made before the newest that moved the pointer. Both are
//! conditions of the transaction that moves it. Guarded by `an_older_upload_never_overtakes_a_newer` in `tests/`.

use crate::Store;
use crate::call::{n, note, s};
use crate::error::StoreError;
use crate::item::{Item, number, sealed, text};
use crate::key::{self, PK, SK, TENANTS};
use crate::limits::RULES_ATTEMPTS_MAX;
use crate::rules::{ActiveVersion, UPLOADED_AT, as_read, pointer_item};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Put, ReturnConsumedCapacity, TransactWriteItem};
use domain::ids::TenantId;
use dsl::units::Moment;

/// Longest sequencer; those of S3 have 16 to 18 digits.
const SEQUENCER_DIGITS_MAX: usize = 64;

/// Where an upload stands among those of the same name: S3's `sequencer`, hexadecimal digits of which a shorter one
/// counts as padded with zeros on the right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sequencer(String);

impl Sequencer {
    /// Reads hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=SEQUENCER_DIGITS_MAX).contains(&text.len());
        let digits = fits && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        // without zeros on the right, the order of texts is that of padded numbers
        digits.then(|| Self(text.trim_end_matches('0').to_ascii_uppercase()))
    }

    /// The digits, without zeros on the right.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An upload that passed all checks.
#[derive(Debug, Clone, Copy)]
pub struct Upload<'a> {
    /// The file's name, without the merchant's folder.
    pub name: &'a str,
    /// Where it stands among those of its name.
    pub sequencer: &'a Sequencer,
    /// When it was uploaded.
    pub at: Moment,
}

/// What is kept of the newest upload of a name.
struct Mark {
    sequencer: Sequencer,
    at: Moment,
}

/// What became of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uploaded {
    /// It decides from now on.
    Moved(ActiveVersion),
    /// It is what decides already.
    Unchanged(ActiveVersion),
    /// A newer upload came first; this one decides nothing.
    Overtaken(ActiveVersion),
}

impl Store {
    /// True for a merchant that has published before.
    pub async fn is_listed(&self, tenant: &TenantId) -> Result<bool, StoreError> {
        let (item, _) = self.get("tenant", TENANTS, tenant.as_str(), &[PK]).await?;
        Ok(item.is_some())
    }

    /// Moves the pointer to a published version for an upload; `None` when there is no such version.
    pub async fn activate_upload(
        &self,
        tenant: &TenantId,
        id: &str,
        (by, now): (&str, Moment),
        upload: Upload<'_>,
    ) -> Result<Option<Uploaded>, StoreError> {
        if self.version(tenant, id).await?.is_none() {
            return Ok(None);
        }
        let mut last = StoreError::Conflict;
        for _ in 0..RULES_ATTEMPTS_MAX {
            // also how an unknown outcome is resolved: what is there is what happened
            let (before, known) = (self.active(tenant).await?, self.known(tenant, upload.name).await?);
            self.rules.doubt(tenant);
            if let Some(before) = &before {
                let mark = known.as_ref().map(|mark| &mark.sequencer);
                if mark == Some(upload.sequencer) {
                    let mine = before.id == id;
                    return Ok(Some(if mine {
                        Uploaded::Unchanged(before.clone())
                    } else {
                        Uploaded::Overtaken(before.clone())
                    }));
                }
                // of another name: clocks decide, which within one name they never do
                let other = known.as_ref().map(|mark| mark.at) != before.uploaded_at;
                let older = other && before.uploaded_at.is_some_and(|at| at > upload.at);
                if mark > Some(upload.sequencer) || older {
                    return Ok(Some(Uploaded::Overtaken(before.clone())));
                }
            }
            let uploaded_at = before.as_ref().and_then(|active| active.uploaded_at).max(Some(upload.at));
            let unchanged = before.as_ref().filter(|active| active.id == id);
            let active = match unchanged {
                Some(active) => ActiveVersion { uploaded_at, ..active.clone() },
                None => ActiveVersion {
                    id: id.to_owned(),
                    activation: before.as_ref().map_or(0, |active| active.activation).saturating_add(1),
                    since: now,
                    by: by.to_owned(),
                    uploaded_at,
                },
            };
            let is_unchanged = unchanged.is_some();
            match self.move_for(tenant, before.as_ref(), &active, known.as_ref(), upload).await {
                Ok(()) if is_unchanged => return Ok(Some(Uploaded::Unchanged(active))),
                Ok(()) => {
                    self.watcher.rules(tenant);
                    return Ok(Some(Uploaded::Moved(active)));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The newest upload of a name that moved the pointer.
    async fn known(&self, tenant: &TenantId, name: &str) -> Result<Option<Mark>, StoreError> {
        let (item, _) = self.get("upload", &key::rules(tenant), &key::upload(name), &[]).await?;
        let Some(item) = item else { return Ok(None) };
        let sequencer = Sequencer::parse(text(&item, "sequencer")?).ok_or_else(|| {
            StoreError::Corrupt(format!("{}: no sequencer in `sequencer`", crate::item::name(&item)))
        })?;
        Ok(Some(Mark { sequencer, at: Moment(number(&item, "at")?) }))
    }

    async fn move_for(
        &self,
        tenant: &TenantId,
        before: Option<&ActiveVersion>,
        to: &ActiveVersion,
        known: Option<&Mark>,
        upload: Upload<'_>,
    ) -> Result<(), StoreError> {
        let built = |e: aws_sdk_dynamodb::error::BuildError| StoreError::Unavailable(e.to_string());
        let mut pointer = Put::builder().table_name(&self.table).set_item(Some(pointer_item(tenant, to)));
        pointer = match before {
            None => pointer.condition_expression("attribute_not_exists(pk)"),
            Some(before) => {
                let put = pointer
                    .condition_expression(as_read(before))
                    .expression_attribute_names("#a", "activation")
                    .expression_attribute_names("#u", UPLOADED_AT)
                    .expression_attribute_values(":before", n(before.activation));
                match before.uploaded_at {
                    Some(at) => put.expression_attribute_values(":upload", n(at.0)),
                    None => put,
                }
            }
        };
        let item = sealed(Item::from([
            (PK.to_owned(), s(key::rules(tenant))),
            (SK.to_owned(), s(key::upload(upload.name))),
            ("sequencer".to_owned(), s(upload.sequencer.as_str())),
            ("id".to_owned(), s(&to.id)),
            ("at".to_owned(), n(to.uploaded_at.unwrap_or(upload.at).0)),
        ]));
        let mut mark = Put::builder().table_name(&self.table).set_item(Some(item));
        mark = match known {
            None => mark.condition_expression("attribute_not_exists(pk)"),
            Some(known) => mark
                .condition_expression("#s = :known")
                .expression_attribute_names("#s", "sequencer")
                .expression_attribute_values(":known", s(known.sequencer.as_str())),
        };
        let put = |put: aws_sdk_dynamodb::types::builders::PutBuilder| {
            put.build().map(|put| TransactWriteItem::builder().put(put).build()).map_err(built)
        };
        let result = self
            .client
            .transact_write_items()
            .transact_items(put(pointer)?)
            .transact_items(put(mark)?)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        note("TransactWriteItems", "upload", &result, None);
        match result {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(TransactWriteItemsError::is_transaction_canceled_exception) =>
            {
                Err(StoreError::Conflict)
            }
            Err(error) => Err(StoreError::of("TransactWriteItems", &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::Sequencer;

    fn padded(text: &str) -> String {
        format!("{:0<64}", text.to_ascii_uppercase())
    }

    #[test]
    fn sequencers_are_compared_as_if_padded_on_the_right() {
        let some = [
            "0055AED6DCD90281E5",
            "0055aed6dcd90281e5",
            "0055AED6DCD90281E500",
            "0055AED6DCD9",
            "0",
            "00",
            "1",
            "10",
            "0A",
            "a",
        ];
        for a in some {
            for b in some {
                let (left, right) = (Sequencer::parse(a).unwrap(), Sequencer::parse(b).unwrap());
                assert_eq!(left.cmp(&right), padded(a).cmp(&padded(b)), "{a} {b}");
            }
        }
        for none in ["", "Happy Sequencer", "0x1", &"1".repeat(65)] {
            assert_eq!(Sequencer::parse(none), None, "{none}");
        }
    }
}
