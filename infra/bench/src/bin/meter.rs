//! Measures what a cold start costs: spawn -> first poll -> first answer -> warm answers, in wall time and on-CPU time,
//! memory and size, for several function binaries in one run, each against a DynamoDB behind TLS.
//!
//! What it never does: measure a network. The database is on loopback, so the wall times are floors; the CPU times are
//! what a function of AWS burns as well.

#[path = "meter/quota.rs"]
mod quota;
#[path = "../../../../tests/src/runtime_api.rs"]
mod runtime_api;
#[path = "meter/tls.rs"]
mod tls;

use embedded::Embedded;
use runtime_api::{Function, Reply};
use serde_json::{Value, json};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;
use store::Store;
use store::config::Config;

const TABLE: &str = "bench-table";
const TENANT: &str = "bench";
const CREATED: &str = "\"statusCode\":201";
/// Warm answers after the first: few, so that the member stays an ordinary one.
const WARM: usize = 40;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Milliseconds and megabytes of one start.
#[derive(Debug, Clone, Copy, Default)]
struct Start {
    init_wall: f64,
    init_cpu: f64,
    first_wall: f64,
    first_cpu: f64,
    warm_wall: f64,
    warm_cpu: f64,
    resident: f64,
    asked_for: f64,
}

struct Subject {
    name: &'static str,
    binary: PathBuf,
    /// The certificate authorities it reads: as many as it would read on AWS.
    roots: PathBuf,
    /// What its answer must contain.
    wants: &'static str,
}

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [bootstrap, hello, defaults, programme, repeats] = arguments.as_slice() else {
        return Err("usage: meter BOOTSTRAP HELLO DEFAULTS PROGRAMME.merit REPEATS".into());
    };
    let repeats: usize = repeats.parse()?;
    let database = Embedded::start(None)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Store::connect(Config::local(&database.endpoint, TABLE)).map_err(|e| e.to_string())?;
        store.create_table().await.map_err(|e| format!("{e:?}"))
    })?;
    let front = tls::Front::start(&database.endpoint)?;
    let environment = vec![
        ("AWS_ENDPOINT_URL", front.url.clone()),
        ("MERIT_TABLE", TABLE.to_owned()),
        ("MERIT_SECRET", "a secret that is measured with, and nothing else".to_owned()),
        ("AWS_LAMBDA_LOG_LEVEL", "INFO".to_owned()),
    ];

    let subjects = [
        Subject {
            name: "hello: lambda_runtime, no database",
            binary: hello.into(),
            roots: front.system.clone(),
            wants: "hello",
        },
        Subject {
            name: "defaults: SDK defaults, one read",
            binary: defaults.into(),
            roots: front.system.clone(),
            wants: "true",
        },
        Subject {
            name: "bootstrap: an earn",
            binary: bootstrap.into(),
            roots: front.built_in.clone(),
            wants: CREATED,
        },
    ];
    let clerk =
        Clerk::start(Path::new(bootstrap), Path::new(programme), &believing(&environment, &front.built_in))?;

    println!(
        "{repeats} starts each, interleaved; medians; CPU = on-CPU time of all threads; TLS to a database on loopback"
    );
    println!(
        "| binary | size MB | init wall / CPU ms | first answer wall / CPU ms | start to answer, CPU ms | warm wall / CPU ms | RSS (asked for) MB |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut starts = vec![Vec::new(); subjects.len()];
    for round in 0..repeats {
        for (subject, starts) in subjects.iter().zip(&mut starts) {
            starts.push(start(subject, &clerk, &environment, round, None)?);
        }
    }
    for (subject, starts) in subjects.iter().zip(&starts) {
        let size = std::fs::metadata(&subject.binary)?.len() as f64 / 1_048_576.0;
        let of = |pick: fn(&Start) -> f64| median(starts.iter().map(pick));
        println!(
            "| {} | {size:.2} | {:.2} / {:.2} | {:.2} / {:.2} | **{:.2}** | {:.3} / {:.3} | {:.1} ({:.1}) |",
            subject.name,
            of(|s| s.init_wall),
            of(|s| s.init_cpu),
            of(|s| s.first_wall),
            of(|s| s.first_cpu),
            of(|s| s.init_cpu + s.first_cpu),
            of(|s| s.warm_wall),
            of(|s| s.warm_cpu),
            of(|s| s.resident),
            of(|s| s.asked_for)
        );
    }

    for megabytes in [128, 256] {
        let quota = match quota::Quota::of_memory(megabytes) {
            Ok(quota) => quota,
            Err(error) => {
                println!("\nCPU share of {megabytes} MB: not measured ({error})");
                continue;
            }
        };
        println!(
            "\nWith the CPU share of {megabytes} MB from the end of init on, as on Lambda ({}); wall ms, median (least):",
            quota.how
        );
        for subject in &subjects {
            let starts: Vec<Start> = (0..repeats.min(15))
                .map(|round| start(subject, &clerk, &environment, 10_000 * megabytes + round, Some(&quota)))
                .collect::<Outcome<_>>()?;
            let least = |pick: fn(&Start) -> f64| starts.iter().map(pick).fold(f64::MAX, f64::min);
            let of = |pick: fn(&Start) -> f64| median(starts.iter().map(pick));
            println!(
                "  {:<38} first answer {:.2} ({:.2}), warm {:.2} ({:.2})",
                subject.name,
                of(|s| s.first_wall),
                least(|s| s.first_wall),
                of(|s| s.warm_wall),
                least(|s| s.warm_wall)
            );
        }
    }
    Ok(())
}

