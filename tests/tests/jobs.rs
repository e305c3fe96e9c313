//! Scheduled jobs over the real handlers and store: what they find, what they cost, late, twice and in parallel.

use audit::Auditor;
use dsl::units::Moment;
use handlers::App;
use handlers::jobs::{self, JobError, Report};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tests::desk::{Desk, MORNING, purchase};

const DAY: i64 = 86_400_000;

const RULES: &str = r#"language 1

programme club {
  currency EUR
  timezone "Europe/Paris"
  expire after 10 days
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

rule gift {
  on birthday
  give 50 points
}

rule loyal {
  on anniversary
  give 20 points
}
"#;

fn app(desk: &Desk, now: Moment) -> App {
    desk.set_clock(now);
    App { clock: Arc::new(move || now), ..desk.app().clone() }
}

fn event(job: &str, at: Moment) -> Value {
    json!({ "job": job, "at": dsl::calendar::Zone::utc().show(at) })
}

fn ran(desk: &Desk, job: &str, now: Moment) -> Result<Report, JobError> {
    desk.runtime.block_on(jobs::run(&app(desk, now), job, &event(job, now), &|| false))
}

fn born(desk: &Desk, member: &str, birthday: &str) {
    let answer = desk.post("/v1/members", &json!({ "member_id": member, "birthday": birthday })).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.body);
}

fn balance(desk: &Desk, member: &str) -> i64 {
    desk.get(&format!("/v1/members/{member}")).unwrap().body["balance_points"].as_i64().unwrap()
}

