//! What the member sees: balances, what expires next, the tier and what is missing to the next.

use crate::history::{counters, tiers, windows};
use crate::state::{Standing, State, Voucher};
use crate::sweep::settle;
use dsl::model::Counts;
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};
use serde::Serialize;

/// A member's card at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    /// Spendable points.
    pub balance_points: i64,
    /// Earned, not yet spendable.
    pub pending_points: i64,
    /// Reserved by redemptions.
    pub held_points: i64,
    /// Owed.
    pub debt_points: i64,
    /// The earliest expiry of spendable points, and how many expire then.
    pub expiring_next: Option<Expiring>,
    /// The tier, where the programme has tiers.
    pub tier: Option<CardTier>,
    /// Badges.
    pub badges: Vec<String>,
    /// The level of each set, in the order of the file.
    pub levels: Vec<CardLevel>,
    /// How far each challenge of the programme is, in the order of the file.
    pub challenges: Vec<CardChallenge>,
    /// Tags that rules gave.
    pub tags: Vec<String>,
    /// What is frozen, and whether the member was erased.
    pub standing: Standing,
    /// Vouchers that can still be used, in the order they were issued.
    pub vouchers: Vec<Voucher>,
}

/// The level of one set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardLevel {
    /// The set's name.
    pub set: String,
    /// How members read it.
    pub label: Option<String>,
    /// The level's name.
    pub name: String,
    /// What is counted.
    pub metric: dsl::facts::Metric,
    /// What counts so far: minor units, points or purchases.
    pub have: i64,
    /// The next level, and what it takes; none at the top.
    pub next: Option<(String, i64)>,
}

/// A challenge with its progress in the period it is asked in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardChallenge {
    /// Its name.
    pub name: String,
    /// How members read it.
    pub label: Option<String>,
    /// Whether it is completed.
    pub completed: bool,
    /// How many of its goals complete it.
    pub needs: usize,
    /// Its goals, as written.
    pub goals: Vec<CardGoal>,
    /// When it ends, or begins anew; none where it does neither.
    pub until: Option<Moment>,
}

/// A goal with what is done of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardGoal {
    /// Its name.
    pub name: String,
    /// How members read it.
    pub label: Option<String>,
    /// Whether it counts money, in minor units; otherwise times.
    pub money: bool,
    /// What is done: at most the target.
    pub have: i64,
    /// The target.
    pub need: i64,
}

/// Points that expire together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Expiring {
    /// How many.
    pub points: i64,
    /// When.
    pub at: Moment,
}

/// What lifts a member to a tier she has not earned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardLift {
    /// Until when.
    pub until: Moment,
    /// The tier she has earned; empty below the lowest tier.
    pub earned: String,
}

/// The tier in force, with the progress of the one earned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardTier {
    /// Its name; empty below the lowest tier, where that has a threshold.
    pub name: String,
    /// Since when.
    pub since: Moment,
    /// When it is reviewed; none never.
    pub review_at: Option<Moment>,
    /// What is still missing to keep it at that review, in the threshold's unit; 0 when it is safe; none when it
    /// is never reviewed.
    pub missing_to_keep: Option<i64>,
    /// Where a rule lifts her to it; then it is not reviewed.
    pub lifted: Option<CardLift>,
    /// The next tier to be earned, if there is one: after a lift, from the one earned.
    pub next: Option<NextTier>,
}

/// The next tier and what is missing to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextTier {
    /// Its name.
    pub name: String,
    /// `spent`, `earned` or `purchases`.
    pub metric: dsl::facts::Metric,
    /// What counts so far: minor units, points or purchases.
    pub have: i64,
    /// What it takes.
    pub need: i64,
    /// need - have, more than 0.
    pub missing: i64,
    /// When the oldest part of `have` leaves the window, so by when it must be reached; none for a lifetime window.
    pub by: Option<Moment>,
}

/// The card at `now`: settles first, writes nothing.
pub fn card(state: &State, now: Moment, rulebook: &Rulebook) -> Card {
    let (state, _) = settle(state, now, rulebook);
    Card {
        balance_points: state.active_points,
        pending_points: state.pending_points,
        held_points: state.held_points,
        debt_points: state.debt_points,
        expiring_next: expiring_next(&state),
        tier: tier(&state, now, rulebook),
        levels: levels(&state, now, rulebook),
        challenges: challenges(&state, now, rulebook),
        standing: state.standing,
        badges: state.badges,
        tags: state.tags,
        vouchers: state.vouchers,
    }
}

