//! Returns: each line's share of the award's own record, cumulatively exact; spent points back by share.

use super::lots::{allocation, points};
use super::{Context, Fold, history, tiers};
use crate::checks::Invariant;
use domain::entry::{
    Account, Allocation, Award, Bought, Change, Entry, LotId, Returned, ReturnedLine, TierChange,
};
use domain::ids::EventId;
use domain::state::{RESTORATIONS_MAX, Restoration, Sums};
use dsl::model::{Refund, Shortfall};
use dsl::units::{Day, Moment};

/// A purchase with what came back of it.
#[derive(Debug)]
pub(super) struct Purchase {
    pub(super) seq: u64,
    /// Index of its first lot: the welcome's stand before.
    first: usize,
    /// The same of its vouchers.
    pub(super) first_voucher: usize,
    bought_at: Moment,
    bought: Bought,
    award: Award,
    /// Per line: pieces and minor units that came back.
    back: Vec<(i64, i64)>,
    /// Per lot: points taken back.
    clawed: Vec<i64>,
    /// Spent points that came back.
    restored: i64,
}

impl Purchase {
    fn bring_back(&mut self, lines: &[ReturnedLine]) {
        for line in lines {
            if let Some((pieces, amount)) = self.back.get_mut(line.line) {
                *pieces = pieces.saturating_add(line.quantity);
                *amount = amount.saturating_add(line.amount_minor);
            }
        }
    }

    /// The local day it counts on.
    pub(super) const fn day(&self) -> Day {
        self.bought.day
    }

    /// What returns do to its award.
    pub(super) const fn refund(&self) -> Refund {
        self.award.refund
    }

    /// What it used of limits, by key.
    pub(super) fn limits(&self) -> &[(String, i64)] {
        &self.award.limits
    }

    /// The lines that counted for a goal, by the key of its counter.
    pub(super) fn goal_lines(&self, key: &str) -> impl Iterator<Item = usize> {
        let lines = self.award.goals.iter().filter(move |(goal, _)| goal == key);
        lines.flat_map(|(_, lines)| lines.iter().copied())
    }

    /// True when every line is back: its pieces, or all its money.
    pub(super) fn is_whole(&self) -> bool {
        self.bought.lines.iter().zip(&self.back).all(|(line, (pieces, amount))| {
            *pieces >= line.quantity || (line.amount_minor > 0 && *amount >= line.amount_minor)
        })
    }

    /// True when no line is back more than it was bought.
    fn is_within(&self) -> bool {
        self.bought.lines.iter().zip(&self.back).all(|(line, (pieces, amount))| {
            (0..=line.quantity).contains(pieces) && (0..=line.amount_minor).contains(amount)
        })
    }

    /// Per lot: what must have been clawed in all; every line's points times its share that came back, rounded up.
    fn claws(&self) -> Vec<i64> {
        let shares: Vec<(i64, i64)> =
            self.bought
                .lines
                .iter()
                .zip(&self.back)
                .map(|(line, (pieces, amount))| {
                    if line.amount_minor > 0 {
                        (*amount, line.amount_minor)
                    } else {
                        (*pieces, line.quantity)
                    }
                })
                .collect();
        let lots = self.award.lots.iter();
        lots.map(|lot| {
            lot.line_points
                .iter()
                .zip(&shares)
                .map(|(p, (part, of))| up(*p, *part, *of))
                .fold(0, i64::saturating_add)
        })
        .collect()
    }

    /// What is left of its money; none when nothing of it is.
    fn kept_minor(&self) -> Option<i64> {
        let lines = self.bought.lines.iter().zip(&self.back);
        let kept = lines.map(|(line, (_, amount))| line.amount_minor.saturating_sub(*amount));
        (!self.is_whole()).then(|| kept.fold(0, i64::saturating_add))
    }

    /// The share of it that came back: of its money, or of its pieces where it cost nothing.
    fn share(&self) -> (i64, i64) {
        let sum = |values: &mut dyn Iterator<Item = i64>| values.fold(0, i64::saturating_add);
        let paid = sum(&mut self.bought.lines.iter().map(|line| line.amount_minor));
        if paid > 0 {
            return (sum(&mut self.back.iter().map(|back| back.1)), paid);
        }
        (
            sum(&mut self.back.iter().map(|back| back.0)),
            sum(&mut self.bought.lines.iter().map(|line| line.quantity)),
        )
    }
}

impl Fold {
    /// The local day of a purchase.
    pub(super) fn day_of(&self, purchase: &EventId) -> Option<Day> {
        self.purchases.get(purchase).map(|purchase| purchase.bought.day)
    }

