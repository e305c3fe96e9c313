//! What a programme makes its host count: windowed sums, limits, and whether it reads the profile.

use super::{LimitOwner, LimitSlot};
use crate::facts::{Metric, Window, WindowedSum};
use crate::model::{
    Clause, Condition, Counts, Fact, Give, Limit, LimitPeriod, LimitUnit, Predicate, Programme,
};

/// The sum behind `purchase.number`.
pub(crate) const PURCHASES_EVER: WindowedSum =
    WindowedSum { metric: Metric::Purchases, window: Window::Lifetime };

/// The limits of a programme, with and without counters.
#[derive(Debug, Clone, Default)]
pub(super) struct Counters {
    /// Limits with counters.
    pub(super) slots: Vec<LimitSlot>,
    /// Limits per event.
    pub(super) per_event: Vec<LimitSlot>,
}

impl Counters {
    /// In the order programme, groups, rules, rewards, referral, each as written. Two limits of one owner in the same unit and
    /// period share a counter: the smaller stands.
    pub(super) fn of(programme: &Programme) -> Self {
        let mut found = Self::default();
        found.add(LimitOwner::Programme, "programme", &[], &programme.limits);
        for (index, group) in programme.groups.iter().enumerate() {
            found.add(LimitOwner::Group(index), &format!("group:{}", group.name), &[], &group.limits);
        }
        for (index, rule) in programme.rules.iter().enumerate() {
            let former: Vec<String> = rule.formerly.iter().map(|name| format!("rule:{name}")).collect();
            found.add(LimitOwner::Rule(index), &format!("rule:{}", rule.name), &former, &rule.limits);
        }
        for (index, reward) in programme.rewards.iter().enumerate() {
            found.add(LimitOwner::Reward(index), &format!("reward:{}", reward.name), &[], &reward.limits);
        }
        if let Some(referral) = &programme.referral {
            found.add(LimitOwner::Referral, "referral", &[], &referral.limits);
        }
        super::milestones::add(&mut found, programme);
        super::challenges::add(&mut found, programme);
        if let Some(attention) = &programme.attention {
            found.add(LimitOwner::Attention, "attention", &[], &attention.limits);
        }
        found
    }

    pub(super) fn add(&mut self, owner: LimitOwner, stem: &str, former: &[String], limits: &[Limit]) {
        for limit in limits {
            let whose = if limit.household { "household/" } else { "" };
            let end = format!("/{}/{whose}{}", unit_word(limit.most), period_word(limit.per));
            let slot = LimitSlot {
                owner,
                key: format!("{stem}{end}"),
                former_keys: former.iter().map(|stem| format!("{stem}{end}")).collect(),
                most: limit.most,
                per: limit.per,
                household: limit.household,
            };
            let list = if limit.per == LimitPeriod::Event { &mut self.per_event } else { &mut self.slots };
            match list
                .iter_mut()
                .rev()
                .take_while(|other| other.owner == owner)
                .find(|other| other.key == slot.key)
            {
                Some(other) => other.most = smaller(other.most, slot.most),
                None => list.push(slot),
            }
        }
    }
}

/// The lower of two limits in one unit.
fn smaller(left: LimitUnit, right: LimitUnit) -> LimitUnit {
    let size = |unit| match unit {
        LimitUnit::Times(n) | LimitUnit::Points(n) | LimitUnit::Money(n) => n,
    };
    if size(right) < size(left) { right } else { left }
}

const fn unit_word(unit: LimitUnit) -> &'static str {
    match unit {
        LimitUnit::Times(_) => "times",
        LimitUnit::Points(_) => "points",
        LimitUnit::Money(_) => "money",
    }
}

/// The word of a limit's period, as keys and explanations say it.
pub(crate) const fn period_word(period: LimitPeriod) -> &'static str {
    match period {
        LimitPeriod::Event => "event",
        LimitPeriod::Day => "day",
        LimitPeriod::Week => "week",
        LimitPeriod::Month => "month",
        LimitPeriod::Year => "year",
        LimitPeriod::Programme => "programme",
    }
}

/// Windowed sums that rules, rewards or tiers read, without repeats, in the order of the text.
pub(super) fn windows(programme: &Programme) -> Vec<WindowedSum> {
    let mut found: Vec<WindowedSum> = Vec::new();
    let mut add = |sum: WindowedSum| {
        if !found.contains(&sum) {
            found.push(sum);
        }
    };
    for tier in &programme.tiers {
        if let Some(threshold) = &tier.from {
            add(threshold.sum);
        }
    }
    for levels in &programme.levels {
        add(levels.sum);
    }
    each_fact(programme, &mut |fact| match fact {
        Fact::Windowed(sum) => add(*sum),
        Fact::PurchaseNumber => add(PURCHASES_EVER),
        Fact::Average(window) => {
            for metric in [Metric::Spent, Metric::Purchases] {
                add(WindowedSum { metric, window: *window });
            }
        }
        _ => {}
    });
    found
}

/// Whether any rule or reward reads what is kept in the profile: the birthday, tags, where she lives.
pub(super) fn reads_profile(programme: &Programme) -> bool {
    let mut reads = false;
    each_fact(programme, &mut |fact| {
        reads |= matches!(
            fact,
            Fact::MemberBirthday
                | Fact::MemberTags
                | Fact::MemberAge
                | Fact::MemberCountry
                | Fact::MemberPostcode
                | Fact::MemberCity
        );
    });
    reads
}

/// Visits every fact that a rule or reward names, but for those of single lines, of which filters speak.
pub(super) fn each_fact(programme: &Programme, visit: &mut dyn FnMut(&Fact)) {
    for rule in &programme.rules {
        conditions(&rule.when, visit);
        for give in &rule.gives {
            let Give::Challenge(challenge) = give else { continue };
            for goal in &challenge.goals {
                if let Counts::Times { when, .. } = &goal.counts {
                    conditions(when, visit);
                }
            }
        }
    }
    for reward in &programme.rewards {
        conditions(&reward.when, visit);
    }
    for segment in &programme.segments {
        conditions(&segment.when, visit);
    }
    if let Some(referral) = &programme.referral {
        conditions(&referral.when, visit);
    }
}

fn conditions(list: &[Condition], visit: &mut dyn FnMut(&Fact)) {
    for condition in list {
        match condition {
            Condition::Test(Clause { fact, predicate, .. }) => {
                visit(fact);
                if let Predicate::Within(_, other) = predicate {
                    visit(other);
                }
            }
            Condition::Any(inner) | Condition::All(inner) | Condition::NoneOf(inner) => {
                conditions(inner, visit);
            }
            // segments are visited themselves
            Condition::Segment { .. } => {}
        }
    }
}
