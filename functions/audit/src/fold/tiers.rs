//! Tiers as the history earns them: up at once, kept until a review, down by the programme's policy.

use super::history::{first_day, remembered_from, window};
use domain::entry::TierChange;
use domain::state::{State, TierHold};
use dsl::facts::Window;
use dsl::model::{Downgrade, Programme};
use dsl::plan::Rulebook;
use dsl::units::Moment;

/// Reviews one entry settles at most; later ones wait for the next.
const REVIEWS_MAX: usize = 1_000;

/// A purchase whose rise may have to be undone.
#[derive(Debug)]
pub(super) struct Undone {
    pub(super) bought_at: Moment,
    pub(super) before: Option<String>,
    pub(super) at: Moment,
}

fn named(name: &str, programme: &Programme) -> Option<usize> {
    programme.tiers.iter().position(|tier| tier.name == name)
}

fn base(programme: &Programme) -> Option<usize> {
    programme.tiers.first().filter(|tier| tier.from.is_none()).map(|_| 0)
}

/// The tier held, by index; the base tier when none of the programme's is.
pub(super) fn held(state: &State, programme: &Programme) -> Option<usize> {
    state.tier.as_ref().and_then(|hold| named(&hold.name, programme)).or_else(|| base(programme))
}

/// The tier she is treated as: held, or a higher one that she is lifted to.
pub(super) fn in_force(state: &State, programme: &Programme) -> Option<usize> {
    state.lifts.iter().fold(held(state, programme), |tier, lift| tier.max(named(&lift.tier, programme)))
}

/// The highest tier that the history earns at this moment.
fn earned(state: &State, at: Moment, rulebook: &Rulebook) -> Option<usize> {
    let tiers = rulebook.programme().tiers.iter().enumerate().rev();
    let mut open = tiers.filter(|(_, tier)| match tier.from {
        None => true,
        Some(from) => window(state, from.sum, at, rulebook) >= from.at_least,
    });
    open.next().map(|(index, _)| index)
}

/// When a tier held from `from`, earned by the window that ends at `judged`, is reviewed.
fn review_at(index: usize, from: Moment, judged: Moment, rulebook: &Rulebook) -> Option<Moment> {
    let (tier, zone) = (rulebook.programme().tiers.get(index)?, rulebook.zone());
    let threshold = tier.from?;
    if let Some(keep) = tier.keep {
        return Some(zone.plus(from, keep));
    }
    match threshold.sum.window {
        Window::Lifetime => None,
        Window::Rolling(span) => Some(zone.plus(from, span)),
        Window::Calendar(period) => {
            let next = zone.period_end(zone.local(judged).day, period);
            Some(zone.start_of(zone.period_end(next, period)))
        }
    }
}

fn go(
    state: &mut State,
    to: Option<usize>,
    from: Moment,
    judged: Moment,
    fallback: Option<Moment>,
    rulebook: &Rulebook,
) -> Option<TierChange> {
    let before = state.tier.take().map(|hold| hold.name);
    state.tier = to.and_then(|index| {
        Some(TierHold {
            name: rulebook.programme().tiers.get(index)?.name.clone(),
            since: from,
            review_at: review_at(index, from, judged, rulebook).filter(|at| *at > from),
            in_grace: false,
            fallback_review_at: fallback,
        })
    });
    let after = state.tier.as_ref().map(|hold| hold.name.clone());
    (before != after).then_some(TierChange { from: before, to: after })
}

/// A new member's tier.
pub(super) fn welcome(state: &mut State, at: Moment, rulebook: &Rulebook) -> Option<TierChange> {
    let base = base(rulebook.programme())?;
    go(state, Some(base), at, at, None, rulebook)
}

