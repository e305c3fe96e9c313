//! The one table of the HTTP API: what there is, who may call it, what goes in and what comes out. The router, the
//! OpenAPI document, the local gateway and the tests over infra read it; nothing repeats it.

use crate::Route;
use crate::http::body::{BODY_BYTES_MAX, PREVIEW_BYTES_MAX};
use crate::http::shape::{Field, Shape};
use crate::shapes::{answers, leaderboards, people, referral, requests, rewards, rules, surveys};
use dsl::files::PROGRAMME_BYTES_MAX;
use std::sync::LazyLock;

/// What a route does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Enrol,
    Card,
    Entries,
    Purchase,
    GiveBack,
    Redeem,
    Capture,
    Release,
    Cancel,
    Event,
    Catalogue,
    Vouchers,
    Voucher,
    Reserve,
    /// Release a voucher.
    GiveUp,
    Fulfil,
    /// Cancel a voucher.
    Revoke,
    ChangeProfile,
    Adjust,
    Freeze,
    Merge,
    Erase,
    Export,
    Survey,
    SurveyToken,
    AnswerSurvey,
    ReferralCode,
    Join,
    Referrals,
    Preview,
    Publish,
    Versions,
    Version,
    Leaderboard,
    Activate,
    OpenApi,
    Health,
}

/// What a route takes as its body.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Takes {
    /// Nothing.
    Nothing,
    /// JSON of a shape.
    Json(&'static Shape),
    /// The text of a rule file.
    Rules,
}

/// A route with all that is known of it.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) route: Route,
    pub(crate) act: Act,
    /// One sentence.
    pub(crate) about: &'static str,
    pub(crate) takes: Takes,
    pub(crate) query: &'static [Field],
    pub(crate) status: u16,
    /// The good answer; none for the OpenAPI document itself.
    pub(crate) answer: Option<&'static Shape>,
}

impl Operation {
    /// The largest body it takes, in bytes.
    pub(crate) const fn bytes_max(&self) -> usize {
        match self.act {
            Act::Publish => PROGRAMME_BYTES_MAX,
            Act::Preview => PREVIEW_BYTES_MAX,
            _ => BODY_BYTES_MAX,
        }
    }
}

const TILL: &[&str] = &["till", "support", "importer"];
const READ: &[&str] = &["till", "support"];
const HAND: &[&str] = &["support", "operator"];
const EARN: &[&str] = &["till", "importer"];
const CATALOGUE: &[&str] = &["till", "support", "marketing"];
const PREVIEW: &[&str] = &["till", "support", "marketing", "operator"];
const RULES: &[&str] = &["marketing", "operator"];
const RULES_READ: &[&str] = &["marketing", "support", "operator"];
const SURVEYS: &[&str] = &["marketing", "support", "operator"];
const PUBLIC: &[&str] = &[];

const fn route(
    method: &'static str,
    path: &'static str,
    function: &'static str,
    roles: &'static [&'static str],
) -> Route {
    Route { method, path, function, roles }
}

const fn write(route: Route, act: Act, takes: &'static Shape, about: &'static str) -> Operation {
    let answer = Some(&answers::WRITTEN);
    Operation { route, act, about, takes: Takes::Json(takes), query: &[], status: 201, answer }
}

const fn read(
    route: Route,
    act: Act,
    query: &'static [Field],
    answer: &'static Shape,
    about: &'static str,
) -> Operation {
    Operation { route, act, about, takes: Takes::Nothing, query, status: 200, answer: Some(answer) }
}

