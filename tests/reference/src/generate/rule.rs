//! Random rules: what fires them, what they give, what bounds them.

use super::condition::{Scope, filter, when};
use super::words::{self, counted};
use super::{Dice, World};
use dsl::event::{ANNIVERSARY, BIRTHDAY, ENROLMENT, PURCHASE, REFERRAL_FRIEND, REFERRAL_REFERRER};
use dsl::units::{SpanUnit, Weekday};

/// A rule to be written.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) group: Option<usize>,
}

/// Writes a rule; notes the kind of event it answers.
pub(super) fn write(dice: &mut Dice, world: &mut World, plan: &Plan) -> String {
    let mut lines = Vec::new();
    if dice.chance(8) {
        lines.push(format!("  formerly old_{}", plan.name));
    }
    let (on, kind, draws) = on(dice, world, &plan.name);
    lines.push(format!("  on {on}"));
    if dice.chance(20) {
        lines.push(format!("  {}", active(dice, world)));
    }
    let answered = kind.strip_suffix(".answered").is_some();
    let declared = world
        .events
        .iter()
        .find(|event| event.name == kind)
        .or(world.survey.as_ref().filter(|_| answered))
        .cloned();
    // Answers to a survey are rewarded, never the score: a rule on one either reads it or gives.
    let pays = !answered || dice.chance(50);
    let reads = declared.as_ref().filter(|_| !answered || !pays);
    if dice.chance(60) {
        lines.extend(when(dice, world, Scope::Rule(&kind, reads)));
    }
    if draws {
        if dice.chance(50) {
            lines.push(format!("  draw {}", counted(*dice.pick(&[1, 20]), "member")));
        } else {
            let ranks = dice.word(&["1", "1 to 3", "2 to 500"]);
            let sum = dice.word(&["spent", "earned", "purchases"]);
            let last = dice.word(&["week", "month", "quarter", "half year", "year"]);
            lines.push(format!("  rank {ranks} by member.{sum} last {last}"));
        }
    }
    let steps = kind == PURCHASE && dice.chance(12);
    if steps {
        lines.push(format!("  {}", milestone(dice, world)));
    }
    for _ in 0..=if steps { 0 } else { dice.below(3) } {
        if steps {
            break;
        }
        lines.push(format!("  {}", if pays { give(dice, world, &kind) } else { mark(dice) }));
    }
    lines.extend(bounds(dice, world, plan, steps));
    if !world.kinds.contains(&kind) {
        world.kinds.push(kind);
    }
    let label = label(dice);
    format!("rule {}{label} {{\n{}\n}}\n", plan.name, lines.join("\n"))
}

/// A label, or none.
pub(super) fn label(dice: &mut Dice) -> String {
    let labels = ["", "", " \"Plain\"", " \"Café – für Ö #1 {\"", " \"it's 100% [yes]\""];
    (*dice.pick(&labels)).to_owned()
}

pub(super) fn active(dice: &mut Dice, world: &World) -> String {
    let (one, other) = (*dice.pick(&world.days), *dice.pick(&world.days));
    let (from, until) = (words::day(one.min(other)), words::day(one.max(other)));
    match dice.below(3) {
        0 => format!("active from {from}"),
        1 => format!("active until {until}"),
        _ => format!("active from {from} until {until}"),
    }
}

/// What fires it: as written, the kind of event, and whether it draws.
fn on(dice: &mut Dice, world: &World, name: &str) -> (String, String, bool) {
    let plain = |kind: &str| (kind.to_owned(), kind.to_owned(), false);
    match dice.below(20) {
        0 => plain(ENROLMENT),
        1 => plain(dice.word(&[BIRTHDAY, ANNIVERSARY])),
        2 => plain(dice.word(&[REFERRAL_REFERRER, REFERRAL_FRIEND])),
        3 | 4 if !world.events.is_empty() => plain(&dice.pick(&world.events).name.clone()),
        5 | 6 if world.survey.is_some() => {
            plain(&format!("{}.answered", world.survey.as_ref().unwrap().name))
        }
        7 => {
            let (written, kind) = if world.by_month {
                *dice.pick(&[("2 months", "2_months"), ("12 months", "12_months"), ("1 year", "12_months")])
            } else {
                *dice.pick(&[("60 days", "60_days"), ("14 days", "14_days"), ("2 weeks", "14_days")])
            };
            (format!("absence of {written}"), format!("absence.{kind}"), false)
        }
        8 | 9 => {
            let time = words::time(*dice.pick(&world.times));
            let every = match dice.below(4) {
                0 => "every day".to_owned(),
                1 => format!("every week on {}", dice.pick(&Weekday::ALL).word()),
                2 => format!("every month on day {}", dice.pick(&[1, 28, 31])),
                _ => format!("once on {}", words::day(*dice.pick(&world.days))),
            };
            let segment = if world.segments > 0 && dice.chance(50) {
                format!(" for members in segment {}", dice.pick(&words::SEGMENTS[..world.segments]))
            } else {
                String::new()
            };
            (format!("schedule {every} at {time}{segment}"), format!("schedule.{name}"), dice.chance(40))
        }
        _ => plain(PURCHASE),
    }
}

