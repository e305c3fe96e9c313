//! Why and why not, for one event: a row per rule, in the merchant's words. Lazy: nothing here runs when deciding.
//!
//! It reads an outcome and says what it means; it never decides anything itself. A date of birth is never written.

mod goals;
mod reasons;
mod rewards;
mod words;

use crate::calendar::show_day;
use crate::event::Event;
use crate::facts::{Facts, Metric};
use crate::model::{Amount, BudgetTotal, Condition, Give, LimitUnit, Programme, Rule};
use crate::outcome::{Cut, Outcome, Verdict};
use crate::plan::counters::period_word;
use crate::plan::{LimitOwner, LimitSlot, Rulebook};
use crate::reading::{Reading, Seen};
pub use rewards::gives;
use serde::{Deserialize, Serialize};
use words::Words;
pub(crate) use words::{decimal, points, whole_points};

/// Why an outcome is what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Points in all.
    pub points: i64,
    /// One row per rule that answers this event kind, in file order.
    pub rules: Vec<RuleRow>,
}

/// What became of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRow {
    /// Its name.
    pub rule: String,
    /// Its label.
    pub label: Option<String>,
    /// `gave`, `lost`, `cut`, `unmet`, `inactive`, `nothing`.
    pub verdict: String,
    /// Points it gave.
    pub points: i64,
    /// One sentence with the operand values: `no: basket.paid is 4.40 EUR, needs at least 6.00 EUR`.
    pub why: String,
}

/// Explains an outcome; `source` is the text the rulebook was compiled from, for quoting conditions, where at hand.
pub fn explain(
    rulebook: &Rulebook,
    event: &Event,
    facts: &Facts,
    outcome: &Outcome,
    source: Option<&str>,
) -> Explanation {
    let teller = Teller {
        rulebook,
        facts,
        outcome,
        reading: Reading::new(rulebook, event, facts),
        words: Words { programme: rulebook.programme(), kind: &event.kind, source },
    };
    let rules = rulebook.programme().rules.iter().zip(&outcome.verdicts).enumerate();
    let rows = rules.filter_map(|(at, (rule, verdict))| teller.row(at, rule, verdict)).collect();
    Explanation { points: outcome.points, rules: rows }
}

/// A condition of a rule on an event kind, as it would be written.
pub(crate) fn sentence(programme: &Programme, kind: &str, condition: &Condition) -> String {
    Words { programme, kind, source: None }.condition(condition)
}

/// A fact as it would be written.
pub(crate) fn fact(programme: &Programme, kind: &str, fact: &crate::model::Fact) -> String {
    Words { programme, kind, source: None }.fact(fact)
}

/// A kind of event as tests write it: `absence of 60 days`.
pub(crate) fn kind_words(kind: &str) -> String {
    match kind.strip_prefix("absence.").and_then(|rest| rest.split_once('_')) {
        Some((count, unit)) => format!("absence of {count} {unit}"),
        None => kind.to_owned(),
    }
}

/// What a rule gives, as it would be written.
pub(crate) fn gift(programme: &Programme, kind: &str, give: &Give) -> String {
    let words = Words { programme, kind, source: None };
    match give {
        Give::Rate { points_micro, per_minor, of } => {
            let per = programme.currency.show(*per_minor);
            format!("{} per {per}{}", points(*points_micro), words.filter(&of.filter))
        }
        Give::Share { .. } => "a share as points".to_owned(),
        Give::Steps { points_micro, every_minor, of } => {
            let every = programme.currency.show(*every_minor);
            format!("{} every {every}{}", points(*points_micro), words.filter(&of.filter))
        }
        _ => words.give(give, |_| 0),
    }
}

struct Teller<'a> {
    rulebook: &'a Rulebook,
    facts: &'a Facts,
    outcome: &'a Outcome,
    reading: Reading<'a>,
    words: Words<'a>,
}

