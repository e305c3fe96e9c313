//! Whether what a `check` says holds of every event: proved over cells, or broken by an event that the evaluator pays.
//!
//! Never a false "holds": where neither could be shown, it says what is sure.

use super::bound::{Options, bound};
use super::cells::Space;
use super::search::{Role, Search, YES};
use super::share::{Share, Within, paid};
use super::solve::{Case, Solver};
use super::told::{Told, whole_up};
use super::upper::Upper;
use super::witness::Witness;
use crate::effect::Effect;
use crate::event::PURCHASE;
use crate::explain;
use crate::facts::Facts;
use crate::model::{Active, Condition, Give, Place, Rule, Take};
use crate::outcome::Verdict;
use crate::plan::Rulebook;
use crate::plan::tables::{KindPlan, index};
use crate::units::AMOUNT_MAX;

/// What is claimed of every event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Points worth at most this share of what was paid, in 1/10 000.
    Share(i64),
    /// At most so many points per event.
    PerEvent(i64),
    /// At most so many points for a member on a day.
    PerMemberDay(i64),
    /// Two rules, by index, never both give something.
    NeverBoth(usize, usize),
    /// A rule, by index, always gives something, as far as its limits are unused.
    Always(usize),
}

/// A claim, and of which events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The kind of event.
    pub kind: String,
    /// Whether the file says which; rules answer their own kind otherwise.
    pub on: bool,
    /// Only events of which these hold.
    pub when: Vec<Condition>,
    /// What is claimed.
    pub claim: Claim,
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It holds of every event.
    Holds,
    /// It does not: what an event does instead, and the event.
    Broken {
        /// `160 points = 26.7 %`.
        found: String,
        /// The event.
        event: Box<Told>,
    },
    /// Neither could be shown; what is sure.
    Undecided(String),
    /// It makes no sense, and why.
    Senseless(String),
}

/// The name of the rule that stands for the condition of a check: no file can have it.
const PROBE: &str = "(check)";

/// Answers a question within so many boxes of cells.
pub fn answer(book: &Rulebook, question: &Question, boxes: usize) -> Answer {
    let kind_of = |rule: usize| book.programme().rules.get(rule).map_or("", |rule| rule.on.as_str());
    let kind = match question.claim {
        Claim::PerMemberDay(points) => {
            if question.on || !question.when.is_empty() {
                return Answer::Senseless(
                    "a day holds all kinds of events: leave out `on` and `when`".to_owned(),
                );
            }
            return per_member_day(book, points);
        }
        Claim::NeverBoth(left, right) if kind_of(left) != kind_of(right) => return Answer::Holds,
        Claim::NeverBoth(rule, _) | Claim::Always(rule) => {
            if (question.on || !question.when.is_empty()) && kind_of(rule) != question.kind {
                return Answer::Senseless(format!(
                    "this rule answers `{}`, and the check is about `{}`",
                    explain::kind_words(kind_of(rule)),
                    explain::kind_words(&question.kind)
                ));
            }
            kind_of(rule)
        }
        Claim::Share(_) | Claim::PerEvent(_) => question.kind.as_str(),
    };
    let probed = probed(book, kind, &question.when);
    let Some(plan) = probed.kind(kind) else { return Answer::Holds };
    let basket = kind == PURCHASE;
    let space = Space::new(&probed, plan, basket);
    let upper = Upper::of(probed.programme(), plan, basket);
    let probe = row_of(plan, book.programme().rules.len());
    let asks = Asks { book, probed: &probed, space: &space, upper: &upper, probe, boxes };
    match question.claim {
        Claim::Share(ratio) => asks.share(ratio),
        Claim::PerEvent(points) => asks.per_event(points),
        Claim::NeverBoth(left, right) => asks.never_both(left, right),
        Claim::Always(rule) => asks.always(rule),
        Claim::PerMemberDay(_) => Answer::Holds,
    }
}

