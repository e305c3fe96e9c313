//! Accounts and lots as the auditor moves them.

use super::{Context, Fold};
use crate::checks::Invariant;
use domain::entry::{Account, Allocation, LotId};
use domain::state::Lot;
use dsl::units::Moment;

/// Spend order: expiry with none last, then earning, then lot.
pub(super) fn order(lot: &Lot) -> (bool, Option<Moment>, Moment, LotId) {
    (lot.expires_at.is_none(), lot.expires_at, lot.earned_at, lot.id)
}

pub(super) fn is_spendable(lot: &Lot, at: Moment) -> bool {
    lot.activates_at.is_none() && lot.expires_at.is_none_or(|expiry| at < expiry)
}

pub(super) fn points(taken: &[Allocation]) -> i64 {
    taken.iter().map(|allocation| allocation.points).fold(0, i64::saturating_add)
}

impl Fold {
    /// Moves points between two accounts.
    pub(super) fn shift(&mut self, from: Account, to: Account, points: i64) {
        for (account, points) in [(from, points.saturating_neg()), (to, points)] {
            let moved = self.moved.entry(account).or_default();
            *moved = moved.saturating_add(points);
            let (balance, points) = match account {
                Account::Active => (&mut self.state.active_points, points),
                Account::Pending => (&mut self.state.pending_points, points),
                Account::Held => (&mut self.state.held_points, points),
                Account::Debt => (&mut self.state.debt_points, points.saturating_neg()),
                _ => continue,
            };
            *balance = balance.saturating_add(points);
        }
    }

    /// The stage account of an open lot.
    pub(super) fn account(lot: &Lot) -> Account {
        if lot.activates_at.is_some() { Account::Pending } else { Account::Active }
    }

    pub(super) fn lot(&self, id: LotId) -> Option<Lot> {
        self.state.lots.iter().find(|lot| lot.id == id).copied()
    }

    pub(super) fn open(&mut self, lot: Lot) {
        self.state.lots.push(lot);
        self.state.lots.sort_by_key(order);
    }

    pub(super) fn close(&mut self, id: LotId) {
        self.state.lots.retain(|lot| lot.id != id);
    }

    /// Lowers a lot by so much, and closes it at 0.
    pub(super) fn lower(&mut self, id: LotId, points: i64) {
        for lot in self.state.lots.iter_mut().filter(|lot| lot.id == id) {
            lot.remaining = lot.remaining.saturating_sub(points);
        }
        self.state.lots.retain(|lot| lot.remaining > 0);
    }

    /// A lot becomes spendable: debt first. What repaid it.
    pub(super) fn activate(&mut self, from: Account, lot: Lot) -> i64 {
        let repaid = lot.remaining.min(self.state.debt_points).max(0);
        let rest = lot.remaining.saturating_sub(repaid);
        self.shift(from, Account::Debt, repaid);
        self.shift(from, Account::Active, rest);
        if rest > 0 {
            self.open(Lot { remaining: rest, activates_at: None, ..lot });
        }
        repaid
    }

    /// Which spendable points would be taken, in spend order.
    pub(super) fn in_order(&self, points: i64, at: Moment) -> Vec<Allocation> {
        first(self.state.lots.iter().filter(|lot| is_spendable(lot, at)), points)
    }

    /// Which pending points would be taken, in spend order.
    pub(super) fn pending_in_order(&self, points: i64) -> Vec<Allocation> {
        first(self.state.lots.iter().filter(|lot| lot.activates_at.is_some()), points)
    }

    /// Points were taken from spendable lots, which must be in spend order; they go to another account.
    pub(super) fn take(&mut self, taken: &[Allocation], at: Moment, to: Account, cx: &mut Context<'_>) {
        for allocation in taken {
            let open = self.lot(allocation.lot);
            cx.checks.expect(Invariant::Spendable, open.is_some_and(|lot| is_spendable(&lot, at)), || {
                format!("{:?} was not spendable: {open:?}", allocation.lot)
            });
        }
        let own = self.in_order(points(taken), at);
        cx.checks.equal(Invariant::SpendOrder, "what was taken", &taken.to_vec(), &own);
        for allocation in taken {
            self.lower(allocation.lot, allocation.points);
        }
        self.shift(Account::Active, to, points(taken));
    }

    /// Points go back to their own lots; what belongs to a lot that has expired and is closed expires at once. What did.
    pub(super) fn give_back(&mut self, back: &[Allocation], from: Account, at: Moment) -> Vec<Allocation> {
        let mut expired = Vec::new();
        for allocation in back {
            let open = self.state.lots.iter_mut().find(|lot| lot.id == allocation.lot);
            match open {
                Some(lot) => {
                    lot.remaining = lot.remaining.saturating_add(allocation.points);
                    // the latest date that any part of it was promised
                    lot.expires_at = match (lot.expires_at, allocation.expires_at) {
                        (Some(one), Some(other)) => Some(one.max(other)),
                        _ => None,
                    };
                    self.shift(from, Account::Active, allocation.points);
                }
                None if allocation.expires_at.is_some_and(|expiry| expiry <= at) => {
                    self.shift(from, Account::Expired, allocation.points);
                    expired.push(*allocation);
                }
                None => {
                    self.open(Lot {
                        id: allocation.lot,
                        remaining: allocation.points,
                        earned_at: allocation.earned_at,
                        activates_at: None,
                        expires_at: allocation.expires_at,
                        slides: allocation.slides,
                    });
                    self.shift(from, Account::Active, allocation.points);
                }
            }
        }
        // a lot that got a later date has another place
        self.state.lots.sort_by_key(order);
        expired
    }

    /// Spendable points repay debt. Which did.
    pub(super) fn repay(&mut self, at: Moment) -> Vec<(LotId, i64)> {
        let taken = self.in_order(self.state.debt_points.min(self.state.active_points), at);
        for allocation in &taken {
            self.lower(allocation.lot, allocation.points);
        }
        self.shift(Account::Active, Account::Debt, points(&taken));
        taken.iter().map(|allocation| (allocation.lot, allocation.points)).collect()
    }
}

/// So many points of lots, from the first on.
fn first<'a>(lots: impl Iterator<Item = &'a Lot>, points: i64) -> Vec<Allocation> {
    let mut left = points;
    let mut taken = Vec::new();
    for lot in lots {
        let part = lot.remaining.min(left);
        if part > 0 {
            left = left.saturating_sub(part);
            taken.push(allocation(lot, part));
        }
    }
    taken
}

pub(super) fn allocation(lot: &Lot, points: i64) -> Allocation {
    Allocation {
        lot: lot.id,
        points,
        earned_at: lot.earned_at,
        expires_at: lot.expires_at,
        slides: lot.slides,
    }
}

/// The allocations after the first so many points of a list, and those before.
pub(super) fn split(list: &[Allocation], first: i64) -> (Vec<Allocation>, Vec<Allocation>) {
    let mut left = first.max(0);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for allocation in list {
        let here = allocation.points.min(left);
        left = left.saturating_sub(here);
        before.push(Allocation { points: here, ..*allocation });
        after.push(Allocation { points: allocation.points.saturating_sub(here), ..*allocation });
    }
    before.retain(|allocation| allocation.points > 0);
    after.retain(|allocation| allocation.points > 0);
    (before, after)
}
