//! The deployment's one secret: what codes, tokens and draws are derived from, and checked against.
//!
//! What it never does: leave this room, in a log, an entry or an answer. The pure rooms see derived values only.

use ring::hmac;
use ring::rand::SystemRandom;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Functions that derive or check something, and are given the secret; the others start without it and have one that
/// nobody knows. The tests over infra hold this list against what the functions do.
pub const DERIVED_BY: [&str; 11] = [
    "api", "birthday", "due", "earn", "events", "members", "previews", "redeem", "referral", "rewards",
    "survey",
];

/// Fewest bytes of a secret: those of the digest (RFC 2104, section 3).
pub const LENGTH_MIN: usize = 32;

/// A key of HMAC-SHA-256. Cheap to clone; clones share the count.
#[derive(Clone)]
pub struct Secret {
    key: hmac::Key,
    derived: Arc<AtomicU64>,
}

impl Secret {
    /// A secret of at least [`LENGTH_MIN`] bytes, random ones: text of a key store, or a key file's content.
    pub fn new(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() < LENGTH_MIN {
            return Err(format!(
                "the secret has {} bytes; give it at least {LENGTH_MIN}, random ones, the same to all functions",
                bytes.len()
            ));
        }
        Ok(Self::of(hmac::Key::new(hmac::HMAC_SHA256, bytes)))
    }

    /// One that nobody has: for a run that derives nothing which must last.
    pub fn random() -> Result<Self, String> {
        hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new())
            .map(Self::of)
            .map_err(|_| "the system gives no random bytes".to_owned())
    }

    fn of(key: hmac::Key) -> Self {
        Self { key, derived: Arc::default() }
    }

    /// How often something was derived or checked.
    pub fn derived(&self) -> u64 {
        self.derived.load(Ordering::Relaxed)
    }

    /// 32 bytes that only this secret makes of a purpose and its parts. Each part counts with its length, so no two
    /// lists of parts are the same text, and no purpose can be taken for another.
    pub fn mac(&self, purpose: &'static str, parts: &[&str]) -> [u8; 32] {
        self.derived.fetch_add(1, Ordering::Relaxed);
        let mut context = hmac::Context::with_key(&self.key);
        context.update(&framed(purpose, parts));
        let tag = context.sign();
        let mut mac = [0; 32];
        for (byte, made) in mac.iter_mut().zip(tag.as_ref()) {
            *byte = *made;
        }
        mac
    }

    /// True when `given` is the whole [`Secret::mac`] of the purpose and its parts; takes equally long for any other.
    pub fn is_mac(&self, purpose: &'static str, parts: &[&str], given: &[u8]) -> bool {
        self.derived.fetch_add(1, Ordering::Relaxed);
        hmac::verify(&self.key, &framed(purpose, parts), given).is_ok()
    }
}

/// Never the key.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// The purpose and its parts, each behind its length.
fn framed(purpose: &'static str, parts: &[&str]) -> Vec<u8> {
    let mut text = Vec::new();
    for part in std::iter::once(&purpose).chain(parts) {
        text.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        text.extend_from_slice(part.as_bytes());
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::Secret;

    const KEY: &[u8] = b"an old key for tests, 32 bytes..";

    #[test]
    fn the_same_parts_give_the_same_mac_and_others_another() {
        let secret = Secret::new(KEY).unwrap();
        let mac = secret.mac("voucher", &["kaffa", "ana"]);
        assert_eq!(mac, secret.mac("voucher", &["kaffa", "ana"]));
        for other in [&["kaffa", "anna"][..], &["kaffaana"], &["kaff", "aana"], &["kaffa", "ana", ""]] {
            assert_ne!(mac, secret.mac("voucher", other), "{other:?}");
        }
        assert_ne!(mac, secret.mac("survey", &["kaffa", "ana"]));
        assert_ne!(mac, Secret::random().unwrap().mac("voucher", &["kaffa", "ana"]));
    }

    #[test]
    fn no_flipped_bit_and_no_shorter_mac_is_accepted() {
        let secret = Secret::new(KEY).unwrap();
        let mac = secret.mac("survey", &["kaffa", "ana"]);
        assert!(secret.is_mac("survey", &["kaffa", "ana"], &mac));
        for bit in 0..256 {
            let mut flipped = mac;
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(!secret.is_mac("survey", &["kaffa", "ana"], &flipped), "bit {bit}");
        }
        for length in 0..32 {
            assert!(!secret.is_mac("survey", &["kaffa", "ana"], &mac[..length]), "{length} bytes");
        }
    }

    #[test]
    fn a_short_secret_is_refused_and_none_is_shown() {
        assert!(Secret::new(&KEY[..31]).unwrap_err().contains("at least 32"));
        assert_eq!(format!("{:?}", Secret::new(KEY).unwrap()), "Secret");
    }
}
