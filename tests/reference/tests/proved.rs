//! What is proved of random programmes, a line each: bounds with the boxes they took, claims that hold and that are
//! broken, warnings, rules that meet, changes between versions. What holds is asked of random events; what is broken or
//! shown is paid as it is told. What is said now is kept in `kept/proved.txt`, to be read when it changes:
//! `MERIT_WRITE=1 cargo test -p reference --test proved` writes it anew.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what must hold")]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "writes what is kept, when asked to")]
#![allow(clippy::format_push_string, clippy::indexing_slicing)]

use dsl::check::check;
use dsl::diagnostic::Severity;
use dsl::event::Event;
use dsl::facts::Facts;
use dsl::model::Give;
use dsl::outcome::Verdict;
use dsl::plan::Rulebook;
use dsl::prove::{Options, Told, bound, diff, lint, overlaps};
use reference::generate::{Dice, World, event, known, world};
use std::fmt::Write as _;

/// Programmes; sixteen tests share them.
const SEEDS: std::ops::Range<u64> = 90_000..90_048;
const KEPT: &str = include_str!("kept/proved.txt");

/// What a text begins and ends with.
fn short(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= 240 {
        return text.to_owned();
    }
    let part = |range: &[char]| range.iter().collect::<String>();
    format!("{} … {} … {}", part(&letters[..160]), letters.len(), part(&letters[letters.len() - 60..]))
}

fn shown(told: &Told) -> String {
    short(&told.one_line(&format!("{} points", told.points)))
}

/// Claims about a programme's rules, each on its own: its words, and how an event would break it.
fn claims(book: &Rulebook, most: Option<i64>) -> Vec<(String, Breaks)> {
    let rules: Vec<usize> = (0..book.programme().rules.len())
        .filter(|at| book.programme().rules[*at].challenge().is_none())
        .collect();
    let name = |at: usize| book.programme().rules[at].name.clone();
    let mut found = Vec::new();
    for (nth, left) in rules.iter().copied().enumerate() {
        found.push((format!("rule {} always fires", name(left)), Breaks::Silent(left)));
        for right in rules.iter().copied().skip(nth + 1).take(2) {
            if book.programme().rules[left].on == book.programme().rules[right].on {
                let words = format!("rule {} and rule {} never both fire", name(left), name(right));
                found.push((words, Breaks::Both(left, right)));
            }
        }
    }
    if let Some(most) = most {
        for points in [most, most - 1, most / 2].into_iter().filter(|points| *points >= 0) {
            found.push((format!("at most {points} points per event"), Breaks::More(points)));
            found.push((format!("at most {points} points per member per day"), Breaks::Never));
        }
    }
    found
}

/// How one event would break a claim.
enum Breaks {
    /// The rule does not fire on its kind of event.
    Silent(usize),
    Both(usize, usize),
    /// A purchase pays more.
    More(i64),
    /// It takes more than one event.
    Never,
}

/// Whether a rule gives something, as far as its limits are unused.
fn fires(book: &Rulebook, event: &Event, facts: &Facts, at: usize) -> bool {
    let nothing = |used: &[i64]| vec![0; used.len()];
    let unused =
        Facts { used: nothing(&facts.used), budget_used: nothing(&facts.budget_used), ..facts.clone() };
    let gives = &book.programme().rules[at].gives;
    let grants = gives.iter().any(|give| matches!(give, Give::Reward(_) | Give::Badge(_) | Give::Effect(_)));
    let drawn = book.programme().rules[at].chooses();
    let outcome = if drawn { book.evaluate_drawn(event, &unused) } else { book.evaluate(event, &unused) };
    match outcome.verdicts.get(at) {
        Some(Verdict::Gave { points, cut, uncut_micro }) => {
            *points > 0 || (cut.is_none() && (grants || *uncut_micro > 0))
        }
        _ => false,
    }
}

impl Breaks {
    fn by(&self, book: &Rulebook, event: &Event, facts: &Facts) -> bool {
        let points = || book.evaluate(event, facts).points;
        match self {
            Self::Silent(rule) => {
                book.programme().rules[*rule].on == event.kind && !fires(book, event, facts, *rule)
            }
            Self::Never => false,
            Self::Both(left, right) => fires(book, event, facts, *left) && fires(book, event, facts, *right),
            Self::More(most) => event.kind == "purchase" && points() > *most,
        }
    }
}

