//! What is proved of fifty-three programmes: bounds with the boxes of cells it took, events that show them, checks, warnings
//! that take the whole space of events, where rules meet, and what changes between two versions. `said/proved.merit`,
//! each piece below `HEAD`; what is said now is kept in `said/proved.txt`, to be read when it changes:
//! `MERIT_WRITE=1 cargo test -p dsl --test language proved` writes it anew.
//!
//! The boxes are kept with the rest: a search that looks at more of them than it did has lost something, though its
//! answer is the same.

#![allow(clippy::disallowed_methods, reason = "writes what is kept, when asked to")]

use crate::kept::same;
use dsl::check::check;
use dsl::diagnostic::render;
use dsl::plan::Rulebook;
use dsl::prove::{Bounds, Diff, EventBound, Options, Told, bound, diff, lint, overlaps};
use std::fmt::Write as _;

const HEAD: &str = "language 1

programme club {
  currency EUR
  timezone \"Europe/Paris\"
  point worth 0.01 EUR
}

tiers {
  guest always
  gold  from 350.00 EUR spent in 12 months
}

";
const PIECES: &str = include_str!("said/proved.merit");
const KEPT: &str = include_str!("said/proved.txt");

/// A basket of a hundred lines says no more than its first ones, its length and its end.
fn short(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= 400 {
        return text.to_owned();
    }
    let part = |range: &[char]| range.iter().collect::<String>();
    let (first, last) = (&letters[..200], &letters[letters.len() - 100..]);
    format!("{} … {} letters … {}", part(first), letters.len(), part(last))
}

fn shown(out: &mut String, what: &str, told: &Told) {
    let _ = writeln!(out, "    {what}: {}", short(&told.one_line(&format!("{} points", told.points))));
}

fn event(out: &mut String, found: &EventBound) {
    let exact = |exact: bool| if exact { "exact" } else { "sound" };
    let points = match (found.points, found.per_unit_micro, found.beside_points) {
        (Some(points), ..) => format!("at most {points} points"),
        (None, rate, beside) => format!("{rate:?} micro-points for each unit and {beside:?} points"),
    };
    let _ = writeln!(
        out,
        "  {}: {points}, worth {:?}, {}, {} boxes",
        found.kind,
        found.worth_minor,
        exact(found.exact),
        found.boxes
    );
    let rules: Vec<String> =
        found.rules.iter().map(|rule| format!("{} {:?}", rule.rule, rule.points)).collect();
    let _ = writeln!(out, "    each alone: {}", rules.join(", "));
    if let Some(told) = &found.witness {
        shown(out, "shown by", told);
    }
    if let Some(share) = &found.share {
        let _ = writeln!(out, "    share {:?} in 10 000, {}", share.ratio, exact(share.exact));
        shown(out, "shown by", &share.witness);
    }
}

fn bounds(out: &mut String, found: &Bounds) {
    for one in &found.events {
        event(out, one);
    }
    let day = &found.member_day;
    assert!(
        day.points.is_none_or(|most| day.shown_points <= most),
        "a day pays more than its bound: {day:?}"
    );
    let _ = writeln!(
        out,
        "  a member's day: {:?} points, {}; endless {:?}; shown {} with {} events",
        day.points,
        if day.exact { "exact" } else { "sound" },
        day.endless,
        day.shown_points,
        day.shown_events
    );
    for budget in &found.budgets {
        let _ = writeln!(
            out,
            "  budget {}: {:?} points, worth {:?}, rules {:?}, {:?} of the worst events",
            budget.budget, budget.points, budget.worth_minor, budget.rules, budget.worst_events
        );
    }
}

fn changes(out: &mut String, new: &Rulebook, found: &Diff) {
    for change in &found.events {
        let paid = new.evaluate_drawn(&change.event.event, &change.event.facts).points;
        assert_eq!(paid, change.new_points, "{}", change.event.text);
    }

    let _ = writeln!(
        out,
        "  against the second, {}:",
        if found.complete { "all" } else { "as far as it looked" }
    );
    for setting in &found.settings {
        let _ = writeln!(out, "    {setting}");
    }
    for rule in &found.rules {
        let formerly = rule.formerly.as_deref().map_or_else(String::new, |name| format!(", formerly {name}"));
        let _ = writeln!(out, "    {} {}{formerly}", rule.rule, rule.what);
    }
    for change in &found.events {
        shown(out, &format!("from {} to {}", change.old_points, change.new_points), &change.event);
        for by in &change.by {
            let _ = writeln!(out, "      {} from {:?} to {:?}", by.rule, by.old, by.new);
        }
        if !change.no_longer.is_empty() || !change.newly.is_empty() {
            let _ = writeln!(out, "      no longer {:?}, newly {:?}", change.no_longer, change.newly);
        }
    }
}

