//! Random items: the programme and everything that rules refer to.

use super::challenge;
use super::condition::{Scope, when};
use super::rule::{self, Plan, active, effect, label, limit};
use super::words::{self, counted, list};
use super::{Declared, Dice, World};
use dsl::event::{ENROLMENT, PURCHASE};
use dsl::model::FieldKind;
use dsl::units::SpanUnit;

const NAMES: [&str; 10] =
    ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett"];

/// Writes a whole file into the world.
pub(super) fn file(dice: &mut Dice, world: &mut World) {
    declare(dice, world);
    let mut names = NAMES.to_vec();
    dice.shuffle(&mut names);
    names.truncate(1 + dice.below(7));
    let plans: Vec<Plan> = names
        .iter()
        .map(|name| Plan {
            name: (*name).to_owned(),
            group: (world.groups > 0 && dice.chance(45)).then(|| dice.below(world.groups)),
        })
        .collect();
    world.kinds = vec![PURCHASE.to_owned()];
    let rules: Vec<String> = plans.iter().map(|plan| rule::write(dice, world, plan)).collect();
    let challenges: Vec<String> = (0..world.challenges).map(|at| challenge::write(dice, world, at)).collect();
    let mut items = vec![programme(dice, world)];
    if dice.chance(60) {
        items.push(catalogue(dice));
    }
    if world.tiers > 0 {
        items.push(tiers(dice, world));
    }
    items.extend((0..world.groups).map(|at| group(dice, world, at, &plans)));
    items.extend((0..world.budgets).map(|at| budget(dice, world, at)));
    items.extend(world.events.clone().iter().map(|event| declared(dice, event)));
    items.extend((0..world.segments).map(|at| segment(dice, world, at)));
    items.extend((0..world.levels).map(|at| levels(dice, world, at)));
    items.extend((0..world.calendars).map(|at| calendar(dice, world, at)));
    if dice.chance(30) {
        items.push(attention(dice, world));
    }
    items.extend((0..world.experiments).map(|at| experiment(dice, world, at)));
    items.extend((0..world.streaks).map(|at| streak(dice, at)));
    items.extend(world.survey.clone().iter().map(|survey| questions(dice, survey)));
    items.extend(challenges);
    items.extend(rules);
    items.extend((0..world.rewards).map(|at| reward(dice, world, at)));
    if dice.chance(25) {
        items.push(referral(dice, world));
    }
    if dice.chance(50) {
        items.push(test(dice, world, &plans));
    }
    if dice.chance(50) {
        dice.shuffle(&mut items);
    }
    let mut text = String::new();
    if dice.chance(20) {
        text.push_str("# The shop's rules; äöü.\n");
    }
    text.push_str("language 1\n");
    for item in items {
        text.push('\n');
        if dice.chance(10) {
            text.push_str("# a note\n");
        }
        text.push_str(&item);
    }
    world.text = text;
}

/// Events and a survey, whose fields rules read.
fn declare(dice: &mut Dice, world: &mut World) {
    let choices = || FieldKind::OneOf(words::CHOICES.map(str::to_owned).to_vec());
    let all = [
        ("stars".to_owned(), FieldKind::Number),
        ("tip".to_owned(), FieldKind::Money),
        ("topic".to_owned(), FieldKind::Text),
        ("verified".to_owned(), FieldKind::Truth),
        ("mood".to_owned(), choices()),
    ];
    for name in ["check_in", "review.published"] {
        if dice.chance(35) {
            world.events.push(Declared { name: name.to_owned(), fields: dice.some(&all, 0) });
        }
    }
    if dice.chance(25) {
        let classes: &[&str] = if dice.chance(50) {
            &["promoter", "passive", "detractor"]
        } else {
            &["satisfied", "neutral", "dissatisfied"]
        };
        let class = FieldKind::OneOf(classes.iter().map(|&class| class.to_owned()).collect());
        let mut fields = vec![("score".to_owned(), FieldKind::Number)];
        if dice.chance(70) {
            fields.push(("class".to_owned(), class));
        }
        if dice.chance(50) {
            fields.push(("reason".to_owned(), choices()));
        }
        if dice.chance(50) {
            fields.push(("again".to_owned(), FieldKind::Truth));
        }
        world.survey = Some(Declared { name: "nps".to_owned(), fields });
    }
}

