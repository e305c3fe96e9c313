//! Which merchants there are: listed with their first publication, so that jobs know whom to visit.

use crate::Store;
use crate::call::{n, note, s};
use crate::error::StoreError;
use crate::item::{Item, number, sealed, text};
use crate::key::{PK, SK, TENANTS};
use crate::meter::Meter;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use domain::ids::TenantId;
use dsl::units::Moment;

/// How many merchants a page holds: keys and a moment of each are far below a megabyte.
const PAGE: i32 = 1_000;

impl Store {
    /// The merchants, in the order of their names, each with the moment of its first publication; those after
    /// `after`, at most 1 000.
    pub async fn tenants(
        &self,
        after: Option<&TenantId>,
    ) -> Result<(Vec<(TenantId, Moment)>, Meter), StoreError> {
        let from = after.map_or_else(|| "!".to_owned(), |tenant| format!("{tenant}!"));
        let found = self.oldest("tenants", TENANTS, (&from, "~"), PAGE).await?;
        // One that cannot be read keeps nobody else from being served.
        let listed = found.items.iter().filter_map(|item| match listed(item) {
            Ok(tenant) => Some(tenant),
            Err(error) => {
                tracing::error!(cause = %error, "a merchant cannot be read");
                None
            }
        });
        Ok((listed.collect(), found.meter))
    }

    /// Lists a merchant; a no-op when it is.
    pub(crate) async fn list_tenant(&self, tenant: &TenantId, now: Moment) -> Result<(), StoreError> {
        let item = sealed(Item::from([
            (PK.to_owned(), s(TENANTS)),
            (SK.to_owned(), s(tenant.as_str())),
            ("since".to_owned(), n(now.0)),
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
        note("PutItem", "tenant", &result, None);
        match result {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            // it may have landed: what is there says so
            Err(error) => match self.get("tenant", TENANTS, tenant.as_str(), &[PK]).await? {
                (Some(_), _) => Ok(()),
                (None, _) => Err(StoreError::of("PutItem", &error)),
            },
        }
    }
}

fn listed(item: &Item) -> Result<(TenantId, Moment), StoreError> {
    let tenant = TenantId::parse(text(item, SK)?)
        .ok_or_else(|| StoreError::Corrupt(format!("{}: no merchant", crate::item::name(item))))?;
    Ok((tenant, Moment(number(item, "since")?)))
}
