//! The signature of a webhook: `Merit-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA-256 over `<seconds>.<body>`. During a
//! rotation the sender signs with both secrets, and the receiver takes either.
//!
//! What it never does: read a clock, or take longer for one wrong signature than for another.

use crate::log::hex;
use ring::hmac;

/// The header's name.
pub const HEADER: &str = "Merit-Signature";

/// How far the receiver's clock may be from the sender's, in seconds.
pub const TOLERANCE_SECONDS: i64 = 300;

/// The header's value for a body sent at a second (since 1970-01-01T00:00:00Z): one `v1` for each secret.
pub fn sign(secrets: &[&[u8]], seconds: i64, body: &[u8]) -> String {
    let macs = secrets.iter().map(|secret| format!(",v1={}", hex(mac(secret, seconds, body).as_ref())));
    format!("t={seconds}{}", macs.collect::<String>())
}

/// True when one of the secrets made one of the header's signatures of this body, within the tolerance of `now`
/// (seconds since 1970-01-01T00:00:00Z).
pub fn verify(secrets: &[&[u8]], header: &str, body: &[u8], now: i64) -> bool {
    let mut parts = header.split(',');
    let Some(seconds) = parts.next().and_then(|part| part.trim().strip_prefix("t=")) else { return false };
    // as it would be written: the text is what is signed
    let Some(at) = seconds.parse::<i64>().ok().filter(|at| at.to_string() == seconds) else { return false };
    if now.saturating_sub(at).saturating_abs() > TOLERANCE_SECONDS {
        return false;
    }
    let given: Vec<Vec<u8>> =
        parts.filter_map(|part| bytes(part.trim().strip_prefix("v1=")?)).take(8).collect();
    let mut fits = false;
    for secret in secrets {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let signed = text(at, body);
        for mac in &given {
            fits |= hmac::verify(&key, &signed, mac).is_ok();
        }
    }
    fits
}

fn mac(secret: &[u8], seconds: i64, body: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), &text(seconds, body))
}

fn text(seconds: i64, body: &[u8]) -> Vec<u8> {
    let mut text = format!("{seconds}.").into_bytes();
    text.extend_from_slice(body);
    text
}

/// Lower-case hexadecimal digits of 32 bytes.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    (text.len() == 64).then(|| pairs.map(byte).collect())?
}

#[cfg(test)]
mod tests {
    use super::{sign, verify};
    use proptest::prelude::*;

    const NOW: i64 = 1_773_480_413;
    const OLD: &[u8] = b"an old secret of the tests, 32 b";
    const NEW: &[u8] = b"a new secret of the tests, 32 by";
    const OTHER: &[u8] = b"nobody's secret of the tests 32b";

    #[test]
    fn a_known_signature() {
        // of another implementation: Python's hmac.new(OLD, b"1773480413.{}", "sha256").hexdigest()
        let mac = "8b469cae090520f719ac74844a5919d910219a51b9729a259a22768d08e69bb7";
        assert_eq!(sign(&[OLD], NOW, b"{}"), format!("t={NOW},v1={mac}"));
    }

    #[test]
    fn five_minutes_either_way_and_no_more() {
        let header = sign(&[OLD], NOW, b"{}");
        for (now, fits) in [
            (NOW, true),
            (NOW + 300, true),
            (NOW - 300, true),
            (NOW + 301, false),
            (NOW - 301, false),
            (0, false),
            (i64::MIN, false),
            (i64::MAX, false),
        ] {
            assert_eq!(verify(&[OLD], &header, b"{}", now), fits, "{now}");
        }
    }

    #[test]
    fn either_secret_during_a_rotation() {
        let both = sign(&[OLD, NEW], NOW, b"{}");
        for receiver in [&[OLD][..], &[NEW], &[NEW, OLD], &[OTHER, NEW]] {
            assert!(verify(receiver, &both, b"{}", NOW));
        }
        assert!(!verify(&[OTHER], &both, b"{}", NOW));
        assert!(!verify(&[], &both, b"{}", NOW));
        assert!(verify(&[OLD, NEW], &sign(&[OLD], NOW, b"{}"), b"{}", NOW), "the sender has not rotated yet");
    }

    #[test]
    fn headers_that_are_none() {
        let good = sign(&[OLD], NOW, b"{}");
        let mac = good.split_once(",v1=").map(|(_, mac)| mac).unwrap_or_default().to_owned();
        let upper = mac.to_ascii_uppercase();
        for bad in [
            String::new(),
            format!("v1={mac}"),
            format!("t={NOW}"),
            format!("t=+{NOW},v1={mac}"),
            format!("t=0{NOW},v1={mac}"),
            format!("t={NOW},v0={mac}"),
            format!("t={NOW},v1="),
            format!("t={NOW},v1={}", &mac[..62]),
            format!("t={NOW},v1={mac}00"),
            format!("t={NOW},v1={upper}"),
            format!("t={NOW} v1={mac}"),
            format!("t=99999999999999999999,v1={mac}"),
        ] {
            assert!(!verify(&[OLD], &bad, b"{}", NOW), "{bad}");
        }
        assert!(
            verify(&[OLD], &format!("t={NOW}, v0=1, v1={mac}"), b"{}", NOW),
            "what is new is passed over"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_flipped_bit_is_accepted(body in proptest::collection::vec(any::<u8>(), 0..200), flip in any::<prop::sample::Index>()) {
            let header = sign(&[OLD], NOW, &body);
            prop_assert!(verify(&[OLD], &header, &body, NOW));
            // of the body, the time, or the signature
            let mut text = [header.as_bytes(), b"\n", &body].concat();
            let bit = flip.index(text.len() * 8);
            text[bit / 8] ^= 1 << (bit % 8);
            let (flipped, body) = text.split_at(header.len());
            let body = body.get(1..).unwrap_or_default();
            if bit / 8 == header.len() {
                return Ok(()); // the line break between the two
            }
            let Ok(flipped) = std::str::from_utf8(flipped) else { return Ok(()) };
            prop_assert!(!verify(&[OLD], flipped, body, NOW), "bit {} of {}", bit, header);
        }
    }
}