fn braced(head: &str, lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("  {line}")).collect();
    format!("{head} {{\n{}\n}}\n", lines.join("\n"))
}

fn programme(dice: &mut Dice, world: &World) -> String {
    let mut lines = vec![format!("currency {}", world.currency), format!("timezone \"{}\"", world.zone)];
    if world.worth {
        let worth = *dice.pick(&["0.01", "0.005", "1", "0.03", "0.000001"]);
        let digits = usize::from(world.currency.digits()) + 6;
        let worth = if worth.len() > digits + 2 { "0.01" } else { worth };
        lines.push(format!("point worth {worth} {}", world.currency));
    }
    let mut more = vec![
        format!("rounding {}", dice.pick(&["down", "up", "half_even"])),
        match dice.below(4) {
            0 => "expire never".to_owned(),
            1 => format!("expire at end of {}", dice.pick(&["month", "quarter", "half year", "year"])),
            2 => format!("expire after {} without purchase", words::span(dice, &words::LONG)),
            _ => {
                let end = dice.pick(&["", " at end of month", " at end of year"]);
                format!("expire after {}{end}", words::span(dice, &words::LONG))
            }
        },
        format!("pending for {}", words::span(dice, &words::LONG)),
        format!("refund {}", dice.pick(&["reverse", "keep"])),
        format!("shortfall {}", dice.pick(&["debt", "forgive"])),
        format!("unknown member {}", dice.pick(&["refuse", "enrol"])),
        format!("accept events up to {} late", words::span(dice, &words::LONG)),
        format!("remind {} before expiry", words::span(dice, &[SpanUnit::Day, SpanUnit::Week])),
    ];
    dice.shuffle(&mut more);
    more.truncate(dice.below(more.len() + 1));
    if dice.chance(25) {
        for _ in 0..=dice.below(2) {
            more.push(limit(dice, world, false));
        }
    }
    lines.extend(more);
    let label = label(dice);
    braced(&format!("programme club{label}"), &lines)
}

fn catalogue(dice: &mut Dice) -> String {
    let all = |of: &[&str]| of.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let mut lines = vec![
        format!("categories [{}]", all(&words::CATEGORIES)),
        format!("brands [{}]", all(&words::BRANDS)),
        format!("channels [{}]", all(&words::CHANNELS)),
        format!("stores [{}]", all(&words::STORES)),
        format!("tags [{}]", all(&words::TAGS)),
    ];
    dice.shuffle(&mut lines);
    lines.truncate(1 + dice.below(5));
    braced("catalogue", &lines)
}

fn tiers(dice: &mut Dice, world: &World) -> String {
    let metric = dice.below(3);
    let window = dice.pick(&["in 12 months", "this year", "in total", "this month"]);
    let mut lines = vec!["guest always".to_owned()];
    for (at, tier) in words::TIERS[..world.tiers].iter().enumerate().skip(1) {
        let least = i64::try_from(at).unwrap() * 300;
        let least = match metric {
            0 => format!("{} spent", world.currency.show(least * 100)),
            1 => format!("{least} points earned"),
            _ => format!("{least} purchases"),
        };
        let keep = if dice.chance(30) {
            format!(" keep for {}", words::span(dice, &words::LONG))
        } else {
            String::new()
        };
        lines.push(format!("{tier} from {least} {window}{keep}"));
    }
    if dice.chance(40) {
        lines.push(format!("downgrade {}", dice.pick(&["one step", "reassess"])));
    }
    if dice.chance(25) {
        lines.push(format!("floor {}", words::TIERS[dice.below(world.tiers)]));
    }
    if dice.chance(40) {
        lines.push(format!("grace {}", words::span(dice, &words::LONG)));
    }
    braced("tiers", &lines)
}

