//! The accounts of one member while something happens: balances, lots and postings move together or not at all.
//!
//! What it never does: decide. Amounts saturate here; the seal recounts everything wider and names what does not fit.

use crate::entry::{Account, Allocation, LotId};
use crate::ledger::lots;
use crate::ledger::postings::Tally;
use crate::state::{Hold, Lot, State};
use dsl::units::Moment;

/// A state and what has moved on it.
#[derive(Debug, Clone)]
pub(crate) struct Book {
    /// The state so far.
    pub(crate) state: State,
    /// What moved so far.
    pub(crate) tally: Tally,
}

impl Book {
    /// Opens the book on a state.
    pub(crate) fn new(state: State) -> Self {
        Self { state, tally: Tally::default() }
    }

    /// Moves points from one account to another: the only place where balances change.
    fn shift(&mut self, from: Account, to: Account, points: i64) {
        self.apply(from, points.saturating_neg());
        self.apply(to, points);
    }

    fn apply(&mut self, account: Account, points: i64) {
        self.tally.add(account, points);
        let state = &mut self.state;
        match account {
            Account::Active => state.active_points = state.active_points.saturating_add(points),
            Account::Pending => state.pending_points = state.pending_points.saturating_add(points),
            Account::Held => state.held_points = state.held_points.saturating_add(points),
            // The account's balance is what is owed, below zero.
            Account::Debt => state.debt_points = state.debt_points.saturating_sub(points),
            Account::Issuer
            | Account::Redeemed
            | Account::Expired
            | Account::Clawed
            | Account::Adjusted
            | Account::Transferred => {}
        }
    }

    /// Credits a new lot: a pending one as it is, another repays debt first. Returns what repaid debt.
    pub(crate) fn credit(&mut self, lot: Lot) -> i64 {
        if lot.activates_at.is_some() {
            self.shift(Account::Issuer, Account::Pending, lot.remaining);
            lots::open(&mut self.state.lots, lot);
            return 0;
        }
        self.make_spendable(Account::Issuer, lot)
    }

    /// A pending lot's time has come. Returns its points and what of them repaid debt.
    pub(crate) fn activate(&mut self, id: LotId) -> (i64, i64) {
        let Some(lot) = lots::find(&self.state.lots, id).copied() else { return (0, 0) };
        self.state.lots.retain(|other| other.id != id);
        (lot.remaining, self.make_spendable(Account::Pending, Lot { activates_at: None, ..lot }))
    }

    fn make_spendable(&mut self, from: Account, lot: Lot) -> i64 {
        let repaid = lot.remaining.min(self.state.debt_points).max(0);
        let rest = lot.remaining.saturating_sub(repaid);
        self.shift(from, Account::Debt, repaid);
        self.shift(from, Account::Active, rest);
        if rest > 0 {
            lots::open(&mut self.state.lots, Lot { remaining: rest, ..lot });
        }
        repaid
    }

    /// A lot's time is over. Returns what expired.
    pub(crate) fn expire(&mut self, id: LotId) -> i64 {
        let Some(lot) = lots::find(&self.state.lots, id).copied() else { return 0 };
        self.state.lots.retain(|other| other.id != id);
        self.shift(account_of(&lot), Account::Expired, lot.remaining);
        lot.remaining
    }

    /// Redeems spendable points, in spend order.
    pub(crate) fn redeem(&mut self, points: i64, now: Moment) -> Vec<Allocation> {
        let taken = lots::take(&mut self.state.lots, points, now);
        self.shift(Account::Active, Account::Redeemed, lots::sum(&taken));
        taken
    }

    /// Gives a lot by hand; debt is repaid first. Returns what repaid it.
    pub(crate) fn adjust_up(&mut self, lot: Lot) -> i64 {
        self.make_spendable(Account::Adjusted, lot)
    }

    /// Takes spendable points by hand, in spend order.
    pub(crate) fn adjust_down(&mut self, points: i64, now: Moment) -> Vec<Allocation> {
        let taken = lots::take(&mut self.state.lots, points, now);
        self.shift(Account::Active, Account::Adjusted, lots::sum(&taken));
        taken
    }

