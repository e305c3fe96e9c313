//! What happened: the event a rulebook is asked about. Built by the handlers and by tests in rule files.

use crate::units::Moment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Event kind of a purchase.
pub const PURCHASE: &str = "purchase";
/// Event kind of an enrolment.
pub const ENROLMENT: &str = "enrolment";
/// Event kind of a member's birthday: at midnight of the programme's zone; one of 29 February is on the 28th in
/// years without that day.
pub const BIRTHDAY: &str = "birthday";
/// Event kind of the anniversary of a member's enrolment, from the first year on: as a birthday of that day.
pub const ANNIVERSARY: &str = "anniversary";
/// Event kind of a friend who matured, for the member who brought her: at the moment of the qualifying purchase.
pub const REFERRAL_REFERRER: &str = "referral.referrer";
/// The same for the friend herself.
pub const REFERRAL_FRIEND: &str = "referral.friend";
/// Kinds of the language itself; all others a programme declares.
pub const BUILT_IN: [&str; 6] =
    [PURCHASE, ENROLMENT, BIRTHDAY, ANNIVERSARY, REFERRAL_REFERRER, REFERRAL_FRIEND];

/// One event of one member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// `purchase`, `enrolment`, `birthday`, `anniversary`, or the name of an event the programme declares.
    pub kind: String,
    /// The instant that decides: dates, times and windows are judged here.
    pub at: Moment,
    /// Where it was sold, as the catalogue names it (`online`, `store`).
    pub channel: Option<String>,
    /// The store's name in the catalogue.
    pub store: Option<String>,
    /// The basket of a purchase; empty for other kinds. At most 1 000 lines.
    pub lines: Vec<Line>,
    /// Typed fields of a declared event.
    pub fields: BTreeMap<String, FieldValue>,
}

impl Event {
    /// A moment at which nothing happens: what is asked of a member alone is asked with it.
    pub(crate) const fn of_nothing(at: Moment) -> Self {
        Self {
            kind: String::new(),
            at,
            channel: None,
            store: None,
            lines: Vec::new(),
            fields: BTreeMap::new(),
        }
    }
}

/// One line of a basket.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Line {
    /// What was paid for the whole line, after discounts, in minor units of the programme's currency. Not negative.
    pub amount_minor: i64,
    /// Pieces. At least 1.
    pub quantity: i64,
    /// Article.
    pub sku: Option<String>,
    /// Category in the catalogue.
    pub category: Option<String>,
    /// Brand in the catalogue.
    pub brand: Option<String>,
    /// Tags such as `own_cup`.
    pub tags: Vec<String>,
    /// False for what never earns (gift cards, deposits): left out of `basket.eligible`.
    pub eligible: bool,
}

/// A typed value of a declared event's field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldValue {
    /// `number`: micro-units.
    Number(i64),
    /// `money`: minor units of the programme's currency.
    Money(i64),
    /// `text`.
    Text(String),
    /// `truth`: `yes` or `no`.
    Truth(bool),
}
