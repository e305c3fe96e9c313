//! The comparison: random programmes, each with many events and facts, asked of the rulebook and of the reference. What
//! differs is made small before it is shown. Every fourth programme is asked once more, cut into several files.

use crate::generate::{self, Dice, Known};
use crate::meaning::File;
use crate::mutate;
use dsl::calendar::Zone;
use dsl::check::check;
use dsl::event::{Event, PURCHASE};
use dsl::facts::Facts;
use dsl::outcome::{Cut, Outcome, Verdict};
use dsl::plan::{LimitSlot, Rulebook};
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What was compared, and what came up in it.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Programmes.
    pub programmes: u64,
    /// Programme, event and facts, compared whole.
    pub triples: u64,
    /// Conditions of rewards and of referrals, compared beside them.
    pub asked: u64,
    /// States of outcomes, and how often each came up.
    pub reached: BTreeMap<&'static str, u64>,
}

/// States that a run of some thousand triples must reach: what was never seen was never compared.
pub const STATES: [&str; 22] = [
    "gave",
    "lost",
    "nothing",
    "unmet",
    "inactive",
    "cut by a limit",
    "cut by a limit per event",
    "cut by a budget",
    "several credits",
    "several lines",
    "reward",
    "badge",
    "effect",
    "left out",
    "drawn on a budget",
    "drawn on a limit",
    "as much as an event carries",
    "drawn by lot",
    "a step of a sum",
    "a goal came nearer",
    "a challenge was completed",
    "decided from several files",
];

impl Tally {
    /// Adds another run.
    pub fn add(&mut self, other: &Self) {
        self.programmes += other.programmes;
        self.triples += other.triples;
        self.asked += other.asked;
        for (state, times) in &other.reached {
            *self.reached.entry(state).or_default() += times;
        }
    }

    fn note(&mut self, book: &Rulebook, event: &Event, outcome: &Outcome) {
        self.triples += 1;
        let mut reach = |state: &'static str, reached: bool| {
            if reached {
                *self.reached.entry(state).or_default() += 1;
            }
        };
        for verdict in &outcome.verdicts {
            match verdict {
                Verdict::OtherEvent => {}
                Verdict::Inactive => reach("inactive", true),
                Verdict::Unmet(_) => reach("unmet", true),
                Verdict::Lost { .. } => reach("lost", true),
                Verdict::Nothing => reach("nothing", true),
                Verdict::Gave { cut, .. } => {
                    reach("gave", true);
                    reach("cut by a limit", matches!(cut, Some(Cut::Limit(_))));
                    reach("cut by a limit per event", matches!(cut, Some(Cut::EventLimit(_))));
                    reach("cut by a budget", matches!(cut, Some(Cut::Budget(_))));
                }
            }
        }
        reach("several credits", outcome.credits.len() > 1);
        reach("several lines", outcome.points > 0 && event.lines.len() > 1);
        reach("reward", !outcome.rewards.is_empty());
        reach("badge", !outcome.badges.is_empty());
        reach("effect", !outcome.effects.is_empty());
        reach("left out", !outcome.muted.is_empty());
        reach("drawn on a budget", !outcome.budget_draws.is_empty());
        reach("drawn on a limit", !outcome.limit_draws.is_empty());
        reach("as much as an event carries", outcome.points == dsl::units::AMOUNT_MAX);
        let draws = book.programme().rules.iter().any(|rule| rule.chooses() && rule.on == event.kind);
        let step = |at: &usize| book.limits()[*at].key.starts_with("every:");
        reach("a step of a sum", outcome.limit_draws.iter().any(|(at, _)| step(at)));
        let key = |at: &usize| book.limits()[*at].key.as_str();
        reach("a goal came nearer", outcome.limit_draws.iter().any(|(at, _)| key(at).starts_with("goal:")));
        let done = |at: &usize| key(at).starts_with("challenge:");
        reach("a challenge was completed", outcome.limit_draws.iter().any(|(at, _)| done(at)));
        reach("drawn by lot", draws && outcome.verdicts.iter().any(|v| matches!(v, Verdict::Gave { .. })));
    }
}

/// Where the two differ.
#[derive(Debug, Clone)]
pub struct Divergence {
    /// The programme's seed.
    pub seed: u64,
    /// The smallest programme found.
    pub text: String,
    /// The event, as small.
    pub event: Event,
    /// What is known of the member.
    pub known: Known,
    /// What differs, both ways.
    pub what: String,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}\n\n{}\n{:#?}\n{:#?}", self.seed, self.text, self.event, self.known)?;
        write!(f, "\n{}", self.what)
    }
}

