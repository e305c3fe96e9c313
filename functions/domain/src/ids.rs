//! Identifiers and the keys built from them. One builder, an alphabet without delimiters, so that encoding is
//! injective: no id can reach into another's key.

use dsl::calendar::show_day;
use dsl::units::Day;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest identifier, in bytes.
pub const ID_LENGTH_MAX: usize = 64;

/// True for 1 to 64 of `A-Z a-z 0-9 _ . : -`.
pub fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= ID_LENGTH_MAX
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'-'))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);
        impl $name {
            /// Accepts an identifier of the allowed alphabet and length.
            pub fn parse(text: &str) -> Option<Self> {
                is_id(text).then(|| Self(text.to_owned()))
            }
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                if is_id(&text) { Ok(Self(text)) } else { Err(format!("is no identifier: 1 to {ID_LENGTH_MAX} of A-Z a-z 0-9 _ . : -")) }
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

id! {
    /// A merchant. Comes from the authorizer's claims only.
    TenantId
}
id! {
    /// A member of a merchant's programme. Random or the merchant's own number; never personal data.
    MemberId
}
id! {
    /// What the client calls one thing that happened: its idempotency key within (tenant, member, kind).
    EventId
}

/// A voucher of a member: the entry that issued it, and which of that entry's vouchers it is. Written `7.0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VoucherId(pub u64, pub u8);

impl VoucherId {
    /// Reads what `Display` writes, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let (seq, index) = text.split_once('.')?;
        let id = Self(seq.parse().ok()?, index.parse().ok()?);
        (id.to_string() == text).then_some(id)
    }
}