/// All operations.
pub(crate) static OPERATIONS: &[Operation] = &[
    write(route("POST", "/v1/members", "members", TILL), Act::Enrol, &requests::ENROL, "Enrol a member."),
    read(
        route("GET", "/v1/members/{id}", "members", READ),
        Act::Card,
        requests::CARD,
        &answers::CARD,
        "A member's card: balances, what expires next, the tier and what is missing to the next.",
    ),
    read(
        route("GET", "/v1/members/{id}/entries", "members", READ),
        Act::Entries,
        requests::PAGE,
        &answers::ENTRIES,
        "A member's entries, newest first, each with its explanation.",
    ),
    write(
        route("POST", "/v1/purchases", "earn", EARN),
        Act::Purchase,
        &requests::PURCHASE,
        "A purchase earns what the active rules give.",
    ),
    write(
        route("POST", "/v1/purchases/{id}/returns", "give_back", TILL),
        Act::GiveBack,
        &requests::RETURN,
        "Lines of a purchase come back: what they earned is taken back from the award's own record.",
    ),
    write(
        route("POST", "/v1/redemptions", "redeem", TILL),
        Act::Redeem,
        &requests::REDEEM,
        "Redeem points or a reward, at once or under a hold.",
    ),
    write(
        route("POST", "/v1/redemptions/{id}/capture", "redeem", TILL),
        Act::Capture,
        &requests::CAPTURE,
        "Capture a hold, in full or in part; what is left goes back.",
    ),
    write(
        route("POST", "/v1/redemptions/{id}/release", "redeem", TILL),
        Act::Release,
        &requests::STEP,
        "Release a hold: the points go back to their own lots.",
    ),
    write(
        route("POST", "/v1/redemptions/{id}/cancel", "redeem", TILL),
        Act::Cancel,
        &requests::STEP,
        "Cancel a captured redemption: the points go back with their own expiry.",
    ),
    write(
        route("POST", "/v1/events", "events", TILL),
        Act::Event,
        &requests::EVENT,
        "An event the programme declares earns what the active rules give.",
    ),
    read(
        route("GET", "/v1/rewards", "rewards", CATALOGUE),
        Act::Catalogue,
        rewards::CATALOGUE_QUERY,
        &rewards::CATALOGUE,
        "All rewards: what each costs a member, whether she can have it now, and why not.",
    ),
    read(
        route("GET", "/v1/members/{id}/vouchers", "rewards", READ),
        Act::Vouchers,
        &[],
        &rewards::VOUCHERS,
        "Vouchers a member can still use, with their codes.",
    ),
    read(
        route("GET", "/v1/vouchers/{id}", "rewards", READ),
        Act::Voucher,
        &[],
        &rewards::VOUCHER,
        "The voucher of a code: what it gives, and how far it came. The id in the path is the code.",
    ),
    write(
        route("POST", "/v1/vouchers/{id}/reserve", "rewards", TILL),
        Act::Reserve,
        &rewards::RESERVE,
        "Reserve the voucher of a code, so that no other till takes it.",
    ),
    write(
        route("POST", "/v1/vouchers/{id}/release", "rewards", TILL),
        Act::GiveUp,
        &rewards::STEP,
        "Give a reserved voucher back unused.",
    ),
    write(
        route("POST", "/v1/vouchers/{id}/fulfil", "rewards", TILL),
        Act::Fulfil,
        &rewards::FULFIL,
        "The voucher of a code is used.",
    ),
    write(
        route("POST", "/v1/vouchers/{id}/cancel", "rewards", HAND),
        Act::Revoke,
        &rewards::STEP,
        "Cancel an unused voucher: its points go back to their own lots, its piece to the stock.",
    ),
    write(
        route("POST", "/v1/members/{id}/profile", "members", HAND),
        Act::ChangeProfile,
        &people::PROFILE_CHANGE,
        "Change a profile: personal data, tags, consents, the terms accepted.",
    ),
    write(
        route("POST", "/v1/members/{id}/adjustments", "members", HAND),
        Act::Adjust,
        &people::ADJUST,
        "Give or take points by hand, with a reason and within a cap.",
    ),
    write(
        route("POST", "/v1/members/{id}/freeze", "members", HAND),
        Act::Freeze,
        &people::FREEZE,
        "Freeze earning or spending, or set it free.",
    ),
    write(
        route("POST", "/v1/members/{id}/merge", "erase", HAND),
        Act::Merge,
        &people::MERGE,
        "Merge another member into this one: points, debt and history add up; there is no way back.",
    ),
    read(
        route("GET", "/v1/members/{id}/export", "members", HAND),
        Act::Export,
        &[],
        &people::EXPORT,
        "Everything there is about a member, as one JSON.",
    ),
    write(
        route("POST", "/v1/members/{id}/erase", "erase", HAND),
        Act::Erase,
        &people::ERASE,
        "Erase a member: the profile is deleted for good, the ledger stays whole and takes nothing more.",
    ),
    read(
        route("GET", "/v1/surveys/{id}", "survey", SURVEYS),
        Act::Survey,
        &[],
        &surveys::SURVEY,
        "A survey of the programme by its name: what it asks, how many answered, and the score.",
    ),
    Operation {
        route: route("POST", "/v1/surveys/{id}/tokens", "survey", SURVEYS),
        act: Act::SurveyToken,
        about: "A token with which one member answers a survey once; nothing is written.",
        takes: Takes::Json(&surveys::TOKEN),
        query: &[],
        status: 201,
        answer: Some(&surveys::TOKEN_MADE),
    },
    Operation {
        route: route("POST", "/v1/surveys/{id}/answers", "survey", PUBLIC),
        act: Act::AnswerSurvey,
        about: "A member answers a survey: the token in the body is the authorization.",
        takes: Takes::Json(&surveys::ANSWER),
        query: &[],
        status: 201,
        answer: Some(&surveys::ANSWERED),
    },
    Operation {
        route: route("POST", "/v1/members/{id}/referral-code", "referral", READ),
        act: Act::ReferralCode,
        about: "The code by which friends name the member; the same one for ever.",
        takes: Takes::Nothing,
        query: &[],
        status: 200,
        answer: Some(&referral::CODE),
    },
    read(
        route("GET", "/v1/members/{id}/referrals", "referral", READ),
        Act::Referrals,
        referral::PAGE,
        &referral::REFERRALS,
        "Who brought the member, whom she brought, and how far each of them is.",
    ),
    write(
        route("POST", "/v1/referrals", "referral", TILL),
        Act::Join,
        &referral::JOIN,
        "A friend names who brought her, by code, once and for ever.",
    ),
    Operation {
        route: route("POST", "/v1/previews", "previews", PREVIEW),
        act: Act::Preview,
        about: "What an event would earn and why, at any instant; writes nothing.",
        takes: Takes::Json(&requests::PREVIEW),
        query: &[],
        status: 200,
        answer: Some(&answers::PREVIEWED),
    },
    Operation {
        route: route("PUT", "/v1/rules", "rules", RULES),
        act: Act::Publish,
        about: "Publish a rule file: checked, compiled, its own tests run; refused with all its mistakes.",
        takes: Takes::Rules,
        query: requests::PUBLISH,
        status: 201,
        answer: Some(&rules::PUBLISHED),
    },
    read(
        route("GET", "/v1/rules", "rules", RULES_READ),
        Act::Versions,
        &[],
        &rules::VERSIONS,
        "All published versions, and which one decides.",
    ),
    read(
        route("GET", "/v1/rules/{id}", "rules", RULES_READ),
        Act::Version,
        &[],
        &rules::VERSION_SOURCE,
        "A published version and its text.",
    ),
    read(
        route("GET", "/v1/leaderboards/{id}", "rules", RULES_READ),
        Act::Leaderboard,
        leaderboards::QUERY,
        &leaderboards::LEADERBOARD,
        "A rule that ranks members, by its name: whom it rewarded, and who is ahead.",
    ),
    Operation {
        route: route("POST", "/v1/rules/activate", "rules", RULES),
        act: Act::Activate,
        about: "Move the pointer to a published version: forward, or back.",
        takes: Takes::Json(&requests::ACTIVATE),
        query: &[],
        status: 200,
        answer: Some(&rules::ACTIVATED),
    },
    Operation {
        route: route("GET", "/openapi.json", "about", PUBLIC),
        act: Act::OpenApi,
        about: "This document.",
        takes: Takes::Nothing,
        query: &[],
        status: 200,
        answer: None,
    },
    read(
        route("GET", "/v1/health", "about", PUBLIC),
        Act::Health,
        &[],
        &answers::HEALTH,
        "Whether the function answers.",
    ),
];

/// The public half of the table.
pub(crate) static ROUTES: LazyLock<Vec<Route>> =
    LazyLock::new(|| OPERATIONS.iter().map(|o| o.route).collect());
