//! Codes by which friends name who brought them: 8 characters and a check, made to be read aloud and typed.
//!
//! The alphabet is Crockford's: no I, L, O, U. The check character finds every single wrong character and every two
//! neighbours swapped. A code is no secret: it names a member to her own merchant's tills, and gives no access.

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 8;

/// The code that 40 bits stand for, as it is shown: `7K3M-9QXT-F`.
pub fn of(bits: [u8; 5]) -> String {
    let number = bits.iter().fold(0_u64, |number, byte| number.wrapping_shl(8) | u64::from(*byte));
    let values = (0..LENGTH).rev().map(|place| {
        let shift = u32::try_from(place.saturating_mul(5)).unwrap_or(0);
        u8::try_from(number.wrapping_shr(shift) & 31).unwrap_or(0)
    });
    let values: Vec<u8> = values.collect();
    shown(&values)
}

/// A code as it was typed, in the form it is shown in: small letters, spaces and dashes are taken, `O` is 0, `I` and `L`
/// are 1. None for what is no code.
pub fn read(typed: &str) -> Option<String> {
    let mut values = Vec::with_capacity(LENGTH);
    for character in typed.chars().filter(|c| !matches!(c, '-' | ' ')) {
        let character = match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let byte = u8::try_from(character).ok()?;
        let value = ALPHABET.iter().position(|known| *known == byte)?;
        values.push(u8::try_from(value).ok()?);
        if values.len() > LENGTH.saturating_add(1) {
            return None;
        }
    }
    let (check, values) = values.split_last()?;
    (values.len() == LENGTH && self::check(values) == *check).then(|| shown(values))
}

fn shown(values: &[u8]) -> String {
    let mut text = String::with_capacity(LENGTH.saturating_add(3));
    for (place, value) in values.iter().chain([&check(values)]).enumerate() {
        if place == 4 || place == 8 {
            text.push('-');
        }
        text.push(char::from(ALPHABET.get(usize::from(*value)).copied().unwrap_or(b'?')));
    }
    text
}

/// A sum over GF(32), each place weighed with its own power of the generator (x^5 + x^2 + 1), the last with the first
/// power, so that the check itself, with none, is another place still.
fn check(values: &[u8]) -> u8 {
    let weighed = |value: u8| {
        let doubled = value.wrapping_shl(1);
        if doubled & 0b10_0000 == 0 { doubled } else { doubled ^ 0b10_0101 }
    };
    values.iter().fold(0, |sum: u8, value| weighed(sum ^ value))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::unwrap_used,
        reason = "tests stop at the first surprise"
    )]

    use super::{ALPHABET, of, read};

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = of([0x3a, 0x91, 0x4c, 0xf0, 0x77]);
        assert_eq!(code.len(), 11);
        assert_eq!(read(&code).as_deref(), Some(code.as_str()));
        assert_eq!(read(&code.to_lowercase().replace('-', " ")).as_deref(), Some(code.as_str()));
        let ones = of([0; 5]);
        assert_eq!(ones, "0000-0000-0");
        assert_eq!(read("oooo-OOOO-o").as_deref(), Some("0000-0000-0"));
        for wrong in ["", "7K3M", "7K3M-9QXT", "0000-0000-00", "0000-0000-U", "ÄÄÄÄ-ÄÄÄÄ-Ä"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_slip_of_one_character_or_two_neighbours_is_found() {
        for seed in 0..200_u8 {
            let code = of([seed, seed.wrapping_mul(37), 11, seed.wrapping_add(90), 200]);
            let plain: Vec<char> = code.chars().filter(|c| *c != '-').collect();
            for place in 0..plain.len() {
                for other in ALPHABET.iter().map(|byte| char::from(*byte)) {
                    let mut wrong = plain.clone();
                    wrong[place] = other;
                    let same = other == plain[place];
                    assert_eq!(read(&wrong.iter().collect::<String>()).is_some(), same);
                }
                if place > 0 && plain[place] != plain[place - 1] {
                    let mut wrong = plain.clone();
                    wrong.swap(place, place - 1);
                    assert_eq!(read(&wrong.iter().collect::<String>()), None);
                }
            }
        }
    }
}
