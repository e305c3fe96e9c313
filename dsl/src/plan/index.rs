//! Rows of bits over the rules of one kind: a column per number or set that conditions ask about, a row per bucket of
//! the number or per symbol of the set, a bit per rule that the bucket or symbol does not rule out. Rules that do not
//! care have their bit in every row.
//!
//! A column may say yes too often, never too seldom: a condition that its buckets do not decide exactly, or that no
//! column is about (days against days, lines of the basket, blocks over several facts), stays to be asked of the rules
//! that are left. Nothing here knows what rules give.

use super::tables::{
    DayFact, Has, KindPlan, Node, Operand, Program, RuleRow, Run, SetFact, Source, index, size,
};
use crate::evaluate::truth::{Look, Truth, truth};
use crate::evaluate::within::DayPoint;
use crate::units::Day;
use std::collections::BTreeMap;

/// Buckets a number has at most, that of the unknown number included: a bit each in a `u128`.
const BUCKETS_MAX: usize = 128;

/// Numbers between the first and the last cut that get a table of their buckets.
const DIRECT_MAX: i64 = 4_096;

/// The columns of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    /// Every rule.
    pub(crate) all: Vec<u64>,
    pub(crate) ranked: Vec<Ranked>,
    pub(crate) listed: Vec<Listed>,
    /// Per rule, its conditions that the columns leave open, in the order in which they are written.
    open: Vec<Run>,
    asks: Vec<u32>,
}

impl Index {
    /// Conditions to ask of a rule that is left.
    pub(crate) fn asks(&self, row: usize) -> &[u32] {
        self.open.get(row).map_or(&[], |run| run.of(&self.asks))
    }

    /// The columns of a plan whose rules and conditions are there.
    pub(super) fn of(plan: &KindPlan) -> Self {
        let words = plan.rows.len().div_ceil(64);
        let mut found = Self { all: vec![0; words], ..Self::default() };
        for row in 0..plan.rows.len() {
            set(&mut found.all, row);
        }
        let mut build = Build { plan, words, about: about(plan), decided: Vec::new() };
        let parts = build.parts();
        // A column costs its words, a question a rule that is left: for few rules it is not worth it.
        let few = words.div_euclid(8);
        for (key, parts) in &parts.numbers {
            if *key == Key::Day || parts.len() > few {
                found.ranked.push(build.ranked(*key, parts));
            }
        }
        for (set, parts) in &parts.sets {
            if parts.len() > few {
                found.listed.push(build.listed(*set, parts));
            }
        }
        build.decided.sort_unstable();
        for (at, row) in plan.rows.iter().enumerate() {
            let whens = conditions(plan, row);
            let open = whens.into_iter().filter(|node| build.decided.binary_search(&(at, *node)).is_err());
            let run = Run::append(&mut found.asks, open);
            found.open.push(run);
        }
        found
    }
}

/// A number that a column is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// The day of the event: dates, and the validity of rules.
    Day,
    /// A source.
    Source(u32),
}

/// A column of a number.
#[derive(Debug, Clone)]
pub(crate) struct Ranked {
    pub(crate) key: Key,
    words: usize,
    /// Where buckets begin, ascending: bucket n holds the numbers from cut n - 1 on and below cut n.
    cuts: Vec<i64>,
    /// The bucket of each number from the first cut to the last, where they lie near each other.
    direct: Vec<u8>,
    /// The row of the unknown number, then one per bucket.
    rows: Vec<u64>,
}

impl Ranked {
    /// The rules that a number leaves.
    pub(crate) fn row(&self, number: Option<i64>) -> &[u64] {
        let row = number.map_or(0, |number| self.bucket(number).saturating_add(1));
        let start = row.wrapping_mul(self.words);
        self.rows.get(start..start.wrapping_add(self.words)).unwrap_or(&[])
    }

    fn bucket(&self, number: i64) -> usize {
        if self.direct.is_empty() {
            return self.cuts.partition_point(|cut| *cut <= number);
        }
        let past = self.cuts.first().map_or(0, |first| number.saturating_sub(*first));
        let Ok(past) = usize::try_from(past) else { return 0 };
        self.direct.get(past).map_or(self.cuts.len(), |bucket| usize::from(*bucket))
    }
}

