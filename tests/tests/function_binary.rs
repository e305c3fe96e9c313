//! The real function binary behind the Runtime API: how it starts, how it refuses to, how it ends, and that several
//! environments at once are one ledger.

use merit_local::gateway::Claims;
use serde_json::{Value, json};
use std::path::Path;
use std::thread;
use tests::floor::function::{binary, respond};
use tests::floor::http::Sent;
use tests::runtime_api::Function;
use tests::world::World;

const RULES: &str = r#"language 1

programme race {
  currency EUR
  timezone "Europe/Paris"
  expire never
}

rule base {
  on purchase
  give 1 point per 1.00 EUR of basket.paid
}
"#;

fn start(world: &World, handler: &str) -> std::io::Result<Function> {
    Function::start(binary().unwrap(), handler, &world.environment())
}

fn send(function: &Function, claims: &Claims, method: &str, target: &str, body: String) -> (u16, Value) {
    let sent = Sent { method: method.parse().unwrap(), target: target.to_owned(), body };
    let response = respond(function, &sent, claims).unwrap();
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

#[test]
fn a_handler_that_is_none_is_an_error_at_start() {
    let world = World::start().unwrap();
    let Err(error) = start(&world, "dance") else { panic!("it started") };
    assert!(
        error.to_string().contains("ended by itself") || error.to_string().contains("could not start"),
        "{error}"
    );
}

#[test]
fn an_environment_serves_many_invocations_and_ends_with_its_owner() {
    let world = World::start().unwrap();
    let function = start(&world, "about").unwrap();
    let claims = Claims::all_roles("nobody");
    for _ in 0..3 {
        let (status, body) = send(&function, &claims, "GET", "/v1/health", String::new());
        assert_eq!((status, &body["status"]), (200, &"ok".into()));
    }
    let (status, _) = send(&function, &claims, "GET", "/openapi.json", String::new());
    assert_eq!(status, 200);
    let process = format!("/proc/{}", function.id());
    drop(function);
    assert!(!Path::new(&process).exists(), "it outlives its owner");
}

#[test]
fn four_environments_at_once_give_one_balance_to_one_redemption() {
    let world = World::start().unwrap();
    let claims = Claims::all_roles("race");
    let desk = start(&world, "api").unwrap();
    assert_eq!(send(&desk, &claims, "PUT", "/v1/rules?activate=true", RULES.to_owned()).0, 201);
    assert_eq!(send(&desk, &claims, "POST", "/v1/members", json!({ "member_id": "ana" }).to_string()).0, 201);
    let bought = json!({ "event_id": "A1", "member_id": "ana", "currency": "EUR", "lines": [{ "amount_minor": 10_000 }] });
    assert_eq!(send(&desk, &claims, "POST", "/v1/purchases", bought.to_string()).0, 201);

    let environments: Vec<Function> = (0..4).map(|_| start(&world, "redeem").unwrap()).collect();
    let answers: Vec<(u16, Value)> = thread::scope(|scope| {
        let ask = |n: usize| {
            let (environment, claims) = (&environments[n % environments.len()], &claims);
            let asked = json!({ "event_id": format!("R{n}"), "member_id": "ana", "points": 100 }).to_string();
            scope.spawn(move || send(environment, claims, "POST", "/v1/redemptions", asked))
        };
        let asking: Vec<_> = (0..12).map(ask).collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let won = answers.iter().filter(|(status, _)| *status == 201).count();
    let lost = answers.iter().filter(|(_, body)| body["code"] == "redeem.insufficient_points").count();
    assert_eq!((won, lost), (1, 11), "{answers:#?}");
    println!("{}", world.audit().unwrap_or_else(|e| panic!("{e}")));
}

/// Anonymous memory of a process, in bytes: what it asked for itself, without the pages of its file.
#[cfg(target_os = "linux")]
fn asked_for(function: &Function) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{}/status", function.id())).unwrap();
    let line = text.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1_024
}

/// An environment lives for hours: what a request takes, its end gives back.
#[cfg(target_os = "linux")]
#[test]
fn a_warm_environment_does_not_grow() {
    const ROUND: usize = 100;
    const GROWTH_MAX: u64 = 400 * 1_024;
    let world = World::start().unwrap();
    let claims = Claims::all_roles("warm");
    let desk = start(&world, "api").unwrap();
    assert_eq!(send(&desk, &claims, "PUT", "/v1/rules?activate=true", RULES.to_owned()).0, 201);
    let round = |from: usize| {
        for n in from..from + ROUND {
            let member = format!("m{n}");
            let (status, _) =
                send(&desk, &claims, "POST", "/v1/members", json!({ "member_id": member }).to_string());
            assert!(matches!(status, 200 | 201), "{status}");
            let bought = json!({ "event_id": format!("A{n}"), "member_id": member, "currency": "EUR", "lines": [{ "amount_minor": 1_000 }] });
            assert_eq!(send(&desk, &claims, "POST", "/v1/purchases", bought.to_string()).0, 201);
        }
        asked_for(&desk)
    };
    let (first, second, third) = (round(0), round(ROUND), round(2 * ROUND));
    println!("{first} {second} {third}");
    assert!(third < second + GROWTH_MAX, "{first}, {second}, {third} bytes after {ROUND} rounds each");
}
