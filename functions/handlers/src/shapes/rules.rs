//! Bodies of answers about rule files: versions, mistakes, failed tests.

use crate::http::shape::{Field, Kind, Shape, required};

const COUNT: Kind = Kind::Whole(0, i64::MAX);
const MAYBE_TEXT: Kind = Kind::Maybe(&Kind::Prose);
const AT: &str = r#""2026-03-14T09:26:53+01:00""#;

const VERSION_FIELDS: [Field; 6] = [
    required("id", Kind::Id, "its content hash", r#""7f3c0a5e9b2d4c61""#),
    required("number", COUNT, "counts publications from 1", "3"),
    required("published_at", Kind::Instant, "when", AT),
    required("published_by", Kind::Prose, "by whom: the token's subject", r#""user-7""#),
    required("programme", Kind::Prose, "the programme's name", r#""bean_club""#),
    required("active", Kind::Truth, "true for the one that decides", "true"),
];

static VERSION: Shape =
    Shape { name: "Version", about: "A published version.", fields: &VERSION_FIELDS, one_of: &[] };

const VERSION_EXAMPLE: &str = r#"{"id": "7f3c0a5e9b2d4c61", "number": 3, "published_at": "2026-03-14T09:26:53+01:00", "published_by": "user-7", "programme": "bean_club", "active": true}"#;

static POINTER: Shape = Shape {
    name: "ActiveVersion",
    about: "Which version decides.",
    fields: &[
        required("id", Kind::Id, "the version", r#""7f3c0a5e9b2d4c61""#),
        required("activation", COUNT, "counts activations from 1", "4"),
        required("since", Kind::Instant, "since when", AT),
        required("by", Kind::Prose, "by whom: the token's subject", r#""user-7""#),
    ],
    one_of: &[],
};

/// `GET /v1/rules`.
pub(crate) static VERSIONS: Shape = Shape {
    name: "Versions",
    about: "All versions, newest first.",
    fields: &[
        required("versions", Kind::List(&Kind::Object(&VERSION), 0, 100), "the versions", "[]"),
        required(
            "active",
            Kind::Maybe(&Kind::Object(&POINTER)),
            "the pointer; null before the first",
            "null",
        ),
    ],
    one_of: &[],
};

/// `GET /v1/rules/{id}`.
pub(crate) static VERSION_SOURCE: Shape = Shape {
    name: "VersionWithSource",
    about: "A version and its text.",
    fields: &[
        required("version", Kind::Object(&VERSION), "the version", VERSION_EXAMPLE),
        required("source", Kind::Prose, "the text, as uploaded", r#""language 1\n""#),
    ],
    one_of: &[],
};

/// `POST /v1/rules/activate`.
pub(crate) static ACTIVATED: Shape = Shape {
    name: "Activated",
    about: "The pointer after it moved.",
    fields: &[required(
        "active",
        Kind::Object(&POINTER),
        "the pointer",
        r#"{"id": "7f3c0a5e9b2d4c61", "activation": 4, "since": "2026-03-14T09:26:53+01:00", "by": "user-7"}"#,
    )],
    one_of: &[],
};

static FIX: Shape = Shape {
    name: "Fix",
    about: "Replace the bytes from start to end, of the whole text as it was sent, by the text.",
    fields: &[
        required("start", COUNT, "first byte", "57"),
        required("end", COUNT, "one past the last byte", "63"),
        required("text", Kind::Prose, "what to write there", r#""60.00 EUR""#),
    ],
    one_of: &[],
};

pub(crate) static DIAGNOSTIC: Shape = Shape {
    name: "Diagnostic",
    about: "One mistake of a rule file.",
    fields: &[
        required("code", Kind::Prose, "stable code", r#""E0210""#),
        required("severity", Kind::Word(&["error", "warning"]), "how bad", r#""error""#),
        required("file", MAYBE_TEXT, "which of several files; null where the text is one", "null"),
        required("line", COUNT, "line of the file, from 1", "4"),
        required("column", COUNT, "column in characters, from 1", "34"),
        required("message", Kind::Prose, "what is wrong", r#""money is written number first""#),
        required("help", MAYBE_TEXT, "what to write instead", r#""write `60.00 EUR`""#),
        required("fix", Kind::Maybe(&Kind::Object(&FIX)), "a fix a tool can apply", "null"),
    ],
    one_of: &[],
};

pub(crate) static FAILED_TEST: Shape = Shape {
    name: "FailedTest",
    about: "A test of the file that failed.",
    fields: &[
        required("name", Kind::Prose, "its title", r#""a coffee earns""#),
        required(
            "failures",
            Kind::List(&Kind::Prose, 0, 10_000),
            "what did not hold, with both numbers",
            "[]",
        ),
        required(
            "why",
            Kind::List(&Kind::Prose, 0, 10_000),
            "which rules fired, which did not and why",
            "[]",
        ),
    ],
    one_of: &[],
};

/// `PUT /v1/rules`.
pub(crate) static PUBLISHED: Shape = Shape {
    name: "Published",
    about: "The version, whether it decides now, and what a person should look at.",
    fields: &[
        required("version", Kind::Object(&VERSION), "the version", VERSION_EXAMPLE),
        required("tests_passed", COUNT, "tests of the file that passed", "12"),
        required(
            "warnings",
            Kind::List(&Kind::Object(&DIAGNOSTIC), 0, 10_000),
            "what a person should look at",
            "[]",
        ),
        required("rendered", Kind::Prose, "the warnings as a person reads them", r#""""#),
    ],
    one_of: &[],
};
