//! Runs the tests beside the rules. A failing test refuses publication.
//!
//! A test is a small history: limits, budgets, windowed sums and the tier carry over from each event to the next, as
//! they would for a member. It knows no ledger: nothing is returned, redeemed or expires inside a test.

pub mod coverage;
pub mod mutants;

use crate::calendar::show_day;
use crate::effect::{self, Effect};
use crate::event::{Event, PURCHASE, REFERRAL_REFERRER};
use crate::explain::{Explanation, explain, kind_words, whole_points};
use crate::facts::{Facts, Metric, Window, WindowedSum};
use crate::model::{Expectation, Give, LimitPeriod, LimitUnit, Place, Test};
use crate::outcome::{Cut, Outcome, Verdict};
use crate::plan::Rulebook;
use crate::units::{AMOUNT_MAX, Day, Moment, Period};
use serde::{Deserialize, Serialize};

/// What became of one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestReport {
    /// The test's title.
    pub name: String,
    /// Expectations that did not hold, each as a sentence with both numbers; empty when it passed.
    pub failures: Vec<String>,
    /// For a failed test: which rules fired, which did not and why, as `explain` says it.
    pub why: Vec<String>,
}

/// Runs all tests of the programme the rulebook was compiled from.
pub fn run(rulebook: &Rulebook) -> Vec<TestReport> {
    rulebook.programme().tests.iter().map(|test| run_one(rulebook, test)).collect()
}

/// Plays a test: each event with what is known before it and what comes of it; the tier at the end.
fn walk<'t>(
    rulebook: &Rulebook,
    test: &'t Test,
    mut visit: impl FnMut(&'t Event, &Facts, &Outcome),
) -> Option<usize> {
    let mut history = History::given(rulebook, test);
    for event in &test.events {
        let facts = history.facts(event.at);
        let mut outcome = rulebook.evaluate(event, &facts);
        // what a survey keeps of its answers is no rule's doing
        let surveys = rulebook.programme().surveys.iter().filter(|survey| survey.is_kind(&event.kind));
        let kept = surveys.flat_map(|survey| survey.kept_tags(&event.fields)).map(Effect::Tag);
        outcome.effects.extend(kept);
        visit(event, &facts, &outcome);
        history.add(event, &outcome);
    }
    test.events.last().map_or(history.tier, |event| history.tier_at(event.at))
}

/// What comes of a member's events, oldest first, from the day of the first: limits, budgets, sums and the tier carry
/// over. Nothing is returned, redeemed or expires.
pub fn play(rulebook: &Rulebook, events: &[Event]) -> Vec<Outcome> {
    let test = Test {
        name: String::new(),
        given: Facts { tier: (!rulebook.programme().tiers.is_empty()).then_some(0), ..Facts::default() },
        given_windows: Vec::new(),
        given_happened: Vec::new(),
        events: events.to_vec(),
        expects: Vec::new(),
        place: Place::default(),
    };
    let mut outcomes = Vec::with_capacity(events.len());
    walk(rulebook, &test, |_, _, outcome| outcomes.push(outcome.clone()));
    outcomes
}

fn run_one(rulebook: &Rulebook, test: &Test) -> TestReport {
    let (mut told, mut outcomes) = (Vec::new(), Vec::new());
    let tier = walk(rulebook, test, |event, facts, outcome| {
        told.push((event, explain(rulebook, event, facts, outcome, None)));
        outcomes.push(outcome.clone());
    });
    let judge = Judge { rulebook, outcomes: &outcomes, told: &told, tier };
    let failures: Vec<String> =
        test.expects.iter().filter_map(|expect| judge.failure(&expect.what)).collect();
    let why = if failures.is_empty() { Vec::new() } else { judge.why() };
    TestReport { name: test.name.clone(), failures, why }
}

