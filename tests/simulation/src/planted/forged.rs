//! Plants of the domain: the entry and its state as a wrong decision would have sealed them, hash and all, so that only
//! what they mean gives them away.

use super::Plant;
use crate::wire::newer::seal;
use crate::wire::serve::hash_before;
use domain::chain;
use domain::entry::{Account, Change, Entry, LotId};
use domain::state::{Lot, State};
use dynoxide::Database;
use serde_json::Value;

const DAY_MS: i64 = 86_400_000;

/// Seals an entry anew, as the wrong code would have.
pub(super) fn forge(plant: Plant, database: &Database, item: &mut Value) {
    let (Some(text), Some(bytes)) = (item["e"]["S"].as_str(), item["s"]["B"].as_str()) else { return };
    let Ok(mut entry) = chain::entry_from_text(text) else { return };
    let state = aws_smithy_types::base64::decode(bytes).ok();
    let Some(mut state) = state.and_then(|bytes| chain::state_from_bytes(&bytes).ok()) else { return };
    if !wrong(plant, &mut entry, &mut state) {
        return;
    }
    let previous = if plant == Plant::ChainBroken { [0; 32] } else { hash_before(database, item) };
    seal(item, &chain::entry_to_text(&entry), Some(chain::state_to_bytes(&state)), previous);
}

/// Makes it wrong; false where there is nothing to make wrong.
fn wrong(plant: Plant, entry: &mut Entry, state: &mut State) -> bool {
    match plant {
        Plant::AwardTooHigh => award_too_high(entry, state),
        Plant::ClawbackShort => clawback_short(entry, state),
        Plant::ExpiryForgotten => {
            let Change::Purchased { award, .. } = &mut entry.change else { return false };
            for lot in &mut award.lots {
                lot.expires_at = None;
            }
            for lot in state.lots.iter_mut().filter(|lot| lot.id.0 == entry.seq) {
                lot.expires_at = None;
            }
            true
        }
        Plant::NewestLotFirst => newest_first(entry, state),
        Plant::DebtForgotten => {
            let Change::Returned(returned) = &mut entry.change else { return false };
            let owed = std::mem::take(&mut returned.owed);
            returned.forgiven += owed;
            returned.clawed -= owed;
            state.debt_points -= owed;
            post(entry, Account::Debt, owed);
            post(entry, Account::Clawed, -owed);
            owed > 0
        }
        Plant::TierTooHigh => {
            let Some(tier) = &mut state.tier else { return false };
            let top = if ["reader", "scholar"].contains(&tier.name.as_str()) { "scholar" } else { "insider" };
            let wrong = tier.name != top;
            top.clone_into(&mut tier.name);
            wrong
        }
        Plant::LiftForEver => {
            let lifts = state.lifts.iter_mut().filter(|lift| lift.seq == entry.seq);
            lifts.map(|lift| lift.until.0 += 365 * DAY_MS).count() > 0
        }
        Plant::RankOfTheNext => {
            let Change::Scheduled { place: Some(place), .. } = &mut entry.change else { return false };
            place.rank += 1;
            true
        }
        Plant::HouseholdUntold => {
            let Change::Purchased { award, .. } = &mut entry.change else { return false };
            !std::mem::take(&mut award.household).is_empty()
        }
        Plant::ChainBroken => entry.seq > 1,
        Plant::TimeRunsBack => {
            entry.at.0 -= DAY_MS;
            entry.seq > 1
        }
        Plant::HoldForgotten => {
            let Change::Held { points, taken, .. } = &entry.change else { return false };
            for allocation in taken {
                give(state, allocation.lot, allocation.points, |lot| {
                    (lot.earned_at, lot.expires_at, lot.slides) =
                        (allocation.earned_at, allocation.expires_at, allocation.slides);
                });
            }
            state.active_points += points;
            true
        }
        _ => false,
    }
}

