//! Exact integer arithmetic of awards: no overflow, no float, every division's rounding named.

use crate::units::{AMOUNT_MAX, MICRO, Rounding};

/// The most micro-points one rule, and one event, can give.
pub(crate) const MICRO_MAX: i64 = AMOUNT_MAX.saturating_mul(MICRO);

/// `amount x numerator / denominator`, rounded down, between 0 and [`MICRO_MAX`]; 0 when the denominator is not
/// positive.
pub(crate) fn proportion(amount: i64, numerator: i64, denominator: i64) -> i64 {
    if denominator <= 0 {
        return 0;
    }
    if let Some(product) = amount.checked_mul(numerator) {
        return product.div_euclid(denominator).clamp(0, MICRO_MAX);
    }
    let product = i128::from(amount).saturating_mul(i128::from(numerator));
    narrow(product.div_euclid(i128::from(denominator))).clamp(0, MICRO_MAX)
}

/// The nearest `i64`.
pub(crate) fn narrow(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

/// `total x part / whole`, rounded down, for `0 <= part <= whole`.
pub(crate) fn share(total: i64, part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    if part == whole {
        return total;
    }
    if let Some(product) = total.checked_mul(part) {
        return quotient(product, whole);
    }
    wide_share(total, part, whole)
}

#[cold]
#[inline(never)]
fn wide_share(total: i64, part: i64, whole: i64) -> i64 {
    narrow(i128::from(total).saturating_mul(i128::from(part)).div_euclid(i128::from(whole)))
}

/// `product / whole`, rounded down, for a positive `whole`.
fn quotient(product: i64, whole: i64) -> i64 {
    match (u64::try_from(product), u64::try_from(whole)) {
        // What is not negative divides without a second look.
        (Ok(product), Ok(whole)) => {
            product.checked_div(whole).and_then(|found| i64::try_from(found).ok()).unwrap_or(0)
        }
        _ => product.checked_div_euclid(whole).unwrap_or(0),
    }
}

/// Splits `total` in proportion to the weights, in their order, so that the parts sum to it exactly: part n is the
/// share of the first n weights less the share of the first n - 1. Nothing comes out when all weights are 0.
pub(crate) fn split(
    total: i64,
    weights: impl Iterator<Item = i64> + Clone,
    mut part: impl FnMut(usize, i64),
) {
    let whole = weights.clone().fold(0_i64, i64::saturating_add);
    let (mut before, mut given) = (0_i64, 0_i64);
    for (at, weight) in weights.enumerate() {
        before = before.saturating_add(weight);
        let upto = share(total, before, whole);
        part(at, upto.saturating_sub(given));
        given = upto;
    }
}

/// Whole points of a number of micro-points.
pub(crate) fn round(micro: i64, mode: Rounding) -> i64 {
    let (whole, rest) = (micro.div_euclid(MICRO), micro.rem_euclid(MICRO));
    let up = match mode {
        Rounding::Down => false,
        Rounding::Up => rest > 0,
        Rounding::HalfEven => {
            let twice = rest.saturating_mul(2);
            twice > MICRO || (twice == MICRO && whole.rem_euclid(2) == 1)
        }
    };
    if up { whole.saturating_add(1) } else { whole }
}

/// What points are worth, in minor units, rounded up.
pub(crate) fn worth_minor(points: i64, worth_micro_minor: i64) -> i64 {
    if let Some(micro) = points.checked_mul(worth_micro_minor).and_then(|micro| micro.checked_add(MICRO)) {
        return micro.saturating_sub(1).div_euclid(MICRO);
    }
    wide_worth(points, worth_micro_minor)
}

/// Out of line, as a division of 128 bits is a call that would be made ahead of knowing whether it is needed.
#[cold]
#[inline(never)]
fn wide_worth(points: i64, worth_micro_minor: i64) -> i64 {
    let micro = i128::from(points).saturating_mul(i128::from(worth_micro_minor));
    narrow(micro.saturating_add(i128::from(MICRO)).saturating_sub(1).div_euclid(i128::from(MICRO)))
}

/// The most whole points worth no more than an amount of minor units.
pub(crate) fn points_worth(minor: i64, worth_micro_minor: i64) -> i64 {
    if worth_micro_minor <= 0 {
        return i64::MAX;
    }
    let micro = i128::from(minor).saturating_mul(i128::from(MICRO));
    narrow(micro.div_euclid(i128::from(worth_micro_minor)))
}

#[cfg(test)]
mod tests {
    //! Roundings and splits.
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rounding_is_what_its_name_says() {
        for (micro, down, up, even) in [
            (0, 0, 0, 0),
            (499_999, 0, 1, 0),
            (500_000, 0, 1, 0),
            (500_001, 0, 1, 1),
            (1_000_000, 1, 1, 1),
            (1_500_000, 1, 2, 2),
            (2_500_000, 2, 3, 2),
        ] {
            let found = [Rounding::Down, Rounding::Up, Rounding::HalfEven].map(|mode| round(micro, mode));
            assert_eq!(found, [down, up, even], "{micro}");
        }
    }

    #[test]
    fn products_beyond_64_bits_are_exact_or_held_at_the_bound() {
        assert_eq!(proportion(3_000_000_000_000, 4_000_000, 12_000_000_000), 1_000_000_000);
        assert_eq!(proportion(i64::MAX, i64::MAX, 1), MICRO_MAX);
        assert_eq!(proportion(5, 5, 0), 0);
        assert_eq!(proportion(5, -5, 1), 0);
        assert_eq!(proportion(100, 1_000_000, 3), 33_333_333);
    }

    #[test]
    fn points_are_valued_rounded_up_and_never_over_the_amount() {
        // 0.005 EUR a point.
        assert_eq!(worth_minor(1, 500_000), 1);
        assert_eq!(worth_minor(3, 500_000), 2);
        assert_eq!(points_worth(1, 500_000), 2);
        assert_eq!(points_worth(7, 3_000_000), 2);
        assert_eq!(points_worth(7, 0), i64::MAX);
        // beyond 64 bits: 10^13 points of 10 and of a little more than 10 minor units, and more than there are numbers for
        assert_eq!(worth_minor(10_000_000_000_000, 10_000_000), 100_000_000_000_000);
        assert_eq!(worth_minor(10_000_000_000_001, 10_000_001), 100_000_010_000_011);
        assert_eq!(worth_minor(i64::MAX, i64::MAX), i64::MAX);
        assert_eq!(
            (narrow(i128::MIN), narrow(-1), narrow(0), narrow(i128::MAX)),
            (i64::MIN, -1, 0, i64::MAX)
        );
    }

    proptest! {
        #[test]
        fn splits_sum_and_stay_within_what_they_cut(
            weights in proptest::collection::vec(0..MICRO_MAX, 1..20),
            cut in 0..MICRO_MAX,
        ) {
            let whole: i64 = weights.iter().sum();
            let total = cut.min(whole);
            let mut parts = Vec::new();
            split(total, weights.iter().copied(), |_, part| parts.push(part));
            prop_assert_eq!(parts.iter().sum::<i64>(), if whole == 0 { 0 } else { total });
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!((0..=*weight).contains(part), "{part} of {weight}");
            }
        }

        #[test]
        fn money_and_points_agree(minor in 0..AMOUNT_MAX, worth in 1_i64..1_000_000_000) {
            let points = points_worth(minor, worth);
            prop_assert!(worth_minor(points, worth) <= minor);
            prop_assert!(worth_minor(points + 1, worth) > minor);
        }
    }
}
