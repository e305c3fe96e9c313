//! Random events and facts that meet a world's conditions now and then: its days, times, amounts and names, and what
//! is just beside them.

use super::words::{self, UNHEARD};
use super::{Declared, Dice, World};
use dsl::calendar::{Zone, day_of, plus_civil, ymd};
use dsl::event::{ANNIVERSARY, BIRTHDAY, ENROLMENT, Event, FieldValue, Line, PURCHASE};
use dsl::facts::{Facts, Happening, Home, Metric, WindowedSum};
use dsl::model::{BudgetTotal, FieldKind, LimitUnit};
use dsl::plan::Rulebook;
use dsl::units::{AMOUNT_MAX, Day, MICRO, MinuteOfDay, Moment, SpanUnit};
use std::collections::BTreeMap;

/// What is known of a member, by name and not by place: it keeps its meaning when the programme changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// All but sums, limits and budgets.
    pub facts: Facts,
    /// Sums by window.
    pub windows: Vec<(WindowedSum, i64)>,
    /// What the sums behind milestones came to, by rule.
    pub milestones: Vec<(String, i64)>,
    /// How long streaks become, by name.
    pub streaks: Vec<(String, Option<i64>)>,
    /// In which arms of experiments she is, by name.
    pub arms: Vec<(String, Option<String>)>,
    /// How often events happened.
    pub happened: Vec<(Happening, i64)>,
    /// What is used of limits, by the keys of their counters.
    pub used: Vec<(String, i64)>,
    /// What is used of budgets, by name.
    pub budgets: Vec<(String, i64)>,
}

impl Known {
    /// As a rulebook wants it.
    pub fn aligned(&self, book: &Rulebook) -> Facts {
        let windows = book
            .windows()
            .iter()
            .map(|sum| self.windows.iter().find(|(known, _)| known == sum).map_or(0, |(_, value)| *value));
        let of = |list: &[(String, i64)], key: &str| {
            list.iter().find(|(known, _)| known == key).map_or(0, |(_, value)| *value)
        };
        let budgets = &book.programme().budgets;
        Facts {
            windows: windows.collect(),
            streaks: book
                .programme()
                .streaks
                .iter()
                .map(|streak| {
                    let known = self.streaks.iter().find(|(name, _)| *name == streak.name);
                    known.and_then(|(_, length)| *length)
                })
                .collect(),
            arms: book
                .programme()
                .experiments
                .iter()
                .map(|one| {
                    let known = self.arms.iter().find(|(name, _)| *name == one.name);
                    known.and_then(|(_, arm)| arm.clone())
                })
                .collect(),
            happened: book
                .happenings()
                .iter()
                .map(|asked| {
                    self.happened.iter().find(|(known, _)| known == asked).map_or(0, |(_, times)| *times)
                })
                .collect(),
            milestones: book
                .milestones()
                .iter()
                .map(|milestone| of(&self.milestones, &book.programme().rules[milestone.rule].name))
                .collect(),
            used: book.limits().iter().map(|slot| of(&self.used, &slot.key)).collect(),
            budget_used: budgets.iter().map(|budget| of(&self.budgets, &budget.name)).collect(),
            ..self.facts.clone()
        }
    }
}

fn moment(dice: &mut Dice, world: &World, zone: &Zone) -> Moment {
    let day = plus_civil(*dice.pick(&world.days), dice.between(-1, 1), SpanUnit::Day);
    let minute = if dice.chance(70) {
        (i64::from(*dice.pick(&world.times)) + dice.between(-1, 1)).rem_euclid(1440)
    } else {
        dice.between(0, 1439)
    };
    let at = zone.moment_of(day, MinuteOfDay(u16::try_from(minute).unwrap()));
    Moment(at.0 + *dice.pick(&[0, 0, 1, 59_999]))
}

fn amount(dice: &mut Dice, world: &World) -> i64 {
    match dice.below(5) {
        0 => 0,
        1 => dice.between(1, 300),
        _ => *dice.pick(&world.amounts) + dice.between(-1, 1),
    }
}

fn heard(dice: &mut Dice, of: &[&str]) -> Option<String> {
    match dice.below(6) {
        0 => None,
        1 => Some(UNHEARD.to_owned()),
        _ => Some((*dice.pick(of)).to_owned()),
    }
}

fn tags(dice: &mut Dice) -> Vec<String> {
    let all: Vec<&str> = words::TAGS.into_iter().chain([UNHEARD]).collect();
    dice.some(&all, 0).into_iter().map(str::to_owned).collect()
}

fn line(dice: &mut Dice, world: &World) -> Line {
    Line {
        amount_minor: amount(dice, world),
        quantity: dice.between(1, 4),
        sku: heard(dice, &words::SKUS),
        category: heard(dice, &words::CATEGORIES),
        brand: heard(dice, &words::BRANDS),
        tags: tags(dice),
        eligible: dice.chance(80),
    }
}

fn fields(dice: &mut Dice, world: &World, declared: &Declared) -> BTreeMap<String, FieldValue> {
    let mut fields = BTreeMap::new();
    for (name, kind) in &declared.fields {
        if dice.chance(20) {
            continue;
        }
        let number = |dice: &mut Dice| FieldValue::Number(dice.between(0, 10) * (MICRO / 2));
        let value = match kind {
            FieldKind::Number => number(dice),
            FieldKind::Money => FieldValue::Money(amount(dice, world)),
            FieldKind::Truth => FieldValue::Truth(dice.chance(50)),
            FieldKind::Text => FieldValue::Text(heard(dice, &words::CHOICES).unwrap_or_default()),
            FieldKind::OneOf(choices) => FieldValue::Text(dice.pick(choices).clone()),
        };
        // What is not of the declared type says nothing; no handler lets it in.
        let value = if dice.chance(3) { number(dice) } else { value };
        fields.insert(name.clone(), value);
    }
    fields
}

