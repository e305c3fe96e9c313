//! What birthdays and due dates cost among few members and many, over the embedded DynamoDB on disk: requests and
//! units as the table reports them, and time. Ten members have a birthday on 28 February, as few as in any table; on
//! 1 March one in 363 has; ten have points that expire.
//!
//! `cargo bench -p merit --bench jobs -- --members 10000,100000`
//!
//! Release build, 2 cores (2026-11-22, 8a1436f); the counts do not depend on the machine:
//!
//! | members | birthdays of ten | expiry of ten | nothing due | birthdays of one in 363 |
//! |---|---|---|---|---|
//! | 1,000 | 47 requests, 35.0 R, 21.0 W | 85, 58.5 R, 41.0 W | 34, 33.5 R | |
//! | 10,000 | 47, 35.0 R, 21.0 W | 85, 58.5 R, 41.0 W | 34, 33.5 R | 27: 114, 85.5 R, 82.0 W |
//! | 1,000,000 | 47, 35.0 R, 21.0 W | 85, 58.5 R, 41.0 W | 34, 33.5 R | 2,754: 11,076, 8,293.5 R, 8,290.0 W in 15 s |

use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};
use domain::enrol::enrol;
use domain::ids::{MemberId, TenantId};
use domain::request::{Enrol, Snapshot, Stamp};
use dsl::calendar::{Zone, day_of, parse_moment};
use dsl::plan::Rulebook;
use dsl::units::{Day, Moment};
use handlers::jobs::{self, Report};
use lambda_http::http::Request;
use merit_local::gateway::{Claims, Gateway};
use merit_local::table::{TABLE_NAME, Table};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Store;
use store::config::Config;
use store::days::{Checkpoint, Job};
use store::profile::Profile;

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
"#;

/// Members of each kind that does not grow with the table.
const FEW: usize = 10;

/// Decided and written at a time.
const CHUNK: usize = 4_000;

fn main() {
    // `cargo test` starts benches too, to see that they start: nothing to measure then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let given = std::env::args().skip_while(|argument| argument != "--members").nth(1);
    let sizes = given.unwrap_or_else(|| "10000,100000".to_owned());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let measured = runtime.map_err(|error| error.to_string()).and_then(|runtime| {
        sizes.split(',').try_for_each(|size| {
            let members = size.parse().map_err(|_| format!("`{size}` is no number of members"))?;
            let folder = std::env::temp_dir().join(format!("merit-bench-jobs-{}", std::process::id()));
            let measured = runtime.block_on(measure(&folder, members));
            let _ = std::fs::remove_dir_all(&folder);
            measured
        })
    });
    if let Err(wrong) = measured {
        eprintln!("{wrong}");
        std::process::exit(1);
    }
}

/// The same table through a store that sees no time pass: a slow machine adds no careful reads to what is counted.
fn still(table: Table) -> Result<Table, String> {
    let mut config = Config::local(&table.embedded.endpoint, TABLE_NAME);
    config.time = Some(SharedTimeSource::new(StaticTimeSource::from_secs(1_646_215_200)));
    let store = Store::connect(config).map_err(|error| error.to_string())?;
    Ok(Table { store, ..table })
}

fn moment(text: &str) -> Result<Moment, String> {
    parse_moment(text).ok_or_else(|| format!("{text} is no moment"))
}

