//! A purchase earns.

use crate::decision::Decision;
use crate::enrol;
use crate::entry::{Award, Bought, BoughtLine, Change};
use crate::history::{counters, referral, tiers, windows};
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::ledger::lots;
use crate::refusal::Refusal;
use crate::request::{Purchase, Snapshot};
use crate::rules::award::award;
use crate::rules::rewards;
use crate::state::Sums;
use dsl::event::{Event, PURCHASE};
use dsl::model::UnknownMember;
use dsl::plan::Rulebook;
use dsl::units::Day;

/// Decides a purchase: settles what fell due, evaluates the rulebook, credits lots, moves the tier.
///
/// Where the programme enrols on purchase, an unknown member's first entry is the purchase itself: she is enrolled at
/// its moment, the enrolment rules fire first, and the purchase is judged with what they used of limits and budgets.
pub fn earn(snapshot: &Snapshot, request: &Purchase, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let stamp = &request.stamp;
    let enrols = snapshot.head.is_none() && rulebook.programme().unknown_member == UnknownMember::Enrol;
    let mut draft = if enrols {
        Draft::begin(stamp.now, stamp.occurred_at, rulebook)
    } else {
        Draft::open(snapshot, stamp.now, rulebook)?
    };
    draft.after_enrolment(stamp.occurred_at)?;
    if draft.book.state.standing.earning_frozen {
        return draft.refuse(stamp, Reference::purchase(&request.id), Refusal::EarningFrozen);
    }
    let mut welcome = None;
    if enrols {
        let given = award(&mut draft, snapshot, &enrol::event(stamp.occurred_at), 0)?;
        enrol::remember(&mut draft, &given, stamp.occurred_at);
        welcome = Some(given);
    }
    let first = welcome.as_ref().map_or(0, |given| given.lots.len());
    let event = Event::from(request);
    let qualifies = referral::qualifies(&draft, snapshot, &event);
    let award = award(&mut draft, snapshot, &event, first)?;
    let day = rulebook.zone().local(stamp.occurred_at).day;
    remember(&mut draft, request, &award, day);
    if request.redemption.is_some() {
        // What helps to pay is used.
        rewards::close(&mut draft.book.state, |voucher| voucher.redemption == request.redemption);
    }
    if let Some(terms) = qualifies {
        referral::qualify(&mut draft.book.state, &request.id, stamp.occurred_at, terms);
    }
    let change = Change::Purchased { bought: bought(request, day), award, welcome, qualifies };
    draft.seal(stamp, Reference::purchase(&request.id), change)
}

/// Programme-wide counters to load before deciding.
pub fn needed_counters(rulebook: &Rulebook) -> Vec<String> {
    let mut needed = counters::of_rules(PURCHASE, rulebook);
    if rulebook.programme().unknown_member == UnknownMember::Enrol {
        let welcome = enrol::needed_counters(rulebook);
        needed.extend(welcome);
        needed.sort();
        needed.dedup();
    }
    needed
}

/// Adds the purchase to the member's history: sums of its own day, the last purchase, sliding lots, the tier.
fn remember(draft: &mut Draft<'_>, request: &Purchase, award: &Award, day: Day) {
    let (rulebook, occurred_at) = (draft.rulebook, request.stamp.occurred_at);
    let state = &mut draft.book.state;
    let spent_minor = request.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount_minor));
    windows::add(state, day, Sums { spent_minor, earned_points: award.points, purchases: 1 });
    state.last_purchase_at = state.last_purchase_at.max(Some(occurred_at));
    lots::slide(&mut state.lots, occurred_at, rulebook.zone());
    for hold in &mut state.holds {
        lots::slide_held(&mut hold.taken, occurred_at, rulebook.zone());
    }
    let rise = tiers::rise(&mut draft.book.state, occurred_at, draft.at, rulebook);
    draft.change_tier(rise);
}

fn bought(request: &Purchase, day: Day) -> Bought {
    Bought {
        day,
        lines: request
            .lines
            .iter()
            .map(|line| BoughtLine {
                amount_minor: line.amount_minor,
                quantity: line.quantity,
                sku: line.sku.clone(),
                category: line.category.clone(),
                brand: line.brand.clone(),
                tags: line.tags.clone(),
                excluded: !line.eligible,
            })
            .collect(),
        channel: request.channel.clone(),
        store: request.store.clone(),
        redemption: request.redemption.clone(),
    }
}
