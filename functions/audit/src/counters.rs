//! Programme-wide counters: what entries drew, against what the table says was used.

use crate::checks::{Checks, Invariant};
use crate::codes::Codes;
use crate::item::Item;
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
    /// By merchant, the member who went, and the reference in her chain.
    transfers: BTreeMap<(TenantId, String, String), Transfer>,
}

/// What left one chain, and what came to another.
#[derive(Debug, Default)]
pub(crate) struct Transfer {
    left: Option<Parcel>,
    came: Option<Parcel>,
}

impl Transfer {
    /// Compares both sides.
    pub(crate) fn close(&self, checks: &mut Checks) {
        checks.expect(Invariant::Transfers, self.left == self.came && self.left.is_some(), || {
            format!("{:?} left, {:?} came", self.left, self.came)
        });
    }
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
        let named = ["budget:", "stock:", "members:", "survey:"].iter().any(|kind| item.sk.starts_with(kind));
        checks.expect(Invariant::Keys, named, || {
            "neither a budget nor a stock, nor members, nor a survey".to_owned()
        });
        let used = item.number("used").and_then(|used| used.parse().ok());
        if checks.expect(Invariant::Counters, used.is_some(), || "`used` is no whole number".to_owned()) {
            self.all.entry((tenant.clone(), item.sk.clone())).or_default().stored = used;
        }
    }

    /// What left the chain of a member.
    pub(crate) fn left(&mut self, tenant: &TenantId, from: &str, reference: &str, parcel: Parcel) {
        let key = (tenant.clone(), from.to_owned(), reference.to_owned());
        self.transfers.entry(key).or_default().left = Some(parcel);
    }

    /// What came to another chain of it; a second time, it is not what left.
    pub(crate) fn came(&mut self, tenant: &TenantId, from: &str, reference: &str, parcel: Parcel) {
        let key = (tenant.clone(), from.to_owned(), reference.to_owned());
        let transfer = self.transfers.entry(key).or_default();
        transfer.came = if transfer.came.is_some() { Some(Parcel::default()) } else { Some(parcel) };
    }

    /// Each transfer with its keys, to be compared.
    pub(crate) fn transfers(&mut self) -> impl Iterator<Item = (String, String, Transfer)> + use<> {
        let all = std::mem::take(&mut self.transfers);
        all.into_iter().map(|((tenant, member, reference), transfer)| {
            (format!("T#{tenant}#M#{member}"), reference, transfer)
        })
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
