//! How events are decided when rules are many: rows of bits say the same as few rules at a time do, and deciding
//! allocates nothing once its buffers have grown. (That few rules mean what the text says is for `tests/reference`.)
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests state what must hold"
)]

#[path = "../benches/merchant/mod.rs"]
mod merchant;

use dsl::check::check;
use dsl::event::{Event, Line};
use dsl::facts::Facts;
use dsl::model::Programme;
use dsl::outcome::Verdict;
use dsl::plan::{Rulebook, Work};
use dsl::units::{Day, Moment};
use std::fmt::Write as _;

/// Rules of which every one asks for another amount, article and day, so that columns have many rows.
fn fine(count: usize) -> Programme {
    let head = "language 1
programme fine {
  currency EUR
  timezone \"Europe/Paris\"
}
catalogue { channels [online, counter] }
tiers { guest always  regular from 300 points earned in 12 months }
";
    let file = |first: usize| {
        let mut text = head.to_owned();
        for at in first..count.min(first + 150) {
            let (low, high) = (at % 311, at % 311 + at % 97);
            let amount = match at % 4 {
                0 => format!("at least {low}.{:02} EUR", at % 100),
                1 => format!("between {low}.{:02} EUR and {high}.99 EUR", at % 100),
                2 => format!("less than {high}.50 EUR"),
                _ => format!("more than {low}.10 EUR"),
            };
            let article = match at % 5 {
                0 => format!("basket.skus has any of [\"s{}\", \"s{}\"]", at % 40, at % 17),
                1 => format!("basket.skus has all of [\"s{}\", \"s{}\"]", at % 13, at % 7),
                2 => format!("basket.skus has none of [\"s{}\"]", at % 11),
                3 => format!("member.tags has any of [\"t{}\"]", at % 6),
                _ => {
                    format!("any of {{ basket.skus has any of [\"s{}\"]\n member.tier is regular }}", at % 9)
                }
            };
            let more = match at % 6 {
                0 => "channel is not online".to_owned(),
                1 => "member.birthday is unknown".to_owned(),
                2 => format!("date between 2026-{:02}-03 and 2026-12-{:02}", at % 12 + 1, at % 28 + 1),
                3 => format!("basket.items at most {}", at % 7),
                4 => "day not in [saturday, sunday]".to_owned(),
                _ => format!("member.balance at least {} points", at % 500),
            };
            let active = if at % 3 == 0 {
                format!("active from 2026-{:02}-{:02} until 2026-12-20\n  ", at % 12 + 1, at % 28 + 1)
            } else {
                String::new()
            };
            writeln!(
                text,
                "rule fine_{at} {{\n  on purchase\n  {active}when basket.paid {amount}\n  and  {article}\n  and  {more}\n  give 1 point\n}}"
            )
            .unwrap();
        }
        text
    };
    let mut files = (0..count).step_by(150).map(|first| {
        let text = file(first);
        let checked = check(text.as_bytes(), None);
        checked.programme.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics.first()))
    });
    let mut whole = files.next().unwrap();
    for more in files {
        whole.rules.extend(more.rules);
    }
    whole
}

/// A fixed sequence of numbers: the same events every time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, most: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % most
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> Option<&'t str> {
        let at = usize::try_from(self.below(i64::try_from(of.len()).unwrap() + 1)).unwrap();
        of.get(at).copied()
    }

    fn event(&mut self) -> Event {
        let base = merchant::event();
        let skus: Vec<String> = (0..42).map(|at| format!("s{at}")).collect();
        let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
        let lines = (0..self.below(6)).map(|_| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            let known = ["coffee", "bakery", "beans", "tea", "cups", "gifts", "toys", "books", "unheard of"];
            Line {
                amount_minor: self.below(20_000),
                quantity: 1 + self.below(3),
                sku: owned(self.one(&skus)),
                category: owned(self.one(&known)),
                brand: None,
                tags: self.one(&["own_cup", "app", "else"]).map(str::to_owned).into_iter().collect(),
                eligible: self.below(4) > 0,
            }
        });
        let lines = lines.collect();
        let at = Moment(base.at.0 + (self.below(500) - 250) * 86_400_000 + self.below(86_400) * 1_000);
        Event { at, lines, channel: self.one(&["online", "counter"]).map(str::to_owned), ..base }
    }

    fn facts(&mut self) -> Facts {
        Facts {
            tier: usize::try_from(self.below(4)).ok().filter(|tier| *tier < 3),
            balance_points: self.below(600),
            birthday: (self.below(2) > 0).then_some(Day(5_000)),
            tags: ["t1", "t3", "t5"]
                .iter()
                .filter(|_| self.below(2) > 0)
                .map(|tag| (*tag).to_owned())
                .collect(),
            windows: vec![self.below(6_000); 4],
            ..Facts::default()
        }
    }
}

