//! Redemptions: taken at once or held, captured, released, cancelled, and given back by returns of what they paid.

use super::lots::{points, split};
use super::{Context, Fold, history};
use crate::checks::Invariant;
use domain::entry::{Account, Allocation, Change, Entry};
use domain::ids::EventId;
use domain::state::Hold;
use dsl::model::LimitUnit;
use dsl::plan::LimitOwner;
use dsl::units::Moment;

/// A redemption as the entries told it.
#[derive(Debug)]
pub(super) struct Redemption {
    pub(super) seq: u64,
    occurred_at: Moment,
    reward: Option<String>,
    /// What was redeemed for good, in the order it was taken.
    redeemed: Vec<Allocation>,
    /// Points of it that came back through returns.
    pub(super) back: i64,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Held,
    Captured,
    Closed,
}

impl Redemption {
    /// What was redeemed and has not come back, and may.
    pub(super) fn left(&self, closed_up_to: u64) -> i64 {
        if self.stage != Stage::Captured || self.seq <= closed_up_to {
            return 0;
        }
        self.redeemed_points().saturating_sub(self.back).max(0)
    }

    pub(super) fn redeemed_points(&self) -> i64 {
        points(&self.redeemed)
    }

    /// The next so many points to come back: what was taken last comes back first.
    pub(super) fn next_back(&self, more: i64) -> Vec<Allocation> {
        let spent = self.redeemed_points().saturating_sub(self.back);
        let (still_spent, _) = split(&self.redeemed, spent);
        split(&still_spent, spent.saturating_sub(more)).1
    }
}

impl Fold {
    pub(super) fn held(
        &mut self,
        entry: &Entry,
        asked: i64,
        reward: Option<&String>,
        until: Moment,
        taken: &[Allocation],
        cx: &mut Context<'_>,
    ) {
        self.begin(entry, asked, reward, taken, Account::Held, cx);
        let Some(id) = parent(entry) else { return };
        let hold = Hold {
            id,
            occurred_at: entry.occurred_at,
            until,
            reward: reward.cloned(),
            taken: taken.to_vec(),
        };
        self.state.holds.push(hold);
        self.state.holds.sort_by(|a, b| a.id.cmp(&b.id));
    }

    pub(super) fn redeemed(
        &mut self,
        entry: &Entry,
        asked: i64,
        reward: Option<&String>,
        taken: &[Allocation],
        cx: &mut Context<'_>,
    ) {
        self.begin(entry, asked, reward, taken, Account::Redeemed, cx);
    }

    fn begin(
        &mut self,
        entry: &Entry,
        asked: i64,
        reward: Option<&String>,
        taken: &[Allocation],
        to: Account,
        cx: &mut Context<'_>,
    ) {
        cx.checks.expect(Invariant::NotNegative, self.state.debt_points == 0, || {
            "redeemed while points were owed".to_owned()
        });
        cx.checks.equal(Invariant::SpendOrder, "points taken", &points(taken), &asked);
        self.take(taken, entry.at, to, cx);
        let Some(name) = reward else { return };
        let found = cx.rulebook.programme().rewards.iter().find(|reward| reward.name == *name);
        let price = found.is_some_and(|reward| reward.costs_points == asked);
        cx.checks.expect(Invariant::Award, price, || format!("reward `{name}` does not cost {asked}"));
        self.count_reward(name, entry.occurred_at, 1, cx);
        if let Some(stock) = found.and_then(|reward| reward.stock) {
            cx.counters.drawn(cx.tenant, &format!("stock:{name}"), 1, Some(stock));
        }
    }

    pub(super) fn captured(
        &mut self,
        entry: &Entry,
        redemption: &EventId,
        asked: i64,
        taken: &[Allocation],
        released: &[Allocation],
        cx: &mut Context<'_>,
    ) {
        let Some(hold) = self.close_hold(redemption, cx) else { return };
        let (own, rest) = split(&hold.taken, asked);
        cx.checks.equal(Invariant::Holds, "what was captured", &taken.to_vec(), &own);
        cx.checks.equal(Invariant::Holds, "points captured", &asked, &points(taken));
        cx.checks.equal(Invariant::Holds, "what was released", &released.to_vec(), &rest);
        self.shift(Account::Held, Account::Redeemed, points(&own));
        self.give_back(&rest, Account::Held, entry.at);
    }

