//! Bodies and queries of requests.

use crate::http::shape::{Field, Kind, Shape, default, optional, required};
use dsl::units::AMOUNT_MAX;

/// The most lines a basket may have, as `dsl::event::Event` has it: real invoices pass 500.
pub(crate) const LINES_MAX: usize = 1_000;
/// The most points one request may move.
const POINTS: Kind = Kind::Whole(1, AMOUNT_MAX);
/// Money, in the minor unit of the programme's currency.
const MINOR: Kind = Kind::Whole(0, AMOUNT_MAX);

pub(super) const EVENT_ID: Field = optional(
    "event_id",
    Kind::Id,
    "your own id of what happened: a repeat with the same id is answered with the first answer; the header Idempotency-Key may stand for it",
    r#""receipt-88213""#,
);
pub(super) const MEMBER_ID: Field =
    required("member_id", Kind::Id, "your own id of the member, never personal data", r#""m-1001""#);
pub(super) const OCCURRED_AT: Field = optional(
    "occurred_at",
    Kind::Instant,
    "when it happened, RFC 3339 with an offset; now by default. Within the programme's tolerance, unless the role is importer",
    r#""2026-03-14T09:26:53+01:00""#,
)
.unshown();
const CHANNEL: Field =
    optional("channel", Kind::Text(64), "where it was sold, as the programme names it", r#""store""#);
const STORE: Field = optional("store", Kind::Text(64), "the store, as the programme names it", r#""lyon""#);
static A_LINE: Kind = Kind::Object(&LINE);
const LINES: Field = required("lines", Kind::List(&A_LINE, 1, LINES_MAX), "the basket", LINES_EXAMPLE);
const LINES_EXAMPLE: &str =
    r#"[{"amount_minor": 440, "quantity": 2, "sku": "espresso", "category": "drinks", "tags": ["own_cup"]}]"#;
pub(super) const TAGS: Kind = Kind::List(&Kind::Text(64), 0, 50);

/// What tells that two members are one person; only a MAC of it is kept, in the profile.
pub(super) const DEVICE: Field = optional(
    "device",
    Kind::Text(256),
    "your own fingerprint of the member's device; only a keyed hash of it is kept, with the profile",
    r#""a91f0c""#,
);
/// The same for a means of payment.
pub(super) const PAYMENT: Field = optional(
    "payment",
    Kind::Text(256),
    "your payment provider's fingerprint of the card or account; only a keyed hash of it is kept, with the profile",
    r#""pm-77c2""#,
);

/// A line of a basket.
pub(crate) static LINE: Shape = Shape {
    name: "Line",
    about: "A line of a basket.",
    fields: &[
        required(
            "amount_minor",
            MINOR,
            "what was paid for the whole line, after discounts, in minor units",
            "440",
        ),
        default("quantity", Kind::Whole(1, AMOUNT_MAX), "pieces", "1"),
        optional("sku", Kind::Text(128), "article", r#""espresso""#),
        optional("category", Kind::Text(64), "category, as the programme names it", r#""drinks""#),
        optional("brand", Kind::Text(64), "brand, as the programme names it", r#""house""#),
        default("tags", TAGS, "tags, such as own_cup", "[]"),
        default("eligible", Kind::Truth, "false for what never earns, such as gift cards", "true"),
    ],
    one_of: &[],
};

/// Where a member lives, as rules read it.
pub(super) const COUNTRY: Field =
    optional("country", Kind::Text(64), "country, such as two letters of ISO 3166-1", r#""FR""#);
pub(super) const POSTCODE: Field = optional("postcode", Kind::Text(16), "postal code", r#""75003""#);
pub(super) const CITY: Field = optional("city", Kind::Text(100), "city", r#""Paris""#);

/// `POST /v1/members`.
pub(crate) static ENROL: Shape = Shape {
    name: "Enrol",
    about: "A member joins. The member id is the key: an event id is not needed.",
    fields: &[
        EVENT_ID.unshown(),
        MEMBER_ID,
        OCCURRED_AT,
        optional("name", Kind::Text(200), "name", r#""Léa Martin""#),
        optional("email", Kind::Email, "e-mail address", r#""lea@example.com""#),
        optional("phone", Kind::Phone, "phone number, E.164", r#""+33612345678""#),
        optional("birthday", Kind::Date, "date of birth", r#""1990-02-28""#),
        default("tags", TAGS, "tags on the member", "[]"),
        COUNTRY,
        POSTCODE,
        CITY,
        DEVICE.unshown(),
        PAYMENT.unshown(),
    ],
    one_of: &[],
};

/// `POST /v1/purchases`.
pub(crate) static PURCHASE: Shape = Shape {
    name: "Purchase",
    about: "A purchase; its event id is what returns refer to.",
    fields: &[
        EVENT_ID,
        MEMBER_ID,
        OCCURRED_AT,
        required("currency", Kind::Currency, "the programme's currency, ISO 4217", r#""EUR""#),
        CHANNEL,
        STORE,
        optional("redemption_id", Kind::Id, "the redemption that helped to pay it", r#""red-17""#).unshown(),
        LINES,
    ],
    one_of: &[],
};

/// A line that comes back.
static RETURN_LINE: Shape = Shape {
    name: "ReturnLine",
    about: "A line that comes back.",
    fields: &[
        required("line", Kind::Whole(0, 999), "index into the purchase's lines, from 0", "0"),
        required(
            "quantity",
            Kind::Whole(0, AMOUNT_MAX),
            "pieces that came back; 0 when only a part of the price was refunded",
            "1",
        ),
        optional(
            "amount_minor",
            MINOR,
            "minor units refunded; the pieces' share of the line by default",
            "220",
        ),
    ],
    one_of: &[],
};

/// `POST /v1/purchases/{id}/returns`.
pub(crate) static RETURN: Shape = Shape {
    name: "Return",
    about: "Lines of a purchase come back.",
    fields: &[
        EVENT_ID,
        MEMBER_ID,
        OCCURRED_AT,
        optional(
            "lines",
            Kind::List(&Kind::Object(&RETURN_LINE), 1, LINES_MAX),
            "what came back; everything that is left by default",
            r#"[{"line": 0, "quantity": 1}]"#,
        ),
    ],
    one_of: &[],
};

/// `POST /v1/redemptions`.
pub(crate) static REDEEM: Shape = Shape {
    name: "Redeem",
    about: "Points are redeemed, at once or under a hold; the event id names the redemption.",
    fields: &[
        EVENT_ID,
        MEMBER_ID,
        OCCURRED_AT,
        optional("points", POINTS, "how many points", "100"),
        optional("reward", Kind::Text(64), "a reward of the programme, at its cost", r#""ten_off""#)
            .unshown(),
        optional(
            "hold_seconds",
            Kind::Whole(1, 2_592_000),
            "reserve for so long, to be captured or released; at once by default",
            "900",
        ),
        optional("lines", LINES.kind, "the basket, for rewards with conditions on it", LINES_EXAMPLE)
            .unshown(),
        optional(
            "choice",
            Kind::Text(64),
            "of a reward that is a choice: which is picked; it may be picked later, with the voucher",
            r#""cake""#,
        )
        .unshown(),
    ],
    one_of: &["points", "reward"],
};

/// `POST /v1/redemptions/{id}/capture`.
pub(crate) static CAPTURE: Shape = Shape {
    name: "Capture",
    about: "A hold is captured, in full or in part.",
    fields: &[
        EVENT_ID,
        MEMBER_ID,
        OCCURRED_AT,
        optional("points", POINTS, "how many of the held points; all of them by default", "80"),
    ],
    one_of: &[],
};

/// `POST /v1/redemptions/{id}/release` and `/cancel`.
pub(crate) static STEP: Shape = Shape {
    name: "Step",
    about: "A hold is released, or a captured redemption is cancelled.",
    fields: &[EVENT_ID, MEMBER_ID, OCCURRED_AT],
    one_of: &[],
};

const KIND: Field = required("kind", Kind::Text(64), "an event the programme declares", r#""check_in""#);
const FIELDS: Field =
    default("fields", Kind::Scalars, "the event's fields, as the programme declares them", "{}");

/// `POST /v1/events`.
pub(crate) static EVENT: Shape = Shape {
    name: "Event",
    about: "An event the merchant's programme declares.",
    fields: &[EVENT_ID, MEMBER_ID, OCCURRED_AT, KIND, FIELDS, CHANNEL, STORE],
    one_of: &[],
};

static PREVIEW_PURCHASE: Shape = Shape {
    name: "PreviewPurchase",
    about: "A purchase that might be.",
    fields: &[
        required("currency", Kind::Currency, "the programme's currency, ISO 4217", r#""EUR""#),
        CHANNEL,
        STORE,
        LINES,
    ],
    one_of: &[],
};

static PREVIEW_EVENT: Shape = Shape {
    name: "PreviewEvent",
    about: "A declared event that might be.",
    fields: &[KIND, FIELDS, CHANNEL, STORE],
    one_of: &[],
};

static HYPOTHETICAL: Shape = Shape {
    name: "Hypothetical",
    about: "A member who might be: what the rules may know of her. Sums over windows are 0.",
    fields: &[
        optional("tier", Kind::Text(64), "a tier of the programme", r#""gold""#).unshown(),
        optional("birthday", Kind::Date, "date of birth", r#""1990-02-28""#),
        optional("enrolled_at", Kind::Instant, "when she enrolled", r#""2025-01-01T00:00:00Z""#),
        optional("balance_points", Kind::Whole(0, AMOUNT_MAX), "points she can spend", "250"),
        default("tags", TAGS, "tags on her", "[]"),
        COUNTRY.unshown(),
        POSTCODE.unshown(),
        CITY.unshown(),
    ],
    one_of: &[],
};

/// `POST /v1/previews`.
pub(crate) static PREVIEW: Shape = Shape {
    name: "Preview",
    about: "What an event would earn, at any instant, past or future, and why; nothing is written.",
    fields: &[
        optional("member_id", Kind::Id, "a member; somebody who just joined by default", r#""m-1001""#)
            .unshown(),
        optional(
            "hypothetical",
            Kind::Object(&HYPOTHETICAL),
            "a member who might be, instead",
            r#"{"balance_points": 250}"#,
        ),
        optional("source", Kind::Prose, "a rule file to try instead of the active one", r#""language 1""#)
            .unshown(),
        optional("at", Kind::Instant, "when; now by default", r#""2026-12-03T18:30:00+01:00""#),
        optional(
            "purchase",
            Kind::Object(&PREVIEW_PURCHASE),
            "a purchase",
            r#"{"currency": "EUR", "lines": [{"amount_minor": 440}]}"#,
        ),
        optional("event", Kind::Object(&PREVIEW_EVENT), "a declared event", r#"{"kind": "check_in"}"#)
            .unshown(),
    ],
    one_of: &["purchase", "event"],
};

/// `POST /v1/rules/activate`.
pub(crate) static ACTIVATE: Shape = Shape {
    name: "Activate",
    about: "Moves the pointer to a published version, older or newer.",
    fields: &[required("id", Kind::Id, "the version's id", r#""7f3c0a5e9b2d4c61""#)],
    one_of: &[],
};

/// `GET /v1/members/{id}`.
pub(crate) static CARD: &[Field] = &[optional(
    "at",
    Kind::Instant,
    "any instant, past or future; now by default",
    r#""2026-12-31T23:00:00Z""#,
)];

/// `GET /v1/members/{id}/entries`.
pub(crate) static PAGE: &[Field] = &[
    default("limit", Kind::Whole(1, 100), "how many entries, newest first", "20"),
    optional(
        "before",
        Kind::Whole(1, i64::MAX),
        "only entries before this sequence number: `next_before` of a page",
        "42",
    ),
];

/// `PUT /v1/rules`.
pub(crate) static PUBLISH: &[Field] =
    &[default("activate", Kind::Truth, "false to publish without activating", "true")];
