//! What points are redeemed for, and what bringing friends is rewarded by.

use super::{Active, Condition, Limit, Place};
use crate::units::Span;
use serde::{Deserialize, Serialize};

/// What points can be redeemed for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reward {
    /// Its name.
    pub name: String,
    /// How members read it.
    pub label: Option<String>,
    /// Points it costs; none for one that cannot be bought, or only from the tiers of `tier_costs` on.
    pub costs_points: Option<i64>,
    /// What it costs from a tier on, by the tier's index, ascending: the highest that a member has reached stands.
    pub tier_costs: Vec<(usize, i64)>,
    /// What it gives.
    pub gives: RewardKind,
    /// When it can be had.
    pub active: Active,
    /// Conditions on the member (and basket, where one is given).
    pub when: Vec<Condition>,
    /// Limits per member, in times.
    pub limits: Vec<Limit>,
    /// How many members may have it, in all: the first.
    pub first_members: Option<i64>,
    /// Pieces in all.
    pub stock: Option<i64>,
    /// How long its voucher is valid; none for ever.
    pub valid: Option<Span>,
    /// What becomes of an unused voucher that a purchase brought, once nothing of the purchase is left.
    pub refund: VoucherRefund,
    /// Where it stands in the text.
    pub place: Place,
}

impl Reward {
    /// What it costs a member of a tier (by index); none when she cannot buy it.
    pub fn cost(&self, tier: Option<usize>) -> Option<i64> {
        let reached = |from: usize| tier.is_some_and(|tier| from <= tier);
        let of_tier = self.tier_costs.iter().rev().find(|(from, _)| reached(*from));
        of_tier.map(|(_, points)| *points).or(self.costs_points)
    }
}

impl RewardKind {
    /// Its word in the API.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::MoneyOff(_) => "money_off",
            Self::ShareOff(_) => "share_off",
            Self::Item(_) => "item",
            Self::Access(_) => "access",
            Self::Experience(_) => "experience",
            Self::Shipping => "free_shipping",
            Self::GiftCard(_) => "gift_card",
            Self::Donation { .. } => "donation",
            Self::Credit(_) => "credit",
            Self::OneOf(_) => "one_of",
        }
    }
}

/// What becomes of an unused voucher whose purchase came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoucherRefund {
    /// It is cancelled.
    #[default]
    Revoke,
    /// It stays.
    Keep,
}

/// How members bring friends. What both sides get are rules on `referral.referrer` and `referral.friend`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    /// Its name.
    pub name: String,
    /// How members read it.
    pub label: Option<String>,
    /// How long after enrolling a friend may name who brought her.
    pub join: Span,
    /// What the qualifying purchase must come to, in minor units, returns deducted.
    pub least_minor: Option<i64>,
    /// How long after joining a purchase qualifies.
    pub qualify: Span,
    /// Conditions on the qualifying purchase.
    pub when: Vec<Condition>,
    /// How long after the purchase both sides are rewarded.
    pub mature: Span,
    /// Limits per referrer, in times.
    pub limits: Vec<Limit>,
    /// What a return does that comes after the reward.
    pub refund: Revoke,
    /// Where it stands in the text.
    pub place: Place,
}

/// What a return does to a referral that was rewarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Revoke {
    /// Both sides lose what they got; what is spent already falls under the programme's shortfall.
    #[default]
    Revoke,
    /// Both sides lose what they have not spent of it.
    IfUnspent,
    /// Both sides keep it.
    Keep,
}

/// What a reward gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RewardKind {
    /// `10.00 EUR off basket.total`: minor units.
    MoneyOff(i64),
    /// `5% off basket.total`: in 1/10 000.
    ShareOff(i64),
    /// `item "coffee"`.
    Item(String),
    /// `access "drop-0303"`.
    Access(String),
    /// `experience "roastery tour"`.
    Experience(String),
    /// `free shipping`.
    Shipping,
    /// `gift card 25.00 EUR`: minor units.
    GiftCard(i64),
    /// `donation 5.00 EUR to "Red Cross"`.
    Donation {
        /// Minor units.
        minor: i64,
        /// To whom.
        to: String,
    },
    /// `10.00 EUR credit`: minor units.
    Credit(i64),
    /// `one of [cake, coffee]`: the member picks one of these rewards, by index; none of them a choice itself.
    OneOf(Vec<usize>),
}
