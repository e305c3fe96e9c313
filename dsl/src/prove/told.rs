//! Events as they would be written in a test of the file, so that what was found can be pasted and kept.

use super::solve::Solver;
use super::witness::Witness;
use crate::calendar::show_day;
use crate::event::{Event, FieldValue, Line};
use crate::explain;
use crate::facts::Facts;
use crate::outcome::Verdict;
use crate::plan::Rulebook;
use crate::units::{MICRO, Moment};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// An event that was found, in the words of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// `given …` and `event …` sentences.
    pub text: String,
    /// What the evaluator pays.
    pub points: i64,
    /// What was paid for its basket, in minor units; none where there is no basket.
    pub paid_minor: Option<i64>,
    /// What each rule gives.
    pub made_of: Vec<Part>,
    /// The event.
    pub event: Event,
    /// What is known of the member.
    pub facts: Facts,
}

/// What one rule gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The rule.
    pub rule: String,
    /// Whole points.
    pub points: i64,
}

impl Told {
    pub(super) fn of(book: &Rulebook, event: &Event, facts: &Facts) -> Self {
        let outcome = book.evaluate_drawn(event, facts);
        let rules = book.programme().rules.iter().zip(&outcome.verdicts);
        let made_of = rules
            .filter_map(|(rule, verdict)| match verdict {
                Verdict::Gave { points, .. } if *points > 0 => {
                    Some(Part { rule: rule.name.clone(), points: *points })
                }
                _ => None,
            })
            .collect();
        Self {
            text: written(book, event, facts),
            points: outcome.points,
            paid_minor: (!event.lines.is_empty()).then(|| super::share::paid(&event.lines)),
            made_of,
            event: event.clone(),
            facts: facts.clone(),
        }
    }

    /// The event on one line, with what it comes to: `event purchase … → 160 points; made of: base 60 · own_cup 30`.
    pub fn one_line(&self, found: &str) -> String {
        let lines: Vec<&str> = self.text.lines().map(str::trim).collect();
        let event = lines.join("; ").replace("{; ", "{ ").replace("; }", " }");
        format!("{event} → {found}; made of: {}", self.parts())
    }

    /// `base 60 · own_cup 30`.
    pub fn parts(&self) -> String {
        let each: Vec<String> =
            self.made_of.iter().map(|part| format!("{} {}", part.rule, part.points)).collect();
        if each.is_empty() { "nothing".to_owned() } else { each.join(" · ") }
    }
}

/// Sentences of a test: what is known of the member, and the event.
pub(super) fn written(book: &Rulebook, event: &Event, facts: &Facts) -> String {
    let programme = book.programme();
    let mut text = String::new();
    let day = |at: Moment| show_day(book.zone().local(at).day);
    let mut given = |path: &str, value: String| {
        let _ = writeln!(text, "given {path} {value}");
    };
    if let Some(tier) = facts.tier.filter(|tier| *tier > 0).and_then(|tier| programme.tiers.get(tier)) {
        given("member.tier", format!("is {}", tier.name));
    }
    if let Some(birthday) = facts.birthday {
        given("member.birthday", format!("is {}", show_day(birthday)));
    }
    if let Some(at) = facts.enrolled_at {
        given("member.enrolled", format!("is {}", day(at)));
    }
    if let Some(at) = facts.last_purchase_at {
        given("member.last_purchase", format!("is {}", day(at)));
    }
    if facts.balance_points != 0 {
        given("member.balance", format!("is {}", explain::whole_points(facts.balance_points)));
    }
    if !facts.tags.is_empty() {
        given("member.tags", format!("in {}", list(&facts.tags)));
    }
    if facts.friends_rewarded != 0 {
        given("referral.number", format!("is {}", facts.friends_rewarded.saturating_add(1)));
    }
    for (sum, value) in book.windows().iter().zip(&facts.windows) {
        if *value != 0 {
            let path = explain::fact(programme, &event.kind, &crate::model::Fact::Windowed(*sum));
            let value = match sum.metric {
                crate::facts::Metric::Spent => programme.currency.show(*value),
                crate::facts::Metric::Earned => explain::whole_points(*value),
                crate::facts::Metric::Purchases => value.to_string(),
            };
            given(&path, format!("is {value}"));
        }
    }
    for (path, text) in [
        ("member.country", &facts.home.country),
        ("member.postcode", &facts.home.postcode),
        ("member.city", &facts.home.city),
    ] {
        if let Some(text) = text {
            given(path, format!("is {}", name(text)));
        }
    }
    for (experiment, arm) in programme.experiments.iter().zip(&facts.arms) {
        if let Some(arm) = arm {
            given(&format!("experiment.{}", experiment.name), format!("is {arm}"));
        }
    }
    for (happening, times) in book.happenings().iter().zip(&facts.happened) {
        if *times != 0 {
            let fact = crate::model::Fact::Happened(happening.clone());
            given(&explain::fact(programme, &event.kind, &fact), format!("is {times}"));
        }
    }
    let local = book.zone().local(event.at);
    let minute = local.minute.0;
    let time = format!("{:02}:{:02}", minute.div_euclid(60), minute.rem_euclid(60));
    let kind = explain::kind_words(&event.kind);
    let _ = write!(text, "event {kind} at {} {time}", show_day(local.day));
    let body = body(book, event);
    if body.is_empty() {
        text.push('\n');
        return text;
    }
    let _ = writeln!(text, " {{");
    for sentence in body {
        let _ = writeln!(text, "  {sentence}");
    }
    text.push_str("}\n");
    text
}

