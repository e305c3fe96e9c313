//! A member's lot in each experiment, and in draws: a keyed hash of merchant, experiment and member, so that nobody can choose it,
//! everybody gets the same one again, and who has the secret can show that it was fair.

use crate::secret::Secret;
use domain::ids::{MemberId, TenantId};
use dsl::calendar::show_day;
use dsl::model::LOTS;
use dsl::plan::Rulebook;
use dsl::units::Day;
use std::collections::BTreeMap;

/// Lots by experiment, each below [`LOTS`]; none where the programme has no experiment.
pub fn lots(
    secret: &Secret,
    tenant: &TenantId,
    member: &MemberId,
    rulebook: &Rulebook,
) -> BTreeMap<String, u32> {
    let experiments = rulebook.programme().experiments.iter();
    let each = experiments.map(|experiment| {
        let mac = secret.mac("experiment", &[tenant.as_str(), &experiment.name, member.as_str()]);
        (experiment.name.clone(), lot(&mac))
    });
    each.collect()
}

/// A member's lot in a draw, by the kind of its rule and its day: the smaller, the better.
pub fn drawn(secret: &Secret, tenant: &TenantId, (kind, day): (&str, Day), member: &MemberId) -> [u8; 32] {
    secret.mac("draw", &[tenant.as_str(), kind, &show_day(day), member.as_str()])
}

/// The first eight bytes of a hash, as one of [`LOTS`]. That 2^64 is no multiple of them favours none by more than
/// one in 10^15.
fn lot(mac: &[u8; 32]) -> u32 {
    let number = mac.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    u32::try_from(number % u64::from(LOTS)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says what must hold")]
    use super::{LOTS, lot};
    use crate::secret::Secret;

    #[test]
    fn lots_are_spread_evenly() {
        let secret = Secret::new(&[7; 32]).unwrap();
        let mut tenths = [0_u32; 10];
        for member in 0..20_000 {
            let lot = lot(&secret.mac("experiment", &["club", "spring", &format!("m-{member}")]));
            assert!(lot < LOTS);
            tenths[usize::try_from(lot / (LOTS / 10)).unwrap()] += 1;
        }
        // 2 000 each, give or take five standard deviations
        assert!(tenths.iter().all(|tenth| (1_790..2_210).contains(tenth)), "{tenths:?}");
    }
}
