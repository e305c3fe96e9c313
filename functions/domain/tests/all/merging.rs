//! Two members become one: what both had is hers, once.

use crate::support::*;
use domain::entry::By;
use domain::ids::{MemberId, Reference};
use domain::merge::merge;
use domain::request::Merge;
use domain::state::Counter;
use dsl::units::Day;

#[test]
fn counters_badges_tags_and_debt_of_both_are_added_up() {
    let club = programme("  expire never", ONE_PER_EURO);
    let mut goes = Till::enrolled(club.clone(), "2026-01-10 09:00");
    goes.buy("A1", vec![line(1_000)]).unwrap();
    goes.redeem("R1", 10).unwrap();
    goes.give_back("A1", "B1", &[]).unwrap();
    assert_eq!(goes.balances(), (0, 0, 0, 10));
    let mut stays = Till::enrolled(club.clone(), "2026-01-10 09:00");
    stays.buy("A2", vec![line(400)]).unwrap();
    let first = dsl::calendar::parse_day("2026-01-10").unwrap().0;
    let counter =
        |key: &str, day: i32, used: i64| Counter { key: key.to_owned(), period: Day(first + day), used };
    goes.state.counters = vec![counter("a", 1, 2), counter("a", 2, 1), counter("c", 1, 7)];
    stays.state.counters = vec![counter("a", 1, 3), counter("b", 1, 4), counter("d", 1, 5)];
    let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    (goes.state.badges, stays.state.badges) = (texts(&["new", "old"]), texts(&["old"]));
    let most = domain::state::TAGS_MAX;
    stays.state.tags = (1..most).map(|n| format!("t{n}")).collect();
    goes.state.tags = texts(&["t1", "u", "v"]);
    goes.at("2026-02-01 09:00");
    stays.at("2026-02-01 09:00");
    let request = Merge {
        stamp: stays.stamp(stays.now),
        id: id("M1"),
        from: MemberId::parse("bea").unwrap(),
        into: MemberId::parse("ana").unwrap(),
        by: By { actor: "agent-7".to_owned(), reason: "one person".to_owned() },
    };
    let reference = Reference::enrolment();
    let decided = merge(&goes.snapshot(&reference), &stays.snapshot(&reference), &request, &club).unwrap();
    let find =
        |is: fn(&domain::entry::Change) -> bool| decided.iter().find(|one| is(&one.entry.change)).unwrap();
    let into = &find(|change| matches!(change, domain::entry::Change::MergedFrom { .. })).state;
    let all =
        [counter("a", 1, 5), counter("a", 2, 1), counter("b", 1, 4), counter("c", 1, 7), counter("d", 1, 5)];
    assert_eq!(into.counters, all);
    assert_eq!(into.badges, ["old", "new"]);
    assert_eq!((into.tags.len(), into.tags.last().map(String::as_str)), (most, Some("u")));
    assert_eq!((into.active_points, into.debt_points), (0, 6), "four points repaid four of ten");
    let gone = &find(|change| matches!(change, domain::entry::Change::MergedInto { .. })).state;
    assert_eq!((gone.active_points, gone.debt_points), (0, 0));
}
