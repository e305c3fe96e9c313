//! Targets of the language. Their corpus is the project's own examples, the files in `corpus/rules` (what once took too
//! long or was told wrong) and programmes of `reference`.
//!
//! What it never does: know how a file is read; it asks the language as everybody does.

use crate::odd::bytes as bent;
use crate::{Begins, Target};
use dsl::calendar::{Zone, parse_day, parse_moment, show_day};
use dsl::check::check;
use dsl::diagnostic::render;
use dsl::event::Event;
use dsl::facts::Facts;
use dsl::files::Files;
use dsl::fmt::format;
use dsl::plan::Rulebook;
use dsl::units::{AMOUNT_MAX, Day, Moment, Span, SpanUnit};
use reference::generate::{self, Dice, World};
use reference::{differ, mutate};

const fn of(name: &'static str, fuzz: fn(&mut Dice, &[u8])) -> Target {
    Target { name, begins: Begins::Rules, fuzz }
}

/// All of them.
pub const TARGETS: [Target; 16] = [
    of("rule_bytes", |dice, bytes| answered(&bent(dice, bytes))),
    of("rule_words", |dice, _| answered(words(dice).as_bytes())),
    of("rule_mutated", |dice, bytes| {
        answered(mutate::wrong(dice, &String::from_utf8_lossy(bytes)).as_bytes());
    }),
    of("rule_spliced", |dice, bytes| answered(&spliced(dice, bytes))),
    of("rule_structured", structured),
    of("rule_deep", deep),
    Target { name: "rule_files", begins: Begins::Own, fuzz: rule_files },
    of("rule_layout", |dice, bytes| layout(dice, &String::from_utf8_lossy(bytes))),
    of("eval_diff", |dice, _| agrees(dice)),
    of("eval_wild", wild),
    of("event_json", |dice, _| event_json(dice)),
    of("facts_json", |dice, _| facts_json(dice)),
    of("plan_bytes", plan_bytes),
    of("explain_any", explained),
    of("file_tests", |dice, bytes| file_tests(&mutate::wrong(dice, &String::from_utf8_lossy(bytes)))),
    of("calendar_text", |dice, _| calendar(dice)),
];

/// Any bytes have an answer that lies in them, and what means something keeps its meaning.
fn answered(bytes: &[u8]) {
    let checked = check(bytes, Some(Moment(1_795_000_000_000)));
    let text = String::from_utf8_lossy(bytes);
    let shown = render("it", &text, &checked.diagnostics);
    assert_eq!(shown.is_empty(), checked.diagnostics.is_empty());
    assert!(checked.diagnostics.len() <= 201);
    if let Ok(text) = std::str::from_utf8(bytes) {
        for place in checked
            .diagnostics
            .iter()
            .flat_map(|found| std::iter::once(found.place).chain(found.fix.as_ref().map(|fix| fix.place)))
        {
            let at = |offset: u32| usize::try_from(offset).unwrap();
            assert!(
                place.start <= place.end
                    && at(place.start) <= text.len().max(1)
                    && (at(place.end) > text.len() || text.get(at(place.start)..at(place.end)).is_some()),
                "{place:?} lies nowhere"
            );
        }
        if let Ok(neat) = format(text) {
            assert_eq!(format(&neat).as_deref(), Ok(neat.as_str()), "formatted twice is another text");
            let again = check(neat.as_bytes(), None).programme;
            let sound = check(text.as_bytes(), None).programme;
            // A file at its largest may grow past it by being formatted.
            if neat.len() <= dsl::check::SOURCE_BYTES_MAX {
                assert_eq!(again.is_some(), sound.is_some(), "formatting changed whether it checks");
            }
        }
    }
    if let Some(programme) = checked.programme {
        let book = Rulebook::compile(programme);
        assert_eq!(Rulebook::from_bytes(&book.to_bytes()).unwrap().id(), book.id());
        let event = plain("purchase");
        let outcome = book.evaluate(&event, &Facts::default());
        assert_eq!(outcome.verdicts.len(), book.programme().rules.len());
    }
}

fn plain(kind: &str) -> Event {
    Event {
        kind: kind.to_owned(),
        at: Moment(1_795_000_000_000),
        channel: None,
        store: None,
        lines: Vec::new(),
        fields: std::collections::BTreeMap::new(),
    }
}

