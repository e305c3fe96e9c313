//! What a rulebook answers: awards, lots to open, limits and budgets used, and why. Names only by index: the edge
//! turns them into words.

use crate::effect::Effect;
use crate::model::{Give, Programme};
use crate::units::Span;
use serde::{Deserialize, Serialize};

/// The answer to one event as it is decided: all by index, in buffers that serve the next event too, and of rules only
/// those that fired. [`Outcome`] says the same in full.
#[derive(Debug, Default)]
pub struct Answer {
    /// Points in all: the sum of `credits`, rounded once.
    pub points: i64,
    /// What to credit, as in [`Outcome::credits`].
    pub credits: Vec<Share>,
    /// Points per line of all credits.
    pub(crate) line_points: Vec<i64>,
    /// Rewards granted, by index, ascending.
    pub rewards: Vec<usize>,
    /// Badges and effects granted: a rule, and which of the things that it gives.
    pub(crate) granted: Vec<(usize, usize)>,
    /// Effects that are left out, as in [`Outcome::muted`].
    pub muted: Vec<Effect>,
    /// What this event uses of each limit, as in [`Outcome::limit_draws`].
    pub limit_draws: Vec<(usize, i64)>,
    /// What this event draws from each budget, as in [`Outcome::budget_draws`].
    pub budget_draws: Vec<(usize, i64)>,
    /// Goals that ask for money: the limit that counts each, and its run of `goal_lines`.
    pub(crate) goals: Vec<(usize, (usize, usize))>,
    /// Lines that count for goals, by index.
    pub(crate) goal_lines: Vec<usize>,
    /// What became of each rule that fired, in the order of rule names: `Gave`, `Lost` or `Nothing`.
    pub fired: Vec<(usize, Verdict)>,
}

/// A [`Credit`] of an [`Answer`].
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// Whole points, more than 0.
    pub points: i64,
    /// Validity instead of the programme's expiry.
    pub valid: Option<Span>,
    /// Pending period (the rule's own, else the programme's).
    pub pending: Option<Span>,
    /// True where returns take back only what is left of these points.
    pub if_unspent: bool,
    /// Its run of `line_points`.
    pub(crate) lines: (usize, usize),
}

impl Answer {
    /// Points of a credit per basket line, in line order; empty when it belongs to no line.
    pub fn line_points(&self, credit: &Share) -> &[i64] {
        self.line_points.get(credit.lines.0..credit.lines.1).unwrap_or(&[])
    }

    /// Lines that count for goals that ask for money, as in [`Outcome::goals`].
    pub fn goals(&self) -> impl Iterator<Item = (usize, &[usize])> {
        let lines = |(from, to): (usize, usize)| self.goal_lines.get(from..to).unwrap_or(&[]);
        self.goals.iter().map(move |(limit, run)| (*limit, lines(*run)))
    }

    /// Badges granted, in their order, each once.
    pub fn badges(&self, programme: &Programme) -> Vec<String> {
        let badge = |give: &Give| match give {
            Give::Badge(badge) => Some(badge.clone()),
            _ => None,
        };
        sorted(self.granted(programme).filter_map(badge).collect())
    }

    /// Effects beside points, in their order, each once.
    pub fn effects(&self, programme: &Programme) -> Vec<Effect> {
        let effect = |give: &Give| match give {
            Give::Effect(effect) if !self.muted.contains(effect) => Some(effect.clone()),
            _ => None,
        };
        sorted(self.granted(programme).filter_map(effect).collect())
    }

