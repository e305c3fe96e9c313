//! `merit diff OLD NEW`: which events two versions pay differently, and whose purchases of a history.

use super::check::{counted, sound};
use super::past::Past;
use super::{Found, now, say};
use crate::simulate;
use dsl::event::Event;
use dsl::plan::Rulebook;
use dsl::prove::{Diff, EventChange, diff};
use dsl::testing::play;
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// With what members did, it is also said whose purchases would pay differently, returns left out.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The rules as they are: a file, or a folder whose files are one programme.
    old: PathBuf,
    /// The rules as they would be, likewise.
    new: PathBuf,
    #[command(flatten)]
    past: Past,
    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,
}

/// What a history says.
#[derive(Debug, Default, serde::Serialize)]
struct Counted {
    members: usize,
    purchases: usize,
    /// Members of whom some purchase pays differently.
    members_changed: usize,
    members_gain: usize,
    members_lose: usize,
    purchases_changed: usize,
    old_points: i64,
    new_points: i64,
    /// Those who gain and lose most: member, points by the old rules, points by the new ones.
    most: Vec<(String, i64, i64)>,
}

/// Members listed.
const LISTED: usize = 5;

pub(super) async fn run(arguments: Arguments) -> Result<Found, String> {
    let load = |path: &Path| {
        let sound = sound(path, Some(now()), arguments.json)?;
        sound.map(|sound| sound.rulebook).ok_or_else(|| format!("{}: has mistakes", path.display()))
    };
    let (old, new) = (load(&arguments.old)?, load(&arguments.new)?);
    let found = diff(&old, &new);
    let counted = match arguments.past.source() {
        Some(source) => Some(history(&simulate::purchases(&source, &new).await?, &old, &new)),
        None => None,
    };
    let changed = !found.events.is_empty()
        || !found.settings.is_empty()
        || found.rules.iter().any(|rule| rule.what != "renamed")
        || counted.as_ref().is_some_and(|counted| counted.purchases_changed > 0);
    if arguments.json {
        let said = json!({ "old": old.id(), "new": new.id(), "diff": found, "history": counted });
        say(&said.to_string());
    } else {
        say(&shown(&found, &new));
        if let Some(counted) = &counted {
            say(&whose(counted));
        }
    }
    Ok(Found::problems(changed))
}

fn shown(found: &Diff, new: &Rulebook) -> String {
    let mut text = String::new();
    for setting in &found.settings {
        let _ = writeln!(text, "setting changed: {setting}");
    }
    for rule in &found.rules {
        let formerly = rule.formerly.as_ref().map(|name| format!(", formerly {name}")).unwrap_or_default();
        let _ = writeln!(text, "rule {} {}{formerly}", rule.rule, rule.what);
    }
    for change in &found.events {
        text.push_str(&one(change, new));
    }
    let more = if found.complete { "" } else { " (there are more cells than were tried)" };
    match found.events.len() {
        0 => {
            let _ = writeln!(text, "no event found that pays differently{more}");
        }
        count => {
            let _ = writeln!(text, "{} of events that pay differently{more}", counted(count, "kind"));
        }
    }
    text
}

fn one(change: &EventChange, new: &Rulebook) -> String {
    let paid = change.event.paid_minor.map(|minor| format!(" for {}", new.programme().currency.show(minor)));
    let mut text =
        format!("\n{} points, then {}{}\n", change.old_points, change.new_points, paid.unwrap_or_default());
    for line in change.event.text.lines() {
        let _ = writeln!(text, "  {line}");
    }
    let points = |points: Option<i64>| points.map_or("nothing".to_owned(), |points| points.to_string());
    for part in &change.by {
        let _ = writeln!(text, "  by {}: {}, then {}", part.rule, points(part.old), points(part.new));
    }
    for (word, list) in [("no longer", &change.no_longer), ("newly", &change.newly)] {
        for what in list {
            let _ = writeln!(text, "  {word}: {what}");
        }
    }
    text
}

/// Plays every member's purchases under both versions.
fn history(stories: &[(String, Vec<Event>)], old: &Rulebook, new: &Rulebook) -> Counted {
    let mut counted = Counted { members: stories.len(), ..Counted::default() };
    let mut most: Vec<(String, i64, i64)> = Vec::new();
    for (member, events) in stories {
        let (before, after) = (play(old, events), play(new, events));
        let changed = before
            .iter()
            .zip(&after)
            .filter(|(before, after)| {
                before.points != after.points || before.rewards.len() != after.rewards.len()
            })
            .count();
        let sum = |outcomes: &[dsl::outcome::Outcome]| -> i64 {
            outcomes.iter().map(|outcome| outcome.points).fold(0, i64::saturating_add)
        };
        let (before, after) = (sum(&before), sum(&after));
        counted.purchases += events.len();
        counted.purchases_changed += changed;
        counted.members_changed += usize::from(changed > 0);
        counted.members_gain += usize::from(after > before);
        counted.members_lose += usize::from(after < before);
        counted.old_points = counted.old_points.saturating_add(before);
        counted.new_points = counted.new_points.saturating_add(after);
        if before != after {
            most.push((member.clone(), before, after));
        }
    }
    most.sort_by_key(|(member, before, after)| (std::cmp::Reverse((after - before).abs()), member.clone()));
    most.truncate(LISTED);
    counted.most = most;
    counted
}

fn whose(found: &Counted) -> String {
    let mut text = format!(
        "history: {} of {} members and {} of {} purchases pay differently; {} gain, {} lose; {} points, then {}\n",
        found.members_changed,
        found.members,
        found.purchases_changed,
        found.purchases,
        found.members_gain,
        found.members_lose,
        found.old_points,
        found.new_points
    );
    for (member, before, after) in &found.most {
        let _ = writeln!(text, "  {member}: {before} points, then {after}");
    }
    text
}
