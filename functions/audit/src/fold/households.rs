//! Limits over households: whose counter an award moved, of which limit, in which period. Worked out here a second time.

use super::{Context, Fold};
use crate::checks::Invariant;
use domain::entry::Entry;
use dsl::calendar::show_day;
use dsl::model::{LimitPeriod, LimitUnit};
use dsl::plan::LimitSlot;
use dsl::units::Period;

impl Fold {
    /// An award used so much of a counter of the member's household.
    pub(super) fn of_household(&self, name: &str, amount: i64, entry: &Entry, cx: &mut Context<'_>) {
        let zone = cx.rulebook.zone();
        let period = |slot: &LimitSlot| {
            let period = match slot.per {
                LimitPeriod::Day => Period::Day,
                LimitPeriod::Week => Period::Week,
                LimitPeriod::Month => Period::Month,
                LimitPeriod::Year => Period::Year,
                LimitPeriod::Event | LimitPeriod::Programme => return "ever".to_owned(),
            };
            show_day(zone.period_start(zone.local(entry.occurred_at).day, period))
        };
        let own = self.state.household.as_deref().unwrap_or_default();
        let named = |slot: &&LimitSlot| {
            slot.household && *name == format!("household:{own}/{}/{}", slot.key, period(slot))
        };
        let slot = cx.rulebook.limits().iter().find(named);
        cx.checks.expect(Invariant::Award, slot.is_some() && !own.is_empty() && amount > 0, || {
            format!("{amount} of `{name}`, which is no limit of the household `{own}`")
        });
        let most = slot.map(|slot| match slot.most {
            LimitUnit::Times(most) | LimitUnit::Points(most) | LimitUnit::Money(most) => most,
        });
        cx.counters.drawn(cx.tenant, name, amount, most);
    }
}
