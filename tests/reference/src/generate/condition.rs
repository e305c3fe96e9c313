//! Random conditions: what may be asked where, and how.

use super::words::{self, list, named};
use super::{Declared, Dice, World};
use dsl::event::{PURCHASE, REFERRAL_REFERRER};
use dsl::model::FieldKind;
use dsl::units::Weekday;

/// Where a condition stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope<'w> {
    /// In a rule on a kind of event, with the fields it may read.
    Rule(&'w str, Option<&'w Declared>),
    /// After `where`.
    Line,
    Segment,
    Reward,
}

impl Scope<'_> {
    fn basket(self) -> bool {
        matches!(self, Self::Rule(PURCHASE, _) | Self::Reward)
    }

    /// Whether there may be a till or a shop: at a purchase, at a declared event, and wherever it is asked later.
    fn place(self) -> bool {
        match self {
            Self::Rule(kind, declared) => {
                kind == PURCHASE || (declared.is_some() && !kind.ends_with(".answered"))
            }
            _ => true,
        }
    }
}

/// The lines of a `when`, indented by two.
pub(super) fn when(dice: &mut Dice, world: &World, scope: Scope<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for at in 0..=dice.below(3) {
        let mut cond = condition(dice, world, scope, 0);
        cond[0] = format!("{} {}", if at == 0 { "when" } else { "and " }, cond[0]);
        lines.extend(cond.into_iter().map(|line| format!("  {line}")));
    }
    lines
}

/// A condition on lines of its own.
fn condition(dice: &mut Dice, world: &World, scope: Scope<'_>, depth: usize) -> Vec<String> {
    if depth < 3 && dice.chance(18) {
        let mut lines = vec![format!("{} of {{", dice.pick(&["any", "all", "none"]))];
        for _ in 0..=dice.below(3) {
            lines
                .extend(condition(dice, world, scope, depth + 1).into_iter().map(|line| format!("  {line}")));
        }
        lines.push("}".to_owned());
        return lines;
    }
    vec![sentence(dice, world, scope)]
}

