//! What a programme gave: sums over entries, and each member's end. Whole numbers only, so that the order in which
//! members are added up changes nothing.

use super::book::{Counters, Times};
use domain::decision::Decision;
use domain::entry::{Account, Change, Posting, Settlement};
use domain::request::Snapshot;
use domain::state::State;
use dsl::calendar::ymd;
use dsl::units::Day;
use std::collections::BTreeMap;

/// A calendar month of the programme's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month(pub(super) i16, pub(super) u8);

/// What one rule did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct OfRule {
    /// How often it gave points.
    pub(super) times: i64,
    /// How many.
    pub(super) points: i64,
}

/// What a month saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct OfMonth {
    /// Points issued.
    pub(super) issued: i64,
    /// Points clawed back.
    pub(super) clawed: i64,
}

/// A group of members at the end: a tier, or a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct OfGroup {
    /// How many.
    pub(super) members: i64,
    /// Points they got, net of what came back.
    pub(super) net: i64,
    /// Points open: spendable, pending and held, less what is owed.
    pub(super) open: i64,
}

/// One member's end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct OfMember {
    /// Points issued less points clawed back.
    pub(super) net: i64,
    /// Points open: spendable, pending and held, less what is owed.
    pub(super) open: i64,
    /// The tier, where the programme has any.
    pub(super) tier: Option<String>,
}

/// Everything that is counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) members: i64,
    pub(super) purchases: i64,
    pub(super) returns: i64,
    pub(super) by_time: i64,
    /// What was paid, net of returns, in minor units.
    pub(super) turnover_minor: i64,
    pub(super) issued: i64,
    pub(super) clawed: i64,
    pub(super) expired: i64,
    pub(super) redeemed: i64,
    pub(super) open: i64,
    pub(super) debt: i64,
    pub(super) refused: BTreeMap<String, i64>,
    pub(super) rules: BTreeMap<String, OfRule>,
    pub(super) rewards: BTreeMap<String, i64>,
    pub(super) months: BTreeMap<Month, OfMonth>,
    pub(super) tiers: BTreeMap<String, OfGroup>,
    pub(super) segments: BTreeMap<String, OfGroup>,
    /// By experiment and arm, of members whom a rule asked for it.
    pub(super) arms: BTreeMap<String, OfGroup>,
    /// What programme-wide counters used, in the end.
    pub(super) counters: Counters,
    /// The day on which a counter was used up.
    pub(super) ran_out: BTreeMap<String, Day>,
    /// Members in the order of their names.
    pub(super) of_members: BTreeMap<String, OfMember>,
}

impl Tally {
    /// Counts an entry of a member.
    pub(super) fn entry(&mut self, member: &mut OfMember, decision: &Decision, times: &Times<'_>) {
        let entry = &decision.entry;
        match &entry.change {
            Change::Purchased { bought, .. } => {
                self.purchases += 1;
                self.turnover_minor += bought.lines.iter().map(|line| line.amount_minor).sum::<i64>();
            }
            Change::Returned(returned) => {
                self.returns += 1;
                self.turnover_minor -= returned.lines.iter().map(|line| line.amount_minor).sum::<i64>();
            }
            Change::Refused(refusal) => self.refused(refusal.code()),
            Change::Scheduled { .. } | Change::Celebrated { .. } => self.by_time += 1,
            _ => {}
        }
        for award in entry.change.awards() {
            for (rule, points) in &award.rules {
                let rule = self.rules.entry(rule.clone()).or_default();
                rule.times += 1;
                rule.points += points;
            }
            for reward in &award.rewards {
                *self.rewards.entry(reward.reward.clone()).or_default() += 1;
            }
        }
        let (year, month, _) = ymd(times.rules.zone().local(entry.occurred_at).day);
        for Posting(account, points) in &entry.postings {
            match account {
                Account::Issuer => {
                    self.issued -= points;
                    member.net -= points;
                    self.months.entry(Month(year, month)).or_default().issued -= points;
                }
                Account::Clawed => {
                    self.clawed += points;
                    member.net -= points;
                    self.months.entry(Month(year, month)).or_default().clawed += points;
                }
                Account::Expired => self.expired += points,
                Account::Redeemed => self.redeemed += points,
                _ => {}
            }
        }
    }

    /// Counts a refusal that is no entry.
    pub(super) fn refused(&mut self, code: &str) {
        *self.refused.entry(code.to_owned()).or_default() += 1;
    }

    /// Counts a member's end.
    pub(super) fn end(
        &mut self,
        name: &str,
        mut member: OfMember,
        (state, settled): (State, Vec<Settlement>),
        times: &Times<'_>,
    ) {
        let expired = |settlement: &Settlement| match settlement {
            Settlement::Expired { points, .. } => *points,
            _ => 0,
        };
        self.expired += settled.iter().map(expired).sum::<i64>();
        self.members += 1;
        self.open += state.active_points + state.pending_points + state.held_points;
        self.debt += state.debt_points;
        member.open = state.active_points + state.pending_points + state.held_points - state.debt_points;
        let count = |groups: &mut BTreeMap<String, OfGroup>, group: &str| {
            let group = groups.entry(group.to_owned()).or_default();
            group.members += 1;
            group.net += member.net;
            group.open += member.open;
        };
        let programme = times.rules.programme();
        member.tier = domain::name_in_force(&state, programme).map(str::to_owned);
        if let Some(tier) = member.tier.as_deref().or(programme.tiers.first().map(|tier| tier.name.as_str()))
        {
            count(&mut self.tiers, tier);
        }
        for exposure in &state.exposures {
            count(&mut self.arms, &format!("{} {}", exposure.experiment, exposure.arm));
        }
        if !programme.segments.is_empty() {
            let facts = domain::facts(&state, &Snapshot::default(), times.until, times.rules);
            for (index, segment) in programme.segments.iter().enumerate() {
                if times.rules.in_segment(index, times.until, &facts) {
                    count(&mut self.segments, &segment.name);
                }
            }
        }
        self.of_members.insert(name.to_owned(), member);
    }

    /// Adds another's counts.
    pub(super) fn add(&mut self, other: Self) {
        self.members += other.members;
        self.purchases += other.purchases;
        self.returns += other.returns;
        self.by_time += other.by_time;
        self.turnover_minor += other.turnover_minor;
        self.issued += other.issued;
        self.clawed += other.clawed;
        self.expired += other.expired;
        self.redeemed += other.redeemed;
        self.open += other.open;
        self.debt += other.debt;
        add(&mut self.refused, other.refused, |sum, count| *sum += count);
        add(&mut self.rewards, other.rewards, |sum, count| *sum += count);
        add(&mut self.rules, other.rules, |sum, rule| {
            sum.times += rule.times;
            sum.points += rule.points;
        });
        add(&mut self.months, other.months, |sum, month| {
            sum.issued += month.issued;
            sum.clawed += month.clawed;
        });
        let group = |sum: &mut OfGroup, group: OfGroup| {
            sum.members += group.members;
            sum.net += group.net;
            sum.open += group.open;
        };
        add(&mut self.tiers, other.tiers, group);
        add(&mut self.segments, other.segments, group);
        add(&mut self.arms, other.arms, group);
        add(&mut self.counters, other.counters, |sum, used| *sum += used);
        self.ran_out.extend(other.ran_out);
        self.of_members.extend(other.of_members);
    }
}

fn add<K: Ord, V: Default>(to: &mut BTreeMap<K, V>, from: BTreeMap<K, V>, sum: impl Fn(&mut V, V)) {
    for (key, value) in from {
        sum(to.entry(key).or_default(), value);
    }
}
