//! What addresses a member, as far as she is to be addressed: nothing in quiet hours, and no more than the limits leave.

use super::values::Values;
use crate::effect::Effect;
use crate::facts::Facts;
use crate::model::{LimitUnit, Programme};
use crate::outcome::Answer;
use crate::plan::tables::KindPlan;

/// Leaves out of the effects of an answer what is too much, in their order, and counts the rest.
pub(super) fn mute(
    programme: &Programme,
    plan: &KindPlan,
    values: &Values,
    facts: &Facts,
    answer: &mut Answer,
) {
    let Some(attention) = &programme.attention else { return };
    let effects: Vec<Effect> =
        answer.effects(programme).into_iter().filter(|effect| attention.counts(effect)).collect();
    if effects.is_empty() {
        return;
    }
    let limits = plan.attention.of(&plan.limits);
    let left = limits.iter().map(|row| {
        let (LimitUnit::Times(most) | LimitUnit::Points(most) | LimitUnit::Money(most)) = row.most;
        let used = row.counter.and_then(|at| facts.used.get(at)).copied().unwrap_or(0).max(0);
        usize::try_from(most.saturating_sub(used)).unwrap_or(0)
    });
    let room = if attention.is_quiet(values.minute()) { 0 } else { left.min().unwrap_or(usize::MAX) };
    let told = room.min(effects.len());
    answer.muted.extend(effects.into_iter().skip(told));
    if let (Ok(told), true) = (i64::try_from(told), told > 0) {
        answer.limit_draws.extend(limits.iter().filter_map(|row| Some((row.counter?, told))));
    }
}
