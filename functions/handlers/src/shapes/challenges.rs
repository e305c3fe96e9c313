//! What a card says of challenges and levels.

use super::answers::{AT, COUNT, MAYBE_INSTANT, MAYBE_TEXT};
use crate::http::shape::{Kind, Shape, required};

static GOAL: Shape = Shape {
    name: "CardGoal",
    about: "A goal of a challenge, and what is done of it.",
    fields: &[
        required("name", Kind::Prose, "its name", r#""visits""#),
        required("label", MAYBE_TEXT, "how members read it", r#""Five visits""#),
        required("counts", Kind::Prose, "`times`, or `money` in minor units", r#""times""#),
        required("have", COUNT, "what is done, at most what is asked for", "3"),
        required("need", COUNT, "what is asked for", "5"),
        required("progress", Kind::Prose, "both in words", r#""3 of 5""#),
    ],
    one_of: &[],
};

static CHALLENGE: Shape = Shape {
    name: "CardChallenge",
    about: "A challenge that is open to members now, and how far this one is.",
    fields: &[
        required("name", Kind::Prose, "its name", r#""spring""#),
        required("label", MAYBE_TEXT, "how members read it", r#""Spring challenge""#),
        required("completed", Kind::Truth, "whether it is completed, in this period of it", "false"),
        required("needs", COUNT, "how many of its goals complete it", "2"),
        required("goals", Kind::List(&Kind::Object(&GOAL), 0, 10), "its goals", "[]"),
        required("until", MAYBE_INSTANT, "when it ends or begins anew; null for neither", AT),
    ],
    one_of: &[],
};

/// The challenges of a card.
pub(crate) const LIST: Kind = Kind::List(&Kind::Object(&CHALLENGE), 0, 500);

static NEXT_LEVEL: Shape = Shape {
    name: "NextLevel",
    about: "The next level and what is missing to it.",
    fields: &[
        required("name", Kind::Prose, "its name", r#""ranger""#),
        required("need", COUNT, "what it takes, as the set counts", "2000"),
        required("missing", COUNT, "what is missing", "1400"),
        required("progress", Kind::Prose, "in words", r#""1400 points more to reach ranger""#),
    ],
    one_of: &[],
};

static LEVEL: Shape = Shape {
    name: "CardLevel",
    about: "The level that one set's sum comes to.",
    fields: &[
        required("set", Kind::Prose, "the set's name", r#""explorer""#),
        required("label", MAYBE_TEXT, "how members read it", r#""Explorers""#),
        required("name", Kind::Prose, "the level", r#""scout""#),
        required(
            "metric",
            Kind::Prose,
            "`spent` in minor units, `earned` points, or `purchases`",
            r#""earned""#,
        ),
        required("have", Kind::Whole(i64::MIN, i64::MAX), "what counts so far", "600"),
        required("next", Kind::Maybe(&Kind::Object(&NEXT_LEVEL)), "the next level; null at the top", "null"),
    ],
    one_of: &[],
};

/// The levels of a card.
pub(crate) const LEVELS: Kind = Kind::List(&Kind::Object(&LEVEL), 0, 500);
