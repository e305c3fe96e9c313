//! A row of bits over rules.

/// So many bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// All set, for so many rules.
    pub(super) fn ones(length: usize) -> Self {
        let mut bits = Self { words: vec![0; length.div_ceil(64)] };
        for at in 0..length {
            bits.set(at);
        }
        bits
    }

    pub(super) fn set(&mut self, at: usize) {
        if let Some(word) = self.words.get_mut(at.div_euclid(64)) {
            *word |= bit(at);
        }
    }

    pub(super) fn clear(&mut self, at: usize) {
        if let Some(word) = self.words.get_mut(at.div_euclid(64)) {
            *word &= !bit(at);
        }
    }

    pub(super) fn has(&self, at: usize) -> bool {
        self.words.get(at.div_euclid(64)).is_some_and(|word| word & bit(at) != 0)
    }

    /// Those set in both.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self { words: self.words.iter().zip(&other.words).map(|(left, right)| left & right).collect() }
    }

    /// Positions of set bits, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                if left == 0 {
                    return None;
                }
                let found = usize::try_from(left.trailing_zeros()).unwrap_or(0);
                left &= left.wrapping_sub(1);
                Some(at.saturating_mul(64).saturating_add(found))
            })
        })
    }
}

fn bit(at: usize) -> u64 {
    1_u64.wrapping_shl(u32::try_from(at.rem_euclid(64)).unwrap_or(0))
}