fn group(dice: &mut Dice, world: &World, at: usize, plans: &[Plan]) -> String {
    let members = plans.iter().filter(|plan| plan.group == Some(at));
    let mut members: Vec<&str> = members.map(|plan| plan.name.as_str()).collect();
    dice.shuffle(&mut members);
    let take = match dice.below(4) {
        0 => "all".to_owned(),
        1 => "best".to_owned(),
        2 if !members.is_empty() => format!("first of [{}]", members.join(", ")),
        _ => "sum of extras".to_owned(),
    };
    let mut lines = vec![format!("take {take}")];
    if dice.chance(30) {
        for _ in 0..=dice.below(2) {
            lines.push(limit(dice, world, false));
        }
    }
    let label = label(dice);
    braced(&format!("group {}{label}", words::GROUPS[at]), &lines)
}

fn budget(dice: &mut Dice, world: &World, at: usize) -> String {
    let total =
        if world.worth && dice.chance(50) { words::money(dice, world) } else { words::whole_points(dice) };
    let mut lines = vec![format!("total {total}")];
    if dice.chance(30) {
        lines.push(active(dice, world));
    }
    if dice.chance(50) {
        lines.push(format!("when spent {}", dice.pick(&["stop", "stop", "warn"])));
    }
    let label = label(dice);
    braced(&format!("budget {}{label}", words::BUDGETS[at]), &lines)
}

fn declared(dice: &mut Dice, event: &Declared) -> String {
    let lines: Vec<String> = event
        .fields
        .iter()
        .map(|(name, kind)| {
            let kind = match kind {
                FieldKind::Number => "number".to_owned(),
                FieldKind::Money => "money".to_owned(),
                FieldKind::Text => "text".to_owned(),
                FieldKind::Truth => "truth".to_owned(),
                FieldKind::OneOf(_) => "one of [good, bad, \"so so\"]".to_owned(),
            };
            format!("field {name} {kind}")
        })
        .collect();
    let label = label(dice);
    braced(&format!("event {}{label}", event.name), &lines)
}

/// A set of levels: all four, so that rules may name any.
fn levels(dice: &mut Dice, world: &World, at: usize) -> String {
    let (metric, window) = (dice.below(3), *dice.pick(&["in total", "in 12 months", "this year"]));
    let mut lines = vec![format!("{} always", words::STEPS[0])];
    for (nth, step) in words::STEPS.iter().enumerate().skip(1) {
        let nth = i64::try_from(nth).unwrap();
        let least = match metric {
            0 => format!("{} spent", world.currency.show(nth * 300)),
            1 => format!("{} points earned", nth * 25),
            _ => counted(nth * 2, "purchase"),
        };
        lines.push(format!("{step} from {least} {window}"));
    }
    braced(&format!("levels {}{}", words::LEVELS[at], label(dice)), &lines)
}

fn calendar(dice: &mut Dice, world: &World, at: usize) -> String {
    let mut lines = Vec::new();
    for nth in 0..=dice.below(2) {
        let (one, other) = (*dice.pick(&world.days), *dice.pick(&world.days));
        let (from, until) = (words::day(one.min(other)), words::day(one.max(other)));
        lines.push(if dice.chance(50) {
            format!("day_{nth} {from}")
        } else {
            format!("days_{nth} {from} to {until}")
        });
    }
    braced(&format!("calendar {}{}", words::CALENDARS[at], label(dice)), &lines)
}

fn attention(dice: &mut Dice, world: &World) -> String {
    let mut lines = Vec::new();
    for _ in 0..=dice.below(2) {
        let per = dice.pick(&["day", "week", "month", "year", "programme"]);
        lines.push(format!("limit {} per member per {per}", counted(dice.between(0, 2), "time")));
    }
    let (from, to) = (*dice.pick(&world.times), *dice.pick(&world.times));
    if from != to && dice.chance(60) {
        lines.push(format!("quiet between {} and {}", words::time(from), words::time(to)));
    }
    if dice.chance(50) {
        lines.push(format!("events {}", dice.pick(&["[vip_alert]", "[\"few.stars\", vip_alert]"])));
    }
    braced("attention", &lines)
}

fn experiment(dice: &mut Dice, world: &World, at: usize) -> String {
    let mut lines = Vec::new();
    if dice.chance(40) {
        lines.push(active(dice, world));
    }
    let mut shares = *dice.pick(&[["10%", "45%", "45%"], ["33.33%", "33.33%", "33.34%"]]);
    dice.shuffle(&mut shares);
    let mut arms: Vec<String> = words::ARMS
        .iter()
        .zip(shares)
        .map(|(arm, share)| match *arm {
            "holdout" => format!("holdout {share}"),
            arm => format!("arm {arm} {share}"),
        })
        .collect();
    dice.shuffle(&mut arms);
    lines.extend(arms);
    braced(&format!("experiment {}{}", words::EXPERIMENTS[at], label(dice)), &lines)
}

