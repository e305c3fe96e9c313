//! What is proved of a programme holds of everything the evaluator does: no event pays more than its bound, and every
//! event that a bound shows is paid just so. Random programmes; each failure prints its seed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests state what must hold")]

use dsl::check::check;
use dsl::diagnostic::render;
use dsl::event::Event;
use dsl::plan::Rulebook;
use dsl::prove::{EventBound, Options, bound};
use dsl::units::{AMOUNT_MAX, MICRO};
use reference::generate::{Dice, World, event, known, world};

fn seeded(seed: u64) -> (Dice, World, Rulebook) {
    let mut dice = Dice::new(seed);
    let world = world(&mut dice);
    let checked = check(world.text.as_bytes(), None);
    let programme = checked
        .programme
        .unwrap_or_else(|| panic!("seed {seed}: {}", render("it", &world.text, &checked.diagnostics)));
    let book = Rulebook::compile(programme);
    (dice, world, book)
}

fn paid(event: &Event) -> i64 {
    event.lines.iter().map(|line| line.amount_minor.clamp(0, AMOUNT_MAX)).sum()
}

/// The most points a bound allows an event.
fn allowed(bound: &EventBound, event: &Event, digits: u8) -> i64 {
    match (bound.points, bound.per_unit_micro) {
        (Some(points), _) => points,
        (None, Some(rate)) => {
            let unit = 10_i128.pow(u32::from(digits));
            let by_money = i128::from(rate) * i128::from(paid(event)) / (unit * i128::from(MICRO)) + 1;
            bound.beside_points.unwrap() + i64::try_from(by_money).unwrap() + 1
        }
        (None, None) => panic!("a bound says neither points nor a rate"),
    }
}

#[test]
fn no_event_pays_more_than_its_bound() {
    let (mut exact, mut all, mut shares, mut exact_shares) = (0_u32, 0_u32, 0_u32, 0_u32);
    for seed in 50_000..50_120 {
        let (mut dice, world, book) = seeded(seed);
        let digits = book.programme().currency.digits();
        let bounds = bound(&book, Options::default());
        let day = &bounds.member_day;
        assert!(
            day.points.is_none_or(|most| day.shown_points <= most),
            "seed {seed}: a day pays more than its bound: {day:?}\n{}",
            world.text
        );
        for found in &bounds.events {
            all += 1;
            exact += u32::from(found.exact);
            if let Some(share) = &found.share {
                shares += 1;
                exact_shares += u32::from(share.exact);
            }
            let Some(told) = &found.witness else { continue };
            let drawn = book.programme().rules.iter().any(|rule| rule.chooses() && rule.on == found.kind);
            let paid = if drawn {
                book.evaluate_drawn(&told.event, &told.facts).points
            } else {
                book.evaluate(&told.event, &told.facts).points
            };
            assert_eq!(paid, told.points, "seed {seed}: {}", told.text);
            if found.exact && found.points.is_some() {
                assert_eq!(found.points, Some(told.points), "seed {seed}: {}", told.text);
            }
        }
        for _ in 0..120 {
            let event = event(&mut dice, &world, book.zone());
            let facts = known(&mut dice, &world, &book).aligned(&book);
            let outcome = book.evaluate(&event, &facts);
            let Some(found) = bounds.events.iter().find(|found| found.kind == event.kind) else {
                assert_eq!(outcome.points, 0, "seed {seed}");
                continue;
            };
            let most = allowed(found, &event, digits);
            assert!(
                outcome.points <= most,
                "seed {seed}: {} points, bound {most} ({found:#?})\n{event:#?}\n{facts:#?}\n{outcome:#?}\n{}",
                outcome.points,
                world.text
            );
            if let (Some(share), Some(worth)) = (&found.share, book.programme().point_worth_micro_minor)
                && share.exact
                && paid(&event) > 0
                && let Some(ratio) = share.ratio
            {
                let given = i128::from(outcome.points) * i128::from(worth) * 10_000;
                let most = i128::from(ratio) * i128::from(paid(&event)) * i128::from(MICRO);
                assert!(given <= most, "seed {seed}: share {ratio} in 10 000\n{event:#?}\n{}", world.text);
            }
        }
    }
    // seen with --nocapture
    println!("{exact} of {all} kinds exact; {exact_shares} of {shares} shares");
    assert!(exact * 10 >= all * 7, "only {exact} of {all} kinds are exact");
}

/// A programme and the same with one number of its text changed.
fn two(seed: u64) -> Option<(Dice, World, Rulebook, Rulebook)> {
    let (mut dice, world, old) = seeded(seed);
    let lines: Vec<&str> = world.text.lines().collect();
    let gives: Vec<usize> =
        (0..lines.len()).filter(|at| lines[*at].trim().starts_with("give 15 points")).collect();
    let whens: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].contains("at least 2")).collect();
    let all = [gives, whens].concat();
    if all.is_empty() {
        return None;
    }
    let at = *dice.pick(&all);
    let changed = lines[at].replace("give 15 points", "give 17 points").replace("at least 2", "at least 3");
    let text: String = (0..lines.len())
        .flat_map(|line| [if line == at { changed.as_str() } else { lines[line] }, "\n"])
        .collect();
    let new = Rulebook::compile(check(text.as_bytes(), None).programme?);
    Some((dice, world, old, new))
}

#[test]
fn where_no_change_is_said_to_be_every_event_pays_the_same() {
    let (mut pairs, mut silent) = (0_u32, 0_u32);
    for seed in 70_000..70_120 {
        let Some((mut dice, world, old, new)) = two(seed) else { continue };
        let found = dsl::prove::diff(&old, &new);
        pairs += 1;
        for change in &found.events {
            let facts = &change.event.facts;
            let drawn =
                new.programme().rules.iter().any(|rule| rule.chooses() && rule.on == change.event.event.kind);
            if !drawn {
                let paid = new.evaluate(&change.event.event, facts).points;
                assert_eq!(paid, change.new_points, "seed {seed}: {}", change.event.text);
            }
        }
        // Beside what a search over cells reaches lie relations between days: there it may have found nothing.
        let reaches = found.rules.iter().any(|rule| rule.what == "changed");
        if found.events.is_empty() && found.complete && !reaches && found.settings.is_empty() {
            silent += 1;
            for _ in 0..60 {
                let event = event(&mut dice, &world, old.zone());
                let known = known(&mut dice, &world, &old);
                let (left, right) =
                    (old.evaluate(&event, &known.aligned(&old)), new.evaluate(&event, &known.aligned(&new)));
                assert_eq!(left.points, right.points, "seed {seed}: {event:#?}\n{}", world.text);
            }
        }
    }
    println!("{pairs} pairs, {silent} without a change");
    assert!(pairs > 20, "only {pairs} pairs");
}