/// One cold start, its first answer, and some warm ones.
fn start(
    subject: &Subject,
    clerk: &Clerk,
    environment: &[(&str, String)],
    round: usize,
    quota: Option<&quota::Quota>,
) -> Outcome<Start> {
    let member = format!("m{round}");
    clerk.enrol(&member)?;
    let began = Instant::now();
    let function = Function::start(&subject.binary, "earn", &believing(environment, &subject.roots))?;
    let init_wall = since(began);
    // the poll is sent before the thread that sent it is off the CPU
    std::thread::sleep(std::time::Duration::from_millis(3));
    let init_cpu = cpu_ms(function.id());
    if let Some(quota) = quota {
        quota.hold(function.id())?;
    }
    let first = purchase(&member, "first");
    let began = Instant::now();
    let reply = function.invoke(&first)?;
    let first_wall = since(began);
    expect(subject, &reply)?;
    std::thread::sleep(std::time::Duration::from_millis(3));
    let after_first = cpu_ms(function.id());
    let mut walls = Vec::new();
    for n in 0..WARM {
        let event = purchase(&member, &format!("warm-{n}"));
        let began = Instant::now();
        let reply = function.invoke(&event)?;
        walls.push(since(began));
        expect(subject, &reply)?;
    }
    Ok(Start {
        init_wall,
        init_cpu,
        first_wall,
        first_cpu: after_first - init_cpu,
        warm_wall: median(walls.into_iter()),
        warm_cpu: (cpu_ms(function.id()) - after_first) / WARM as f64,
        resident: memory_mb(function.id(), "VmRSS:"),
        asked_for: memory_mb(function.id(), "RssAnon:"),
    })
}

/// An environment with the certificate authorities of a file.
fn believing<'a>(environment: &[(&'a str, String)], roots: &Path) -> Vec<(&'a str, String)> {
    let mut with = environment.to_vec();
    with.push(("SSL_CERT_FILE", roots.display().to_string()));
    with
}

/// Publishes the programme and enrols members, through the binary itself.
struct Clerk(Function);

impl Clerk {
    fn start(bootstrap: &Path, programme: &Path, environment: &[(&str, String)]) -> Outcome<Self> {
        let clerk = Self(Function::start(bootstrap, "api", environment)?);
        clerk.does(&event(
            "PUT",
            "/v1/rules",
            "operator",
            "text/plain",
            &std::fs::read_to_string(programme)?,
        ))?;
        Ok(clerk)
    }

    /// Enrols; one who is enrolled already stays so.
    fn enrol(&self, member: &str) -> Outcome<()> {
        let body = json!({"event_id": "enrol", "member_id": member}).to_string();
        self.does(&event("POST", "/v1/members", "till", "application/json", &body))
    }

    fn does(&self, event: &[u8]) -> Outcome<()> {
        match self.0.invoke(event)? {
            Reply::Response(answer) if String::from_utf8_lossy(&answer).contains(CREATED) => Ok(()),
            other => Err(format!("preparing: {other:?}").into()),
        }
    }
}

fn expect(subject: &Subject, reply: &Reply) -> Outcome<()> {
    match reply {
        Reply::Response(answer) if String::from_utf8_lossy(answer).contains(subject.wants) => Ok(()),
        other => Err(format!("{}: {other:?}", subject.name).into()),
    }
}

/// A purchase of four lines as API Gateway hands it over.
fn purchase(member: &str, id: &str) -> Vec<u8> {
    let lines: Vec<Value> = (1..=4)
        .map(|n| json!({"amount_minor": 100 * n, "category": "coffee", "sku": format!("sku-{n}")}))
        .collect();
    let body = json!({"event_id": id, "member_id": member, "currency": "EUR", "lines": lines});
    event("POST", "/v1/purchases", "till", "application/json", &body.to_string())
}

fn event(method: &str, path: &str, roles: &str, kind: &str, body: &str) -> Vec<u8> {
    json!({
        "version": "2.0", "routeKey": format!("{method} {path}"), "rawPath": path, "rawQueryString": "",
        "headers": {"host": "x.execute-api.eu-west-1.amazonaws.com", "content-type": kind, "content-length": body.len().to_string()},
        "requestContext": {
            "accountId": "000000000000", "apiId": "x", "domainName": "x.execute-api.eu-west-1.amazonaws.com", "domainPrefix": "x",
            "authorizer": {"jwt": {"claims": {"tenant": TENANT, "roles": roles, "sub": "bench"}, "scopes": null}},
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench"},
            "requestId": "r", "routeKey": format!("{method} {path}"), "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": 1_767_225_600_000_u64,
        },
        "body": body, "isBase64Encoded": false,
    })
    .to_string()
    .into_bytes()
}

fn since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

/// On-CPU milliseconds of all threads of a process.
fn cpu_ms(pid: u32) -> f64 {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let nanoseconds = threads.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<f64>().ok()
    });
    nanoseconds.sum::<f64>() / 1e6
}

/// A line of the process's status in megabytes. `RssAnon` is what it asked for; `VmRSS` has the pages of its file, too,
/// that the kernel maps sixteen at a time around each one that is needed.
fn memory_mb(pid: u32, name: &str) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|l| l.split_whitespace().nth(1)?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
