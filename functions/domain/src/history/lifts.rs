//! Tiers that rules lift a member to for a while: beside the one she has earned, which they never touch.

use crate::entry::Award;
use crate::state::{LIFTS_MAX, Lift, State};
use dsl::effect::Effect;
use dsl::event::ENROLMENT;
use dsl::model::{Give, Refund};
use dsl::plan::Rulebook;
use dsl::units::Moment;

/// The entry that an award stands in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Brought<'a> {
    /// Its sequence.
    pub(crate) seq: u64,
    /// The event's kind.
    pub(crate) kind: &'a str,
    /// When it happened: the instant lifts count from.
    pub(crate) occurred_at: Moment,
    /// When it is decided: a lift that is over by then is none.
    pub(crate) at: Moment,
}

/// Lifts the member as an award says.
pub(crate) fn add(state: &mut State, award: &Award, brought: Brought<'_>, rulebook: &Rulebook) {
    for effect in &award.effects {
        let Effect::Lift(lift) = effect else { continue };
        let until = rulebook.zone().plus(brought.occurred_at, lift.span);
        if until > brought.at {
            // no return takes back what enrolling gave, though a purchase enrolled
            let keeps =
                brought.kind == ENROLMENT || award.refund == Refund::Keep || stays(award, effect, rulebook);
            let (tier, since) = (lift.tier.clone(), brought.occurred_at);
            put(state, Lift { until, tier, since, seq: brought.seq, keeps });
        }
    }
}

/// True where one of the rules that gave, and that say the lift, says `refund keep`.
fn stays(award: &Award, effect: &Effect, rulebook: &Rulebook) -> bool {
    let given = Give::Effect(effect.clone());
    let gave = |name: &str| award.rules.iter().any(|(rule, _)| rule == name);
    rulebook
        .programme()
        .rules
        .iter()
        .any(|rule| rule.keeps && gave(&rule.name) && rule.gives.contains(&given))
}

/// Takes over the lifts of another member; no return ends these.
pub(crate) fn take_over(state: &mut State, lifts: &[Lift], seq: u64) {
    for lift in lifts {
        put(state, Lift { seq, keeps: true, ..lift.clone() });
    }
}

fn put(state: &mut State, lift: Lift) {
    let place = state.lifts.partition_point(|known| *known < lift);
    if state.lifts.get(place) != Some(&lift) {
        state.lifts.insert(place, lift);
    }
    let surplus = state.lifts.len().saturating_sub(LIFTS_MAX);
    state.lifts.drain(..surplus);
}

/// Ends the lifts that an entry brought and that do not stay without it: their tiers.
pub(crate) fn take_back(state: &mut State, seq: u64) -> Vec<String> {
    let ends = |lift: &Lift| lift.seq == seq && !lift.keeps;
    state.lifts.extract_if(.., |lift| ends(lift)).map(|lift| lift.tier).collect()
}

/// Ends the lift whose time is first up.
pub(crate) fn end_first(state: &mut State) -> Option<String> {
    (!state.lifts.is_empty()).then(|| state.lifts.remove(0).tier)
}