/// The head of one file and the tail of another.
fn spliced(dice: &mut Dice, bytes: &[u8]) -> Vec<u8> {
    let other = generate::world(dice).text.into_bytes();
    let (cut, from) = (dice.below(bytes.len() + 1), dice.below(other.len() + 1));
    [&bytes[..cut], &other[from..]].concat()
}

/// Words of the language, and of no language, in any order.
fn words(dice: &mut Dice) -> String {
    const WORDS: [&str; 46] = [
        "rule",
        "r",
        "{",
        "}",
        "\n",
        "on purchase\n",
        "when",
        "and",
        "any of {",
        "give",
        "5 points",
        "5",
        "\"",
        "[",
        "]",
        ",",
        "EUR",
        "is",
        "#",
        "basket.paid",
        "at least",
        "25.00 EUR",
        "event purchase at 2026-01-01 10:00 {\n",
        "line 1.00 EUR {",
        "test \"t\" {\n",
        "tiers {\n",
        "always\n",
        "language 1\n",
        "\u{202e}",
        "é",
        "“",
        "\r\n",
        "\t",
        "where",
        "of",
        "per",
        "limit",
        "programme p {\n",
        "survey s {\n",
        "question q",
        "segment",
        "calendar",
        "streak",
        "€",
        "not in",
        "0",
    ];
    (0..dice.below(80)).map(|_| dice.word(&WORDS)).collect::<Vec<_>>().join(if dice.chance(80) {
        " "
    } else {
        ""
    })
}

/// A programme that is in order checks, and so does everything that is derived from it.
fn structured(dice: &mut Dice, _: &[u8]) {
    let world = generate::world(dice);
    let checked = check(world.text.as_bytes(), None);
    assert!(checked.programme.is_some(), "{}", render("it", &world.text, &checked.diagnostics));
    answered(world.text.as_bytes());
}

