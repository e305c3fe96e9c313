//! Rulebooks: immutable versions by content hash, and the pointer that says which one decides.

use crate::Store;
use crate::call::{n, note, s};
use crate::error::StoreError;
use crate::item::{Item, bytes, name, number, sealed, text};
use crate::key::{self, NUMBER, PK, POINTER, SK};
use crate::limits::{RULES_ATTEMPTS_MAX, VERSIONS_MAX};
use crate::rules_cache::Deciding;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnConsumedCapacity, TransactWriteItem};
use domain::ids::TenantId;
use dsl::plan::{LoadError, Rulebook};
use dsl::units::Moment;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const SOURCE: &str = "source";
pub(crate) const BYTES: &str = "bytes";
pub(crate) const UPLOADED_AT: &str = "uploaded_at";
/// What a version's item says beside its text and bytes, and all that the list of versions says.
const ABOUT: [&str; 7] = [PK, SK, "id", "number", "at", "by", "programme"];

/// One published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Content hash: `Rulebook::id`.
    pub id: String,
    /// Counts publications of the merchant from 1.
    pub number: u64,
    /// When it was published.
    pub published_at: Moment,
    /// By whom (a claim, not a name).
    pub published_by: String,
    /// The programme's name.
    pub programme: String,
}

/// Which version decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveVersion {
    /// The version's id.
    pub id: String,
    /// Counts activations of the merchant from 1: the pointer moves only forward in it.
    pub activation: u64,
    /// Since when.
    pub since: Moment,
    /// By whom.
    pub by: String,
    /// When the newest upload was made that the pointer was moved for, if it ever was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uploaded_at: Option<Moment>,
}

/// What a version takes to store, in bytes: its text and what it compiles to. Who publishes keeps it within
/// [`VERSION_BYTES_MAX`](crate::limits::VERSION_BYTES_MAX).
pub fn version_bytes(source: &str, rulebook: &Rulebook) -> usize {
    source.len().saturating_add(rulebook.to_bytes().len())
}

impl Store {
    /// Publishes a version (a no-op when these very bytes were published before) and, if asked, activates it.
    pub async fn publish(
        &self,
        tenant: &TenantId,
        source: &str,
        rulebook: &Rulebook,
        by: &str,
        now: Moment,
        activate: bool,
    ) -> Result<(Version, Option<ActiveVersion>), StoreError> {
        // First: jobs skip a merchant without rules, and would never visit one whose rules are not listed.
        self.list_tenant(tenant, now).await?;
        let version = self.publish_version(tenant, source, rulebook, by, now).await?;
        let active = if activate { self.activate(tenant, &version.id, by, now).await? } else { None };
        Ok((version, active))
    }

