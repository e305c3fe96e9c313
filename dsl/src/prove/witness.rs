//! From a choice of cells to an event and a member as they could be.
//!
//! It builds what it is told and promises nothing: whoever asks lets the evaluator pay it and looks at what comes out.

use super::cells::{Cell, DayKey, Space, What, day_of_value, related};
use super::lines::MadeOf;
use super::search::Choice;
use super::upper::{Line as Award, Upper};
use crate::calendar::plus_civil;
use crate::evaluate::within::{DayPoint, ago, within};
use crate::event::{Event, FieldValue, Line};
use crate::facts::Facts;
use crate::plan::symbols::OTHER;
use crate::plan::tables::{DayFact, FieldType, HomeFact, Node, SetFact, size};
use crate::units::{AMOUNT_MAX, Day, MinuteOfDay, Moment, Span, SpanUnit};
use std::collections::BTreeMap;

/// An event and what is known of its member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Witness {
    pub(super) event: Event,
    pub(super) facts: Facts,
    /// What the evaluator pays.
    pub(super) points: i64,
}

/// Lines a witness has at most.
const LINES_MAX: usize = 400;

/// Builds an event of a choice, with so much paid, on the lines that `award` pays most for.
pub(super) fn build(
    space: &Space<'_>,
    upper: &Upper,
    choice: &Choice,
    allowed: &[bool],
    award: &Award,
    paid: i64,
) -> Option<(Event, Facts)> {
    let draft = Draft { space, upper, choice, allowed };
    let at = draft.moment()?;
    let text = |what: &What| draft.cell(what).filter(|cell| cell.known).map(|cell| draft.text(cell.pick));
    let event = Event {
        kind: space.plan.kind.clone(),
        at,
        channel: text(&What::Channel),
        store: text(&What::Store),
        lines: if space.basket { draft.lines(award, paid) } else { Vec::new() },
        fields: draft.fields(),
    };
    Some((event, draft.facts(at)))
}

struct Draft<'d, 'a> {
    space: &'d Space<'a>,
    upper: &'d Upper,
    choice: &'d Choice,
    allowed: &'d [bool],
}

impl Draft<'_, '_> {
    fn cell_at(&self, variable: usize) -> Option<Cell> {
        let cell = self.choice.get(variable).copied().flatten()?;
        self.space.variables.get(variable)?.cells.get(cell).copied()
    }

    fn cell(&self, what: &What) -> Option<Cell> {
        self.cell_at(self.space.variable(what)?)
    }

    fn text(&self, symbol: i64) -> String {
        let known = u32::try_from(symbol).ok().and_then(|symbol| self.space.plan.symbols.text(symbol));
        known.unwrap_or("other").to_owned()
    }

    /// A moment of the chosen day and time; another day of the cell where clocks skip it.
    fn moment(&self) -> Option<Moment> {
        const NOON: i64 = 720;
        let zone = self.space.zone();
        let day = self.cell(&What::Calendar)?;
        let minute = self.cell(&What::Time).map_or(NOON, |cell| cell.pick);
        let minute = MinuteOfDay(u16::try_from(minute).ok()?);
        let step = if day.weekday.is_some() { 7 } else { 1 };
        for count in 0..4_i64 {
            let shifted = day.pick.saturating_add(count.saturating_mul(step));
            if shifted > day.high {
                break;
            }
            let at = zone.moment_of(day_of_value(shifted), minute);
            let local = zone.local(at);
            if local.minute == minute && i64::from(local.day.0) == shifted {
                return Some(at);
            }
        }
        None
    }

    fn fields(&self) -> BTreeMap<String, FieldValue> {
        let mut fields = BTreeMap::new();
        for (at, variable) in self.space.variables.iter().enumerate() {
            let (What::Field(name, kind), Some(cell)) = (&variable.what, self.cell_at(at)) else { continue };
            if !cell.known || name.contains('.') || fields.contains_key(name) {
                continue;
            }
            let value = match kind {
                Some(FieldType::Text) => FieldValue::Text(self.text(cell.pick)),
                Some(FieldType::Truth) => FieldValue::Truth(cell.pick == 1),
                Some(FieldType::Money) => FieldValue::Money(cell.pick),
                Some(FieldType::Number) | None => FieldValue::Number(cell.pick),
            };
            fields.insert(name.clone(), value);
        }
        fields
    }

