//! Throws of a seeded die.

/// A source of choices: the same seed gives the same ones.
#[derive(Debug, Clone)]
pub struct Dice {
    rng: fastrand::Rng,
}

impl Dice {
    /// By a seed.
    pub fn new(seed: u64) -> Self {
        Self { rng: fastrand::Rng::with_seed(seed) }
    }

    /// One of some things.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.rng.usize(..of.len())]
    }

    /// One of some words.
    pub fn word(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len())]
    }

    /// True so many times of 100.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.rng.u32(..100) < percent
    }

    /// 0 to one less than `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.rng.usize(..end)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        self.rng.i64(low..=high)
    }

    /// Any order.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        self.rng.shuffle(things);
    }

    /// A few of some things, at least `least`, in any order.
    pub fn some<T: Clone>(&mut self, of: &[T], least: usize) -> Vec<T> {
        let mut all = of.to_vec();
        self.shuffle(&mut all);
        let count = least.min(all.len()) + self.below(all.len() - least.min(all.len()) + 1);
        all.truncate(count.min(least + 2));
        all
    }

    /// The seed of another die.
    pub fn seed(&mut self) -> u64 {
        self.rng.u64(..)
    }
}
