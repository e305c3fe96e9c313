//! `merit explain FILE`: offline, for a hypothetical event and member.

use super::check::as_json;
use super::occasion::Occasion;
use super::{Found, now, read, say};
use dsl::calendar::parse_day;
use dsl::check::check;
use dsl::diagnostic::render;
use dsl::explain::{Explanation, explain};
use dsl::facts::Facts;
use dsl::plan::Rulebook;
use serde_json::json;
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A rule file.
    file: PathBuf,
    #[command(flatten)]
    occasion: Occasion,
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
    let bytes = read(&arguments.file)?;
    let file = arguments.file.display().to_string();
    let source = String::from_utf8_lossy(&bytes);
    let checked = check(&bytes, None);
    let Some(programme) = checked.programme else {
        if arguments.json {
            say(&as_json(&file, &source, &checked.diagnostics).to_string());
        } else {
            say(&render(&file, &source, &checked.diagnostics));
        }
        return Ok(Found::Problems);
    };
    let rulebook = Rulebook::compile(programme);
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
