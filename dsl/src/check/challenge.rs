//! Challenges: their goals, what completes them, and goals that nobody reaches.

use super::condition::Scope;
use super::lint::warn;
use super::literal::{self, Literals};
use super::names::Names;
use super::programme::{label, name};
use super::report::{Report, short};
use super::timers::SEGMENT;
use crate::diagnostic::code;
use crate::event::{ANNIVERSARY, BIRTHDAY, ENROLMENT, PURCHASE, REFERRAL_FRIEND};
use crate::model::{Active, Challenge, Condition, Counts, Give, Goal, Limit, LimitPeriod, LimitUnit, Rule};
use crate::syntax::ast::{self, Cond, Item, Kind, What};

/// Goals of one challenge.
const GOALS_MAX: usize = 10;

/// The most times that a goal asks for.
const TIMES_MAX: i64 = 1_000_000;

impl Names<'_> {
    /// A challenge, as a rule that answers whatever its goals count; parts that are wrong are reported and left out.
    pub(super) fn challenge_item(&self, item: &Item<'_>, report: &mut Report) -> Rule {
        let mut challenge = Challenge { per: LimitPeriod::Programme, needs: 0, goals: Vec::new() };
        let mut rule = Rule {
            name: name(item),
            label: label(item, report),
            formerly: Vec::new(),
            on: PURCHASE.to_owned(),
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
            ranking: None,
            keeps: false,
            if_unspent: false,
        };
        let mut needs = None;
        for clause in &item.body {
            match &clause.what {
                What::Active { from, until } => rule.active = Self::active(*from, *until, clause, report),
                // of the member alone: the goals are of several events
                What::When(conds) => {
                    rule.when.extend(self.conditions(conds, Scope::rule(Some(SEGMENT)), report));
                }
                What::Every(word) => {
                    let choices = [
                        ("day", LimitPeriod::Day),
                        ("week", LimitPeriod::Week),
                        ("month", LimitPeriod::Month),
                        ("year", LimitPeriod::Year),
                    ];
                    let per = literal::choose(*word, "the period of a challenge", &choices, report);
                    challenge.per = per.unwrap_or(LimitPeriod::Month);
                }
                What::Goal(goal) => self.goal(goal, &mut challenge.goals, report),
                What::Needs(word) => needs = Some(*word),
                What::Give(give) => rule.gives.extend(self.prize(give, clause.place, report)),
                What::Effect(effect) => rule.gives.extend(self.effect(effect, report).map(Give::Effect)),
                What::FromBudget(word) => rule.budget = self.budget(*word, report),
                What::Valid(quantity) => rule.valid = Literals::span(quantity, report),
                What::Pending(quantity) => rule.pending = Literals::span(quantity, report),
                What::Refund(word) => {
                    let choices = [("revoke", false), ("keep", true)];
                    let keeps = literal::choose(*word, "a challenge's refund", &choices, report);
                    rule.keeps = keeps.unwrap_or(false);
                }
                _ => {}
            }
        }
        challenge.needs = challenge.goals.len();
        if let Some(word) = needs {
            challenge.needs = needed(word, item, report).unwrap_or(challenge.needs);
        }
        if let Some(goal) = challenge.goals.first() {
            goal.kind().clone_into(&mut rule.on);
        }
        rule.limits.push(Limit { most: LimitUnit::Times(1), per: challenge.per, household: false });
        rule.gives.insert(0, Give::Challenge(challenge));
        rule
    }

    /// A goal; one that is wrong is reported and left out.
    fn goal(&self, goal: &ast::Goal<'_>, goals: &mut Vec<Goal>, report: &mut Report) {
        if goals.iter().any(|known| known.name == goal.name.text) {
            report.error(
                code::DUPLICATE,
                goal.name.place,
                format!("there are two goals called `{}`", short(goal.name.text)),
                "give one of them another name",
            );
            return;
        }
        let title = goal.label.and_then(|word| literal::text(word, report)).map(str::to_owned);
        let counts = match &goal.counts {
            ast::Counts::On { kind, filter } => self.times(*kind, filter.as_ref(), report),
            ast::Counts::Of(subject) => {
                self.amount(subject, Scope::rule(Some(PURCHASE)), report).map(Counts::Money)
            }
        };
        let target = self.target(goal, report);
        if let (Some(target), Some(counts)) = (target, counts) {
            goals.push(Goal { name: goal.name.text.to_owned(), label: title, target, counts });
        }
    }

    /// Events that count, and what must hold of them.
    fn times(&self, kind: ast::Word<'_>, filter: Option<&Cond<'_>>, report: &mut Report) -> Option<Counts> {
        if !self.event_kind(kind, report) {
            return None;
        }
        let mut when: Vec<Condition> = Vec::new();
        if let Some(cond) = filter {
            if self.surveys.iter().any(|survey| survey.is_kind(kind.text)) {
                report.error(
                    code::NOT_HERE,
                    cond.place(),
                    "an answer counts, whatever it says",
                    "leave out from `where` on",
                );
                return None;
            }
            let scope = Scope::rule(Some(kind.text));
            when.extend(self.conditions(std::slice::from_ref(cond), scope, report));
        }
        Some(Counts::Times { on: kind.text.to_owned(), when })
    }

    /// How much a goal asks for.
    fn target(&self, goal: &ast::Goal<'_>, report: &mut Report) -> Option<i64> {
        let target = &goal.target;
        let times = matches!(target.unit.text, "time" | "times");
        match (&goal.counts, times) {
            (ast::Counts::On { .. }, true) => {
                let times = literal::whole(target.number, report, "one does something whole times")?;
                if (1..=TIMES_MAX).contains(&times) {
                    return Some(times);
                }
                let message =
                    if times == 0 { "this goal asks for nothing" } else { "this goal asks for too much" };
                report.error(code::ZERO, target.place, message, "write how often, such as `5 times`");
                None
            }
            (ast::Counts::On { .. }, false) => {
                let number = target.number.text.split('.').next().unwrap_or("1");
                let unit = if number == "1" { "time" } else { "times" };
                let message = "what is done on an event is counted in times";
                report.rewrite(code::WRONG_UNIT, target.place, message, format!("{number} {unit}"));
                None
            }
            (ast::Counts::Of(_), true) => {
                let help = format!(
                    "write how much is spent, such as `{}`, or `{} {} on purchase`",
                    self.literals.as_money("100"),
                    target.number.text,
                    target.unit.text
                );
                report.error(code::WRONG_UNIT, target.place, "what is spent is counted in money", help);
                None
            }
            (ast::Counts::Of(_), false) => {
                let minor = self.literals.small_money(target, report)?;
                if minor > 0 {
                    return Some(minor);
                }
                let help = format!("write how much, such as `{}`", self.literals.as_money("100"));
                report.error(code::ZERO, target.place, "this goal asks for nothing", help);
                None
            }
        }
    }

    /// What a completed challenge gives: points as they are, rewards, badges.
    fn prize(&self, give: &ast::Give<'_>, place: crate::model::Place, report: &mut Report) -> Option<Give> {
        match give {
            ast::Give::Reward(word) => Some(Give::Reward(self.reward(*word, report)?)),
            ast::Give::Badge(word) => Some(Give::Badge(self.badge(*word, report)?)),
            ast::Give::Points(points) => Some(Give::Points(Self::awarded(points, report)?)),
            _ => {
                report.error(
                    code::MISPLACED,
                    place,
                    "a challenge gives the same whatever was bought last",
                    "write such as `give 100 points`, `give reward …` or `give badge \"…\"`",
                );
                None
            }
        }
    }
}

