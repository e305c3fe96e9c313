//! Tiers: up at once, down only at a review, never because points were spent.
//!
//! A tier's metric is history net of returns, apart from the balance. A tier is kept until its review; a failed review
//! waits for the grace, if there is one, and the next one decides.

use crate::entry::TierChange;
use crate::history::windows;
use crate::state::{Lift, State, TierHold};
use dsl::facts::Window;
use dsl::model::{Downgrade, Programme, Tier};
use dsl::plan::Rulebook;
use dsl::units::Moment;

/// The index of a tier of this name.
pub(crate) fn index_of(programme: &Programme, name: &str) -> Option<usize> {
    programme.tiers.iter().position(|tier| tier.name == name)
}

/// The index of the tier in force: the one earned, or a higher one that a rule lifts the member to. Of a settled state.
pub(crate) fn in_force(state: &State, programme: &Programme) -> Option<usize> {
    let lifted = lift(state, programme).and_then(|lift| index_of(programme, &lift.tier));
    earned(state, programme).max(lifted)
}

/// The lift that counts: of those to a tier above the one earned the highest, and of these the one that lasts longest.
pub(crate) fn lift<'a>(state: &'a State, programme: &Programme) -> Option<&'a Lift> {
    let own = earned(state, programme);
    let above = state.lifts.iter().filter_map(|lift| Some((index_of(programme, &lift.tier)?, lift)));
    above
        .filter(|(index, _)| Some(*index) > own)
        .max_by_key(|(index, lift)| (*index, lift.until))
        .map(|(_, lift)| lift)
}

/// The name of the tier in force, of a settled state; none where there are no tiers.
pub fn name_in_force<'a>(state: &'a State, programme: &Programme) -> Option<&'a str> {
    let earned = || state.tier.as_ref().map(|hold| hold.name.as_str());
    lift(state, programme).map(|lift| lift.tier.as_str()).or_else(earned)
}

/// The index of the tier the member has earned; the base tier, where there is one, for a member with none (or with one
/// that the programme no longer has).
pub(crate) fn earned(state: &State, programme: &Programme) -> Option<usize> {
    state.tier.as_ref().and_then(|hold| index_of(programme, &hold.name)).or_else(|| base(programme))
}

/// The base tier: the lowest, if it is open to all.
fn base(programme: &Programme) -> Option<usize> {
    programme.tiers.first().is_some_and(|tier| tier.from.is_none()).then_some(0)
}

/// The highest tier whose metric is reached over the window that ends at `at`.
pub(crate) fn reached(state: &State, at: Moment, rulebook: &Rulebook) -> Option<usize> {
    rulebook.programme().tiers.iter().rposition(|tier| {
        tier.from.is_none_or(|from| windows::value(state, from.sum, at, rulebook.zone()) >= from.at_least)
    })
}

/// A new member's first tier.
pub(crate) fn welcome(state: &mut State, since: Moment, rulebook: &Rulebook) -> Option<TierChange> {
    let index = base(rulebook.programme())?;
    move_to(state, Some(index), Since { at: since, judged: since }, None, rulebook)
}

/// After an event: up at once, judged when it happened and when it was decided (a late event may count in a window
/// that has closed since). Never down.
pub(crate) fn rise(
    state: &mut State,
    occurred_at: Moment,
    at: Moment,
    rulebook: &Rulebook,
) -> Option<TierChange> {
    let programme = rulebook.programme();
    let mut first_from: Option<TierChange> = None;
    for instant in [occurred_at, at] {
        let rank = state.tier.as_ref().and_then(|hold| index_of(programme, &hold.name));
        let Some(index) = reached(state, instant, rulebook).filter(|index| Some(*index) > rank) else {
            continue;
        };
        let kept = programme
            .tiers
            .get(index)
            .and_then(|tier| kept_until(tier, Since { at: instant, judged: instant }, rulebook));
        if kept.is_some_and(|until| until <= at) {
            continue;
        }
        let fallback = state.tier.as_ref().and_then(|hold| hold.review_at);
        if let Some(change) =
            move_to(state, Some(index), Since { at: instant, judged: instant }, fallback, rulebook)
        {
            let from = first_from.take().map_or(change.from, |earlier| earlier.from);
            first_from = Some(TierChange { from, to: change.to });
        }
    }
    first_from
}

