//! Vouchers: issued as their reward says, one step after another, and what they used given back when they are cancelled.

use super::redemption::Stage;
use super::returns::Purchase;
use super::{Context, Fold, history};
use crate::checks::Invariant;
use domain::entry::{Account, Award, Bought, Change, Entry, Issued, Returned, VoucherStage};
use domain::ids::{EventId, VoucherId};
use domain::limits::VOUCHERS_MAX;
use domain::state::{Hold, Voucher};
use dsl::model::{Give, LimitUnit, Reward, RewardKind, VoucherRefund};
use dsl::plan::LimitOwner;
use dsl::units::Moment;

fn reward<'a>(name: &str, cx: &Context<'a>) -> Option<&'a Reward> {
    cx.rulebook.programme().rewards.iter().find(|reward| reward.name == name)
}

/// Whether one more of a reward takes a piece of a stock.
pub(super) fn is_stocked(name: &str, cx: &Context<'_>) -> bool {
    reward(name, cx).is_some_and(|reward| reward.stock.is_some())
}

fn take_choice(choice: &str, cx: &mut Context<'_>) -> bool {
    let Some(stock) = reward(choice, cx).and_then(|reward| reward.stock) else { return false };
    cx.counters.drawn(cx.tenant, &format!("stock:{choice}"), 1, Some(stock));
    true
}

impl Fold {
    /// One use of a reward: its times, its place, its piece.
    pub(super) fn take_reward(&mut self, name: &str, at: Moment, cx: &mut Context<'_>) {
        self.count_reward(name, at, 1, cx);
        let Some(found) = reward(name, cx) else { return };
        let dated = found.active;
        let day = cx.rulebook.zone().local(at).day;
        let active =
            dated.from.is_none_or(|from| from <= day) && dated.until.is_none_or(|until| day <= until);
        cx.checks.expect(Invariant::Vouchers, active, || format!("`{name}` could not be had on that day"));
        if found.first_members.is_some() && history::use_place(&mut self.state, name, 1) {
            cx.counters.drawn(cx.tenant, &format!("members:{name}"), 1, found.first_members);
        }
        if let Some(stock) = found.stock {
            cx.counters.drawn(cx.tenant, &format!("stock:{name}"), 1, Some(stock));
        }
    }

    /// One use came back.
    fn use_back(&mut self, name: &str, at: Moment, stocked: bool, cx: &mut Context<'_>) {
        self.count_reward(name, at, -1, cx);
        if history::use_place(&mut self.state, name, -1) {
            cx.counters.drawn(cx.tenant, &format!("members:{name}"), -1, None);
        }
        if stocked {
            cx.counters.drawn(cx.tenant, &format!("stock:{name}"), -1, None);
        }
    }

    /// What a hold used came back.
    pub(super) fn hold_back(&mut self, hold: &Hold, cx: &mut Context<'_>) {
        if let Some(name) = &hold.reward {
            self.use_back(name, hold.occurred_at, hold.stocked, cx);
        }
    }

    fn voucher_back(&mut self, voucher: &Voucher, cx: &mut Context<'_>) {
        self.use_back(&voucher.reward, voucher.occurred_at, voucher.stocked, cx);
        if let Some(choice) = voucher.choice.as_ref().filter(|_| voucher.choice_stocked) {
            cx.counters.drawn(cx.tenant, &format!("stock:{choice}"), -1, None);
        }
    }

    /// The member's limits of a reward; none is passed.
    fn count_reward(&mut self, name: &str, at: Moment, times: i64, cx: &mut Context<'_>) {
        let rewards = &cx.rulebook.programme().rewards;
        let Some(index) = rewards.iter().position(|reward| reward.name == name) else { return };
        for slot in cx.rulebook.limits() {
            let LimitUnit::Times(most) = slot.most else { continue };
            if slot.owner == LimitOwner::Reward(index) {
                history::use_slot(&mut self.state, slot, times, at, cx.rulebook);
                let used = self.state.counters.iter().filter(|counter| counter.key == slot.key);
                let within = times < 0 || used.map(|counter| counter.used).all(|used| used <= most);
                cx.checks.expect(Invariant::Vouchers, within, || format!("`{}` is passed", slot.key));
            }
        }
    }

    /// Rewards that rules of this event gave.
    pub(super) fn granted(&mut self, entry: &Entry, award: &Award, cx: &mut Context<'_>) {
        for issued in &award.rewards {
            let rewards = &cx.rulebook.programme().rewards;
            let index = rewards.iter().position(|reward| reward.name == issued.reward);
            let given = index.is_some_and(|index| {
                let fired = cx.rulebook.programme().rules.iter();
                let mut fired = fired.filter(|rule| award.rules.iter().any(|(name, _)| *name == rule.name));
                fired.any(|rule| rule.gives.contains(&Give::Reward(index)))
            });
            cx.checks.expect(Invariant::Award, given, || format!("no rule gave `{}`", issued.reward));
            let counts_at = history::counts_at(entry, cx.rulebook);
            self.take_reward(&issued.reward, counts_at, cx);
            let stocked = is_stocked(&issued.reward, cx);
            self.issue(entry, issued, (entry.occurred_at, None, stocked), cx);
        }
    }

