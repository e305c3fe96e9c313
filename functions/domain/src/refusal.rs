//! Refusals: one stable code per situation, with its numbers. The cashier reads them.

use crate::explain::points;
use crate::ids::MemberId;
use dsl::units::Moment;
use serde::{Deserialize, Serialize};

/// Why a well-formed request was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// `member.unknown`: no such member, and the programme does not enrol on purchase. Not recorded.
    MemberUnknown,
    /// `member.exists`: enrolled already, under another request. Not recorded.
    MemberExists,
    /// `redeem.insufficient_points`. Recorded.
    InsufficientPoints {
        /// Asked for.
        asked: i64,
        /// Spendable at that moment.
        active: i64,
    },
    /// `redeem.debt`: points are owed. Recorded.
    InDebt {
        /// How many.
        debt: i64,
    },
    /// `redeem.reward_unknown`: not in the rulebook. Recorded.
    RewardUnknown {
        /// As asked.
        reward: String,
    },
    /// `redeem.reward_inactive`: outside its dates. Recorded.
    RewardInactive {
        /// As asked.
        reward: String,
    },
    /// `redeem.reward_unmet`: a condition does not hold. Recorded.
    RewardUnmet {
        /// As asked.
        reward: String,
        /// Index of the first unmet condition.
        condition: usize,
    },
    /// `redeem.limit_reached`. Recorded.
    LimitReached {
        /// The limit's key.
        limit: String,
        /// How much is allowed.
        most: i64,
    },
    /// `redeem.out_of_stock`. Recorded.
    OutOfStock {
        /// As asked.
        reward: String,
    },
    /// `redemption.unknown`: no such redemption of this member. Not recorded.
    RedemptionUnknown,
    /// `redemption.not_held`: captured, released, cancelled or timed out. Recorded.
    NotHeld {
        /// What it is now: `captured`, `released`, `cancelled`, `timed_out`.
        now: String,
    },
    /// `redemption.not_captured`: only what was captured can be cancelled. Recorded.
    NotCaptured,
    /// `redemption.capture_exceeds_hold`. Recorded.
    CaptureExceedsHold {
        /// Asked for.
        asked: i64,
        /// Held.
        held: i64,
    },
    /// `return.purchase_unknown`: no such purchase of this member. Not recorded.
    PurchaseUnknown,
    /// `return.line_unknown`: the purchase has no such line. Recorded.
    LineUnknown {
        /// As asked.
        line: usize,
        /// How many it has.
        lines: usize,
    },
    /// `return.exceeds_line`: more than was bought and not returned yet. Recorded.
    ExceedsLine {
        /// As asked.
        line: usize,
        /// Pieces left to return.
        quantity_left: i64,
        /// Minor units left to refund.
        amount_left_minor: i64,
    },
    /// `event.unknown`: the programme declares no such event. Not recorded.
    EventUnknown {
        /// As sent.
        kind: String,
    },
    /// `time.before_history`: it happened before the member's enrolment and may not be posted. Not recorded.
    BeforeEnrolment {
        /// When the member enrolled.
        enrolled_at: Moment,
    },
    /// `programme.busy`: limits of our own: too many open lots or holds. Not recorded.
    TooMuchOpen {
        /// What there is too much of: `lots`, `holds`.
        of: String,
        /// The most there may be.
        most: usize,
    },
    /// `member.erased`: the member was erased. Not recorded.
    MemberErased,
    /// `member.merged`: she became another member, who is to be asked. Not recorded.
    MemberMerged {
        /// Whom.
        into: MemberId,
    },
    /// `merge.open_vouchers`: she has vouchers that can still be used. Not recorded.
    MergeOpenVouchers {
        /// How many.
        vouchers: usize,
    },
    /// `merge.open_holds`: points are held by redemptions that are not decided. Not recorded.
    MergeOpenHolds {
        /// How many.
        holds: usize,
    },
    /// `member.earning_frozen`. Recorded.
    EarningFrozen,
    /// `member.spending_frozen`. Recorded.
    SpendingFrozen,
    /// `adjust.too_large`: more than one adjustment may move. Not recorded.
    AdjustmentTooLarge {
        /// Points to move, up or down.
        asked: i64,
        /// The most there may be.
        most: i64,
    },
    /// `adjust.day_cap`: more than adjustments of one member may move in a day. Recorded.
    AdjustmentDayCap {
        /// Points to move, up or down.
        asked: i64,
        /// What was moved that day.
        used: i64,
        /// The most there may be.
        most: i64,
    },
    /// `adjust.insufficient_points`: an adjustment takes no more than can be spent. Recorded.
    AdjustmentExceeds {
        /// Points to take.
        asked: i64,
        /// Spendable at that moment.
        active: i64,
    },
    /// `internal.broken`: the decision would have broken an invariant of the ledger, or its numbers do not fit. Never
    /// recorded, nothing is written: a person must look.
    Broken {
        /// Which invariant, as a sentence.
        invariant: String,
    },
    /// `redeem.reward_not_sold`: it has no price, or none for this member's tier. Recorded.
    RewardNotSold {
        /// As asked.
        reward: String,
    },
    /// `redeem.members_reached`: as many members as may have the reward have it. Recorded.
    MembersReached {
        /// As asked.
        reward: String,
        /// How many may.
        most: i64,
    },
    /// `voucher.unknown`: no such voucher. Not recorded.
    VoucherUnknown,
    /// `voucher.not_open`: fulfilled, cancelled or expired. Recorded.
    VoucherNotOpen {
        /// What it is now: `fulfilled`, `cancelled`, `expired`, or `closed` where that is not known.
        now: String,
    },
    /// `voucher.reserved`: another till has reserved it. Recorded.
    VoucherReserved {
        /// Until when.
        until: Moment,
    },
    /// `voucher.not_reserved`: there is nothing to release. Recorded.
    VoucherNotReserved,
    /// `voucher.choice_needed`: one of the rewards must be picked. Recorded.
    ChoiceNeeded {
        /// Which there are.
        options: Vec<String>,
    },
    /// `voucher.choice_unknown`: not one of the rewards, or another was picked before. Recorded.
    ChoiceUnknown {
        /// As asked.
        choice: String,
        /// Which there are.
        options: Vec<String>,
    },
    /// `member.birthday_locked`: a date of birth that was set by hand stays as it is for a year. Not recorded.
    BirthdayLocked {
        /// Until when.
        until: Moment,
    },
    /// `survey.unknown`: not in the rulebook. Not recorded.
    SurveyUnknown {
        /// As asked.
        survey: String,
    },
    /// `survey.token_expired`: answered too late. Not recorded.
    SurveyTokenExpired {
        /// When the token's time was over.
        expired_at: Moment,
    },
    /// `survey.answered`: the member answered before, and otherwise. Not recorded.
    SurveyAnswered,
    /// `referral.none`: the programme has no referral. Not recorded.
    ReferralNone,
    /// `referral.code_unknown`: nobody has this code. Not recorded.
    ReferralCodeUnknown,
    /// `referral.self`: nobody brings herself. Recorded.
    ReferralSelf,
    /// `referral.ring`: who brings somebody was there before her. Recorded.
    ReferralRing,
    /// `referral.already`: somebody brought her. Recorded.
    ReferralAlready,
    /// `referral.too_late`: the time after enrolling is over. Recorded.
    ReferralTooLate {
        /// When it was.
        until: Moment,
    },
}

