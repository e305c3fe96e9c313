//! Cells: the space of events and facts of one event kind, cut where its rules cut it.
//!
//! Every fact a rule asks about is a variable; its values fall into cells inside which no condition changes its mind.
//! Conditions become expressions over variables. What two variables have to do with each other (a birthday and a date)
//! is left free: the space is never smaller than what can happen, so that what holds of every cell holds of every event.

use super::cuts::{Cuts, Transform};
use crate::calendar::{Zone, weekday};
use crate::model::{FieldKind, Programme};
use crate::plan::Rulebook;
use crate::plan::conditions::weekday_number;
use crate::plan::symbols::OTHER;
use crate::plan::tables::{
    DayFact, FieldType, Has, HomeFact, KindPlan, Node, Operand, SetFact, Source, size,
};
use crate::reading::Truth;
use crate::survey::QuestionKind;
use crate::units::{Day, Weekday};
use std::collections::BTreeMap;

/// What a variable is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// The day of the event, and of the week.
    Calendar,
    Time,
    Channel,
    Store,
    Items,
    Tier,
    Friends,
    Balance,
    /// A windowed sum, by its index in the rulebook.
    Window(usize),
    /// How often something happened, by its index in the rulebook.
    Happened(usize),
    /// Where the member lives.
    Home(HomeFact),
    /// The arm of an experiment.
    Arm(usize),
    /// A field of the declared event; with a dot in its name, something of the member that no witness shows.
    Field(String, Option<FieldType>),
    /// A day of the member.
    Day(DayKey),
    /// Money of the basket: the lines of a filter, eligible ones only or all.
    Money {
        filter: u32,
        eligible_only: bool,
    },
    /// Whether a set has a text.
    Has(SetFact, u32),
    /// How two days lie to each other, by the node that asks.
    Relation(u32),
}

/// A day of the member, ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DayKey {
    Birthday,
    Enrolled,
    LastPurchase,
}

/// Values between two cuts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    /// First and last value; for what is unknown, neither counts.
    pub(super) low: i64,
    pub(super) high: i64,
    /// The value a witness takes.
    pub(super) pick: i64,
    pub(super) known: bool,
    /// For days, the day of the week, where rules ask for it.
    pub(super) weekday: Option<Weekday>,
}

impl Cell {
    const UNKNOWN: Self = Self { low: 0, high: 0, pick: 0, known: false, weekday: None };

    const fn only(value: i64) -> Self {
        Self { low: value, high: value, pick: value, known: true, weekday: None }
    }
}

/// A variable.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) what: What,
    pub(super) cells: Vec<Cell>,
}

/// A condition over variables; blocks refer to earlier ones.
#[derive(Debug, Clone)]
pub(super) enum Expr {
    Const(Truth),
    /// A variable, and the truth in each of its cells.
    Atom(usize, Vec<Truth>),
    Any(Vec<usize>),
    All(Vec<usize>),
    NoneOf(Vec<usize>),
}

/// The space of one event kind.
pub(super) struct Space<'a> {
    pub(super) book: &'a Rulebook,
    pub(super) plan: &'a KindPlan,
    /// Whether the event has a basket: without lines, nothing is known of it.
    pub(super) basket: bool,
    pub(super) variables: Vec<Variable>,
    pub(super) exprs: Vec<Expr>,
    /// The expression of each node of the plan's program.
    pub(super) of_node: Vec<usize>,
}

/// Whether a set is of the member, and so always known.
pub(super) const fn of_member(set: SetFact) -> bool {
    matches!(set, SetFact::MemberTags | SetFact::MemberBadges)
}

/// The most that the lines of a basket can come to, in minor units: 1 000 lines of the largest amount.
pub(super) const MONEY_MAX: i64 = 1_000_000_000_000;

