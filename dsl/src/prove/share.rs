//! Points against money: whether what is given can come to more than a share of what was paid, and the largest share.
//!
//! Inside a box points are at most a straight line over what was paid, so the line decides it at the ends of the box;
//! where the box is too wide for that, it is cut in two.

use super::cells::MONEY_MAX;
use super::solve::{Case, Solver};

use super::witness::Witness;
use crate::event::Line;
use crate::units::{AMOUNT_MAX, MICRO, Rounding};

/// Cuts of one box, at most.
const CUTS_MAX: u32 = 200;

/// What the three events of a cut cost, in boxes looked at.
const STEPS_OF_A_CUT: usize = 10;

/// A share as a fraction of what was paid: `part / whole`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) part: i128,
    pub(super) whole: i128,
}

/// Whether every event stays within a share.
#[derive(Debug, Clone)]
pub(super) enum Within {
    /// Every event does.
    Always,
    /// Not this one.
    Broken(Box<Witness>),
    /// Neither could be shown.
    Undecided,
}

/// What was paid for a basket.
pub(super) fn paid(lines: &[Line]) -> i64 {
    lines.iter().map(|line| line.amount_minor.clamp(0, AMOUNT_MAX)).fold(0, i64::saturating_add)
}

impl Share {
    /// What points are worth, as a share of what was paid.
    pub(super) fn of(points: i64, worth_micro_minor: i64, paid_minor: i64) -> Self {
        Self {
            part: i128::from(points).saturating_mul(i128::from(worth_micro_minor)),
            whole: i128::from(paid_minor).saturating_mul(i128::from(MICRO)).max(1),
        }
    }

    /// In 1/10 000, rounded up.
    pub(super) fn ratio(self) -> i64 {
        let scaled = self.part.saturating_mul(10_000).saturating_add(self.whole).saturating_sub(1);
        crate::evaluate::arithmetic::narrow(scaled.div_euclid(self.whole.max(1)))
    }
}

/// How far micro-points for so much paid are beyond a share; positive where they are, and only there. Both sides are
/// products that no word of the machine holds: a bound that saturates would find them equal.
fn beyond(micro: i128, paid: i64, worth: i64, share: Share) -> i128 {
    let natural = |number: i64| u64::try_from(number).unwrap_or(0);
    let whole = u64::try_from(share.whole).unwrap_or(u64::MAX);
    let given = product(micro, [natural(worth), whole]);
    let square = natural(MICRO).saturating_mul(natural(MICRO));
    let allowed = product(share.part, [natural(paid), square]);
    if given < allowed { difference(allowed, given).saturating_neg() } else { difference(given, allowed) }
}

/// A natural number of 256 bits, the highest 64 first, so that they compare as they stand.
type Wide = [u64; 4];

/// A product of three, of which the first counts as 0 below it; 2^256 and more is the most there is.
fn product(first: i128, others: [u64; 2]) -> Wide {
    let first = u128::try_from(first).unwrap_or(0);
    others.into_iter().fold([0, 0, high(first), low(first)], times)
}

fn times(number: Wide, by: u64) -> Wide {
    let [a, b, c, d] = number;
    let mut carry = 0_u128;
    let mut word = |part: u64| {
        let product = u128::from(part).saturating_mul(u128::from(by)).saturating_add(carry);
        carry = u128::from(high(product));
        low(product)
    };
    let (d, c, b, a) = (word(d), word(c), word(b), word(a));
    if carry == 0 { [a, b, c, d] } else { [u64::MAX; 4] }
}

/// The one less the other, which is no more than it; at most the largest number of 127 bits.
fn difference(number: Wide, less: Wide) -> i128 {
    let (mut left, mut borrow) = ([0_u64; 4], false);
    // the lowest first
    for ((word, from), less) in left.iter_mut().zip(number).zip(less).rev() {
        let (part, one) = from.overflowing_sub(less);
        let (part, two) = part.overflowing_sub(u64::from(borrow));
        (*word, borrow) = (part, one || two);
    }
    let [0, 0, upper, lower] = left else { return i128::MAX };
    i128::try_from((u128::from(upper) << 64) | u128::from(lower)).unwrap_or(i128::MAX)
}

