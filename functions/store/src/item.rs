//! Entries as items and back. What cannot be read whole is corrupt and names its key; nothing is ever defaulted.

use crate::call::{n, s};
use crate::error::StoreError;
use crate::key::{self, PK, REF, SK};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::chain::{self, DecodeError};
use domain::entry::Entry;
use domain::request::Head;
use domain::state::State;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// An item as the SDK has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// An entry as stored, with the state after it and its hash in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) entry: Entry,
    pub(crate) state: State,
    pub(crate) hash: [u8; 32],
}

impl Stored {
    pub(crate) fn into_head(self) -> Head {
        Head { seq: self.entry.seq, at: self.entry.at, hash: self.hash, state: self.state }
    }
}

/// The item of an entry that follows `previous` in the chain, and its hash.
pub(crate) fn encode(
    pk: &str,
    previous: Option<&[u8; 32]>,
    entry: &Entry,
    state: &State,
) -> (Item, [u8; 32]) {
    let text = chain::entry_to_text(entry);
    let bytes = chain::state_to_bytes(state);
    let hash = chain::hash(previous.unwrap_or(&[0; 32]), pk, entry.seq, &text, &bytes);
    let item = Item::from([
        (PK.to_owned(), s(pk)),
        (SK.to_owned(), s(key::entry(entry.seq))),
        (REF.to_owned(), s(entry.reference.as_str())),
        ("fmt".to_owned(), n(chain::FORMAT)),
        ("e".to_owned(), s(text)),
        ("s".to_owned(), AttributeValue::B(Blob::new(bytes))),
        ("h".to_owned(), AttributeValue::B(Blob::new(hash))),
    ]);
    (item, hash)
}

/// The entry of an item.
pub(crate) fn decode(item: &Item) -> Result<Stored, StoreError> {
    let place = name(item);
    let corrupt = |what: &str| StoreError::Corrupt(format!("{place}: {what}"));
    let damaged = |what: &str, error: DecodeError| match error {
        DecodeError::Format(format) => corrupt(&format!("{what} of unknown format {format}")),
        DecodeError::Damaged(why) => corrupt(&format!("{what} damaged: {why}")),
    };
    let format: u16 = number(item, "fmt")?;
    if format == 0 || format > chain::FORMAT {
        return Err(corrupt(&format!("entry of unknown format {format}")));
    }
    let entry = chain::entry_from_text(text(item, "e")?).map_err(|e| damaged("entry", e))?;
    let state = chain::state_from_bytes(bytes(item, "s")?).map_err(|e| damaged("state", e))?;
    let hash = bytes(item, "h")?.try_into().map_err(|_| corrupt("hash is not 32 bytes"))?;
    if text(item, SK)? != key::entry(entry.seq) {
        return Err(corrupt("entry of another sequence number"));
    }
    if text(item, REF)? != entry.reference.as_str() {
        return Err(corrupt("entry of another reference"));
    }
    Ok(Stored { entry, state, hash })
}

/// `pk sk`, for error messages.
pub(crate) fn name(item: &Item) -> String {
    let part = |attribute| item.get(attribute).and_then(|v| v.as_s().ok()).map_or("?", String::as_str);
    format!("{} {}", part(PK), part(SK))
}

/// A string attribute that must be there.
pub(crate) fn text<'a>(item: &'a Item, attribute: &str) -> Result<&'a str, StoreError> {
    match item.get(attribute) {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(StoreError::Corrupt(format!("{}: no text in `{attribute}`", name(item)))),
    }
}

/// A binary attribute that must be there.
pub(crate) fn bytes<'a>(item: &'a Item, attribute: &str) -> Result<&'a [u8], StoreError> {
    match item.get(attribute) {
        Some(AttributeValue::B(blob)) => Ok(blob.as_ref()),
        _ => Err(StoreError::Corrupt(format!("{}: no bytes in `{attribute}`", name(item)))),
    }
}

/// A number attribute that must be there and fit.
pub(crate) fn number<T: std::str::FromStr>(item: &Item, attribute: &str) -> Result<T, StoreError> {
    let value = match item.get(attribute) {
        Some(AttributeValue::N(text)) => text.parse().ok(),
        _ => None,
    };
    value.ok_or_else(|| StoreError::Corrupt(format!("{}: no such number in `{attribute}`", name(item))))
}

/// Adds the checksum `h` to an item outside the chains, by which the auditor knows it is as it was written: SHA-256
/// over name, type (`S`, `N`, `B`) and value of every attribute, keys included, in the order of names, each of the
/// three preceded by its length as 8 big-endian bytes.
pub(crate) fn sealed(mut item: Item) -> Item {
    let mut digest = Sha256::new();
    let mut sized = |bytes: &[u8]| {
        digest.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(bytes);
    };
    let attributes: BTreeMap<_, _> = item.iter().collect();
    for (name, value) in attributes {
        let (kind, value): (&[u8], &[u8]) = match value {
            AttributeValue::S(text) => (b"S", text.as_bytes()),
            AttributeValue::N(number) => (b"N", number.as_bytes()),
            AttributeValue::B(blob) => (b"B", blob.as_ref()),
            _ => continue,
        };
        sized(name.as_bytes());
        sized(kind);
        sized(value);
    }
    let checksum: [u8; 32] = digest.finalize().into();
    item.insert("h".to_owned(), AttributeValue::B(Blob::new(checksum)));
    item
}
