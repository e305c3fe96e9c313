//! A file as its sentences: what each item says, and where names stand among their kind.

use super::literal;
use dsl::calendar::Zone;
use dsl::model::LimitPeriod;
use dsl::syntax::ast::{Clause, Cond, Item, Kind, Quantity, What, Word};
use dsl::syntax::parse;
use dsl::units::{Day, Span, SpanUnit};

/// A rule file that parses and checks.
#[derive(Debug)]
pub struct File<'s> {
    pub(super) items: Vec<Item<'s>>,
    pub(super) zone: Zone,
    /// What a point is worth, in millionths of a minor unit.
    pub(super) worth: Option<i128>,
}

/// A limit as written.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    /// The key of its counter.
    pub(super) key: String,
    pub(super) unit: Unit,
    pub(super) most: i128,
    pub(super) per: LimitPeriod,
}

/// What a limit or budget counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Times,
    Points,
    /// Minor units.
    Money,
}

/// One of the conditions that must all hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked<'f, 's> {
    Cond(&'f Cond<'s>),
    /// The segment that a schedule is for.
    Segment(&'f Word<'s>),
}

impl<'s> File<'s> {
    /// Reads a file; none where it does not parse. That it checks is for the caller to know.
    pub fn read(text: &'s str) -> Option<Self> {
        let parsed = parse(text);
        if !parsed.readable || !parsed.diagnostics.is_empty() {
            return None;
        }
        let mut file = Self { items: parsed.items, zone: Zone::utc(), worth: None };
        let zone = file.programme(|what| match what {
            What::Zone(word) => Zone::find(&literal::unquoted(word)),
            _ => None,
        });
        file.worth = file.programme(|what| match what {
            What::Worth(quantity) => {
                let digits = dsl::units::Currency::parse(quantity.unit.text)?.digits();
                Some(literal::scaled(quantity.number.text, usize::from(digits) + 6))
            }
            _ => None,
        });
        file.zone = zone?;
        Some(file)
    }

    /// Items of a kind, in the order of the text.
    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = &Item<'s>> {
        self.items.iter().filter(move |item| item.kind == kind)
    }

    /// Where the item of a name stands among its kind.
    pub(super) fn place(&self, kind: Kind, name: &Word<'_>) -> usize {
        let found = self.of(kind).position(|item| item.name.is_some_and(|own| own.text == name.text));
        found.unwrap_or_else(|| panic!("no {} {}", kind.word(), name.text))
    }

    /// The first that the programme's sentences say of something.
    pub(super) fn programme<T>(&self, says: impl Fn(&What<'s>) -> Option<T>) -> Option<T> {
        self.of(Kind::Programme).find_map(|item| first(item, &says))
    }

    /// Where a tier stands, the lowest first.
    pub(super) fn tier(&self, name: &str) -> usize {
        let tiers =
            self.of(Kind::Tiers).flat_map(|item| &item.body).filter_map(|clause| match &clause.what {
                What::Tier { name, .. } => Some(name.text),
                _ => None,
            });
        tiers.into_iter().position(|tier| tier == name).expect("a tier")
    }

    /// The kinds of event that a rule answers: one, and of a challenge those that its goals count.
    pub(super) fn on(rule: &Item<'_>) -> Vec<String> {
        if rule.kind == Kind::Challenge {
            return super::goals::kinds(rule);
        }
        let said = first(rule, |what| match what {
            What::On(path) => Some(path.text.to_owned()),
            What::Absence(quantity) => {
                let Span { count, unit } = literal::span(quantity);
                Some(match unit {
                    SpanUnit::Week => format!("absence.{}_days", count * 7),
                    SpanUnit::Year => format!("absence.{}_months", count * 12),
                    _ => format!("absence.{count}_{}s", unit.word()),
                })
            }
            What::Schedule(_) => Some(format!("schedule.{}", rule.name.expect("a name").text)),
            _ => None,
        });
        vec![said.expect("a rule says on what")]
    }

    /// Whether an item's validity holds on a day: both ends are inclusive.
    pub(super) fn active(item: &Item<'_>, today: Day) -> bool {
        let said = first(item, |what| match what {
            What::Active { from, until } => Some((*from, *until)),
            _ => None,
        });
        let (from, until) = said.unwrap_or((None, None));
        from.is_none_or(|word| literal::day(word.text) <= today)
            && until.is_none_or(|word| today <= literal::day(word.text))
    }

    /// All that must hold, in order.
    pub(super) fn when<'f>(item: &'f Item<'s>) -> Vec<Asked<'f, 's>> {
        let segment = item.body.iter().filter_map(|clause| match &clause.what {
            What::Schedule(schedule) => schedule.segment.as_ref().map(Asked::Segment),
            _ => None,
        });
        let conds = item.body.iter().filter_map(|clause| match &clause.what {
            What::When(conds) => Some(conds.iter().map(Asked::Cond)),
            _ => None,
        });
        segment.chain(conds.flatten()).collect()
    }

    /// The limits of an item whose counters' keys begin with `stem`. Two of one unit and period share a counter: the
    /// smaller stands, in the place of the first. The shortest period first.
    pub(super) fn limits(item: &Item<'_>, stem: &str) -> Vec<Limit> {
        let mut found: Vec<Limit> = Vec::new();
        if item.kind == Kind::Challenge {
            // once, or once in each of its periods
            let word = super::goals::period(item);
            found.push(Limit {
                key: format!("{stem}/times/{word}"),
                unit: Unit::Times,
                most: 1,
                per: period(word),
            });
        }
        for Clause { what, .. } in &item.body {
            let What::Limit { most, scopes } = what else { continue };
            let limit = limit(most, scopes, stem);
            match found.iter_mut().find(|other| other.key == limit.key) {
                Some(other) => other.most = other.most.min(limit.most),
                None => found.push(limit),
            }
        }
        found.sort_by_key(|limit| limit.per);
        found
    }
}

/// The first that an item's sentences say of something.
pub(super) fn first<'s, T>(item: &Item<'s>, says: impl Fn(&What<'s>) -> Option<T>) -> Option<T> {
    item.body.iter().find_map(|clause| says(&clause.what))
}

fn limit(most: &Quantity<'_>, scopes: &[Word<'_>], stem: &str) -> Limit {
    let (unit, word, most) = if literal::is_times(most) {
        (Unit::Times, "times", literal::whole(&most.number))
    } else if literal::is_points(most) {
        (Unit::Points, "points", literal::whole(&most.number))
    } else {
        (Unit::Money, "money", literal::money(most))
    };
    let last = scopes.last().expect("a limit has a scope").text;
    let whose = if scopes.iter().any(|scope| scope.text == "household") { "household/" } else { "" };
    Limit { key: format!("{stem}/{word}/{whose}{last}"), unit, most, per: period(last) }
}

fn period(word: &str) -> LimitPeriod {
    match word {
        "event" => LimitPeriod::Event,
        "day" => LimitPeriod::Day,
        "week" => LimitPeriod::Week,
        "month" => LimitPeriod::Month,
        "year" => LimitPeriod::Year,
        "programme" => LimitPeriod::Programme,
        other => panic!("no period of a limit: {other}"),
    }
}
