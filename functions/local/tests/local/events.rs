//! Events on a desk: a tail that is watched, and webhooks to a receiver that verifies what it takes.

use crate::desk::{Folder, RULES, get, json, post, run};
use handlers::events_out::signature::{HEADER, verify};
use lambda_http::http::Method;
use merit_local::gateway::Claims;
use merit_local::outbox::{Patience, Target};
use merit_local::serve::{Options, Server, Webhook};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const SECRET: &str = "a secret of the tests, and no other";

/// A shop's endpoint: takes what is signed, and refuses when its plan says so.
struct Receiver {
    url: String,
    shared: Arc<Mutex<Received>>,
}

#[derive(Default)]
struct Received {
    taken: Vec<Value>,
    refused: u32,
    forged: u32,
    /// Per member: how many of the next requests are refused.
    plan: BTreeMap<String, u32>,
}

impl Receiver {
    fn start(plan: &[(&str, u32)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/merit", listener.local_addr().unwrap());
        let plan = plan.iter().map(|(member, times)| ((*member).to_owned(), *times)).collect();
        let shared = Arc::new(Mutex::new(Received { plan, ..Received::default() }));
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&serving);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { url, shared }
    }

    fn target(&self, folder: &Path) -> Target {
        let file = folder.join("webhook-secret");
        std::fs::write(&file, format!("{SECRET}\n")).unwrap();
        Target::open(&self.url, &file).unwrap()
    }

    fn taken(&self) -> Vec<Value> {
        self.shared.lock().unwrap().taken.clone()
    }

