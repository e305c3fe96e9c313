//! Calendars and streaks.

use super::condition::{Known, Scope};
use super::literal::{self, Literals};
use super::names::Names;
use super::programme::{label, name};
use super::report::{Report, short};
use super::survey::Said;
use crate::diagnostic::code;
use crate::event::PURCHASE;
use crate::model::{Calendar, Clause, Days, Fact, Freeze, Predicate, Streak, Value};
use crate::syntax::ast::{self, Item, Sentence, What, Word};
use crate::units::{MICRO, Period, Span, SpanUnit};
use crate::vocabulary::Type;

/// Missed periods that a streak may forgive at most.
const FREEZE_MAX: i64 = 100;

impl Names<'_> {
    /// A calendar; days that are wrong are reported and left out.
    pub(super) fn calendar_item(item: &Item<'_>, report: &mut Report) -> Calendar {
        let mut days: Vec<Days> = Vec::new();
        for clause in &item.body {
            let What::Days { name, from, to } = &clause.what else { continue };
            if days.iter().any(|known| known.name == name.text && !later_year(known, *from)) {
                report.error(
                    code::DUPLICATE,
                    name.place,
                    format!("`{}` stands here twice for one year", short(name.text)),
                    "give one of them another name",
                );
            }
            let from = literal::day(*from, report);
            let until = to.map_or(from, |to| literal::day(to, report));
            let (Some(from), Some(until)) = (from, until) else { continue };
            if until < from {
                let place = to.map_or(clause.place, |to| to.place);
                report.error(
                    code::AMOUNT,
                    place,
                    "this ends before it begins",
                    "write the earlier day first",
                );
                continue;
            }
            days.push(Days { name: name.text.to_owned(), from, until });
        }
        Calendar { name: name(item), label: label(item, report), days, place: item.place }
    }

    /// A streak; sentences that are wrong are reported and left out.
    pub(super) fn streak_item(item: &Item<'_>, report: &mut Report) -> Streak {
        let mut streak = Streak {
            name: name(item),
            label: label(item, report),
            every: Period::Week,
            freeze: None,
            place: item.place,
        };
        for clause in &item.body {
            match &clause.what {
                What::On(path) if path.text != PURCHASE => {
                    report.error(
                        code::NOT_YET,
                        path.place,
                        "streaks are of purchases, so far",
                        "write `on purchase`",
                    );
                }
                What::Absence(_) | What::Schedule(_) => {
                    report.error(
                        code::NOT_YET,
                        clause.place,
                        "streaks are of purchases, so far",
                        "write `on purchase`",
                    );
                }
                What::Every(word) => {
                    let choices = [("day", Period::Day), ("week", Period::Week), ("month", Period::Month)];
                    streak.every = literal::choose(*word, "the period of a streak", &choices, report)
                        .unwrap_or(Period::Week);
                }
                What::Freeze { times, per } => streak.freeze = freeze(*times, per, report),
                _ => {}
            }
        }
        streak
    }

    /// `date in calendar holidays`.
    pub(super) fn in_calendar(
        &self,
        word: Word<'_>,
        inside: bool,
        known: &Known,
        report: &mut Report,
    ) -> Option<Predicate> {
        let calendar = self.calendar(word, report)?;
        (known.kind == Type::Date).then_some(Predicate::Calendar { calendar, inside })
    }

    /// Lengths that no streak reaches.
    pub(super) fn reach(&self, sentence: &Sentence<'_>, clause: &Clause, report: &mut Report) {
        let Fact::Streak(at) = clause.fact else { return };
        let (longest, what): (i64, &str) = match self.streak_words.get(at) {
            Some(&"day") => (365, "days"),
            Some(&"month") => (12, "months"),
            _ => (52, "weeks"),
        };
        // the longest that does what is asked
        let (value, reached) = match &clause.predicate {
            Predicate::AtLeast(value) | Predicate::Is(value) => (value, longest),
            Predicate::MoreThan(value) => (value, longest.saturating_sub(1)),
            _ => return,
        };
        let Value::Number(micro) = *value else { return };
        if micro > MICRO.saturating_mul(reached) {
            report.error(
                code::TOO_LARGE,
                sentence.predicate_place,
                "no streak is counted so far",
                format!("a streak is looked at over a year: at most {longest} {what}"),
            );
        }
    }

    /// `streak.weekly`.
    pub(super) fn streak(&self, path: Word<'_>, scope: Scope<'_>, report: &mut Report) -> Option<Said> {
        let name = path.text.strip_prefix("streak.")?;
        let found = self.streaks.iter().position(|streak| *streak == name);
        let Some(at) = found else {
            if !self.forgiven(ast::Kind::Streak) {
                let paths: Vec<String> = self.streaks.iter().map(|name| format!("streak.{name}")).collect();
                let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
                report.unknown(code::UNKNOWN_STREAK, "streak", "streaks", path, &paths);
            }
            return Some(Said::Wrong);
        };
        if scope.is_line() {
            super::condition::not_in_line(path, report);
            return Some(Said::Wrong);
        }
        if !scope.is_lost() && !scope.is_of(PURCHASE) {
            report.error(
                code::NOT_HERE,
                path.place,
                format!("`{}` needs a purchase", short(path.text)),
                "only rules with `on purchase` may use it",
            );
            return Some(Said::Wrong);
        }
        Some(Said::Known(Known { fact: Fact::Streak(at), kind: Type::Number, aisle: None, one_of: None }))
    }
}

/// Whether days of one name are of different years.
fn later_year(known: &Days, from: Word<'_>) -> bool {
    let (year, ..) = crate::calendar::ymd(known.from);
    !from.text.starts_with(&format!("{year:04}-"))
}

fn freeze(times: Word<'_>, per: &ast::Quantity<'_>, report: &mut Report) -> Option<Freeze> {
    let times_read = literal::whole(times, report, "so many are whole");
    let per_read = Literals::span(per, report);
    let (count, span) = (times_read?, per_read?);
    if count == 0 || count > FREEZE_MAX {
        let message = if count == 0 { "this forgives nothing" } else { "this forgives everything" };
        report.error(code::ZERO, times.place, message, "write such as `freeze 1 per 30 days`");
        return None;
    }
    if matches!(span.unit, SpanUnit::Minute | SpanUnit::Hour) {
        report.error(
            code::WRONG_UNIT,
            per.place,
            "a streak is looked at by days",
            "write days, weeks or months, such as `30 days`",
        );
        return None;
    }
    Some(Freeze { times: u32::try_from(count).ok()?, per: Span { ..span } })
}
