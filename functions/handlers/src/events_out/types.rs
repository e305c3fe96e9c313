//! The kinds of events and what is in each: said once, for the schema, the page and the tests.

use crate::http::shape::{Field, Kind, Need, Shape, optional, required};

const ANY: Kind = Kind::Whole(i64::MIN, i64::MAX);
const COUNT: Kind = Kind::Whole(0, i64::MAX);
const MAYBE_INSTANT: Kind = Kind::Maybe(&Kind::Instant);
const MAYBE_TEXT: Kind = Kind::Maybe(&Kind::Prose);

const POINTS: Field = required("points", COUNT, "how many", "100");
const REPAID: Field = required("repaid_points", COUNT, "of which repaid debt at once", "0");
const PURCHASE: Field = required("purchase_id", Kind::Prose, "the purchase", r#""order-1""#);
const REDEMPTION: Field = required("redemption_id", Kind::Prose, "the redemption", r#""red-17""#);
const ACTOR: Field = required("actor", Kind::Prose, "the subject of the token", r#""agent-7""#);
const REASON: Field = required("reason", Kind::Prose, "a short code", r#""goodwill""#);
const EXPIRES: Field =
    required("expires_at", MAYBE_INSTANT, "when they expire; null never", r#""2027-03-14T09:26:53.120Z""#);

static LOT: Shape = Shape {
    name: "lot",
    about: "Points that were credited together.",
    fields: &[
        POINTS,
        required("activates_at", MAYBE_INSTANT, "when they become spendable; null at once", "null"),
        EXPIRES,
    ],
    one_of: &[],
};

static EXPIRING: Shape = Shape {
    name: "expiring",
    about: "Points that expire together.",
    fields: &[POINTS, required("at", Kind::Instant, "when", r#""2027-03-14T09:26:53.120Z""#)],
    one_of: &[],
};

static RULE: Shape = Shape {
    name: "rule_points",
    about: "What a rule gave.",
    fields: &[
        required("rule", Kind::Prose, "its name", r#""base""#),
        required("points", ANY, "how many points", "100"),
    ],
    one_of: &[],
};

static CAUSES: &[&str] =
    &["purchase", "event", "enrolment", "birthday", "anniversary", "schedule", "survey", "referral"];

macro_rules! kinds {
    ($($name:ident: $about:literal, [$($field:expr),* $(,)?];)*) => {
        /// Every kind of event, by name.
        pub(super) static KINDS: &[Shape] = &[
            $(Shape { name: stringify!($name), about: $about, fields: &[$($field),*], one_of: &[] }),*
        ];
    };
}

kinds! {
    member_enrolled: "A member joined.", [];
    points_earned: "A purchase, a declared event, an enrolment, a birthday, an anniversary, an answer to a survey, a rule that time fires or a referral was decided; `points` is 0 where it earned none.", [
        POINTS, REPAID,
        required("cause", Kind::Word(CAUSES), "what earned them", r#""purchase""#),
        required("lots", Kind::List(&Kind::Object(&LOT), 0, 1_000), "what was credited", "[]"),
        required("rules", Kind::List(&Kind::Object(&RULE), 0, 10_000), "which rules gave how much", "[]"),
        optional("purchase_id", Kind::Prose, "the purchase, where one earned them", r#""order-1""#),
        optional("event_id", Kind::Prose, "the event, where one earned them", "null").unshown(),
        optional("event", Kind::Prose, "the kind of that event, as the programme declares it", "null").unshown(),
        optional("timer", Kind::Prose, "what time fired: `absence.60_days`, `schedule.monthly_gift`", "null").unshown(),
        optional("period", Kind::Date, "the local day that names it", "null").unshown(),
        optional("rank", COUNT, "the member's rank, where members were ranked", "null").unshown(),
        optional("score", COUNT, "what she was ranked by: minor units, points or purchases", "null").unshown(),
        optional("survey", Kind::Prose, "the survey, where an answer earned them", "null").unshown(),
        optional("class", MAYBE_TEXT, "the class of that answer; null for a survey without", "null").unshown(),
        optional("year", ANY, "the programme year of a birthday or an anniversary", "null").unshown(),
    ];
    points_activated: "Pending points became spendable.", [POINTS, REPAID];
    points_expiring_soon: "Points will expire on one local day, as the programme's `remind … before expiry` foresees; once for each such day.", [
        POINTS,
        required("expires_at", Kind::Instant, "the earliest of these expiries", r#""2026-03-28T09:26:53.000Z""#),
    ];
    points_expired: "Points expired.", [POINTS];
    points_clawed: "Points were taken back for a return.", [
        PURCHASE, POINTS,
        required("owed_points", COUNT, "of which the member owes, having spent them", "0"),
        required("forgiven_points", COUNT, "what the programme forgave beside them", "0"),
    ];
    points_restored: "Points that helped to pay a purchase came back with its return.", [PURCHASE, POINTS];
    points_held: "Points were reserved.", [
        REDEMPTION, POINTS,
        required("reward", MAYBE_TEXT, "the reward, if one is meant", "null"),
        required("until", Kind::Instant, "until when", r#""2026-03-14T09:41:53.120Z""#),
    ];
    hold_timed_out: "A hold timed out; its points went back.", [REDEMPTION, POINTS];
    hold_released: "A hold was released; its points went back.", [REDEMPTION, POINTS];
    points_redeemed: "Points were redeemed, at once or out of a hold.", [
        REDEMPTION, POINTS,
        required("released_points", COUNT, "what went back of the hold", "0"),
        required("reward", MAYBE_TEXT, "the reward, if points were redeemed for one at once", "null"),
    ];
    redemption_cancelled: "A redemption was cancelled; its points went back to their own lots.", [REDEMPTION, POINTS];
    reward_issued: "The member has a voucher: for points, or granted by a rule. Its code is told to the member alone.", [
        required("voucher_id", Kind::Prose, "the voucher", r#""3.0""#),
        required("reward", Kind::Prose, "its name in the programme", r#""coffee""#),
        required("redemption_id", MAYBE_TEXT, "the redemption; null for one that a rule granted", r#""red-17""#),
        required("expires_at", Kind::Maybe(&Kind::Instant), "until when it can be used; null for ever", "null"),
    ];
    voucher_moved: "A voucher was reserved, fulfilled, cancelled, expired, or can be used again.", [
        required("voucher_id", Kind::Prose, "the voucher", r#""3.0""#),
        required("reward", Kind::Prose, "its reward's name in the programme", r#""coffee""#),
        required("state", Kind::Word(&["issued", "reserved", "fulfilled", "cancelled", "expired"]), "what it is from now on", r#""fulfilled""#),
    ];
    badge_granted: "A rule granted a badge.", [required("badge", Kind::Prose, "its name", r#""early_bird""#)];
    member_tagged: "A rule tagged the member, or took a tag away.", [
        required("tag", Kind::Prose, "the tag", r#""detractor""#),
        required("tagged", Kind::Truth, "whether she has it from now on", "true"),
    ];
    case_opened: "A rule asks for a case in the support desk.", [
        required("subject", Kind::Prose, "its subject, as the programme names it", r#""unhappy member""#),
    ];
    prompt: "A rule asks that the member be asked for something.", [
        required("for", Kind::Word(&["review", "referral"]), "what for", r#""review""#),
    ];
    event_emitted: "A rule emitted an event of the programme's own.", [
        required("name", Kind::Prose, "its name", r#""vip_alert""#),
    ];
    debt_repaid: "Points that came back repaid what the member owed.", [POINTS];
    tier_changed: "The tier rose, fell or ended.", [
        required("from", MAYBE_TEXT, "before", r#""silver""#),
        required("to", MAYBE_TEXT, "after", r#""gold""#),
        required("cause", Kind::Word(&["activity", "review"]), "what the member did, or a review that was due", r#""activity""#),
    ];
    tier_lifted: "A rule lifts the member to a tier for a while: beside the tier she has earned, and of no effect while that is as high.", [
        required("tier", Kind::Prose, "its name", r#""gold""#),
        required("until", Kind::Instant, "until when", r#""2026-04-13T09:26:53.120Z""#),
    ];
    tier_lift_ended: "A lift of the tier ended.", [
        required("tier", Kind::Prose, "its name", r#""gold""#),
        required("cause", Kind::Word(&["time", "return"]), "its time was up, or what brought it came back", r#""time""#),
    ];
    purchase_returned: "Lines of a purchase came back.", [
        PURCHASE,
        required("amount_minor", COUNT, "minor units refunded", "220"),
        required("whole", Kind::Truth, "whether nothing of the purchase is left", "false"),
    ];
    points_adjusted: "A person gave points, or took them (below 0).", [
        required("points", ANY, "how many", "50"), REPAID, EXPIRES, ACTOR, REASON,
    ];
    member_frozen: "A person froze earning or spending, or set them free: what holds from now on.", [
        required("earning", Kind::Truth, "purchases and events are refused", "true"),
        required("spending", Kind::Truth, "redemptions and holds are refused", "true"),
        ACTOR, REASON,
    ];
    profile_updated: "The profile changed: which fields, never to what.", [
        required("fields", Kind::List(&Kind::Prose, 0, 100), "names of fields", r#"["phone"]"#),
        required("consents", Kind::Maybe(&Kind::List(&Kind::Prose, 0, 100)), "all purposes consented to, where that changed", "null"),
        required("terms", MAYBE_TEXT, "the version of the terms accepted, where it was", "null"),
        optional("household", Kind::Prose, "the household the member belongs to from now on, where that changed; empty for none", "null").unshown(),
        ACTOR,
    ];
    member_merged: "The member became another one, or another one became her: all that one had goes to the other.", [
        required("into", MAYBE_TEXT, "of the member who went: who has all now", r#""m-1001""#),
        required("from", MAYBE_TEXT, "of the member who stays: who went", "null"),
        ACTOR, REASON,
    ];
    member_erased: "The member was erased: forget what you know of her.", [ACTOR, REASON];
    referral_moved: "A friend joined, or a referral was rewarded, rejected or reversed; each side is told of its own.", [
        required("role", Kind::Word(&["friend", "referrer"]), "which side the member is", r#""friend""#),
        required("other_id", Kind::Id, "who is on the other", r#""m-1002""#),
        required("state", Kind::Word(&["joined", "rewarded", "rejected", "reversed"]), "how far it is", r#""rewarded""#),
        required("reason", MAYBE_TEXT, "why it was rejected or reversed", "null"),
        required("clawed_points", COUNT, "points that a reversal took back from this side", "0"),
        required("owed_points", COUNT, "of which the member owes, having spent them", "0"),
        required("forgiven_points", COUNT, "what the programme forgave beside them", "0"),
    ];
    request_refused: "A request was refused for the state things are in; the refusal is kept.", [
        required("code", Kind::Prose, "the refusal's code", r#""redeem.insufficient_points""#),
    ];
    programme_published: "Another version of the rules decides.", [
        required("version", Kind::Prose, "its id", r#""9f2c1c0b7d6e4a55""#),
        required("activation", COUNT, "counts activations of the merchant; the greatest decides", "7"),
        required("by", Kind::Prose, "who activated it", r#""ops-3""#),
    ];
    programme_refused: "An uploaded rule file was refused; the active version stays.", [
        required("upload", Kind::Prose, "the object's key; the report is beside it", r#""kaffa/spring.merit""#),
        required("code", Kind::Prose, "the problem's code", r#""rules.invalid""#),
        required("detail", Kind::Prose, "the problem, in a sentence", r#""the file has 2 mistakes""#),
    ];
}

/// What every event has.
pub(super) static ENVELOPE: &[Field] = &[
    required("schema", COUNT, "the version of this schema", "1"),
    required(
        "id",
        Kind::Prose,
        "the same however often the event is told: drop what you have",
        r#""kaffa/members/ana/3/points_earned/0""#,
    ),
    required("type", Kind::Prose, "the kind, with `merit.` before it", r#""merit.points_earned""#),
    required("tenant", Kind::Id, "the merchant", r#""kaffa""#),
    required("at", Kind::Instant, "when it was recorded", r#""2026-03-14T09:26:53.120Z""#),
];

/// What every event of a member has beside that.
pub(super) static OF_MEMBER: &[Field] = &[
    required("member_id", Kind::Id, "the member", r#""ana""#),
    required("seq", COUNT, "the entry of her ledger, from 1 without gaps", "3"),
    required("reference", Kind::Prose, "what that entry is found by", r#""p#order-1#""#),
    required("occurred_at", Kind::Instant, "when it happened", r#""2026-03-14T09:26:53.120Z""#),
    required("rulebook", Kind::Prose, "the version that decided", r#""9f2c1c0b7d6e4a55""#),
    required("balance_points", ANY, "spendable points after the entry", "100"),
    required("pending_points", ANY, "pending points after the entry", "0"),
    required("held_points", ANY, "held points after the entry", "0"),
    required("debt_points", ANY, "points owed after the entry", "0"),
    required(
        "tier",
        MAYBE_TEXT,
        "the tier that the member has earned after the entry; lifts are told by `tier_lifted`",
        "null",
    ),
    required(
        "expiring_next",
        Kind::Maybe(&Kind::Object(&EXPIRING)),
        "what expires next of the spendable points, after the entry; null where nothing does",
        "null",
    ),
];

/// True for events without a member.
pub(super) fn is_of_programme(kind: &str) -> bool {
    kind.starts_with("programme_")
}

/// Whether a field may be missing.
pub(super) fn may_be_missing(field: &Field) -> bool {
    field.need != Need::Required
}
