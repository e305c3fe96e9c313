//! Rewards: what they cost whom, what they give, what bounds them; and what is odd about them.

use super::condition::Scope;
use super::lint::{name_place, warn};
use super::literal::{self, Literals};
use super::names::Names;
use super::programme::{label, name};
use super::report::{Report, short};
use crate::diagnostic::code;
use crate::model::{Active, Give, Place, Programme, Reward, RewardKind, VoucherRefund};
use crate::syntax::ast::{Gives, Item, Kind, List, Literal, Quantity, What, Word};
use crate::units::AMOUNT_MAX;

/// Rewards a choice may be made among.
const CHOICES_MAX: usize = 20;

impl Names<'_> {
    /// A reward; parts that are wrong are reported and left out.
    pub(super) fn reward_item(&self, item: &Item<'_>, report: &mut Report) -> Reward {
        let mut reward = Reward {
            name: name(item),
            label: label(item, report),
            costs_points: None,
            tier_costs: Vec::new(),
            gives: RewardKind::Item(String::new()),
            active: Active::default(),
            when: Vec::new(),
            limits: Vec::new(),
            first_members: None,
            stock: None,
            valid: None,
            refund: VoucherRefund::default(),
            place: item.place,
        };
        for clause in &item.body {
            match &clause.what {
                What::Costs { points, tier } => {
                    self.price(&mut reward, points, *tier, clause.place, report);
                }
                What::Gives(gives) => {
                    if let Some(kind) = self.reward_kind(gives, item, report) {
                        reward.gives = kind;
                    }
                }
                What::Active { from, until } => reward.active = Self::active(*from, *until, clause, report),
                What::When(conds) => {
                    reward.when.extend(self.conditions(conds, Scope::reward(), report));
                }
                What::Limit { most, scopes } => {
                    reward.limits.extend(self.limit(Kind::Reward, clause, most, scopes, report));
                }
                What::First(number) => {
                    reward.first_members = literal::whole(*number, report, "members are counted whole");
                    if reward.first_members == Some(0) {
                        let help = "write how many members may have it, or leave the line out";
                        report.error(code::ZERO, number.place, "this lets nobody have it", help);
                    }
                }
                What::Stock(number) => {
                    reward.stock = literal::whole(*number, report, "a stock is a whole number");
                    if reward.stock == Some(0) {
                        let help = "write how many there are; a reward that is gone for now needs none: leave it out";
                        warn(
                            report,
                            code::LIMIT_ZERO,
                            number.place,
                            "a stock of nothing: nobody can have it",
                            help,
                        );
                    }
                }
                What::Lasts(quantity) => reward.valid = Literals::span(quantity, report),
                What::Refund(word) => {
                    let choices = [("revoke", VoucherRefund::Revoke), ("keep", VoucherRefund::Keep)];
                    let what = "what a return does to an unused voucher";
                    reward.refund = literal::choose(*word, what, &choices, report).unwrap_or_default();
                }
                _ => {}
            }
        }
        reward.tier_costs.sort_by_key(|(tier, _)| *tier);
        reward
    }

    /// `costs 500 points`, `costs 400 points for gold`: each tier, and everybody else, once.
    fn price(
        &self,
        reward: &mut Reward,
        points: &Quantity<'_>,
        tier: Option<Word<'_>>,
        place: Place,
        report: &mut Report,
    ) {
        let cost = Literals::points(points, report).unwrap_or_default();
        if cost > AMOUNT_MAX {
            let help = format!("a reward costs at most {AMOUNT_MAX} points");
            report.error(code::TOO_LARGE, points.place, "this is too many points", help);
        }
        let twice = |report: &mut Report, whom: &str| {
            report.error(
                code::REPEATED,
                place,
                format!("this reward says twice what it costs{whom}"),
                "leave one out",
            );
        };
        match tier {
            None if reward.costs_points.is_some() => twice(report, ""),
            None => reward.costs_points = Some(cost),
            Some(word) => {
                let Some(index) = self.tier(word, report) else { return };
                if reward.tier_costs.iter().any(|(known, _)| *known == index) {
                    twice(report, &format!(" for {}", short(word.text)));
                } else {
                    reward.tier_costs.push((index, cost));
                }
            }
        }
    }

    fn reward_kind(&self, gives: &Gives<'_>, item: &Item<'_>, report: &mut Report) -> Option<RewardKind> {
        let text = |word: &Word<'_>, report: &mut Report| literal::text(*word, report).map(str::to_owned);
        Some(match gives {
            Gives::Item(word) => RewardKind::Item(text(word, report)?),
            Gives::Access(word) => RewardKind::Access(text(word, report)?),
            Gives::Experience(word) => RewardKind::Experience(text(word, report)?),
            Gives::Shipping => RewardKind::Shipping,
            Gives::GiftCard(quantity) => {
                RewardKind::GiftCard(self.worth_of(quantity, "a gift card", report)?)
            }
            Gives::Credit(quantity) => RewardKind::Credit(self.worth_of(quantity, "a credit", report)?),
            Gives::Donation(quantity, to) => {
                let minor = self.worth_of(quantity, "a donation", report);
                RewardKind::Donation { to: text(to, report)?, minor: minor? }
            }
            Gives::Choice(list) => RewardKind::OneOf(self.choice(list, item, report)?),
            Gives::Off(off, path) => self.discount(off, *path, report)?,
        })
    }

    /// Money that is given: more than nothing.
    fn worth_of(&self, quantity: &Quantity<'_>, what: &str, report: &mut Report) -> Option<i64> {
        if !Literals::is_money(quantity) {
            let help = format!("write such as `{}`", self.literals.money_example());
            report.error(code::TYPES, quantity.place, format!("{what} is money"), help);
            return None;
        }
        let minor = self.literals.small_money(quantity, report)?;
        if minor == 0 {
            let help = format!("write such as `{}`", self.literals.money_example());
            report.error(code::ZERO, quantity.place, format!("{what} of nothing"), help);
            return None;
        }
        Some(minor)
    }

    fn discount(&self, off: &Literal<'_>, path: Word<'_>, report: &mut Report) -> Option<RewardKind> {
        if path.text != "basket.total" {
            report.rewrite(
                code::AMOUNT,
                path.place,
                "a reward takes something off the basket's total",
                "basket.total",
            );
            return None;
        }
        match off {
            Literal::Percent(word) => {
                let ratio = literal::ratio(*word, report)?;
                if ratio > crate::units::RATIO {
                    let help = "write at most `100%`";
                    report.error(
                        code::TOO_LARGE,
                        word.place,
                        "a reward cannot take off more than 100%",
                        help,
                    );
                    return None;
                }
                Some(RewardKind::ShareOff(ratio))
            }
            Literal::Quantity(quantity) if Literals::is_money(quantity) => {
                let minor = self.literals.small_money(quantity, report)?;
                if minor == 0 {
                    let help = format!("write such as `{}`", self.literals.money_example());
                    report.error(code::ZERO, quantity.place, "this takes nothing off", help);
                    return None;
                }
                Some(RewardKind::MoneyOff(minor))
            }
            other => {
                report.error(
                    code::TYPES,
                    other.place(),
                    format!("a reward takes off money or a share, and {}", literal::described(other)),
                    format!("write such as `{}` or `5%`", self.literals.money_example()),
                );
                None
            }
        }
    }

    /// The rewards of `one of [..]`, by index: at least two, none twice.
    fn choice(&self, list: &List<'_>, item: &Item<'_>, report: &mut Report) -> Option<Vec<usize>> {
        let mut found: Vec<usize> = Vec::new();
        let before = report.diagnostics.len();
        for entry in &list.items {
            let Literal::Name(word) = entry else {
                let message = format!("a choice is among rewards, and {}", literal::described(entry));
                report.error(code::TYPES, entry.place(), message, "write the names of rewards");
                continue;
            };
            let Some(index) = self.reward(*word, report) else { continue };
            if item.name.is_some_and(|own| own.text == word.text) {
                let help = "name other rewards";
                report.error(code::CHOICE, word.place, "a reward is no choice of itself", help);
            } else if found.contains(&index) {
                let message = format!("`{}` stands here twice", short(word.text));
                report.error(code::CHOICE, word.place, message, "leave one out");
            } else {
                found.push(index);
            }
        }
        if report.diagnostics.len() == before && !(2..=CHOICES_MAX).contains(&found.len()) {
            let help = format!("name 2 to {CHOICES_MAX} rewards");
            report.error(code::CHOICE, list.place, "this is no choice", help);
        }
        (report.diagnostics.len() == before).then_some(found)
    }
}

