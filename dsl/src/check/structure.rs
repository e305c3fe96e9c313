//! Which sentences an item has, how often and in which order.

use super::report::{Report, or};
use crate::diagnostic::{Diagnostic, code};
use crate::model::Place;
use crate::syntax::ast::{Clause, Effect, Item, Kind, What};

/// How a sentence may stand in its item.
struct Shape {
    /// The words it begins with.
    words: &'static str,
    /// Sentences with a higher rank come later; equal ranks in any order.
    rank: u8,
    once: bool,
}

#[allow(clippy::match_same_arms)] // one line per sentence: it is a table
fn shape(kind: Kind, what: &What<'_>) -> Shape {
    let (words, rank, once) = match (kind, what) {
        (_, What::Language(_)) => ("language", 0, true),
        (_, What::Currency(_)) => ("currency", 0, true),
        (_, What::Zone(_)) => ("timezone", 0, true),
        (_, What::Worth(_)) => ("point worth", 0, true),
        (_, What::Rounding(_)) => ("rounding", 0, true),
        (_, What::Expire(_)) => ("expire", 0, true),
        (Kind::Programme, What::Pending(_)) => ("pending for", 0, true),
        (Kind::Rule, What::Revoke(_)) => ("refund", 5, true),
        (Kind::Challenge, What::Refund(_)) => ("refund", 6, true),
        (Kind::Reward, What::Refund(_)) => ("refund", 8, true),
        (_, What::Join(_)) => ("join", 0, true),
        (_, What::Qualify { .. }) => ("qualify", 1, true),
        (_, What::Mature(_)) => ("mature", 4, true),
        (_, What::Revoke(_)) => ("refund", 6, true),
        (_, What::Refund(_)) => ("refund", 0, true),
        (_, What::Shortfall(_)) => ("shortfall", 0, true),
        (_, What::UnknownMember(_)) => ("unknown member", 0, true),
        (_, What::Remind(_)) => ("remind", 0, true),
        (_, What::Accept(_)) => ("accept events", 0, true),
        (Kind::Programme, What::Limit { .. }) => ("limit", 0, false),
        (_, What::Names { .. }) => ("", 0, false),
        (_, What::Tier { .. }) => ("", 0, false),
        (_, What::Downgrade { .. }) => ("downgrade", 1, true),
        (_, What::Floor(_)) => ("floor", 1, true),
        (_, What::Grace(_)) => ("grace", 1, true),
        (_, What::Take(_)) => ("take", 0, true),
        (Kind::Group, What::Limit { .. }) => ("limit", 1, false),
        (_, What::Total(_)) => ("total", 0, true),
        (Kind::Budget | Kind::Experiment, What::Active { .. }) => ("active", 1, true),
        (_, What::WhenSpent(_)) => ("when spent", 2, true),
        (_, What::Field { .. }) => ("field", 0, false),
        (_, What::Question { .. }) => ("question", 0, false),
        (_, What::Classed { how, .. }) => (if how.text == "nps" { "nps of" } else { "csat of" }, 1, true),
        (_, What::Answer(_)) => ("answer within", 2, true),
        (_, What::Keep(_)) => ("keep", 3, false),
        (_, What::Gating(_)) => ("allow review gating", 4, true),
        (_, What::Days { .. }) => ("", 0, false),
        (Kind::Challenge, What::Active { .. }) => ("active", 0, true),
        (Kind::Challenge, What::When(_)) => ("when", 1, true),
        (Kind::Attention, What::Limit { .. }) => ("limit", 0, false),
        (_, What::Quiet { .. }) => ("quiet", 1, true),
        (_, What::Addresses(_)) => ("events", 2, true),
        (_, What::Holdout(_)) => ("holdout", 2, true),
        (_, What::Arm { .. }) => ("arm", 2, false),
        (_, What::Every(_)) => ("every", 2, true),
        (_, What::Goal(_)) => ("goal", 3, false),
        (_, What::Needs(_)) => ("needs any", 4, true),
        (Kind::Challenge, What::Give(_)) => ("give", 5, false),
        (Kind::Challenge, What::Effect(effect)) => (effect_words(effect), 5, false),
        (Kind::Challenge, What::FromBudget(_)) => ("from budget", 6, true),
        (Kind::Challenge, What::Valid(_)) => ("points valid for", 6, true),
        (Kind::Challenge, What::Pending(_)) => ("pending for", 6, true),
        (_, What::Freeze { .. }) => ("freeze", 3, true),
        (_, What::Formerly(_)) => ("formerly", 0, false),
        (_, What::On(_) | What::Absence(_) | What::Schedule(_)) => ("on", 1, true),
        (_, What::Draw(_)) => ("draw", 3, true),
        (_, What::Rank { .. }) => ("rank", 3, true),
        (_, What::Costs { .. }) => ("costs", 0, false),
        (_, What::Gives(_)) => ("gives", 1, true),
        (_, What::Active { .. }) => ("active", 2, true),
        (_, What::When(_)) => ("when", 3, true),
        (_, What::Give(_)) => ("give", 4, false),
        (_, What::Multiply { .. }) => ("multiply", 4, false),
        (_, What::Effect(effect)) => (effect_words(effect), 4, false),
        (_, What::Limit { .. }) => ("limit", 5, false),
        (_, What::Group(_)) => ("in group", 5, true),
        (_, What::FromBudget(_)) => ("from budget", 5, true),
        (_, What::Valid(_)) => ("points valid for", 5, true),
        (_, What::Pending(_)) => ("pending for", 5, true),
        (_, What::First(_)) => ("for the first", 6, true),
        (_, What::Stock(_)) => ("stock", 6, true),
        (_, What::Lasts(_)) => ("valid for", 7, true),
        (_, What::ShareAtMost { .. }) => ("points worth", 4, true),
        (_, What::AtMost { .. }) => ("at most", 4, false),
        (_, What::NeverBoth(..) | What::Always(_)) => ("rule", 4, false),
        (_, What::Given(_)) => ("given", 0, false),
        (_, What::Event(_)) => ("event", 1, false),
        (_, What::Expect(_)) => ("expect", 2, false),
    };
    Shape { words, rank, once }
}