impl Refusal {
    /// True for a refusal that depends on the member's state: it is an entry, so that the same key gets the same
    /// answer for ever.
    pub const fn is_recorded(&self) -> bool {
        match self {
            Self::InsufficientPoints { .. }
            | Self::InDebt { .. }
            | Self::RewardUnknown { .. }
            | Self::RewardInactive { .. }
            | Self::RewardUnmet { .. }
            | Self::LimitReached { .. }
            | Self::OutOfStock { .. }
            | Self::NotHeld { .. }
            | Self::NotCaptured
            | Self::CaptureExceedsHold { .. }
            | Self::LineUnknown { .. }
            | Self::ExceedsLine { .. }
            | Self::EarningFrozen
            | Self::SpendingFrozen
            | Self::AdjustmentDayCap { .. }
            | Self::AdjustmentExceeds { .. }
            | Self::RewardNotSold { .. }
            | Self::MembersReached { .. }
            | Self::VoucherNotOpen { .. }
            | Self::VoucherReserved { .. }
            | Self::VoucherNotReserved
            | Self::ChoiceNeeded { .. }
            | Self::ChoiceUnknown { .. }
            | Self::ReferralSelf
            | Self::ReferralRing
            | Self::ReferralAlready
            | Self::ReferralTooLate { .. } => true,
            Self::MemberUnknown
            | Self::MemberExists
            | Self::VoucherUnknown
            | Self::RedemptionUnknown
            | Self::PurchaseUnknown
            | Self::EventUnknown { .. }
            | Self::BeforeEnrolment { .. }
            | Self::TooMuchOpen { .. }
            | Self::MemberErased
            | Self::MemberMerged { .. }
            | Self::MergeOpenHolds { .. }
            | Self::MergeOpenVouchers { .. }
            | Self::BirthdayLocked { .. }
            | Self::SurveyUnknown { .. }
            | Self::SurveyTokenExpired { .. }
            | Self::SurveyAnswered
            | Self::AdjustmentTooLarge { .. }
            | Self::ReferralNone
            | Self::ReferralCodeUnknown
            | Self::Broken { .. } => false,
        }
    }

