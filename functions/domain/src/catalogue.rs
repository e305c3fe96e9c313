//! The catalogue: every reward of the programme, what it costs a member, whether she can have it now, and why not.
//!
//! What it never does: promise. What is shown was true when it was read; the redemption decides.

use crate::history::counters;
use crate::refusal::Refusal;
use crate::request::Snapshot;
use crate::rules::rewards::Shelf;
use crate::state::State;
use crate::sweep::settle;
use dsl::model::Reward;
use dsl::plan::Rulebook;
use dsl::units::Moment;

/// A reward as it stands in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer<'a> {
    /// The reward.
    pub reward: &'a Reward,
    /// What it costs her (or anybody, where no member asks); none where it cannot be bought.
    pub costs_points: Option<i64>,
    /// Why she cannot have it now; none when she can.
    pub why_not: Option<Refusal>,
    /// True when it also asks for a basket, which nobody has shown.
    pub asks_basket: bool,
    /// Pieces left, of a reward with a stock.
    pub stock_left: Option<i64>,
    /// How many more members may have it, of a reward that only so many may have.
    pub places_left: Option<i64>,
}

/// The catalogue for a member at an instant, or for nobody in particular.
pub fn catalogue<'a>(snapshot: &Snapshot, at: Moment, rulebook: &'a Rulebook) -> Vec<Offer<'a>> {
    let member = snapshot.head.as_ref().map(|head| settle(&head.state, at, rulebook).0);
    let nobody = State::default();
    let state = member.as_ref().unwrap_or(&nobody);
    let shelf = Shelf { rulebook, state, snapshot, draws: &[], at, counts_at: at };
    let rewards = rulebook.programme().rewards.iter().enumerate();
    rewards
        .map(|(index, reward)| {
            let (event, facts) = shelf.asked(&[]);
            let (asks_basket, unmet) = rulebook.reward_unmet_without_basket(index, &event, &facts);
            let cost = if member.is_some() { shelf.cost(reward).ok() } else { reward.costs_points };
            let why_not = || {
                let cost = shelf.cost(reward)?;
                if let Some(condition) = unmet {
                    return Err(Refusal::RewardUnmet { reward: reward.name.clone(), condition });
                }
                shelf.bounds(index, reward)?;
                payable(state, cost)
            };
            let anonymous = || match cost {
                None => Err(Refusal::RewardNotSold { reward: reward.name.clone() }),
                Some(_) => shelf.bounds(index, reward),
            };
            Offer {
                reward,
                costs_points: cost,
                why_not: if member.is_some() { why_not().err() } else { anonymous().err() },
                asks_basket,
                stock_left: shelf.stock_left(reward),
                places_left: shelf.places_left(reward),
            }
        })
        .collect()
}

/// Programme-wide counters to load before.
pub fn needed_counters(rulebook: &Rulebook) -> Vec<String> {
    rulebook.programme().rewards.iter().flat_map(counters::of_reward).collect()
}

/// Whether a member can pay so much.
fn payable(state: &State, cost: i64) -> Result<(), Refusal> {
    if state.standing.erased {
        return Err(Refusal::MemberErased);
    }
    if state.standing.spending_frozen {
        return Err(Refusal::SpendingFrozen);
    }
    if state.debt_points > 0 {
        return Err(Refusal::InDebt { debt: state.debt_points });
    }
    if state.active_points < cost {
        return Err(Refusal::InsufficientPoints { asked: cost, active: state.active_points });
    }
    Ok(())
}
