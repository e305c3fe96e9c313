//! `merit bound FILE`: the most that rules can pay, with events that pay just that.

use super::check::{Sound, sound};
use super::{Found, now, say};
use dsl::model::Programme;
use dsl::prove::{BudgetBound, EventBound, MemberDay, Options, Told, bound};
use serde_json::json;
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A rule file, or a folder whose files are one programme.
    file: PathBuf,
    /// Only baskets of at least so much, in minor units of the programme's currency (1000 is 10.00 EUR).
    #[arg(long, value_name = "MINOR", value_parser = clap::value_parser!(i64).range(0..=1_000_000_000))]
    least: Option<i64>,
    /// Only baskets of at most so much, in minor units of the programme's currency.
    #[arg(long, value_name = "MINOR", value_parser = clap::value_parser!(i64).range(0..=1_000_000_000))]
    most: Option<i64>,
    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Found, String> {
    let Some(Sound { file, rulebook: book, .. }) = sound(&arguments.file, Some(now()), arguments.json)?
    else {
        return Ok(Found::Problems);
    };
    let options = Options { least_minor: arguments.least, most_minor: arguments.most, points_only: false };
    let bounds = bound(&book, options);
    if arguments.json {
        say(&json!({ "file": file, "rulebook": book.id(), "bounds": bounds }).to_string());
        return Ok(Found::Nothing);
    }
    let programme = book.programme();
    let mut text = String::new();
    for event in &bounds.events {
        text.push_str(&one_event(programme, event));
    }
    text.push_str(&day(&bounds.member_day));
    for budget in &bounds.budgets {
        text.push_str(&campaign(programme, budget));
    }
    say(&text);
    Ok(Found::Nothing)
}

fn one_event(programme: &Programme, event: &EventBound) -> String {
    let currency = programme.currency;
    let sure = if event.exact { "exactly" } else { "a sound bound" };
    let most = match (event.points, event.per_unit_micro, event.beside_points) {
        (Some(points), _, _) => {
            let worth = event.worth_minor.map(|minor| format!(", worth {}", currency.show(minor)));
            format!("at most {points} points{}", worth.unwrap_or_default())
        }
        (None, Some(rate), beside) => {
            let unit = currency.show(10_i64.pow(u32::from(currency.digits())));
            let beside = beside.filter(|points| *points > 0);
            let beside =
                beside.map(|points| format!(", and {points} points beside that")).unwrap_or_default();
            format!("{} points per {unit}, without end{beside}", decimal(rate))
        }
        _ => "nothing".to_owned(),
    };
    let mut text = format!("{}: {most} ({sure})\n", event.kind);
    if let Some(told) = &event.witness {
        text.push_str(&shown("pays so", told, programme));
        if !event.exact {
            let _ = writeln!(text, "  found to pay: {} points", told.points);
        }
    }
    if let Some(share) = &event.share {
        let sure = if share.exact { "never more" } else { "the largest found" };
        let _ = match share.ratio {
            Some(ratio) => writeln!(
                text,
                "  largest share of a basket: {}.{:02} % ({sure})",
                ratio.div_euclid(100),
                ratio.rem_euclid(100)
            ),
            None => writeln!(text, "  points are given where nothing is paid"),
        };
        text.push_str(&shown("by", &share.witness, programme));
    }
    text
}

fn shown(what: &str, told: &Told, programme: &Programme) -> String {
    let paid = told.paid_minor.map(|minor| format!(" for {}", programme.currency.show(minor)));
    let mut text =
        format!("  {what}: {} points{}, made of {}\n", told.points, paid.unwrap_or_default(), told.parts());
    for line in told.text.lines() {
        let _ = writeln!(text, "    {line}");
    }
    text
}

fn day(day: &MemberDay) -> String {
    match day.points {
        Some(points) => {
            let sure = if day.exact { "exactly" } else { "a sound bound" };
            format!(
                "per member and day: at most {points} points ({sure}; {} shown by {} events)\n",
                day.shown_points, day.shown_events
            )
        }
        None => format!("per member and day: without end, by {}\n", day.endless.join(", ")),
    }
}

fn campaign(programme: &Programme, budget: &BudgetBound) -> String {
    let most = match (budget.worth_minor, budget.points) {
        (Some(minor), Some(points)) => format!("at most {}, {points} points", programme.currency.show(minor)),
        (Some(minor), None) => format!("at most {}", programme.currency.show(minor)),
        (None, Some(points)) => format!("at most {points} points"),
        (None, None) => "warns and goes on, without end".to_owned(),
    };
    let events = budget
        .worst_events
        .map(|events| format!("; {events} events such as the worst spend it all"))
        .unwrap_or_default();
    format!("budget {}: {most}{events}; drawn on by {}\n", budget.budget, budget.rules.join(", "))
}

/// Micro-points without needless zeros.
fn decimal(micro: i64) -> String {
    let text = format!("{}.{:06}", micro.div_euclid(1_000_000), micro.rem_euclid(1_000_000));
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
