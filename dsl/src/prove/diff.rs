//! What changes between two versions of a programme: which rules, and which events pay otherwise, each with an event
//! that both evaluators paid.
//!
//! The cells are cut by every rule that differs, in both versions; each cell is tried. What no difference of the text can
//! reach is not looked at; where there were more cells than the budget, it says so.

use super::cells::Space;
use super::claim::{Sought, row_of};
use super::search::{Role, Search};
use super::share::paid;
use super::solve::Solver;
use super::told::{self, Told};
use super::upper::Upper;
use super::witness::Witness;
use crate::event::{Event, PURCHASE};
use crate::explain;
use crate::facts::Facts;
use crate::model::{Amount, Condition, Give, Programme, Rule};
use crate::outcome::{Outcome, Verdict};
use crate::plan::Rulebook;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Cells tried of one kind of event, at most.
const CELLS_MAX: usize = 5_000;

/// What changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diff {
    /// Settings of the programme that differ, in words.
    pub settings: Vec<String>,
    /// Rules that differ.
    pub rules: Vec<RuleChange>,
    /// Events that pay otherwise, one for each way in which rules make the difference.
    pub events: Vec<EventChange>,
    /// False where there were more cells than were tried.
    pub complete: bool,
}

/// A rule that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleChange {
    /// Its name, in the new version where it is there.
    pub rule: String,
    /// What it was called, where it was renamed.
    pub formerly: Option<String>,
    /// `added`, `removed`, `changed` or `renamed`.
    pub what: String,
}

/// An event that pays otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventChange {
    /// The event, as the new version pays it.
    pub event: Told,
    /// Points by the old version.
    pub old_points: i64,
    /// Points by the new version.
    pub new_points: i64,
    /// Rules that make the difference.
    pub by: Vec<RulePoints>,
    /// What only the old version gives or does beside points.
    pub no_longer: Vec<String>,
    /// What only the new version gives or does beside points.
    pub newly: Vec<String>,
}

/// What a rule gives in both versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RulePoints {
    /// Its name, in the new version where it is there.
    pub rule: String,
    /// Points by the old version; none where it gives nothing.
    pub old: Option<i64>,
    /// Points by the new version; none where it gives nothing.
    pub new: Option<i64>,
}

/// Two versions, and how their rules belong together.
pub struct Versions<'a> {
    old: &'a Rulebook,
    new: &'a Rulebook,
    /// The new name of an old rule.
    renamed: BTreeMap<&'a str, &'a str>,
}

impl<'a> Versions<'a> {
    /// Rules belong together by name, or by `formerly`.
    pub fn of(old: &'a Rulebook, new: &'a Rulebook) -> Self {
        let names: BTreeSet<&str> = old.programme().rules.iter().map(|rule| rule.name.as_str()).collect();
        let mut renamed = BTreeMap::new();
        for rule in &new.programme().rules {
            let former = rule.formerly.iter().find(|former| names.contains(former.as_str()));
            if let Some(former) = former.filter(|_| !names.contains(rule.name.as_str())) {
                renamed.insert(former.as_str(), rule.name.as_str());
            }
        }
        Self { old, new, renamed }
    }

    /// The name of an old rule in the new version.
    fn name<'s>(&'s self, old: &'s str) -> &'s str {
        self.renamed.get(old).copied().unwrap_or(old)
    }

    /// How an event pays in both versions; none where it pays the same.
    pub fn change(&self, event: &Event, old_facts: &Facts, new_facts: &Facts) -> Option<EventChange> {
        let (old, new) = (pay(self.old, event, old_facts), pay(self.new, event, new_facts));
        let (gave_old, gave_new) = (gave(self.old, &old), gave(self.new, &new));
        let mut by: BTreeMap<String, (Option<i64>, Option<i64>)> = BTreeMap::new();
        for (rule, points) in gave_old {
            by.entry(self.name(&rule).to_owned()).or_default().0 = Some(points);
        }
        for (rule, points) in gave_new {
            by.entry(rule).or_default().1 = Some(points);
        }
        let (grants_old, grants_new) = (grants(self.old, &old), grants(self.new, &new));
        let no_longer: Vec<String> = grants_old.difference(&grants_new).cloned().collect();
        let newly: Vec<String> = grants_new.difference(&grants_old).cloned().collect();
        if old.points == new.points && no_longer.is_empty() && newly.is_empty() {
            return None;
        }
        let by = by
            .into_iter()
            .filter(|(_, (old, new))| old != new)
            .map(|(rule, (old, new))| RulePoints { rule, old, new })
            .collect();
        Some(EventChange {
            event: Told::of(self.new, event, new_facts),
            old_points: old.points,
            new_points: new.points,
            by,
            no_longer,
            newly,
        })
    }
}

