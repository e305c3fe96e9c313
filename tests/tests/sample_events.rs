//! The real function binary, driven with the events AWS sends for each trigger, as its documentation shows them.
//!
//! `tests/events/` holds one file per kind, with Merit's names in AWS's shapes. What a test changes in one (a moment,
//! a key), it changes by name. No function is behind a queue: an SQS event is for nobody, and is refused by all.

use handlers::jobs;
use merit_local::gateway::Claims;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use tests::account::{Account, BUCKET};
use tests::floor::function::{binary, respond};
use tests::floor::http::Sent;
use tests::runtime_api::{Function, Reply};
use tests::world::{TABLE, World};

/// The merchant whose tokens the samples carry.
const TENANT: &str = "corner";

const RULES: &str = r#"language 1

programme corner {
  currency EUR
  timezone "UTC"
  expire never
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

/// A sample by its file's name.
fn sample(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("events/{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The names of all samples.
fn samples() -> BTreeSet<String> {
    let folder = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("events")).unwrap();
    folder.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

fn start(world: &World, handler: &str) -> Function {
    Function::start(binary().unwrap(), handler, &world.environment()).unwrap()
}

/// The same for a function that asks other services than the table.
fn start_in(world: &World, account: &Account, handler: &str) -> Function {
    let environment: Vec<_> = world.environment().into_iter().chain(account.environment()).collect();
    Function::start(binary().unwrap(), handler, &environment).unwrap()
}

/// A world in which the merchant's programme decides, and `ana` is a member, born on this day of another year.
fn corner() -> World {
    let world = World::with_stream().unwrap();
    let (api, claims) = (start(&world, "api"), Claims::all_roles(TENANT));
    let send = |method: &str, target: &str, body: String| {
        let sent = Sent { method: method.parse().unwrap(), target: target.to_owned(), body };
        let response = respond(&api, &sent, &claims).unwrap();
        assert_eq!(response.status(), 201, "{}", String::from_utf8_lossy(response.body()));
    };
    send("PUT", "/v1/rules?activate=true", RULES.to_owned());
    let (before, birthday) = (now_shifted(-3), format!("1988{}", &now_shifted(0)[4..10]));
    send(
        "POST",
        "/v1/members",
        json!({ "member_id": "ana", "occurred_at": before, "birthday": birthday }).to_string(),
    );
    world
}

/// The host's clock, so many days from now, as schedules write moments.
fn now_shifted(days: i64) -> String {
    shifted(days * 86_400)
}

/// A moment after everything that was done so far, and within what clocks may differ by.
fn in_a_minute() -> String {
    shifted(60)
}

fn shifted(seconds: i64) -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let moment = i64::try_from(since.as_secs()).unwrap() + seconds;
    dsl::calendar::Zone::utc().show(dsl::units::Moment(moment * 1_000))
}

/// An answer of the API: its status, headers and body.
fn answered(function: &Function, event: &Value) -> (i64, Value, Value) {
    match function.invoke(event.to_string().as_bytes()).unwrap() {
        Reply::Response(payload) => {
            let reply: Value = serde_json::from_slice(&payload).unwrap();
            let body = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
            (reply["statusCode"].as_i64().unwrap(), reply["headers"].clone(), body)
        }
        Reply::Error(payload) => panic!("{}", String::from_utf8_lossy(&payload)),
    }
}

/// What a job reports, or why it failed.
fn worked(function: &Function, event: &Value) -> Result<Value, String> {
    match function.invoke(event.to_string().as_bytes()).unwrap() {
        Reply::Response(payload) => Ok(serde_json::from_slice(&payload).unwrap()),
        Reply::Error(payload) => Err(String::from_utf8(payload).unwrap()),
    }
}

#[test]
fn api_gateway_with_a_token_text_and_base64() {
    let world = corner();
    let earn = start(&world, "earn");
    let (status, headers, body) = answered(&earn, &sample("api-gateway-jwt"));
    assert_eq!((status, &body["balance_points"]), (201, &json!(12)), "{body}");
    assert_eq!(headers["content-type"], "application/json");
    let (status, headers, again) = answered(&earn, &sample("api-gateway-jwt"));
    assert_eq!((status, &again), (201, &body));
    assert_eq!(headers["idempotency-replayed"], "true");

    let (status, _, body) = answered(&earn, &sample("api-gateway-base64"));
    assert_eq!((status, &body["balance_points"]), (201, &json!(20)), "{body}");
    let mut broken = sample("api-gateway-base64");
    broken["body"] = json!("%%%");
    assert_eq!(answered(&earn, &broken).0, 400);

    // The tenant comes from the token and from nowhere else; a role that the token lacks is not had.
    let mut other = sample("api-gateway-jwt");
    other["requestContext"]["authorizer"]["jwt"]["claims"]["tenant"] = json!("elsewhere");
    let (status, _, body) = answered(&earn, &other);
    assert_ne!(status, 201, "{body}");
    let mut marketing = sample("api-gateway-jwt");
    marketing["requestContext"]["authorizer"]["jwt"]["claims"]["roles"] = json!("[marketing]");
    let (status, _, body) = answered(&earn, &marketing);
    assert_eq!((status, &body["code"]), (403, &json!("auth.role")));
    let mut nobody = sample("api-gateway-jwt");
    nobody["requestContext"].as_object_mut().unwrap().remove("authorizer");
    let (status, _, body) = answered(&earn, &nobody);
    assert!(matches!(status, 401 | 403), "{body}");
    println!("{}", world.audit().unwrap_or_else(|e| panic!("{e}")));
}

#[test]
fn api_gateway_with_repeated_parameters_and_without_authorizer() {
    let world = corner();
    let members = start(&world, "members");
    // A parameter that is given twice is two wishes: it is refused, not guessed at.
    let twice = sample("api-gateway-multi-value");
    let (status, _, body) = answered(&members, &twice);
    assert_eq!(status, 400, "{body}");
    let mut once = twice;
    once["rawQueryString"] = json!("limit=1");
    once["queryStringParameters"] = json!({ "limit": "1" });
    let (status, _, body) = answered(&members, &once);
    assert_eq!((status, body["entries"].as_array().map(Vec::len)), (200, Some(1)), "{body}");

    let about = start(&world, "about");
    let (status, _, body) = answered(&about, &sample("api-gateway-no-authorizer"));
    assert_eq!((status, &body["status"]), (200, &json!("ok")));
}

#[test]
fn scheduler_and_a_rule_of_event_bridge() {
    let world = corner();
    let birthday = start(&world, "birthday");
    let mut event = sample("scheduler");
    event["job"] = json!("birthday");
    event["at"] = json!(in_a_minute());
    let report = worked(&birthday, &event).unwrap();
    assert_eq!((&report["written"], &report["finished"]), (&json!(1), &json!(true)), "{report}");
    let again = worked(&birthday, &event).unwrap();
    assert_eq!((&again["written"], &again["finished"]), (&json!(0), &json!(true)), "{again}");

    let due = start(&world, "due");
    let report = worked(&due, &sample("scheduler")).unwrap();
    assert_eq!(report["finished"], json!(true), "{report}");
    let mut rule = sample("eventbridge-rule");
    rule["time"] = json!(in_a_minute());
    let report = worked(&due, &rule).unwrap();
    assert_eq!((&report["tenants"], &report["finished"]), (&json!(1), &json!(true)), "{report}");

    let other = worked(&birthday, &sample("scheduler")).unwrap_err();
    assert!(other.contains("for the job `due`"), "{other}");
    rule["time"] = json!(now_shifted(1));
    let early = worked(&due, &rule).unwrap_err();
    assert!(early.contains("which is to come"), "{early}");
    println!("{}", world.audit().unwrap_or_else(|e| panic!("{e}")));
}

#[test]
fn s3_put_and_its_test() {
    let (world, account) = (corner(), Account::start().unwrap());
    let publish = start_in(&world, &account, "publish");
    assert_eq!(worked(&publish, &sample("s3-test")).unwrap(), json!([]), "S3 asks once whether it may");

    let text = RULES.replace("give 50 points", "give 60 points");
    let uploaded = account.upload("corner/café spring.merit", text.as_bytes());
    let mut event = sample("s3-put");
    event["Records"][0]["s3"]["bucket"]["name"] = json!(BUCKET);
    for named in ["size", "versionId", "sequencer"] {
        let told = &uploaded["Records"][0]["s3"]["object"][named];
        assert!(!told.is_null(), "{named}");
        event["Records"][0]["s3"]["object"][named] = told.clone();
    }
    assert_eq!(worked(&publish, &event).unwrap(), json!(["published"]));
    let report = account.content("corner/café spring.merit.report.json").unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["outcome"], "published", "{report}");
    assert_eq!(worked(&publish, &event).unwrap(), json!(["unchanged"]));
    let mut elsewhere = event;
    elsewhere["Records"][0]["s3"]["bucket"]["name"] = json!("another-bucket");
    assert!(
        worked(&publish, &elsewhere).is_err() || worked(&publish, &elsewhere).unwrap() == json!(["not_ours"])
    );
    assert_eq!(account.refused(), Vec::<String>::new());
}

#[test]
fn a_stream_of_dynamo_db() {
    let (world, account) = (corner(), Account::start().unwrap());
    let relay = start_in(&world, &account, "relay");
    // The record as AWS shows it, with the keys and the image that this table's own stream has.
    let records = world.database.records(TABLE).unwrap();
    let batch: Vec<Value> = records
        .iter()
        .map(|told| {
            let mut record = sample("dynamodb-stream")["Records"][0].clone();
            record["eventName"] = told["eventName"].clone();
            for named in ["Keys", "NewImage", "SequenceNumber"] {
                record["dynamodb"][named] = told["dynamodb"][named].clone();
            }
            record
        })
        .collect();
    let answer = worked(&relay, &json!({ "Records": batch })).unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    let taken: Vec<String> = account.taken().into_iter().map(|(kind, _)| kind).collect();
    assert!(taken.iter().any(|kind| kind.contains("enrolled")), "{taken:?}");
    assert!(taken.iter().any(|kind| kind.contains("published")), "{taken:?}");
    assert_eq!(account.queue(), Vec::<Value>::new());

    // An entry without an image is kept in the queue and passed over; the stream goes on.
    let answer = worked(&relay, &sample("dynamodb-stream")).unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    assert_eq!(account.queue().len(), 1);
    assert_eq!(account.refused(), Vec::<String>::new());
}

#[test]
fn an_event_for_another_trigger_is_refused_and_the_next_one_served() {
    let (world, account) = (corner(), Account::start().unwrap());
    let before = world.audit().unwrap();
    let api: BTreeSet<&str> = handlers::routes().iter().map(|route| route.function).collect();
    let mut refused = 0;
    for function in api.into_iter().chain(jobs::JOBS).chain(jobs::WOKEN) {
        let environment = start_in(&world, &account, function);
        for name in samples() {
            let its_own = match function {
                "birthday" | "due" => name == "scheduler" || name == "eventbridge-rule",
                "publish" => name.starts_with("s3-"),
                "relay" => name == "dynamodb-stream",
                _ => name.starts_with("api-gateway"),
            };
            if its_own {
                continue;
            }
            match environment.invoke(sample(&name).to_string().as_bytes()).unwrap() {
                Reply::Error(_) => refused += 1,
                Reply::Response(payload) => {
                    panic!("{function}, {name}: {}", String::from_utf8_lossy(&payload))
                }
            }
        }
        match function {
            "birthday" | "due" => {
                let event = json!({ "job": function, "at": now_shifted(-1) });
                worked(&environment, &event).unwrap_or_else(|e| panic!("{function}: {e}"));
            }
            "publish" => assert_eq!(worked(&environment, &sample("s3-test")), Ok(json!([]))),
            "relay" => {
                let none = json!({ "batchItemFailures": [] });
                assert_eq!(worked(&environment, &json!({ "Records": [] })), Ok(none));
            }
            _ => {
                let (status, _, _) = answered(&environment, &sample("api-gateway-no-authorizer"));
                assert_eq!(status, if function == "about" { 200 } else { 404 }, "{function}");
            }
        }
    }
    assert_eq!(world.audit().unwrap(), before, "an event for another trigger was written");
    assert_eq!((account.taken(), account.queue()), (Vec::new(), Vec::new()));
    println!("{refused} events of another trigger, all refused");
}
