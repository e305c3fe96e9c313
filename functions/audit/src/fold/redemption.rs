//! Redemptions: taken at once or held, captured, released, cancelled, and given back by returns of what they paid.

use super::lots::{points, split};
use super::vouchers::is_stocked;
use super::{Context, Fold, tiers};
use crate::checks::Invariant;
use domain::entry::{Account, Allocation, Change, Entry};
use domain::ids::EventId;
use domain::state::Hold;
use dsl::units::Moment;

/// A redemption as the entries told it.
#[derive(Debug)]
pub(super) struct Redemption {
    pub(super) seq: u64,
    reward: Option<String>,
    /// What was redeemed for good, in the order it was taken.
    redeemed: Vec<Allocation>,
    /// Points of it that came back through returns.
    pub(super) back: i64,
    pub(super) stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
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
            stocked: reward.is_some_and(|name| is_stocked(name, cx)),
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
        let tier = tiers::in_force(&self.state, cx.rulebook.programme());
        let price = found.is_some_and(|reward| reward.cost(tier) == Some(asked));
        cx.checks.expect(Invariant::Award, price, || format!("reward `{name}` does not cost {asked}"));
        self.take_reward(name, entry.occurred_at, cx);
    }

    pub(super) fn captured(
        &mut self,
        entry: &Entry,
        redemption: &EventId,
        asked: i64,
        taken: &[Allocation],
        released: &[Allocation],
        cx: &mut Context<'_>,
    ) -> Option<Hold> {
        let hold = self.close_hold(redemption, cx)?;
        let (own, rest) = split(&hold.taken, asked);
        cx.checks.equal(Invariant::Holds, "what was captured", &taken.to_vec(), &own);
        cx.checks.equal(Invariant::Holds, "points captured", &asked, &points(taken));
        cx.checks.equal(Invariant::Holds, "what was released", &released.to_vec(), &rest);
        self.shift(Account::Held, Account::Redeemed, points(&own));
        self.give_back(&rest, Account::Held, entry.at);
        Some(hold)
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
        self.hold_back(&hold, cx);
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
        let reward = story.reward.clone();
        self.give_back(&own, Account::Redeemed, entry.at);
        if reward.is_some() {
            self.cancel_bought(redemption, cx);
        }
    }

    fn close_hold(&mut self, redemption: &EventId, cx: &mut Context<'_>) -> Option<Hold> {
        let place = self.state.holds.iter().position(|hold| hold.id == *redemption);
        cx.checks.expect(Invariant::Holds, place.is_some(), || format!("{redemption} is not held"));
        place.map(|place| self.state.holds.remove(place))
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
        let story = Redemption { seq: entry.seq, reward: reward.clone(), redeemed, back: 0, stage: begun };
        self.redemptions.insert(id, story);
    }
}

/// The id in `d#R1#`.
fn parent(entry: &Entry) -> Option<EventId> {
    entry.reference.as_str().split('#').nth(1).and_then(EventId::parse)
}
