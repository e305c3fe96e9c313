//! The words of random worlds.

use super::{Dice, World};
use dsl::units::{Day, SpanUnit};

/// Days around which clocks change, months and years end, and February is odd.
pub(super) const DAYS: [&str; 12] = [
    "2026-02-27",
    "2026-02-28",
    "2026-03-01",
    "2026-03-28",
    "2026-03-29",
    "2026-03-30",
    "2026-10-25",
    "2026-12-31",
    "2027-01-01",
    "2028-02-28",
    "2028-02-29",
    "2028-03-01",
];
pub(super) const ZONES: [&str; 7] = [
    "Europe/Paris",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Santiago",
    "UTC",
];
pub(super) const CATEGORIES: [&str; 3] = ["coffee", "bakery", "beans"];
pub(super) const BRANDS: [&str; 2] = ["acme", "Zest & Söhne"];
pub(super) const SKUS: [&str; 3] = ["A-1", "sku_2", "LE-0303"];
pub(super) const TAGS: [&str; 3] = ["own_cup", "vip", "press room"];
pub(super) const CHANNELS: [&str; 2] = ["online", "till"];
pub(super) const STORES: [&str; 2] = ["rue_cler", "Le Marais #1"];
pub(super) const TIERS: [&str; 4] = ["guest", "regular", "insider", "legend"];
pub(super) const GROUPS: [&str; 3] = ["boosters", "rates", "extras"];
pub(super) const BUDGETS: [&str; 2] = ["winter", "launch"];
pub(super) const REWARDS: [&str; 4] = ["cup", "shirt", "tour", "present"];
pub(super) const SEGMENTS: [&str; 2] = ["lapsed", "fans"];
pub(super) const LEVELS: [&str; 2] = ["fame", "taste"];
pub(super) const STEPS: [&str; 4] = ["novice", "scout", "ranger", "star"];
pub(super) const CALENDARS: [&str; 2] = ["holidays", "sales"];
pub(super) const STREAKS: [&str; 2] = ["daily", "weekly"];
pub(super) const CHALLENGES: [&str; 2] = ["kilo", "lima"];
pub(super) const BADGES: [&str; 3] = ["early bird", "spring-27", "é{[#]}"];
pub(super) const CHOICES: [&str; 3] = ["good", "bad", "so so"];
pub(super) const EXPERIMENTS: [&str; 2] = ["spring", "prices"];
pub(super) const ARMS: [&str; 3] = ["holdout", "plain", "double"];
pub(super) const COUNTRIES: [&str; 2] = ["FR", "DE"];
pub(super) const POSTCODES: [&str; 3] = ["75003", "75011", "7100"];
pub(super) const CITIES: [&str; 2] = ["Paris", "Le Mans"];
/// Not in any catalogue.
pub(super) const UNHEARD: &str = "nobody_knows";

/// A name as it stands in a list or a sentence: as it is where it can, else between quotes.
pub(super) fn named(dice: &mut Dice, name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain && dice.chance(85) { name.to_owned() } else { format!("\"{name}\"") }
}

/// `[a, b]`.
pub(super) fn list(dice: &mut Dice, of: &[&str], least: usize) -> String {
    let some: Vec<String> = dice.some(of, least).into_iter().map(|name| named(dice, name)).collect();
    format!("[{}]", some.join(", "))
}

pub(super) fn day(day: Day) -> String {
    dsl::calendar::show_day(day)
}

pub(super) fn time(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// So many of a unit, in the number its count asks for.
pub(super) fn counted(count: i64, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// A length of time of one of the units.
pub(super) fn span(dice: &mut Dice, units: &[SpanUnit]) -> String {
    let unit = *dice.pick(units);
    let count = match unit {
        SpanUnit::Minute => *dice.pick(&[1, 30, 90, 1440]),
        SpanUnit::Hour => *dice.pick(&[1, 12, 24, 72]),
        SpanUnit::Day => *dice.pick(&[1, 2, 28, 30, 31, 59, 60, 365]),
        SpanUnit::Week => *dice.pick(&[1, 4, 52]),
        SpanUnit::Month => *dice.pick(&[1, 2, 12]),
        SpanUnit::Year => *dice.pick(&[1, 2, 4]),
    };
    counted(count, unit.word())
}

/// Spans of whole days.
pub(super) const LONG: [SpanUnit; 4] = [SpanUnit::Day, SpanUnit::Week, SpanUnit::Month, SpanUnit::Year];
/// All spans.
pub(super) const ANY: [SpanUnit; 6] =
    [SpanUnit::Minute, SpanUnit::Hour, SpanUnit::Day, SpanUnit::Week, SpanUnit::Month, SpanUnit::Year];

/// Money of the world.
pub(super) fn money(dice: &mut Dice, world: &World) -> String {
    let minor = *dice.pick(&world.amounts);
    world.currency.show(minor)
}

/// Points with or without decimals.
pub(super) fn points(dice: &mut Dice) -> String {
    let number = *dice.pick(&["1", "2", "15", "50", "0.25", "1.5", "33.333333", "0.000001", "1000"]);
    format!("{number} point{}", if number == "1" { "" } else { "s" })
}

/// Whole points.
pub(super) fn whole_points(dice: &mut Dice) -> String {
    counted(*dice.pick(&[1, 5, 20, 100, 400]), "point")
}

/// A plain number.
pub(super) fn number(dice: &mut Dice) -> String {
    (*dice.pick(&["0", "1", "2", "3", "2.5", "5"])).to_owned()
}