fn streak(dice: &mut Dice, at: usize) -> String {
    let every = dice.pick(&["day", "week", "month"]);
    let mut lines = vec!["on purchase".to_owned(), format!("every {every}")];
    if dice.chance(50) {
        lines.push(format!("freeze {} per {}", dice.between(1, 3), words::span(dice, &words::LONG)));
    }
    braced(&format!("streak {}{}", words::STREAKS[at], label(dice)), &lines)
}

fn segment(dice: &mut Dice, world: &World, at: usize) -> String {
    let lines = when(dice, world, Scope::Segment);
    let label = label(dice);
    format!("segment {}{label} {{\n{}\n}}\n", words::SEGMENTS[at], lines.join("\n"))
}

fn questions(dice: &mut Dice, survey: &Declared) -> String {
    let has = |name: &str| survey.fields.iter().find(|(own, _)| own == name).map(|(_, kind)| kind);
    let nps = matches!(has("class"), Some(FieldKind::OneOf(classes)) if classes[0] == "promoter");
    let mut lines = vec![format!("question score number {}", if nps { "0 to 10" } else { "1 to 5" })];
    if has("reason").is_some() {
        lines.push("question reason one of [good, bad, \"so so\"]".to_owned());
    }
    if has("again").is_some() {
        lines.push("question again truth".to_owned());
    }
    if dice.chance(40) {
        lines.push("question comment text".to_owned());
    }
    if has("class").is_some() {
        lines.push(format!("{} of score", if nps { "nps" } else { "csat" }));
    }
    if dice.chance(50) {
        lines.push(format!("answer within {}", words::span(dice, &words::LONG)));
    }
    for kept in ["class", "reason"] {
        if has(kept).is_some() && dice.chance(50) {
            lines.push(format!("keep {kept} as tag"));
        }
    }
    if dice.chance(20) {
        lines.push("allow review gating \"checked with counsel\"".to_owned());
    }
    let label = label(dice);
    braced(&format!("survey {}{label}", survey.name), &lines)
}

fn reward(dice: &mut Dice, world: &World, at: usize) -> String {
    let mut lines = Vec::new();
    if dice.chance(70) {
        lines.push(format!("costs {}", words::whole_points(dice)));
    }
    if world.tiers > 1 && dice.chance(30) {
        let tier = dice.pick(&words::TIERS[1..world.tiers]);
        lines.push(format!("costs {} for {tier}", words::whole_points(dice)));
    }
    let money = words::money(dice, world);
    // The last is a choice among the others.
    let gives = if at == 3 {
        "one of [cup, shirt, tour]".to_owned()
    } else {
        match dice.below(9) {
            0 => "item \"coffee\"".to_owned(),
            1 => "access \"drop-0303\"".to_owned(),
            2 => format!("{money} off basket.total"),
            3 => "5% off basket.total".to_owned(),
            4 => format!("{money} credit"),
            5 => "experience \"roastery tour\"".to_owned(),
            6 => "free shipping".to_owned(),
            7 => format!("gift card {money}"),
            _ => format!("donation {money} to \"Red Cross\""),
        }
    };
    lines.push(format!("gives {gives}"));
    if dice.chance(20) {
        lines.push(active(dice, world));
    }
    if dice.chance(50) {
        lines.extend(when(dice, world, Scope::Reward).iter().map(|line| line[2..].to_owned()));
    }
    if dice.chance(30) {
        let per = dice.pick(&["day", "week", "month", "year", "programme"]);
        lines.push(format!("limit {} per member per {per}", counted(dice.between(1, 3), "time")));
    }
    if dice.chance(20) {
        lines.push("for the first 10 members".to_owned());
    }
    if dice.chance(20) {
        lines.push("stock 100".to_owned());
    }
    if dice.chance(30) {
        lines.push(format!("valid for {}", words::span(dice, &[SpanUnit::Day, SpanUnit::Month])));
    }
    if dice.chance(20) {
        lines.push(format!("refund {}", dice.pick(&["revoke", "keep"])));
    }
    let label = label(dice);
    braced(&format!("reward {}{label}", words::REWARDS[at]), &lines)
}

