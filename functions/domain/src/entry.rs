//! An entry of a member's ledger: what happened, what it moved, and enough of why to answer for it for ever.
//!
//! Entries are append-only. Corrections are new entries. Field names are short on disk (an entry within 1 KB is one
//! write unit) and stable for ever; a field may be added with a default, never renamed or reused.

use crate::ids::{EventId, MemberId, Reference, VoucherId};
use crate::refusal::Refusal;
use crate::state::{Counter, DaySum, Lot, Sums, TierHold};
use dsl::effect::Effect;
use dsl::model::{Refund, Revoke, Shortfall};
use dsl::units::{Day, Moment, Span};
use serde::{Deserialize, Serialize, Serializer};

/// One entry, without its place in the chain's hashes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Stored")]
pub struct Entry {
    /// Position in the member's chain, from 1 without gaps.
    pub seq: u64,
    /// What it is found by.
    pub reference: Reference,
    /// First 16 bytes, in hexadecimal, of SHA-256 over the canonical request.
    pub fingerprint: String,
    /// When it was decided: never before the previous entry's.
    pub at: Moment,
    /// When it happened: the instant rules are judged at. Not on disk where it is `at`.
    pub occurred_at: Moment,
    /// Id of the rulebook that decided.
    pub rulebook: String,
    /// What time did to the member since the previous entry, in the order it fell due.
    pub settled: Vec<Settlement>,
    /// What happened.
    pub change: Change,
    /// What it moved, settlements included; sums to zero; at most one posting per account.
    pub postings: Vec<Posting>,
    /// Points the change gave back to spendable lots while the member owed: taken from spendable lots in spend order,
    /// after the change, until nothing is owed or nothing is spendable: (lot, points).
    pub repaid: Vec<(LotId, i64)>,
    /// The tier it led to, where it changed (settlements carry their own).
    pub tier: Option<TierChange>,
}

/// An entry as it is read from disk.
#[derive(Deserialize)]
struct Stored {
    n: u64,
    #[serde(rename = "ref")]
    reference: Reference,
    fp: String,
    at: Moment,
    on: Option<Moment>,
    rb: String,
    #[serde(default)]
    due: Vec<Settlement>,
    ch: Change,
    #[serde(default)]
    ps: Vec<Posting>,
    #[serde(default)]
    rd: Vec<(LotId, i64)>,
    ti: Option<TierChange>,
}

/// An entry as it is written to disk.
#[derive(Serialize)]
struct Storing<'a> {
    n: u64,
    #[serde(rename = "ref")]
    reference: &'a Reference,
    fp: &'a str,
    at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<Moment>,
    rb: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    due: &'a [Settlement],
    ch: &'a Change,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    ps: &'a [Posting],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    rd: &'a [(LotId, i64)],
    #[serde(skip_serializing_if = "Option::is_none")]
    ti: Option<&'a TierChange>,
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Storing {
            n: self.seq,
            reference: &self.reference,
            fp: &self.fingerprint,
            at: self.at,
            on: (self.occurred_at != self.at).then_some(self.occurred_at),
            rb: &self.rulebook,
            due: &self.settled,
            ch: &self.change,
            ps: &self.postings,
            rd: &self.repaid,
            ti: self.tier.as_ref(),
        }
        .serialize(serializer)
    }
}

impl From<Stored> for Entry {
    fn from(stored: Stored) -> Self {
        Self {
            seq: stored.n,
            reference: stored.reference,
            fingerprint: stored.fp,
            at: stored.at,
            occurred_at: stored.on.unwrap_or(stored.at),
            rulebook: stored.rb,
            settled: stored.due,
            change: stored.ch,
            postings: stored.ps,
            repaid: stored.rd,
            tier: stored.ti,
        }
    }
}

/// A movement on one account. Positive adds to the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting(pub Account, pub i64);

