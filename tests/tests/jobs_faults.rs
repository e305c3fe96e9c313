//! Jobs when something goes wrong: killed at any request, answers and requests lost, out of time, a day unfinished when
//! the next begins, two at once, and merchants or members who cannot be read among those who can.

use dsl::units::Moment;
use handlers::App;
use handlers::jobs::{self, JobError, Report};
use merit_local::gateway::{Claims, Gateway};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tests::desk::{Desk, MORNING, purchase};
use tests::wire::{Kill, Loss};
use tests::world::TABLE;

const DAY: i64 = 86_400_000;

const RULES: &str = r#"language 1

programme club {
  currency EUR
  timezone "Europe/Paris"
  expire after 10 days
  unknown member enrol
}

budget gifts {
  total 100000 points
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}

rule gift {
  on birthday
  give 50 points
  from budget gifts
}
"#;

fn at(now: Moment, desk: &Desk) -> App {
    desk.set_clock(now);
    App { clock: Arc::new(move || now), ..desk.app().clone() }
}

fn event(job: &str, now: Moment) -> Value {
    json!({ "job": job, "at": dsl::calendar::Zone::utc().show(now) })
}

fn ran(desk: &Desk, job: &str, now: Moment) -> Result<Report, JobError> {
    desk.runtime.block_on(jobs::run(&at(now, desk), job, &event(job, now), &|| false))
}

fn later(days: i64) -> Moment {
    Moment(MORNING.0 + days * DAY)
}

