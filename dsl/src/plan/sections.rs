//! What rulebooks say that their first stored layout had no place for: sections behind the programme, none of which is
//! written where there is nothing to say. So a rulebook stored before a word came still loads, and keeps its id.
//!
//! A new field of the model that is stored is `#[serde(skip)]` there and has a section here. Sections are only ever
//! added at the end; none changes.

use crate::facts::{Facts, Happening, Home};
use crate::model::{Attention, Experiment, Limit, Programme, Ranking};
use serde::{Deserialize, Serialize};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Section {
    /// What a test says is known of where the member lives.
    GivenHome {
        /// Which test.
        test: u32,
        /// What.
        home: Home,
    },
    /// What a test says happened before.
    GivenHappened {
        /// Which test.
        test: u32,
        /// What, and how often.
        happened: Vec<(Happening, i64)>,
    },
    /// What a test says of the arms a member is in.
    GivenArms {
        /// Which test.
        test: u32,
        /// By experiment.
        arms: Vec<Option<String>>,
    },
    /// The experiments.
    Experiments(Vec<Experiment>),
    /// Rules of which a return takes back what is left.
    RevokesIfUnspent(Vec<u32>),
    /// How often members are addressed.
    Attention(Attention),
    /// Rules that rank members.
    Rankings(Vec<(u32, Ranking)>),
    /// Limits over households, each by whose it is and its place there.
    Households(Vec<(Limited, u32)>),
}

/// What has limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Limited {
    /// All rules together.
    Programme,
    /// Those of a group.
    Group(u32),
    /// A rule.
    Rule(u32),
}

/// The limits of everything that may be limited by household.
fn limits(programme: &Programme) -> impl Iterator<Item = (Limited, &[Limit])> {
    let groups =
        (0_u32..).zip(&programme.groups).map(|(at, group)| (Limited::Group(at), group.limits.as_slice()));
    let rules = (0_u32..).zip(&programme.rules).map(|(at, rule)| (Limited::Rule(at), rule.limits.as_slice()));
    [(Limited::Programme, programme.limits.as_slice())].into_iter().chain(groups).chain(rules)
}

/// The sections of a programme, in the order of their kinds.
pub(super) fn of(programme: &Programme) -> Vec<Section> {
    let mut found = Vec::new();
    for (test, written) in (0_u32..).zip(&programme.tests) {
        if written.given.home != Home::default() {
            found.push(Section::GivenHome { test, home: written.given.home.clone() });
        }
    }
    for (test, written) in (0_u32..).zip(&programme.tests) {
        if !written.given_happened.is_empty() {
            found.push(Section::GivenHappened { test, happened: written.given_happened.clone() });
        }
    }
    for (test, written) in (0_u32..).zip(&programme.tests) {
        if !written.given.arms.is_empty() {
            found.push(Section::GivenArms { test, arms: written.given.arms.clone() });
        }
    }
    if !programme.experiments.is_empty() {
        found.push(Section::Experiments(programme.experiments.clone()));
    }
    let spared = (0_u32..).zip(&programme.rules).filter(|(_, rule)| rule.if_unspent);
    let spared: Vec<u32> = spared.map(|(at, _)| at).collect();
    if !spared.is_empty() {
        found.push(Section::RevokesIfUnspent(spared));
    }
    found.extend(programme.attention.clone().map(Section::Attention));
    let ranked: Vec<(u32, Ranking)> =
        (0_u32..).zip(&programme.rules).filter_map(|(at, rule)| Some((at, rule.ranking?))).collect();
    if !ranked.is_empty() {
        found.push(Section::Rankings(ranked));
    }
    let households: Vec<(Limited, u32)> = limits(programme)
        .flat_map(|(whose, limits)| {
            let of_households = (0_u32..).zip(limits).filter(|(_, limit)| limit.household);
            of_households.map(move |(at, _)| (whose, at))
        })
        .collect();
    if !households.is_empty() {
        found.push(Section::Households(households));
    }
    found
}

/// Puts what a section says where it belongs; false where there is no such place.
pub(super) fn apply(programme: &mut Programme, section: Section) -> bool {
    let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    match section {
        Section::GivenHome { test: at, home } => {
            let Some(written) = programme.tests.get_mut(place(at)) else { return false };
            written.given = Facts { home, ..std::mem::take(&mut written.given) };
        }
        Section::GivenHappened { test: at, happened } => {
            let Some(written) = programme.tests.get_mut(place(at)) else { return false };
            written.given_happened = happened;
        }
        Section::GivenArms { test: at, arms } => {
            let Some(written) = programme.tests.get_mut(place(at)) else { return false };
            written.given.arms = arms;
        }
        Section::RevokesIfUnspent(rules) => {
            for at in rules {
                let Some(rule) = programme.rules.get_mut(place(at)) else { return false };
                rule.if_unspent = true;
            }
        }
        Section::Rankings(rules) => {
            for (at, ranking) in rules {
                let Some(rule) = programme.rules.get_mut(place(at)) else { return false };
                rule.ranking = Some(ranking);
            }
        }
        Section::Households(limits) => {
            for (whose, at) in limits {
                let of = match whose {
                    Limited::Programme => Some(&mut programme.limits),
                    Limited::Group(group) => programme.groups.get_mut(place(group)).map(|it| &mut it.limits),
                    Limited::Rule(rule) => programme.rules.get_mut(place(rule)).map(|it| &mut it.limits),
                };
                let Some(limit) = of.and_then(|limits| limits.get_mut(place(at))) else { return false };
                limit.household = true;
            }
        }
        Section::Attention(attention) => programme.attention = Some(attention),
        Section::Experiments(experiments) => programme.experiments = experiments,
    }
    true
}
