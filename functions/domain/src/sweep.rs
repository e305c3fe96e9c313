//! Time: what fell due between two entries, judged on read and written by the next entry or by a sweep.

use crate::chain::fingerprint;
use crate::decision::{Decision, Draw};
use crate::entry::{Account, Change, Settlement};
use crate::history::{lifts, referral, tiers};
use crate::ids::{EventId, Reference, VoucherId};
use crate::ledger::book::Book;
use crate::ledger::draft::Draft;
use crate::ledger::lots;
use crate::refusal::Refusal;
use crate::reminders;
use crate::request::Snapshot;
use crate::rules::rewards::{self, Use};
use crate::scheduled::next_absence;
use crate::state::State;
use dsl::plan::Rulebook;
use dsl::units::Moment;

/// How many reviews one settlement looks at: a tier kept for minutes cannot keep a read busy for years of absence.
const REVIEWS_MAX: usize = 1_000;

/// The state as it is at `now`: activations, expiries, hold time-outs, tier reviews and ends of lifts applied in the order they fell
/// due. Reading a balance calls this and writes nothing; every decision starts from it.
pub fn settle(state: &State, now: Moment, rulebook: &Rulebook) -> (State, Vec<Settlement>) {
    let mut book = Book::new(state.clone());
    let due = settle_book(&mut book, now, rulebook);
    (book.state, due.settled)
}

/// The sweep's own decision; `None` when nothing fell due. Found by [`Reference::sweep`] of the sequence it follows.
pub fn sweep(snapshot: &Snapshot, now: Moment, rulebook: &Rulebook) -> Result<Option<Decision>, Refusal> {
    let draft = Draft::open_to_time(snapshot, now, rulebook)?;
    if !draft.has_settled() {
        return Ok(None);
    }
    let reference = Reference::sweep(draft.seq.saturating_sub(1));
    let at = draft.at;
    let fingerprint = fingerprint(&reference);
    draft.seal_as(&fingerprint, at, reference, Change::Settled).map(Some)
}

/// When something falls due next, if nothing else happens to the member: of a settled state, later than it was
/// settled to; but for a referral, which takes two to settle and stays due until they are.
pub fn next_due(state: &State) -> Option<Moment> {
    all(state).map(|(at, _)| at).chain(referral::due_at(state)).min()
}

/// The same, and when she reaches an absence that rules answer, if she stays away; those after a moment.
pub fn next_due_under(state: &State, after: Moment, rulebook: &Rulebook) -> Option<Moment> {
    // one that was missed is told with the next entry, or as soon as the index names it
    let reminder = reminders::next(state, rulebook).map(|reminder| reminder.at.max(after));
    next_due(state).into_iter().chain(reminder).chain(next_absence(state, after, rulebook)).min()
}

/// What settling found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Due {
    /// What time did, in order.
    pub(crate) settled: Vec<Settlement>,
    /// Stock that holds gave back.
    pub(crate) draws: Vec<Draw>,
}

/// What can fall due, in the order that decides at the same instant: an activated lot may expire, a hold's points may
/// expire once they are back, and a tier is reviewed on what is left of the day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Falls {
    Activation(crate::entry::LotId),
    TimeOut(EventId),
    Expiry(crate::entry::LotId),
    Review,
    /// A lift of the tier ends.
    LiftEnd,
    /// The reservation of a voucher ends.
    VoucherTimeOut(VoucherId),
    /// A voucher that nobody has reserved expires.
    VoucherExpiry(VoucherId),
    /// The member is told what expires.
    Reminder,
}

