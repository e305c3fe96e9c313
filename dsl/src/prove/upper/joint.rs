//! What joint limits and budgets certainly leave a rule. They are looked at only as far as a rule can lose by them
//! everything it gives; nothing here is an upper bound.

use super::{Award, Cap, Money, PARTS, Upper, up};
use crate::units::MICRO;

impl Award {
    /// Whether it takes part where a joint limit cuts.
    fn takes_part(&self) -> bool {
        self.flat > 0 || !self.rates.is_empty() || self.factor > 0 || self.factor_all > 0 || self.grants
    }

    /// The most it gives where so much is paid; none where that hangs on what others give.
    fn most(&self, money: &Money) -> Option<i128> {
        if self.factor > 0 || self.factor_all > 0 {
            return None;
        }
        let of = |amount: usize| money.amounts.get(amount).copied().unwrap_or(money.paid.1);
        let rates =
            self.rates.iter().map(|rate| up(rate.slope.saturating_mul(of(rate.amount).into()), PARTS));
        Some(rates.fold(self.flat, i128::saturating_add).min(self.own_cap))
    }
}

impl Upper {
    /// Whether no limit of its group or of the programme, and no budget, can leave a rule with nothing while their
    /// counters are unused: it is alone under them, or there is room for all that share them. `open` says which budgets
    /// are certainly open.
    pub(in crate::prove) fn is_left_something(
        &self,
        row: usize,
        money: &Money,
        open: &dyn Fn(usize) -> bool,
    ) -> bool {
        let Some(award) = self.awards.get(row) else { return false };
        let group = award
            .group
            .and_then(|group| self.groups.get(group))
            .is_none_or(|found| self.has_room(row, found.cap, money, &|other| other.group == award.group));
        let budget = award.budget.is_none_or(|budget| {
            let cap = Cap { micro: self.budgets.get(budget).copied().unwrap_or(0), times: i64::MAX };
            cap.micro == i128::MAX
                || open(budget) && self.has_room(row, cap, money, &|other| other.budget == award.budget)
        });
        group && budget && self.has_room(row, self.programme, money, &|_| true)
    }

    fn has_room(&self, row: usize, cap: Cap, money: &Money, under: &dyn Fn(&Award) -> bool) -> bool {
        let sharing: Vec<&Award> = self
            .awards
            .iter()
            .enumerate()
            .filter(|(at, award)| *at == row || (award.takes_part() && under(award)))
            .map(|(_, award)| award)
            .collect();
        if usize::try_from(cap.times).is_ok_and(|times| sharing.len() > times) {
            return false;
        }
        if let [_] = sharing.as_slice() {
            return cap.micro >= i128::from(MICRO);
        }
        let all = sharing.iter().try_fold(0_i128, |sum, award| Some(sum.saturating_add(award.most(money)?)));
        cap.is_none() || all.is_some_and(|all| all <= cap.micro)
    }
}
