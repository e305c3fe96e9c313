//! What a member's history says: sums of days and periods, steps, tiers at reviews, when something was bought last.

use crate::support::*;
use dsl::calendar::parse_day;
use dsl::units::{Day, Moment};

const ROLLING: &str = "tiers {
  guest  always
  silver from 100.00 EUR spent in 30 days
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}
";

const YEARLY: &str = "tiers {
  guest  always
  silver from 100.00 EUR spent this year
  gold   from 300.00 EUR spent this year
  downgrade one step
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}
";

fn till(items: &str, now: &str) -> Till {
    Till::enrolled(programme("  expire never", items), now)
}

fn tier(till: &Till) -> (String, Option<Moment>) {
    let tier = till.card().tier.unwrap();
    (tier.name, tier.review_at)
}

fn day(text: &str) -> Day {
    parse_day(text).unwrap()
}

#[test]
fn what_is_missing_must_come_before_the_oldest_part_leaves_the_window() {
    let by = |till: &Till| till.card().tier.unwrap().next.unwrap().by;
    let mut till = till(ROLLING, "2026-01-10 09:00");
    assert_eq!(by(&till), None, "nothing counts yet");
    till.buy("A0", vec![line(500)]).unwrap();
    assert_eq!(by(&till), Some(utc("2026-02-09 00:00")));
    // a day without money, and one that has left the window, are not what counts
    till.at("2026-03-01 09:00").buy("A1", vec![line(0)]).unwrap();
    till.at("2026-03-05 09:00").buy("A2", vec![line(1_000)]).unwrap();
    till.at("2026-03-06 09:00").buy("A3", vec![line(1_000)]).unwrap();
    assert_eq!(by(&till), Some(utc("2026-04-04 00:00")));
    let next = |at: &str| {
        let mut till = till.clone();
        let next = till.at(at).card().tier.unwrap().next.unwrap();
        (next.have, next.by)
    };
    // the first day of the window counts, to its end
    assert_eq!(next("2026-04-03 23:59"), (2_000, Some(utc("2026-04-04 00:00"))));
    assert_eq!(next("2026-04-04 00:00"), (1_000, Some(utc("2026-04-05 00:00"))));
    assert_eq!(next("2026-04-05 00:00"), (0, None));
}

#[test]
fn a_tier_one_short_of_the_next_lacks_it_and_one_that_has_enough_does_not() {
    // by the calendar the sum is there, but the tier came down: what counts now is asked
    let mut till = till(YEARLY, "2026-03-10 09:00");
    till.buy("A1", vec![line(29_999)]).unwrap();
    assert_eq!(till.card().tier.unwrap().next.unwrap().missing, 1);
    let exactly = programme("  expire never", &YEARLY.replace("300.00", "299.99"));
    assert_eq!(
        domain::card::card(&till.state, till.now, &exactly).tier.unwrap().next,
        None,
        "as much as it takes"
    );
}

#[test]
fn steps_of_a_year_count_that_year_only() {
    let items = "rule hundreds {\n  on purchase\n  give 50 points every 100.00 EUR spent this year\n}\n";
    let mut till = till(items, "2026-03-10 09:00");
    till.at("2027-01-01 09:00").buy("A1", vec![line(9_900)]).unwrap();
    till.buy_with("A2", vec![line(9_900)], utc("2026-12-31 18:00"), None).unwrap();
    assert_eq!(till.balances().0, 0, "neither year has a hundred");
    till.buy_with("A3", vec![line(100)], utc("2026-12-31 18:30"), None).unwrap();
    assert_eq!(till.balances().0, 50);
    till.at("2027-01-02 09:00").buy("A4", vec![line(100)]).unwrap();
    assert_eq!(till.balances().0, 100);
    // back: each year's step with a purchase of that year, once, and the key of nothing goes
    till.give_back("A2", "B2", &[]).unwrap();
    assert_eq!(till.balances().0, 50);
    assert_eq!(till.state.counters.iter().filter(|one| one.period == day("2026-01-01")).count(), 0);
    till.give_back("A3", "B3", &[]).unwrap();
    assert_eq!(till.balances().0, 50);
    till.give_back("A1", "B1", &[]).unwrap();
    assert_eq!((till.balances().0, till.state.counters.len()), (0, 0));
}

