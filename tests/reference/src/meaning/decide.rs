//! One event through the phases: match, base, flat, multipliers, groups, limits, budgets, one rounding, grants.

use super::ask::Asking;
use super::cut;
use super::file::{File, first};
use super::goals::{self, Added};
use super::literal::{self, MICRO};
use super::share::{self, Lines, spread};
use dsl::effect::{Effect, Lift, Prompt};
use dsl::event::Event;
use dsl::facts::Facts;
use dsl::outcome::{Cut, GoalLines, Outcome, Verdict};
use dsl::plan::Rulebook;
use dsl::syntax::ast::{self, Give, Item, Kind, Literal, Take, What};
use dsl::units::AMOUNT_MAX;
use std::cmp::Reverse;

/// The most micro-points that anything of one event comes to.
const MOST: i128 = AMOUNT_MAX as i128 * MICRO;

/// How a part of an award spreads over lines.
#[derive(Debug, Clone)]
pub(super) enum Spread {
    /// By what the lines cost.
    Amounts,
    /// On the lines that a rate took.
    Lines(Vec<i128>),
    /// As what multipliers act on: rates only, or flat awards too.
    Base {
        /// Flat awards too.
        all: bool,
    },
}

/// Why a rule that fired counts, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Counts,
    /// Its group took other rules.
    Lost,
    /// It found nothing to act on.
    Nothing,
}

/// A rule that fired. Amounts are micro-points.
#[derive(Debug, Clone)]
pub(super) struct Fired<'f, 's> {
    /// Its place in the file.
    pub(super) at: usize,
    pub(super) item: &'f Item<'s>,
    /// The places of its group and its budget in the file.
    pub(super) group: Option<usize>,
    pub(super) budget: Option<usize>,
    /// What it gives: flat awards together, each rate, what multipliers add of the base, and of base and flat.
    pub(super) parts: Vec<(i128, Spread)>,
    pub(super) uncut: i128,
    /// What limits and budgets leave of it.
    pub(super) left: i128,
    /// Whether its rewards, badges and effects are still given.
    pub(super) grants: bool,
    pub(super) cut: Option<Cut>,
    pub(super) standing: Standing,
    /// Steps of a sum that it gives for.
    pub(super) steps: i128,
    /// What it adds to the goals of a challenge.
    pub(super) goals: Vec<Added>,
    /// Whole points.
    pub(super) points: i128,
}

impl Fired<'_, '_> {
    pub(super) fn counts(&self) -> bool {
        self.standing == Standing::Counts
    }

    pub(super) fn gives(&self) -> bool {
        self.left > 0 || self.grants
    }

    pub(super) fn used(&self) -> bool {
        self.points > 0 || self.grants
    }

    /// Judges a challenge: it gives nothing but with the event that completes it.
    fn challenge(&mut self, completes: bool, added: Vec<Added>) {
        if !completes {
            self.parts.clear();
            self.parts.push((0, Spread::Amounts));
            (self.uncut, self.left, self.grants) = (0, 0, false);
            self.standing = Standing::Nothing;
        }
        self.goals = added;
    }

    fn base(&self) -> i128 {
        let rates = self.parts.iter().filter(|(_, spread)| matches!(spread, Spread::Lines(_)));
        rates.map(|(micro, _)| micro).sum()
    }

    fn flat(&self) -> i128 {
        let flats = self.parts.iter().filter(|(_, spread)| matches!(spread, Spread::Amounts));
        flats.map(|(micro, _)| micro).sum()
    }
}

impl<'s> File<'s> {
    /// What the file's rules answer to an event. Of the rulebook only the lists are looked at that indices in `facts`
    /// and in the outcome refer to.
    pub fn decide(&self, book: &Rulebook, event: &Event, facts: &Facts) -> Outcome {
        self.decide_as(book, event, facts, false)
    }

    /// The same for a member who has been drawn: of rules that draw, the conditions are not asked again.
    pub fn decide_drawn(&self, book: &Rulebook, event: &Event, facts: &Facts) -> Outcome {
        self.decide_as(book, event, facts, true)
    }

    /// The first condition of a reward that does not hold.
    pub fn reward_unmet(
        &self,
        reward: usize,
        book: &Rulebook,
        event: &Event,
        facts: &Facts,
    ) -> Option<usize> {
        let item = self.of(Kind::Reward).nth(reward)?;
        Asking::new(self, book, event, facts).unmet(&Self::when(item))
    }