    /// The voucher of a redemption.
    pub(super) fn bought_voucher(
        &mut self,
        entry: &Entry,
        name: Option<&str>,
        issued: Option<&Issued>,
        cx: &mut Context<'_>,
    ) {
        cx.checks.equal(
            Invariant::Vouchers,
            "the reward of the voucher",
            &issued.map(|issued| issued.reward.as_str()),
            &name,
        );
        let redemption = entry.reference.as_str().split('#').nth(1).and_then(EventId::parse);
        if let Some(issued) = issued {
            let stocked = is_stocked(&issued.reward, cx);
            self.issue(entry, issued, (entry.occurred_at, redemption, stocked), cx);
        }
    }

    /// The voucher of a captured hold; none where the programme has no such reward any more.
    pub(super) fn captured_voucher(
        &mut self,
        entry: &Entry,
        hold: Option<&Hold>,
        issued: Option<&Issued>,
        cx: &mut Context<'_>,
    ) {
        let Some(hold) = hold else { return };
        let name = hold.reward.as_deref().filter(|name| reward(name, cx).is_some());
        cx.checks.equal(
            Invariant::Vouchers,
            "the reward of the voucher",
            &issued.map(|issued| issued.reward.as_str()),
            &name,
        );
        if let Some(issued) = issued {
            self.issue(entry, issued, (hold.occurred_at, Some(hold.id.clone()), hold.stocked), cx);
        }
    }

    fn issue(
        &mut self,
        entry: &Entry,
        issued: &Issued,
        (occurred_at, redemption, stocked): (Moment, Option<EventId>, bool),
        cx: &mut Context<'_>,
    ) {
        let id = VoucherId(entry.seq, u8::try_from(self.issued).unwrap_or(u8::MAX));
        self.issued = self.issued.saturating_add(1);
        cx.counters.codes.issued(cx.tenant, cx.member, id, entry.reference.as_str());
        let found = reward(&issued.reward, cx);
        let own = found.map(|reward| {
            let expires_at = reward.valid.map(|span| cx.rulebook.zone().plus(entry.at, span));
            (expires_at, reward.refund == VoucherRefund::Keep)
        });
        let stored = (issued.expires_at, issued.keeps);
        cx.checks.equal(Invariant::Vouchers, "expiry and policy of the voucher", &Some(stored), &own);
        let options = found.map(|reward| options(reward, cx)).unwrap_or_default();
        let picks = issued.choice.as_ref().is_none_or(|choice| options.contains(choice));
        cx.checks.expect(Invariant::Vouchers, picks, || format!("{:?} cannot be picked", issued.choice));
        let choice_stocked = issued.choice.as_deref().is_some_and(|choice| take_choice(choice, cx));
        self.state.vouchers.push(Voucher {
            id,
            reward: issued.reward.clone(),
            occurred_at,
            expires_at: issued.expires_at,
            reserved_until: None,
            redemption,
            choice: issued.choice.clone(),
            options: if issued.choice.is_none() { options } else { Vec::new() },
            stocked,
            choice_stocked,
            keeps: issued.keeps,
        });
        let open = self.state.vouchers.len();
        cx.checks.expect(Invariant::Vouchers, open <= VOUCHERS_MAX, || format!("{open} vouchers are open"));
    }

    fn close_voucher(&mut self, is: impl Fn(&Voucher) -> bool) -> Option<Voucher> {
        let place = self.state.vouchers.iter().position(is)?;
        Some(self.state.vouchers.remove(place))
    }

    /// A redemption that helped to pay used its voucher.
    pub(super) fn pays(&mut self, bought: &Bought) {
        if let Some(redemption) = &bought.redemption {
            self.close_voucher(|voucher| voucher.redemption.as_ref() == Some(redemption));
        }
    }

    /// A redemption was cancelled, and its unused voucher with it.
    pub(super) fn cancel_bought(&mut self, redemption: &EventId, cx: &mut Context<'_>) {
        let voucher = self.close_voucher(|voucher| voucher.redemption.as_ref() == Some(redemption));
        cx.checks.expect(Invariant::Vouchers, voucher.is_some(), || {
            format!("the voucher of {redemption} was not open to be cancelled")
        });
        if let Some(voucher) = voucher {
            self.voucher_back(&voucher, cx);
        }
    }

    /// Nothing is left of a purchase: its unused vouchers are cancelled, but for those that stay.
    pub(super) fn revoked(&mut self, purchase: &Purchase, returned: &Returned, cx: &mut Context<'_>) {
        let mut own = Vec::new();
        if purchase.is_whole() {
            let (seq, first) = (purchase.seq, purchase.first_voucher);
            let is = |v: &Voucher| v.id.0 == seq && usize::from(v.id.1) >= first && !v.keeps;
            while let Some(voucher) = self.close_voucher(is) {
                self.voucher_back(&voucher, cx);
                own.push((voucher.id, voucher.reward));
            }
        }
        cx.checks.equal(Invariant::Vouchers, "what was revoked", &returned.revoked, &own);
    }

