//! Rules: what fires them, what they give, and what bounds that: limits, groups, budgets.

use super::{Active, Challenge, Condition, Place, Threshold};
use crate::effect::Effect;
use crate::facts::Metric;
use crate::units::{Day, MinuteOfDay, Period, Span, Weekday};
use serde::{Deserialize, Serialize};

/// A group of competing rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How merchants read it.
    pub label: Option<String>,
    /// Which of its rules count.
    pub take: Take,
    /// Limits over the group.
    pub limits: Vec<Limit>,
}

/// Which rules of a group count. Multipliers never multiply each other: each adds (factor - 1) x base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// All of them.
    All,
    /// The one that gives most; ties to the rule name, ascending.
    Best,
    /// x2 and x3 give x4.
    SumOfExtras,
    /// The first that fires, by rule index in this order.
    FirstOf(Vec<usize>),
}

/// A programme-wide budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Its name.
    pub name: String,
    /// How merchants read it.
    pub label: Option<String>,
    /// How much, and of what.
    pub total: BudgetTotal,
    /// When it may be drawn on.
    pub active: Active,
    /// Whether an exhausted budget cuts awards or only warns.
    pub when_spent: WhenSpent,
}

/// The unit and size of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetTotal {
    /// Whole points.
    Points(i64),
    /// Minor units, awards valued at the point's declared worth, rounded up.
    Money(i64),
}

/// What an exhausted budget does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenSpent {
    /// Cut the award to what remains.
    Stop,
    /// Award in full and say so.
    Warn,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name: counters and traces are kept under it.
    pub name: String,
    /// How merchants and members read it.
    pub label: Option<String>,
    /// Earlier names whose counters it keeps.
    pub formerly: Vec<String>,
    /// The event kind it answers.
    pub on: String,
    /// When it is valid.
    pub active: Active,
    /// All must hold.
    pub when: Vec<Condition>,
    /// What it gives.
    pub gives: Vec<Give>,
    /// Limits of this rule.
    pub limits: Vec<Limit>,
    /// Index of its group.
    pub group: Option<usize>,
    /// Index of its budget.
    pub budget: Option<usize>,
    /// Validity of its points, instead of the programme's expiry.
    pub valid: Option<Span>,
    /// Pending period of its points, instead of the programme's.
    pub pending: Option<Span>,
    /// Where it stands in the text.
    pub place: Place,
    /// For a rule that time fires: when. Its `on` is the kind of the timer then (`plan::timers`).
    pub timer: Option<Timer>,
    /// How many of the members it could fire for are drawn; all of them where none.
    pub draw: Option<u32>,
    /// `refund keep`: a return leaves what it gave; otherwise the programme's `refund` decides.
    pub keeps: bool,
    /// `refund revoke if unspent`: a return takes back what is left of what it gave, and forgives the rest.
    #[serde(skip)]
    pub if_unspent: bool,
    /// Which of the members it could fire for it is for, by how they rank; all of them where none.
    #[serde(skip)]
    pub ranking: Option<Ranking>,
}

/// `rank 1 to 3 by member.spent last month`: members are ranked by a sum of the calendar's period that was over last; who
/// has as much shares a rank, and the next one is as many later (1, 2, 2, 4). Whose sum is not above nothing has no rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranking {
    /// The best rank that counts, from 1.
    pub from: u32,
    /// The last one that does.
    pub to: u32,
    /// Which sum.
    pub metric: Metric,
    /// Over which period: the one before the period that the date lies in.
    pub period: Period,
}

/// When time fires a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// `on absence of 60 days`: so long after the last purchase (or the enrolment), at the start of the local day.
    /// In days or in months.
    Absence(Span),
    /// `on schedule every week on monday at 09:00`, in the programme's zone.
    Schedule {
        /// On which days.
        every: Every,
        /// At which time of day.
        at: MinuteOfDay,
    },
}

