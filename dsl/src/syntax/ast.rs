//! The syntax tree: what was written, word for word, with its place. Borrowed from the text.
//!
//! It knows no types and resolves no names; it never holds a sentence that did not parse.

#![allow(missing_docs)] // fields and variants are the words of the language

use crate::model::Place;

/// A word or literal as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'s> {
    pub text: &'s str,
    pub place: Place,
}

/// `350.00 EUR`, `12 months`, `2 times`.
#[derive(Debug, Clone, Copy)]
pub struct Quantity<'s> {
    pub number: Word<'s>,
    pub unit: Word<'s>,
    pub place: Place,
}

/// A literal or a name standing where a value is expected.
#[derive(Debug, Clone, Copy)]
pub enum Literal<'s> {
    Quantity(Quantity<'s>),
    Percent(Word<'s>),
    Number(Word<'s>),
    /// With its quotes.
    Text(Word<'s>),
    Date(Word<'s>),
    Time(Word<'s>),
    DateTime(Word<'s>),
    Name(Word<'s>),
}

impl Literal<'_> {
    /// Where it stands.
    pub fn place(&self) -> Place {
        match self {
            Self::Quantity(quantity) => quantity.place,
            Self::Percent(w)
            | Self::Number(w)
            | Self::Text(w)
            | Self::Date(w)
            | Self::Time(w)
            | Self::DateTime(w)
            | Self::Name(w) => w.place,
        }
    }
}

/// `[a, b]`.
#[derive(Debug, Clone)]
pub struct List<'s> {
    pub items: Vec<Literal<'s>>,
    pub place: Place,
}

/// What an item declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Language,
    Programme,
    Catalogue,
    Tiers,
    Levels,
    Group,
    Budget,
    Attention,
    Event,
    Segment,
    Experiment,
    Calendar,
    Streak,
    Challenge,
    Survey,
    Rule,
    Reward,
    Referral,
    Check,
    Test,
}

impl Kind {
    /// All of them, in the order they are best written.
    pub const ALL: [Self; 20] = [
        Self::Language,
        Self::Programme,
        Self::Catalogue,
        Self::Tiers,
        Self::Levels,
        Self::Group,
        Self::Budget,
        Self::Attention,
        Self::Event,
        Self::Segment,
        Self::Experiment,
        Self::Calendar,
        Self::Streak,
        Self::Challenge,
        Self::Survey,
        Self::Rule,
        Self::Reward,
        Self::Referral,
        Self::Check,
        Self::Test,
    ];

    /// As it stands in a message: `a rule`, `an event`, `the tiers`.
    pub fn phrase(self) -> String {
        let article = match self {
            Self::Catalogue | Self::Tiers => "the",
            Self::Event => "an",
            Self::Levels => return "levels".to_owned(),
            _ => "a",
        };
        format!("{article} {}", self.word())
    }

    /// The word that opens it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::Programme => "programme",
            Self::Catalogue => "catalogue",
            Self::Tiers => "tiers",
            Self::Levels => "levels",
            Self::Group => "group",
            Self::Budget => "budget",
            Self::Attention => "attention",
            Self::Event => "event",
            Self::Segment => "segment",
            Self::Experiment => "experiment",
            Self::Calendar => "calendar",
            Self::Streak => "streak",
            Self::Challenge => "challenge",
            Self::Survey => "survey",
            Self::Rule => "rule",
            Self::Reward => "reward",
            Self::Referral => "referral",
            Self::Check => "check",
            Self::Test => "test",
        }
    }
}

/// One item of a file: its head and its sentences.
#[derive(Debug, Clone)]
pub struct Item<'s> {
    pub kind: Kind,
    /// The word that opens it.
    pub keyword: Place,
    /// The name, or the title of a test with its quotes; none where the head did not parse.
    pub name: Option<Word<'s>>,
    /// With its quotes.
    pub label: Option<Word<'s>>,
    pub body: Vec<Clause<'s>>,
    pub place: Place,
    /// True when some of it did not parse and was reported: what is missing may be what is broken.
    pub broken: bool,
}

/// A sentence of an item's body.
#[derive(Debug, Clone)]
pub struct Clause<'s> {
    pub what: What<'s>,
    pub place: Place,
}

