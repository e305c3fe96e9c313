//! Points are redeemed, at once or under a hold.

use crate::decision::Decision;
use crate::entry::Change;
use crate::history::counters;
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::{Redeem, Redeemable, Snapshot};
use crate::rules::rewards::{self, Origin, Shelf};
use crate::state::Hold;
use dsl::model::Reward;
use dsl::plan::Rulebook;
use dsl::units::Moment;

/// How many holds a member may have open.
pub const HOLDS_MAX: usize = 32;

/// Takes points in spend order, or refuses; a refusal that depends on state is a decision too.
pub fn redeem(snapshot: &Snapshot, request: &Redeem, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let stamp = &request.stamp;
    let mut draft = Draft::open(snapshot, stamp.now, rulebook)?;
    draft.after_enrolment(stamp.occurred_at)?;
    let reference = Reference::redemption(&request.id);
    if draft.book.state.standing.spending_frozen {
        return draft.refuse(stamp, reference, Refusal::SpendingFrozen);
    }
    let (points, wanted) = match price(&draft, snapshot, request) {
        Ok(price) => price,
        Err(refusal) => return draft.refuse(stamp, reference, refusal),
    };
    let stocked = wanted.is_some_and(|reward| rewards::take(&mut draft, reward, stamp.occurred_at));
    let reward = wanted.map(|reward| reward.name.clone());
    let Some(until) = request.hold_until else {
        let taken = draft.book.redeem(points, draft.at);
        let origin = Origin {
            occurred_at: stamp.occurred_at,
            redemption: Some(request.id.clone()),
            choice: request.choice.clone(),
            stocked,
        };
        let voucher = wanted.map(|reward| rewards::issue(&mut draft, reward, origin)).transpose()?;
        return draft.seal(stamp, reference, Change::Redeemed { points, reward, taken, voucher });
    };
    if draft.book.state.holds.len() >= HOLDS_MAX {
        return Err(Refusal::TooMuchOpen { of: "holds".to_owned(), most: HOLDS_MAX });
    }
    // It lasts as long as was asked for from the moment the ledger dates it, which another function's clock may have
    // put ahead of ours: a hold is never over when it is made.
    let ahead = draft.at.0.saturating_sub(stamp.now.0);
    let until = Moment(until.0.saturating_add(ahead));
    let taken = draft.book.reserve(points, draft.at);
    let hold = Hold {
        id: request.id.clone(),
        occurred_at: stamp.occurred_at,
        until,
        reward: reward.clone(),
        taken: taken.clone(),
        stocked,
    };
    let holds = &mut draft.book.state.holds;
    holds.insert(holds.partition_point(|other| other.id < hold.id), hold);
    draft.seal(stamp, reference, Change::Held { points, reward, until, taken })
}

/// Programme-wide counters to load before deciding.
pub fn needed_counters(what: &Redeemable, rulebook: &Rulebook) -> Vec<String> {
    let Redeemable::Reward(name) = what else { return Vec::new() };
    let Ok((_, reward)) = rewards::find(name, rulebook) else { return Vec::new() };
    let mut needed: Vec<String> = counters::of_reward(reward).collect();
    needed.extend(rewards::options(reward, rulebook).iter().filter_map(|option| stock_of(option, rulebook)));
    needed
}

/// The counter of a reward's stock, if it has one.
pub(crate) fn stock_of(name: &str, rulebook: &Rulebook) -> Option<String> {
    let (_, reward) = rewards::find(name, rulebook).ok()?;
    reward.stock.map(|_| counters::stock_counter(name))
}

/// What it costs, of which reward, if it can be had and paid.
fn price<'a>(
    draft: &Draft<'a>,
    snapshot: &Snapshot,
    request: &Redeem,
) -> Result<(i64, Option<&'a Reward>), Refusal> {
    let state = &draft.book.state;
    let (points, reward) = match &request.what {
        Redeemable::Points(points) if *points < 1 => {
            return Err(Refusal::Broken { invariant: "a redemption takes at least 1 point".to_owned() });
        }
        Redeemable::Points(points) => (*points, None),
        Redeemable::Reward(name) => {
            let (index, reward) = rewards::find(name, draft.rulebook)?;
            let shelf = Shelf::of(draft, snapshot, request.stamp.occurred_at);
            let cost = shelf.price(index, reward, &request.lines, request.choice.as_deref())?;
            rewards::room(state)?;
            (cost, Some(reward))
        }
    };
    if state.debt_points > 0 {
        return Err(Refusal::InDebt { debt: state.debt_points });
    }
    if state.active_points < points {
        return Err(Refusal::InsufficientPoints { asked: points, active: state.active_points });
    }
    Ok((points, reward))
}
