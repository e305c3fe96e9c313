//! Problems: every error a client can see, as `application/problem+json` (RFC 9457) with a stable code. The one place
//! where refusals and store errors become status, code and sentence.

use super::shape::Wrong;
use domain::refusal::Refusal;
use dsl::nearest::nearest;
use dsl::plan::Rulebook;
use serde_json::{Map, Value, json};
use store::error::StoreError;
use store::ledger::ApplyError;

/// What a handler answers, or why not.
pub(crate) type Reply<T> = Result<T, Box<Problem>>;

/// One error as the client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    /// Stable, for programs: `redeem.insufficient_points`.
    pub(crate) code: &'static str,
    /// The same words for every problem of this code.
    pub(crate) title: &'static str,
    /// This one, in a sentence.
    pub(crate) detail: String,
    /// Everything wrong with the request, with JSON pointers.
    pub(crate) errors: Vec<Wrong>,
    /// Numbers, and what else belongs to the code.
    pub(crate) more: Map<String, Value>,
    /// When to try again, in seconds.
    pub(crate) retry_after: Option<u32>,
    /// For 405: the methods there are.
    pub(crate) allow: Option<String>,
    /// True for the stored answer to a repeated request.
    pub(crate) replayed: bool,
    /// For the log only: may name keys of the table, never personal data.
    pub(crate) cause: Option<String>,
}

impl Problem {
    /// A problem without numbers.
    pub(crate) fn new(
        status: u16,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Box<Self> {
        Box::new(Self {
            status,
            code,
            title,
            detail: detail.into(),
            errors: Vec::new(),
            more: Map::new(),
            retry_after: None,
            allow: None,
            replayed: false,
            cause: None,
        })
    }

    /// With a number, or a word, of its code.
    pub(crate) fn with(mut self: Box<Self>, name: &str, value: impl Into<Value>) -> Box<Self> {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// With more at the end of its sentence.
    fn hint(mut self: Box<Self>, more: &str) -> Box<Self> {
        self.detail.push_str(more);
        self
    }

    fn later(mut self: Box<Self>, seconds: u32, cause: Option<String>) -> Box<Self> {
        self.retry_after = Some(seconds);
        self.cause = cause;
        self
    }

    /// A request whose parts are wrong: all of them at once.
    pub(crate) fn wrong(errors: Vec<Wrong>) -> Box<Self> {
        let detail = match errors.as_slice() {
            [one] if one.pointer.is_empty() => format!("the body {}", one.detail),
            [one] => format!("{} {}", one.pointer, one.detail),
            several => format!("{} things are wrong; nothing was written", several.len()),
        };
        let mut problem = Self::new(400, "request.invalid", "The request is not valid", detail);
        problem.errors = errors;
        problem
    }

    /// One part of a request that is wrong.
    pub(crate) fn wrong_part(
        pointer: impl Into<String>,
        code: &'static str,
        detail: impl Into<String>,
    ) -> Box<Self> {
        Self::wrong(vec![Wrong { pointer: pointer.into(), code, detail: detail.into() }])
    }

    /// A bug of ours, or one that a panic showed.
    pub(crate) fn internal(cause: impl Into<String>) -> Box<Self> {
        let detail =
            "something is wrong on our side; repeat with the same key to learn what became of the request";
        let mut problem = Self::new(500, "internal", "Internal error", detail);
        problem.cause = Some(cause.into());
        problem
    }

    /// No definite answer in time.
    pub(crate) fn out_of_time() -> Box<Self> {
        StoreError::Unavailable("deadline".to_owned()).into()
    }

    /// Nothing was published yet.
    pub(crate) fn no_programme() -> Box<Self> {
        let detail = "this merchant has not published a programme yet; send one with PUT /v1/rules";
        Self::new(409, "programme.none", "No programme is published", detail)
    }

    /// The body, as sent.
    pub(crate) fn body(&self) -> Value {
        let mut body = self.more.clone();
        body.insert("type".to_owned(), json!(format!("urn:problem-type:merit:{}", self.code)));
        body.insert("title".to_owned(), json!(self.title));
        body.insert("status".to_owned(), json!(self.status));
        body.insert("code".to_owned(), json!(self.code));
        body.insert("detail".to_owned(), json!(self.detail));
        if !self.errors.is_empty() {
            let told =
                self.errors.iter().map(|e| json!({"pointer": e.pointer, "code": e.code, "detail": e.detail}));
            body.insert("errors".to_owned(), told.collect());
        }
        Value::Object(body)
    }
}

impl From<StoreError> for Box<Problem> {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Problem::new(
                503,
                "store.conflict",
                "Too many writers at once",
                "other requests for this member kept winning; repeat with the same key",
            )
            .later(1, None),
            StoreError::Throttled => Problem::new(
                503,
                "store.throttled",
                "Too many requests at once",
                "the table is throttled; repeat with the same key",
            )
            .later(2, None),
            StoreError::Unavailable(cause) => Problem::new(
                503,
                "store.unavailable",
                "No definite answer in time",
                "it is not known what became of the request; repeat with the same key to learn it",
            )
            .later(1, Some(cause)),
            StoreError::Corrupt(cause) => {
                let mut problem = Problem::new(
                    500,
                    "store.corrupt",
                    "Stored data need a person",
                    "stored data are not what they must be; the operator has been told",
                );
                problem.cause = Some(cause);
                problem
            }
        }
    }
}