/// The member of a test, between events.
struct History<'a> {
    rulebook: &'a Rulebook,
    given: Facts,
    /// The tier that is earned.
    tier: Option<usize>,
    /// Lifts: the tier, and until when.
    lifts: Vec<(usize, Moment)>,
    /// Per event: its local day, and what it adds to each metric.
    past: Vec<(Day, [(Metric, i64); 3])>,
    /// The test's own events: day and kind.
    happened: Vec<(Day, String)>,
    /// Draws on limits: day, limit, amount.
    draws: Vec<(Day, usize, i64)>,
    /// Friends the member was rewarded for in the test's own events.
    friends: i64,
    /// What the sums behind milestones came to before the test.
    reached: Vec<i64>,
    /// Per streak: days on which the member bought before the test, as far as given.
    bought: Vec<Vec<Day>>,
}

impl<'a> History<'a> {
    fn given(rulebook: &'a Rulebook, test: &Test) -> Self {
        let mut given = test.given.clone();
        given.windows.resize(rulebook.windows().len(), 0);
        given.used.resize(rulebook.limits().len(), 0);
        given.budget_used.resize(rulebook.programme().budgets.len(), 0);
        for (sum, value) in &test.given_windows {
            let at = rulebook.windows().iter().position(|known| known == sum);
            if let Some(slot) = at.and_then(|at| given.windows.get_mut(at)) {
                *slot = *value;
            }
        }
        given.happened.resize(rulebook.happenings().len(), 0);
        for (happening, times) in &test.given_happened {
            let at = rulebook.happenings().iter().position(|known| known == happening);
            if let Some(slot) = at.and_then(|at| given.happened.get_mut(at)) {
                *slot = *times;
            }
        }
        let reached = rulebook.milestones().iter().map(|milestone| {
            let said = test.given_windows.iter().rev().find(|(sum, _)| *sum == milestone.every.sum);
            said.map_or(0, |(_, value)| *value)
        });
        let reached = reached.collect();
        let first = test.events.first().map(|event| event.at);
        let bought = bought_before(rulebook, &test.given, first);
        given.enrolled_at = given.enrolled_at.or(first);
        let mut history = Self {
            rulebook,
            tier: given.tier,
            lifts: Vec::new(),
            given,
            past: Vec::new(),
            happened: Vec::new(),
            draws: Vec::new(),
            friends: 0,
            reached,
            bought,
        };
        if let Some(at) = first {
            history.rise(at);
            // What is given as used counts in the first event's periods.
            let day = rulebook.zone().local(at).day;
            let used = history.given.used.iter().enumerate().filter(|(_, used)| **used != 0);
            history.draws = used.map(|(limit, used)| (day, limit, *used)).collect();
        }
        history
    }

    /// What is known of the member at an instant.
    fn facts(&self, at: Moment) -> Facts {
        let today = self.rulebook.zone().local(at).day;
        Facts {
            tier: self.tier_at(at),
            friends_rewarded: self.given.friends_rewarded.saturating_add(self.friends),
            windows: self.windows(at),
            milestones: self
                .rulebook
                .milestones()
                .iter()
                .zip(&self.reached)
                .map(|(milestone, given)| given.saturating_add(self.added(milestone.every.sum, at)))
                .collect(),
            used: self
                .rulebook
                .limits()
                .iter()
                .enumerate()
                .map(|(at, slot)| self.used(at, slot.per, today))
                .collect(),
            streaks: self.streaks(at),
            happened: self.happened(at),
            ..self.given.clone()
        }
    }

    /// Streaks of what was given, and of the test's own purchases.
    fn streaks(&self, at: Moment) -> Vec<Option<i64>> {
        let own = self.past.iter().filter(|(_, metrics)| metrics.contains(&(Metric::Purchases, 1)));
        let own: Vec<Day> = own.map(|(day, _)| *day).collect();
        let of = |(at_streak, before): (usize, &Vec<Day>)| {
            let mut days: Vec<Day> = before.iter().chain(&own).copied().collect();
            days.sort_unstable();
            self.rulebook.streaks(&days, at).get(at_streak).copied().flatten()
        };
        self.bought.iter().enumerate().map(of).collect()
    }

