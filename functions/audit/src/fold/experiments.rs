//! Experiments: an arm is found once, and stands. The lot behind it is a keyed hash whose key no auditor has.

use super::{Context, Fold};
use crate::checks::Invariant;
use domain::entry::{Award, Entry};
use domain::state::{Exposure, State};
use dsl::plan::Rulebook;

impl Fold {
    /// What an award says of arms: each of an experiment that runs, that rules ask about, and that agrees with what is
    /// known.
    pub(super) fn exposed(&mut self, entry: &Entry, award: &Award, cx: &mut Context<'_>) {
        let rulebook = cx.rulebook;
        let programme = rulebook.programme();
        let day = rulebook.zone().local(entry.occurred_at).day;
        for told in &award.arms {
            let at = programme.experiments.iter().position(|one| one.name == told.experiment);
            let fits = at
                .filter(|index| rulebook.asks_about(*index))
                .filter(|index| rulebook.runs(*index, day))
                .is_some_and(|index| {
                    programme.experiments.get(index).is_some_and(|experiment| experiment.has(&told.arm))
                });
            let before = self.state.exposures.iter().find(|known| known.experiment == told.experiment);
            let stands = before.is_none_or(|before| before.arm == told.arm);
            cx.checks.expect(Invariant::Award, fits && stands, || {
                format!("it says {told:?}, which no rule asks about, or which is not as before: {before:?}")
            });
        }
        let ordered = award.arms.is_sorted_by(|one, next| one.experiment != next.experiment);
        cx.checks.expect(Invariant::Award, ordered, || "an experiment is told twice".to_owned());
        came(&mut self.state, &award.arms);
    }
}

/// What is new is kept, in the order of names.
pub(super) fn came(state: &mut State, more: &[Exposure]) {
    for new in more {
        if state.exposures.iter().all(|known| known.experiment != new.experiment) {
            state.exposures.push(new.clone());
        }
    }
    state.exposures.sort_by(|a, b| a.experiment.cmp(&b.experiment));
}

/// What is to be remembered of it after an entry.
pub(super) fn remembered(own: &State, rulebook: &Rulebook) -> Vec<Exposure> {
    let is_run = |name: &str| rulebook.programme().experiments.iter().any(|one| one.name == name);
    own.exposures.iter().filter(|exposure| is_run(&exposure.experiment)).cloned().collect()
}
