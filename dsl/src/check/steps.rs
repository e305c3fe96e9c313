//! What repeats: points for each step of a basket or of a sum, and every so many-th of something.

use super::condition::Scope;
use super::literal::{self, Literals};
use super::names::Names;
use super::report::{Report, short};
use crate::diagnostic::code;
use crate::event::PURCHASE;
use crate::facts::{Metric, Window, WindowedSum};
use crate::model::{Give, Threshold};
use crate::syntax::ast::{self, Item, Quantity, Subject, What, Word};
use crate::units::Period;

/// Largest number of an ordinal.
const NTH_MAX: i64 = 1_000_000;

/// Whether a milestone can be counted in this window: a period that limits know too, or for ever.
fn counted(window: Window) -> bool {
    matches!(
        window,
        Window::Lifetime | Window::Calendar(Period::Day | Period::Week | Period::Month | Period::Year)
    )
}

impl Names<'_> {
    /// `give 5 points every 20.00 EUR of basket.paid`.
    pub(super) fn steps(
        &self,
        (points, every): (&Quantity<'_>, &Quantity<'_>),
        of: &Subject<'_>,
        scope: Scope<'_>,
        report: &mut Report,
    ) -> Option<Give> {
        let sum = match of.path.text {
            "member.spent" => Some(" spent"),
            "member.purchases" => Some(""),
            _ => None,
        };
        if let Some(word) = sum {
            let step = format!("{} {}", every.number.text, every.unit.text);
            let window = of.window.as_ref().and_then(|window| Self::window(window, report));
            let over = match window {
                Some(Window::Calendar(Period::Day)) => "today",
                Some(Window::Calendar(Period::Week)) => "this week",
                Some(Window::Calendar(Period::Month)) => "this month",
                Some(Window::Lifetime) => "in total",
                _ => "this year",
            };
            let place = crate::model::Place { start: every.place.start, end: of.place.end };
            report.rewrite(
                code::AMOUNT,
                place,
                "a step of a sum says what is counted, and over which time",
                format!("{step}{word} {over}"),
            );
            return None;
        }
        let points_micro = Self::awarded(points, report);
        let every_minor = self.literals.small_money(every, report);
        let of = self.amount(of, scope, report);
        if every_minor == Some(0) {
            self.no_step(every, report);
            return None;
        }
        Some(Give::Steps { points_micro: points_micro?, every_minor: every_minor?, of: of? })
    }

    /// `give 50 points every 100.00 EUR spent this year`.
    pub(super) fn milestone(
        &self,
        points: &Quantity<'_>,
        every: &ast::From<'_>,
        scope: Scope<'_>,
        report: &mut Report,
    ) -> Option<Give> {
        let points_micro = Self::awarded(points, report);
        let window = Self::window(&every.window, report);
        let (metric, at_least) = match (every.metric.map(|word| word.text), every.least.unit.text) {
            (Some("earned"), _) => {
                let word = every.metric.map_or(every.least.place, |word| word.place);
                let message = "steps are of money spent, or of purchases";
                report.error(code::AMOUNT, word, message, "write such as `every 100.00 EUR spent this year`");
                return None;
            }
            (Some(_), _) => (Metric::Spent, self.literals.small_money(&every.least, report)),
            (None, "purchase" | "purchases") => {
                (Metric::Purchases, literal::whole(every.least.number, report, "purchases are whole"))
            }
            (None, _) => {
                let text = format!("{} {} spent", every.least.number.text, every.least.unit.text);
                report.rewrite(
                    code::MISSING,
                    every.least.place,
                    "a step of a sum says what is counted",
                    text,
                );
                return None;
            }
        };
        let window = window?;
        if !counted(window) {
            report.error(
                code::WINDOW,
                every.window.place,
                "steps are counted over a period that begins anew, or in total",
                "write `this week`, `this month`, `this year` or `in total`",
            );
            return None;
        }
        if at_least == Some(0) {
            self.no_step(&every.least, report);
            return None;
        }
        if !scope.is_lost() && !scope.is_of(PURCHASE) {
            report.error(
                code::NOT_HERE,
                every.least.place,
                "a step is passed by a purchase",
                "only rules with `on purchase` may give by it",
            );
            return None;
        }
        let every = Threshold { at_least: at_least?, sum: WindowedSum { metric, window } };
        Some(Give::Milestone { points_micro: points_micro?, every })
    }

    fn no_step(&self, every: &Quantity<'_>, report: &mut Report) {
        let help =
            if Literals::is_money(every) { self.literals.as_money("100") } else { "10 purchases".to_owned() };
        report.error(
            code::ZERO,
            every.place,
            "a step is more than nothing",
            format!("write such as `every {help}`"),
        );
    }
}

/// A rule that gives by steps of a sum gives nothing else: what it gave for a step is taken back with the step.
pub(super) fn alone(item: &Item<'_>, report: &mut Report) {
    let milestone = |what: &What<'_>| matches!(what, What::Give(ast::Give::Milestone { .. }));
    let Some(first) = item.body.iter().position(|clause| milestone(&clause.what)) else { return };
    let gives = |what: &What<'_>| matches!(what, What::Give(_) | What::Multiply { .. } | What::Effect(_));
    let others = item.body.iter().enumerate().filter(|(at, clause)| *at != first && gives(&clause.what));
    let keeps = item.body.iter().find_map(|clause| match &clause.what {
        What::Revoke(None) => Some(clause.place),
        What::Revoke(Some(word)) if word.text == "keep" => Some(word.place),
        _ => None,
    });
    if let Some(place) = keeps {
        report.error(
            code::MISPLACED,
            place,
            "steps of a sum follow the sum: a return takes back those that it undoes",
            "leave this line out",
        );
    }
    for (_, other) in others {
        report.error(
            code::MISPLACED,
            other.place,
            "a rule that gives by steps of a sum gives nothing else",
            "put this into a rule of its own",
        );
    }
}

/// `10th`: how many-th, from 2 on.
pub(super) fn ordinal(word: Word<'_>, report: &mut Report) -> Option<u32> {
    let digits = word.text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number = literal::whole(Word { text: digits, place: word.place }, report, "")?;
    if !(2..=NTH_MAX).contains(&number) {
        let message = format!("`every {}` says nothing", short(word.text));
        report.error(code::ZERO, word.place, message, "write such as `is every 10th`");
        return None;
    }
    let ours = match (number.rem_euclid(10), number.rem_euclid(100)) {
        (1, other) if other != 11 => "st",
        (2, other) if other != 12 => "nd",
        (3, other) if other != 13 => "rd",
        _ => "th",
    };
    let written = format!("{number}{ours}");
    if word.text != written {
        report.rewrite(code::NUMBER_FORM, word.place, "this number is written otherwise", written);
        return None;
    }
    u32::try_from(number).ok()
}
