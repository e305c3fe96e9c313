//! Rendering: stored entries and states as answers. A pure function of what is stored, so that a repeat of any age
//! gets the same bytes.

use super::problem::refused;
use domain::card::{Card, CardChallenge, CardLevel, CardTier, NextTier};
use domain::entry::{
    Account, Allocation, Award, Change, Entry, Given, Place, Posting, Returned, Role, Settlement,
};
use domain::explain::explain;
use domain::ids::MemberId;
use domain::state::State;
use dsl::effect::Effect;
use dsl::facts::Metric;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use serde_json::{Map, Value, json};

/// The answer to a write: the entry, and the balances after it.
pub(crate) fn written(entry: &Entry, state: &State, rulebook: &Rulebook) -> Value {
    json!({
        "entry": entry_of(entry, rulebook),
        "balance_points": state.active_points,
        "pending_points": state.pending_points,
        "held_points": state.held_points,
        "debt_points": state.debt_points,
        "tier": domain::name_in_force(state, rulebook.programme()),
    })
}

fn entry_of(entry: &Entry, rulebook: &Rulebook) -> Value {
    let show = |moment: Moment| rulebook.zone().show(moment);
    let mut told = Map::new();
    let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
    tell("seq", json!(entry.seq));
    tell("type", json!(type_of(&entry.change)));
    tell("reference", json!(entry.reference.as_str()));
    tell("at", json!(show(entry.at)));
    tell("occurred_at", json!(show(entry.occurred_at)));
    tell("rulebook", json!(entry.rulebook));
    tell("points", json!(points_of(&entry.change)));
    tell("postings", entry.postings.iter().map(posting).collect());
    tell("explanation", json!(explain(entry, Some(rulebook))));
    tell("settled", entry.settled.iter().map(|s| settled(s, rulebook)).collect());
    if let Some((name, part)) = part_of(entry, rulebook) {
        tell(name, part);
    }
    if let Change::Answered { survey, class, answers, .. } = &entry.change {
        let answers: Map<String, Value> =
            answers.iter().map(|(question, answer)| (question.clone(), given(answer))).collect();
        tell("answer", json!({"survey": survey, "class": class, "answers": answers}));
    }
    if entry.change.effects().next().is_some() {
        tell("effects", entry.change.effects().map(effect).collect());
    }
    if let Some(sides) = referral_of(&entry.change) {
        tell("referral", sides);
    }
    if let Change::Scheduled { place: Some(Place { rank, score }), .. } = &entry.change {
        tell("place", json!({"rank": rank, "score": score}));
    }
    if let Some(change) = &entry.tier {
        tell("tier_from", json!(change.from));
        tell("tier_to", json!(change.to));
    }
    Value::Object(told)
}

fn given(answer: &Given) -> Value {
    match answer {
        Given::Number(number) => json!(number),
        Given::Choice(choice) => json!(choice),
        Given::Truth(truth) => json!(truth),
    }
}

/// What it made happen beside points.
pub(crate) fn effect(effect: &Effect) -> Value {
    let mut told = json!({"effect": effect.kind(), "name": effect.name()});
    if let Effect::Lift(lift) = effect {
        told["for"] = json!(lift.span.to_string());
    }
    told
}

/// The API's name of what happened.
pub(crate) const fn type_of(change: &Change) -> &'static str {
    match change {
        Change::Enrolled(_) => "enrolled",
        Change::Purchased { .. } => "purchased",
        Change::Occurred { .. } => "occurred",
        Change::Returned(_) => "returned",
        Change::Held { .. } => "held",
        Change::Redeemed { .. } => "redeemed",
        Change::Captured { .. } => "captured",
        Change::Released { .. } => "released",
        Change::Cancelled { .. } => "cancelled",
        Change::Settled => "settled",
        Change::Refused(_) => "refused",
        Change::Celebrated { .. } => "celebrated",
        Change::Scheduled { .. } => "scheduled",
        Change::MergedInto { .. } => "merged_into",
        Change::MergedFrom { .. } => "merged_from",
        Change::Adjusted { .. } => "adjusted",
        Change::Frozen { .. } => "frozen",
        Change::Updated { .. } => "updated",
        Change::Erased { .. } => "erased",
        Change::VoucherMoved { .. } => "voucher_moved",
        Change::Answered { .. } => "answered",
        Change::Joined { .. } => "joined",
        Change::ReferralPaid { .. } => "referral_paid",
        Change::ReferralRejected { .. } => "referral_rejected",
        Change::ReferralReversed { .. } => "referral_reversed",
    }
}

