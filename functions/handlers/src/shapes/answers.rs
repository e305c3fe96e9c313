//! Bodies of answers. A test holds every answer of the real handlers against them.

use super::challenges;
use super::rewards;
use super::rules::{DIAGNOSTIC, FAILED_TEST};
use crate::http::shape::{Field, Kind, Shape, optional, required};

const ANY: Kind = Kind::Whole(i64::MIN, i64::MAX);
pub(super) const COUNT: Kind = Kind::Whole(0, i64::MAX);
pub(super) const MAYBE_INSTANT: Kind = Kind::Maybe(&Kind::Instant);
pub(super) const MAYBE_TEXT: Kind = Kind::Maybe(&Kind::Prose);
pub(super) const AT: &str = r#""2026-03-14T09:26:53+01:00""#;

/// What can be in the entries of a ledger.
pub(crate) static ENTRY_TYPES: &[&str] = &[
    "enrolled",
    "purchased",
    "occurred",
    "celebrated",
    "scheduled",
    "merged_into",
    "merged_from",
    "returned",
    "held",
    "redeemed",
    "captured",
    "released",
    "cancelled",
    "settled",
    "refused",
    "adjusted",
    "frozen",
    "updated",
    "erased",
    "voucher_moved",
    "answered",
    "joined",
    "referral_paid",
    "referral_rejected",
    "referral_reversed",
];

static ACCOUNTS: &[&str] = &[
    "issuer",
    "active",
    "pending",
    "held",
    "debt",
    "redeemed",
    "expired",
    "clawed",
    "adjusted",
    "transferred",
];

