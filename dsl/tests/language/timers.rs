//! Segments, absences, schedules and draws: what they mean, what is said of them when they are wrong, when they fall.

use dsl::calendar::{parse_day, parse_moment, show_day};
use dsl::check::check;
use dsl::diagnostic::Severity;
use dsl::event::Event;
use dsl::explain::explain;
use dsl::facts::Facts;
use dsl::outcome::Verdict;
use dsl::plan::Rulebook;
use dsl::units::Moment;
use std::collections::BTreeMap;

const HEAD: &str = "language 1\n\nprogramme club {\n  currency EUR\n  timezone \"Europe/Paris\"\n}\n\n";

fn book(body: &str) -> Rulebook {
    let source = format!("{HEAD}{body}");
    let checked = check(source.as_bytes(), None);
    let errors: Vec<_> = checked.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let rulebook = Rulebook::compile(checked.programme.unwrap());
    // a stored rulebook says the same
    Rulebook::from_bytes(&rulebook.to_bytes()).unwrap()
}

fn said(body: &str) -> Vec<String> {
    let checked = check(format!("{HEAD}{body}").as_bytes(), None);
    let line = |d: &dsl::diagnostic::Diagnostic| {
        format!("{} {}; {}", d.code, d.message, d.help.clone().unwrap_or_default())
    };
    checked.diagnostics.iter().map(line).collect()
}

fn at(text: &str) -> Moment {
    parse_moment(text).unwrap()
}

fn event(kind: &str, at: Moment) -> Event {
    Event { kind: kind.to_owned(), at, channel: None, store: None, lines: vec![], fields: BTreeMap::new() }
}

fn facts(rulebook: &Rulebook, last_purchase: Option<&str>) -> Facts {
    Facts {
        enrolled_at: Some(at("2025-01-01T00:00:00Z")),
        last_purchase_at: last_purchase.map(at),
        windows: vec![0; rulebook.windows().len()],
        used: vec![0; rulebook.limits().len()],
        budget_used: vec![0; rulebook.programme().budgets.len()],
        ..Facts::default()
    }
}

const LAPSED: &str = "segment lapsed {\n  when member.last_purchase at least 60 days ago\n}\n\n";

#[test]
fn a_segment_is_asked_of_the_member_and_says_how_much_is_missing() {
    let rulebook = book(&format!(
        "{LAPSED}rule gift {{\n  on schedule every day at 09:00 for members in segment lapsed\n  give 5 points\n  limit 1 time per member per year\n}}\n"
    ));
    // 60 local days across the change of clocks on 29 March
    for (now, fires) in [("2026-04-30T21:59:00Z", false), ("2026-04-30T22:01:00Z", true)] {
        let event = event("schedule.gift", at(now));
        let facts = facts(&rulebook, Some("2026-03-02T11:00:00Z"));
        let outcome = rulebook.evaluate(&event, &facts);
        assert_eq!(matches!(outcome.verdicts[0], Verdict::Gave { .. }), fires, "{now}");
        let told = explain(&rulebook, &event, &facts, &outcome, None);
        if !fires {
            assert_eq!(
                told.rules[0].why,
                "no: the member is not in segment lapsed: member.last_purchase is 2026-03-02, needs to be at least 60 days ago (1 day more)"
            );
        }
    }
    let event = event("schedule.gift", at("2026-04-30T22:01:00Z"));
    let outcome = rulebook.evaluate(&event, &facts(&rulebook, None));
    assert_eq!(
        outcome.verdicts[0],
        Verdict::Unmet(0),
        "nothing is known of a purchase: never in the segment"
    );
}

#[test]
fn not_in_a_segment_is_not_the_same_as_unknown() {
    let rulebook = book(&format!(
        "{LAPSED}rule gift {{\n  on enrolment\n  when member not in segment lapsed\n  give 5 points\n}}\n"
    ));
    let event = event("enrolment", at("2026-04-30T10:00:00Z"));
    let points = |last: Option<&str>| rulebook.evaluate(&event, &facts(&rulebook, last)).points;
    assert_eq!(points(Some("2026-04-01T10:00:00Z")), 5);
    assert_eq!(points(Some("2026-01-01T10:00:00Z")), 0);
    assert_eq!(points(None), 0);
}

