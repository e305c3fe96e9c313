//! Rewards: whether one can be had, and what having it uses (its member limits, the programme's stock).

use crate::decision::Draw;
use crate::history::counters;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::{Redeem, Snapshot};
use crate::rules::facts::facts;
use crate::state::State;
use dsl::event::Event;
use dsl::model::{LimitUnit, Reward};
use dsl::plan::{LimitOwner, LimitSlot, Rulebook};
use dsl::units::Moment;
use std::collections::BTreeMap;

/// The event kind of a redemption: no rule answers it, a reward's conditions may read its moment and basket.
const REDEMPTION: &str = "redemption";

/// Finds a reward by name and says why it cannot be had, if it cannot.
pub(crate) fn available<'a>(
    name: &str,
    draft: &Draft<'a>,
    snapshot: &Snapshot,
    request: &Redeem,
) -> Result<&'a Reward, Refusal> {
    let (rulebook, state) = (draft.rulebook, &draft.book.state);
    let reward = || name.to_owned();
    let rewards = &rulebook.programme().rewards;
    let (index, found) = rewards
        .iter()
        .enumerate()
        .find(|(_, reward)| reward.name == name)
        .ok_or_else(|| Refusal::RewardUnknown { reward: reward() })?;
    let at = request.stamp.occurred_at;
    let day = rulebook.zone().local(at).day;
    let active = found.active;
    if active.from.is_some_and(|from| day < from) || active.until.is_some_and(|until| until < day) {
        return Err(Refusal::RewardInactive { reward: reward() });
    }
    let event = Event {
        kind: REDEMPTION.to_owned(),
        at,
        channel: None,
        store: None,
        lines: request.lines.clone(),
        fields: BTreeMap::new(),
    };
    if let Some(condition) = rulebook.reward_unmet(index, &event, &facts(state, snapshot, at, rulebook)) {
        return Err(Refusal::RewardUnmet { reward: reward(), condition });
    }
    for (slot, most) in slots(index, rulebook) {
        if counters::used(state, slot, at, rulebook.zone()) >= most {
            return Err(Refusal::LimitReached { limit: slot.key.clone(), most });
        }
    }
    let counter = counters::stock_counter(name);
    // A hold of hers that timed out just now has given its piece back.
    let stock_used =
        snapshot.counters.get(&counter).copied().unwrap_or(0).saturating_add(draft.drawn(&counter));
    if found.stock.is_some_and(|stock| stock_used >= stock) {
        return Err(Refusal::OutOfStock { reward: reward() });
    }
    Ok(found)
}

/// Uses the reward once: its limits, and its stock.
pub(crate) fn take(state: &mut State, reward: &Reward, at: Moment, rulebook: &Rulebook) -> Option<Draw> {
    count(state, &reward.name, at, 1, rulebook);
    reward.stock.map(|stock| Draw {
        counter: counters::stock_counter(&reward.name),
        amount: 1,
        most: Some(stock),
    })
}

/// Gives one use back: the redemption of `at` was released, timed out or cancelled.
pub(crate) fn give_back(
    state: &mut State,
    reward: Option<&str>,
    at: Moment,
    rulebook: &Rulebook,
) -> Option<Draw> {
    let name = reward?;
    count(state, name, at, -1, rulebook);
    let reward = rulebook.programme().rewards.iter().find(|reward| reward.name == name)?;
    reward.stock.map(|_| Draw { counter: counters::stock_counter(name), amount: -1, most: None })
}

fn count(state: &mut State, name: &str, at: Moment, times: i64, rulebook: &Rulebook) {
    if let Some(index) = rulebook.programme().rewards.iter().position(|reward| reward.name == name) {
        for (slot, _) in slots(index, rulebook) {
            counters::add(state, slot, at, times, rulebook.zone());
        }
    }
}

/// The limits of a reward with their counters: in times, per member.
fn slots(reward: usize, rulebook: &Rulebook) -> impl Iterator<Item = (&LimitSlot, i64)> {
    rulebook.limits().iter().filter_map(move |slot| match slot.most {
        LimitUnit::Times(most) if slot.owner == LimitOwner::Reward(reward) => Some((slot, most)),
        _ => None,
    })
}
