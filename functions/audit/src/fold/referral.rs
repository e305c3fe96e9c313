//! Referrals in one member's chain: which purchase counts, what was paid for it, and what a return took back.

use super::lots::{allocation, points};
use super::{Context, Fold, history, tiers};
use crate::checks::Invariant;
use domain::entry::{
    Account, Allocation, Award, Bought, Change, Entry, LotId, Qualifies, Rejection, Returned, Role, Setback,
    TierChange,
};
use domain::ids::{EventId, MemberId, Reference};
use domain::state::{Brought, Counting, Stage, State, Sums};
use dsl::model::{LimitUnit, Revoke, Shortfall};
use dsl::plan::LimitOwner;
use dsl::units::Moment;

/// What a side was paid.
#[derive(Debug)]
pub(super) struct Paid {
    seq: u64,
    bought_at: Moment,
    award: Award,
}

/// When a referral falls due.
pub(super) fn due_at(state: &State) -> Option<Moment> {
    match state.referral.brought.as_ref().map(|brought| &brought.stage) {
        Some(Stage::Qualified(counting)) => Some(counting.terms.matures_at),
        Some(Stage::Revoked { due_at, .. }) => Some(*due_at),
        _ => None,
    }
}

const fn next(moment: Moment) -> Moment {
    Moment(moment.0.saturating_add(1))
}

impl Fold {
    /// Whether the reference is that of the friend, and the moment that of the referral.
    pub(super) fn refers(&self, entry: &Entry, own: &str) -> (bool, bool) {
        let friend = |role: Role, other: &MemberId| {
            if role == Role::Friend { MemberId::parse(own) } else { Some(other.clone()) }
        };
        match &entry.change {
            Change::ReferralPaid { role, other, .. } | Change::ReferralRejected { role, other, .. } => {
                let reference = friend(*role, other).map(|friend| Reference::maturity(&friend));
                let timely = match (role, self.counting()) {
                    (Role::Friend, Some(Stage::Qualified(counting))) => {
                        counting.bought_at == entry.occurred_at && counting.terms.matures_at <= entry.at
                    }
                    (Role::Friend, _) => false,
                    (Role::Referrer, _) => entry.occurred_at <= entry.at,
                };
                (reference.as_ref() == Some(&entry.reference), timely)
            }
            Change::ReferralReversed { role, other, .. } => {
                let reference = friend(*role, other).map(|friend| Reference::reversal(&friend));
                (reference.as_ref() == Some(&entry.reference), entry.occurred_at == entry.at)
            }
            _ => (false, false),
        }
    }

    fn counting(&self) -> Option<&Stage> {
        self.state.referral.brought.as_ref().map(|brought| &brought.stage)
    }

    pub(super) fn joined(&mut self, entry: &Entry, referrer: &MemberId, until: Moment, cx: &mut Context<'_>) {
        let zone = cx.rulebook.zone();
        let referral = cx.rulebook.programme().referral.as_ref();
        let terms = referral.map(|terms| {
            (
                entry.occurred_at < zone.plus(self.state.enrolled_at, terms.join),
                zone.plus(entry.occurred_at, terms.qualify),
            )
        });
        cx.checks.equal(Invariant::Referral, "in time, until when", &Some((true, until)), &terms);
        let fresh = self.state.referral.brought.is_none() && referrer.as_str() != cx.member;
        cx.checks.expect(Invariant::Referral, fresh, || "brought before, or by herself".to_owned());
        let (by, joined_at) = (referrer.clone(), entry.occurred_at);
        self.state.referral.brought = Some(Brought { by, joined_at, until, stage: Stage::Joined });
    }

    /// The purchase that counts is the first that may. Conditions beside its amount are not judged again.
    pub(super) fn qualifies(
        &mut self,
        entry: &Entry,
        bought: &Bought,
        said: Option<&Qualifies>,
        cx: &mut Context<'_>,
    ) {
        let paid = bought.lines.iter().map(|line| line.amount_minor).fold(0, i64::saturating_add);
        let referral = cx.rulebook.programme().referral.as_ref();
        let at = entry.occurred_at;
        let open = self.state.referral.brought.as_ref().is_some_and(|brought| {
            brought.stage == Stage::Joined && brought.joined_at <= at && at < brought.until
        });
        let own = referral.filter(|_| open).and_then(|terms| {
            let least_minor = terms.least_minor.unwrap_or(0);
            let matures_at = cx.rulebook.zone().plus(at, terms.mature).max(next(entry.at));
            (paid >= least_minor).then_some(Qualifies { least_minor, matures_at, refund: terms.refund })
        });
        if said.is_some() || referral.is_some_and(|terms| terms.when.is_empty()) {
            cx.checks.equal(Invariant::Referral, "whether it counts", &said.copied(), &own);
        }
        let id = entry.reference.as_str().split('#').nth(1).and_then(EventId::parse);
        if let (Some(terms), Some(purchase), Some(brought)) = (said, id, self.state.referral.brought.as_mut())
        {
            brought.stage = Stage::Qualified(Counting { purchase, bought_at: at, terms: *terms });
        }
    }

