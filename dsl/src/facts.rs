//! What a rule may know of a member and of the programme's counters when it decides.
//!
//! The rulebook lists which facts it reads (`Rulebook::windows`, `limits`, `budgets`, `reads_profile`); the domain
//! fills exactly those. Vectors are aligned with the rulebook's lists.

use crate::units::{Day, Moment, Period, Span};
use serde::{Deserialize, Serialize};

/// A typed snapshot of everything but the event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// Index of the member's tier in the programme's tiers, lowest first; `None` without tiers.
    pub tier: Option<usize>,
    /// When the member enrolled.
    pub enrolled_at: Option<Moment>,
    /// Date of birth, when known and when the rulebook reads the profile.
    pub birthday: Option<Day>,
    /// The last purchase before this event, net of returns.
    pub last_purchase_at: Option<Moment>,
    /// Active points at the event's instant, before it.
    pub balance_points: i64,
    /// Tags on the member.
    pub tags: Vec<String>,
    /// One value per `Rulebook::windows`: money in minor units, points, or a count, net of returns, before this event.
    pub windows: Vec<i64>,
    /// One value per `Rulebook::limits`: what this period has used already, in the limit's own unit.
    pub used: Vec<i64>,
    /// One value per budget of the programme: what is spent already, in the budget's own unit.
    pub budget_used: Vec<i64>,
    /// Friends for whom the member was rewarded before this event.
    pub friends_rewarded: i64,
    /// One value per `Rulebook::milestones`: what the member's sum came to before this event, over all of the period
    /// that the event lies in.
    pub milestones: Vec<i64>,
    /// Badges the member has.
    pub badges: Vec<String>,
    /// One value per streak of the programme: the length to which a purchase now brings it; none where there was one in
    /// the same day, week or month before.
    pub streaks: Vec<Option<i64>>,
    /// One value per `Rulebook::happenings`: how often that happened, before this event.
    #[serde(skip)]
    pub happened: Vec<i64>,
    /// Where the member lives, as far as known and when the rulebook reads the profile.
    #[serde(skip)]
    pub home: Home,
    /// One value per experiment of the programme: the arm the member is in.
    #[serde(skip)]
    pub arms: Vec<Option<String>>,
}

/// Where a member lives: of her profile, as the merchant wrote it. Compared letter by letter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Home {
    /// Country, by the merchant's own custom; two capital letters of ISO 3166-1 read best.
    pub country: Option<String>,
    /// Postal code.
    pub postcode: Option<String>,
    /// City.
    pub city: Option<String>,
}

/// Declared events, or answers to a survey, counted over time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Happening {
    /// The kind of event: `check_in`, `nps.answered`.
    pub kind: String,
    /// Over which time.
    pub window: Window,
}

/// What a window adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Money spent, minor units, net of returns.
    Spent,
    /// Points earned, before redemption and expiry, net of clawback.
    Earned,
    /// Purchases, net of wholly returned ones.
    Purchases,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Spent, Self::Earned, Self::Purchases];

    /// Its word: `spent`, `earned` or `purchases`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Spent => "spent",
            Self::Earned => "earned",
            Self::Purchases => "purchases",
        }
    }
}

/// Over which time a window adds up. Windows count whole local days, and end at the event's moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// `in 12 months`: half open, from the local day of (moment - span), exclusive, to now.
    Rolling(Span),
    /// `this year`, `this month`, `this week`, `today`: the calendar of the programme's zone.
    Calendar(Period),
    /// Since enrolment.
    Lifetime,
}

/// A windowed sum that the rulebook reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WindowedSum {
    /// What is added up.
    pub metric: Metric,
    /// Over which time.
    pub window: Window,
}