#[test]
fn absences_are_sorted_and_fall_at_the_start_of_a_local_day() {
    let rulebook = book(
        "rule b {\n  on absence of 20 weeks\n  give 5 points\n}\n\nrule a {\n  on absence of 60 days\n  give 5 points\n}\n\nrule c {\n  on absence of 60 days\n  give 7 points\n}\n",
    );
    let kinds: Vec<&str> = rulebook.absences().iter().map(|absence| absence.kind.as_str()).collect();
    assert_eq!(kinds, ["absence.60_days", "absence.140_days"]);
    let began = parse_day("2026-02-10").unwrap();
    let reached = rulebook.absent_since(began, &rulebook.absences()[0]);
    assert_eq!(rulebook.zone().show(reached), "2026-04-11T00:00:00+02:00", "in summer time");
    let outcome = rulebook.evaluate(&event("absence.60_days", reached), &facts(&rulebook, None));
    assert_eq!(outcome.points, 12, "all rules of one absence are decided together");
}

#[test]
fn schedules_fall_on_their_days() {
    let body = |on: &str| format!("rule a {{\n  on schedule {on}\n  give 5 points\n}}\n");
    let days = |on: &str, from: &str, until: &str| {
        let rulebook = book(&body(on));
        let scheduled = rulebook.scheduled().next().unwrap();
        let days = scheduled.days(parse_day(from).unwrap(), parse_day(until).unwrap());
        days.into_iter().map(show_day).collect::<Vec<_>>()
    };
    assert_eq!(
        days("every month on day 31 at 09:00", "2027-12-01", "2028-04-30"),
        ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"]
    );
    assert_eq!(
        days("every week on monday at 09:00", "2026-11-20", "2026-12-01"),
        ["2026-11-23", "2026-11-30"]
    );
    assert_eq!(days("every day at 09:00", "2026-11-20", "2026-11-21"), ["2026-11-20", "2026-11-21"]);
    assert_eq!(days("once on 2026-12-24 at 18:00", "2026-11-20", "2027-01-21"), ["2026-12-24"]);
    // an hour that the change of clocks skips moves on
    let rulebook = book(&body("every day at 02:30"));
    let scheduled = rulebook.scheduled().next().unwrap();
    let moment = scheduled.moment(parse_day("2026-03-29").unwrap(), rulebook.zone());
    assert_eq!(rulebook.zone().show(moment), "2026-03-29T03:30:00+02:00");
}

#[test]
fn a_draw_asks_who_may_be_drawn_and_then_gives() {
    let rulebook = book(&format!(
        "{LAPSED}budget b {{\n  total 7 points\n}}\n\nrule gift {{\n  on schedule every month on day 1 at 09:00 for members in segment lapsed\n  draw 2 members\n  give 5 points\n  from budget b\n}}\n"
    ));
    let event = event("schedule.gift", at("2026-05-01T07:00:00Z"));
    let (away, here) =
        (facts(&rulebook, Some("2026-01-01T10:00:00Z")), facts(&rulebook, Some("2026-04-29T10:00:00Z")));
    assert_eq!(rulebook.candidate_unmet(0, &event, &away), None);
    assert_eq!(rulebook.candidate_unmet(0, &event, &here), Some(0));
    assert_eq!(rulebook.evaluate(&event, &away).points, 5);
    assert_eq!(rulebook.evaluate(&event, &here).points, 0);
    // drawn while away, awarded after coming back
    assert_eq!(rulebook.evaluate_drawn(&event, &here).points, 5);
    let nearly = Facts { budget_used: vec![4], ..away };
    assert_eq!(rulebook.evaluate_drawn(&event, &nearly).points, 3, "the budget holds");
}

#[test]
fn a_period_is_ranked_once_on_the_first_date_after_it() {
    let ranked = |every: &str, last: &str, from: &str, until: &str| -> Vec<(String, String, String)> {
        let rulebook = book(&format!(
            "rule best {{\n  on schedule {every} at 09:00\n  rank 1 to 3 by member.earned last {last}\n  give 5 points\n}}\n"
        ));
        let scheduled = rulebook.scheduled().next().unwrap();
        let (from, until) = (parse_day(from).unwrap(), parse_day(until).unwrap());
        let days = scheduled.days(from, until).into_iter();
        let found = days.filter_map(|day| Some((day, scheduled.ranks(day, rulebook.zone())?)));
        found
            .map(|(day, (ranking, first, end))| {
                assert_eq!((ranking.from, ranking.to, ranking.metric), (1, 3, dsl::facts::Metric::Earned));
                (show_day(day), show_day(first), show_day(end))
            })
            .collect()
    };
    let told = |all: &[(&str, &str, &str)]| -> Vec<(String, String, String)> {
        all.iter().map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned())).collect()
    };
    assert_eq!(
        ranked("every month on day 1", "month", "2026-02-15", "2026-04-15"),
        told(&[("2026-03-01", "2026-02-01", "2026-03-01"), ("2026-04-01", "2026-03-01", "2026-04-01")])
    );
    // weeks begin on Monday: a Sunday is the end of the week after the one that is ranked
    assert_eq!(
        ranked("every week on sunday", "week", "2026-03-01", "2026-03-08"),
        told(&[("2026-03-01", "2026-02-16", "2026-02-23"), ("2026-03-08", "2026-02-23", "2026-03-02")])
    );
    assert_eq!(
        ranked("every day", "quarter", "2026-03-30", "2026-07-30"),
        told(&[("2026-04-01", "2026-01-01", "2026-04-01"), ("2026-07-01", "2026-04-01", "2026-07-01")])
    );
    assert_eq!(
        ranked("every month on day 31", "year", "2026-01-01", "2027-03-01"),
        told(&[("2026-01-31", "2025-01-01", "2026-01-01"), ("2027-01-31", "2026-01-01", "2027-01-01")])
    );
    assert_eq!(
        ranked("once on 2026-08-15", "half year", "2026-01-01", "2027-01-01"),
        told(&[("2026-08-15", "2026-01-01", "2026-07-01")])
    );
}