const fn effect_words(effect: &Effect<'_>) -> &'static str {
    match effect {
        Effect::Tag(_) => "tag member",
        Effect::Untag(_) => "untag member",
        Effect::Case(_) => "open case",
        Effect::Prompt(_) => "prompt for",
        Effect::Emit(_) => "emit event",
        Effect::Lift(..) => "lift tier to",
    }
}

/// What else makes a rule do something, where it gives nothing.
const EFFECTS: [&str; 6] =
    ["tag member", "untag member", "open case", "prompt for", "emit event", "lift tier to"];

/// The sentences an item cannot do without, each as its first words and an example.
const fn required(kind: Kind) -> &'static [(&'static [&'static str], &'static str)] {
    match kind {
        Kind::Programme => &[(&["currency"], "currency EUR"), (&["timezone"], "timezone \"Europe/Paris\"")],
        Kind::Group => &[(&["take"], "take best")],
        Kind::Budget => &[(&["total"], "total 50000 points")],
        Kind::Rule => &[(&["on"], "on purchase"), (&["give", "multiply"], "give 10 points")],
        Kind::Survey => &[(&["question"], "question score number 0 to 10")],
        Kind::Challenge => &[(&["goal"], "goal visits 5 times on purchase"), (&["give"], "give 100 points")],
        Kind::Experiment => &[(&["arm"], "arm double 90%")],
        Kind::Streak => &[(&["on"], "on purchase"), (&["every"], "every week")],
        Kind::Segment => &[(&["when"], "when member.last_purchase at least 60 days ago")],
        Kind::Reward => &[(&["gives"], "gives item \"coffee\"")],
        Kind::Referral => &[
            (&["qualify"], "qualify on purchase of at least 25.00 EUR within 30 days"),
            (&["mature"], "mature after 14 days"),
        ],
        Kind::Check => &[(&["points worth", "at most", "rule"], "points worth at most 25% of basket.paid")],
        Kind::Test => {
            &[(&["event"], "event purchase at 2026-11-23 08:10 {"), (&["expect"], "expect 10 points")]
        }
        _ => &[],
    }
}

