//! The table, defined in code: what the deployment must declare and what local runs and tests create.

use crate::Store;
use crate::error::StoreError;
use crate::key::{BY_DAY, BY_REFERENCE, GPK, GSK, PK, REF, SK};
use aws_sdk_dynamodb::config::AsyncSleep;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, LocalSecondaryIndex,
    Projection, ProjectionType, ScalarAttributeType, TableStatus,
};
use std::time::Duration;

/// The table's shape. All key attributes are strings; capacity is on demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// Partition key.
    pub partition_key: &'static str,
    /// Sort key.
    pub sort_key: &'static str,
    /// The local secondary index; it must be made with the table and projects keys only: one write unit, however large
    /// the entry.
    pub index: &'static str,
    /// The index's sort key; its partition key is the table's.
    pub index_sort_key: &'static str,
    /// The index of days: global, sparse, keys only. An item is in it only while it has both of its keys.
    pub day_index: &'static str,
    /// Its partition key.
    pub day_partition_key: &'static str,
    /// Its sort key.
    pub day_sort_key: &'static str,
}

/// The one table.
pub const TABLE: Definition = Definition {
    partition_key: PK,
    sort_key: SK,
    index: BY_REFERENCE,
    index_sort_key: REF,
    day_index: BY_DAY,
    day_partition_key: GPK,
    day_sort_key: GSK,
};

impl Store {
    /// Creates the table, or finds it there. For local runs and tests only: the deployment declares its own.
    pub async fn create_table(&self) -> Result<(), StoreError> {
        let built = |e: aws_sdk_dynamodb::error::BuildError| StoreError::Unavailable(e.to_string());
        let key = |name: &str, kind| {
            KeySchemaElement::builder().attribute_name(name).key_type(kind).build().map_err(built)
        };
        let index = LocalSecondaryIndex::builder()
            .index_name(TABLE.index)
            .key_schema(key(TABLE.partition_key, KeyType::Hash)?)
            .key_schema(key(TABLE.index_sort_key, KeyType::Range)?)
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
            .build()
            .map_err(built)?;
        let days = GlobalSecondaryIndex::builder()
            .index_name(TABLE.day_index)
            .key_schema(key(TABLE.day_partition_key, KeyType::Hash)?)
            .key_schema(key(TABLE.day_sort_key, KeyType::Range)?)
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
            .build()
            .map_err(built)?;
        let mut request = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .key_schema(key(TABLE.partition_key, KeyType::Hash)?)
            .key_schema(key(TABLE.sort_key, KeyType::Range)?)
            .local_secondary_indexes(index)
            .global_secondary_indexes(days);
        for name in [
            TABLE.partition_key,
            TABLE.sort_key,
            TABLE.index_sort_key,
            TABLE.day_partition_key,
            TABLE.day_sort_key,
        ] {
            let definition = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build()
                .map_err(built)?;
            request = request.attribute_definitions(definition);
        }
        match request.send().await {
            Ok(_) => {}
            Err(error)
                if error.as_service_error().is_some_and(CreateTableError::is_resource_in_use_exception) => {}
            Err(error) => return Err(StoreError::of("CreateTable", &error)),
        }
        self.wait_for_table().await
    }

    async fn wait_for_table(&self) -> Result<(), StoreError> {
        for _ in 0..100 {
            let described = self.client.describe_table().table_name(&self.table).send().await;
            let table = described.map_err(|e| StoreError::of("DescribeTable", &e))?.table;
            if table.and_then(|t| t.table_status) == Some(TableStatus::Active) {
                return Ok(());
            }
            self.sleep.sleep(Duration::from_millis(100)).await;
        }
        Err(StoreError::Unavailable("the table does not become active".to_owned()))
    }
}