impl<'a> Space<'a> {
    pub(super) fn new(book: &'a Rulebook, plan: &'a KindPlan, basket: bool) -> Self {
        let mut build = Build {
            programme: book.programme(),
            plan,
            basket,
            keys: BTreeMap::new(),
            variables: Vec::new(),
            cuts: Vec::new(),
            asks_weekday: plan.sources.contains(&Source::Weekday),
        };
        // First every cut, then the truth of every atom in every cell.
        for at in 0..plan.program.nodes.len() {
            build.note(at);
        }
        build.note_calendar();
        let cells = build.cells(book);
        let variables: Vec<Variable> = build
            .variables
            .iter()
            .cloned()
            .zip(cells)
            .map(|(what, cells)| Variable { what, cells })
            .collect();
        let mut space = Self { book, plan, basket, variables, exprs: Vec::new(), of_node: Vec::new() };
        let mut presence: BTreeMap<(SetFact, u32), usize> = BTreeMap::new();
        for (at, node) in plan.program.nodes.iter().enumerate() {
            let expr = space.expr(at, node, &build, &mut presence);
            let next = space.push(expr);
            space.of_node.push(next);
        }
        space
    }

    fn push(&mut self, expr: Expr) -> usize {
        self.exprs.push(expr);
        self.exprs.len().saturating_sub(1)
    }

    /// The variable of a key.
    pub(super) fn variable(&self, what: &What) -> Option<usize> {
        self.variables.iter().position(|variable| variable.what == *what)
    }

    pub(super) fn zone(&self) -> &'a Zone {
        self.book.zone()
    }

    fn expr(
        &mut self,
        at: usize,
        node: &Node,
        build: &Build<'_>,
        presence: &mut BTreeMap<(SetFact, u32), usize>,
    ) -> Expr {
        let program = &self.plan.program;
        let children = |run: crate::plan::tables::Run| -> Vec<usize> {
            run.of(&program.children)
                .iter()
                .filter_map(|child| self.of_node.get(size(*child)).copied())
                .collect()
        };
        match *node {
            Node::Any(run) => Expr::Any(children(run)),
            Node::All(run) => Expr::All(children(run)),
            Node::NoneOf(run) => Expr::NoneOf(children(run)),
            Node::Senseless => Expr::Const(Truth::Unknown),
            Node::SetKnown { set, known } => Expr::Const(truth((of_member(set) || self.basket) == known)),
            Node::Has { set, list, how } => {
                if !of_member(set) && !self.basket {
                    return Expr::Const(Truth::Unknown);
                }
                let symbols: Vec<u32> =
                    list.of(&program.lists).iter().filter_map(|symbol| u32::try_from(*symbol).ok()).collect();
                let mut atoms = Vec::new();
                for symbol in symbols {
                    let known = presence.get(&(set, symbol)).copied();
                    let atom = known.unwrap_or_else(|| {
                        let variable = self.variable(&What::Has(set, symbol));
                        let atom = variable.map_or(Expr::Const(Truth::Unknown), |variable| {
                            Expr::Atom(variable, vec![Truth::No, Truth::Yes])
                        });
                        let next = self.push(atom);
                        presence.insert((set, symbol), next);
                        next
                    });
                    atoms.push(atom);
                }
                match how {
                    Has::Any => Expr::Any(atoms),
                    Has::All => Expr::All(atoms),
                    Has::None => Expr::NoneOf(atoms),
                }
            }
            Node::Within { .. } | Node::Ago { .. } | Node::Nth { .. } => {
                let index = u32::try_from(at).unwrap_or(u32::MAX);
                match self.variable(&What::Relation(index)) {
                    Some(variable) => Expr::Atom(variable, vec![Truth::Yes, Truth::No, Truth::Unknown]),
                    None => Expr::Const(Truth::Unknown),
                }
            }
            Node::Range { operand, .. } | Node::Among { operand, .. } | Node::Known { operand, .. } => {
                let Some((what, transform)) = build.read(operand) else { return Expr::Const(Truth::Unknown) };
                let Some(variable) = self.variable(&what) else { return Expr::Const(Truth::Unknown) };
                let weekday = matches!(operand, Operand::Event(source)
                    if self.plan.sources.get(size(source)) == Some(&Source::Weekday));
                let cells = self.variables.get(variable).map_or(&[][..], |found| found.cells.as_slice());
                let truths = cells.iter().map(|cell| self.truth(node, cell, transform, weekday)).collect();
                Expr::Atom(variable, truths)
            }
        }
    }

    fn truth(&self, node: &Node, cell: &Cell, transform: Transform, on_weekday: bool) -> Truth {
        let value = match (on_weekday, cell.weekday) {
            (true, Some(day)) => i128::from(weekday_number(day)),
            (true, None) => i128::from(weekday_number(weekday(day_of_value(cell.pick)))),
            _ => transform.value(cell.pick),
        };
        match *node {
            Node::Known { known, .. } => truth(cell.known == known),
            _ if !cell.known => Truth::Unknown,
            Node::Range { low, high, inside, .. } => {
                truth((i128::from(low) <= value && value <= i128::from(high)) == inside)
            }
            Node::Among { list, inside, .. } => {
                let found = list.of(&self.plan.program.lists).iter().any(|entry| i128::from(*entry) == value);
                truth(found == inside)
            }
            _ => Truth::Unknown,
        }
    }
}