    /// Waits until an event was taken.
    async fn until(&self, id: &str) {
        let began = Instant::now();
        while !ids(&self.taken()).contains(id) {
            assert!(began.elapsed() < Duration::from_mins(1), "no {id}: {:#?}", ids(&self.taken()));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn serve(stream: TcpStream, shared: &Mutex<Received>) {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let (mut line, mut length, mut signed) = (String::new(), 0, String::new());
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).unwrap();
            let Some((name, value)) = header.trim().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap();
            }
            if name.eq_ignore_ascii_case(HEADER) {
                value.trim().clone_into(&mut signed);
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let status = {
            let mut shared = shared.lock().unwrap();
            let event: Value = serde_json::from_slice(&body).unwrap();
            let member = event["member_id"].as_str().unwrap_or("-").to_owned();
            let planned = shared.plan.get_mut(&member).filter(|left| **left > 0);
            if !verify(&[SECRET.as_bytes()], &signed, &body, i64::try_from(now).unwrap()) {
                shared.forged += 1;
                401
            } else if let Some(left) = planned {
                *left -= 1;
                shared.refused += 1;
                503
            } else {
                shared.taken.push(event);
                204
            }
        };
        writer.write_all(format!("HTTP/1.1 {status} Tests\r\ncontent-length: 0\r\n\r\n").as_bytes()).unwrap();
    }
}

fn ids(events: &[Value]) -> BTreeSet<String> {
    events.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

/// Of each member, sequence numbers in the order they were first told.
fn in_order(events: &[Value]) -> BTreeMap<String, Vec<u64>> {
    let mut seen = BTreeSet::new();
    let mut order: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for event in events {
        let (Some(member), Some(seq)) = (event["member_id"].as_str(), event["seq"].as_u64()) else {
            continue;
        };
        if seen.insert(event["id"].to_string()) {
            order.entry(member.to_owned()).or_default().push(seq);
        }
    }
    order
}

const HASTE: Patience = Patience {
    attempts_max: 4,
    first: Duration::from_millis(20),
    longest: Duration::from_millis(100),
    seed: 7,
};

async fn server(folder: &Path, receiver: &Receiver, all: bool) -> Server {
    let options = Options {
        data: Some(folder.to_owned()),
        claims: Claims::all_roles("demo"),
        webhook: Some(Webhook {
            target: receiver.target(folder),
            folder: folder.to_owned(),
            all,
            patience: HASTE,
        }),
        ..Options::in_memory()
    };
    Server::start(options).await.unwrap()
}

async fn publish(server: &Server) {
    let answer = server.gateway.send(Method::PUT, "/v1/rules", RULES.as_bytes().to_vec()).await;
    assert_eq!(answer.status(), 201);
}

async fn buy(server: &Server, member: &str, id: &str) {
    let bought = json!({ "event_id": id, "member_id": member, "currency": "EUR", "lines": [{ "amount_minor": 1_000 }] });
    assert_eq!(json(&server.url(), post("/v1/purchases", &bought)).await.0, 201);
}

async fn tailed(server: &Server, query: &str) -> Value {
    json(&server.url(), get(&format!("/_local/events?{query}"))).await.1
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_signed_in_order_tried_again_and_given_up() {
    let folder = Folder::new("webhook");
    // bob's is refused twice, cleo's first event for ever
    let receiver = Receiver::start(&[("bob", 2), ("cleo", 4)]);
    let up = server(folder.path(), &receiver, false).await;
    publish(&up).await;
    for n in 0..3 {
        for member in ["ana", "bob", "cleo"] {
            buy(&up, member, &format!("A{n}")).await;
        }
    }
    let told = tailed_until(&up, 9).await;
    for member in ["ana", "bob", "cleo"] {
        receiver.until(&format!("demo/members/{member}/3/points_earned/0")).await;
    }
    let order = in_order(&receiver.taken());
    assert_eq!(order["ana"].last(), Some(&3));
    for seqs in order.values() {
        assert!(seqs.is_sorted(), "{order:?}");
    }
    let missing: Vec<_> = ids(&told).difference(&ids(&receiver.taken())).cloned().collect();
    assert_eq!(missing, ["demo/members/cleo/1/member_enrolled/0"]);
    let dead = std::fs::read_to_string(folder.path().join("webhook.dead.jsonl")).unwrap();
    let dead: Vec<Value> = dead.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(ids(&dead).into_iter().collect::<Vec<_>>(), missing);
    {
        let shared = receiver.shared.lock().unwrap();
        assert_eq!((shared.refused, shared.forged), (6, 0));
    }
    up.stop().await;

    // what happens while nobody sends, is sent later; what was sent, is not sent again
    let without = Options {
        data: Some(folder.path().to_owned()),
        claims: Claims::all_roles("demo"),
        ..Options::in_memory()
    };
    let quiet = Server::start(without).await.unwrap();
    buy(&quiet, "ana", "A9").await;
    buy(&quiet, "dora", "A9").await;
    quiet.stop().await;
    let before = receiver.taken().len();
    let up = server(folder.path(), &receiver, false).await;
    receiver.until("demo/members/ana/4/points_earned/0").await;
    receiver.until("demo/members/dora/1/points_earned/0").await;
    let later = receiver.taken()[before..].to_vec();
    assert!(later.iter().all(|event| event["member_id"] == "dora" || event["seq"] == 4), "{later:#?}");
    up.stop().await;
}

/// Everything in the tail, once so many purchases are.
async fn tailed_until(server: &Server, purchases: usize) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let told = tailed(server, "from=0").await;
        let events = told["events"].as_array().unwrap().clone();
        let earned = events.iter().filter(|event| event["type"] == "merit.points_earned").count();
        if earned >= purchases {
            return events;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "{events:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_is_watched_and_a_replay_tells_the_same() {
    let folder = Folder::new("tail");
    let data = folder.path().join("data");
    let options = Options { data: Some(data.clone()), ..Options::in_memory() };
    let up = Server::start(options).await.unwrap();
    publish(&up).await;
    buy(&up, "ana", "A1").await;
    buy(&up, "bob", "B1").await;
    let told = tailed_until(&up, 2).await;
    let (code, out, err) = {
        let url = up.url();
        tokio::task::spawn_blocking(move || {
            run(&["tail", "--server", &url, "--from-start", "--once", "--member", "bob"])
        })
        .await
        .unwrap()
    };
    assert_eq!(code, 0, "{err}");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!lines.is_empty() && lines.iter().all(|event| event["member_id"] == "bob"), "{out}");
    assert_eq!(tailed(&up, "tenant=other&from=0").await["events"], json!([]));
    assert_eq!(tailed(&up, "").await["events"], json!([]), "only what is to come");
    up.stop().await;

    let data = data.to_str().unwrap();
    let (code, out, err) = run(&["replay", "--data", data]);
    assert_eq!(code, 0, "{err}");
    let again: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(ids(&again), ids(&told));
    let by_id = |events: &[Value]| -> BTreeMap<String, Value> {
        events.iter().map(|event| (event["id"].to_string(), event.clone())).collect()
    };
    assert_eq!(by_id(&again), by_id(&told));

    let receiver = Receiver::start(&[("ana", 1)]);
    receiver.target(folder.path());
    let secret = folder.path().join("webhook-secret");
    let (code, _, err) = run(&[
        "replay",
        "--data",
        data,
        "--member",
        "ana",
        "--webhook",
        &receiver.url,
        "--webhook-secret",
        secret.to_str().unwrap(),
    ]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(ids(&receiver.taken()), ids(&again).into_iter().filter(|id| id.contains("/ana/")).collect());
    for (arguments, said) in [
        (vec!["replay", "--data", data, "--from", "yesterday"], "no moment"),
        (vec!["replay", "--data", data, "--member", "a#b"], "A-Z"),
        (vec!["replay", "--data", "/nowhere"], "holds no ledger"),
        (vec!["tail", "--server", "http://127.0.0.1:1"], "no answer"),
        (
            vec![
                "serve",
                "--memory",
                "--port",
                "0",
                "--webhook",
                "http://127.0.0.1:1",
                "--webhook-secret",
                secret.to_str().unwrap(),
            ],
            "--memory",
        ),
    ] {
        let (code, _, err) = run(&arguments);
        assert!(code == 2 && err.contains(said), "{arguments:?}: {code} {err}");
    }
}

#[test]
fn pauses_grow_to_the_longest_and_are_shortened_by_up_to_a_half() {
    let patience = Patience { seed: 1, ..Patience::default() };
    for failures in 1..40 {
        let whole =
            Duration::from_secs(2).saturating_mul(1 << (failures - 1).min(20)).min(Duration::from_mins(20));
        let pause = patience.pause(failures, "kaffa/members/ana/1/points_earned/0");
        assert!(pause <= whole && pause * 2 >= whole, "{failures}: {pause:?}");
        assert_eq!(pause, patience.pause(failures, "kaffa/members/ana/1/points_earned/0"), "of a seed");
    }
    let of = |event| patience.pause(5, event);
    assert_ne!(of("kaffa/members/ana/1/points_earned/0"), of("kaffa/members/bob/1/points_earned/0"));
}

#[test]
fn a_target_is_an_address_and_a_file_with_one_secret_or_two() {
    let folder = Folder::new("target");
    let opened = |url: &str, text: &str| {
        Target::open(url, &folder.file("secret", text)).map(|target| target.secrets.len())
    };
    let (one, two) = (format!("{SECRET}\n"), format!("{SECRET}\n\n {SECRET} 2 \n"));
    assert_eq!(opened("https://shop.example/merit", &one), Ok(1));
    assert_eq!(opened("http://127.0.0.1:9/", &two), Ok(2));
    for (url, text) in [
        ("shop.example", one.as_str()),
        ("ftp://shop.example", &one),
        ("https://shop.example", ""),
        ("https://shop.example", "short"),
        ("https://shop.example", &format!("{two}{one}")),
    ] {
        assert!(opened(url, text).is_err(), "{url} {text}");
    }
}