fn high(number: u128) -> u64 {
    u64::try_from(number >> 64).unwrap_or(u64::MAX)
}

fn low(number: u128) -> u64 {
    u64::try_from(number & u128::from(u64::MAX)).unwrap_or(u64::MAX)
}

impl Solver<'_, '_> {
    /// The most that a case can be beyond a share, for what is paid from `low` to `high`.
    fn beyond_at_most(&self, case: &Case, worth: i64, share: Share) -> i128 {
        let (low, high) = case.money.paid;
        if low == high {
            return beyond(self.whole(case.line.at(low)), low, worth, share);
        }
        let up = match self.space().book.programme().rounding {
            Rounding::Down => 0,
            Rounding::HalfEven => i128::from(MICRO / 2),
            Rounding::Up => i128::from(MICRO),
        };
        let at = |paid: i64| beyond(case.line.at(paid).saturating_add(up), paid, worth, share);
        at(low).max(at(high))
    }

    /// Whether every event of this kind gives points worth at most a share of what was paid.
    pub(super) fn within(&self, worth: i64, share: Share) -> Within {
        self.within_steps(worth, share, &mut self.boxes_max.clone())
    }

    /// The same within so many steps, of which it uses some.
    fn within_steps(&self, worth: i64, share: Share, steps: &mut usize) -> Within {
        let (choice, alive) = self.search.start();
        let mut undecided = false;
        let mut open: Vec<(i128, Case)> = Vec::new();
        let judge = |case: Case| {
            let beyond = self.beyond_at_most(&case, worth, share);
            (beyond > 0).then_some((beyond, case))
        };
        open.extend(self.case(choice, alive).and_then(judge));
        while let Some((_, case)) = open.pop() {
            if *steps == 0 {
                return Within::Undecided;
            }
            *steps = steps.saturating_sub(1);
            let Some(variable) = self.search.next(&case.choice) else {
                match self.refine(&case, (worth, share), steps) {
                    Within::Always => {}
                    Within::Broken(witness) => return Within::Broken(witness),
                    Within::Undecided => undecided = true,
                }
                continue;
            };
            let mut next: Vec<(i128, Case)> = self
                .search
                .split(&case.choice, &case.alive, variable)
                .filter_map(|(choice, alive)| self.case(choice, alive))
                .filter_map(judge)
                .collect();
            next.sort_by_key(|(beyond, _)| *beyond);
            open.extend(next);
        }
        if undecided { Within::Undecided } else { Within::Always }
    }

    /// Cuts one case by what is paid until every piece is decided, or there are no steps left.
    fn refine(&self, case: &Case, (worth, share): (i64, Share), steps: &mut usize) -> Within {
        let mut undecided = false;
        let mut cuts = 0_u32;
        let mut open = vec![case.money.paid];
        while let Some((low, high)) = open.pop() {
            let Some(piece) = self.piece(case, low, high) else { continue };
            if self.beyond_at_most(&piece, worth, share) <= 0 {
                continue;
            }
            for paid in [low.max(1), high.min(AMOUNT_MAX), low] {
                let Some(witness) = self.witness(&piece, paid).filter(|_| paid >= low && paid <= high) else {
                    continue;
                };
                let micro = i128::from(witness.points).saturating_mul(i128::from(MICRO));
                let really = self::paid(&witness.event.lines);
                if beyond(micro, really, worth, share) > 0 {
                    return Within::Broken(Box::new(witness));
                }
            }
            cuts = cuts.saturating_add(1);
            *steps = steps.saturating_sub(STEPS_OF_A_CUT);
            if low == high || cuts > CUTS_MAX || *steps == 0 {
                undecided = true;
                continue;
            }
            let middle = if high == MONEY_MAX {
                low.saturating_mul(4).clamp(10_000, MONEY_MAX.saturating_sub(1))
            } else {
                low.saturating_add(high.saturating_sub(low).div_euclid(2))
            };
            open.push((middle.saturating_add(1), high));
            open.push((low, middle.max(low)));
        }
        if undecided { Within::Undecided } else { Within::Always }
    }

