//! The checked programme: what a rule file means, with every name resolved and every type settled.
//!
//! Made only by the checker (`check`), read by the plan, the explanations and the domain's policies.
//! It never refers back to text except through [`Place`], which explanations quote.

use crate::effect::Effect;
use crate::event::Event;
use crate::facts::{Facts, WindowedSum};
use crate::survey::Survey;
use crate::units::{Currency, Day, MinuteOfDay, Period, Rounding, Span, Weekday};
use serde::{Deserialize, Serialize};

/// A half-open byte range of the source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Place {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A whole programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Programme {
    /// The language edition the file is written in.
    pub edition: u16,
    /// Its name.
    pub name: String,
    /// How members read it.
    pub label: Option<String>,
    /// The currency of every amount.
    pub currency: Currency,
    /// IANA name of the programme's zone.
    pub zone: String,
    /// Value of one point in micro-minor units (0.005 EUR is 500 000), where declared.
    pub point_worth_micro_minor: Option<i64>,
    /// The one rounding of an award.
    pub rounding: Rounding,
    /// When points expire, unless a rule says otherwise.
    pub expiry: Expiry,
    /// How long points stay pending, unless a rule says otherwise.
    pub pending: Option<Span>,
    /// What a return does to the award of its purchase.
    pub refund: Refund,
    /// What happens when a clawback finds too few points.
    pub shortfall: Shortfall,
    /// What a purchase for an unknown member does.
    pub unknown_member: UnknownMember,
    /// How far back a live client's `occurred_at` may lie.
    pub tolerance: Span,
    /// Limits over all rules together.
    pub limits: Vec<Limit>,
    /// Names the file's rules may use; an empty list means unchecked.
    pub catalogue: Catalogue,
    /// Tiers, lowest first; may be empty.
    pub tiers: Vec<Tier>,
    /// What a tier review does.
    pub downgrade: Downgrade,
    /// How long after the review date a tier is kept before it falls.
    pub grace: Option<Span>,
    /// Groups that decide among competing rules.
    pub groups: Vec<Group>,
    /// Programme-wide budgets.
    pub budgets: Vec<Budget>,
    /// The merchant's own events.
    pub events: Vec<EventType>,
    /// What members are asked.
    pub surveys: Vec<Survey>,
    /// Rules in file order (order never matters).
    pub rules: Vec<Rule>,
    /// What points can be redeemed for.
    pub rewards: Vec<Reward>,
    /// Tests beside the rules.
    pub tests: Vec<Test>,
    /// Named groups of members that rules refer to.
    pub segments: Vec<Segment>,
    /// How members bring friends, where they can.
    pub referral: Option<Referral>,
    /// How long before an expiry members are told of it, in whole days or months.
    pub remind: Option<Span>,
}

/// Names known to the programme.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Catalogue {
    pub categories: Vec<String>,
    pub brands: Vec<String>,
    pub channels: Vec<String>,
    pub stores: Vec<String>,
    pub tags: Vec<String>,
}

/// When a lot expires. Binds new lots only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// `expire never`.
    Never,
    /// `expire after 12 months [at end of month]`: span after earning, rounded up to the end of the period.
    After {
        /// How long a lot lives.
        span: Span,
        /// To the end of which period its expiry is rounded up.
        to_end_of: Option<Period>,
    },
    /// `expire after 12 months without purchase`: every purchase moves open lots to max(old, now + span).
    Idle {
        /// How long without a purchase.
        span: Span,
    },
    /// `expire at end of year`: the end of the calendar period in which it was earned.
    EndOf {
        /// The period.
        period: Period,
    },
}

/// What a return does to the award of its purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refund {
    /// Claw back each returned line's share from the award's own record.
    #[default]
    Reverse,
    /// Points stay.
    Keep,
}

/// When a clawback finds too few points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortfall {
    /// The member owes the rest; the next credits repay it.
    #[default]
    Debt,
    /// The programme bears the rest.
    Forgive,
}

/// What a purchase for an unknown member does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownMember {
    /// Refuse with `member.unknown`; nothing is written.
    #[default]
    Refuse,
    /// Enrol the member with the purchase, in the same entry.
    Enrol,
}

/// A tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// What opens it; `None` is the base tier (`always`).
    pub from: Option<Threshold>,
    /// How long it is kept once reached (`keep for`); by default its own window, a calendar window until the end of
    /// the next period, a lifetime window for ever.
    pub keep: Option<Span>,
}

/// The metric that opens a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threshold {
    /// Minor units, points, or a count, by the metric.
    pub at_least: i64,
    /// Metric and window.
    pub sum: WindowedSum,
}

/// What a tier review does with a member below her tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Downgrade {
    /// To the tier she qualifies for now.
    #[default]
    Reassess,
    /// One tier down.
    OneStep,
}

/// A group of competing rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How merchants read it.
    pub label: Option<String>,
    /// Which of its rules count.
    pub take: Take,
    /// Limits over the group.
    pub limits: Vec<Limit>,
}

