//! An event and facts as the plan compares them: integers and symbols, each read once.

use super::matcher::holds;
use super::within::DayPoint;
use crate::calendar::{Local, Zone};
use crate::event::{Event, FieldValue};
use crate::facts::Facts;
use crate::plan::conditions::weekday_number;
use crate::plan::symbols::Symbols;
use crate::plan::tables::{
    AmountRow, DayFact, FieldType, KindPlan, Operand, Run, SetFact, Source, index, size,
};
use crate::units::{AMOUNT_MAX, Day, MICRO, Moment};

/// Values of one event.
pub(super) struct Values {
    /// What the wall shows at the event's moment.
    pub(super) local: Local,
    /// One per source of the plan; `None` is unknown.
    numbers: Vec<Option<i64>>,
    /// The basket.
    pub(super) lines: Vec<LineValues>,
    /// Tags of all lines, one run each.
    tags: Vec<u32>,
    sets: Sets,
    /// What was paid for the lines of each filter: all, and eligible ones.
    sums: Vec<(i64, i64)>,
    /// For each filter, whether it takes each line.
    takes: Vec<bool>,
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

impl Values {
    /// Reads what the plan needs.
    pub(super) fn read(plan: &KindPlan, zone: &Zone, event: &Event, facts: &Facts) -> Self {
        let mut tags = Vec::new();
        let lines: Vec<LineValues> =
            event.lines.iter().map(|line| LineValues::read(plan, line, &mut tags)).collect();
        let local = zone.local(event.at);
        let day = |reads: bool, moment: Option<Moment>| {
            moment.filter(|_| reads).map(|moment| DayPoint::of(zone, moment))
        };
        let mut values = Self {
            local,
            numbers: Vec::with_capacity(plan.sources.len()),
            sets: Sets::read(plan, &lines, &tags, facts),
            lines,
            tags,
            sums: Vec::with_capacity(plan.filters.len()),
            takes: Vec::with_capacity(plan.filters.len().saturating_mul(event.lines.len())),
            enrolled: day(plan.reads.enrolled, facts.enrolled_at),
            last_purchase: day(plan.reads.last_purchase, facts.last_purchase_at),
            date: DayPoint { day: local.day, moment: Some(event.at), yearly: false },
            birthday: facts.birthday,
        };
        values.filter_upto(plan, 1);
        for source in &plan.sources {
            if let Source::Filtered(filter) = source {
                values.filter_upto(plan, size(*filter).saturating_add(1));
            }
            let number = values.source(source, &plan.symbols, event, facts);
            values.numbers.push(number);
        }
        values.filter_upto(plan, plan.filters.len());
        values
    }

    /// Works out the first `count` filters, as far as that is not done. A filter only looks at sources before it.
    fn filter_upto(&mut self, plan: &KindPlan, count: usize) {
        for filter in plan.filters.iter().take(count).skip(self.sums.len()) {
            let (mut all, mut eligible) = (0_i64, 0_i64);
            for at in 0..self.lines.len() {
                let Some(line) = self.lines.get(at).copied() else { continue };
                let takes =
                    filter.roots.is_empty() || holds(&filter.program, &filter.roots, self, Some(&line));
                self.takes.push(takes);
                if takes {
                    all = all.saturating_add(line.amount);
                    eligible = eligible.saturating_add(if line.eligible { line.amount } else { 0 });
                }
            }
            self.sums.push((all, eligible));
        }
    }

