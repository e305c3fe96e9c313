//! The one vocabulary: facts a rule may read (name, type, where they are loaded from, meaning), sums over time, and in
//! the tables beside it sentences, predicates, closed choices, units and items.
//! The checker, diagnostics, the editor, the reference and the evaluator all read these tables; nothing repeats them.

pub mod choices;
pub mod items;
pub mod predicates;
pub mod sentences;
pub mod units;

pub use choices::{CHOICES, Choice};
pub use predicates::{PREDICATES, Predicate};
pub use sentences::{NAMED, SENTENCES, Sentence};
pub use units::{UNITS, Unit, is_unit};

use crate::facts::Metric;
use crate::model::Fact;

/// The type of a fact, in merchant's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Type {
    Money,
    Points,
    Number,
    Text,
    TextSet,
    Truth,
    Date,
    Time,
    Weekday,
    Tier,
    /// Text of which the beginning may be asked for.
    Place,
}

/// Where a fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Any event.
    Event,
    /// A purchase's basket.
    Basket,
    /// One line, inside `where`.
    Line,
    /// The member's ledger state.
    Member,
    /// The member's profile: personal data.
    Profile,
}

/// One row of the vocabulary.
#[derive(Debug, Clone)]
pub struct Word {
    /// As written: `basket.paid`.
    pub path: &'static str,
    /// Its type.
    pub kind: Type,
    /// Where it comes from.
    pub source: Source,
    /// Whether it may be unknown.
    pub optional: bool,
    /// One sentence for merchants.
    pub meaning: &'static str,
    /// The fact it stands for.
    pub fact: Fact,
}

/// The vocabulary. Windowed sums (`member.spent in 12 months`) are written with one of the three metric words and a
/// window, and stand for lifetime sums without one; fields of declared events are added by the checker.
#[rustfmt::skip] // one fact per line: it is a table
pub fn words() -> Vec<Word> {
    let w = |path, kind, source, optional, meaning, fact| Word { path, kind, source, optional, meaning, fact };
    vec![
        w("date", Type::Date, Source::Event, false, "the day of the event in the programme's zone", Fact::Date),
        w("time", Type::Time, Source::Event, false, "the time of day of the event in the programme's zone", Fact::Time),
        w("day", Type::Weekday, Source::Event, false, "the day of the week of the event", Fact::Weekday),
        w("channel", Type::Text, Source::Event, true, "where it was sold, such as online", Fact::Channel),
        w("store", Type::Text, Source::Event, true, "the store", Fact::Store),
        w("basket.paid", Type::Money, Source::Basket, false, "what was paid for all lines, after discounts", Fact::BasketPaid),
        w("basket.eligible", Type::Money, Source::Basket, false, "what was paid for lines that may earn", Fact::BasketEligible),
        w("basket.items", Type::Number, Source::Basket, false, "how many pieces", Fact::BasketItems),
        w("basket.categories", Type::TextSet, Source::Basket, false, "the categories of its lines", Fact::BasketCategories),
        w("basket.brands", Type::TextSet, Source::Basket, false, "the brands of its lines", Fact::BasketBrands),
        w("basket.skus", Type::TextSet, Source::Basket, false, "the articles of its lines", Fact::BasketSkus),
        w("basket.tags", Type::TextSet, Source::Basket, false, "the tags of its lines", Fact::BasketTags),
        w("basket.lines", Type::Money, Source::Basket, false, "what was paid for the lines that match", Fact::BasketLines(Vec::new())),
        w("line.category", Type::Text, Source::Line, true, "the line's category", Fact::LineCategory),
        w("line.brand", Type::Text, Source::Line, true, "the line's brand", Fact::LineBrand),
        w("line.sku", Type::Text, Source::Line, true, "the line's article", Fact::LineSku),
        w("line.tags", Type::TextSet, Source::Line, false, "the line's tags", Fact::LineTags),
        w("line.amount", Type::Money, Source::Line, false, "what was paid for the line", Fact::LineAmount),
        w("line.quantity", Type::Number, Source::Line, false, "pieces in the line", Fact::LineQuantity),
        w("line.eligible", Type::Truth, Source::Line, false, "whether the line may earn", Fact::LineEligible),
        w("purchase.number", Type::Number, Source::Member, false, "1 for the member's first purchase, net of returns", Fact::PurchaseNumber),
        w("referral.number", Type::Number, Source::Member, false, "1 for the first friend a member is rewarded for, 2 for the second", Fact::ReferralNumber),
        w("member.tier", Type::Tier, Source::Member, true, "the member's tier before the event", Fact::MemberTier),
        w("member.birthday", Type::Date, Source::Profile, true, "the member's date of birth", Fact::MemberBirthday),
        w("member.age", Type::Number, Source::Profile, true, "the member's age in whole years on the day of the event", Fact::MemberAge),
        w("member.country", Type::Place, Source::Profile, true, "the country the member lives in", Fact::MemberCountry),
        w("member.postcode", Type::Place, Source::Profile, true, "her postal code", Fact::MemberPostcode),
        w("member.city", Type::Place, Source::Profile, true, "her city", Fact::MemberCity),
        w("member.enrolled", Type::Date, Source::Member, false, "the day the member enrolled", Fact::MemberEnrolled),
        w("member.last_purchase", Type::Date, Source::Member, true, "the day of the last purchase before this one", Fact::MemberLastPurchase),
        w("member.balance", Type::Points, Source::Member, false, "points the member can spend, before the event", Fact::MemberBalance),
        w("member.tags", Type::TextSet, Source::Member, false, "tags on the member", Fact::MemberTags),
        w("member.badges", Type::TextSet, Source::Member, false, "badges the member has, before the event", Fact::MemberBadges),
    ]
}

