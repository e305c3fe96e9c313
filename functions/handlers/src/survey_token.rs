//! Tokens that answer a survey: who may, which survey, until when, and a MAC over all of it. The token is the
//! authorization: it is told to one member, and good for one answer.
//!
//! What it never does: accept a token in any other writing than its own, or say why one is not good.

use crate::secret::Secret;
use domain::ids::{MemberId, TenantId};
use dsl::units::Moment;

/// What the MACs are for.
const PURPOSE: &str = "survey token";
/// The only layout there is.
const LAYOUT: &str = "1";
/// Bytes of the longest token: four names of at most 64 letters, a number and a MAC, in base64.
const LENGTH_MAX: usize = 512;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) tenant: TenantId,
    pub(crate) survey: String,
    pub(crate) member: MemberId,
    /// Good before that.
    pub(crate) expires_at: Moment,
}

impl Token {
    /// The token as text: `base64url(payload).base64url(mac)`.
    pub(crate) fn write(&self, secret: &Secret) -> String {
        let expires = self.expires_at.0.to_string();
        let parts = self.parts(&expires);
        let mac = secret.mac(PURPOSE, &parts);
        format!("{}.{}", encode(parts.join("\n").as_bytes()), encode(&mac))
    }

    /// Reads a token; none for whatever was not written by [`Token::write`] with this secret.
    pub(crate) fn read(text: &str, secret: &Secret) -> Option<Self> {
        if text.len() > LENGTH_MAX {
            return None;
        }
        let (payload, mac) = text.split_once('.')?;
        let (payload, mac) = (String::from_utf8(decode(payload)?).ok()?, decode(mac)?);
        let mut parts = payload.split('\n');
        let mut next = || parts.next();
        let (layout, tenant, survey) = (next()?, next()?, next()?);
        let (member, expires) = (next()?, next()?);
        if layout != LAYOUT || next().is_some() {
            return None;
        }
        let token = Self {
            tenant: TenantId::parse(tenant)?,
            survey: survey.to_owned(),
            member: MemberId::parse(member)?,
            expires_at: Moment(expires.parse().ok()?),
        };
        let shown = token.expires_at.0.to_string();
        // compared as it would be written: no second writing of a token is good
        (shown == expires && secret.is_mac(PURPOSE, &token.parts(&shown), &mac)).then_some(token)
    }

    fn parts<'t>(&'t self, expires: &'t str) -> [&'t str; 5] {
        [LAYOUT, self.tenant.as_str(), &self.survey, self.member.as_str(), expires]
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64url without padding (RFC 4648, section 5).
fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_usize, |group, byte| group << 8 | usize::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            text.push(char::from(ALPHABET[group >> (18 - 6 * place) & 63]));
        }
    }
    text
}

/// Reads [`encode`], and nothing that it would write otherwise.
fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for chunk in text.as_bytes().chunks(4) {
        let mut group = 0_u32;
        for letter in chunk {
            let place = ALPHABET.iter().position(|known| known == letter)?;
            group = group << 6 | u32::try_from(place).ok()?;
        }
        let group = group << (6 * (4 - chunk.len()));
        let [_, whole @ ..] = group.to_be_bytes();
        bytes.extend_from_slice(whole.get(..chunk.len().checked_sub(1).filter(|count| *count > 0)?)?);
    }
    (encode(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::{Token, decode, encode};
    use crate::secret::Secret;
    use domain::ids::{MemberId, TenantId};
    use dsl::units::Moment;

    fn token() -> Token {
        Token {
            tenant: TenantId::parse("kaffa").unwrap(),
            survey: "nps".to_owned(),
            member: MemberId::parse("m-1001").unwrap(),
            expires_at: Moment(1_646_215_200_000),
        }
    }

    #[test]
    fn bytes_come_back_and_nothing_else_reads_as_them() {
        assert_eq!(encode(b"Merit?~"), "TWVyaXQ_fg");
        for length in 0..70_u8 {
            let bytes: Vec<u8> = (0..length).map(|n| n.wrapping_mul(37)).collect();
            assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }
        for odd in ["A", "AB=", "TWVyaXQ_fh", "TW Vy", "T\u{e9}"] {
            assert_eq!(decode(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_token_comes_back_and_no_changed_one_is_accepted() {
        let secret = Secret::random().unwrap();
        let text = token().write(&secret);
        assert_eq!(Token::read(&text, &secret), Some(token()));
        assert_eq!(Token::read(&text, &Secret::random().unwrap()), None);
        let mut tried = 0;
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                tried += 1;
                assert_eq!(Token::read(&changed, &secret), None, "byte {at}, bit {bit}: {changed}");
            }
            assert_eq!(Token::read(&text[..at], &secret), None, "{at} bytes");
        }
        assert!(tried > 7 * text.len() / 2, "{tried} tokens tried");
    }

    #[test]
    fn no_part_of_a_token_can_be_another() {
        let secret = Secret::random().unwrap();
        let text = token().write(&secret);
        let (payload, mac) = text.split_once('.').unwrap();
        let said = String::from_utf8(decode(payload).unwrap()).unwrap();
        for (from, to) in [
            ("kaffa", "other"),
            ("nps", "csat"),
            ("m-1001", "m-1002"),
            ("1646215200000", "1946215200000"),
            ("1646215200000", "01646215200000"),
            ("1646215200000", "+1646215200000"),
            ("1\nkaffa", "2\nkaffa"),
            ("kaffa\nnps", "kaff\nanps"),
        ] {
            let other = said.replacen(from, to, 1);
            assert_ne!(other, said);
            assert_eq!(Token::read(&format!("{}.{mac}", encode(other.as_bytes())), &secret), None, "{other}");
        }
        for odd in [
            "",
            ".",
            "a.b",
            &format!("{text}."),
            &format!("{text}="),
            &format!(" {text}"),
            &"A".repeat(4_000),
        ] {
            assert_eq!(Token::read(odd, &secret), None, "{odd}");
        }
    }
}
