//! What fell due between two entries: recorded when due, in order, completely, for exactly what was there.

use super::lots::points;
use super::{Context, Fold, tiers};
use crate::checks::Invariant;
use domain::entry::{Account, Allocation, Entry, LotId, Settlement, TierChange};
use domain::state::Lot;
use dsl::calendar::plus_civil;
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};

impl Fold {
    /// Follows the settlements of an entry. Changes of tier by reviews are their own, never the entry's.
    pub(super) fn settle(&mut self, entry: &Entry, cx: &mut Context<'_>) -> Option<TierChange> {
        let mut before = Moment(i64::MIN);
        let mut reviewed = Vec::new();
        // what a hold that timed out gives back to closed lots: recorded as expired right after it
        let mut over: Vec<(Moment, Allocation)> = Vec::new();
        // what repaid debt after it
        let mut repaid: Vec<(Moment, LotId, i64)> = Vec::new();
        for settlement in &entry.settled {
            let at = moment(settlement);
            cx.checks.expect(Invariant::Settlements, before <= at && at <= entry.at, || {
                format!("{settlement:?} was not due then")
            });
            let since = before;
            before = before.max(at);
            match settlement {
                Settlement::ExpiringSoon { points, expires_at, at } => {
                    self.told_of_expiry((*points, *expires_at), (*at, since), cx);
                }
                Settlement::Activated { lot, points, repaid, at } => {
                    self.activated(*lot, *points, *repaid, *at, cx);
                }
                Settlement::Expired { lot, points, at } => {
                    let of_hold =
                        over.iter().position(|(when, a)| when == at && a.lot == *lot && a.points == *points);
                    match of_hold {
                        Some(place) => drop(over.remove(place)),
                        None => self.expired(*lot, *points, *at, cx),
                    }
                }
                Settlement::TimedOut { redemption, points: back, at } => {
                    let place = self.state.holds.iter().position(|hold| hold.id == *redemption);
                    let hold = place.map(|place| self.state.holds.remove(place));
                    let due =
                        hold.as_ref().is_some_and(|hold| hold.until == *at && points(&hold.taken) == *back);
                    cx.checks.expect(Invariant::Holds, due, || {
                        format!("{redemption} timed out with {back} at {at:?}: {hold:?}")
                    });
                    if let Some(hold) = hold {
                        over.extend(
                            self.give_back(&hold.taken, Account::Held, *at).into_iter().map(|a| (*at, a)),
                        );
                        repaid.extend(self.repay(*at).into_iter().map(|(lot, points)| (*at, lot, points)));
                        self.hold_back(&hold, cx);
                    }
                }
                Settlement::Repaid { lot, points, at } => {
                    let place = repaid.iter().position(|own| *own == (*at, *lot, *points));
                    cx.checks.expect(Invariant::SpendOrder, place == Some(0), || {
                        format!("{settlement:?} repaid no debt")
                    });
                    if let Some(place) = place {
                        repaid.remove(place);
                    }
                }
                Settlement::LiftEnded { tier, at } => self.lift_ended(tier, *at, cx),
                Settlement::Reviewed { change, at } => reviewed.push((*at, change.clone())),
                Settlement::VoucherFreed { voucher, at, .. } => self.freed(*voucher, *at, cx),
                Settlement::VoucherExpired { voucher, at, .. } => self.voucher_expired(*voucher, *at, cx),
            }
        }
        cx.checks.expect(Invariant::Expiry, over.is_empty(), || format!("{over:?} of a hold did not expire"));
        cx.checks.expect(Invariant::SpendOrder, repaid.is_empty(), || {
            format!("{repaid:?} should have repaid debt")
        });
        let own = tiers::review_until(&mut self.state, entry.at, cx.rulebook);
        cx.checks.equal(Invariant::Tier, "what reviews changed", &reviewed, &own);
        self.nothing_left_due(entry, cx);
        None
    }

    fn activated(&mut self, lot: LotId, points: i64, repaid: i64, at: Moment, cx: &mut Context<'_>) {
        let Some(open) = self.lot(lot) else {
            cx.checks
                .expect(Invariant::Settlements, false, || format!("{lot:?} is not open to be activated"));
            return;
        };
        let due = open.activates_at == Some(at) && open.remaining == points;
        cx.checks.expect(Invariant::Settlements, due, || {
            format!("{lot:?} activated with {points} at {at:?}: {open:?}")
        });
        self.close(lot);
        let own = self.activate(Account::Pending, open);
        cx.checks.equal(Invariant::Settlements, "what repaid debt on activation", &repaid, &own);
    }