    pub(super) fn returned(
        &mut self,
        entry: &Entry,
        returned: &Returned,
        cx: &mut Context<'_>,
    ) -> Option<TierChange> {
        let Some(mut purchase) = self.purchases.remove(&returned.purchase) else {
            cx.checks
                .expect(Invariant::Returns, false, || format!("purchase {} is not there", returned.purchase));
            return None;
        };
        let was_whole = purchase.is_whole();
        purchase.bring_back(&returned.lines);
        let known = returned.lines.iter().all(|line| line.line < purchase.bought.lines.len());
        cx.checks.expect(Invariant::Returns, known && purchase.is_within(), || {
            format!("more came back than was bought: {:?}", purchase.back)
        });
        let whole = purchase.is_whole() && !was_whole;
        cx.checks.equal(Invariant::Returns, "whether nothing is left", &returned.whole, &whole);
        self.restored(entry, &mut purchase, &returned.restored, cx);
        self.steps_undone(&purchase, returned, whole, cx);
        let due = self.claw(entry, &mut purchase, returned, cx);
        self.revoked(&purchase, returned, cx);
        // nothing of it is left: what it lifted falls, and nothing falls twice
        let seq = if purchase.is_whole() { purchase.seq } else { 0 };
        self.lowered(seq, &returned.lowered, cx);
        let negative = Sums {
            spent_minor: returned.lines.iter().map(|line| line.amount_minor).fold(0, i64::saturating_add),
            earned_points: due.saturating_add(returned.steps.iter().map(|undone| undone.points).sum()),
            purchases: i64::from(whole),
        };
        history::take_back(&mut self.state, purchase.bought.day, negative);
        let zone = cx.rulebook.zone();
        let counted: Vec<Day> =
            self.state.days.iter().filter(|day| day.sums.purchases > 0).map(|day| day.day).collect();
        // the last purchase itself, or the only one of its day
        let was_last = self.state.last_purchase_at.is_some_and(|last| {
            let day = zone.local(last).day;
            last == purchase.bought_at || day == purchase.bought.day && !counted.contains(&day)
        });
        if whole && was_last {
            self.state.last_purchase_at = counted.last().map(|day| zone.start_of(*day));
        }
        let undone = tiers::Undone {
            bought_at: purchase.bought_at,
            before: purchase.award.tier_before.clone(),
            at: entry.at,
        };
        self.set_back(entry, returned, purchase.kept_minor(), cx);
        let fall = tiers::undo(&mut self.state, &undone, cx.rulebook);
        self.purchases.insert(returned.purchase.clone(), purchase);
        fall
    }

    /// The points that paid come back by the share that is back, rounded down in all.
    fn restored(
        &mut self,
        entry: &Entry,
        purchase: &mut Purchase,
        restored: &[Allocation],
        cx: &mut Context<'_>,
    ) {
        let story = purchase.bought.redemption.as_ref().and_then(|id| self.redemptions.get_mut(id));
        let Some(story) = story else {
            cx.checks.expect(Invariant::Restored, restored.is_empty(), || {
                "points came back that did not pay".to_owned()
            });
            return;
        };
        let (part, of) = purchase.share();
        let in_all = down(story.redeemed_points(), part, of);
        let more =
            in_all.saturating_sub(purchase.restored).clamp(0, story.left(self.state.restorable_after_seq));
        let own = story.next_back(more);
        cx.checks.equal(Invariant::Restored, "what came back", &restored.to_vec(), &own);
        purchase.restored = purchase.restored.saturating_add(more);
        story.back = story.back.saturating_add(more);
        let seq = story.seq;
        self.give_back(&own, Account::Redeemed, entry.at);
        if more > 0 {
            self.remember_restoration(seq, more);
        }
    }

    pub(super) fn remember_restoration(&mut self, seq: u64, more: i64) {
        let state = &mut self.state;
        match state.restored.iter_mut().find(|back| back.seq == seq) {
            Some(back) => back.points = back.points.saturating_add(more),
            None => state.restored.push(Restoration { seq, points: more }),
        }
        state.restored.sort_by_key(|back| back.seq);
        while state.restored.len() > RESTORATIONS_MAX {
            state.restorable_after_seq = state.restorable_after_seq.max(state.restored.remove(0).seq);
        }
    }

