//! What time fires: absences once each and not too late, dates of the calendar for those who have a part in them.

use crate::support::*;
use domain::entry::Change;
use domain::ids::Reference;
use domain::scheduled::{self, Date, Reached};
use dsl::calendar::parse_day;

const AWAY: &str = "rule month {
  on absence of 30 days
  give 5 points
}

rule two_months {
  on absence of 60 days
  give 10 points
}
";

/// Asks for what waits, answers it, and says what it was and gave.
fn answered(till: &mut Till) -> Option<(String, i64)> {
    let reached = scheduled::reached(&till.state, till.now, &till.rulebook)?;
    let snapshot = till.snapshot(&reached.reference());
    let decision = scheduled::absence(&snapshot, &reached, till.now, &till.rulebook).unwrap()?;
    let entry = till.write(Ok(decision)).unwrap();
    assert_eq!((entry.occurred_at, &entry.reference), (reached.at, &reached.reference()));
    let Change::Scheduled { timer, period, award, place: None } = entry.change else {
        panic!("{:?}", entry.change)
    };
    assert_eq!(period, reached.began);
    Some((timer, award.points))
}

#[test]
fn an_absence_is_reached_as_its_day_begins_and_answered_once() {
    let mut till = Till::enrolled(programme("  expire never", AWAY), "2026-01-01 09:00");
    till.at("2026-01-10 23:00").buy("A1", vec![line(100)]).unwrap();
    till.at("2026-02-08 23:59");
    assert_eq!(answered(&mut till), None);
    till.at("2026-02-09 00:00");
    let first = Reached {
        kind: "absence.30_days".to_owned(),
        began: parse_day("2026-01-10").unwrap(),
        at: utc("2026-02-09 00:00"),
    };
    assert_eq!(scheduled::reached(&till.state, till.now, &till.rulebook), Some(first.clone()));
    assert_eq!(answered(&mut till), Some(("absence.30_days".to_owned(), 5)));
    assert_eq!(answered(&mut till), None, "once");
    // another run comes with the same one
    let snapshot = till.snapshot(&first.reference());
    assert_eq!(scheduled::absence(&snapshot, &first, till.now, &till.rulebook).unwrap(), None);
    till.at("2026-03-11 06:00");
    assert_eq!(answered(&mut till), Some(("absence.60_days".to_owned(), 10)));
    // back, and away again
    till.at("2026-03-12 09:00").buy("A2", vec![line(100)]).unwrap();
    till.at("2026-04-11 00:00");
    assert_eq!(answered(&mut till), Some(("absence.30_days".to_owned(), 5)));
}

#[test]
fn an_absence_of_more_than_a_month_ago_is_not_answered_any_more() {
    let month = AWAY.split("\n\n").next().unwrap();
    let late = |wait: i64| {
        let mut till = Till::enrolled(programme("  expire never", month), "2026-01-10 09:00");
        till.at("2026-02-09 00:00").wait(wait);
        answered(&mut till)
    };
    assert_eq!(late(31 * DAY - 1), Some(("absence.30_days".to_owned(), 5)));
    assert_eq!(late(31 * DAY), None);
}

#[test]
fn nobody_is_missed_whose_earning_is_frozen_or_who_is_gone() {
    let mut till = Till::enrolled(programme("  expire never", AWAY), "2026-01-10 09:00");
    till.at("2026-02-09 00:00").state.standing.earning_frozen = true;
    assert_eq!(answered(&mut till), None);
    till.state.standing.earning_frozen = false;
    till.state.standing.erased = true;
    assert_eq!(scheduled::reached(&till.state, till.now, &till.rulebook), None);
    till.state.standing.erased = false;
    assert!(answered(&mut till).is_some());
    // a programme that has no such rules any more
    till.rulebook = programme("  expire never", ONE_PER_EURO);
    till.wait(31 * DAY);
    assert_eq!(scheduled::reached(&till.state, till.now, &till.rulebook), None);
}

const DATES: &str = "segment buyers {
  when member.purchases in total at least 1
}

rule gift {
  on schedule every month on day 1 at 09:00 for members in segment buyers
  active from 2026-02-01 until 2026-04-01
  give 20 points
}
";

/// A date of the one rule, asked for at that moment.
fn on(day: &str, drawn: bool) -> Date {
    let at = utc(&format!("{day} 09:00"));
    Date { rule: 0, day: parse_day(day).unwrap(), at, now: at, chosen: drawn, place: None }
}

/// What a date gives a member; none where it does not fire.
fn fired(till: &Till, date: Date) -> Option<i64> {
    let kind = date.kind(&till.rulebook).unwrap();
    assert_eq!(kind, "schedule.gift");
    let snapshot = till.snapshot(&Reference::timer(kind, date.day));
    let decision = scheduled::fire(&snapshot, date, &till.rulebook).unwrap()?;
    assert_eq!(
        (decision.entry.occurred_at, &decision.entry.reference),
        (date.at, &Reference::timer(kind, date.day))
    );
    Some(award(&decision.entry).points)
}