/// A choice among choices would have to be made twice.
pub(super) fn choices(items: &[Item<'_>], programme: &Programme, report: &mut Report) {
    let items = items.iter().filter(|item| item.kind == Kind::Reward);
    for (item, reward) in items.zip(&programme.rewards) {
        let RewardKind::OneOf(options) = &reward.gives else { continue };
        let nested = options.iter().filter_map(|index| programme.rewards.get(*index));
        for option in nested.filter(|option| matches!(option.gives, RewardKind::OneOf(_))) {
            let message = format!("`{}` is a choice itself", short(&option.name));
            report.error(code::CHOICE, gives_place(item), message, "name what it gives, one by one");
        }
    }
}

/// What is allowed and hardly meant.
pub(super) fn lint(items: &[Item<'_>], programme: &Programme, report: &mut Report) {
    let items = items.iter().filter(|item| item.kind == Kind::Reward);
    for (index, (item, reward)) in items.zip(&programme.rewards).enumerate() {
        let bought = reward.costs_points.is_some() || !reward.tier_costs.is_empty();
        let given =
            programme.rules.iter().flat_map(|rule| &rule.gives).any(|give| *give == Give::Reward(index));
        let chosen = programme.rewards.iter().any(|other| match &other.gives {
            RewardKind::OneOf(options) => options.contains(&index),
            _ => false,
        });
        if !bought && !given && !chosen {
            warn(
                report,
                code::OUT_OF_REACH,
                name_place(item),
                "nobody can have this reward: it has no price, and no rule gives it",
                "write such as `costs 500 points`, or give it in a rule",
            );
        }
        if !bought && let Some(clause) = item.body.iter().find(|clause| matches!(clause.what, What::When(_)))
        {
            warn(
                report,
                code::NEVER_ASKED,
                clause.place,
                "this is asked only of who buys the reward, and nobody can",
                "put the condition into the rule that gives it, or write what it costs",
            );
        }
        let free = reward.costs_points == Some(0) && reward.limits.is_empty();
        if free {
            warn(
                report,
                code::FREE_REWARD,
                costs_place(item, None),
                "this reward is free, for everybody, as often as they like",
                "write what it costs, or a `limit`",
            );
        }
        dearer(item, reward, programme, report);
    }
}

/// A higher tier that pays more.
fn dearer(item: &Item<'_>, reward: &Reward, programme: &Programme, report: &mut Report) {
    let mut below: Option<(i64, String)> = reward.costs_points.map(|cost| (cost, "everybody".to_owned()));
    for (tier, cost) in &reward.tier_costs {
        let name = programme.tiers.get(*tier).map_or("", |tier| tier.name.as_str());
        if let Some((less, whom)) = below.as_ref().filter(|(less, _)| less < cost) {
            let message = format!("{name} pays {cost} points, and {whom} pays {less}");
            let help = "a higher tier hardly means to pay more; change one of the two";
            warn(report, code::DEARER, costs_place(item, Some(name)), message, help);
        }
        below = Some((*cost, name.to_owned()));
    }
}

fn gives_place(item: &Item<'_>) -> Place {
    let gives = item.body.iter().find(|clause| matches!(clause.what, What::Gives(_)));
    gives.map_or(item.keyword, |clause| clause.place)
}

fn costs_place(item: &Item<'_>, of: Option<&str>) -> Place {
    let costs = item.body.iter().find(|clause| match &clause.what {
        What::Costs { tier, .. } => tier.map(|word| word.text) == of,
        _ => false,
    });
    costs.map_or(item.keyword, |clause| clause.place)
}