    /// Claws from the award's own lots, then in spend order, then by the award's policy. What was due in all.
    fn claw(
        &mut self,
        entry: &Entry,
        purchase: &mut Purchase,
        returned: &Returned,
        cx: &mut Context<'_>,
    ) -> i64 {
        let due: Vec<i64> = match purchase.award.refund {
            Refund::Keep => purchase.award.lots.iter().map(|_| 0).collect(),
            Refund::Reverse => purchase
                .claws()
                .iter()
                .zip(&purchase.clawed)
                .map(|(own, before)| own.saturating_sub(*before).max(0))
                .collect(),
        };
        cx.checks.equal(Invariant::Returns, "points due by lot", &returned.clawed_by_lot, &due);
        for (clawed, more) in purchase.clawed.iter_mut().zip(&due) {
            *clawed = clawed.saturating_add(*more);
        }
        let within =
            purchase.clawed.iter().zip(&purchase.award.lots).all(|(clawed, lot)| *clawed <= lot.points);
        cx.checks.expect(Invariant::Returns, within, || "more was clawed than was awarded".to_owned());
        let mut taken: Vec<Allocation> = Vec::new();
        let (mut missing, mut spared) = (0_i64, 0_i64);
        for ((index, due), opened) in (purchase.first..).zip(&due).zip(&purchase.award.lots) {
            let index = u8::try_from(index).unwrap_or(u8::MAX);
            let open = self.lot(LotId(purchase.seq, index)).filter(|_| *due > 0);
            let own = open.map_or(0, |lot| lot.remaining.min(*due));
            if let Some(lot) = open {
                self.lower(lot.id, own);
                self.shift(Self::account(&lot), Account::Clawed, own);
                taken.push(allocation(&lot, own));
            }
            if opened.if_unspent {
                spared = spared.saturating_add(due.saturating_sub(own));
            } else {
                missing = missing.saturating_add(due.saturating_sub(own));
            }
        }
        let mut of_steps: i64 = returned.steps.iter().map(|undone| undone.points).sum();
        for (index, opened) in (purchase.first..).zip(&purchase.award.lots) {
            let index = u8::try_from(index).unwrap_or(u8::MAX);
            let open = self.lot(LotId(purchase.seq, index));
            let Some(lot) = open.filter(|_| opened.line_points.is_empty() && of_steps > 0) else { continue };
            let own = lot.remaining.min(of_steps);
            self.lower(lot.id, own);
            self.shift(Self::account(&lot), Account::Clawed, own);
            taken.push(allocation(&lot, own));
            of_steps = of_steps.saturating_sub(own);
        }
        missing = missing.saturating_add(of_steps);
        let others = self.in_order(missing, entry.at);
        self.shift(Account::Active, Account::Clawed, points(&others));
        missing = missing.saturating_sub(points(&others));
        let waiting = self.pending_in_order(of_steps.min(missing));
        self.shift(Account::Pending, Account::Clawed, points(&waiting));
        missing = missing.saturating_sub(points(&waiting));
        for other in others.into_iter().chain(waiting) {
            self.lower(other.lot, other.points);
            match taken.iter_mut().find(|same| same.lot == other.lot) {
                Some(same) => same.points = same.points.saturating_add(other.points),
                None => taken.push(other),
            }
        }
        cx.checks.equal(Invariant::SpendOrder, "what was clawed", &returned.taken, &taken);
        let (owed, forgiven) = match purchase.award.shortfall {
            // the points of a member who was merged are elsewhere: what is missing here is no shortfall
            Shortfall::Forgive if self.state.standing.merges.into.is_none() => (0, missing),
            Shortfall::Debt | Shortfall::Forgive => (missing, 0),
        };
        let forgiven = forgiven.saturating_add(spared);
        self.shift(Account::Debt, Account::Clawed, owed);
        let clawed = points(&taken).saturating_add(owed);
        let stored = (returned.clawed, returned.owed, returned.forgiven);
        cx.checks.equal(Invariant::Returns, "clawed, owed and forgiven", &stored, &(clawed, owed, forgiven));
        due.iter().copied().fold(0, i64::saturating_add)
    }

    /// Keeps what later entries refer to.
    pub(super) fn keep_purchase(&mut self, entry: &Entry) {
        let Change::Purchased { bought, award, welcome, .. } = &entry.change else { return };
        let Some(id) = entry.reference.as_str().split('#').nth(1).and_then(EventId::parse) else { return };
        let purchase = Purchase {
            seq: entry.seq,
            first: welcome.as_ref().map_or(0, |welcome| welcome.lots.len()),
            first_voucher: welcome.as_ref().map_or(0, |welcome| welcome.rewards.len()),
            bought_at: entry.occurred_at,
            back: bought.lines.iter().map(|_| (0, 0)).collect(),
            clawed: award.lots.iter().map(|_| 0).collect(),
            bought: bought.clone(),
            award: award.clone(),
            restored: 0,
        };
        self.purchases.insert(id, purchase);
    }
}

/// value x part / of, rounded down; part within 0 and the whole.
fn down(value: i64, part: i64, of: i64) -> i64 {
    let product = i128::from(value).saturating_mul(i128::from(part.clamp(0, of.max(0))));
    product.checked_div(i128::from(of)).and_then(|share| i64::try_from(share).ok()).unwrap_or(0)
}

/// The same rounded up.
fn up(value: i64, part: i64, of: i64) -> i64 {
    if of <= 0 { 0 } else { value.saturating_sub(down(value, of.saturating_sub(part.clamp(0, of)), of)) }
}
