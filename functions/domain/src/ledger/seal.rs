//! The last look at a decision before it may be written, in release too: the ledger's invariants, recounted wider
//! than they were computed. A broken one is a refusal that names it; nothing is written.

use crate::decision::Decision;
use crate::entry::{Account, Allocation, Posting};
use crate::ledger::lots::spend_key;
use crate::refusal::Refusal;
use crate::request::Head;
use crate::state::State;

impl Decision {
    /// Hands the decision back if it keeps every invariant of the ledger.
    ///
    /// INVARIANT: the sentences below, each guarded by `seal_tests` and, for every history, by the property tests.
    pub(crate) fn seal(self, head: Option<&Head>) -> Result<Self, Refusal> {
        match broken(&self, head) {
            Some(invariant) => Err(Refusal::Broken { invariant: invariant.to_owned() }),
            None => Ok(self),
        }
    }
}

/// The first invariant that a decision after `head` breaks, as a sentence.
pub fn broken(decision: &Decision, head: Option<&Head>) -> Option<&'static str> {
    let (entry, state) = (&decision.entry, &decision.state);
    let first = State::default();
    let before = head.map_or(&first, |head| &head.state);
    let seq = head.map_or(Some(1), |head| head.seq.checked_add(1));
    let checks: [(bool, &'static str); 6] = [
        (seq == Some(entry.seq), "the sequence has no gap"),
        (head.is_none_or(|head| head.at <= entry.at), "time does not run back along a chain"),
        (sum(entry.postings.iter().map(|posting| posting.1)) == 0, "postings sum to zero"),
        (
            entry.postings.windows(2).all(|pair| matches!(pair, [a, b] if a.0 < b.0))
                && entry.postings.iter().all(|posting| posting.1 != 0),
            "an entry has at most one posting per account, none of zero",
        ),
        (
            moved(&entry.postings, Account::Active) == diff(before.active_points, state.active_points)
                && moved(&entry.postings, Account::Pending)
                    == diff(before.pending_points, state.pending_points)
                && moved(&entry.postings, Account::Held) == diff(before.held_points, state.held_points)
                && moved(&entry.postings, Account::Debt) == diff(state.debt_points, before.debt_points),
            "balances move by what is posted",
        ),
        (entry.repaid.iter().all(|(_, points)| *points > 0), "what repaid debt is more than nothing"),
    ];
    checks.iter().find(|(holds, _)| !holds).map(|(_, sentence)| *sentence).or_else(|| broken_state(state))
}

/// The first invariant that a state breaks, as a sentence.
pub fn broken_state(state: &State) -> Option<&'static str> {
    let active = sum(state.lots.iter().filter(|lot| lot.activates_at.is_none()).map(|lot| lot.remaining));
    let pending = sum(state.lots.iter().filter(|lot| lot.activates_at.is_some()).map(|lot| lot.remaining));
    let held = sum(state.holds.iter().flat_map(|hold| &hold.taken).map(|allocation| allocation.points));
    let checks: [(bool, &'static str); 11] = [
        (i128::from(state.active_points) == active, "active points are those of activated lots"),
        (i128::from(state.pending_points) == pending, "pending points are those of pending lots"),
        (i128::from(state.held_points) == held, "held points are those of holds"),
        (
            [state.active_points, state.pending_points, state.held_points, state.debt_points]
                .iter()
                .all(|balance| *balance >= 0),
            "no balance is negative",
        ),
        (state.active_points == 0 || state.debt_points == 0, "nobody owes while points can be spent"),
        (state.lots.iter().all(|lot| lot.remaining > 0), "an open lot holds points"),
        (
            state
                .holds
                .iter()
                .flat_map(|hold| &hold.taken)
                .all(|allocation: &Allocation| allocation.points > 0),
            "an allocation takes points",
        ),
        (
            state.lots.windows(2).all(|pair| matches!(pair, [a, b] if spend_key(a) < spend_key(b))),
            "lots stand in spend order, each once",
        ),
        (
            state.days.windows(2).all(|pair| matches!(pair, [a, b] if a.day < b.day)),
            "days stand in order, each once",
        ),
        (
            state.days.iter().all(|day| {
                day.sums.spent_minor >= 0 && day.sums.earned_points >= 0 && day.sums.purchases >= 0
            }),
            "no day's sum is negative",
        ),
        (
            state.vouchers.windows(2).all(|pair| matches!(pair, [a, b] if a.id < b.id)),
            "vouchers stand in order, each once",
        ),
    ];
    checks.iter().find(|(holds, _)| !holds).map(|(_, sentence)| *sentence)
}

fn sum(points: impl Iterator<Item = i64>) -> i128 {
    points.fold(0, |sum: i128, points| sum.saturating_add(i128::from(points)))
}

fn diff(before: i64, after: i64) -> i128 {
    i128::from(after).saturating_sub(i128::from(before))
}

fn moved(postings: &[Posting], account: Account) -> i128 {
    sum(postings.iter().filter(|posting| posting.0 == account).map(|posting| posting.1))
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
