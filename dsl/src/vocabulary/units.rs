//! The units a number may carry, beside the three letters of a currency.

/// A unit, in the singular and the plural, and what is counted in it.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    /// `1 point`.
    pub one: &'static str,
    /// `2 points`.
    pub many: &'static str,
    /// What is counted, for merchants.
    pub meaning: &'static str,
}

const fn u(one: &'static str, many: &'static str, meaning: &'static str) -> Unit {
    Unit { one, many, meaning }
}

/// All of them. The grammar's `unit` has the same words; a test holds them together.
pub const UNITS: &[Unit] = &[
    u("point", "points", "points"),
    u("time", "times", "how often"),
    u("purchase", "purchases", "purchases of a member"),
    u("minute", "minutes", "a length of time"),
    u("hour", "hours", "a length of time"),
    u("day", "days", "a length of time"),
    u("week", "weeks", "a length of time"),
    u("month", "months", "a length of time; from the 31st it ends on the last day of a shorter month"),
    u("year", "years", "a length of time; from 29 February it ends on the 28th"),
];

/// True for a unit in either number.
pub fn is_unit(word: &str) -> bool {
    UNITS.iter().any(|unit| unit.one == word || unit.many == word)
}
