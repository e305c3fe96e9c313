//! Random challenges: goals of purchases, of money and of other events, near enough to be reached.

use super::condition::{Scope, one_line, when};
use super::rule::{active, amount, effect, label};
use super::words::{self, counted};
use super::{Dice, World};
use dsl::event::{ANNIVERSARY, BIRTHDAY, ENROLMENT, PURCHASE};
use dsl::units::SpanUnit;

const GOALS: [&str; 4] = ["visits", "spending", "third", "last"];

/// Writes a challenge; notes the kinds of event that it counts.
pub(super) fn write(dice: &mut Dice, world: &mut World, at: usize) -> String {
    let mut lines = Vec::new();
    if dice.chance(20) {
        lines.push(format!("  {}", active(dice, world)));
    }
    if dice.chance(30) {
        lines.extend(when(dice, world, Scope::Segment));
    }
    if dice.chance(60) {
        lines.push(format!("  every {}", dice.pick(&["day", "week", "month", "year"])));
    }
    let goals = 1 + dice.below(3);
    for name in &GOALS[..goals] {
        let title = label(dice);
        let asked = goal(dice, world);
        lines.push(format!("  goal {name}{title} {asked}"));
    }
    if dice.chance(40) {
        let needs = 1 + dice.below(goals);
        lines.push(format!("  needs any {needs} goal{}", if needs == 1 { "" } else { "s" }));
    }
    for _ in 0..=dice.below(2) {
        lines.push(format!("  {}", gift(dice, world)));
    }
    let mut more = Vec::new();
    if world.budgets > 0 && dice.chance(25) {
        more.push(format!("  from budget {}", dice.pick(&words::BUDGETS[..world.budgets])));
    }
    if dice.chance(15) {
        more.push(format!("  points valid for {}", words::span(dice, &[SpanUnit::Day, SpanUnit::Year])));
    }
    if dice.chance(15) {
        more.push(format!("  pending for {}", words::span(dice, &[SpanUnit::Day, SpanUnit::Week])));
    }
    if dice.chance(15) {
        more.push(format!("  refund {}", dice.pick(&["keep", "revoke"])));
    }
    dice.shuffle(&mut more);
    lines.extend(more);
    let title = label(dice);
    format!("challenge {}{title} {{\n{}\n}}\n", words::CHALLENGES[at], lines.join("\n"))
}

fn goal(dice: &mut Dice, world: &mut World) -> String {
    if dice.chance(35) {
        let target = world.currency.show(*dice.pick(&[1, 100, 2_500, 20_000]));
        return format!("{target} of {}", amount(dice, world));
    }
    let times = counted(dice.between(1, 3), "time");
    let kind = match dice.below(8) {
        0 => ENROLMENT.to_owned(),
        1 => dice.word(&[BIRTHDAY, ANNIVERSARY]).to_owned(),
        2 | 3 if !world.events.is_empty() => dice.pick(&world.events).name.clone(),
        4 if world.survey.is_some() => format!("{}.answered", world.survey.as_ref().unwrap().name),
        _ => PURCHASE.to_owned(),
    };
    let declared = world.events.iter().find(|event| event.name == kind).cloned();
    let asks = !kind.ends_with(".answered") && dice.chance(40);
    let filter = if asks {
        let scope = Scope::Rule(&kind, declared.as_ref());
        format!(" where {}", one_line(dice, world, scope))
    } else {
        String::new()
    };
    if !world.kinds.contains(&kind) {
        world.kinds.push(kind.clone());
    }
    format!("{times} on {kind}{filter}")
}

fn gift(dice: &mut Dice, world: &World) -> String {
    match dice.below(6) {
        0 if world.rewards > 0 => format!("give reward {}", dice.pick(&words::REWARDS[..world.rewards])),
        1 => format!("give badge \"{}\"", dice.pick(&words::BADGES)),
        2 => effect(dice, world),
        _ => format!("give {}", words::points(dice)),
    }
}
