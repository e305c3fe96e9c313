//! A purchase earns.

use crate::decision::Decision;
use crate::entry::{Award, Bought, BoughtLine, Change};
use crate::history::{counters, tiers, windows};
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::ledger::lots;
use crate::refusal::Refusal;
use crate::request::{Purchase, Snapshot};
use crate::rules::award::award;
use crate::state::Sums;
use dsl::event::{Event, PURCHASE};
use dsl::model::UnknownMember;
use dsl::plan::Rulebook;
use dsl::units::Day;

/// Decides a purchase: settles what fell due, evaluates the rulebook, credits lots, moves the tier.
///
/// Where the programme enrols on purchase, an unknown member's first entry is the purchase itself: she is enrolled at
/// its moment, and the enrolment rules do not fire (one entry answers one event).
pub fn earn(snapshot: &Snapshot, request: &Purchase, rulebook: &Rulebook) -> Result<Decision, Refusal> {
    let stamp = &request.stamp;
    let enrols = rulebook.programme().unknown_member == UnknownMember::Enrol;
    let mut draft = if snapshot.head.is_none() && enrols {
        Draft::begin(stamp.now, stamp.occurred_at, rulebook)
    } else {
        Draft::open(snapshot, stamp.now, rulebook)?
    };
    draft.after_enrolment(stamp.occurred_at)?;
    let award = award(&mut draft, snapshot, &Event::from(request));
    let day = rulebook.zone().local(stamp.occurred_at).day;
    remember(&mut draft, request, &award, day);
    let change = Change::Purchased { bought: bought(request, day), award };
    draft.seal(stamp, Reference::purchase(&request.id), change)
}

/// Programme-wide counters to load before deciding.
pub fn needed_counters(rulebook: &Rulebook) -> Vec<String> {
    counters::of_budgets(PURCHASE, rulebook)
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
