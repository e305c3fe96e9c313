//! Referrals across members: what both sides say, against each other and against the lists outside the chains.

use crate::checks::{Checks, Invariant};
use crate::item::Item;
use crate::member::Member;
use domain::entry::{Change, Entry, Role};
use domain::ids::{MemberId, TenantId, is_id};
use domain::state::State;
use dsl::units::Moment;
use std::collections::{BTreeMap, BTreeSet};

/// What one side of a referral says, in one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Side {
    member: String,
    role: Role,
    other: String,
    /// Paid, rejected or reversed, with the reason.
    what: String,
}

/// What the entries of one member say.
#[derive(Debug, Default)]
pub(crate) struct Said {
    sides: Vec<(String, Side)>,
    /// Who brought her.
    referrer: Option<String>,
    enrolled_at: Moment,
}

impl Said {
    /// Takes in an entry.
    pub(crate) fn entry(&mut self, member: &str, entry: &Entry, state: &State) {
        self.enrolled_at = state.enrolled_at;
        let (role, other, what) = match &entry.change {
            Change::Joined { referrer, .. } => {
                self.referrer = Some(referrer.as_str().to_owned());
                return;
            }
            Change::ReferralPaid { role, other, .. } => (*role, other, "paid".to_owned()),
            Change::ReferralRejected { role, other, reason } => {
                (*role, other, format!("rejected: {}", reason.code()))
            }
            Change::ReferralReversed { role, other, .. } => (*role, other, "reversed".to_owned()),
            _ => return,
        };
        let side = Side { member: member.to_owned(), role, other: other.as_str().to_owned(), what };
        self.sides.push((entry.reference.as_str().to_owned(), side));
    }
}

/// All referrals of all merchants.
#[derive(Debug, Default)]
pub(crate) struct Referrals {
    sides: BTreeMap<(TenantId, String), Vec<Side>>,
    /// Friend to referrer, as chains have it.
    brought: BTreeMap<(TenantId, String), String>,
    /// The same, as lists have it.
    listed: BTreeSet<(TenantId, String, String)>,
    enrolled: BTreeMap<(TenantId, String), Moment>,
}

impl Referrals {
    /// An item outside the chains: a code, or a friend in her referrer's list.
    pub(crate) fn item(
        &mut self,
        tenant: &TenantId,
        referrer: Option<&MemberId>,
        item: &Item,
        checks: &mut Checks,
    ) {
        checks.expect(Invariant::Checksum, item.is_as_written(), || "not as it was written".to_owned());
        if let Some(referrer) = referrer {
            checks.expect(Invariant::Attributes, item.has_exactly(&["h"]), || {
                "not the attributes of a friend".to_owned()
            });
            self.listed.insert((tenant.clone(), referrer.as_str().to_owned(), item.sk.clone()));
        } else {
            let named = item.has_exactly(&["m", "h"]) && item.text("m").is_some_and(is_id);
            checks.expect(Invariant::Attributes, named, || "not the attributes of a code".to_owned());
        }
    }

    /// Takes in what a member said, once all of it is known.
    pub(crate) fn member(&mut self, member: &Member) {
        let tenant = &member.tenant;
        let id = member.pk.rsplit('#').next().unwrap_or_default().to_owned();
        for (reference, side) in &member.pairs.sides {
            self.sides.entry((tenant.clone(), reference.clone())).or_default().push(side.clone());
        }
        if let Some(referrer) = &member.pairs.referrer {
            self.brought.insert((tenant.clone(), id.clone()), referrer.clone());
        }
        self.enrolled.insert((tenant.clone(), id), member.pairs.enrolled_at);
    }

    /// Compares both sides, lists and chains, and looks for rings; whatever is wrong is wrong of a friend.
    pub(crate) fn close(&mut self, checks: &mut Checks, mut note: impl FnMut(&str, &mut Checks)) {
        let of = |tenant: &TenantId, friend: &str| format!("T#{tenant}#M#{friend}");
        for ((tenant, reference), sides) in &self.sides {
            let agree = match sides.as_slice() {
                [one, other] => {
                    let (friend, referrer) =
                        if one.role == Role::Friend { (one, other) } else { (other, one) };
                    friend.role == Role::Friend
                        && referrer.role == Role::Referrer
                        && friend.other == referrer.member
                        && referrer.other == friend.member
                        && friend.what == referrer.what
                        && self.brought.get(&(tenant.clone(), friend.member.clone()))
                            == Some(&referrer.member)
                }
                _ => false,
            };
            checks.expect(Invariant::Referral, agree, || format!("{tenant} {reference}: {sides:?}"));
            // `fm#friend#`
            note(&of(tenant, reference.split('#').nth(1).unwrap_or_default()), checks);
        }
        for ((tenant, friend), referrer) in &self.brought {
            let listed = self.listed.remove(&(tenant.clone(), referrer.clone(), friend.clone()));
            checks.expect(Invariant::Referral, listed, || {
                format!("{tenant}: {friend} is not in the list of {referrer}, who brought her")
            });
            let since = |member: &str| self.enrolled.get(&(tenant.clone(), member.to_owned())).copied();
            let before =
                since(referrer).map(|since| (since, referrer)) < since(friend).map(|since| (since, friend));
            checks.expect(Invariant::Referral, before && since(referrer).is_some(), || {
                format!("{tenant}: {referrer} was no member before {friend}")
            });
            note(&of(tenant, friend), checks);
        }
        for (tenant, referrer, friend) in &self.listed {
            checks.expect(Invariant::Referral, false, || {
                format!("{tenant}: {friend} is in the list of {referrer}, who did not bring her")
            });
            note(&of(tenant, friend), checks);
        }
        self.rings(checks, note);
    }

    /// Whoever walks up from friend to referrer comes to an end.
    fn rings(&self, checks: &mut Checks, mut note: impl FnMut(&str, &mut Checks)) {
        let mut ends: BTreeSet<(&TenantId, &str)> = BTreeSet::new();
        for (tenant, friend) in self.brought.keys() {
            let mut path: Vec<&str> = Vec::new();
            let mut at = Some(friend.as_str());
            let mut closed = false;
            while let Some(member) = at.filter(|member| !closed && !ends.contains(&(tenant, *member))) {
                closed = path.contains(&member);
                path.push(member);
                at = self.brought.get(&(tenant.clone(), member.to_owned())).map(String::as_str);
            }
            checks.expect(Invariant::Referral, !closed, || format!("{tenant}: a ring of {path:?}"));
            note(&format!("T#{tenant}#M#{friend}"), checks);
            ends.extend(path.into_iter().map(|member| (tenant, member)));
        }
    }
}
