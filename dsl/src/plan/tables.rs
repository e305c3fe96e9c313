//! The plan's tables: one flat, self-contained plan per event kind. Written by `compile`, read by `evaluate`.
//!
//! Rows stand in the order of rule names, so that file order cannot matter: every tie goes to the earlier row.
//! Indices are into the tables of the same plan unless said otherwise.

use super::index::Index;
use super::symbols::Symbols;
use crate::facts::Home;
use crate::model::LimitUnit;
use crate::outcome::Cut;
use crate::units::{Day, Span};

/// A run of entries of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Run {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Run {
    /// The run that `items` will be once appended to `table`.
    pub(crate) fn append<T>(table: &mut Vec<T>, items: impl IntoIterator<Item = T>) -> Self {
        let start = index(table.len());
        table.extend(items);
        Self { start, end: index(table.len()) }
    }

    /// Its entries.
    pub(crate) fn of<T>(self, table: &[T]) -> &[T] {
        table.get(size(self.start)..size(self.end)).unwrap_or(&[])
    }

    /// Whether it has no entries.
    pub(crate) const fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// A length as an index of a table. Sources are at most 64 KiB each, so tables never come near 2^32 entries.
pub(crate) fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// An index of a table as a length.
pub(crate) fn size(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

/// Everything about the rules that answer one event kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct KindPlan {
    /// The event kind.
    pub(crate) kind: String,
    /// Texts that conditions compare.
    pub(crate) symbols: Symbols,
    /// Which texts and days conditions compare: only those are made ready.
    pub(crate) reads: Reads,
    /// Values read once per event.
    pub(crate) sources: Vec<Source>,
    /// Choices of lines; the first is every line.
    pub(crate) filters: Vec<Filter>,
    /// Conditions of all rules, each once.
    pub(crate) program: Program,
    /// The rules, by name.
    pub(crate) rows: Vec<RuleRow>,
    /// Rows of bits over the rules.
    pub(crate) index: Index,
    /// Top-level conditions of rules: entries of the program.
    pub(crate) whens: Vec<u32>,
    /// What rules give.
    pub(crate) gives: Vec<GiveRow>,
    /// Amounts of the basket that rates act on.
    pub(crate) amounts: Vec<AmountRow>,
    /// The programme's groups, by their index there.
    pub(crate) groups: Vec<GroupRow>,
    /// The programme's budgets, by their index there.
    pub(crate) budgets: Vec<BudgetRow>,
    /// Limits of rules and groups and the programme.
    pub(crate) limits: Vec<LimitRow>,
    /// The programme's limits.
    pub(crate) programme_limits: Run,
    /// Limits of what addresses a member.
    pub(crate) attention: Run,
    /// The combinations of validity and pending period, in a fixed order: one credit each.
    pub(crate) classes: Vec<Class>,
    /// Challenges that count events of this kind.
    pub(crate) challenges: Vec<ChallengeRow>,
    /// The rule that draws members, where this kind is its schedule: its conditions are not compiled.
    pub(crate) draws: Option<usize>,
    /// Budgets these rules may draw on, ascending.
    pub(crate) budgets_read: Vec<usize>,
}

/// What must be made ready for conditions.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "one switch per kind of value, no states")]
pub(crate) struct Reads {
    pub(crate) category: bool,
    pub(crate) brand: bool,
    pub(crate) sku: bool,
    pub(crate) tags: bool,
    pub(crate) member_tags: bool,
    pub(crate) member_badges: bool,
    /// Days: each costs a look into the zone's rules.
    pub(crate) enrolled: bool,
    pub(crate) last_purchase: bool,
}

