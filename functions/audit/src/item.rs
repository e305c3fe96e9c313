//! A raw item of the table, as a dump has it.

use sha2::{Digest, Sha256};
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

impl Item {
    /// A string attribute.
    pub(crate) fn text(&self, attribute: &str) -> Option<&str> {
        match self.attributes.get(attribute) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A number attribute, as written.
    pub(crate) fn number(&self, attribute: &str) -> Option<&str> {
        match self.attributes.get(attribute) {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        }
    }

    /// A binary attribute.
    pub(crate) fn bytes(&self, attribute: &str) -> Option<&[u8]> {
        match self.attributes.get(attribute) {
            Some(Value::Bytes(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// True when it has exactly these attributes.
    pub(crate) fn has_exactly(&self, names: &[&str]) -> bool {
        self.attributes.len() == names.len() && names.iter().all(|name| self.attributes.contains_key(*name))
    }

    /// True when its `h` is the checksum over all else: SHA-256 over name, type (`S`, `N`, `B`) and value of every
    /// attribute, keys included, in the order of names, each of the three preceded by its length as 8 big-endian bytes.
    pub(crate) fn is_as_written(&self) -> bool {
        let mut all: BTreeMap<&str, (u8, &[u8])> =
            BTreeMap::from([("pk", (b'S', self.pk.as_bytes())), ("sk", (b'S', self.sk.as_bytes()))]);
        for (name, value) in self.attributes.iter().filter(|(name, _)| *name != "h") {
            let value: (u8, &[u8]) = match value {
                Value::Text(text) => (b'S', text.as_bytes()),
                Value::Number(number) => (b'N', number.as_bytes()),
                Value::Bytes(bytes) => (b'B', bytes),
                Value::Other => return false,
            };
            all.insert(name, value);
        }
        let mut digest = Sha256::new();
        let mut sized = |bytes: &[u8]| {
            digest.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(bytes);
        };
        for (name, (kind, value)) in all {
            sized(name.as_bytes());
            sized(&[kind]);
            sized(value);
        }
        let own: [u8; 32] = digest.finalize().into();
        self.bytes("h") == Some(&own[..])
    }
}