/// After an event: up, by what counted when it happened and by what counts when it is decided.
pub(super) fn rise(
    state: &mut State,
    occurred_at: Moment,
    at: Moment,
    rulebook: &Rulebook,
) -> Option<TierChange> {
    let before = state.tier.as_ref().map(|hold| hold.name.clone());
    let mut rose = false;
    for judged in [occurred_at, at] {
        let held = state.tier.as_ref().and_then(|hold| named(&hold.name, rulebook.programme()));
        let Some(to) = earned(state, judged, rulebook).filter(|to| Some(*to) > held) else { continue };
        if review_at(to, judged, judged, rulebook).is_some_and(|until| until <= at) {
            continue;
        }
        let fallback = state.tier.as_ref().and_then(|hold| hold.review_at);
        rose |= go(state, Some(to), judged, judged, fallback, rulebook).is_some();
    }
    let after = state.tier.as_ref().map(|hold| hold.name.clone());
    rose.then_some(TierChange { from: before, to: after })
}

/// All reviews due up to a moment, with the changes they made.
pub(super) fn review_until(state: &mut State, now: Moment, rulebook: &Rulebook) -> Vec<(Moment, TierChange)> {
    let mut changes = Vec::new();
    for _ in 0..REVIEWS_MAX {
        let Some(due) = state.tier.as_ref().and_then(|hold| hold.review_at).filter(|due| *due <= now) else {
            return changes;
        };
        changes.extend(review(state, due, rulebook).map(|change| (due, change)));
    }
    if let Some(hold) = state.tier.as_mut() {
        hold.review_at = hold.review_at.map(|at| at.max(Moment(now.0.saturating_add(1))));
    }
    changes
}

fn review(state: &mut State, due: Moment, rulebook: &Rulebook) -> Option<TierChange> {
    let programme = rulebook.programme();
    let judged = Moment(due.0.saturating_sub(1));
    let rank = state.tier.as_ref().and_then(|hold| named(&hold.name, programme));
    let mut reached = earned(state, judged, rulebook);
    if let Some(floor) = programme.floor
        && rank.is_some_and(|rank| rank >= floor)
    {
        reached = reached.max(Some(floor));
    }
    let hold = state.tier.as_mut()?;
    if let Some(reached) = reached {
        if Some(reached) == rank {
            hold.review_at = review_at(reached, due, judged, rulebook).filter(|next| *next > due);
            hold.in_grace = false;
            hold.fallback_review_at = None;
            return None;
        }
        if Some(reached) > rank {
            return go(state, Some(reached), due, judged, None, rulebook);
        }
    }
    let wait = programme.grace.filter(|_| !hold.in_grace).map(|grace| rulebook.zone().plus(due, grace));
    if let Some(until) = wait.filter(|until| *until > due) {
        hold.review_at = Some(until);
        hold.in_grace = true;
        return None;
    }
    let one_down = rank.and_then(|rank| rank.checked_sub(1));
    let to = match programme.downgrade {
        Downgrade::OneStep if rank.is_some() => reached.max(one_down),
        _ => reached,
    };
    go(state, to, due, judged, None, rulebook)
}

/// After a return: undoes a rise that no longer stands, not below the tier before the purchase.
pub(super) fn undo(state: &mut State, undone: &Undone, rulebook: &Rulebook) -> Option<TierChange> {
    let programme = rulebook.programme();
    let hold = state.tier.clone()?;
    let rank = named(&hold.name, programme)?;
    let floor = undone.before.as_deref().and_then(|name| named(name, programme)).or_else(|| base(programme));
    if Some(rank) <= floor || hold.since < undone.bought_at {
        return None;
    }
    // a window that reaches back further than days are remembered cannot be judged again
    let window = programme.tiers.get(rank).and_then(|tier| tier.from).map(|from| from.sum.window);
    if let Some(first) = window.and_then(|window| first_day(window, hold.since, rulebook)) {
        let enrolled = rulebook.zone().local(state.enrolled_at).day;
        if remembered_from(undone.at, rulebook) > first.max(enrolled) {
            return None;
        }
    }
    let stands = earned(state, hold.since, rulebook).max(earned(state, undone.at, rulebook));
    if stands >= Some(rank) {
        return None;
    }
    let change = go(state, stands.max(floor), undone.at, undone.at, None, rulebook);
    if let (true, Some(fallback), Some(now)) = (stands < floor, hold.fallback_review_at, state.tier.as_mut())
    {
        now.review_at = now.review_at.map(|at| at.min(fallback));
    }
    change
}
