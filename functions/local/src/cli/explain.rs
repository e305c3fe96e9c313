//! `merit explain FILE`: offline, for a hypothetical event and member, or for what an exported entry says.

use super::check::{Sound, sound};
use super::occasion::Occasion;
use super::{Found, now, read, say};
use domain::chain::entry_from_text;
use domain::entry::Entry;
use dsl::calendar::parse_day;
use dsl::explain::{Explanation, explain};
use dsl::facts::Facts;
use dsl::plan::Rulebook;
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A rule file, or a folder whose files are one programme.
    file: PathBuf,
    #[command(flatten)]
    occasion: Occasion,
    /// Explain what was decided: an export of a member (`GET /v1/members/{id}/export`), one of its entries, or one
    /// entry's `record`. Needs no server.
    #[arg(long, value_name = "EXPORT", conflicts_with_all = ["rule", "tier", "birthday", "tags"])]
    entry: Option<PathBuf>,
    /// Of an export, only the entry with this number.
    #[arg(long, requires = "entry")]
    seq: Option<u64>,
    /// Only this rule.
    #[arg(long)]
    rule: Option<String>,
    /// The member's tier; the lowest by default.
    #[arg(long)]
    tier: Option<String>,
    /// Points the member can spend.
    #[arg(long, default_value_t = 0)]
    balance: i64,
    /// The member's date of birth, as 1990-02-28.
    #[arg(long)]
    birthday: Option<String>,
    /// Tags on the member, separated by commas.
    #[arg(long, value_delimiter = ',')]
    tags: Vec<String>,
    /// Print the explanation as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Found, String> {
    let Some(Sound { source, rulebook, .. }) = sound(&arguments.file, None, arguments.json)? else {
        return Ok(Found::Problems);
    };
    if let Some(path) = &arguments.entry {
        return recorded(path, arguments.seq, &rulebook, arguments.json);
    }
    let event = arguments.occasion.event(rulebook.programme(), rulebook.zone(), now())?;
    let facts = arguments.facts(&rulebook)?;
    let outcome = rulebook.evaluate(&event, &facts);
    let mut explanation = explain(&rulebook, &event, &facts, &outcome, Some(&source));
    if let Some(name) = &arguments.rule {
        if !rulebook.programme().rules.iter().any(|rule| rule.name == *name) {
            let names: Vec<&str> = rulebook.programme().rules.iter().map(|rule| rule.name.as_str()).collect();
            return Err(format!("there is no rule `{name}`; rules are: {}", names.join(", ")));
        }
        explanation.rules.retain(|row| row.rule == *name);
    }
    if arguments.json {
        say(&json!(explanation).to_string());
    } else {
        let when = rulebook.zone().show(event.at);
        say(&format!("{} at {when}, rulebook {}\n{}", event.kind, rulebook.id(), shown(&explanation)));
    }
    Ok(Found::Nothing)
}

/// Why entries are what they are, from what they store and the rules that decided them.
fn recorded(path: &Path, seq: Option<u64>, rulebook: &Rulebook, machine: bool) -> Result<Found, String> {
    let bytes = read(path)?;
    let wrong = |what: &str| format!("{}: {what}", path.display());
    let text = std::str::from_utf8(&bytes).map_err(|_| wrong("is not text"))?;
    let mut entries = records(text)
        .ok_or_else(|| wrong("holds no entry: give an export of a member, or a `record` of it"))?;
    entries.retain(|entry| seq.is_none_or(|seq| entry.seq == seq));
    if entries.is_empty() {
        return Err(wrong("has no entry of that number"));
    }
    entries.sort_by_key(|entry| entry.seq);
    let mut listed = Vec::new();
    for entry in &entries {
        let own = entry.rulebook == rulebook.id();
        let told = domain::explain::explain(entry, own.then_some(rulebook));
        let when = rulebook.zone().show(entry.occurred_at);
        if machine {
            listed.push(json!({
                "seq": entry.seq,
                "occurred_at": when,
                "rulebook": entry.rulebook,
                "by_these_rules": own,
                "explanation": told,
            }));
            continue;
        }
        let other = if own { "" } else { ", which is not that of this file: rules go by name" };
        say(&format!("entry {} at {when}, rulebook {}{other}", entry.seq, entry.rulebook));
        for sentence in told {
            say(&format!("  {sentence}"));
        }
    }
    if machine {
        say(&json!({ "rulebook": rulebook.id(), "entries": listed }).to_string());
    }
    Ok(Found::Nothing)
}

/// The entries of an export, of one of its entries, or of a `record` alone.
fn records(text: &str) -> Option<Vec<Entry>> {
    if let Ok(entry) = entry_from_text(text.trim()) {
        return Some(vec![entry]);
    }
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let one =
        |value: &serde_json::Value| entry_from_text(value.get("record").unwrap_or(value).as_str()?).ok();
    match value.get("entries").and_then(serde_json::Value::as_array) {
        Some(list) => list.iter().map(one).collect(),
        None => Some(vec![one(&value)?]),
    }
}

impl Arguments {
    fn facts(&self, rulebook: &Rulebook) -> Result<Facts, String> {
        let programme = rulebook.programme();
        let tier = match &self.tier {
            None => (!programme.tiers.is_empty()).then_some(0),
            Some(name) => {
                Some(programme.tiers.iter().position(|tier| tier.name == *name).ok_or_else(|| {
                    let names: Vec<&str> = programme.tiers.iter().map(|tier| tier.name.as_str()).collect();
                    format!("there is no tier `{name}`; tiers are: {}", names.join(", "))
                })?)
            }
        };
        let birthday = match &self.birthday {
            None => None,
            Some(text) => {
                Some(parse_day(text).ok_or_else(|| format!("`{text}` is no date; write it as 1990-02-28"))?)
            }
        };
        Ok(Facts {
            tier,
            birthday,
            balance_points: self.balance,
            tags: self.tags.clone(),
            windows: vec![0; rulebook.windows().len()],
            used: vec![0; rulebook.limits().len()],
            budget_used: vec![0; programme.budgets.len()],
            ..Facts::default()
        })
    }
}

/// A row per rule, then the total.
pub(super) fn shown(explanation: &Explanation) -> String {
    let width = explanation.rules.iter().map(|row| row.rule.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for row in &explanation.rules {
        let _ = writeln!(text, "  {:width$}  {:>7}  {}", row.rule, row.points, row.why);
    }
    let _ = writeln!(text, "  {:width$}  {:>7}  points in all", "", explanation.points);
    text
}