    /// The same case with less freedom in what is paid.
    fn piece(&self, case: &Case, low: i64, high: i64) -> Option<Case> {
        let mut money = case.money.clone();
        if low > high {
            return None;
        }
        money.paid = (low, high);
        for amount in &mut money.amounts {
            *amount = (*amount).min(high);
        }
        let line = self.pays(case, &money);
        Some(Case { money, line, ..case.clone() })
    }

    /// The largest share, with its event; whether it is exact. None where nothing is given for money.
    pub(super) fn largest_share(&self, worth: i64) -> Option<(Share, Box<Witness>, bool)> {
        let mut best: Option<(Share, Box<Witness>)> = None;
        let mut steps = self.boxes_max;
        for _ in 0..60 {
            let share = best.as_ref().map_or(Share { part: 0, whole: 1 }, |(share, _)| *share);
            match self.within_steps(worth, share, &mut steps) {
                Within::Broken(witness) => {
                    let paid = paid(&witness.event.lines);
                    let share = Share::of(witness.points, worth, paid);
                    best = Some((share, witness));
                    if paid == 0 {
                        break;
                    }
                }
                Within::Always => return best.map(|(share, witness)| (share, witness, true)),
                Within::Undecided => return best.map(|(share, witness)| (share, witness, false)),
            }
        }
        best.map(|(share, witness)| (share, witness, false))
    }
}

#[cfg(test)]
mod tests {
    use super::{Share, Wide, beyond, difference, product, times};

    #[test]
    fn products_that_no_word_holds_are_exact() {
        assert_eq!(product(7, [6, 5]), [0, 0, 0, 210]);
        assert_eq!(product(-7, [6, 5]), [0; 4]);
        let most = u64::MAX;
        // (2^64 - 1)^3 = 2^192 - 3 x 2^128 + 3 x 2^64 - 1
        assert_eq!(product(i128::from(most), [most, most]), [0, most - 2, 2, most]);
        assert_eq!(product(i128::MAX, [2, 1]), [0, 0, most, most - 1]);
        assert_eq!(times([1, 0, 0, 0], most), [most, 0, 0, 0]);
        assert_eq!(times([2, 0, 0, 0], most), [most; 4], "more than there is");
        let small = |number: u64| -> Wide { [0, 0, 0, number] };
        assert_eq!(difference(small(9), small(4)), 5);
        assert_eq!(difference([0, 0, 1, 0], small(1)), i128::from(most));
        assert_eq!(difference([0, 0, most, most], small(0)), i128::MAX);
        assert_eq!(difference([0, 1, 0, 0], [0, 0, most, most]), 1);
        assert_eq!(difference([0, 2, 0, 0], [0, 0, most, most]), i128::MAX);
    }

    #[test]
    fn two_sides_that_are_both_huge_are_not_taken_for_equal() {
        // 3.58 points a minor unit, for all the money there is, against a share of three times what was paid
        let share = Share { part: 3_000_000_000_000_000, whole: 1_000_000_000_000_000 };
        let micro = 3_583_333_300_000_000_000;
        assert_eq!(beyond(micro, 1_000_000_000_000, 3_000_000, share), i128::MAX);
        assert_eq!(beyond(1, 1, 1, Share { part: 1, whole: 1 }), 1 - 1_000_000_000_000);
        assert_eq!(beyond(1_000_000, 1, 1_000_000, Share { part: 1, whole: 1 }), 0);
        assert_eq!(beyond(1_000_001, 1, 1_000_000, Share { part: 1, whole: 1 }), 1_000_000);
    }
}
