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
        for found in &bounds.events {
            all += 1;
            exact += u32::from(found.exact);
            if let Some(share) = &found.share {
                shares += 1;
                exact_shares += u32::from(share.exact);
            }
            let Some(told) = &found.witness else { continue };
            let drawn =
                book.programme().rules.iter().any(|rule| rule.draw.is_some() && rule.on == found.kind);
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