/// What a write that was not applied is to the client.
pub(crate) fn not_applied(error: ApplyError, rulebook: &Rulebook) -> Box<Problem> {
    match error {
        ApplyError::Refused(refusal) => refused(&refusal, rulebook),
        ApplyError::KeyReused => Problem::new(
            409,
            "key_reused",
            "The key was used before",
            "this event id was used before for another request; nothing was written. Send a new id, or the first request again",
        ),
        ApplyError::ProfileChanged => StoreError::Conflict.into(),
        ApplyError::Store(error) => error.into(),
    }
}

/// What a refusal is to the client: the domain's code and sentence, with its numbers. 404: there is no such thing.
/// 409: not now, in the state things are in. 422: never, as it was asked. 500: a bug of ours.
#[allow(clippy::too_many_lines, reason = "one arm per refusal: it is a table")]
pub(crate) fn refused(refusal: &Refusal, rulebook: &Rulebook) -> Box<Problem> {
    let told = |status, title| Problem::new(status, refusal.code(), title, refusal.sentence());
    let programme = rulebook.programme();
    match refusal {
        Refusal::MemberUnknown => told(404, "No such member").hint("; enrol with POST /v1/members"),
        Refusal::MemberExists => told(409, "The member is enrolled already"),
        Refusal::InsufficientPoints { asked, active } | Refusal::AdjustmentExceeds { asked, active } => {
            told(409, "Not enough points").with("asked_points", *asked).with("active_points", *active)
        }
        Refusal::InDebt { debt } => told(409, "Points are owed").with("debt_points", *debt),
        Refusal::RewardUnknown { reward } => {
            let known = programme.rewards.iter().map(|r| r.name.as_str());
            told(422, "No such reward").with("reward", reward.as_str()).hint(&nearest_of(reward, known))
        }
        Refusal::RewardInactive { reward } => {
            told(409, "The reward is outside its dates").with("reward", reward.as_str())
        }
        Refusal::RewardUnmet { reward, condition } => told(409, "A condition of the reward does not hold")
            .with("reward", reward.as_str())
            .with("condition", condition.saturating_add(1)),
        Refusal::LimitReached { limit, most } => {
            told(409, "A limit is reached").with("limit", limit.as_str()).with("most", *most)
        }
        Refusal::OutOfStock { reward } => {
            told(409, "The reward is out of stock").with("reward", reward.as_str())
        }
        Refusal::RewardNotSold { reward } => {
            told(409, "The reward cannot be bought").with("reward", reward.as_str())
        }
        Refusal::MembersReached { reward, most } => {
            told(409, "Others have it already").with("reward", reward.as_str()).with("most", *most)
        }
        Refusal::VoucherUnknown => told(404, "No such voucher"),
        Refusal::VoucherNotOpen { now } => {
            told(409, "The voucher cannot be used any more").with("now", now.as_str())
        }
        Refusal::VoucherReserved { until } => {
            told(409, "The voucher is reserved").with("until", rulebook.zone().show(*until))
        }
        Refusal::VoucherNotReserved => told(409, "The voucher is not reserved"),
        Refusal::ChoiceNeeded { options } => {
            told(422, "One is to be picked").with("options", options.as_slice())
        }
        Refusal::ChoiceUnknown { choice, options } => told(422, "That cannot be picked")
            .with("choice", choice.as_str())
            .with("options", options.as_slice()),
        Refusal::RedemptionUnknown => told(404, "No such redemption"),
        Refusal::NotHeld { now } => told(409, "The points are not held any more").with("now", now.as_str()),
        Refusal::NotCaptured => told(409, "The redemption is not captured"),
        Refusal::CaptureExceedsHold { asked, held } => {
            told(422, "More than is held").with("asked_points", *asked).with("held_points", *held)
        }
        Refusal::PurchaseUnknown => told(404, "No such purchase"),
        Refusal::LineUnknown { line, lines } => {
            told(422, "The purchase has no such line").with("line", *line).with("lines", *lines)
        }
        Refusal::ExceedsLine { line, quantity_left, amount_left_minor } => {
            told(422, "More than was bought and not returned yet")
                .with("line", *line)
                .with("quantity_left", *quantity_left)
                .with("amount_left_minor", *amount_left_minor)
        }
        Refusal::EventUnknown { kind } => {
            let known = programme.events.iter().map(|e| e.name.as_str());
            let told = told(422, "The programme declares no such event");
            told.with("kind", kind.as_str()).hint(&nearest_of(kind, known))
        }
        Refusal::BeforeEnrolment { enrolled_at } => {
            let shown = rulebook.zone().show(*enrolled_at);
            let hint = format!(", at {shown}");
            told(422, "It happened before the member enrolled").with("enrolled_at", shown).hint(&hint)
        }
        Refusal::TooMuchOpen { of, most } => {
            told(409, "Too much is open").with("of", of.as_str()).with("most", *most)
        }
        Refusal::SurveyUnknown { survey } => {
            let known = programme.surveys.iter().map(|s| s.name.as_str());
            told(404, "No such survey").hint(&nearest_of(survey, known))
        }
        Refusal::SurveyTokenExpired { expired_at } => {
            told(410, "The time to answer is over").with("expired_at", rulebook.zone().show(*expired_at))
        }
        Refusal::SurveyAnswered => told(409, "The survey was answered before"),
        Refusal::BirthdayLocked { until } => {
            told(409, "The date of birth is locked").with("until", rulebook.zone().show(*until))
        }
        Refusal::MemberErased => told(410, "The member was erased"),
        Refusal::MemberMerged { into } => told(409, "The member became another").with("into", into.as_str()),
        Refusal::MergeOpenVouchers { vouchers } => {
            told(409, "Vouchers can still be used").with("vouchers", *vouchers)
        }
        Refusal::MergeOpenHolds { holds } => told(409, "Points are held").with("holds", *holds),
        Refusal::EarningFrozen => told(409, "Earning is frozen"),
        Refusal::SpendingFrozen => told(409, "Spending is frozen"),
        Refusal::AdjustmentTooLarge { asked, most } => {
            told(422, "More than an adjustment may move").with("asked_points", *asked).with("most", *most)
        }
        Refusal::AdjustmentDayCap { asked, used, most } => told(409, "The day's adjustments are used up")
            .with("asked_points", *asked)
            .with("used_points", *used)
            .with("most", *most),
        Refusal::ReferralNone => told(409, "Nobody is rewarded for bringing friends"),
        Refusal::ReferralCodeUnknown => told(422, "No such code"),
        Refusal::ReferralSelf => told(409, "Nobody brings herself"),
        Refusal::ReferralRing => told(409, "The referrer joined later"),
        Refusal::ReferralAlready => told(409, "Somebody brought the member already"),
        Refusal::ReferralTooLate { until } => {
            told(409, "It is too late for a code").with("until", rulebook.zone().show(*until))
        }
        Refusal::Broken { .. } => {
            let detail = "nothing was written; the operator has been told";
            let title = "The ledger refused an impossible entry";
            let mut problem = Problem::new(500, refusal.code(), title, detail);
            problem.cause = Some(refusal.sentence());
            problem
        }
    }
}

/// `; did you mean ...?`, or all there are.
/// What is near to a name, or what there is: the end of a sentence.
pub(crate) fn nearest_of<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone) -> String {
    if let Some(near) = nearest(name, known.clone()) {
        return format!("; did you mean `{near}`?");
    }
    let known = known.collect::<Vec<_>>().join(", ");
    if known.is_empty() { "; it has none".to_owned() } else { format!("; there are: {known}") }
}
