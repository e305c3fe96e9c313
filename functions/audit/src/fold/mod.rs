//! The fold: what the entries of a member amount to, one after another, computed from what they say happened.

mod answer;
mod award;
mod by_hand;
mod celebration;
mod challenges;
mod compare;
mod experiments;
mod happenings;
mod history;
mod households;
mod lifts;
mod lots;
mod merges;
mod milestones;
mod redemption;
mod referral;
mod returns;
mod scheduled;
mod tiers;
mod time;
mod vouchers;

use crate::checks::{Checks, Invariant};
use crate::counters::Counters;
use domain::entry::{Account, Change, Entry, TierChange};
use domain::ids::{EventId, Reference, TenantId, VoucherId};
use domain::state::State;
use dsl::model::UnknownMember;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use redemption::Redemption;
use returns::Purchase;
use std::collections::BTreeMap;

/// What judging an entry needs besides the entry.
pub(crate) struct Context<'a> {
    pub(crate) tenant: &'a TenantId,
    /// The member's id.
    pub(crate) member: &'a str,
    pub(crate) rulebook: &'a Rulebook,
    pub(crate) counters: &'a mut Counters,
    pub(crate) checks: &'a mut Checks,
}

/// What the entries so far amount to.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    state: State,
    at: Moment,
    /// What the entry at hand moved so far.
    moved: BTreeMap<Account, i64>,
    purchases: BTreeMap<EventId, Purchase>,
    redemptions: BTreeMap<EventId, Redemption>,
    /// How many vouchers the entry at hand issued so far.
    issued: usize,
    /// Vouchers whose reservation ended since the entry before.
    freed: Vec<(VoucherId, Moment)>,
    /// What referrals paid, by the reference of their maturity.
    referrals: BTreeMap<String, referral::Paid>,
    /// True after an entry that could not be read: the next one cannot be judged against it.
    lost: bool,
}

impl Fold {
    /// Whether the index was told another moment before the next entry; none when that is not known.
    pub(crate) fn is_news(&self, due: Option<Moment>) -> Option<bool> {
        (!self.lost).then_some(self.state.registered_due != due)
    }

    /// Nothing is known of the state before the next entry.
    pub(crate) const fn lose(&mut self) {
        self.lost = true;
    }

    /// Judges the next entry and the state it carries.
    pub(crate) fn entry(&mut self, entry: &Entry, stored: &State, cx: &mut Context<'_>) {
        postings_balance(entry, cx.checks);
        compare::balances(stored, cx.checks);
        if self.lost {
            return;
        }
        self.moved.clear();
        self.issued = 0;
        self.freed.clear();
        cx.checks
            .expect(Invariant::Time, entry.at >= self.at, || "decided before the entry before it".to_owned());
        let mut tier = if entry.seq == 1 { self.first(entry, cx) } else { self.settle(entry, cx) };
        let from = self.state.tier.as_ref().map(|hold| hold.name.clone());
        let (gone, lifetime) = (self.state.standing.merges.into.is_some(), self.state.lifetime);
        let moved = self.change(entry, stored, cx);
        if let Some(to) = moved {
            let from = tier.take().map_or(from, |earlier| earlier.from);
            tier = Some(TierChange { from, to: to.to });
        }
        cx.checks.equal(Invariant::Tier, "the change of tier", &entry.tier, &tier);
        self.recount(entry, cx);
        if gone {
            self.left_by_return(entry, lifetime, cx);
        }
        compare::postings(&self.moved, entry, cx.checks);
        self.remember_reference(entry);
        self.tell_next_due(entry, cx.rulebook);
        compare::states(&self.state, stored, entry.at, cx);
    }

    /// Takes the stored state as the one to judge the next entry by, and keeps what later entries refer to.
    pub(crate) fn adopt(&mut self, entry: &Entry, stored: State) {
        self.keep_purchase(entry);
        self.keep_redemption(entry);
        self.keep_referral(entry);
        self.state = stored;
        self.at = self.at.max(entry.at);
        self.lost = false;
    }

    /// The first entry enrols.
    fn first(&mut self, entry: &Entry, cx: &mut Context<'_>) -> Option<TierChange> {
        let enrols = match entry.change {
            Change::Enrolled(_) => true,
            Change::Purchased { .. } => cx.rulebook.programme().unknown_member == UnknownMember::Enrol,
            _ => false,
        };
        cx.checks.expect(Invariant::Reference, enrols, || "the first entry enrols nobody".to_owned());
        cx.checks.expect(Invariant::Settlements, entry.settled.is_empty(), || {
            "nothing can be due before the first entry".to_owned()
        });
        self.state.enrolled_at = entry.occurred_at;
        tiers::welcome(&mut self.state, entry.occurred_at, cx.rulebook)
    }

