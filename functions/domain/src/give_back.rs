//! Lines of a purchase come back.
//!
//! Everything is read from the award's own record and from the returns before this one, never from today's rules.
//! For a lot's points P on a line of which the share r has come back, ceil(P x r) have been clawed in all: what is kept
//! rounds down, so that no splitting of a return harvests the rounding, and all returns together claw exactly P.

use crate::decision::Decision;
use crate::entry::{
    Account, Allocation, Award, Bought, Change, Entry, LotId, Returned, ReturnedLine, StepsUndone,
};
use crate::history::{challenges, lifts, milestones, redemptions, referral, tiers, windows};
use crate::ids::{Reference, VoucherId};
use crate::ledger::draft::Draft;
use crate::ledger::lots;
use crate::refusal::Refusal;
use crate::request::{Return, ReturnLine, Snapshot};
use crate::rules::rewards::{self, Use};
use crate::state::{Sums, Voucher};
use dsl::model::{Refund, Shortfall};
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};

/// The purchase that lines come back of, with what came back before.
struct Bill<'a> {
    seq: u64,
    /// Index of its first lot: the welcome of a purchase that enrolled stands before.
    first: usize,
    /// How many vouchers the welcome brought: no return takes them.
    welcome_vouchers: usize,
    bought_at: Moment,
    bought: &'a Bought,
    award: &'a Award,
    /// Per line: pieces and minor units that came back.
    back: Vec<(i64, i64)>,
    /// Per lot: points taken back so far.
    clawed: Vec<i64>,
    /// Spent points that came back so far.
    restored: i64,
    /// True when an earlier return left nothing.
    whole: bool,
}

/// Takes back each returned line's share of what the purchase earned, and gives back the share of the points that
/// paid it. Named `give_back` since `return` is a word of the language.
pub fn give_back(snapshot: &Snapshot, request: &Return, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let stamp = &request.stamp;
    let mut draft = Draft::open(snapshot, stamp.now, rulebook)?;
    let reference = Reference::purchase_return(&request.purchase, &request.id);
    match take_back(&mut draft, snapshot, request) {
        Ok((returned, _)) => draft.seal(stamp, reference, Change::Returned(returned)),
        Err(refusal) => draft.refuse(stamp, reference, refusal),
    }
}

/// The same on a draft that is open: what came back, and the day of the purchase.
pub(crate) fn take_back(
    draft: &mut Draft<'_>,
    snapshot: &Snapshot,
    request: &Return,
) -> Result<(Returned, Day), Refusal> {
    let before = Bill::read(&snapshot.family, &Reference::purchase(&request.purchase))
        .ok_or(Refusal::PurchaseUnknown)?;
    let lines = before.accept(&request.lines)?;
    let after = before.with(&lines);
    let restored = restore(draft, &before, &after, snapshot);
    let due = after.due(&before);
    let steps = steps_undone(draft, &before, &lines, after.whole && !before.whole);
    let of_steps = steps.iter().fold(0_i64, |sum, undone| sum.saturating_add(undone.points));
    let (taken, missing, spared) = claw(draft, &before, &due, of_steps);
    let (owed, forgiven) = match before.award.shortfall {
        // the points of a member who was merged are elsewhere: what is missing here is no shortfall
        Shortfall::Forgive if draft.book.state.standing.merges.into.is_none() => (0, missing),
        Shortfall::Debt | Shortfall::Forgive => (missing, 0),
    };
    let forgiven = forgiven.saturating_add(spared);
    draft.book.owe(owed);
    draft.repaid = draft.book.repay(draft.at);
    let returned = Returned {
        purchase: request.purchase.clone(),
        lines,
        restored,
        clawed: lots::sum(&taken).saturating_add(owed),
        taken,
        owed,
        forgiven,
        clawed_by_lot: due,
        whole: after.whole && !before.whole,
        revoked: if after.whole { revoke(draft, &before) } else { Vec::new() },
        lowered: if after.whole { lifts::take_back(&mut draft.book.state, before.seq) } else { Vec::new() },
        referral: referral::set_back(draft, &request.purchase, after.kept_minor()),
        steps,
    };
    correct(draft, &before, &returned);
    Ok((returned, before.bought.day))
}