    fn expired(&mut self, lot: LotId, points: i64, at: Moment, cx: &mut Context<'_>) {
        let open = self.lot(lot);
        let due = open.is_some_and(|open| open.expires_at == Some(at) && open.remaining == points);
        cx.checks
            .expect(Invariant::Expiry, due, || format!("{lot:?} expired with {points} at {at:?}: {open:?}"));
        if let Some(open) = open {
            self.close(lot);
            self.shift(Self::account(&open), Account::Expired, open.remaining);
        }
    }

    /// A reminder: due then, for all that expires on its day, and never twice.
    fn told_of_expiry(
        &mut self,
        (points, expires_at): (i64, Moment),
        (at, since): (Moment, Moment),
        cx: &mut Context<'_>,
    ) {
        let zone = cx.rulebook.zone();
        let expires = zone.local(expires_at).day;
        let of_day = self
            .state
            .lots
            .iter()
            .filter(|lot| lot.expires_at.is_some_and(|at| zone.local(at).day == expires));
        let own = of_day.clone().fold(0_i64, |sum, lot| sum.saturating_add(lot.remaining));
        let earliest = of_day.filter_map(|lot| lot.expires_at).min();
        cx.checks.equal(Invariant::Settlements, "points about to expire", &points, &own);
        cx.checks.equal(Invariant::Settlements, "their earliest expiry", &Some(expires_at), &earliest);
        let due =
            self.reminder(cx.rulebook).filter(|(day, _)| *day == expires).map(|(_, due)| due.max(since));
        cx.checks.equal(Invariant::Settlements, "when the member was told", &Some(at), &due);
        self.state.standing.reminded = Some(expires);
    }

    /// The earliest local day on which something expires that the member was not told of, and when she is to be.
    pub(super) fn reminder(&self, rulebook: &Rulebook) -> Option<(Day, Moment)> {
        let lead = rulebook.programme().remind?;
        let standing = &self.state.standing;
        if standing.erased || standing.merges.into.is_some() {
            return None;
        }
        let zone = rulebook.zone();
        let told = |lot: &Lot| {
            let day = zone.local(lot.expires_at?).day;
            let at = zone.start_of(plus_civil(day, i64::from(lead.count).saturating_neg(), lead.unit));
            (lot.earned_at < at && standing.reminded.is_none_or(|told| told < day)).then_some((day, at))
        };
        self.state.lots.iter().filter_map(told).min()
    }

    fn nothing_left_due(&self, entry: &Entry, cx: &mut Context<'_>) {
        let now = entry.at;
        let told = self.reminder(cx.rulebook).is_none_or(|(_, at)| now < at);
        cx.checks.expect(Invariant::Settlements, told, || "a reminder was due".to_owned());
        for lot in &self.state.lots {
            let waits = lot.activates_at.is_none_or(|at| now < at);
            cx.checks
                .expect(Invariant::Settlements, waits, || format!("{:?} was due to be activated", lot.id));
            let lives = lot.expires_at.is_none_or(|at| now < at);
            cx.checks.expect(Invariant::Expiry, lives, || {
                format!("{:?} had expired with {}", lot.id, lot.remaining)
            });
        }
        self.no_voucher_due(now, cx);
        self.no_lift_due(entry, cx);
        for hold in &self.state.holds {
            cx.checks.expect(Invariant::Holds, now < hold.until, || format!("{} had timed out", hold.id));
        }
    }
}

const fn moment(settlement: &Settlement) -> Moment {
    match settlement {
        Settlement::Activated { at, .. }
        | Settlement::Expired { at, .. }
        | Settlement::TimedOut { at, .. }
        | Settlement::Repaid { at, .. }
        | Settlement::Reviewed { at, .. }
        | Settlement::LiftEnded { at, .. }
        | Settlement::VoucherFreed { at, .. }
        | Settlement::VoucherExpired { at, .. }
        | Settlement::ExpiringSoon { at, .. } => *at,
    }
}