fn audited(desk: &Desk) {
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

fn later(days: i64) -> Moment {
    Moment(MORNING.0 + days * DAY)
}

#[test]
fn a_birthday_is_celebrated_once_and_a_missed_day_is_caught_up() {
    let desk = Desk::open(RULES).unwrap();
    born(&desk, "ana", "1990-03-05");
    born(&desk, "bob", "1990-03-06");
    assert_eq!(ran(&desk, "birthday", MORNING).unwrap().written, 0);
    // nobody came on the 5th and the 6th: MORNING is 2022-03-02
    let report = ran(&desk, "birthday", later(5)).unwrap();
    assert_eq!((report.written, report.failed, report.finished), (2, 0, true));
    assert_eq!((balance(&desk, "ana"), balance(&desk, "bob")), (50, 50));
    assert_eq!(ran(&desk, "birthday", later(5)).unwrap().written, 0, "twice");
    // a schedule's event of the day before, and one of a year ago
    let late = desk.runtime.block_on(jobs::run(
        &app(&desk, later(6)),
        "birthday",
        &event("birthday", later(5)),
        &|| false,
    ));
    assert_eq!(late.unwrap().written, 0);
    let old = desk.runtime.block_on(jobs::run(
        &app(&desk, later(6)),
        "birthday",
        &event("birthday", later(-365)),
        &|| false,
    ));
    assert_eq!(old.unwrap().written, 0);
    audited(&desk);
}

#[test]
fn the_29th_of_february_and_anniversaries() {
    let desk = Desk::open(RULES).unwrap();
    born(&desk, "leap", "1992-02-29");
    let february = Moment(MORNING.0 + (363 * DAY)); // 2023-02-28
    assert_eq!(ran(&desk, "birthday", later(360)).unwrap().written, 0);
    assert_eq!(ran(&desk, "birthday", february).unwrap().written, 1);
    assert_eq!(balance(&desk, "leap"), 50);
    assert_eq!(ran(&desk, "birthday", later(365)).unwrap().written, 1, "enrolled on 2022-03-02");
    assert_eq!(balance(&desk, "leap"), 70);
    audited(&desk);
}

#[test]
fn what_expired_is_swept_late_twice_and_in_parallel() {
    let desk = Desk::open(RULES).unwrap();
    for n in 0..20 {
        let member = format!("m{n}");
        desk.enrol(&member).unwrap();
        assert_eq!(desk.sell(&member, "A1", 1_000).unwrap().status, 201);
    }
    assert_eq!(ran(&desk, "due", later(9)).unwrap().looked_at, 0, "nothing is due");
    let now = later(12);
    let app = app(&desk, now);
    let (a, b) = desk.runtime.block_on(async {
        let (e, none) = (event("due", now), || false);
        tokio::join!(jobs::run(&app, "due", &e, &none), jobs::run(&app, "due", &e, &none))
    });
    // byte for byte the same entry: which of the two wrote it, neither can tell
    assert!(a.unwrap().written + b.unwrap().written >= 20);
    for n in 0..20 {
        let entries = desk.get(&format!("/v1/members/m{n}/entries")).unwrap().body;
        let types: Vec<&str> = entries["entries"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|e| e["entry"]["type"].as_str())
            .collect();
        assert_eq!(types, ["settled", "purchased", "enrolled"]);
    }
    assert_eq!(ran(&desk, "due", now).unwrap().written, 0);
    assert_eq!(ran(&desk, "due", later(13)).unwrap().written, 0);
    assert_eq!(balance(&desk, "m0"), 0);
    audited(&desk);
}

#[test]
fn a_hold_that_was_captured_leaves_the_later_expiry_to_be_found() {
    let desk = Desk::open(RULES).unwrap();
    desk.enrol("ana").unwrap();
    desk.sell("ana", "A1", 1_000).unwrap();
    let held = json!({ "event_id": "R1", "member_id": "ana", "points": 4, "hold_seconds": 3600 });
    assert_eq!(desk.post("/v1/redemptions", &held).unwrap().status, 201);
    let captured = json!({ "event_id": "C1", "member_id": "ana" });
    assert_eq!(desk.post("/v1/redemptions/R1/capture", &captured).unwrap().status, 201);
    let report = ran(&desk, "due", later(1)).unwrap();
    assert_eq!((report.looked_at, report.written), (1, 0));
    let report = ran(&desk, "due", later(11)).unwrap();
    assert_eq!(report.written, 1, "{report:?}");
    audited(&desk);
}

#[test]
fn a_run_that_is_out_of_time_is_gone_on_with() {
    let desk = Desk::open(RULES).unwrap();
    for n in 0..250 {
        born(&desk, &format!("m{n:03}"), "1990-03-05");
    }
    let (now, mut written, mut runs) = (Moment(MORNING.0 + 3 * DAY), 0, 0);
    loop {
        runs += 1;
        let asked = AtomicU32::new(0);
        let app = app(&desk, now);
        // the merchant and one page, then no more time
        let out = || asked.fetch_add(1, Ordering::SeqCst) >= 2;
        match desk.runtime.block_on(jobs::run(&app, "birthday", &event("birthday", now), &out)) {
            Err(JobError::OutOfTime(report)) => {
                assert!(report.looked_at <= 100, "{report:?}");
                written += report.written;
            }
            Ok(report) => {
                written += report.written;
                break;
            }
            Err(error) => panic!("{error}"),
        }
        // the days before, each asked for on its own, and three pages
        assert!(runs < 20, "it does not get on");
    }
    assert_eq!((written, balance(&desk, "m249")), (250, 50));
    assert!(runs >= 3, "{runs} runs");
}

/// What ten birthdays and ten due members cost among so many others.
fn cost(members: usize) -> (Report, Report) {
    let desk = Desk::open_still(RULES).unwrap();
    // The day on which all the others enrol is done with: it is theirs.
    ran(&desk, "birthday", later(0)).unwrap();
    let others: Vec<Value> =
        (0..members).map(|n| json!({ "member_id": format!("o{n}"), "birthday": "1990-07-01" })).collect();
    for some in others.chunks(50) {
        for answer in desk.post_together("/v1/members", some.to_vec()).unwrap() {
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
    }
    for n in 0..10 {
        born(&desk, &format!("b{n}"), "1990-03-05");
        desk.post("/v1/purchases", &purchase(&format!("b{n}"), "A1", 1_000)).unwrap();
    }
    let birthdays = ran(&desk, "birthday", later(3)).unwrap();
    let due = ran(&desk, "due", later(12)).unwrap();
    assert_eq!((birthdays.written, due.written), (10, 10));
    println!("{members} members: {birthdays:?}\n  {due:?}");
    (birthdays, due)
}

/// `MERIT_JOB_MEMBERS` names the larger case: 10 000 takes minutes in a debug build.
#[test]
fn a_birthday_and_a_due_member_cost_the_same_among_few_and_many() {
    let many = std::env::var("MERIT_JOB_MEMBERS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000);
    let (few, more) = (cost(100), cost(many));
    let of = |report: Report| (report.requests, report.read_units_tenths, report.write_units_tenths);
    assert_eq!((of(few.0), of(few.1)), (of(more.0), of(more.1)));
}

#[test]
fn events_of_schedules() {
    let desk = Desk::open(RULES).unwrap();
    let app = app(&desk, MORNING);
    let run = |event: Value| desk.runtime.block_on(jobs::run(&app, "due", &event, &|| false));
    // EventBridge's own samples: a Scheduler target's input, and the classic scheduled event
    assert!(run(json!({ "job": "due", "at": "2022-03-02T09:45:00Z" })).unwrap().finished);
    let classic = json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "123456789012", "time": "2022-03-02T09:45:00Z",
        "region": "us-east-1", "resources": ["arn:aws:events:us-east-1:123456789012:rule/due"], "detail": {}
    });
    assert!(run(classic).unwrap().finished);
    for wrong in [
        json!({}),
        json!([]),
        json!({ "job": "birthday", "at": "2022-03-02T09:45:00Z" }),
        json!({ "job": "due", "at": "<aws.scheduler.scheduled-time>" }),
        json!({ "time": "2022-03-02T09:45:00Z", "detail-type": "Object Created" }),
    ] {
        assert!(matches!(run(wrong.clone()), Err(JobError::Unreadable(_))), "{wrong}");
    }
    assert!(matches!(run(json!({ "job": "due", "at": "2022-03-03T09:45:00Z" })), Err(JobError::Early(_))));
}