    fn facts(&self, at: Moment) -> Facts {
        let book = self.space.book;
        let mut facts = Facts {
            windows: vec![0; book.windows().len()],
            happened: vec![0; book.happenings().len()],
            tier: (!book.programme().tiers.is_empty()).then_some(0),
            ..Facts::default()
        };
        for (index, variable) in self.space.variables.iter().enumerate() {
            let Some(cell) = self.cell_at(index) else { continue };
            match &variable.what {
                What::Tier => facts.tier = usize::try_from(cell.pick).ok().filter(|_| cell.known),
                What::Balance => facts.balance_points = cell.pick,
                What::Friends => facts.friends_rewarded = cell.pick,
                What::Window(at) => {
                    if let Some(slot) = facts.windows.get_mut(*at) {
                        *slot = cell.pick;
                    }
                }
                What::Happened(at) => {
                    if let Some(slot) = facts.happened.get_mut(*at) {
                        *slot = cell.pick;
                    }
                }
                What::Arm(at) if cell.known => {
                    let arms = book.programme().experiments.get(*at).map_or(&[][..], |one| &one.arms);
                    let symbols = &self.space.plan.symbols;
                    let arm = arms.iter().find(|arm| i64::from(symbols.find(&arm.name)) == cell.pick);
                    facts.arms.resize(book.programme().experiments.len(), None);
                    if let Some(slot) = facts.arms.get_mut(*at) {
                        *slot = arm.map(|arm| arm.name.clone());
                    }
                }
                What::Home(of) if cell.known => {
                    let text = Some(self.text(cell.pick));
                    match of {
                        HomeFact::Country => facts.home.country = text,
                        HomeFact::Postcode => facts.home.postcode = text,
                        HomeFact::City => facts.home.city = text,
                    }
                }
                What::Has(SetFact::MemberTags, symbol) if cell.pick == 1 => {
                    facts.tags.push(self.text(i64::from(*symbol)));
                }
                What::Has(SetFact::MemberBadges, symbol) if cell.pick == 1 => {
                    facts.badges.push(self.text(i64::from(*symbol)));
                }
                _ => {}
            }
        }
        facts.birthday = self.day(DayKey::Birthday, at).map(|point| point.day);
        facts.enrolled_at = self.day(DayKey::Enrolled, at).and_then(|point| point.moment);
        facts.last_purchase_at = self.day(DayKey::LastPurchase, at).and_then(|point| point.moment);
        facts
    }

    /// A day of the member that lies to the event's as chosen; none where unknown, or where nothing asks for it.
    fn day(&self, key: DayKey, at: Moment) -> Option<DayPoint> {
        let own = self.cell(&What::Day(key));
        let fact = match key {
            DayKey::Birthday => DayFact::Birthday,
            DayKey::Enrolled => DayFact::Enrolled,
            DayKey::LastPurchase => DayFact::LastPurchase,
        };
        let mut relations: Vec<(&Node, bool)> = Vec::new();
        for (index, variable) in self.space.variables.iter().enumerate() {
            let (What::Relation(node), Some(cell)) = (&variable.what, self.cell_at(index)) else { continue };
            let Some(node) = self.space.plan.program.nodes.get(size(*node)) else { continue };
            let Some((left, right)) = related(node) else { continue };
            if (left == fact || right == fact) && cell.known {
                relations.push((node, cell.pick == 1));
            }
        }
        if own.is_none_or(|cell| !cell.known) && relations.is_empty() {
            return None;
        }
        let zone = self.space.zone();
        let today = DayPoint { day: zone.local(at).day, moment: Some(at), yearly: false };
        let point = |day: Day| match key {
            DayKey::Birthday => DayPoint::birthday(day),
            _ => DayPoint::of(zone, zone.moment_of(day, MinuteOfDay(720))),
        };
        let fits = |found: &DayPoint| {
            let day = i64::from(found.day.0);
            own.is_none_or(|cell| cell.known && cell.low <= day && day <= cell.high)
                && relations.iter().all(|(node, wanted)| holds(node, fact, *found, today) == Some(*wanted))
        };
        let mut candidates: Vec<DayPoint> = Vec::new();
        if let Some(cell) = own.filter(|cell| cell.known) {
            candidates.extend([cell.pick, cell.high, cell.low].map(|day| point(day_of_value(day))));
        }
        candidates.extend(self.near(key, &relations, today.day, at).into_iter().map(|near| match near {
            Near::Day(day) => point(day),
            Near::At(moment) => DayPoint::of(zone, moment),
        }));
        candidates.into_iter().find(fits)
    }