/// Where a value of an event comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Date,
    Time,
    Weekday,
    Channel,
    Store,
    BasketPaid,
    BasketEligible,
    BasketItems,
    /// What was paid for the lines of a filter.
    Filtered(u32),
    PurchaseNumber {
        window: usize,
    },
    ReferralNumber,
    /// The length a streak is brought to.
    Streak(usize),
    Tier,
    Enrolled,
    LastPurchase,
    Birthday,
    Balance,
    Windowed {
        window: usize,
        scale: i64,
    },
    /// How often something happened, by its place in `Rulebook::happenings`.
    Happened(usize),
    /// Money of a window by its purchases.
    Average {
        spent: usize,
        purchases: usize,
    },
    Age,
    Home(HomeFact),
    /// Whether a text of the profile begins with another: 1 or 0.
    Starts(HomeFact, String),
    /// The arm of an experiment, from a day until another.
    Arm {
        at: usize,
        from: Day,
        until: Day,
    },
    /// A field of the declared event; unknown when it is of another type than it is compared with.
    Field {
        name: String,
        kind: Option<FieldType>,
    },
}

/// A text of where the member lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum HomeFact {
    Country,
    Postcode,
    City,
}

impl HomeFact {
    /// The text, as far as known.
    pub(crate) fn of(self, home: &Home) -> Option<&str> {
        let text = match self {
            Self::Country => &home.country,
            Self::Postcode => &home.postcode,
            Self::City => &home.city,
        };
        text.as_deref()
    }
}

/// The type a field is compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FieldType {
    Number,
    Money,
    Text,
    Truth,
}

/// A number a condition looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operand {
    /// A source.
    Event(u32),
    LineCategory,
    LineBrand,
    LineSku,
    LineAmount,
    LineQuantity,
    LineEligible,
}

/// A set of texts a condition looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SetFact {
    Categories,
    Brands,
    Skus,
    Tags,
    MemberTags,
    MemberBadges,
    LineTags,
}

/// A day a `within` looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum DayFact {
    Date,
    Enrolled,
    LastPurchase,
    Birthday,
}

/// How a set is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Has {
    Any,
    All,
    None,
}

/// One condition; blocks refer to earlier ones only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Node {
    /// Whether a number lies in `low..=high`, or outside when not `inside`.
    Range {
        operand: Operand,
        low: i64,
        high: i64,
        inside: bool,
    },
    /// Whether a number is in a sorted list, or not when not `inside`.
    Among {
        operand: Operand,
        list: Run,
        inside: bool,
    },
    /// A set against a list.
    Has {
        set: SetFact,
        list: Run,
        how: Has,
    },
    /// Two days no further apart than a span.
    Within {
        left: DayFact,
        right: DayFact,
        count: u32,
        unit: crate::units::SpanUnit,
    },
    /// Whether the day of the event is so much later than a day, or later (no later, where not `least`).
    Ago {
        day: DayFact,
        count: u32,
        unit: crate::units::SpanUnit,
        least: bool,
    },
    /// Whether a number is a multiple of so much, and not nothing.
    Nth {
        operand: Operand,
        n: u32,
    },
    /// Whether a number is known.
    Known {
        operand: Operand,
        known: bool,
    },
    /// Whether a set is known.
    SetKnown {
        set: SetFact,
        known: bool,
    },
    /// A comparison of different types: the checker refuses it, evaluation never matches it.
    Senseless,
    Any(Run),
    All(Run),
    NoneOf(Run),
}

/// Conditions in an order in which every one comes after those it refers to.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Program {
    pub(crate) nodes: Vec<Node>,
    pub(crate) children: Vec<u32>,
    pub(crate) lists: Vec<i64>,
}

/// A choice of lines: those for which all `roots` hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Filter {
    pub(crate) program: Program,
    pub(crate) roots: Vec<u32>,
}

/// An amount of the basket: a filter, and whether only eligible lines count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AmountRow {
    pub(crate) filter: u32,
    pub(crate) eligible_only: bool,
}

