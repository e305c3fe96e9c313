//! Kinds of basket lines: which filters a line can pass together.
//!
//! Money is spread over lines, and a rate pays for the lines its filter takes. What a basket can earn per unit of money
//! is what its best kind of line earns. Where kinds cannot be listed within the budget, one line that passes every
//! filter stands for all of them: never less than what can happen.

use crate::plan::symbols::OTHER;
use crate::plan::tables::{Filter, Has, KindPlan, Node, Operand, Program, SetFact, size};
use crate::reading::Truth;
use crate::units::{AMOUNT_MAX, MICRO};
use std::collections::{BTreeMap, BTreeSet};

/// Combinations of values that are tried at most.
const COMBINATIONS_MAX: usize = 20_000;
/// Kinds of lines kept at most.
const KINDS_MAX: usize = 96;
/// Lines kept for one kind: they differ in what they are made of.
const MADE_OF_MAX: usize = 6;

/// What a line is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct MadeOf {
    pub(super) category: Option<u32>,
    pub(super) brand: Option<u32>,
    pub(super) sku: Option<u32>,
    pub(super) tags: Vec<u32>,
    /// Smallest and largest amount, in minor units.
    pub(super) amount: (i64, i64),
    /// Pieces.
    pub(super) quantity: i64,
    pub(super) eligible: bool,
}

/// Lines that pass the same filters.
#[derive(Debug, Clone)]
pub(super) struct LineKind {
    /// By filter of the plan.
    pub(super) passes: Vec<bool>,
    pub(super) eligible: bool,
    /// Ways to make one; none for the line that stands for all.
    pub(super) made_of: Vec<MadeOf>,
}

/// All kinds of lines.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    pub(super) kinds: Vec<LineKind>,
    /// Whether every kind is listed.
    pub(super) exact: bool,
}

impl LineKind {
    /// Whether every way to make one is listed.
    pub(super) fn listed_whole(&self) -> bool {
        (1..MADE_OF_MAX).contains(&self.made_of.len())
    }
}

impl Lines {
    pub(super) fn of(plan: &KindPlan) -> Self {
        let asked = Asked::of(plan);
        asked.combinations().and_then(|all| listed(plan, &all)).unwrap_or_else(|| Self::all_at_once(plan))
    }

    /// One line that passes every filter.
    fn all_at_once(plan: &KindPlan) -> Self {
        let kind = LineKind { passes: vec![true; plan.filters.len()], eligible: true, made_of: Vec::new() };
        Self { kinds: vec![kind], exact: false }
    }

    /// Whether some kind passes a filter but not another; how filters contain each other.
    pub(super) fn contains(&self, outer: usize, inner: usize) -> bool {
        let passes = |kind: &LineKind, at: usize| kind.passes.get(at) == Some(&true);
        self.kinds.iter().all(|kind| !passes(kind, inner) || passes(kind, outer))
    }

    /// Whether no line passes both.
    pub(super) fn disjoint(&self, left: usize, right: usize) -> bool {
        let passes = |kind: &LineKind, at: usize| kind.passes.get(at) == Some(&true);
        self.exact && !self.kinds.iter().any(|kind| passes(kind, left) && passes(kind, right))
    }
}

/// Kinds of the combinations; none when there are too many.
fn listed(plan: &KindPlan, all: &[MadeOf]) -> Option<Lines> {
    let mut kinds: BTreeMap<(Vec<bool>, bool), Vec<MadeOf>> = BTreeMap::new();
    let mut exact = true;
    for line in all {
        let mut passes = Vec::with_capacity(plan.filters.len());
        for filter in &plan.filters {
            passes.push(passes_filter(filter, line, &mut exact));
        }
        let known = kinds.len();
        let entry = kinds.entry((passes, line.eligible)).or_default();
        if known >= KINDS_MAX && entry.is_empty() {
            return None;
        }
        if entry.len() < MADE_OF_MAX {
            entry.push(line.clone());
        }
    }
    if !exact {
        return None;
    }
    let kinds = kinds
        .into_iter()
        .map(|((passes, eligible), made_of)| LineKind { passes, eligible, made_of })
        .collect();
    Some(Lines { kinds, exact })
}