impl<'a> Bill<'a> {
    /// Reads a purchase and its returns from their family.
    fn read(family: &'a [Entry], purchase: &Reference) -> Option<Self> {
        let entry = family.iter().find(|entry| entry.reference == *purchase)?;
        let Change::Purchased { bought, award, welcome, .. } = &entry.change else { return None };
        let mut bill = Self {
            seq: entry.seq,
            first: welcome.as_ref().map_or(0, |given| given.lots.len()),
            welcome_vouchers: welcome.as_ref().map_or(0, |given| given.rewards.len()),
            bought_at: entry.occurred_at,
            bought,
            award,
            back: vec![(0, 0); bought.lines.len()],
            clawed: vec![0; award.lots.len()],
            restored: 0,
            whole: false,
        };
        for entry in family {
            if let Change::Returned(returned) = &entry.change {
                bill = bill.with(&returned.lines);
                for (clawed, more) in bill.clawed.iter_mut().zip(&returned.clawed_by_lot) {
                    *clawed = clawed.saturating_add(*more);
                }
                bill.restored = bill.restored.saturating_add(lots::sum(&returned.restored));
            }
        }
        Some(bill)
    }

    /// The bill after these lines came back too; what was clawed and restored stays as it was.
    fn with(&self, lines: &[ReturnedLine]) -> Self {
        let mut back = self.back.clone();
        for line in lines {
            if let Some((quantity, amount_minor)) = back.get_mut(line.line) {
                *quantity = quantity.saturating_add(line.quantity);
                *amount_minor = amount_minor.saturating_add(line.amount_minor);
            }
        }
        let whole = self.bought.lines.iter().zip(&back).all(|(line, (quantity, amount_minor))| {
            *quantity >= line.quantity || (line.amount_minor > 0 && *amount_minor >= line.amount_minor)
        });
        Self { back, clawed: self.clawed.clone(), whole, ..*self }
    }

    /// Pieces and minor units of a line that have not come back.
    fn left(&self, line: usize) -> Option<(i64, i64)> {
        let (bought, back) = (self.bought.lines.get(line)?, self.back.get(line)?);
        Some((bought.quantity.saturating_sub(back.0), bought.amount_minor.saturating_sub(back.1)))
    }

    /// The lines that come back, with their amounts; refused beyond what is left.
    fn accept(&self, asked: &[ReturnLine]) -> Result<Vec<ReturnedLine>, Refusal> {
        if asked.is_empty() {
            return self.accept_rest();
        }
        let mut so_far = self.with(&[]);
        let mut lines: Vec<ReturnedLine> = Vec::with_capacity(asked.len());
        for ask in asked {
            let line = so_far.accept_line(*ask)?;
            so_far = so_far.with(&[line]);
            lines.push(line);
        }
        Ok(lines)
    }

    fn accept_line(&self, ask: ReturnLine) -> Result<ReturnedLine, Refusal> {
        let unknown = || Refusal::LineUnknown { line: ask.line, lines: self.bought.lines.len() };
        let (quantity_left, amount_left_minor) = self.left(ask.line).ok_or_else(unknown)?;
        let amount_minor = ask.amount_minor.unwrap_or_else(|| self.share(ask.line, ask.quantity));
        let fits = (0..=quantity_left).contains(&ask.quantity)
            && (0..=amount_left_minor).contains(&amount_minor)
            && (ask.quantity > 0 || amount_minor > 0);
        if !fits {
            return Err(Refusal::ExceedsLine { line: ask.line, quantity_left, amount_left_minor });
        }
        Ok(ReturnedLine { line: ask.line, quantity: ask.quantity, amount_minor })
    }

    /// What so many pieces of a line cost: cumulatively exact, so that all pieces together come to the whole line.
    fn share(&self, line: usize, quantity: i64) -> i64 {
        let (Some(bought), Some(back)) = (self.bought.lines.get(line), self.back.get(line)) else { return 0 };
        let pieces = back.0.saturating_add(quantity);
        if pieces >= bought.quantity {
            return bought.amount_minor.saturating_sub(back.1).max(0);
        }
        floor_share(bought.amount_minor, pieces, bought.quantity).saturating_sub(back.1).max(0)
    }

    fn accept_rest(&self) -> Result<Vec<ReturnedLine>, Refusal> {
        let lines: Vec<ReturnedLine> = (0..self.bought.lines.len())
            .filter_map(|line| {
                let (quantity, amount_minor) = self.left(line)?;
                (quantity > 0).then_some(ReturnedLine { line, quantity, amount_minor: amount_minor.max(0) })
            })
            .collect();
        if lines.is_empty() {
            return Err(Refusal::ExceedsLine { line: 0, quantity_left: 0, amount_left_minor: 0 });
        }
        Ok(lines)
    }

