//! The report as a table for a terminal: live beside candidate, and what differs.

use super::report::{Difference, Drawn, Group, MemberDiffers, Report, Side};
use dsl::units::Currency;
use std::fmt::Write as _;

/// The table.
pub(super) fn text(report: &Report) -> String {
    let mut text = String::new();
    let history = &report.history;
    let _ = writeln!(
        text,
        "{}: {} members, {} to {}",
        history.file,
        grouped(i64::try_from(history.members).unwrap_or(i64::MAX)),
        history.from,
        history.until
    );
    for (why, count) in &history.left_out {
        let _ = writeln!(text, "  left out: {count} rows {why}");
    }
    let _ = writeln!(text);
    let sides: Vec<&Side> = report.live.iter().chain([&report.candidate]).collect();
    line(&mut text, "", sides.iter().map(|side| short(&side.file)));
    if sides.len() == 2 {
        line(&mut text, "", ["in force".to_owned(), "candidate".to_owned()].into_iter());
    }
    for (what, values) in figures(&sides) {
        line(&mut text, what, values.into_iter());
    }
    for side in &sides {
        let _ = writeln!(text, "\n{}", side.file);
        for rule in &side.rules {
            let fired = format!("{} times", grouped(rule.times));
            line(&mut text, &format!("rule {}", rule.rule), [fired, grouped(rule.points)].into_iter());
        }
        for (reward, count) in &side.rewards {
            line(&mut text, &format!("reward {reward}"), [grouped(*count)].into_iter());
        }
        for budget in &side.budgets {
            let _ = writeln!(text, "  {}", used(side, budget));
        }
        for (what, groups) in [("tier", &side.tiers), ("segment", &side.segments), ("experiment", &side.arms)]
        {
            for group in groups {
                line(&mut text, &format!("{what} {}", group.name), of_group(side, group).into_iter());
            }
        }
    }
    if let Some(difference) = &report.difference {
        differs(&mut text, report, difference);
    }
    let _ = writeln!(text);
    for sentence in &report.assumed {
        let _ = writeln!(text, "{sentence}");
    }
    if let Some(threshold) = &report.threshold {
        let held = if threshold.held { "kept" } else { "NOT KEPT" };
        let _ = writeln!(text, "\nAt most {} more: {held}.", percent(threshold.most));
    }
    text
}

/// A figure of one file as a person reads it; none where the file has none.
type Figure = fn(&Side) -> Option<String>;

/// What is figured of a file.
const FIGURES: [(&str, Figure); 13] = [
    ("purchases", |s| Some(grouped(s.purchases))),
    ("returns", |s| Some(grouped(s.returns))),
    ("turnover, net of returns", |s| Some(money(s, s.turnover_minor))),
    ("points issued", |s| Some(grouped(s.issued_points))),
    ("points clawed back", |s| Some(grouped(s.clawed_points))),
    ("points expired", |s| Some(grouped(s.expired_points))),
    ("points redeemed", |s| (s.redeemed_points != 0).then(|| grouped(s.redeemed_points))),
    ("points open at the end", |s| Some(grouped(s.open_points))),
    ("points owed", |s| Some(grouped(s.debt_points))),
    ("cost (issued less clawed)", |s| s.cost_minor.map(|minor| money(s, minor))),
    ("cost of turnover", |s| s.cost_of_turnover.map(percent)),
    ("liability at the end", |s| s.liability_minor.map(|minor| money(s, minor))),
    ("refused", |s| (!s.refused.is_empty()).then(|| grouped(s.refused.values().sum()))),
];

/// The figures that any of the files has, with each one's.
pub(super) fn figures(sides: &[&Side]) -> Vec<(&'static str, Vec<String>)> {
    let of = |(what, figure): (&'static str, Figure)| {
        let values: Vec<Option<String>> = sides.iter().map(|side| figure(side)).collect();
        let shown = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        values.iter().any(Option::is_some).then(|| (what, values.into_iter().map(shown).collect()))
    };
    FIGURES.into_iter().filter_map(of).collect()
}

fn differs(text: &mut String, report: &Report, difference: &Difference) {
    let share = difference.net_share.map(|share| format!(" ({})", signed(percent(share), share)));
    let _ = writeln!(text, "\nThe candidate");
    line(text, "gives points", [signed(grouped(difference.net_points), difference.net_points)].into_iter());
    if let Some(share) = share {
        line(text, "", [share].into_iter());
    }
    if let Some(cost) = difference.cost_minor {
        line(text, "costs", [signed(money(&report.candidate, cost), cost)].into_iter());
    }
    line(text, "members who gain", [grouped(difference.members_gain)].into_iter());
    line(text, "members who lose", [grouped(difference.members_lose)].into_iter());
    line(text, "members with the same", [grouped(difference.members_same)].into_iter());
    for tier in &difference.tiers {
        let values = [grouped(tier.members), grouped(tier.live_points), grouped(tier.candidate_points)];
        line(text, &format!("tier {} (members, points)", tier.tier), values.into_iter());
    }
    for moved in &difference.moves {
        let what = format!("from {} to {}", moved.from, moved.to);
        line(text, &what, [format!("{} members", grouped(moved.members))].into_iter());
    }
    for (title, members) in [("gain most", &difference.gain_most), ("lose most", &difference.lose_most)] {
        if !members.is_empty() {
            let _ = writeln!(text, "\n  {title}");
        }
        for MemberDiffers { member, live_points, candidate_points } in members {
            let change = candidate_points - live_points;
            let values = [grouped(*live_points), grouped(*candidate_points), signed(grouped(change), change)];
            line(text, &format!("  {member}"), values.into_iter());
        }
    }
}

fn of_group(side: &Side, group: &Group) -> Vec<String> {
    let mut values = vec![format!("{} members", grouped(group.members)), grouped(group.net_points)];
    values.extend(group.liability_minor.map(|minor| money(side, minor)));
    values
}

/// `budget winter: 79 990.00 of 80 000.00 EUR, nothing left on 2026-12-14`.
pub(super) fn used(side: &Side, budget: &Drawn) -> String {
    let (what, show): (&str, fn(&Side, i64) -> String) = match budget.unit {
        "money" => ("budget", money),
        "pieces" => ("stock of", |_, n| format!("{} pieces", grouped(n))),
        _ => ("budget", |_, n| format!("{} points", grouped(n))),
    };
    let ended = budget.ran_out_on.as_ref().map(|day| format!(", nothing left on {day}"));
    let (used, total) = (show(side, budget.used), show(side, budget.total));
    format!("{what} {}: {used} of {total}{}", budget.name, ended.unwrap_or_default())
}

fn line(text: &mut String, what: &str, values: impl Iterator<Item = String>) {
    let _ = write!(text, "  {what:34}");
    for value in values {
        let _ = write!(text, " {value:>20}");
    }
    while text.ends_with(' ') {
        text.pop();
    }
    text.push('\n');
}

/// The last part of a path, so that two fit beside each other.
fn short(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.chars().take(20).collect()
}

/// An amount with its currency.
pub(super) fn money(side: &Side, minor: i64) -> String {
    Currency::parse(&side.currency).map_or_else(|| minor.to_string(), |currency| currency.show(minor))
}

/// Hundredths of a percent: `12.34%`.
pub(super) fn percent(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}%", hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100)
}

/// A plus before what is more than nothing.
pub(super) fn signed(shown: String, value: i64) -> String {
    if value > 0 { format!("+{shown}") } else { shown }
}

/// `1234567` as `1 234 567`.
pub(super) use crate::history::grouped;
