//! The engines, each behind two questions: which campaigns hold, and the same as fast as it can.
//!
//! Every engine is used as its documentation has it for the fastest answer: compiled ahead where it can be, rules put
//! into one program, table or policy set where it has such a thing. What it never does: convert the event while timed.

mod cedar;
mod cel;
mod merit;
mod rego;
mod rhai;
mod zen;

use crate::merchant;
use crate::merchant::sparse::{self, CATEGORIES, Campaign, DAYS, TIERS, When};

/// By name, Merit first.
pub const NAMES: [&str; 6] = ["merit", "zen", "cel", "cedar", "rhai", "regorus"];

pub fn of(name: &str, asked: &Asked) -> Box<dyn Engine> {
    match name {
        "merit" => Box::new(merit::Merit::of(asked)),
        "zen" => Box::new(zen::Zen::of(asked)),
        "cel" => Box::new(cel::Cel::of(asked)),
        "cedar" => Box::new(cedar::Cedar::of(asked)),
        "rhai" => Box::new(rhai::Rhai::of(asked)),
        "regorus" => Box::new(rego::Rego::of(asked)),
        other => panic!("{other}: one of {NAMES:?}"),
    }
}

/// An engine with its rules and one purchase.
pub trait Engine {
    /// Decides the purchase once; a number that depends on what was found, so that nothing is optimised away.
    fn decide(&mut self) -> usize;

    /// The campaigns that hold, by index, ascending.
    fn fired(&mut self) -> Vec<usize>;
}

/// Rules and one purchase, as plain facts.
pub struct Asked {
    pub rules: usize,
    pub campaigns: Vec<Campaign>,
    /// The member's tier.
    pub tier: &'static str,
    /// What is paid, minor units.
    pub paid: i64,
    /// Categories in the basket, each once.
    pub categories: Vec<String>,
    /// Local minutes since midnight.
    pub minute: i64,
    /// The local day of the week.
    pub day: &'static str,
}

impl Asked {
    pub fn of(rules: usize) -> Self {
        let event = merchant::event();
        let mut categories: Vec<String> =
            event.lines.iter().filter_map(|line| line.category.clone()).collect();
        categories.sort();
        categories.dedup();
        Self {
            rules,
            campaigns: sparse::campaigns(rules.saturating_sub(1)),
            tier: TIERS[1],
            paid: event.lines.iter().map(|line| line.amount_minor).sum(),
            categories,
            // 08:10 on a Monday in Paris, as the merchant's event has it
            minute: 8 * 60 + 10,
            day: DAYS[0],
        }
    }
}

/// `"coffee", "tea"`.
pub fn quoted(names: impl IntoIterator<Item = &'static str>) -> String {
    names.into_iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

pub fn categories(campaign: &Campaign) -> Vec<&'static str> {
    campaign.categories.iter().map(|at| CATEGORIES[*at]).collect()
}

/// The condition in a syntax of C's family: how a list holds a name is the engine's own.
pub fn c_like(campaign: &Campaign, any: impl Fn(&[&'static str]) -> String, in_list: &str) -> String {
    let when = match &campaign.when {
        When::Time(from, until) => format!("minute >= {from} && minute < {until}"),
        When::Days(days) => format!("day {in_list} [{}]", quoted(days.iter().map(|at| DAYS[*at]))),
    };
    format!(
        "tier == \"{}\" && paid >= {} && {} && {when}",
        TIERS[campaign.tier],
        campaign.at_least_minor,
        any(&categories(campaign)),
    )
}
