//! Birthdays and anniversaries: nobody is missed, and nobody has two in a year.
//!
//! Counted anew from what members enrolled with and the calendar of their programme.

use super::model::{Evidence, Member};
use crate::programme::merchant;
use dsl::calendar::{Zone, day_of, parse_day, ymd};
use dsl::units::{Day, Moment};
use std::collections::BTreeMap;

const DAY_MS: i64 = 86_400_000;

/// A missed day is caught up for 31 days: a run that came to its end in that time has seen it.
const CATCH_UP_MS: i64 = 30 * DAY_MS;

/// How far clocks may be off.
const SKEW_MS: i64 = 600_000;

/// Occasions that were missed. `members` are those of the model, by partition key.
pub fn violations(evidence: &Evidence<'_>, members: &BTreeMap<String, Member>) -> Vec<String> {
    let mut found = Vec::new();
    for (pk, member) in members {
        let mut parts = pk.split('#');
        let Some(shop) = parts.nth(1).and_then(merchant) else { continue };
        let Some(zone) = Zone::find(shop.zone) else { continue };
        // What people do to a member by hand may take a day from her.
        if member.was_frozen || member.ended_at.is_some() {
            continue;
        }
        let until = evidence.settled_at.0;
        let enrolled = Moment(member.enrolled_at);
        let joined = zone.local(enrolled).day;
        let born = born(evidence, pk).filter(|_| !member.was_updated);
        for (letter, date) in [("y", Some(joined)), ("b", born)] {
            let Some(date) = date else { continue };
            for day in days(date, joined, zone.local(Moment(until)).day) {
                let midnight = zone.start_of(day);
                let seen = |began: &i64| {
                    (midnight.0.saturating_add(SKEW_MS)..midnight.0.saturating_add(CATCH_UP_MS))
                        .contains(began)
                };
                if midnight < enrolled || !evidence.celebrated.iter().any(seen) {
                    continue;
                }
                let reference = format!("{letter}#{}#", ymd(day).0);
                if !member.references.contains_key(&reference) {
                    let day = dsl::calendar::show_day(day);
                    found.push(format!("calendar: {pk}: no `{reference}`, though {day} came and went"));
                }
            }
        }
    }
    found
}

/// The days a date comes round on, after one day and up to another.
fn days(date: Day, after: Day, until: Day) -> Vec<Day> {
    let (_, month, of_month) = ymd(date);
    let (first, last) = (ymd(after).0, ymd(until).0);
    (first..=last)
        .filter_map(|year| day_of(year, month, of_month).or_else(|| day_of(year, month, 28)))
        .filter(|day| ymd(*day).0 > ymd(date).0 && *day >= after && *day <= until)
        .collect()
}

/// When somebody was born, by the profile.
fn born(evidence: &Evidence<'_>, pk: &str) -> Option<Day> {
    let profile = evidence.dump.iter().find(|item| item["pk"]["S"] == pk && item["sk"]["S"] == "P")?;
    let personal = profile["p"]["S"].as_str()?;
    let personal: serde_json::Value = serde_json::from_str(personal).ok()?;
    match &personal["birthday"] {
        serde_json::Value::Number(day) => day.as_i64().and_then(|day| i32::try_from(day).ok()).map(Day),
        serde_json::Value::String(day) => parse_day(day),
        _ => None,
    }
}
