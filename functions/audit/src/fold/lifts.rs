//! Lifts of the tier: opened by what rules gave, over at their time or with what brought them, and told each time.

use super::{Context, Fold};
use crate::checks::Invariant;
use domain::entry::{Award, Entry};
use domain::state::{LIFTS_MAX, Lift, State};
use dsl::effect::Effect;
use dsl::model::{Give, Refund};
use dsl::units::Moment;

impl Fold {
    /// The lifts that an award says.
    pub(super) fn lifted(&mut self, entry: &Entry, award: &Award, welcome: bool, cx: &Context<'_>) {
        for effect in &award.effects {
            let Effect::Lift(lift) = effect else { continue };
            let until = cx.rulebook.zone().plus(entry.occurred_at, lift.span);
            if until <= entry.at {
                continue;
            }
            let says = |name: &str| {
                let mut rules = cx.rulebook.programme().rules.iter().filter(|rule| rule.name == name);
                rules.any(|rule| rule.keeps && rule.gives.contains(&Give::Effect(effect.clone())))
            };
            let keeps =
                welcome || award.refund == Refund::Keep || award.rules.iter().any(|(name, _)| says(name));
            let (tier, since) = (lift.tier.clone(), entry.occurred_at);
            open(&mut self.state, Lift { until, tier, since, seq: entry.seq, keeps });
        }
    }

    /// One whose time was up.
    pub(super) fn lift_ended(&mut self, tier: &str, at: Moment, cx: &mut Context<'_>) {
        let due = self.state.lifts.iter().position(|lift| lift.until == at && lift.tier == tier);
        cx.checks.expect(Invariant::Tier, due.is_some(), || format!("no lift to {tier} was over at {at:?}"));
        if let Some(place) = due {
            self.state.lifts.remove(place);
        }
    }

    /// Those that stand or fall with the entry that brought them.
    pub(super) fn lowered(&mut self, seq: u64, told: &[String], cx: &mut Context<'_>) {
        let (gone, left) = std::mem::take(&mut self.state.lifts)
            .into_iter()
            .partition::<Vec<_>, _>(|lift| lift.seq == seq && !lift.keeps);
        self.state.lifts = left;
        let own: Vec<String> = gone.into_iter().map(|lift| lift.tier).collect();
        cx.checks.equal(Invariant::Tier, "lifts that ended with what brought them", &told.to_vec(), &own);
    }

    /// Those of a member who became this one: no return ends them any more.
    pub(super) fn lifts_came(&mut self, entry: &Entry, lifts: &[Lift]) {
        for lift in lifts {
            open(&mut self.state, Lift { seq: entry.seq, keeps: true, ..lift.clone() });
        }
    }

    /// What was over and is not told.
    pub(super) fn no_lift_due(&self, entry: &Entry, cx: &mut Context<'_>) {
        let over = self.state.lifts.iter().find(|lift| lift.until <= entry.at);
        cx.checks.expect(Invariant::Tier, over.is_none(), || format!("{over:?} was over"));
    }
}

fn open(state: &mut State, lift: Lift) {
    if state.lifts.contains(&lift) {
        return;
    }
    state.lifts.push(lift);
    state.lifts.sort();
    while state.lifts.len() > LIFTS_MAX {
        state.lifts.remove(0);
    }
}