    /// Days around which relations change.
    fn near(&self, key: DayKey, relations: &[(&Node, bool)], today: Day, at: Moment) -> Vec<Near> {
        let zone = self.space.zone();
        let mut spans = vec![Span { count: 0, unit: SpanUnit::Day }];
        for (node, _) in relations {
            if let Node::Within { count, unit, .. } | Node::Ago { count, unit, .. } = node {
                spans.push(Span { count: *count, unit: *unit });
            }
        }
        let mut found = Vec::new();
        let years: &[i64] =
            if key == DayKey::Birthday { &[30, 50, 20, 10, 80, 5, 0] } else { &[0, 1, 2, 5, 20] };
        for span in spans {
            let count = i64::from(span.count);
            if matches!(span.unit, SpanUnit::Minute | SpanUnit::Hour) {
                for moved in [zone.minus(at, span), zone.plus(at, span)] {
                    for off in [0, -60_000, 60_000] {
                        found.push(Near::At(Moment(moved.0.saturating_add(off))));
                    }
                }
            }
            for sign in [-1_i64, 1] {
                let base = plus_civil(today, count.saturating_mul(sign), span.unit);
                for off in [0_i64, -1, 1, -2, 2] {
                    let day = plus_civil(base, off, SpanUnit::Day);
                    found.extend(
                        years
                            .iter()
                            .map(|years| Near::Day(plus_civil(day, years.saturating_neg(), SpanUnit::Year))),
                    );
                }
            }
        }
        // half a year away from any anniversary
        for months in [6_i64, 3, 9, 66, 366] {
            found.push(Near::Day(plus_civil(today, months.saturating_neg(), SpanUnit::Month)));
        }
        found
    }

    /// A basket with so much paid.
    fn lines(&self, award: &Award, paid: i64) -> Vec<Line> {
        let mut amounts = self.spread(award, paid);
        let mut lines: Vec<Line> = Vec::new();
        if amounts.is_empty() {
            amounts.insert(self.main(award), 0);
        }
        for (kind, amount) in amounts {
            self.write(kind, amount, &mut lines);
        }
        self.fulfil_sets(&mut lines);
        self.fulfil_items(&mut lines);
        lines
    }

    fn can(&self, kind: usize) -> bool {
        self.allowed.get(kind) != Some(&false)
    }

    fn kinds(&self) -> std::ops::Range<usize> {
        0..self.upper.lines.kinds.len()
    }

    fn main(&self, award: &Award) -> usize {
        let best = self
            .kinds()
            .filter(|kind| self.can(*kind))
            .max_by_key(|kind| (award.slope_of(*kind), std::cmp::Reverse(*kind)));
        best.unwrap_or(0)
    }

    /// Money by kind of line: first what conditions ask for, then the rest where it earns most.
    fn spread(&self, award: &Award, paid: i64) -> BTreeMap<usize, i64> {
        let mut asked: Vec<Asked> = Vec::new();
        for (index, variable) in self.space.variables.iter().enumerate() {
            if let (What::Money { filter, eligible_only }, Some(cell)) = (&variable.what, self.cell_at(index))
                && (*filter != 0 || *eligible_only)
            {
                let (filter, eligible_only) = (size(*filter), *eligible_only);
                asked.push(Asked { filter, eligible_only, low: cell.low, high: cell.high });
            }
        }
        asked.sort_by_key(|one| std::cmp::Reverse(one.low));
        let mut amounts: BTreeMap<usize, i64> = BTreeMap::new();
        for one in &asked {
            let missing = one.low.saturating_sub(self.sum(&amounts, one));
            self.put(&mut amounts, award, &asked, missing, &|kind| self.counts(one, kind));
        }
        let whole = amounts.values().fold(0_i64, |sum, amount| sum.saturating_add(*amount));
        self.put(&mut amounts, award, &asked, paid.saturating_sub(whole), &|_| true);
        amounts.retain(|_, amount| *amount > 0);
        amounts
    }

    fn counts(&self, asked: &Asked, kind: usize) -> bool {
        self.upper.lines.kinds.get(kind).is_some_and(|found| {
            found.passes.get(asked.filter) == Some(&true) && (found.eligible || !asked.eligible_only)
        })
    }

    fn sum(&self, amounts: &BTreeMap<usize, i64>, asked: &Asked) -> i64 {
        let counted = amounts.iter().filter(|(kind, _)| self.counts(asked, **kind));
        counted.fold(0, |sum, (_, amount)| sum.saturating_add(*amount))
    }

    /// Puts money on the kinds that earn most, as far as conditions leave room there.
    fn put(
        &self,
        amounts: &mut BTreeMap<usize, i64>,
        award: &Award,
        asked: &[Asked],
        mut left: i64,
        takes: &dyn Fn(usize) -> bool,
    ) {
        for _ in 0..8 {
            if left <= 0 {
                return;
            }
            let room = |kind: usize| {
                let over = asked.iter().filter(|one| self.counts(one, kind));
                over.map(|one| one.high.saturating_sub(self.sum(amounts, one))).min().unwrap_or(i64::MAX)
            };
            let best = self.kinds().filter(|kind| self.can(*kind) && takes(*kind) && room(*kind) > 0);
            let best = best.max_by_key(|kind| (award.slope_of(*kind), std::cmp::Reverse(*kind)));
            let Some(best) = best else { return };
            let part = left.min(room(best));
            let own = amounts.entry(best).or_default();
            *own = own.saturating_add(part);
            left = left.saturating_sub(part);
        }
    }

