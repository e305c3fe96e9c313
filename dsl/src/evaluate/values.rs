//! An event and facts as the plan compares them: integers and symbols, each read once.

use super::truth::{Look, Truth, all_hold};
use super::within::DayPoint;
use crate::calendar::{Local, Zone};
use crate::event::{Event, FieldValue};
use crate::facts::Facts;
use crate::plan::conditions::weekday_number;
use crate::plan::happenings::age;
use crate::plan::index::Key;
use crate::plan::symbols::{OTHER, Symbols};
use crate::plan::tables::{
    AmountRow, DayFact, FieldType, KindPlan, Operand, Run, SetFact, Source, index, size,
};
use crate::units::{AMOUNT_MAX, Day, MICRO, MinuteOfDay, Moment, Weekday};
use std::cell::Cell;

/// Values of one event, in buffers that serve the next one too.
#[derive(Debug)]
pub(super) struct Values {
    /// Counts events: what was worked out for one carries its number, and nothing has to be wiped.
    nth: u64,
    /// What the wall shows at the event's moment.
    local: Local,
    /// One per source of the plan; `None` is unknown.
    numbers: Vec<Option<i64>>,
    /// The basket.
    pub(super) lines: Vec<LineValues>,
    /// Tags of all lines, one run each.
    tags: Vec<u32>,
    member_tags: Vec<u32>,
    member_badges: Vec<u32>,
    sets: Sets,
    /// What was paid for the lines of each filter, once somebody asks.
    sums: Vec<Cell<Sum>>,
    /// For each filter with a sum, whether it takes each line.
    takes: Vec<Cell<bool>>,
    /// What is known of blocks of conditions, once somebody asks.
    blocks: Vec<Cell<(u64, Truth)>>,
    enrolled: Option<DayPoint>,
    last_purchase: Option<DayPoint>,
    date: DayPoint,
    birthday: Option<Day>,
}

/// One line.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineValues {
    pub(super) amount: i64,
    pub(super) eligible: bool,
    quantity: i64,
    category: Option<i64>,
    brand: Option<i64>,
    sku: Option<i64>,
    tags: Run,
}

/// What was paid for the lines of a filter.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    /// The event it is of.
    nth: u64,
    all: i64,
    eligible: i64,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            nth: 0,
            local: Local { day: Day(0), minute: MinuteOfDay(0), weekday: Weekday::Thursday },
            numbers: Vec::new(),
            lines: Vec::new(),
            tags: Vec::new(),
            member_tags: Vec::new(),
            member_badges: Vec::new(),
            sets: Sets::default(),
            sums: Vec::new(),
            takes: Vec::new(),
            blocks: Vec::new(),
            enrolled: None,
            last_purchase: None,
            date: DayPoint { day: Day(0), moment: None, yearly: false },
            birthday: None,
        }
    }
}

impl Values {
    /// Reads what the plan needs.
    pub(super) fn read(&mut self, plan: &KindPlan, zone: &Zone, event: &Event, facts: &Facts) {
        self.nth = self.nth.wrapping_add(1);
        self.local = zone.local(event.at);
        self.date = DayPoint { day: self.local.day, moment: Some(event.at), yearly: false };
        self.birthday = facts.birthday;
        let day = |reads: bool, moment: Option<Moment>| {
            moment.filter(|_| reads).map(|moment| DayPoint::of(zone, moment))
        };
        self.enrolled = day(plan.reads.enrolled, facts.enrolled_at);
        self.last_purchase = day(plan.reads.last_purchase, facts.last_purchase_at);
        self.lines.clear();
        self.tags.clear();
        for line in &event.lines {
            let line = LineValues::read(plan, line, &mut self.tags);
            self.lines.push(line);
        }
        symbols(&mut self.member_tags, plan, plan.reads.member_tags, &facts.tags);
        symbols(&mut self.member_badges, plan, plan.reads.member_badges, &facts.badges);
        self.fill_sets(plan);
        grow(&mut self.sums, plan.filters.len());
        grow(&mut self.takes, plan.filters.len().saturating_mul(self.lines.len()));
        if self.blocks.len() < plan.program.nodes.len() {
            self.blocks.resize(plan.program.nodes.len(), Cell::new((0, Truth::Unknown)));
        }
        self.numbers.clear();
        for source in &plan.sources {
            let number = self.source(plan, source, event, facts);
            self.numbers.push(number);
        }
    }