/// The same rules, and one more that says nothing but whether the conditions of a check hold.
fn probed(book: &Rulebook, kind: &str, when: &[Condition]) -> Rulebook {
    let mut programme = book.programme().clone();
    programme.rules.push(Rule {
        name: PROBE.to_owned(),
        label: None,
        formerly: Vec::new(),
        on: kind.to_owned(),
        active: Active::default(),
        when: when.to_vec(),
        gives: vec![Give::Effect(Effect::Signal(PROBE.to_owned()))],
        limits: Vec::new(),
        group: None,
        budget: None,
        valid: None,
        pending: None,
        place: Place::default(),
        timer: None,
        draw: None,
        ranking: None,
        keeps: false,
        if_unspent: false,
    });
    Rulebook::compile(programme)
}

pub(super) fn row_of(plan: &KindPlan, rule: usize) -> Option<usize> {
    plan.rows.iter().position(|row| row.rule == index(rule))
}

fn per_member_day(book: &Rulebook, points: i64) -> Answer {
    let bounds = bound(book, Options { points_only: true, ..Options::default() });
    let day = &bounds.member_day;
    if day.points.is_some_and(|most| most <= points) {
        return Answer::Holds;
    }
    let event =
        bounds.events.iter().filter_map(|event| event.witness.as_ref()).max_by_key(|told| told.points);
    if day.shown_points > points
        && let Some(event) = event
    {
        let events = day.shown_events;
        let found = if events == 1 {
            explain::whole_points(day.shown_points)
        } else {
            format!("{} by {events} events such as this on one day", explain::whole_points(day.shown_points))
        };
        return Answer::Broken { found, event: Box::new(event.clone()) };
    }
    Answer::Undecided(match day.points {
        Some(most) => format!("sure is: at most {} on one day", explain::whole_points(most)),
        None => format!("no limit of a day ends what these rules give: {}", day.endless.join(", ")),
    })
}

/// The same event with so many times the amounts, as far as a line can have them.
fn larger(solver: &Solver<'_, '_>, witness: &Witness, scale: i64) -> Option<Witness> {
    let (mut event, facts) = (witness.event.clone(), witness.facts.clone());
    for line in &mut event.lines {
        line.amount_minor = line.amount_minor.saturating_mul(scale).min(AMOUNT_MAX);
    }
    solver.is_meant(&event, &facts).then(|| {
        let points = solver.pay(&event, &facts);
        Witness { event, facts, points }
    })
}

struct Asks<'s, 'a> {
    book: &'s Rulebook,
    probed: &'a Rulebook,
    space: &'s Space<'a>,
    upper: &'s Upper,
    probe: Option<usize>,
    boxes: usize,
}

impl<'s, 'a> Asks<'s, 'a> {
    fn solver(&self, money: bool) -> Solver<'s, 'a> {
        let mut solver = Solver::new(self.space, self.upper, &[], money);
        (solver.must, solver.boxes_max) = (self.probe, self.boxes);
        solver
    }

    fn broken(
        &self,
        solver: &Solver<'_, '_>,
        found: String,
        witness: &Witness,
        still: &dyn Fn(&Witness) -> bool,
    ) -> Answer {
        let simple =
            solver.simplest(witness, &|tried| solver.is_meant(&tried.event, &tried.facts) && still(tried));
        let mut told = Told::of(self.probed, &simple.event, &simple.facts);
        told.facts = self.aligned(&simple.facts);
        Answer::Broken { found, event: Box::new(told) }
    }

    /// Facts as the file's own rulebook lists them.
    fn aligned(&self, facts: &Facts) -> Facts {
        let value = |sum: &crate::facts::WindowedSum| {
            let at = self.probed.windows().iter().position(|known| known == sum);
            at.and_then(|at| facts.windows.get(at)).copied().unwrap_or(0)
        };
        Facts { windows: self.book.windows().iter().map(value).collect(), ..facts.clone() }
    }

