//! Birthdays and anniversaries: which day, which year, once; and what the index of due members is told.

use crate::support::*;
use domain::celebrate::{birthday_locked_until, dates_of, is_on};
use domain::entry::{Change, Occasion};
use domain::state::State;
use domain::sweep::next_due;
use dsl::calendar::{day_of, parse_day};
use dsl::units::{Day, Moment};
use proptest::prelude::*;
use std::collections::BTreeMap;

const GIFTS: &str = "rule gift {\n  on birthday\n  give 50 points\n}\n\nrule loyal {\n  on anniversary\n  give 20 points\n  limit 2 times per member per programme\n}\n";

fn day(text: &str) -> Day {
    parse_day(text).unwrap()
}

fn born(text: &str) -> Till {
    let mut till = Till::enrolled(programme("  expire after 12 months", GIFTS), "2024-01-10 09:00");
    till.profile.birthday = Some(day(text));
    till
}

#[test]
fn a_birthday_happens_at_its_midnight_once_a_year_however_late_the_job_comes() {
    let mut till = born("1990-03-05");
    assert!(till.at("2024-03-04 23:59").celebrate(Occasion::Birthday, "2024-03-05").is_none(), "not begun");
    assert!(till.at("2024-03-06 10:00").celebrate(Occasion::Birthday, "2024-03-06").is_none(), "not hers");
    let entry = till.at("2024-03-06 10:00").celebrate(Occasion::Birthday, "2024-03-05").unwrap();
    assert_eq!((entry.occurred_at, entry.at), (utc("2024-03-05 00:00"), utc("2024-03-06 10:00")));
    assert_eq!(entry.reference.as_str(), "b#2024#");
    assert!(matches!(entry.change, Change::Celebrated { occasion: Occasion::Birthday, year: 2024, .. }));
    assert_eq!(award(&entry).points, 50);
    assert_eq!(award(&entry).lots[0].expires_at, Some(utc("2025-03-05 00:00")));
    assert!(till.celebrate(Occasion::Birthday, "2024-03-05").is_none());
    assert!(till.at("2025-03-05 00:00").celebrate(Occasion::Birthday, "2025-03-05").is_some());
}

#[test]
fn the_29th_of_february_is_the_28th_in_common_years() {
    let mut till = born("1992-02-29");
    assert!(till.at("2024-02-28 12:00").celebrate(Occasion::Birthday, "2024-02-28").is_none());
    assert!(till.at("2024-02-29 12:00").celebrate(Occasion::Birthday, "2024-02-29").is_some());
    assert!(till.at("2025-02-28 12:00").celebrate(Occasion::Birthday, "2025-02-28").is_some());
    assert_eq!(dates_of(day("2024-02-28")), [(2, 28)]);
    assert_eq!(dates_of(day("2024-02-29")), [(2, 29)]);
    assert_eq!(dates_of(day("2025-02-28")), [(2, 28), (2, 29)]);
    assert_eq!(dates_of(day("2100-02-28")), [(2, 28), (2, 29)]);
    assert_eq!(dates_of(day("2025-03-01")), [(3, 1)]);
}

#[test]
fn whoever_joins_on_or_after_the_day_celebrates_next_year() {
    let mut till = born("1990-01-10");
    assert!(till.at("2024-01-10 10:00").celebrate(Occasion::Birthday, "2024-01-10").is_none());
    assert!(till.at("2025-01-10 10:00").celebrate(Occasion::Birthday, "2025-01-10").is_some());
    let mut newborn = born("2024-03-05");
    assert!(
        newborn.at("2024-03-05 10:00").celebrate(Occasion::Birthday, "2024-03-05").is_none(),
        "born today"
    );
}

#[test]
fn anniversaries_begin_with_the_first_and_keep_to_the_rules_limits() {
    let mut till = born("1990-06-01");
    assert!(till.at("2024-01-10 10:00").celebrate(Occasion::Anniversary, "2024-01-10").is_none());
    for (year, points) in [(2025, 20), (2026, 20), (2027, 0)] {
        till.at(&format!("{year}-01-10 00:05"));
        let entry = till.celebrate(Occasion::Anniversary, &format!("{year}-01-10")).unwrap();
        assert_eq!(entry.reference.as_str(), format!("y#{year}#"));
        assert_eq!(award(&entry).points, points, "{year}");
    }
    assert!(till.celebrate(Occasion::Anniversary, "2027-01-11").is_none());
}