fn body(book: &Rulebook, event: &Event) -> Vec<String> {
    let programme = book.programme();
    let mut body: Vec<String> = event.lines.iter().map(|line| one_line(book, line)).collect();
    for (path, value) in [("channel", &event.channel), ("store", &event.store)] {
        if let Some(value) = value {
            body.push(format!("{path} is {}", name(value)));
        }
    }
    for (field, value) in &event.fields {
        let path = explain::fact(programme, &event.kind, &crate::model::Fact::Field(field.clone()));
        let value = match value {
            FieldValue::Number(micro) => explain::decimal(*micro),
            FieldValue::Money(minor) => programme.currency.show(*minor),
            FieldValue::Text(text) => name(text),
            FieldValue::Truth(truth) => (if *truth { "yes" } else { "no" }).to_owned(),
        };
        body.push(format!("{path} is {value}"));
    }
    body
}

fn one_line(book: &Rulebook, line: &Line) -> String {
    let mut parts = Vec::new();
    for (word, value) in [("category", &line.category), ("brand", &line.brand)] {
        parts.extend(value.as_ref().map(|value| format!("{word} {}", name(value))));
    }
    parts.extend(line.sku.as_ref().map(|sku| format!("sku \"{sku}\"")));
    if line.quantity != 1 {
        parts.push(format!("quantity {}", line.quantity));
    }
    if !line.tags.is_empty() {
        parts.push(format!("tags {}", list(&line.tags)));
    }
    if !line.eligible {
        parts.push("eligible no".to_owned());
    }
    let amount = book.programme().currency.show(line.amount_minor);
    if parts.is_empty() {
        format!("line {amount}")
    } else {
        format!("line {amount} {{ {} }}", parts.join(" "))
    }
}

fn list(names: &[String]) -> String {
    format!("[{}]", names.iter().map(|one| name(one)).collect::<Vec<_>>().join(", "))
}

/// A name as it is written: between quotes where it has other signs.
fn name(text: &str) -> String {
    let plain = !text.is_empty()
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && text.starts_with(|c: char| c.is_ascii_lowercase());
    if plain { text.to_owned() } else { format!("\"{text}\"") }
}

impl Solver<'_, '_> {
    /// The same event with everything left out that it does without: `still` says whether it still shows the same.
    pub(super) fn simplest(&self, witness: &Witness, still: &dyn Fn(&Witness) -> bool) -> Witness {
        let mut best = witness.clone();
        let attempt = |best: &mut Witness, change: &dyn Fn(&mut Event, &mut Facts)| {
            let mut tried = best.clone();
            change(&mut tried.event, &mut tried.facts);
            if tried.event == best.event && tried.facts == best.facts {
                return;
            }
            tried.points = self.pay(&tried.event, &tried.facts);
            if still(&tried) {
                *best = tried;
            }
        };
        attempt(&mut best, &|event, _| event.channel = None);
        attempt(&mut best, &|event, _| event.store = None);
        attempt(&mut best, &|_, facts| facts.balance_points = 0);
        attempt(&mut best, &|_, facts| facts.friends_rewarded = 0);
        attempt(&mut best, &|_, facts| facts.birthday = None);
        attempt(&mut best, &|_, facts| facts.enrolled_at = None);
        attempt(&mut best, &|_, facts| facts.last_purchase_at = None);
        attempt(&mut best, &|_, facts| facts.tags.clear());
        attempt(&mut best, &|_, facts| facts.tier = facts.tier.map(|_| 0));
        for at in (0..best.facts.tags.len()).rev() {
            attempt(&mut best, &|_, facts| {
                if at < facts.tags.len() {
                    facts.tags.remove(at);
                }
            });
        }
        for at in 0..best.facts.windows.len() {
            attempt(&mut best, &|_, facts| {
                if let Some(slot) = facts.windows.get_mut(at) {
                    *slot = 0;
                }
            });
        }
        let names: Vec<String> = best.event.fields.keys().cloned().collect();
        for name in names {
            attempt(&mut best, &|event, _| {
                event.fields.remove(&name);
            });
        }
        // what a line of nothing says may be said of the first
        attempt(&mut best, &|event, _| {
            let rest: Vec<Line> = event.lines.drain(1.min(event.lines.len())..).collect();
            for line in rest {
                let Some(first) = event.lines.first_mut() else { return };
                first.amount_minor = first.amount_minor.saturating_add(line.amount_minor);
                first.quantity = first.quantity.max(line.quantity);
                first.tags.extend(line.tags);
                first.category = first.category.take().or(line.category);
                first.brand = first.brand.take().or(line.brand);
                first.sku = first.sku.take().or(line.sku);
            }
        });
        for at in (0..best.event.lines.len()).rev() {
            attempt(&mut best, &|event, _| {
                if event.lines.len() > 1 && event.lines.get(at).is_some_and(|line| line.amount_minor == 0) {
                    event.lines.remove(at);
                }
            });
            attempt(&mut best, &|event, _| {
                if let Some(line) = event.lines.get_mut(at) {
                    line.tags.clear();
                }
            });
            attempt(&mut best, &|event, _| {
                if let Some(line) = event.lines.get_mut(at) {
                    (line.brand, line.sku) = (None, None);
                }
            });
            attempt(&mut best, &|event, _| {
                if let Some(line) = event.lines.get_mut(at) {
                    line.category = None;
                }
            });
        }
        best
    }
}

/// Micro-points as whole ones, for a bound: up.
pub(super) fn whole_up(micro: i128) -> i64 {
    let micro_in_one = i128::from(MICRO);
    crate::evaluate::arithmetic::narrow(
        micro.saturating_add(micro_in_one).saturating_sub(1).div_euclid(micro_in_one),
    )
}