/// Which rules of a group count. Multipliers never multiply each other: each adds (factor - 1) x base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// All of them.
    All,
    /// The one that gives most; ties to the rule name, ascending.
    Best,
    /// x2 and x3 give x4.
    SumOfExtras,
    /// The first that fires, by rule index in this order.
    FirstOf(Vec<usize>),
}

/// A programme-wide budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Its name.
    pub name: String,
    /// How merchants read it.
    pub label: Option<String>,
    /// How much, and of what.
    pub total: BudgetTotal,
    /// When it may be drawn on.
    pub active: Active,
    /// Whether an exhausted budget cuts awards or only warns.
    pub when_spent: WhenSpent,
}

/// The unit and size of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetTotal {
    /// Whole points.
    Points(i64),
    /// Minor units, awards valued at the point's declared worth, rounded up.
    Money(i64),
}

/// What an exhausted budget does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenSpent {
    /// Cut the award to what remains.
    Stop,
    /// Award in full and say so.
    Warn,
}

/// Validity by civil day in the programme's zone, both ends inclusive as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Active {
    /// First day.
    pub from: Option<Day>,
    /// Last day.
    pub until: Option<Day>,
}

/// A merchant's own event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventType {
    /// `check_in`, `review.published`.
    pub name: String,
    /// Typed fields.
    pub fields: Vec<Field>,
}

/// A typed field of a declared event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name, without the event's.
    pub name: String,
    /// Its type.
    pub kind: FieldKind,
}

/// The type of a declared field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum FieldKind {
    Number,
    Money,
    Text,
    Truth,
    OneOf(Vec<String>),
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name: counters and traces are kept under it.
    pub name: String,
    /// How merchants and members read it.
    pub label: Option<String>,
    /// Earlier names whose counters it keeps.
    pub formerly: Vec<String>,
    /// The event kind it answers.
    pub on: String,
    /// When it is valid.
    pub active: Active,
    /// All must hold.
    pub when: Vec<Condition>,
    /// What it gives.
    pub gives: Vec<Give>,
    /// Limits of this rule.
    pub limits: Vec<Limit>,
    /// Index of its group.
    pub group: Option<usize>,
    /// Index of its budget.
    pub budget: Option<usize>,
    /// Validity of its points, instead of the programme's expiry.
    pub valid: Option<Span>,
    /// Pending period of its points, instead of the programme's.
    pub pending: Option<Span>,
    /// Where it stands in the text.
    pub place: Place,
    /// For a rule that time fires: when. Its `on` is the kind of the timer then (`plan::timers`).
    pub timer: Option<Timer>,
    /// How many of the members it could fire for are drawn; all of them where none.
    pub draw: Option<u32>,
}

/// When time fires a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// `on absence of 60 days`: so long after the last purchase (or the enrolment), at the start of the local day.
    /// In days or in months.
    Absence(Span),
    /// `on schedule every week on monday at 09:00`, in the programme's zone.
    Schedule {
        /// On which days.
        every: Every,
        /// At which time of day.
        at: MinuteOfDay,
    },
}

/// The days of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Every day.
    Day,
    /// Every week on a day.
    Week(Weekday),
    /// Every month on a day, 1 to 31; in a shorter month on its last.
    Month(u8),
    /// One day.
    Once(Day),
}

/// A named group of members: everyone of whom all conditions hold, at the moment of asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// How merchants read it.
    pub label: Option<String>,
    /// All must hold.
    pub when: Vec<Condition>,
    /// Where it stands in the text.
    pub place: Place,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// One sentence.
    Test(Clause),
    /// `any of { }`.
    Any(Vec<Condition>),
    /// `all of { }`.
    All(Vec<Condition>),
    /// `none of { }`.
    NoneOf(Vec<Condition>),
    /// `member in segment lapsed`, by index; `member not in segment lapsed` where not `inside`.
    Segment {
        /// Which.
        segment: usize,
        /// Whether the member is to be in it.
        inside: bool,
        /// Where the sentence stands in the text.
        place: Place,
    },
}

/// One sentence: a fact and a predicate. Unknown never matches, in either polarity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// What is asked about.
    pub fact: Fact,
    /// What is asked of it.
    pub predicate: Predicate,
    /// Where the sentence stands in the text.
    pub place: Place,
}

/// A fact a sentence may ask about: see `vocabulary` for names, types and meanings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Fact {
    Date,
    Time,
    Weekday,
    Channel,
    Store,
    BasketPaid,
    BasketEligible,
    BasketItems,
    BasketCategories,
    BasketBrands,
    BasketSkus,
    BasketTags,
    /// `basket.lines where ...`: money of the matching lines.
    BasketLines(Vec<Condition>),
    LineCategory,
    LineBrand,
    LineSku,
    LineTags,
    LineAmount,
    LineQuantity,
    LineEligible,
    /// 1 for the first purchase: purchases before it, net of returns, plus one.
    PurchaseNumber,
    /// 1 for the first friend for whom the member is rewarded: those before, plus one.
    ReferralNumber,
    MemberTier,
    MemberBirthday,
    MemberEnrolled,
    MemberLastPurchase,
    MemberBalance,
    MemberTags,
    /// A windowed sum, by index into the rulebook's list.
    Windowed(WindowedSum),
    /// A field of the declared event, by name.
    Field(String),
}