/// A filter on lines, on one line.
pub(super) fn filter(dice: &mut Dice, world: &World) -> String {
    condition(dice, world, Scope::Line, 1).iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// What must hold of an event, on one line: one sentence, for the first word of a second would be read as the unit of a
/// number before it.
pub(super) fn one_line(dice: &mut Dice, world: &World, scope: Scope<'_>) -> String {
    sentence(dice, world, scope)
}

fn sentence(dice: &mut Dice, world: &World, scope: Scope<'_>) -> String {
    if matches!(scope, Scope::Line) {
        return line(dice, world);
    }
    if world.levels > 0 && dice.chance(6) {
        return level(dice, world);
    }
    if let Scope::Rule(kind, declared) = scope {
        if let Some(declared) = declared.filter(|declared| !declared.fields.is_empty())
            && dice.chance(50)
        {
            return field(dice, world, declared);
        }
        if kind == REFERRAL_REFERRER && dice.chance(30) {
            let asked = counted(dice);
            return format!("referral.number {asked}");
        }
        if world.experiments > 0 && dice.chance(10) {
            let experiment = *dice.pick(&words::EXPERIMENTS[..world.experiments]);
            let arm = |dice: &mut Dice| (*dice.pick(&words::ARMS)).to_owned();
            return format!("experiment.{experiment} {}", same(dice, &arm));
        }
        if kind == PURCHASE && world.streaks > 0 && dice.chance(10) {
            let streak = *dice.pick(&words::STREAKS[..world.streaks]);
            return format!("streak.{streak} {}", counted(dice));
        }
        if kind == PURCHASE && dice.chance(8) {
            let asked = counted(dice);
            return format!("purchase.number {asked}");
        }
    }
    if scope.basket() && dice.chance(45) {
        return basket(dice, world);
    }
    if world.segments > 0 && !matches!(scope, Scope::Segment) && dice.chance(12) {
        let segment = dice.pick(&words::SEGMENTS[..world.segments]);
        return format!("member {}in segment {segment}", dice.pick(&["", "not "]));
    }
    anywhere(dice, world, scope)
}

fn anywhere(dice: &mut Dice, world: &World, scope: Scope<'_>) -> String {
    match dice.below(13) {
        11 => home(dice),
        12 if dice.chance(50) => format!("member.age {}", ordered(dice, &age)),
        12 => happened(dice, world),
        0 => format!("time {}", ordered(dice, &|dice| words::time(*dice.pick(&world.times)))),
        1 => {
            let asked = same(dice, &|dice| dice.pick(&Weekday::ALL).word().to_owned());
            format!("day {asked}")
        }
        2 if scope.place() => format!("channel {}", same(dice, &|dice| one_of(dice, &words::CHANNELS))),
        3 if scope.place() => format!("store {}", same(dice, &|dice| one_of(dice, &words::STORES))),
        4 if world.tiers > 0 => {
            let tiers = &words::TIERS[..world.tiers];
            let tier = |dice: &mut Dice| (*dice.pick(tiers)).to_owned();
            let asked = if dice.chance(50) {
                format!("{} {}", dice.pick(&["at least", "at most", "more than", "less than"]), tier(dice))
            } else {
                same(dice, &tier)
            };
            format!("member.tier {asked}")
        }
        5 if dice.chance(40) => format!("member.badges {}", set(dice, &words::BADGES)),
        5 => format!("member.tags {}", set(dice, &words::TAGS)),
        6 => format!("member.balance {}", ordered(dice, &|dice| words::points(dice))),
        7 | 8 => sum(dice, world),
        _ => date(dice, world),
    }
}

fn date(dice: &mut Dice, world: &World) -> String {
    let paths = ["date", "member.birthday", "member.enrolled", "member.last_purchase"];
    let path = dice.pick(&paths);
    if world.calendars > 0 && dice.chance(25) {
        let calendar = dice.pick(&words::CALENDARS[..world.calendars]);
        return format!("{path} {}in calendar {calendar}", dice.pick(&["", "not "]));
    }
    let asked = match dice.below(3) {
        0 => ordered(dice, &|dice| words::day(*dice.pick(&world.days))),
        1 => format!("within {} of {}", words::span(dice, &words::ANY), dice.pick(&paths)),
        _ => format!("at {} {} ago", dice.pick(&["least", "most"]), words::span(dice, &words::LONG)),
    };
    format!("{path} {asked}")
}

/// Years around those of the world's people.
fn age(dice: &mut Dice) -> String {
    (*dice.pick(&["21", "22", "26", "27", "33", "34", "46"])).to_owned()
}

fn home(dice: &mut Dice) -> String {
    let (path, of): (&str, &[&str]) = match dice.below(3) {
        0 => ("country", &words::COUNTRIES),
        1 => ("postcode", &words::POSTCODES),
        _ => ("city", &words::CITIES),
    };
    let quoted = |dice: &mut Dice| format!("\"{}\"", dice.pick(of));
    let asked = if dice.chance(40) {
        let with = *dice.pick(of);
        let length = 1 + dice.below(with.len());
        format!("starts with \"{}\"", &with[..length])
    } else {
        same(dice, &quoted)
    };
    format!("member.{path} {asked}")
}

fn happened(dice: &mut Dice, world: &World) -> String {
    let answered = world.survey.as_ref().map(|survey| format!("{}.answered", survey.name));
    let kinds: Vec<String> = world.events.iter().map(|event| event.name.clone()).chain(answered).collect();
    if kinds.is_empty() {
        return sum(dice, world);
    }
    let (kind, window) = (dice.pick(&kinds).clone(), window(dice));
    format!("member.events.{kind} {window} {}", counted(dice))
}

fn window(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => format!("in {}", words::span(dice, &words::LONG)),
        1 => "in total".to_owned(),
        2 => format!("this {}", dice.pick(&["day", "week", "month", "quarter", "half year", "year"])),
        _ => "today".to_owned(),
    }
}

fn sum(dice: &mut Dice, world: &World) -> String {
    let window = window(dice);
    match dice.below(4) {
        3 => format!("member.average_basket {window} {}", ordered(dice, &|dice| words::money(dice, world))),
        0 => format!("member.spent {window} {}", ordered(dice, &|dice| words::money(dice, world))),
        1 => format!("member.earned {window} {}", ordered(dice, &|dice| words::points(dice))),
        _ => format!("member.purchases {window} {}", counted(dice)),
    }
}

fn basket(dice: &mut Dice, world: &World) -> String {
    match dice.below(8) {
        0 => format!("basket.items {}", counted(dice)),
        1 => format!("basket.categories {}", set(dice, &words::CATEGORIES)),
        2 => format!("basket.brands {}", set(dice, &words::BRANDS)),
        3 => format!("basket.skus {}", set(dice, &words::SKUS)),
        4 => format!("basket.tags {}", set(dice, &words::TAGS)),
        5 => {
            let filter = filter(dice, world);
            format!("basket.lines where {filter} {}", ordered(dice, &|dice| words::money(dice, world)))
        }
        _ => {
            let path = dice.pick(&["basket.paid", "basket.eligible"]);
            format!("{path} {}", ordered(dice, &|dice| words::money(dice, world)))
        }
    }
}