/// A rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RuleRow {
    /// Its index in the programme.
    pub(crate) rule: u32,
    /// First and last day.
    pub(crate) from: Day,
    pub(crate) until: Day,
    /// Its conditions, in `whens`.
    pub(crate) when: Run,
    /// What it gives, in `gives`.
    pub(crate) gives: Run,
    /// Whether it gives rewards or badges, or has effects.
    pub(crate) grants: bool,
    /// What it gives of any event: flat awards, and the millionths that its multipliers add.
    pub(crate) flat: i64,
    pub(crate) factor: i64,
    pub(crate) factor_all: i64,
    /// Whether it gives something that depends on the event beside: rates, steps, milestones.
    pub(crate) varies: bool,
    pub(crate) group: Option<u32>,
    /// Its place in a `take first of`; rules that are not named there come last.
    pub(crate) order: u32,
    pub(crate) budget: Option<u32>,
    pub(crate) limits: Run,
    pub(crate) class: u32,
}

/// What a rule gives, in micro-points.
#[derive(Debug, Clone, Copy)]
pub(crate) enum GiveRow {
    Flat(i64),
    /// `numerator` micro-points per `denominator` minor units of an amount.
    Rate {
        amount: u32,
        numerator: i64,
        denominator: i64,
    },
    /// `micro` micro-points for each whole step of an amount.
    Steps {
        amount: u32,
        micro: i64,
        every: i64,
    },
    /// `micro` micro-points for each step that a sum passes: money paid where `money`, else purchases.
    Milestone {
        /// Its place in `Facts::milestones`.
        at: usize,
        micro: i64,
        every: i64,
        money: bool,
        /// The counters of steps and of points.
        times: usize,
        points: usize,
    },
    /// Adds so many millionths of the base (or of base and flat awards).
    Multiply {
        extra_micro: i64,
        all: bool,
    },
    Reward(u32),
    /// A challenge: it gives all else only where this completes it.
    Challenge(u32),
    /// A badge: the rule's give of that index.
    Badge(u32),
    /// An effect: the rule's give of that index.
    Effect(u32),
}

/// A challenge.
#[derive(Debug, Clone)]
pub(crate) struct ChallengeRow {
    /// How many goals complete it.
    pub(crate) needs: usize,
    /// The counter of times it was completed, and how often it may be.
    pub(crate) once: Option<(usize, i64)>,
    pub(crate) goals: Vec<GoalRow>,
    /// The counters of completions and of points.
    pub(crate) given: Option<(usize, usize)>,
}

/// A goal.
#[derive(Debug, Clone)]
pub(crate) struct GoalRow {
    /// Its counter in `Facts::used`.
    pub(crate) slot: usize,
    pub(crate) target: i64,
    pub(crate) counts: CountsRow,
}

/// What of an event counts for a goal.
#[derive(Debug, Clone)]
pub(crate) enum CountsRow {
    /// Once, where these conditions hold: entries of the program.
    Times(Vec<u32>),
    /// An amount of the basket.
    Money(u32),
    /// Nothing: it counts another kind of event.
    Elsewhere,
}

/// A group.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct GroupRow {
    pub(crate) take: TakeRow,
    /// Whether one of these rules multiplies.
    pub(crate) multiplies: bool,
    pub(crate) limits: Run,
}

/// Which rules of a group count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum TakeRow {
    #[default]
    All,
    Best,
    First,
}

/// A budget.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BudgetRow {
    pub(crate) total: i64,
    pub(crate) money: bool,
    pub(crate) stops: bool,
    pub(crate) from: Day,
    pub(crate) until: Day,
}

/// A limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LimitRow {
    pub(crate) most: LimitUnit,
    /// Its counter in `Facts::used`; none for limits per event.
    pub(crate) counter: Option<usize>,
    /// What to say when it cuts.
    pub(crate) cut: Cut,
}

/// A combination of validity and pending period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Class {
    pub(crate) valid: Option<Span>,
    pub(crate) pending: Option<Span>,
    /// Whether these points belong to no line: milestones, which have a return of their own, and what returns leave.
    pub(crate) apart: bool,
    /// Whether returns take back only what is left of them.
    pub(crate) if_unspent: bool,
}