impl Teller<'_> {
    fn row(&self, at: usize, rule: &Rule, verdict: &Verdict) -> Option<RuleRow> {
        let (word, given, why) = match verdict {
            Verdict::OtherEvent => return None,
            Verdict::Inactive => ("inactive", 0, self.inactive(rule)),
            Verdict::Unmet(condition) => ("unmet", 0, self.unmet(rule, *condition)),
            Verdict::Nothing => ("nothing", 0, self.nothing(at, rule)),
            Verdict::Lost { would_micro } => ("lost", 0, self.lost(at, rule, *would_micro)),
            Verdict::Gave { points, cut: None, .. } => {
                ("gave", *points, format!("yes: {}{}", self.gives(at, rule), self.muted(rule)))
            }
            Verdict::Gave { points, uncut_micro, cut: Some(cut) } => {
                ("cut", *points, format!("cut: {}; {}", would(rule, *uncut_micro), self.cut(*cut)))
            }
        };
        Some(RuleRow {
            rule: rule.name.clone(),
            label: rule.label.clone(),
            verdict: word.to_owned(),
            points: given,
            why,
        })
    }

    fn inactive(&self, rule: &Rule) -> String {
        let today = self.reading.day();
        match (rule.active.from, rule.active.until) {
            (Some(from), _) if today < from => {
                format!("no: it starts on {}, the event is of {}", show_day(from), show_day(today))
            }
            (_, Some(until)) => {
                format!("no: it ended on {}, the event is of {}", show_day(until), show_day(today))
            }
            _ => "no: it is not valid on this day".to_owned(),
        }
    }

    fn unmet(&self, rule: &Rule, condition: usize) -> String {
        let why = rule.when.get(condition).map(|it| reasons::why_not(self.words, &self.reading, it, None));
        format!("no: {}", why.unwrap_or_default())
    }

    fn gives(&self, at: usize, rule: &Rule) -> String {
        let each = rule.gives.iter().filter(|give| !matches!(give, Give::Challenge(_)));
        let each: Vec<String> =
            each.map(|give| self.words.give(give, |amount| self.amount(amount))).collect();
        let given = each.join(" and ");
        match rule.challenge() {
            Some(challenge) => format!("{given}, for {}", self.progress(at, challenge)),
            None => given,
        }
    }

    /// What of it was left out, for it would have addressed the member once too often.
    fn muted(&self, rule: &Rule) -> String {
        let own = |effect: &&crate::effect::Effect| rule.gives.contains(&Give::Effect((*effect).clone()));
        let Some(effect) = self.outcome.muted.iter().find(own) else { return String::new() };
        let attention = self.rulebook.programme().attention.as_ref();
        let why = match self.reading.see(&crate::model::Fact::Time, None) {
            Some(Seen::Time(minute)) if attention.is_some_and(|known| known.is_quiet(minute)) => {
                "these are quiet hours"
            }
            _ => "the member has been addressed often enough",
        };
        format!("; left out: {effect}, for {why}")
    }

    /// The money a rate acts on.
    fn amount(&self, amount: &Amount) -> i64 {
        let takes = |line: &&crate::event::Line| {
            (line.eligible || !amount.eligible_only) && self.reading.takes(&amount.filter, line)
        };
        let amounts = self.reading.lines().iter().filter(takes).map(|line| {
            match self.reading.see(&crate::model::Fact::LineAmount, Some(line)) {
                Some(Seen::Money(minor)) => minor,
                _ => 0,
            }
        });
        amounts.fold(0, i64::saturating_add)
    }

    fn lost(&self, at: usize, rule: &Rule, would_micro: i64) -> String {
        let group = rule.group.and_then(|group| self.rulebook.programme().groups.get(group));
        let name = group.map_or("its group", |group| group.name.as_str());
        let rules = self.rulebook.programme().rules.iter().zip(&self.outcome.verdicts).enumerate();
        let winner =
            rules.filter(|(other, _)| *other != at).find_map(|(_, (other, verdict))| match verdict {
                Verdict::Gave { uncut_micro, .. } if other.group == rule.group => Some((other, *uncut_micro)),
                _ => None,
            });
        match winner {
            Some((winner, micro)) => format!(
                "lost: group {name} took {}, which gives {}; {}",
                winner.name,
                points(micro),
                would(rule, would_micro)
            ),
            None => format!("lost: group {name} took another rule; {}", would(rule, would_micro)),
        }
    }

    fn cut(&self, cut: Cut) -> String {
        match cut {
            Cut::Limit(at) => match self.rulebook.limits().get(at) {
                Some(slot) => self.limit(slot, self.facts.used.get(at).copied().unwrap_or(0)),
                None => String::new(),
            },
            Cut::EventLimit(at) => {
                self.rulebook.event_limits().get(at).map_or_else(String::new, |slot| self.limit(slot, 0))
            }
            Cut::Budget(at) => self.budget(at),
        }
    }

    fn limit(&self, slot: &LimitSlot, used: i64) -> String {
        let programme = self.rulebook.programme();
        let owner = match slot.owner {
            LimitOwner::Programme => "the programme".to_owned(),
            LimitOwner::Group(at) => {
                format!("group {}", programme.groups.get(at).map_or("", |group| group.name.as_str()))
            }
            LimitOwner::Referral => "the referral".to_owned(),
            LimitOwner::Attention => "attention".to_owned(),
            LimitOwner::Rule(at)
                if programme.rules.get(at).is_some_and(|rule| rule.challenge().is_some()) =>
            {
                "this challenge".to_owned()
            }
            LimitOwner::Rule(_) | LimitOwner::Milestone(_) | LimitOwner::Challenge(_) => {
                "this rule".to_owned()
            }
            LimitOwner::Reward(at) => {
                format!("reward {}", programme.rewards.get(at).map_or("", |reward| reward.name.as_str()))
            }
        };
        let unit = |number: i64| match slot.most {
            LimitUnit::Times(_) => format!("{number} time{}", if number == 1 { "" } else { "s" }),
            LimitUnit::Points(_) => whole_points(number),
            LimitUnit::Money(_) => programme.currency.show(number),
        };
        let (LimitUnit::Times(most) | LimitUnit::Points(most) | LimitUnit::Money(most)) = slot.most;
        let left = most.saturating_sub(used.max(0)).max(0);
        let whose = if slot.household { "household and " } else { "" };
        let per = format!("{whose}{}", period_word(slot.per));
        format!("{owner} is limited to {} per {per}, {} left", unit(most), unit(left))
    }

    /// Why a rule found nothing to act on.
    fn nothing(&self, at: usize, rule: &Rule) -> String {
        let milestones = self.rulebook.milestones().iter().zip(&self.facts.milestones);
        let step = milestones.into_iter().find(|(milestone, _)| milestone.rule == at);
        if let Some((milestone, before)) = step {
            let every = milestone.every;
            let money = every.sum.metric == Metric::Spent;
            let all = Amount { eligible_only: false, filter: Vec::new() };
            let now = before.saturating_add(if money { self.amount(&all) } else { 1 });
            let past = now.checked_rem_euclid(every.at_least).unwrap_or(0);
            let missing = every.at_least.saturating_sub(past);
            let missing =
                if money { self.words.programme.currency.show(missing) } else { words::purchases(missing) };
            return format!("no: {missing} more to the next step of {}", self.words.step(every));
        }
        if let Some(challenge) = rule.challenge() {
            return format!("no: {}", self.progress(at, challenge));
        }
        if rule.gives.iter().any(|give| matches!(give, Give::Multiply { .. })) {
            "no: there are no points for it to multiply".to_owned()
        } else {
            "no: nothing that it counts was bought".to_owned()
        }
    }

    fn budget(&self, at: usize) -> String {
        let Some(budget) = self.rulebook.programme().budgets.get(at) else { return String::new() };
        let today = self.reading.day();
        let open = budget.active.from.is_none_or(|from| from <= today)
            && budget.active.until.is_none_or(|until| today <= until);
        if !open {
            return format!("budget {} is not open on {}", budget.name, show_day(today));
        }
        let used = self.facts.budget_used.get(at).copied().unwrap_or(0).max(0);
        let left = |total: i64| total.saturating_sub(used).max(0);
        let left = match budget.total {
            BudgetTotal::Points(total) => whole_points(left(total)),
            BudgetTotal::Money(total) => self.rulebook.programme().currency.show(left(total)),
        };
        format!("budget {} has {left} left", budget.name)
    }
}

/// What a rule would have given.
fn would(rule: &Rule, micro: i64) -> String {
    let gives = |is: fn(&Give) -> bool| rule.gives.iter().any(is);
    if micro > 0 {
        format!("it would give {}", points(micro))
    } else if gives(|give| matches!(give, Give::Reward(_) | Give::Badge(_))) {
        "it would give its reward".to_owned()
    } else if let Some(effect) = rule.gives.iter().find_map(|give| match give {
        Give::Effect(effect) => Some(effect),
        _ => None,
    }) {
        format!("it would {effect}")
    } else {
        format!("it would give {}", points(micro))
    }
}