fn line(dice: &mut Dice, world: &World) -> String {
    match dice.below(8) {
        0 => format!("line.brand {}", same(dice, &|dice| one_of(dice, &words::BRANDS))),
        1 => format!("line.sku {}", same(dice, &|dice| one_of(dice, &words::SKUS))),
        2 => format!("line.tags {}", set(dice, &words::TAGS)),
        3 => format!("line.amount {}", ordered(dice, &|dice| words::money(dice, world))),
        4 => format!("line.quantity {}", counted(dice)),
        5 => format!("line.eligible {}", truth(dice)),
        _ => format!("line.category {}", same(dice, &|dice| one_of(dice, &words::CATEGORIES))),
    }
}

fn field(dice: &mut Dice, world: &World, declared: &Declared) -> String {
    let (name, kind) = dice.pick(&declared.fields).clone();
    let asked = match kind {
        FieldKind::Number => counted(dice),
        FieldKind::Money => ordered(dice, &|dice| words::money(dice, world)),
        FieldKind::Truth => truth(dice),
        FieldKind::Text => same(dice, &|dice| one_of(dice, &words::CHOICES)),
        FieldKind::OneOf(choices) => {
            let choices: Vec<&str> = choices.iter().map(String::as_str).collect();
            same(dice, &|dice| one_of(dice, &choices))
        }
    };
    format!("{}.{name} {asked}", declared.name)
}

fn one_of(dice: &mut Dice, of: &[&str]) -> String {
    let name = *dice.pick(of);
    named(dice, name)
}

/// Levels as a list.
fn steps(dice: &mut Dice) -> String {
    format!("[{}]", dice.some(&words::STEPS, 1).join(", "))
}

/// What may be asked of a level.
fn level(dice: &mut Dice, world: &World) -> String {
    let set = *dice.pick(&words::LEVELS[..world.levels]);
    let step = |dice: &mut Dice| *dice.pick(&words::STEPS);
    let asked = match dice.below(8) {
        0 => format!("is {}", step(dice)),
        1 => format!("is not {}", step(dice)),
        2 => format!("at most {}", step(dice)),
        3 => format!("more than {}", step(dice)),
        4 => format!("less than {}", step(dice)),
        5 => format!("in {}", steps(dice)),
        6 => format!("not in {}", steps(dice)),
        _ => format!("at least {}", step(dice)),
    };
    format!("level.{set} {asked}")
}

fn truth(dice: &mut Dice) -> String {
    (*dice.pick(&["is yes", "is no", "is known", "is unknown"])).to_owned()
}

/// What may be asked of a number.
fn counted(dice: &mut Dice) -> String {
    if dice.chance(15) {
        return format!("is every {}", dice.pick(&["2nd", "3rd", "5th"]));
    }
    ordered(dice, &|dice| words::number(dice))
}

fn ordered(dice: &mut Dice, literal: &dyn Fn(&mut Dice) -> String) -> String {
    let two = |dice: &mut Dice| (literal(dice), literal(dice));
    match dice.below(8) {
        0 | 1 => format!("at least {}", literal(dice)),
        2 => format!("at most {}", literal(dice)),
        3 => format!("more than {}", literal(dice)),
        4 => format!("less than {}", literal(dice)),
        5 => {
            let (low, high) = two(dice);
            format!("between {low} and {high}")
        }
        _ => same(dice, literal),
    }
}

fn same(dice: &mut Dice, literal: &dyn Fn(&mut Dice) -> String) -> String {
    let several = |dice: &mut Dice| {
        let all: Vec<String> = (0..=dice.below(3)).map(|_| literal(dice)).collect();
        format!("[{}]", all.join(", "))
    };
    match dice.below(7) {
        0 | 1 => format!("is {}", literal(dice)),
        2 => format!("is not {}", literal(dice)),
        3 => format!("in {}", several(dice)),
        4 => format!("not in {}", several(dice)),
        5 => "is known".to_owned(),
        _ => "is unknown".to_owned(),
    }
}

fn set(dice: &mut Dice, of: &[&str]) -> String {
    match dice.below(3) {
        0 => format!("has any of {}", list(dice, of, 1)),
        1 => format!("has all of {}", list(dice, of, 1)),
        _ => format!("has none of {}", list(dice, of, 1)),
    }
}
