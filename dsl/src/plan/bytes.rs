//! The stored form of a rulebook: magic, format, payload, later parts where there are any, SHA-256 of all that. Loading
//! refuses any other bytes.

use super::LoadError;
use crate::model::Programme;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Every rulebook begins with this.
const MAGIC: [u8; 6] = *b"MERIT\n";

/// The format written by this version, and the only one it reads: a little-endian number after the magic.
const FORMAT: u16 = 1;

/// Length of the hash at the end.
const HASH_BYTES: usize = 32;

/// The bytes of a programme and the id they give.
pub(super) fn write(programme: &Programme) -> (Vec<u8>, String) {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(FORMAT.to_le_bytes());
    // Writing to memory fails only for types without a length; a programme has none.
    bytes.extend(postcard::to_allocvec(programme).unwrap_or_default());
    bytes.extend(later::write(programme));
    let hash = Sha256::digest(&bytes);
    bytes.extend(hash);
    (bytes, id(&hash))
}

/// The programme in the bytes, and its id.
pub(super) fn read(bytes: &[u8]) -> Result<(Programme, String), LoadError> {
    let rest = bytes.strip_prefix(&MAGIC).ok_or(LoadError::Damaged)?;
    let (format, rest) = rest.split_first_chunk::<2>().ok_or(LoadError::Damaged)?;
    let format = u16::from_le_bytes(*format);
    if format != FORMAT {
        return Err(LoadError::Format(format));
    }
    let (payload, _) = rest.split_last_chunk::<HASH_BYTES>().ok_or(LoadError::Damaged)?;
    let (hashed, stated) = bytes.split_last_chunk::<HASH_BYTES>().ok_or(LoadError::Damaged)?;
    let hash = Sha256::digest(hashed);
    if hash.as_slice() != stated {
        return Err(LoadError::Damaged);
    }
    let (mut programme, left) = postcard::take_from_bytes(payload).map_err(|_| LoadError::Damaged)?;
    later::read(left, &mut programme).ok_or(LoadError::Damaged)?;
    Ok((programme, id(&hash)))
}

/// What programmes got since rulebooks were first stored: each part under a number of its own, after everything else, and
/// only where a programme has it. So older bytes load, and keep their hash.
mod later {
    use crate::model::Programme;
    use crate::plan::sections;

    const LEVELS: u16 = 1;
    const SECTIONS: u16 = 2;

    /// The parts that the programme has, by their numbers.
    pub(super) fn write(programme: &Programme) -> Vec<u8> {
        let mut parts: Vec<(u16, Vec<u8>)> = Vec::new();
        if !programme.levels.is_empty() {
            parts.push((LEVELS, postcard::to_allocvec(&programme.levels).unwrap_or_default()));
        }
        let sections = sections::of(programme);
        if !sections.is_empty() {
            parts.push((SECTIONS, postcard::to_allocvec(&sections).unwrap_or_default()));
        }
        if parts.is_empty() { Vec::new() } else { postcard::to_allocvec(&parts).unwrap_or_default() }
    }

    /// Reads [`write`] into a programme; none for a part that this version does not know.
    pub(super) fn read(bytes: &[u8], programme: &mut Programme) -> Option<()> {
        if bytes.is_empty() {
            return Some(());
        }
        let (parts, left) = postcard::take_from_bytes::<Vec<(u16, Vec<u8>)>>(bytes).ok()?;
        for (number, part) in &parts {
            match *number {
                LEVELS => programme.levels = postcard::from_bytes(part).ok()?,
                SECTIONS => {
                    let sections: Vec<sections::Section> = postcard::from_bytes(part).ok()?;
                    if sections.is_empty()
                        || !sections.into_iter().all(|section| sections::apply(programme, section))
                    {
                        return None;
                    }
                }
                _ => return None,
            }
        }
        (left.is_empty() && !parts.is_empty()).then_some(())
    }
}

fn id(hash: &[u8]) -> String {
    hash.iter().take(8).fold(String::new(), |mut id, byte| {
        // Writing to a string cannot fail.
        let _ = write!(id, "{byte:02x}");
        id
    })
}
