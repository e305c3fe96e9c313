//! Attention: limits on what addresses a member, and quiet hours.

use super::lint::warn;
use super::literal;
use super::names::{Names, plain_names};
use super::report::{Report, short};
use crate::diagnostic::code;
use crate::effect::Effect;
use crate::model::{Attention, Give, Programme};
use crate::syntax::ast::{Item, Kind, What};

impl Names<'_> {
    /// How often members are addressed; sentences that are wrong are reported and left out.
    pub(super) fn attention_item(&self, item: &Item<'_>, report: &mut Report) -> Attention {
        let mut attention =
            Attention { limits: Vec::new(), quiet: None, events: Vec::new(), place: item.place };
        for clause in &item.body {
            match &clause.what {
                What::Limit { most, scopes } => {
                    attention.limits.extend(self.limit(Kind::Attention, clause, most, scopes, report));
                }
                What::Quiet { from, to } => {
                    let (start, end) = (literal::time(*from, report), literal::time(*to, report));
                    let (Some(start), Some(end)) = (start, end) else { continue };
                    if start == end {
                        let help = "write when they begin and when they end, such as `quiet between 21:00 and 08:00`";
                        report.error(code::AMOUNT, to.place, "these hours have no length", help);
                        continue;
                    }
                    attention.quiet = Some((start, end));
                }
                What::Addresses(list) => attention.events = plain_names(list, "events", report),
                _ => {}
            }
        }
        attention
    }
}

/// Events that are said to address members, and that no rule emits; budgets that nothing draws on.
pub(super) fn lint(items: &[Item<'_>], programme: &Programme, report: &mut Report) {
    let Some(attention) = &programme.attention else { return };
    let Some(item) = items.iter().find(|item| item.kind == Kind::Attention) else { return };
    let effects = || {
        programme.rules.iter().flat_map(|rule| &rule.gives).filter_map(|give| match give {
            Give::Effect(effect) => Some(effect),
            _ => None,
        })
    };
    for clause in &item.body {
        let What::Addresses(list) = &clause.what else { continue };
        for name in &attention.events {
            if !effects().any(|effect| matches!(effect, Effect::Signal(emitted) if emitted == name)) {
                let message = format!("no rule emits the event `{}`", short(name));
                let help = format!("add such as `emit event \"{name}\"` to a rule, or leave it out");
                warn(report, code::UNUSED_ATTENTION, list.place, message, &help);
            }
        }
    }
    if !effects().any(|effect| attention.counts(effect)) && attention.events.is_empty() {
        let help = "prompts are counted, and the events that `events [..]` names; add one, or leave this out";
        warn(report, code::UNUSED_ATTENTION, item.keyword, "no rule addresses a member", help);
    }
}