    /// Whether the reference is one of what happened, and whether it happened when it could.
    fn referred(&mut self, entry: &Entry, cx: &mut Context<'_>) -> (bool, bool) {
        let reference = entry.reference.as_str();
        let after_enrolment = entry.occurred_at >= self.state.enrolled_at;
        let event = reference.split('#').nth(3).and_then(EventId::parse);
        let of = |make: fn(&EventId, &EventId) -> Reference, parent: &EventId| {
            event.as_ref().map(|event| make(parent, event))
        };
        match &entry.change {
            Change::Enrolled(_) => (entry.reference == Reference::enrolment() && entry.seq == 1, true),
            Change::Purchased { .. } => (is_of("p", reference), after_enrolment),
            Change::Occurred { .. } => (is_of("e", reference), after_enrolment),
            Change::Held { .. } | Change::Redeemed { .. } => (is_of("d", reference), after_enrolment),
            Change::Returned(returned) => {
                (of(Reference::purchase_return, &returned.purchase).as_ref() == Some(&entry.reference), true)
            }
            Change::Captured { redemption, .. } => {
                (of(Reference::capture, redemption).as_ref() == Some(&entry.reference), true)
            }
            Change::Released { redemption, .. } => {
                (of(Reference::release, redemption).as_ref() == Some(&entry.reference), true)
            }
            Change::Cancelled { redemption, .. } => {
                (of(Reference::cancellation, redemption).as_ref() == Some(&entry.reference), true)
            }
            Change::Settled => {
                (entry.reference == Reference::sweep(entry.seq.saturating_sub(1)), !entry.settled.is_empty())
            }
            Change::Celebrated { occasion, year, .. } => {
                self.celebrates(*occasion, *year, entry, cx.rulebook)
            }
            Change::Answered { survey, .. } => {
                (entry.reference == Reference::survey(survey), after_enrolment)
            }
            Change::Scheduled { timer, period, place, .. } => {
                cx.counters.places.entry(cx.tenant, cx.member, entry);
                self.fires(timer, (*period, *place), entry, cx)
            }
            Change::VoucherMoved { voucher, .. } => {
                let step = reference.split('#').nth(2).and_then(EventId::parse);
                let own = step.map(|step| Reference::voucher_step(*voucher, &step));
                (own.as_ref() == Some(&entry.reference), true)
            }
            Change::MergedInto { .. } | Change::MergedFrom { by: Some(_), .. } => {
                (is_of("g", reference), true)
            }
            Change::MergedFrom { .. } => (reference.starts_with("g#"), true),
            Change::Adjusted { .. } => (is_of("j", reference), true),
            Change::Frozen { .. } => (is_of("z", reference), true),
            Change::Updated { .. } => (is_of("u", reference), true),
            Change::Erased { .. } => (entry.reference == Reference::erasure(), true),
            Change::Joined { .. } => (is_of("f", reference), after_enrolment),
            Change::ReferralPaid { .. }
            | Change::ReferralRejected { .. }
            | Change::ReferralReversed { .. } => self.refers(entry, cx.member),
            Change::Refused(_) => {
                (["p#", "d#", "e#", "j#", "w#", "f#"].iter().any(|kind| reference.starts_with(kind)), true)
            }
        }
    }