/// The programme of a seed, asked with so many events.
pub fn programme(seed: u64, events: usize, tally: &mut Tally) -> Option<Box<Divergence>> {
    let mut dice = Dice::new(seed);
    let world = generate::world(&mut dice);
    let found = |text: &str, event: Event, known: Known, what: String| {
        Some(Box::new(Divergence { seed, text: text.to_owned(), event, known, what }))
    };
    let zone = Zone::find(&world.zone).unwrap();
    let (book, file) = match both(&world.text) {
        Ok(both) => both,
        Err(why) => {
            let event = generate::event(&mut dice, &world, &zone);
            return found(&world.text, event, Known::default(), why);
        }
    };
    tally.programmes += 1;
    // a die of its own: what is asked is the same
    let cut = seed.is_multiple_of(4).then(|| mutate::cut(&mut Dice::new(!seed), &world.text));
    let several = match cut.as_deref().map(rulebook).transpose() {
        Ok(several) => several,
        Err(why) => {
            let event = generate::event(&mut dice, &world, &zone);
            return found(cut.as_deref().unwrap_or_default(), event, Known::default(), why);
        }
    };
    for _ in 0..events {
        let event = generate::event(&mut dice, &world, &zone);
        let known = generate::known(&mut dice, &world, &book);
        if let Ok((outcome, asked)) = compare(&book, &file, &event, &known.aligned(&book)) {
            tally.note(&book, &event, &outcome);
            tally.asked += asked;
            if let (Some(several), Some(cut)) = (&several, &cut) {
                if let Err(what) = compare(several, &file, &event, &known.aligned(several)) {
                    return found(cut, event, known, format!("in several files, {what}"));
                }
                *tally.reached.entry("decided from several files").or_default() += 1;
            }
            continue;
        }
        let (text, event, known) = shrink(&world.text, event, known);
        let (book, file) = both(&text).unwrap();
        let what = compare(&book, &file, &event, &known.aligned(&book)).unwrap_err();
        return found(&text, event, known, what);
    }
    None
}

/// A text as a rulebook and as a reference; or what is wrong with it.
fn both(text: &str) -> Result<(Rulebook, File<'_>), String> {
    let book = rulebook(text)?;
    let file = File::read(text).ok_or("checks, and the reference cannot read it")?;
    Ok((book, file))
}

fn rulebook(text: &str) -> Result<Rulebook, String> {
    let checked = check(text.as_bytes(), None);
    let shown = || format!("does not check:\n{}", dsl::diagnostic::render("it", text, &checked.diagnostics));
    checked.programme.map(Rulebook::compile).ok_or_else(shown)
}

/// Whether the plan and the reference say the same: what they say, and how many conditions were asked beside it; or
/// what both say.
fn compare(book: &Rulebook, file: &File<'_>, event: &Event, facts: &Facts) -> Result<(Outcome, u64), String> {
    let same = |what: &str, plan: &dyn fmt::Debug, reference: Result<Box<dyn fmt::Debug>, String>| {
        let (plan, reference) = match reference {
            Ok(reference) => (format!("{plan:#?}"), format!("{reference:#?}")),
            Err(panic) => (format!("{plan:#?}"), panic),
        };
        if plan == reference {
            Ok(())
        } else {
            Err(format!("{what}: the plan says\n{plan}\nthe reference\n{reference}"))
        }
    };
    let outcome = book.evaluate(event, facts);
    let reference = loud(|| file.decide(book, event, facts));
    if reference.as_ref() != Ok(&outcome) {
        same("outcome", &outcome, reference.map(|it| Box::new(it) as _))?;
    }
    let drawn = book.evaluate_drawn(event, facts);
    let reference = loud(|| file.decide_drawn(book, event, facts));
    if reference.as_ref() != Ok(&drawn) {
        same("outcome of who is drawn", &drawn, reference.map(|it| Box::new(it) as _))?;
    }
    let mut asked = 0;
    if event.kind == PURCHASE {
        for reward in 0..book.programme().rewards.len() {
            let unmet = book.reward_unmet(reward, event, facts);
            let reference = loud(|| file.reward_unmet(reward, book, event, facts));
            if reference.as_ref() != Ok(&unmet) {
                same("unmet of a reward", &unmet, reference.map(|it| Box::new(it) as _))?;
            }
            asked += 1;
        }
        if book.programme().referral.is_some() {
            let unmet = book.referral_unmet(event, facts);
            let reference = loud(|| file.referral_unmet(book, event, facts));
            if reference.as_ref() != Ok(&unmet) {
                same("unmet of the referral", &unmet, reference.map(|it| Box::new(it) as _))?;
            }
            asked += 1;
        }
    }
    Ok((outcome, asked))
}

/// What a reference says, or that it failed: that is a difference too.
fn loud<T>(say: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(say)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        format!("(failed: {})", text.unwrap_or_else(|| "see above".to_owned()))
    })
}