/// What a change gave, or took below 0, beside what time did.
fn points_of(change: &Change) -> i64 {
    match change {
        Change::Enrolled(award)
        | Change::Occurred { award, .. }
        | Change::Celebrated { award, .. }
        | Change::Answered { award, .. }
        | Change::Scheduled { award, .. }
        | Change::ReferralPaid { award, .. } => award.points,
        Change::ReferralReversed { clawed, .. } => clawed.saturating_neg(),
        Change::Purchased { award, welcome, .. } => {
            award.points.saturating_add(welcome.as_ref().map_or(0, |given| given.points))
        }
        Change::Returned(returned) => sum(&returned.restored).saturating_sub(returned.clawed),
        Change::Held { points, .. } | Change::Redeemed { points, .. } => points.saturating_neg(),
        Change::Captured { released, .. } | Change::Released { released, .. } => sum(released),
        Change::Cancelled { restored, .. } | Change::VoucherMoved { restored, .. } => sum(restored),
        Change::Adjusted { points, .. } => *points,
        Change::MergedFrom { parcel, .. } => {
            let came = parcel.lots.iter().fold(0_i64, |sum, lot| sum.saturating_add(lot.points));
            came.saturating_sub(parcel.debt)
        }
        Change::Settled
        | Change::Refused(_)
        | Change::MergedInto { .. }
        | Change::Frozen { .. }
        | Change::Updated { .. }
        | Change::Joined { .. }
        | Change::ReferralRejected { .. }
        | Change::Erased { .. } => 0,
    }
}

/// What belongs to one type of change, under its name.
fn part_of(entry: &Entry, rulebook: &Rulebook) -> Option<(&'static str, Value)> {
    let redemption =
        |id: Option<&str>, points: i64, released: i64, reward: Option<&str>, until: Option<Moment>| {
            let held_until = until.map(|u| rulebook.zone().show(u));
            let part = json!({
                "redemption_id": id.or_else(|| own_id(entry)),
                "points": points,
                "released_points": released,
                "reward": reward,
                "held_until": held_until,
            });
            Some(("redemption", part))
        };
    match &entry.change {
        Change::Enrolled(award)
        | Change::Purchased { award, .. }
        | Change::Occurred { award, .. }
        | Change::Celebrated { award, .. }
        | Change::Answered { award, .. }
        | Change::Scheduled { award, .. }
        | Change::ReferralPaid { award, .. } => Some(("award", award_of(award, rulebook))),
        Change::Returned(returned) => Some(("return", return_of(returned))),
        Change::Held { points, reward, until, .. } => {
            redemption(None, *points, 0, reward.as_deref(), Some(*until))
        }
        Change::Redeemed { points, reward, .. } => redemption(None, *points, 0, reward.as_deref(), None),
        Change::Captured { redemption: id, points, released, .. } => {
            redemption(Some(id.as_str()), *points, sum(released), None, None)
        }
        Change::Released { redemption: id, released } => {
            redemption(Some(id.as_str()), sum(released), 0, None, None)
        }
        Change::Cancelled { redemption: id, restored } => {
            redemption(Some(id.as_str()), sum(restored), 0, None, None)
        }
        Change::Refused(refusal) => Some(("refusal", refused(refusal, rulebook).body())),
        Change::MergedInto { into, by } => {
            Some(("merge", json!({"into": into, "from": null, "actor": by.actor, "reason": by.reason})))
        }
        Change::MergedFrom { from, by, .. } => {
            let (actor, reason) = (by.as_ref().map(|by| &by.actor), by.as_ref().map(|by| &by.reason));
            Some(("merge", json!({"into": null, "from": from, "actor": actor, "reason": reason})))
        }
        Change::Adjusted { by, .. } | Change::Frozen { by, .. } | Change::Erased { by } => {
            Some(("by", json!({"actor": by.actor, "reason": by.reason})))
        }
        Change::Updated { actor, .. } => Some(("by", json!({"actor": actor, "reason": "profile"}))),
        Change::VoucherMoved { voucher, reward, to, until, choice, restored } => {
            let part = json!({
                "voucher_id": voucher.to_string(),
                "reward": reward,
                "state": to.word(),
                "choice": choice,
                "reserved_until": until.map(|until| rulebook.zone().show(until)),
                "restored_points": sum(restored),
            });
            Some(("voucher", part))
        }
        Change::Settled
        | Change::Joined { .. }
        | Change::ReferralRejected { .. }
        | Change::ReferralReversed { .. } => None,
    }
}

