//! Rules that time fires, over the real handlers and store: absences, dates of schedules and draws; late, twice, in
//! parallel and interrupted; and what they cost.

use audit::Auditor;
use dsl::calendar::Zone;
use dsl::units::Moment;
use handlers::App;
use handlers::jobs::{self, JobError, Report};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tests::desk::{Desk, MORNING, purchase};

const DAY: i64 = 86_400_000;

pub(crate) const HEAD: &str = "language 1\n\nprogramme club {\n  currency EUR\n  timezone \"Europe/Paris\"\n}\n\nrule base {\n  on purchase\n  give 1 point per 1.00 EUR of basket.paid\n}\n\n";

const ABSENCE: &str = "rule comeback {\n  on absence of 30 days\n  when member.purchases in total at least 1\n  give 70 points\n}\n\nrule last_call {\n  on absence of 40 days\n  give 7 points\n}\n";

const DRAW: &str = "budget raffle {\n  total 100000 points\n}\n\nsegment buyers {\n  when member.purchases in 90 days at least 1\n}\n\nrule luck {\n  on schedule every month on day 1 at 09:00 for members in segment buyers\n  draw 5 members\n  give 100 points\n  from budget raffle\n}\n";

pub(crate) fn app(desk: &Desk, now: Moment) -> App {
    desk.set_clock(now);
    App { clock: Arc::new(move || now), ..desk.app().clone() }
}

pub(crate) fn event(at: Moment) -> Value {
    json!({ "job": "due", "at": Zone::utc().show(at) })
}

pub(crate) fn ran(desk: &Desk, now: Moment) -> Report {
    desk.runtime.block_on(jobs::run(&app(desk, now), "due", &event(now), &|| false)).unwrap()
}

pub(crate) fn later(days: i64) -> Moment {
    Moment(MORNING.0 + days * DAY)
}

pub(crate) fn at(text: &str) -> Moment {
    dsl::calendar::parse_moment(text).unwrap()
}

pub(crate) fn audited(desk: &Desk) {
    let report = desk.runtime.block_on(async {
        let (mut auditor, mut items) = (Auditor::new(), desk.store.items());
        while let Some(page) = items.next_page().await.unwrap() {
            for item in &page {
                auditor.feed(item);
            }
        }
        auditor.finish()
    });
    assert!(report.is_clean(), "{report}");
}

pub(crate) fn entries(desk: &Desk, member: &str) -> Vec<Value> {
    let page = desk.get(&format!("/v1/members/{member}/entries")).unwrap().body;
    page["entries"].as_array().unwrap().iter().map(|row| row["entry"].clone()).collect()
}

pub(crate) fn scheduled(desk: &Desk, member: &str) -> Vec<(String, i64)> {
    let of_time = entries(desk, member).into_iter().filter(|entry| entry["type"] == "scheduled");
    of_time.map(|e| (e["reference"].as_str().unwrap().to_owned(), e["points"].as_i64().unwrap())).collect()
}

#[test]
fn who_stays_away_is_found_at_the_mark_once_across_a_change_of_clocks() {
    let desk = Desk::open(&format!("{HEAD}{ABSENCE}")).unwrap();
    desk.enrol("ana").unwrap();
    desk.enrol("new").unwrap();
    assert_eq!(desk.sell("ana", "A1", 1_000).unwrap().status, 201);
    // thirty local days after 2 March, and summer time began on the 27th
    let mark = at("2022-04-01T00:00:00+02:00");
    assert_eq!(ran(&desk, Moment(mark.0 - 1)).written, 0);
    let report = ran(&desk, mark);
    assert_eq!((report.written, report.failed, report.finished), (2, 0, true));
    assert_eq!(scheduled(&desk, "ana"), [("k#absence.30_days:2022-03-02#".to_owned(), 70)]);
    // who never bought is away since the enrolment; she is asked, and gets nothing
    assert_eq!(scheduled(&desk, "new"), [("k#absence.30_days:2022-03-02#".to_owned(), 0)]);
    let told = &entries(&desk, "ana")[0];
    assert_eq!(told["occurred_at"], "2022-04-01T00:00:00+02:00");
    assert!(told["explanation"][0].as_str().unwrap().contains("stayed away for 30 days since 2022-03-02"));
    assert_eq!(ran(&desk, mark).written, 0, "twice");
    // the longer absence, of the same day
    assert_eq!(ran(&desk, later(41)).written, 2);
    assert_eq!(ran(&desk, later(90)).written, 0, "nothing more, however long");
    // back again: another absence may begin
    desk.set_clock(later(91));
    assert_eq!(desk.sell("ana", "A2", 1_000).unwrap().status, 201);
    assert_eq!(ran(&desk, later(122)).written, 1);
    assert_eq!(scheduled(&desk, "ana").len(), 3);
    audited(&desk);
}

