//! Random programmes as text, with events and facts that meet them: small worlds of few names, days and amounts, so
//! that things collide. Every sentence of the language is written by some of them.
//!
//! What it never does: depend on anything but the seed.

mod challenge;
mod condition;
mod dice;
mod happen;
mod items;
mod rule;
mod words;

pub use dice::Dice;
pub use happen::{Known, event, known};

use dsl::model::FieldKind;
use dsl::units::{Currency, Day};

/// Names that a programme's parts know of each other, and the values that its sentences and its events share.
#[derive(Debug, Clone)]
pub struct World {
    /// The file.
    pub text: String,
    /// Kinds of event that its rules answer, and `purchase`.
    pub kinds: Vec<String>,
    /// The zone's name.
    pub zone: String,
    pub(crate) currency: Currency,
    pub(crate) worth: bool,
    pub(crate) days: Vec<Day>,
    /// Minutes of the day.
    pub(crate) times: Vec<u16>,
    /// Minor units.
    pub(crate) amounts: Vec<i64>,
    pub(crate) tiers: usize,
    pub(crate) budgets: usize,
    pub(crate) rewards: usize,
    pub(crate) segments: usize,
    pub(crate) calendars: usize,
    pub(crate) levels: usize,
    pub(crate) streaks: usize,
    pub(crate) challenges: usize,
    pub(crate) experiments: usize,
    pub(crate) groups: usize,
    pub(crate) events: Vec<Declared>,
    pub(crate) survey: Option<Declared>,
    /// Absences in months; in days otherwise.
    pub(crate) by_month: bool,
}

/// A declared event, or the answer to a survey.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    /// Its name.
    pub(crate) name: String,
    /// Its fields by name.
    pub(crate) fields: Vec<(String, FieldKind)>,
}

/// A programme by the seed.
pub fn world(dice: &mut Dice) -> World {
    let currency = Currency::parse(dice.word(&["EUR", "EUR", "GBP", "JPY", "KWD"])).unwrap();
    let wild = dice.chance(4);
    let mut days = words::DAYS.map(|day| dsl::calendar::parse_day(day).unwrap()).to_vec();
    dice.shuffle(&mut days);
    days.truncate(3);
    let mut world = World {
        text: String::new(),
        kinds: Vec::new(),
        zone: (*dice.pick(&words::ZONES)).to_owned(),
        currency,
        worth: dice.chance(70),
        days,
        times: vec![0, 7 * 60, 9 * 60 + 30, 12 * 60, 22 * 60, 1439],
        amounts: vec![1, 99, 100, 500, 1_000, 2_500, 12_345],
        tiers: dice.below(4),
        budgets: dice.below(3),
        rewards: dice.below(4),
        segments: dice.below(3),
        calendars: dice.below(3),
        levels: dice.below(3),
        streaks: dice.below(3),
        challenges: if dice.chance(40) { 1 + dice.below(2) } else { 0 },
        experiments: dice.below(3),
        groups: dice.below(3),
        events: Vec::new(),
        survey: None,
        by_month: dice.chance(50),
    };
    if wild {
        world.amounts.extend([dsl::units::AMOUNT_MAX, dsl::units::AMOUNT_MAX - 1]);
    }
    items::file(dice, &mut world);
    world
}
