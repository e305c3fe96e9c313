//! What people did by hand: adjustments, and what freezes and erasure forbid.

use super::award::expiry;
use super::lots::points;
use super::{Context, Fold};
use crate::checks::Invariant;
use domain::entry::{Account, Allocation, Change, Entry, LotId, VoucherStage};
use domain::limits::{ADJUSTED_POINTS_PER_DAY_MAX, ADJUSTMENT_POINTS_MAX};
use domain::state::{AdjustedDay, Lot};
use dsl::units::Moment;

impl Fold {
    /// True once the member was erased.
    pub(crate) const fn is_erased(&self) -> bool {
        self.state.standing.erased
    }

    /// Judges an entry by what was frozen, or erased, before it.
    pub(super) fn allowed(&self, entry: &Entry, cx: &mut Context<'_>) {
        let standing = &self.state.standing;
        let forbidden = match &entry.change {
            Change::Settled | Change::ReferralRejected { .. } | Change::ReferralReversed { .. } => false,
            Change::Returned(_) if self.state.standing.merges.into.is_some() => false,
            _ if self.state.standing.merges.into.is_some() => true,
            Change::Purchased { .. }
            | Change::Occurred { .. }
            | Change::Celebrated { .. }
            | Change::Answered { .. }
            | Change::Scheduled { .. }
            | Change::Joined { .. }
            | Change::ReferralPaid { .. } => standing.earning_frozen || standing.erased,
            Change::Held { .. } | Change::Redeemed { .. } => standing.spending_frozen || standing.erased,
            Change::VoucherMoved {
                voucher, to: VoucherStage::Reserved | VoucherStage::Fulfilled, ..
            } => {
                let open = self.state.vouchers.iter().find(|open| open.id == *voucher);
                let reserved = open.is_some_and(|open| open.reserved_until.is_some());
                standing.erased || standing.spending_frozen && !reserved
            }
            Change::MergedInto { .. } | Change::MergedFrom { by: Some(_), .. } => {
                standing.erased || standing.earning_frozen || standing.spending_frozen
            }
            _ => standing.erased,
        };
        cx.checks.expect(Invariant::Standing, !forbidden, || format!("happened under {standing:?}"));
    }

    /// Points given as a lot of the programme's own expiry, debt first; or taken in spend order.
    pub(super) fn adjusted(
        &mut self,
        entry: &Entry,
        asked: i64,
        (repaid, expires_at): (i64, Option<Moment>),
        taken: &[Allocation],
        cx: &mut Context<'_>,
    ) {
        cx.checks.expect(Invariant::Award, asked != 0, || "an adjustment of nothing".to_owned());
        let day = cx.rulebook.zone().local(entry.at).day;
        let before = self.state.standing.adjusted.filter(|adjusted| adjusted.day == day);
        let moved = before.map_or(0, |adjusted| adjusted.points).saturating_add(asked.saturating_abs());
        self.state.standing.adjusted = Some(AdjustedDay { day, points: moved });
        // the caps are the engine's own, for every programme: the entry and the day's sum are all it takes
        let capped = asked.saturating_abs() <= ADJUSTMENT_POINTS_MAX && moved <= ADJUSTED_POINTS_PER_DAY_MAX;
        cx.checks.expect(Invariant::Adjustments, capped, || {
            format!("{asked} points by hand, {moved} that day: above a cap")
        });
        let given = asked.max(0);
        let gone = asked.min(0).saturating_neg();
        cx.checks.equal(Invariant::SpendOrder, "points taken by hand", &points(taken), &gone);
        if given == 0 {
            cx.checks.equal(Invariant::Award, "what a taking gave", &(repaid, expires_at), &(0, None));
            self.take(taken, entry.at, Account::Adjusted, cx);
            return;
        }
        let (own_expiry, slides) = expiry(entry.at, cx.rulebook);
        cx.checks.equal(Invariant::Award, "the expiry of points given by hand", &expires_at, &own_expiry);
        let lot = Lot {
            id: LotId(entry.seq, 0),
            remaining: given,
            earned_at: entry.at,
            activates_at: None,
            expires_at,
            slides,
        };
        let own = self.activate(Account::Adjusted, lot);
        cx.checks.equal(Invariant::Award, "debt repaid by points given by hand", &repaid, &own);
    }
}
