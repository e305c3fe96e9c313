//! Two members become one: what both had is hers, once.

use crate::support::*;
use domain::decision::Decision;
use domain::entry::{By, Entry};
use domain::ids::{MemberId, Reference};
use domain::merge::{LOTS_MOVED_MAX, give_back_merged, merge};
use domain::refusal::Refusal;
use domain::request::{Merge, Return};
use domain::state::Counter;
use dsl::units::Day;

/// What a merge of the first into the second decides.
fn decide(goes: &Till, stays: &Till) -> Result<[Decision; 2], Refusal> {
    let request = Merge {
        stamp: stays.stamp(stays.now),
        id: id("M1"),
        from: MemberId::parse("bea").unwrap(),
        into: MemberId::parse("ana").unwrap(),
        by: By { actor: "agent-7".to_owned(), reason: "one person".to_owned() },
    };
    let reference = Reference::enrolment();
    merge(&goes.snapshot(&reference), &stays.snapshot(&reference), &request, &stays.rulebook)
}

/// Merges the first into the second; the entry of the one who stays.
fn become_one(goes: &mut Till, stays: &mut Till) -> Entry {
    let [left, came] = decide(goes, stays).unwrap();
    goes.write(Ok(left)).unwrap();
    stays.write(Ok(came)).unwrap()
}

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
    let decided = decide(&goes, &stays).unwrap();
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

#[test]
fn nobody_goes_while_points_are_held_or_vouchers_wait_or_with_more_lots_than_can_be_moved() {
    let cake = "reward cake {\n  costs 1 point\n  gives item \"cake\"\n}\n";
    let club = programme("  expire never", &format!("{ONE_PER_EURO}\n{cake}"));
    let stays = Till::enrolled(club.clone(), "2026-01-10 09:00");
    let mut goes = stays.clone();
    for n in 0..LOTS_MOVED_MAX {
        goes.buy(&format!("A{n}"), vec![line(100)]).unwrap();
    }
    let mut holds = goes.clone();
    holds.hold("H1", 1, HOUR).unwrap();
    assert_eq!(decide(&holds, &stays).unwrap_err(), Refusal::MergeOpenHolds { holds: 1 });
    let mut waits = goes.clone();
    waits.redeem_reward("R1", "cake").unwrap();
    assert_eq!(decide(&waits, &stays).unwrap_err(), Refusal::MergeOpenVouchers { vouchers: 1 });
    let mut more = goes.clone();
    more.buy("B1", vec![line(100)]).unwrap();
    let most = Refusal::TooMuchOpen { of: "lots".to_owned(), most: LOTS_MOVED_MAX };
    assert_eq!(decide(&more, &stays).unwrap_err(), most);
    let mut stays = stays;
    become_one(&mut goes, &mut stays);
    assert_eq!((goes.balances().0, stays.balances().0), (0, 256));
}

#[test]
fn the_higher_of_two_tiers_stays_and_of_two_equal_ones_her_own() {
    let items = "tiers {
  guest  always
  silver from 100.00 EUR spent this year
  gold   from 300.00 EUR spent this year
}
";
    let club = programme("  expire never", items);
    let with = |at: &str, spent: i64| {
        let mut till = Till::enrolled(club.clone(), "2026-01-10 09:00");
        till.at(at).buy("A1", vec![line(spent)]).unwrap();
        // in another year, nobody reaches anything by what both spent
        till.at("2027-02-01 09:00");
        till
    };
    for (goes, stays, is, since, change) in [
        (30_000, 0, "gold", "2026-03-01 09:00", Some(("guest", "gold"))),
        (10_000, 10_000, "silver", "2026-04-01 09:00", None),
        (10_000, 30_000, "gold", "2026-04-01 09:00", None),
        (0, 0, "guest", "2026-01-10 09:00", None),
    ] {
        let mut stays = with("2026-04-01 09:00", stays);
        let entry = become_one(&mut with("2026-03-01 09:00", goes), &mut stays);
        let told = entry.tier.map(|change| (change.from.unwrap(), change.to.unwrap()));
        assert_eq!(told, change.map(|(from, to)| (from.to_owned(), to.to_owned())));
        let held = stays.card().tier.unwrap();
        assert_eq!((held.name.as_str(), held.since), (is, utc(since)));
    }
}

#[test]
fn a_purchase_of_before_the_merge_that_comes_back_is_taken_from_the_one_who_has_its_points() {
    for shortfall in ["forgive", "debt"] {
        let club = programme(&format!("  expire never\n  shortfall {shortfall}"), ONE_PER_EURO);
        let mut stays = Till::enrolled(club.clone(), "2026-01-10 09:00");
        let mut goes = stays.clone();
        goes.buy("A1", vec![line(1_000)]).unwrap();
        become_one(&mut goes, &mut stays);
        assert_eq!(stays.balances(), (10, 0, 0, 0));
        let request =
            Return { stamp: stays.stamp(stays.now), purchase: id("A1"), id: id("B1"), lines: vec![] };
        let bea = MemberId::parse("bea").unwrap();
        let survivor = Reference::merged_return(&bea, &request.purchase, &request.id);
        let of_purchase = Reference::purchase_return(&request.purchase, &request.id);
        let (from, into) = (goes.snapshot(&of_purchase), stays.snapshot(&survivor));
        let [left, came] = give_back_merged(&from, &into, (&request, &survivor), &club).unwrap();
        goes.write(Ok(left)).unwrap();
        stays.write(Ok(came)).unwrap();
        assert_eq!((goes.balances(), stays.balances()), ((0, 0, 0, 0), (0, 0, 0, 0)), "{shortfall}");
    }
}