/// All that is said of a piece.
fn answer(piece: &str) -> String {
    let mut out = String::new();
    let versions: Vec<String> =
        piece.split("\n=== against\n").map(|rules| format!("{HEAD}{}\n", rules.trim_end())).collect();
    let mut books: Vec<Rulebook> = Vec::new();
    for text in &versions {
        let checked = check(text.as_bytes(), None);
        for report in &checked.checks {
            let found = report.counter_example.as_ref().map_or_else(String::new, |told| {
                format!(" by {}", short(&told.one_line(&format!("{} points", told.points))))
            });
            let _ = writeln!(out, "  {:?} {}{found}", report.check, report.result);
            // what is told is what the evaluator pays by the file's own rulebook
            let without = text.split("\ncheck ").next().unwrap_or_default();
            if let (Some(told), Some(programme)) =
                (&report.counter_example, check(without.as_bytes(), None).programme)
            {
                let paid = Rulebook::compile(programme).evaluate_drawn(&told.event, &told.facts).points;
                assert_eq!(paid, told.points, "{:?}: {}", report.check, told.text);
            }
        }
        let said = render("club", text, &checked.diagnostics);
        for line in said.lines() {
            let _ = writeln!(out, "  | {}", short(line));
        }
        // a file whose checks fail has no programme: what is proved is asked without them
        let without = text.split("\ncheck ").next().unwrap_or_default();
        if let Some(programme) = check(without.as_bytes(), None).programme {
            books.push(Rulebook::compile(programme));
        }
    }
    for book in &books {
        bounds(&mut out, &bound(book, Options::default()));
        let small = Options { least_minor: Some(700), most_minor: Some(2_500), points_only: true };
        let few: Vec<String> = bound(book, small)
            .events
            .iter()
            .map(|found| format!("{} {:?} in {} boxes", found.kind, found.points, found.boxes))
            .collect();
        let _ = writeln!(out, "  of 7.00 to 25.00 EUR: {}", few.join(", "));
        for found in lint(book) {
            let _ = writeln!(out, "  {} {} ({})", found.code, found.message, found.help.unwrap_or_default());
        }
        for met in overlaps(book) {
            let _ = writeln!(out, "  {} is taken in {}, {} is not:", met.taken, met.group, met.lost);
            shown(&mut out, "both fire", &met.event);
        }
    }
    if let [old, new] = &books[..] {
        changes(&mut out, new, &diff(old, new));
        changes(&mut out, old, &diff(new, old));
    }
    out
}

/// The pieces with this rest by four, so that four tests share the work.
fn quarter(rest: usize) {
    let pieces: Vec<&str> = PIECES.split("\n---\n").collect();
    let kept: Vec<&str> = KEPT.split("\n---\n").collect();
    for (at, piece) in pieces.iter().enumerate().skip(rest).step_by(4) {
        let now = format!("{}\n{}", piece.lines().next().unwrap_or_default(), answer(piece));
        let kept = kept.get(at).copied().unwrap_or_default();
        same(&format!("piece {}", at + 1), kept.trim_end(), now.trim_end());
    }
}

#[test]
fn what_is_proved_is_written() {
    if std::env::var_os("MERIT_WRITE").is_some() {
        let all: Vec<String> = PIECES
            .split("\n---\n")
            .map(|piece| format!("{}\n{}", piece.lines().next().unwrap_or_default(), answer(piece)))
            .collect();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/language/said/proved.txt");
        std::fs::write(path, all.join("\n---\n")).unwrap();
    }
    assert_eq!(PIECES.split("\n---\n").count(), 53);
}

#[test]
fn what_is_proved_of_the_first_pieces() {
    quarter(0);
}

#[test]
fn what_is_proved_of_the_second_pieces() {
    quarter(1);
}

#[test]
fn what_is_proved_of_the_third_pieces() {
    quarter(2);
}

#[test]
fn what_is_proved_of_the_last_pieces() {
    quarter(3);
}