/// A column of a set.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) set: SetFact,
    /// Rules that do not ask for any of its symbols.
    pub(crate) base: Vec<u64>,
    /// What each symbol adds, by symbol.
    adds: Vec<Adds>,
    rows: Vec<u64>,
    posts: Vec<u32>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Adds {
    #[default]
    Nothing,
    /// A row of bits.
    Row(Run),
    /// A few rules.
    Posts(Run),
}

impl Listed {
    /// Adds the rules that ask for a symbol.
    pub(crate) fn join(&self, symbol: u32, column: &mut [u64]) {
        match self.adds.get(size(symbol)).copied().unwrap_or_default() {
            Adds::Nothing => {}
            Adds::Row(run) => {
                for (word, row) in column.iter_mut().zip(run.of(&self.rows)) {
                    *word |= row;
                }
            }
            Adds::Posts(run) => {
                for row in run.of(&self.posts) {
                    set(column, size(*row));
                }
            }
        }
    }
}

fn set(row: &mut [u64], bit: usize) {
    let mask = 1_u64.wrapping_shl(u32::try_from(bit & 63).unwrap_or(0));
    if let Some(word) = row.get_mut(bit.wrapping_shr(6)) {
        *word |= mask;
    }
}

/// What a condition asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// One number.
    Number(Key),
    /// One set, of which it needs a symbol.
    Set(SetFact),
    /// Anything else.
    More,
}

/// What each condition asks about.
fn about(plan: &KindPlan) -> Vec<About> {
    let mut about: Vec<About> = Vec::with_capacity(plan.program.nodes.len());
    for node in &plan.program.nodes {
        about.push(match *node {
            Node::Range { operand, .. } | Node::Among { operand, .. } | Node::Known { operand, .. } => {
                key(plan, operand).map_or(About::More, About::Number)
            }
            Node::Has { set, list, how: Has::Any | Has::All } if !list.is_empty() => match set {
                SetFact::LineTags => About::More,
                set => About::Set(set),
            },
            Node::Any(run) | Node::All(run) | Node::NoneOf(run) => {
                let mut children = run
                    .of(&plan.program.children)
                    .iter()
                    .map(|child| about.get(size(*child)).copied().unwrap_or(About::More));
                let first = children.next().unwrap_or(About::More);
                let one = matches!(first, About::Number(_)) && children.all(|next| next == first);
                if one { first } else { About::More }
            }
            _ => About::More,
        });
    }
    about
}

fn key(plan: &KindPlan, operand: Operand) -> Option<Key> {
    let Operand::Event(source) = operand else { return None };
    match plan.sources.get(size(source))? {
        Source::Date => Some(Key::Day),
        // What was paid for some lines is added up only when a rule that is left asks.
        Source::Filtered(_) => None,
        _ => Some(Key::Source(source)),
    }
}

/// The conditions of a rule, `all of` blocks opened.
fn conditions(plan: &KindPlan, row: &RuleRow) -> Vec<u32> {
    let mut found = Vec::new();
    let mut waiting: Vec<u32> = row.when.of(&plan.whens).iter().rev().copied().collect();
    while let Some(node) = waiting.pop() {
        match plan.program.nodes.get(size(node)) {
            Some(Node::All(run)) => waiting.extend(run.of(&plan.program.children).iter().rev()),
            _ => found.push(node),
        }
    }
    found
}

/// Something a column is asked: by a rule, with a condition or, where none, with its validity.
type Part = (usize, Option<u32>);

#[derive(Default)]
struct Parts {
    numbers: BTreeMap<Key, Vec<Part>>,
    sets: BTreeMap<SetFact, Vec<(usize, u32)>>,
}

struct Build<'a> {
    plan: &'a KindPlan,
    words: usize,
    about: Vec<About>,
    /// Rules and conditions of theirs that a column decides.
    decided: Vec<(usize, u32)>,
}

