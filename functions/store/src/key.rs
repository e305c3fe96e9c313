//! Keys of the one table. Identifiers know no `#`, so no id can reach into another's key.

use domain::ids::{MemberId, TenantId};
use dsl::calendar::show_day;
use dsl::units::{Day, MinuteOfDay};

pub(crate) const PK: &str = "pk";
pub(crate) const SK: &str = "sk";
pub(crate) const REF: &str = "ref";
/// The local secondary index: partition key and `ref`.
pub(crate) const BY_REFERENCE: &str = "by_reference";
/// Sort key prefix of entries.
pub(crate) const ENTRY: &str = "E#";
/// Sort key of a profile.
pub(crate) const PROFILE: &str = "P";
/// Sort key prefix of what a member wrote in her own words, by survey.
pub(crate) const WORDS: &str = "V#";
/// Sort key of the pointer to the deciding version.
pub(crate) const POINTER: &str = "A";
/// Sort key prefix of the list of versions.
pub(crate) const NUMBER: &str = "N#";

/// The index of days: jobs find members by it, in time proportional to those found.
pub(crate) const BY_DAY: &str = "by_day";
pub(crate) const GPK: &str = "gpk";
pub(crate) const GSK: &str = "gsk";
/// Sort key of the day a member enrolled, for its anniversaries.
pub(crate) const ENROLLED: &str = "A";
/// Sort key of the moment a member falls due, where no entry tells it.
pub(crate) const DUE: &str = "D";
/// The partition that lists the merchants.
pub(crate) const TENANTS: &str = "TENANTS";

pub(crate) fn jobs(tenant: &TenantId) -> String {
    format!("T#{tenant}#J")
}

/// A walk over all members, by its name.
pub(crate) fn walk(name: &str) -> String {
    format!("walk#{name}")
}

/// Members born on a day of the year.
pub(crate) fn born(tenant: &TenantId, (month, day): (u8, u8)) -> String {
    format!("T#{tenant}#B#{month:02}-{day:02}")
}

/// Members enrolled on a day of the year.
pub(crate) fn enrolled(tenant: &TenantId, (month, day): (u8, u8)) -> String {
    format!("T#{tenant}#A#{month:02}-{day:02}")
}

/// Members who fall due on a day in UTC.
pub(crate) fn due(tenant: &TenantId, day: Day) -> String {
    format!("T#{tenant}#D#{}", show_day(day))
}

/// When they do, to the minute, and who.
pub(crate) fn due_at(minute: MinuteOfDay, member: &str) -> String {
    format!("{:02}:{:02}#{member}", minute.0 / 60, minute.0 % 60)
}

pub(crate) fn member(tenant: &TenantId, member: &MemberId) -> String {
    format!("T#{tenant}#M#{member}")
}

/// Referral codes, each with its member.
pub(crate) fn codes(tenant: &TenantId) -> String {
    format!("T#{tenant}#F")
}

/// Whom a member brought.
pub(crate) fn friends(tenant: &TenantId, referrer: &MemberId) -> String {
    format!("T#{tenant}#F#{referrer}")
}

pub(crate) fn rules(tenant: &TenantId) -> String {
    format!("T#{tenant}#R")
}

/// The newest upload of a name: names are the uploader's, but no key begins with them.
pub(crate) fn upload(name: &str) -> String {
    format!("U#{name}")
}

pub(crate) fn counters(tenant: &TenantId) -> String {
    format!("T#{tenant}#C")
}

/// Vouchers by what their codes are found by.
pub(crate) fn vouchers(tenant: &TenantId) -> String {
    format!("T#{tenant}#W")
}

pub(crate) fn entry(seq: u64) -> String {
    format!("{ENTRY}{seq:012}")
}

pub(crate) fn words(survey: &str) -> String {
    format!("{WORDS}{survey}")
}

pub(crate) fn version(id: &str) -> String {
    format!("V#{id}")
}

pub(crate) fn number(number: u64) -> String {
    format!("{NUMBER}{number:010}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;
    use std::collections::BTreeMap;

    /// Every id of one or two letters of what ids may have beside letters and digits, and one of these.
    fn ids() -> Vec<String> {
        let letters = ["A", "M", "_", ".", ":", "-"];
        let two = letters.iter().flat_map(|one| letters.iter().map(move |two| format!("{one}{two}")));
        letters.iter().map(|one| (*one).to_owned()).chain(two).collect()
    }

    #[test]
    fn no_two_things_have_one_key_whatever_they_are_called() {
        let mut taken: BTreeMap<(String, String), String> = BTreeMap::new();
        let mut take = |pk: String, sk: String, what: String| {
            let other = taken.insert((pk.clone(), sk.clone()), what.clone());
            assert_eq!(other, None, "{what} has the key {pk} {sk} too");
        };
        for tenant_id in ids() {
            let tenant = TenantId::parse(&tenant_id).unwrap();
            for (name, pk) in [
                ("rules", rules(&tenant)),
                ("counters", counters(&tenant)),
                ("vouchers", vouchers(&tenant)),
                ("codes", codes(&tenant)),
                ("jobs", jobs(&tenant)),
            ] {
                take(pk, String::new(), format!("{name} of {tenant_id}"));
            }
            for id in ids() {
                let of = MemberId::parse(&id).unwrap();
                take(friends(&tenant, &of), String::new(), format!("friends of {tenant_id} {id}"));
                let own = [
                    entry(1),
                    PROFILE.to_owned(),
                    ENROLLED.to_owned(),
                    DUE.to_owned(),
                    words("nps"),
                    words("E"),
                ];
                for sk in own {
                    take(member(&tenant, &of), sk.clone(), format!("{sk} of {tenant_id} {id}"));
                }
                let day = Day(20_000);
                for minute in [0, 61] {
                    let sk = due_at(MinuteOfDay(minute), &id);
                    take(due(&tenant, day), sk, format!("due at {minute}: {tenant_id} {id}"));
                }
            }
        }
        assert!(taken.len() > 10_000, "{}", taken.len());
    }

    #[test]
    fn nothing_with_a_delimiter_is_an_id() {
        for odd in ["#", "a#b", "a#", "#a", "x#M#y", "a\n", "a\u{0}", "a/b", "a b", "a%23b", "é", ""] {
            assert!(TenantId::parse(odd).is_none() && MemberId::parse(odd).is_none(), "{odd:?}");
        }
        // what is percent-encoded is a name of its own, and no key's part is ever decoded
        assert!(MemberId::parse(&"a".repeat(64)).is_some() && MemberId::parse(&"a".repeat(65)).is_none());
    }
}