fn passes_filter(filter: &Filter, line: &MadeOf, exact: &mut bool) -> bool {
    let mut truths = Vec::with_capacity(filter.program.nodes.len());
    for node in &filter.program.nodes {
        let truth = ask(&filter.program, node, line, &truths, exact);
        truths.push(truth);
    }
    filter.roots.iter().all(|root| truths.get(size(*root)) == Some(&Truth::Yes))
}

fn ask(program: &Program, node: &Node, line: &MadeOf, truths: &[Truth], exact: &mut bool) -> Truth {
    let of = |holds: bool| if holds { Truth::Yes } else { Truth::No };
    let children = |run: crate::plan::tables::Run| {
        run.of(&program.children)
            .iter()
            .map(|child| truths.get(size(*child)).copied().unwrap_or(Truth::Unknown))
    };
    let number = |operand: Operand| match operand {
        Operand::LineCategory => line.category.map(i64::from),
        Operand::LineBrand => line.brand.map(i64::from),
        Operand::LineSku => line.sku.map(i64::from),
        Operand::LineAmount => Some(line.amount.0),
        Operand::LineQuantity => Some(line.quantity.saturating_mul(MICRO)),
        Operand::LineEligible => Some(i64::from(line.eligible)),
        Operand::Event(_) => None,
    };
    match *node {
        Node::Range { operand, low, high, inside } => {
            number(operand).map_or(Truth::Unknown, |value| of((low <= value && value <= high) == inside))
        }
        Node::Among { operand, list, inside } => number(operand).map_or(Truth::Unknown, |value| {
            of(list.of(&program.lists).binary_search(&value).is_ok() == inside)
        }),
        Node::Known { operand, known } => of(number(operand).is_some() == known),
        Node::SetKnown { known, .. } => of(known),
        Node::Has { set: SetFact::LineTags, list, how } => {
            let has = |symbol: &i64| u32::try_from(*symbol).is_ok_and(|symbol| line.tags.contains(&symbol));
            let mut found = list.of(&program.lists).iter().map(has);
            of(match how {
                Has::Any => found.any(|has| has),
                Has::All => found.all(|has| has),
                Has::None => !found.any(|has| has),
            })
        }
        Node::Any(run) => children(run).max().unwrap_or(Truth::No),
        Node::All(run) => children(run).min().unwrap_or(Truth::Yes),
        Node::NoneOf(run) => match children(run).max().unwrap_or(Truth::No) {
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
            Truth::Yes => Truth::No,
        },
        Node::Has { .. } | Node::Within { .. } | Node::Ago { .. } | Node::Nth { .. } | Node::Senseless => {
            // not asked of lines; or, every so many-th piece, of more lines than are listed
            *exact = false;
            Truth::Unknown
        }
    }
}

/// What filters ask of a line.
#[derive(Debug, Default)]
struct Asked {
    categories: BTreeSet<u32>,
    brands: BTreeSet<u32>,
    skus: BTreeSet<u32>,
    tags: BTreeSet<u32>,
    amounts: BTreeSet<i64>,
    pieces: BTreeSet<i64>,
    eligible: bool,
}

impl Asked {
    fn of(plan: &KindPlan) -> Self {
        let mut asked =
            Self { eligible: plan.amounts.iter().any(|row| row.eligible_only), ..Self::default() };
        asked.eligible |= plan.sources.contains(&crate::plan::tables::Source::BasketEligible);
        for filter in &plan.filters {
            for node in &filter.program.nodes {
                asked.note(&filter.program, node);
            }
        }
        asked
    }