    /// The first condition of the referral that a friend's purchase does not meet.
    pub fn referral_unmet(&self, book: &Rulebook, event: &Event, facts: &Facts) -> Option<usize> {
        let item = self.of(Kind::Referral).next()?;
        Asking::new(self, book, event, facts).unmet(&Self::when(item))
    }

    fn decide_as(&self, book: &Rulebook, event: &Event, facts: &Facts, drawn: bool) -> Outcome {
        let asking = Asking::new(self, book, event, facts);
        let rules: Vec<&Item<'s>> = self.rules().collect();

        // Match.
        let mut verdicts: Vec<Verdict> =
            rules.iter().map(|rule| Self::matches(rule, &asking, event, drawn)).collect();
        // In the order of names, to which every tie goes.
        let mut order: Vec<usize> =
            (0..rules.len()).filter(|at| matches!(verdicts[*at], Verdict::Gave { .. })).collect();
        order.sort_by_key(|at| rules[*at].name.map(|name| name.text));

        // Base and flat awards.
        let mut fired: Vec<Fired<'_, 's>> =
            order.into_iter().map(|at| self.own_award(at, rules[at], &asking)).collect();
        for one in fired.iter_mut().filter(|one| one.item.kind == Kind::Challenge) {
            let added = goals::added(one.item, &asking, book, event, facts);
            one.challenge(goals::completes(one.item, &added, book, facts), added);
        }

        // Groups without multipliers first: what they take is part of the base.
        let groups: Vec<&Item<'s>> = self.of(Kind::Group).collect();
        let multiplies: Vec<bool> = (0..groups.len())
            .map(|group| {
                rules.iter().any(|rule| {
                    Self::on(rule).contains(&event.kind)
                        && self.group_of(rule) == Some(group)
                        && rule.body.iter().any(|clause| matches!(clause.what, What::Multiply { .. }))
                })
            })
            .collect();
        for (at, group) in groups.iter().enumerate().filter(|(at, _)| !multiplies[*at]) {
            settle(at, group, &mut fired);
        }

        // Multipliers act on the base: never on each other.
        let lines = Lines::of(&asking, fired.iter().filter(|one| in_base(one, &multiplies)));
        let base: i128 = fired.iter().filter(|one| in_base(one, &multiplies)).map(Fired::base).sum();
        let flat: i128 = fired.iter().filter(|one| in_base(one, &multiplies)).map(Fired::flat).sum();
        for one in fired.iter_mut().filter(|one| one.standing != Standing::Lost) {
            multiply(one, base, flat);
        }
        for (at, group) in groups.iter().enumerate().filter(|(at, _)| multiplies[*at]) {
            settle(at, group, &mut fired);
        }

        // Limits and budgets cut, then one rounding.
        let mut room = MOST;
        for one in fired.iter_mut().filter(|one| one.counts()) {
            one.left = one.left.min(room);
            room -= one.left;
        }
        let caps = cut::cut(self, book, facts, asking.now.day, &mut fired);
        let mode = self.programme(|what| match what {
            What::Rounding(word) => Some(word.text),
            _ => None,
        });
        share::round(mode.unwrap_or("down"), &caps, &mut fired);
        let credits = share::credits(self, &lines, &fired);

        for one in &fired {
            verdicts[one.at] = match one.standing {
                Standing::Counts => {
                    Verdict::Gave { points: narrow(one.points), uncut_micro: narrow(one.uncut), cut: one.cut }
                }
                Standing::Lost => Verdict::Lost { would_micro: narrow(one.uncut) },
                Standing::Nothing => Verdict::Nothing,
            };
        }
        let mut outcome = Outcome {
            points: credits.iter().map(|credit| credit.points).sum(),
            credits,
            limit_draws: cut::limit_draws(self, book, &fired),
            budget_draws: cut::budget_draws(self, &fired),
            verdicts,
            ..Outcome::default()
        };
        for goal in fired.iter().flat_map(|one| &one.goals).filter(|goal| goal.amount > 0) {
            let limit =
                book.limits().iter().position(|slot| slot.key == goal.key).expect("a goal is counted");
            let lines = goal.lines.as_ref();
            outcome.goals.extend(lines.map(|lines| GoalLines { limit, lines: lines.clone() }));
        }
        outcome.goals.sort_by_key(|goal| goal.limit);
        for one in fired.iter().filter(|one| one.counts() && one.grants) {
            self.grant(one, &mut outcome);
        }
        outcome.rewards.sort_unstable();
        outcome.badges.sort_unstable();
        outcome.badges.dedup();
        outcome.effects.sort_unstable();
        outcome.effects.dedup();
        if let Some(attention) = self.of(Kind::Attention).next() {
            super::attention::mute(attention, book, facts, i128::from(asking.now.minute.0), &mut outcome);
        }
        outcome
    }

