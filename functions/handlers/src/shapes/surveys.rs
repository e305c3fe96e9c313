//! Bodies about surveys.

use super::answers::{AT, COUNT, MAYBE_TEXT};
use crate::http::shape::{Kind, Shape, optional, required};

const TOKEN_EXAMPLE: &str =
    r#""MQprYWZmYQpucHMKbS0xMDAxCjE2NDYyMTUyMDAwMDA.qkYwD8XyB0mJ2oQmWw5v3m3bXo8w1m1yqv0J2kq1T1k""#;

/// `POST /v1/surveys/{name}/tokens`.
pub(crate) static TOKEN: Shape = Shape {
    name: "SurveyToken",
    about: "A token is asked for: send it to the member, in a link, and to nobody else.",
    fields: &[
        required("member_id", Kind::Id, "the member", r#""m-1001""#),
        optional(
            "expires_at",
            Kind::Instant,
            "until when it can be answered with; by default, and at most, as long as the survey says",
            AT,
        )
        .unshown(),
    ],
    one_of: &[],
};

/// The answer to it.
pub(crate) static TOKEN_MADE: Shape = Shape {
    name: "SurveyTokenMade",
    about: "A token for one member, one survey and one answer. It is derived: nothing was written.",
    fields: &[
        required("survey", Kind::Prose, "the survey", r#""nps""#),
        required("member_id", Kind::Id, "the member", r#""m-1001""#),
        required("token", Kind::Prose, "the token", TOKEN_EXAMPLE),
        required("expires_at", Kind::Instant, "until when it can be answered with", AT),
    ],
    one_of: &[],
};

/// `POST /v1/surveys/{name}/answers`.
pub(crate) static ANSWER: Shape = Shape {
    name: "Answer",
    about: "A member's answers. The token says who answers; it is good for one answer, and a repeat is answered as the first.",
    fields: &[
        required("token", Kind::Prose, "the token", TOKEN_EXAMPLE),
        required(
            "answers",
            Kind::Scalars,
            "by question: a whole number in its range, one of its choices, true or false, or text",
            r#"{"score": 9, "comment": "quick and friendly"}"#,
        ),
    ],
    one_of: &[],
};

/// The answer to it: to the member herself, so nothing of her ledger.
pub(crate) static ANSWERED: Shape = Shape {
    name: "Answered",
    about: "What the answer earned, and what the member is asked for next. The same for whatever she answered, but for what the programme's rules prompt.",
    fields: &[
        required("survey", Kind::Prose, "the survey", r#""nps""#),
        required("points", COUNT, "points it earned", "50"),
        required(
            "prompts",
            Kind::List(&Kind::Word(&["review", "referral"]), 0, 2),
            "what she is asked for next",
            r#"["referral"]"#,
        ),
    ],
    one_of: &[],
};

static QUESTION: Shape = Shape {
    name: "Question",
    about: "A question of a survey.",
    fields: &[
        required("name", Kind::Prose, "its name", r#""score""#),
        required(
            "kind",
            Kind::Word(&["number", "one_of", "truth", "text"]),
            "what it asks for",
            r#""number""#,
        ),
        required("from", Kind::Maybe(&COUNT), "of numbers: the smallest", "0"),
        required("to", Kind::Maybe(&COUNT), "of numbers: the largest", "10"),
        required("choices", Kind::List(&Kind::Prose, 0, 1_000), "of choices: which there are", "[]"),
    ],
    one_of: &[],
};

static CLASS_COUNT: Shape = Shape {
    name: "ClassCount",
    about: "How many answers are of a class.",
    fields: &[
        required("class", Kind::Prose, "the class", r#""promoter""#),
        required("answers", COUNT, "how many", "41"),
    ],
    one_of: &[],
};

/// `GET /v1/surveys/{name}`.
pub(crate) static SURVEY: Shape = Shape {
    name: "Survey",
    about: "A survey, and what came of it so far.",
    fields: &[
        required("survey", Kind::Prose, "its name", r#""nps""#),
        required("label", MAYBE_TEXT, "as members read it", r#""How likely are you to recommend us?""#),
        required("rulebook", Kind::Prose, "the version that declares it", r#""7f3c0a5e9b2d4c61""#),
        required("questions", Kind::List(&Kind::Object(&QUESTION), 0, 100), "what it asks", "[]"),
        required("classed_by", MAYBE_TEXT, "the question that classes answers; null without", r#""score""#),
        required("answers", COUNT, "answers so far", "100"),
        required("by_class", Kind::List(&Kind::Object(&CLASS_COUNT), 0, 3), "by class, the best first", "[]"),
        required(
            "score_hundredths",
            Kind::Maybe(&Kind::Whole(-10_000, 10_000)),
            "the NPS (promoters less detractors) or CSAT (satisfied) in hundredths of percent; null without classes or answers",
            "-2469",
        ),
    ],
    one_of: &[],
};