/// The two sides of a referral, where an entry is about one.
fn referral_of(change: &Change) -> Option<Value> {
    let part = |role: Role, other: &MemberId, state: &str, reason: Option<&str>| {
        let role = if role == Role::Friend { "friend" } else { "referrer" };
        Some(json!({"role": role, "other_id": other.as_str(), "state": state, "reason": reason}))
    };
    match change {
        Change::Joined { referrer, .. } => part(Role::Friend, referrer, "joined", None),
        Change::ReferralPaid { role, other, .. } => part(*role, other, "rewarded", None),
        Change::ReferralRejected { role, other, reason } => {
            part(*role, other, "rejected", Some(reason.code()))
        }
        Change::ReferralReversed { role, other, .. } => part(*role, other, "reversed", Some("returned")),
        _ => None,
    }
}

/// The id in a reference of its own: `d#red-17#` is red-17.
fn own_id(entry: &Entry) -> Option<&str> {
    entry.reference.as_str().split('#').nth(1).filter(|id| !id.is_empty())
}

fn award_of(award: &Award, rulebook: &Rulebook) -> Value {
    let show = |moment: Option<Moment>| moment.map(|m| rulebook.zone().show(m));
    let lots = award.lots.iter().map(|lot| {
        json!({"points": lot.points, "activates_at": show(lot.activates_at), "expires_at": show(lot.expires_at)})
    });
    let rules = award.rules.iter().map(|(rule, points)| json!({"rule": rule, "points": points}));
    let rewards = award.rewards.iter().map(|issued| json!(issued.reward));
    let mut told = json!({
        "points": award.points,
        "repaid_points": award.repaid,
        "lots": lots.collect::<Value>(),
        "rules": rules.collect::<Value>(),
        "rewards": rewards.collect::<Value>(),
        "badges": award.badges,
    });
    if !award.withheld.is_empty() {
        let withheld = award.withheld.iter().map(|withheld| {
            let why = &withheld.why;
            json!({"reward": withheld.reward, "code": why.code(), "detail": why.sentence()})
        });
        told["withheld"] = withheld.collect();
    }
    told
}

fn return_of(returned: &Returned) -> Value {
    let lines = returned.lines.iter();
    let lines =
        lines.map(|l| json!({"line": l.line, "quantity": l.quantity, "amount_minor": l.amount_minor}));
    json!({
        "purchase_id": returned.purchase.as_str(),
        "lines": lines.collect::<Value>(),
        "clawed_points": returned.clawed,
        "owed_points": returned.owed,
        "forgiven_points": returned.forgiven,
        "restored_points": sum(&returned.restored),
    })
}

fn settled(settlement: &Settlement, rulebook: &Rulebook) -> Value {
    let (kind, points, at) = match settlement {
        Settlement::Activated { points, at, .. } => ("activated", *points, *at),
        Settlement::Expired { points, at, .. } => ("expired", *points, *at),
        Settlement::TimedOut { points, at, .. } => ("timed_out", *points, *at),
        Settlement::Repaid { points, at, .. } => ("repaid", *points, *at),
        Settlement::Reviewed { at, .. } => ("reviewed", 0, *at),
        Settlement::LiftEnded { at, .. } => ("lift_ended", 0, *at),
        Settlement::VoucherFreed { at, .. } => ("voucher_freed", 0, *at),
        Settlement::VoucherExpired { at, .. } => ("voucher_expired", 0, *at),
        Settlement::ExpiringSoon { points, at, .. } => ("expiring_soon", *points, *at),
    };
    json!({"type": kind, "points": points, "at": rulebook.zone().show(at)})
}

fn posting(posting: &Posting) -> Value {
    let account = match posting.0 {
        Account::Issuer => "issuer",
        Account::Active => "active",
        Account::Pending => "pending",
        Account::Held => "held",
        Account::Debt => "debt",
        Account::Redeemed => "redeemed",
        Account::Expired => "expired",
        Account::Clawed => "clawed",
        Account::Adjusted => "adjusted",
        Account::Transferred => "transferred",
    };
    json!({"account": account, "points": posting.1})
}

fn sum(allocations: &[Allocation]) -> i64 {
    allocations.iter().fold(0, |sum, a| sum.saturating_add(a.points))
}

/// A member's card.
pub(crate) fn card(
    member: &str,
    state: &State,
    (card, vouchers): (&Card, Vec<Value>),
    now: Moment,
    rulebook: &Rulebook,
) -> Value {
    let show = |moment: Moment| rulebook.zone().show(moment);
    json!({
        "member_id": member,
        "at": show(now),
        "enrolled_at": show(state.enrolled_at),
        "balance_points": card.balance_points,
        "pending_points": card.pending_points,
        "held_points": card.held_points,
        "debt_points": card.debt_points,
        "expiring_next": card.expiring_next.map(|e| json!({"points": e.points, "at": show(e.at)})),
        "tier": card.tier.as_ref().map(|tier| tier_of(tier, rulebook)),
        "badges": card.badges,
        "levels": card.levels.iter().map(|one| level_of(one, rulebook)).collect::<Value>(),
        "challenges": card.challenges.iter().map(|one| challenge_of(one, rulebook)).collect::<Value>(),
        "tags": card.tags,
        "earning_frozen": card.standing.earning_frozen,
        "spending_frozen": card.standing.spending_frozen,
        "erased": card.standing.erased,
        "vouchers": vouchers,
        "household": state.household,
        "merged_into": state.standing.merges.into,
    })
}