    pub(super) fn released(
        &mut self,
        entry: &Entry,
        redemption: &EventId,
        released: &[Allocation],
        cx: &mut Context<'_>,
    ) {
        let Some(hold) = self.close_hold(redemption, cx) else { return };
        cx.checks.equal(Invariant::Holds, "what was released", &released.to_vec(), &hold.taken);
        self.give_back(&hold.taken, Account::Held, entry.at);
        self.reward_back(hold.reward.as_deref(), hold.occurred_at, cx);
    }

    pub(super) fn cancelled(
        &mut self,
        entry: &Entry,
        redemption: &EventId,
        restored: &[Allocation],
        cx: &mut Context<'_>,
    ) {
        let Some(story) = self.redemptions.get(redemption) else {
            cx.checks.expect(Invariant::Restored, false, || format!("{redemption} was never redeemed"));
            return;
        };
        let left = story.left(self.state.restorable_after_seq);
        let own = story.next_back(left);
        let open =
            story.stage == Stage::Captured && (left > 0 || (story.redeemed.is_empty() && story.back == 0));
        cx.checks
            .expect(Invariant::Restored, open, || format!("{redemption} was not to be cancelled: {story:?}"));
        cx.checks.equal(Invariant::Restored, "what came back", &restored.to_vec(), &own);
        let (reward, occurred_at) = (story.reward.clone(), story.occurred_at);
        self.give_back(&own, Account::Redeemed, entry.at);
        self.reward_back(reward.as_deref(), occurred_at, cx);
    }

    fn close_hold(&mut self, redemption: &EventId, cx: &mut Context<'_>) -> Option<Hold> {
        let place = self.state.holds.iter().position(|hold| hold.id == *redemption);
        cx.checks.expect(Invariant::Holds, place.is_some(), || format!("{redemption} is not held"));
        place.map(|place| self.state.holds.remove(place))
    }

    /// One use of a reward came back: the member's limits and the programme's stock.
    pub(super) fn reward_back(&mut self, reward: Option<&str>, occurred_at: Moment, cx: &mut Context<'_>) {
        let Some(name) = reward else { return };
        self.count_reward(name, occurred_at, -1, cx);
        let found = cx.rulebook.programme().rewards.iter().find(|reward| reward.name == name);
        if let Some(stock) = found.and_then(|reward| reward.stock) {
            cx.counters.drawn(cx.tenant, &format!("stock:{name}"), -1, Some(stock));
        }
    }

    fn count_reward(&mut self, name: &str, at: Moment, times: i64, cx: &mut Context<'_>) {
        let rewards = &cx.rulebook.programme().rewards;
        let Some(index) = rewards.iter().position(|reward| reward.name == name) else { return };
        for slot in cx.rulebook.limits() {
            if slot.owner == LimitOwner::Reward(index) && matches!(slot.most, LimitUnit::Times(_)) {
                history::use_slot(&mut self.state, slot, times, at, cx.rulebook);
            }
        }
    }

    /// Keeps what later entries refer to.
    pub(super) fn keep_redemption(&mut self, entry: &Entry) {
        let (begun, redeemed, reward) = match &entry.change {
            Change::Held { reward, .. } => (Stage::Held, Vec::new(), reward),
            Change::Redeemed { taken, reward, .. } => (Stage::Captured, taken.clone(), reward),
            Change::Captured { redemption, taken, .. } => {
                if let Some(story) = self.redemptions.get_mut(redemption) {
                    story.redeemed.clone_from(taken);
                    story.stage = Stage::Captured;
                }
                return;
            }
            Change::Released { redemption, .. } | Change::Cancelled { redemption, .. } => {
                if let Some(story) = self.redemptions.get_mut(redemption) {
                    story.stage = Stage::Closed;
                }
                return;
            }
            _ => return,
        };
        let Some(id) = parent(entry) else { return };
        let story = Redemption {
            seq: entry.seq,
            occurred_at: entry.occurred_at,
            reward: reward.clone(),
            redeemed,
            back: 0,
            stage: begun,
        };
        self.redemptions.insert(id, story);
    }
}

/// The id in `d#R1#`.
fn parent(entry: &Entry) -> Option<EventId> {
    entry.reference.as_str().split('#').nth(1).and_then(EventId::parse)
}