    fn windows(&self, at: Moment) -> Vec<i64> {
        let sums = self.rulebook.windows().iter().zip(&self.given.windows);
        sums.map(|(sum, given)| given.saturating_add(self.added(*sum, at))).collect()
    }

    fn happened(&self, at: Moment) -> Vec<i64> {
        let counts = self.rulebook.happenings().iter().zip(&self.given.happened);
        let own = counts.map(|(happening, given)| {
            let (after, today) = self.inside(happening.window, at);
            let own = self
                .happened
                .iter()
                .filter(|(day, kind)| *kind == happening.kind && after < *day && *day <= today);
            given.saturating_add(i64::try_from(own.count()).unwrap_or(i64::MAX))
        });
        own.collect()
    }

    /// The day before a window's first, and its last.
    fn inside(&self, window: Window, at: Moment) -> (Day, Day) {
        let zone = self.rulebook.zone();
        let today = zone.local(at).day;
        let after = match window {
            Window::Rolling(span) => zone.local(zone.minus(at, span)).day,
            Window::Calendar(period) => Day(zone.period_start(today, period).0.saturating_sub(1)),
            Window::Lifetime => Day(i32::MIN),
        };
        (after, today)
    }

    /// What the test's own events add to a windowed sum.
    fn added(&self, sum: WindowedSum, at: Moment) -> i64 {
        let (after, today) = self.inside(sum.window, at);
        let inside = self.past.iter().filter(|(day, _)| after < *day && *day <= today);
        inside
            .flat_map(|(_, metrics)| metrics)
            .filter(|(metric, _)| *metric == sum.metric)
            .fold(0, |total, (_, value)| total.saturating_add(*value))
    }

    fn used(&self, limit: usize, per: LimitPeriod, today: Day) -> i64 {
        let start = |period| self.rulebook.zone().period_start(today, period);
        let from = match per {
            LimitPeriod::Event => return 0,
            LimitPeriod::Day => start(Period::Day),
            LimitPeriod::Week => start(Period::Week),
            LimitPeriod::Month => start(Period::Month),
            LimitPeriod::Year => start(Period::Year),
            LimitPeriod::Programme => Day(i32::MIN),
        };
        let draws = self.draws.iter().filter(|(day, of, _)| *of == limit && from <= *day && *day <= today);
        draws.fold(0, |used, (_, _, amount)| used.saturating_add(*amount))
    }

    /// Lets an event become the past.
    fn add(&mut self, event: &Event, outcome: &Outcome) {
        self.friends = self.friends.saturating_add(i64::from(event.kind == REFERRAL_REFERRER));
        let day = self.rulebook.zone().local(event.at).day;
        self.happened.push((day, event.kind.clone()));
        let purchase = event.kind == PURCHASE;
        let spent = event
            .lines
            .iter()
            .map(|line| line.amount_minor.clamp(0, AMOUNT_MAX))
            .fold(0, i64::saturating_add);
        self.past.push((
            day,
            [
                (Metric::Spent, spent),
                (Metric::Earned, outcome.points),
                (Metric::Purchases, i64::from(purchase)),
            ],
        ));
        self.draws.extend(outcome.limit_draws.iter().map(|(limit, amount)| (day, *limit, *amount)));
        for (budget, amount) in &outcome.budget_draws {
            if let Some(used) = self.given.budget_used.get_mut(*budget) {
                *used = used.saturating_add(*amount);
            }
        }
        let active = outcome.credits.iter().filter(|credit| credit.pending.is_none());
        let active = active.fold(0, |points: i64, credit| points.saturating_add(credit.points));
        self.given.balance_points = self.given.balance_points.saturating_add(active);
        if purchase {
            self.given.last_purchase_at = self.given.last_purchase_at.max(Some(event.at));
        }
        effect::apply(&outcome.effects, &mut self.given.tags);
        for badge in &outcome.badges {
            if !self.given.badges.contains(badge) {
                self.given.badges.push(badge.clone());
            }
        }
        self.rise(event.at);
        for effect in &outcome.effects {
            let Effect::Lift(lift) = effect else { continue };
            let tier = self.rulebook.programme().tiers.iter().position(|tier| tier.name == lift.tier);
            let until = self.rulebook.zone().plus(event.at, lift.span);
            self.lifts.extend(tier.map(|tier| (tier, until)));
        }
    }

