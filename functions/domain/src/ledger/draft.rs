//! A decision being made: opened on a settled state, sealed into an entry.
//!
//! What it never does: leave an invariant to hope. Every way out is `seal` or `refuse`.

use crate::chain::recent_hash;
use crate::decision::{Decision, Draw, NewVoucher};
use crate::entry::{Change, Entry, LotId, Settlement, TierChange};
use crate::history::{counters, experiments, happenings, tiers, windows};
use crate::ids::{Reference, VoucherId};
use crate::ledger::book::Book;
use crate::ledger::lots::LOTS_MAX;
use crate::refusal::Refusal;
use crate::request::{Head, Snapshot, Stamp};
use crate::state::{Merges, RECENT_REFERENCES, Standing, State};
use crate::sweep;
use dsl::plan::Rulebook;
use dsl::units::Moment;

/// A decision being made.
#[derive(Debug, Clone)]
pub(crate) struct Draft<'a> {
    /// The rulebook that decides.
    pub(crate) rulebook: &'a Rulebook,
    /// When it is decided: never before the previous entry.
    pub(crate) at: Moment,
    /// The sequence number of the entry to come.
    pub(crate) seq: u64,
    /// The member's accounts, settled to `at`.
    pub(crate) book: Book,
    /// What came back and repaid debt.
    pub(crate) repaid: Vec<(LotId, i64)>,
    /// The tier it leads to, where that changes.
    pub(crate) tier: Option<TierChange>,
    /// Draws on programme-wide counters.
    pub(crate) draws: Vec<Draw>,
    /// Vouchers it issues.
    pub(crate) issued: Vec<VoucherId>,
    head: Option<&'a Head>,
    settled: Vec<Settlement>,
}

impl<'a> Draft<'a> {
    /// Opens a draft on a member's newest state and settles what fell due; refused for an unknown member, for an
    /// erased one, and for one who became another.
    pub(crate) fn open(snapshot: &'a Snapshot, now: Moment, rulebook: &'a Rulebook) -> Result<Self, Refusal> {
        match &snapshot.head {
            Some(head) if head.state.standing.erased => Err(Refusal::MemberErased),
            Some(Head {
                state: State { standing: Standing { merges: Merges { into: Some(into), .. }, .. }, .. },
                ..
            }) => Err(Refusal::MemberMerged { into: into.clone() }),
            _ => Self::open_to_time(snapshot, now, rulebook),
        }
    }

    /// The same for what time does, which happens to an erased member too.
    pub(crate) fn open_to_time(
        snapshot: &'a Snapshot,
        now: Moment,
        rulebook: &'a Rulebook,
    ) -> Result<Self, Refusal> {
        let head = snapshot.head.as_ref().ok_or(Refusal::MemberUnknown)?;
        let at = now.max(head.at);
        let mut book = Book::new(head.state.clone());
        let due = sweep::settle_book(&mut book, at, rulebook);
        Ok(Self {
            rulebook,
            at,
            seq: head.seq.saturating_add(1),
            book,
            repaid: Vec::new(),
            tier: None,
            draws: due.draws,
            issued: Vec::new(),
            head: Some(head),
            settled: due.settled,
        })
    }

    /// Opens the draft of a member's first entry, in the lowest tier.
    pub(crate) fn begin(now: Moment, enrolled_at: Moment, rulebook: &'a Rulebook) -> Self {
        let mut book = Book::new(State { enrolled_at, ..State::default() });
        let tier = tiers::welcome(&mut book.state, enrolled_at, rulebook);
        Self {
            rulebook,
            at: now,
            seq: 1,
            book,
            repaid: Vec::new(),
            tier,
            draws: Vec::new(),
            issued: Vec::new(),
            head: None,
            settled: Vec::new(),
        }
    }

    /// Refuses what happened before the member was one.
    pub(crate) fn after_enrolment(&self, occurred_at: Moment) -> Result<(), Refusal> {
        let enrolled_at = self.book.state.enrolled_at;
        if occurred_at < enrolled_at { Err(Refusal::BeforeEnrolment { enrolled_at }) } else { Ok(()) }
    }