#[test]
fn a_date_fires_for_whom_the_rule_is_for_on_its_days() {
    let mut till = Till::enrolled(programme("  expire never", DATES), "2026-01-15 09:00");
    let candidate = |till: &Till, day: &str| {
        scheduled::is_candidate(&till.snapshot(&Reference::enrolment()), on(day, false), &till.rulebook)
    };
    assert_eq!(
        (fired(&till, on("2026-03-01", false)), candidate(&till, "2026-03-01")),
        (None, false),
        "no buyer yet"
    );
    till.buy("A1", vec![line(100)]).unwrap();
    assert_eq!(fired(&till, on("2026-03-01", false)), Some(20));
    // both ends of its validity are in it
    for (day, is) in
        [("2026-01-31", false), ("2026-02-01", true), ("2026-04-01", true), ("2026-04-02", false)]
    {
        assert_eq!((fired(&till, on(day, false)), candidate(&till, day)), (is.then_some(20), is), "{day}");
    }
    // who is drawn gets it, or an entry that says she got nothing
    assert_eq!(fired(&till, on("2026-03-01", true)), Some(20));
    assert_eq!(fired(&till, on("2026-05-01", true)), Some(0));
}

#[test]
fn a_date_is_of_members_only_who_were_there_and_may_earn() {
    let mut till = Till::enrolled(programme("  expire never", DATES), "2026-03-01 09:00");
    till.buy("A1", vec![line(100)]).unwrap();
    let takes = |till: &Till, date: Date| {
        let snapshot = till.snapshot(&Reference::enrolment());
        let is = scheduled::is_candidate(&snapshot, date, &till.rulebook);
        assert_eq!(is, fired(till, date).is_some());
        is
    };
    let date = on("2026-03-01", false);
    assert!(takes(&till, date), "enrolled at that very moment");
    assert!(!takes(&till, Date { at: dsl::units::Moment(date.at.0 - 1), ..date }), "enrolled later");
    assert!(!takes(&till, Date { now: dsl::units::Moment(date.at.0 - 1), ..date }), "not yet");
    for change in [
        (|state| state.standing.earning_frozen = true) as fn(&mut domain::state::State),
        |state| state.standing.erased = true,
        |state| state.standing.merges.into = domain::ids::MemberId::parse("bea"),
    ] {
        let mut gone = till.clone();
        change(&mut gone.state);
        assert!(!takes(&gone, date));
    }
    assert_eq!(on("2026-03-01", false).kind(&till.rulebook), Some("schedule.gift"));
    assert_eq!(Date { rule: 7, ..date }.kind(&till.rulebook), None);
}

#[test]
fn a_referral_is_shown_and_due_by_its_moments() {
    use domain::entry::{Qualifies, Rejection};
    use domain::state::{Brought, Counting, Stage, State};
    use domain::{Due, due, shown};
    let at = utc("2026-03-01 09:00");
    let before = dsl::units::Moment(at.0 - 1);
    let terms = Qualifies { least_minor: 1, matures_at: at, refund: dsl::model::Revoke::Revoke };
    let counting = Counting { purchase: id("A1"), bought_at: utc("2026-02-01 09:00"), terms };
    let by = domain::ids::MemberId::parse("bea").unwrap();
    let brought = |stage| Brought { by: by.clone(), joined_at: utc("2026-01-01 09:00"), until: at, stage };
    let is = |stage, now| shown(&brought(stage), now);
    assert_eq!(is(Stage::Joined, before), ("joined", None));
    assert_eq!(is(Stage::Joined, at), ("rejected", Some("too_late")));
    assert_eq!(is(Stage::Qualified(counting.clone()), before), ("qualified", None));
    assert_eq!(is(Stage::Qualified(counting.clone()), at), ("matured", None));
    assert_eq!(is(Stage::Rewarded(counting.clone()), at), ("rewarded", None));
    assert_eq!(is(Stage::Reversed, at), ("reversed", Some("returned")));
    let revoked = Stage::Revoked { counting: counting.clone(), due_at: at };
    assert_eq!(is(revoked.clone(), before), ("reversed", Some("returned")));
    for (reason, code) in [
        (Rejection::Returned, "returned"),
        (Rejection::Limit, "limit"),
        (Rejection::ReferrerFrozen, "referrer_frozen"),
        (Rejection::FriendFrozen, "friend_frozen"),
        (Rejection::ReferrerErased, "referrer_erased"),
        (Rejection::FriendErased, "friend_erased"),
    ] {
        assert_eq!(is(Stage::Rejected(reason), at), ("rejected", Some(code)));
    }
    let mut state = State::default();
    assert!(due(&state, at).is_none());
    state.referral.brought = Some(brought(Stage::Qualified(counting)));
    assert!(due(&state, before).is_none());
    assert!(matches!(due(&state, at), Some(Due::Maturity(who)) if *who == by));
    state.referral.brought = Some(brought(revoked));
    assert!(due(&state, before).is_none());
    assert!(matches!(due(&state, at), Some(Due::Reversal(who)) if *who == by));
    state.referral.brought = Some(brought(Stage::Joined));
    assert!(due(&state, at).is_none());
}

