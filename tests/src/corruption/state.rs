//! What a state can say that no entry told, with its chain sealed over it. What is changed is what the entry at hand
//! left as it was, so that nothing there explains it.

use super::{Kind, kind};
use audit::Invariant::{
    LotsEqualBalances, NotNegative, Referral, SpendOrder, State as Folded, Tier, Vouchers,
};
use domain::entry::LotId;
use domain::ids::{MemberId, VoucherId};
use domain::state::{AdjustedDay, Counter, Exposure, Happened, Restoration, Voucher};
use dsl::units::{Day, Moment};

pub(super) const KINDS: &[Kind] = &[
    kind("lot of one point more", &[LotsEqualBalances], |table, dice| {
        table.edit_state(dice, |state, _| state.lots.first_mut().map(|lot| lot.remaining += 1).is_some())
    }),
    kind("lot and balance of one point more", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| {
            state.active_points += 1;
            let lot = state.lots.iter_mut().find(|lot| lot.activates_at.is_none());
            lot.map(|lot| lot.remaining += 1).is_some()
        })
    }),
    kind("balance of one point more", &[LotsEqualBalances], |table, dice| {
        table.edit_state(dice, |state, _| {
            state.active_points += 1;
            true
        })
    }),
    kind("lot expiry moved", &[Folded], |table, dice| {
        table.edit_state(dice, |state, before| {
            let last = state.lots.last_mut().filter(|lot| lot.slides.is_none() && before.lots.contains(lot));
            last.and_then(|lot| lot.expires_at.as_mut()).map(|at| at.0 += 1).is_some()
        })
    }),
    kind("lot earned at another time", &[Folded], |table, dice| {
        table.edit_state(dice, |state, before| {
            let one = state.lots.len() == 1;
            let lot = state.lots.first_mut().filter(|lot| before.lots.contains(lot));
            one && lot.map(|lot| lot.earned_at.0 -= 1).is_some()
        })
    }),
    kind("lots out of order", &[SpendOrder], |table, dice| {
        table.edit_state(dice, |state, _| {
            state.lots.reverse();
            state.lots.len() > 1
        })
    }),
    kind("lot that nobody opened", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| {
            let Some(mut lot) = state.lots.last().copied() else { return false };
            lot.id = LotId(lot.id.0, 99);
            lot.activates_at = None;
            state.active_points += lot.remaining;
            state.lots.push(lot);
            true
        })
    }),
    kind("lot lost with its points", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| {
            let Some(lot) = state.lots.pop() else { return false };
            let balance =
                if lot.activates_at.is_some() { &mut state.pending_points } else { &mut state.active_points };
            *balance -= lot.remaining;
            true
        })
    }),
    kind("hold for longer", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| state.holds.first_mut().map(|hold| hold.until.0 += 1).is_some())
    }),
    kind("hold lost with its points", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| {
            let held: i64 = state.holds.pop().iter().flat_map(|hold| &hold.taken).map(|a| a.points).sum();
            state.held_points -= held;
            held > 0
        })
    }),
    kind("debt that nobody made", &[NotNegative, Folded], |table, dice| {
        table.edit_state(dice, |state, _| {
            state.debt_points += 3;
            true
        })
    }),
    kind("tier of another name", &[Tier], |table, dice| {
        table.edit_state(dice, |state, before| {
            let same = state.tier == before.tier;
            same && state.tier.as_mut().map(|hold| hold.name.push('x')).is_some()
        })
    }),
    kind("tier review put off", &[Tier], |table, dice| {
        table.edit(dice, |entry, state, around| {
            let Some(before) = &around.before else { return false };
            let waits = state.tier == before.tier && entry.tier.is_none();
            let review = state.tier.as_mut().and_then(|hold| hold.review_at.as_mut());
            waits && review.filter(|at| **at > entry.at).map(|at| at.0 += 1).is_some()
        })
    }),
    kind("tier taken away", &[Tier], |table, dice| {
        table.edit_state(dice, |state, before| state.tier == before.tier && state.tier.take().is_some())
    }),
    kind("lift that lasts longer", &[Tier], |table, dice| {
        table.edit_state(dice, |state, before| {
            let known = state.lifts.last_mut().filter(|lift| before.lifts.contains(lift));
            known.map(|lift| lift.until.0 += 1).is_some()
        })
    }),
    kind("lift taken away", &[Tier], |table, dice| {
        table.edit_state(dice, |state, before| {
            state.lifts.pop().is_some_and(|lift| before.lifts.contains(&lift))
        })
    }),
    kind("lift that nobody gave", &[Tier], |table, dice| {
        table.edit_state(dice, |state, before| {
            let Some(lift) = before.lifts.first().filter(|_| state.lifts.is_empty()) else { return false };
            state.lifts.push(lift.clone());
            true
        })
    }),
    kind("lift that stays though what brought it came back", &[Tier], |table, dice| {
        table.edit_state(dice, |state, before| {
            let known = state.lifts.last_mut().filter(|lift| before.lifts.contains(lift));
            known.map(|lift| lift.keeps = !lift.keeps).is_some()
        })
    }),
    kind("day with more spent", &[Folded], |table, dice| {
        table
            .edit_state(dice, |state, _| state.days.last_mut().map(|day| day.sums.spent_minor += 1).is_some())
    }),
    kind("lifetime with one purchase more", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| {
            state.lifetime.purchases += 1;
            true
        })
    }),
    kind("limit with less used", &[Folded], |table, dice| {
        table.edit_state(dice, |state, before| {
            let known = state
                .counters
                .iter_mut()
                .find(|counter| before.counters.contains(counter) && !counter.key.starts_with("reward:"));
            known.map(|counter| counter.used -= 1).is_some()
        })
    }),
    kind("limit that nothing used", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| {
            state.counters.push(Counter { key: "zzz".to_owned(), period: Day(7), used: 4 });
            true
        })
    }),
    kind("reference forgotten", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| state.recent.pop().is_some())
    }),
    kind("badge that nobody gave", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| {
            state.badges.push("hero".to_owned());
            true
        })
    }),
    kind("tag that nobody gave", &[Folded], |table, dice| {
        table.edit_state(dice, |state, before| {
            let same = state.tags == before.tags;
            state.tags.push("vip".to_owned());
            same
        })
    }),
    kind("enrolled at another time", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| {
            state.enrolled_at.0 -= 1;
            true
        })
    }),
    kind("last purchase at another time", &[Folded], |table, dice| {
        table.edit_state(dice, |state, before| {
            let same = state.last_purchase_at == before.last_purchase_at;
            same && state.last_purchase_at.as_mut().map(|at| at.0 += 1).is_some()
        })
    }),
    kind("due at another time", &[Folded], |table, dice| {
        table.edit_state(dice, |state, before| {
            let same = state.registered_due == before.registered_due;
            same && state.registered_due.as_mut().map(|at| at.0 += 60_000).is_some()
        })
    }),
    kind("voucher that nobody issued", &[Vouchers], |table, dice| {
        table.edit_state(dice, |state, _| {
            state.vouchers.push(Voucher {
                id: VoucherId(9_999, 0),
                reward: "coffee".to_owned(),
                occurred_at: Moment(0),
                expires_at: None,
                reserved_until: None,
                redemption: None,
                choice: None,
                options: Vec::new(),
                stocked: false,
                choice_stocked: false,
                keeps: false,
            });
            true
        })
    }),
    kind("voucher lost", &[Vouchers], |table, dice| {
        table.edit_state(dice, |state, before| {
            let same = state.vouchers == before.vouchers;
            same && state.vouchers.pop().is_some()
        })
    }),
    kind("voucher reserved by nobody", &[Vouchers], |table, dice| {
        table.edit_state(dice, |state, before| {
            let same = state.vouchers == before.vouchers;
            let free = state.vouchers.iter_mut().find(|voucher| voucher.reserved_until.is_none());
            same && free.map(|voucher| voucher.reserved_until = Some(Moment(i64::MAX))).is_some()
        })
    }),
    kind("earning frozen by nobody", &[Folded], |table, dice| {
        table.edit_state(dice, |state, before| {
            let same = state.standing == before.standing;
            state.standing.earning_frozen ^= true;
            same
        })
    }),
    kind("erased by nobody", &[Folded], |table, dice| {
        table.edit_state(dice, |state, before| {
            let same = state.standing == before.standing;
            state.standing.erased ^= true;
            same
        })
    }),
    kind("merged by nobody", &[Folded], |table, dice| {
        table.edit_state(dice, |state, before| {
            let same = state.standing == before.standing && before.standing.merges.into.is_none();
            state.standing.merges.into = MemberId::parse("zoe");
            same
        })
    }),
    kind("took in somebody whom nobody merged", &[Folded], |table, dice| {
        table.edit_state(dice, |state, before| {
            let same = state.standing == before.standing;
            state.standing.merges.absorbed.extend(MemberId::parse("zoe"));
            same
        })
    }),
    kind("adjusted by nobody", &[Folded], |table, dice| {
        table.edit_state(dice, |state, before| {
            let same = state.standing == before.standing;
            let points = state.standing.adjusted.map_or(5, |day| day.points + 5);
            state.standing.adjusted = Some(AdjustedDay { day: Day(19_000), points });
            same
        })
    }),
    kind("restored by nobody", &[Folded], |table, dice| {
        table.edit_state(dice, |state, before| {
            let same = state.restored == before.restored;
            state.restored.push(Restoration { seq: 9_999, points: 1 });
            same
        })
    }),
    kind("a friend more rewarded", &[Referral], |table, dice| {
        table.edit_state(dice, |state, before| {
            let same = state.referral == before.referral;
            state.referral.friends_rewarded += 1;
            same
        })
    }),
    kind("arm that nobody was found in", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| {
            state.exposures.push(Exposure { experiment: "zzz".to_owned(), arm: "plain".to_owned() });
            true
        })
    }),
    kind("another arm than she was found in", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| {
            let found = state.exposures.first_mut();
            found.map(|exposure| "zzz".clone_into(&mut exposure.arm)).is_some()
        })
    }),
    kind("arm forgotten", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| state.exposures.pop().is_some())
    }),
    kind("visit that nobody made", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| {
            let kind = "zzz".to_owned();
            state.happened.push(Happened { kind, days: vec![(Day(19_000), 1)], total: 1 });
            true
        })
    }),
    kind("one visit more", &[Folded], |table, dice| {
        table.edit_state(dice, |state, _| {
            let Some(happened) = state.happened.first_mut() else { return false };
            happened.total += 1;
            happened.days.last_mut().map(|day| day.1 += 1).is_some()
        })
    }),
    kind("visit on another day", &[Folded], |table, dice| {
        table.edit_state(dice, |state, before| {
            let same = state.happened == before.happened;
            let day = state.happened.first_mut().and_then(|happened| happened.days.last_mut());
            same && day.map(|day| day.0.0 += 1).is_some()
        })
    }),
];