    fn share(&self, ratio: i64) -> Answer {
        let Some(worth) = self.book.programme().point_worth_micro_minor else { return Answer::Holds };
        let solver = self.solver(true);
        let share = Share { part: i128::from(ratio), whole: 10_000 };
        match solver.within(worth, share) {
            Within::Always => Answer::Holds,
            Within::Broken(witness) => {
                let bought = paid(&witness.event.lines);
                let points = witness.points;
                let percent = Share::of(points, worth, bought).ratio();
                let found = if bought > 0 {
                    format!("{} = {}", explain::whole_points(points), as_percent(percent))
                } else {
                    explain::whole_points(points)
                };
                self.broken(&solver, found, &witness, &|tried| {
                    tried.points >= points && paid(&tried.event.lines) == bought
                })
            }
            Within::Undecided => {
                let solver = self.solver(false);
                let worst = solver.worst();
                let rate = worst.upper.slope;
                Answer::Undecided(if rate == 0 {
                    format!(
                        "sure is: at most {} per event",
                        explain::whole_points(whole_up(worst.upper.micro))
                    )
                } else {
                    let digits = self.book.programme().currency.digits();
                    format!(
                        "sure is: at most {} per 1 {}, and {} beside that",
                        explain::points(super::solve::per_unit(rate, digits)),
                        self.book.programme().currency,
                        explain::whole_points(whole_up(solver.beside(&worst)))
                    )
                })
            }
        }
    }

    fn per_event(&self, points: i64) -> Answer {
        let solver = self.solver(false);
        let worst = solver.worst();
        if worst.upper.slope == 0 && whole_up(worst.upper.micro) <= points {
            return Answer::Holds;
        }
        // where a rate has no end, what was found to show it may be a small basket still
        let shown = worst.witness.and_then(|witness| {
            let larger = |scale: &i64| larger(&solver, &witness, *scale);
            let scales = [1, 10, 100, 1_000, 10_000, 100_000];
            scales.iter().filter_map(larger).find(|tried| tried.points > points)
        });
        if let Some(witness) = shown {
            let (given, bought) = (witness.points, paid(&witness.event.lines));
            return self.broken(&solver, explain::whole_points(given), &witness, &|tried| {
                tried.points >= given && paid(&tried.event.lines) <= bought
            });
        }
        Answer::Undecided(if worst.upper.slope > 0 {
            "these points grow with the basket without an end".to_owned()
        } else {
            format!("sure is: at most {}", explain::whole_points(whole_up(worst.upper.micro)))
        })
    }

    /// A search in which only some rules matter.
    fn search(&self, roles: &[(usize, Role)]) -> Solver<'s, 'a> {
        let role = |row: usize| {
            if Some(row) == self.probe {
                return Role::Good;
            }
            roles.iter().find(|(of, _)| *of == row).map_or(Role::None, |(_, role)| *role)
        };
        let weight = |row: usize| i128::from(u8::from(role(row) != Role::None));
        // here more money is not always better
        let search = Search::new(self.space, &role, &[], true, &weight);
        let mut solver = Solver::of(search, self.upper);
        (solver.must, solver.boxes_max) = (self.probe, self.boxes);
        solver
    }

    fn never_both(&self, left: usize, right: usize) -> Answer {
        let plan = self.space.plan;
        let (Some(a), Some(b)) = (row_of(plan, left), row_of(plan, right)) else { return Answer::Holds };
        let rules = &self.book.programme().rules;
        let group = |rule: usize| rules.get(rule).and_then(|rule| rule.group);
        let exclusive =
            group(left).filter(|of| left != right && group(right) == Some(*of)).is_some_and(|group| {
                let take = self.book.programme().groups.get(group).map(|group| &group.take);
                matches!(take, Some(Take::Best | Take::FirstOf(_)))
            });
        if exclusive {
            return Answer::Holds;
        }
        let solver = self.search(&[(a, Role::Good), (b, Role::Good)]);
        let both =
            |case: &Case| [a, b].iter().all(|row| solver.search.possible_row(*row, &case.choice) & YES != 0);
        let fires = |witness: &Witness| self.fired(witness, left) && self.fired(witness, right);
        match solver.seek(&both, &fires) {
            Sought::Nothing => Answer::Holds,
            Sought::Found(witness) => self.broken(&solver, "both fire".to_owned(), &witness, &fires),
            Sought::Left | Sought::Open => {
                Answer::Undecided("no event was found on which both fire".to_owned())
            }
        }
    }