    /// Whether a rule fires: `Gave` with nothing yet, or why not.
    fn matches(rule: &Item<'s>, asking: &Asking<'_, 's>, event: &Event, drawn: bool) -> Verdict {
        if !Self::on(rule).contains(&event.kind) {
            return Verdict::OtherEvent;
        }
        if !Self::active(rule, asking.now.day) {
            return Verdict::Inactive;
        }
        let by_lot = rule.body.iter().any(|clause| matches!(clause.what, What::Draw(_) | What::Rank { .. }));
        let unmet = if drawn && by_lot { None } else { asking.unmet(&Self::when(rule)) };
        unmet.map_or(Verdict::Gave { points: 0, uncut_micro: 0, cut: None }, Verdict::Unmet)
    }

    fn group_of(&self, rule: &Item<'s>) -> Option<usize> {
        first(rule, |what| match what {
            What::Group(name) => Some(self.place(Kind::Group, name)),
            _ => None,
        })
    }

    fn own_award<'f>(&'f self, at: usize, item: &'f Item<'s>, asking: &Asking<'_, 's>) -> Fired<'f, 's> {
        let budget = first(item, |what| match what {
            What::FromBudget(name) => Some(self.place(Kind::Budget, name)),
            _ => None,
        });
        let mut flat = 0;
        let mut rates = Vec::new();
        let mut grants = false;
        let mut steps = 0;
        for clause in &item.body {
            match &clause.what {
                What::Give(Give::Points(points)) => flat += literal::micro(&points.number).min(MOST),
                What::Give(Give::Rate { points, per, of }) => {
                    let lines = asking.amount_by_line(of);
                    let amount: i128 = lines.iter().sum();
                    let micro = amount * literal::micro(&points.number) / literal::money(per);
                    rates.push((micro.min(MOST), Spread::Lines(lines)));
                }
                What::Give(Give::Steps { points, every, of }) => {
                    let lines = asking.amount_by_line(of);
                    let steps = lines.iter().sum::<i128>() / literal::money(every);
                    rates.push(((steps * literal::micro(&points.number)).min(MOST), Spread::Lines(lines)));
                }
                What::Give(Give::Milestone { points, every }) => {
                    steps = asking.steps(item, every);
                    flat += (steps * literal::micro(&points.number)).min(MOST);
                }
                What::Give(Give::Share { percent, of }) => {
                    let lines = asking.amount_by_line(of);
                    let amount: i128 = lines.iter().sum();
                    // Ten-thousandths of the amount, in millionths of a minor unit, are worth so many points.
                    let worth = self.worth.expect("a share needs the worth of a point");
                    let micro = amount * literal::ratio(percent) * MICRO * MICRO / 10_000 / worth;
                    rates.push((micro.min(MOST), Spread::Lines(lines)));
                }
                What::Give(Give::Reward(_) | Give::Badge(_)) | What::Effect(_) => grants = true,
                _ => {}
            }
        }
        let parts: Vec<(i128, Spread)> = std::iter::once((flat, Spread::Amounts)).chain(rates).collect();
        let uncut = parts.iter().map(|(micro, _)| micro).sum::<i128>().min(MOST);
        let mut one = Fired {
            at,
            item,
            group: self.group_of(item),
            budget,
            parts,
            uncut,
            left: uncut,
            grants,
            cut: None,
            standing: Standing::Counts,
            steps,
            goals: Vec::new(),
            points: 0,
        };
        if !one.gives() {
            one.standing = Standing::Nothing;
        }
        one
    }

    fn grant(&self, one: &Fired<'_, 's>, outcome: &mut Outcome) {
        for clause in &one.item.body {
            match &clause.what {
                What::Give(Give::Reward(name)) => outcome.rewards.push(self.place(Kind::Reward, name)),
                What::Give(Give::Badge(word)) => outcome.badges.push(literal::unquoted(word)),
                What::Effect(effect) => outcome.effects.push(effect_of(effect)),
                _ => {}
            }
        }
    }
}