/// The order of an item's sentences, in words.
const fn order(kind: Kind) -> &'static str {
    match kind {
        Kind::Rule => {
            "a rule says: formerly, on, active, when, draw or rank, what it gives or does, then limits, group, budget, validity"
        }
        Kind::Challenge => {
            "a challenge says: active, when, every, its goals, needs, what it gives or does, then budget, validity, refund"
        }
        Kind::Attention => "attention says: limits, quiet, events",
        Kind::Experiment => "an experiment says: active, then holdout and arms",
        Kind::Streak => "a streak says: on, every, freeze",
        Kind::Survey => "a survey says: its questions, nps or csat, answer within, keep, allow",
        Kind::Reward => {
            "a reward says: costs, gives, active, when, limits, first members and stock, validity, refund"
        }
        Kind::Referral => "a referral says: join, qualify, when, mature, limits, refund",
        Kind::Check => "a check says: on, when, then what always holds",
        Kind::Test => "a test says: given, event, expect",
        Kind::Budget => "a budget says: total, active, when spent",
        Kind::Group => "a group says: take, limits",
        _ => "the tiers come first, then downgrade, grace and floor",
    }
}

/// Checks one item's sentences.
pub(super) fn check(item: &Item<'_>, report: &mut Report) {
    let mut seen: Vec<&'static str> = Vec::new();
    let mut highest: Option<(u8, &'static str)> = None;
    for clause in &item.body {
        let shape = shape(item.kind, &clause.what);
        if shape.words.is_empty() {
            later(&mut highest, &shape, clause, item.kind, report);
            continue;
        }
        let here = keyword(clause, shape.words);
        if shape.once && seen.contains(&shape.words) {
            report.error(
                code::REPEATED,
                here,
                format!("this {} has two sentences with `{}`", item.kind.word(), shape.words),
                "leave one out",
            );
            continue;
        }
        seen.push(shape.words);
        later(&mut highest, &shape, clause, item.kind, report);
    }
    if item.broken {
        return; // what is missing may be what did not parse
    }
    for (words, example) in required(item.kind) {
        let acts = words.contains(&"give") && EFFECTS.iter().any(|word| seen.contains(word));
        if !acts && !words.iter().any(|word| seen.contains(word)) {
            let place = item.name.map_or(item.keyword, |name| name.place);
            let message = format!("this {} has no {}", item.kind.word(), or(words));
            report.push(
                Diagnostic::error(code::MISSING, place, message).help(format!("add such as `{example}`")),
            );
        }
    }
    if item.body.is_empty() && required(item.kind).is_empty() && item.kind != Kind::Event {
        report.error(
            code::EMPTY,
            item.keyword,
            format!("`{}` is empty", item.kind.word()),
            "write something between its braces, or leave it out",
        );
    }
}

/// Reports a sentence that comes too late.
fn later(
    highest: &mut Option<(u8, &'static str)>,
    shape: &Shape,
    clause: &Clause<'_>,
    kind: Kind,
    report: &mut Report,
) {
    match *highest {
        Some((rank, words)) if shape.rank < rank => {
            let what =
                if shape.words.is_empty() { "a tier".to_owned() } else { format!("`{}`", shape.words) };
            report.error(
                code::ORDER,
                keyword(clause, shape.words),
                format!("{what} comes before `{words}`"),
                format!("move this line up; {}", order(kind)),
            );
        }
        Some((rank, _)) if shape.rank == rank => {}
        _ => *highest = Some((shape.rank, shape.words)),
    }
}

/// The place of a sentence's first words.
fn keyword(clause: &Clause<'_>, words: &str) -> Place {
    let first = words.split(' ').next().unwrap_or_default();
    let length = u32::try_from(first.len()).unwrap_or(0);
    let end = if length == 0 { clause.place.end } else { clause.place.start.saturating_add(length) };
    Place { start: clause.place.start, end: end.min(clause.place.end) }
}
