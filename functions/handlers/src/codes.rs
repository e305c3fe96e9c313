//! Codes of vouchers: 95 bits that only this deployment's secret makes, in Crockford's letters, with one more that finds
//! every mistyped letter and every two that were swapped.
//!
//! What it never does: keep one, or log one. A code is derived again whenever its owner asks; the table knows its hash.

use crate::App;
use crate::log::hex;
use domain::decision::Decision;
use domain::ids::{MemberId, TenantId, VoucherId};
use sha2::{Digest, Sha256};

/// Crockford's base 32: no I, L, O, U.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of five bits each, without the one that checks them.
const LENGTH: usize = 19;
/// Letters that stand together.
const GROUP: usize = 5;

/// The code of a voucher: the same whenever it is asked for.
pub(crate) fn code(app: &App, tenant: &TenantId, member: &MemberId, voucher: VoucherId) -> String {
    let mac = app.secret.mac("voucher", &[tenant.as_str(), member.as_str(), &voucher.to_string()]);
    let bits = mac.iter().take(16).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
    let mut values: Vec<u8> =
        (0..LENGTH).map(|at| u8::try_from((bits >> (5 * at)) & 31).unwrap_or(0)).collect();
    values.push(check(&values));
    let letters: Vec<char> = values.iter().filter_map(|value| letter(*value)).collect();
    letters.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What a code as typed is found by; none for what is no code. Hyphens and capitals do not matter, and what is easily
/// misread is read as it is meant.
pub(crate) fn hash_of(typed: &str) -> Option<String> {
    let values: Option<Vec<u8>> = typed.chars().filter(|letter| *letter != '-').map(value).collect();
    let values = values.filter(|values| values.len() == LENGTH + 1)?;
    let (last, rest) = values.split_last()?;
    (check(rest) == *last).then(|| hash(&values))
}

/// A decision with what the codes of its vouchers are found by.
pub(crate) fn coded(app: &App, tenant: &TenantId, member: &MemberId, decision: Decision) -> Decision {
    decision.coded(|voucher| hash_of(&code(app, tenant, member, voucher)).unwrap_or_default())
}

fn hash(values: &[u8]) -> String {
    let mut digest = Sha256::new();
    digest.update(b"merit voucher ");
    digest.update(
        values.iter().filter_map(|value| LETTERS.get(usize::from(*value))).copied().collect::<Vec<_>>(),
    );
    hex(&digest.finalize())
}

fn letter(value: u8) -> Option<char> {
    LETTERS.get(usize::from(value)).copied().map(char::from)
}

fn value(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = LETTERS.iter().position(|known| char::from(*known) == letter)?;
    u8::try_from(place).ok()
}

/// The sum of the letters, each times another power of two, in the field of 32 elements: no power comes twice within 31
/// letters, so one wrong letter, or two swapped ones, give another sum.
fn check(values: &[u8]) -> u8 {
    let mut power = 1;
    values.iter().fold(0, |sum, value| {
        power = times(power, 2);
        sum ^ times(power, *value)
    })
}

/// The product in the field of 32 elements, modulo x^5 + x^2 + 1.
fn times(a: u8, b: u8) -> u8 {
    let (mut a, mut product) = (a, 0);
    for bit in 0..5 {
        if (b >> bit) & 1 == 1 {
            product ^= a;
        }
        a <<= 1;
        if a & 32 != 0 {
            a ^= 0b10_0101;
        }
    }
    product
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests say what went wrong by failing")]
mod tests {
    use super::{GROUP, LENGTH, LETTERS, check, hash_of, letter};

    fn spelled(values: &[u8]) -> String {
        values.iter().filter_map(|value| letter(*value)).collect()
    }

    /// Some codes, right ones.
    fn codes() -> Vec<Vec<u8>> {
        (0_u64..200)
            .map(|seed| {
                let step = |at: u64| {
                    (seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(at * at * 97 + at)) >> 3
                };
                let mut values: Vec<u8> =
                    (0..LENGTH).map(|at| u8::try_from(step(at as u64) % 32).unwrap()).collect();
                values.push(check(&values));
                values
            })
            .collect()
    }

    #[test]
    fn every_wrong_letter_and_every_swap_is_found() {
        for values in codes() {
            assert!(hash_of(&spelled(&values)).is_some());
            for at in 0..values.len() {
                for other in 0..32 {
                    let mut wrong = values.clone();
                    wrong[at] = other;
                    assert_eq!(hash_of(&spelled(&wrong)).is_some(), wrong == values, "{wrong:?}");
                }
                for with in 0..at {
                    let mut swapped = values.clone();
                    swapped.swap(at, with);
                    assert_eq!(hash_of(&spelled(&swapped)).is_some(), swapped == values, "{swapped:?}");
                }
            }
        }
    }

    #[test]
    fn hyphens_capitals_and_look_alikes_do_not_matter() {
        let values = codes().into_iter().find(|values| values.contains(&0) && values.contains(&1)).unwrap();
        let typed = spelled(&values);
        let hash = hash_of(&typed).unwrap();
        assert_eq!(hash.len(), 64);
        let grouped = format!("{}-{}", &typed[..GROUP], &typed[GROUP..]);
        for same in [grouped, typed.to_lowercase(), typed.replace('0', "O"), typed.replace('1', "l")] {
            assert_eq!(hash_of(&same).as_ref(), Some(&hash), "{same}");
        }
        for wrong in [&typed[1..], "", "----", &format!("{typed}0"), &typed.replace(&typed[..1], "U")] {
            assert_eq!(hash_of(wrong), None, "{wrong}");
        }
        assert_eq!(LETTERS.len(), 32);
    }
}
