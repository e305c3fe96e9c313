//! What joint limits and budgets certainly leave a rule. They are looked at only as far as a rule can lose by them
//! everything it gives; nothing here is an upper bound.

use super::{Award, Money, PARTS, Upper, up};
use crate::evaluate::arithmetic::MICRO_MAX;
use crate::units::MICRO;

impl Award {
    /// The most it gives where so much is paid; none where that hangs on what others give.
    fn most(&self, money: &Money) -> Option<i128> {
        if self.factor.max(self.factor_all) != 0 {
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
        let group = award.group.and_then(|group| self.groups.get(group)).is_none_or(|found| {
            self.has_room(row, found.cap.micro, money, &|other| other.group == award.group)
        });
        let budget = award.budget.is_none_or(|budget| {
            let most = self.budgets.get(budget).copied().unwrap_or(0);
            open(budget) && self.has_room(row, most, money, &|other| other.budget == award.budget)
        });
        group && budget && self.has_room(row, self.programme.micro, money, &|_| true)
    }

    /// `most` micro-points for all that are `under` one limit.
    fn has_room(&self, row: usize, most: i128, money: &Money, under: &dyn Fn(&Award) -> bool) -> bool {
        if most >= i128::from(MICRO_MAX) {
            return true;
        }
        let others = self.awards.iter().enumerate().filter(|(at, award)| *at != row && under(award));
        let others: Option<Vec<i128>> = others.map(|(_, award)| award.most(money)).collect();
        let own = self.awards.get(row).and_then(|award| award.most(money));
        match (others, own) {
            (Some(others), _) if others.iter().all(|most| *most == 0) => most >= i128::from(MICRO),
            (Some(others), Some(own)) => others.into_iter().fold(own, i128::saturating_add) <= most,
            _ => false,
        }
    }
}