    /// Per lot of the award: the points to take back now.
    fn due(&self, before: &Self) -> Vec<i64> {
        if self.award.refund == Refund::Keep {
            return vec![0; self.award.lots.len()];
        }
        self.award
            .lots
            .iter()
            .zip(&before.clawed)
            .map(|(lot, clawed)| {
                let shares = lot.line_points.iter().enumerate().map(|(line, points)| {
                    let (part, whole) = self.returned_share(line);
                    ceil_share(*points, part, whole)
                });
                shares.fold(0, i64::saturating_add).saturating_sub(*clawed).max(0)
            })
            .collect()
    }

    /// The share of a line that has come back, as a fraction: of its money, or of its pieces where it cost nothing.
    fn returned_share(&self, line: usize) -> (i64, i64) {
        match (self.bought.lines.get(line), self.back.get(line)) {
            (Some(bought), Some(back)) if bought.amount_minor > 0 => (back.1, bought.amount_minor),
            (Some(bought), Some(back)) => (back.0, bought.quantity),
            _ => (0, 1),
        }
    }

    /// What is left of the purchase's money; none when nothing of it is.
    fn kept_minor(&self) -> Option<i64> {
        let left = self.bought.lines.iter().zip(&self.back);
        let kept = left
            .fold(0_i64, |sum, (line, back)| sum.saturating_add(line.amount_minor.saturating_sub(back.1)));
        (!self.whole).then_some(kept)
    }

    /// The share of the purchase that has come back, as a fraction.
    fn share_of_all(&self) -> (i64, i64) {
        let sum = |values: &mut dyn Iterator<Item = i64>| values.fold(0, i64::saturating_add);
        let paid = sum(&mut self.bought.lines.iter().map(|line| line.amount_minor));
        if paid > 0 {
            return (sum(&mut self.back.iter().map(|back| back.1)), paid);
        }
        let pieces = sum(&mut self.bought.lines.iter().map(|line| line.quantity));
        (sum(&mut self.back.iter().map(|back| back.0)), pieces)
    }
}

/// Gives back the share of the points that paid the purchase, to their own lots.
fn restore(
    draft: &mut Draft<'_>,
    before: &Bill<'_>,
    after: &Bill<'_>,
    snapshot: &Snapshot,
) -> Vec<Allocation> {
    let paid = before.bought.redemption.as_ref();
    let Some(story) = paid.and_then(|id| redemptions::read(&snapshot.paid_with, id)) else {
        return Vec::new();
    };
    let (left, back) = story.restorable(&draft.book.state);
    let (part, whole) = after.share_of_all();
    let in_all = floor_share(lots::sum(story.redeemed), part, whole);
    let points = in_all.saturating_sub(before.restored).clamp(0, left);
    if points == 0 {
        return Vec::new();
    }
    let restored = story.next_back(back, points);
    draft.book.give_back(&restored, Account::Redeemed, draft.at);
    redemptions::remember(&mut draft.book.state, story.seq, points);
    restored
}

/// Steps of sums that the member no longer reaches without these lines; what they counted for goals, and challenges that
/// are complete no more.
fn steps_undone(
    draft: &mut Draft<'_>,
    bill: &Bill<'_>,
    lines: &[ReturnedLine],
    whole: bool,
) -> Vec<StepsUndone> {
    let zone = draft.rulebook.zone();
    let gone = challenges::Gone { award: bill.award, day: bill.bought.day, lines, whole };
    let of_challenges = challenges::undo(&mut draft.book.state, gone, zone);
    if bill.award.refund == Refund::Keep {
        return of_challenges;
    }
    let spent_minor = lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount_minor));
    let gone = Sums { spent_minor, earned_points: 0, purchases: i64::from(whole) };
    let mut undone = milestones::undo(&mut draft.book.state, bill.bought.day, gone, zone);
    undone.extend(of_challenges);
    undone
}