#[test]
fn late_twice_and_in_parallel_make_one_table() {
    let table = |parallel: bool| {
        let desk = Desk::open(&format!("{HEAD}{ABSENCE}")).unwrap();
        for n in 0..12 {
            let member = format!("m{n}");
            desk.enrol(&member).unwrap();
            assert_eq!(desk.sell(&member, "A1", 1_000).unwrap().status, 201);
        }
        // eleven days late: both absences at once, in order
        let now = at("2022-04-12T09:00:00+02:00");
        if parallel {
            let app = app(&desk, now);
            let (a, b) = desk.runtime.block_on(async {
                let (e, none) = (event(now), || false);
                tokio::join!(jobs::run(&app, "due", &e, &none), jobs::run(&app, "due", &e, &none))
            });
            assert!(a.unwrap().written + b.unwrap().written >= 24);
        } else {
            assert_eq!(ran(&desk, now).written, 24);
        }
        assert_eq!(ran(&desk, now).written, 0);
        audited(&desk);
        (0..12).map(|n| entries(&desk, &format!("m{n}"))).collect::<Vec<_>>()
    };
    let once = table(false);
    assert_eq!(once[3][0]["points"], 7);
    assert_eq!(once[3][1]["points"], 70);
    assert_eq!(once, table(true));
}

#[test]
fn who_is_back_before_the_run_gets_nothing() {
    let desk = Desk::open(&format!("{HEAD}{ABSENCE}")).unwrap();
    desk.enrol("ana").unwrap();
    assert_eq!(desk.sell("ana", "A1", 1_000).unwrap().status, 201);
    desk.set_clock(later(31));
    assert_eq!(desk.sell("ana", "A2", 1_000).unwrap().status, 201);
    assert_eq!(ran(&desk, later(32)).written, 0);
    assert_eq!(ran(&desk, later(63)).written, 1, "thirty days after the second");
    // frozen members earn nothing, by time either
    let freeze = json!({ "event_id": "F1", "earning": true, "spending": false, "reason": "review" });
    assert_eq!(desk.post("/v1/members/ana/freeze", &freeze).unwrap().status, 201);
    assert_eq!(ran(&desk, later(75)).written, 0);
    audited(&desk);
}

#[test]
fn a_new_rulebook_with_absences_is_told_to_the_index_once() {
    let desk = Desk::open(HEAD).unwrap();
    for (member, days) in [("early", 0), ("recent", 61), ("here", 85)] {
        desk.set_clock(later(days));
        desk.enrol(member).unwrap();
        assert_eq!(desk.sell(member, "A1", 1_000).unwrap().status, 201);
    }
    // ninety days on, the programme learns to miss somebody
    desk.set_clock(later(90));
    let by = "operator";
    let source = format!("{HEAD}{ABSENCE}");
    let checked = dsl::check::check(source.as_bytes(), None).programme.unwrap();
    let rulebook = dsl::plan::Rulebook::compile(checked);
    let tenant = domain::ids::TenantId::parse("desk").unwrap();
    let publish = desk.store.publish(&tenant, &source, &rulebook, by, later(90), true);
    desk.runtime.block_on(publish).unwrap();
    let first = ran(&desk, Moment(later(90).0 + 3_600_000));
    // `early` was away long before, `here` is not away yet
    assert_eq!((first.looked_at >= 3, first.written), (true, 0), "{first:?}");
    let again = ran(&desk, Moment(later(90).0 + 7_200_000));
    assert_eq!((again.looked_at, again.written), (0, 0), "the walk is done once");
    // sixty-one days and thirty: reached the day after the activation
    assert_eq!(ran(&desk, later(91)).written, 1);
    assert_eq!(scheduled(&desk, "recent").len(), 1);
    assert_eq!(ran(&desk, later(116)).written, 2, "`here`, and the longer absence of `recent`");
    assert_eq!(scheduled(&desk, "early"), []);
    audited(&desk);
}