impl Build<'_> {
    fn parts(&self) -> Parts {
        let mut parts = Parts::default();
        for (at, row) in self.plan.rows.iter().enumerate() {
            if row.from > Day(i32::MIN) || row.until < Day(i32::MAX) {
                parts.numbers.entry(Key::Day).or_default().push((at, None));
            }
            for node in conditions(self.plan, row) {
                match self.about.get(size(node)) {
                    Some(About::Number(key)) => {
                        parts.numbers.entry(*key).or_default().push((at, Some(node)));
                    }
                    Some(About::Set(set)) => parts.sets.entry(*set).or_default().push((at, node)),
                    _ => {}
                }
            }
        }
        parts
    }

    fn ranked(&mut self, key: Key, parts: &[Part]) -> Ranked {
        // For what it holds: numbers, and whether the unknown one.
        let mut found: BTreeMap<Part, (Vec<(i64, i64)>, bool)> = BTreeMap::new();
        // Conditions are shared by rules, validities are not.
        let name = |(row, node): Part| if node.is_some() { (usize::MAX, node) } else { (row, None) };
        for part in parts {
            found.entry(name(*part)).or_insert_with(|| (self.spans(*part), self.holds(part.1, None)));
        }
        let spans = found.values().flat_map(|(spans, _)| spans);
        let ends = spans.flat_map(|(low, high)| [Some(*low), high.checked_add(1)]);
        let mut cuts: Vec<i64> = ends.flatten().filter(|cut| *cut > i64::MIN).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let step = cuts.len().div_ceil(BUCKETS_MAX.saturating_sub(2)).max(1);
        let cuts: Vec<i64> = cuts.into_iter().step_by(step).collect();
        let bucket = |number: i64| cuts.partition_point(|cut| *cut <= number);
        let begins = |number: i64| number == i64::MIN || cuts.binary_search(&number).is_ok();
        let mut masks: Vec<u128> = vec![u128::MAX; self.plan.rows.len()];
        for part in parts {
            let Some((spans, unknown)) = found.get(&name(*part)) else { continue };
            let (mut mask, mut exact) = (u128::from(*unknown), true);
            for (low, high) in spans {
                mask |= bits(bucket(*low).saturating_add(1), bucket(*high).saturating_add(1));
                exact &= begins(*low) && high.checked_add(1).is_none_or(begins);
            }
            if let Some(all) = masks.get_mut(part.0) {
                *all &= mask;
            }
            if let (Some(node), true) = (part.1, exact) {
                self.decided.push((part.0, node));
            }
        }
        let mut rows = Vec::new();
        for row in 0..cuts.len().saturating_add(2) {
            let bit = 1_u128.wrapping_shl(u32::try_from(row).unwrap_or(0));
            let mut word = 0_u64;
            for (at, mask) in masks.iter().enumerate() {
                let place = u32::try_from(at & 63).unwrap_or(0);
                word |= u64::from(mask & bit != 0).wrapping_shl(place);
                if place == 63 {
                    rows.push(word);
                    word = 0;
                }
            }
            if masks.len() & 63 != 0 {
                rows.push(word);
            }
        }
        let direct = direct(&cuts);
        Ranked { key, words: self.words, cuts, direct, rows }
    }

    /// The numbers for which a part holds, as spans with both ends, ascending.
    fn spans(&self, (row, node): Part) -> Vec<(i64, i64)> {
        let Some(node) = node else {
            let row = self.plan.rows.get(row);
            return row.map(|row| (i64::from(row.from.0), i64::from(row.until.0))).into_iter().collect();
        };
        let mut starts = vec![i64::MIN];
        each_cut(&self.plan.program, node, &mut starts);
        starts.sort_unstable();
        starts.dedup();
        let ends = starts.iter().skip(1).map(|next| next.saturating_sub(1)).chain([i64::MAX]);
        let spans = starts.iter().copied().zip(ends);
        spans.filter(|(start, _)| self.holds(Some(node), Some(*start))).collect()
    }

    fn holds(&self, node: Option<u32>, number: Option<i64>) -> bool {
        // A day is always known.
        node.is_none_or(|node| truth(&self.plan.program, node, &Only(number)) == Truth::Yes)
    }

    fn listed(&mut self, set_fact: SetFact, parts: &[(usize, u32)]) -> Listed {
        let mut base: Vec<u64> = vec![0; self.words];
        let mut by_symbol: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        let mut asked = vec![false; self.plan.rows.len()];
        for (row, node) in parts {
            let Some(Node::Has { list, how, .. }) = self.plan.program.nodes.get(size(*node)) else {
                continue;
            };
            // One question of a rule to a column; another of the same rule is asked of it when it is left.
            let Some(taken @ false) = asked.get_mut(*row) else { continue };
            *taken = true;
            let list = list.of(&self.plan.program.lists);
            // All of a list: the first of it is looked for here, all of it in the rules that are left.
            let wanted = if *how == Has::All { list.get(..1).unwrap_or(&[]) } else { list };
            for symbol in wanted {
                by_symbol.entry(*symbol).or_default().push(*row);
            }
            if wanted.len() == list.len() {
                self.decided.push((*row, *node));
            }
        }
        for (row, asked) in asked.iter().enumerate() {
            if !asked {
                set(&mut base, row);
            }
        }
        let mut listed =
            Listed { set: set_fact, base, adds: Vec::new(), rows: Vec::new(), posts: Vec::new() };
        for (symbol, rules) in by_symbol {
            let Ok(symbol) = usize::try_from(symbol) else { continue };
            if listed.adds.len() <= symbol {
                listed.adds.resize(symbol.saturating_add(1), Adds::Nothing);
            }
            let adds = if rules.len() > self.words {
                let mut row = vec![0; self.words];
                for rule in &rules {
                    set(&mut row, *rule);
                }
                Adds::Row(Run::append(&mut listed.rows, row))
            } else {
                Adds::Posts(Run::append(&mut listed.posts, rules.into_iter().map(index)))
            };
            if let Some(slot) = listed.adds.get_mut(symbol) {
                *slot = adds;
            }
        }
        listed
    }
}

