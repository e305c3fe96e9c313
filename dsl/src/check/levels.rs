//! Sets of levels, and what is asked of them: a level is a step of a sum, so a question about it is one about the sum.

use super::condition::{Scope, form, not_in_line, wrong_predicate};
use super::lint::warn;
use super::literal::mismatch;
use super::names::Names;
use super::programme::{label, name};
use super::report::{Report, short};
use crate::diagnostic::code;
use crate::facts::Metric;
use crate::model::{Clause, Condition, Fact, Level, Levels, Place, Predicate, Value};
use crate::syntax::ast::{self, Item, Kind, Literal, Sentence, What, Word};
use crate::units::MICRO;
use crate::vocabulary::Type;

impl Names<'_> {
    /// A set of levels; none where it has not even a first and a second.
    pub(super) fn levels_item(&self, item: &Item<'_>, report: &mut Report) -> Option<Levels> {
        let own = name(item);
        let mut steps: Vec<Level> = Vec::new();
        let mut sum = None;
        for clause in &item.body {
            let What::Tier { name, from } = &clause.what else { continue };
            if steps.iter().any(|known| known.name == name.text) {
                let message = format!("there are two levels called `{}`", short(name.text));
                report.error(code::DUPLICATE, name.place, message, "give one of them another name");
                continue;
            }
            let from = self.step(*name, from.as_ref(), clause.place, (&steps, &mut sum), report);
            // one that is wrong keeps its name, so that rules may ask for it
            let from = from.or_else(|| steps.last().map(|lower| lower.from.saturating_add(1))).unwrap_or(0);
            steps.push(Level { name: name.text.to_owned(), from });
        }
        if let (None, false) = (sum, item.broken) {
            let place = item.name.map_or(item.keyword, |name| name.place);
            let help = "write such as `newcomer always`, and `scout from 500 points earned in total` on the next line";
            report.error(code::MISSING, place, "there is nothing to reach here", help);
        }
        Some(Levels { name: own, label: label(item, report), sum: sum?, steps })
    }

    /// What opens a level.
    fn step(
        &self,
        name: Word<'_>,
        from: Option<&ast::From<'_>>,
        place: Place,
        (steps, sum): (&[Level], &mut Option<crate::facts::WindowedSum>),
        report: &mut Report,
    ) -> Option<i64> {
        let Some(from) = from else {
            if !steps.is_empty() {
                let help = "levels are written from the lowest to the highest; write `from …` here";
                report.error(code::TIER_ORDER, place, "only the first level is `always`", help);
                return None;
            }
            return Some(0);
        };
        if steps.is_empty() {
            let help =
                format!("put a level before it, such as `newcomer always`, or write `{} always`", name.text);
            report.error(code::TIER_ORDER, name.place, "the first level is the one everybody has", help);
        }
        if let Some(keep) = &from.keep {
            let help = "leave out `keep for`; what is kept and reviewed is a tier";
            report.error(
                code::MISPLACED,
                keep.place,
                "a level is what the sum comes to, and is not kept",
                help,
            );
        }
        let threshold = self.threshold(from, report)?;
        if sum.is_some_and(|sum| sum != threshold.sum) {
            let help = "count the same as for the level before; for another sum write another set of levels";
            report.error(code::TIER_ORDER, from.least.place, "levels of one set count one thing", help);
            return None;
        }
        *sum = Some(threshold.sum);
        if steps.last().is_some_and(|lower| lower.from >= threshold.at_least) {
            let message = format!("`{}` asks for no more than a level below it", name.text);
            let help = "levels are written from the lowest to the highest";
            report.error(code::TIER_ORDER, from.least.place, message, help);
        }
        Some(threshold.at_least)
    }

    /// `level.explorer at least scout`; none where it is about something else, and inside where it is wrong.
    #[allow(clippy::option_option, reason = "about something else, and wrong, are two things")]
    pub(super) fn level(
        &self,
        sentence: &Sentence<'_>,
        scope: Scope<'_>,
        report: &mut Report,
    ) -> Option<Option<Condition>> {
        let path = sentence.subject.path;
        let own = path.text.strip_prefix("level.")?;
        Some(self.asked(own, sentence, scope, report))
    }

    fn asked(
        &self,
        own: &str,
        sentence: &Sentence<'_>,
        scope: Scope<'_>,
        report: &mut Report,
    ) -> Option<Condition> {
        use ast::Predicate as P;
        let path = sentence.subject.path;
        let Some(levels) = self.levels.iter().find(|known| known.name == own) else {
            if !self.forgiven(Kind::Levels) {
                let paths: Vec<String> =
                    self.levels.iter().map(|known| format!("level.{}", known.name)).collect();
                let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
                report.unknown(code::UNKNOWN_LEVELS, "set of levels", "sets of levels", path, &paths);
            }
            return None;
        };
        if scope.is_line() {
            not_in_line(path, report);
            return None;
        }
        let (written, allowed) = form(&sentence.predicate, Type::Tier);
        if !allowed {
            wrong_predicate(sentence, written, Type::Tier, report);
            return None;
        }
        let highest = levels.steps.len().saturating_sub(1);
        let torn = self.torn.contains(&own);
        let place = sentence.place;
        let mut step = |literal: &Literal<'_>| step_of(levels, torn, literal, report);
        let within = |from: usize, to: usize| within(levels, from, to, place);
        let found = match &sentence.predicate {
            P::AtLeast(level) => within(step(level)?, highest),
            P::AtMost(level) => within(0, step(level)?),
            P::More(level) => within(step(level)?.saturating_add(1), highest),
            P::Less(level) => match step(level)?.checked_sub(1) {
                Some(below) => within(0, below),
                None => Condition::Any(Vec::new()),
            },
            P::Is(level) => {
                let level = step(level)?;
                within(level, level)
            }
            P::IsNot(level) => {
                let level = step(level)?;
                Condition::NoneOf(vec![within(level, level)])
            }
            P::In(list) | P::NotIn(list) => {
                let found: Vec<Option<usize>> = list.items.iter().map(step).collect();
                let found: Option<Vec<usize>> = found.into_iter().collect();
                let each = found?.into_iter().map(|level| within(level, level)).collect();
                if matches!(sentence.predicate, P::In(_)) {
                    Condition::Any(each)
                } else {
                    Condition::NoneOf(each)
                }
            }
            P::Unknown => Condition::Any(Vec::new()),
            _ => Condition::All(Vec::new()),
        };
        match &found {
            Condition::Any(none) if none.is_empty() => {
                let message =
                    format!("no member is ever there, so the condition never holds: {}", ladder(levels));
                warn(
                    report,
                    code::NEVER_FIRES,
                    place,
                    message,
                    "leave this condition out, or ask for another level",
                );
            }
            Condition::All(none) if none.is_empty() => {
                let message = format!("every member is there: {}", ladder(levels));
                warn(
                    report,
                    code::ALWAYS_KNOWN,
                    place,
                    message,
                    "leave this condition out, or ask for another level",
                );
            }
            _ => {}
        }
        Some(found)
    }
}

