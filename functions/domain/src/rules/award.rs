//! From a rulebook's answer to an award: lots opened, debt repaid, limits and budgets used, effects, tier before.
//!
//! What it never does: compute points. The policies of the day (expiry, refund, shortfall) are written into the award,
//! so that a later policy never changes it.

use crate::decision::Draw;
use crate::entry::{Award, LotId, OpenedLot, Withheld};
use crate::history::{counters, experiments, households, lifts, tiers};
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::Snapshot;
use crate::rules::facts::facts;
use crate::rules::rewards;
use crate::state::{Lot, TAGS_MAX};
use dsl::effect::{self, Effect};
use dsl::event::Event;
use dsl::facts::Facts;
use dsl::model::{BudgetTotal, Expiry, Give, WhenSpent};
use dsl::outcome::{Answer, Share, Verdict};
use dsl::plan::{Rulebook, Work};
use dsl::units::{Moment, Span};
use std::collections::BTreeMap;

/// Evaluates an event and books what it earned, in lots that are numbered from `first` on.
pub(crate) fn award(
    draft: &mut Draft<'_>,
    snapshot: &Snapshot,
    event: &Event,
    first: usize,
) -> Result<Award, Refusal> {
    judged(draft, snapshot, (event, first), Rulebook::evaluate_into, Vec::new())
}

/// The same for a member who was drawn: whether she may be was asked before.
pub(crate) fn award_drawn(
    draft: &mut Draft<'_>,
    snapshot: &Snapshot,
    event: &Event,
) -> Result<Award, Refusal> {
    judged(draft, snapshot, (event, 0), Rulebook::evaluate_drawn_into, Vec::new())
}

/// The same with effects that no rule says.
pub(crate) fn award_with(
    draft: &mut Draft<'_>,
    snapshot: &Snapshot,
    event: &Event,
    effects: Vec<Effect>,
) -> Result<Award, Refusal> {
    judged(draft, snapshot, (event, 0), Rulebook::evaluate_into, effects)
}

fn judged(
    draft: &mut Draft<'_>,
    snapshot: &Snapshot,
    (event, first): (&Event, usize),
    evaluate: fn(&Rulebook, &Event, &Facts, &mut Work),
    mut effects: Vec<Effect>,
) -> Result<Award, Refusal> {
    let rulebook = draft.rulebook;
    let mut facts = facts(&draft.book.state, snapshot, event.at, rulebook);
    for (used, budget) in facts.budget_used.iter_mut().zip(&rulebook.programme().budgets) {
        *used = used.saturating_add(draft.drawn(&counters::budget_counter(&budget.name)));
    }
    let counts_at = counters::counts_at(event.at, draft.at, rulebook);
    for (used, slot) in facts.used.iter_mut().zip(rulebook.limits()) {
        let (state, known, zone) = (&draft.book.state, &snapshot.counters, rulebook.zone());
        match households::counter(state, slot, event.at, known, zone) {
            // also what an award of this very decision used
            Some((counter, _)) => *used = used.saturating_add(draft.drawn(&counter)),
            None if counts_at != event.at => *used = counters::used(state, slot, counts_at, zone),
            None => {}
        }
    }
    let mut work = Work::default();
    evaluate(rulebook, event, &facts, &mut work);
    let answer = work.answer();
    effects.extend(answer.effects(rulebook.programme()));
    effects.sort_unstable();
    effects.dedup();
    let mut award = book(draft, answer, effects, (event.at, counts_at), (first, &snapshot.counters))?;
    award.arms = experiments::exposed(&facts.arms, &event.kind, event.at, rulebook);
    experiments::remember(&mut draft.book.state, &award.arms);
    let brought = lifts::Brought { seq: draft.seq, kind: &event.kind, occurred_at: event.at, at: draft.at };
    lifts::add(&mut draft.book.state, &award, brought, rulebook);
    grant(draft, snapshot, answer, event.at, &mut award)?;
    Ok(award)
}

