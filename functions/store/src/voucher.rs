//! Vouchers by their codes: an item outside the chains that tells whose voucher a code is. It knows the code's hash only;
//! the code itself is nowhere in the table. Written in the transaction of the entry that issues, never changed.

use crate::Store;
use crate::call::s;
use crate::error::StoreError;
use crate::item::{Item, name, sealed, text};
use crate::key::{self, PK, SK};
use crate::ledger::Write;
use crate::load::Reading;
use crate::meter::Meter;
use domain::decision::Decision;
use domain::entry::Entry;
use domain::ids::{MemberId, Reference, TenantId, VoucherId};

/// Whose voucher a code is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// The member.
    pub member: MemberId,
    /// Which of her vouchers.
    pub voucher: VoucherId,
    /// The entry that issued it.
    pub origin: Reference,
}

/// What the ledger tells of a voucher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its steps, oldest first.
    pub steps: Vec<Entry>,
    /// The family of the entry that issued it, oldest first.
    pub origin: Vec<Entry>,
}

const MEMBER: &str = "member";
const VOUCHER: &str = "voucher";
const ORIGIN: &str = "origin";

impl Store {
    /// Whose voucher it is that is found by this hash; none for a code of nobody.
    pub async fn voucher_of(
        &self,
        tenant: &TenantId,
        code_hash: &str,
    ) -> Result<(Option<Owned>, Meter), StoreError> {
        let (item, meter) = self.get("voucher", &key::vouchers(tenant), code_hash, &[]).await?;
        Ok((item.as_ref().map(decode).transpose()?, meter))
    }

    /// A voucher's steps, and the family of the entry that issued it.
    pub async fn voucher_story(&self, tenant: &TenantId, owned: &Owned) -> Result<(Told, Meter), StoreError> {
        let pk = key::member(tenant, &owned.member);
        let steps = Reference::of_voucher(owned.voucher);
        let needs = crate::ledger::Needs { origin: Some(owned.origin.clone()), ..Default::default() };
        let reading = Reading { tenant, pk: &pk, reference: &steps, needs: &needs };
        let (loaded, meter) = Box::pin(self.load(reading)).await?;
        Ok((Told { steps: loaded.snapshot.family, origin: loaded.snapshot.paid_with }, meter))
    }
}

/// The items of the vouchers that a decision issues. One whose code nobody derived is never issued.
pub(crate) fn items(write: &Write<'_>, decision: &Decision) -> Result<Vec<Item>, StoreError> {
    let pk = key::vouchers(write.tenant);
    let vouchers = decision.vouchers.iter();
    vouchers
        .map(|new| {
            let hash = new.code_hash.as_deref().ok_or_else(|| {
                StoreError::Corrupt(format!("{} {}: a voucher without a code", write.member, new.id))
            })?;
            Ok(sealed(Item::from([
                (PK.to_owned(), s(&pk)),
                (SK.to_owned(), s(hash)),
                (MEMBER.to_owned(), s(write.member.as_str())),
                (VOUCHER.to_owned(), s(new.id.to_string())),
                (ORIGIN.to_owned(), s(decision.entry.reference.as_str())),
            ])))
        })
        .collect()
}

fn decode(item: &Item) -> Result<Owned, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("{}: no {what}", name(item)));
    Ok(Owned {
        member: MemberId::parse(text(item, MEMBER)?).ok_or_else(|| corrupt("member"))?,
        voucher: VoucherId::parse(text(item, VOUCHER)?).ok_or_else(|| corrupt("voucher"))?,
        origin: Reference::stored(text(item, ORIGIN)?),
    })
}
