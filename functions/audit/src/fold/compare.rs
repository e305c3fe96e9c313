//! The last comparison: what the entries amount to against what the newest one carries.

use super::{Context, Fold, history, lots};
use crate::checks::{Checks, Invariant};
use domain::entry::{Account, Entry, Posting};
use domain::state::{RECENT_REFERENCES, State};
use dsl::units::Moment;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What a stored state must be by itself.
pub(super) fn balances(state: &State, checks: &mut Checks) {
    let sum = |values: &mut dyn Iterator<Item = i64>| values.map(i128::from).fold(0, i128::saturating_add);
    let lots = |pending: bool| {
        let of_stage = state.lots.iter().filter(move |lot| lot.activates_at.is_some() == pending);
        sum(&mut of_stage.map(|lot| lot.remaining))
    };
    let held = sum(&mut state.holds.iter().flat_map(|hold| &hold.taken).map(|allocation| allocation.points));
    let sums = (lots(false), lots(true), held);
    let stored =
        (i128::from(state.active_points), i128::from(state.pending_points), i128::from(state.held_points));
    checks.equal(Invariant::LotsEqualBalances, "active, pending and held", &stored, &sums);
    let positive = state.lots.iter().all(|lot| lot.remaining > 0)
        && state.holds.iter().flat_map(|hold| &hold.taken).all(|allocation| allocation.points > 0)
        && [state.active_points, state.pending_points, state.held_points, state.debt_points]
            .iter()
            .all(|points| *points >= 0);
    checks.expect(Invariant::NotNegative, positive, || format!("{stored:?}, debt {}", state.debt_points));
    let clear = state.debt_points == 0 || state.active_points == 0;
    checks.expect(Invariant::NotNegative, clear, || {
        format!("{} points owed while {} can be spent", state.debt_points, state.active_points)
    });
    checks.expect(Invariant::SpendOrder, state.lots.is_sorted_by_key(lots::order), || {
        "lots are not in spend order".to_owned()
    });
}

/// Postings are what moved, and nothing else.
pub(super) fn postings(moved: &BTreeMap<Account, i64>, entry: &Entry, checks: &mut Checks) {
    let own: Vec<Posting> = moved
        .iter()
        .filter(|(_, points)| **points != 0)
        .map(|(account, points)| Posting(*account, *points))
        .collect();
    checks.equal(Invariant::PostingsExplained, "postings", &entry.postings, &own);
}

/// The stored state is the fold, field by field; days and counters may be forgotten once nothing can ask for them.
pub(super) fn states(own: &State, stored: &State, at: Moment, cx: &mut Context<'_>) {
    let first = history::remembered_from(at, cx.rulebook);
    let days: Vec<_> = own.days.iter().filter(|day| day.day >= first).copied().collect();
    let forgotten: Vec<_> =
        own.counters.iter().filter(|counter| !stored.counters.contains(counter)).collect();
    let over = forgotten.iter().all(|counter| history::is_over(counter, at, cx.rulebook));
    let counters = stored.counters.iter().all(|counter| own.counters.contains(counter));
    let exposures = super::experiments::remembered(own, cx.rulebook);
    let happened = super::happenings::remembered(own, at, cx.rulebook);
    let checks = &mut *cx.checks;
    checks.equal(Invariant::State, "exposures", &stored.exposures, &exposures);
    checks.equal(Invariant::State, "happened", &stored.happened, &happened);
    checks.expect(Invariant::State, over && counters, || {
        format!("counters are {:?}, should be {:?}", stored.counters, own.counters)
    });
    checks.equal(Invariant::State, "enrolled_at", &stored.enrolled_at, &own.enrolled_at);
    checks.equal(Invariant::State, "active_points", &stored.active_points, &own.active_points);
    checks.equal(Invariant::State, "pending_points", &stored.pending_points, &own.pending_points);
    checks.equal(Invariant::State, "held_points", &stored.held_points, &own.held_points);
    checks.equal(Invariant::State, "debt_points", &stored.debt_points, &own.debt_points);
    checks.equal(Invariant::State, "lots", &stored.lots, &own.lots);
    checks.equal(Invariant::State, "holds", &stored.holds, &own.holds);
    checks.equal(Invariant::Tier, "tier", &stored.tier, &own.tier);
    checks.equal(Invariant::Tier, "lifts", &stored.lifts, &own.lifts);
    checks.equal(Invariant::State, "household", &stored.household, &own.household);
    checks.equal(Invariant::State, "days", &stored.days, &days);
    checks.equal(Invariant::State, "lifetime", &stored.lifetime, &own.lifetime);
    checks.equal(Invariant::State, "last_purchase_at", &stored.last_purchase_at, &own.last_purchase_at);
    checks.equal(Invariant::State, "badges", &stored.badges, &own.badges);
    checks.equal(Invariant::State, "tags", &stored.tags, &own.tags);
    checks.equal(Invariant::State, "recent", &stored.recent, &own.recent);
    checks.equal(Invariant::Vouchers, "vouchers", &stored.vouchers, &own.vouchers);
    checks.equal(Invariant::State, "standing", &stored.standing, &own.standing);
    checks.equal(Invariant::Referral, "referral", &stored.referral, &own.referral);
    checks.equal(Invariant::State, "restored", &stored.restored, &own.restored);
    checks.equal(
        Invariant::State,
        "restorable_after_seq",
        &stored.restorable_after_seq,
        &own.restorable_after_seq,
    );
    checks.equal(Invariant::State, "registered_due", &stored.registered_due, &own.registered_due);
}

impl Fold {
    /// The window of recent references: the first 6 bytes of each one's SHA-256, big endian.
    pub(super) fn remember_reference(&mut self, entry: &Entry) {
        let digest: [u8; 32] = Sha256::digest(entry.reference.as_str().as_bytes()).into();
        let hash = digest.iter().take(6).fold(0_u64, |hash, byte| (hash << 8) | u64::from(*byte));
        let recent = &mut self.state.recent;
        recent.push(hash);
        while recent.len() > RECENT_REFERENCES {
            recent.remove(0);
        }
    }
}
