//! Keys of the one table. Identifiers know no `#`, so no id can reach into another's key.

use domain::ids::{MemberId, TenantId};

pub(crate) const PK: &str = "pk";
pub(crate) const SK: &str = "sk";
pub(crate) const REF: &str = "ref";
/// The local secondary index: partition key and `ref`.
pub(crate) const BY_REFERENCE: &str = "by_reference";
/// Sort key prefix of entries.
pub(crate) const ENTRY: &str = "E#";
/// Sort key of a profile.
pub(crate) const PROFILE: &str = "P";
/// Sort key of the pointer to the deciding version.
pub(crate) const POINTER: &str = "A";
/// Sort key prefix of the list of versions.
pub(crate) const NUMBER: &str = "N#";

pub(crate) fn member(tenant: &TenantId, member: &MemberId) -> String {
    format!("T#{tenant}#M#{member}")
}

pub(crate) fn rules(tenant: &TenantId) -> String {
    format!("T#{tenant}#R")
}

pub(crate) fn counters(tenant: &TenantId) -> String {
    format!("T#{tenant}#C")
}

pub(crate) fn entry(seq: u64) -> String {
    format!("{ENTRY}{seq:012}")
}

pub(crate) fn version(id: &str) -> String {
    format!("V#{id}")
}

pub(crate) fn number(number: u64) -> String {
    format!("{NUMBER}{number:010}")
}
