//! A copy of a table to tamper with: an entry or a state is changed and the chain sealed again over it, so that only
//! the meaning can give it away.

use audit::{Item, Value};
use domain::chain;
use domain::entry::Entry;
use domain::state::State;
use sha2::{Digest, Sha256};

/// Entry and state of an item; none for any other item.
pub(crate) fn read(item: &Item) -> Option<(Entry, State)> {
    let (Value::Text(text), Value::Bytes(state)) = (item.attributes.get("e")?, item.attributes.get("s")?)
    else {
        return None;
    };
    Some((chain::entry_from_text(text).unwrap(), chain::state_from_bytes(state).unwrap()))
}

/// Changes the first entry that `change` accepts (by answering true), and seals its chain again. Its place.
pub(crate) fn change(
    items: &mut [Item],
    change: impl Fn(&mut Entry, &mut State) -> bool,
) -> Option<(String, u64)> {
    let (place, entry, state) = items.iter().enumerate().find_map(|(place, item)| {
        let (mut entry, mut state) = read(item)?;
        change(&mut entry, &mut state).then_some((place, entry, state))
    })?;
    let reference = Value::Text(entry.reference.to_string());
    let seq: u64 = items[place].sk[2..].parse().unwrap();
    let attributes = &mut items[place].attributes;
    attributes.insert("ref".to_owned(), reference);
    attributes.insert("e".to_owned(), Value::Text(chain::entry_to_text(&entry)));
    attributes.insert("s".to_owned(), Value::Bytes(chain::state_to_bytes(&state)));
    let pk = items[place].pk.clone();
    seal(items, &pk);
    Some((pk, seq))
}

/// Computes the hashes of a chain anew.
pub(crate) fn seal(items: &mut [Item], pk: &str) {
    let mut hash = [0; 32];
    for item in items.iter_mut().filter(|item| item.pk == pk && item.sk.starts_with("E#")) {
        let seq = item.sk[2..].parse().unwrap();
        let (Some(Value::Text(text)), Some(Value::Bytes(state))) =
            (item.attributes.get("e"), item.attributes.get("s"))
        else {
            panic!("{} {} is no entry", item.pk, item.sk)
        };
        hash = chain::hash(&hash, pk, seq, text, state);
        item.attributes.insert("h".to_owned(), Value::Bytes(hash.to_vec()));
    }
}

/// Writes the checksum of an item outside the chains anew: SHA-256 over name, type and value of every attribute but
/// itself, in the order of names, each of the three preceded by its length.
pub(crate) fn checksum(item: &mut Item) {
    let mut all = item.attributes.clone();
    all.remove("h");
    all.insert("pk".to_owned(), Value::Text(item.pk.clone()));
    all.insert("sk".to_owned(), Value::Text(item.sk.clone()));
    let mut digest = Sha256::new();
    for (name, value) in &all {
        let (kind, value): (&[u8], &[u8]) = match value {
            Value::Text(text) => (b"S", text.as_bytes()),
            Value::Number(number) => (b"N", number.as_bytes()),
            Value::Bytes(bytes) => (b"B", bytes),
            Value::Other => panic!("{} {} has another kind of value", item.pk, item.sk),
        };
        for bytes in [name.as_bytes(), kind, value] {
            digest.update(u64::try_from(bytes.len()).unwrap().to_be_bytes());
            digest.update(bytes);
        }
    }
    item.attributes.insert("h".to_owned(), Value::Bytes(digest.finalize().to_vec()));
}