    /// The stable code of the situation, as the API shows it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MemberUnknown => "member.unknown",
            Self::MemberExists => "member.exists",
            Self::InsufficientPoints { .. } => "redeem.insufficient_points",
            Self::InDebt { .. } => "redeem.debt",
            Self::RewardUnknown { .. } => "redeem.reward_unknown",
            Self::RewardInactive { .. } => "redeem.reward_inactive",
            Self::RewardUnmet { .. } => "redeem.reward_unmet",
            Self::LimitReached { .. } => "redeem.limit_reached",
            Self::OutOfStock { .. } => "redeem.out_of_stock",
            Self::RedemptionUnknown => "redemption.unknown",
            Self::NotHeld { .. } => "redemption.not_held",
            Self::NotCaptured => "redemption.not_captured",
            Self::CaptureExceedsHold { .. } => "redemption.capture_exceeds_hold",
            Self::PurchaseUnknown => "return.purchase_unknown",
            Self::LineUnknown { .. } => "return.line_unknown",
            Self::ExceedsLine { .. } => "return.exceeds_line",
            Self::EventUnknown { .. } => "event.unknown",
            Self::BeforeEnrolment { .. } => "time.before_history",
            Self::TooMuchOpen { .. } => "programme.busy",
            Self::MemberErased => "member.erased",
            Self::MemberMerged { .. } => "member.merged",
            Self::MergeOpenHolds { .. } => "merge.open_holds",
            Self::MergeOpenVouchers { .. } => "merge.open_vouchers",
            Self::EarningFrozen => "member.earning_frozen",
            Self::SpendingFrozen => "member.spending_frozen",
            Self::AdjustmentTooLarge { .. } => "adjust.too_large",
            Self::AdjustmentDayCap { .. } => "adjust.day_cap",
            Self::AdjustmentExceeds { .. } => "adjust.insufficient_points",
            Self::RewardNotSold { .. } => "redeem.reward_not_sold",
            Self::MembersReached { .. } => "redeem.members_reached",
            Self::VoucherUnknown => "voucher.unknown",
            Self::VoucherNotOpen { .. } => "voucher.not_open",
            Self::VoucherReserved { .. } => "voucher.reserved",
            Self::VoucherNotReserved => "voucher.not_reserved",
            Self::ChoiceNeeded { .. } => "voucher.choice_needed",
            Self::ChoiceUnknown { .. } => "voucher.choice_unknown",
            Self::BirthdayLocked { .. } => "member.birthday_locked",
            Self::SurveyUnknown { .. } => "survey.unknown",
            Self::SurveyTokenExpired { .. } => "survey.token_expired",
            Self::SurveyAnswered => "survey.answered",
            Self::ReferralNone => "referral.none",
            Self::ReferralCodeUnknown => "referral.code_unknown",
            Self::ReferralSelf => "referral.self",
            Self::ReferralRing => "referral.ring",
            Self::ReferralAlready => "referral.already",
            Self::ReferralTooLate { .. } => "referral.too_late",
            Self::Broken { .. } => "internal.broken",
        }
    }

    /// One sentence with the numbers, for the cashier.
    pub fn sentence(&self) -> String {
        match self {
            Self::MemberUnknown => "there is no such member".to_owned(),
            Self::MemberExists => "the member is enrolled already".to_owned(),
            Self::InsufficientPoints { asked, active } => {
                format!("{} asked for, {active} can be spent", points(*asked))
            }
            Self::InDebt { debt } => {
                format!("the member owes {}; what is earned next repays them first", points(*debt))
            }
            Self::RewardUnknown { reward } => format!("the programme has no reward `{reward}`"),
            Self::RewardInactive { reward } => format!("the reward `{reward}` cannot be had on this day"),
            Self::RewardUnmet { reward, condition } => {
                format!("condition {} of the reward `{reward}` does not hold", condition.saturating_add(1))
            }
            Self::LimitReached { limit, most } => {
                format!("the limit `{limit}` is reached: {most} and no more")
            }
            Self::OutOfStock { reward } => format!("the reward `{reward}` is out of stock"),
            Self::RewardNotSold { reward } => {
                format!("the reward `{reward}` cannot be bought by this member")
            }
            Self::MembersReached { reward, most } => {
                format!("the reward `{reward}` was for the first {most} members, and they have it")
            }
            Self::VoucherUnknown => "there is no such voucher".to_owned(),
            Self::VoucherNotOpen { now } => format!("the voucher cannot be used any more: it is {now}"),
            Self::VoucherReserved { .. } => "the voucher is reserved".to_owned(),
            Self::VoucherNotReserved => "the voucher is not reserved".to_owned(),
            Self::ChoiceNeeded { options } => format!("one is to be picked of {}", options.join(", ")),
            Self::ChoiceUnknown { choice, options } if options.is_empty() => {
                format!("`{choice}` cannot be picked: nothing is left to pick from")
            }
            Self::ChoiceUnknown { choice, options } => {
                format!("`{choice}` cannot be picked; there are {}", options.join(", "))
            }
            Self::RedemptionUnknown => "the member has no such redemption".to_owned(),
            Self::NotHeld { now } => {
                format!("the redemption holds no points any more: it is {}", now.replace('_', " "))
            }
            Self::NotCaptured => {
                "only a captured redemption that has not come back can be cancelled".to_owned()
            }
            Self::CaptureExceedsHold { asked, held } => {
                format!("{} asked for, {held} are held", points(*asked))
            }
            Self::PurchaseUnknown => "the member has no such purchase".to_owned(),
            Self::LineUnknown { line, lines } => {
                format!("the purchase has no line {line}; it has {lines}, counted from 0")
            }
            Self::ExceedsLine { line, quantity_left, amount_left_minor } => format!(
                "line {line} has {quantity_left} pieces and {amount_left_minor} minor units left to return"
            ),
            Self::EventUnknown { kind } => format!("the programme declares no event `{kind}`"),
            Self::BeforeEnrolment { .. } => "it happened before the member enrolled".to_owned(),
            Self::TooMuchOpen { of, most } => format!("too many open {of}: at most {most}"),
            Self::BirthdayLocked { .. } => {
                "the date of birth was changed less than a year ago and stays as it is until then".to_owned()
            }
            Self::SurveyUnknown { survey } => format!("the programme has no survey `{survey}`"),
            Self::SurveyTokenExpired { .. } => "the time to answer is over".to_owned(),
            Self::SurveyAnswered => "the survey was answered before; an answer is given once".to_owned(),
            Self::MemberErased => "the member was erased; nothing can happen to her any more".to_owned(),
            Self::MemberMerged { into } => format!("the member was merged into {into}; ask for that one"),
            Self::MergeOpenVouchers { vouchers } => {
                format!("{vouchers} vouchers can still be used; use or cancel them first")
            }
            Self::MergeOpenHolds { holds } => {
                format!("{holds} redemptions still hold points; capture or release them first")
            }
            Self::EarningFrozen => "the member's earning is frozen".to_owned(),
            Self::SpendingFrozen => "the member's spending is frozen".to_owned(),
            Self::AdjustmentTooLarge { asked, most } => {
                format!("an adjustment of {}; one moves at most {most}", points(*asked))
            }
            Self::AdjustmentDayCap { asked, used, most } => format!(
                "an adjustment of {} after {used} on this day; a member's adjustments move at most {most} in a day",
                points(*asked)
            ),
            Self::AdjustmentExceeds { asked, active } => {
                format!("{} to be taken, {active} can be spent", points(*asked))
            }
            Self::ReferralNone => "the programme rewards nobody for bringing friends".to_owned(),
            Self::ReferralCodeUnknown => "no member has this code".to_owned(),
            Self::ReferralSelf => "nobody can bring herself".to_owned(),
            Self::ReferralRing => {
                "who brings a friend must have been a member before her, and this one was not".to_owned()
            }
            Self::ReferralAlready => {
                "somebody brought the member already, and that stays so for ever".to_owned()
            }
            Self::ReferralTooLate { .. } => {
                "the time after enrolling in which a member says who brought her is over".to_owned()
            }
            Self::Broken { invariant } => {
                format!("the ledger refused the decision, for it breaks an invariant: {invariant}")
            }
        }
    }
}