#[test]
fn the_index_is_told_when_a_member_falls_due_next() {
    use domain::sweep::{next_due, next_due_under};
    let till = Till::enrolled(programme("  expire never", AWAY), "2026-01-10 09:00");
    let next = |after: &str| next_due_under(&till.state, utc(after), &till.rulebook);
    assert_eq!(next("2026-01-10 09:00"), Some(utc("2026-02-09 00:00")));
    assert_eq!(next("2026-02-08 23:59"), Some(utc("2026-02-09 00:00")));
    assert_eq!(next("2026-02-09 00:00"), Some(utc("2026-03-11 00:00")), "that one is being answered");
    assert_eq!(next("2026-03-11 00:00"), None);
    assert_eq!(next_due(&till.state), None);
    let mut state = till.state.clone();
    let terms = domain::entry::Qualifies {
        least_minor: 1,
        matures_at: utc("2026-02-01 00:00"),
        refund: dsl::model::Revoke::Revoke,
    };
    let counting = domain::state::Counting { purchase: id("A1"), bought_at: utc("2026-01-11 09:00"), terms };
    let mut at_stage = |stage| {
        state.referral.brought = Some(domain::state::Brought {
            by: domain::ids::MemberId::parse("bea").unwrap(),
            joined_at: utc("2026-01-10 09:00"),
            until: utc("2026-02-10 09:00"),
            stage,
        });
        next_due(&state)
    };
    assert_eq!(at_stage(domain::state::Stage::Qualified(counting.clone())), Some(utc("2026-02-01 00:00")));
    let due_at = utc("2026-03-01 00:00");
    assert_eq!(at_stage(domain::state::Stage::Revoked { counting, due_at }), Some(due_at));
    assert_eq!(at_stage(domain::state::Stage::Joined), None);
}

#[test]
fn ranks_are_shared_and_a_crowd_on_the_last_is_left_out() {
    use domain::entry::Place;
    use domain::scheduled::{best, ranks};
    use dsl::model::Ranking;
    assert_eq!(ranks(&[9, 7, 7, 3, 3, 3, 1]), [1, 2, 2, 4, 4, 4, 7]);
    assert!(ranks(&[]).is_empty());
    let ranking =
        |from, to| Ranking { from, to, metric: dsl::facts::Metric::Spent, period: dsl::units::Period::Month };
    let scored = |scores: &[i64]| scores.iter().copied().enumerate().collect::<Vec<(usize, i64)>>();
    let found = |scores: &[i64], from, to| -> Vec<(usize, u32)> {
        best(scored(scores), ranking(from, to))
            .into_iter()
            .map(|(who, Place { rank, .. })| (who, rank))
            .collect()
    };
    assert_eq!(found(&[9, 7, 7, 3], 1, 3), [(0, 1), (1, 2), (2, 2)]);
    assert_eq!(found(&[9, 7, 7, 3], 2, 4), [(1, 2), (2, 2), (3, 4)]);
    assert_eq!(found(&[9, 9, 9], 2, 3), [], "nobody is second where three are first");
    assert_eq!(found(&[5], 1, 500), [(0, 1)]);
    // five hundred may share a rank, one more may not
    let crowd = |many: usize| [vec![9], vec![1; many]].concat();
    assert_eq!(found(&crowd(499), 1, 2).len(), 500);
    assert_eq!(found(&crowd(500), 1, 2), [(0, 1)]);
}

#[test]
fn a_score_is_of_the_days_of_the_period_alone() {
    use dsl::facts::Metric::{Earned, Purchases, Spent};
    let mut till = Till::enrolled(programme("  expire never", DATES), "2026-01-15 09:00");
    till.buy("A1", vec![line(500)]).unwrap();
    till.at("2026-02-03 09:00").buy("A2", vec![line(300)]).unwrap();
    till.at("2026-02-28 23:59").buy("A3", vec![line(20)]).unwrap();
    till.at("2026-03-01 00:00").buy("A4", vec![line(7)]).unwrap();
    till.at("2026-03-01 09:00");
    let day = |day: &str| parse_day(day).unwrap();
    let score = |till: &Till, metric| {
        let sum = (metric, day("2026-02-01"), day("2026-03-01"));
        scheduled::score(&till.snapshot(&Reference::enrolment()), on("2026-03-01", true), sum, &till.rulebook)
    };
    assert_eq!((score(&till, Spent), score(&till, Purchases)), (Some(320), Some(2)));
    assert_eq!(score(&till, Earned), None, "nothing was earned: no rank");
    till.give_back("A2", "R2", &[(0, 1, None)]).unwrap();
    assert_eq!((score(&till, Spent), score(&till, Purchases)), (Some(20), Some(1)), "net of returns");
    till.state.standing.earning_frozen = true;
    assert_eq!(score(&till, Spent), None);
}