/// An event, mostly of a kind that the world's rules answer.
pub fn event(dice: &mut Dice, world: &World, zone: &Zone) -> Event {
    let kind = if dice.chance(90) {
        dice.pick(&world.kinds).clone()
    } else {
        (*dice.pick(&[PURCHASE, ENROLMENT, BIRTHDAY, ANNIVERSARY])).to_owned()
    };
    let declared = world.events.iter().find(|event| event.name == kind);
    let answered = world.survey.as_ref().filter(|survey| kind == format!("{}.answered", survey.name));
    let lines = if kind == PURCHASE { dice.below(6) } else { 0 };
    Event {
        at: moment(dice, world, zone),
        channel: heard(dice, &words::CHANNELS),
        store: heard(dice, &words::STORES),
        lines: (0..lines).map(|_| line(dice, world)).collect(),
        fields: declared.or(answered).map(|declared| fields(dice, world, declared)).unwrap_or_default(),
        kind,
    }
}

/// Somewhere before, or around, a day of the world.
fn past(dice: &mut Dice, world: &World, zone: &Zone) -> Moment {
    let at = moment(dice, world, zone);
    let unit = *dice.pick(&[SpanUnit::Day, SpanUnit::Month, SpanUnit::Year, SpanUnit::Hour]);
    let span =
        dsl::units::Span { count: u32::try_from(*dice.pick(&[0, 1, 2, 12, 28, 30, 60])).unwrap(), unit };
    zone.minus(at, span)
}

fn born(dice: &mut Dice, world: &World) -> Day {
    let near = plus_civil(*dice.pick(&world.days), *dice.pick(&[-31, -2, -1, 0, 0, 0, 1, 30]), SpanUnit::Day);
    let (_, month, day) = ymd(near);
    let year = *dice.pick(&[1980, 1992, 1999, 2004]);
    day_of(year, month, day).or(day_of(1992, 2, 29)).unwrap()
}

/// What is known of a member.
pub fn known(dice: &mut Dice, world: &World, book: &Rulebook) -> Known {
    let zone = book.zone();
    let some = |dice: &mut Dice, percent| dice.chance(percent);
    let facts = Facts {
        tier: (world.tiers > 0).then(|| dice.below(world.tiers)),
        enrolled_at: some(dice, 80).then(|| past(dice, world, zone)),
        birthday: some(dice, 70).then(|| born(dice, world)),
        last_purchase_at: some(dice, 70).then(|| past(dice, world, zone)),
        balance_points: *dice.pick(&[0, 1, 2, 15, 50, 1_000, AMOUNT_MAX]),
        tags: tags(dice),
        friends_rewarded: dice.between(0, 4),
        home: Home {
            country: heard(dice, &words::COUNTRIES),
            postcode: heard(dice, &words::POSTCODES),
            city: heard(dice, &words::CITIES),
        },
        badges: dice.some(&words::BADGES, 0).into_iter().map(str::to_owned).collect(),
        ..Facts::default()
    };
    let windows = book.windows().iter().map(|sum| {
        let value = match sum.metric {
            Metric::Spent => amount(dice, world),
            Metric::Earned => *dice.pick(&[0, 1, 2, 15, 50, 300, 1_000]),
            Metric::Purchases => dice.between(0, 6),
        };
        (*sum, if dice.chance(1) { *dice.pick(&[-1, AMOUNT_MAX * 1_000]) } else { value })
    });
    let windows = windows.collect();
    let used = |dice: &mut Dice, most: i64| match dice.below(5) {
        0 | 1 => 0,
        2 => most,
        3 => most - 1,
        // what is counted without a limit
        _ => dice.between(0, most.clamp(0, 1_000) + 1),
    };
    let limits = book.limits().iter().map(|slot| {
        let (LimitUnit::Times(most) | LimitUnit::Points(most) | LimitUnit::Money(most)) = slot.most;
        (slot.key.clone(), used(dice, most))
    });
    let limits = limits.collect();
    let milestones = book.milestones().iter().map(|milestone| match milestone.every.sum.metric {
        Metric::Spent => (milestone.rule, amount(dice, world)),
        _ => (milestone.rule, dice.between(0, 12)),
    });
    let milestones =
        milestones.map(|(rule, value)| (book.programme().rules[rule].name.clone(), value)).collect();
    let streaks = book.programme().streaks.iter().map(|streak| {
        let length = dice.chance(70).then(|| dice.between(1, 12));
        (streak.name.clone(), length)
    });
    let streaks = streaks.collect();
    let experiments = book.programme().experiments.iter();
    let arms: Vec<(String, Option<String>)> = experiments
        .map(|one| (one.name.clone(), dice.chance(90).then(|| (*dice.pick(&words::ARMS)).to_owned())))
        .collect();
    let happened: Vec<(Happening, i64)> =
        book.happenings().iter().map(|asked| (asked.clone(), dice.between(0, 5))).collect();
    let budgets = book.programme().budgets.iter().map(|budget| {
        let (BudgetTotal::Points(total) | BudgetTotal::Money(total)) = budget.total;
        (budget.name.clone(), used(dice, total))
    });
    Known { facts, windows, milestones, streaks, arms, happened, used: limits, budgets: budgets.collect() }
}
