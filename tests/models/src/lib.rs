//! The protocols of the store as small models, searched through to the end: every order of every step of a few
//! writers, with answers lost, writes that land late, and crashes. What the simulation samples, this exhausts, at a
//! scope small enough for it.
//!
//! What a model never does: run the code. It states the protocol of `functions/store` in as few steps as it has, so
//! that a change of the protocol is tried here first; that the code follows it is the simulation's to find out. Each
//! model can be given a planted bug, and must then fail.

pub mod counters;
pub mod holds;
pub mod ledger;
pub mod uploads;

use stateright::{Checker, HasDiscoveries, Model};
use std::hash::Hash;
use std::time::{Duration, Instant};

/// How much of a model is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Seconds in a debug build: for every change.
    Small,
    /// More than a million states.
    Large,
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The model.
    pub model: &'static str,
    /// The planted bug; none for the protocol as it is.
    pub bug: Option<&'static str>,
    /// States, each once.
    pub unique_states: usize,
    /// Properties that should hold and do not, with the steps of the shortest way found there.
    pub broken: Vec<(&'static str, usize)>,
    /// States that must occur and never did: the scope is too small to say anything.
    pub unreached: Vec<&'static str>,
    /// How long it took.
    pub took: Duration,
}

impl Found {
    /// Whether it is as it should be: the protocol holds and everything occurred; a planted bug was found.
    pub fn is_right(&self) -> bool {
        match self.bug {
            None => self.broken.is_empty() && self.unreached.is_empty(),
            Some(_) => !self.broken.is_empty(),
        }
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { model, bug, unique_states, broken, unreached, took } = self;
        let verdict = match (bug, broken.first()) {
            (None, None) if unreached.is_empty() => "holds".to_owned(),
            (None, None) => format!("NEVER REACHED: {}", unreached.join("; ")),
            (None, Some((what, steps))) => format!("BROKEN in {steps} steps: {what}"),
            (Some(_), Some((what, steps))) => format!("found in {steps} steps: {what}"),
            (Some(_), None) => "NOT FOUND".to_owned(),
        };
        let bug = bug.unwrap_or("as it is");
        write!(f, "{model:9} {bug:58} {unique_states:>10} states {:>6.1} s  {verdict}", took.as_secs_f64())
    }
}

/// Searches a model breadth first, so that the first counter-example is a shortest one.
fn search<M>(model: &'static str, bug: Option<&'static str>, subject: M) -> Found
where
    M: Model + Send + Sync + 'static,
    M::State: Hash + Clone + PartialEq + Send + Sync + 'static + std::fmt::Debug,
    M::Action: std::fmt::Debug + PartialEq + Clone + Send + Sync,
{
    let began = Instant::now();
    let always: Vec<&'static str> = names(&subject, &stateright::Expectation::Always);
    let sometimes: Vec<&'static str> = names(&subject, &stateright::Expectation::Sometimes);
    // a planted bug is found with the first property it breaks
    let enough = if bug.is_some() { HasDiscoveries::AnyFailures } else { HasDiscoveries::All };
    let checker = subject.checker().threads(2).finish_when(enough).spawn_bfs().join();
    let discoveries = checker.discoveries();
    let broken = always
        .iter()
        .filter_map(|name| discoveries.get(name).map(|path| (*name, path.clone().into_actions().len())))
        .collect();
    let unreached = sometimes.into_iter().filter(|name| !discoveries.contains_key(name)).collect();
    Found {
        model,
        bug,
        unique_states: checker.unique_state_count(),
        broken,
        unreached,
        took: began.elapsed(),
    }
}

fn names<M: Model>(model: &M, expectation: &stateright::Expectation) -> Vec<&'static str> {
    model.properties().iter().filter(|p| p.expectation == *expectation).map(|p| p.name).collect()
}

/// Searches all models as they are.
pub fn protocols(scope: Scope) -> Vec<Found> {
    vec![
        ledger::search(None, scope),
        holds::search(None, scope),
        counters::search(None, scope),
        uploads::search(None, scope),
    ]
}

/// Searches each model with each of its planted bugs.
pub fn planted() -> Vec<Found> {
    let ledger = ledger::Bug::ALL.map(|bug| ledger::search(Some(bug), Scope::Small));
    let holds = holds::Bug::ALL.map(|bug| holds::search(Some(bug), Scope::Small));
    let counters = counters::Bug::ALL.map(|bug| counters::search(Some(bug), Scope::Small));
    let uploads = uploads::Bug::ALL.map(|bug| uploads::search(Some(bug), Scope::Small));
    ledger.into_iter().chain(holds).chain(counters).chain(uploads).collect()
}

#[cfg(test)]
mod tests {
    use super::{Scope, planted, protocols};

    #[test]
    fn the_protocols_hold_and_everything_that_must_occur_does() {
        let found = protocols(Scope::Small);
        for found in &found {
            println!("{found}");
        }
        assert!(found.iter().all(super::Found::is_right));
    }

    #[test]
    fn each_planted_bug_is_found() {
        let found = planted();
        for found in &found {
            println!("{found}");
        }
        assert!(found.iter().all(super::Found::is_right));
    }
}
