//! Refusals: one stable code per situation, with its numbers. The cashier reads them.

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
    /// `internal.broken`: the decision would have broken an invariant of the ledger, or its numbers do not fit. Never
    /// recorded, nothing is written: a person must look.
    Broken {
        /// Which invariant, as a sentence.
        invariant: String,
    },
}