/// What a sentence says.
#[derive(Debug, Clone)]
pub enum What<'s> {
    Language(Word<'s>),
    Currency(Word<'s>),
    Zone(Word<'s>),
    Worth(Quantity<'s>),
    Rounding(Word<'s>),
    Expire(Expire<'s>),
    Pending(Quantity<'s>),
    Refund(Word<'s>),
    Shortfall(Word<'s>),
    UnknownMember(Word<'s>),
    Accept(Quantity<'s>),
    Remind(Quantity<'s>),
    Limit {
        most: Quantity<'s>,
        scopes: Vec<Word<'s>>,
    },
    Names {
        which: Word<'s>,
        names: List<'s>,
    },
    Tier {
        name: Word<'s>,
        from: Option<From<'s>>,
    },
    Downgrade {
        one_step: bool,
    },
    Grace(Quantity<'s>),
    Floor(Word<'s>),
    Take(Take<'s>),
    Total(Quantity<'s>),
    Active {
        from: Option<Word<'s>>,
        until: Option<Word<'s>>,
    },
    WhenSpent(Word<'s>),
    Field {
        name: Word<'s>,
        kind: FieldType<'s>,
    },
    /// Named days of a calendar.
    Days {
        name: Word<'s>,
        from: Word<'s>,
        to: Option<Word<'s>>,
    },
    /// How often a streak asks for a purchase.
    Every(Word<'s>),
    Freeze {
        times: Word<'s>,
        per: Quantity<'s>,
    },
    /// One of the things a challenge asks for.
    Goal(Goal<'s>),
    /// How many of its goals complete a challenge.
    Needs(Word<'s>),
    Quiet {
        from: Word<'s>,
        to: Word<'s>,
    },
    /// Events that address a member.
    Addresses(List<'s>),
    Holdout(Word<'s>),
    Arm {
        name: Word<'s>,
        percent: Word<'s>,
    },
    Formerly(Word<'s>),
    On(Word<'s>),
    Absence(Quantity<'s>),
    Schedule(Schedule<'s>),
    Draw(Word<'s>),
    /// Of a ranking: the ranks, the sum that ranks, the period that is over.
    Rank {
        from: Word<'s>,
        to: Option<Word<'s>>,
        by: Word<'s>,
        last: Word<'s>,
    },
    When(Vec<Cond<'s>>),
    Give(Give<'s>),
    Multiply {
        all: bool,
        by: Word<'s>,
    },
    Effect(Effect<'s>),
    Question {
        name: Word<'s>,
        kind: Asked<'s>,
    },
    Classed {
        how: Word<'s>,
        of: Word<'s>,
    },
    Answer(Quantity<'s>),
    Keep(Word<'s>),
    /// With its quotes.
    Gating(Word<'s>),
    Group(Word<'s>),
    FromBudget(Word<'s>),
    Valid(Quantity<'s>),
    Costs {
        points: Quantity<'s>,
        tier: Option<Word<'s>>,
    },
    Gives(Gives<'s>),
    First(Word<'s>),
    Stock(Word<'s>),
    Lasts(Quantity<'s>),
    Join(Quantity<'s>),
    Qualify {
        least: Option<Quantity<'s>>,
        within: Quantity<'s>,
    },
    Mature(Quantity<'s>),
    /// What a return does to a referral; none for `revoke if unspent`.
    Revoke(Option<Word<'s>>),
    /// `points worth at most 25% of basket.paid`.
    ShareAtMost {
        percent: Word<'s>,
        of: Word<'s>,
    },
    /// `at most 500 points per event`.
    AtMost {
        most: Quantity<'s>,
        scopes: Vec<Word<'s>>,
    },
    NeverBoth(Word<'s>, Word<'s>),
    Always(Word<'s>),
    Given(Set<'s>),
    Event(Happening<'s>),
    Expect(Expect<'s>),
}

/// When a rule is looked at by the calendar.
#[derive(Debug, Clone, Copy)]
pub struct Schedule<'s> {
    pub every: Every<'s>,
    pub at: Word<'s>,
    pub segment: Option<Word<'s>>,
}

/// On which days.
#[derive(Debug, Clone, Copy)]
pub enum Every<'s> {
    Day,
    Week(Word<'s>),
    Month(Word<'s>),
    Once(Word<'s>),
}

/// When points expire.
#[derive(Debug, Clone)]
pub enum Expire<'s> {
    Never,
    EndOf(Word<'s>),
    After { span: Quantity<'s>, end_of: Option<Word<'s>>, idle: bool },
}

/// What opens a tier.
#[derive(Debug, Clone)]
pub struct From<'s> {
    pub least: Quantity<'s>,
    /// `spent` or `earned`; none for purchases.
    pub metric: Option<Word<'s>>,
    pub window: Window<'s>,
    pub keep: Option<Quantity<'s>>,
}

/// A window of a sum.
#[derive(Debug, Clone)]
pub struct Window<'s> {
    pub what: WindowKind<'s>,
    pub place: Place,
}

/// Which window.
#[derive(Debug, Clone)]
pub enum WindowKind<'s> {
    In(Quantity<'s>),
    Total,
    This(Word<'s>),
    Today,
}

/// What a group takes.
#[derive(Debug, Clone)]
pub enum Take<'s> {
    First(List<'s>),
    Sum,
    Word(Word<'s>),
}

/// The type of a declared field.
#[derive(Debug, Clone)]
pub enum FieldType<'s> {
    Word(Word<'s>),
    OneOf(List<'s>),
}

/// A goal of a challenge.
#[derive(Debug, Clone)]
pub struct Goal<'s> {
    pub name: Word<'s>,
    /// With its quotes.
    pub label: Option<Word<'s>>,
    pub target: Quantity<'s>,
    pub counts: Counts<'s>,
}

/// What brings a goal nearer.
#[derive(Debug, Clone)]
pub enum Counts<'s> {
    /// Events of a kind, of which a condition may hold.
    On { kind: Word<'s>, filter: Option<Cond<'s>> },
    /// Money of baskets.
    Of(Subject<'s>),
}

/// What a question asks for.
#[derive(Debug, Clone)]
pub enum Asked<'s> {
    Number { from: Word<'s>, to: Word<'s> },
    OneOf(List<'s>),
    Word(Word<'s>),
}

/// A condition.
#[derive(Debug, Clone)]
pub enum Cond<'s> {
    Sentence(Box<Sentence<'s>>),
    Block { word: Word<'s>, conds: Vec<Cond<'s>>, place: Place },
}

impl Cond<'_> {
    /// Where it stands.
    pub fn place(&self) -> Place {
        match self {
            Self::Sentence(sentence) => sentence.place,
            Self::Block { place, .. } => *place,
        }
    }
}

/// A subject and what is asked of it.
#[derive(Debug, Clone)]
pub struct Sentence<'s> {
    pub subject: Subject<'s>,
    pub predicate: Predicate<'s>,
    /// From the first word of the predicate to its end.
    pub predicate_place: Place,
    pub place: Place,
}

/// What a sentence is about.
#[derive(Debug, Clone)]
pub struct Subject<'s> {
    pub path: Word<'s>,
    pub window: Option<Window<'s>>,
    pub filter: Option<Cond<'s>>,
    pub place: Place,
}

/// What is asked.
#[derive(Debug, Clone)]
pub enum Predicate<'s> {
    Between(Literal<'s>, Literal<'s>),
    AtLeast(Literal<'s>),
    AtMost(Literal<'s>),
    More(Literal<'s>),
    Less(Literal<'s>),
    Known,
    Unknown,
    IsNot(Literal<'s>),
    Is(Literal<'s>),
    NotIn(List<'s>),
    In(List<'s>),
    HasAny(List<'s>),
    HasAll(List<'s>),
    HasNone(List<'s>),
    Within(Quantity<'s>, Word<'s>),
    LeastAgo(Quantity<'s>),
    /// `is every 10th`: the ordinal as written.
    Nth(Word<'s>),
    MostAgo(Quantity<'s>),
    InSegment(Word<'s>),
    NotInSegment(Word<'s>),
    InCalendar(Word<'s>),
    NotInCalendar(Word<'s>),
    /// With its quotes.
    StartsWith(Word<'s>),
}

/// What a rule gives.
#[derive(Debug, Clone)]
pub enum Give<'s> {
    Reward(Word<'s>),
    Badge(Word<'s>),
    Share { percent: Word<'s>, of: Subject<'s> },
    Rate { points: Quantity<'s>, per: Quantity<'s>, of: Subject<'s> },
    Steps { points: Quantity<'s>, every: Quantity<'s>, of: Subject<'s> },
    Milestone { points: Quantity<'s>, every: From<'s> },
    Points(Quantity<'s>),
}

/// What a rule does beside points.
#[derive(Debug, Clone, Copy)]
pub enum Effect<'s> {
    /// With its quotes.
    Tag(Word<'s>),
    Untag(Word<'s>),
    Case(Word<'s>),
    Prompt(Word<'s>),
    Emit(Word<'s>),
    /// A tier, and for how long.
    Lift(Word<'s>, Quantity<'s>),
}

/// What a reward gives.
#[derive(Debug, Clone)]
pub enum Gives<'s> {
    Item(Word<'s>),
    Access(Word<'s>),
    Experience(Word<'s>),
    Shipping,
    GiftCard(Quantity<'s>),
    Donation(Quantity<'s>, Word<'s>),
    Choice(List<'s>),
    Credit(Quantity<'s>),
    Off(Literal<'s>, Word<'s>),
}

/// `path is value` or `path in [..]`.
#[derive(Debug, Clone)]
pub struct Set<'s> {
    pub subject: Subject<'s>,
    pub to: SetTo<'s>,
}

/// What something is set to.
#[derive(Debug, Clone)]
pub enum SetTo<'s> {
    Value(Literal<'s>),
    List(List<'s>),
}

/// An event of a test.
#[derive(Debug, Clone)]
pub struct Happening<'s> {
    pub kind: Word<'s>,
    pub at: Word<'s>,
    pub body: Vec<Assign<'s>>,
    /// True when some of its body did not parse.
    pub broken: bool,
}

/// What is said of a test's event.
#[derive(Debug, Clone)]
pub enum Assign<'s> {
    Set(Set<'s>),
    Line { amount: Quantity<'s>, fields: Vec<(Word<'s>, SetTo<'s>)> },
}

/// What a test expects.
#[derive(Debug, Clone)]
pub enum Expect<'s> {
    Fires(Word<'s>),
    Silent(Word<'s>),
    NoPoints,
    Points { points: Quantity<'s>, from: Option<Word<'s>> },
    Reward(Word<'s>),
    Badge(Word<'s>),
    Tier(Word<'s>),
    Effect(Effect<'s>),
}