    /// What a return does to it.
    pub(super) fn set_back(
        &mut self,
        entry: &Entry,
        returned: &Returned,
        kept_minor: Option<i64>,
        cx: &mut Context<'_>,
    ) {
        let mut own = None;
        if let Some(brought) = self.state.referral.brought.as_mut() {
            let too_little = |counting: &Counting| {
                counting.purchase == returned.purchase
                    && kept_minor.is_none_or(|kept| kept < counting.terms.least_minor)
            };
            let stage = match &brought.stage {
                Stage::Qualified(counting) if too_little(counting) => {
                    let open = entry.at < brought.until;
                    own = Some(if open { Setback::Reopened } else { Setback::Rejected });
                    if open { Stage::Joined } else { Stage::Rejected(Rejection::Returned) }
                }
                Stage::Rewarded(counting)
                    if too_little(counting) && counting.terms.refund != Revoke::Keep =>
                {
                    own = Some(Setback::Revoked);
                    Stage::Revoked { counting: counting.clone(), due_at: next(entry.at) }
                }
                other => other.clone(),
            };
            brought.stage = stage;
        }
        cx.checks.equal(Invariant::Referral, "what it does to the referral", &returned.referral, &own);
    }

    pub(super) fn referral_paid(
        &mut self,
        entry: &Entry,
        (role, other): (Role, &MemberId),
        award: &Award,
        stored: &State,
        cx: &mut Context<'_>,
    ) -> Option<TierChange> {
        if role == Role::Friend {
            self.friends_stage(other, cx, |counting| Stage::Rewarded(counting.clone()));
        } else {
            let rewarded = &mut self.state.referral.friends_rewarded;
            *rewarded = rewarded.saturating_add(1);
            for slot in cx.rulebook.limits().iter().filter(|slot| slot.owner == LimitOwner::Referral) {
                let once = award.limits.iter().filter(|(key, amount)| *key == slot.key && *amount == 1);
                cx.checks.expect(Invariant::Referral, once.count() == 1, || {
                    format!("it does not count for the limit {}", slot.key)
                });
            }
        }
        let change = self.earned(entry, award, stored, cx);
        if role == Role::Referrer {
            for slot in cx.rulebook.limits().iter().filter(|slot| slot.owner == LimitOwner::Referral) {
                let LimitUnit::Times(most) = slot.most else { continue };
                let counts_at = history::counts_at(entry, cx.rulebook);
                let used = history::used(&self.state, slot, counts_at, cx.rulebook);
                cx.checks.expect(Invariant::Referral, used <= most, || {
                    format!("{used} friends, by {} there may be {most}", slot.key)
                });
            }
        }
        change
    }

    pub(super) fn referral_rejected(
        &mut self,
        _: &Entry,
        (role, other): (Role, &MemberId),
        reason: &Rejection,
        cx: &mut Context<'_>,
    ) {
        let standing = self.state.standing.clone();
        let own = match (role, reason) {
            (Role::Friend, Rejection::FriendErased) | (Role::Referrer, Rejection::ReferrerErased) => {
                // who became another member is no side of a referral any more
                standing.erased || standing.merges.into.is_some()
            }
            (Role::Friend, Rejection::FriendFrozen) | (Role::Referrer, Rejection::ReferrerFrozen) => {
                standing.earning_frozen
            }
            (_, Rejection::Returned) => false,
            _ => true,
        };
        cx.checks.expect(Invariant::Referral, own, || format!("{reason:?} under {standing:?}"));
        if role == Role::Friend {
            self.friends_stage(other, cx, |_| Stage::Rejected(reason.clone()));
        }
    }

    /// Moves the friend's own stage on, from the purchase that matured.
    fn friends_stage(&mut self, other: &MemberId, cx: &mut Context<'_>, to: impl Fn(&Counting) -> Stage) {
        let brought = self.state.referral.brought.as_mut().filter(|brought| brought.by == *other);
        let moved = brought.and_then(|brought| {
            let Stage::Qualified(counting) = &brought.stage else { return None };
            brought.stage = to(counting);
            Some(())
        });
        cx.checks.expect(Invariant::Referral, moved.is_some(), || {
            format!("no purchase of somebody brought by {other} has matured")
        });
    }