/// Settles the book to `now`.
pub(crate) fn settle_book(book: &mut Book, now: Moment, rulebook: &Rulebook) -> Due {
    let mut due = Due::default();
    let mut reviews = 0_usize;
    let mut reached = Moment(i64::MIN);
    while let Some((at, falls)) = next(&book.state, now, rulebook) {
        // a hold that timed out may bring back what the member should have been told of before
        reached = reached.max(at);
        match falls {
            Falls::Reminder => due.settled.extend(reminders::tell(&mut book.state, reached, rulebook)),
            Falls::Activation(lot) => {
                let (points, repaid) = book.activate(lot);
                due.settled.push(Settlement::Activated { lot, points, repaid, at });
            }
            Falls::Expiry(lot) => {
                let points = book.expire(lot);
                due.settled.push(Settlement::Expired { lot, points, at });
            }
            Falls::LiftEnd => {
                let ended = lifts::end_first(&mut book.state);
                due.settled.extend(ended.map(|tier| Settlement::LiftEnded { tier, at }));
            }
            Falls::VoucherTimeOut(id) => free(book, id, at, &mut due),
            Falls::VoucherExpiry(id) => expire(book, id, at, &mut due),
            Falls::TimeOut(redemption) => time_out(book, &redemption, at, rulebook, &mut due),
            Falls::Review => {
                reviews = reviews.saturating_add(1);
                if let Some(change) = tiers::review(&mut book.state, rulebook) {
                    due.settled.push(Settlement::Reviewed { change, at });
                }
                if let (true, Some(hold)) = (reviews >= REVIEWS_MAX, book.state.tier.as_mut()) {
                    hold.review_at =
                        hold.review_at.map(|review_at| review_at.max(Moment(now.0.saturating_add(1))));
                }
            }
        }
    }
    due
}

/// The first thing that falls due at or before `now`.
fn next(state: &State, now: Moment, rulebook: &Rulebook) -> Option<(Moment, Falls)> {
    let reminder = reminders::next(state, rulebook).map(|reminder| (reminder.at, Falls::Reminder));
    all(state).chain(reminder).filter(|(at, _)| *at <= now).min()
}

/// All that waits for its time.
fn all(state: &State) -> impl Iterator<Item = (Moment, Falls)> {
    let activations =
        state.lots.iter().filter_map(|lot| lot.activates_at.map(|at| (at, Falls::Activation(lot.id))));
    let expiries = state.lots.iter().filter_map(|lot| lot.expires_at.map(|at| (at, Falls::Expiry(lot.id))));
    let time_outs = state.holds.iter().map(|hold| (hold.until, Falls::TimeOut(hold.id.clone())));
    let reviews = state.tier.iter().filter_map(|hold| hold.review_at).map(|at| (at, Falls::Review));
    let lifts = state.lifts.iter().map(|lift| (lift.until, Falls::LiftEnd));
    let vouchers = state.vouchers.iter().filter_map(|voucher| match voucher.reserved_until {
        Some(until) => Some((until, Falls::VoucherTimeOut(voucher.id))),
        None => voucher.expires_at.map(|at| (at, Falls::VoucherExpiry(voucher.id))),
    });
    activations.chain(expiries).chain(time_outs).chain(reviews).chain(lifts).chain(vouchers)
}

fn time_out(book: &mut Book, redemption: &EventId, at: Moment, rulebook: &Rulebook, due: &mut Due) {
    let Some(hold) = book.close_hold(redemption) else { return };
    let points = lots::sum(&hold.taken);
    due.settled.push(Settlement::TimedOut { redemption: redemption.clone(), points, at });
    for expired in book.give_back(&hold.taken, Account::Held, at) {
        due.settled.push(Settlement::Expired { lot: expired.lot, points: expired.points, at });
    }
    for (lot, points) in book.repay(at) {
        due.settled.push(Settlement::Repaid { lot, points, at });
    }
    if let Some(used) = Use::of_hold(&hold) {
        due.draws.extend(rewards::give_back(&mut book.state, used, rulebook));
    }
}

/// A reservation ends; a voucher whose time passed meanwhile expires at once.
fn free(book: &mut Book, id: VoucherId, at: Moment, due: &mut Due) {
    let Some(voucher) = book.state.vouchers.iter_mut().find(|voucher| voucher.id == id) else { return };
    voucher.reserved_until = None;
    let expired = voucher.expires_at.is_some_and(|expires_at| expires_at <= at);
    due.settled.push(Settlement::VoucherFreed { voucher: id, reward: voucher.reward.clone(), at });
    if expired {
        expire(book, id, at, due);
    }
}

/// A voucher expires: what it cost, and its piece of the stock, are gone.
fn expire(book: &mut Book, id: VoucherId, at: Moment, due: &mut Due) {
    let Some(voucher) = rewards::close(&mut book.state, |voucher| voucher.id == id) else { return };
    due.settled.push(Settlement::VoucherExpired { voucher: id, reward: voucher.reward, at });
}