/// Takes back points: of each lot from itself, then those of steps from lots that the purchase got for steps, then what
/// is missing from other spendable lots, and what is missing of steps from pending ones too: those were given with other
/// purchases, and wait there. But what is missing of a lot that is taken back only as far as it is unspent is spared.
/// Returns what was taken, what is still missing, and what was spared.
fn claw(draft: &mut Draft<'_>, bill: &Bill<'_>, due: &[i64], of_steps: i64) -> (Vec<Allocation>, i64, i64) {
    let mut taken = Vec::new();
    let (mut missing, mut spared) = (0_i64, 0_i64);
    for ((index, points), opened) in (bill.first..).zip(due).zip(&bill.award.lots) {
        let lot = u8::try_from(index).map(|index| LotId(bill.seq, index));
        let own = lot.ok().and_then(|lot| draft.book.claw_from(lot, *points));
        let found = own.map_or(0, |own| own.points);
        taken.extend(own);
        let gone = points.saturating_sub(found);
        let account = if opened.if_unspent { &mut spared } else { &mut missing };
        *account = account.saturating_add(gone);
    }
    let mut of_steps = of_steps;
    for (index, opened) in (bill.first..).zip(&bill.award.lots) {
        let lot = u8::try_from(index).map(|index| LotId(bill.seq, index)).ok();
        let lot = lot.filter(|_| opened.line_points.is_empty() && of_steps > 0);
        let own = lot.and_then(|lot| draft.book.claw_from(lot, of_steps));
        of_steps = of_steps.saturating_sub(own.map_or(0, |own| own.points));
        taken.extend(own);
    }
    missing = missing.saturating_add(of_steps);
    let others = draft.book.claw(missing, draft.at);
    missing = missing.saturating_sub(lots::sum(&others));
    taken.extend(others);
    let waiting = draft.book.claw_pending(of_steps.min(missing));
    missing = missing.saturating_sub(lots::sum(&waiting));
    taken.extend(waiting);
    (lots::merge(taken), missing, spared)
}

/// Cancels the purchase's unused vouchers, but for those that stay by their reward's policy.
fn revoke(draft: &mut Draft<'_>, bill: &Bill<'_>) -> Vec<(VoucherId, String)> {
    let mut revoked = Vec::new();
    let is_its = |voucher: &Voucher| {
        voucher.id.0 == bill.seq && usize::from(voucher.id.1) >= bill.welcome_vouchers && !voucher.keeps
    };
    while let Some(voucher) = rewards::close(&mut draft.book.state, is_its) {
        let draws = rewards::give_back(&mut draft.book.state, Use::of(&voucher), draft.rulebook);
        draft.draws.extend(draws);
        revoked.push((voucher.id, voucher.reward));
    }
    revoked
}

/// Corrects the history: sums of the purchase's own day, the last purchase, a tier that no longer stands.
fn correct(draft: &mut Draft<'_>, before: &Bill<'_>, returned: &Returned) {
    let rulebook = draft.rulebook;
    let state = &mut draft.book.state;
    let sum = |values: &mut dyn Iterator<Item = i64>| values.fold(0, i64::saturating_add);
    let sums = Sums {
        spent_minor: sum(&mut returned.lines.iter().map(|line| line.amount_minor)),
        earned_points: sum(&mut returned.clawed_by_lot.iter().copied())
            .saturating_add(sum(&mut returned.steps.iter().map(|undone| undone.points))),
        purchases: i64::from(returned.whole),
    };
    windows::take_back(state, before.bought.day, sums);
    let zone = rulebook.zone();
    let is_last = |last: Moment| {
        last == before.bought_at
            || zone.local(last).day == before.bought.day && !windows::bought_on(state, before.bought.day)
    };
    if returned.whole && state.last_purchase_at.is_some_and(is_last) {
        state.last_purchase_at = windows::last_purchase_day(state, zone);
    }
    let undone = tiers::Undone {
        bought_at: before.bought_at,
        tier_before: before.award.tier_before.as_deref(),
        at: draft.at,
    };
    let fall = tiers::undo_rise(&mut draft.book.state, undone, rulebook);
    draft.change_tier(fall);
}

/// floor(value x part / whole), part clamped to the whole; 0 of nothing.
fn floor_share(value: i64, part: i64, whole: i64) -> i64 {
    let product = i128::from(value).saturating_mul(i128::from(part.clamp(0, whole.max(0))));
    product.checked_div_euclid(i128::from(whole)).and_then(|share| i64::try_from(share).ok()).unwrap_or(0)
}

/// ceil(value x part / whole), part clamped to the whole; 0 of nothing.
fn ceil_share(value: i64, part: i64, whole: i64) -> i64 {
    // ceil(v p / w) = v - floor(v (w - p) / w)
    let whole = whole.max(0);
    let part = part.clamp(0, whole);
    if whole == 0 {
        return 0;
    }
    value.saturating_sub(floor_share(value, whole.saturating_sub(part), whole))
}
