//! The running state that the newest entry carries: everything the next decision needs, and nothing that grows
//! without bound. A pure fold of the entries: the auditor recomputes it from them.

use crate::entry::{Allocation, LotId, Qualifies, Rejection};
use crate::ids::{EventId, MemberId, VoucherId};
use dsl::units::{Day, Moment, Span};
use serde::{Deserialize, Serialize};

/// How many recent references the state remembers: covers commits that land between the two parallel reads.
pub const RECENT_REFERENCES: usize = 16;

/// The running state of a member.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct State {
    /// When the member enrolled.
    pub enrolled_at: Moment,
    /// Spendable points; equals the sum of activated lots.
    pub active_points: i64,
    /// Pending points; equals the sum of lots not yet activated.
    pub pending_points: i64,
    /// Held points; equals the sum of holds.
    pub held_points: i64,
    /// Points owed, 0 or more.
    pub debt_points: i64,
    /// Open lots, in spend order: `expires_at` ascending with none last, then `earned_at`, then id.
    pub lots: Vec<Lot>,
    /// Open holds, by id.
    pub holds: Vec<Hold>,
    /// The tier, where the programme has tiers.
    pub tier: Option<TierHold>,
    /// Sums per local day, oldest first, as far back as the longest window needs; net of returns.
    #[serde(with = "crate::packed::days")]
    pub days: Vec<DaySum>,
    /// Sums since enrolment.
    pub lifetime: Sums,
    /// Counters of limits, by key; those of past periods are dropped when written again.
    pub counters: Vec<Counter>,
    /// The last purchase, net of whole returns as far as known.
    pub last_purchase_at: Option<Moment>,
    /// Badges.
    pub badges: Vec<String>,
    /// Hashes (`chain::recent_hash`) of the newest references, newest last, at most [`RECENT_REFERENCES`].
    #[serde(with = "crate::packed::recent")]
    pub recent: Vec<u64>,
    /// Redemptions whose points came back through returns of what they paid, by sequence of the redemption, ascending;
    /// at most [`RESTORATIONS_MAX`].
    pub restored: Vec<Restoration>,
    /// Redemptions at or before this sequence are beyond cancelling and restoring: what came back of them is no
    /// longer remembered.
    pub restorable_after_seq: u64,
    /// The moment the index of due members was last told for this one: the earliest that something fell due, as
    /// entries foresaw it. Once it has passed, the next entry (or the job itself) tells a later one.
    #[serde(with = "crate::packed::due")]
    pub registered_due: Option<Moment>,
    /// What people did to the member by hand: freezes, erasure, adjustments. One byte where they did nothing.
    #[serde(with = "crate::packed::rare")]
    pub standing: Standing,
    /// Tags that rules gave, oldest first, at most [`TAGS_MAX`]; beside those of the profile. One byte where they gave
    /// none.
    pub tags: Vec<String>,
    /// Vouchers that can still be used, by id; at most [`crate::limits::VOUCHERS_MAX`]. One byte where there is none.
    pub vouchers: Vec<Voucher>,
    /// Whom the member brought, and who brought her. One byte where nobody did.
    #[serde(with = "crate::packed::rare")]
    pub referral: Referral,
    /// How often declared events happened, by kind ascending: of kinds that rules count. In a section of its own
    /// (`sections`).
    #[serde(skip)]
    pub happened: Vec<Happened>,
    /// In which arms of experiments rules found the member, by name ascending. In a section of its own.
    #[serde(skip)]
    pub exposures: Vec<Exposure>,
    /// Tiers that rules lift the member to, by end, tier and entry; at most [`LIFTS_MAX`]. In a section of its own.
    #[serde(skip)]
    pub lifts: Vec<Lift>,
    /// The household the member belongs to, whose limits she shares. In a section of its own.
    #[serde(skip)]
    pub household: Option<String>,
}

/// How many lifts the state keeps; the one that ends first makes room.
pub const LIFTS_MAX: usize = 16;

/// A tier that a rule lifts the member to. The tier in force is the highest of these and of the one earned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Lift {
    /// Until when: it holds while now < `until`.
    #[serde(rename = "u")]
    pub until: Moment,
    /// The tier.
    #[serde(rename = "t")]
    pub tier: String,
    /// Since when: when the event happened that brought it.
    #[serde(rename = "s")]
    pub since: Moment,
    /// Sequence of the entry that brought it; of one that came by a merge, of the merge.
    #[serde(rename = "n")]
    pub seq: u64,
    /// True when it stays though nothing is left of what brought it.
    #[serde(rename = "k")]
    pub keeps: bool,
}

/// The arm of an experiment that a member is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposure {
    /// The experiment.
    #[serde(rename = "e")]
    pub experiment: String,
    /// The arm.
    #[serde(rename = "a")]
    pub arm: String,
}

/// How often a kind of event happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// The kind: `check_in`, `nps.answered`.
    #[serde(rename = "k")]
    pub kind: String,
    /// How often per local day, oldest first, as far back as the longest window needs.
    #[serde(rename = "d")]
    pub days: Vec<(Day, i64)>,
    /// How often in all, since it is counted.
    #[serde(rename = "t")]
    pub total: i64,
}