/// The accounts of double entry. `Active`, `Pending`, `Held` and `Debt` are the member's; the rest the programme's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Account {
    /// Where points come from: falls by what is issued.
    #[serde(rename = "is")]
    Issuer,
    /// Spendable.
    #[serde(rename = "ac")]
    Active,
    /// Earned, not yet spendable.
    #[serde(rename = "pe")]
    Pending,
    /// Reserved by a redemption.
    #[serde(rename = "he")]
    Held,
    /// What the member owes, as a balance of 0 or less.
    #[serde(rename = "de")]
    Debt,
    /// Redeemed for good.
    #[serde(rename = "re")]
    Redeemed,
    /// Expired.
    #[serde(rename = "ex")]
    Expired,
    /// Clawed back by returns.
    #[serde(rename = "cl")]
    Clawed,
    /// Adjusted by hand.
    #[serde(rename = "ad")]
    Adjusted,
    /// Moved to or from another member.
    #[serde(rename = "tr")]
    Transferred,
}

/// What time did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// A pending lot became spendable (debt repaid first).
    Activated {
        /// The lot.
        lot: LotId,
        /// Its points.
        points: i64,
        /// Of which repaid debt.
        #[serde(default, skip_serializing_if = "is_zero")]
        repaid: i64,
        /// When.
        at: Moment,
    },
    /// A lot expired with this remainder.
    Expired {
        /// The lot.
        lot: LotId,
        /// Its remainder.
        points: i64,
        /// When.
        at: Moment,
    },
    /// A hold timed out; its points went back (or expired, as settlements of their own).
    TimedOut {
        /// The redemption.
        redemption: EventId,
        /// Its points.
        points: i64,
        /// When.
        at: Moment,
    },
    /// Points of a hold that timed out repaid debt.
    Repaid {
        /// The lot they had gone back to.
        lot: LotId,
        /// How many.
        points: i64,
        /// When.
        at: Moment,
    },
    /// A tier review changed the tier.
    Reviewed {
        /// From and to.
        change: TierChange,
        /// When.
        at: Moment,
    },
    /// A voucher's reservation timed out: it can be used again.
    VoucherFreed {
        /// The voucher.
        voucher: VoucherId,
        /// Its reward.
        reward: String,
        /// When.
        at: Moment,
    },
    /// A voucher expired unused; a reserved one expires once its reservation has ended.
    VoucherExpired {
        /// The voucher.
        voucher: VoucherId,
        /// Its reward.
        reward: String,
        /// When.
        at: Moment,
    },
    /// The member is told what expires on a local day, as `remind 14 days before expiry` asks.
    ExpiringSoon {
        /// What expires then if nothing happens: lots, whether spendable yet or not.
        points: i64,
        /// The earliest of these expiries.
        expires_at: Moment,
        /// When she is told.
        at: Moment,
    },
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(value: &i64) -> bool {
    *value == 0
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A change of tier, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierChange {
    /// Before.
    #[serde(rename = "f")]
    pub from: Option<String>,
    /// After.
    #[serde(rename = "t")]
    pub to: Option<String>,
}

/// A lot: the entry that opened it, and which of its credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LotId(pub u64, pub u8);

/// Points taken from, or given back to, one lot, with what is needed to reopen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// The lot.
    #[serde(rename = "l")]
    pub lot: LotId,
    /// Points, more than 0.
    #[serde(rename = "n")]
    pub points: i64,
    /// When the lot was earned.
    #[serde(rename = "e")]
    pub earned_at: Moment,
    /// When the lot expires.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// How far purchases extend the lot, where they do.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub slides: Option<Span>,
}

