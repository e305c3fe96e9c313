//! Programme-wide counters: what entries drew, against what the table says was used.

use crate::checks::{Checks, Invariant};
use crate::codes::Codes;
use crate::item::Item;
use crate::places::Places;
use domain::entry::Parcel;
use domain::ids::TenantId;
use std::collections::BTreeMap;

/// One counter, from both sides.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    /// What entries drew.
    drawn: i128,
    /// The most there may be, by the most generous rulebook that drew; none when one of them only warned.
    most: Option<i64>,
    unlimited: bool,
    /// What the table says.
    stored: Option<i64>,
}

/// All counters by merchant and name.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    all: BTreeMap<(TenantId, String), Counter>,
    /// The codes of vouchers, which are programme-wide too.
    pub(crate) codes: Codes,
    /// Places among members that were ranked.
    pub(crate) places: Places,
    /// By merchant, the member who went, and the reference in her chain.
    transfers: BTreeMap<(TenantId, String, String), Transfer>,
    /// Who became whom.
    became: BTreeMap<(TenantId, String), String>,
}

/// What left one chain, and what came to another.
#[derive(Debug, Default)]
pub(crate) struct Transfer {
    left: Option<Parcel>,
    /// To whom, and what.
    came: Option<(String, Parcel)>,
}

impl Counters {
    /// An entry drew so much; `most` of which there may be, none for a budget that only warns.
    pub(crate) fn drawn(&mut self, tenant: &TenantId, name: &str, amount: i64, most: Option<i64>) {
        let counter = self.all.entry((tenant.clone(), name.to_owned())).or_default();
        counter.drawn = counter.drawn.saturating_add(i128::from(amount));
        counter.unlimited |= most.is_none() && amount > 0;
        counter.most = counter.most.max(most);
    }

    /// The table's own item.
    pub(crate) fn item(&mut self, tenant: &TenantId, item: &Item, checks: &mut Checks) {
        checks.expect(Invariant::Attributes, item.has_exactly(&["used"]), || {
            "a counter has only `used`".to_owned()
        });
        let named = ["budget:", "stock:", "members:", "survey:", "household:"]
            .iter()
            .any(|kind| item.sk.starts_with(kind));
        checks.expect(Invariant::Keys, named, || {
            "neither a budget nor a stock, nor members, a survey or a household".to_owned()
        });
        let used = item.number("used").and_then(|used| used.parse().ok());
        if checks.expect(Invariant::Counters, used.is_some(), || "`used` is no whole number".to_owned()) {
            self.all.entry((tenant.clone(), item.sk.clone())).or_default().stored = used;
        }
    }

    /// A member became another one.
    pub(crate) fn merged(&mut self, tenant: &TenantId, from: &str, into: &str) {
        self.became.insert((tenant.clone(), from.to_owned()), into.to_owned());
    }

    /// What left the chain of a member.
    pub(crate) fn left(&mut self, tenant: &TenantId, from: &str, reference: &str, parcel: Parcel) {
        let key = (tenant.clone(), from.to_owned(), reference.to_owned());
        self.transfers.entry(key).or_default().left = Some(parcel);
    }

    /// What came to the chain of another; a second time, it is not what left.
    pub(crate) fn came(
        &mut self,
        tenant: &TenantId,
        (from, to): (&str, &str),
        reference: &str,
        parcel: Parcel,
    ) {
        let key = (tenant.clone(), from.to_owned(), reference.to_owned());
        let transfer = self.transfers.entry(key).or_default();
        let parcel = if transfer.came.is_some() { Parcel::default() } else { parcel };
        transfer.came = Some((to.to_owned(), parcel));
    }

    /// Compares both sides of every transfer; the partition and the reference of the member who went, for each.
    pub(crate) fn close_transfers(
        &mut self,
        checks: &mut Checks,
        mut note: impl FnMut(&str, &str, &mut Checks),
    ) {
        for ((tenant, from, reference), Transfer { left, came }) in std::mem::take(&mut self.transfers) {
            let same = left.is_some() && left.as_ref() == came.as_ref().map(|(_, parcel)| parcel);
            let reached = came.as_ref().is_none_or(|(to, _)| self.becomes(&tenant, &from, to));
            checks.expect(Invariant::Transfers, same && reached, || format!("{left:?} left, {came:?} came"));
            note(&format!("T#{tenant}#M#{from}"), &reference, checks);
        }
    }

    /// True when a member became another one, by whatever many merges.
    fn becomes(&self, tenant: &TenantId, from: &str, to: &str) -> bool {
        let mut at = from;
        // as many steps as there are merges: a ring comes to an end, too
        for _ in 0..self.became.len() {
            let Some(next) = self.became.get(&(tenant.clone(), at.to_owned())) else { return false };
            if next == to {
                return true;
            }
            at = next;
        }
        false
    }

    /// Each counter with its keys, to be compared.
    pub(crate) fn into_all(self) -> impl Iterator<Item = (String, String, Counter)> {
        self.all.into_iter().map(|((tenant, name), counter)| (format!("T#{tenant}#C"), name, counter))
    }
}

impl Counter {
    /// Compares both sides.
    pub(crate) fn close(&self, checks: &mut Checks) {
        let stored = i128::from(self.stored.unwrap_or(0));
        checks.expect(Invariant::Counters, stored == self.drawn, || {
            format!("used is {stored}, entries drew {}", self.drawn)
        });
        checks.expect(Invariant::Budgets, stored >= 0, || format!("used is {stored}"));
        if let (Some(most), false) = (self.most, self.unlimited) {
            checks.expect(
                Invariant::Budgets,
                self.drawn <= i128::from(most) && stored <= i128::from(most),
                || format!("used is {stored}, entries drew {}, there may be {most}", self.drawn),
            );
        }
    }
}