    /// Notes a change of tier: from where the decision found the member to where she is now.
    pub(crate) fn change_tier(&mut self, change: Option<TierChange>) {
        let Some(change) = change else { return };
        let from = self.tier.take().map_or(change.from, |earlier| earlier.from);
        self.tier = Some(TierChange { from, to: change.to });
    }

    /// What this decision draws from a programme-wide counter so far.
    pub(crate) fn drawn(&self, counter: &str) -> i64 {
        let draws = self.draws.iter().filter(|draw| draw.counter == counter);
        draws.fold(0, |sum, draw| sum.saturating_add(draw.amount))
    }

    /// True when settling found anything due.
    pub(crate) fn has_settled(&self) -> bool {
        !self.settled.is_empty()
    }

    /// The decision, with every invariant checked.
    pub(crate) fn seal(
        self,
        stamp: &Stamp,
        reference: Reference,
        change: Change,
    ) -> Result<Decision, Refusal> {
        self.seal_as(&stamp.fingerprint, stamp.occurred_at, reference, change)
    }

    /// The same for what nobody asked for.
    pub(crate) fn seal_as(
        mut self,
        fingerprint: &str,
        occurred_at: Moment,
        reference: Reference,
        change: Change,
    ) -> Result<Decision, Refusal> {
        if self.book.state.lots.len() > LOTS_MAX {
            return Err(Refusal::TooMuchOpen { of: "lots".to_owned(), most: LOTS_MAX });
        }
        windows::prune(&mut self.book.state, self.at, self.rulebook);
        counters::prune(&mut self.book.state, self.at, self.rulebook);
        experiments::prune(&mut self.book.state, self.rulebook);
        happenings::prune(&mut self.book.state, self.at, self.rulebook);
        let due = sweep::next_due_under(&self.book.state, self.at, self.rulebook);
        let state = &mut self.book.state;
        state.recent.push(recent_hash(&reference));
        let surplus = state.recent.len().saturating_sub(RECENT_REFERENCES);
        state.recent.drain(..surplus);
        // Told only when it is news: an entry in the index of due members costs a write unit more.
        if let Some(due) = due
            && state.registered_due.is_none_or(|registered| due < registered || registered <= self.at)
        {
            state.registered_due = Some(due);
        }
        let entry = Entry {
            seq: self.seq,
            reference,
            fingerprint: fingerprint.to_owned(),
            at: self.at,
            occurred_at,
            rulebook: self.rulebook.id().to_owned(),
            settled: self.settled,
            change,
            postings: self.book.tally.postings(),
            repaid: self.repaid,
            tier: self.tier,
        };
        let new = |id: VoucherId| NewVoucher { id, code_hash: None };
        let vouchers = self.issued.into_iter().map(new).collect();
        Decision { entry, state: self.book.state, draws: merge(self.draws), vouchers }.seal(self.head)
    }

    /// A refusal: recorded as an entry that moves nothing of its own, or handed back as it is.
    pub(crate) fn refuse(
        self,
        stamp: &Stamp,
        reference: Reference,
        refusal: Refusal,
    ) -> Result<Decision, Refusal> {
        if refusal.is_recorded() {
            self.seal(stamp, reference, Change::Refused(refusal))
        } else {
            Err(refusal)
        }
    }
}

/// One draw per counter, none of nothing: a transaction touches an item once.
fn merge(draws: Vec<Draw>) -> Vec<Draw> {
    let mut merged: Vec<Draw> = Vec::with_capacity(draws.len());
    for draw in draws {
        match merged.iter_mut().find(|other| other.counter == draw.counter) {
            Some(other) => {
                other.amount = other.amount.saturating_add(draw.amount);
                other.most = other.most.or(draw.most);
            }
            None => merged.push(draw),
        }
    }
    merged.retain(|draw| draw.amount != 0);
    // What only gives back is never refused.
    for draw in merged.iter_mut().filter(|draw| draw.amount < 0) {
        draw.most = None;
    }
    merged
}
