//! What leaderboards look like.

use super::answers::{AT, COUNT, MAYBE_TEXT};
use crate::http::shape::{Field, Kind, Shape, optional, required};

const RANK: Field =
    required("rank", COUNT, "from 1; equal scores share a rank, and the next is as many later", "1");
const SCORE: Field =
    required("score", COUNT, "what she was ranked by: minor units, points or purchases", "31200");

/// A place, in an entry.
pub(super) static PLACE: Shape = Shape {
    name: "Place",
    about: "The place of a member among those who were ranked.",
    fields: &[RANK, SCORE],
    one_of: &[],
};

static RANKED: Shape = Shape {
    name: "Ranked",
    about: "A member on a leaderboard.",
    fields: &[RANK, required("member_id", Kind::Id, "the member", r#""m-1001""#), SCORE],
    one_of: &[],
};

static CYCLE: Shape = Shape {
    name: "LeaderboardCycle",
    about: "Who ranked best over a period.",
    fields: &[
        required(
            "date",
            Kind::Date,
            "the date of the rule's schedule, or the day of what is not over",
            r#""2026-05-01""#,
        ),
        required("metric", Kind::Word(&["spent", "earned", "purchases"]), "what ranks", r#""spent""#),
        required("from", Kind::Date, "the first day that counts", r#""2026-04-01""#),
        required("until", Kind::Date, "the last one", r#""2026-04-30""#),
        required("ranked", Kind::List(&Kind::Object(&RANKED), 0, 501), "the best first", "[]"),
    ],
    one_of: &[],
};

/// `GET /v1/leaderboards/{name}`.
pub(crate) static LEADERBOARD: Shape = Shape {
    name: "Leaderboard",
    about: "A rule that ranks members: what was rewarded, and who is ahead.",
    fields: &[
        required("leaderboard", Kind::Prose, "the rule's name", r#""podium""#),
        required("label", MAYBE_TEXT, "as members read it", r#""The best of the month""#),
        required("at", Kind::Instant, "when it was read", AT),
        required("ranks_from", COUNT, "the best rank that is rewarded", "1"),
        required("ranks_to", COUNT, "the last one", "3"),
        required(
            "so_far",
            Kind::Maybe(&Kind::Object(&CYCLE)),
            "the period that is not over, as of the day's first run of the schedule; null before the first",
            "null",
        ),
        required(
            "cycles",
            Kind::List(&Kind::Object(&CYCLE), 0, 12),
            "those that were rewarded, the last first",
            "[]",
        ),
    ],
    one_of: &[],
};

/// What may be asked for.
pub(crate) static QUERY: &[Field] =
    &[optional("cycles", Kind::Whole(1, 12), "how many of the last cycles", "1").unshown()];