/// A voucher that can still be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voucher {
    /// The entry that issued it, and which of its vouchers.
    pub id: VoucherId,
    /// Its reward.
    pub reward: String,
    /// The instant the reward's limits count it at.
    pub occurred_at: Moment,
    /// Until when it can be used; none for ever.
    pub expires_at: Option<Moment>,
    /// A till has reserved it until then.
    pub reserved_until: Option<Moment>,
    /// The redemption it was bought with.
    pub redemption: Option<EventId>,
    /// Which reward of a choice was picked.
    pub choice: Option<String>,
    /// Which rewards there are to pick from, while none is.
    pub options: Vec<String>,
    /// True when it took a piece of the reward's stock.
    pub stocked: bool,
    /// True when what was picked took a piece of its own stock.
    pub choice_stocked: bool,
    /// True when it stays though nothing is left of the purchase that brought it.
    pub keeps: bool,
}

/// Merges of a member with others.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Merges {
    /// The member who has all that this one had; nothing happens to this one any more.
    pub into: Option<MemberId>,
    /// Members whom this one took in, with those whom they had taken in.
    pub absorbed: Vec<MemberId>,
}

/// Whom a member brought, and who brought her.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Referral {
    /// Friends the member was rewarded for, ever: one that is reversed keeps its number.
    pub friends_rewarded: i64,
    /// Who brought the member, and how far that is.
    pub brought: Option<Brought>,
}

/// A friend, in the friend's own state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// Who brought her.
    pub by: MemberId,
    /// When she said so.
    pub joined_at: Moment,
    /// Before when a purchase qualifies.
    pub until: Moment,
    /// How far it is.
    pub stage: Stage,
}

/// How far a referral is, in the friend's own state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// No purchase has qualified yet.
    Joined,
    /// One has; both are rewarded when it has matured.
    Qualified(Counting),
    /// Both were rewarded.
    Rewarded(Counting),
    /// The purchase came back after that: both are to lose what they got.
    Revoked {
        /// The purchase.
        counting: Counting,
        /// From when on that is due.
        due_at: Moment,
    },
    /// Both lost it.
    Reversed,
    /// Neither side gets anything.
    Rejected(Rejection),
}

/// The purchase that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counting {
    /// Which.
    pub purchase: EventId,
    /// When it happened: the instant both sides' rules are judged at.
    pub bought_at: Moment,
    /// Its terms.
    pub terms: Qualifies,
}

/// How many tags of rules the state keeps; the oldest makes room.
pub const TAGS_MAX: usize = 32;

/// What hardly any member has: what people did to her by hand, absences that were answered, merges.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// True while purchases and events are refused.
    pub earning_frozen: bool,
    /// True while redemptions and holds are refused.
    pub spending_frozen: bool,
    /// True once the member was erased: nothing but time happens any more.
    pub erased: bool,
    /// What was adjusted on the newest local day that saw an adjustment.
    pub adjusted: Option<AdjustedDay>,
    /// Absences reached until then were answered, whatever came of it.
    pub absence_answered: Option<Moment>,
    /// Whom the member became, and who became her.
    pub merges: Merges,
    /// The newest local day of whose expiries the member was told.
    pub reminded: Option<Day>,
}

/// Points adjusted by hand in one local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdjustedDay {
    /// The day, in the programme's zone.
    pub day: Day,
    /// Points given and points taken, added together.
    pub points: i64,
}

/// How many restorations the state remembers; the oldest redemption is forgotten first, and closed for good.
pub const RESTORATIONS_MAX: usize = 16;

/// What came back of one redemption through returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restoration {
    /// Sequence of the redemption's entry.
    pub seq: u64,
    /// Points that came back so far.
    pub points: i64,
}

/// An open lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// The entry and credit that opened it.
    pub id: LotId,
    /// What is left, more than 0.
    pub remaining: i64,
    /// When it was earned.
    pub earned_at: Moment,
    /// When it becomes spendable; none once it has.
    pub activates_at: Option<Moment>,
    /// When it expires; spendable while now < `expires_at`.
    pub expires_at: Option<Moment>,
    /// Set when purchases extend it: `expire after 12 months without purchase`, as declared when it was opened.
    pub slides: Option<Span>,
}

/// Points reserved by a redemption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The redemption.
    pub id: EventId,
    /// When it was asked for: the instant its reward's limits count at.
    pub occurred_at: Moment,
    /// Until when.
    pub until: Moment,
    /// The reward, if one is meant.
    pub reward: Option<String>,
    /// From which lots, in spend order.
    #[serde(with = "crate::packed::allocations")]
    pub taken: Vec<Allocation>,
    /// True when it took a piece of the reward's stock.
    pub stocked: bool,
}

/// A tier and how long it is safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierHold {
    /// Its name.
    pub name: String,
    /// Since when.
    pub since: Moment,
    /// When it is reviewed next; none never.
    pub review_at: Option<Moment>,
    /// True once a review was failed: the next one, after the grace, decides.
    pub in_grace: bool,
    /// When the tier it rose from was to be reviewed: a return that undoes the rise falls back to that date.
    pub fallback_review_at: Option<Moment>,
}

/// Sums that windows add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sums {
    /// Money spent, minor units, net of returns.
    pub spent_minor: i64,
    /// Points earned, net of clawback.
    pub earned_points: i64,
    /// Purchases, net of wholly returned ones.
    pub purchases: i64,
}

/// Sums of one local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySum {
    /// The day.
    pub day: Day,
    /// Its sums.
    pub sums: Sums,
}

/// What a limit has used in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// `LimitSlot::key`.
    pub key: String,
    /// First day of the period; `Day(i32::MIN)` for the programme's whole life.
    pub period: Day,
    /// In the limit's unit.
    pub used: i64,
}