impl fmt::Display for VoucherId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// What an entry is found by, for ever: the sort key of the local secondary index.
///
/// Sub-entries share their parent's prefix, so one strong query finds a purchase with all its returns:
/// `p#A1#` is purchase A1, `p#A1#r#R7#` its return R7.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    /// The one enrolment of a member.
    pub fn enrolment() -> Self {
        Self("m#".to_owned())
    }
    /// A purchase.
    pub fn purchase(purchase: &EventId) -> Self {
        Self(format!("p#{purchase}#"))
    }
    /// A return of lines of a purchase.
    pub fn purchase_return(purchase: &EventId, event: &EventId) -> Self {
        Self(format!("p#{purchase}#r#{event}#"))
    }
    /// A redemption: direct, or a hold.
    pub fn redemption(redemption: &EventId) -> Self {
        Self(format!("d#{redemption}#"))
    }
    /// The capture of a hold.
    pub fn capture(redemption: &EventId, event: &EventId) -> Self {
        Self(format!("d#{redemption}#c#{event}#"))
    }
    /// The release of a hold.
    pub fn release(redemption: &EventId, event: &EventId) -> Self {
        Self(format!("d#{redemption}#l#{event}#"))
    }
    /// The cancellation of a captured redemption.
    pub fn cancellation(redemption: &EventId, event: &EventId) -> Self {
        Self(format!("d#{redemption}#x#{event}#"))
    }
    /// An event the merchant declared.
    pub fn event(event: &EventId) -> Self {
        Self(format!("e#{event}#"))
    }
    /// The sweep of what fell due up to the sequence it follows: idempotent by construction.
    pub fn sweep(after_seq: u64) -> Self {
        Self(format!("s#{after_seq}#"))
    }
    /// The birthday of a programme year.
    pub fn birthday(year: i16) -> Self {
        Self(format!("b#{year}#"))
    }
    /// The anniversary of the enrolment in a programme year.
    pub fn anniversary(year: i16) -> Self {
        Self(format!("y#{year}#"))
    }
    /// An adjustment by hand.
    pub fn adjustment(event: &EventId) -> Self {
        Self(format!("j#{event}#"))
    }
    /// A freeze, or its end.
    pub fn freeze(event: &EventId) -> Self {
        Self(format!("z#{event}#"))
    }
    /// A change of the profile.
    pub fn update(event: &EventId) -> Self {
        Self(format!("u#{event}#"))
    }
    /// The one erasure of a member.
    pub fn erasure() -> Self {
        Self("x#".to_owned())
    }
    /// The merge of two members: in both chains.
    pub fn merge(event: &EventId) -> Self {
        Self(format!("g#{event}#"))
    }
    /// What the return of a purchase of a member who was merged leaves to the one she became.
    pub fn merged_return(from: &MemberId, purchase: &EventId, event: &EventId) -> Self {
        Self(format!("g#{from}#p#{purchase}#r#{event}#"))
    }
    /// What time fired by a rule: its kind of event and the local day that names the period. Safe as a name: kinds
    /// are made of names of rules, or of a length.
    pub fn timer(kind: &str, period: Day) -> Self {
        Self(format!("k#{kind}:{}#", show_day(period)))
    }
    /// What all steps of a voucher begin with.
    pub fn of_voucher(voucher: VoucherId) -> Self {
        Self(format!("w#{voucher}#"))
    }
    /// A reference that was written before.
    pub fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }
    /// A step of a voucher: reserved, released, fulfilled, cancelled.
    pub fn voucher_step(voucher: VoucherId, event: &EventId) -> Self {
        Self(format!("w#{voucher}#{event}#"))
    }
    /// The one answer of a member to a survey, whose name is one of the language: letters, digits, `_`.
    pub fn survey(survey: &str) -> Self {
        Self(format!("v#{survey}#"))
    }
    /// A friend says who brought her.
    pub fn joining(event: &EventId) -> Self {
        Self(format!("f#{event}#"))
    }
    /// A friend matured: the same in both members' chains.
    pub fn maturity(friend: &MemberId) -> Self {
        Self(format!("fm#{friend}#"))
    }
    /// What both got is taken back: the same in both members' chains.
    pub fn reversal(friend: &MemberId) -> Self {
        Self(format!("fm#{friend}#x#"))
    }
    /// The prefix that finds this entry together with its parent and its siblings: `p#A1#` for every return of A1.
    pub fn family(&self) -> &str {
        let mut hashes = self.0.match_indices('#').map(|(at, _)| at.saturating_add(1));
        match (hashes.next(), hashes.next()) {
            (_, Some(second)) => self.0.get(..second).unwrap_or(&self.0),
            _ => &self.0,
        }
    }
    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn no_two_requests_are_found_by_one_reference_whatever_their_ids() {
        // letters that references themselves have, and what ids may have beside letters
        let ids = ["r", "p", "x", "c", "fm", ".", ":", "-", "1.0", "r:x", "2026"]
            .map(|id| EventId::parse(id).unwrap());
        let members = ids.clone().map(|id| MemberId::parse(id.as_str()).unwrap());
        let mut all: Vec<(String, Reference)> = vec![
            ("enrolment".to_owned(), Reference::enrolment()),
            ("erasure".to_owned(), Reference::erasure()),
        ];
        for (one, member) in ids.iter().zip(&members) {
            let own = [
                Reference::purchase(one),
                Reference::redemption(one),
                Reference::event(one),
                Reference::adjustment(one),
                Reference::freeze(one),
                Reference::update(one),
                Reference::merge(one),
                Reference::joining(one),
                Reference::survey(one.as_str()),
                Reference::maturity(member),
                Reference::reversal(member),
                Reference::voucher_step(VoucherId(1, 0), one),
                Reference::voucher_step(VoucherId(10, 0), one),
            ];
            all.extend(
                own.into_iter().enumerate().map(|(kind, reference)| (format!("{kind} of {one}"), reference)),
            );
            for other in &ids {
                let two = [
                    Reference::purchase_return(one, other),
                    Reference::capture(one, other),
                    Reference::release(one, other),
                    Reference::cancellation(one, other),
                    Reference::merged_return(member, one, other),
                ];
                let named = |(kind, reference)| (format!("{kind} of {one} and {other}"), reference);
                all.extend(two.into_iter().enumerate().map(named));
            }
        }
        let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
        for (what, reference) in &all {
            let other = taken.insert(reference.as_str(), what);
            assert_eq!(other, None, "{what} is found by {reference} too");
        }
        assert!(all.len() > 700);
        assert_eq!(VoucherId::parse("01.0").or(VoucherId::parse("1.00")).or(VoucherId::parse("1.0#")), None);
    }
}