/// What ten members who reach the mark cost among so many who do not.
fn cost(members: usize) -> Report {
    let desk = Desk::open_still(&format!("{HEAD}{ABSENCE}")).unwrap();
    // the walk of the activation is done before there is anybody
    ran(&desk, Moment(MORNING.0 + 3_600_000));
    for n in 0..10 {
        let member = format!("b{n}");
        desk.enrol(&member).unwrap();
        desk.post("/v1/purchases", &purchase(&member, "A1", 1_000)).unwrap();
    }
    desk.set_clock(later(20));
    let others: Vec<Value> = (0..members).map(|n| json!({ "member_id": format!("o{n}") })).collect();
    for some in others.chunks(50) {
        for answer in desk.post_together("/v1/members", some.to_vec()).unwrap() {
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
    }
    let report = ran(&desk, later(32));
    assert_eq!(report.written, 10);
    println!("{members} members: {report:?}");
    report
}

#[test]
fn a_member_who_stays_away_costs_the_same_among_few_and_many() {
    let (few, many) = (cost(100), cost(1_000));
    let of = |report: Report| (report.requests, report.read_units_tenths, report.write_units_tenths);
    assert_eq!(of(few), of(many));
}

#[test]
fn dates_of_a_schedule_come_once_and_missed_ones_are_caught_up() {
    let rules = "segment regulars {\n  when member.purchases in 90 days at least 1\n}\n\nrule treat {\n  on schedule every month on day 1 at 09:00 for members in segment regulars\n  give 30 points\n}\n";
    let desk = Desk::open(&format!("{HEAD}{rules}")).unwrap();
    for member in ["ana", "bob", "idle"] {
        desk.enrol(member).unwrap();
    }
    for member in ["ana", "bob"] {
        assert_eq!(desk.sell(member, "A1", 1_000).unwrap().status, 201);
    }
    // 1 March was before the rule
    assert_eq!(ran(&desk, later(1)).written, 0);
    assert_eq!(ran(&desk, at("2022-04-01T08:59:59+02:00")).written, 0);
    let report = ran(&desk, at("2022-04-01T09:00:00+02:00"));
    assert_eq!((report.looked_at, report.written, report.finished), (3, 2, true));
    assert_eq!(ran(&desk, at("2022-04-01T09:15:00+02:00")).looked_at, 0);
    assert_eq!(scheduled(&desk, "ana"), [("k#schedule.treat:2022-04-01#".to_owned(), 30)]);
    assert_eq!(scheduled(&desk, "idle"), []);
    // nobody came in May for three days; who joined on the 2nd has no part in the 1st
    desk.set_clock(at("2022-05-02T10:00:00+02:00"));
    desk.enrol("late").unwrap();
    assert_eq!(desk.sell("late", "A1", 1_000).unwrap().status, 201);
    assert_eq!(ran(&desk, at("2022-05-04T09:00:00+02:00")).written, 2);
    assert_eq!(scheduled(&desk, "ana").len(), 2);
    assert_eq!(scheduled(&desk, "late"), []);
    audited(&desk);
}

/// A desk with so many members who may be drawn, and three who may not.
fn raffle(members: usize) -> Desk {
    let desk = Desk::open(&format!("{HEAD}{DRAW}")).unwrap();
    for n in 0..members {
        let member = format!("m{n:03}");
        desk.enrol(&member).unwrap();
        assert_eq!(desk.sell(&member, "A1", 1_000).unwrap().status, 201);
    }
    for member in ["x1", "x2", "x3"] {
        desk.enrol(member).unwrap();
    }
    ran(&desk, later(1));
    desk
}

fn winners(desk: &Desk, members: usize) -> BTreeSet<String> {
    let all = (0..members).map(|n| format!("m{n:03}")).chain(["x1", "x2", "x3"].map(str::to_owned));
    all.filter(|member| !scheduled(desk, member).is_empty()).collect()
}

#[test]
fn a_draw_has_the_same_winners_whole_in_parallel_and_interrupted() {
    let now = at("2022-04-01T09:05:00+02:00");
    let whole = raffle(20);
    assert_eq!(ran(&whole, now).written, 5);
    assert_eq!(ran(&whole, now).written, 0);
    let expected = winners(&whole, 20);
    assert_eq!(expected.len(), 5);
    assert!(expected.iter().all(|member| member.starts_with('m')), "{expected:?}");
    audited(&whole);

    let parallel = raffle(20);
    let app_now = app(&parallel, now);
    let (a, b) = parallel.runtime.block_on(async {
        let (e, none) = (event(now), || false);
        tokio::join!(jobs::run(&app_now, "due", &e, &none), jobs::run(&app_now, "due", &e, &none))
    });
    assert!(a.unwrap().written + b.unwrap().written >= 5);
    assert_eq!(winners(&parallel, 20), expected);
    audited(&parallel);

    // stopped again and again, and gone on with
    let broken = raffle(20);
    let mut runs = 0;
    for steps in (1..).step_by(90) {
        let asked = AtomicU32::new(0);
        let stop = |asked: &AtomicU32| asked.fetch_add(1, Ordering::SeqCst) >= steps;
        let app_now = app(&broken, now);
        runs += 1;
        match broken.runtime.block_on(jobs::run(&app_now, "due", &event(now), &|| stop(&asked))) {
            Err(JobError::OutOfTime(_)) => {}
            Ok(report) => {
                assert!(report.finished);
                break;
            }
            Err(error) => panic!("{error}"),
        }
        assert!(runs < 100);
    }
    assert!(runs > 3, "{runs}");
    assert_eq!(winners(&broken, 20), expected);
    audited(&broken);
}

#[test]
fn a_winner_who_leaves_the_segment_after_the_draw_still_wins() {
    let desk = raffle(8);
    let now = at("2022-04-01T09:05:00+02:00");
    // the clock is looked at one last time right before the awards: a twin tells when that is
    let (twin, asked) = (raffle(8), AtomicU32::new(0));
    let app_then = app(&twin, now);
    let count = || asked.fetch_add(1, Ordering::SeqCst) == u32::MAX;
    twin.runtime.block_on(jobs::run(&app_then, "due", &event(now), &count)).unwrap();
    let expected = winners(&twin, 8);
    let last = asked.load(Ordering::SeqCst) - 1;
    let (app_now, asked) = (app(&desk, now), AtomicU32::new(0));
    let out = || asked.fetch_add(1, Ordering::SeqCst) >= last;
    let stopped = desk.runtime.block_on(jobs::run(&app_now, "due", &event(now), &out));
    assert!(matches!(stopped, Err(JobError::OutOfTime(_))), "{stopped:?}");
    let tenant = domain::ids::TenantId::parse("desk").unwrap();
    let walk =
        desk.runtime.block_on(desk.store.walk(&tenant, "schedule.luck#2022-04-01")).unwrap().0.unwrap();
    assert_eq!((walk.phase, walk.chosen.len()), (store::walks::Phase::Chosen, 5));
    assert_eq!(winners(&desk, 8).len(), 0);
    // all of them bring back what they bought
    for n in 0..8 {
        let back = json!({ "event_id": "R1", "member_id": format!("m{n:03}") });
        assert_eq!(desk.post("/v1/purchases/A1/returns", &back).unwrap().status, 201);
    }
    ran(&desk, now);
    assert_eq!(winners(&desk, 8), expected);
    audited(&desk);
}

#[test]
fn fewer_candidates_than_winners_all_win_and_a_spent_budget_gives_nothing() {
    let desk = raffle(3);
    assert_eq!(ran(&desk, at("2022-04-01T09:05:00+02:00")).written, 3);
    assert_eq!(winners(&desk, 3).len(), 3);
    let rules = DRAW.replace("total 100000 points", "total 250 points");
    let desk = Desk::open(&format!("{HEAD}{rules}")).unwrap();
    for n in 0..6 {
        let member = format!("m{n:03}");
        desk.enrol(&member).unwrap();
        assert_eq!(desk.sell(&member, "A1", 1_000).unwrap().status, 201);
    }
    assert_eq!(ran(&desk, at("2022-04-01T09:05:00+02:00")).written, 5);
    let mut given: Vec<i64> =
        (0..6).flat_map(|n| scheduled(&desk, &format!("m{n:03}"))).map(|(_, points)| points).collect();
    given.sort_unstable();
    assert_eq!(given, [0, 0, 50, 100, 100]);
    audited(&desk);
}