/// What happened. The names are the API's `type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "purchases are nearly all entries: boxing them would cost each one"
)]
pub enum Change {
    /// The member joined.
    Enrolled(Award),
    /// A purchase.
    Purchased {
        /// What was bought.
        #[serde(rename = "b")]
        bought: Bought,
        /// What it earned.
        #[serde(rename = "aw")]
        award: Award,
        /// What the enrolment rules gave, for a purchase that enrolled the member; its lots stand before the
        /// purchase's in the order of their index, and no return takes them back.
        #[serde(rename = "wl", default, skip_serializing_if = "Option::is_none")]
        welcome: Option<Award>,
        /// Of a friend whom somebody brought: that this is the purchase that counts.
        #[serde(rename = "rf", default, skip_serializing_if = "Option::is_none")]
        qualifies: Option<Qualifies>,
    },
    /// An event the merchant declared.
    Occurred {
        /// The event's kind.
        #[serde(rename = "k")]
        kind: String,
        /// What it earned.
        #[serde(rename = "aw")]
        award: Award,
    },
    /// Lines of a purchase came back.
    Returned(Returned),
    /// Points were reserved.
    Held {
        /// How many.
        #[serde(rename = "p")]
        points: i64,
        /// The reward, if one is meant.
        #[serde(rename = "rw", default, skip_serializing_if = "Option::is_none")]
        reward: Option<String>,
        /// Until when.
        until: Moment,
        /// From which lots.
        #[serde(rename = "tk")]
        taken: Vec<Allocation>,
    },
    /// Points were redeemed without a hold.
    Redeemed {
        /// How many.
        #[serde(rename = "p")]
        points: i64,
        /// The reward, if one is meant.
        #[serde(rename = "rw", default, skip_serializing_if = "Option::is_none")]
        reward: Option<String>,
        /// From which lots.
        #[serde(rename = "tk")]
        taken: Vec<Allocation>,
        /// The voucher of the reward.
        #[serde(rename = "vo", default, skip_serializing_if = "Option::is_none")]
        voucher: Option<Issued>,
    },
    /// A hold was captured, in full or in part.
    Captured {
        /// The redemption.
        #[serde(rename = "id")]
        redemption: EventId,
        /// Points redeemed.
        #[serde(rename = "p")]
        points: i64,
        /// From which lots.
        #[serde(rename = "tk")]
        taken: Vec<Allocation>,
        /// What went back.
        #[serde(rename = "rl", default, skip_serializing_if = "Vec::is_empty")]
        released: Vec<Allocation>,
        /// The voucher of the reward.
        #[serde(rename = "vo", default, skip_serializing_if = "Option::is_none")]
        voucher: Option<Issued>,
    },
    /// A hold was released.
    Released {
        /// The redemption.
        #[serde(rename = "id")]
        redemption: EventId,
        /// What went back.
        #[serde(rename = "rl")]
        released: Vec<Allocation>,
    },
    /// A captured redemption was cancelled: points back to their own lots with their own expiry.
    Cancelled {
        /// The redemption.
        #[serde(rename = "id")]
        redemption: EventId,
        /// What went back (and expired at once, where its lot had).
        #[serde(rename = "bk")]
        restored: Vec<Allocation>,
    },
    /// Only time: what fell due.
    Settled,
    /// A refusal that depends on state, kept so that the same key gets the same answer for ever.
    Refused(Refusal),
    /// A birthday, or an anniversary of the enrolment.
    Celebrated {
        /// Which.
        #[serde(rename = "o")]
        occasion: Occasion,
        /// The programme year: the calendar year of the local day.
        #[serde(rename = "y")]
        year: i16,
        /// What it earned.
        #[serde(rename = "aw")]
        award: Award,
    },
    /// A person gave or took points by hand.
    Adjusted {
        /// Points given; below 0, taken.
        #[serde(rename = "p")]
        points: i64,
        /// Who and why.
        by: By,
        /// Of points given: those that repaid debt at once.
        #[serde(rename = "rp", default, skip_serializing_if = "is_zero")]
        repaid: i64,
        /// When points given expire; none never.
        #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Moment>,
        /// From which lots points were taken.
        #[serde(rename = "tk", default, skip_serializing_if = "Vec::is_empty")]
        taken: Vec<Allocation>,
    },
    /// Earning or spending was frozen, or set free: what holds from now on.
    Frozen {
        /// True when purchases and events are refused.
        #[serde(rename = "e")]
        earning: bool,
        /// True when redemptions and holds are refused.
        #[serde(rename = "s")]
        spending: bool,
        /// Who and why.
        by: By,
    },
    /// The profile changed: which fields, never to what, but for what the member agreed to.
    Updated {
        /// Names of the fields that were set or cleared.
        #[serde(rename = "f")]
        fields: Vec<String>,
        /// All purposes the member consents to from now on, where that changed.
        #[serde(rename = "co", default, skip_serializing_if = "Option::is_none")]
        consents: Option<Vec<String>>,
        /// The version of the terms the member accepted, where she did.
        #[serde(rename = "tv", default, skip_serializing_if = "Option::is_none")]
        terms: Option<String>,
        /// Who changed it.
        #[serde(rename = "ac")]
        actor: String,
    },
    /// The profile was deleted for good; the ledger stays as it is and takes nothing more but what falls due.
    Erased {
        /// Who and why.
        by: By,
    },
    /// Time fired a rule: an absence had lasted so long, or a date of its schedule came.
    Scheduled {
        /// The kind of event it is to the rulebook: `absence.60_days`, `schedule.monthly_gift`.
        #[serde(rename = "k")]
        timer: String,
        /// The local day that names it: the one the absence began, or that of the schedule.
        #[serde(rename = "d")]
        period: Day,
        /// What it earned.
        #[serde(rename = "aw")]
        award: Award,
    },
    /// The member became another one, who has all that she had.
    MergedInto {
        /// Whom.
        into: MemberId,
        /// Who and why.
        by: By,
    },
    /// What another member had came here: by a merge, or by a return of what she had bought before it.
    MergedFrom {
        /// The other.
        from: MemberId,
        /// Who merged the two, and why; none for a return.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<By>,
        /// What came.
        #[serde(rename = "pa")]
        parcel: Parcel,
    },
    /// A voucher was reserved, released, fulfilled or cancelled.
    VoucherMoved {
        /// The voucher.
        #[serde(rename = "id")]
        voucher: VoucherId,
        /// Its reward.
        #[serde(rename = "rw")]
        reward: String,
        /// What it is now.
        to: VoucherStage,
        /// Reserved until when.
        #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
        until: Option<Moment>,
        /// Which reward of a choice was picked with this step.
        #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
        choice: Option<String>,
        /// Of a cancelled one: the points that went back to their own lots (and expired at once, where the lot had).
        #[serde(rename = "bk", default, skip_serializing_if = "Vec::is_empty")]
        restored: Vec<Allocation>,
    },
    /// A survey was answered; what was written in words is kept apart.
    Answered {
        /// The survey.
        #[serde(rename = "sv")]
        survey: String,
        /// The class of the answer, where the survey has classes.
        #[serde(rename = "cl", default, skip_serializing_if = "Option::is_none")]
        class: Option<String>,
        /// What was answered, by question.
        #[serde(rename = "an", default, skip_serializing_if = "Vec::is_empty")]
        answers: Vec<(String, Given)>,
        /// What it earned.
        #[serde(rename = "aw")]
        award: Award,
    },
    /// The member said who brought her.
    Joined {
        /// Who.
        #[serde(rename = "by")]
        referrer: MemberId,
        /// Until when a purchase qualifies.
        until: Moment,
    },
    /// A friend matured: what this side of it got. The other side's entry is of the same transaction.
    ReferralPaid {
        /// Which side.
        #[serde(rename = "r")]
        role: Role,
        /// Who is on the other.
        #[serde(rename = "o")]
        other: MemberId,
        /// What it earned.
        #[serde(rename = "aw")]
        award: Award,
    },
    /// A friend matured, and neither side gets anything.
    ReferralRejected {
        /// Which side.
        #[serde(rename = "r")]
        role: Role,
        /// Who is on the other.
        #[serde(rename = "o")]
        other: MemberId,
        /// Why.
        #[serde(rename = "w")]
        reason: Rejection,
    },
    /// The friend's purchase came back after both were rewarded: what this side lost again.
    ReferralReversed {
        /// Which side.
        #[serde(rename = "r")]
        role: Role,
        /// Who is on the other.
        #[serde(rename = "o")]
        other: MemberId,
        /// Points clawed in all: pending, active and owed; not what was forgiven.
        #[serde(rename = "p")]
        clawed: i64,
        /// What was taken, from which lots; at most one per lot.
        #[serde(rename = "tk", default, skip_serializing_if = "Vec::is_empty")]
        taken: Vec<Allocation>,
        /// What became debt.
        #[serde(rename = "ow", default, skip_serializing_if = "is_zero")]
        owed: i64,
        /// What the programme forgave.
        #[serde(rename = "fo", default, skip_serializing_if = "is_zero")]
        forgiven: i64,
    },
}