    /// The tier she is treated as: the one earned, or a higher one that she is lifted to.
    fn tier_at(&self, at: Moment) -> Option<usize> {
        let open = self.lifts.iter().filter(|(_, until)| at < *until).map(|(tier, _)| Some(*tier));
        open.fold(self.tier, Option::max)
    }

    /// A tier is reached at once, and not lost inside a test.
    fn rise(&mut self, at: Moment) {
        let windows = self.windows(at);
        let reached = self.rulebook.programme().tiers.iter().rposition(|tier| match &tier.from {
            None => true,
            Some(threshold) => {
                let slot = self.rulebook.windows().iter().position(|known| *known == threshold.sum);
                slot.and_then(|slot| windows.get(slot)).is_some_and(|value| *value >= threshold.at_least)
            }
        });
        self.tier = self.tier.max(reached);
    }
}

/// Days on which a member must have bought, so that her first purchase of a test brings streaks to the lengths given.
fn bought_before(rulebook: &Rulebook, given: &Facts, first: Option<Moment>) -> Vec<Vec<Day>> {
    let streaks = rulebook.programme().streaks.iter().enumerate();
    let days = streaks.map(|(at, streak)| {
        let length = given.streaks.get(at).copied().flatten().unwrap_or(1).min(streak.longest());
        let Some(first) = first else { return Vec::new() };
        let zone = rulebook.zone();
        let mut start = zone.period_start(zone.local(first).day, streak.every);
        let mut days = Vec::new();
        for _ in 1..length {
            start = zone.period_start(Day(start.0.saturating_sub(1)), streak.every);
            days.push(start);
        }
        days.reverse();
        days
    });
    days.collect()
}

/// Holds expectations against what happened.
struct Judge<'a> {
    rulebook: &'a Rulebook,
    outcomes: &'a [Outcome],
    told: &'a [(&'a Event, Explanation)],
    tier: Option<usize>,
}