pub(super) fn day_of_value(value: i64) -> Day {
    let held = value.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
    Day(i32::try_from(held).unwrap_or_default())
}

const fn truth(holds: bool) -> Truth {
    if holds { Truth::Yes } else { Truth::No }
}

/// A space under construction.
struct Build<'a> {
    programme: &'a Programme,
    plan: &'a KindPlan,
    basket: bool,
    keys: BTreeMap<What, usize>,
    variables: Vec<What>,
    cuts: Vec<Cuts>,
    asks_weekday: bool,
}

const fn declared_type(kind: &FieldKind) -> FieldType {
    match kind {
        FieldKind::Number => FieldType::Number,
        FieldKind::Money => FieldType::Money,
        FieldKind::Text | FieldKind::OneOf(_) => FieldType::Text,
        FieldKind::Truth => FieldType::Truth,
    }
}

const fn answer_type(kind: &QuestionKind) -> FieldType {
    match kind {
        QuestionKind::Number { .. } => FieldType::Number,
        QuestionKind::OneOf(_) | QuestionKind::Text => FieldType::Text,
        QuestionKind::Truth => FieldType::Truth,
    }
}

impl Build<'_> {
    fn key(&mut self, what: What) -> usize {
        let next = self.variables.len();
        if let Some(known) = self.keys.get(&what) {
            return *known;
        }
        self.keys.insert(what.clone(), next);
        self.variables.push(what);
        self.cuts.push(Cuts::default());
        next
    }

    /// The variable that an operand reads, and how; none where nothing is known of it.
    fn read(&self, operand: Operand) -> Option<(What, Transform)> {
        let Operand::Event(source) = operand else { return None };
        let source = self.plan.sources.get(size(source))?;
        let micro = Transform::scaled(0, crate::units::MICRO);
        let plain = Transform::scaled(0, 1);
        let money = |filter: u32, eligible_only: bool| (What::Money { filter, eligible_only }, plain);
        let basket = |found: (What, Transform)| self.basket.then_some(found);
        Some(match source {
            Source::Date | Source::Weekday => (What::Calendar, plain),
            Source::Time => (What::Time, plain),
            Source::Channel => (What::Channel, plain),
            Source::Store => (What::Store, plain),
            Source::BasketPaid => basket(money(0, false))?,
            Source::BasketEligible => basket(money(0, true))?,
            Source::Filtered(filter) => basket(money(*filter, false))?,
            Source::BasketItems => basket((What::Items, micro))?,
            Source::PurchaseNumber { window } => {
                (What::Window(*window), Transform::scaled(1, crate::units::MICRO))
            }
            Source::Windowed { window, scale } => (What::Window(*window), Transform::scaled(0, *scale)),
            // what a streak comes to may be anything: a bound that holds, and a witness only where none is asked for
            Source::Streak(at) => (What::Field(format!("streak.{at}"), Some(FieldType::Number)), plain),
            Source::Happened(at) => (What::Happened(*at), micro),
            // what follows from other facts may be anything too
            Source::Average { spent, .. } => {
                (What::Field(format!("member.average.{spent}"), Some(FieldType::Money)), plain)
            }
            Source::Age => (What::Field("member.age".to_owned(), Some(FieldType::Number)), plain),
            Source::Home(home) => (What::Home(*home), plain),
            Source::Arm { at, .. } => (What::Arm(*at), plain),
            Source::Starts(home, with) => {
                (What::Field(format!("starts.{home:?}.{with}"), Some(FieldType::Truth)), plain)
            }
            Source::ReferralNumber => (What::Friends, Transform::scaled(1, crate::units::MICRO)),
            Source::Tier => (What::Tier, plain),
            Source::Enrolled => (What::Day(DayKey::Enrolled), plain),
            Source::LastPurchase => (What::Day(DayKey::LastPurchase), plain),
            Source::Birthday => (What::Day(DayKey::Birthday), plain),
            Source::Balance => (What::Balance, micro),
            Source::Field { name, kind } => (What::Field(name.clone(), self.field_type(name, *kind)), plain),
        })
    }

    /// A field that is only asked whether it is known has the type it was declared with.
    fn field_type(&self, name: &str, kind: Option<FieldType>) -> Option<FieldType> {
        kind.or_else(|| {
            let declared = self.programme.events.iter().find(|event| event.name == self.plan.kind);
            let field = declared.and_then(|event| event.fields.iter().find(|field| field.name == name));
            let asked = self.programme.surveys.iter().find(|survey| survey.is_kind(&self.plan.kind));
            let question = asked.and_then(|survey| survey.questions.iter().find(|one| one.name == name));
            field.map(|field| declared_type(&field.kind)).or_else(|| Some(answer_type(&question?.kind)))
        })
    }

    fn note(&mut self, at: usize) {
        let Some(node) = self.plan.program.nodes.get(at) else { return };
        match *node {
            Node::Range { operand, low, high, .. } => {
                if let Some((what, transform)) = self.read(operand) {
                    let weekday = self.is_weekday(operand);
                    let key = self.key(what);
                    if let Some(cuts) = self.cuts.get_mut(key).filter(|_| !weekday) {
                        cuts.range(transform, low, high);
                    }
                }
            }
            Node::Among { operand, list, .. } => {
                if let Some((what, transform)) = self.read(operand) {
                    let weekday = self.is_weekday(operand);
                    let key = self.key(what);
                    if let Some(cuts) = self.cuts.get_mut(key).filter(|_| !weekday) {
                        for value in list.of(&self.plan.program.lists) {
                            cuts.range(transform, *value, *value);
                        }
                    }
                }
            }
            Node::Known { operand, .. } => {
                if let Some((what, _)) = self.read(operand) {
                    self.key(what);
                }
            }
            Node::Has { set, list, .. } if of_member(set) || self.basket => {
                for symbol in list.of(&self.plan.program.lists) {
                    if let Ok(symbol) = u32::try_from(*symbol) {
                        self.key(What::Has(set, symbol));
                    }
                }
            }
            Node::Within { .. } | Node::Ago { .. } | Node::Nth { .. } => {
                self.key(What::Relation(u32::try_from(at).unwrap_or(u32::MAX)));
            }
            _ => {}
        }
    }

    fn is_weekday(&self, operand: Operand) -> bool {
        matches!(operand, Operand::Event(source)
            if self.plan.sources.get(size(source)) == Some(&Source::Weekday))
    }

    /// Validities and budgets cut the calendar too.
    fn note_calendar(&mut self) {
        let key = self.key(What::Calendar);
        let rows = self.plan.rows.iter().map(|row| (row.from, row.until));
        let budgets = self.plan.budgets.iter().map(|budget| (budget.from, budget.until));
        let days: Vec<(Day, Day)> = rows.chain(budgets).collect();
        let Some(cuts) = self.cuts.get_mut(key) else { return };
        for (from, until) in days {
            if from.0 != i32::MIN {
                cuts.start(i128::from(from.0));
            }
            if until.0 != i32::MAX {
                cuts.start(i128::from(until.0).saturating_add(1));
            }
        }
    }

    fn cells(&self, book: &Rulebook) -> Vec<Vec<Cell>> {
        self.variables.iter().zip(&self.cuts).map(|(what, cuts)| self.cells_of(what, cuts, book)).collect()
    }

    fn cells_of(&self, what: &What, cuts: &Cuts, book: &Rulebook) -> Vec<Cell> {
        let unknown = std::iter::once(Cell::UNKNOWN);
        match what {
            What::Calendar => self.days(cuts),
            What::Time => cuts.cells(0, 1439, 720),
            What::Channel | What::Store | What::Home(_) | What::Field(_, Some(FieldType::Text)) => {
                let mut cells: Vec<Cell> = unknown.collect();
                cells.extend(cuts.values().map(Cell::only));
                cells.push(Cell::only(i64::from(OTHER)));
                cells
            }
            What::Arm(at) => {
                let arms = book.programme().experiments.get(*at).map_or(&[][..], |one| &one.arms);
                let symbols = arms.iter().map(|arm| i64::from(self.plan.symbols.find(&arm.name)));
                let symbols: std::collections::BTreeSet<i64> = symbols.collect();
                unknown.chain(symbols.into_iter().map(Cell::only)).collect()
            }
            What::Field(_, Some(FieldType::Truth)) => unknown.chain([0, 1].map(Cell::only)).collect(),
            What::Field(_, _) => unknown.chain(cuts.cells(i64::MIN, i64::MAX, 0)).collect(),
            What::Items | What::Money { .. } => cuts.cells(0, MONEY_MAX, 0),
            What::Tier => {
                let last = i64::try_from(book.programme().tiers.len()).unwrap_or(0).saturating_sub(1);
                if last < 0 { unknown.collect() } else { cuts.cells(0, last, 0) }
            }
            What::Friends | What::Balance | What::Window(_) | What::Happened(_) => {
                cuts.cells(i64::MIN, i64::MAX, 0)
            }
            What::Day(_) => {
                // a day of the member is best taken before today
                unknown.chain(cuts.cells(i64::from(i32::MIN), i64::from(i32::MAX), 18_000)).collect()
            }
            What::Has(..) => [0, 1].map(Cell::only).to_vec(),
            What::Relation(_) => vec![Cell::only(1), Cell::only(0), Cell::UNKNOWN],
        }
    }

    /// Days between cuts, by the day of the week where rules ask for it.
    fn days(&self, cuts: &Cuts) -> Vec<Cell> {
        /// A witness without any date lies here: 2026-01-01.
        const NEAR: i64 = 20_454;
        let spans = cuts.cells(i64::from(i32::MIN), i64::from(i32::MAX), NEAR);
        if !self.asks_weekday {
            return spans;
        }
        let mut cells = Vec::new();
        for span in spans {
            for day in Weekday::ALL {
                let wanted = weekday_number(day);
                let at = |start: i64| {
                    let found = weekday_number(weekday(day_of_value(start)));
                    start.saturating_add(wanted.saturating_sub(found).rem_euclid(7))
                };
                let first = at(span.pick);
                let pick = if first <= span.high { first } else { first.saturating_sub(7) };
                if span.low <= pick && pick <= span.high {
                    cells.push(Cell { pick, weekday: Some(day), ..span });
                }
            }
        }
        cells
    }
}

/// The day facts of a node that relates days; none for other nodes.
pub(super) fn related(node: &Node) -> Option<(DayFact, DayFact)> {
    match *node {
        Node::Within { left, right, .. } => Some((left, right)),
        Node::Ago { day, .. } => Some((day, DayFact::Date)),
        _ => None,
    }
}