    fn source(&self, source: &Source, symbols: &Symbols, event: &Event, facts: &Facts) -> Option<i64> {
        let text = |text: &Option<String>| text.as_deref().map(|text| i64::from(symbols.find(text)));
        let basket = |value: i64| (!self.lines.is_empty()).then_some(value);
        let sum = |filter: u32| self.sums.get(size(filter)).copied().unwrap_or_default();
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
            Source::Filtered(filter) => basket(sum(*filter).0),
            Source::PurchaseNumber { window: at } => {
                Some(window(*at).saturating_add(1).saturating_mul(MICRO))
            }
            Source::ReferralNumber => Some(facts.friends_rewarded.saturating_add(1).saturating_mul(MICRO)),
            Source::Streak(at) => {
                facts.streaks.get(*at).copied().flatten().map(|length| length.saturating_mul(MICRO))
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

    /// A number a condition looks at; `None` is unknown.
    pub(super) fn number(&self, operand: Operand, line: Option<&LineValues>) -> Option<i64> {
        match operand {
            Operand::Event(source) => self.numbers.get(size(source)).copied().flatten(),
            Operand::LineCategory => line?.category,
            Operand::LineBrand => line?.brand,
            Operand::LineSku => line?.sku,
            Operand::LineAmount => Some(line?.amount),
            Operand::LineQuantity => Some(line?.quantity),
            Operand::LineEligible => Some(i64::from(line?.eligible)),
        }
    }

    /// Whether a set is known.
    pub(super) fn set_known(&self, set: SetFact, line: Option<&LineValues>) -> bool {
        match set {
            SetFact::MemberTags | SetFact::MemberBadges => true,
            SetFact::LineTags => line.is_some(),
            _ => !self.lines.is_empty(),
        }
    }

    /// Whether a known set has a symbol.
    pub(super) fn set_has(&self, set: SetFact, symbol: i64, line: Option<&LineValues>) -> bool {
        let symbol = u32::try_from(symbol).unwrap_or(u32::MAX);
        match set {
            SetFact::LineTags => line.is_some_and(|line| line.tags.of(&self.tags).contains(&symbol)),
            _ => self.sets.has(set, symbol),
        }
    }

    /// A day a `within` looks at; `None` is unknown.
    pub(super) fn day(&self, fact: DayFact) -> Option<DayPoint> {
        match fact {
            DayFact::Date => Some(self.date),
            DayFact::Enrolled => self.enrolled,
            DayFact::LastPurchase => self.last_purchase,
            DayFact::Birthday => self.birthday.map(DayPoint::birthday),
        }
    }

    /// The sum of an amount.
    pub(super) fn amount(&self, row: AmountRow) -> i64 {
        let (all, eligible) = self.sums.get(size(row.filter)).copied().unwrap_or_default();
        if row.eligible_only { eligible } else { all }
    }

    /// An amount by line: 0 for lines it does not take.
    pub(super) fn amount_by_line(&self, row: AmountRow) -> impl Iterator<Item = i64> + Clone {
        let first = size(row.filter).saturating_mul(self.lines.len());
        let takes = self.takes.iter().skip(first);
        self.lines.iter().zip(takes).map(move |(line, takes)| {
            if *takes && (line.eligible || !row.eligible_only) { line.amount } else { 0 }
        })
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

/// Sets of symbols: a row of bits each.
struct Sets {
    words: usize,
    bits: Vec<u64>,
}

impl Sets {
    fn read(plan: &KindPlan, lines: &[LineValues], tags: &[u32], facts: &Facts) -> Self {
        let reads = plan.reads;
        if !(reads.category
            || reads.brand
            || reads.sku
            || reads.tags
            || reads.member_tags
            || reads.member_badges)
        {
            return Self { words: 0, bits: Vec::new() };
        }
        let words = plan.symbols.len().div_ceil(64);
        let mut sets = Self { words, bits: vec![0; words.saturating_mul(6)] };
        let symbol = |text: Option<i64>| text.and_then(|symbol| u32::try_from(symbol).ok());
        for line in lines {
            for (set, text) in [
                (SetFact::Categories, line.category),
                (SetFact::Brands, line.brand),
                (SetFact::Skus, line.sku),
            ] {
                if let Some(symbol) = symbol(text) {
                    sets.add(set, symbol);
                }
            }
        }
        for tag in tags {
            sets.add(SetFact::Tags, *tag);
        }
        if reads.member_tags {
            for tag in &facts.tags {
                sets.add(SetFact::MemberTags, plan.symbols.find(tag));
            }
        }
        if reads.member_badges {
            for badge in &facts.badges {
                sets.add(SetFact::MemberBadges, plan.symbols.find(badge));
            }
        }
        sets
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
        if let Some((word, bit)) = self.place(set, symbol)
            && let Some(word) = self.bits.get_mut(word)
        {
            *word |= bit;
        }
    }

    fn has(&self, set: SetFact, symbol: u32) -> bool {
        self.place(set, symbol)
            .and_then(|(word, bit)| self.bits.get(word).map(|word| word & bit != 0))
            .unwrap_or(false)
    }
}
