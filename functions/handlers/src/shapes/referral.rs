//! Bodies of referrals: codes, joining, and who brought whom.

use super::answers::{AT, COUNT, MAYBE_TEXT};
use super::requests::{DEVICE, EVENT_ID, MEMBER_ID, OCCURRED_AT, PAYMENT};
use crate::http::shape::{Field, Kind, Shape, default, optional, required};
use domain::ids::ID_LENGTH_MAX;

const CODE_FIELD: &str = r#""7K3M-9QXT-F""#;
const _: () = assert!(ID_LENGTH_MAX >= 11, "a code fits an id");

/// `POST /v1/referrals`.
pub(crate) static JOIN: Shape = Shape {
    name: "Join",
    about: "A friend names who brought her. She is a member already, and has not been one for long.",
    fields: &[
        EVENT_ID,
        MEMBER_ID,
        OCCURRED_AT,
        required(
            "code",
            Kind::Text(32),
            "the referrer's code as it was typed: small letters, spaces and missing dashes are taken",
            CODE_FIELD,
        ),
        DEVICE,
        PAYMENT,
    ],
    one_of: &[],
};

/// `POST /v1/members/{id}/referral-code`.
pub(crate) static CODE: Shape = Shape {
    name: "ReferralCode",
    about: "A member's code: 8 characters and a check.",
    fields: &[
        required("member_id", Kind::Id, "the member", r#""m-1001""#),
        required("code", Kind::Prose, "what friends are told", CODE_FIELD),
    ],
    one_of: &[],
};

const STATES: &[&str] = &["joined", "qualified", "matured", "rewarded", "rejected", "reversed"];

/// What of an entry is about a referral.
pub(crate) static SIDES: Shape = Shape {
    name: "ReferralSides",
    about: "The two sides of a referral.",
    fields: &[
        required("role", Kind::Word(&["friend", "referrer"]), "which side the member is", r#""friend""#),
        required("other_id", Kind::Id, "who is on the other", r#""m-1002""#),
        required("state", Kind::Word(STATES), "how far it is", r#""rewarded""#),
        required("reason", MAYBE_TEXT, "why it was rejected or reversed", "null"),
    ],
    one_of: &[],
};

static BROUGHT: Shape = Shape {
    name: "Brought",
    about: "How far a referral is.",
    fields: &[
        required("member_id", Kind::Id, "who is on the other side", r#""m-1002""#),
        required("state", Kind::Word(STATES), "how far it is", r#""qualified""#),
        required("reason", MAYBE_TEXT, "why it was rejected or reversed", "null"),
        required("joined_at", Kind::Instant, "when the friend named her referrer", AT),
        required("until", Kind::Instant, "before when a purchase counts", AT),
        required(
            "purchase_id",
            Kind::Maybe(&Kind::Id),
            "the friend's purchase that counts; null before there is one",
            "null",
        ),
        required(
            "matures_at",
            Kind::Maybe(&Kind::Instant),
            "when both are rewarded; null before a purchase counts",
            "null",
        ),
    ],
    one_of: &[],
};

static COUNTS: Shape = Shape {
    name: "ReferralCounts",
    about: "How many of the friends on this page are how far.",
    fields: &[
        required("joined", COUNT, "joined", "1"),
        required("qualified", COUNT, "qualified", "0"),
        required("matured", COUNT, "matured", "0"),
        required("rewarded", COUNT, "rewarded", "0"),
        required("rejected", COUNT, "rejected", "0"),
        required("reversed", COUNT, "reversed", "0"),
    ],
    one_of: &[],
};

/// `GET /v1/members/{id}/referrals`.
pub(crate) static REFERRALS: Shape = Shape {
    name: "Referrals",
    about: "Who brought a member, and whom she brought.",
    fields: &[
        required("member_id", Kind::Id, "the member", r#""m-1001""#),
        required("at", Kind::Instant, "the moment it is true of", AT),
        required("code", MAYBE_TEXT, "her code; null before she asked for it", CODE_FIELD),
        required("friends_rewarded", COUNT, "friends she was rewarded for, ever", "0"),
        required(
            "brought_by",
            Kind::Maybe(&Kind::Object(&BROUGHT)),
            "who brought her; null for nobody",
            "null",
        ),
        required(
            "friends",
            Kind::List(&Kind::Object(&BROUGHT), 0, 50),
            "whom she brought, in the order of their ids",
            "[]",
        ),
        required(
            "counts",
            Kind::Object(&COUNTS),
            "these friends by state",
            r#"{"joined": 0, "qualified": 0, "matured": 0, "rewarded": 0, "rejected": 0, "reversed": 0}"#,
        ),
        required("next_after", Kind::Maybe(&Kind::Id), "`after` of the next page; null at the end", "null"),
    ],
    one_of: &[],
};

/// The query of `GET /v1/members/{id}/referrals`.
pub(crate) static PAGE: &[Field] = &[
    default("limit", Kind::Whole(1, 50), "how many friends", "20"),
    optional("after", Kind::Id, "`next_after` of the page before", r#""m-1002""#),
];
