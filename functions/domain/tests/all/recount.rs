//! A second opinion: lots and holds recomputed from the entries alone, by another road than the decisions took.

use domain::entry::{Allocation, Award, Change, Entry, LotId, Settlement};
use domain::ids::EventId;
use domain::state::State;
use dsl::units::Moment;
use std::collections::BTreeMap;

/// What the entries say is left.
#[derive(Debug, Default)]
pub(crate) struct Count {
    lots: BTreeMap<LotId, i64>,
    holds: BTreeMap<EventId, BTreeMap<LotId, i64>>,
    debt: i64,
}

/// Recounts a chain and compares it with the state its newest entry carries.
pub(crate) fn check(entries: &[Entry], state: &State) {
    let mut count = Count::default();
    for entry in entries {
        count.settle(entry);
        count.change(entry);
        for (lot, points) in &entry.repaid {
            count.take(*lot, *points);
            count.debt -= points;
        }
    }
    let lots: BTreeMap<LotId, i64> = state.lots.iter().map(|lot| (lot.id, lot.remaining)).collect();
    assert_eq!(count.lots, lots, "lots");
    let holds: BTreeMap<EventId, BTreeMap<LotId, i64>> = state
        .holds
        .iter()
        .map(|hold| (hold.id.clone(), hold.taken.iter().map(|a| (a.lot, a.points)).collect()))
        .collect();
    assert_eq!(count.holds, holds, "holds");
    assert_eq!(count.debt, state.debt_points, "debt");
}

impl Count {
    fn take(&mut self, lot: LotId, points: i64) {
        let left = self.lots.get_mut(&lot).unwrap_or_else(|| panic!("{lot:?} is not open"));
        *left -= points;
        assert!(*left >= 0, "{lot:?} gave more than it had");
        self.lots.retain(|_, left| *left > 0);
    }

    fn take_all(&mut self, taken: &[Allocation]) {
        for allocation in taken {
            self.take(allocation.lot, allocation.points);
        }
    }

    fn put_all(&mut self, back: &[Allocation], now: Moment) {
        for allocation in back {
            let expired = allocation.expires_at.is_some_and(|at| at <= now);
            if !expired || self.lots.contains_key(&allocation.lot) {
                *self.lots.entry(allocation.lot).or_default() += allocation.points;
            }
        }
    }

    fn open(&mut self, award: &Award, seq: u64, first: usize) {
        let mut repaid = award.repaid;
        for (index, lot) in (first..).zip(&award.lots) {
            let covers = if lot.activates_at.is_none() { repaid.min(lot.points) } else { 0 };
            repaid -= covers;
            if lot.points > covers {
                self.lots.insert(LotId(seq, u8::try_from(index).unwrap()), lot.points - covers);
            }
        }
        assert_eq!(repaid, 0);
        self.debt -= award.repaid;
    }

    fn settle(&mut self, entry: &Entry) {
        let mut last = Moment(i64::MIN);
        for settled in &entry.settled {
            let at = match settled {
                Settlement::Activated { lot, repaid, at, points } => {
                    assert_eq!(self.lots.get(lot), Some(points));
                    self.take(*lot, *repaid);
                    self.debt -= repaid;
                    at
                }
                Settlement::Expired { lot, points, at } => {
                    self.take(*lot, *points);
                    at
                }
                Settlement::TimedOut { redemption, at, .. } => {
                    for (lot, points) in self.holds.remove(redemption).unwrap() {
                        *self.lots.entry(lot).or_default() += points;
                    }
                    at
                }
                Settlement::Repaid { lot, points, at } => {
                    self.take(*lot, *points);
                    self.debt -= points;
                    at
                }
                Settlement::Reviewed { at, .. }
                | Settlement::LiftEnded { at, .. }
                | Settlement::VoucherFreed { at, .. }
                | Settlement::VoucherExpired { at, .. }
                | Settlement::ExpiringSoon { at, .. } => at,
            };
            assert!(last <= *at && *at <= entry.at, "settlements stand in the order they fell due");
            last = *at;
        }
    }

    fn change(&mut self, entry: &Entry) {
        match &entry.change {
            Change::Enrolled(award)
            | Change::Occurred { award, .. }
            | Change::Celebrated { award, .. }
            | Change::Answered { award, .. }
            | Change::Scheduled { award, .. }
            | Change::ReferralPaid { award, .. } => {
                self.open(award, entry.seq, 0);
            }
            Change::ReferralReversed { taken, owed, .. } => {
                self.take_all(taken);
                self.debt += owed;
            }
            Change::Purchased { award, welcome, .. } => {
                if let Some(given) = welcome {
                    self.open(given, entry.seq, 0);
                }
                self.open(award, entry.seq, welcome.as_ref().map_or(0, |given| given.lots.len()));
            }
            Change::Returned(returned) => {
                self.put_all(&returned.restored, entry.at);
                self.take_all(&returned.taken);
                self.debt += returned.owed;
            }
            Change::Held { taken, .. } => {
                self.take_all(taken);
                let redemption = entry.reference.as_str().split('#').nth(1).unwrap();
                let held = taken.iter().map(|a| (a.lot, a.points)).collect();
                self.holds.insert(EventId::parse(redemption).unwrap(), held);
            }
            Change::Redeemed { taken, .. } => self.take_all(taken),
            Change::Captured { redemption, released, .. } | Change::Released { redemption, released } => {
                self.holds.remove(redemption).unwrap();
                self.put_all(released, entry.at);
            }
            Change::Cancelled { restored, .. } | Change::VoucherMoved { restored, .. } => {
                self.put_all(restored, entry.at);
            }
            Change::Adjusted { points, repaid, taken, .. } => {
                self.take_all(taken);
                if *points > *repaid {
                    self.lots.insert(LotId(entry.seq, 0), points - repaid);
                }
                self.debt -= repaid;
            }
            Change::MergedInto { .. } => {
                self.lots.clear();
                self.debt = 0;
            }
            Change::MergedFrom { parcel, .. } => {
                for (index, lot) in parcel.lots.iter().enumerate() {
                    self.lots.insert(LotId(entry.seq, u8::try_from(index).unwrap()), lot.points);
                }
                self.debt += parcel.debt;
            }
            Change::Settled
            | Change::Refused(_)
            | Change::Frozen { .. }
            | Change::Updated { .. }
            | Change::Joined { .. }
            | Change::ReferralRejected { .. }
            | Change::Erased { .. } => {}
        }
    }
}