async fn measure(folder: &Path, members: usize) -> Result<(), String> {
    let table = still(Table::open(Some(folder)).await?)?;
    let tenant = TenantId::parse("demo").ok_or("no merchant")?;
    let joined = moment("2021-06-01T10:00:00Z")?;
    publish(&table, joined).await?;
    let current = table.store.current(&tenant, joined).await.map_err(|e| e.to_string())?;
    let rulebook = current.ok_or("nothing is published")?;
    let began = Instant::now();
    // Nothing is lost that could not be filled again: no waiting for the disk meanwhile.
    table.embedded.database.enable_bulk_loading().map_err(|e| e.to_string())?;
    for from in (0..members).step_by(CHUNK) {
        let some: Result<Vec<_>, String> =
            (from..members.min(from + CHUNK)).map(|n| member(n, joined, &rulebook)).collect();
        table.store.fill(&tenant, &some?).await.map_err(|e| e.to_string())?;
    }
    table.embedded.database.disable_bulk_loading().map_err(|e| e.to_string())?;
    println!("{members} members filled in {:.1} s", began.elapsed().as_secs_f64());

    // The days before are done with; on this one nobody was born.
    let eve = moment("2022-02-27T09:00:00Z")?;
    let before = day_of(2022, 2, 26).ok_or("no day")?;
    let done = Checkpoint { day: before, after: String::new(), done: true };
    table.store.keep_checkpoint(&tenant, Job::Birthday, &done).await.map_err(|e| e.to_string())?;
    expect(0, &ran(&table, "birthday", eve).await?.0)?;
    for n in 0..FEW {
        let lines = json!([{ "amount_minor": 1_000 }]);
        let body =
            json!({ "event_id": "A1", "member_id": format!("m{n}"), "currency": "EUR", "lines": lines });
        send(&table, eve, "POST", "/v1/purchases", body.to_string()).await?;
    }
    expect(0, &ran(&table, "due", eve).await?.0)?;
    let few = u64::try_from(FEW).unwrap_or(0);
    for (what, job, at, wanted) in [
        ("birthdays of ten", "birthday", "2022-02-28T00:05:00Z", Some(few)),
        ("birthdays of one in 363", "birthday", "2022-03-01T00:05:00Z", None),
        ("expiry of ten", "due", "2022-03-09T09:05:00Z", Some(few)),
        ("nothing due", "due", "2022-03-09T09:05:00Z", Some(0)),
    ] {
        let (report, took) = ran(&table, job, moment(at)?).await?;
        if let Some(wanted) = wanted {
            expect(wanted, &report)?;
        }
        show(what, &report, took);
    }
    Ok(())
}

/// The enrolment of member `n`: the first ten were born on a leap day, nobody else on 27 or 28 February.
fn member(
    n: usize,
    joined: Moment,
    rulebook: &Rulebook,
) -> Result<(MemberId, domain::decision::Decision, Profile), String> {
    let name = MemberId::parse(&format!("m{n}")).ok_or("no member")?;
    let stamp = Stamp { member: name.clone(), fingerprint: String::new(), now: joined, occurred_at: joined };
    let decision = enrol(&Snapshot::default(), &Enrol { stamp }, rulebook).map_err(|e| e.sentence())?;
    let leap_day = day_of(1992, 2, 29).ok_or("no leap day")?;
    // 1 March 1990 and the 362 days after it: to 26 February 1991
    let of_year = i32::try_from(n % 363).map_err(|e| e.to_string())?;
    let spread = Day(day_of(1990, 3, 1).ok_or("no day")?.0 + of_year);
    let birthday = Some(if n < FEW { leap_day } else { spread });
    let profile = Profile { name: Some(format!("Member {n}")), birthday, ..Profile::default() };
    Ok((name, decision, profile))
}

async fn publish(table: &Table, now: Moment) -> Result<(), String> {
    send(table, now, "PUT", "/v1/rules", RULES.to_owned()).await
}

async fn send(table: &Table, now: Moment, method: &str, target: &str, body: String) -> Result<(), String> {
    let gateway = Gateway::new(table.app(Arc::new(move || now)), Claims::all_roles("demo"));
    let kind = if method == "PUT" { "text/plain" } else { "application/json" };
    let request = Request::builder().method(method).uri(target).header("host", "localhost");
    let request = request.header("content-type", kind).body(body.into_bytes()).map_err(|e| e.to_string())?;
    let response = gateway.call(request).await;
    if response.status() == 201 {
        return Ok(());
    }
    Err(String::from_utf8_lossy(response.body()).into_owned())
}

async fn ran(table: &Table, job: &str, at: Moment) -> Result<(Report, Duration), String> {
    let app = table.app(Arc::new(move || at));
    let event = json!({ "job": job, "at": Zone::utc().show(at) });
    let began = Instant::now();
    let report = jobs::run(&app, job, &event, &|| false).await.map_err(|e| e.to_string())?;
    Ok((report, began.elapsed()))
}

fn expect(written: u64, report: &Report) -> Result<(), String> {
    if report.written == written && report.finished && report.failed == 0 {
        return Ok(());
    }
    Err(format!("{written} entries were to be written: {report:?}"))
}

fn show(what: &str, report: &Report, took: Duration) {
    let tenths = |n: u64| format!("{}.{}", n / 10, n % 10);
    println!(
        "  {what}: {} looked at, {} written, {} requests, {} read units, {} write units, {:.0} ms",
        report.looked_at,
        report.written,
        report.requests,
        tenths(report.read_units_tenths),
        tenths(report.write_units_tenths),
        took.as_secs_f64() * 1_000.0
    );
}