/// Bits from one to another, both included.
fn bits(first: usize, last: usize) -> u128 {
    let upto = |count: usize| {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        1_u128.checked_shl(count).map_or(u128::MAX, |bit| bit.wrapping_sub(1))
    };
    upto(last.saturating_add(1)) & !upto(first)
}

/// The bucket of each number from the first cut to the last; empty where they lie too far apart.
fn direct(cuts: &[i64]) -> Vec<u8> {
    let (Some(first), Some(last)) = (cuts.first(), cuts.last()) else { return Vec::new() };
    let Some(far) = last.checked_sub(*first).filter(|far| *far < DIRECT_MAX) else { return Vec::new() };
    let bucket = |past: i64| cuts.partition_point(|cut| *cut <= first.saturating_add(past));
    (0..=far).map(|past| u8::try_from(bucket(past)).unwrap_or(u8::MAX)).collect()
}

/// Where the truth of a condition about one number may change.
fn each_cut(program: &Program, node: u32, cuts: &mut Vec<i64>) {
    match program.nodes.get(size(node)) {
        Some(Node::Range { low, high, .. }) => {
            cuts.push(*low);
            cuts.extend(high.checked_add(1));
        }
        Some(Node::Among { list, .. }) => {
            for value in list.of(&program.lists) {
                cuts.push(*value);
                cuts.extend(value.checked_add(1));
            }
        }
        Some(Node::Any(run) | Node::All(run) | Node::NoneOf(run)) => {
            for child in run.of(&program.children) {
                each_cut(program, *child, cuts);
            }
        }
        _ => {}
    }
}

/// One number and nothing else.
struct Only(Option<i64>);

impl Look for Only {
    fn number(&self, _: Operand) -> Option<i64> {
        self.0
    }

    fn set_known(&self, _: SetFact) -> bool {
        false
    }

    fn set_has(&self, _: SetFact, _: i64) -> bool {
        false
    }

    fn day(&self, _: DayFact) -> Option<DayPoint> {
        None
    }
}
