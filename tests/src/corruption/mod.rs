//! Corrupted dumps: good ones with one thing wrong in them, of a kind that has a name and invariants that must notice
//! it. What is wrong stands in one place; chains are sealed again over it and checksums written anew, so that only the
//! meaning can give it away, unless the kind is about hashes.
//!
//! What it never does: damage what nothing could notice, as a chain's own end that is cut off.

mod beside;
mod chain;
mod entry;
mod second;
mod state;
mod table;

use audit::{Auditor, Invariant, Item, Report};
pub use second::Second;
pub use table::Table;

/// Does one thing wrong, somewhere that the dice choose; false where the dump has no place for it.
type Corrupt = fn(&mut Table, &mut Dice) -> bool;

/// A kind of corruption.
#[derive(Debug)]
pub struct Kind {
    /// What is wrong.
    pub name: &'static str,
    /// One of these must be named.
    pub found_as: &'static [Invariant],
    corrupt: Corrupt,
}

const fn kind(name: &'static str, found_as: &'static [Invariant], corrupt: Corrupt) -> Kind {
    Kind { name, found_as, corrupt }
}

impl Kind {
    /// A dump with this wrong in it; none where the good one has no place for it.
    pub fn of(&self, good: &[Item], dice: &mut Dice) -> Option<Vec<Item>> {
        let mut table = Table::new(good);
        (self.corrupt)(&mut table, dice).then(|| table.into_items())
    }
}

/// All kinds.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    [chain::KINDS, entry::KINDS, state::KINDS, beside::KINDS].into_iter().flatten()
}

/// What the first auditor says of a dump in any order.
pub fn audited(items: Vec<Item>) -> Report {
    let mut auditor = Auditor::new();
    for item in Item::in_order(items) {
        auditor.feed(&item);
    }
    auditor.finish()
}

/// Seeded chance (`SplitMix64`, by Steele, Lea and Flood): the same seed, the same dumps.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A place in a list of this length, which is not empty.
    pub fn place(&mut self, length: usize) -> usize {
        let length = u64::try_from(length).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.roll() % length).unwrap_or_default()
    }

    /// One of them, if there is any.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.place(of.len()))
    }
}