/// How far a voucher came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoucherStage {
    /// It can be used.
    Issued,
    /// A till has reserved it.
    Reserved,
    /// It was used.
    Fulfilled,
    /// It was cancelled.
    Cancelled,
    /// It was not used in time.
    Expired,
}

impl VoucherStage {
    /// The API's word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Reserved => "reserved",
            Self::Fulfilled => "fulfilled",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

/// The side of a referral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Who brought somebody.
    Referrer,
    /// Who was brought.
    Friend,
}

impl Role {
    /// The kind of event it is to the rulebook.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Referrer => dsl::event::REFERRAL_REFERRER,
            Self::Friend => dsl::event::REFERRAL_FRIEND,
        }
    }
}

/// A voucher as it was issued: its id is that of the entry and its place among the entry's vouchers, those of a welcome
/// first. Its code stands nowhere in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// The reward, by name.
    #[serde(rename = "rw")]
    pub reward: String,
    /// Until when it can be used; none for ever.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// Which reward of a choice was picked with it.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// True when it stays though nothing is left of the purchase that brought it.
    #[serde(rename = "k", default, skip_serializing_if = "std::ops::Not::not")]
    pub keeps: bool,
}

/// A reward that a rule gave and that could not be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// The reward, by name.
    #[serde(rename = "rw")]
    pub reward: String,
    /// Why not.
    #[serde(rename = "y")]
    pub why: Refusal,
}

