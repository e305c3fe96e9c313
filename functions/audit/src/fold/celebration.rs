//! Birthdays and anniversaries: at the midnight of their day, under the reference of their year, for members of that
//! morning; and when the member falls due next.

use super::Fold;
use domain::entry::{Entry, Occasion};
use domain::ids::Reference;
use dsl::calendar::{day_of, ymd};
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};

impl Fold {
    /// Whether the reference is that of the occasion, and whether it was celebrated when it may be. The date of birth
    /// itself is personal data, and no part of the chain.
    pub(super) fn celebrates(
        &self,
        occasion: Occasion,
        year: i16,
        entry: &Entry,
        rulebook: &Rulebook,
    ) -> (bool, bool) {
        let zone = rulebook.zone();
        let day = zone.local(entry.occurred_at).day;
        let enrolled_at = self.state.enrolled_at;
        let (reference, fits) = match occasion {
            Occasion::Birthday => (Reference::birthday(year), true),
            Occasion::Anniversary => {
                (Reference::anniversary(year), returns_on(zone.local(enrolled_at).day, day))
            }
        };
        let midnight = zone.start_of(day) == entry.occurred_at && ymd(day).0 == year;
        let timely = midnight && enrolled_at <= entry.occurred_at && entry.occurred_at <= entry.at;
        (entry.reference == reference, fits && timely)
    }

    /// The index is told of the next due moment when it is earlier than what it was told, or that has passed.
    pub(super) fn tell_next_due(&mut self, entry: &Entry, rulebook: &Rulebook) {
        let absence = self.next_absence(entry.at, rulebook);
        let reminder = self.reminder(rulebook).map(|(_, at)| at.max(entry.at));
        let state = &self.state;
        let mut due: Option<Moment> = state.tier.as_ref().and_then(|hold| hold.review_at);
        let mut sooner = |moment: Option<Moment>| {
            due = match (due, moment) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        };
        sooner(absence);
        sooner(reminder);
        for lot in &state.lots {
            sooner(lot.activates_at);
            sooner(lot.expires_at);
        }
        for hold in &state.holds {
            sooner(Some(hold.until));
        }
        for lift in &state.lifts {
            sooner(Some(lift.until));
        }
        for voucher in &state.vouchers {
            sooner(voucher.reserved_until.or(voucher.expires_at));
        }
        sooner(super::referral::due_at(state));
        let told = state.registered_due.filter(|told| *told > entry.at);
        if due.is_some() && told.is_none_or(|told| due < Some(told)) {
            self.state.registered_due = due;
        }
    }
}

/// True on each return of a date in a later year; that of 29 February is the 28th in years without one.
fn returns_on(date: Day, day: Day) -> bool {
    let ((first, month, of_month), (year, ..)) = (ymd(date), ymd(day));
    first < year && day_of(year, month, of_month).or_else(|| day_of(year, month, 28)) == Some(day)
}
