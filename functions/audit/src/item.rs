//! A raw item of the table, as a dump has it.

use std::collections::BTreeMap;

/// An attribute's value, as far as the table uses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A number, as written.
    Number(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Any other kind: the table has none.
    Other,
}

/// A raw item: its keys and the rest of its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
    /// All attributes but the two keys.
    pub attributes: BTreeMap<String, Value>,
}
