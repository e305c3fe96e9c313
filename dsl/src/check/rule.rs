//! Rules: what they answer, when, what they give, what bounds them.

use super::condition::Scope;
use super::literal::{self, Literals};
use super::names::{Aisle, Names};
use super::programme::{label, name};
use super::report::{Report, short};
use crate::diagnostic::code;
use crate::model::{Active, Amount, Fact, Give, Rule};
use crate::syntax::ast::{self, Item, Kind, Quantity, Subject, What};
use crate::units::{AMOUNT_MAX, MICRO};

impl Names<'_> {
    /// A rule; parts that are wrong are reported and left out.
    pub(super) fn rule_item(&self, item: &Item<'_>, report: &mut Report) -> Rule {
        let mut rule = Rule {
            name: name(item),
            label: label(item, report),
            formerly: Vec::new(),
            on: String::new(),
            active: Active::default(),
            when: Vec::new(),
            gives: Vec::new(),
            limits: Vec::new(),
            group: None,
            budget: None,
            valid: None,
            pending: None,
            place: item.place,
            timer: None,
            draw: None,
            keeps: false,
            if_unspent: false,
            ranking: None,
        };
        let on = item.body.iter().find_map(|clause| match &clause.what {
            What::On(path) => Some(*path),
            _ => None,
        });
        let event = on.filter(|path| self.event_kind(*path, report)).map(|path| path.text);
        event.unwrap_or_default().clone_into(&mut rule.on);
        let mut scope = Scope::rule(event);
        if let Some((timer, kind, members)) = self.timer(item, report) {
            rule.timer = Some(timer);
            rule.on = kind;
            rule.when.extend(members);
        }
        if item.body.iter().any(|clause| matches!(clause.what, What::Absence(_) | What::Schedule(_))) {
            scope = Scope::rule(Some("time"));
        }
        for clause in &item.body {
            match &clause.what {
                What::Formerly(word) => {
                    if self.rules.contains(&word.text) {
                        report.error(
                            code::DUPLICATE,
                            word.place,
                            format!("there still is a rule called `{}`", short(word.text)),
                            "`formerly` names a rule that was renamed and is gone",
                        );
                    }
                    rule.formerly.push(word.text.to_owned());
                }
                What::Active { from, until } => rule.active = Self::active(*from, *until, clause, report),
                What::When(conds) => rule.when.extend(self.conditions(conds, scope, report)),
                // what fires it may be what did not parse
                What::Draw(_) | What::Rank { .. } if item.broken && rule.timer.is_none() => {}
                What::Draw(word) => rule.draw = Self::drawn(*word, rule.timer, report),
                What::Rank { from, to, by, last } => {
                    if rule.draw.is_some() {
                        report.error(
                            code::TIMER,
                            clause.place,
                            "a rule draws members or ranks them, not both",
                            "take one of the two away, or write two rules",
                        );
                    }
                    rule.ranking = Self::ranking((*from, *to), (*by, *last), rule.timer, report);
                }
                What::Give(give) => rule.gives.extend(self.give(give, scope, report)),
                What::Effect(effect) => rule.gives.extend(self.effect(effect, report).map(Give::Effect)),
                What::Multiply { all, by } => rule.gives.extend(Self::multiply(*all, *by, report)),
                What::Limit { most, scopes } => {
                    rule.limits.extend(self.limit(Kind::Rule, clause, most, scopes, report));
                }
                What::Revoke(None) => rule.if_unspent = true,
                What::Revoke(Some(word)) => {
                    let choices = [("revoke", false), ("keep", true)];
                    let keeps = literal::choose(*word, "a rule's refund", &choices, report);
                    rule.keeps = keeps.unwrap_or(false);
                }
                What::Group(word) => rule.group = self.group(*word, report),
                What::FromBudget(word) => rule.budget = self.budget(*word, report),
                What::Valid(quantity) => rule.valid = Literals::span(quantity, report),
                What::Pending(quantity) => rule.pending = Literals::span(quantity, report),
                _ => {}
            }
        }
        rule
    }

    fn give(&self, give: &ast::Give<'_>, scope: Scope<'_>, report: &mut Report) -> Option<Give> {
        Some(match give {
            ast::Give::Reward(word) => Give::Reward(self.reward(*word, report)?),
            ast::Give::Badge(word) => Give::Badge(self.badge(*word, report)?),
            ast::Give::Share { percent, of } => {
                if !self.worth {
                    report.error(
                        code::NEEDS_WORTH,
                        percent.place,
                        "a share given as points needs to know what a point is worth",
                        format!("add such as `point worth 0.01 {}` to the programme", self.literals.code()),
                    );
                }
                let ratio = literal::ratio(*percent, report);
                let of = self.amount(of, scope, report);
                Give::Share { ratio: ratio?, of: of? }
            }
            ast::Give::Rate { points, per, of } => {
                let points_micro = Self::awarded(points, report);
                let per_minor = self.literals.small_money(per, report);
                let of = self.amount(of, scope, report);
                if per_minor == Some(0) {
                    report.error(
                        code::ZERO,
                        per.place,
                        "points cannot be given per nothing",
                        format!("write such as `per {}`", self.literals.as_money("1")),
                    );
                    return None;
                }
                Give::Rate { points_micro: points_micro?, per_minor: per_minor?, of: of? }
            }
            ast::Give::Steps { points, every, of } => self.steps((points, every), of, scope, report)?,
            ast::Give::Milestone { points, every } => self.milestone(points, every, scope, report)?,
            ast::Give::Points(points) => Give::Points(Self::awarded(points, report)?),
        })
    }

    /// A badge's name, one of the catalogue's where that lists any.
    pub(super) fn badge(&self, word: ast::Word<'_>, report: &mut Report) -> Option<String> {
        let name = literal::text(word, report)?;
        self.stocked(Aisle::Badges, word, name, report).then(|| name.to_owned())
    }

    /// Points of an award: more than nothing, at most [`AMOUNT_MAX`].
    pub(super) fn awarded(points: &Quantity<'_>, report: &mut Report) -> Option<i64> {
        let micro = Literals::points_micro(points, report)?;
        if micro == 0 {
            report.error(code::ZERO, points.place, "this gives nothing", "write how many points it gives");
            return None;
        }
        if micro > AMOUNT_MAX.saturating_mul(MICRO) {
            report.error(
                code::TOO_LARGE,
                points.place,
                "this is too many points",
                format!("a rule gives at most {AMOUNT_MAX} points"),
            );
            return None;
        }
        Some(micro)
    }

    fn multiply(all: bool, by: ast::Word<'_>, report: &mut Report) -> Option<Give> {
        let factor_micro = literal::micro(by, report)?;
        let help = "write a factor such as `2` or `1.5`";
        if factor_micro <= MICRO {
            report.error(code::ZERO, by.place, "a factor of 1 or less adds nothing", help);
            return None;
        }
        if factor_micro > MICRO.saturating_mul(1_000) {
            report.error(code::TOO_LARGE, by.place, "this factor is too large", "a factor is at most 1000");
            return None;
        }
        Some(Give::Multiply { factor_micro, all })
    }

    /// An amount of money that points are given on.
    pub(super) fn amount(&self, of: &Subject<'_>, scope: Scope<'_>, report: &mut Report) -> Option<Amount> {
        let path = of.path;
        if let (Some(filter), "basket.eligible") = (&of.filter, path.text) {
            return Some(Amount { eligible_only: true, filter: self.filter(filter, report) });
        }
        let known = self.subject(of, scope, report)?;
        match known.fact {
            Fact::BasketPaid => Some(Amount { eligible_only: false, filter: Vec::new() }),
            Fact::BasketEligible => Some(Amount { eligible_only: true, filter: Vec::new() }),
            Fact::BasketLines(filter) => Some(Amount { eligible_only: false, filter }),
            _ => {
                report.error(
                    code::AMOUNT,
                    of.place,
                    format!("points are given on money of the basket, not on `{}`", short(path.text)),
                    "write `basket.paid`, `basket.eligible` or `basket.lines where …`",
                );
                None
            }
        }
    }
}
