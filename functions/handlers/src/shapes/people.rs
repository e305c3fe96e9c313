//! Bodies of what people do to members by hand, and of the export.

use super::answers::{AT, BALANCE, CARD, COUNT, DEBT, ENTRY, ENTRY_EXAMPLE, HELD, MAYBE_TEXT, PENDING, TIER};
use super::requests::{CITY, COUNTRY, EVENT_ID, OCCURRED_AT, POSTCODE, TAGS};
use crate::http::shape::{Field, Kind, Shape, default, optional, required};
use domain::limits::ADJUSTMENT_POINTS_MAX;
use dsl::units::AMOUNT_MAX;

const REASON: Field = required(
    "reason",
    Kind::Id,
    "why, as a short code of your own (goodwill, ticket-4711); it stays in the ledger for ever, so never personal data",
    r#""goodwill""#,
);
const CONSENTS: Kind = Kind::List(&Kind::Text(64), 0, 50);
/// Shown in the document's example: within the cap.
const EXAMPLE_POINTS: &str = "500";
const _: () = assert!(ADJUSTMENT_POINTS_MAX >= 500, "the example is within the cap");

/// `POST /v1/members/{id}/adjustments`.
pub(crate) static ADJUST: Shape = Shape {
    name: "Adjust",
    about: "Points are given or taken by hand, within a cap per adjustment and per member and day.",
    fields: &[
        EVENT_ID,
        OCCURRED_AT,
        required(
            "points",
            Kind::Whole(-AMOUNT_MAX, AMOUNT_MAX),
            "points to give; below 0, to take",
            EXAMPLE_POINTS,
        ),
        REASON,
    ],
    one_of: &[],
};

/// `POST /v1/members/{id}/freeze`.
pub(crate) static FREEZE: Shape = Shape {
    name: "Freeze",
    about: "What is frozen from now on; false sets free.",
    fields: &[
        EVENT_ID,
        OCCURRED_AT,
        required("earning", Kind::Truth, "true to refuse purchases and events", "false"),
        required("spending", Kind::Truth, "true to refuse redemptions and holds", "false"),
        REASON,
    ],
    one_of: &[],
};

