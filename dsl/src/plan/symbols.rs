//! Interned text: the strings a plan compares, each a small integer, so that rules never compare text.

/// The texts of a plan, found by an open-addressing table with a fixed hash (equal input, equal layout).
#[derive(Debug, Clone, Default)]
pub(crate) struct Symbols {
    texts: Vec<Box<str>>,
    /// The hash of a text, and its index into `texts` plus one; 0 is free. A power of two, at most half full.
    table: Vec<(u32, u32)>,
}

/// A text that no rule mentions: known, and equal to nothing.
pub(crate) const OTHER: u32 = u32::MAX;

impl Symbols {
    /// How many texts there are.
    pub(crate) const fn len(&self) -> usize {
        self.texts.len()
    }

    /// The text of a symbol; none for [`OTHER`].
    pub(crate) fn text(&self, symbol: u32) -> Option<&str> {
        self.texts.get(usize::try_from(symbol).ok()?).map(|text| &**text)
    }

    /// The symbol of `text`, added if new.
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        let found = self.find(text);
        if found != OTHER {
            return found;
        }
        let symbol = u32::try_from(self.texts.len()).unwrap_or(OTHER);
        self.texts.push(text.into());
        if self.texts.len().saturating_mul(2) > self.table.len() {
            self.table = vec![(0, 0); self.texts.len().saturating_mul(4).next_power_of_two()];
            for index in 0..self.texts.len() {
                self.place(index);
            }
        } else {
            self.place(self.texts.len().saturating_sub(1));
        }
        symbol
    }

    /// The symbol of `text`, or [`OTHER`].
    pub(crate) fn find(&self, text: &str) -> u32 {
        let hash = hash(text);
        for at in probes(hash, self.table.len()) {
            let (known, entry) = self.table.get(at).copied().unwrap_or_default();
            let Some(symbol) = entry.checked_sub(1) else { return OTHER };
            if known == hash && self.text(symbol) == Some(text) {
                return symbol;
            }
        }
        OTHER
    }

    fn place(&mut self, index: usize) {
        let Some(text) = self.texts.get(index) else { return };
        let hash = hash(text);
        for at in probes(hash, self.table.len()) {
            if let Some(entry) = self.table.get_mut(at)
                && entry.1 == 0
            {
                *entry = (hash, u32::try_from(index).unwrap_or(0).saturating_add(1));
                return;
            }
        }
    }
}

/// A hash of a text, eight bytes at a time: fixed for ever, no seed.
fn hash(text: &str) -> u32 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let bytes = text.as_bytes();
    let mix = |hash: u64, word: u64| {
        let product = (hash ^ word).wrapping_mul(ODD);
        product ^ product.wrapping_shr(32)
    };
    let (words, _) = bytes.as_chunks::<8>();
    let length = u64::try_from(bytes.len()).unwrap_or(0);
    let hash = words.iter().fold(length, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    // What is left: the last eight bytes once more, or all of a shorter text.
    let half = |bytes: &[u8; 4]| u64::from(u32::from_le_bytes(*bytes));
    let rest = match (bytes.last_chunk::<8>(), bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(last), ..) => u64::from_le_bytes(*last),
        (_, Some(first), Some(last)) => half(first) | half(last).wrapping_shl(32),
        _ => bytes.iter().fold(0_u64, |rest, byte| rest.wrapping_shl(8) | u64::from(*byte)),
    };
    u32::try_from(mix(hash, rest) & 0xffff_ffff).unwrap_or(0)
}

/// The cells to look at for a hash, in order: each cell once.
fn probes(hash: u32, size: usize) -> impl Iterator<Item = usize> {
    let mask = size.saturating_sub(1);
    let start = usize::try_from(hash).unwrap_or(0);
    (0..size).map(move |step| start.wrapping_add(step) & mask)
}

#[cfg(test)]
mod tests {
    use super::{OTHER, Symbols, hash};
    use std::collections::BTreeMap;

    #[test]
    fn texts_of_one_hash_are_told_apart() {
        let mut seen: BTreeMap<u32, String> = BTreeMap::new();
        let pair = (0_u32..2_000_000).find_map(|at| {
            let text = format!("text {at}");
            seen.insert(hash(&text), text.clone()).map(|before| (before, text))
        });
        assert!(pair.is_some(), "two of two million texts have one hash");
        let (one, other) = pair.unwrap_or_default();
        let mut symbols = Symbols::default();
        let first = symbols.intern(&one);
        assert_eq!(symbols.find(&other), OTHER, "{other} is not {one}");
        let second = symbols.intern(&other);
        assert_ne!(first, second);
        assert_eq!((symbols.find(&one), symbols.find(&other), symbols.len()), (first, second, 2));
    }
}