fn pay(book: &Rulebook, event: &Event, facts: &Facts) -> Outcome {
    if book.kind(&event.kind).is_some_and(|plan| plan.draws.is_some()) {
        return book.evaluate_drawn(event, facts);
    }
    book.evaluate(event, facts)
}

fn gave(book: &Rulebook, outcome: &Outcome) -> Vec<(String, i64)> {
    let rules = book.programme().rules.iter().zip(&outcome.verdicts);
    rules
        .filter_map(|(rule, verdict)| match verdict {
            Verdict::Gave { points, .. } if *points > 0 => Some((rule.name.clone(), *points)),
            _ => None,
        })
        .collect()
}

fn grants(book: &Rulebook, outcome: &Outcome) -> BTreeSet<String> {
    let reward =
        |at: &usize| book.programme().rewards.get(*at).map(|reward| format!("reward {}", reward.name));
    outcome
        .rewards
        .iter()
        .filter_map(reward)
        .chain(outcome.badges.iter().map(|badge| format!("badge \"{badge}\"")))
        .chain(outcome.effects.iter().map(ToString::to_string))
        .collect()
}

/// What changes from one version to another.
pub fn diff(old: &Rulebook, new: &Rulebook) -> Diff {
    let versions = Versions::of(old, new);
    let mut found = Diff { complete: true, ..Diff::default() };
    found.settings = settings(old.programme(), new.programme());
    found.rules = rules(&versions);
    if found.settings.is_empty() && found.rules.iter().all(|rule| rule.what == "renamed") {
        return found;
    }
    let all = !found.settings.is_empty();
    let names: BTreeSet<&str> = found.rules.iter().map(|change| change.rule.as_str()).collect();
    let differs = |name: &str| all || names.contains(name);
    let kinds: BTreeSet<&str> =
        old.kinds().iter().chain(new.kinds()).map(|plan| plan.kind.as_str()).collect();
    let joint = joint(&versions, &differs);
    for kind in kinds {
        let (events, complete) = changes(&versions, &joint, kind, &differs);
        found.events.extend(events);
        found.complete &= complete;
    }
    found
}

/// The rules of the new version, and those of the old one that differ: only to be cut along.
fn joint(versions: &Versions<'_>, differs: &dyn Fn(&str) -> bool) -> Rulebook {
    let mut programme = versions.new.programme().clone();
    let (old, new) = (versions.old.programme(), versions.new.programme());
    let same = |left: Vec<&str>, right: Vec<&str>| left == right;
    let tiers = same(
        old.tiers.iter().map(|tier| tier.name.as_str()).collect(),
        new.tiers.iter().map(|tier| tier.name.as_str()).collect(),
    );
    let base = programme.segments.len();
    if tiers {
        programme.segments.extend(old.segments.iter().cloned());
    }
    for rule in old.rules.iter().filter(|rule| tiers && differs(versions.name(&rule.name))) {
        let mut copy = rule.clone();
        copy.name = format!("(old) {}", rule.name);
        for condition in &mut copy.when {
            moved(condition, base);
        }
        (copy.group, copy.budget) = (None, None);
        copy.gives.retain(|give| !matches!(give, Give::Reward(_)));
        programme.rules.push(copy);
    }
    Rulebook::compile(programme)
}

/// Segments of the old version stand behind those of the new one.
fn moved(condition: &mut Condition, by: usize) {
    match condition {
        Condition::Segment { segment, .. } => *segment = segment.saturating_add(by),
        Condition::Any(inner) | Condition::All(inner) | Condition::NoneOf(inner) => {
            for condition in inner {
                moved(condition, by);
            }
        }
        Condition::Test(_) => {}
    }
}

