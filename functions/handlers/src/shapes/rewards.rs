//! The catalogue, vouchers and what is done with them.

use super::answers::{AT, COUNT, MAYBE_INSTANT, MAYBE_TEXT};
use super::requests::{EVENT_ID, OCCURRED_AT};
use crate::http::shape::{Field, Kind, Shape, default, optional, required};

const CHOICE: Field = optional(
    "choice",
    Kind::Text(64),
    "of a choice: which of its rewards is picked; it stands once it was picked",
    r#""cake""#,
)
.unshown();

/// `POST /v1/vouchers/{code}/reserve`.
pub(crate) static RESERVE: Shape = Shape {
    name: "ReserveVoucher",
    about: "A till reserves a voucher; after so many seconds it can be used again.",
    fields: &[
        EVENT_ID,
        OCCURRED_AT,
        default("seconds", Kind::Whole(1, 604_800), "for how long", "900"),
        CHOICE,
    ],
    one_of: &[],
};

/// `POST /v1/vouchers/{code}/fulfil`.
pub(crate) static FULFIL: Shape = Shape {
    name: "FulfilVoucher",
    about: "A voucher is used. What is a choice must be picked by now.",
    fields: &[EVENT_ID, OCCURRED_AT, CHOICE],
    one_of: &[],
};

/// `POST /v1/vouchers/{code}/release` and `/cancel`.
pub(crate) static STEP: Shape = Shape {
    name: "VoucherStep",
    about: "A voucher is released, or cancelled.",
    fields: &[EVENT_ID, OCCURRED_AT],
    one_of: &[],
};

/// `GET /v1/vouchers/{code}`; also with the entry that issues it, and on the card.
pub(crate) static VOUCHER: Shape = Shape {
    name: "Voucher",
    about: "A voucher of a reward.",
    fields: &[
        required("voucher_id", Kind::Prose, "which of the member's it is", r#""7.0""#),
        required(
            "code",
            Kind::Prose,
            "the code a till takes; whoever has it can use it",
            r#""7K3QF-0ZV9M-X41TC-HW8RE""#,
        ),
        required(
            "state",
            Kind::Word(&["issued", "reserved", "fulfilled", "cancelled", "expired"]),
            "how far it came",
            r#""issued""#,
        ),
        required("reward", Kind::Prose, "its reward", r#""free_coffee""#),
        required("label", MAYBE_TEXT, "as members read it", r#""Any coffee, any size""#),
        required(
            "gives",
            MAYBE_TEXT,
            "what it gives; null where the programme has it no more",
            r#""item \"coffee\"""#,
        ),
        required("choice", MAYBE_TEXT, "of a choice: what was picked", "null"),
        required("options", Kind::List(&Kind::Prose, 0, 100), "of a choice: what can be picked", "[]"),
        required("expires_at", MAYBE_INSTANT, "until when it can be used; null for ever", "null"),
        required("reserved_until", MAYBE_INSTANT, "reserved until when", "null"),
        optional("member_id", Kind::Id, "whose it is", r#""m-1001""#).unshown(),
    ],
    one_of: &[],
};

/// `GET /v1/members/{id}/vouchers`.
pub(crate) static VOUCHERS: Shape = Shape {
    name: "Vouchers",
    about: "What a member can still use.",
    fields: &[
        required("member_id", Kind::Id, "the member", r#""m-1001""#),
        required("at", Kind::Instant, "the moment it is true of", AT),
        required("vouchers", LIST, "vouchers, in the order they were issued", "[]"),
    ],
    one_of: &[],
};

/// A list of vouchers.
pub(super) const LIST: Kind = Kind::List(&Kind::Object(&VOUCHER), 0, 1_000);

/// A voucher's step, in an entry.
pub(super) static MOVED: Shape = Shape {
    name: "VoucherMoved",
    about: "What was done with a voucher.",
    fields: &[
        required("voucher_id", Kind::Prose, "which of the member's it is", r#""7.0""#),
        required("reward", Kind::Prose, "its reward", r#""free_coffee""#),
        required("state", Kind::Prose, "what it is now", r#""fulfilled""#),
        required("choice", MAYBE_TEXT, "what was picked with it", "null"),
        required("reserved_until", MAYBE_INSTANT, "reserved until when", "null"),
        required("restored_points", COUNT, "points that went back", "0"),
    ],
    one_of: &[],
};

/// A reward that was not granted.
pub(super) static WITHHELD: Shape = Shape {
    name: "Withheld",
    about: "A reward that a rule gave and that could not be had.",
    fields: &[
        required("reward", Kind::Prose, "the reward", r#""palette""#),
        required("code", Kind::Prose, "stable, for programs", r#""redeem.out_of_stock""#),
        required("detail", Kind::Prose, "why, in a sentence", r#""the reward `palette` is out of stock""#),
    ],
    one_of: &[],
};

static WHY_NOT: Shape = Shape {
    name: "WhyNot",
    about: "Why a reward cannot be had now.",
    fields: &[
        required(
            "code",
            Kind::Prose,
            "stable, for programs: as the redemption would be refused",
            r#""redeem.insufficient_points""#,
        ),
        required("detail", Kind::Prose, "in a sentence", r#""600 points asked for, 338 can be spent""#),
    ],
    one_of: &[],
};

static OFFER: Shape = Shape {
    name: "Offer",
    about: "A reward in the catalogue.",
    fields: &[
        required("reward", Kind::Prose, "its name", r#""free_coffee""#),
        required("label", MAYBE_TEXT, "as members read it", r#""Any coffee, any size""#),
        required("kind", Kind::Prose, "what kind of thing it gives", r#""item""#),
        required("gives", Kind::Prose, "what it gives", r#""item \"coffee\"""#),
        required("options", Kind::List(&Kind::Prose, 0, 100), "of a choice: what can be picked", "[]"),
        required(
            "costs_points",
            Kind::Maybe(&COUNT),
            "what it costs her; null where it cannot be bought",
            "600",
        ),
        required("available", Kind::Truth, "true when she can have it now", "true"),
        required("why_not", Kind::Maybe(&Kind::Object(&WHY_NOT)), "why she cannot", "null"),
        required("asks_basket", Kind::Truth, "true when a basket must be shown as well", "false"),
        required("stock_left", Kind::Maybe(&COUNT), "pieces left; null without a stock", "null"),
        required(
            "members_left",
            Kind::Maybe(&COUNT),
            "how many more members may have it; null for all",
            "null",
        ),
        required("valid_for", MAYBE_TEXT, "how long its voucher is valid; null for ever", r#""60 days""#),
    ],
    one_of: &[],
};

/// `GET /v1/rewards`.
pub(crate) static CATALOGUE: Shape = Shape {
    name: "Catalogue",
    about: "All rewards of the programme, in its order.",
    fields: &[
        required("at", Kind::Instant, "the moment it is true of", AT),
        required("member_id", Kind::Maybe(&Kind::Id), "for whom", r#""m-1001""#),
        required("rewards", Kind::List(&Kind::Object(&OFFER), 0, 10_000), "the rewards", "[]"),
    ],
    one_of: &[],
};

/// `GET /v1/rewards`.
pub(crate) static CATALOGUE_QUERY: &[Field] = &[
    optional("member_id", Kind::Id, "for this member; for nobody in particular by default", r#""m-1001""#),
    optional("at", Kind::Instant, "any instant, past or future; now by default", r#""2026-12-31T23:00:00Z""#),
];
