//! What happened: one variant per kind of entry.

use super::{
    Allocation, Award, Bought, Issued, Parcel, Qualifies, Rejection, Returned, Role, VoucherStage, is_zero,
};
use crate::ids::{EventId, MemberId, VoucherId};
use crate::refusal::Refusal;
use dsl::effect::Effect;
use dsl::units::{Day, Moment};
use serde::{Deserialize, Serialize};

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
        /// The household she belongs to from now on, where that changed; empty for none.
        #[serde(rename = "ho", default, skip_serializing_if = "Option::is_none")]
        household: Option<String>,
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
        /// The member's place, where members were ranked.
        #[serde(rename = "pl", default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
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
        /// Tiers whose lifts ended with it.
        #[serde(rename = "lf", default, skip_serializing_if = "Vec::is_empty")]
        lowered: Vec<String>,
    },
}

/// A place among members that were ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// From 1; equal scores share a rank, and the next is as many later.
    #[serde(rename = "r")]
    pub rank: u32,
    /// What she was ranked by when all were looked at: minor units, points or purchases.
    #[serde(rename = "s")]
    pub score: i64,
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