    fn fill_sets(&mut self, plan: &KindPlan) {
        self.sets.wipe();
        let texts = [self.tags.len(), self.member_tags.len(), self.member_badges.len()];
        if self.lines.len().max(texts.into_iter().max().unwrap_or(0)) <= FEW {
            return;
        }
        self.sets.fit(plan.symbols.len());
        let symbol = |text: Option<i64>| text.and_then(|symbol| u32::try_from(symbol).ok());
        for line in &self.lines {
            for (set, text) in [
                (SetFact::Categories, line.category),
                (SetFact::Brands, line.brand),
                (SetFact::Skus, line.sku),
            ] {
                if let Some(symbol) = symbol(text) {
                    self.sets.add(set, symbol);
                }
            }
        }
        for (set, symbols) in [
            (SetFact::Tags, &self.tags),
            (SetFact::MemberTags, &self.member_tags),
            (SetFact::MemberBadges, &self.member_badges),
        ] {
            for symbol in symbols {
                self.sets.add(set, *symbol);
            }
        }
    }

    /// The local time of day of the event.
    pub(super) const fn minute(&self) -> MinuteOfDay {
        self.local.minute
    }

    /// The local day of the event.
    pub(super) const fn today(&self) -> Day {
        self.local.day
    }

    /// The number a column of the index is about; `None` is unknown.
    pub(super) fn key(&self, key: Key) -> Option<i64> {
        match key {
            Key::Day => Some(i64::from(self.local.day.0)),
            Key::Source(source) => self.numbers.get(size(source)).copied().flatten(),
        }
    }

    /// Visits the symbols of a set of the event or the member; some twice.
    pub(super) fn each_symbol(&self, set: SetFact, mut visit: impl FnMut(u32)) {
        let mut texts = |text: fn(&LineValues) -> Option<i64>| {
            for symbol in self.lines.iter().filter_map(text) {
                visit(u32::try_from(symbol).unwrap_or(u32::MAX));
            }
        };
        match set {
            SetFact::Categories => texts(|line| line.category),
            SetFact::Brands => texts(|line| line.brand),
            SetFact::Skus => texts(|line| line.sku),
            SetFact::Tags | SetFact::LineTags => self.tags.iter().copied().for_each(visit),
            SetFact::MemberTags => self.member_tags.iter().copied().for_each(visit),
            SetFact::MemberBadges => self.member_badges.iter().copied().for_each(visit),
        }
    }

    /// Whether a set of the event or the member has a symbol.
    fn set_has(&self, set: SetFact, symbol: u32) -> bool {
        if self.sets.words > 0 {
            return self.sets.has(set, symbol);
        }
        let mut found = false;
        self.each_symbol(set, |one| found |= one == symbol);
        found && symbol != OTHER
    }

    /// What was paid for the lines of a filter: all, and eligible ones.
    fn sum(&self, plan: &KindPlan, filter: u32) -> (i64, i64) {
        let Some(slot) = self.sums.get(size(filter)) else { return (0, 0) };
        let known = slot.get();
        if known.nth == self.nth {
            return (known.all, known.eligible);
        }
        let Some(found) = plan.filters.get(size(filter)) else { return (0, 0) };
        let mut sum = Sum { nth: self.nth, all: 0, eligible: 0 };
        let first = size(filter).saturating_mul(self.lines.len());
        for (line, slot) in self.lines.iter().zip(self.takes.iter().skip(first)) {
            let takes = all_hold(&found.program, &found.roots, &OfLine { plan, values: self, line });
            slot.set(takes);
            if takes {
                sum.all = sum.all.saturating_add(line.amount);
                sum.eligible = sum.eligible.saturating_add(if line.eligible { line.amount } else { 0 });
            }
        }
        slot.set(sum);
        (sum.all, sum.eligible)
    }

