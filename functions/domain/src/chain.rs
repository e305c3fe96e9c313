//! How entries hang together: bytes on disk and the hash chain over them.
//!
//! What it never does: change a format silently. The golden bytes in this file's tests are what members' histories
//! already look like; another layout is another [`FORMAT`], and readers learn it before writers use it.

use crate::entry::Entry;
use crate::ids::Reference;
use crate::packed::due::AS_FORESEEN;
use crate::packed::recent::wide;
use crate::sections::{self, Section};
use crate::state::State;
use crate::sweep::next_due;
use sha2::{Digest, Sha256};

/// The format of entries and states this code writes. Readers accept it and the ones before it.
pub const FORMAT: u16 = 1;

/// Why bytes are no entry or state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecodeError {
    /// A format this code does not know; deploy readers before writers.
    Format(u16),
    /// Not decodable; what was wrong.
    Damaged(String),
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Format(found) => write!(f, "format {found} is not known here (newest known: {FORMAT})"),
            Self::Damaged(why) => write!(f, "damaged: {why}"),
        }
    }
}

/// The stored form of an entry: JSON text, written once, hashed and kept byte for byte.
///
/// Fields an older reader does not know are skipped by it: a field may be added, never renamed or reused.
pub fn entry_to_text(entry: &Entry) -> String {
    // An entry holds no map and no float, the two things JSON cannot always write: a failure is impossible. Were it
    // possible, the empty text would be refused by every reader.
    serde_json::to_string(entry).unwrap_or_default()
}

/// Reads [`entry_to_text`].
pub fn entry_from_text(text: &str) -> Result<Entry, DecodeError> {
    serde_json::from_str(text).map_err(|error| DecodeError::Damaged(format!("entry: {error}")))
}

/// The stored form of a state: two bytes of format, little endian, then postcard, then the sections, where there are
/// any. The moment the index was told is
/// [`AS_FORESEEN`] where it is that of what falls due next, as it nearly always is.
pub fn state_to_bytes(state: &State) -> Vec<u8> {
    // Postcard refuses only sequences of unknown length, and a state has none: a failure is impossible. Were it
    // possible, the missing body would be refused by every reader.
    let body = if state.registered_due.is_some() && state.registered_due == next_due(state) {
        let state = State { registered_due: Some(AS_FORESEEN), ..state.clone() };
        postcard::to_allocvec(&state).unwrap_or_default()
    } else {
        postcard::to_allocvec(state).unwrap_or_default()
    };
    let mut bytes = FORMAT.to_le_bytes().to_vec();
    bytes.extend_from_slice(&body);
    let later = sections::of(state);
    if !later.is_empty() {
        bytes.extend(postcard::to_allocvec(&later).unwrap_or_default());
    }
    bytes
}

/// Reads [`state_to_bytes`].
pub fn state_from_bytes(bytes: &[u8]) -> Result<State, DecodeError> {
    let (format, body) = bytes
        .split_first_chunk::<2>()
        .ok_or_else(|| DecodeError::Damaged("state: shorter than its format".to_owned()))?;
    match u16::from_le_bytes(*format) {
        FORMAT => {}
        other => return Err(DecodeError::Format(other)),
    }
    match postcard::take_from_bytes::<State>(body) {
        Ok((mut state, rest)) => {
            for section in sections_of(rest)? {
                sections::apply(&mut state, section);
            }
            if state.registered_due == Some(AS_FORESEEN) {
                state.registered_due = next_due(&state);
            }
            Ok(state)
        }
        Err(error) => Err(DecodeError::Damaged(format!("state: {error}"))),
    }
}

/// What stands behind a state.
fn sections_of(rest: &[u8]) -> Result<Vec<Section>, DecodeError> {
    if rest.is_empty() {
        return Ok(Vec::new());
    }
    match postcard::take_from_bytes::<Vec<Section>>(rest) {
        Ok((sections, [])) if !sections.is_empty() => Ok(sections),
        _ => Err(DecodeError::Damaged(format!("state: {} bytes too many", rest.len()))),
    }
}

/// The chain hash of an entry: SHA-256 over, in this order,
/// the previous hash (32 zero bytes for the first entry); the partition key, preceded by its length; the sequence
/// number; the entry's text, preceded by its length; the state's bytes, preceded by their length. Lengths (in bytes)
/// and the sequence number are 8 big-endian bytes each.
pub fn hash(previous: &[u8; 32], partition: &str, seq: u64, entry_text: &str, state: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(previous);
    update_sized(&mut digest, partition.as_bytes());
    digest.update(seq.to_be_bytes());
    update_sized(&mut digest, entry_text.as_bytes());
    update_sized(&mut digest, state);
    digest.finalize().into()
}

fn update_sized(digest: &mut Sha256, bytes: &[u8]) {
    digest.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
    digest.update(bytes);
}

/// The short hash by which `State::recent` remembers a reference: the first 6 bytes of its SHA-256, big endian, so
/// less than 2^48. A collision costs the store one more read, never a wrong answer.
pub fn recent_hash(reference: &Reference) -> u64 {
    let digest: [u8; 32] = Sha256::digest(reference.as_str().as_bytes()).into();
    digest.first_chunk::<6>().copied().map_or(0, wide)
}

/// The fingerprint of what nobody asked for, 32 hexadecimal digits: it has no body, its reference says all.
pub fn fingerprint(reference: &Reference) -> String {
    let digest: [u8; 32] = Sha256::digest(reference.as_str().as_bytes()).into();
    digest.first_chunk::<16>().map_or_else(String::new, |first| hexadecimal(first))
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        for half in [byte.wrapping_shr(4), byte & 15] {
            text.extend(char::from_digit(u32::from(half), 16));
        }
        text
    })
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
