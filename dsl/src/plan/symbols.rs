//! Interned text: the strings a plan compares, each a small integer, so that rules never compare text.

/// The texts of a plan, found by an open-addressing table with a fixed hash (equal input, equal layout).
#[derive(Debug, Clone, Default)]
pub(crate) struct Symbols {
    texts: Vec<Box<str>>,
    /// Index into `texts` plus one; 0 is free. A power of two, at most half full.
    table: Vec<u32>,
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
            self.table = vec![0; self.texts.len().saturating_mul(4).next_power_of_two()];
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
        for at in probes(text, self.table.len()) {
            let entry = self.table.get(at).copied().unwrap_or(0);
            let Some(symbol) = entry.checked_sub(1) else { return OTHER };
            let index = usize::try_from(symbol).unwrap_or(usize::MAX);
            if self.texts.get(index).is_some_and(|known| **known == *text) {
                return symbol;
            }
        }
        OTHER
    }

    fn place(&mut self, index: usize) {
        let Some(text) = self.texts.get(index) else { return };
        for at in probes(text, self.table.len()) {
            if let Some(entry) = self.table.get_mut(at)
                && *entry == 0
            {
                *entry = u32::try_from(index).unwrap_or(0).saturating_add(1);
                return;
            }
        }
    }
}

/// The cells to look at for `text`, in order: each cell once.
fn probes(text: &str, size: usize) -> impl Iterator<Item = usize> {
    // FNV-1a: short keys, fixed for ever, no seed.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mask = size.saturating_sub(1);
    let start = usize::try_from((hash ^ hash.wrapping_shr(32)) & 0xffff_ffff).unwrap_or(0);
    (0..size).map(move |step| start.wrapping_add(step) & mask)
}