    fn source(&self, plan: &KindPlan, source: &Source, event: &Event, facts: &Facts) -> Option<i64> {
        let symbols: &Symbols = &plan.symbols;
        let text = |text: &Option<String>| text.as_deref().map(|text| i64::from(symbols.find(text)));
        let basket = |value: i64| (!self.lines.is_empty()).then_some(value);
        let sum = |filter: u32| self.sum(plan, filter);
        let window = |at: usize| facts.windows.get(at).copied().unwrap_or(0);
        match source {
            Source::Date => Some(i64::from(self.local.day.0)),
            Source::Time => Some(i64::from(self.local.minute.0)),
            Source::Weekday => Some(weekday_number(self.local.weekday)),
            Source::Channel => text(&event.channel),
            Source::Store => text(&event.store),
            Source::BasketPaid => basket(sum(0).0),
            Source::BasketEligible => basket(sum(0).1),
            Source::BasketItems => {
                basket(self.lines.iter().fold(0_i64, |items, line| items.saturating_add(line.quantity)))
            }
            // Found when somebody asks.
            Source::Filtered(_) => None,
            Source::PurchaseNumber { window: at } => {
                Some(window(*at).saturating_add(1).saturating_mul(MICRO))
            }
            Source::ReferralNumber => Some(facts.friends_rewarded.saturating_add(1).saturating_mul(MICRO)),
            Source::Streak(at) => {
                facts.streaks.get(*at).copied().flatten().map(|length| length.saturating_mul(MICRO))
            }
            Source::Happened(at) => Some(facts.happened.get(*at).copied().unwrap_or(0).saturating_mul(MICRO)),
            Source::Average { spent, purchases } => {
                let purchases = window(*purchases);
                if purchases > 0 { window(*spent).checked_div_euclid(purchases) } else { None }
            }
            Source::Age => age(facts.birthday?, self.local.day).map(|years| years.saturating_mul(MICRO)),
            Source::Home(fact) => fact.of(&facts.home).map(|text| i64::from(symbols.find(text))),
            Source::Starts(fact, with) => {
                fact.of(&facts.home).map(|text| i64::from(text.starts_with(with.as_str())))
            }
            Source::Arm { at, from, until } => {
                let runs = *from <= self.local.day && self.local.day <= *until;
                let arm = facts.arms.get(*at).and_then(Option::as_deref).filter(|_| runs);
                arm.map(|arm| i64::from(symbols.find(arm)))
            }
            Source::Tier => facts.tier.map(|tier| i64::from(index(tier))),
            Source::Enrolled => self.enrolled.map(|point| i64::from(point.day.0)),
            Source::LastPurchase => self.last_purchase.map(|point| i64::from(point.day.0)),
            Source::Birthday => self.birthday.map(|day| i64::from(day.0)),
            Source::Balance => Some(facts.balance_points.saturating_mul(MICRO)),
            Source::Windowed { window: at, scale } => Some(window(*at).saturating_mul(*scale)),
            Source::Field { name, kind } => {
                let (value, found) = match event.fields.get(name)? {
                    FieldValue::Number(micro) => (*micro, FieldType::Number),
                    FieldValue::Money(minor) => (*minor, FieldType::Money),
                    FieldValue::Text(text) => (i64::from(symbols.find(text)), FieldType::Text),
                    FieldValue::Truth(truth) => (i64::from(*truth), FieldType::Truth),
                };
                kind.is_none_or(|kind| kind == found).then_some(value)
            }
        }
    }

    /// A source; `None` is unknown.
    fn number(&self, plan: &KindPlan, source: u32) -> Option<i64> {
        let found = self.numbers.get(size(source)).copied().flatten();
        if found.is_none()
            && let Some(Source::Filtered(filter)) = plan.sources.get(size(source))
            && !self.lines.is_empty()
        {
            return Some(self.sum(plan, *filter).0);
        }
        found
    }

    /// A day a `within` looks at; `None` is unknown.
    fn day(&self, fact: DayFact) -> Option<DayPoint> {
        match fact {
            DayFact::Date => Some(self.date),
            DayFact::Enrolled => self.enrolled,
            DayFact::LastPurchase => self.last_purchase,
            DayFact::Birthday => self.birthday.map(DayPoint::birthday),
        }
    }

    /// The sum of an amount.
    pub(super) fn amount(&self, plan: &KindPlan, row: AmountRow) -> i64 {
        let (all, eligible) = self.sum(plan, row.filter);
        if row.eligible_only { eligible } else { all }
    }

    /// An amount by line: 0 for lines it does not take.
    pub(super) fn amount_by_line(
        &self,
        plan: &KindPlan,
        row: AmountRow,
    ) -> impl Iterator<Item = i64> + Clone {
        self.sum(plan, row.filter);
        let first = size(row.filter).saturating_mul(self.lines.len());
        let takes = self.takes.iter().skip(first);
        self.lines.iter().zip(takes).map(move |(line, takes)| {
            if takes.get() && (line.eligible || !row.eligible_only) { line.amount } else { 0 }
        })
    }
}

/// What conditions of rules look at.
pub(super) struct OfEvent<'a> {
    pub(super) plan: &'a KindPlan,
    pub(super) values: &'a Values,
}

impl Look for OfEvent<'_> {
    fn number(&self, operand: Operand) -> Option<i64> {
        match operand {
            Operand::Event(source) => self.values.number(self.plan, source),
            _ => None,
        }
    }

    fn set_known(&self, set: SetFact) -> bool {
        match set {
            SetFact::MemberTags | SetFact::MemberBadges => true,
            SetFact::LineTags => false,
            _ => !self.values.lines.is_empty(),
        }
    }

    fn set_has(&self, set: SetFact, symbol: i64) -> bool {
        set != SetFact::LineTags && self.values.set_has(set, u32::try_from(symbol).unwrap_or(u32::MAX))
    }

    fn day(&self, fact: DayFact) -> Option<DayPoint> {
        self.values.day(fact)
    }

    fn known(&self, node: u32) -> Option<Truth> {
        let (nth, truth) = self.values.blocks.get(size(node))?.get();
        (nth == self.values.nth).then_some(truth)
    }

    fn keep(&self, node: u32, truth: Truth) {
        if let Some(slot) = self.values.blocks.get(size(node)) {
            slot.set((self.values.nth, truth));
        }
    }
}