fn level_of(level: &CardLevel, rulebook: &Rulebook) -> Value {
    let next = level.next.as_ref().map(|(name, need)| {
        let missing = need.saturating_sub(level.have);
        json!({
            "name": name,
            "need": need,
            "missing": missing,
            "progress": format!("{} more to reach {name}", shown(level.metric, missing, rulebook)),
        })
    });
    json!({
        "set": level.set,
        "label": level.label,
        "name": level.name,
        "metric": level.metric.word(),
        "have": level.have,
        "next": next,
    })
}

fn challenge_of(challenge: &CardChallenge, rulebook: &Rulebook) -> Value {
    let currency = rulebook.programme().currency;
    let goals = challenge.goals.iter().map(|goal| {
        let told = if goal.money {
            format!("{} of {}", currency.show(goal.have), currency.show(goal.need))
        } else {
            format!("{} of {}", goal.have, goal.need)
        };
        json!({
            "name": goal.name,
            "label": goal.label,
            "counts": if goal.money { "money" } else { "times" },
            "have": goal.have,
            "need": goal.need,
            "progress": told,
        })
    });
    json!({
        "name": challenge.name,
        "label": challenge.label,
        "completed": challenge.completed,
        "needs": challenge.needs,
        "goals": goals.collect::<Value>(),
        "until": challenge.until.map(|until| rulebook.zone().show(until)),
    })
}

fn tier_of(tier: &CardTier, rulebook: &Rulebook) -> Value {
    let show = |moment: Moment| rulebook.zone().show(moment);
    let next = tier.next.as_ref().map(|next| {
        json!({
            "name": next.name,
            "metric": next.metric.word(),
            "have": next.have,
            "need": next.need,
            "missing": next.missing,
            "by": next.by.map(show),
        })
    });
    let lifted = tier.lifted.as_ref();
    let lifted = lifted.map(|lift| json!({ "until": show(lift.until), "earned": lift.earned }));
    json!({
        "name": tier.name,
        "since": show(tier.since),
        "review_at": tier.review_at.map(show),
        "missing_to_keep": tier.missing_to_keep,
        "lifted": lifted,
        "next": next,
        "progress": progress(tier, rulebook),
    })
}

/// `188.00 EUR more by 2026-12-31 to reach gold; nothing is missing to keep silver at 2027-01-01`.
fn progress(tier: &CardTier, rulebook: &Rulebook) -> String {
    let day = |moment: Moment| dsl::calendar::show_day(rulebook.zone().local(moment).day);
    let earned = tier.lifted.as_ref().map_or(&tier.name, |lift| &lift.earned);
    let up = tier.next.as_ref().map_or_else(
        || format!("{earned} is the highest tier"),
        |next| {
            let by = next.by.map(|by| format!(" by {}", day(by))).unwrap_or_default();
            format!("{} more{by} to reach {}", amount(next, next.missing, rulebook), next.name)
        },
    );
    if let Some(lift) = &tier.lifted {
        return format!("{} until {}; {up}", tier.name, rulebook.zone().show(lift.until));
    }
    let Some(review_at) = tier.review_at else { return up };
    let review = day(review_at);
    match tier.missing_to_keep {
        None => up,
        Some(0) => format!("{up}; {} is safe at its review on {review}", tier.name),
        Some(missing) => {
            let told = own_metric(tier, rulebook)
                .map_or_else(|| missing.to_string(), |metric| shown(metric, missing, rulebook));
            format!("{up}; {told} more to keep {} at its review on {review}", tier.name)
        }
    }
}

/// The metric that opens the tier itself.
fn own_metric(tier: &CardTier, rulebook: &Rulebook) -> Option<Metric> {
    let declared = rulebook.programme().tiers.iter().find(|t| t.name == tier.name)?;
    declared.from.map(|threshold| threshold.sum.metric)
}

fn amount(next: &NextTier, value: i64, rulebook: &Rulebook) -> String {
    shown(next.metric, value, rulebook)
}

fn shown(metric: Metric, value: i64, rulebook: &Rulebook) -> String {
    let counted = |word: &str| format!("{value} {word}{}", if value == 1 { "" } else { "s" });
    match metric {
        Metric::Spent => rulebook.programme().currency.show(value),
        Metric::Earned => counted("point"),
        Metric::Purchases => counted("purchase"),
    }
}