/// Tries every cell of one kind of event.
fn changes(
    versions: &Versions<'_>,
    joint: &Rulebook,
    kind: &str,
    differs: &dyn Fn(&str) -> bool,
) -> (Vec<EventChange>, bool) {
    let Some(plan) = joint.kind(kind) else { return (Vec::new(), true) };
    let basket = kind == PURCHASE;
    let space = Space::new(joint, plan, basket);
    let upper = Upper::of(joint.programme(), plan, basket);
    let mut touched: BTreeSet<usize> = BTreeSet::new();
    for (at, rule) in joint.programme().rules.iter().enumerate().filter(|(_, rule)| rule.answers(kind)) {
        if rule.name.starts_with("(old) ") || differs(&rule.name) {
            touched.extend(row_of(plan, at));
        }
    }
    if touched.is_empty() {
        return (Vec::new(), true);
    }
    let role = |row: usize| if touched.contains(&row) { Role::Either } else { Role::None };
    let weight = |row: usize| i128::from(u8::from(touched.contains(&row)));
    let search = Search::new(&space, &role, &[], true, &weight);
    let mut solver = Solver::of(search, &upper);
    solver.boxes_max = CELLS_MAX;
    let found: RefCell<BTreeMap<String, EventChange>> = RefCell::default();
    let look = |witness: &Witness| {
        let facts = |book: &Rulebook| aligned(joint, book, &witness.facts);
        if let Some(mut change) = versions.change(&witness.event, &facts(versions.old), &facts(versions.new))
        {
            // what only one of the versions asks is said as well
            change.event.text = told::written(joint, &witness.event, &witness.facts);
            let signature = signature(&change);
            let mut found = found.borrow_mut();
            let size = |change: &EventChange| {
                (change.event.text.len(), paid(&change.event.event.lines), change.event.text.clone())
            };
            if found.get(&signature).is_none_or(|known| size(&change) < size(known)) {
                found.insert(signature, change);
            }
        }
        false
    };
    // it looks at every cell: nothing it is shown is what it seeks
    let complete = !matches!(solver.seek(&|_| true, &look), Sought::Open);
    (found.into_inner().into_values().collect(), complete)
}

/// In which way an event changes: which rules, and whether to more or less.
fn signature(change: &EventChange) -> String {
    let by: Vec<String> = change
        .by
        .iter()
        .map(|part| format!("{} {:?}", part.rule, part.old.unwrap_or(0).cmp(&part.new.unwrap_or(0))))
        .collect();
    format!("{} {by:?} {:?} {:?}", change.event.event.kind, change.no_longer, change.newly)
}

/// Facts of the joint programme as another rulebook lists them.
fn aligned(joint: &Rulebook, book: &Rulebook, facts: &Facts) -> Facts {
    let value = |sum: &crate::facts::WindowedSum| {
        let at = joint.windows().iter().position(|known| known == sum);
        at.and_then(|at| facts.windows.get(at)).copied().unwrap_or(0)
    };
    let tiers = &book.programme().tiers;
    let name = facts.tier.and_then(|tier| joint.programme().tiers.get(tier)).map(|tier| tier.name.as_str());
    let tier = name.and_then(|name| tiers.iter().position(|tier| tier.name == name));
    Facts {
        tier: tier.or_else(|| (!tiers.is_empty()).then_some(0)),
        windows: book.windows().iter().map(value).collect(),
        ..facts.clone()
    }
}

/// Rules that differ, in the order of the new version, then those that are gone.
fn rules(versions: &Versions<'_>) -> Vec<RuleChange> {
    let (old, new) = (versions.old.programme(), versions.new.programme());
    let mut found = Vec::new();
    for rule in &new.rules {
        let before = old.rules.iter().find(|before| versions.name(&before.name) == rule.name);
        let what = match before {
            None => "added",
            Some(before) if written(old, before) != written(new, rule) => "changed",
            Some(before) if before.name != rule.name => "renamed",
            Some(_) => continue,
        };
        let formerly = before.filter(|before| before.name != rule.name).map(|before| before.name.clone());
        found.push(RuleChange { rule: rule.name.clone(), formerly, what: what.to_owned() });
    }
    for rule in &old.rules {
        if !new.rules.iter().any(|other| other.name == versions.name(&rule.name)) {
            found.push(RuleChange { rule: rule.name.clone(), formerly: None, what: "removed".to_owned() });
        }
    }
    found
}

