//! Referrals in sentences.

use super::{Words, points};
use crate::entry::{Change, Rejection, Role, Setback};

impl Words<'_> {
    pub(super) fn referral(&self, change: &Change, told: &mut Vec<String>) {
        match change {
            Change::Joined { referrer, until } => {
                let until = self.moment(*until);
                told.push(format!("{referrer} brought the member; a purchase before {until} counts."));
            }
            Change::ReferralPaid { role, other, award } => {
                told.push(match role {
                    Role::Referrer => format!("The member brought {other}, whose purchase has matured."),
                    Role::Friend => {
                        format!("The member's purchase has matured, and {other} had brought her.")
                    }
                });
                self.award(award, told);
            }
            Change::ReferralRejected { role, other, reason } => {
                let what = match role {
                    Role::Referrer => format!("The member brought {other}"),
                    Role::Friend => format!("{other} had brought the member"),
                };
                told.push(format!("{what}, and neither gets anything for it: {}.", why(reason)));
            }
            Change::ReferralReversed { other, clawed, taken, owed, forgiven, role, lowered } => {
                let of = match role {
                    Role::Referrer => format!("{other}, whom the member brought, returned the purchase"),
                    Role::Friend => "The purchase that counted for the referral came back".to_owned(),
                };
                told.push(format!(
                    "{of}: {} for it are taken back.",
                    points(clawed.saturating_add(*forgiven))
                ));
                told.push(self.taken(taken));
                Self::missing(*owed, *forgiven, told);
                told.extend(lowered.iter().map(|tier| super::lift_ended(tier)));
            }
            _ => {}
        }
    }
}

/// What a return did to the referral that brought the member.
pub(super) fn set_back(setback: Setback) -> String {
    match setback {
        Setback::Reopened => "The purchase does not count for the referral any more; another may.",
        Setback::Rejected => {
            "The purchase does not count for the referral any more, and it is too late for another."
        }
        Setback::Revoked => "What she and who brought her got for it is taken back, in entries of their own.",
    }
    .to_owned()
}

/// Why a referral was rejected.
const fn why(reason: &Rejection) -> &'static str {
    match reason {
        Rejection::Returned => "the purchase came back",
        Rejection::Limit => "the referrer has brought as many as count in this time",
        Rejection::ReferrerFrozen => "the referrer's earning is frozen",
        Rejection::FriendFrozen => "the friend's earning is frozen",
        Rejection::ReferrerErased => "the referrer was erased",
        Rejection::FriendErased => "the friend was erased",
    }
}