/// What was answered to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// A number in the question's range.
    Number(i64),
    /// One of the question's choices.
    Choice(String),
    /// Yes or no.
    Truth(bool),
}

/// A purchase that qualifies a friend, with the policies of its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qualifies {
    /// What must be left of it, in minor units.
    #[serde(rename = "l")]
    pub least_minor: i64,
    /// When both are rewarded.
    #[serde(rename = "m")]
    pub matures_at: Moment,
    /// What a return does after that.
    #[serde(rename = "u")]
    pub refund: Revoke,
}

/// Why neither side of a referral gets anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// Too little is left of the purchase, and the time to make another is over.
    Returned,
    /// The referrer has brought as many as she may in this period.
    Limit,
    /// The referrer's earning is frozen.
    ReferrerFrozen,
    /// The friend's earning is frozen.
    FriendFrozen,
    /// The referrer was erased.
    ReferrerErased,
    /// The friend was erased.
    FriendErased,
}

/// What a return did to the referral of the friend who made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setback {
    /// The purchase does not qualify any more; another may.
    Reopened,
    /// It does not qualify any more, and the time to make another is over.
    Rejected,
    /// Both were rewarded: both lose it, in entries of their own.
    Revoked,
}

impl Change {
    /// What it earned, in the order it was earned: a purchase that enrolled has the welcome first. Nothing for what
    /// earns nothing.
    pub fn awards(&self) -> impl Iterator<Item = &Award> {
        let (first, then) = match self {
            Self::Enrolled(award)
            | Self::Occurred { award, .. }
            | Self::Celebrated { award, .. }
            | Self::Answered { award, .. }
            | Self::Scheduled { award, .. }
            | Self::ReferralPaid { award, .. } => (Some(award), None),
            Self::Purchased { award, welcome, .. } => (welcome.as_ref(), Some(award)),
            _ => (None, None),
        };
        first.into_iter().chain(then)
    }

    /// The vouchers it issued, in the order of their ids.
    pub fn issued(&self) -> impl Iterator<Item = &Issued> {
        let bought = match self {
            Self::Redeemed { voucher, .. } | Self::Captured { voucher, .. } => voucher.as_ref(),
            _ => None,
        };
        self.awards().flat_map(|award| &award.rewards).chain(bought)
    }

    /// What it made happen beside points, in order.
    pub fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.awards().flat_map(|award| &award.effects)
    }
}

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

/// What comes round once a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// The member's birthday.
    Birthday,
    /// The anniversary of the enrolment, from the first year on.
    Anniversary,
}

impl Occasion {
    /// The kind of event it is to the rulebook.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Birthday => dsl::event::BIRTHDAY,
            Self::Anniversary => dsl::event::ANNIVERSARY,
        }
    }
}

/// Who did something by hand, and why. Neither is personal data of the member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// The subject of the token.
    #[serde(rename = "a")]
    pub actor: String,
    /// A short code: `goodwill`, `ticket-4711`.
    #[serde(rename = "w")]
    pub reason: String,
}

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
    /// What it drew from budgets: (budget, amount in its unit).
    #[serde(rename = "bu", default, skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<(String, i64)>,
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
    /// What it did to the referral that brought the member.
    #[serde(rename = "rf", default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Setback>,
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
