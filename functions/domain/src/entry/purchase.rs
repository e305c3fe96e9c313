//! What was bought, what it earned, and what came back of it.

use super::{Allocation, Issued, Setback, Withheld, is_default, is_zero};
use crate::ids::{EventId, VoucherId};
use crate::state::Exposure;
use dsl::effect::Effect;
use dsl::model::{Refund, Shortfall};
use dsl::units::{Day, Moment};
use serde::{Deserialize, Serialize};

/// What an event earned.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Award {
    /// Points in all.
    #[serde(rename = "p", default)]
    pub points: i64,
    /// Of which repaid debt at once.
    #[serde(rename = "rp", default, skip_serializing_if = "is_zero")]
    pub repaid: i64,
    /// The lots it opened, in the order of their index.
    #[serde(rename = "lo", default, skip_serializing_if = "Vec::is_empty")]
    pub lots: Vec<OpenedLot>,
    /// Which rules gave how much, by name: (rule, points). Rules that lost or were cut are recomputed on demand.
    #[serde(rename = "ru", default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<(String, i64)>,
    /// What it used of limits: (counter key, amount).
    #[serde(rename = "li", default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<(String, i64)>,
    /// Which lines counted for goals that ask for money: (counter key, lines by index).
    #[serde(rename = "gl", default, skip_serializing_if = "Vec::is_empty")]
    pub goals: Vec<(String, Vec<usize>)>,
    /// What it drew from budgets: (budget, amount in its unit).
    #[serde(rename = "bu", default, skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<(String, i64)>,
    /// What it used of limits over the member's household: (counter, amount in the limit's unit).
    #[serde(rename = "hl", default, skip_serializing_if = "Vec::is_empty")]
    pub household: Vec<(String, i64)>,
    /// Rewards granted, as vouchers.
    #[serde(rename = "rw", default, skip_serializing_if = "Vec::is_empty")]
    pub rewards: Vec<Issued>,
    /// Rewards that rules gave and that could not be had: out of stock, say.
    #[serde(rename = "wh", default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<Withheld>,
    /// Badges granted.
    #[serde(rename = "ba", default, skip_serializing_if = "Vec::is_empty")]
    pub badges: Vec<String>,
    /// What it made happen beside points, in the order of effects, each once.
    #[serde(rename = "fx", default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
    /// Effects that were left out, for they would have addressed the member too often or in quiet hours.
    #[serde(rename = "mu", default, skip_serializing_if = "Vec::is_empty")]
    pub muted: Vec<Effect>,
    /// The arms of experiments that its rules ask about and that ran.
    #[serde(rename = "ar", default, skip_serializing_if = "Vec::is_empty")]
    pub arms: Vec<Exposure>,
    /// The tier held before it, unless the lowest: a return never lowers the member below it.
    #[serde(rename = "tb", default, skip_serializing_if = "Option::is_none")]
    pub tier_before: Option<String>,
    /// What returns do to it: the policy of the day it was earned, unless the default.
    #[serde(rename = "rf", default, skip_serializing_if = "is_default")]
    pub refund: Refund,
    /// What happens when a clawback of it finds too few points: the policy of the day, unless the default.
    #[serde(rename = "sf", default, skip_serializing_if = "is_default")]
    pub shortfall: Shortfall,
}

/// A lot as it was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedLot {
    /// Points credited, debt repayment included.
    #[serde(rename = "p")]
    pub points: i64,
    /// When it becomes spendable; none at once.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub activates_at: Option<Moment>,
    /// When it expires; none never.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// Points per line of the purchase, in line order; empty without lines.
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    pub line_points: Vec<i64>,
    /// True where returns take back only what is left of it, and forgive the rest.
    #[serde(rename = "u", default, skip_serializing_if = "std::ops::Not::not")]
    pub if_unspent: bool,
}

/// What was bought, as far as returns, windows and explanations need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bought {
    /// The local day it counts on.
    #[serde(rename = "d")]
    pub day: Day,
    /// Lines in order.
    #[serde(rename = "l")]
    pub lines: Vec<BoughtLine>,
    /// The channel.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The store.
    #[serde(rename = "st", default, skip_serializing_if = "Option::is_none")]
    pub store: Option<String>,
    /// The redemption that helped to pay it: restored by share when lines come back.
    #[serde(rename = "pd", default, skip_serializing_if = "Option::is_none")]
    pub redemption: Option<EventId>,
}

/// A line as bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoughtLine {
    /// Minor units for the line.
    #[serde(rename = "a")]
    pub amount_minor: i64,
    /// Pieces.
    #[serde(rename = "q")]
    pub quantity: i64,
    /// Article.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Category.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Brand.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Tags.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// True for a line that may not earn.
    #[serde(rename = "x", default, skip_serializing_if = "std::ops::Not::not")]
    pub excluded: bool,
}

/// A return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// The purchase.
    #[serde(rename = "id")]
    pub purchase: EventId,
    /// Lines that came back.
    #[serde(rename = "l")]
    pub lines: Vec<ReturnedLine>,
    /// Spent points that came back to their own lots, before anything was clawed; those whose lot has expired
    /// expired at once.
    #[serde(rename = "bk", default, skip_serializing_if = "Vec::is_empty")]
    pub restored: Vec<Allocation>,
    /// Points clawed in all: pending, active and owed; not what was forgiven.
    #[serde(rename = "p")]
    pub clawed: i64,
    /// What was taken, from which lots (pending lots included); at most one per lot.
    #[serde(rename = "tk", default, skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<Allocation>,
    /// What became debt.
    #[serde(rename = "ow", default, skip_serializing_if = "is_zero")]
    pub owed: i64,
    /// What the programme forgave.
    #[serde(rename = "fo", default, skip_serializing_if = "is_zero")]
    pub forgiven: i64,
    /// Per lot of the purchase's award, in order: points this return takes back, forgiven ones included.
    #[serde(rename = "cl", default, skip_serializing_if = "Vec::is_empty")]
    pub clawed_by_lot: Vec<i64>,
    /// True when nothing of the purchase remains: it no longer counts as one.
    #[serde(rename = "w", default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// Unused vouchers of the purchase that were cancelled with it: (voucher, reward).
    #[serde(rename = "rv", default, skip_serializing_if = "Vec::is_empty")]
    pub revoked: Vec<(VoucherId, String)>,
    /// Tiers whose lifts ended with it.
    #[serde(rename = "lf", default, skip_serializing_if = "Vec::is_empty")]
    pub lowered: Vec<String>,
    /// What it did to the referral that brought the member.
    #[serde(rename = "rf", default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Setback>,
    /// Steps of sums that it undid, and what it took from goals and from challenges; their points are among those clawed.
    #[serde(rename = "ms", default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepsUndone>,
}

/// Steps of a sum that a return undid, what it took from a goal, or a challenge that is complete no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepsUndone {
    /// The key of their counter.
    #[serde(rename = "k")]
    pub key: String,
    /// The first day of their period.
    #[serde(rename = "d")]
    pub period: Day,
    /// How many; of a goal that asks for money, minor units.
    #[serde(rename = "n")]
    pub times: i64,
    /// What was given for them, forgiven points included.
    #[serde(rename = "p", default, skip_serializing_if = "is_zero")]
    pub points: i64,
}

/// A line that came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedLine {
    /// Index into the purchase's lines.
    #[serde(rename = "i")]
    pub line: usize,
    /// Pieces that came back with it (0 when a part of the price was refunded).
    #[serde(rename = "q")]
    pub quantity: i64,
    /// Minor units refunded.
    #[serde(rename = "a")]
    pub amount_minor: i64,
}