    fn write(&self, kind: usize, amount: i64, lines: &mut Vec<Line>) {
        let Some(found) = self.upper.lines.kinds.get(kind) else { return };
        let plain = MadeOf { amount: (0, AMOUNT_MAX), quantity: 1, eligible: true, ..MadeOf::default() };
        let made = found
            .made_of
            .iter()
            .filter(|made| !self.has_absent(made))
            .min_by_key(|made| {
                let (low, high) = made.amount;
                (amount < low, amount.div_euclid(high.max(1)))
            })
            .unwrap_or(&plain);
        let largest = made.amount.1.clamp(1, AMOUNT_MAX);
        let mut left = amount;
        loop {
            let part = left.min(largest);
            let text = |symbol: Option<u32>| symbol.map(|symbol| self.text(i64::from(symbol)));
            lines.push(Line {
                amount_minor: part,
                quantity: made.quantity,
                sku: text(made.sku),
                category: text(made.category),
                brand: text(made.brand),
                tags: made.tags.iter().map(|tag| self.text(i64::from(*tag))).collect(),
                eligible: made.eligible,
            });
            left = left.saturating_sub(part);
            if left <= 0 || lines.len() >= LINES_MAX {
                return;
            }
        }
    }

    /// Whether the choice says that the basket has none of what a line is made of.
    fn has_absent(&self, made: &MadeOf) -> bool {
        let absent =
            |set: SetFact, symbol: u32| self.cell(&What::Has(set, symbol)).is_some_and(|cell| cell.pick == 0);
        let one = |set: SetFact, symbol: Option<u32>| {
            symbol.filter(|symbol| *symbol != OTHER).is_some_and(|symbol| absent(set, symbol))
        };
        one(SetFact::Categories, made.category)
            || one(SetFact::Brands, made.brand)
            || one(SetFact::Skus, made.sku)
            || made.tags.iter().any(|tag| absent(SetFact::Tags, *tag))
    }

    /// Lines of nothing with what the basket is to hold.
    fn fulfil_sets(&self, lines: &mut Vec<Line>) {
        let mut missing: [Vec<String>; 4] = Default::default();
        for (index, variable) in self.space.variables.iter().enumerate() {
            let (What::Has(set, symbol), Some(cell)) = (&variable.what, self.cell_at(index)) else {
                continue;
            };
            if cell.pick != 1 {
                continue;
            }
            let text = self.text(i64::from(*symbol));
            let has = |one: fn(&Line) -> Option<&String>| lines.iter().any(|line| one(line) == Some(&text));
            let (at, there) = match set {
                SetFact::Categories => (0, has(|line| line.category.as_ref())),
                SetFact::Brands => (1, has(|line| line.brand.as_ref())),
                SetFact::Skus => (2, has(|line| line.sku.as_ref())),
                SetFact::Tags => (3, lines.iter().any(|line| line.tags.contains(&text))),
                SetFact::MemberTags | SetFact::MemberBadges | SetFact::LineTags => continue,
            };
            if let (Some(list), false) = (missing.get_mut(at), there) {
                list.push(text);
            }
        }
        let [categories, brands, skus, tags] = missing;
        let count = categories.len().max(brands.len()).max(skus.len()).max(usize::from(!tags.is_empty()));
        for at in 0..count {
            lines.push(Line {
                amount_minor: 0,
                quantity: 1,
                sku: skus.get(at).cloned(),
                category: categories.get(at).cloned(),
                brand: brands.get(at).cloned(),
                tags: if at == 0 { tags.clone() } else { Vec::new() },
                eligible: true,
            });
        }
    }

    /// As many pieces as are to be bought.
    fn fulfil_items(&self, lines: &mut [Line]) {
        let Some(cell) = self.cell(&What::Items) else { return };
        let pieces = lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.quantity));
        let missing = cell.low.saturating_sub(pieces);
        if missing > 0
            && let Some(line) = lines.last_mut()
        {
            line.quantity = line.quantity.saturating_add(missing);
        }
    }
}

/// What conditions ask of an amount.
struct Asked {
    filter: usize,
    eligible_only: bool,
    low: i64,
    high: i64,
}

enum Near {
    Day(Day),
    At(Moment),
}

/// Whether a relation holds of a day and today; none where it is about another day too.
fn holds(node: &Node, fact: DayFact, point: DayPoint, today: DayPoint) -> Option<bool> {
    let of = |side: DayFact| {
        if side == fact {
            Some(point)
        } else if side == DayFact::Date {
            Some(today)
        } else {
            None
        }
    };
    match *node {
        Node::Within { left, right, count, unit } => {
            Some(within(of(left)?, of(right)?, Span { count, unit }))
        }
        Node::Ago { day, count, unit, least } => {
            Some(ago(of(day)?.day, today.day, Span { count, unit }, least))
        }
        _ => None,
    }
}