/// The days of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Every day.
    Day,
    /// Every week on a day.
    Week(Weekday),
    /// Every month on a day, 1 to 31; in a shorter month on its last.
    Month(u8),
    /// One day.
    Once(Day),
}

/// What a rule gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Give {
    /// `give 50 points`: micro-points. A flat award: never multiplied unless `multiply all points`.
    Points(i64),
    /// `give 1 point per 0.10 EUR of basket.paid`: exact proportion, no steps.
    Rate {
        /// Micro-points ...
        points_micro: i64,
        /// ... per so many minor units.
        per_minor: i64,
        /// Of what.
        of: Amount,
    },
    /// `give 5% of basket.paid as points`: worth so much at the point's declared worth.
    Share {
        /// In 1/10 000.
        ratio: i64,
        /// Of what.
        of: Amount,
    },
    /// `multiply points by 1.5`: adds (factor - 1) x base.
    Multiply {
        /// In micro-units.
        factor_micro: i64,
        /// `multiply all points`: of base and flat awards.
        all: bool,
    },
    /// `give reward birthday_set`, by index.
    Reward(usize),
    /// `give badge "spring-27"`.
    Badge(String),
    /// `tag member "vip"`, `open case "…"` and the like: beside points.
    Effect(Effect),
    /// `give 5 points every 20.00 EUR of basket.paid`: for each whole step of one basket.
    Steps {
        /// Micro-points ...
        points_micro: i64,
        /// ... per so many whole minor units.
        every_minor: i64,
        /// Of what.
        of: Amount,
    },
    /// `give 50 points every 100.00 EUR spent this year`: for each step that a member's sum passes with a purchase.
    /// The only thing its rule gives; no multiplier acts on it but `multiply all points`.
    Milestone {
        /// Micro-points for each step.
        points_micro: i64,
        /// The step, and of which sum: money or purchases, over a period of the calendar or in total.
        every: Threshold,
    },
    /// What must be done first: the rule is a challenge, and gives all else only with the event that completes it.
    Challenge(Challenge),
}

impl Rule {
    /// Whether it is for some of the members it could fire for only, chosen once all were looked at: drawn, or ranked.
    pub const fn chooses(&self) -> bool {
        self.draw.is_some() || self.ranking.is_some()
    }

    /// What must be done before it gives anything, where it is a challenge.
    pub fn challenge(&self) -> Option<&Challenge> {
        self.gives.iter().find_map(|give| match give {
            Give::Challenge(challenge) => Some(challenge),
            _ => None,
        })
    }

    /// Whether it answers a kind of event: its own, or one that a goal of it counts.
    pub fn answers(&self, kind: &str) -> bool {
        self.on == kind
            || self
                .challenge()
                .is_some_and(|challenge| challenge.goals.iter().any(|goal| goal.kind() == kind))
    }

    /// Whether what it gives belongs to no line of a basket: milestones and challenges, which have a return of their own,
    /// and what returns leave.
    pub fn apart(&self) -> bool {
        self.keeps
            || self.gives.iter().any(|give| matches!(give, Give::Milestone { .. } | Give::Challenge(_)))
    }
}

/// An amount of money of the basket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Count only eligible lines (`basket.eligible`) or all (`basket.paid`, `basket.lines`).
    pub eligible_only: bool,
    /// Filters on the line; all must hold.
    pub filter: Vec<Condition>,
}

/// A limit: it cuts, it never rejects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// How much, and of what.
    pub most: LimitUnit,
    /// Per which period of the member (calendar, programme's zone).
    pub per: LimitPeriod,
    /// `per household`: over all members of one together; who is in none counts alone.
    #[serde(skip)]
    pub household: bool,
}

/// The unit of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitUnit {
    /// Times the rule fires.
    Times(i64),
    /// Whole points.
    Points(i64),
    /// Minor units at the point's declared worth.
    Money(i64),
}

/// The period of a limit, per member or per household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum LimitPeriod {
    Event,
    Day,
    Week,
    Month,
    Year,
    /// As long as the member is in the programme.
    Programme,
}
