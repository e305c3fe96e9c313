//! Why something was left out, and how often; and how counts are written.

use std::collections::BTreeMap;

/// Counts by reason, in alphabetical order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Left(BTreeMap<String, u64>);

impl Left {
    /// One more for a reason.
    pub(crate) fn add(&mut self, why: &str) {
        self.add_many(why, 1);
    }

    /// So many more for a reason.
    pub(crate) fn add_many(&mut self, why: &str, count: u64) {
        if count > 0 {
            *self.0.entry(why.to_owned()).or_default() += count;
        }
    }

    /// Adds all of another's.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (why, count) in other.iter() {
            self.add_many(why, count);
        }
    }

    /// Reasons and counts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(why, count)| (why.as_str(), *count))
    }

    /// All counts together.
    pub(crate) fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

/// `1234567` as `1 234 567`.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    if number < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