    /// What happened; the tier it led to, where it changed.
    fn change(&mut self, entry: &Entry, stored: &State, cx: &mut Context<'_>) -> Option<TierChange> {
        let (own_kind, timely) = self.referred(entry, cx);
        let reference = entry.reference.as_str();
        cx.checks.expect(Invariant::Reference, own_kind, || {
            format!("{reference} is no reference of what happened")
        });
        cx.checks
            .expect(Invariant::Time, timely, || "happened before the enrolment, or nothing did".to_owned());
        self.allowed(entry, cx);
        match &entry.change {
            Change::Occurred { kind, award } => {
                let rose = self.earned(entry, award, stored, cx);
                self.happened(kind, entry, cx.rulebook);
                rose
            }
            Change::Enrolled(award) | Change::Celebrated { award, .. } | Change::Scheduled { award, .. } => {
                self.earned(entry, award, stored, cx)
            }
            Change::Answered { survey, class, answers, award } => {
                self.answered(entry, (survey, class.as_deref(), answers), award, stored, cx)
            }
            Change::Joined { referrer, until } => {
                self.joined(entry, referrer, *until, cx);
                None
            }
            Change::ReferralPaid { role, other, award } => {
                self.referral_paid(entry, (*role, other), award, stored, cx)
            }
            Change::ReferralRejected { role, other, reason } => {
                self.referral_rejected(entry, (*role, other), reason, cx);
                None
            }
            Change::ReferralReversed { .. } => self.referral_reversed(entry, cx),
            Change::Purchased { bought, award, welcome, qualifies } => {
                let enrols = welcome.is_some() == (entry.seq == 1);
                cx.checks.expect(Invariant::Award, enrols, || {
                    "a welcome is given when a purchase enrols".to_owned()
                });
                let from = self.state.tier.as_ref().map(|hold| hold.name.clone());
                let rose = welcome.as_ref().and_then(|welcome| self.earned(entry, welcome, stored, cx));
                let first = welcome.as_ref().map_or(0, |welcome| welcome.lots.len());
                self.qualifies(entry, bought, qualifies.as_ref(), cx);
                let change = self.purchased(entry, bought, (award, first), stored, cx);
                self.pays(bought);
                change.map(|change| TierChange { from, to: change.to }).or(rose)
            }
            Change::Returned(returned) => self.returned(entry, returned, cx),
            Change::Held { points, reward, until, taken } => {
                self.held(entry, *points, reward.as_ref(), *until, taken, cx);
                None
            }
            Change::Redeemed { points, reward, taken, voucher } => {
                self.redeemed(entry, *points, reward.as_ref(), taken, cx);
                self.bought_voucher(entry, reward.as_deref(), voucher.as_ref(), cx);
                None
            }
            Change::Captured { redemption, points, taken, released, voucher } => {
                let hold = self.captured(entry, redemption, *points, taken, released, cx);
                self.captured_voucher(entry, hold.as_ref(), voucher.as_ref(), cx);
                None
            }
            Change::Released { redemption, released } => {
                self.released(entry, redemption, released, cx);
                None
            }
            Change::Cancelled { redemption, restored } => {
                self.cancelled(entry, redemption, restored, cx);
                None
            }
            Change::Adjusted { points, repaid, expires_at, taken, .. } => {
                self.adjusted(entry, *points, (*repaid, *expires_at), taken, cx);
                None
            }
            Change::Frozen { earning, spending, .. } => {
                self.state.standing.earning_frozen = *earning;
                self.state.standing.spending_frozen = *spending;
                None
            }
            Change::Erased { .. } => {
                self.state.standing.erased = true;
                self.state.tags.clear();
                self.state.household = None;
                None
            }
            Change::VoucherMoved { .. } => {
                self.voucher_moved(entry, cx);
                None
            }
            Change::MergedInto { into, .. } => self.merged_into(entry, into, cx),
            Change::MergedFrom { from, by, parcel } => {
                self.merged_from(entry, (from, by.is_some()), parcel, cx)
            }
            Change::Updated { household, .. } => {
                if let Some(household) = household {
                    self.state.household = (!household.is_empty()).then(|| household.clone());
                }
                None
            }
            Change::Settled | Change::Refused(_) => None,
        }
    }

    /// What came back repaid debt, in spend order, as long as both last; nothing else ever does.
    fn recount(&mut self, entry: &Entry, cx: &mut Context<'_>) {
        let came_back = matches!(
            entry.change,
            Change::Returned(_)
                | Change::MergedFrom { .. }
                | Change::Captured { .. }
                | Change::Released { .. }
                | Change::Cancelled { .. }
                | Change::VoucherMoved { .. }
        );
        let own = if came_back { self.repay(entry.at) } else { Vec::new() };
        cx.checks.equal(Invariant::SpendOrder, "what repaid debt", &entry.repaid, &own);
    }
}

/// `p#A1#`: a kind, an id, nothing more.
fn is_of(kind: &str, reference: &str) -> bool {
    let mut parts = reference.split('#');
    parts.next() == Some(kind)
        && parts.next().is_some_and(domain::ids::is_id)
        && parts.next() == Some("")
        && parts.next().is_none()
}

fn postings_balance(entry: &Entry, checks: &mut Checks) {
    let sum: i128 = entry.postings.iter().map(|posting| i128::from(posting.1)).fold(0, i128::saturating_add);
    checks.expect(Invariant::PostingsBalance, sum == 0, || format!("postings sum to {sum}"));
    let ordered =
        entry.postings.is_sorted_by(|a, b| a.0 < b.0) && entry.postings.iter().all(|posting| posting.1 != 0);
    checks.expect(Invariant::PostingsBalance, ordered, || {
        "an account is posted twice, out of order, or for nothing".to_owned()
    });
}
