//! Rewards: whether one can be had, what having it uses (its member limits, its places, the programme's stock), and the
//! voucher that says so.

use crate::decision::Draw;
use crate::entry::Issued;
use crate::history::counters::{self, members_counter, stock_counter};
use crate::ids::{EventId, VoucherId};
use crate::ledger::draft::Draft;
use crate::limits::VOUCHERS_MAX;
use crate::refusal::Refusal;
use crate::request::Snapshot;
use crate::rules::facts::facts;
use crate::state::{Hold, State, Voucher};
use dsl::event::{Event, Line};
use dsl::model::{LimitUnit, Reward, RewardKind, VoucherRefund};
use dsl::plan::{LimitOwner, LimitSlot, Rulebook};
use dsl::units::Moment;
use std::collections::BTreeMap;

/// The event kind of a redemption: no rule answers it, a reward's conditions may read its moment and basket.
const REDEMPTION: &str = "redemption";

/// What a reward is asked of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shelf<'a> {
    pub(crate) rulebook: &'a Rulebook,
    pub(crate) state: &'a State,
    pub(crate) snapshot: &'a Snapshot,
    /// What is drawn already in the decision at hand.
    pub(crate) draws: &'a [Draw],
    pub(crate) at: Moment,
    /// When it counts for limits.
    pub(crate) counts_at: Moment,
}

impl<'a> Shelf<'a> {
    /// What a decision asks of.
    pub(crate) fn of<'s>(draft: &'s Draft<'a>, snapshot: &'s Snapshot, at: Moment) -> Shelf<'s> {
        let counts_at = counters::counts_at(at, draft.at, draft.rulebook);
        let (rulebook, state) = (draft.rulebook, &draft.book.state);
        Shelf { rulebook, state, snapshot, draws: &draft.draws, at, counts_at }
    }

    /// What a programme-wide counter has used: what waits to be given back counts as given back.
    fn used(&self, counter: &str) -> i64 {
        let drawn = self.draws.iter().filter(|draw| draw.counter == counter).map(|draw| draw.amount);
        let used = self.snapshot.counters.get(counter).copied().unwrap_or(0);
        drawn.fold(used, i64::saturating_add)
    }

    /// Pieces left, of a reward with a stock.
    pub(crate) fn stock_left(&self, reward: &Reward) -> Option<i64> {
        reward.stock.map(|stock| stock.saturating_sub(self.used(&stock_counter(&reward.name))).max(0))
    }

    /// How many more members may have it, of a reward that only so many may have.
    pub(crate) fn places_left(&self, reward: &Reward) -> Option<i64> {
        reward.first_members.map(|most| most.saturating_sub(self.used(&members_counter(&reward.name))).max(0))
    }

    /// Why a reward cannot be had by anybody, or not by her any more: its dates, limits, places and stock, which bind a
    /// gift as well as a purchase.
    pub(crate) fn bounds(&self, index: usize, found: &Reward) -> Result<(), Refusal> {
        let reward = || found.name.clone();
        let day = self.rulebook.zone().local(self.at).day;
        let active = found.active;
        if active.from.is_some_and(|from| day < from) || active.until.is_some_and(|until| until < day) {
            return Err(Refusal::RewardInactive { reward: reward() });
        }
        for (slot, most) in slots(index, self.rulebook) {
            if counters::used(self.state, slot, self.counts_at, self.rulebook.zone()) >= most {
                return Err(Refusal::LimitReached { limit: slot.key.clone(), most });
            }
        }
        if let (Some(0), Some(most)) = (self.places_left(found), found.first_members)
            && counters::places(self.state, &found.name) == 0
        {
            return Err(Refusal::MembersReached { reward: reward(), most });
        }
        if self.stock_left(found) == Some(0) {
            return Err(Refusal::OutOfStock { reward: reward() });
        }
        Ok(())
    }

    /// The facts and the event that a reward's conditions are asked of.
    pub(crate) fn asked(&self, lines: &[Line]) -> (Event, dsl::facts::Facts) {
        let event = Event {
            kind: REDEMPTION.to_owned(),
            at: self.at,
            channel: None,
            store: None,
            lines: lines.to_vec(),
            fields: BTreeMap::new(),
        };
        (event, facts(self.state, self.snapshot, self.at, self.rulebook))
    }

    /// What it costs her: by her tier at this instant.
    pub(crate) fn cost(&self, found: &Reward) -> Result<i64, Refusal> {
        let tier = crate::history::tiers::in_force(self.state, self.rulebook.programme());
        found.cost(tier).ok_or_else(|| Refusal::RewardNotSold { reward: found.name.clone() })
    }

    /// What a reward costs her, if she can have it (whether she can pay is not asked).
    pub(crate) fn price(
        &self,
        index: usize,
        found: &Reward,
        lines: &[Line],
        choice: Option<&str>,
    ) -> Result<i64, Refusal> {
        let cost = self.cost(found)?;
        let (event, facts) = self.asked(lines);
        if let Some(condition) = self.rulebook.reward_unmet(index, &event, &facts) {
            return Err(Refusal::RewardUnmet { reward: found.name.clone(), condition });
        }
        self.bounds(index, found)?;
        if let Some(choice) = choice {
            self.pick(choice, &options(found, self.rulebook))?;
        }
        Ok(cost)
    }

    /// Whether one of the rewards of a choice can be picked: only its stock counts.
    pub(crate) fn pick(&self, choice: &str, options: &[String]) -> Result<(), Refusal> {
        if !options.iter().any(|option| option == choice) {
            return Err(Refusal::ChoiceUnknown { choice: choice.to_owned(), options: options.to_vec() });
        }
        let found = self.rulebook.programme().rewards.iter().find(|reward| reward.name == choice);
        if found.is_some_and(|found| self.stock_left(found) == Some(0)) {
            return Err(Refusal::OutOfStock { reward: choice.to_owned() });
        }
        Ok(())
    }
}