/// What is added up over time, and always says over which: `member.spent in 12 months`.
#[derive(Debug, Clone, Copy)]
pub struct Sum {
    /// As written: `member.spent`.
    pub path: &'static str,
    /// The type of the sum.
    pub kind: Type,
    /// One sentence for merchants.
    pub meaning: &'static str,
    /// What is added up; none for the average of what was paid.
    pub metric: Option<Metric>,
}

/// The sums.
#[rustfmt::skip] // one per line: it is a table
pub const SUMS: &[Sum] = &[
    Sum { path: "member.spent", kind: Type::Money, meaning: "what the member paid, net of returns", metric: Some(Metric::Spent) },
    Sum { path: "member.earned", kind: Type::Points, meaning: "points the member earned, net of returns", metric: Some(Metric::Earned) },
    Sum { path: "member.purchases", kind: Type::Number, meaning: "how often the member bought, net of returns", metric: Some(Metric::Purchases) },
    Sum { path: "member.average_basket", kind: Type::Money, meaning: "what one of the member's purchases came to, net of returns, rounded down; unknown where there was none", metric: None },
];

/// The windows a sum may have, each with an example and its meaning.
pub const WINDOWS: &[(&str, &str)] = &[
    ("in 12 months", "up to the moment of the event"),
    ("this year", "the calendar year so far; also `quarter`, `month`, `week`"),
    ("today", "the day so far"),
    ("in total", "all of it"),
];

/// The kinds of event of the language itself, and what each is.
#[rustfmt::skip] // one per line: it is a table
pub const OCCASIONS: &[(&str, &str)] = &[
    (crate::event::PURCHASE, "a member buys something"),
    (crate::event::ENROLMENT, "a member joins"),
    (crate::event::BIRTHDAY, "a member's birthday, by the programme's clock"),
    (crate::event::ANNIVERSARY, "the day a member joined, every year"),
    (crate::event::REFERRAL_REFERRER, "a friend has matured, for the member who brought her"),
    (crate::event::REFERRAL_FRIEND, "the same, for the friend"),
];

impl Type {
    /// What a value of it is called.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Money => "money",
            Self::Points => "points",
            Self::Number => "number",
            Self::Text => "name or text",
            Self::TextSet => "several names",
            Self::Truth => "truth",
            Self::Date => "date",
            Self::Time => "time of day",
            Self::Weekday => "day of the week",
            Self::Tier => "tier",
            Self::Place => "text",
        }
    }
}
