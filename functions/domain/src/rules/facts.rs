//! The facts a rulebook may read of a member, from a settled state: exactly those its lists ask for, in their order.

use crate::history::{counters, experiments, happenings, households, tiers, windows};
use crate::request::Snapshot;
use crate::state::State;
use dsl::facts::Facts;
use dsl::plan::Rulebook;
use dsl::units::Moment;

/// Tags of the profile, and those that rules gave.
fn tags(state: &State, snapshot: &Snapshot) -> Vec<String> {
    let of_profile = &snapshot.profile.tags;
    let of_rules = state.tags.iter().filter(|tag| !of_profile.contains(tag));
    of_profile.iter().chain(of_rules).cloned().collect()
}

/// The facts at `at`, before the event.
pub fn facts(state: &State, snapshot: &Snapshot, at: Moment, rulebook: &Rulebook) -> Facts {
    let (programme, zone) = (rulebook.programme(), rulebook.zone());
    let bought =
        || state.days.iter().filter(|sum| sum.sums.purchases > 0).map(|sum| sum.day).collect::<Vec<_>>();
    Facts {
        tier: tiers::in_force(state, programme),
        enrolled_at: Some(state.enrolled_at),
        birthday: snapshot.profile.birthday,
        last_purchase_at: state.last_purchase_at,
        balance_points: state.active_points,
        tags: tags(state, snapshot),
        windows: rulebook.windows().iter().map(|asked| windows::value(state, *asked, at, zone)).collect(),
        used: rulebook
            .limits()
            .iter()
            .map(|slot| {
                let shared = households::used(state, slot, at, &snapshot.counters, zone);
                shared.unwrap_or_else(|| counters::used(state, slot, at, zone))
            })
            .collect(),
        budget_used: programme
            .budgets
            .iter()
            .map(|budget| {
                snapshot.counters.get(&counters::budget_counter(&budget.name)).copied().unwrap_or(0)
            })
            .collect(),
        friends_rewarded: state.referral.friends_rewarded,
        milestones: rulebook
            .milestones()
            .iter()
            .map(|milestone| windows::of_period(state, milestone.every.sum, zone.local(at).day, zone))
            .collect(),
        badges: state.badges.clone(),
        streaks: if programme.streaks.is_empty() { Vec::new() } else { rulebook.streaks(&bought(), at) },
        happened: happenings::values(state, at, rulebook),
        home: snapshot.profile.home.clone(),
        arms: experiments::arms(state, snapshot, rulebook),
    }
}