    pub(super) fn voucher_moved(&mut self, entry: &Entry, cx: &mut Context<'_>) {
        let Change::VoucherMoved { voucher: id, reward: name, to, until, choice, restored } = &entry.change
        else {
            return;
        };
        let Some(mut open) = self.close_voucher(|voucher| voucher.id == *id) else {
            cx.checks.expect(Invariant::Vouchers, false, || format!("{id} is not open"));
            return;
        };
        cx.checks.equal(Invariant::Vouchers, "the reward of the voucher", name, &open.reward);
        let late = open.expires_at.is_some_and(|at| at <= entry.at);
        let reserved = open.reserved_until.is_some();
        let allowed = match to {
            VoucherStage::Reserved => !reserved && until.is_some_and(|until| until >= entry.at),
            VoucherStage::Issued => reserved && !late,
            VoucherStage::Expired => reserved && late,
            VoucherStage::Fulfilled => open.options.is_empty() || choice.is_some(),
            VoucherStage::Cancelled => true,
        };
        cx.checks.expect(
            Invariant::Vouchers,
            allowed && until.is_some() == (*to == VoucherStage::Reserved),
            || format!("{id} went to {to:?} until {until:?}: {open:?}"),
        );
        if let Some(choice) = choice {
            let picks = open.choice.is_none() && open.options.contains(choice);
            cx.checks.expect(Invariant::Vouchers, picks, || format!("`{choice}` was not to be picked"));
            open.choice_stocked = take_choice(choice, cx);
            open.choice = Some(choice.clone());
            open.options.clear();
        }
        let mut came_back = Vec::new();
        if *to == VoucherStage::Cancelled {
            if let Some(story) = open.redemption.as_ref().and_then(|id| self.redemptions.get_mut(id)) {
                let left = story.left(self.state.restorable_after_seq);
                let free = story.redeemed_points() == 0 && story.back == 0;
                let cancellable = story.stage == Stage::Captured && (left > 0 || free);
                cx.checks
                    .expect(Invariant::Restored, cancellable, || format!("{id} was not to be cancelled"));
                came_back = story.next_back(left);
                story.back = story.back.saturating_add(left);
                let seq = story.seq;
                self.give_back(&came_back, Account::Redeemed, entry.at);
                if left > 0 {
                    self.remember_restoration(seq, left);
                }
            }
            self.voucher_back(&open, cx);
        }
        cx.checks.equal(Invariant::Restored, "what came back", restored, &came_back);
        open.reserved_until = *until;
        if matches!(to, VoucherStage::Reserved | VoucherStage::Issued) {
            self.state.vouchers.push(open);
            self.state.vouchers.sort_by_key(|voucher| voucher.id);
        }
    }

    pub(super) fn freed(&mut self, id: VoucherId, at: Moment, cx: &mut Context<'_>) {
        let open = self.state.vouchers.iter_mut().find(|voucher| voucher.id == id);
        let due = open.as_ref().is_some_and(|open| open.reserved_until == Some(at));
        cx.checks.expect(Invariant::Vouchers, due, || format!("{id} was not reserved until {at:?}"));
        if let Some(open) = open {
            open.reserved_until = None;
        }
        self.freed.push((id, at));
    }

    /// At its time; or at the end of a reservation that outlasted it.
    pub(super) fn voucher_expired(&mut self, id: VoucherId, at: Moment, cx: &mut Context<'_>) {
        let open = self.close_voucher(|voucher| voucher.id == id);
        let due = open.as_ref().is_some_and(|open| {
            let outlasted = self.freed.contains(&(id, at));
            let in_time = |expires_at: Moment| expires_at == at || outlasted && expires_at < at;
            open.reserved_until.is_none() && open.expires_at.is_some_and(in_time)
        });
        cx.checks.expect(Invariant::Vouchers, due, || format!("{id} did not expire at {at:?}: {open:?}"));
    }

    pub(super) fn no_voucher_due(&self, now: Moment, cx: &mut Context<'_>) {
        for voucher in &self.state.vouchers {
            let waits = voucher.reserved_until.or(voucher.expires_at).is_none_or(|at| now < at);
            cx.checks.expect(Invariant::Vouchers, waits, || format!("{} had fallen due", voucher.id));
        }
    }
}

fn options(reward: &Reward, cx: &Context<'_>) -> Vec<String> {
    let RewardKind::OneOf(options) = &reward.gives else { return Vec::new() };
    let rewards = &cx.rulebook.programme().rewards;
    options.iter().filter_map(|index| rewards.get(*index)).map(|reward| reward.name.clone()).collect()
}