/// `POST /v1/members/{id}/merge`.
pub(crate) static MERGE: Shape = Shape {
    name: "Merge request",
    about: "The member `from` becomes the one of the path, for good: points, debt and history go there.",
    fields: &[
        EVENT_ID,
        OCCURRED_AT,
        required("from", Kind::Id, "the member who goes", r#""m-2002""#),
        optional("keep_profile", Kind::Truth, "true to keep the profile of the member who goes", "false"),
        REASON,
    ],
    one_of: &[],
};

/// `POST /v1/members/{id}/erase`.
pub(crate) static ERASE: Shape = Shape {
    name: "Erase",
    about: "The profile is deleted for good. A member is erased once: an event id is not needed.",
    fields: &[EVENT_ID.unshown(), OCCURRED_AT, REASON],
    one_of: &[],
};

/// `POST /v1/members/{id}/profile`.
pub(crate) static PROFILE_CHANGE: Shape = Shape {
    name: "ProfileChange",
    about: "What changes in a profile; what is not sent stays. The ledger keeps which fields changed, not to what, but for consents and terms. A repeat with the same event id changes nothing again, whatever the personal data in it.",
    fields: &[
        EVENT_ID,
        OCCURRED_AT,
        optional("name", Kind::Text(200), "name", r#""Léa Martin""#),
        optional("email", Kind::Email, "e-mail address", r#""lea@example.com""#),
        optional("phone", Kind::Phone, "phone number, E.164", r#""+33612345678""#),
        optional("birthday", Kind::Date, "date of birth", r#""1990-02-28""#),
        COUNTRY,
        POSTCODE,
        CITY,
        optional("tags", TAGS, "all tags on the member from now on", r#"["vip"]"#),
        optional("consents", CONSENTS, "all purposes the member consents to from now on", r#"["email"]"#),
        optional("terms", Kind::Text(64), "the version of your terms the member accepted", r#""2026-03""#),
        optional(
            "household",
            Kind::Id,
            "the household the member belongs to, whose limits she shares",
            r#""h-77""#,
        ),
        default(
            "clear",
            Kind::List(
                &Kind::Word(&[
                    "name",
                    "email",
                    "phone",
                    "birthday",
                    "country",
                    "postcode",
                    "city",
                    "household",
                ]),
                0,
                8,
            ),
            "fields to forget",
            "[]",
        ),
    ],
    one_of: &[],
};

static PROFILE: Shape = Shape {
    name: "Profile",
    about: "What is known of a member beside her ledger.",
    fields: &[
        required("name", MAYBE_TEXT, "name", r#""Léa Martin""#),
        required("email", MAYBE_TEXT, "e-mail address", r#""lea@example.com""#),
        required("phone", MAYBE_TEXT, "phone number", "null"),
        required("birthday", MAYBE_TEXT, "date of birth", r#""1990-02-28""#),
        required("country", MAYBE_TEXT, "country", r#""FR""#),
        required("postcode", MAYBE_TEXT, "postal code", "null"),
        required("city", MAYBE_TEXT, "city", "null"),
        required("tags", Kind::List(&Kind::Prose, 0, 50), "tags", "[]"),
        required(
            "consents",
            Kind::List(&Kind::Prose, 0, 50),
            "purposes the member consents to",
            r#"["email"]"#,
        ),
        required("terms", MAYBE_TEXT, "the version of the terms the member accepted last", "null"),
    ],
    one_of: &[],
};

static WORDS: Shape = Shape {
    name: "Words",
    about: "What a member wrote in her own words; erased with her.",
    fields: &[
        required("survey", Kind::Prose, "the survey", r#""nps""#),
        required("words", Kind::Scalars, "by question", r#"{"comment": "quick and friendly"}"#),
    ],
    one_of: &[],
};

static EXPORTED_ENTRY: Shape = Shape {
    name: "ExportedEntry",
    about: "An entry, the balances after it, and the record itself as the chain's hash covers it.",
    fields: &[
        required("entry", Kind::Object(&ENTRY), "the entry", ENTRY_EXAMPLE),
        BALANCE,
        PENDING,
        HELD,
        DEBT,
        TIER,
        required(
            "record",
            Kind::Prose,
            "the stored record, JSON as text: what was bought, line by line",
            r#""{}""#,
        ),
    ],
    one_of: &[],
};

/// `GET /v1/members/{id}/export`.
pub(crate) static EXPORT: Shape = Shape {
    name: "Export",
    about: "Everything there is about a member.",
    fields: &[
        required("member_id", Kind::Id, "the member", r#""m-1001""#),
        required("at", Kind::Instant, "when it was read", AT),
        required("card", Kind::Object(&CARD), "balances, tier and standing", CARD_EXAMPLE),
        required(
            "profile",
            Kind::Maybe(&Kind::Object(&PROFILE)),
            "the profile; null where there is none",
            "null",
        ),
        required(
            "words",
            Kind::List(&Kind::Object(&WORDS), 0, 1_000),
            "what the member wrote in answers to surveys",
            "[]",
        ),
        required(
            "entries",
            Kind::List(&Kind::Object(&EXPORTED_ENTRY), 0, 100_000),
            "entries, newest first",
            "[]",
        ),
        required(
            "next_before",
            Kind::Maybe(&COUNT),
            "null when all entries are here; of a very long ledger, the rest is at /entries?before=",
            "null",
        ),
    ],
    one_of: &[],
};

const CARD_EXAMPLE: &str = r#"{"member_id": "m-1001", "at": "2026-03-14T09:26:53+01:00", "enrolled_at": "2026-03-14T09:26:53+01:00", "balance_points": 338, "pending_points": 0, "held_points": 0, "debt_points": 0, "expiring_next": null, "tier": null, "badges": [], "levels": [], "challenges": [], "tags": [], "earning_frozen": false, "spending_frozen": false, "erased": false, "household": null, "merged_into": null, "vouchers": []}"#;