/// `the levels are newcomer, scout and leader`.
fn ladder(levels: &Levels) -> String {
    let names: Vec<&str> = levels.steps.iter().map(|step| step.name.as_str()).collect();
    names
        .split_last()
        .map_or_else(String::new, |(last, before)| format!("the levels are {} and {last}", before.join(", ")))
}

/// The level that a word names.
fn step_of(levels: &Levels, torn: bool, literal: &Literal<'_>, report: &mut Report) -> Option<usize> {
    let Literal::Name(word) = literal else {
        let example = format!("`{}`", levels.steps.last().map_or("scout", |step| step.name.as_str()));
        mismatch(&format!("level.{}", levels.name), "a level", &example, literal, report);
        return None;
    };
    let found = levels.steps.iter().position(|step| step.name == word.text);
    if found.is_none() && !torn {
        let names: Vec<&str> = levels.steps.iter().map(|step| step.name.as_str()).collect();
        report.unknown(code::UNKNOWN_LEVEL, "level", "levels", *word, &names);
    }
    found
}

/// That the sum lies from one level to another, both included.
fn within(levels: &Levels, from: usize, to: usize, place: Place) -> Condition {
    let value = |units: i64| match levels.sum.metric {
        Metric::Spent => Value::Money(units),
        Metric::Earned => Value::Points(units.saturating_mul(MICRO)),
        Metric::Purchases => Value::Number(units.saturating_mul(MICRO)),
    };
    let fact = Fact::Windowed(levels.sum);
    let test = |predicate| Condition::Test(Clause { fact: fact.clone(), predicate, place });
    let low = levels.steps.get(from).filter(|_| from > 0);
    let low = low.map(|step| test(Predicate::AtLeast(value(step.from))));
    let high = levels.steps.get(to.saturating_add(1));
    let high = high.map(|step| test(Predicate::LessThan(value(step.from))));
    if from > to {
        return Condition::Any(Vec::new());
    }
    match (low, high) {
        (Some(one), None) | (None, Some(one)) => one,
        (low, high) => Condition::All(low.into_iter().chain(high).collect()),
    }
}