fn effect_of(effect: &ast::Effect<'_>) -> Effect {
    match effect {
        ast::Effect::Tag(word) => Effect::Tag(literal::unquoted(word)),
        ast::Effect::Untag(word) => Effect::Untag(literal::unquoted(word)),
        ast::Effect::Case(word) => Effect::Case(literal::unquoted(word)),
        ast::Effect::Emit(word) => Effect::Signal(literal::unquoted(word)),
        ast::Effect::Prompt(word) if word.text == "review" => Effect::Prompt(Prompt::Review),
        ast::Effect::Prompt(_) => Effect::Prompt(Prompt::Referral),
        ast::Effect::Lift(tier, span) => {
            Effect::Lift(Lift { tier: tier.text.to_owned(), span: literal::span(span) })
        }
    }
}

/// Whether multipliers act on what a rule gives: one outside groups, or one that a group without multipliers took.
fn in_base(one: &Fired<'_, '_>, multiplies: &[bool]) -> bool {
    one.counts() && one.group.is_none_or(|group| !multiplies[group])
}

/// Adds (factor - 1) of the base for each multiplier; of base and flat awards for `multiply all points`.
fn multiply(one: &mut Fired<'_, '_>, base: i128, flat: i128) {
    let more = |wanted: bool| -> i128 {
        let factors = one.item.body.iter().map(|clause| match &clause.what {
            What::Multiply { all, by } if *all == wanted => literal::micro(by) - MICRO,
            _ => 0,
        });
        factors.sum()
    };
    let of_base = (base * more(false) / MICRO).min(MOST);
    let of_all = ((base + flat) * more(true) / MICRO).min(MOST);
    one.parts.push((of_base, Spread::Base { all: false }));
    one.parts.push((of_all, Spread::Base { all: true }));
    one.uncut = (one.uncut + of_base + of_all).min(MOST);
    one.left = one.uncut;
    one.standing = if one.gives() { Standing::Counts } else { Standing::Nothing };
}

/// Lets a group take what it takes: the others lose. Rules that found nothing to act on do not compete.
fn settle(at: usize, group: &Item<'_>, fired: &mut [Fired<'_, '_>]) {
    let take = first(group, |what| match what {
        What::Take(take) => Some(take.clone()),
        _ => None,
    });
    let mut candidates: Vec<&mut Fired<'_, '_>> =
        fired.iter_mut().filter(|one| one.group == Some(at) && one.counts()).collect();
    match take.expect("a group takes something") {
        Take::Sum => return,
        Take::Word(word) if word.text == "all" => return,
        // A stable order: what gives most, then by name.
        Take::Word(_) => candidates.sort_by_key(|one| Reverse(one.uncut)),
        Take::First(list) => {
            let place = |one: &Fired<'_, '_>| {
                let name = one.item.name.map(|name| name.text);
                list.items
                    .iter()
                    .position(|item| matches!(item, Literal::Name(word) if Some(word.text) == name))
            };
            candidates.sort_by_key(|one| place(one).expect("a place in the order"));
        }
    }
    for one in candidates.into_iter().skip(1) {
        one.standing = Standing::Lost;
    }
}

/// Spreads what is in the base over lines: rates, and with flat awards.
impl Lines {
    fn of<'o, 'f: 'o, 's: 'f>(
        asking: &Asking<'_, '_>,
        base: impl Iterator<Item = &'o Fired<'f, 's>>,
    ) -> Self {
        let amounts = asking.amounts();
        let mut rates = vec![0; amounts.len()];
        let mut flat = 0;
        for (micro, by) in base.flat_map(|one| &one.parts) {
            match by {
                Spread::Lines(lines) => spread(*micro, lines, &mut rates),
                Spread::Amounts => flat += micro,
                Spread::Base { .. } => panic!("nothing is multiplied yet"),
            }
        }
        let mut all = rates.clone();
        spread(flat, &amounts, &mut all);
        Self { amounts, base: rates, all }
    }
}

pub(super) fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap()
}