    /// Moves the pointer to a published version; `None` when there is no such version. To the one it points to
    /// already: a no-op.
    pub async fn activate(
        &self,
        tenant: &TenantId,
        id: &str,
        by: &str,
        now: Moment,
    ) -> Result<Option<ActiveVersion>, StoreError> {
        if self.version(tenant, id).await?.is_none() {
            return Ok(None);
        }
        let mut last = StoreError::Conflict;
        for _ in 0..RULES_ATTEMPTS_MAX {
            // also how an unknown outcome is resolved: what the pointer says is what happened
            let before = self.active(tenant).await?;
            if let Some(active) = before.as_ref().filter(|active| active.id == id) {
                self.rules.doubt(tenant);
                return Ok(Some(active.clone()));
            }
            let activation = before.as_ref().map_or(0, |active| active.activation).saturating_add(1);
            let uploaded_at = before.as_ref().and_then(|active| active.uploaded_at);
            let active =
                ActiveVersion { id: id.to_owned(), activation, since: now, by: by.to_owned(), uploaded_at };
            match self.move_pointer(tenant, before.as_ref(), &active).await {
                Ok(()) => {
                    self.rules.doubt(tenant);
                    self.watcher.rules(tenant);
                    return Ok(Some(active));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The pointer, read strongly; `None` before the first publication.
    pub async fn active(&self, tenant: &TenantId) -> Result<Option<ActiveVersion>, StoreError> {
        let (item, _) = self.get("pointer", &key::rules(tenant), POINTER, &[]).await?;
        item.as_ref().map(pointer).transpose()
    }

    /// All versions, newest first, at most 100.
    pub async fn versions(&self, tenant: &TenantId) -> Result<Vec<Version>, StoreError> {
        let found = self.newest("versions", &key::rules(tenant), (NUMBER, "N#~"), VERSIONS_MAX).await?;
        found.items.iter().map(about).collect()
    }

    /// The source text of a version, as uploaded.
    pub async fn source(&self, tenant: &TenantId, id: &str) -> Result<Option<String>, StoreError> {
        let (item, _) = self.get("source", &key::rules(tenant), &key::version(id), &[PK, SK, SOURCE]).await?;
        item.map(|item| text(&item, SOURCE).map(str::to_owned)).transpose()
    }

    /// The rulebook of a version: loaded once per process, verified by its hash, kept for ever.
    pub async fn rulebook(&self, tenant: &TenantId, id: &str) -> Result<Option<Arc<Rulebook>>, StoreError> {
        if let Some(rulebook) = self.rules.version(tenant, id) {
            return Ok(Some(rulebook));
        }
        let (item, _) =
            self.get("rulebook", &key::rules(tenant), &key::version(id), &[PK, SK, BYTES]).await?;
        let Some(item) = item else { return Ok(None) };
        let rulebook = Rulebook::from_bytes(bytes(&item, BYTES)?).map_err(|error| {
            let why = match error {
                LoadError::Format(format) => format!("rulebook of unknown format {format}"),
                LoadError::Damaged => "rulebook damaged".to_owned(),
            };
            StoreError::Corrupt(format!("{}: {why}", name(&item)))
        })?;
        if rulebook.id() != id {
            return Err(StoreError::Corrupt(format!("{}: rulebook of another id", name(&item))));
        }
        let rulebook = Arc::new(rulebook);
        self.rules.keep_version(tenant, &rulebook);
        Ok(Some(rulebook))
    }

    /// The rulebook that decides now: the pointer is believed for at most 10 s of `now`, then read again. A version
    /// that fails to load leaves the previous one serving and raises an error log.
    pub async fn current(&self, tenant: &TenantId, now: Moment) -> Result<Option<Arc<Rulebook>>, StoreError> {
        let before = self.rules.deciding(tenant);
        if let Some(deciding) = before.as_ref().filter(|deciding| deciding.is_fresh(now)) {
            return Ok(Some(Arc::clone(&deciding.rulebook)));
        }
        let Some(active) = self.active(tenant).await? else { return Ok(None) };
        let loaded = match self.rulebook(tenant, &active.id).await {
            Ok(Some(rulebook)) => Ok(rulebook),
            Ok(None) => Err(StoreError::Corrupt(format!(
                "{} {}: not there",
                key::rules(tenant),
                key::version(&active.id)
            ))),
            Err(error) => Err(error),
        };
        let rulebook = match (loaded, before) {
            (Ok(rulebook), _) => rulebook,
            (Err(StoreError::Corrupt(why)), Some(before)) => {
                tracing::error!(tenant = %tenant, version = active.id, serving = before.rulebook.id(), why, "rulebook does not load");
                before.rulebook
            }
            (Err(error), _) => return Err(error),
        };
        self.rules.keep_deciding(tenant, Deciding { read_at: now, rulebook: Arc::clone(&rulebook) });
        Ok(Some(rulebook))
    }

    pub(crate) async fn version(&self, tenant: &TenantId, id: &str) -> Result<Option<Version>, StoreError> {
        let (item, _) = self.get("version", &key::rules(tenant), &key::version(id), &ABOUT).await?;
        item.as_ref().map(about).transpose()
    }

    async fn publish_version(
        &self,
        tenant: &TenantId,
        source: &str,
        rulebook: &Rulebook,
        by: &str,
        now: Moment,
    ) -> Result<Version, StoreError> {
        let mut last = StoreError::Conflict;
        for _ in 0..RULES_ATTEMPTS_MAX {
            // also how an unknown outcome is resolved: the content is its name
            if let Some(version) = self.version(tenant, rulebook.id()).await? {
                return Ok(version);
            }
            let newest = self.newest("versions", &key::rules(tenant), (NUMBER, "N#~"), 1).await?;
            let number = newest.items.first().map(about).transpose()?.map_or(0, |version| version.number);
            let version = Version {
                id: rulebook.id().to_owned(),
                number: number.saturating_add(1),
                published_at: now,
                published_by: by.to_owned(),
                programme: rulebook.programme().name.clone(),
            };
            match self.put_version(tenant, &version, source, rulebook).await {
                Ok(()) => return Ok(version),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn put_version(
        &self,
        tenant: &TenantId,
        version: &Version,
        source: &str,
        rulebook: &Rulebook,
    ) -> Result<(), StoreError> {
        let mut content = item_of(tenant, &key::version(&version.id), version);
        content.insert(SOURCE.to_owned(), s(source));
        content.insert(BYTES.to_owned(), AttributeValue::B(Blob::new(rulebook.to_bytes())));
        let listed = item_of(tenant, &key::number(version.number), version);
        let put = |item: Item| {
            let put = Put::builder()
                .table_name(&self.table)
                .set_item(Some(sealed(item)))
                .condition_expression("attribute_not_exists(pk)");
            put.build()
                .map(|put| TransactWriteItem::builder().put(put).build())
                .map_err(|e| StoreError::Unavailable(e.to_string()))
        };
        let result = self
            .client
            .transact_write_items()
            .transact_items(put(content)?)
            .transact_items(put(listed)?)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        note("TransactWriteItems", "version", &result, None);
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

    async fn move_pointer(
        &self,
        tenant: &TenantId,
        before: Option<&ActiveVersion>,
        to: &ActiveVersion,
    ) -> Result<(), StoreError> {
        let item = pointer_item(tenant, to);
        let mut request = self.client.put_item().table_name(&self.table).set_item(Some(item));
        request = match before {
            None => request.condition_expression("attribute_not_exists(pk)"),
            Some(before) => {
                request = request
                    .condition_expression(as_read(before))
                    .expression_attribute_names("#a", "activation")
                    .expression_attribute_names("#u", UPLOADED_AT)
                    .expression_attribute_values(":before", n(before.activation));
                match before.uploaded_at {
                    Some(at) => request.expression_attribute_values(":upload", n(at.0)),
                    None => request,
                }
            }
        };
        let result = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        note("PutItem", "pointer", &result, None);
        match result {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Err(StoreError::Conflict)
            }
            Err(error) => Err(StoreError::of("PutItem", &error)),
        }
    }
}

/// The condition that the pointer is as it was read. The activation alone does not say it: an upload of what decides
/// already leaves that as it is.
pub(crate) const fn as_read(before: &ActiveVersion) -> &'static str {
    match before.uploaded_at {
        Some(_) => "#a = :before AND #u = :upload",
        None => "#a = :before AND attribute_not_exists(#u)",
    }
}

/// The item of the pointer.
pub(crate) fn pointer_item(tenant: &TenantId, to: &ActiveVersion) -> Item {
    let mut item = Item::from([
        (PK.to_owned(), s(key::rules(tenant))),
        (SK.to_owned(), s(POINTER)),
        ("id".to_owned(), s(&to.id)),
        ("activation".to_owned(), n(to.activation)),
        ("at".to_owned(), n(to.since.0)),
        ("by".to_owned(), s(&to.by)),
    ]);
    if let Some(at) = to.uploaded_at {
        item.insert(UPLOADED_AT.to_owned(), n(at.0));
    }
    sealed(item)
}

/// Reads [`pointer_item`].
pub(crate) fn pointer(item: &Item) -> Result<ActiveVersion, StoreError> {
    let uploaded_at = match item.get(UPLOADED_AT) {
        Some(_) => Some(Moment(number(item, UPLOADED_AT)?)),
        None => None,
    };
    Ok(ActiveVersion {
        id: text(item, "id")?.to_owned(),
        activation: number(item, "activation")?,
        since: Moment(number(item, "at")?),
        by: text(item, "by")?.to_owned(),
        uploaded_at,
    })
}

fn item_of(tenant: &TenantId, sk: &str, version: &Version) -> Item {
    Item::from([
        (PK.to_owned(), s(key::rules(tenant))),
        (SK.to_owned(), s(sk)),
        ("id".to_owned(), s(&version.id)),
        ("number".to_owned(), n(version.number)),
        ("at".to_owned(), n(version.published_at.0)),
        ("by".to_owned(), s(&version.published_by)),
        ("programme".to_owned(), s(&version.programme)),
    ])
}

fn about(item: &Item) -> Result<Version, StoreError> {
    Ok(Version {
        id: text(item, "id")?.to_owned(),
        number: number(item, "number")?,
        published_at: Moment(number(item, "at")?),
        published_by: text(item, "by")?.to_owned(),
        programme: text(item, "programme")?.to_owned(),
    })
}