/// A reward by its name, with its index.
pub(crate) fn find<'a>(name: &str, rulebook: &'a Rulebook) -> Result<(usize, &'a Reward), Refusal> {
    let mut rewards = rulebook.programme().rewards.iter().enumerate();
    let found = rewards.find(|(_, reward)| reward.name == name);
    found.ok_or_else(|| Refusal::RewardUnknown { reward: name.to_owned() })
}

/// The rewards that a choice is among; none of what is no choice.
pub(crate) fn options(reward: &Reward, rulebook: &Rulebook) -> Vec<String> {
    let RewardKind::OneOf(options) = &reward.gives else { return Vec::new() };
    let rewards = &rulebook.programme().rewards;
    options.iter().filter_map(|index| rewards.get(*index)).map(|reward| reward.name.clone()).collect()
}

/// Uses a reward once: its limits, its place, its stock. True when it took a piece of the stock.
pub(crate) fn take(draft: &mut Draft<'_>, reward: &Reward, at: Moment) -> bool {
    let rulebook = draft.rulebook;
    count(&mut draft.book.state, &reward.name, at, 1, rulebook);
    if let Some(most) = reward.first_members {
        if counters::places(&draft.book.state, &reward.name) == 0 {
            let counter = members_counter(&reward.name);
            draft.draws.push(Draw { counter, amount: 1, most: Some(most) });
        }
        counters::add_place(&mut draft.book.state, &reward.name, 1);
    }
    take_stock(draft, reward)
}

fn take_stock(draft: &mut Draft<'_>, reward: &Reward) -> bool {
    let Some(stock) = reward.stock else { return false };
    draft.draws.push(Draw { counter: stock_counter(&reward.name), amount: 1, most: Some(stock) });
    true
}

/// Takes a piece of what was picked. True when it has a stock.
pub(crate) fn take_choice(draft: &mut Draft<'_>, choice: &str) -> bool {
    let rewards = &draft.rulebook.programme().rewards;
    rewards.iter().find(|reward| reward.name == choice).is_some_and(|reward| take_stock(draft, reward))
}

/// One use of a reward that is not had any more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Use<'a> {
    pub(crate) reward: &'a str,
    /// The instant its limits counted it at.
    pub(crate) at: Moment,
    /// Whether it took a piece of the stock.
    pub(crate) stocked: bool,
    /// What was picked, if that took a piece of its own stock.
    pub(crate) choice: Option<&'a str>,
}