/// The level of each set: what the sum comes to now.
fn levels(state: &State, now: Moment, rulebook: &Rulebook) -> Vec<CardLevel> {
    let each = rulebook.programme().levels.iter().filter_map(|set| {
        let have = windows::value(state, set.sum, now, rulebook.zone());
        let at = set.reached(have);
        let next = set.steps.get(at.saturating_add(1));
        Some(CardLevel {
            set: set.name.clone(),
            label: set.label.clone(),
            name: set.steps.get(at)?.name.clone(),
            metric: set.sum.metric,
            have,
            next: next.map(|next| (next.name.clone(), next.from)),
        })
    });
    each.collect()
}

/// Challenges on whose days `now` lies.
fn challenges(state: &State, now: Moment, rulebook: &Rulebook) -> Vec<CardChallenge> {
    let (zone, today) = (rulebook.zone(), rulebook.zone().local(now).day);
    let used =
        |slot: usize| rulebook.limits().get(slot).map_or(0, |slot| counters::used(state, slot, now, zone));
    let each = rulebook.challenges().iter().filter_map(|slots| {
        let rule = rulebook.programme().rules.get(slots.rule)?;
        let challenge = rule.challenge()?;
        let open = rule.active.from.is_none_or(|from| from <= today)
            && rule.active.until.is_none_or(|until| today <= until);
        let ends = counters::calendar(challenge.per).map(|period| zone.period_end(today, period));
        let closes = rule.active.until.map(|until| Day(until.0.saturating_add(1)));
        let goals = challenge.goals.iter().zip(&slots.goals);
        open.then(|| CardChallenge {
            name: rule.name.clone(),
            label: rule.label.clone(),
            completed: slots.once.is_some_and(|slot| used(slot) > 0),
            needs: challenge.needs,
            goals: goals
                .map(|(goal, slot)| CardGoal {
                    name: goal.name.clone(),
                    label: goal.label.clone(),
                    money: matches!(goal.counts, Counts::Money(_)),
                    have: used(*slot).min(goal.target),
                    need: goal.target,
                })
                .collect(),
            until: ends.into_iter().chain(closes).min().map(|day| zone.start_of(day)),
        })
    });
    each.collect()
}

/// The earliest expiry of spendable points of a settled state, and how many expire then. Lots stand in spend order:
/// what expires first stands first.
pub fn expiring_next(state: &State) -> Option<Expiring> {
    let spendable = || state.lots.iter().filter(|lot| lot.activates_at.is_none());
    let at = spendable().find_map(|lot| lot.expires_at)?;
    let then = spendable().filter(|lot| lot.expires_at == Some(at));
    Some(Expiring { points: then.fold(0, |sum, lot| sum.saturating_add(lot.remaining)), at })
}

fn tier(state: &State, now: Moment, rulebook: &Rulebook) -> Option<CardTier> {
    let programme = rulebook.programme();
    if programme.tiers.is_empty() {
        return None;
    }
    let index = tiers::earned(state, programme);
    let declared = index.and_then(|index| programme.tiers.get(index));
    let hold = state.tier.as_ref().filter(|hold| declared.is_some_and(|tier| tier.name == hold.name));
    let review_at = hold.and_then(|hold| hold.review_at);
    let missing_to_keep = review_at.zip(declared.and_then(|tier| tier.from)).map(|(review_at, from)| {
        let judged = Moment(review_at.0.saturating_sub(1));
        from.at_least.saturating_sub(windows::value(state, from.sum, judged, rulebook.zone())).max(0)
    });
    let above = index.map_or(0, |index| index.saturating_add(1));
    let next = programme.tiers.iter().skip(above).find_map(|tier| {
        let from = tier.from?;
        let have = windows::value(state, from.sum, now, rulebook.zone());
        (have < from.at_least).then(|| NextTier {
            name: tier.name.clone(),
            metric: from.sum.metric,
            have,
            need: from.at_least,
            missing: from.at_least.saturating_sub(have),
            by: windows::closes_at(state, from.sum, now, rulebook.zone()),
        })
    });
    let name = declared.map(|tier| tier.name.clone()).unwrap_or_default();
    let since = hold.map_or(state.enrolled_at, |hold| hold.since);
    let earned = CardTier { name, since, review_at, missing_to_keep, lifted: None, next };
    let Some(lift) = tiers::lift(state, programme) else { return Some(earned) };
    let lifted = Some(CardLift { until: lift.until, earned: earned.name });
    let (name, since) = (lift.tier.clone(), lift.since);
    Some(CardTier { name, since, review_at: None, missing_to_keep: None, lifted, next: earned.next })
}