/// Members `PREFIX0`, `PREFIX1` and so on: born on a day, or with points that expire in ten days.
fn join(desk: &Desk, job: &str, prefix: &str, count: usize, birthday: &str) {
    let names = (0..count).map(|n| format!("{prefix}{n}"));
    let (target, bodies): (_, Vec<Value>) = match job {
        "birthday" => {
            ("/v1/members", names.map(|name| json!({ "member_id": name, "birthday": birthday })).collect())
        }
        _ => ("/v1/purchases", names.map(|name| purchase(&name, "A1", 1_000)).collect()),
    };
    for some in bodies.chunks(20) {
        for answer in desk.post_together(target, some.to_vec()).unwrap() {
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
    }
}

/// Everybody has exactly one entry of the job, the newest.
fn each_once(desk: &Desk, job: &str, prefix: &str, count: usize) {
    let wanted = if job == "birthday" { "celebrated" } else { "settled" };
    for n in 0..count {
        let entries = desk.get(&format!("/v1/members/{prefix}{n}/entries")).unwrap().body;
        let types: Vec<&str> = entries["entries"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|e| e["entry"]["type"].as_str())
            .collect();
        assert_eq!(types.iter().filter(|kind| **kind == wanted).count(), 1, "{prefix}{n}: {types:?}");
        assert_eq!(types[0], wanted, "{prefix}{n}");
    }
}

fn audited(desk: &Desk) {
    println!("{}", desk.world.audit().unwrap_or_else(|e| panic!("{e}")));
}

/// When the members of `join` have something due.
fn due_at(job: &str) -> Moment {
    if job == "birthday" { later(3) } else { later(11) }
}

#[test]
fn a_run_killed_at_any_request_is_gone_on_with() {
    for (job, carried_out) in [("birthday", false), ("birthday", true), ("due", false), ("due", true)] {
        let desk = Desk::open(RULES).unwrap();
        join(&desk, job, "m", 6, "1990-03-05");
        ran(&desk, job, MORNING).unwrap();
        let now = due_at(job);
        let mut killed = 0;
        for left in 0.. {
            assert!(left < 200, "{job} never ends");
            desk.wire.kill_after(Some(Kill { left, carried_out }));
            let app = at(now, &desk);
            let event = event(job, now);
            let done = desk.runtime.block_on(async {
                tokio::select! {
                    report = jobs::run(&app, job, &event, &|| false) => Some(report),
                    () = desk.wire.killed() => None,
                }
            });
            desk.wire.kill_after(None);
            match done {
                None => killed += 1,
                Some(report) => {
                    assert!(report.unwrap().finished);
                    break;
                }
            }
        }
        assert!(killed >= 5, "{job}: killed {killed} times only");
        println!("{job}: killed {killed} times, the request it waited for carried out: {carried_out}");
        each_once(&desk, job, "m", 6);
        assert_eq!(ran(&desk, job, now).unwrap().written, 0);
        audited(&desk);
    }
}

#[test]
fn lost_requests_and_lost_answers_leave_one_entry_each_and_the_place_kept() {
    for job in ["birthday", "due"] {
        for loss in [Loss::Written, Loss::Everything, Loss::Unsent] {
            let desk = Desk::open(RULES).unwrap();
            join(&desk, job, "m", 3, "1990-03-05");
            ran(&desk, job, MORNING).unwrap();
            let now = due_at(job);
            desk.wire.take();
            desk.wire.lose(loss);
            let report = (0..10).find_map(|_| ran(&desk, job, now).ok());
            desk.wire.lose(Loss::Nothing);
            assert!(desk.wire.take().lost >= 4, "three entries and a place");
            assert!(report.is_some_and(|report| report.finished), "{job} {loss:?}: {report:?}");
            each_once(&desk, job, "m", 3);
            let again = ran(&desk, job, now).unwrap();
            assert_eq!(again.written, 0, "{job} {loss:?}");
            if job == "birthday" {
                assert_eq!(again.looked_at, 0, "the place was not kept after {loss:?}");
            }
            audited(&desk);
        }
        // Nothing arrives at all: an error, and nothing written; done again, it is as if it had come late.
        let desk = Desk::open(RULES).unwrap();
        join(&desk, job, "m", 3, "1990-03-05");
        ran(&desk, job, MORNING).unwrap();
        let now = due_at(job);
        desk.wire.lose(Loss::AllUnsent);
        let failed = ran(&desk, job, now);
        assert!(matches!(failed, Err(JobError::Store(_))), "{job}: {failed:?}");
        desk.wire.lose(Loss::Nothing);
        assert_eq!(ran(&desk, job, now).unwrap().written, 3);
        each_once(&desk, job, "m", 3);
        audited(&desk);
    }
}

/// Runs a job that has time for one page.
fn ran_out(desk: &Desk, job: &str, now: Moment) -> Result<Report, JobError> {
    let asked = AtomicU32::new(0);
    // asked once for the merchant, then before every page
    let out_of_time = || asked.fetch_add(1, Ordering::SeqCst) > 1;
    desk.runtime.block_on(jobs::run(&at(now, desk), job, &event(job, now), &out_of_time))
}

#[test]
fn a_run_out_of_time_goes_on_where_it_stopped_also_on_the_next_day_and_two_at_once() {
    for job in ["birthday", "due"] {
        let desk = Desk::open(RULES).unwrap();
        join(&desk, job, "m", 130, "1990-03-05");
        ran(&desk, job, MORNING).unwrap();
        if job == "birthday" {
            join(&desk, job, "n", 3, "1990-03-06");
        } else {
            desk.set_clock(later(1));
            join(&desk, job, "n", 3, "");
        }
        let now = due_at(job);
        // Days on which nothing is due take their page as well.
        let runs = (0..20).map(|_| match ran_out(&desk, job, now) {
            Err(JobError::OutOfTime(report)) => report,
            other => panic!("{job} had time enough: {other:?}"),
        });
        let first = { runs }.find(|report| report.looked_at > 0).unwrap();
        assert_eq!((first.looked_at, first.written), (100, 100), "{job}: one page");
        // The next day's runs, two of them at once, find it unfinished.
        let next = Moment(now.0 + DAY);
        let app = at(next, &desk);
        let (one, other) = desk.runtime.block_on(async {
            let (event, none) = (event(job, next), || false);
            tokio::join!(jobs::run(&app, job, &event, &none), jobs::run(&app, job, &event, &none))
        });
        let (one, other) = (one.unwrap(), other.unwrap());
        assert!(one.finished && other.finished);
        assert!(one.looked_at.max(other.looked_at) <= 33, "{job} began anew: {one:?} {other:?}");
        each_once(&desk, job, "m", 130);
        each_once(&desk, job, "n", 3);
        assert_eq!(ran(&desk, job, next).unwrap().written, 0);
        audited(&desk);
    }
}

/// Another merchant's gateway over the same table.
fn merchant(desk: &Desk, tenant: &str) -> Gateway {
    Gateway::new(desk.app().clone(), Claims::all_roles(tenant))
}

fn put(desk: &Desk, gateway: &Gateway, method: &str, target: &str, body: &str) {
    let kind = if target == "/v1/rules" { "text/plain" } else { "application/json" };
    let request =
        lambda_http::http::Request::builder().method(method).uri(target).header("host", "localhost");
    let request = request.header("content-type", kind).body(body.as_bytes().to_vec()).unwrap();
    let response = desk.runtime.block_on(gateway.call(request));
    assert_eq!(response.status(), 201, "{}", String::from_utf8_lossy(response.body()));
}

fn key(pk: &str, sk: &str) -> Value {
    json!({ "pk": { "S": pk }, "sk": { "S": sk } })
}

/// Overwrites one attribute of an item.
fn damage(desk: &Desk, (pk, sk): (&str, &str), name: &str, value: &Value) {
    let update = json!({
        "TableName": TABLE, "Key": key(pk, sk), "UpdateExpression": "SET #n = :v",
        "ExpressionAttributeNames": { "#n": name }, "ExpressionAttributeValues": { ":v": value },
    });
    desk.world.raw("UpdateItem", &update).unwrap();
}

#[test]
fn merchants_who_cannot_be_served_keep_nobody_else_from_it() {
    for job in ["birthday", "due"] {
        let desk = Desk::open(RULES).unwrap();
        // Before and after `desk` in the order of merchants: one whose rules are damaged, one whose place is, one who
        // is listed and has never published, one whose name is none.
        for tenant in ["a-damaged", "b-lost-place", "z-damaged"] {
            let gateway = merchant(&desk, tenant);
            put(&desk, &gateway, "PUT", "/v1/rules", RULES);
            put(&desk, &gateway, "POST", "/v1/members", r#"{"member_id": "ana", "birthday": "1990-03-05"}"#);
        }
        for name in ["c-never-published", "no merchant!"] {
            let listed = json!({ "pk": { "S": "TENANTS" }, "sk": { "S": name }, "since": { "N": "0" } });
            desk.world.raw("PutItem", &json!({ "TableName": TABLE, "Item": listed })).unwrap();
        }
        join(&desk, job, "m", 3, "1990-03-05");
        ran(&desk, job, MORNING).unwrap();
        for tenant in ["a-damaged", "z-damaged"] {
            damage(&desk, (&format!("T#{tenant}#R"), "A"), "id", &json!({ "N": "7" }));
        }
        let place = json!({ "pk": { "S": "T#b-lost-place#J" }, "sk": { "S": format!("{job}#someday") } });
        desk.world.raw("PutItem", &json!({ "TableName": TABLE, "Item": place })).unwrap();

        // A process that starts now: one that has read the rules before goes on serving them.
        let now = due_at(job);
        let fresh = App { store: desk.world.store().unwrap(), ..at(now, &desk) };
        let report = desk.runtime.block_on(jobs::run(&fresh, job, &event(job, now), &|| false)).unwrap();
        assert_eq!(
            (report.tenants_failed, report.written, report.finished),
            (3, 3, true),
            "{job}: {report:?}"
        );
        each_once(&desk, job, "m", 3);
    }
}

#[test]
fn a_damaged_member_among_good_ones_is_left_out_and_the_others_are_served() {
    for job in ["birthday", "due"] {
        let desk = Desk::open(RULES).unwrap();
        join(&desk, job, "m", 5, "1990-03-05");
        ran(&desk, job, MORNING).unwrap();
        let newest = "E#000000000001";
        damage(&desk, ("T#desk#M#m2", newest), "s", &json!({ "S": "no state" }));
        // and a key in the index that names nobody
        let (day, place) = if job == "birthday" { ("B#03-05", "m m") } else { ("D#2022-03-12", "10:00#m m") };
        let stray = json!({
            "pk": { "S": "T#desk#M#stray" }, "sk": { "S": "D" }, "gpk": { "S": format!("T#desk#{day}") },
            "gsk": { "S": place },
        });
        desk.world.raw("PutItem", &json!({ "TableName": TABLE, "Item": stray })).unwrap();
        let now = due_at(job);
        let report = ran(&desk, job, now).unwrap();
        assert_eq!((report.written, report.failed, report.finished), (4, 2, true), "{job}: {report:?}");
        for good in ["m0", "m1", "m3", "m4"] {
            let points = desk.get(&format!("/v1/members/{good}")).unwrap().body["balance_points"].as_i64();
            assert_eq!(points, Some(if job == "birthday" { 50 } else { 0 }), "{good}");
        }
    }
}