/// All that is said of a programme.
fn said(seed: u64) -> String {
    let mut dice = Dice::new(seed);
    let world = world(&mut dice);
    let checked = check(world.text.as_bytes(), None);
    let book = Rulebook::compile(checked.programme.unwrap_or_else(|| panic!("seed {seed}")));
    let mut out = format!("seed {seed}\n");
    let bounds = bound(&book, Options::default());
    for found in &bounds.events {
        let rules: Vec<String> =
            found.rules.iter().map(|rule| format!("{} {:?}", rule.rule, rule.points)).collect();
        let _ = writeln!(
            out,
            "  {}: {:?} points, {:?} a unit beside {:?}, worth {:?}, exact {}, {} boxes; {}",
            found.kind,
            found.points,
            found.per_unit_micro,
            found.beside_points,
            found.worth_minor,
            found.exact,
            found.boxes,
            rules.join(", ")
        );
        for told in found.witness.iter().chain(found.share.as_ref().map(|share| &share.witness)) {
            let _ = writeln!(out, "    {}", shown(told));
        }
        if let Some(share) = &found.share {
            let _ = writeln!(out, "    share {:?}, exact {}", share.ratio, share.exact);
        }
    }
    let day = &bounds.member_day;
    let _ = writeln!(
        out,
        "  a day: {:?}, exact {}; {:?}; {} with {}",
        day.points, day.exact, day.endless, day.shown_points, day.shown_events
    );
    for budget in &bounds.budgets {
        let _ = writeln!(out, "  {budget:?}");
    }
    for options in [
        Options { least_minor: Some(700), most_minor: Some(2_500), points_only: true },
        Options { least_minor: Some(1), most_minor: Some(99), points_only: false },
    ] {
        for found in bound(&book, options).events {
            let _ = writeln!(out, "  within: {} {:?} in {}", found.kind, found.points, found.boxes);
        }
    }
    for found in lint(&book) {
        let _ = writeln!(out, "  {} {}", found.code, short(&found.message));
    }
    for met in overlaps(&book) {
        let _ =
            writeln!(out, "  {} taken in {}, not {}: {}", met.taken, met.group, met.lost, shown(&met.event));
    }
    let most = bounds.events.iter().find(|found| found.kind == "purchase").and_then(|found| found.points);
    claimed(seed, &world, &book, most, &mut dice, &mut out);
    if let Some(new) = changed(&world) {
        let found = diff(&book, &new);
        let _ = writeln!(out, "  changed, {:?}: {:?}", found.complete, found.settings);
        for change in &found.events {
            let (old, new) = (change.old_points, change.new_points);
            let _ = writeln!(out, "    {old} to {new}: {}; {:?}", shown(&change.event), change.by);
        }
    }
    out
}

/// Claims, and what became of them; those that hold are asked of random events.
fn claimed(seed: u64, world: &World, book: &Rulebook, most: Option<i64>, dice: &mut Dice, out: &mut String) {
    let claims = claims(book, most);
    let mut text = world.text.clone();
    for (at, (words, _)) in claims.iter().enumerate() {
        let _ = write!(text, "\ncheck \"{at}\" {{\n  {words}\n}}\n");
    }
    let checked = check(text.as_bytes(), None);
    let wrong = checked.diagnostics.iter().find(|one| one.severity == Severity::Error && one.code != "E0451");
    assert!(wrong.is_none(), "seed {seed}: {wrong:?}");
    let events: Vec<(Event, Facts)> =
        (0..40).map(|_| (event(dice, world, book.zone()), known(dice, world, book).aligned(book))).collect();
    for (report, (words, breaks)) in checked.checks.iter().zip(&claims) {
        let by =
            report.counter_example.as_ref().map_or_else(String::new, |told| format!(" by {}", shown(told)));
        let _ = writeln!(out, "  {words} {}{by}", report.result);
        if report.result == "holds" {
            let broken = events.iter().find(|(event, facts)| breaks.by(book, event, facts));
            assert!(broken.is_none(), "seed {seed}: {words}\n{broken:?}\n{}", world.text);
        }
    }
}

/// The programme with some of its numbers changed.
fn changed(world: &World) -> Option<Rulebook> {
    let text = world.text.replace("at least 2", "at least 3").replacen("give 1", "give 2", 2);
    (text != world.text).then(|| check(text.as_bytes(), None).programme.map(Rulebook::compile))?
}

/// The programmes with this rest by sixteen.
fn some_of(rest: usize) {
    let kept: Vec<&str> = KEPT.split("\nseed ").collect();
    for (at, seed) in SEEDS.enumerate().skip(rest).step_by(16) {
        let now = said(seed);
        let old = kept.get(at).copied().unwrap_or_default();
        let old = if at == 0 { old.to_owned() } else { format!("seed {old}") };
        let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), now.lines().collect());
        let first = old.iter().zip(&new).find(|(old, new)| old != new);
        assert!(old == new, "seed {seed}: {first:#?}");
    }
}

#[test]
fn what_is_proved_is_written() {
    if std::env::var_os("MERIT_WRITE").is_some() {
        let all: String = SEEDS.map(said).collect();
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kept/proved.txt"), all).unwrap();
    }
    assert_eq!(KEPT.split("\nseed ").count(), SEEDS.count());
}

macro_rules! shares {
    ($($name:ident $rest:literal)*) => {
        $(
            #[test]
            fn $name() {
                some_of($rest);
            }
        )*
    };
}

shares! {
    programmes_0 0 programmes_1 1 programmes_2 2 programmes_3 3 programmes_4 4 programmes_5 5
    programmes_6 6 programmes_7 7 programmes_8 8 programmes_9 9 programmes_10 10 programmes_11 11
    programmes_12 12 programmes_13 13 programmes_14 14 programmes_15 15
}