/// Blocks, lists and texts opened again and again, on a small stack.
fn deep(dice: &mut Dice, bytes: &[u8]) {
    const OPENS: [&str; 8] = [
        "any of { ",
        "none of {\n",
        "[",
        "{",
        "when all of {\n",
        "basket.lines where any of { ",
        "rule r {\n",
        "\"[",
    ];
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    let at = (0..=dice.below(text.len() + 1)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let depth = *dice.pick(&[5, 28, 31, 32, 33, 2_000]);
    let open = dice.word(&OPENS);
    text.insert_str(
        at,
        &format!("{}channel is online{}", open.repeat(depth), " }\n".repeat(dice.below(depth + 2))),
    );
    // Without optimisation the frames of the parser are several times as large.
    let stack = if cfg!(debug_assertions) { 2 * 1024 * 1024 } else { 256 * 1024 };
    let thread = std::thread::Builder::new().stack_size(stack);
    thread.spawn(move || answered(text.as_bytes())).unwrap().join().unwrap();
}

/// Lines that name files, and what people write in their stead.
const FILE_LINES: [&str; 12] = [
    "file \"a.merit\"",
    "file \"rules/b.merit\"",
    "file \"club.merit\"",
    "file \"a.merit\" {",
    "  file \"c.merit\"",
    "file \"C.merit\"",
    "file \"a/b/c.merit\"",
    "file \"d.merit",
    "file d.merit",
    "file \"\"",
    "file \"e.merit\"\r",
    "\u{feff}file \"f.merit\"",
];

/// Texts of several files: any have an answer, each mistake lies in a file or in none, and in whatever order the files
/// stand, they mean the same and are told the same mistakes.
fn rule_files(dice: &mut Dice, bytes: &[u8]) {
    let text = if dice.chance(50) {
        let one = generate::world(dice).text;
        mutate::cut(dice, &one)
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    };
    let wrong = match dice.below(4) {
        0 => String::from_utf8_lossy(&bent(dice, text.as_bytes())).into_owned(),
        1 => mutate::wrong(dice, &text),
        2 => {
            let mut lines: Vec<&str> = text.lines().collect();
            for _ in 0..=dice.below(3) {
                let at = dice.below(lines.len() + 1);
                lines.insert(at, dice.word(&FILE_LINES));
            }
            lines.join("\n")
        }
        _ => text,
    };
    answered(wrong.as_bytes());
    let files = Files::of(&wrong);
    let found = check(wrong.as_bytes(), None);
    for place in found.diagnostics.iter().map(|found| found.place) {
        let (from, to) = files.locate_place(place);
        assert_eq!(from.file, to.file);
        assert!((from.line, from.column) <= (to.line, to.column) && from.line > 0 && from.column > 0);
        let lines = from.file.map_or(wrong.as_str(), |_| files.at(place.start).unwrap().text);
        assert!(usize::try_from(from.line).unwrap() <= lines.matches('\n').count() + 1, "{from:?}");
    }
    let told = |text: &str| {
        let (files, checked) = (Files::of(text), check(text.as_bytes(), None));
        let mut told: Vec<_> = checked
            .diagnostics
            .iter()
            .map(|found| (files.quote("it", found.place.start), found.code.clone(), found.message.clone()))
            .collect();
        told.sort();
        (
            told,
            checked
                .programme
                .map(|programme| programme.rules.into_iter().map(|rule| rule.name).collect::<Vec<_>>()),
        )
    };
    // what is told of the lines that name files, or breaks off, goes by the order in which they stand
    let whole = ["E0309", "E0310", "E0316", "E0322", "E0323", "E0324", "E0325"];
    if files.are_joined() && !found.diagnostics.iter().any(|found| whole.contains(&found.code.as_str())) {
        let mut parts: Vec<String> = files
            .iter()
            .map(|file| format!("file \"{}\"\n{}\n", file.name, file.text.trim_end_matches('\n')))
            .collect();
        let there = told(&parts.concat());
        dice.shuffle(&mut parts);
        assert_eq!(told(&parts.concat()), there);
    }
}

/// Another layout of a file means the same.
fn layout(dice: &mut Dice, text: &str) {
    if check(text.as_bytes(), None).programme.is_none() || text.contains("\r\n") {
        return;
    }
    let other = mutate::ragged(dice, text);
    if other.len() <= dsl::check::SOURCE_BYTES_MAX {
        let neat = format(&other).unwrap();
        assert_eq!(format(&neat).as_deref(), Ok(neat.as_str()));
        assert!(check(neat.as_bytes(), None).programme.is_some(), "{neat}");
    }
}

fn agrees(dice: &mut Dice) {
    let seed = dice.seed();
    if let Some(divergence) = differ::programme(seed, 8, &mut differ::Tally::default()) {
        panic!("{divergence}");
    }
}

fn booked(dice: &mut Dice) -> (World, Rulebook) {
    let world = generate::world(dice);
    let programme = check(world.text.as_bytes(), None).programme.unwrap();
    (world, Rulebook::compile(programme))
}

fn any_number(dice: &mut Dice) -> i64 {
    *dice.pick(&[0, 1, -1, 7, AMOUNT_MAX, AMOUNT_MAX + 1, i64::MAX, i64::MIN, i64::MAX / 2, 1_000_000_007])
}

/// Whatever the numbers: no panic, never more than an event carries, and nothing past a limit.
fn wild(dice: &mut Dice, _: &[u8]) {
    let (world, book) = booked(dice);
    let mut event = generate::event(dice, &world, book.zone());
    let mut facts = generate::known(dice, &world, &book).aligned(&book);
    for line in &mut event.lines {
        (line.amount_minor, line.quantity) = (any_number(dice), any_number(dice));
    }
    event.at = Moment(any_number(dice));
    for number in facts.windows.iter_mut().chain(&mut facts.used).chain(&mut facts.budget_used) {
        *number = any_number(dice);
    }
    (facts.balance_points, facts.friends_rewarded) = (any_number(dice), any_number(dice));
    facts.tier = Some(dice.below(9));
    let outcome = book.evaluate(&event, &facts);
    assert!((0..=AMOUNT_MAX).contains(&outcome.points), "{}", outcome.points);
    assert_eq!(outcome.credits.iter().map(|credit| credit.points).sum::<i64>(), outcome.points);
    for credit in outcome.credits.iter().filter(|credit| !credit.line_points.is_empty()) {
        assert_eq!(credit.line_points.iter().sum::<i64>(), credit.points);
    }
    let _ = dsl::explain::explain(&book, &event, &facts, &outcome, None);
}

/// Bytes of an event that still are one are decided, and written back the same.
fn event_json(dice: &mut Dice) {
    let (world, book) = booked(dice);
    let event = generate::event(dice, &world, book.zone());
    let bytes = serde_json::to_vec(&event).unwrap();
    assert_eq!(serde_json::from_slice::<Event>(&bytes).unwrap(), event);
    if let Ok(read) = serde_json::from_slice::<Event>(&bent(dice, &bytes)) {
        let again = serde_json::from_slice::<Event>(&serde_json::to_vec(&read).unwrap()).unwrap();
        assert_eq!(again, read);
        let _ = book.evaluate(&read, &Facts::default());
    }
}

/// The same of facts, which may be too few or too many for the rulebook.
fn facts_json(dice: &mut Dice) {
    let (world, book) = booked(dice);
    let facts = generate::known(dice, &world, &book).aligned(&book);
    let bytes = serde_json::to_vec(&facts).unwrap();
    if let Ok(read) = serde_json::from_slice::<Facts>(&bent(dice, &bytes)) {
        let event = generate::event(dice, &world, book.zone());
        let outcome = book.evaluate(&event, &read);
        assert_eq!(outcome, book.evaluate(&event, &read));
    }
}

/// Damaged bytes are no rulebook.
fn plan_bytes(dice: &mut Dice, bytes: &[u8]) {
    let (_, book) = booked(dice);
    let sound = book.to_bytes();
    let bent = bent(dice, &sound);
    assert_eq!(Rulebook::from_bytes(&bent).is_ok(), bent == sound);
    assert!(Rulebook::from_bytes(bytes).is_err());
}

/// Every outcome can be told, rule by rule, and the telling sums to it.
fn explained(dice: &mut Dice, _: &[u8]) {
    let (world, book) = booked(dice);
    let event = generate::event(dice, &world, book.zone());
    let facts = generate::known(dice, &world, &book).aligned(&book);
    let outcome = book.evaluate(&event, &facts);
    let told = dsl::explain::explain(&book, &event, &facts, &outcome, None);
    assert_eq!(told.rules.iter().map(|row| row.points).sum::<i64>(), outcome.points);
    assert!(told.rules.iter().all(|row| !row.why.is_empty()));
}

/// The tests of a file that still checks run to their end.
fn file_tests(text: &str) {
    if let Some(programme) = check(text.as_bytes(), None).programme {
        let tests = programme.tests.len();
        assert_eq!(dsl::testing::run(&Rulebook::compile(programme)).len(), tests);
    }
}

/// Texts of days and moments are read or refused; every moment is shown, read back, and lies in its day and period.
fn calendar(dice: &mut Dice) {
    let moment = Moment(match dice.below(3) {
        0 => any_number(dice),
        1 => dice.between(-10_000_000_000_000, 10_000_000_000_000),
        _ => 1_772_233_200_000 + dice.between(-90_000_000_000, 90_000_000_000),
    });
    let zone =
        Zone::find(dice.word(&["Europe/Paris", "Australia/Lord_Howe", "America/Santiago", "UTC"])).unwrap();
    let local = zone.local(moment);
    if (0..253_402_300_800_000).contains(&moment.0) {
        let shown = zone.show(moment);
        let read = parse_moment(&shown).unwrap();
        assert_eq!(read.0, moment.0.div_euclid(1_000) * 1_000, "{shown}");
        assert_eq!(parse_day(&show_day(local.day)), Some(local.day));
        assert!(zone.start_of(local.day) <= moment);
        let bent = String::from_utf8_lossy(&bent(dice, shown.as_bytes())).into_owned();
        let _ = (parse_moment(&bent), parse_day(&bent), Zone::find(&bent).is_some());
    }
    let unit = *dice.pick(&[SpanUnit::Minute, SpanUnit::Day, SpanUnit::Month, SpanUnit::Year]);
    let span = Span { count: u32::try_from(dice.between(0, 5_000)).unwrap(), unit };
    let middle = Moment(moment.0.clamp(0, 4_000_000_000_000));
    assert!(zone.plus(middle, span) >= middle && zone.minus(middle, span) <= middle);
    let _ = (zone.plus(moment, span), zone.minus(moment, span), zone.start_of(Day(i32::MAX)));
}
