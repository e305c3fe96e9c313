//! How long streaks are: from the days on which a member bought, and nothing else.
//!
//! A streak is looked at backwards from the day, week or month of the event, as long as there was a purchase in each,
//! or one was missed that its freeze forgives: no more of them than so many in any time so long. What was missed does
//! not count. History is looked at over a year.

use super::Rulebook;
use crate::calendar::{Zone, plus_civil};
use crate::model::Streak;
use crate::units::{Day, Moment};

/// How far back a streak is looked at, in days.
const YEAR_DAYS: i32 = 366;

impl Rulebook {
    /// The length to which a purchase at a moment brings each streak of the programme, given the local days of those
    /// before it, ascending: none where there was one in the same day, week or month.
    pub fn streaks(&self, bought: &[Day], at: Moment) -> Vec<Option<i64>> {
        let today = self.zone().local(at).day;
        self.programme().streaks.iter().map(|streak| length(streak, bought, today, self.zone())).collect()
    }
}

fn length(streak: &Streak, bought: &[Day], today: Day, zone: &Zone) -> Option<i64> {
    let bought_in = |start: Day, end: Day| {
        let at = bought.partition_point(|day| *day < start);
        bought.get(at).is_some_and(|day| *day < end)
    };
    let mut start = zone.period_start(today, streak.every);
    if bought_in(start, zone.period_end(today, streak.every)) {
        return None;
    }
    let oldest = Day(today.0.saturating_sub(YEAR_DAYS)).max(bought.first().copied().unwrap_or(today));
    let mut length = 1_i64;
    let mut missed: Vec<Day> = Vec::new();
    while length < streak.longest() && oldest < start {
        let end = start;
        start = zone.period_start(Day(end.0.saturating_sub(1)), streak.every);
        if bought_in(start, end) {
            length = length.saturating_add(1);
            continue;
        }
        let Some(freeze) = streak.freeze else { break };
        missed.push(start);
        let until = plus_civil(start, i64::from(freeze.per.count), freeze.per.unit);
        let near = missed.iter().filter(|day| **day < until).count();
        if u32::try_from(near).unwrap_or(u32::MAX) > freeze.times {
            break;
        }
    }
    Some(length)
}

#[cfg(test)]
mod tests {
    //! Streaks by hand: weeks from monday, days across a change of clocks, months of any length.
    #![allow(clippy::unwrap_used, reason = "a test says what must hold")]

    use super::*;
    use crate::calendar::parse_day;
    use crate::model::{Freeze, Place};
    use crate::units::{Period, Span, SpanUnit};

    fn streak(every: Period, freeze: Option<(u32, u32)>) -> Streak {
        let freeze =
            freeze.map(|(times, days)| Freeze { times, per: Span { count: days, unit: SpanUnit::Day } });
        Streak { name: "s".to_owned(), label: None, every, freeze, place: Place::default() }
    }

    fn of(streak: &Streak, bought: &[&str], today: &str) -> Option<i64> {
        let day = |text: &str| parse_day(text).unwrap();
        let bought: Vec<Day> = bought.iter().map(|text| day(text)).collect();
        length(streak, &bought, day(today), &Zone::find("Europe/Paris").unwrap())
    }

    #[test]
    fn weeks_follow_each_other_whatever_the_day() {
        let weekly = streak(Period::Week, None);
        // sunday, then monday: two weeks
        assert_eq!(of(&weekly, &["2026-03-29"], "2026-03-30"), Some(2));
        assert_eq!(of(&weekly, &["2026-03-23"], "2026-03-29"), None, "the same week");
        assert_eq!(of(&weekly, &["2026-03-09", "2026-03-23"], "2026-03-30"), Some(2), "one was missed");
        assert_eq!(of(&weekly, &[], "2026-03-30"), Some(1));
        assert_eq!(of(&weekly, &["2026-04-07"], "2026-03-30"), Some(1), "what comes later does not count");
    }

    #[test]
    fn a_freeze_forgives_so_many_in_any_time_so_long() {
        let weekly = streak(Period::Week, Some((1, 30)));
        assert_eq!(of(&weekly, &["2026-03-02", "2026-03-16"], "2026-03-23"), Some(3));
        // two missed within 30 days: the older part is lost
        assert_eq!(of(&weekly, &["2026-02-16", "2026-03-02", "2026-03-16"], "2026-03-23"), Some(3));
        // two missed, five weeks apart
        let bought = ["2026-01-19", "2026-02-02", "2026-02-09", "2026-02-16", "2026-02-23", "2026-03-09"];
        assert_eq!(of(&weekly, &bought, "2026-03-16"), Some(7));
        assert_eq!(of(&weekly, &["2026-02-23"], "2026-03-16"), Some(1), "two in a row");
    }

    #[test]
    fn days_and_months() {
        let daily = streak(Period::Day, None);
        assert_eq!(of(&daily, &["2026-03-28", "2026-03-29"], "2026-03-30"), Some(3));
        let monthly = streak(Period::Month, None);
        assert_eq!(of(&monthly, &["2026-01-31", "2026-02-01", "2026-02-28"], "2026-03-31"), Some(3));
        let year: Vec<String> = (0..400).map(|n| crate::calendar::show_day(Day(20_000 + n))).collect();
        let year: Vec<&str> = year.iter().map(String::as_str).collect();
        assert_eq!(of(&daily, &year, &crate::calendar::show_day(Day(20_400))), Some(365), "a year at most");
    }
}