/// The smallest text, event and facts found that still differ.
fn shrink(text: &str, event: Event, known: Known) -> (String, Event, Known) {
    let differs = |text: &str, event: &Event, known: &Known| {
        both(text).is_ok_and(|(book, file)| compare(&book, &file, event, &known.aligned(&book)).is_err())
    };
    let (mut text, mut event, mut known) = (text.to_owned(), event, known);
    loop {
        let before = (text.clone(), event.clone(), known.clone());
        let mut at = 0;
        while let Some(less) = without(&text, at) {
            if differs(&less, &event, &known) { text = less } else { at += 1 }
        }
        let less =
            smaller_events(&event).into_iter().find(|less| *less != event && differs(&text, less, &known));
        event = less.unwrap_or(event);
        let less =
            smaller_facts(&known).into_iter().find(|less| *less != known && differs(&text, &event, less));
        known = less.unwrap_or(known);
        if before == (text.clone(), event.clone(), known.clone()) {
            return (text, event, known);
        }
    }
}

/// The text without its line number `at`, and without the block that the line opens; none past the end.
fn without(text: &str, at: usize) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut end = at + 1;
    let opens = |line: &str| line.trim_end().ends_with('{');
    if opens(lines.get(at)?) {
        let mut depth = 1;
        while depth > 0 && end < lines.len() {
            depth += i32::from(opens(lines[end])) - i32::from(lines[end].trim() == "}");
            end += 1;
        }
    }
    let mut left: Vec<&str> = [&lines[..at], &lines[end..]].concat();
    // A condition that has become the first one says `when`.
    let moved = left.get(at).map(|line| line.replacen("and  ", "when ", 1));
    if let (Some(moved), true) = (&moved, lines[at].trim_start().starts_with("when ")) {
        left[at] = moved;
    }
    Some(left.join("\n") + "\n")
}

fn smaller_events(event: &Event) -> Vec<Event> {
    let mut all = Vec::new();
    for at in 0..event.lines.len() {
        let mut less = event.clone();
        less.lines.remove(at);
        all.push(less);
    }
    for name in event.fields.keys() {
        let mut less = event.clone();
        less.fields.remove(name);
        all.push(less);
    }
    all.push(Event { channel: None, ..event.clone() });
    all.push(Event { store: None, ..event.clone() });
    let plain = |line: &dsl::event::Line| dsl::event::Line {
        amount_minor: line.amount_minor,
        quantity: 1,
        eligible: true,
        ..dsl::event::Line::default()
    };
    all.push(Event { lines: event.lines.iter().map(plain).collect(), ..event.clone() });
    all
}

fn smaller_facts(known: &Known) -> Vec<Known> {
    let facts = |facts: Facts| Known { facts, ..known.clone() };
    let own = &known.facts;
    vec![
        Known::default(),
        Known { windows: Vec::new(), ..known.clone() },
        Known { used: Vec::new(), ..known.clone() },
        Known { budgets: Vec::new(), ..known.clone() },
        facts(Facts::default()),
        facts(Facts { enrolled_at: None, ..own.clone() }),
        facts(Facts { birthday: None, ..own.clone() }),
        facts(Facts { last_purchase_at: None, ..own.clone() }),
        facts(Facts { tags: Vec::new(), balance_points: 0, friends_rewarded: 0, ..own.clone() }),
    ]
}

/// The items of a file, each with the comments before it; the file is one after another of them.
pub fn items(text: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    for line in text.lines() {
        let last = items.last_mut().unwrap();
        last.push_str(line);
        last.push('\n');
        if line == "}" || line.starts_with("language ") {
            items.push(String::new());
        }
    }
    items.retain(|item| !item.trim().is_empty());
    items
}

/// An outcome by names and not by places: what must not change with the order of a file.
pub fn by_name(book: &Rulebook, outcome: &Outcome) -> impl PartialEq + fmt::Debug + use<> {
    let programme = book.programme();
    let key = |slots: &[LimitSlot], at: usize| slots[at].key.clone();
    let cut = |cut: &Cut| match cut {
        Cut::Limit(at) => key(book.limits(), *at),
        Cut::EventLimit(at) => key(book.event_limits(), *at),
        Cut::Budget(at) => programme.budgets[*at].name.clone(),
    };
    let verdicts: BTreeMap<String, String> = programme
        .rules
        .iter()
        .zip(&outcome.verdicts)
        .map(|(rule, verdict)| {
            let said = match verdict {
                Verdict::Gave { points, uncut_micro, cut: by } => {
                    format!("gave {points} of {uncut_micro}, cut by {:?}", by.as_ref().map(cut))
                }
                other => format!("{other:?}"),
            };
            (rule.name.clone(), said)
        })
        .collect();
    let mut rewards: Vec<String> =
        outcome.rewards.iter().map(|at| programme.rewards[*at].name.clone()).collect();
    rewards.sort();
    let mut limits: Vec<(String, i64)> =
        outcome.limit_draws.iter().map(|(at, drawn)| (key(book.limits(), *at), *drawn)).collect();
    limits.sort();
    let mut budgets: Vec<(String, i64)> = outcome
        .budget_draws
        .iter()
        .map(|(at, drawn)| (programme.budgets[*at].name.clone(), *drawn))
        .collect();
    budgets.sort();
    (
        (outcome.points, outcome.credits.clone(), verdicts),
        (rewards, outcome.badges.clone(), outcome.effects.clone(), limits, budgets),
    )
}