/// A review that fell due: keeps, raises, waits for the grace, or lets fall.
pub(crate) fn review(state: &mut State, rulebook: &Rulebook) -> Option<TierChange> {
    let programme = rulebook.programme();
    let hold = state.tier.clone()?;
    let due = hold.review_at?;
    // The window that counts is the one that ends with the review, not the one that begins with it.
    let judged = Moment(due.0.saturating_sub(1));
    let reached = reached(state, judged, rulebook);
    let rank = index_of(programme, &hold.name);
    // nobody falls below the floor who has come so far
    let reached = reached.max(programme.floor.filter(|floor| rank >= Some(*floor)));
    if reached.is_some() && reached >= rank {
        let tier = reached.and_then(|index| programme.tiers.get(index));
        let next = tier.and_then(|tier| kept_until(tier, Since { at: due, judged }, rulebook));
        if reached > rank {
            return move_to(state, reached, Since { at: due, judged }, None, rulebook);
        }
        // A date that does not move on would be reviewed for ever.
        let next = next.filter(|next| *next > due);
        state.tier = Some(TierHold { review_at: next, in_grace: false, fallback_review_at: None, ..hold });
        return None;
    }
    if let (false, Some(grace)) = (hold.in_grace, programme.grace) {
        let next = rulebook.zone().plus(due, grace);
        if next > due {
            state.tier = Some(TierHold { review_at: Some(next), in_grace: true, ..hold });
            return None;
        }
    }
    let to = match (programme.downgrade, rank) {
        (Downgrade::OneStep, Some(rank)) => rank.checked_sub(1).max(reached),
        _ => reached,
    };
    move_to(state, to, Since { at: due, judged }, None, rulebook)
}

/// What a return needs to know to undo a rise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Undone<'a> {
    /// When the purchase happened.
    pub(crate) bought_at: Moment,
    /// The tier held before it: the floor.
    pub(crate) tier_before: Option<&'a str>,
    /// When the return is decided.
    pub(crate) at: Moment,
}

/// After a return: undoes a rise that the purchase had a part in and that no longer stands, neither by what counted
/// when it happened nor by what counts now. Never below the tier held before that purchase.
pub(crate) fn undo_rise(state: &mut State, undone: Undone<'_>, rulebook: &Rulebook) -> Option<TierChange> {
    let programme = rulebook.programme();
    let hold = state.tier.clone()?;
    let rank = index_of(programme, &hold.name)?;
    let floor = undone.tier_before.and_then(|name| index_of(programme, name)).or_else(|| base(programme));
    if Some(rank) <= floor || hold.since < undone.bought_at {
        return None;
    }
    if !is_remembered(state, rank, hold.since, undone.at, rulebook) {
        return None;
    }
    let then = reached(state, hold.since, rulebook);
    let now = reached(state, undone.at, rulebook);
    let stands = then.max(now);
    if stands >= Some(rank) {
        return None;
    }
    let to = stands.max(floor);
    let change = move_to(state, to, Since { at: undone.at, judged: undone.at }, None, rulebook);
    // A tier fallen back to, and not reached anew, keeps the review it had: buying and returning renews nothing.
    if let (true, Some(date), Some(hold)) = (stands < to, hold.fallback_review_at, state.tier.as_mut()) {
        hold.review_at = hold.review_at.map(|review_at| review_at.min(date));
    }
    change
}

/// True when every day of the window that once opened the tier is still remembered.
fn is_remembered(state: &State, rank: usize, since: Moment, at: Moment, rulebook: &Rulebook) -> bool {
    let from = rulebook.programme().tiers.get(rank).and_then(|tier| tier.from);
    let first = from.and_then(|from| windows::first_day(from.sum.window, since, rulebook.zone()));
    let enrolled = rulebook.zone().local(state.enrolled_at).day;
    first.is_none_or(|first| windows::kept_from(at, rulebook) <= first.max(enrolled))
}

/// Since when a tier is held, and the instant its window was judged at: at a review, the one before it.
#[derive(Debug, Clone, Copy)]
struct Since {
    at: Moment,
    judged: Moment,
}

/// When a tier held since then is reviewed. None: never.
fn kept_until(tier: &Tier, since: Since, rulebook: &Rulebook) -> Option<Moment> {
    let threshold = tier.from?;
    let zone = rulebook.zone();
    match (tier.keep, threshold.sum.window) {
        (Some(span), _) | (None, Window::Rolling(span)) => Some(zone.plus(since.at, span)),
        (None, Window::Calendar(period)) => Some(windows::end_of_next(period, since.judged, zone)),
        (None, Window::Lifetime) => None,
    }
}

fn move_to(
    state: &mut State,
    to: Option<usize>,
    since: Since,
    fallback_review_at: Option<Moment>,
    rulebook: &Rulebook,
) -> Option<TierChange> {
    let tier = to.and_then(|index| rulebook.programme().tiers.get(index));
    let from = state.tier.take().map(|hold| hold.name);
    state.tier = tier.map(|tier| TierHold {
        name: tier.name.clone(),
        since: since.at,
        review_at: kept_until(tier, since, rulebook).filter(|review_at| *review_at > since.at),
        in_grace: false,
        fallback_review_at,
    });
    let to = tier.map(|tier| tier.name.clone());
    (from != to).then_some(TierChange { from, to })
}