/// One point more, wherever it counts: only the rules themselves say that it is too many.
fn award_too_high(entry: &mut Entry, state: &mut State) -> bool {
    let Change::Purchased { bought, award, welcome: None, .. } = &mut entry.change else { return false };
    let (Some((_, of_rule)), Some(opened)) = (award.rules.first_mut(), award.lots.first_mut()) else {
        return false;
    };
    let own = state.lots.iter_mut().find(|lot| lot.id == LotId(entry.seq, 0));
    let day = state.days.iter_mut().find(|sum| sum.day == bought.day);
    let (Some(lot), Some(day)) = (own, day) else { return false };
    *of_rule += 1;
    opened.points += 1;
    opened.line_points.iter_mut().take(1).for_each(|points| *points += 1);
    award.points += 1;
    lot.remaining += 1;
    day.sums.earned_points += 1;
    state.lifetime.earned_points += 1;
    for (key, drawn) in award.limits.iter_mut().filter(|(key, _)| key.contains("/points/")) {
        *drawn += 1;
        state.counters.iter_mut().filter(|own| own.key == *key).for_each(|own| own.used += 1);
    }
    let account = if lot.activates_at.is_some() {
        state.pending_points += 1;
        Account::Pending
    } else {
        state.active_points += 1;
        Account::Active
    };
    post(entry, Account::Issuer, -1);
    post(entry, account, 1);
    true
}

/// One point less of the first lot that was clawed and is open still.
fn clawback_short(entry: &mut Entry, state: &mut State) -> bool {
    let Change::Returned(returned) = &mut entry.change else { return false };
    let open = |id: LotId| state.lots.iter().position(|lot| lot.id == id);
    let Some((taken, place)) = returned
        .taken
        .iter_mut()
        .find_map(|taken| Some((open(taken.lot).filter(|_| taken.points > 1)?, taken)))
        .map(|(place, taken)| (taken, place))
    else {
        return false;
    };
    let Some(own) = returned.clawed_by_lot.iter_mut().find(|points| **points > 0) else { return false };
    taken.points -= 1;
    *own -= 1;
    returned.clawed -= 1;
    let Some(lot) = state.lots.get_mut(place) else { return false };
    lot.remaining += 1;
    let account = if lot.activates_at.is_some() {
        state.pending_points += 1;
        Account::Pending
    } else {
        state.active_points += 1;
        Account::Active
    };
    post(entry, account, 1);
    post(entry, Account::Clawed, -1);
    true
}

/// What was taken from one lot is taken from the last in spend order instead.
fn newest_first(entry: &mut Entry, state: &mut State) -> bool {
    let Change::Redeemed { taken, .. } = &mut entry.change else { return false };
    let [only] = taken.as_mut_slice() else { return false };
    let Some(last) = state
        .lots
        .iter_mut()
        .rfind(|lot| lot.activates_at.is_none() && lot.id != only.lot && lot.remaining > only.points)
    else {
        return false;
    };
    last.remaining -= only.points;
    let (id, earned_at, expires_at, slides) = (last.id, last.earned_at, last.expires_at, last.slides);
    let before = *only;
    (only.lot, only.earned_at, only.expires_at, only.slides) = (id, earned_at, expires_at, slides);
    give(state, before.lot, before.points, |lot| {
        (lot.earned_at, lot.expires_at, lot.slides) = (before.earned_at, before.expires_at, before.slides);
    });
    true
}

/// Puts points into a lot, opened again where it was closed.
fn give(state: &mut State, id: LotId, points: i64, reopen: impl Fn(&mut Lot)) {
    if let Some(lot) = state.lots.iter_mut().find(|lot| lot.id == id) {
        lot.remaining += points;
        return;
    }
    let mut lot = Lot {
        id,
        remaining: points,
        earned_at: dsl::units::Moment(0),
        activates_at: None,
        expires_at: None,
        slides: None,
    };
    reopen(&mut lot);
    state.lots.push(lot);
    state.lots.sort_by_key(|lot| {
        (lot.expires_at.is_none(), lot.expires_at.unwrap_or_default(), lot.earned_at, lot.id)
    });
}

/// Moves a posting, which there may not be yet, or no longer.
fn post(entry: &mut Entry, account: Account, points: i64) {
    match entry.postings.iter_mut().find(|posting| posting.0 == account) {
        Some(posting) => posting.1 += points,
        None => entry.postings.push(domain::entry::Posting(account, points)),
    }
    entry.postings.retain(|posting| posting.1 != 0);
    entry.postings.sort_by_key(|posting| posting.0);
}
