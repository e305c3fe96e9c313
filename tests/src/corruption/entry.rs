//! What an entry can say wrong, with its chain sealed over it.

use super::{Kind, kind};
use audit::Invariant::{
    Adjustments, Award, Expiry, Holds, Places, PostingsBalance, PostingsExplained, Reference, Restored,
    Returns, Rulebooks, Settlements, SpendOrder, Spendable, Tier, Time, Vouchers,
};
use domain::entry::VoucherStage;
use domain::entry::{
    Account, Allocation, Award as Earned, Change, Entry, LotId, Place, Posting, Settlement, TierChange,
};
use domain::ids::Reference as Key;
use dsl::units::Moment;

pub(super) const KINDS: &[Kind] = &[
    kind("posting of one more", &[PostingsBalance], |table, dice| {
        table.edit_entry(dice, |entry| entry.postings.first_mut().map(|posting| posting.1 += 1).is_some())
    }),
    kind("posting signs turned round", &[PostingsExplained], |table, dice| {
        table.edit_entry(dice, |entry| {
            entry.postings.iter_mut().for_each(|posting| posting.1 = -posting.1);
            !entry.postings.is_empty()
        })
    }),
    kind("postings dropped", &[PostingsExplained], |table, dice| {
        table.edit_entry(dice, |entry| !std::mem::take(&mut entry.postings).is_empty())
    }),
    kind("postings of nothing that happened", &[PostingsExplained], |table, dice| {
        table.edit_entry(dice, |entry| {
            let silent = entry.postings.is_empty();
            entry.postings = vec![Posting(Account::Issuer, -5), Posting(Account::Active, 5)];
            silent
        })
    }),
    kind("posting on another account", &[PostingsExplained], |table, dice| {
        table.edit_entry(dice, |entry| {
            let last = entry.postings.last_mut().filter(|posting| posting.0 < Account::Transferred);
            last.map(|posting| posting.0 = Account::Transferred).is_some()
        })
    }),
    kind("reference of before", &[Reference], |table, dice| {
        table.edit(dice, |entry, _, around| match around.references.last() {
            Some(before) => {
                entry.reference = Key::stored(before);
                true
            }
            None => false,
        })
    }),
    kind("reference of another kind", &[Reference], |table, dice| {
        table.edit_entry(dice, |entry| {
            let other = !matches!(entry.change, Change::Erased { .. });
            entry.reference = Key::erasure();
            other
        })
    }),
    kind("time runs back", &[Time], |table, dice| {
        table.edit(dice, |entry, _, around| {
            entry.at = Moment(around.before_at.saturating_sub(1));
            around.before.is_some()
        })
    }),
    kind("happened before the enrolment", &[Time], |table, dice| {
        table.edit(dice, |entry, state, around| {
            entry.occurred_at = Moment(state.enrolled_at.0 - 1);
            around.before.is_some()
                && matches!(entry.change, Change::Purchased { .. } | Change::Occurred { .. })
        })
    }),
    kind("decided by no rulebook", &[Rulebooks], |table, dice| {
        table.edit_entry(dice, |entry| {
            "0123456789abcdef".clone_into(&mut entry.rulebook);
            true
        })
    }),
    kind("award of one more", &[Award], |table, dice| {
        table.edit_entry(dice, |entry| award(entry).map(|award| award.points += 1).is_some())
    }),
    kind("rule that gave one more", &[Award], |table, dice| {
        table.edit_entry(dice, |entry| {
            award(entry).is_some_and(|award| award.rules.first_mut().map(|rule| rule.1 += 1).is_some())
        })
    }),
    kind("rule that is not there", &[Award], |table, dice| {
        table.edit_entry(dice, |entry| {
            award(entry).is_some_and(|award| {
                award.rules.first_mut().map(|rule| "ghost_of_a_rule".clone_into(&mut rule.0)).is_some()
            })
        })
    }),
    kind("lot opened with one more", &[Award], |table, dice| {
        table.edit_entry(dice, |entry| {
            award(entry).is_some_and(|award| award.lots.first_mut().map(|lot| lot.points += 1).is_some())
        })
    }),
    kind("line that earned one more", &[Award], |table, dice| {
        table.edit_entry(dice, |entry| {
            award(entry).is_some_and(|award| {
                let share = award.lots.first_mut().and_then(|lot| lot.line_points.first_mut());
                share.map(|share| *share += 1).is_some()
            })
        })
    }),
    kind("lot opened with another expiry", &[Award], |table, dice| {
        table.edit(dice, |entry, state, _| {
            let seq = entry.seq;
            // of a lot that nothing extends, and of which something is left
            let still = state.lots.iter().any(|lot| lot.id == LotId(seq, 0) && lot.slides.is_none());
            let first = award(entry).and_then(|award| award.lots.first_mut());
            still && first.and_then(|lot| lot.expires_at.as_mut()).map(|at| at.0 += 86_400_000).is_some()
        })
    }),
    kind("arm other than the one she is known to be in", &[Award], |table, dice| {
        table.edit(dice, |entry, _, around| {
            let known = around.before.iter().flat_map(|before| &before.exposures);
            let known: Vec<&str> = known.map(|exposure| exposure.experiment.as_str()).collect();
            let told = award(entry).and_then(|award| award.arms.first_mut());
            // the arms of the story of an experiment
            told.filter(|told| known.contains(&told.experiment.as_str()))
                .map(|told| if told.arm == "cup" { "cake" } else { "cup" }.clone_into(&mut told.arm))
                .is_some()
        })
    }),
    kind("points taken from another lot", &[SpendOrder, Spendable], |table, dice| {
        table.edit_entry(dice, |entry| {
            taken(entry)
                .is_some_and(|taken| taken.first_mut().map(|allocation| allocation.lot.1 = 200).is_some())
        })
    }),
    kind("one point more taken", &[SpendOrder], |table, dice| {
        table.edit_entry(dice, |entry| {
            taken(entry)
                .is_some_and(|taken| taken.first_mut().map(|allocation| allocation.points += 1).is_some())
        })
    }),
    kind("settlement dropped", &[Settlements, Expiry, Holds, SpendOrder, Tier, Vouchers], |table, dice| {
        table.edit_entry(dice, |entry| entry.settled.pop().is_some())
    }),
    kind("settlement twice", &[Settlements, Expiry, Holds, SpendOrder, Tier, Vouchers], |table, dice| {
        table.edit_entry(dice, |entry| {
            let last = entry.settled.last().cloned();
            entry.settled.extend(last.clone());
            last.is_some()
        })
    }),
    kind("settlement at another time", &[Settlements, Expiry, Holds, SpendOrder, Vouchers], |table, dice| {
        table.edit_entry(dice, |entry| {
            entry.settled.iter_mut().any(|settlement| match settlement {
                Settlement::Activated { at, .. }
                | Settlement::TimedOut { at, .. }
                | Settlement::VoucherFreed { at, .. } => {
                    at.0 -= 1;
                    true
                }
                _ => false,
            })
        })
    }),
    kind("expiry of one point less", &[Expiry], |table, dice| {
        table.edit_entry(dice, |entry| {
            entry.settled.iter_mut().any(|settlement| match settlement {
                Settlement::Expired { points, .. } => {
                    *points -= 1;
                    true
                }
                _ => false,
            })
        })
    }),
    kind("return that clawed one point less", &[Returns], |table, dice| {
        table.edit_entry(dice, |entry| match &mut entry.change {
            Change::Returned(returned) => {
                let due = returned.clawed_by_lot.iter_mut().find(|points| **points > 0);
                due.map(|points| *points -= 1).is_some()
            }
            _ => false,
        })
    }),
    kind("return that owes one point more", &[Returns, PostingsExplained], |table, dice| {
        table.edit_entry(dice, |entry| match &mut entry.change {
            Change::Returned(returned) if returned.clawed > 0 => {
                returned.owed += 1;
                true
            }
            _ => false,
        })
    }),
    kind("spent points back twice", &[Restored], |table, dice| {
        table.edit_entry(dice, |entry| {
            let restored = match &mut entry.change {
                Change::Cancelled { restored, .. } | Change::VoucherMoved { restored, .. } => restored,
                Change::Returned(returned) => &mut returned.restored,
                _ => return false,
            };
            restored.first_mut().map(|allocation| allocation.points *= 2).is_some()
        })
    }),
    kind("hold captured for more", &[Holds], |table, dice| {
        table.edit_entry(dice, |entry| match &mut entry.change {
            Change::Captured { points, .. } => {
                *points += 1;
                true
            }
            _ => false,
        })
    }),
    kind("adjustment above the cap", &[Adjustments], |table, dice| {
        table.edit_entry(dice, |entry| match &mut entry.change {
            Change::Adjusted { points, .. } => {
                *points = 100_001;
                true
            }
            _ => false,
        })
    }),
    kind("debt that nobody had repaid", &[SpendOrder], |table, dice| {
        table.edit(dice, |entry, state, _| {
            let lot = state.lots.first().map(|lot| (lot.id, 1));
            entry.repaid.extend(lot);
            lot.is_some()
        })
    }),
    kind("change of tier that was none", &[Tier], |table, dice| {
        table.edit_entry(dice, |entry| {
            let none = entry.tier.is_none();
            entry.tier = Some(TierChange { from: Some("x".to_owned()), to: Some("y".to_owned()) });
            none && entry.seq > 1
        })
    }),
    kind("change of tier untold", &[Tier], |table, dice| {
        table.edit_entry(dice, |entry| entry.seq > 1 && entry.tier.take().is_some())
    }),
    kind("step of a voucher to another state", &[Vouchers], |table, dice| {
        table.edit_entry(dice, |entry| match &mut entry.change {
            Change::VoucherMoved { to, .. } => {
                *to =
                    if *to == VoucherStage::Issued { VoucherStage::Fulfilled } else { VoucherStage::Issued };
                true
            }
            _ => false,
        })
    }),
    kind("voucher reserved until another time", &[Vouchers], |table, dice| {
        table.edit_entry(dice, |entry| match &mut entry.change {
            Change::VoucherMoved { until: Some(until), .. } => {
                until.0 += 1;
                true
            }
            _ => false,
        })
    }),
    kind("another tier before an award", &[Award], |table, dice| {
        table.edit_entry(dice, |entry| {
            award(entry).map(|award| award.tier_before = Some("another".to_owned())).is_some()
        })
    }),
    kind("limit of another household", &[Award], |table, dice| {
        table.edit_entry(dice, |entry| {
            let used = award(entry).and_then(|award| award.household.first_mut());
            used.map(|(counter, _)| *counter = counter.replacen(':', ":another", 1)).is_some()
        })
    }),
    kind("rank that is not rewarded", &[Places], |table, dice| {
        table.edit_entry(dice, |entry| place(entry).map(|place| place.rank = 501).is_some())
    }),
    kind("ranked by nothing", &[Places], |table, dice| {
        table.edit_entry(dice, |entry| place(entry).map(|place| place.score = 0).is_some())
    }),
    kind("place forgotten", &[Places], |table, dice| {
        table.edit_entry(dice, |entry| match &mut entry.change {
            Change::Scheduled { place, .. } => place.take().is_some(),
            _ => false,
        })
    }),
    kind("question answered twice", &[Award], |table, dice| {
        table.edit_entry(dice, |entry| match &mut entry.change {
            Change::Answered { answers, .. } => {
                answers.extend(answers.first().cloned());
                answers.len() > 1
            }
            _ => false,
        })
    }),
];

/// What it earned, the last of it.
const fn award(entry: &mut Entry) -> Option<&mut Earned> {
    match &mut entry.change {
        Change::Enrolled(award)
        | Change::Purchased { award, .. }
        | Change::Occurred { award, .. }
        | Change::Answered { award, .. }
        | Change::Celebrated { award, .. }
        | Change::Scheduled { award, .. } => Some(award),
        _ => None,
    }
}

/// The place it is for.
const fn place(entry: &mut Entry) -> Option<&mut Place> {
    match &mut entry.change {
        Change::Scheduled { place, .. } => place.as_mut(),
        _ => None,
    }
}

/// What it took in spend order.
const fn taken(entry: &mut Entry) -> Option<&mut Vec<Allocation>> {
    match &mut entry.change {
        Change::Redeemed { taken, .. } | Change::Held { taken, .. } => Some(taken),
        _ => None,
    }
}