#[test]
fn days_are_kept_a_year_and_as_long_as_a_step_may_be_undone() {
    let plain = till(ROLLING, "2024-01-10 09:00");
    let steps = till(
        "rule hundreds {\n  on purchase\n  give 50 points every 100.00 EUR spent this year\n}\n",
        "2024-01-10 09:00",
    );
    for (mut till, kept) in [(plain, vec!["2026-05-20"]), (steps, vec!["2025-02-20", "2026-05-20"])] {
        for (id, at) in [("A1", "2024-12-31 09:00"), ("A2", "2025-02-20 09:00"), ("A3", "2026-05-20 09:00")] {
            till.at(at).buy(id, vec![line(100)]).unwrap();
        }
        let days: Vec<Day> = till.state.days.iter().map(|sum| sum.day).collect();
        assert_eq!(days, kept.iter().map(|text| day(text)).collect::<Vec<_>>());
    }
}

#[test]
fn what_was_bought_last_is_the_last_day_with_a_purchase() {
    let items = "event visit {\n}\n\nrule base {\n  on purchase\n  give 1 point\n}\n\nrule visits {\n  on visit\n  give 5 points\n}\n";
    let mut till = till(items, "2026-01-10 09:00");
    till.at("2026-02-01 09:00").buy("A1", vec![line(100)]).unwrap();
    till.at("2026-02-02 09:00").occur("V1", "visit").unwrap();
    till.at("2026-02-03 09:00").buy("A2", vec![line(100)]).unwrap();
    assert_eq!(till.state.last_purchase_at, Some(utc("2026-02-03 09:00")));
    till.give_back("A2", "B2", &[]).unwrap();
    assert_eq!(till.state.last_purchase_at, Some(utc("2026-02-01 00:00")));
    // of two on one day, the other one is left
    let mut two = till.clone();
    two.buy("A3", vec![line(100)]).unwrap();
    two.wait(HOUR).buy("A4", vec![line(100)]).unwrap();
    two.give_back("A3", "B3", &[]).unwrap();
    assert_eq!(two.state.last_purchase_at, Some(two.now));
    two.give_back("A4", "B4", &[]).unwrap();
    two.give_back("A1", "B1", &[]).unwrap();
    assert_eq!(two.state.last_purchase_at, None, "nothing is left of any");
}

#[test]
fn a_day_of_points_alone_is_no_day_of_a_streak() {
    let items = "event visit {
}

streak daily {
  on purchase
  every day
}

rule visits {
  on visit
  give 5 points
}

rule third {
  on purchase
  when streak.daily is 3
  give 10 points
}
";
    let mut till = till(items, "2026-01-10 09:00");
    till.at("2026-02-01 09:00").buy("A1", vec![line(100)]).unwrap();
    till.at("2026-02-02 09:00").occur("V1", "visit").unwrap();
    till.at("2026-02-03 09:00").buy("A2", vec![line(100)]).unwrap();
    assert_eq!(till.balances().0, 5, "the day between was missed");
    till.at("2026-02-04 09:00").buy("A3", vec![line(100)]).unwrap();
    till.at("2026-02-05 09:00").buy("A4", vec![line(100)]).unwrap();
    assert_eq!(till.balances().0, 15);
}

#[test]
fn the_first_tier_is_news_of_the_enrolment() {
    let enrolled = |items: &str| {
        let mut till = Till::new(programme("  expire never", items), "2026-03-10 09:00");
        till.enrol().unwrap()
    };
    let change = enrolled(YEARLY).tier.unwrap();
    assert_eq!((change.from, change.to.as_deref()), (None, Some("guest")));
    let mut till = till(YEARLY, "2026-03-10 09:00");
    till.buy("A1", vec![line(10_000)]).unwrap();
    assert_eq!(
        award(till.entries.last().unwrap()).tier_before,
        None,
        "the lowest is where everybody falls back to"
    );
    till.buy("A2", vec![line(100)]).unwrap();
    assert_eq!(award(till.entries.last().unwrap()).tier_before.as_deref(), Some("silver"));
    assert_eq!(enrolled(ONE_PER_EURO).tier, None, "no tiers at all");
}