    pub(super) fn referral_reversed(&mut self, entry: &Entry, cx: &mut Context<'_>) -> Option<TierChange> {
        let Change::ReferralReversed { role, other, clawed, taken, owed, forgiven, lowered } = &entry.change
        else {
            return None;
        };
        let friend = if *role == Role::Friend { cx.member } else { other.as_str() };
        let paid = MemberId::parse(friend)
            .and_then(|friend| self.referrals.remove(Reference::maturity(&friend).as_str()));
        let Some(paid) = paid else {
            cx.checks.expect(Invariant::Referral, false, || "what is reversed was not paid".to_owned());
            return None;
        };
        // the policy stands in the friend's state; of the referrer's side it is told by what was done
        let mut unspent = *owed == 0 && *forgiven > 0;
        if *role == Role::Friend {
            let brought = self.state.referral.brought.as_mut().filter(|brought| brought.by == *other);
            let policy = brought.and_then(|brought| {
                let Stage::Revoked { counting, .. } = &brought.stage else { return None };
                let policy = counting.terms.refund;
                brought.stage = Stage::Reversed;
                Some(policy)
            });
            cx.checks.expect(Invariant::Referral, policy.is_some(), || "nothing came back".to_owned());
            unspent = policy == Some(Revoke::IfUnspent);
        }
        self.claw_referral(entry, &paid, unspent, (taken, *clawed, *owed, *forgiven), cx);
        let day = cx.rulebook.zone().local(paid.bought_at).day;
        history::take_back(
            &mut self.state,
            day,
            Sums { earned_points: paid.award.points, ..Sums::default() },
        );
        self.lowered(paid.seq, lowered, cx);
        let undone =
            tiers::Undone { bought_at: paid.bought_at, before: paid.award.tier_before.clone(), at: entry.at };
        tiers::undo(&mut self.state, &undone, cx.rulebook)
    }

    /// From its own lots, then in spend order, then by the award's policy.
    fn claw_referral(
        &mut self,
        entry: &Entry,
        paid: &Paid,
        unspent: bool,
        (taken, clawed, owed, forgiven): (&[Allocation], i64, i64, i64),
        cx: &mut Context<'_>,
    ) {
        let mut own: Vec<Allocation> = Vec::new();
        let mut missing = 0_i64;
        for (index, lot) in paid.award.lots.iter().enumerate() {
            let id = LotId(paid.seq, u8::try_from(index).unwrap_or(u8::MAX));
            let found = self.lot(id).map_or(0, |open| open.remaining.min(lot.points));
            if let Some(open) = self.lot(id) {
                self.lower(id, found);
                self.shift(Self::account(&open), Account::Clawed, found);
                own.push(allocation(&open, found));
            }
            missing = missing.saturating_add(lot.points.saturating_sub(found));
        }
        if !unspent && !self.state.standing.erased {
            for other in self.in_order(missing, entry.at) {
                self.lower(other.lot, other.points);
                self.shift(Account::Active, Account::Clawed, other.points);
                missing = missing.saturating_sub(other.points);
                match own.iter_mut().find(|same| same.lot == other.lot) {
                    Some(same) => same.points = same.points.saturating_add(other.points),
                    None => own.push(other),
                }
            }
        }
        let in_debt = !unspent && !self.state.standing.erased && paid.award.shortfall == Shortfall::Debt;
        let (own_owed, own_forgiven) = if in_debt { (missing, 0) } else { (0, missing) };
        self.shift(Account::Debt, Account::Clawed, own_owed);
        cx.checks.equal(Invariant::SpendOrder, "what a referral lost", &taken.to_vec(), &own);
        let sums = (points(&own).saturating_add(own_owed), own_owed, own_forgiven);
        cx.checks.equal(Invariant::Referral, "clawed, owed, forgiven", &(clawed, owed, forgiven), &sums);
    }

    /// Keeps what later entries refer to.
    pub(super) fn keep_referral(&mut self, entry: &Entry) {
        if let Change::ReferralPaid { award, .. } = &entry.change {
            let paid = Paid { seq: entry.seq, bought_at: entry.occurred_at, award: award.clone() };
            self.referrals.insert(entry.reference.as_str().to_owned(), paid);
        }
    }
}
