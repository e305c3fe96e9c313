//! A member's birthday, or the anniversary of her enrolment: once per programme year, whatever is edited.
//!
//! The programme year is the calendar year of the local day in the programme's zone. The occasion happens at the
//! midnight its day begins with, so that a job that comes late, twice or in parallel decides the same. One of
//! 29 February is on the 28th in years without that day.

use crate::chain::fingerprint;
use crate::decision::Decision;
use crate::enrol::remember;
use crate::entry::{Change, Occasion};
use crate::history::counters;
use crate::ids::Reference;
use crate::ledger::draft::Draft;
use crate::refusal::Refusal;
use crate::request::{Celebrate, Snapshot};
use crate::rules::award::award;
use dsl::calendar::{day_of, ymd};
use dsl::event::Event;
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};
use std::collections::BTreeMap;

/// A date of birth that was set after the enrolment celebrates only when it was set this long before the day.
pub const SET_BEFORE_DAYS: i64 = 30;

/// A date of birth that was set after the enrolment may not be changed for this long.
pub const LOCKED_DAYS: i64 = 365;

const DAY_MS: i64 = 86_400_000;

/// Decides an occasion of one member; `None` where there is none: another day, a member who joined later, whose
/// earning is frozen or who was erased, a date of birth that was set too late, a day that has not begun.
pub fn celebrate(
    snapshot: &Snapshot,
    request: &Celebrate,
    rulebook: &Rulebook,
) -> Result<Option<Decision>, Refusal> {
    let head = snapshot.head.as_ref().ok_or(Refusal::MemberUnknown)?;
    let zone = rulebook.zone();
    let midnight = zone.start_of(request.day);
    let enrolled_at = head.state.enrolled_at;
    let standing = &head.state.standing;
    if standing.earning_frozen || standing.erased || head.state.standing.merges.into.is_some() {
        return Ok(None);
    }
    let is_due = match request.occasion {
        Occasion::Birthday => {
            let profile = &snapshot.profile;
            let known = profile.birthday_set_at.is_none_or(|set_at| {
                set_at.0.saturating_add(SET_BEFORE_DAYS.saturating_mul(DAY_MS)) <= midnight.0
            });
            known && profile.birthday.is_some_and(|born| is_on(born, request.day))
        }
        Occasion::Anniversary => is_on(zone.local(enrolled_at).day, request.day),
    };
    if !is_due || request.now < midnight || midnight < enrolled_at {
        return Ok(None);
    }
    let mut draft = Draft::open(snapshot, request.now, rulebook)?;
    let reference = reference(request.occasion, request.day);
    let award = award(&mut draft, snapshot, &event(request.occasion, midnight), 0)?;
    remember(&mut draft, &award, midnight);
    let change = Change::Celebrated { occasion: request.occasion, year: year(request.day), award };
    draft.seal_as(&fingerprint(&reference), midnight, reference, change).map(Some)
}

/// True when a date comes round on a day, in a later year.
pub fn is_on(date: Day, day: Day) -> bool {
    let ((year, month, of_month), (this_year, ..)) = (ymd(date), ymd(day));
    let falls = day_of(this_year, month, of_month).or_else(|| day_of(this_year, month, 28));
    year < this_year && falls == Some(day)
}

/// Months and days whose occasions fall on a day: its own, and 29 February on the 28th of a year without one.
pub fn dates_of(day: Day) -> Vec<(u8, u8)> {
    let (year, month, of_month) = ymd(day);
    let leap = day_of(year, 2, 29).is_some();
    let mut dates = vec![(month, of_month)];
    if (month, of_month) == (2, 28) && !leap {
        dates.push((2, 29));
    }
    dates
}

/// The programme year of a day.
pub fn year(day: Day) -> i16 {
    ymd(day).0
}

/// What the entry of an occasion is found by.
pub fn reference(occasion: Occasion, day: Day) -> Reference {
    match occasion {
        Occasion::Birthday => Reference::birthday(year(day)),
        Occasion::Anniversary => Reference::anniversary(year(day)),
    }
}

/// Programme-wide counters to load before deciding.
pub fn needed_counters(occasion: Occasion, rulebook: &Rulebook) -> Vec<String> {
    counters::of_rules(occasion.kind(), rulebook)
}

/// Until when a date of birth that was set at a moment may not be changed; none when it may be now. One given with
/// the enrolment (`None`) may be mended once.
pub fn birthday_locked_until(set_at: Option<Moment>, now: Moment) -> Option<Moment> {
    let until = Moment(set_at?.0.saturating_add(LOCKED_DAYS.saturating_mul(DAY_MS)));
    (now < until).then_some(until)
}

fn event(occasion: Occasion, at: Moment) -> Event {
    Event {
        kind: occasion.kind().to_owned(),
        at,
        channel: None,
        store: None,
        lines: Vec::new(),
        fields: BTreeMap::new(),
    }
}