    fn granted<'p>(&self, programme: &'p Programme) -> impl Iterator<Item = &'p Give> {
        let rule = |rule: usize| programme.rules.get(rule);
        self.granted.iter().filter_map(move |(at, give)| rule(*at)?.gives.get(*give))
    }

    /// Forgets everything but the room it took.
    pub(crate) fn clear(&mut self) {
        self.points = 0;
        self.credits.clear();
        self.line_points.clear();
        self.rewards.clear();
        self.granted.clear();
        self.muted.clear();
        self.limit_draws.clear();
        self.budget_draws.clear();
        self.goals.clear();
        self.goal_lines.clear();
        self.fired.clear();
    }

    /// The same in full.
    pub(crate) fn outcome(&self, programme: &Programme, verdicts: Vec<Verdict>) -> Outcome {
        let credit = |credit: &Share| Credit {
            points: credit.points,
            valid: credit.valid,
            pending: credit.pending,
            line_points: self.line_points(credit).to_vec(),
            if_unspent: credit.if_unspent,
        };
        Outcome {
            points: self.points,
            credits: self.credits.iter().map(credit).collect(),
            rewards: self.rewards.clone(),
            badges: self.badges(programme),
            effects: self.effects(programme),
            muted: self.muted.clone(),
            limit_draws: self.limit_draws.clone(),
            budget_draws: self.budget_draws.clone(),
            goals: self.goals().map(|(limit, lines)| GoalLines { limit, lines: lines.to_vec() }).collect(),
            verdicts,
        }
    }
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort_unstable();
    list.dedup();
    list
}

/// The answer to one event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// Points in all: the sum of `credits`, rounded once.
    pub points: i64,
    /// What to credit, one per combination of validity and pending period; empty when `points` is 0.
    pub credits: Vec<Credit>,
    /// Rewards granted, by index.
    pub rewards: Vec<usize>,
    /// Badges granted.
    pub badges: Vec<String>,
    /// Effects beside points, in their order, each once.
    pub effects: Vec<Effect>,
    /// Effects that would have addressed the member too often, or in quiet hours: left out, in their order.
    #[serde(default)]
    pub muted: Vec<Effect>,
    /// What this event uses of each limit: (index into `Rulebook::limits`, amount in the limit's unit). Event-scoped
    /// limits never appear.
    pub limit_draws: Vec<(usize, i64)>,
    /// What this event draws from each budget: (budget index, amount in the budget's unit), also for `warn` budgets.
    pub budget_draws: Vec<(usize, i64)>,
    /// Which lines of the basket count for goals that ask for money, in the order of their counters.
    #[serde(default)]
    pub goals: Vec<GoalLines>,
    /// One verdict per rule of the rulebook, in rule order.
    pub verdicts: Vec<Verdict>,
}

/// Points to credit as one lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Whole points, more than 0.
    pub points: i64,
    /// Validity instead of the programme's expiry.
    pub valid: Option<Span>,
    /// Pending period (the rule's own, else the programme's).
    pub pending: Option<Span>,
    /// Points per basket line, in line order, summing to `points`; empty when the event has no lines.
    pub line_points: Vec<i64>,
    /// True where returns take back only what is left of these points.
    #[serde(default)]
    pub if_unspent: bool,
}

/// The lines that count for a goal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoalLines {
    /// The goal's counter, by index into `Rulebook::limits`.
    pub limit: usize,
    /// The lines, by index, ascending: all that was paid for them counts.
    pub lines: Vec<usize>,
}

/// What became of one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It answers another event kind.
    OtherEvent,
    /// The event's day is outside its validity.
    Inactive,
    /// The condition at this index of `when` did not hold.
    Unmet(usize),
    /// It fired and gave whole points (its share of the one rounding; several rules sum to the total).
    Gave {
        /// Whole points.
        points: i64,
        /// What it would have given before limits and budgets, in micro-points.
        uncut_micro: i64,
        /// What cut it, if anything did.
        cut: Option<Cut>,
    },
    /// It would have fired, but its group took other rules.
    Lost {
        /// What it would have given, in micro-points.
        would_micro: i64,
    },
    /// It is a multiplier or rate that found nothing to act on.
    Nothing,
}

/// What cut an award.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// A limit, by index into `Rulebook::limits`.
    Limit(usize),
    /// A limit per event, by index into `Rulebook::event_limits`.
    EventLimit(usize),
    /// A budget, by index.
    Budget(usize),
}