fn referral(dice: &mut Dice, world: &World) -> String {
    let mut lines = Vec::new();
    if dice.chance(60) {
        lines.push(format!("join within {}", words::span(dice, &words::LONG)));
    }
    let least =
        if dice.chance(60) { format!(" of at least {}", words::money(dice, world)) } else { String::new() };
    lines.push(format!("qualify on purchase{least} within {}", words::span(dice, &words::LONG)));
    if dice.chance(70) {
        let conditions = when(dice, world, Scope::Rule(PURCHASE, None));
        lines.extend(conditions.iter().map(|line| line[2..].to_owned()));
    }
    lines.push(format!("mature after {}", words::span(dice, &words::LONG)));
    if dice.chance(40) {
        lines.push("limit 10 times per member per month".to_owned());
    }
    if dice.chance(60) {
        lines.push(format!("refund {}", dice.pick(&["revoke", "revoke if unspent", "keep"])));
    }
    let label = label(dice);
    braced(&format!("referral friends{label}"), &lines)
}

/// A test of the file; what it expects need not come.
fn test(dice: &mut Dice, world: &World, plans: &[Plan]) -> String {
    let mut lines = Vec::new();
    if world.tiers > 0 && dice.chance(40) {
        lines.push(format!("given member.tier is {}", dice.pick(&words::TIERS[..world.tiers])));
    }
    let day = |dice: &mut Dice| words::day(*dice.pick(&world.days));
    for given in [
        format!("given member.birthday is {}", day(dice)),
        format!("given member.enrolled is {}", day(dice)),
        format!("given member.last_purchase is {} 10:30", day(dice)),
        format!("given member.balance is {}", words::whole_points(dice)),
        format!("given member.tags in {}", list(dice, &words::TAGS, 1)),
        format!("given member.spent in 12 months is {}", words::money(dice, world)),
        "given purchase.number is 3".to_owned(),
        "given referral.number is 2".to_owned(),
    ] {
        if dice.chance(25) {
            lines.push(given);
        }
    }
    let at = format!("{} {}", day(dice), words::time(*dice.pick(&world.times)));
    match dice.below(4) {
        0 => lines.push(format!("event {ENROLMENT} at {at}")),
        1 => {
            lines.push(format!("event {PURCHASE} at {at} {{"));
            lines.push(format!("  basket.paid is {}", words::money(dice, world)));
            lines.push(format!("  basket.categories in {}", list(dice, &words::CATEGORIES, 1)));
            lines.push("  channel is online".to_owned());
            lines.push("}".to_owned());
        }
        2 if world.kinds.iter().any(|kind| kind == "absence.60_days") => {
            lines.push(format!("event absence of 60 days at {at}"));
        }
        _ => {
            lines.push(format!("event {PURCHASE} at {at} {{"));
            lines.push(format!("  line {}", words::money(dice, world)));
            let tags = list(dice, &words::TAGS, 1);
            lines.push(format!(
                "  line {} {{ category coffee sku \"A-1\" quantity 2 tags {tags} eligible no }}",
                words::money(dice, world)
            ));
            lines.push("}".to_owned());
        }
    }
    let rule = dice.pick(plans).name.clone();
    let mut expects = vec![
        format!("expect rule {rule} fires"),
        format!("expect rule {rule} stays silent"),
        "expect no points".to_owned(),
        format!("expect {}", words::whole_points(dice)),
        format!("expect {} from {rule}", words::whole_points(dice)),
        format!("expect badge \"{}\"", dice.pick(&words::BADGES)),
        format!("expect {}", effect(dice, world)),
    ];
    if world.rewards > 0 {
        expects.push(format!("expect reward {}", dice.pick(&words::REWARDS[..world.rewards])));
    }
    if world.tiers > 0 {
        expects.push(format!("expect tier {}", dice.pick(&words::TIERS[..world.tiers])));
    }
    lines.extend(dice.some(&expects, 1));
    braced("test \"what comes of it\"", &lines)
}