#[test]
fn a_date_of_birth_set_later_waits_30_days_and_is_locked_for_365() {
    let mut till = born("1990-03-05");
    till.profile.birthday_set_at = Some(utc("2024-02-04 00:01"));
    assert!(till.at("2024-03-05 10:00").celebrate(Occasion::Birthday, "2024-03-05").is_none());
    till.profile.birthday_set_at = Some(utc("2024-02-04 00:00"));
    assert!(till.celebrate(Occasion::Birthday, "2024-03-05").is_some());
    let set_at = utc("2024-02-04 00:00");
    assert_eq!(birthday_locked_until(None, set_at), None);
    assert_eq!(birthday_locked_until(Some(set_at), utc("2025-02-02 23:59")), Some(utc("2025-02-03 00:00")));
    assert_eq!(birthday_locked_until(Some(set_at), utc("2025-02-03 00:00")), None);
}

proptest! {
    /// Whatever is edited, whenever the job comes and for whichever days it asks: at most one award a year.
    #[test]
    fn at_most_one_birthday_a_year(
        steps in prop::collection::vec((0_i64..60, 0_i32..400, any::<bool>()), 1..60)
    ) {
        let mut till = born("1990-03-05");
        for (pass, offset, edit) in steps {
            till.wait(pass * DAY);
            let today = Day(i32::try_from(till.now.0.div_euclid(DAY)).unwrap());
            if edit {
                if birthday_locked_until(till.profile.birthday_set_at, till.now).is_none() {
                    till.profile.birthday = Some(Day(7_300 + offset));
                    till.profile.birthday_set_at = Some(till.now);
                }
            } else {
                for back in 0..40 {
                    till.celebrate(Occasion::Birthday, &dsl::calendar::show_day(Day(today.0 - back)));
                }
            }
        }
        let mut years: BTreeMap<i16, u32> = BTreeMap::new();
        for entry in &till.entries {
            if let Change::Celebrated { year, .. } = entry.change {
                *years.entry(year).or_default() += 1;
            }
        }
        prop_assert!(years.values().all(|times| *times == 1), "{years:?}");
    }

    /// A date comes round exactly once in every later year.
    #[test]
    fn a_date_comes_round_once_a_year(born in -20_000_i32..20_000, year in 2030_i16..2130) {
        let first = day_of(year, 1, 1).unwrap();
        let on = |back: i32| Day(first.0 + back);
        let days: Vec<Day> = (0..366).map(on).filter(|d| d.0 < day_of(year + 1, 1, 1).unwrap().0).collect();
        let falls: Vec<&Day> = days.iter().filter(|day| is_on(Day(born), **day)).collect();
        prop_assert_eq!(falls.len(), 1);
        let (_, month, of_month) = dsl::calendar::ymd(Day(born));
        prop_assert!(dates_of(*falls[0]).contains(&(month, of_month)));
    }
}

#[test]
fn the_index_is_told_what_is_earlier_than_it_knows_and_nothing_else() {
    let mut till = Till::enrolled(programme("  expire after 12 months", ONE_PER_EURO), "2024-01-10 09:00");
    assert_eq!(till.state.registered_due, None, "nothing will ever fall due");
    let told = |till: &Till| till.state.registered_due;
    till.buy("A1", vec![line(1_000)]).unwrap();
    assert_eq!(told(&till), Some(utc("2025-01-10 09:00")));
    till.at("2024-02-10 09:00").buy("A2", vec![line(1_000)]).unwrap();
    assert_eq!(told(&till), Some(utc("2025-01-10 09:00")), "later is no news");
    till.hold("R1", 5, 15 * MINUTE).unwrap();
    assert_eq!(told(&till), Some(utc("2024-02-10 09:15")));
    till.capture("R1", "C1", None).unwrap();
    assert_eq!(told(&till), Some(utc("2024-02-10 09:15")), "still to come: the job looks there first");
    till.at("2024-02-10 09:15").buy("A3", vec![line(1_000)]).unwrap();
    assert_eq!(told(&till), Some(utc("2025-01-10 09:00")), "what has passed is forgotten");
    assert!(till.at("2025-01-10 09:00").sweep());
    assert_eq!(told(&till), Some(utc("2025-02-10 09:00")));
    assert_eq!(next_due(&till.state), told(&till));
    assert_eq!(next_due(&State::default()), None::<Moment>);
}

#[test]
fn what_is_caught_up_late_passes_no_limit() {
    let head = "  expire after 12 months\n  limit 60 points per member per day";
    for days_late in [0, 3, 21] {
        let mut till = Till::enrolled(programme(head, GIFTS), "2024-01-10 09:00");
        till.profile.birthday = Some(day("1990-01-10"));
        till.at("2025-01-10 10:00").wait(days_late * DAY);
        let birthday = till.celebrate(Occasion::Birthday, "2025-01-10").unwrap();
        let anniversary = till.celebrate(Occasion::Anniversary, "2025-01-10").unwrap();
        assert_eq!((award(&birthday).points, award(&anniversary).points), (50, 10), "{days_late} days late");
    }
}