#[test]
fn mistakes_say_what_to_write() {
    for (body, expected) in [
        (
            "segment lapsed {\n  when member.last_purchase at least 60 days ago\n}\n\nrule a {\n  on enrolment\n  when member in segment lapsd\n  give 5 points\n}\n",
            "E0130 there is no segment `lapsd`; segments are: lapsed; did you mean `lapsed`?",
        ),
        (
            "segment a {\n  when member in segment a\n}\n",
            "E0403 a segment does not refer to segments; write the conditions of the other segment here",
        ),
        (
            "segment a {\n  when basket.paid at least 5.00 EUR\n}\n",
            "E0403 `basket.paid` is of one purchase, and this speaks of the member alone; only rules with `on purchase` may use it",
        ),
        (
            "segment a {\n}\n",
            "E0304 this segment has no `when`; add such as `when member.last_purchase at least 60 days ago`",
        ),
        (
            "rule a {\n  on absence\n  give 5 points\n}\n",
            "E0430 an absence says how long; write such as `on absence of 60 days`",
        ),
        (
            "rule a {\n  on absence of 36 hours\n  give 5 points\n}\n",
            "E0227 absence is counted in whole days; write such as `on absence of 60 days`",
        ),
        (
            "rule a {\n  on absence of 60 days\n  give 5 points\n}\n\nrule b {\n  on absence of 2 months\n  give 5 points\n}\n",
            "E0430 another rule of this file counts absence by `days`, this one by `months`; count all of them in days and weeks, or all in months and years",
        ),
        (
            "rule a {\n  on schedule every week on mondy at 09:00\n  give 5 points\n}\n",
            "E0114 the day of the week is `monday`, `tuesday`, `wednesday`, `thursday`, `friday`, `saturday` or `sunday`, not `mondy`; did you mean `monday`?",
        ),
        (
            "rule a {\n  on schedule every month on day 32 at 09:00\n  give 5 points\n}\n",
            "E0217 there is no day 32 in a month; write 1 to 31; in a shorter month, 31 is its last day",
        ),
        (
            "rule a {\n  on purchase\n  draw 5 members\n  give 5 points\n}\n",
            "E0430 members are drawn at a moment that is the same for all; write such as `on schedule every month on day 1 at 09:00` for this rule",
        ),
        (
            "reward a {\n  costs 5 points\n  gives item \"cup\"\n  limit 1 time per household per year\n}\n",
            "E0406 a reward is limited per member; write `per member`; rules, groups and the programme may be limited per household",
        ),
        (
            "rule a {\n  on purchase\n  give 5 points\n  limit 1 time per household\n}\n",
            "E0406 a limit says over which time; write such as `limit 1 time per member per month`, or `per member per programme` for all time",
        ),
        (
            "rule a {\n  on purchase\n  give 5 points\n  limit 7 points per household per event\n}\n",
            "E0406 a limit per event needs no `per household`; write `limit 7 points per event`",
        ),
        (
            "rule a {\n  on purchase\n  rank 1 by member.spent last month\n  give 5 points\n}\n",
            "E0430 members are ranked at a moment that is the same for all; write such as `on schedule every month on day 1 at 09:00` for this rule",
        ),
        (
            "rule a {\n  on schedule every day at 09:00\n  rank 0 to 3 by member.spent last month\n  give 5 points\n}\n",
            "E0430 there is no rank 0; write ranks from 1 to 500",
        ),
        (
            "rule a {\n  on schedule every day at 09:00\n  rank 1 to 501 by member.spent last month\n  give 5 points\n}\n",
            "E0430 there is no rank 501; write ranks from 1 to 500",
        ),
        (
            "rule a {\n  on schedule every day at 09:00\n  rank 3 to 2 by member.spent last month\n  give 5 points\n}\n",
            "E0430 rank 2 comes before rank 3; write `rank 2 to 3`",
        ),
        (
            "rule a {\n  on schedule every day at 09:00\n  rank 1 by member.spnt last month\n  give 5 points\n}\n",
            "E0114 what ranks members is `member.spent`, `member.earned` or `member.purchases`, not `member.spnt`; did you mean `member.spent`?",
        ),
        (
            "rule a {\n  on schedule every day at 09:00\n  rank 1 by member.average_basket last month\n  give 5 points\n}\n",
            "E0114 what ranks members is `member.spent`, `member.earned` or `member.purchases`, not `member.average_basket`; ",
        ),
        (
            "rule a {\n  on schedule every day at 09:00\n  rank 1 by member.spent last day\n  give 5 points\n}\n",
            "E0430 members are ranked over a week, a month or longer; write such as `last week`",
        ),
        (
            "rule a {\n  on schedule every day at 09:00\n  draw 3 members\n  rank 1 by member.spent last week\n  give 5 points\n}\n",
            "E0430 a rule draws members or ranks them, not both; take one of the two away, or write two rules",
        ),
        (
            "rule a {\n  on schedule every day at 09:00\n  draw 0 members\n  give 5 points\n}\n",
            "E0430 a draw cannot take so many members; write a number from 1 to 500",
        ),
        (
            "rule a {\n  on schedule every day at 09:00\n  give 5 points\n}\n",
            "W0503 this gives to every member, time and again, without end; add such as `for members in segment …`, `draw 20 members`, `rank 1 to 3 by …`, a `limit` or `from budget …`",
        ),
        (
            "rule a {\n  on absence of 1 day\n  give 5 points\n}\n",
            "W0531 a member who stays away for 1 day again and again gets this again and again; wait longer, or add such as `limit 1 time per member per month`",
        ),
        (
            "segment a {\n  when member.enrolled at least 1 year ago\n}\n",
            "W0530 no rule speaks of the segment `a`; add `when member in segment a` to a rule, or leave it out",
        ),
        (
            "rule a {\n  on enrolment\n  when member.enrolled at least 5 minutes ago\n  give 5 points\n}\n",
            "E0227 dates are compared by whole days; write such as `at least 60 days ago`",
        ),
    ] {
        let said = said(body);
        assert_eq!(said, [expected], "{body}");
    }
}