/// The rules of a programme, so many at a time, each time under the same head.
fn parts(whole: &Programme, size: usize) -> Vec<Rulebook> {
    let part =
        |rules: &[dsl::model::Rule]| Rulebook::compile(Programme { rules: rules.to_vec(), ..whole.clone() });
    whole.rules.chunks(size).map(part).collect()
}

/// What stopped a rule; nothing when it fired.
fn stopped(verdict: &Verdict) -> Option<&Verdict> {
    matches!(verdict, Verdict::Inactive | Verdict::Unmet(_) | Verdict::OtherEvent).then_some(verdict)
}

#[test]
fn many_rules_match_as_few_do() {
    let mut draw = Draw(7);
    let programmes =
        [fine(700), merchant::programme(300), merchant::sparse(700).programme().clone(), fine(64), fine(65)];
    for whole in programmes {
        let (book, few) = (Rulebook::compile(whole.clone()), parts(&whole, 5));
        let (mut work, mut fired, mut not) = (Work::default(), 0, 0);
        for _ in 0..120 {
            let (event, facts) = (draw.event(), draw.facts());
            book.evaluate_into(&event, &facts, &mut work);
            let outcome = book.outcome(&event.kind, &work);
            assert_eq!(outcome.verdicts.len(), whole.rules.len());
            let expected = few.iter().flat_map(|part| part.evaluate(&event, &facts).verdicts);
            for ((found, expected), rule) in outcome.verdicts.iter().zip(expected).zip(&whole.rules) {
                assert_eq!(stopped(found), stopped(&expected), "{} by {event:?} {facts:?}", rule.name);
                *(if stopped(found).is_none() { &mut fired } else { &mut not }) += 1;
            }
            assert_eq!(
                work.answer().fired.len(),
                outcome.verdicts.iter().filter(|verdict| stopped(verdict).is_none()).count(),
                "the answer tells of those that fired"
            );
            assert_eq!(outcome, book.evaluate(&event, &facts), "buffers that served others change nothing");
        }
        assert!(fired > 100 && not > 1_000, "{fired} fired, {not} did not: a test of little");
    }
}

/// Names x0, x1 and so on.
fn names(of: &[usize]) -> Vec<String> {
    of.iter().map(|at| format!("x{at}")).collect()
}

/// An event whose every set of texts, and a member whose tags and badges, have these names.
fn of_names(names: &[String]) -> (Event, Facts) {
    let line = |name: &String| Line {
        amount_minor: 100,
        sku: Some(name.clone()),
        category: Some(name.clone()),
        brand: Some(name.clone()),
        tags: vec![name.clone()],
        ..Line::default()
    };
    let event = Event { lines: names.iter().map(line).collect(), ..merchant::event() };
    (event, Facts { tags: names.to_vec(), badges: names.to_vec(), ..Facts::default() })
}