/// How many goals complete a challenge.
fn needed(word: ast::Word<'_>, item: &Item<'_>, report: &mut Report) -> Option<usize> {
    let goals = item.body.iter().filter(|clause| matches!(clause.what, What::Goal(_))).count();
    let needs = usize::try_from(literal::whole(word, report, "goals are whole")?).ok()?;
    if needs == 0 || needs > goals && !item.broken {
        let message = format!("this challenge has {goals} goal{}", if goals == 1 { "" } else { "s" });
        let help = "write how many of them complete it, or leave this out where all must be reached";
        report.error(code::GOALS, word.place, message, help);
        return None;
    }
    Some(needs)
}

/// So many goals, and no more: every entry must stay small.
pub(super) fn alone(items: &[Item<'_>], report: &mut Report) {
    for item in items.iter().filter(|item| item.kind == Kind::Challenge) {
        let goals = item.body.iter().filter(|clause| matches!(clause.what, What::Goal(_)));
        if let Some(over) = goals.into_iter().nth(GOALS_MAX) {
            let help = format!("a challenge has at most {GOALS_MAX}");
            report.error(code::TOO_MANY, over.place, "this challenge has too many goals", help);
        }
    }
}

/// Goals that nobody reaches.
pub(super) fn lint(item: &Item<'_>, rule: &Rule, report: &mut Report) {
    let Some(challenge) = rule.challenge() else { return };
    let goals = item.body.iter().filter_map(|clause| match &clause.what {
        What::Goal(goal) => Some(goal),
        _ => None,
    });
    for (written, goal) in goals.zip(&challenge.goals) {
        let Counts::Times { on, when } = &goal.counts else { continue };
        super::lint::contradictions(when, rule.active, report);
        let most = match (on.as_str(), challenge.per) {
            (ENROLMENT | REFERRAL_FRIEND, _) => "this happens to a member once",
            (BIRTHDAY | ANNIVERSARY, per) if per != LimitPeriod::Programme => {
                "this happens to a member once a year, and the challenge begins anew before it happens again"
            }
            _ => continue,
        };
        if goal.target > 1 {
            let help = "ask for it once, or begin the challenge anew less often";
            warn(report, code::UNREACHABLE_GOAL, written.target.place, most, help);
        }
    }
}