    /// Reserves spendable points, in spend order; the caller opens the hold with them.
    pub(crate) fn reserve(&mut self, points: i64, now: Moment) -> Vec<Allocation> {
        let taken = lots::take(&mut self.state.lots, points, now);
        self.shift(Account::Active, Account::Held, lots::sum(&taken));
        taken
    }

    /// Redeems reserved points.
    pub(crate) fn capture(&mut self, taken: &[Allocation]) {
        self.shift(Account::Held, Account::Redeemed, lots::sum(taken));
    }

    /// Points go back to their own lots with their own expiry; where that has passed, they expire at once. Returns
    /// what expired.
    pub(crate) fn give_back(&mut self, back: &[Allocation], from: Account, now: Moment) -> Vec<Allocation> {
        let mut expired = Vec::new();
        for allocation in back {
            let over = allocation.expires_at.is_some_and(|expires_at| expires_at <= now);
            if over && lots::find(&self.state.lots, allocation.lot).is_none() {
                self.shift(from, Account::Expired, allocation.points);
                expired.push(*allocation);
            } else {
                self.shift(from, Account::Active, allocation.points);
                lots::put(&mut self.state.lots, allocation);
            }
        }
        expired
    }

    /// Nobody owes while points can be spent: what came back repays debt, in spend order. Returns what did.
    pub(crate) fn repay(&mut self, now: Moment) -> Vec<(LotId, i64)> {
        let points = self.state.debt_points.min(self.state.active_points);
        let taken = lots::take(&mut self.state.lots, points, now);
        self.shift(Account::Active, Account::Debt, lots::sum(&taken));
        taken.iter().map(|allocation| (allocation.lot, allocation.points)).collect()
    }

    /// Claws up to `points` from one lot, pending or not. Returns what was taken.
    pub(crate) fn claw_from(&mut self, id: LotId, points: i64) -> Option<Allocation> {
        let account = account_of(lots::find(&self.state.lots, id)?);
        let taken = lots::take_from(&mut self.state.lots, id, points)?;
        self.shift(account, Account::Clawed, taken.points);
        Some(taken)
    }

    /// Claws up to `points` from spendable lots, in spend order.
    pub(crate) fn claw(&mut self, points: i64, now: Moment) -> Vec<Allocation> {
        let taken = lots::take(&mut self.state.lots, points, now);
        self.shift(Account::Active, Account::Clawed, lots::sum(&taken));
        taken
    }

    /// Claws up to `points` from lots that are pending still, in spend order.
    pub(crate) fn claw_pending(&mut self, points: i64) -> Vec<Allocation> {
        let taken = lots::take_pending(&mut self.state.lots, points);
        self.shift(Account::Pending, Account::Clawed, lots::sum(&taken));
        taken
    }

    /// Claws what is not there: the member owes it.
    pub(crate) fn owe(&mut self, points: i64) {
        self.shift(Account::Debt, Account::Clawed, points);
    }

    /// All lots and all debt go to another member; the caller remembers the lots. Returns the debt.
    pub(crate) fn hand_over(&mut self) -> i64 {
        for lot in std::mem::take(&mut self.state.lots) {
            self.shift(account_of(&lot), Account::Transferred, lot.remaining);
        }
        let debt = self.state.debt_points;
        self.shift(Account::Transferred, Account::Debt, debt);
        debt
    }

    /// A lot of another member comes, pending or not; debt is not repaid by it yet.
    pub(crate) fn take_over(&mut self, lot: Lot) {
        self.shift(Account::Transferred, account_of(&lot), lot.remaining);
        lots::open(&mut self.state.lots, lot);
    }

    /// Debt of another member comes.
    pub(crate) fn take_over_debt(&mut self, points: i64) {
        self.shift(Account::Debt, Account::Transferred, points);
    }

    /// Closes a hold and hands it out.
    pub(crate) fn close_hold(&mut self, redemption: &crate::ids::EventId) -> Option<Hold> {
        let place = self.state.holds.iter().position(|hold| hold.id == *redemption)?;
        Some(self.state.holds.remove(place))
    }
}

/// Where a lot's points are booked.
fn account_of(lot: &Lot) -> Account {
    if lot.activates_at.is_some() { Account::Pending } else { Account::Active }
}
