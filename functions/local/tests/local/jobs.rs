//! Jobs as a person runs them: `merit run`, and the schedules inside `merit serve`.

use crate::desk::{Folder, get, json, merit, post, put_rules, run};
use dsl::calendar::{Zone, day_of, show_day, ymd};
use dsl::units::{Day, Moment};
use merit_local::serve::{Options, Server, host_clock};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const RULES: &str = r#"language 1

programme club {
  currency EUR
  timezone "UTC"
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
"#;

const DAY_MS: i64 = 86_400_000;

/// A ledger in a folder as it was at a moment: Ana, born on a day, has bought for 7 euros.
async fn ledger(data: &Path, now: Moment, birthday: &str) {
    let clock = Arc::new(move || now);
    let data = Some(data.to_owned());
    let server = Server::start(Options { data, clock, ..Options::in_memory() }).await.unwrap();
    let url = server.url();
    let enrol = json!({ "member_id": "ana", "birthday": birthday });
    let lines = json!([{ "amount_minor": 700 }]);
    let buy = json!({ "event_id": "A1", "member_id": "ana", "currency": "EUR", "lines": lines });
    for request in [put_rules(RULES), post("/v1/members", &enrol), post("/v1/purchases", &buy)] {
        let (status, body) = json(&url, request).await;
        assert_eq!(status, 201, "{body}");
    }
    server.stop().await;
}

/// Runs `merit run` over a folder: exit code, and what it said.
fn job(data: &Path, arguments: &[&str]) -> (i32, String) {
    let data = data.to_str().unwrap();
    let (code, out, err) = run(&[&["run"], arguments, &["--data", data]].concat());
    (code, format!("{out}{err}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_done_once_at_a_moment_that_has_passed() {
    let folder = Folder::new("jobs");
    let data = folder.path().join("data");
    let enrolled = dsl::calendar::parse_moment("2022-03-02T10:00:00Z").unwrap();
    ledger(&data, enrolled, "1990-03-05").await;
    for (arguments, said) in [
        (["birthday", "--at", "2022-03-04T23:59:59Z"], "birthday: 0 members looked at, 0 entries written"),
        (["birthday", "--at", "2022-03-06T07:00:00Z"], "birthday: 1 members looked at, 1 entries written"),
        (["birthday", "--at", "2022-03-06T07:00:00Z"], "birthday: 0 members looked at, 0 entries written"),
        (["birthday", "--at", "2021-03-05T07:00:00Z"], "birthday: 0 members looked at, 0 entries written"),
        (["due", "--at", "2022-03-12T09:59:00Z"], "due: 0 members looked at, 0 entries written"),
        (["due", "--at", "2022-03-13T10:00:00Z"], "due: 1 members looked at, 1 entries written"),
        (["due", "--at", "2022-03-13T10:00:00Z"], "0 entries written"),
    ] {
        let (code, out) = job(&data, &arguments);
        assert!(code == 0 && out.contains(said), "{arguments:?}: {code} {out}");
    }
    let (code, audited, err) = run(&["audit", "--data", data.to_str().unwrap()]);
    assert_eq!(code, 0, "{audited}{err}");

    let clock = Arc::new(|| dsl::calendar::parse_moment("2022-03-14T10:00:00Z").unwrap());
    let server = Server::start(Options { data: Some(data), clock, ..Options::in_memory() }).await.unwrap();
    let (_, card) = json(&server.url(), get("/v1/members/ana")).await;
    assert_eq!(card["balance_points"], 50, "the gift; what she bought has expired: {card}");
    let (_, entries) = json(&server.url(), get("/v1/members/ana/entries")).await;
    let types: Vec<&str> =
        entries["entries"].as_array().unwrap().iter().filter_map(|e| e["entry"]["type"].as_str()).collect();
    assert_eq!(types, ["settled", "celebrated", "purchased", "enrolled"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_run_is_told_and_changes_nothing() {
    let folder = Folder::new("jobs");
    let data = folder.path().join("data");
    assert_eq!(job(&data, &["due"]).0, 2);
    assert!(job(&data, &["due"]).1.contains("holds no ledger; name its folder with --data"));
    ledger(&data, Moment(host_clock()().0 - DAY_MS), "1990-03-05").await;
    let next_century = ["birthday", "--at", "2126-03-05T07:00:00Z"];
    for (arguments, said) in [
        (&["dance"][..], "invalid value 'dance'"),
        (&["dance"], "birthday, due"),
        (&[], "<JOB>"),
        (&["due", "--at", "soon"], "`soon` is no moment; write such as `2026-03-05T00:15:00Z`"),
        (&["due", "--at", "2022-02-30T00:00:00Z"], "is no moment"),
        (&next_century, "2126-03-05T07:00:00+00:00 is to come"),
    ] {
        let (code, told) = job(&data, arguments);
        assert!(code == 2 && told.contains(said), "{arguments:?}: {code} {told}");
    }
    // Of long ago: nothing was there, nothing is done, and nothing is left behind by it.
    let (code, told) = job(&data, &["birthday", "--at", "2001-03-05T07:00:00Z"]);
    assert!(code == 0 && told.contains("0 entries written"), "{told}");
    let (code, told) = job(&data, &["birthday"]);
    assert!(code == 0 && !told.contains("days left out"), "{told}");
}

/// `merit serve` over a folder; it ends with this value.
struct Serving(Child, String);

impl Serving {
    fn start(data: &Path, rules: &Path) -> Self {
        let (data, rules) = (data.to_str().unwrap(), rules.to_str().unwrap());
        let arguments = ["serve", "--port", "0", "--data", data, "--watch", rules];
        let mut child = merit().args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let line = lines.find(|line| line.contains("listens on")).unwrap();
        let url = line.split([' ', ',']).find(|word| word.starts_with("http://")).unwrap().to_owned();
        // Whoever reads no more would stop it at its next line.
        std::thread::spawn(move || lines.for_each(drop));
        Self(child, url)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_runs_the_jobs_on_its_clock() {
    let folder = Folder::new("jobs");
    let data = folder.path().join("data");
    let rules = folder.path().join("rules");
    std::fs::create_dir(&rules).unwrap();
    std::fs::write(rules.join("club.merit"), RULES).unwrap();
    // Twelve days ago Ana bought something that expired the day before yesterday; today is her birthday.
    let now = host_clock()();
    let (_, month, day) = ymd(Zone::utc().local(now).day);
    let born: Day = day_of(1992, month, day).unwrap();
    ledger(&data, Moment(now.0 - 12 * DAY_MS), &show_day(born)).await;
    // A first run of yesterday: should today end before the server starts, her birthday is caught up.
    let yesterday = Zone::utc().show(Moment(now.0 - DAY_MS));
    assert_eq!(job(&data, &["birthday", "--at", &yesterday]).0, 0);

    let serving = Serving::start(&data, &rules);
    let began = Instant::now();
    let types = loop {
        let (_, entries) = json(&serving.1, get("/v1/members/ana/entries")).await;
        let list = entries["entries"].as_array().cloned().unwrap_or_default();
        let types: Vec<Value> = list.iter().map(|entry| entry["entry"]["type"].clone()).collect();
        if types.len() >= 3 || began.elapsed() > Duration::from_mins(1) {
            break types;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(types, ["celebrated", "purchased", "enrolled"], "the same entry tells of the expiry");
    let (_, card) = json(&serving.1, get("/v1/members/ana")).await;
    assert_eq!(card["balance_points"], 50, "{card}");
}