impl<'a> Use<'a> {
    /// What a hold used, if it was for a reward.
    pub(crate) fn of_hold(hold: &'a Hold) -> Option<Self> {
        let reward = hold.reward.as_deref()?;
        Some(Self { reward, at: hold.occurred_at, stocked: hold.stocked, choice: None })
    }

    /// What a voucher used.
    pub(crate) fn of(voucher: &'a Voucher) -> Self {
        Self {
            reward: &voucher.reward,
            at: voucher.occurred_at,
            stocked: voucher.stocked,
            choice: voucher.choice.as_deref().filter(|_| voucher.choice_stocked),
        }
    }
}

/// Gives one use back: its times, its place, its piece.
pub(crate) fn give_back(state: &mut State, used: Use<'_>, rulebook: &Rulebook) -> Vec<Draw> {
    let one = |counter: String| Draw { counter, amount: -1, most: None };
    let mut draws = Vec::new();
    count(state, used.reward, used.at, -1, rulebook);
    if counters::places(state, used.reward) > 0 {
        counters::add_place(state, used.reward, -1);
        if counters::places(state, used.reward) == 0 {
            draws.push(one(members_counter(used.reward)));
        }
    }
    if used.stocked {
        draws.push(one(stock_counter(used.reward)));
    }
    draws.extend(used.choice.map(|choice| one(stock_counter(choice))));
    draws
}

/// Where a voucher comes from.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// The instant its reward's limits count it at.
    pub(crate) occurred_at: Moment,
    pub(crate) redemption: Option<EventId>,
    pub(crate) choice: Option<String>,
    /// Whether it took a piece of the stock.
    pub(crate) stocked: bool,
}

/// Whether one more voucher may be open.
pub(crate) fn room(state: &State) -> Result<(), Refusal> {
    if state.vouchers.len() < VOUCHERS_MAX {
        return Ok(());
    }
    Err(Refusal::TooMuchOpen { of: "vouchers".to_owned(), most: VOUCHERS_MAX })
}

/// Issues the voucher of a reward that was taken.
pub(crate) fn issue(draft: &mut Draft<'_>, reward: &Reward, origin: Origin) -> Result<Issued, Refusal> {
    let index = u8::try_from(draft.issued.len())
        .map_err(|_| Refusal::Broken { invariant: "an event issues at most 256 vouchers".to_owned() })?;
    let id = VoucherId(draft.seq, index);
    let expires_at = reward.valid.map(|span| draft.rulebook.zone().plus(draft.at, span));
    let keeps = reward.refund == VoucherRefund::Keep;
    let choice_stocked = origin.choice.as_deref().is_some_and(|choice| take_choice(draft, choice));
    let options = if origin.choice.is_none() { options(reward, draft.rulebook) } else { Vec::new() };
    draft.book.state.vouchers.push(Voucher {
        id,
        reward: reward.name.clone(),
        occurred_at: origin.occurred_at,
        expires_at,
        reserved_until: None,
        redemption: origin.redemption,
        choice: origin.choice.clone(),
        options,
        stocked: origin.stocked,
        choice_stocked,
        keeps,
    });
    draft.issued.push(id);
    Ok(Issued { reward: reward.name.clone(), expires_at, choice: origin.choice, keeps })
}

/// Grants a reward that a rule gives, or says why it cannot be had.
pub(crate) fn grant(
    draft: &mut Draft<'_>,
    snapshot: &Snapshot,
    index: usize,
    at: Moment,
) -> Result<Issued, Refusal> {
    let found = draft.rulebook.programme().rewards.get(index);
    let reward = found.ok_or_else(|| Refusal::Broken { invariant: "a rule gives a reward".to_owned() })?;
    Shelf::of(draft, snapshot, at).bounds(index, reward)?;
    room(&draft.book.state)?;
    let stocked = take(draft, reward, counters::counts_at(at, draft.at, draft.rulebook));
    issue(draft, reward, Origin { occurred_at: at, redemption: None, choice: None, stocked })
}

/// Takes an open voucher out of the state.
pub(crate) fn close(state: &mut State, is: impl Fn(&Voucher) -> bool) -> Option<Voucher> {
    let place = state.vouchers.iter().position(is)?;
    Some(state.vouchers.remove(place))
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