#[test]
fn a_review_raises_where_the_programme_asks_for_less_now() {
    let mut till = till(YEARLY, "2026-03-10 09:00");
    till.buy("A1", vec![line(10_000)]).unwrap();
    till.at("2027-05-10 09:00").buy("A2", vec![line(15_000)]).unwrap();
    assert_eq!(tier(&till), ("silver".to_owned(), Some(utc("2028-01-01 00:00"))));
    till.rulebook = programme("  expire never", &YEARLY.replace("300.00", "150.00"));
    till.at("2028-01-01 00:00");
    assert_eq!(tier(&till), ("gold".to_owned(), Some(utc("2029-01-01 00:00"))));
    let mut kept = till.clone();
    kept.rulebook = programme("  expire never", YEARLY);
    assert_eq!(tier(&kept), ("silver".to_owned(), Some(utc("2029-01-01 00:00"))));
}

#[test]
fn a_tier_saved_in_its_grace_has_a_grace_again() {
    let items = "tiers {
  guest  always
  silver from 2 purchases in 30 days keep for 30 days
  grace 10 days
}

rule base {
  on purchase
  give 1 point
}
";
    let mut till = till(items, "2026-03-01 09:00");
    let buy = |till: &mut Till, n: usize| till.buy(&format!("A{n}"), vec![line(100)]).unwrap();
    buy(&mut till, 0);
    buy(&mut till, 1);
    assert_eq!(tier(&till), ("silver".to_owned(), Some(utc("2026-03-31 09:00"))));
    till.at("2026-04-05 09:00");
    assert_eq!(tier(&till), ("silver".to_owned(), Some(utc("2026-04-10 09:00"))), "in its grace");
    buy(&mut till, 2);
    buy(&mut till, 3);
    till.at("2026-04-10 09:00");
    assert_eq!(tier(&till), ("silver".to_owned(), Some(utc("2026-05-10 09:00"))), "saved");
    till.at("2026-05-10 09:00");
    assert_eq!(tier(&till), ("silver".to_owned(), Some(utc("2026-05-20 09:00"))), "a grace of its own");
    till.sweep();
    assert!(till.state.tier.as_ref().unwrap().in_grace);
    till.at("2026-05-20 09:00");
    assert_eq!(tier(&till), ("guest".to_owned(), None));
}

#[test]
fn a_tier_that_stands_by_itself_after_a_return_has_a_review_of_its_own() {
    let mut till = till(YEARLY, "2026-03-10 09:00");
    till.buy("A1", vec![line(10_000)]).unwrap();
    till.at("2027-03-10 09:00").buy("A2", vec![line(30_000)]).unwrap();
    assert_eq!(tier(&till), ("gold".to_owned(), Some(utc("2029-01-01 00:00"))));
    till.give_back("A2", "B1", &[(0, 0, Some(15_000))]).unwrap();
    // 150.00 EUR of this year are silver of their own
    assert_eq!(tier(&till), ("silver".to_owned(), Some(utc("2029-01-01 00:00"))));
}

#[test]
fn a_return_after_a_review_raises_nobody() {
    let mut till = till(YEARLY, "2026-03-10 09:00");
    till.buy("A1", vec![line(30_000)]).unwrap();
    // bought as a gold member, enough for silver at the review
    till.at("2027-03-10 09:00").buy("A2", vec![line(10_000)]).unwrap();
    till.at("2028-01-05 09:00");
    assert_eq!(tier(&till).0, "silver");
    let entry = till.give_back("A2", "B2", &[]).unwrap();
    assert_ne!(entry.tier.and_then(|change| change.to).as_deref(), Some("gold"));
    assert_eq!(tier(&till).0, "silver", "never above what the review left");
}