#[test]
fn reminders_are_counted_in_whole_days_and_need_something_that_expires() {
    let programme = |clauses: &str| {
        let text =
            format!("language 1\n\nprogramme club {{\n  currency EUR\n  timezone \"UTC\"\n{clauses}}}\n");
        let checked = check(text.as_bytes(), None);
        let said: Vec<String> = checked
            .diagnostics
            .iter()
            .map(|d| format!("{} {}; {}", d.code, d.message, d.help.clone().unwrap_or_default()))
            .collect();
        (said, checked.programme.and_then(|programme| programme.remind))
    };
    let (said, lead) = programme("  expire after 12 months\n  remind 2 weeks before expiry\n");
    assert_eq!(said, Vec::<String>::new());
    assert_eq!(lead.map(|lead| lead.count), Some(14));
    let said = |clauses| programme(clauses).0;
    assert_eq!(
        said("  expire after 12 months\n  remind 36 hours before expiry\n"),
        ["E0227 members are reminded whole days before; write such as `remind 14 days before expiry`"]
    );
    let leave = "let points expire later, such as `expire after 12 months`, or leave this out";
    assert_eq!(
        said("  remind 14 days before expiry\n"),
        [format!("W0532 no point of this programme ever expires: nobody is reminded; {leave}")]
    );
    assert_eq!(
        said("  expire after 10 days\n  remind 14 days before expiry\n"),
        [format!("W0532 every point expires sooner than that: nobody is reminded; {leave}")]
    );
    assert_eq!(said("  expire at end of year\n  remind 14 days before expiry\n"), Vec::<String>::new());
}

#[test]
fn what_time_fires_happens_in_no_shop() {
    let elsewhere = |fact: &str| {
        format!(
            "E0403 `{fact}` is never known here: this happens at no till and in no shop; only rules with `on purchase`, or on an event of your own, may use it"
        )
    };
    let rule = |on: &str, fact: &str| {
        said(&format!("rule r {{\n  on {on}\n  when {fact} is known\n  tag member \"b\"\n}}\n"))
    };
    assert_eq!(rule("birthday", "channel"), [elsewhere("channel")]);
    assert_eq!(rule("absence of 60 days", "store"), [elsewhere("store")]);
    assert_eq!(rule("purchase", "channel"), Vec::<String>::new());
    let declared = "event visit {\n  field stars number\n}\n\nrule r {\n  on visit\n  when store is known\n  tag member \"b\"\n}\n";
    assert_eq!(said(declared), Vec::<String>::new());
}
