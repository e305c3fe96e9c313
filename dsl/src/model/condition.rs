//! Conditions: what is asked of an event and of a member, and segments, which are named lists of them.

use super::Place;
use crate::facts::{Happening, Window, WindowedSum};
use crate::units::{Day, MinuteOfDay, Span, Weekday};
use serde::{Deserialize, Serialize};

/// A named group of members: everyone of whom all conditions hold, at the moment of asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// How merchants read it.
    pub label: Option<String>,
    /// All must hold.
    pub when: Vec<Condition>,
    /// Where it stands in the text.
    pub place: Place,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// One sentence.
    Test(Clause),
    /// `any of { }`.
    Any(Vec<Condition>),
    /// `all of { }`.
    All(Vec<Condition>),
    /// `none of { }`.
    NoneOf(Vec<Condition>),
    /// `member in segment lapsed`, by index; `member not in segment lapsed` where not `inside`.
    Segment {
        /// Which.
        segment: usize,
        /// Whether the member is to be in it.
        inside: bool,
        /// Where the sentence stands in the text.
        place: Place,
    },
}

/// One sentence: a fact and a predicate. Unknown never matches, in either polarity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// What is asked about.
    pub fact: Fact,
    /// What is asked of it.
    pub predicate: Predicate,
    /// Where the sentence stands in the text.
    pub place: Place,
}

/// A fact a sentence may ask about: see `vocabulary` for names, types and meanings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Fact {
    Date,
    Time,
    Weekday,
    Channel,
    Store,
    BasketPaid,
    BasketEligible,
    BasketItems,
    BasketCategories,
    BasketBrands,
    BasketSkus,
    BasketTags,
    /// `basket.lines where ...`: money of the matching lines.
    BasketLines(Vec<Condition>),
    LineCategory,
    LineBrand,
    LineSku,
    LineTags,
    LineAmount,
    LineQuantity,
    LineEligible,
    /// 1 for the first purchase: purchases before it, net of returns, plus one.
    PurchaseNumber,
    /// 1 for the first friend for whom the member is rewarded: those before, plus one.
    ReferralNumber,
    MemberTier,
    MemberBirthday,
    MemberEnrolled,
    MemberLastPurchase,
    MemberBalance,
    MemberTags,
    /// A windowed sum, by index into the rulebook's list.
    Windowed(WindowedSum),
    /// A field of the declared event, by name.
    Field(String),
    MemberBadges,
    /// The length to which this purchase brings a streak, by index; unknown where it does not lengthen it.
    Streak(usize),
    /// How often a declared event happened.
    Happened(Happening),
    /// What a purchase of a window came to, rounded down; unknown where there was none.
    Average(Window),
    /// Whole years.
    MemberAge,
    MemberCountry,
    MemberPostcode,
    MemberCity,
    /// The arm a member is in, of an experiment by index; unknown while it does not run.
    Experiment(usize),
}

/// What a sentence asks of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Predicate {
    AtLeast(Value),
    AtMost(Value),
    MoreThan(Value),
    LessThan(Value),
    /// Both ends inclusive; for times of day half open `[from, to)`, wrapping past midnight when to <= from.
    Between(Value, Value),
    Is(Value),
    IsNot(Value),
    In(Vec<Value>),
    NotIn(Vec<Value>),
    HasAny(Vec<Value>),
    HasAll(Vec<Value>),
    HasNone(Vec<Value>),
    /// `within 30 days of member.birthday` (the nearest anniversary, either side) or of a date or moment.
    Within(Span, Box<Fact>),
    Known,
    Unknown,
    /// `at least 60 days ago`: whole days, months or years before the day of the event, or longer.
    AtLeastAgo(Span),
    /// `at most 60 days ago`: so long or shorter.
    AtMostAgo(Span),
    /// `is every 10th`: a multiple of so much, and not nothing.
    Nth(u32),
    /// `in calendar holidays`, by index; `not in calendar holidays` where not `inside`.
    Calendar {
        calendar: usize,
        inside: bool,
    },
    /// `starts with "75"`.
    StartsWith(String),
}

/// A typed literal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Minor units.
    Money(i64),
    /// Micro-points.
    Points(i64),
    /// Micro-units.
    Number(i64),
    /// Text: a string, or a name of the catalogue.
    Text(String),
    /// `yes` or `no`.
    Truth(bool),
    /// A civil day.
    Date(Day),
    /// A time of day.
    Time(MinuteOfDay),
    /// A day of the week.
    Weekday(Weekday),
    /// A tier, by index.
    Tier(usize),
}