#[test]
fn large_baskets_and_members_with_many_tags_are_asked_as_small_ones_are() {
    let quoted =
        |of: &[usize]| names(of).iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let all: Vec<usize> = (0..70).collect();
    let baskets: [&[usize]; 7] = [
        &[5, 69, 1, 2, 3, 4, 6, 7, 8, 9],
        &[5, 68, 1, 2, 3, 4, 6, 7, 8, 9],
        &[69, 66, 1, 2, 3, 4, 6, 7, 8, 99],
        &[5, 69],
        &[66, 5],
        &[90, 91, 92, 93, 94, 95, 96, 97, 98, 99],
        &[5, 69, 66, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12],
    ];
    for set in
        ["basket.skus", "basket.categories", "basket.brands", "basket.tags", "member.tags", "member.badges"]
    {
        let text = format!(
            "language 1\nprogramme many {{ currency EUR\n timezone \"Europe/Paris\" }}
rule both {{ on purchase\n when {set} has all of [{}]\n give 1 point }}
rule neither {{ on purchase\n when {set} has none of [{}]\n give 10 points }}
rule twice {{ on purchase\n when {set} has any of [{}]\n and {set} has any of [{}]\n give 100 points }}
rule one {{ on purchase\n when {set} has any of [{}]\n give 1000 points }}\n",
            quoted(&[5, 69]),
            quoted(&[66]),
            quoted(&[5, 6]),
            quoted(&[69, 68]),
            quoted(&all),
        );
        let checked = check(text.as_bytes(), None);
        let book =
            Rulebook::compile(checked.programme.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics)));
        let mut work = Work::default();
        for basket in baskets.iter().chain(baskets.iter().rev()) {
            let has = |name: usize| basket.contains(&name);
            let expected = i64::from(has(5) && has(69))
                + 10 * i64::from(!has(66))
                + 100 * i64::from((has(5) || has(6)) && (has(69) || has(68)))
                + 1_000 * i64::from(all.iter().any(|name| has(*name)));
            let (event, facts) = of_names(&names(basket));
            book.evaluate_into(&event, &facts, &mut work);
            assert_eq!(work.answer().points, expected, "{set}: {basket:?}");
        }
    }
}

#[test]
fn one_dated_rule_among_very_many_keeps_to_its_days() {
    let rule = |at: usize| {
        let active = if at == 300 { "active from 2027-01-01\n" } else { "" };
        format!("rule r{at} {{ on purchase\n{active}give 1 point }}\n")
    };
    // more than one file holds
    let file = |rules: std::ops::Range<usize>| {
        let head = "language 1\nprogramme many { currency EUR\n timezone \"Europe/Paris\" }\n".to_owned();
        let text = rules.map(rule).fold(head, |text, rule| text + &rule);
        let checked = check(text.as_bytes(), None);
        checked.programme.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics.first()))
    };
    let mut whole = file(0..300);
    whole.rules.extend(file(300..600).rules);
    let book = Rulebook::compile(whole);
    for (days, expected) in [(0, 599), (60, 600)] {
        let base = merchant::event();
        let event = Event { at: Moment(base.at.0 + days * 86_400_000), ..base };
        assert_eq!(book.evaluate(&event, &Facts::default()).points, expected);
    }
}

#[test]
fn deciding_allocates_nothing_once_buffers_have_grown() {
    let counted = allocation_counter::measure(|| drop(Vec::<u8>::with_capacity(9)));
    assert_eq!(counted.count_total, 1, "allocations are counted");
    let mut decisions = 0;
    let mut quiet = |book: &Rulebook, event: &Event, facts: &Facts| {
        let mut work = Work::default();
        book.evaluate_into(event, facts, &mut work);
        let counted = allocation_counter::measure(|| book.evaluate_into(event, facts, &mut work));
        assert_eq!(counted.count_total, 0, "{} allocates by {event:?}", book.programme().name);
        decisions += 1;
    };
    for book in [merchant::rulebook(1_000), merchant::sparse(1_000), Rulebook::compile(fine(400))] {
        quiet(&book, &merchant::event(), &merchant::facts(&book));
        let mut draw = Draw(11);
        for _ in 0..50 {
            quiet(&book, &draw.event(), &draw.facts());
        }
    }
    // whole programmes, by the events of their own tests
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            continue; // of several files: it decides as what it is joined to
        }
        let text = std::fs::read(path).unwrap();
        let book = Rulebook::compile(check(&text, None).programme.unwrap());
        for test in &book.programme().tests {
            for event in test.events.iter().filter(|event| !event.kind.starts_with("schedule.")) {
                let facts = Facts {
                    windows: vec![100_000; book.windows().len()],
                    used: vec![1; book.limits().len()],
                    budget_used: vec![1; book.programme().budgets.len()],
                    milestones: vec![9_900; book.milestones().len()],
                    ..test.given.clone()
                };
                quiet(&book, event, &facts);
            }
        }
    }
    assert!(decisions > 160, "{decisions} decisions");
}