#[test]
fn a_tier_whose_days_nobody_remembers_stays_until_its_review() {
    let items = ROLLING.replace("in 30 days", "in 30 days keep for 3 years");
    let mut till = till(&items, "2026-03-10 09:00");
    till.buy("A1", vec![line(10_000)]).unwrap();
    assert_eq!(tier(&till), ("silver".to_owned(), Some(utc("2029-03-10 09:00"))));
    let mut soon = till.clone();
    soon.at("2026-06-10 09:00").give_back("A1", "B1", &[]).unwrap();
    assert_eq!(tier(&soon).0, "guest");
    till.at("2028-06-10 09:00").give_back("A1", "B1", &[]).unwrap();
    assert_eq!(tier(&till).0, "silver");
}

#[test]
fn of_a_day_whose_purchases_all_came_back_none_is_the_last() {
    let items = "event visit {\n}\n\nrule base {\n  on purchase\n  give 1 point\n}\n\nrule visits {\n  on visit\n  give 5 points\n}\n";
    let mut till = till(items, "2026-01-10 09:00");
    till.at("2026-02-01 09:00").buy("A1", vec![line(100)]).unwrap();
    till.at("2026-02-03 09:00").occur("V1", "visit").unwrap();
    till.buy("A2", vec![line(100)]).unwrap();
    till.wait(HOUR).buy("A3", vec![line(100)]).unwrap();
    till.give_back("A3", "B3", &[]).unwrap();
    assert_eq!(till.state.last_purchase_at, Some(utc("2026-02-03 00:00")), "the other one of the day");
    till.give_back("A2", "B2", &[]).unwrap();
    assert_eq!(till.state.last_purchase_at, Some(utc("2026-02-01 00:00")), "the visit is no purchase");
}

#[test]
fn a_step_goes_with_the_only_purchase_there_was_and_none_with_a_part_that_leaves_it() {
    let items = "rule hundreds {\n  on purchase\n  give 50 points every 100.00 EUR spent this year\n}\n";
    let mut till = till(items, "2026-03-10 09:00");
    till.buy("A1", vec![line(10_000), line(500)]).unwrap();
    let entry = till.give_back("A1", "B1", &[(1, 1, None)]).unwrap();
    assert_eq!((&returned(&entry).steps, till.balances().0), (&vec![], 50));
    till.give_back("A1", "B2", &[]).unwrap();
    assert_eq!(till.balances(), (0, 0, 0, 0));
}

const VISITS: &str = "event visit {\n}\n\nevent call {\n}\n\nrule again {\n  on visit\n  when member.events.visit in total at least 1\n  give 5 points\n}\n\nrule called {\n  on call\n  when member.events.call in total at least 1\n  give 7 points\n}\n";

#[test]
fn events_of_each_kind_are_counted_by_themselves_in_the_order_of_their_names() {
    let mut till = till(VISITS, "2026-01-10 09:00");
    till.occur("V1", "visit").unwrap();
    till.occur("C1", "call").unwrap();
    till.occur("V2", "visit").unwrap();
    let counted: Vec<_> = till.state.happened.iter().map(|own| (own.kind.as_str(), own.total)).collect();
    assert_eq!(counted, [("call", 1), ("visit", 2)]);
    assert_eq!(till.balances().0, 5);
}

#[test]
fn events_that_no_rule_asked_for_in_a_year_are_counted_from_nought_again() {
    let mut till = till(VISITS, "2026-01-10 09:00");
    till.occur("V1", "visit").unwrap();
    for (days, again) in [(300, 5), (400, 0)] {
        let mut till = till.clone();
        till.rulebook = programme("  expire never", "event visit {\n}\n\nevent call {\n}\n");
        till.wait(days * DAY).occur("V2", "visit").unwrap();
        till.rulebook = programme("  expire never", VISITS);
        till.occur("V3", "visit").unwrap();
        assert_eq!(till.balances().0, again, "{days}");
    }
}
