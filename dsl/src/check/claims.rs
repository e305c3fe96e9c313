//! `check` blocks: what a file says always holds. Read here, proved by `prove`; what does not hold is an error.

use super::condition::Scope;
use super::literal;
use super::names::Names;
use super::programme::name;
use super::report::Report;
use crate::diagnostic::{Diagnostic, code};
use crate::event::PURCHASE;
use crate::model::{Condition, LimitPeriod, LimitUnit, Place, Programme};
use crate::plan::Rulebook;
use crate::prove::{Answer, Claim, Question, Told, answer};
use crate::syntax::ast::{Item, Kind, What};
use serde::{Deserialize, Serialize};

/// Checks a file may have.
const CHECKS_MAX: usize = 20;

/// Boxes of cells looked at for all checks of a file, at most: publishing never waits for longer.
const BOXES_MAX: usize = 4_000;

/// A question of the file, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    title: String,
    place: Place,
    question: Question,
}

/// What became of one sentence of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// The title of its check.
    pub check: String,
    /// Where the sentence stands.
    pub place: Place,
    /// `holds`, `broken` or `undecided`.
    pub result: String,
    /// What was found, in a sentence; empty where it holds.
    pub found: String,
    /// An event that breaks it.
    pub counter_example: Option<Told>,
}

impl Names<'_> {
    /// The questions of a check.
    pub(super) fn claim_item(&self, item: &Item<'_>, report: &mut Report) -> Vec<Asked> {
        let title = item.name.and_then(|word| literal::text(word, report)).map(str::to_owned);
        let title = title.unwrap_or_else(|| name(item));
        let mut kind = PURCHASE.to_owned();
        let mut when: Vec<Condition> = Vec::new();
        let mut found = Vec::new();
        let on = item.body.iter().find_map(|clause| match &clause.what {
            What::On(path) => Some(*path),
            _ => None,
        });
        if let Some(path) = on
            && self.event_kind(path, report)
        {
            path.text.clone_into(&mut kind);
        }
        for clause in &item.body {
            let claim = match &clause.what {
                What::When(conds) => {
                    when.extend(self.conditions(conds, Scope::rule(Some(&kind)), report));
                    continue;
                }
                What::Absence(_) | What::Schedule(_) => {
                    report.error(
                        code::CHECK,
                        clause.place,
                        "a check is about an event by its name",
                        "write such as `on purchase`, or leave this out and say `per member per day`",
                    );
                    continue;
                }
                What::ShareAtMost { percent, of } => {
                    if of.text != "basket.paid" {
                        let message = "a share is checked against what was paid for the whole basket";
                        report.rewrite(code::CHECK, of.place, message, "basket.paid");
                        continue;
                    }
                    if kind != PURCHASE {
                        let help = "write `at most 500 points per event`";
                        report.error(code::CHECK, clause.place, "only a purchase has a basket", help);
                        continue;
                    }
                    if !self.worth {
                        report.error(
                            code::NEEDS_WORTH,
                            percent.place,
                            "a share needs to know what a point is worth",
                            "add such as `point worth 0.01 EUR` to the programme",
                        );
                        continue;
                    }
                    literal::ratio(*percent, report).map(Claim::Share)
                }
                What::AtMost { most, scopes } => {
                    let limit = self.limit(Kind::Programme, clause, most, scopes, report);
                    match limit.map(|limit| (limit.most, limit.per)) {
                        Some((LimitUnit::Points(points), LimitPeriod::Event)) => {
                            Some(Claim::PerEvent(points))
                        }
                        Some((LimitUnit::Points(points), LimitPeriod::Day)) => {
                            Some(Claim::PerMemberDay(points))
                        }
                        Some(_) => {
                            let help =
                                "write such as `at most 500 points per event`, or `per member per day`";
                            let message = "this is checked in points, per event or per member and day";
                            report.error(code::CHECK, clause.place, message, help);
                            None
                        }
                        None => None,
                    }
                }
                What::NeverBoth(left, right) => {
                    let (left, right) = (self.rule(*left, report), self.rule(*right, report));
                    left.zip(right).map(|(left, right)| Claim::NeverBoth(left, right))
                }
                What::Always(word) => self.rule(*word, report).map(Claim::Always),
                _ => continue,
            };
            if let Some(claim) = claim {
                found.push((clause.place, claim));
            }
        }
        let asked = |(place, claim): (Place, Claim)| Asked {
            title: title.clone(),
            place,
            question: Question { kind: kind.clone(), on: on.is_some(), when: when.clone(), claim },
        };
        found.into_iter().map(asked).collect()
    }
}

/// Proves every question; what does not hold is an error, what could not be shown a warning.
pub(super) fn prove(programme: &Programme, asked: &[Asked], report: &mut Report) -> Vec<CheckReport> {
    if asked.is_empty() {
        return Vec::new();
    }
    if let Some(over) = asked.get(CHECKS_MAX) {
        let help = format!("a programme has at most {CHECKS_MAX} such sentences");
        report.error(code::TOO_MANY, over.place, "this programme has too many checks", help);
        return Vec::new();
    }
    let book = Rulebook::compile(programme.clone());
    let each = BOXES_MAX.div_euclid(asked.len().max(1));
    asked.iter().map(|asked| prove_one(&book, asked, each, report)).collect()
}

fn prove_one(book: &Rulebook, asked: &Asked, boxes: usize, report: &mut Report) -> CheckReport {
    let mut told = CheckReport {
        check: asked.title.clone(),
        place: asked.place,
        result: "holds".to_owned(),
        found: String::new(),
        counter_example: None,
    };
    match answer(book, &asked.question, boxes) {
        Answer::Holds => {}
        Answer::Senseless(why) => {
            "broken".clone_into(&mut told.result);
            report.error(
                code::CHECK,
                asked.place,
                why.clone(),
                "a check asks one thing of one kind of event",
            );
            told.found = why;
        }
        Answer::Broken { found, event } => {
            "broken".clone_into(&mut told.result);
            let message = format!("check failed: \"{}\"", super::report::short(&asked.title));
            let help = format!("counter-example: {}", event.one_line(&found));
            report.error(code::CHECK_FAILED, asked.place, message, help);
            (told.found, told.counter_example) = (found, Some(*event));
        }
        Answer::Undecided(found) => {
            "undecided".clone_into(&mut told.result);
            let message =
                format!("this could not be shown of every event: \"{}\"", super::report::short(&asked.title));
            report.push(Diagnostic::warning(code::UNDECIDED, asked.place, message).help(found.clone()));
            told.found = found;
        }
    }
    told
}
