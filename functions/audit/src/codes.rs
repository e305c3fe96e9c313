//! Vouchers by their codes: every one that was issued is found by one code, and every code is one's.

use crate::checks::{Checks, Invariant};
use crate::item::Item;
use domain::ids::{TenantId, VoucherId};
use std::collections::BTreeMap;

/// One voucher, from both sides.
#[derive(Debug, Default)]
pub(crate) struct Code {
    /// The entry that issued it.
    issued: Option<String>,
    /// What its items name, one for each.
    found: Vec<String>,
}

/// All vouchers by merchant, member and id.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    all: BTreeMap<(TenantId, String, String), Code>,
}

impl Codes {
    /// An entry issued a voucher of a member.
    pub(crate) fn issued(&mut self, tenant: &TenantId, member: &str, voucher: VoucherId, origin: &str) {
        let key = (tenant.clone(), member.to_owned(), voucher.to_string());
        self.all.entry(key).or_default().issued = Some(origin.to_owned());
    }

    /// The table's own item.
    pub(crate) fn item(&mut self, tenant: &TenantId, item: &Item, checks: &mut Checks) {
        checks.expect(Invariant::Attributes, item.has_exactly(&["member", "voucher", "origin", "h"]), || {
            "not the attributes of a code".to_owned()
        });
        checks.expect(Invariant::Checksum, item.is_as_written(), || "not as it was written".to_owned());
        let hash = item.sk.len() == 64 && item.sk.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        checks.expect(Invariant::Keys, hash, || "not the hash of a code".to_owned());
        if let (Some(member), Some(voucher)) = (item.text("member"), item.text("voucher")) {
            let key = (tenant.clone(), member.to_owned(), voucher.to_owned());
            let origin = item.text("origin").unwrap_or_default().to_owned();
            self.all.entry(key).or_default().found.push(origin);
        }
    }

    /// Each voucher with the partition it belongs to, to be compared.
    pub(crate) fn into_all(self) -> impl Iterator<Item = (String, String, Code)> {
        let name = |(tenant, member, voucher): (TenantId, String, String)| {
            (format!("T#{tenant}#M#{member}"), format!("voucher {voucher}"))
        };
        self.all.into_iter().map(move |(key, code)| {
            let (pk, sk) = name(key);
            (pk, sk, code)
        })
    }
}

impl Code {
    /// Compares both sides.
    pub(crate) fn close(&self, checks: &mut Checks) {
        let own: Vec<&String> = self.issued.iter().collect();
        let found: Vec<&String> = self.found.iter().collect();
        checks.equal(Invariant::Vouchers, "what its codes name as its origin", &found, &own);
    }
}