fn book(
    draft: &mut Draft<'_>,
    answer: &Answer,
    effects: Vec<Effect>,
    (earned_at, counts_at): (Moment, Moment),
    (first, counted): (usize, &BTreeMap<String, i64>),
) -> Result<Award, Refusal> {
    let (rulebook, programme) = (draft.rulebook, draft.rulebook.programme());
    let held = tiers::earned(&draft.book.state, programme).filter(|index| *index > 0);
    let mut award = Award {
        points: answer.points,
        rules: rules(answer, rulebook),
        badges: answer.badges(programme),
        effects,
        muted: answer.muted.clone(),
        tier_before: held.and_then(|index| programme.tiers.get(index)).map(|tier| tier.name.clone()),
        refund: programme.refund,
        shortfall: programme.shortfall,
        ..Award::default()
    };
    for (index, credit) in (first..).zip(&answer.credits) {
        let index = u8::try_from(index)
            .map_err(|_| Refusal::Broken { invariant: "an event opens at most 256 lots".to_owned() })?;
        let lot = lot(LotId(draft.seq, index), credit, earned_at, draft.at, rulebook);
        award.repaid = award.repaid.saturating_add(draft.book.credit(lot));
        award.lots.push(OpenedLot {
            points: credit.points,
            activates_at: lot.activates_at,
            expires_at: lot.expires_at,
            line_points: answer.line_points(credit).to_vec(),
            if_unspent: credit.if_unspent,
        });
    }
    for (index, amount) in &answer.limit_draws {
        let Some(slot) = rulebook.limits().get(*index) else { continue };
        let shared = households::counter(&draft.book.state, slot, earned_at, counted, rulebook.zone());
        if let Some((counter, most)) = shared {
            draft.draws.push(Draw { counter: counter.clone(), amount: *amount, most: Some(most) });
            award.household.push((counter, *amount));
            continue;
        }
        counters::add(&mut draft.book.state, slot, counts_at, *amount, rulebook.zone());
        award.limits.push((slot.key.clone(), *amount));
    }
    for (limit, lines) in answer.goals() {
        if let Some(slot) = rulebook.limits().get(limit) {
            award.goals.push((slot.key.clone(), lines.to_vec()));
        }
    }
    for (index, amount) in &answer.budget_draws {
        if let Some(budget) = programme.budgets.get(*index) {
            let (BudgetTotal::Points(total) | BudgetTotal::Money(total)) = budget.total;
            draft.draws.push(Draw {
                counter: counters::budget_counter(&budget.name),
                amount: *amount,
                most: (budget.when_spent == WhenSpent::Stop).then_some(total),
            });
            award.budgets.push((budget.name.clone(), *amount));
        }
    }
    for badge in &award.badges {
        if !draft.book.state.badges.contains(badge) {
            draft.book.state.badges.push(badge.clone());
        }
    }
    let tags = &mut draft.book.state.tags;
    effect::apply(&award.effects, tags);
    let surplus = tags.len().saturating_sub(TAGS_MAX);
    tags.drain(..surplus);
    Ok(award)
}

/// Issues a voucher for each reward that rules gave and that can be had. One that cannot never undoes the rest: a
/// purchase earns what it earns, and the entry says what was not given.
fn grant(
    draft: &mut Draft<'_>,
    snapshot: &Snapshot,
    answer: &Answer,
    at: Moment,
    award: &mut Award,
) -> Result<(), Refusal> {
    for index in &answer.rewards {
        match rewards::grant(draft, snapshot, *index, at) {
            Ok(issued) => award.rewards.push(issued),
            Err(broken @ Refusal::Broken { .. }) => return Err(broken),
            Err(why) => {
                let name = draft.rulebook.programme().rewards.get(*index).map(|reward| reward.name.clone());
                award.withheld.push(Withheld { reward: name.unwrap_or_default(), why });
            }
        }
    }
    Ok(())
}

/// Rules that gave something, with their share of the one rounding, in file order.
fn rules(answer: &Answer, rulebook: &Rulebook) -> Vec<(String, i64)> {
    let rules = &rulebook.programme().rules;
    let grants = |give: &Give| matches!(give, Give::Reward(_) | Give::Badge(_) | Give::Effect(_));
    let mut gave: Vec<(usize, i64)> = Vec::new();
    for (at, verdict) in &answer.fired {
        if let Verdict::Gave { points, .. } = verdict
            && (*points != 0 || rules.get(*at).is_some_and(|rule| rule.gives.iter().any(grants)))
        {
            gave.push((*at, *points));
        }
    }
    gave.sort_unstable();
    gave.into_iter().filter_map(|(at, points)| Some((rules.get(at)?.name.clone(), points))).collect()
}

/// The lot a credit opens: pending until its period has passed, expiring by its rule or by the programme.
fn lot(id: LotId, credit: &Share, earned_at: Moment, at: Moment, rulebook: &Rulebook) -> Lot {
    let activates_at = credit.pending.map(|span| rulebook.zone().plus(earned_at, span));
    let (expires_at, slides) = expiry(credit.valid, earned_at, rulebook);
    Lot {
        id,
        remaining: credit.points,
        earned_at,
        // What a late event earned may have waited long enough already.
        activates_at: activates_at.filter(|activates_at| *activates_at > at),
        expires_at,
        slides,
    }
}

/// When points earned at a moment expire, and what extends them.
pub(crate) fn expiry(
    valid: Option<Span>,
    earned_at: Moment,
    rulebook: &Rulebook,
) -> (Option<Moment>, Option<Span>) {
    let zone = rulebook.zone();
    let day_of = |moment| zone.local(moment).day;
    if let Some(span) = valid {
        return (Some(zone.plus(earned_at, span)), None);
    }
    match rulebook.programme().expiry {
        Expiry::Never => (None, None),
        Expiry::Idle { span } => (Some(zone.plus(earned_at, span)), Some(span)),
        Expiry::EndOf { period } => (Some(zone.start_of(zone.period_end(day_of(earned_at), period))), None),
        Expiry::After { span, to_end_of } => {
            let exact = zone.plus(earned_at, span);
            let Some(period) = to_end_of else { return (Some(exact), None) };
            // Rounded up: what ends exactly with a period ends with it.
            let start = zone.start_of(zone.period_start(day_of(exact), period));
            if start == exact {
                return (Some(exact), None);
            }
            (Some(zone.start_of(zone.period_end(day_of(exact), period))), None)
        }
    }
}