    fn always(&self, rule: usize) -> Answer {
        let plan = self.space.plan;
        let Some(row) = row_of(plan, rule) else { return Answer::Holds };
        let group = plan.rows.get(row).and_then(|found| found.group);
        let taken =
            group.and_then(|group| plan.groups.get(crate::plan::tables::size(group))).map(|group| group.take);
        let compete = taken.is_some_and(|take| take != crate::plan::tables::TakeRow::All);
        let rivals: Vec<usize> = plan
            .rows
            .iter()
            .enumerate()
            .filter(|(at, other)| compete && *at != row && other.group == group)
            .map(|(at, _)| at)
            .collect();
        let mut roles = vec![(row, Role::Either)];
        roles.extend(rivals.iter().map(|rival| (*rival, Role::Either)));
        let solver = self.search(&roles);
        let suspicious = |case: &Case| {
            solver.search.possible_row(row, &case.choice) != YES
                || !self.upper.gives_for_sure(row, &case.money)
                || !self.upper.is_left_something(row, &case.money, &|budget| {
                    solver.is_surely_open(budget, &case.choice)
                })
                || rivals.iter().any(|rival| solver.search.possible_row(*rival, &case.choice) & YES != 0)
        };
        let silent = |witness: &Witness| !self.fired(witness, rule);
        match solver.seek(&suspicious, &silent) {
            Sought::Nothing => Answer::Holds,
            Sought::Found(witness) => {
                self.broken(&solver, "the rule stays silent".to_owned(), &witness, &silent)
            }
            Sought::Left | Sought::Open => {
                Answer::Undecided("no event was found on which it stays silent".to_owned())
            }
        }
    }

    /// Whether a rule gives something.
    fn fired(&self, witness: &Witness, rule: usize) -> bool {
        let outcome = self.probed.evaluate(&witness.event, &witness.facts);
        // what finds nothing to give for has another verdict
        matches!(outcome.verdicts.get(rule), Some(Verdict::Gave { points, cut, .. }) if *points > 0 || cut.is_none())
    }
}

/// What a search for an event came to.
pub(super) enum Sought {
    /// There is none.
    Nothing,
    /// This one.
    Found(Box<Witness>),
    /// None was found, and none was excluded, though all was looked at.
    Left,
    /// There was more to look at.
    Open,
}

impl Solver<'_, '_> {
    /// Looks for an event in boxes that `may` hold one.
    pub(super) fn seek(&self, may: &dyn Fn(&Case) -> bool, is: &dyn Fn(&Witness) -> bool) -> Sought {
        let (choice, alive) = self.search.start();
        let mut open: Vec<Case> = self.case(choice, alive).into_iter().collect();
        let (mut boxes, mut left) = (0_usize, false);
        while let Some(case) = open.pop() {
            if !may(&case) {
                continue;
            }
            boxes = boxes.saturating_add(1);
            if boxes > self.boxes_max {
                return Sought::Open;
            }
            if let Some(variable) = self.search.next(&case.choice) {
                let next = self.search.split(&case.choice, &case.alive, variable);
                let mut next: Vec<Case> =
                    next.filter_map(|(choice, alive)| self.case(choice, alive)).collect();
                next.reverse();
                open.extend(next);
                continue;
            }
            let (low, high) = case.money.paid;
            for paid in [low, 10_000, 100, 1, 1_000_000, high] {
                let paid = paid.clamp(low, high);
                if let Some(witness) = self.witness(&case, paid).filter(|witness| is(witness)) {
                    return Sought::Found(Box::new(witness));
                }
            }
            left = true;
        }
        if left { Sought::Left } else { Sought::Nothing }
    }
}

/// A share in 1/10 000 as a percentage: `26.67 %`.
pub(super) fn as_percent(ratio: i64) -> String {
    let (whole, part) = (ratio.div_euclid(100), ratio.rem_euclid(100));
    let text = format!("{whole}.{part:02}");
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}