static POSTING: Shape = Shape {
    name: "Posting",
    about: "A movement on one account; the postings of an entry sum to zero.",
    fields: &[
        required("account", Kind::Word(ACCOUNTS), "the account", r#""active""#),
        required("points", ANY, "added to it", "88"),
    ],
    one_of: &[],
};

static LOT: Shape = Shape {
    name: "Lot",
    about: "Points that were credited together.",
    fields: &[
        required("points", COUNT, "how many", "88"),
        required("activates_at", MAYBE_INSTANT, "when they become spendable; null at once", "null"),
        required(
            "expires_at",
            MAYBE_INSTANT,
            "when they expire; null never",
            r#""2027-03-14T09:26:53+01:00""#,
        ),
    ],
    one_of: &[],
};

static RULE_POINTS: Shape = Shape {
    name: "RulePoints",
    about: "What a rule gave.",
    fields: &[
        required("rule", Kind::Prose, "its name", r#""base""#),
        required("points", ANY, "how many points", "88"),
    ],
    one_of: &[],
};

static AWARD: Shape = Shape {
    name: "Award",
    about: "What an event earned.",
    fields: &[
        required("points", COUNT, "in all", "88"),
        required("repaid_points", COUNT, "of which repaid debt at once", "0"),
        required("lots", Kind::List(&Kind::Object(&LOT), 0, 1_000), "what was credited", "[]"),
        required(
            "rules",
            Kind::List(&Kind::Object(&RULE_POINTS), 0, 10_000),
            "which rules gave how much",
            "[]",
        ),
        required("rewards", Kind::List(&Kind::Prose, 0, 10_000), "rewards granted", "[]"),
        required("badges", Kind::List(&Kind::Prose, 0, 10_000), "badges granted", "[]"),
        optional(
            "withheld",
            Kind::List(&Kind::Object(&rewards::WITHHELD), 0, 10_000),
            "rewards that rules gave and that could not be had",
            "[]",
        )
        .unshown(),
    ],
    one_of: &[],
};

static EFFECT: Shape = Shape {
    name: "Effect",
    about: "What a rule made happen beside points.",
    fields: &[
        required("effect", Kind::Word(EFFECTS), "what it is", r#""open_case""#),
        required(
            "name",
            Kind::Prose,
            "the tag, the case's subject, what the member is prompted for (review, referral), the event's name, or the tier",
            r#""unhappy member""#,
        ),
        optional("for", Kind::Prose, "of a lift of the tier: for how long", "null").unshown(),
    ],
    one_of: &[],
};

static EFFECTS: &[&str] = &["tag_member", "untag_member", "open_case", "prompt", "emit_event", "lift_tier"];

static ANSWER: Shape = Shape {
    name: "SurveyAnswer",
    about: "What was answered to a survey; what was written in words is personal data, and only in the export.",
    fields: &[
        required("survey", Kind::Prose, "the survey", r#""nps""#),
        required("class", MAYBE_TEXT, "the class of the answer; null for a survey without", r#""promoter""#),
        required(
            "answers",
            Kind::Scalars,
            "by question: a number, a choice, true or false",
            r#"{"score": 9}"#,
        ),
    ],
    one_of: &[],
};

static RETURNED_LINE: Shape = Shape {
    name: "ReturnedLine",
    about: "A line that came back.",
    fields: &[
        required("line", COUNT, "index into the purchase's lines", "0"),
        required("quantity", COUNT, "pieces", "1"),
        required("amount_minor", COUNT, "minor units refunded", "220"),
    ],
    one_of: &[],
};

static RETURNED: Shape = Shape {
    name: "Returned",
    about: "What a return moved.",
    fields: &[
        required("purchase_id", Kind::Id, "the purchase", r#""receipt-88213""#),
        required("lines", Kind::List(&Kind::Object(&RETURNED_LINE), 0, 1_000), "what came back", "[]"),
        required("clawed_points", COUNT, "points taken back in all", "44"),
        required("owed_points", COUNT, "of which became debt", "0"),
        required("forgiven_points", COUNT, "not taken, by the programme's policy", "0"),
        required("restored_points", COUNT, "spent points that came back", "0"),
    ],
    one_of: &[],
};

static REDEMPTION: Shape = Shape {
    name: "Redemption",
    about: "What a redemption, or a step of it, moved.",
    fields: &[
        required("redemption_id", Kind::Maybe(&Kind::Id), "the redemption", r#""red-17""#),
        required("points", COUNT, "points held, redeemed, captured, released or given back", "100"),
        required("released_points", COUNT, "of a capture: what went back", "0"),
        required("reward", MAYBE_TEXT, "the reward, if one was meant", "null"),
        required("held_until", MAYBE_INSTANT, "of a hold: until when", "null"),
    ],
    one_of: &[],
};

static SETTLED: Shape = Shape {
    name: "Settled",
    about: "What time did since the entry before.",
    fields: &[
        required(
            "type",
            Kind::Word(&[
                "activated",
                "expired",
                "timed_out",
                "repaid",
                "reviewed",
                "voucher_freed",
                "voucher_expired",
            ]),
            "what fell due",
            r#""expired""#,
        ),
        required("points", COUNT, "how many points", "12"),
        required("at", Kind::Instant, "when", AT),
    ],
    one_of: &[],
};

static BY: Shape = Shape {
    name: "By",
    about: "Who did something by hand, and why.",
    fields: &[
        required("actor", Kind::Prose, "the subject of the token", r#""agent-7""#),
        required("reason", Kind::Prose, "the reason's code", r#""goodwill""#),
    ],
    one_of: &[],
};

static MERGE: Shape = Shape {
    name: "Merge",
    about: "The other member of a merge: whom this one became, or who became this one.",
    fields: &[
        required("into", Kind::Maybe(&Kind::Id), "the member who stays", r#""m-1001""#),
        required("from", Kind::Maybe(&Kind::Id), "the member who went", "null"),
        required("actor", MAYBE_TEXT, "the subject of the token; null for a return", r#""agent-7""#),
        required("reason", MAYBE_TEXT, "the reason's code; null for a return", r#""duplicate""#),
    ],
    one_of: &[],
};

pub(super) static ENTRY: Shape = Shape {
    name: "Entry",
    about: "An entry of a member's ledger.",
    fields: &[
        required("seq", COUNT, "position in the member's ledger, from 1 without gaps", "7"),
        required("type", Kind::Word(ENTRY_TYPES), "what happened", r#""purchased""#),
        required("reference", Kind::Prose, "what it is found by", r#""p#receipt-88213#""#),
        required("at", Kind::Instant, "when it was decided", AT),
        required("occurred_at", Kind::Instant, "when it happened", AT),
        required("rulebook", Kind::Prose, "the version that decided", r#""7f3c0a5e9b2d4c61""#),
        required("points", ANY, "what it gave (or took, below 0), beside what time did", "88"),
        required("postings", Kind::List(&Kind::Object(&POSTING), 0, 10), "what it moved; sums to zero", "[]"),
        required("explanation", Kind::List(&Kind::Prose, 0, 10_000), "why, in sentences", "[]"),
        required(
            "settled",
            Kind::List(&Kind::Object(&SETTLED), 0, 10_000),
            "what time did since the entry before",
            "[]",
        ),
        optional(
            "award",
            Kind::Object(&AWARD),
            "of an award: its parts",
            r#"{"points": 88, "repaid_points": 0, "lots": [], "rules": [], "rewards": [], "badges": []}"#,
        ),
        optional(
            "effects",
            Kind::List(&Kind::Object(&EFFECT), 1, 1_000),
            "what it made happen beside points; absent where nothing",
            "null",
        )
        .unshown(),
        optional("answer", Kind::Object(&ANSWER), "of an answer to a survey: its parts", "null").unshown(),
        optional("return", Kind::Object(&RETURNED), "of a return: its parts", "null").unshown(),
        optional("redemption", Kind::Object(&REDEMPTION), "of a redemption: its parts", "null").unshown(),
        optional("refusal", Kind::Object(&PROBLEM), "of a refusal: the problem that was answered", "null")
            .unshown(),
        optional("voucher", Kind::Object(&rewards::MOVED), "of a voucher's step: its parts", "null")
            .unshown(),
        optional("referral", Kind::Object(&super::referral::SIDES), "of a referral: its two sides", "null")
            .unshown(),
        optional("by", Kind::Object(&BY), "of what was done by hand: who and why", "null").unshown(),
        optional("merge", Kind::Object(&MERGE), "of a merge: the other member", "null").unshown(),
        optional(
            "place",
            Kind::Object(&super::leaderboards::PLACE),
            "the rank, where members were ranked",
            "null",
        )
        .unshown(),
        optional("tier_from", MAYBE_TEXT, "the tier before, where it changed", "null").unshown(),
        optional("tier_to", MAYBE_TEXT, "the tier after, where it changed", "null").unshown(),
    ],
    one_of: &[],
};

pub(super) const ENTRY_EXAMPLE: &str = r#"{"seq": 7, "type": "purchased", "reference": "p#receipt-88213#", "at": "2026-03-14T09:26:53+01:00", "occurred_at": "2026-03-14T09:26:53+01:00", "rulebook": "7f3c0a5e9b2d4c61", "points": 88, "postings": [{"account": "issuer", "points": -88}, {"account": "active", "points": 88}], "explanation": ["a purchase of 8.80 EUR earned 88 points"], "settled": []}"#;

pub(super) const BALANCE: Field = required("balance_points", COUNT, "points that can be spent", "338");
pub(super) const PENDING: Field =
    required("pending_points", COUNT, "points earned that cannot be spent yet", "0");
pub(super) const HELD: Field = required("held_points", COUNT, "points reserved by redemptions", "0");
pub(super) const DEBT: Field = required("debt_points", COUNT, "points owed", "0");
pub(super) const TIER: Field = required("tier", MAYBE_TEXT, "the tier; null without tiers", r#""silver""#);

/// The answer to a write.
pub(crate) static WRITTEN: Shape = Shape {
    name: "Written",
    about: "What was written, and the balances after it. A repeat is answered with these very bytes.",
    fields: &[
        required("entry", Kind::Object(&ENTRY), "the entry", ENTRY_EXAMPLE),
        BALANCE,
        PENDING,
        HELD,
        DEBT,
        TIER,
        optional("vouchers", rewards::LIST, "vouchers it issued, with their codes", "[]").unshown(),
    ],
    one_of: &[],
};

static LISTED: Shape = Shape {
    name: "EntryWithBalances",
    about: "An entry, and the balances after it.",
    fields: WRITTEN.fields,
    one_of: &[],
};

/// `GET /v1/members/{id}/entries`.
pub(crate) static ENTRIES: Shape = Shape {
    name: "Entries",
    about: "A page of entries, newest first.",
    fields: &[
        required("member_id", Kind::Id, "the member", r#""m-1001""#),
        required("entries", Kind::List(&Kind::Object(&LISTED), 0, 100), "the entries", "[]"),
        required("next_before", Kind::Maybe(&COUNT), "`before` of the next page; null at the end", "null"),
    ],
    one_of: &[],
};

static EXPIRING: Shape = Shape {
    name: "Expiring",
    about: "Points that expire together.",
    fields: &[required("points", COUNT, "how many", "88"), required("at", Kind::Instant, "when", AT)],
    one_of: &[],
};

static NEXT_TIER: Shape = Shape {
    name: "NextTier",
    about: "The next tier and what is missing to it.",
    fields: &[
        required("name", Kind::Prose, "its name", r#""gold""#),
        required("metric", Kind::Word(&["spent", "earned", "purchases"]), "what counts", r#""spent""#),
        required("have", ANY, "what counts so far: minor units, points or purchases", "31200"),
        required("need", ANY, "what it takes", "50000"),
        required("missing", ANY, "what is missing", "18800"),
        required("by", MAYBE_INSTANT, "by when it must be reached; null for no end", "null"),
    ],
    one_of: &[],
};

static LIFTED: Shape = Shape {
    name: "Lifted",
    about: "A tier that a rule lifts the member to.",
    fields: &[
        required("until", Kind::Instant, "until when", AT),
        required("earned", Kind::Prose, "the tier she has earned", r#""silver""#),
    ],
    one_of: &[],
};

static CARD_TIER: Shape = Shape {
    name: "CardTier",
    about: "The tier in force, with the progress of the one earned.",
    fields: &[
        required("name", Kind::Prose, "its name", r#""silver""#),
        required("since", Kind::Instant, "since when", AT),
        required("review_at", MAYBE_INSTANT, "when it is reviewed; null never", "null"),
        required(
            "missing_to_keep",
            Kind::Maybe(&ANY),
            "what is missing to keep it; null when never reviewed",
            "null",
        ),
        required(
            "lifted",
            Kind::Maybe(&Kind::Object(&LIFTED)),
            "where a rule lifts her to it for a while: then it is not reviewed",
            "null",
        ),
        required(
            "next",
            Kind::Maybe(&Kind::Object(&NEXT_TIER)),
            "the tier after the one earned; null at the top",
            "null",
        ),
        required("progress", Kind::Prose, "all this in a sentence", r#""188.00 EUR more to reach gold""#),
    ],
    one_of: &[],
};

/// `GET /v1/members/{id}`.
pub(crate) static CARD: Shape = Shape {
    name: "Card",
    about: "What the member sees, now.",
    fields: &[
        required("member_id", Kind::Id, "the member", r#""m-1001""#),
        required("at", Kind::Instant, "the moment it is true of", AT),
        required("enrolled_at", Kind::Instant, "when the member enrolled", AT),
        BALANCE,
        PENDING,
        HELD,
        DEBT,
        required("expiring_next", Kind::Maybe(&Kind::Object(&EXPIRING)), "what expires next", "null"),
        required("tier", Kind::Maybe(&Kind::Object(&CARD_TIER)), "the tier; null without tiers", "null"),
        required("badges", Kind::List(&Kind::Prose, 0, 10_000), "badges", "[]"),
        required("levels", challenges::LEVELS, "the level of each set of levels", "[]"),
        required("challenges", challenges::LIST, "how far each challenge is", "[]"),
        required(
            "tags",
            Kind::List(&Kind::Prose, 0, 100),
            "tags that rules gave, beside the profile's",
            "[]",
        ),
        required("earning_frozen", Kind::Truth, "true while purchases and events are refused", "false"),
        required("spending_frozen", Kind::Truth, "true while redemptions and holds are refused", "false"),
        required("erased", Kind::Truth, "true once the member was erased", "false"),
        required("vouchers", rewards::LIST, "vouchers that can still be used", "[]"),
        required(
            "household",
            Kind::Maybe(&Kind::Id),
            "the household the member belongs to, whose limits she shares",
            "null",
        ),
        required("merged_into", Kind::Maybe(&Kind::Id), "the member who has all that this one had", "null"),
    ],
    one_of: &[],
};

static RULE_ROW: Shape = Shape {
    name: "RuleRow",
    about: "What would become of one rule.",
    fields: &[
        required("rule", Kind::Prose, "its name", r#""base""#),
        required("label", MAYBE_TEXT, "as members read it", "null"),
        required("verdict", Kind::Prose, "gave, lost, cut, unmet, inactive or nothing", r#""gave""#),
        required("points", ANY, "points it would give", "44"),
        required("why", Kind::Prose, "why, with the values", r#""10 points per 1.00 EUR of 4.40 EUR""#),
    ],
    one_of: &[],
};

/// `POST /v1/previews`.
pub(crate) static PREVIEWED: Shape = Shape {
    name: "Previewed",
    about: "What it would earn, and why; nothing was written.",
    fields: &[
        required("at", Kind::Instant, "the moment it was judged at", AT),
        required("rulebook", Kind::Prose, "the version that was asked", r#""7f3c0a5e9b2d4c61""#),
        required("points", COUNT, "points in all", "44"),
        required(
            "rules",
            Kind::List(&Kind::Object(&RULE_ROW), 0, 10_000),
            "every rule that answers such an event",
            "[]",
        ),
        required("rewards", Kind::List(&Kind::Prose, 0, 10_000), "rewards it would grant", "[]"),
        required("badges", Kind::List(&Kind::Prose, 0, 10_000), "badges it would grant", "[]"),
        required(
            "effects",
            Kind::List(&Kind::Object(&EFFECT), 0, 1_000),
            "what it would make happen beside points",
            "[]",
        ),
    ],
    one_of: &[],
};

static WRONG: Shape = Shape {
    name: "Wrong",
    about: "One thing that is wrong with a request.",
    fields: &[
        required(
            "pointer",
            Kind::Prose,
            "a JSON pointer into the body, or header:, query:, path: and a name",
            r#""/lines/0/amount_minor""#,
        ),
        required("code", Kind::Prose, "stable code", r#""too_small""#),
        required(
            "detail",
            Kind::Prose,
            "what is wrong and what to do",
            r#""is less than 0; send 0 to 1000000000""#,
        ),
    ],
    one_of: &[],
};

/// Every error.
pub(crate) static PROBLEM: Shape = Shape {
    name: "Problem",
    about: "A problem (RFC 9457), with a stable code and the numbers that belong to it.",
    fields: &[
        required(
            "type",
            Kind::Prose,
            "a URI of the code",
            r#""urn:problem-type:merit:redeem.insufficient_points""#,
        ),
        required("title", Kind::Prose, "the same for every problem of this code", r#""Not enough points""#),
        required("status", Kind::Whole(400, 599), "the HTTP status", "409"),
        required("code", Kind::Prose, "stable, for programs", r#""redeem.insufficient_points""#),
        required(
            "detail",
            Kind::Prose,
            "this one, in a sentence",
            r#""100 points were asked for; 60 can be spent""#,
        ),
        optional(
            "errors",
            Kind::List(&Kind::Object(&WRONG), 0, 200),
            "everything that is wrong with the request",
            "[]",
        )
        .unshown(),
        optional(
            "diagnostics",
            Kind::List(&Kind::Object(&DIAGNOSTIC), 0, 10_000),
            "the mistakes of a rule file",
            "[]",
        )
        .unshown(),
        optional("rendered", Kind::Prose, "the mistakes as a person reads them", r#""""#).unshown(),
        optional(
            "tests",
            Kind::List(&Kind::Object(&FAILED_TEST), 0, 10_000),
            "the tests of a rule file that failed",
            "[]",
        )
        .unshown(),
        optional("roles_needed", Kind::List(&Kind::Prose, 0, 10), "any of these roles", "[]").unshown(),
        optional("asked_points", ANY, "points asked for", "100"),
        optional("active_points", ANY, "points that can be spent", "60"),
        optional("used_points", ANY, "points adjusted on that day", "150000").unshown(),
        optional("debt_points", ANY, "points owed", "40").unshown(),
        optional("held_points", ANY, "points held", "100").unshown(),
        optional("reward", Kind::Prose, "the reward", r#""ten_off""#).unshown(),
        optional("condition", COUNT, "the reward's condition that does not hold, from 1", "1").unshown(),
        optional("limit", Kind::Prose, "the limit", r#""reward:ten_off/times/day""#).unshown(),
        optional("most", ANY, "the most there may be", "1").unshown(),
        optional("now", Kind::Prose, "what a redemption is now", r#""captured""#).unshown(),
        optional("line", COUNT, "the line", "3").unshown(),
        optional("lines", COUNT, "how many lines there are", "2").unshown(),
        optional("quantity_left", ANY, "pieces left", "1").unshown(),
        optional("amount_left_minor", ANY, "minor units left", "220").unshown(),
        optional("kind", Kind::Prose, "the event's kind", r#""chek_in""#).unshown(),
        optional("enrolled_at", Kind::Instant, "when the member enrolled", AT).unshown(),
        optional("until", Kind::Instant, "until when it is locked, or was possible", AT).unshown(),
        optional("expired_at", Kind::Instant, "when a token's time was over", AT).unshown(),
        optional("of", Kind::Prose, "what there is too much of", r#""holds""#).unshown(),
        optional("choice", Kind::Prose, "what was to be picked", r#""cake""#).unshown(),
        optional("options", Kind::List(&Kind::Prose, 0, 100), "what can be picked", "[]").unshown(),
    ],
    one_of: &[],
};

/// `GET /v1/health`.
pub(crate) static HEALTH: Shape = Shape {
    name: "Health",
    about: "The function answers.",
    fields: &[required("status", Kind::Word(&["ok"]), "ok", r#""ok""#)],
    one_of: &[],
};
