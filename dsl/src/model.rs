//! The checked programme: what a rule file means, with every name resolved and every type settled.
//!
//! Made only by the checker (`check`), read by the plan, the explanations and the domain's policies.
//! It never refers back to text except through [`Place`], which explanations quote.

mod attention;
mod calendar;
mod case;
mod challenge;
mod condition;
mod experiment;
mod levels;
mod reward;
mod rule;
mod streak;

pub use attention::Attention;
pub use calendar::{Calendar, Days};
pub use case::{Expect, Expectation, Test};
pub use challenge::{Challenge, Counts, Goal};
pub use condition::{Clause, Condition, Fact, Predicate, Segment, Value};
pub use experiment::{Arm, Experiment, HOLDOUT, LOTS};
pub use levels::{Level, Levels};
pub use reward::{Referral, Revoke, Reward, RewardKind, VoucherRefund};
pub use rule::{
    Amount, Budget, BudgetTotal, Every, Give, Group, Limit, LimitPeriod, LimitUnit, Ranking, Rule, Take,
    Timer, WhenSpent,
};
pub use streak::{Freeze, Streak};

use crate::facts::WindowedSum;
use crate::survey::Survey;
use crate::units::{Currency, Day, Period, Rounding, Span};
use serde::{Deserialize, Serialize};

/// A half-open byte range of the source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Place {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A whole programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Programme {
    /// The language edition the file is written in.
    pub edition: u16,
    /// Its name.
    pub name: String,
    /// How members read it.
    pub label: Option<String>,
    /// The currency of every amount.
    pub currency: Currency,
    /// IANA name of the programme's zone.
    pub zone: String,
    /// Value of one point in micro-minor units (0.005 EUR is 500 000), where declared.
    pub point_worth_micro_minor: Option<i64>,
    /// The one rounding of an award.
    pub rounding: Rounding,
    /// When points expire, unless a rule says otherwise.
    pub expiry: Expiry,
    /// How long points stay pending, unless a rule says otherwise.
    pub pending: Option<Span>,
    /// What a return does to the award of its purchase.
    pub refund: Refund,
    /// What happens when a clawback finds too few points.
    pub shortfall: Shortfall,
    /// What a purchase for an unknown member does.
    pub unknown_member: UnknownMember,
    /// How far back a live client's `occurred_at` may lie.
    pub tolerance: Span,
    /// Limits over all rules together.
    pub limits: Vec<Limit>,
    /// Names the file's rules may use; an empty list means unchecked.
    pub catalogue: Catalogue,
    /// Tiers, lowest first; may be empty.
    pub tiers: Vec<Tier>,
    /// What a tier review does.
    pub downgrade: Downgrade,
    /// How long after the review date a tier is kept before it falls.
    pub grace: Option<Span>,
    /// Groups that decide among competing rules.
    pub groups: Vec<Group>,
    /// Programme-wide budgets.
    pub budgets: Vec<Budget>,
    /// The merchant's own events.
    pub events: Vec<EventType>,
    /// What members are asked.
    pub surveys: Vec<Survey>,
    /// Rules in file order (order never matters).
    pub rules: Vec<Rule>,
    /// What points can be redeemed for.
    pub rewards: Vec<Reward>,
    /// Tests beside the rules.
    pub tests: Vec<Test>,
    /// Named groups of members that rules refer to.
    pub segments: Vec<Segment>,
    /// How members bring friends, where they can.
    pub referral: Option<Referral>,
    /// How long before an expiry members are told of it, in whole days or months.
    pub remind: Option<Span>,
    /// Named days.
    pub calendars: Vec<Calendar>,
    /// What members do in a row.
    pub streaks: Vec<Streak>,
    /// The tier below which nobody falls who has reached it, by index.
    pub floor: Option<usize>,
    /// Sets of levels, beside the tiers. Written after everything else, and only where there are any.
    #[serde(skip)]
    pub levels: Vec<Levels>,
    /// What is tried on some members.
    #[serde(skip)]
    pub experiments: Vec<Experiment>,
    /// How often members are addressed.
    #[serde(skip)]
    pub attention: Option<Attention>,
}

/// Names known to the programme.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Catalogue {
    pub categories: Vec<String>,
    pub brands: Vec<String>,
    pub channels: Vec<String>,
    pub stores: Vec<String>,
    pub tags: Vec<String>,
    pub badges: Vec<String>,
}

/// When a lot expires. Binds new lots only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// `expire never`.
    Never,
    /// `expire after 12 months [at end of month]`: span after earning, rounded up to the end of the period.
    After {
        /// How long a lot lives.
        span: Span,
        /// To the end of which period its expiry is rounded up.
        to_end_of: Option<Period>,
    },
    /// `expire after 12 months without purchase`: every purchase moves open lots to max(old, now + span).
    Idle {
        /// How long without a purchase.
        span: Span,
    },
    /// `expire at end of year`: the end of the calendar period in which it was earned.
    EndOf {
        /// The period.
        period: Period,
    },
}

/// What a return does to the award of its purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refund {
    /// Claw back each returned line's share from the award's own record.
    #[default]
    Reverse,
    /// Points stay.
    Keep,
}

/// When a clawback finds too few points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortfall {
    /// The member owes the rest; the next credits repay it.
    #[default]
    Debt,
    /// The programme bears the rest.
    Forgive,
}

/// What a purchase for an unknown member does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownMember {
    /// Refuse with `member.unknown`; nothing is written.
    #[default]
    Refuse,
    /// Enrol the member with the purchase, in the same entry.
    Enrol,
}

/// A tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// What opens it; `None` is the base tier (`always`).
    pub from: Option<Threshold>,
    /// How long it is kept once reached (`keep for`); by default its own window, a calendar window until the end of
    /// the next period, a lifetime window for ever.
    pub keep: Option<Span>,
}

/// The metric that opens a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threshold {
    /// Minor units, points, or a count, by the metric.
    pub at_least: i64,
    /// Metric and window.
    pub sum: WindowedSum,
}

/// What a tier review does with a member below her tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Downgrade {
    /// To the tier she qualifies for now.
    #[default]
    Reassess,
    /// One tier down.
    OneStep,
}

/// Validity by civil day in the programme's zone, both ends inclusive as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Active {
    /// First day.
    pub from: Option<Day>,
    /// Last day.
    pub until: Option<Day>,
}

/// A merchant's own event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventType {
    /// `check_in`, `review.published`.
    pub name: String,
    /// Typed fields.
    pub fields: Vec<Field>,
}

/// A typed field of a declared event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name, without the event's.
    pub name: String,
    /// Its type.
    pub kind: FieldKind,
}

/// The type of a declared field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum FieldKind {
    Number,
    Money,
    Text,
    Truth,
    OneOf(Vec<String>),
}
