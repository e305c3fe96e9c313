//! Where conditions cut the values of one fact.

use super::cells::Cell;
use std::collections::BTreeSet;

/// How a condition reads a fact: `(raw + offset) x scale`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Transform {
    offset: i64,
    scale: i64,
}

impl Transform {
    /// With a scale of at least 1.
    pub(super) const fn scaled(offset: i64, scale: i64) -> Self {
        Self { offset, scale }
    }

    /// What a condition sees.
    pub(super) fn value(self, raw: i64) -> i128 {
        let moved = i128::from(raw).saturating_add(i128::from(self.offset));
        moved.saturating_mul(i128::from(self.scale))
    }

    /// The first raw value that a condition sees at or above a value.
    fn first_at(self, value: i64) -> i128 {
        let scale = i128::from(self.scale.max(1));
        let up = i128::from(value).saturating_add(scale).saturating_sub(1).div_euclid(scale);
        up.saturating_sub(i128::from(self.offset))
    }
}

/// First values of cells.
#[derive(Debug, Clone, Default)]
pub(super) struct Cuts {
    starts: BTreeSet<i128>,
    values: BTreeSet<i64>,
}

impl Cuts {
    /// A cell begins here.
    pub(super) fn start(&mut self, at: i128) {
        self.starts.insert(at);
    }

    /// Cuts at the ends of what lies between two values, both included.
    pub(super) fn range(&mut self, transform: Transform, low: i64, high: i64) {
        if low != i64::MIN {
            self.starts.insert(transform.first_at(low));
        }
        if high != i64::MAX {
            self.starts.insert(transform.first_at(high.saturating_add(1)));
        }
        if low == high {
            self.values.insert(low);
        }
    }

    /// Values that conditions name one by one.
    pub(super) fn values(&self) -> impl Iterator<Item = i64> + '_ {
        self.values.iter().copied()
    }

    /// The cells between two values, each with the value nearest to `near` as its pick.
    pub(super) fn cells(&self, low: i64, high: i64, near: i64) -> Vec<Cell> {
        let inside = |at: &&i128| i128::from(low) < **at && **at <= i128::from(high);
        let mut starts: Vec<i64> = vec![low];
        starts.extend(self.starts.iter().filter(inside).filter_map(|at| i64::try_from(*at).ok()));
        let ends = starts.iter().skip(1).map(|next| next.saturating_sub(1)).chain([high]);
        let cell = |(low, high): (&i64, i64)| Cell {
            low: *low,
            high,
            pick: near.clamp(*low, high.max(*low)),
            known: true,
            weekday: None,
        };
        starts.iter().zip(ends).map(cell).collect()
    }
}