    fn note(&mut self, program: &Program, node: &Node) {
        match *node {
            Node::Range { operand, low, high, .. } => self.values(operand, &[low, high]),
            Node::Among { operand, list, .. } => {
                let values = list.of(&program.lists).to_vec();
                self.values(operand, &values);
            }
            Node::Has { set: SetFact::LineTags, list, .. } => {
                self.tags.extend(list.of(&program.lists).iter().filter_map(|tag| u32::try_from(*tag).ok()));
            }
            // any text will do
            Node::Known { operand, .. } => self.values(operand, &[i64::from(OTHER)]),
            _ => {}
        }
    }

    fn values(&mut self, operand: Operand, values: &[i64]) {
        let symbols = || values.iter().filter_map(|value| u32::try_from(*value).ok());
        match operand {
            Operand::LineCategory => self.categories.extend(symbols()),
            Operand::LineBrand => self.brands.extend(symbols()),
            Operand::LineSku => self.skus.extend(symbols()),
            Operand::LineAmount => {
                let near = values.iter().flat_map(|value| [*value, value.saturating_add(1)]);
                self.amounts.extend(near.filter(|value| (1..=AMOUNT_MAX).contains(value)));
            }
            Operand::LineQuantity => {
                let whole = values.iter().map(|value| value.div_euclid(MICRO));
                let near = whole.flat_map(|value| [value, value.saturating_add(1)]);
                self.pieces.extend(near.filter(|value| (2..=AMOUNT_MAX).contains(value)));
            }
            Operand::LineEligible => self.eligible = true,
            Operand::Event(_) => {}
        }
    }

    /// Every line that filters can tell apart; none when there are too many.
    fn combinations(&self) -> Option<Vec<MadeOf>> {
        let texts = |asked: &BTreeSet<u32>| -> Vec<Option<u32>> {
            let other = (!asked.is_empty() && !asked.contains(&OTHER)).then_some(OTHER);
            std::iter::once(None).chain(asked.iter().copied().chain(other).map(Some)).collect()
        };
        let (categories, brands, skus) = (texts(&self.categories), texts(&self.brands), texts(&self.skus));
        let tags: Vec<u32> = self.tags.iter().copied().collect();
        let sets = 1_usize.checked_shl(u32::try_from(tags.len()).ok()?).filter(|_| tags.len() <= 12)?;
        let mut amounts: Vec<(i64, i64)> = Vec::new();
        let mut low = 0_i64;
        for next in self.amounts.iter().copied() {
            amounts.push((low, next.saturating_sub(1)));
            low = next;
        }
        amounts.push((low, AMOUNT_MAX));
        let pieces: Vec<i64> = std::iter::once(1).chain(self.pieces.iter().copied()).collect();
        let eligible: &[bool] = if self.eligible { &[true, false] } else { &[true] };
        let count =
            [categories.len(), brands.len(), skus.len(), sets, amounts.len(), pieces.len(), eligible.len()]
                .into_iter()
                .try_fold(1_usize, usize::checked_mul)?;
        if count > COMBINATIONS_MAX {
            return None;
        }
        let mut all = Vec::with_capacity(count);
        for &eligible in eligible {
            for &amount in amounts.iter().rev() {
                for &quantity in &pieces {
                    for set in 0..sets {
                        let has = |(at, tag): (usize, &u32)| {
                            let bit = u32::try_from(at).unwrap_or(u32::MAX);
                            (set.checked_shr(bit).unwrap_or(0) & 1 == 1).then_some(*tag)
                        };
                        let tags: Vec<u32> = tags.iter().enumerate().filter_map(has).collect();
                        for &category in &categories {
                            for &brand in &brands {
                                for &sku in &skus {
                                    let tags = tags.clone();
                                    all.push(MadeOf {
                                        category,
                                        brand,
                                        sku,
                                        tags,
                                        amount,
                                        quantity,
                                        eligible,
                                    });
                                }
                            }
                        }
                    }
                }
            }
        }
        Some(all)
    }
}
