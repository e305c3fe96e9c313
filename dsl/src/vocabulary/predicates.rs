//! The table of predicates: what may be asked, of which types, and what it means.

use super::Type;

/// One predicate.
#[derive(Debug, Clone, Copy)]
pub struct Predicate {
    /// The words it begins with: `at least`.
    pub words: &'static str,
    /// How it is written: `at least … ago`.
    pub form: &'static str,
    /// Of which types it may be asked; of none where only `member` may be asked.
    pub types: &'static [Type],
    /// One sentence for merchants.
    pub meaning: &'static str,
}

impl Predicate {
    /// Whether a type knows it.
    pub fn fits(&self, kind: Type) -> bool {
        self.types.contains(&kind)
    }
}

const AMOUNTS: &[Type] = &[Type::Money, Type::Points, Type::Number, Type::Date, Type::Time];
const ORDERED: &[Type] = &[Type::Money, Type::Points, Type::Number, Type::Date, Type::Time, Type::Tier];
const ONE: &[Type] = &[
    Type::Money,
    Type::Points,
    Type::Number,
    Type::Text,
    Type::Date,
    Type::Time,
    Type::Weekday,
    Type::Tier,
    Type::Place,
];
const ONE_OR_TRUTH: &[Type] = &[
    Type::Money,
    Type::Points,
    Type::Number,
    Type::Text,
    Type::Truth,
    Type::Date,
    Type::Time,
    Type::Weekday,
    Type::Tier,
    Type::Place,
];
const PLACE: &[Type] = &[Type::Place];
const SET: &[Type] = &[Type::TextSet];
const NUMBER: &[Type] = &[Type::Number];
const DATE: &[Type] = &[Type::Date];

const fn p(
    words: &'static str,
    form: &'static str,
    types: &'static [Type],
    meaning: &'static str,
) -> Predicate {
    Predicate { words, form, types, meaning }
}

/// All of them.
#[rustfmt::skip] // one per line: it is a table
pub const PREDICATES: &[Predicate] = &[
    p("is", "is …", ONE_OR_TRUTH, "it is exactly this"),
    p("is not", "is not …", ONE, "it is known, and not this"),
    p("in", "in [..]", ONE, "it is one of these"),
    p("not in", "not in [..]", ONE, "it is known, and none of these"),
    p("at least", "at least …", ORDERED, "this or more; of a tier: this one or one above"),
    p("at most", "at most …", ORDERED, "this or less"),
    p("more than", "more than …", ORDERED, "more than this"),
    p("less than", "less than …", ORDERED, "less than this"),
    p("between", "between … and …", AMOUNTS, "both ends included; of a time: up to, not including, the second, and it may pass midnight"),
    p("starts with", "starts with …", PLACE, "it begins with these letters or digits"),
    p("has any of", "has any of [..]", SET, "at least one of these is among them"),
    p("has all of", "has all of [..]", SET, "all of these are among them"),
    p("has none of", "has none of [..]", SET, "none of these is among them"),
    p("within", "within 30 days of …", DATE, "so near to another date, before or after; of a birthday the nearest one counts"),
    p("at least", "at least 60 days ago", DATE, "so long ago or longer, by whole local days"),
    p("at most", "at most 1 year ago", DATE, "not longer ago than that, by whole local days"),
    p("is every", "is every 10th", NUMBER, "it is the tenth, the twentieth and so on"),
    p("in segment", "in segment …", &[], "the member is in the segment; asked of `member`"),
    p("not in segment", "not in segment …", &[], "the member is not in the segment; asked of `member`"),
    p("in calendar", "in calendar …", DATE, "it is one of the calendar's days"),
    p("not in calendar", "not in calendar …", DATE, "it is known, and none of the calendar's days"),
    p("is known", "is known", ONE_OR_TRUTH, "it is not missing"),
    p("is unknown", "is unknown", ONE_OR_TRUTH, "it is missing; nothing else matches what is unknown"),
];

/// Whether a type knows a predicate that is written like this: `at least … ago`.
pub fn fits(form: &str, kind: Type) -> bool {
    PREDICATES.iter().any(|known| known.form == form && known.fits(kind))
}
