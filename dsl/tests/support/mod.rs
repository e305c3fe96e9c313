//! Programmes and events built by hand, for tests that are about evaluation and not about text.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::wildcard_imports,
    reason = "each test file uses some of it; tests state what must hold"
)]

use dsl::calendar::{parse_day, parse_moment};
use dsl::event::{Event, Line, PURCHASE};
use dsl::facts::{Facts, Metric, Window, WindowedSum};
use dsl::model::*;
use dsl::outcome::{Outcome, Verdict};
use dsl::plan::Rulebook;
use dsl::units::*;
use std::collections::BTreeMap;

/// A programme without rules: EUR, Paris, a point worth 0.005 EUR, rounding down.
pub(crate) fn programme() -> Programme {
    Programme {
        edition: 1,
        name: "kaffa".to_owned(),
        label: None,
        currency: Currency::parse("EUR").unwrap(),
        zone: "Europe/Paris".to_owned(),
        point_worth_micro_minor: Some(500_000),
        rounding: Rounding::Down,
        expiry: Expiry::Never,
        pending: None,
        refund: Refund::Reverse,
        shortfall: Shortfall::Debt,
        unknown_member: UnknownMember::Refuse,
        tolerance: span(1, SpanUnit::Day),
        limits: vec![],
        catalogue: Catalogue::default(),
        tiers: vec![
            Tier { name: "guest".to_owned(), from: None, keep: None },
            Tier { name: "regular".to_owned(), from: Some(threshold(300)), keep: None },
            Tier { name: "insider".to_owned(), from: Some(threshold(900)), keep: None },
        ],
        downgrade: Downgrade::Reassess,
        grace: None,
        groups: vec![],
        budgets: vec![],
        events: vec![],
        rules: vec![],
        rewards: vec![],
        tests: vec![],
        segments: vec![],
        surveys: vec![],
        referral: None,
        remind: None,
        calendars: vec![],
        streaks: vec![],
        floor: None,
        levels: vec![],
        experiments: vec![],
        attention: None,
    }
}

fn threshold(at_least: i64) -> Threshold {
    Threshold { at_least, sum: WindowedSum { metric: Metric::Earned, window: Window::Lifetime } }
}

pub(crate) const fn span(count: u32, unit: SpanUnit) -> Span {
    Span { count, unit }
}

/// A rule on purchases without conditions.
pub(crate) fn rule(name: &str, gives: Vec<Give>) -> Rule {
    Rule {
        name: name.to_owned(),
        label: None,
        formerly: vec![],
        on: PURCHASE.to_owned(),
        active: Active::default(),
        when: vec![],
        gives,
        limits: vec![],
        group: None,
        budget: None,
        valid: None,
        pending: None,
        place: Place::default(),
        timer: None,
        draw: None,
        keeps: false,
        if_unspent: false,
        ranking: None,
    }
}

/// `give <micro> per <minor>` of all lines, or of those that match.
pub(crate) fn rate(points_micro: i64, per_minor: i64, filter: Vec<Condition>) -> Give {
    Give::Rate { points_micro, per_minor, of: Amount { eligible_only: false, filter } }
}

pub(crate) const fn flat(points: i64) -> Give {
    Give::Points(points * MICRO)
}

pub(crate) const fn times(factor_micro: i64) -> Give {
    Give::Multiply { factor_micro, all: false }
}

pub(crate) const fn limit(most: LimitUnit, per: LimitPeriod) -> Limit {
    Limit { most, per, household: false }
}

pub(crate) fn group(name: &str, take: Take) -> Group {
    Group { name: name.to_owned(), label: None, take, limits: vec![] }
}

pub(crate) fn test(fact: Fact, predicate: Predicate) -> Condition {
    Condition::Test(Clause { fact, predicate, place: Place::default() })
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn category_is(category: &str) -> Condition {
    test(Fact::LineCategory, Predicate::Is(text(category)))
}

/// A line of a category.
pub(crate) fn line(amount_minor: i64, category: &str) -> Line {
    Line { amount_minor, quantity: 1, category: Some(category.to_owned()), eligible: true, ..Line::default() }
}

/// A purchase at an instant, RFC 3339.
pub(crate) fn purchase(at: &str, lines: Vec<Line>) -> Event {
    let at = parse_moment(at).unwrap();
    Event { kind: PURCHASE.to_owned(), at, channel: None, store: None, lines, fields: BTreeMap::new() }
}

/// A purchase at noon of Monday 23 November 2026.
pub(crate) fn monday(lines: Vec<Line>) -> Event {
    purchase("2026-11-23T12:00:00+01:00", lines)
}

pub(crate) fn day(text: &str) -> Day {
    parse_day(text).unwrap()
}

/// Evaluates with nothing known of the member.
pub(crate) fn points(programme: &Programme, event: &Event) -> i64 {
    outcome(programme, event, &Facts::default()).points
}

pub(crate) fn outcome(programme: &Programme, event: &Event, facts: &Facts) -> Outcome {
    Rulebook::compile(programme.clone()).evaluate(event, facts)
}

/// Whole points of each rule that fired and counted; 0 for all others.
pub(crate) fn by_rule(outcome: &Outcome) -> Vec<i64> {
    let points = |verdict: &Verdict| match verdict {
        Verdict::Gave { points, .. } => *points,
        _ => 0,
    };
    outcome.verdicts.iter().map(points).collect()
}