fn give(dice: &mut Dice, world: &World, kind: &str) -> String {
    let basket = kind == PURCHASE;
    match dice.below(10) {
        0..3 if basket => {
            let per = world.currency.show(*dice.pick(&[1, 3, 10, 100, 777]));
            let how = if dice.chance(25) { "every" } else { "per" };
            format!("give {} {how} {per} of {}", words::points(dice), amount(dice, world))
        }
        3 if basket && world.worth => {
            let share = dice.pick(&["1%", "5%", "2.75%", "100%"]);
            format!("give {share} of {} as points", amount(dice, world))
        }
        4 | 5 => {
            let all = if dice.chance(30) { "all " } else { "" };
            format!("multiply {all}points by {}", dice.pick(&["2", "3", "1.5", "1.333333", "10", "1000"]))
        }
        6 if world.rewards > 0 => {
            format!("give reward {}", dice.pick(&words::REWARDS[..world.rewards]))
        }
        7 => format!("give badge \"{}\"", dice.pick(&words::BADGES)),
        8 => effect(dice, world),
        _ => format!("give {}", words::points(dice)),
    }
}

/// Points by steps of a sum.
fn milestone(dice: &mut Dice, world: &World) -> String {
    let over = *dice.pick(&["today", "this week", "this month", "this year", "in total"]);
    let step = if dice.chance(60) {
        let step = world.currency.show(*dice.pick(&[1, 100, 777, 10_000]));
        format!("{step} spent")
    } else {
        counted(dice.between(1, 10), "purchase")
    };
    format!("give {} every {step} {over}", words::points(dice))
}

pub(super) fn amount(dice: &mut Dice, world: &World) -> String {
    match dice.below(4) {
        0 => format!("basket.lines where {}", filter(dice, world)),
        1 => format!("basket.eligible where {}", filter(dice, world)),
        2 => "basket.eligible".to_owned(),
        _ => "basket.paid".to_owned(),
    }
}

/// What a rule does beside points.
pub(super) fn effect(dice: &mut Dice, world: &World) -> String {
    if world.tiers > 1 && dice.chance(17) {
        let tier = dice.pick(&words::TIERS[1..world.tiers]);
        return format!("lift tier to {tier} for {}", counted(dice.between(1, 40), "day"));
    }
    mark(dice)
}

/// The same that is worth nothing to the member, and may follow from how she scored.
fn mark(dice: &mut Dice) -> String {
    match dice.below(5) {
        0 => format!("tag member \"{}\"", dice.pick(&words::TAGS)),
        1 => format!("untag member \"{}\"", dice.pick(&words::TAGS)),
        2 => format!("open case \"{}\"", dice.pick(&words::BADGES)),
        3 => format!("prompt for {}", dice.pick(&["review", "referral"])),
        _ => format!("emit event \"{}\"", dice.pick(&["vip_alert", "few.stars"])),
    }
}

/// A limit: in times only where `times`.
pub(super) fn limit(dice: &mut Dice, world: &World, times: bool) -> String {
    let per = *dice.pick(&["event", "day", "week", "month", "year", "programme"]);
    let most = match dice.below(3) {
        0 if world.worth => words::money(dice, world),
        1 if times => counted(dice.between(0, 3), "time"),
        _ => words::whole_points(dice),
    };
    if per == "event" {
        format!("limit {most} per event")
    } else {
        let whose = if dice.chance(25) { "household" } else { "member" };
        format!("limit {most} per {whose} per {per}")
    }
}

fn bounds(dice: &mut Dice, world: &World, plan: &Plan, steps: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if dice.chance(35) {
        for _ in 0..=dice.below(2) {
            lines.push(limit(dice, world, true));
        }
    }
    lines.extend(plan.group.map(|group| format!("in group {}", words::GROUPS[group])));
    if world.budgets > 0 && dice.chance(30) {
        lines.push(format!("from budget {}", dice.pick(&words::BUDGETS[..world.budgets])));
    }
    if dice.chance(15) {
        lines.push(format!("points valid for {}", words::span(dice, &[SpanUnit::Day, SpanUnit::Year])));
    }
    if dice.chance(15) {
        lines.push(format!("pending for {}", words::span(dice, &[SpanUnit::Day, SpanUnit::Week])));
    }
    if !steps && dice.chance(10) {
        lines.push(format!("refund {}", dice.pick(&["keep", "revoke", "revoke if unspent"])));
    }
    dice.shuffle(&mut lines);
    lines.into_iter().map(|line| format!("  {line}")).collect()
}