/// Everything of a rule but its names and places, with what it refers to by name.
fn written(programme: &Programme, rule: &Rule) -> String {
    let conditions = |list: &[Condition], kind: &str| -> Vec<String> {
        list.iter().map(|condition| explain::sentence(programme, kind, condition)).collect()
    };
    let amount = |of: &Amount| format!("{} {:?}", of.eligible_only, conditions(&of.filter, &rule.on));
    let gives: Vec<String> = rule
        .gives
        .iter()
        .map(|give| match give {
            Give::Rate { points_micro, per_minor, of } => {
                format!("rate {points_micro} {per_minor} {}", amount(of))
            }
            Give::Share { ratio, of } => format!("share {ratio} {}", amount(of)),
            Give::Reward(at) => {
                format!("reward {:?}", programme.rewards.get(*at).map(|reward| &reward.name))
            }
            other => format!("{other:?}"),
        })
        .collect();
    let mut named = BTreeSet::new();
    for condition in &rule.when {
        segments_of(condition, &mut named);
    }
    let segments = named.into_iter().filter_map(|at| programme.segments.get(at));
    let mut segments: Vec<(&str, Vec<String>)> =
        segments.map(|segment| (segment.name.as_str(), conditions(&segment.when, &rule.on))).collect();
    segments.sort_unstable();
    let group = rule.group.and_then(|group| programme.groups.get(group)).map(|group| group.name.as_str());
    let budget = rule.budget.and_then(|budget| programme.budgets.get(budget)).map(|budget| &budget.name);
    format!(
        "{} {:?} {:?} {gives:?} {:?} {group:?} {budget:?} {:?} {:?} {:?} {:?} {:?} {segments:?}",
        rule.on,
        rule.active,
        conditions(&rule.when, &rule.on),
        rule.limits,
        rule.valid,
        rule.pending,
        rule.timer,
        rule.draw,
        rule.ranking,
    )
}

/// Segments that a condition names, by index.
fn segments_of(condition: &Condition, found: &mut BTreeSet<usize>) {
    match condition {
        Condition::Segment { segment, .. } => {
            found.insert(*segment);
        }
        Condition::Any(inner) | Condition::All(inner) | Condition::NoneOf(inner) => {
            for condition in inner {
                segments_of(condition, found);
            }
        }
        Condition::Test(_) => {}
    }
}

/// Settings of the programme that change what events pay.
fn settings(old: &Programme, new: &Programme) -> Vec<String> {
    let mut found = Vec::new();
    let mut note = |what: &str, before: String, after: String| {
        if before != after {
            found.push(what.to_owned());
        }
    };
    let show = |value: &dyn std::fmt::Debug| format!("{value:?}");
    note("currency", old.currency.to_string(), new.currency.to_string());
    note("timezone", old.zone.clone(), new.zone.clone());
    note("point worth", show(&old.point_worth_micro_minor), show(&new.point_worth_micro_minor));
    note("rounding", show(&old.rounding), show(&new.rounding));
    note("limits of the programme", show(&old.limits), show(&new.limits));
    note("pending", show(&old.pending), show(&new.pending));
    note("tiers", show(&old.tiers), show(&new.tiers));
    let takes = |programme: &Programme| {
        let name = |at: &usize| programme.rules.get(*at).map(|rule| rule.name.clone());
        let groups = programme.groups.iter().map(|group| {
            let take = match &group.take {
                crate::model::Take::FirstOf(order) => {
                    format!("{:?}", order.iter().map(name).collect::<Vec<_>>())
                }
                other => format!("{other:?}"),
            };
            (group.name.clone(), take, group.limits.clone())
        });
        format!("{:?}", groups.collect::<Vec<_>>())
    };
    note("groups", takes(old), takes(new));
    let budgets = |programme: &Programme| {
        let budgets = programme
            .budgets
            .iter()
            .map(|budget| (budget.name.clone(), budget.total, budget.active, budget.when_spent));
        format!("{:?}", budgets.collect::<Vec<_>>())
    };
    note("budgets", budgets(old), budgets(new));
    found
}
