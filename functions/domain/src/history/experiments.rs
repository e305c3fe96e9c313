//! Experiments: in which arm a member is. Her lot decides when rules first ask, and what was found then stands for as
//! long as the experiment does, whatever becomes of its shares.

use crate::request::Snapshot;
use crate::state::{Exposure, State};
use dsl::plan::Rulebook;
use dsl::units::Moment;

/// The arm of each experiment of the programme; none where it is not known, or where the arm is gone.
pub(crate) fn arms(state: &State, snapshot: &Snapshot, rulebook: &Rulebook) -> Vec<Option<String>> {
    let each = rulebook.programme().experiments.iter().map(|experiment| {
        if let Some(known) = state.exposures.iter().find(|known| known.experiment == experiment.name) {
            return Some(known.arm.clone()).filter(|arm| experiment.has(arm));
        }
        let lot = snapshot.lots.get(&experiment.name)?;
        experiment.arm(*lot).map(|arm| arm.name.clone())
    });
    each.collect()
}

/// What an event of a kind exposes a member to: the arms of the experiments that its rules ask about and that run.
pub(crate) fn exposed(arms: &[Option<String>], kind: &str, at: Moment, rulebook: &Rulebook) -> Vec<Exposure> {
    let day = rulebook.zone().local(at).day;
    let asked = rulebook.experiments_for(kind).into_iter().filter(|index| rulebook.runs(*index, day));
    let each = asked.filter_map(|index| {
        let experiment = rulebook.programme().experiments.get(index)?;
        let arm = arms.get(index).cloned().flatten()?;
        Some(Exposure { experiment: experiment.name.clone(), arm })
    });
    each.collect()
}

/// Keeps what is new of it.
pub(crate) fn remember(state: &mut State, exposed: &[Exposure]) {
    for new in exposed {
        let place = state.exposures.partition_point(|known| known.experiment < new.experiment);
        if state.exposures.get(place).is_none_or(|known| known.experiment != new.experiment) {
            state.exposures.insert(place, new.clone());
        }
    }
}

/// Forgets experiments that the programme no longer has.
pub(crate) fn prune(state: &mut State, rulebook: &Rulebook) {
    let known = |name: &str| rulebook.programme().experiments.iter().any(|one| one.name == name);
    state.exposures.retain(|exposure| known(&exposure.experiment));
}