impl Judge<'_> {
    fn failure(&self, what: &Expectation) -> Option<String> {
        let programme = self.rulebook.programme();
        let rule = |at: usize| programme.rules.get(at).map_or("", |rule| rule.name.as_str());
        match what {
            Expectation::Fires(at) if !self.fired(*at) => {
                Some(format!("expected rule {} to fire, it stayed silent: {}", rule(*at), self.reason(*at)))
            }
            Expectation::Silent(at) if self.fired(*at) => Some(format!(
                "expected rule {} to stay silent, it fired and gave {}",
                rule(*at),
                whole_points(self.points_from(*at))
            )),
            Expectation::Points(expected) => {
                let found = self.outcomes.iter().fold(0_i64, |points, one| points.saturating_add(one.points));
                (found != *expected)
                    .then(|| format!("expected {}, got {}", whole_points(*expected), whole_points(found)))
            }
            Expectation::PointsFrom(at, expected) => {
                let found = self.points_from(*at);
                (found != *expected).then(|| {
                    format!(
                        "expected {} from {}, got {}",
                        whole_points(*expected),
                        rule(*at),
                        whole_points(found)
                    )
                })
            }
            Expectation::Reward(at) if !self.outcomes.iter().any(|one| one.rewards.contains(at)) => {
                let name = |at: usize| {
                    programme.rewards.get(at).map_or("", |reward| reward.name.as_str()).to_owned()
                };
                let got: Vec<String> =
                    self.outcomes.iter().flat_map(|one| &one.rewards).map(|at| name(*at)).collect();
                Some(format!("expected reward {}, got {}", name(*at), list(&got)))
            }
            Expectation::Badge(badge) if !self.outcomes.iter().any(|one| one.badges.contains(badge)) => {
                let got: Vec<String> = self
                    .outcomes
                    .iter()
                    .flat_map(|one| &one.badges)
                    .map(|badge| format!("\"{badge}\""))
                    .collect();
                Some(format!("expected badge \"{badge}\", got {}", list(&got)))
            }
            Expectation::Effect(effect) if !self.outcomes.iter().any(|one| one.effects.contains(effect)) => {
                let got: Vec<String> =
                    self.outcomes.iter().flat_map(|one| &one.effects).map(ToString::to_string).collect();
                Some(format!("expected {effect}, got {}", list(&got)))
            }
            Expectation::Tier(expected) if self.tier != Some(*expected) => {
                let name = |at: usize| programme.tiers.get(at).map_or("none", |tier| tier.name.as_str());
                Some(format!("expected tier {}, got {}", name(*expected), self.tier.map_or("none", name)))
            }
            _ => None,
        }
    }

    /// A rule fired when it counted, and no limit left it without all it had to give.
    fn fired(&self, at: usize) -> bool {
        let verdicts = self.outcomes.iter().filter_map(|outcome| outcome.verdicts.get(at));
        let rule = self.rulebook.programme().rules.get(at);
        let grants = rule.is_some_and(|rule| {
            rule.gives.iter().any(|give| matches!(give, Give::Reward(_) | Give::Badge(_) | Give::Effect(_)))
        });
        verdicts.into_iter().any(|verdict| match verdict {
            Verdict::Gave { points, cut, .. } => {
                *points > 0 || cut.is_none_or(|cut| grants && !self.counts_times(cut))
            }
            _ => false,
        })
    }

    fn counts_times(&self, cut: Cut) -> bool {
        let slot = match cut {
            Cut::Limit(at) => self.rulebook.limits().get(at),
            Cut::EventLimit(at) => self.rulebook.event_limits().get(at),
            Cut::Budget(_) => None,
        };
        slot.is_some_and(|slot| matches!(slot.most, LimitUnit::Times(_)))
    }

    fn points_from(&self, at: usize) -> i64 {
        let verdicts = self.outcomes.iter().filter_map(|outcome| outcome.verdicts.get(at));
        verdicts.fold(0, |sum, verdict| match verdict {
            Verdict::Gave { points, .. } => sum.saturating_add(*points),
            _ => sum,
        })
    }

    /// Why a rule stayed silent, at the last event it answers.
    fn reason(&self, at: usize) -> String {
        let Some(rule) = self.rulebook.programme().rules.get(at) else { return String::new() };
        let rows = self.told.iter().rev().flat_map(|(_, told)| &told.rules);
        rows.into_iter().find(|row| row.rule == rule.name).map_or_else(
            || format!("no event of the test is of kind {}", kind_words(&rule.on)),
            |row| row.why.clone(),
        )
    }

    fn why(&self) -> Vec<String> {
        let zone = self.rulebook.zone();
        let mut rows = Vec::new();
        for (event, told) in self.told {
            let local = zone.local(event.at);
            let minute = local.minute.0;
            rows.push(format!(
                "{} at {} {:02}:{:02}: {}",
                kind_words(&event.kind),
                show_day(local.day),
                minute.div_euclid(60),
                minute.rem_euclid(60),
                whole_points(told.points)
            ));
            rows.extend(
                told.rules
                    .iter()
                    .map(|row| format!("  {}: {}; {}", row.rule, whole_points(row.points), row.why)),
            );
        }
        rows
    }
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