/// What conditions of a filter look at: a line, and the event it is of.
struct OfLine<'a> {
    plan: &'a KindPlan,
    values: &'a Values,
    line: &'a LineValues,
}

impl Look for OfLine<'_> {
    fn number(&self, operand: Operand) -> Option<i64> {
        match operand {
            Operand::Event(source) => self.values.number(self.plan, source),
            Operand::LineCategory => self.line.category,
            Operand::LineBrand => self.line.brand,
            Operand::LineSku => self.line.sku,
            Operand::LineAmount => Some(self.line.amount),
            Operand::LineQuantity => Some(self.line.quantity),
            Operand::LineEligible => Some(i64::from(self.line.eligible)),
        }
    }

    fn set_known(&self, _: SetFact) -> bool {
        // The set of a line there is, those of its basket, and the member's.
        true
    }

    fn set_has(&self, set: SetFact, symbol: i64) -> bool {
        let symbol = u32::try_from(symbol).unwrap_or(u32::MAX);
        match set {
            SetFact::LineTags => self.line.tags.of(&self.values.tags).contains(&symbol),
            _ => self.values.set_has(set, symbol),
        }
    }

    fn day(&self, fact: DayFact) -> Option<DayPoint> {
        self.values.day(fact)
    }
}

/// Makes room, once and for all events that come.
fn grow<T: Clone + Default>(buffer: &mut Vec<T>, count: usize) {
    if buffer.len() < count {
        buffer.resize(count, T::default());
    }
}

fn symbols(found: &mut Vec<u32>, plan: &KindPlan, reads: bool, texts: &[String]) {
    found.clear();
    if reads {
        found.extend(texts.iter().map(|text| plan.symbols.find(text)));
    }
}

impl LineValues {
    fn read(plan: &KindPlan, line: &crate::event::Line, tags: &mut Vec<u32>) -> Self {
        let text = |reads: bool, text: &Option<String>| {
            text.as_deref().filter(|_| reads).map(|text| i64::from(plan.symbols.find(text)))
        };
        let texts = line.tags.iter().filter(|_| plan.reads.tags);
        Self {
            amount: line.amount_minor.clamp(0, AMOUNT_MAX),
            eligible: line.eligible,
            quantity: line.quantity.clamp(0, AMOUNT_MAX).saturating_mul(MICRO),
            category: text(plan.reads.category, &line.category),
            brand: text(plan.reads.brand, &line.brand),
            sku: text(plan.reads.sku, &line.sku),
            tags: Run::append(tags, texts.map(|tag| plan.symbols.find(tag))),
        }
    }
}

/// Symbols of a set that are looked through as they stand.
const FEW: usize = 8;

/// Larger sets of symbols: a row of bits each. Without words, they are not filled.
#[derive(Debug, Default)]
struct Sets {
    words: usize,
    bits: Vec<u64>,
    /// Words that hold a bit.
    used: Vec<usize>,
}

impl Sets {
    /// Empties all sets.
    fn wipe(&mut self) {
        self.words = 0;
        for at in self.used.drain(..) {
            if let Some(word) = self.bits.get_mut(at) {
                *word = 0;
            }
        }
    }

    /// Makes room for so many symbols; all sets are empty.
    fn fit(&mut self, symbols: usize) {
        self.words = symbols.div_ceil(64);
        grow(&mut self.bits, self.words.saturating_mul(6));
    }

    /// The word and bit of a symbol; `None` for texts no rule mentions.
    fn place(&self, set: SetFact, symbol: u32) -> Option<(usize, u64)> {
        let row: usize = match set {
            SetFact::Categories => 0,
            SetFact::Brands => 1,
            SetFact::Skus => 2,
            SetFact::Tags => 3,
            SetFact::MemberTags | SetFact::LineTags => 4,
            SetFact::MemberBadges => 5,
        };
        let word = size(symbol.wrapping_shr(6));
        let bit = 1_u64.wrapping_shl(symbol & 63);
        (word < self.words).then(|| (row.saturating_mul(self.words).saturating_add(word), bit))
    }

    fn add(&mut self, set: SetFact, symbol: u32) {
        if let Some((at, bit)) = self.place(set, symbol)
            && let Some(word) = self.bits.get_mut(at)
        {
            self.used.push(at);
            *word |= bit;
        }
    }

    fn has(&self, set: SetFact, symbol: u32) -> bool {
        self.place(set, symbol)
            .and_then(|(word, bit)| self.bits.get(word).map(|word| word & bit != 0))
            .unwrap_or(false)
    }
}
