//! What goes from one member's chain to another's.

use super::{LotId, is_default, is_zero};
use crate::ids::MemberId;
use crate::state::{Counter, DaySum, Exposure, Happened, Lift, Lot, Sums, TierHold};
use dsl::units::{Day, Moment, Span};
use serde::{Deserialize, Serialize};

/// What goes from one member's chain to another's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parcel {
    /// Open lots, in the order of the index they get.
    #[serde(rename = "lo", default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<MovedLot>,
    /// Points owed.
    #[serde(rename = "de", default, skip_serializing_if = "is_zero")]
    pub debt: i64,
    /// Sums per local day, to be added.
    #[serde(rename = "dy", default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<DaySum>,
    /// Sums since enrolment, to be added.
    #[serde(rename = "li", default, skip_serializing_if = "is_default")]
    pub lifetime: Sums,
    /// Counters of limits, to be added.
    #[serde(rename = "co", default, skip_serializing_if = "Vec::is_empty")]
    pub counters: Vec<Counter>,
    /// Badges.
    #[serde(rename = "ba", default, skip_serializing_if = "Vec::is_empty")]
    pub badges: Vec<String>,
    /// Tags that rules gave.
    #[serde(rename = "tg", default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// How often declared events happened, to be added.
    #[serde(rename = "hp", default, skip_serializing_if = "Vec::is_empty")]
    pub happened: Vec<Happened>,
    /// Arms of experiments, of those that the member who stays was not in.
    #[serde(rename = "xp", default, skip_serializing_if = "Vec::is_empty")]
    pub exposures: Vec<Exposure>,
    /// Tiers that rules lift the member to, which no return ends any more.
    #[serde(rename = "lf", default, skip_serializing_if = "Vec::is_empty")]
    pub lifts: Vec<Lift>,
    /// The tier, which is kept where it is the higher one.
    #[serde(rename = "ti", default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<TierHold>,
    /// The last purchase.
    #[serde(rename = "lp", default, skip_serializing_if = "Option::is_none")]
    pub last_purchase_at: Option<Moment>,
    /// Members who had been merged into this one before.
    #[serde(rename = "ab", default, skip_serializing_if = "Vec::is_empty")]
    pub absorbed: Vec<MemberId>,
    /// Of a return: what it takes from the history, and from which day.
    #[serde(rename = "bk", default, skip_serializing_if = "Option::is_none")]
    pub back: Option<(Day, Sums)>,
}

/// An open lot on its way to another chain, with its own dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedLot {
    /// The lot it was.
    #[serde(rename = "l")]
    pub lot: LotId,
    /// What is left of it.
    #[serde(rename = "n")]
    pub points: i64,
    /// When it was earned.
    #[serde(rename = "e")]
    pub earned_at: Moment,
    /// When it becomes spendable; none once it has.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub activates_at: Option<Moment>,
    /// When it expires; none never.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// How far purchases extend it, where they do.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub slides: Option<Span>,
}

impl MovedLot {
    /// A lot as it goes.
    pub const fn of(lot: Lot) -> Self {
        let Lot { id, remaining, earned_at, activates_at, expires_at, slides } = lot;
        Self { lot: id, points: remaining, earned_at, activates_at, expires_at, slides }
    }

    /// The lot as it is opened anew.
    pub const fn opened(self, id: LotId) -> Lot {
        let Self { points, earned_at, activates_at, expires_at, slides, .. } = self;
        Lot { id, remaining: points, earned_at, activates_at, expires_at, slides }
    }
}
