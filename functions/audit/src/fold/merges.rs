//! Merges: what leaves one chain and comes to another. Each side is followed by itself, and noted, so that both can be
//! compared once all chains were read.

use super::{Context, Fold, history, tiers};
use crate::checks::Invariant;
use domain::entry::{Account, Entry, LotId, MovedLot, Parcel, TierChange};
use domain::ids::MemberId;
use domain::state::{State, Sums, TAGS_MAX};

impl Fold {
    /// The member becomes another one: all goes.
    pub(super) fn merged_into(
        &mut self,
        entry: &Entry,
        into: &MemberId,
        cx: &mut Context<'_>,
    ) -> Option<TierChange> {
        let mut parcel = self.hand_over();
        let state = &mut self.state;
        parcel.days.clone_from(&state.days);
        parcel.lifetime = state.lifetime;
        parcel.counters.clone_from(&state.counters);
        parcel.badges.clone_from(&state.badges);
        parcel.tags.clone_from(&state.tags);
        parcel.happened.clone_from(&state.happened);
        parcel.exposures.clone_from(&state.exposures);
        parcel.lifts = std::mem::take(&mut state.lifts);
        parcel.last_purchase_at = state.last_purchase_at;
        parcel.absorbed.clone_from(&state.standing.merges.absorbed);
        parcel.tier = state.tier.take();
        let gone = parcel.tier.as_ref().map(|hold| hold.name.clone());
        state.standing.merges.into = Some(into.clone());
        let open = (state.holds.len(), state.vouchers.len());
        cx.checks.equal(Invariant::Transfers, "holds and vouchers that nobody has any more", &open, &(0, 0));
        cx.counters.merged(cx.tenant, cx.member, into.as_str());
        cx.counters.left(cx.tenant, cx.member, entry.reference.as_str(), parcel);
        gone.map(|name| TierChange { from: Some(name), to: None })
    }

    /// What a return left on the chain of a member who was merged goes after her.
    pub(super) fn left_by_return(&mut self, entry: &Entry, before: Sums, cx: &mut Context<'_>) {
        let domain::entry::Change::Returned(returned) = &entry.change else { return };
        let mut parcel = self.hand_over();
        let after = self.state.lifetime;
        let day = self.day_of(&returned.purchase);
        parcel.back = day.map(|day| {
            let sums = Sums {
                spent_minor: before.spent_minor.saturating_sub(after.spent_minor),
                earned_points: before.earned_points.saturating_sub(after.earned_points),
                purchases: before.purchases.saturating_sub(after.purchases),
            };
            (day, sums)
        });
        cx.counters.left(cx.tenant, cx.member, entry.reference.as_str(), parcel);
    }

    /// What another member had comes.
    pub(super) fn merged_from(
        &mut self,
        entry: &Entry,
        (from, whole): (&MemberId, bool),
        parcel: &Parcel,
        cx: &mut Context<'_>,
    ) -> Option<TierChange> {
        let begins = format!("g#{from}#");
        let of_source = if whole {
            entry.reference.as_str()
        } else {
            entry.reference.as_str().strip_prefix(&begins).unwrap_or_default()
        };
        cx.counters.came(cx.tenant, (from.as_str(), cx.member), of_source, parcel.clone());
        for (index, lot) in parcel.lots.iter().enumerate() {
            let lot = lot.opened(LotId(entry.seq, u8::try_from(index).unwrap_or(u8::MAX)));
            self.shift(Account::Transferred, Self::account(&lot), lot.remaining);
            self.open(lot);
        }
        self.shift(Account::Debt, Account::Transferred, parcel.debt);
        if let Some((day, sums)) = parcel.back {
            history::take_back(&mut self.state, day, sums);
        }
        if !whole {
            return None;
        }
        add_up(&mut self.state, from, parcel);
        self.lifts_came(entry, &parcel.lifts);
        let rise = tiers::rise(&mut self.state, entry.at, entry.at, cx.rulebook);
        let rank = |name: &str| cx.rulebook.programme().tiers.iter().position(|tier| tier.name == name);
        let own = self.state.tier.as_ref().and_then(|hold| rank(&hold.name));
        match &parcel.tier {
            Some(hold) if rank(&hold.name) > own => {
                let from = self.state.tier.replace(hold.clone()).map(|hold| hold.name);
                Some(TierChange { from, to: Some(hold.name.clone()) })
            }
            _ => rise,
        }
    }

    fn hand_over(&mut self) -> Parcel {
        let lots = std::mem::take(&mut self.state.lots);
        for lot in &lots {
            self.shift(Self::account(lot), Account::Transferred, lot.remaining);
        }
        let debt = self.state.debt_points;
        self.shift(Account::Transferred, Account::Debt, debt);
        Parcel { lots: lots.into_iter().map(MovedLot::of).collect(), debt, ..Parcel::default() }
    }
}

fn add_up(state: &mut State, from: &MemberId, parcel: &Parcel) {
    let before = state.lifetime;
    for day in &parcel.days {
        history::add(state, day.day, day.sums);
    }
    let (own, other) = (before, parcel.lifetime);
    state.lifetime = Sums {
        spent_minor: own.spent_minor.saturating_add(other.spent_minor),
        earned_points: own.earned_points.saturating_add(other.earned_points),
        purchases: own.purchases.saturating_add(other.purchases),
    };
    for counter in &parcel.counters {
        let same =
            state.counters.iter_mut().find(|own| (&own.key, own.period) == (&counter.key, counter.period));
        match same {
            Some(own) => own.used = own.used.saturating_add(counter.used),
            None => state.counters.push(counter.clone()),
        }
    }
    state.badges.extend(
        parcel.badges.iter().filter(|badge| !state.badges.contains(badge)).cloned().collect::<Vec<_>>(),
    );
    for tag in &parcel.tags {
        if !state.tags.contains(tag) && state.tags.len() < TAGS_MAX {
            state.tags.push(tag.clone());
        }
    }
    super::experiments::came(state, &parcel.exposures);
    super::happenings::came(state, &parcel.happened);
    state.last_purchase_at = state.last_purchase_at.max(parcel.last_purchase_at);
    state.standing.merges.absorbed.push(from.clone());
    state.standing.merges.absorbed.extend(parcel.absorbed.iter().cloned());
}
