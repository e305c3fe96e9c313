//! How members bring friends: by which time, on which purchase, and what a return does to it.

use super::condition::Scope;
use super::lint::{clause_place, limits, name_place, warn};
use super::literal::{Literals, choose};
use super::names::Names;
use super::programme::{label, name};
use super::report::Report;
use crate::calendar::Zone;
use crate::diagnostic::code;
use crate::event::{PURCHASE, REFERRAL_FRIEND, REFERRAL_REFERRER};
use crate::model::{Programme, Referral, Revoke};
use crate::syntax::ast::{Item, Kind, Quantity, What};
use crate::units::{Moment, Span, SpanUnit};

/// How long after enrolling a friend may name who brought her, where the file does not say.
const JOIN: Span = Span { count: 7, unit: SpanUnit::Day };

/// How long most shops take goods back, by law or by habit.
const USUAL_RETURN: Span = Span { count: 14, unit: SpanUnit::Day };

impl Names<'_> {
    /// The referral; parts that are wrong are reported and left at their defaults.
    pub(super) fn referral_item(&self, item: &Item<'_>, report: &mut Report) -> Referral {
        let mut referral = Referral {
            name: name(item),
            label: label(item, report),
            join: JOIN,
            least_minor: None,
            qualify: JOIN,
            when: Vec::new(),
            mature: USUAL_RETURN,
            limits: Vec::new(),
            refund: Revoke::Revoke,
            place: item.place,
        };
        for clause in &item.body {
            match &clause.what {
                What::Join(span) => referral.join = Self::long(span, report).unwrap_or(referral.join),
                What::Qualify { least, within } => {
                    let least = least.as_ref().and_then(|least| self.least(least, report));
                    referral.least_minor = least;
                    referral.qualify = Self::long(within, report).unwrap_or(referral.qualify);
                }
                What::When(conds) => {
                    referral.when.extend(self.conditions(conds, Scope::rule(Some(PURCHASE)), report));
                }
                What::Mature(span) => {
                    referral.mature = Literals::span(span, report).unwrap_or(referral.mature);
                }
                What::Limit { most, scopes } => {
                    referral.limits.extend(self.limit(Kind::Referral, clause, most, scopes, report));
                }
                What::Revoke(Some(word)) => {
                    let choices = [("revoke", Revoke::Revoke), ("keep", Revoke::Keep)];
                    referral.refund = choose(*word, "what a refund does to a referral", &choices, report)
                        .unwrap_or_default();
                }
                What::Revoke(None) => referral.refund = Revoke::IfUnspent,
                _ => {}
            }
        }
        referral
    }

    /// A time that is more than nothing.
    fn long(span: &Quantity<'_>, report: &mut Report) -> Option<Span> {
        let found = Literals::span(span, report)?;
        if found.count == 0 {
            report.error(code::ZERO, span.place, "this leaves no time at all", "write such as `30 days`");
            return None;
        }
        Some(found)
    }

    fn least(&self, least: &Quantity<'_>, report: &mut Report) -> Option<i64> {
        let minor = self.literals.money(least, report)?;
        if minor == 0 {
            let help = "write an amount, or leave `of at least` out";
            report.error(code::ZERO, least.place, "every purchase comes to this much", help);
            return None;
        }
        Some(minor)
    }
}

/// Warnings about a referral, and about rules that wait for one.
pub(super) fn lint(items: &[Item<'_>], programme: &Programme, report: &mut Report) {
    let answers = |kind: &str| programme.rules.iter().any(|rule| rule.on == kind);
    let item = items.iter().find(|item| item.kind == Kind::Referral);
    let (Some(item), Some(referral)) = (item, &programme.referral) else {
        let rules = items.iter().filter(|item| item.kind == Kind::Rule).zip(&programme.rules);
        for (item, rule) in
            rules.filter(|(_, rule)| [REFERRAL_REFERRER, REFERRAL_FRIEND].contains(&rule.on.as_str()))
        {
            let message = format!("nobody can bring friends here, so `{}` never happens", rule.on);
            let place = clause_place(item, |what| matches!(what, What::On(_)));
            warn(report, code::NEVER_FIRES, place, message, "add a `referral`, such as `referral friends {`");
        }
        return;
    };
    limits(item, report);
    if referral.limits.is_empty() {
        let help = "add such as `limit 10 times per member per month`";
        warn(report, code::UNCAPPED, name_place(item), "a member can bring friends without end", help);
    }
    if referral.least_minor.is_none() {
        let place = clause_place(item, |what| matches!(what, What::Qualify { .. }));
        let help = "write such as `qualify on purchase of at least 25.00 EUR within 30 days`";
        warn(
            report,
            code::CHEAP_REFERRAL,
            place,
            "a friend qualifies with a purchase of next to nothing",
            help,
        );
    }
    let days = |span: Span| Zone::utc().plus(Moment(0), span);
    if days(referral.mature) < days(USUAL_RETURN) {
        let place = clause_place(item, |what| matches!(what, What::Mature(_)));
        let message = "both are rewarded before the purchase can no longer come back";
        warn(report, code::EARLY, place, message, "write how long you take goods back, such as `14 days`");
    }
    if !answers(REFERRAL_REFERRER) && !answers(REFERRAL_FRIEND) {
        let help = "add rules with `on referral.referrer` and `on referral.friend`";
        warn(report, code::THANKLESS, name_place(item), "nobody gets anything for this referral", help);
    }
}