/// What a sentence asks of a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Predicate {
    AtLeast(Value),
    AtMost(Value),
    MoreThan(Value),
    LessThan(Value),
    /// Both ends inclusive; for times of day half open `[from, to)`, wrapping past midnight when to <= from.
    Between(Value, Value),
    Is(Value),
    IsNot(Value),
    In(Vec<Value>),
    NotIn(Vec<Value>),
    HasAny(Vec<Value>),
    HasAll(Vec<Value>),
    HasNone(Vec<Value>),
    /// `within 30 days of member.birthday` (the nearest anniversary, either side) or of a date or moment.
    Within(Span, Box<Fact>),
    Known,
    Unknown,
    /// `at least 60 days ago`: whole days, months or years before the day of the event, or longer.
    AtLeastAgo(Span),
    /// `at most 60 days ago`: so long or shorter.
    AtMostAgo(Span),
}

/// A typed literal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Minor units.
    Money(i64),
    /// Micro-points.
    Points(i64),
    /// Micro-units.
    Number(i64),
    /// Text: a string, or a name of the catalogue.
    Text(String),
    /// `yes` or `no`.
    Truth(bool),
    /// A civil day.
    Date(Day),
    /// A time of day.
    Time(MinuteOfDay),
    /// A day of the week.
    Weekday(Weekday),
    /// A tier, by index.
    Tier(usize),
}

/// What a rule gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Give {
    /// `give 50 points`: micro-points. A flat award: never multiplied unless `multiply all points`.
    Points(i64),
    /// `give 1 point per 0.10 EUR of basket.paid`: exact proportion, no steps.
    Rate {
        /// Micro-points ...
        points_micro: i64,
        /// ... per so many minor units.
        per_minor: i64,
        /// Of what.
        of: Amount,
    },
    /// `give 5% of basket.paid as points`: worth so much at the point's declared worth.
    Share {
        /// In 1/10 000.
        ratio: i64,
        /// Of what.
        of: Amount,
    },
    /// `multiply points by 1.5`: adds (factor - 1) x base.
    Multiply {
        /// In micro-units.
        factor_micro: i64,
        /// `multiply all points`: of base and flat awards.
        all: bool,
    },
    /// `give reward birthday_set`, by index.
    Reward(usize),
    /// `give badge "spring-27"`.
    Badge(String),
    /// `tag member "vip"`, `open case "…"` and the like: beside points.
    Effect(Effect),
}

/// An amount of money of the basket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Count only eligible lines (`basket.eligible`) or all (`basket.paid`, `basket.lines`).
    pub eligible_only: bool,
    /// Filters on the line; all must hold.
    pub filter: Vec<Condition>,
}

/// A limit: it cuts, it never rejects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// How much, and of what.
    pub most: LimitUnit,
    /// Per which period of the member (calendar, programme's zone).
    pub per: LimitPeriod,
}

/// The unit of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitUnit {
    /// Times the rule fires.
    Times(i64),
    /// Whole points.
    Points(i64),
    /// Minor units at the point's declared worth.
    Money(i64),
}

/// The period of a limit, always per member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum LimitPeriod {
    Event,
    Day,
    Week,
    Month,
    Year,
    /// As long as the member is in the programme.
    Programme,
}

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

/// A test of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// Its title.
    pub name: String,
    /// What is given of the member: windows, used and budget lists are aligned with the rulebook's.
    pub given: Facts,
    /// Windowed sums given by name, to be laid over `given.windows`.
    pub given_windows: Vec<(WindowedSum, i64)>,
    /// Events in order; limits, budgets and windows carry over from one to the next.
    pub events: Vec<Event>,
    /// What must come out, over all events together.
    pub expects: Vec<Expect>,
    /// Where it stands in the text.
    pub place: Place,
}

/// What a test expects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expect {
    /// What.
    pub what: Expectation,
    /// Where the sentence stands.
    pub place: Place,
}

/// An expectation of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// `expect rule x fires`, by rule index.
    Fires(usize),
    /// `expect rule x stays silent`.
    Silent(usize),
    /// `expect 120 points`, `expect no points`: the total.
    Points(i64),
    /// `expect 60 points from x`.
    PointsFrom(usize, i64),
    /// `expect reward x`, by reward index.
    Reward(usize),
    /// `expect badge "x"`.
    Badge(String),
    /// `expect tier x`: the tier reached after the events, by index.
    Tier(usize),
    /// `expect open case "x"`, and the like, by any of the events.
    Effect(Effect),
}
